//! Telling an agent how its request stands, at the address that it named. That address is somebody
//! else's choice: it is asked through the guarded way out only, which leads outside.

use ::store::{Actor, Entry, JobContext, JobError, JobHandler, JobRow, NewJob, Store, WriteTx};
use serde_json::json;

use super::store::{set_told, set_untold};
use crate::{
    Channel, Request, Result, Rights, RightsError,
    request::{NewEvent, insert_event},
};

const KIND: &str = "rights_agent_status";
const BY: Actor = Actor::System("rights");
/// How often it is tried, with growing pauses: for about five hours.
const TRIES: i64 = 40;
/// Changes during one run that are told by it; a later one is told by its own job.
const TURNS: usize = 5;

/// Queues telling how a request stands, in the transaction that changes it.
pub(crate) async fn queue(tx: &mut WriteTx, request: &Request) -> Result<()> {
    if request.channel == Channel::Agent {
        // Not one job for all changes: one that runs may have read what stood before this one.
        let payload = json!({ "request": request.id });
        tx.enqueue(NewJob { kind: KIND, payload, dedupe: None, max_attempts: TRIES }).await?;
    }
    Ok(())
}

impl Rights {
    /// Tells it, until what was told is how it stands. A change that the agent does not see is not told.
    async fn tell_agent(&self, id: &str) -> Result<(), JobError> {
        for _ in 0..TURNS {
            if !self.tell_once(id).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    async fn tell_once(&self, id: &str) -> Result<bool, JobError> {
        let Some(brought) = self.brought(id).await? else { return Ok(false) };
        let Some(url) = brought.own.callback.as_deref() else { return Ok(false) };
        let request = match self.request(id).await {
            Err(RightsError::NotFound(_)) => return Ok(false),
            found => found?,
        };
        let (body, digest) = self.status_told(&request, &brought.own).await?;
        let may = self.part().await?.is_some() && self.agent_by_id(&brought.agent).await?.is_some();
        if digest == brought.told || !may {
            return Ok(false);
        }
        let no_way = || JobError::Retry("no way out is set up".to_owned());
        let reach = self.reach().ok_or_else(no_way)?;
        let headers = [("content-type", "application/json")];
        match reach.send("POST", url, &headers, body.to_string().into_bytes()).await {
            Ok((200..=299, _)) => {}
            Ok((status @ (408 | 425 | 429 | 500..), _)) => {
                return Err(JobError::Retry(format!("the agent answers {status}")));
            }
            Ok((status, _)) => return Err(JobError::Fatal(format!("the agent answers {status}"))),
            Err(why) => return Err(JobError::Retry(why)),
        }
        self.note_told(id, &digest).await?;
        Ok(true)
    }

    async fn note_told(&self, id: &str, digest: &str) -> Result<()> {
        let entry = Entry::new(BY, "rights.agent_told", "rights_request", id);
        let mut tx = self.store().begin(entry).await?;
        set_told(&mut tx, id, digest).await?;
        let event = NewEvent { request: id, what: "agent-told", detail: "" };
        insert_event(&mut tx, &BY, &event).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn note_untold(&self, id: &str) -> Result<()> {
        let entry = Entry::new(BY, "rights.agent_untold", "rights_request", id);
        let mut tx = self.store().begin(entry).await?;
        set_untold(&mut tx, id).await?;
        let event = NewEvent { request: id, what: "agent-untold", detail: "" };
        insert_event(&mut tx, &BY, &event).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// The job that tells.
pub(crate) struct Tell {
    pub rights: Rights,
}

#[async_trait::async_trait]
impl JobHandler for Tell {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, context: JobContext) -> Result<(), JobError> {
        let request = context.payload["request"].as_str().unwrap_or_default();
        self.rights.tell_agent(request).await
    }

    async fn ended(&self, _: &Store, job: &JobRow) {
        let request = job.payload["request"].as_str().unwrap_or_default();
        if let Err(error) = self.rights.note_untold(request).await {
            tracing::warn!(%error, "that an agent was not told could not be kept");
        }
    }
}
