//! Unsubscribing in one click (RFC 8058): a token for each recipient that says whom and which
//! purposes, readable only here; a POST that works without cookie, form token or question; a GET that
//! changes nothing, because programs look at every link of a letter.

mod clocks;
mod pages;
mod suppress;

pub use clocks::{Clock, clocks};
pub(crate) use pages::router;
pub(crate) use suppress::suppressions;

use std::time::Instant;

use consent::{Choice, Subject, decide::Ask};
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use store::{Entry, now};

use crate::{
    PreferenceError, Preferences, Result,
    centre::{From, Undo},
    person,
    session::CUSTOMER,
};

/// The body of the POST that mail programs send (RFC 8058 §3.1).
pub const ONE_CLICK: (&str, &str) = ("List-Unsubscribe", "One-Click");

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ticket {
    pub person: Subject,
    pub purposes: Vec<String>,
    pub property: String,
    pub lang: String,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    w: String,
    p: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    r: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    l: String,
}

const CONTEXT: &str = "preference:unsubscribe";
const UNDO_CONTEXT: &str = "preference:unsubscribe-undo";

impl Preferences {
    /// The token of a ticket: sealed and authenticated; nothing is stored, and it works as long as the
    /// letter is kept (CAN-SPAM asks for 30 days, CASL for 60).
    pub(crate) fn ticket_token(&self, ticket: &Ticket) -> String {
        let kept = Kept {
            w: person::to_text(&ticket.person),
            p: ticket.purposes.clone(),
            r: ticket.property.clone(),
            l: ticket.lang.clone(),
        };
        url_safe(&self.store().seal(CONTEXT, &serde_json::to_string(&kept).unwrap_or_default()))
    }

    /// Reads a token; any damage makes it unreadable.
    pub(crate) fn ticket(&self, token: &str) -> Result<Ticket> {
        let text = self.unseal_token(CONTEXT, token)?;
        let kept: Kept = serde_json::from_str(&text).map_err(|_| PreferenceError::Link)?;
        Ok(Ticket {
            person: person::from_text(&kept.w)?,
            purposes: kept.p,
            property: kept.r,
            lang: kept.l,
        })
    }

    fn unseal_token(&self, context: &str, token: &str) -> Result<String> {
        // Longer than any token of ours: not worth a decryption.
        if token.len() > 8192 {
            return Err(PreferenceError::Link);
        }
        let sealed = from_url_safe(token);
        self.store().unseal(context, &sealed).map_err(|_| PreferenceError::Link)
    }

    /// The purposes of a ticket that the person has not said no to. Somebody we never heard of has
    /// said nothing: a sender may know them from an older list.
    pub(crate) async fn open_purposes(&self, ticket: &Ticket) -> Result<Vec<String>> {
        let states = self.consent().states_of(&ticket.person).await?;
        let said_no = |purpose: &&String| {
            states
                .get(*purpose)
                .is_some_and(|state| matches!(state.choice, Choice::Denied | Choice::Withdrawn))
        };
        Ok(ticket.purposes.iter().filter(|purpose| !said_no(purpose)).cloned().collect())
    }

    /// Takes the purposes back; the second time it finds nothing to do. Returns what an undo needs.
    pub(crate) async fn unsubscribe(
        &self,
        ticket: &Ticket,
        from: &From,
        way: &'static str,
    ) -> Result<Option<Undo>> {
        let started = Instant::now();
        let purposes = self.open_purposes(ticket).await?;
        if purposes.is_empty() {
            return Ok(None);
        }
        let (receipts, undo) = self.withdraw(&ticket.person, &purposes, from).await?;
        // Measured until a decision says no, which is what the law's clocks are about.
        for purpose in &purposes {
            self.consent().decide(&ticket.person, purpose, &Ask::default()).await?;
        }
        let took = i64::try_from(started.elapsed().as_micros()).unwrap_or(i64::MAX);
        if let Some(receipt) = receipts.first() {
            self.measured(&receipt.id, way, took).await?;
        }
        Ok(Some(undo))
    }

    async fn measured(&self, record: &str, way: &str, took: i64) -> Result<()> {
        let entry = Entry::new(CUSTOMER, "unsubscribe.measured", "unsubscribe", record);
        let mut tx = self.store().begin(entry).await?;
        sqlx::query(
            "INSERT INTO preference_unsubscribed (record, way, took_us, at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (record) DO NOTHING",
        )
        .bind(record)
        .bind(way)
        .bind(took)
        .bind(now())
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// An undo for the page after unsubscribing, sealed together with whose it is.
    pub(crate) fn undo_token(&self, ticket: &str, undo: &Undo) -> String {
        let text = serde_json::to_string(undo).unwrap_or_default();
        url_safe(&self.store().seal(&format!("{UNDO_CONTEXT}:{ticket}"), &text))
    }

    /// Reads an undo, if it belongs to the ticket and is not too old.
    pub(crate) fn undo_of(&self, ticket: &str, token: &str) -> Result<Undo> {
        let text = self.unseal_token(&format!("{UNDO_CONTEXT}:{ticket}"), token)?;
        let undo: Undo = serde_json::from_str(&text).map_err(|_| PreferenceError::Link)?;
        if undo.is_open() { Ok(undo) } else { Err(PreferenceError::Link) }
    }

    /// Of the last 30 days: how many unsubscribed by mail program and by page, and how long it took
    /// (median, 99th percentile, longest, in µs).
    pub(crate) async fn measures(&self) -> Result<Measures> {
        let since = now() - 30 * 24 * 3600 * 1_000_000;
        let rows = sqlx::query(
            "SELECT way, took_us FROM preference_unsubscribed WHERE at > $1 ORDER BY took_us LIMIT 100000",
        )
        .bind(since)
        .fetch_all(self.store().reader())
        .await?;
        let mut measures = Measures::default();
        let mut took = Vec::with_capacity(rows.len());
        for row in &rows {
            took.push(row.try_get::<i64, _>(1)?);
            match row.try_get::<String, _>(0)?.as_str() {
                "one_click" => measures.one_click += 1,
                _ => measures.page += 1,
            }
        }
        let at = |share: f64| {
            let place = ((took.len() as f64 * share).ceil() as usize).max(1) - 1;
            took.get(place).copied().unwrap_or_default()
        };
        measures.median = at(0.5);
        measures.p99 = at(0.99);
        measures.longest = took.last().copied().unwrap_or_default();
        Ok(measures)
    }
}

/// How fast unsubscribing worked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Measures {
    pub one_click: i64,
    pub page: i64,
    pub median: i64,
    pub p99: i64,
    pub longest: i64,
}

/// The store's seal (`v1:` and standard base64) in letters that need no escaping in an address.
fn url_safe(sealed: &str) -> String {
    let body = sealed.strip_prefix("v1:").unwrap_or(sealed);
    body.trim_end_matches('=').replace('+', "-").replace('/', "_")
}

fn from_url_safe(token: &str) -> String {
    let body = token.replace('-', "+").replace('_', "/");
    let padding = "=".repeat((4 - body.len() % 4) % 4);
    format!("v1:{body}{padding}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_survives_the_letters_of_an_address() {
        for sealed in ["v1:AAAA", "v1:+/+/AA==", "v1:AAA="] {
            let token = url_safe(sealed);
            assert!(token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
        }
        assert_eq!(from_url_safe(&url_safe("v1:+/+/AA==")), "v1:+/+/AA==");
        assert_eq!(from_url_safe(&url_safe("v1:AAA=")), "v1:AAA=");
    }
}
