//! All SQL of tokens.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sqlx::{AssertSqlSafe, Row as _};

use crate::{Protect, Result};

/// Parameters of one statement at most.
const BATCH: usize = 500;
/// Tokens told for one searched value at most.
const TOLD: i64 = 100;

pub(super) const TOKEN: &[&str] =
    &["category", "token", "subject", "format", "blind", "sealed", "created_at"];
pub(super) const KEY: &[&str] = &["subject", "sealed", "created_at"];

/// A token as it is kept.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub subject: String,
    pub sealed: String,
}

/// A token found by value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The token.
    pub token: String,
    /// Whose it is.
    pub subject: String,
}

impl Protect {
    /// The tokens there are among some of a category.
    pub(super) async fn known_tokens(
        &self,
        wanted: &BTreeSet<(&str, &str)>,
    ) -> Result<HashMap<(String, String), Row>> {
        let mut by_category: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (category, token) in wanted {
            by_category.entry(category).or_default().push(token);
        }
        let mut found = HashMap::with_capacity(wanted.len());
        for (category, tokens) in by_category {
            for some in tokens.chunks(BATCH) {
                let places: Vec<String> = (2..some.len() + 2).map(|at| format!("${at}")).collect();
                let sql = format!(
                    "SELECT token, subject, sealed FROM protect_token
                     WHERE category = $1 AND token IN ({})",
                    places.join(", ")
                );
                let query = some
                    .iter()
                    .fold(sqlx::query(AssertSqlSafe(sql)).bind(category), |q, one| q.bind(*one));
                for row in query.fetch_all(self.store().reader()).await? {
                    let key = (category.to_owned(), row.try_get(0)?);
                    found.insert(key, Row { subject: row.try_get(1)?, sealed: row.try_get(2)? });
                }
            }
        }
        Ok(found)
    }

    /// The sealed secrets of some customers.
    pub(super) async fn secrets(&self, owners: &BTreeSet<&str>) -> Result<HashMap<String, String>> {
        let owners: Vec<&str> = owners.iter().copied().collect();
        let mut found = HashMap::with_capacity(owners.len());
        for some in owners.chunks(BATCH) {
            let places: Vec<String> = (1..=some.len()).map(|at| format!("${at}")).collect();
            let sql = format!(
                "SELECT subject, sealed FROM protect_key WHERE subject IN ({})",
                places.join(", ")
            );
            let query = some.iter().fold(sqlx::query(AssertSqlSafe(sql)), |q, one| q.bind(*one));
            for row in query.fetch_all(self.store().reader()).await? {
                found.insert(row.try_get(0)?, row.try_get(1)?);
            }
        }
        Ok(found)
    }

    /// The tokens of a value, by its blind index, oldest first.
    pub(super) async fn by_blind(&self, category: &str, blind: &str) -> Result<Vec<Found>> {
        let rows = sqlx::query(
            "SELECT token, subject FROM protect_token WHERE category = $1 AND blind = $2
             ORDER BY created_at, token LIMIT $3",
        )
        .bind(category)
        .bind(blind)
        .bind(TOLD)
        .fetch_all(self.store().reader())
        .await?;
        let found =
            rows.iter().map(|row| Ok(Found { token: row.try_get(0)?, subject: row.try_get(1)? }));
        found.collect()
    }
}
