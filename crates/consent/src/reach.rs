//! Whom a letter about the service itself reaches: customers with an address, the language they chose
//! in, and the properties where they were met. No purpose decides here: such letters are owed (GDPR
//! Art 13(3), PIPL Art 17 ¶2), so rooms must use this for nothing else.

use std::collections::{BTreeSet, HashMap};

use sqlx::{AssertSqlSafe, Row as _};

use crate::{Consent, Identifier, IdentifierKind, Result, SubjectId};

/// A customer. `Debug` shows no identifier.
#[derive(Debug, Clone)]
pub struct Reachable {
    /// Whose.
    pub subject: SubjectId,
    /// Customers found to be the same person since.
    pub merged: Vec<String>,
    /// The newest address, if there is one.
    pub mail: Option<Identifier>,
    /// The language of their newest choice, or "".
    pub language: String,
    /// A guardian chose for them, and they are still under age.
    pub child: bool,
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
        let mut merged = self.merged_into_all(&known).await?;
        let now = ::store::now();
        let people = ids.into_iter().map(|id| {
            let records = records.remove(&id).unwrap_or_default();
            let newest = records.iter().max_by_key(|record| (record.given_at, record.recorded_at));
            let mut mails = identifiers.remove(&id).unwrap_or_default();
            mails.retain(|one| one.kind() == IdentifierKind::Email);
            Reachable {
                mail: mails.pop(),
                language: newest.map(|record| record.language.clone()).unwrap_or_default(),
                child: records.iter().any(|record| record.minor_until.is_some_and(|to| to > now)),
                properties: records.iter().map(|record| record.property.clone()).collect(),
                merged: merged.remove(&id).unwrap_or_default(),
                subject: SubjectId(id),
            }
        });
        Ok(people.collect())
    }

    async fn merged_into_all(&self, ids: &[&str]) -> Result<HashMap<String, Vec<String>>> {
        let mut all: HashMap<String, Vec<String>> = HashMap::new();
        if ids.is_empty() {
            return Ok(all);
        }
        let places: Vec<String> = (1..=ids.len()).map(|at| format!("${at}")).collect();
        let sql = format!(
            "SELECT merged_into, id FROM subject WHERE merged_into IN ({})",
            places.join(", ")
        );
        let query = ids.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, id| query.bind(*id));
        for row in query.fetch_all(self.store().reader()).await? {
            all.entry(row.try_get(0)?).or_default().push(row.try_get(1)?);
        }
        Ok(all)
    }

    /// The newest address of each of these customers, masked: for proof that somebody was written to.
    /// Who was erased since is missing.
    pub async fn masked_mails(&self, ids: &[&str]) -> Result<HashMap<String, String>> {
        let all = self.identifiers_of_all(ids).await?;
        let masked = all.into_iter().filter_map(|(id, all)| {
            let newest = all.iter().rev().find(|one| one.kind() == IdentifierKind::Email);
            newest.map(|mail| (id, mail.masked()))
        });
        Ok(masked.collect())
    }
}
