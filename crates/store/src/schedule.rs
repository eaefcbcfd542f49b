//! Schedules: cron expressions in a time zone that queue a job when they are due.

use crate::{Actor, Entry, Result, Store, next_run};
use sqlx::{Row as _, any::AnyRow};

/// Attempts of a job queued by a schedule.
const ATTEMPTS: i64 = 5;

/// A schedule as stored.
#[derive(Debug, Clone)]
pub struct ScheduleRow {
    /// Its key, e.g. `source:ID`.
    pub key: String,
    /// The kind of job it queues.
    pub kind: String,
    /// Five cron fields.
    pub cron: String,
    /// IANA time zone.
    pub zone: String,
    /// The job's payload.
    pub payload: serde_json::Value,
    /// When it is due next (µs).
    pub next_at: i64,
    /// When it last queued a job (µs).
    pub last_at: Option<i64>,
}

impl Store {
    pub(crate) async fn set_schedule(&self, wanted: ScheduleRow, by: Actor) -> Result<()> {
        let before = self.schedule_by_key(&wanted.key).await?;
        if let Some(old) = &before
            && (&old.kind, &old.cron, &old.zone, &old.payload)
                == (&wanted.kind, &wanted.cron, &wanted.zone, &wanted.payload)
        {
            return Ok(());
        }
        let action = if before.is_some() { "schedule.changed" } else { "schedule.created" };
        let mut tx = self.begin(Entry::new(by, action, "schedule", wanted.key.clone())).await?;
        tx.states(before.map(|row| self.state_of(&row)), Some(self.state_of(&wanted)));
        sqlx::query(
            "INSERT INTO schedule (key, kind, cron, zone, payload, next_at) \
             VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (key) DO UPDATE SET kind = excluded.kind, cron = excluded.cron, \
             zone = excluded.zone, payload = excluded.payload, next_at = excluded.next_at",
        )
        .bind(wanted.key)
        .bind(wanted.kind)
        .bind(wanted.cron)
        .bind(wanted.zone)
        .bind(wanted.payload.to_string())
        .bind(wanted.next_at)
        .execute(tx.conn())
        .await?;
        tx.wake_on_commit();
        tx.commit().await?;
        Ok(())
    }

    pub(crate) async fn remove_schedule(&self, key: &str, by: Actor) -> Result<()> {
        let Some(before) = self.schedule_by_key(key).await? else { return Ok(()) };
        let mut tx = self.begin(Entry::new(by, "schedule.removed", "schedule", key)).await?;
        tx.states(Some(self.state_of(&before)), None);
        let removed =
            sqlx::query("DELETE FROM schedule WHERE key = $1").bind(key).execute(tx.conn()).await?;
        if removed.rows_affected() > 0 {
            tx.commit().await?;
        }
        Ok(())
    }

    fn state_of(&self, row: &ScheduleRow) -> crate::Digest {
        self.digest(&(&row.kind, &row.cron, &row.zone, &row.payload))
    }

    /// A schedule by key.
    pub async fn schedule_by_key(&self, key: &str) -> Result<Option<ScheduleRow>> {
        sqlx::query(
            "SELECT key, kind, cron, zone, payload, next_at, last_at FROM schedule WHERE key = $1",
        )
        .bind(key)
        .fetch_optional(self.reader())
        .await?
        .as_ref()
        .map(read)
        .transpose()
    }

    /// All schedules, the next due first.
    pub async fn schedules(&self) -> Result<Vec<ScheduleRow>> {
        sqlx::query(
            "SELECT key, kind, cron, zone, payload, next_at, last_at FROM schedule \
             ORDER BY next_at, key",
        )
        .fetch_all(self.reader())
        .await?
        .iter()
        .map(read)
        .collect()
    }

    /// Queues the jobs of all schedules that are due; missed times count once.
    pub(crate) async fn fire_schedules(&self) -> Result<()> {
        let due = sqlx::query(
            "SELECT key, kind, cron, zone, payload, next_at, last_at FROM schedule \
             WHERE next_at <= $1 ORDER BY next_at LIMIT 100",
        )
        .bind(crate::now())
        .fetch_all(self.reader())
        .await?;
        for row in &due {
            let row = read(row)?;
            let key = row.key.clone();
            if let Err(error) = self.fire(row).await {
                tracing::warn!(schedule = key, %error, "a schedule could not be fired");
            }
        }
        Ok(())
    }

    async fn fire(&self, row: ScheduleRow) -> Result<()> {
        let next = next_run(&row.cron, &row.zone)?;
        let entry = Entry::new(Actor::System("scheduler"), "schedule.fired", "schedule", &row.key);
        let mut tx = self.begin(entry).await?;
        // Of several servers the first to move the due time on fires; the others change no row.
        let moved = sqlx::query(
            "UPDATE schedule SET next_at = $1, last_at = $2 WHERE key = $3 AND next_at = $4",
        )
        .bind(next)
        .bind(crate::now())
        .bind(&row.key)
        .bind(row.next_at)
        .execute(tx.conn())
        .await?;
        if moved.rows_affected() == 0 {
            return Ok(());
        }
        let (id, fresh) =
            crate::jobs::insert(tx.conn(), &row.kind, &row.payload, Some(&row.key), ATTEMPTS)
                .await?;
        if fresh {
            tx.note_queued(&id);
        }
        tx.commit().await?;
        Ok(())
    }
}

fn read(row: &AnyRow) -> Result<ScheduleRow> {
    Ok(ScheduleRow {
        key: row.try_get(0)?,
        kind: row.try_get(1)?,
        cron: row.try_get(2)?,
        zone: row.try_get(3)?,
        payload: serde_json::from_str(&row.try_get::<String, _>(4)?).unwrap_or_default(),
        next_at: row.try_get(5)?,
        last_at: row.try_get(6)?,
    })
}
