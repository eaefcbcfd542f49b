//! All SQL of the room: lines of the standard, the last look at each source.

use std::collections::{BTreeMap, BTreeSet};

use ::sources::SourceError;
use ::store::{Actor, Entry, WriteTx, new_id, now};
use sqlx::FromRow;

use crate::{
    Grants, GrantsError, Result,
    model::{Finding, Judgement, Kind, Look, Standard, judge},
    script::{Stated, plan},
    standard::{ActivityFact, Facts, Gap, Line, PurposeFact},
};

/// The last look at a source, without its findings.
#[derive(Debug, Clone, Default, PartialEq, Eq, FromRow)]
pub struct Check {
    /// The source.
    pub source_id: String,
    /// `done` | `failed`.
    pub state: String,
    /// When the last look succeeded (µs); 0 if none did.
    pub looked_at: i64,
    /// When it was last tried (µs).
    pub tried_at: i64,
    /// Why the last try failed: a `SourceError` code, or "".
    pub error_code: String,
    /// What it was about.
    pub error_subject: String,
    /// The cause, where the code leaves it open.
    pub error_why: String,
    /// The account that looked does not see all grants.
    pub blind: i64,
    /// Roles judged.
    pub judged: i64,
    /// Columns too much.
    pub excess: i64,
    /// Columns missing.
    pub missing: i64,
    /// Accounts without a line, superusers among them.
    pub unbound: i64,
}

/// The last look at a source with the worst of what it found, for the audit.
#[derive(Debug, Clone)]
pub struct Worst {
    /// Counts and times.
    pub check: Check,
    /// The gravest findings first, at most ten.
    pub findings: Vec<Finding>,
}

/// A source's standard and what was seen, judged now.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The last look.
    pub check: Check,
    /// Lines with what keeps more from following from them.
    pub lines: Vec<(Line, crate::model::Rule, Vec<Gap>)>,
    /// What was seen; `None` before the first look.
    pub look: Option<Look>,
    /// What is wrong.
    pub judgement: Judgement,
}

impl Judged {
    /// The rules by role.
    pub fn standard(&self) -> Standard {
        self.lines.iter().map(|(line, rule, _)| (line.holder.clone(), rule.clone())).collect()
    }

    /// The steps that bring the source to its standard.
    pub fn plan(&self) -> Vec<Stated> {
        self.look.as_ref().map(|look| plan(&self.standard(), look).0).unwrap_or_default()
    }
}

#[derive(FromRow)]
struct LineRow {
    id: String,
    source_id: String,
    holder: String,
    exempt: i64,
    purposes: String,
    activities: String,
    extra: String,
    writes: i64,
    reason: String,
    version: i64,
    updated_at: i64,
}

impl From<LineRow> for Line {
    fn from(row: LineRow) -> Self {
        let list = |text: &str| serde_json::from_str(text).unwrap_or_default();
        Self {
            purposes: list(&row.purposes),
            activities: list(&row.activities),
            extra: list(&row.extra),
            id: row.id,
            source_id: row.source_id,
            holder: row.holder,
            exempt: row.exempt != 0,
            write: row.writes != 0,
            reason: row.reason,
            version: row.version,
            updated_at: row.updated_at,
        }
    }
}

const CHECK: &str = "source_id, state, looked_at, tried_at, error_code, error_subject, error_why, \
                     blind, judged, excess, missing, unbound";

impl Grants {
    /// A source's lines, by role.
    pub async fn lines(&self, source_id: &str) -> Result<Vec<Line>> {
        let rows: Vec<LineRow> =
            sqlx::query_as("SELECT * FROM grant_line WHERE source_id = $1 ORDER BY holder, id")
                .bind(source_id)
                .fetch_all(self.store().reader())
                .await?;
        Ok(rows.into_iter().map(Line::from).collect())
    }

    /// One line of a source.
    pub async fn line(&self, source_id: &str, id: &str) -> Result<Line> {
        let lines = self.lines(source_id).await?;
        lines.into_iter().find(|line| line.id == id).ok_or(GrantsError::NotFound("line"))
    }

    /// Adds a line (empty id) or changes one, if it still is as it was read (`version`); returns its
    /// id. What was seen last is judged again in the same moment.
    pub async fn save_line(&self, by: Actor, mut line: Line) -> Result<String> {
        self.source(&line.source_id).await?;
        line.tidy();
        let faults = line.faults();
        if !faults.is_empty() {
            return Err(GrantsError::Line(faults));
        }
        let lines = self.lines(&line.source_id).await?;
        if lines.iter().any(|other| other.holder == line.holder && other.id != line.id) {
            return Err(GrantsError::Line(vec![("holder", "grants-error-taken")]));
        }
        let before = lines.into_iter().find(|other| other.id == line.id);
        let new = line.id.is_empty();
        if new {
            (line.id, line.version) = (new_id(), 0);
        } else if before.is_none() {
            return Err(GrantsError::NotFound("line"));
        }
        let action =
            if new { "access_standard.line_added" } else { "access_standard.line_changed" };
        let mut entry = Entry::new(by, action, "access_line", &line.id);
        entry.before = before.as_ref().map(|state| self.store().digest(state));
        let read = line.version;
        (line.version, line.updated_at) = (read + 1, now());
        entry.after = Some(self.store().digest(&line));
        let mut tx = self.store().begin(entry).await?;
        if put_line(&mut tx, &line, read).await? == 0 {
            return Err(GrantsError::Changed);
        }
        tx.commit().await?;
        self.judge_again(&line.source_id).await?;
        Ok(line.id)
    }

    /// Takes a line away.
    pub async fn remove_line(&self, by: Actor, source_id: &str, id: &str) -> Result<()> {
        let line = self.line(source_id, id).await?;
        let mut entry = Entry::new(by, "access_standard.line_removed", "access_line", id);
        entry.before = Some(self.store().digest(&line));
        let mut tx = self.store().begin(entry).await?;
        sqlx::query("DELETE FROM grant_line WHERE id = $1").bind(id).execute(tx.conn()).await?;
        tx.commit().await?;
        self.judge_again(source_id).await
    }

    /// The last look at every source that was looked at.
    pub async fn checks(&self) -> Result<BTreeMap<String, Check>> {
        let sql = format!("SELECT {CHECK} FROM grant_check");
        let rows: Vec<Check> =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(self.store().reader()).await?;
        Ok(rows.into_iter().map(|check| (check.source_id.clone(), check)).collect())
    }

    /// The last look at each source with the worst of what it found, for the audit.
    pub async fn last(&self) -> Result<Vec<Worst>> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT source_id, findings FROM grant_check")
                .fetch_all(self.store().reader())
                .await?;
        let mut found: BTreeMap<String, String> = rows.into_iter().collect();
        let worst = |(source, check): (String, Check)| {
            let findings = found.remove(&source).unwrap_or_default();
            let mut findings: Vec<Finding> = serde_json::from_str(&findings).unwrap_or_default();
            let rank = |finding: &Finding| Kind::ALL.iter().position(|kind| *kind == finding.kind);
            findings.sort_by_key(|one| (rank(one), std::cmp::Reverse(one.columns.len())));
            findings.truncate(10);
            Worst { check, findings }
        };
        Ok(self.checks().await?.into_iter().map(worst).collect())
    }

    /// A source's standard and last look, judged by what purposes and activities say now.
    pub async fn judged(&self, source_id: &str) -> Result<Judged> {
        let facts = self.facts(source_id).await?;
        let lines = self.lines(source_id).await?;
        let lines: Vec<_> = lines
            .into_iter()
            .map(|line| {
                let (rule, gaps) = facts.rule(&line);
                (line, rule, gaps)
            })
            .collect();
        let check = self.checks().await?.remove(source_id).unwrap_or_default();
        let look: Option<(String,)> =
            sqlx::query_as("SELECT look FROM grant_check WHERE source_id = $1 AND look <> ''")
                .bind(source_id)
                .fetch_optional(self.store().reader())
                .await?;
        let look: Option<Look> = look.and_then(|(text,)| serde_json::from_str(&text).ok());
        let mut judged = Judged { check, lines, look, judgement: Judgement::default() };
        if let Some(look) = &judged.look {
            judged.judgement = judge(&judged.standard(), look);
        }
        Ok(judged)
    }

    /// What lines are worked out from, for one source.
    pub async fn facts(&self, source_id: &str) -> Result<Facts> {
        let source = self.source(source_id).await?;
        let of_map = self.map.record_facts().await?;
        let systems = self.map.systems_by_name().await?;
        let own = source.system_id.as_deref().unwrap_or_default();
        let system = systems.into_iter().find(|system| system.id == own);
        let purposes = self.consent.catalogue();
        let purposes = purposes.purposes().map(|one| {
            let fact = PurposeFact {
                key: one.key.clone(),
                data: one.body.data.clone(),
                systems: one.body.systems.clone(),
                retired: one.retired_at.is_some(),
            };
            (one.key.clone(), fact)
        });
        let activities = of_map.activities.iter().map(|one| {
            let fact = ActivityFact {
                key: one.key.clone(),
                systems: one.systems.iter().cloned().collect(),
                categories: one.categories.iter().cloned().collect(),
            };
            (one.key.clone(), fact)
        });
        let found = of_map.systems.get(own).map(|fact| fact.categories.keys().cloned().collect());
        Ok(Facts {
            purposes: purposes.collect(),
            activities: activities.collect(),
            system: system.map(|system| (system.id, system.key)),
            found: found.unwrap_or_default(),
        })
    }

    /// Keeps what was seen, judged.
    pub(crate) async fn keep_look(&self, source_id: &str, look: &Look) -> Result<()> {
        let judged = self.judged(source_id).await?;
        let judgement = judge(&judged.standard(), look);
        let mut entry =
            Entry::new(Actor::System("grants"), "access_standard.checked", "source", source_id);
        entry.after = Some(self.store().digest(&judgement));
        let mut tx = self.store().begin(entry).await?;
        let at = now();
        sqlx::query(
            "INSERT INTO grant_check (source_id, state, looked_at, tried_at, look)
             VALUES ($1, 'done', $2, $2, $3)
             ON CONFLICT (source_id) DO UPDATE SET state = 'done', looked_at = excluded.looked_at,
               tried_at = excluded.tried_at, look = excluded.look, error_code = '',
               error_subject = '', error_why = ''",
        )
        .bind(source_id)
        .bind(at)
        .bind(text_of(look))
        .execute(tx.conn())
        .await?;
        put_judgement(&mut tx, source_id, &judgement).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Judges the last look again, after a change of the standard.
    async fn judge_again(&self, source_id: &str) -> Result<()> {
        let judged = self.judged(source_id).await?;
        if judged.look.is_none() {
            return Ok(());
        }
        let mut entry =
            Entry::new(Actor::System("grants"), "access_standard.judged", "source", source_id);
        entry.after = Some(self.store().digest(&judged.judgement));
        let mut tx = self.store().begin(entry).await?;
        put_judgement(&mut tx, source_id, &judged.judgement).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(crate) async fn keep_failure(&self, source_id: &str, error: &SourceError) -> Result<()> {
        let action = "access_standard.check_failed";
        let entry = Entry::new(Actor::System("grants"), action, "source", source_id);
        let mut tx = self.store().begin(entry).await?;
        sqlx::query(
            "INSERT INTO grant_check (source_id, state, looked_at, tried_at, error_code,
               error_subject, error_why)
             VALUES ($1, 'failed', 0, $2, $3, $4, $5)
             ON CONFLICT (source_id) DO UPDATE SET state = 'failed', tried_at = excluded.tried_at,
               error_code = excluded.error_code, error_subject = excluded.error_subject,
               error_why = excluded.error_why",
        )
        .bind(source_id)
        .bind(now())
        .bind(error.code())
        .bind(error.subject().replace('\0', ""))
        .bind(error.why().replace('\0', ""))
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Forgets what belongs to sources that were deleted.
    pub(crate) async fn forget_all_but(&self, sources: &BTreeSet<String>) -> Result<()> {
        let known: Vec<(String,)> = sqlx::query_as(
            "SELECT source_id FROM grant_check UNION SELECT source_id FROM grant_line",
        )
        .fetch_all(self.store().reader())
        .await?;
        for (id,) in known.iter().filter(|(id,)| !sources.contains(id)) {
            let action = "access_standard.forgotten";
            let entry = Entry::new(Actor::System("grants"), action, "source", id);
            let mut tx = self.store().begin(entry).await?;
            for sql in [
                "DELETE FROM grant_check WHERE source_id = $1",
                "DELETE FROM grant_line WHERE source_id = $1",
            ] {
                sqlx::query(sql).bind(id).execute(tx.conn()).await?;
            }
            tx.commit().await?;
        }
        Ok(())
    }
}

/// Writes a line unless it was changed since it was read; returns how many rows were written.
async fn put_line(tx: &mut WriteTx, line: &Line, read: i64) -> Result<u64> {
    let done = sqlx::query(
        "INSERT INTO grant_line (id, source_id, holder, exempt, purposes, activities, extra, writes,
           reason, version, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, exempt = excluded.exempt,
           purposes = excluded.purposes, activities = excluded.activities, extra = excluded.extra,
           writes = excluded.writes, reason = excluded.reason, version = excluded.version,
           updated_at = excluded.updated_at
         WHERE grant_line.version = $12",
    )
    .bind(&line.id)
    .bind(&line.source_id)
    .bind(&line.holder)
    .bind(i64::from(line.exempt))
    .bind(text_of(&line.purposes))
    .bind(text_of(&line.activities))
    .bind(text_of(&line.extra))
    .bind(i64::from(line.write))
    .bind(&line.reason)
    .bind(line.version)
    .bind(line.updated_at)
    .bind(read)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}

async fn put_judgement(tx: &mut WriteTx, source_id: &str, judgement: &Judgement) -> Result<()> {
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    sqlx::query(
        "UPDATE grant_check SET blind = $1, judged = $2, excess = $3, missing = $4, unbound = $5,
           findings = $6 WHERE source_id = $7",
    )
    .bind(i64::from(judgement.partial))
    .bind(number(judgement.judged))
    .bind(number(judgement.count(Kind::Excess)))
    .bind(number(judgement.count(Kind::Missing)))
    .bind(number(judgement.unbound()))
    .bind(text_of(&judgement.findings))
    .bind(source_id)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// JSON of what always becomes JSON: names, numbers and lists of them. PostgreSQL takes no NUL.
fn text_of(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default().replace("\\u0000", "")
}
