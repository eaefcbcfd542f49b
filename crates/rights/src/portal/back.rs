//! The way back in: whoever showed that an address is theirs when they asked comes back for the answer,
//! known as a customer or not.

use std::sync::{Arc, Weak};

use preference::Known;
use sqlx::AssertSqlSafe;
use store::now;
use vault::BlindIndex;

use crate::{Inner, Result, Rights};

/// So long after a request was closed its person can still come back (µs): ninety days, three times as
/// long as their copy can be fetched.
const AFTER: i64 = 90 * 24 * 3600 * 1_000_000;

/// Tells the entrance whom it may answer. The room holds the entrance, so this holds the room weakly.
pub(crate) struct Requesters(Weak<Inner>);

impl Requesters {
    pub fn new(rights: &Rights) -> Self {
        Self(Arc::downgrade(&rights.inner))
    }
}

#[async_trait::async_trait]
impl Known for Requesters {
    async fn knows(&self, blind: &[BlindIndex]) -> Result<bool, String> {
        let Some(inner) = self.0.upgrade() else { return Ok(false) };
        Rights { inner }.asked_here(blind).await.map_err(|error| error.to_string())
    }
}

impl Rights {
    /// Whether somebody with one of these blind indexes asked here, showed that it is theirs, and has
    /// something to come back for.
    async fn asked_here(&self, blind: &[BlindIndex]) -> Result<bool> {
        if blind.is_empty() {
            return Ok(false);
        }
        let places: Vec<String> = (2..blind.len() + 2).map(|n| format!("${n}")).collect();
        let sql = format!(
            "SELECT r.id FROM rights_request r JOIN rights_person p ON p.request = r.id
             WHERE (r.closed_at = 0 OR r.closed_at > $1) AND p.blind IN ({})
             ORDER BY r.received_at DESC LIMIT 100",
            places.join(", ")
        );
        let mut query = sqlx::query_scalar(AssertSqlSafe(sql)).bind(now() - AFTER);
        for one in blind {
            query = query.bind(one.to_text());
        }
        let ids: Vec<String> = query.fetch_all(self.store().reader()).await?;
        for id in ids {
            // What was only told beside a proved address proves nothing: a stranger's address written
            // into a request must not bring them letters.
            let shown = self.request(&id).await?.proved()?;
            let theirs = shown.is_some_and(|person| {
                person.blind(self.consent().vault()).iter().any(|one| blind.contains(one))
            });
            if theirs {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
