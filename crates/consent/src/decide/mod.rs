//! The answer before every use: may this person's data be used for this purpose now?

mod rule;

pub use rule::{Ask, Decision, Person, Reason, decide, expiry};

use sqlx::Row as _;

use crate::{Consent, Result, Stored, Subject, record::states};

impl Consent {
    /// Decides for one person, from the database. Says which rule decided.
    pub async fn decide(&self, subject: &Subject, purpose: &str, ask: &Ask) -> Result<Decision> {
        let catalogue = self.catalogue();
        let purpose = catalogue.purpose(purpose)?;
        let known = self.find(&subject.blind(self.vault())).await?;
        let mut records = Vec::new();
        let mut person = Person { erased: known.erased, ..Person::default() };
        for id in &known.people {
            records.extend(self.records_of(id).await?);
            person.restricted |= self.is_restricted(&id.0).await?;
        }
        person.state = states(&records).remove(&purpose.key);
        person.minor = newest_minor(&records);
        Ok(decide(&catalogue, purpose, &person, ask, ::store::now()))
    }

    async fn is_restricted(&self, id: &str) -> Result<bool> {
        let row = sqlx::query("SELECT restricted_at FROM subject WHERE id = $1")
            .bind(id)
            .fetch_optional(self.store().reader())
            .await?;
        Ok(match row {
            Some(row) => row.try_get::<Option<i64>, _>(0)?.is_some(),
            None => false,
        })
    }

    /// A record was written here and is durable: decisions heed it from now on.
    #[allow(clippy::unused_self)]
    pub(crate) fn recorded(&self, _stored: &Stored, _blind: &[vault::BlindIndex], _position: i64) {
        // Decisions read the database.
    }

    /// Catches up with what the ledger says.
    #[allow(clippy::unused_async)] // what follows the ledger in memory waits here
    pub(crate) async fn follow(&self) -> Result<()> {
        Ok(())
    }
}

/// What the newest record that speaks of age says: a minor until when, and a guardian verified when.
pub(crate) fn newest_minor(records: &[Stored]) -> Option<(i64, Option<i64>)> {
    let speaks = records.iter().filter(|record| record.minor_until.is_some());
    let newest = speaks.max_by_key(|record| (record.given_at, record.recorded_at))?;
    Some((newest.minor_until?, newest.guardian_verified_at))
}
