//! Asking for a link, and the job that answers. What is said at once is the same for everybody, and so
//! is the work that is done at once: only the job looks whether we know the person.

use consent::{IdentifierKind, Subject};
use store::{Entry, JobContext, JobError, JobHandler, JobRow, NewJob, Store, new_id};
use web::{
    Lang, Rule,
    mail::{Letter, Recipient},
};

use super::{LinkKind, NewLink, store::Request};
use crate::{Preferences, Result, person, session::CUSTOMER, sms, token};

const KIND: &str = "preference-link";
/// A letter's link works for half an hour.
const LETTER_LIFE: i64 = 30 * 60;
/// A code works for ten minutes.
pub(super) const CODE_LIFE: i64 = 10 * 60;
/// Letters to one person before it becomes slower.
const PER_PERSON: Rule = Rule { free: 3, longest: std::time::Duration::from_hours(1) };
/// Requests from one address before it becomes slower.
const PER_ADDRESS: Rule = Rule { free: 20, longest: std::time::Duration::from_mins(10) };

impl Preferences {
    /// Seconds to wait before another link may be asked for, counted for the person and for the
    /// address it is asked from.
    pub(crate) fn may_ask(&self, person: &Subject, address: &str) -> Option<u64> {
        let keys = [
            (self.mac(&["limit-person", &person::to_text(person)]), PER_PERSON),
            (self.mac(&["limit-address", address]), PER_ADDRESS),
        ];
        let wait = keys.iter().filter_map(|(key, rule)| self.limits().wait(key, *rule)).max();
        for (key, _) in &keys {
            self.limits().failed(key);
        }
        wait
    }

    /// Whether somebody is a customer whose choices we know. One who was erased is none any more.
    pub(super) async fn is_customer(&self, person: &Subject) -> Result<bool> {
        let consent = self.consent();
        let known = consent.find(&person.blind(consent.vault())).await?;
        Ok(!known.people.is_empty() && !known.erased)
    }

    /// Queues the answer to somebody who wants to see their choices. For a phone number it returns the
    /// token with which the code is entered.
    pub(crate) async fn ask(&self, person: Subject, property: &str, lang: Lang) -> Result<String> {
        let id = new_id();
        let entry = Entry::new(CUSTOMER, "preference.asked", "preference_request", &*id);
        let mut tx = self.store().begin(entry).await?;
        let mut secret = String::new();
        let mut request =
            Request { link: String::new(), person, property: property.to_owned(), lang };
        if person::first(&request.person, IdentifierKind::Phone).is_some() {
            let person = &request.person;
            let new = NewLink {
                kind: LinkKind::Code,
                person,
                property,
                lang,
                life: CODE_LIFE,
                record: "",
            };
            secret = self.insert_link(&mut tx, &new).await?;
            request.link = self.link_id(&mut tx, &secret).await?;
        }
        self.insert_request(&mut tx, &id, &request).await?;
        let payload = serde_json::json!({ "request": id });
        tx.enqueue(NewJob { kind: KIND, payload, dedupe: None, max_attempts: 6 }).await?;
        tx.commit().await?;
        Ok(secret)
    }
}

/// The job that answers.
pub(crate) struct Answer {
    pub preferences: Preferences,
}

#[async_trait::async_trait]
impl JobHandler for Answer {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, context: JobContext) -> Result<(), JobError> {
        let id = context.payload["request"].as_str().unwrap_or_default();
        let Some(request) = self.preferences.request(id).await? else { return Ok(()) };
        let knows = self.knows(&request.person).await.map_err(JobError::Retry)?;
        if knows && !request.link.is_empty() {
            self.send_code(&request).await?;
        }
        let entry = Entry::new(CUSTOMER, "preference.answered", "preference_request", id);
        let mut tx = self.preferences.store().begin(entry).await?;
        if knows && request.link.is_empty() {
            self.write_letter(&mut tx, &request).await?;
        }
        self.preferences.forget_request(&mut tx, id).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn ended(&self, _: &Store, job: &JobRow) {
        let id = job.payload["request"].as_str().unwrap_or_default();
        let entry = Entry::new(CUSTOMER, "preference.given_up", "preference_request", id);
        let forgotten = async {
            let mut tx = self.preferences.store().begin(entry).await?;
            self.preferences.forget_request(&mut tx, id).await?;
            tx.commit().await?;
            Ok::<(), crate::PreferenceError>(())
        };
        if let Err(error) = forgotten.await {
            tracing::warn!(%error, "a request that was given up could not be forgotten");
        }
    }
}

impl Answer {
    /// Whom we do not know gets nothing: this page must not write to strangers. A customer who was erased
    /// is a stranger, unless they are in touch with us about just that.
    async fn knows(&self, person: &Subject) -> Result<bool, String> {
        let said = |error: crate::PreferenceError| error.to_string();
        if self.preferences.is_customer(person).await.map_err(said)? {
            return Ok(true);
        }
        let blind = person.blind(self.preferences.consent().vault());
        match self.preferences.known() {
            Some(others) => others.knows(&blind).await,
            None => Ok(false),
        }
    }

    async fn write_letter(&self, tx: &mut store::WriteTx, request: &Request) -> Result<()> {
        let address = person::first(&request.person, IdentifierKind::Email);
        let Some(to) = address.and_then(|one| Recipient::parse(one.expose())) else {
            return Ok(());
        };
        let new = NewLink {
            kind: LinkKind::Mail,
            person: &request.person,
            property: &request.property,
            lang: request.lang,
            life: LETTER_LIFE,
            record: "",
        };
        let secret = self.preferences.insert_link(tx, &new).await?;
        let organisation = self.preferences.web().organisation();
        let args = [("organisation", organisation.as_str())];
        let letter = Letter::new("preference-letter", request.lang, to, &args)
            .with_action(&self.preferences.address(&format!("/privacy/open/{secret}")));
        self.preferences.web().queue_mail(tx, &letter).await?;
        Ok(())
    }

    async fn send_code(&self, request: &Request) -> Result<(), JobError> {
        let number = person::first(&request.person, IdentifierKind::Phone);
        let (Some(gateway), Some(number)) = (self.preferences.sms(), number) else { return Ok(()) };
        let code = token::six_digits();
        // The code counts before it is on its way: who reads it at once must find it valid.
        self.preferences.set_code(&request.link, &code).await?;
        let organisation = self.preferences.web().organisation();
        let text = sms::code_text(request.lang, &organisation, &code);
        let sent = gateway.send(&sms::PhoneNumber::new(number.expose()), &text).await;
        sent.map_err(|error| {
            let said = error.to_string();
            if error.permanent() { JobError::Fatal(said) } else { JobError::Retry(said) }
        })
    }
}
