//! What a room has found to need fresh consent: another purpose, way or category than people agreed to
//! (PIPL Art 14 ¶2, GDPR Art 6(4)). It waits beside the notices until somebody publishes them and
//! answers whether earlier consents still hold; it never decides that itself.

use std::collections::{BTreeMap, BTreeSet};

use ::store::{Actor, Entry, WriteTx, now};
use sqlx::{AnyConnection, Row as _};

use crate::{Consent, Result};

/// A notice that must be published anew, with an answer for these purposes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fresh {
    /// The notice.
    pub notice: String,
    /// Purposes whose earlier consents are in question.
    pub purposes: BTreeSet<String>,
    /// The page of the console that says why.
    pub href: String,
    /// Since when (µs).
    pub since: i64,
}

impl Consent {
    /// Notes in a running transaction that earlier consents do not cover what is done now for these
    /// purposes. Every published notice that asks for one of them waits for an answer; returns those.
    pub async fn need_fresh(
        &self,
        tx: &mut WriteTx,
        actor: &Actor,
        purposes: &BTreeSet<String>,
        href: &str,
    ) -> Result<Vec<String>> {
        let catalogue = self.catalogue();
        let mut notices = Vec::new();
        for version in catalogue.newest() {
            let asked: Vec<&String> = version
                .published
                .body
                .purposes
                .iter()
                .filter(|one| purposes.contains(*one))
                .collect();
            if asked.is_empty() {
                continue;
            }
            for purpose in asked {
                sqlx::query(
                    "INSERT INTO consent_fresh (notice, purpose, href, since)
                     VALUES ($1, $2, $3, $4)
                     ON CONFLICT (notice, purpose) DO UPDATE SET href = $3, since = $4",
                )
                .bind(&version.notice)
                .bind(purpose)
                .bind(href)
                .bind(now())
                .execute(tx.conn())
                .await?;
            }
            tx.also(Entry::new(actor.clone(), "notice.fresh_needed", "notice", &*version.notice));
            notices.push(version.notice.clone());
        }
        Ok(notices)
    }

    /// Notices that wait for an answer, by key; retired ones ask nobody and are left out.
    pub async fn fresh_needed(&self) -> Result<Vec<Fresh>> {
        let rows = sqlx::query(
            "SELECT f.notice, f.purpose, f.href, f.since FROM consent_fresh f
             JOIN notice n ON n.key = f.notice WHERE n.retired_at IS NULL
             ORDER BY f.notice, f.since",
        )
        .fetch_all(self.store().reader())
        .await?;
        let mut all: BTreeMap<String, Fresh> = BTreeMap::new();
        for row in &rows {
            let notice: String = row.try_get(0)?;
            let fresh = all.entry(notice.clone()).or_insert_with(|| Fresh {
                notice,
                purposes: BTreeSet::new(),
                href: String::new(),
                since: 0,
            });
            fresh.purposes.insert(row.try_get(1)?);
            fresh.href = row.try_get(2)?;
            fresh.since = row.try_get(3)?;
        }
        Ok(all.into_values().collect())
    }
}

/// A notice was published, with its answer: it waits no longer.
pub(crate) async fn answered(conn: &mut AnyConnection, notice: &str) -> Result<()> {
    sqlx::query("DELETE FROM consent_fresh WHERE notice = $1").bind(notice).execute(conn).await?;
    Ok(())
}
