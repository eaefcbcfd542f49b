//! Codes by text message for things of other rooms: whoever enters the code has the telephone at hand.
//! Unlike a code that opens choices, it goes to everybody who is named, known or not: a stranger's
//! request is a request too.

use consent::{IdentifierKind, Subject};
use store::{JobContext, JobError, JobHandler, NewJob, WriteTx};
use web::Lang;

use super::{LinkKind, NewLink, ask::CODE_LIFE};
use crate::{PreferenceError, Preferences, Result, person, sms, token};

const KIND: &str = "preference-code";
/// A text message that could not be sent for so long (in seconds) is no news any more.
const TEXT_LIFE: i64 = 24 * 3600;

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

    /// Has a text message sent. The number is sealed until then; the text must name nobody.
    ///
    /// # Errors
    /// [`PreferenceError::Link`] where the person has no number.
    pub async fn queue_text(
        &self,
        tx: &mut WriteTx,
        person: &Subject,
        (property, lang): (&str, Lang),
        text: &str,
    ) -> Result<()> {
        let person = person.only(IdentifierKind::Phone).ok_or(PreferenceError::Link)?;
        // Without a code it opens nothing: it only holds the number.
        let kind = LinkKind::Record;
        let new = NewLink { kind, person: &person, property, lang, life: TEXT_LIFE, record: "" };
        let secret = self.insert_link(tx, &new).await?;
        let payload = serde_json::json!({ "link": self.link_id(tx, &secret).await?, "text": text });
        tx.enqueue(NewJob { kind: KIND, payload, dedupe: None, max_attempts: 6 }).await?;
        Ok(())
    }

    /// What a code stands for; `None` for anything that does not fit, whatever it is: a wrong code, one
    /// too many, an old one, another kind of link. Whoever goes on must [`Self::spend`] it.
    ///
    /// # Errors
    /// Privet's own database.
    pub async fn check_record(&self, secret: &str, code: &str) -> Result<Option<GoodCode>> {
        let link = match self.link(&[LinkKind::Record], secret).await {
            Err(PreferenceError::Link) => return Ok(None),
            other => other?,
        };
        let good = self.check_code(&link, code).await?;
        Ok(good.then_some(GoodCode { link: link.id, record: link.record }))
    }

    /// Uses a code up, in the transaction of what it allows; whether it was still there.
    ///
    /// # Errors
    /// Privet's own database.
    pub async fn spend(&self, tx: &mut WriteTx, link: &str) -> Result<bool> {
        let sql = "UPDATE preference_link SET used_at = $1, person_sealed = ''
                   WHERE id = $2 AND used_at = 0";
        let done = sqlx::query(sql).bind(store::now()).bind(link).execute(tx.conn()).await?;
        Ok(done.rows_affected() > 0)
    }
}

/// A code that fits.
#[derive(Debug, Clone)]
pub struct GoodCode {
    /// The code's id, to use it up.
    pub link: String,
    /// What it stands for.
    pub record: String,
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
        let text = match context.payload["text"].as_str() {
            Some(text) => text.to_owned(),
            None => self.code(id, lang).await?,
        };
        let sent = gateway.send(&sms::PhoneNumber::new(number.expose()), &text).await;
        sent.map_err(|error| {
            let said = error.to_string();
            if error.permanent() { JobError::Fatal(said) } else { JobError::Retry(said) }
        })
    }
}

impl SendCode {
    /// The text of a new code, which counts before it is on its way: who reads it at once must find it
    /// valid.
    async fn code(&self, id: &str, lang: Lang) -> Result<String> {
        let code = token::six_digits();
        self.preferences.set_code(id, &code).await?;
        let organisation = self.preferences.web().organisation();
        let args = [("organisation", organisation.into()), ("code", code.into())];
        Ok(web::translate(lang, "preference-sms-record-code", &args))
    }
}
