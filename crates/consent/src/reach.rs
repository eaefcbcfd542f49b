//! Whom a letter about the service itself reaches: customers with an address, the language they chose
//! in, and the properties where they were met. No purpose decides here: such letters are owed (GDPR
//! Art 13(3), PIPL Art 17 ¶2), so rooms must use this for nothing else.

use std::collections::BTreeSet;

use crate::{Consent, Identifier, IdentifierKind, Result, SubjectId};

/// A customer. `Debug` shows no identifier.
#[derive(Debug, Clone)]
pub struct Reachable {
    /// Whose.
    pub subject: SubjectId,
    /// The newest address, if there is one.
    pub mail: Option<Identifier>,
    /// The language of their newest choice, or "".
    pub language: String,
    /// Where they made choices.
    pub properties: BTreeSet<String>,
}

impl Consent {
    /// How many customers there are, the erased ones included, and the last one's id.
    pub async fn people_mark(&self) -> Result<(i64, String)> {
        let (count, last): (i64, Option<String>) =
            sqlx::query_as("SELECT COUNT(*), MAX(id) FROM subject")
                .fetch_one(self.store().reader())
                .await?;
        Ok((count, last.unwrap_or_default()))
    }

    /// Customers whose id comes after `after` ("" from the start), by id. Merged and erased ones are
    /// left out.
    pub async fn reachable_after(&self, after: &str, limit: i64) -> Result<Vec<Reachable>> {
        let ids: Vec<String> = sqlx::query_scalar(
            "SELECT id FROM subject WHERE id > $1
             AND merged_into IS NULL AND erased_at IS NULL ORDER BY id LIMIT $2",
        )
        .bind(after)
        .bind(limit)
        .fetch_all(self.store().reader())
        .await?;
        let known: Vec<&str> = ids.iter().map(String::as_str).collect();
        let mut records = self.records_of_all(&known).await?;
        let mut identifiers = self.identifiers_of_all(&known).await?;
        let people = ids.into_iter().map(|id| {
            let records = records.remove(&id).unwrap_or_default();
            let newest = records.iter().max_by_key(|record| (record.given_at, record.recorded_at));
            let mut mails = identifiers.remove(&id).unwrap_or_default();
            mails.retain(|one| one.kind() == IdentifierKind::Email);
            Reachable {
                mail: mails.pop(),
                language: newest.map(|record| record.language.clone()).unwrap_or_default(),
                properties: records.iter().map(|record| record.property.clone()).collect(),
                subject: SubjectId(id),
            }
        });
        Ok(people.collect())
    }
}
