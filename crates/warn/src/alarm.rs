//! Alarms in the database: raised, repeated, acknowledged, reopened.

use sqlx::{AssertSqlSafe, Row as _, any::AnyRow};
use store::{Actor, Entry, WriteTx, new_id};

use crate::{
    Result, Warn, WarnError,
    engine::{Finding, RuleId, Severity},
    mute::Mute,
};

/// The same rule about the same actor within this time (µs) is the same alarm.
const SAME: i64 = 24 * 3600 * 1_000_000;
const COLUMNS: &str = "id, rule, severity, actor, subject, state, hits, first_at, last_at, note_sealed, ended_by, ended_at, incident";

/// Where an alarm stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Waits for somebody to look.
    Open,
    /// Somebody looked and said what it was.
    Acknowledged,
    /// Raised while its rule or actor was muted.
    Muted,
}

impl State {
    /// All.
    pub const ALL: [Self; 3] = [Self::Open, Self::Acknowledged, Self::Muted];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acknowledged => "acknowledged",
            Self::Muted => "muted",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// An alarm.
#[derive(Debug, Clone)]
pub struct Alarm {
    /// Id.
    pub id: String,
    /// Which rule raised it.
    pub rule: RuleId,
    /// How severe.
    pub severity: Severity,
    /// Who, as the ledger writes it.
    pub actor: String,
    /// Whose data, where it is about one customer; else empty.
    pub subject: String,
    /// Where it stands.
    pub state: State,
    /// How often it happened.
    pub hits: i64,
    /// First (µs).
    pub first_at: i64,
    /// Last (µs).
    pub last_at: i64,
    /// What was said when it was acknowledged.
    pub note: String,
    /// Who acknowledged it, as the ledger writes it; else empty.
    pub ended_by: String,
    /// When (µs), or 0.
    pub ended_at: i64,
    /// The incident it became part of: its name elsewhere, until incidents have a room.
    pub incident: String,
}

/// One time that it happened.
#[derive(Debug, Clone)]
pub struct Hit {
    /// The entry that made it too much.
    pub seq: i64,
    /// When (µs).
    pub at: i64,
    /// Which sentence says why: the end of `warn-why-…`.
    pub why: String,
    /// What was counted.
    pub measured: i64,
    /// What is usual.
    pub usual: i64,
    /// What was allowed.
    pub allowed: i64,
    /// Entries that show it.
    pub evidence: Vec<i64>,
}

fn note_context(id: &str) -> String {
    format!("alarm:{id}:note")
}

impl Warn {
    fn read(&self, row: &AnyRow) -> Result<Alarm> {
        let id: String = row.try_get(0)?;
        let sealed: String = row.try_get(9)?;
        let note = match sealed.as_str() {
            "" => String::new(),
            sealed => self.store.unseal(&note_context(&id), sealed)?,
        };
        Ok(Alarm {
            rule: RuleId::parse(row.try_get(1)?).ok_or(WarnError::Damaged("alarm"))?,
            severity: Severity::parse(row.try_get(2)?).ok_or(WarnError::Damaged("alarm"))?,
            actor: row.try_get(3)?,
            subject: row.try_get(4)?,
            state: State::parse(row.try_get(5)?).ok_or(WarnError::Damaged("alarm"))?,
            hits: row.try_get(6)?,
            first_at: row.try_get(7)?,
            last_at: row.try_get(8)?,
            note,
            ended_by: row.try_get(10)?,
            ended_at: row.try_get(11)?,
            incident: row.try_get(12)?,
            id,
        })
    }

    /// Alarms in a state, of a rule ("" any), of a severity ("" any), the newest first; and how many.
    pub async fn alarms(
        &self,
        (state, rule, severity): (&str, &str, &str),
        limit: i64,
        offset: i64,
    ) -> Result<(Vec<Alarm>, i64)> {
        let tests =
            "($1 = '' OR state = $1) AND ($2 = '' OR rule = $2) AND ($3 = '' OR severity = $3)";
        let sql = format!(
            "SELECT {COLUMNS} FROM alarm WHERE {tests} ORDER BY last_at DESC, id LIMIT $4 OFFSET $5"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(state)
            .bind(rule)
            .bind(severity)
            .bind(limit)
            .bind(offset)
            .fetch_all(self.store.reader())
            .await?;
        let total =
            sqlx::query_scalar(AssertSqlSafe(format!("SELECT COUNT(*) FROM alarm WHERE {tests}")))
                .bind(state)
                .bind(rule)
                .bind(severity)
                .fetch_one(self.store.reader())
                .await?;
        Ok((rows.iter().map(|row| self.read(row)).collect::<Result<_>>()?, total))
    }

    /// One alarm.
    pub async fn alarm(&self, id: &str) -> Result<Alarm> {
        let row = sqlx::query(AssertSqlSafe(format!("SELECT {COLUMNS} FROM alarm WHERE id = $1")))
            .bind(id)
            .fetch_optional(self.store.reader())
            .await?
            .ok_or(WarnError::NotFound("alarm"))?;
        self.read(&row)
    }

    /// When and why it happened, the newest first; a hundred at most.
    pub async fn hits(&self, id: &str) -> Result<Vec<Hit>> {
        let rows = sqlx::query(
            "SELECT seq, at, why, measured, usual, allowed, evidence FROM alarm_hit
             WHERE alarm = $1 ORDER BY seq DESC LIMIT 100",
        )
        .bind(id)
        .fetch_all(self.store.reader())
        .await?;
        rows.iter()
            .map(|row| {
                let evidence: String = row.try_get(6)?;
                Ok(Hit {
                    seq: row.try_get(0)?,
                    at: row.try_get(1)?,
                    why: row.try_get(2)?,
                    measured: row.try_get(3)?,
                    usual: row.try_get(4)?,
                    allowed: row.try_get(5)?,
                    evidence: serde_json::from_str(&evidence)
                        .map_err(|_| WarnError::Damaged("alarm"))?,
                })
            })
            .collect()
    }

    /// Counts what waits, for the badge in the navigation.
    pub async fn count_open(&self) -> Result<i64> {
        let open: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM alarm WHERE state = 'open'")
            .fetch_one(self.store.reader())
            .await?;
        self.web.set_badge(crate::nav::ALARMS, open);
        Ok(open)
    }

    /// Somebody looked and says what it was.
    pub async fn acknowledge(&self, by: Actor, id: &str, note: &str, incident: &str) -> Result<()> {
        self.end(by, id, "alarm.acknowledged", State::Acknowledged, note, incident).await
    }

    /// It waits again.
    pub async fn reopen(&self, by: Actor, id: &str) -> Result<()> {
        let old = self.alarm(id).await?;
        self.end(by, id, "alarm.reopened", State::Open, &old.note, &old.incident).await
    }

    async fn end(
        &self,
        by: Actor,
        id: &str,
        action: &'static str,
        state: State,
        note: &str,
        incident: &str,
    ) -> Result<()> {
        let sealed =
            if note.is_empty() { String::new() } else { self.store.seal(&note_context(id), note) };
        let who = by.to_text();
        let mut tx = self.store.begin(Entry::new(by, action, "alarm", id)).await?;
        tx.states(None, Some(self.store.digest(&(state.as_str(), note, incident))));
        let done = sqlx::query(
            "UPDATE alarm SET state = $1, note_sealed = $2, ended_by = $3, ended_at = $4, incident = $5
             WHERE id = $6 AND state <> $1",
        )
        .bind(state.as_str())
        .bind(sealed)
        .bind(if state == State::Open { "" } else { &who })
        .bind(if state == State::Open { 0 } else { store::now() })
        .bind(incident)
        .bind(id)
        .execute(tx.conn())
        .await?;
        if done.rows_affected() == 0 {
            // Somebody else did it in the meantime, or there is no such alarm.
            return self.alarm(id).await.map(|_| ());
        }
        tx.commit().await?;
        self.count_open().await?;
        Ok(())
    }

    /// Keeps a finding in a running transaction. `None` if it is kept already, else the alarm if it is
    /// a new one that somebody should hear of.
    pub(crate) async fn keep(
        &self,
        tx: &mut WriteTx,
        found: &Finding,
        mutes: &[Mute],
    ) -> Result<Option<String>> {
        let known = sqlx::query("SELECT id FROM alarm_hit WHERE id = $1")
            .bind(&found.key)
            .fetch_optional(&mut *tx.conn())
            .await?;
        if known.is_some() {
            return Ok(None);
        }
        let state =
            if mutes.iter().any(|mute| mute.covers(found)) { State::Muted } else { State::Open };
        let same: Option<String> = sqlx::query_scalar(
            "SELECT id FROM alarm WHERE rule = $1 AND actor = $2 AND state = $3 AND last_at >= $4
             ORDER BY last_at DESC LIMIT 1",
        )
        .bind(found.rule.as_str())
        .bind(&found.actor)
        .bind(state.as_str())
        .bind(found.at - SAME)
        .fetch_optional(&mut *tx.conn())
        .await?;
        let fresh = same.is_none();
        let id = same.unwrap_or_else(new_id);
        let action = if fresh { "alarm.raised" } else { "alarm.repeated" };
        let mut entry = Entry::new(Actor::System("early-warning"), action, "alarm", &*id);
        entry.after = Some(self.store.digest(&(&found.key, found.seq, found.measured)));
        tx.also(entry);
        if fresh {
            insert(tx, &id, found, state).await?;
        } else {
            sqlx::query("UPDATE alarm SET hits = hits + 1, last_at = $1 WHERE id = $2")
                .bind(found.at)
                .bind(&id)
                .execute(&mut *tx.conn())
                .await?;
        }
        sqlx::query(
            "INSERT INTO alarm_hit (id, alarm, seq, at, why, measured, usual, allowed, evidence)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(&found.key)
        .bind(&id)
        .bind(found.seq)
        .bind(found.at)
        .bind(found.why)
        .bind(i64::from(found.measured))
        .bind(i64::from(found.usual))
        .bind(i64::from(found.limit))
        .bind(serde_json::json!(found.evidence).to_string())
        .execute(tx.conn())
        .await?;
        Ok((fresh && state == State::Open).then_some(id))
    }
}

async fn insert(tx: &mut WriteTx, id: &str, found: &Finding, state: State) -> Result<()> {
    sqlx::query(
        "INSERT INTO alarm (id, rule, severity, actor, subject, state, hits, first_at, last_at,
             note_sealed, ended_by, ended_at, incident)
         VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $7, '', '', 0, '')",
    )
    .bind(id)
    .bind(found.rule.as_str())
    .bind(found.severity.as_str())
    .bind(&found.actor)
    .bind(found.subject.as_deref().unwrap_or_default())
    .bind(state.as_str())
    .bind(found.at)
    .execute(tx.conn())
    .await?;
    Ok(())
}
