//! Counting who must be asked again. All SQL of campaigns.

use std::collections::BTreeSet;

use sqlx::{AssertSqlSafe, Row as _};

use super::Campaign;
use crate::{Consent, Result, SubjectId};

/// How far a campaign is for one purpose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// The purpose.
    pub purpose: String,
    /// Agreed again.
    pub granted: i64,
    /// Refused, or took it back.
    pub denied: i64,
    /// Have not answered.
    pub open: i64,
}

impl Line {
    /// All who must be asked.
    pub fn asked(&self) -> i64 {
        self.granted + self.denied + self.open
    }

    /// Those who answered.
    pub fn answered(&self) -> i64 {
        self.granted + self.denied
    }
}

/// How far a campaign is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// By purpose.
    pub lines: Vec<Line>,
    /// As of (µs).
    pub at: i64,
    /// As of this entry of the ledger.
    pub head: i64,
}

pub(super) async fn progress(
    consent: &Consent,
    campaign: &Campaign,
    head: i64,
) -> Result<Progress> {
    let mut lines = Vec::new();
    for purpose in &campaign.purposes {
        let sql = format!(
            "{} SELECT {OUTCOME}, COUNT(*) FROM asked GROUP BY 1",
            people_sql(consent.store().is_postgres())
        );
        let rows = bind(&sql, campaign, purpose).fetch_all(consent.store().reader()).await?;
        let mut line = Line { purpose: purpose.clone(), ..Line::default() };
        for row in &rows {
            let n: i64 = row.try_get(1)?;
            match row.try_get::<String, _>(0)?.as_str() {
                "granted" => line.granted = n,
                "denied" => line.denied = n,
                _ => line.open = n,
            }
        }
        lines.push(line);
    }
    Ok(Progress { lines, at: ::store::now(), head })
}

/// Everybody who is open for any of the purposes.
pub(super) async fn open_people(consent: &Consent, campaign: &Campaign) -> Result<Vec<SubjectId>> {
    let mut people = BTreeSet::new();
    for purpose in &campaign.purposes {
        let sql = format!(
            "{} SELECT person FROM asked WHERE {OUTCOME} = 'open'",
            people_sql(consent.store().is_postgres())
        );
        for row in bind(&sql, campaign, purpose).fetch_all(consent.store().reader()).await? {
            people.insert(SubjectId(row.try_get(0)?));
        }
    }
    Ok(people.into_iter().collect())
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

fn bind<'q>(sql: &'q str, campaign: &'q Campaign, purpose: &'q str) -> Query<'q> {
    sqlx::query(AssertSqlSafe(sql))
        .bind(purpose)
        .bind(campaign.version.published_at)
        .bind(campaign.version.notice.as_str())
        .bind(campaign.version.version)
}

/// What somebody who must be asked has answered: the newest choice since the version was published.
/// A yes that still came in under an older version is no answer to the new one, and a confirmation
/// e-mail that waits is none yet.
const OUTCOME: &str = "CASE
    WHEN answer IN ('denied', 'withdrawn') THEN 'denied'
    WHEN answer = 'granted' AND NOT (notice = $3 AND notice_version < $4) THEN 'granted'
    ELSE 'open' END";

/// Those whose newest choice before the version ($2) was a yes under an older version ($4) of the
/// notice ($3) for the purpose ($1), with their newest choice after it.
fn people_sql(postgres: bool) -> String {
    let choice = if postgres {
        "(r.choices::json ->> $1)"
    } else {
        "(r.choices ->> ('$.\"' || $1 || '\"'))"
    };
    format!(
        "WITH told AS (
           SELECT COALESCE(s.merged_into, s.id) AS person, {choice} AS choice, r.notice,
                  r.notice_version, r.given_at, r.recorded_at, r.id,
                  CASE WHEN r.given_at < $2 THEN 1 ELSE 0 END AS earlier
           FROM consent_record r JOIN subject s ON s.id = r.subject
           WHERE s.erased_at IS NULL AND {choice} IS NOT NULL
         ), newest AS MATERIALIZED (
           SELECT * FROM (
             SELECT told.*, ROW_NUMBER() OVER (PARTITION BY person, earlier
                    ORDER BY given_at DESC, recorded_at DESC, id DESC) AS place FROM told
           ) AS placed WHERE place = 1
         ), asked AS (
           SELECT b.person, a.choice AS answer, a.notice, a.notice_version
           FROM newest b LEFT JOIN newest a ON a.person = b.person AND a.earlier = 0
           WHERE b.earlier = 1 AND b.choice = 'granted' AND b.notice = $3 AND b.notice_version < $4
         )"
    )
}
