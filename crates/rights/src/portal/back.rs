//! The way back in: whoever showed that an address is theirs when they asked comes back for the answer,
//! known as a customer or not.

use std::sync::{Arc, Weak};

use consent::Subject;
use preference::Known;
use sqlx::AssertSqlSafe;
use store::now;
use vault::BlindIndex;

use crate::{
    Inner, Level, Request, Result, Rights, RightsError, State,
    request::{mail_of, shown_by},
};

/// So long after a request was closed its person can still come back (µs): ninety days, three times as
/// long as their copy can be fetched.
const AFTER: i64 = 90 * 24 * 3600 * 1_000_000;

/// Requests looked at at once.
const AT_ONCE: i64 = 100;

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
    /// Whether somebody with one of these blind indexes asked here, showed that it is theirs (or asked
    /// for what nobody has to show it for), and has something to come back for.
    async fn asked_here(&self, blind: &[BlindIndex]) -> Result<bool> {
        if blind.is_empty() {
            return Ok(false);
        }
        let places: Vec<String> = (6..blind.len() + 6).map(|n| format!("${n}")).collect();
        let sql = format!(
            "SELECT r.id FROM rights_request r JOIN rights_person p ON p.request = r.id
             WHERE (r.closed_at = 0 OR r.closed_at > $1) AND (r.state <> $2 OR r.level <> $3)
               AND p.blind IN ({})
             GROUP BY r.id, r.received_at ORDER BY r.received_at DESC, r.id LIMIT $4 OFFSET $5",
            places.join(", ")
        );
        let since = now() - AFTER;
        let mut read = 0;
        loop {
            let mut query = sqlx::query_scalar(AssertSqlSafe(sql.clone()))
                .bind(since)
                .bind(State::Unverified.as_str())
                .bind(Level::Claimed.as_str())
                .bind(AT_ONCE)
                .bind(read);
            for one in blind {
                query = query.bind(one.to_text());
            }
            let ids: Vec<String> = query.fetch_all(self.store().reader()).await?;
            for id in &ids {
                // One that was removed this moment holds none of the others back.
                let request = match self.request(id).await {
                    Err(RightsError::NotFound(_)) => continue,
                    request => request?,
                };
                // What was only told beside a proved address proves nothing: a stranger's address
                // written into a request must not bring them letters.
                let theirs = comes_back(&request)?.is_some_and(|person| {
                    person.blind(self.consent().vault()).iter().any(|one| blind.contains(one))
                });
                if theirs {
                    return Ok(true);
                }
            }
            if ids.len() < usize::try_from(AT_ONCE).unwrap_or(usize::MAX) {
                return Ok(false);
            }
            read += AT_ONCE;
        }
    }
}

/// By what somebody comes back for a request. Where nobody has to show who they are (an objection, a
/// complaint), by the address that our letters about it go to anyway.
fn comes_back(request: &Request) -> Result<Option<Subject>> {
    if request.level != Level::Claimed || !request.is_verified() {
        return request.proved();
    }
    let person = request.private.person()?;
    // Without an address nobody was written to: a number that nobody showed is nobody's.
    Ok(mail_of(&person).and_then(|_| shown_by(&person)))
}
