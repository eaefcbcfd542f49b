//! Who we are in the network, our entry of its directory of businesses, and its directory of agents,
//! which is read every day.

use ::store::{Actor, Entry, JobContext, JobError, JobHandler, NewJob, WriteTx};
use drp::{Business, DirectoryError, Us, Verification};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::ACTIONS;
use crate::{Result, Rights, RightsError};

pub(super) const KIND: &str = "rights_agents";

/// Who we are in the network. The contacts stand in its public directory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Our id: capitals and underscores.
    pub business_id: String,
    /// Where the directory of agents is.
    pub directory: String,
    /// Our site.
    pub web_url: String,
    /// Our privacy policy, or "".
    pub policy_url: String,
    /// An e-mail address.
    pub technical_contact: String,
    /// An e-mail address.
    pub business_contact: String,
}

impl Settings {
    /// Who we are, for judging messages.
    pub(super) fn us(&self) -> Us {
        Us { actions: ACTIONS.to_vec(), ..Us::new(&self.business_id) }
    }

    /// Our entry of the directory of businesses.
    ///
    /// # Errors
    /// [`DirectoryError::Own`] for what agents would refuse.
    pub fn entry(&self, name: &str, api_base: &str) -> Result<Value, DirectoryError> {
        let some = |text: &String| (!text.is_empty()).then(|| text.clone());
        let business = Business {
            id: self.business_id.clone(),
            name: name.to_owned(),
            logo: None,
            api_base: api_base.to_owned(),
            actions: ACTIONS.to_vec(),
            // A letter goes to the person, so the address is what we need.
            verifications: vec![Verification::Email],
            web_url: self.web_url.clone(),
            privacy_policy_url: some(&self.policy_url),
            technical_contact: self.technical_contact.clone(),
            business_contact: self.business_contact.clone(),
        };
        business.render()
    }
}

/// Queues reading the directory.
pub(super) async fn queue(tx: &mut WriteTx) -> Result<()> {
    let dedupe = Some(KIND.to_owned());
    tx.enqueue(NewJob { kind: KIND, payload: json!({}), dedupe, max_attempts: 3 }).await?;
    Ok(())
}

impl Rights {
    /// Has the directory of agents read now.
    ///
    /// # Errors
    /// [`RightsError::NotFound`] while we do not take part.
    pub async fn ask_directory(&self, by: &Actor) -> Result<()> {
        if self.part().await?.is_none() {
            return Err(RightsError::NotFound("directory"));
        }
        let action = "rights.agents_refresh_asked";
        let entry = Entry::new(by.clone(), action, "rights_agents", "1");
        let mut tx = self.store().begin(entry).await?;
        queue(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Reads the directory of agents, if we take part: all of it or nothing. The key of the fault, where
    /// it could not be read.
    async fn read_directory(&self) -> Result<Result<(), &'static str>> {
        let Some(part) = self.part().await? else { return Ok(Ok(())) };
        let Some(reach) = self.reach() else { return Ok(Err("unreachable")) };
        let text = match reach.get(&part.settings.directory).await {
            Ok((200, body)) => String::from_utf8(body).unwrap_or_default(),
            Ok((status, _)) => {
                tracing::warn!(status, "the directory of agents answers otherwise");
                return Ok(Err("answer"));
            }
            Err(why) => {
                tracing::warn!(why, "the directory of agents could not be reached");
                return Ok(Err("unreachable"));
            }
        };
        match drp::agents(&text) {
            Ok(agents) => {
                self.keep_agents(&agents).await?;
                Ok(Ok(()))
            }
            Err(error) => {
                tracing::warn!(%error, "the directory of agents could not be read");
                let json = matches!(error, DirectoryError::Json(_));
                Ok(Err(if json { "answer" } else { "form" }))
            }
        }
    }
}

/// The job that reads it, and clears up.
pub(crate) struct Directory {
    pub rights: Rights,
}

#[async_trait::async_trait]
impl JobHandler for Directory {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, _: JobContext) -> Result<(), JobError> {
        self.rights.forget_messages().await?;
        let Err(fault) = self.rights.read_directory().await? else { return Ok(()) };
        self.rights.note_fault(fault).await?;
        let told = format!("the directory of agents could not be read ({fault})");
        Err(if fault == "unreachable" { JobError::Retry(told) } else { JobError::Fatal(told) })
    }
}
