//! Codes by text message for things of other rooms: whoever enters the code has the telephone at hand.
//! Unlike a code that opens choices, it goes to everybody who is named, known or not: a stranger's
//! request is a request too.

use consent::{IdentifierKind, Subject};
use store::{JobContext, JobError, JobHandler, NewJob, WriteTx};
use web::Lang;

use super::{LinkKind, NewLink, ask::CODE_LIFE};
use crate::{PreferenceError, Preferences, Result, person, sms, token};

const KIND: &str = "preference-code";

impl Preferences {
    /// Has a code sent to a person's telephone, for a record of the caller's; returns the token with
    /// which it is entered.
    ///
    /// # Errors
    /// [`PreferenceError::Link`] where the person has no number.
    pub async fn begin_code(
        &self,
        tx: &mut WriteTx,
        person: &Subject,
        (property, lang): (&str, Lang),
        record: &str,
    ) -> Result<String> {
        let person = person.only(IdentifierKind::Phone).ok_or(PreferenceError::Link)?;
        let new = NewLink {
            kind: LinkKind::Record,
            person: &person,
            property,
            lang,
            life: CODE_LIFE,
            record,
        };
        let secret = self.insert_link(tx, &new).await?;
        let payload = serde_json::json!({ "link": self.link_id(tx, &secret).await? });
        tx.enqueue(NewJob { kind: KIND, payload, dedupe: None, max_attempts: 4 }).await?;
        Ok(secret)
    }

    /// The record of a code, which is used up; `None` for anything that does not fit, whatever it is:
    /// a wrong code, one too many, an old one, another kind of link.
    ///
    /// # Errors
    /// Privet's own database.
    pub async fn redeem_code(&self, secret: &str, code: &str) -> Result<Option<String>> {
        let Ok(link) = self.link(&[LinkKind::Record], secret).await else { return Ok(None) };
        if !self.check_code(&link, code).await? {
            return Ok(None);
        }
        match self.use_link(&link).await {
            Ok(()) => Ok(Some(link.record)),
            Err(PreferenceError::Link) => Ok(None),
            Err(other) => Err(other),
        }
    }
}

/// The job that sends a code.
pub(crate) struct SendCode {
    pub preferences: Preferences,
}

#[async_trait::async_trait]
impl JobHandler for SendCode {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, context: JobContext) -> Result<(), JobError> {
        let id = context.payload["link"].as_str().unwrap_or_default();
        let Some((person, lang)) = self.preferences.waits(id).await? else { return Ok(()) };
        let number = person::first(&person, IdentifierKind::Phone);
        let (Some(gateway), Some(number)) = (self.preferences.sms(), number) else { return Ok(()) };
        let code = token::six_digits();
        // The code counts before it is on its way: who reads it at once must find it valid.
        self.preferences.set_code(id, &code).await?;
        let organisation = self.preferences.web().organisation();
        let args = [("organisation", organisation.into()), ("code", code.into())];
        let text = web::translate(lang, "preference-sms-record-code", &args);
        let sent = gateway.send(&sms::PhoneNumber::new(number.expose()), &text).await;
        sent.map_err(|error| {
            let said = error.to_string();
            if error.permanent() { JobError::Fatal(said) } else { JobError::Retry(said) }
        })
    }
}
