//! All SQL of corrections.

use ::store::{Actor, WriteTx, now};
use sqlx::FromRow;

use super::{Correction, Held, KEPT, Look, Stage, State};
use crate::{Result, Rights, RightsError};

#[derive(FromRow)]
struct HeldLine {
    stage: String,
    asked_at: i64,
    looked_at: i64,
    more: i64,
    triggers: i64,
    unreached: String,
    sealed: String,
}

#[derive(FromRow)]
struct Line {
    id: String,
    source: String,
    place: String,
    field: String,
    category: String,
    row_key: String,
    before: String,
    after: String,
    state: String,
    error: String,
    warning: String,
    written_at: i64,
    undone_at: i64,
}

/// What the person's rows are bound to.
pub(super) fn held_context(request: &str) -> String {
    format!("rights-held:{request}")
}

pub(super) fn context(id: &str, what: &str) -> String {
    format!("rights-correction:{id}:{what}")
}

impl Rights {
    /// The last look at what is held of a request's person.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn held(&self, request: &str) -> Result<Option<Look>> {
        let line: Option<HeldLine> = sqlx::query_as(
            "SELECT stage, asked_at, looked_at, more, triggers, unreached, sealed FROM rights_held
             WHERE request = $1",
        )
        .bind(request)
        .fetch_optional(self.store().reader())
        .await?;
        let Some(line) = line else { return Ok(None) };
        let gone = line.sealed.is_empty() || (line.looked_at > 0 && line.looked_at + KEPT <= now());
        let held = if gone {
            Held::default()
        } else {
            let text = self.store().unseal(&held_context(request), &line.sealed)?;
            serde_json::from_str(&text).map_err(|_| RightsError::Damaged("row"))?
        };
        Ok(Some(Look {
            stage: Stage::parse(&line.stage),
            asked_at: line.asked_at,
            looked_at: line.looked_at,
            more: line.more != 0,
            triggers: line.triggers != 0,
            unreached: serde_json::from_str(&line.unreached).unwrap_or_default(),
            held,
        }))
    }

    /// The changes of a request, in the order in which they were proposed.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn corrections(&self, request: &str) -> Result<Vec<Correction>> {
        let lines: Vec<Line> = sqlx::query_as(
            "SELECT id, source, place, field, category, row_key, before, after, state, error,
               warning, written_at, undone_at
             FROM rights_correction WHERE request = $1 ORDER BY at, id",
        )
        .bind(request)
        .fetch_all(self.store().reader())
        .await?;
        lines.into_iter().map(|line| self.opened(line)).collect()
    }

    fn opened(&self, line: Line) -> Result<Correction> {
        let damaged = || RightsError::Damaged("correction");
        let open = |what: &str, sealed: &str| -> Result<String> {
            match sealed {
                "" => Ok("null".to_owned()),
                sealed => Ok(self.store().unseal(&context(&line.id, what), sealed)?),
            }
        };
        let value = |what: &str, sealed: &str| -> Result<Option<String>> {
            serde_json::from_str(&open(what, sealed)?).map_err(|_| damaged())
        };
        let key: Option<Vec<purge::Literal>> =
            serde_json::from_str(&open("key", &line.row_key)?).map_err(|_| damaged())?;
        Ok(Correction {
            before: value("before", &line.before)?,
            after: value("after", &line.after)?,
            key: key.unwrap_or_default(),
            state: State::parse(&line.state).ok_or_else(damaged)?,
            id: line.id,
            source: line.source,
            table: line.place,
            column: line.field,
            category: line.category,
            error: line.error,
            warning: line.warning,
            written_at: line.written_at,
            undone_at: line.undone_at,
        })
    }

    /// Categories of which something was corrected and stands, each once.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn corrected(&self, request: &str) -> Result<Vec<String>> {
        let sql = "SELECT DISTINCT category FROM rights_correction WHERE request = $1
                   AND state = 'written' ORDER BY category";
        Ok(sqlx::query_scalar(sql).bind(request).fetch_all(self.store().reader()).await?)
    }

    pub(super) async fn insert_correction(
        &self,
        tx: &mut WriteTx,
        (request, at, by): (&str, i64, &Actor),
        one: &Correction,
    ) -> Result<()> {
        let seal = |what: &str, text: String| self.store().seal(&context(&one.id, what), &text);
        let text = |value: &Option<String>| serde_json::to_string(value).unwrap_or_default();
        sqlx::query(
            "INSERT INTO rights_correction (id, request, at, source, place, field, category,
               row_key, before, after, state, warning, proposed_at, proposed_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        )
        .bind(&one.id)
        .bind(request)
        .bind(at)
        .bind(&one.source)
        .bind(&one.table)
        .bind(&one.column)
        .bind(&one.category)
        .bind(seal("key", serde_json::to_string(&one.key).unwrap_or_default()))
        .bind(seal("before", text(&one.before)))
        .bind(seal("after", text(&one.after)))
        .bind(one.state.as_str())
        .bind(&one.warning)
        .bind(now())
        .bind(by.to_text())
        .execute(tx.conn())
        .await?;
        Ok(())
    }

    /// What was shown is what stands now, where it was written; nothing if it was removed meanwhile.
    pub(super) async fn show_written(&self, request: &str, all: &[Correction]) -> Result<()> {
        let mut tx = self.store().begin_upkeep().await?;
        let Some((mut held, looked_at)) = self.held_to_change(&mut tx, request).await? else {
            return Ok(());
        };
        for one in all {
            let now = match one.state {
                State::Written => &one.after,
                State::Undone => &one.before,
                _ => continue,
            };
            if one.written_at.max(one.undone_at) < looked_at {
                continue;
            }
            if let Some(cell) = held.find(one) {
                cell.value.clone_from(now);
            }
        }
        self.put_held(&mut tx, request, &held).await?;
        tx.commit().await?;
        Ok(())
    }

    /// What the page of a request shows and when it was looked at; nobody else changes it before the
    /// transaction ends.
    pub(super) async fn held_to_change(
        &self,
        tx: &mut WriteTx,
        request: &str,
    ) -> Result<Option<(Held, i64)>> {
        sqlx::query("UPDATE rights_held SET looked_at = looked_at WHERE request = $1")
            .bind(request)
            .execute(tx.conn())
            .await?;
        let line: Option<(String, i64)> = sqlx::query_as(
            "SELECT sealed, looked_at FROM rights_held WHERE request = $1 AND sealed <> ''",
        )
        .bind(request)
        .fetch_optional(tx.conn())
        .await?;
        let Some((sealed, looked_at)) = line else { return Ok(None) };
        let text = self.store().unseal(&held_context(request), &sealed)?;
        let held = serde_json::from_str(&text).map_err(|_| RightsError::Damaged("row"))?;
        Ok(Some((held, looked_at)))
    }

    pub(super) async fn put_held(
        &self,
        tx: &mut WriteTx,
        request: &str,
        held: &Held,
    ) -> Result<()> {
        let text = serde_json::to_string(held).unwrap_or_default();
        sqlx::query("UPDATE rights_held SET sealed = $1 WHERE request = $2")
            .bind(self.store().seal(&held_context(request), &text))
            .bind(request)
            .execute(tx.conn())
            .await?;
        Ok(())
    }

    /// Removes values whose time is over: of looks, and of changes that can no longer be undone.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn remove_held(&self) -> Result<u64> {
        let mut tx = self.store().begin_upkeep().await?;
        let over = now() - KEPT;
        let changes = sqlx::query(
            "UPDATE rights_correction SET row_key = '', before = '', after = '', drafted = '',
               stood = ''
             WHERE row_key <> '' AND proposed_at <= $1 AND written_at <= $1
               AND state NOT IN ('checking', 'queued', 'undoing')",
        )
        .bind(over)
        .execute(tx.conn())
        .await?;
        let looks = sqlx::query(
            "UPDATE rights_held SET sealed = '' WHERE sealed <> '' AND looked_at <= $1",
        )
        .bind(over)
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(looks.rows_affected() + changes.rows_affected())
    }
}

/// A look is asked for, or asked for anew.
pub(super) async fn begin_look(tx: &mut WriteTx, request: &str, by: &Actor) -> Result<()> {
    sqlx::query(
        "INSERT INTO rights_held (request, stage, asked_at, asked_by) VALUES ($1, 'looking', $2, $3)
         ON CONFLICT (request) DO UPDATE SET stage = 'looking', asked_at = $2, asked_by = $3,
           error = '', sealed = ''",
    )
    .bind(request)
    .bind(now())
    .bind(by.to_text())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A request is closed: what was shown is removed, and changes that were only proposed with it. What
/// was written can be undone for its 30 days.
pub(crate) async fn forget(tx: &mut WriteTx, request: &str) -> Result<()> {
    sqlx::query(
        "DELETE FROM rights_correction WHERE request = $1 AND written_at = 0
         AND drafted = '' AND state IN ('checking', 'proposed', 'refused', 'failed')",
    )
    .bind(request)
    .execute(tx.conn())
    .await?;
    sqlx::query("UPDATE rights_held SET sealed = '', stage = 'failed' WHERE request = $1")
        .bind(request)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Moves changes from states to another; which were moved is told by the number.
pub(super) async fn moved(
    tx: &mut WriteTx,
    (request, id): (&str, &str),
    from: &[State],
    (to, error): (State, &str),
) -> Result<u64> {
    let from: Vec<String> = from.iter().map(|one| format!("'{}'", one.as_str())).collect();
    let one = if id.is_empty() { "" } else { " AND id = $4" };
    let sql = format!(
        "UPDATE rights_correction SET state = $1, error = $2 WHERE request = $3{one}
         AND state IN ({})",
        from.join(", ")
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(to.as_str()).bind(error).bind(request);
    let query = if id.is_empty() { query } else { query.bind(id) };
    Ok(query.execute(tx.conn()).await?.rows_affected())
}
