//! Findings as they are kept: lists, one, its history, runs.

use std::collections::{BTreeMap, HashMap};

use futures::TryStreamExt as _;
use sqlx::{AssertSqlSafe, Row as _, any::AnyRow};

use crate::{
    Comply, ComplyError, Result, Run,
    check::{Check, Whole, check},
    model::{Evidence, Severity, State},
};

const COLUMNS: &str = "id, check_id, object_kind, object_id, object_name, system_id, system_name,
    href, severity, owner, regimes, evidence, state, first_at, opened_at, changed_at, due_at,
    assignee, accepted_by, accepted_until, reason_sealed";

/// A finding.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Its id, for ever.
    pub id: String,
    /// The check that found it.
    pub check: &'static Whole,
    /// What kind of thing it is about.
    pub kind: String,
    /// Which.
    pub object: String,
    /// Its name; empty for people.
    pub name: String,
    /// Its system, or "".
    pub system: String,
    /// The system's name.
    pub system_name: String,
    /// The page on which it is mended.
    pub href: String,
    /// How grave.
    pub severity: Severity,
    /// Who mends it.
    pub owner: String,
    /// Laws that ask for it.
    pub regimes: Vec<String>,
    /// What was seen.
    pub evidence: Vec<Evidence>,
    /// Where it stands.
    pub state: State,
    /// First found (µs).
    pub first_at: i64,
    /// Opened last (µs).
    pub opened_at: i64,
    /// Changed last (µs).
    pub changed_at: i64,
    /// When it should be mended (µs).
    pub due_at: i64,
    /// Who was asked to mend it: a member of staff's id, or "".
    pub assignee: String,
    /// Who accepted it, as the ledger writes it, or "".
    pub accepted_by: String,
    /// Until when (µs), or 0.
    pub accepted_until: i64,
    /// Why.
    pub reason: String,
}

impl Finding {
    /// Waits for somebody.
    pub fn stands(&self) -> bool {
        matches!(self.state, State::Open | State::Mended)
    }
}

/// Something that happened to a finding.
#[derive(Debug, Clone)]
pub struct Event {
    /// When (µs).
    pub at: i64,
    /// Who, as the ledger writes it.
    pub actor: String,
    /// What: the end of `comply-did-…`.
    pub what: String,
    /// A person's id or a time, by what happened.
    pub detail: String,
    /// What was written.
    pub note: String,
}

/// Which findings to list. Empty texts do not narrow.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Words of names and titles.
    pub q: String,
    /// A law.
    pub regime: String,
    /// A severity.
    pub severity: String,
    /// Who mends.
    pub owner: String,
    /// A state; `standing` is open or said to be mended.
    pub state: String,
    /// A system.
    pub system: String,
    /// A check.
    pub check: String,
    /// A member of staff.
    pub assignee: String,
}

/// The filter as SQL; the binds follow in [`Filter::binds`].
const TESTS: &str = "($1 = '' OR search LIKE $1 ESCAPE '\\') AND ($2 = '' OR regimes LIKE $2)
    AND ($3 = '' OR severity = $3) AND ($4 = '' OR owner = $4)
    AND ($5 = '' OR state = $5 OR ($5 = 'standing' AND state IN ('open', 'mended')))
    AND ($6 = '' OR system_id = $6) AND ($7 = '' OR check_id = $7) AND ($8 = '' OR assignee = $8)";

impl Filter {
    fn binds(&self) -> [String; 8] {
        let like = if self.q.is_empty() { String::new() } else { web::like(&self.q) };
        let regime =
            if self.regime.is_empty() { String::new() } else { format!("% {} %", self.regime) };
        [
            like,
            regime,
            self.severity.clone(),
            self.owner.clone(),
            self.state.clone(),
            self.system.clone(),
            self.check.clone(),
            self.assignee.clone(),
        ]
    }
}

/// What the search finds a finding by: titles in both languages, the check, names of things.
pub(crate) fn search_of(check: &Check, name: &str, system: &str) -> String {
    [&check.id, &check.title.en, &check.title.zh, name, system].join(" ").to_lowercase()
}

pub(crate) fn reason_context(id: &str) -> String {
    format!("finding:{id}:reason")
}

pub(crate) fn note_context(event: &str) -> String {
    format!("finding-event:{event}:note")
}

impl Comply {
    fn read(&self, row: &AnyRow) -> Result<Option<Finding>> {
        // A check of a newer version is none of ours; its findings wait for it.
        let Some(whole) = check(row.try_get(1)?) else { return Ok(None) };
        let id: String = row.try_get(0)?;
        let (regimes, evidence): (String, String) = (row.try_get(10)?, row.try_get(11)?);
        let sealed: String = row.try_get(20)?;
        let reason = match sealed.as_str() {
            "" => String::new(),
            sealed => self.store.unseal(&reason_context(&id), sealed)?,
        };
        Ok(Some(Finding {
            check: whole,
            kind: row.try_get(2)?,
            object: row.try_get(3)?,
            name: row.try_get(4)?,
            system: row.try_get(5)?,
            system_name: row.try_get(6)?,
            href: row.try_get(7)?,
            severity: Severity::parse(row.try_get(8)?).ok_or(ComplyError::Damaged("finding"))?,
            owner: row.try_get(9)?,
            regimes: regimes.split_whitespace().map(str::to_owned).collect(),
            evidence: serde_json::from_str(&evidence)
                .map_err(|_| ComplyError::Damaged("finding"))?,
            state: State::parse(row.try_get(12)?).ok_or(ComplyError::Damaged("finding"))?,
            first_at: row.try_get(13)?,
            opened_at: row.try_get(14)?,
            changed_at: row.try_get(15)?,
            due_at: row.try_get(16)?,
            assignee: row.try_get(17)?,
            accepted_by: row.try_get(18)?,
            accepted_until: row.try_get(19)?,
            reason,
            id,
        }))
    }

    /// Findings that a filter finds, the gravest and most urgent first; and how many there are.
    pub async fn findings(
        &self,
        filter: &Filter,
        limit: i64,
        offset: i64,
    ) -> Result<(Vec<Finding>, i64)> {
        let sql = format!(
            "SELECT {COLUMNS} FROM comply_finding WHERE {TESTS}
             ORDER BY weight DESC, due_at, id LIMIT $9 OFFSET $10"
        );
        let bound = filter
            .binds()
            .into_iter()
            .fold(sqlx::query(AssertSqlSafe(sql)), sqlx::query::Query::bind);
        let mut rows = bound.bind(limit).bind(offset).fetch(self.store.reader());
        let mut found = Vec::new();
        while let Some(row) = rows.try_next().await? {
            found.extend(self.read(&row)?);
        }
        let sql = format!("SELECT COUNT(*) FROM comply_finding WHERE {TESTS}");
        let count = filter
            .binds()
            .into_iter()
            .fold(sqlx::query(AssertSqlSafe(sql)), sqlx::query::Query::bind);
        let total = count.fetch_one(self.store.reader()).await?.try_get(0)?;
        Ok((found, total))
    }

    /// How many findings a filter finds, by check.
    pub async fn counts(&self, filter: &Filter) -> Result<HashMap<String, i64>> {
        let sql = format!(
            "SELECT check_id, COUNT(*) FROM comply_finding WHERE {TESTS} GROUP BY check_id"
        );
        let bound = filter
            .binds()
            .into_iter()
            .fold(sqlx::query(AssertSqlSafe(sql)), sqlx::query::Query::bind);
        let rows = bound.fetch_all(self.store.reader()).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    }

    /// One finding.
    pub async fn finding(&self, id: &str) -> Result<Finding> {
        let sql = format!("SELECT {COLUMNS} FROM comply_finding WHERE id = $1");
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(id)
            .fetch_optional(self.store.reader())
            .await?
            .ok_or(ComplyError::NotFound)?;
        self.read(&row)?.ok_or(ComplyError::NotFound)
    }

    /// What happened to a finding, the newest first; a hundred lines at most.
    pub async fn history(&self, id: &str) -> Result<Vec<Event>> {
        let rows = sqlx::query(
            "SELECT id, at, actor, what, detail, note_sealed FROM comply_event
             WHERE finding = $1 ORDER BY at DESC, id DESC LIMIT 100",
        )
        .bind(id)
        .fetch_all(self.store.reader())
        .await?;
        rows.iter()
            .map(|row| {
                let (event, sealed): (String, String) = (row.try_get(0)?, row.try_get(5)?);
                let note = match sealed.as_str() {
                    "" => String::new(),
                    sealed => self.store.unseal(&note_context(&event), sealed)?,
                };
                Ok(Event {
                    at: row.try_get(1)?,
                    actor: row.try_get(2)?,
                    what: row.try_get(3)?,
                    detail: row.try_get(4)?,
                    note,
                })
            })
            .collect()
    }

    /// The newest runs, the newest first.
    pub async fn runs(&self, limit: i64) -> Result<Vec<Run>> {
        let rows = sqlx::query(
            "SELECT id, at, took_us, reason, checks, passed, errors, warnings, infos, accepted,
               opened, fixed, scores FROM comply_run ORDER BY at DESC, id DESC LIMIT $1",
        )
        .bind(limit)
        .fetch_all(self.store.reader())
        .await?;
        rows.iter().map(read_run).collect()
    }

    /// The last run of each day (UTC) of the newest so many days, the oldest first.
    pub async fn trend(&self, days: i64) -> Result<Vec<Run>> {
        let rows = sqlx::query(
            "SELECT id, at, took_us, reason, checks, passed, errors, warnings, infos, accepted,
               opened, fixed, scores FROM comply_run
             WHERE at IN (SELECT MAX(at) FROM comply_run WHERE at > $1 GROUP BY at / 86400000000)
             ORDER BY at",
        )
        .bind(store::now() - days * crate::snapshot::DAY)
        .fetch_all(self.store.reader())
        .await?;
        rows.iter().map(read_run).collect()
    }

    /// Systems, owners and checks that findings are about, with how many stand: (system, name, n).
    pub async fn systems_with_findings(&self) -> Result<Vec<(String, String, i64)>> {
        let rows = sqlx::query(
            "SELECT system_id, MAX(system_name), COUNT(*) FROM comply_finding
             WHERE system_id <> '' AND state <> 'fixed' GROUP BY system_id ORDER BY 2, 1",
        )
        .fetch_all(self.store.reader())
        .await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))).collect()
    }

    /// Counts the grave ones that wait, for the badge in the navigation.
    pub async fn count_grave(&self) -> Result<i64> {
        let grave: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM comply_finding
             WHERE severity = 'error' AND state IN ('open', 'mended')",
        )
        .fetch_one(self.store.reader())
        .await?;
        self.rooms.web.set_badge(crate::nav::FINDINGS, grave);
        Ok(grave)
    }
}

fn read_run(row: &AnyRow) -> Result<Run> {
    let scores: String = row.try_get(12)?;
    let scores: BTreeMap<String, i64> =
        serde_json::from_str(&scores).map_err(|_| ComplyError::Damaged("run"))?;
    Ok(Run {
        id: row.try_get(0)?,
        at: row.try_get(1)?,
        took_us: row.try_get(2)?,
        reason: row.try_get(3)?,
        checks: row.try_get(4)?,
        passed: row.try_get(5)?,
        errors: row.try_get(6)?,
        warnings: row.try_get(7)?,
        infos: row.try_get(8)?,
        accepted: row.try_get(9)?,
        opened: row.try_get(10)?,
        fixed: row.try_get(11)?,
        scores,
    })
}
