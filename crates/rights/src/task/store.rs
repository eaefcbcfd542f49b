//! All SQL of tasks.

use ::store::{Actor, Entry, WriteTx, new_id, now};
use sqlx::{AssertSqlSafe, FromRow};

use super::{Stand, Step, Task, Why, gap::Fault, model::margin};
use crate::{Kind, Request, Result, Rights, RightsError, request::number_of};

/// Which tasks to list. Empty texts do not narrow, but `stand`.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// "" for open ones, `all`, `late`, or the name of a [`Stand`].
    pub stand: String,
    /// The name of a [`Step`].
    pub step: String,
    /// A member of staff's id; `nobody` for those without.
    pub owner: String,
    /// A number: `R-17` or `17`.
    pub number: String,
}

#[derive(FromRow)]
struct Line {
    id: String,
    request: String,
    number: i64,
    kind: String,
    paused: i64,
    answer_by: i64,
    source: String,
    name: String,
    step: String,
    why: String,
    detail: String,
    owner: String,
    stand: String,
    margin: i64,
    made_at: i64,
    seen_at: i64,
    tries: i64,
    ended_at: i64,
    ended_by: String,
    said_sealed: String,
}

const SELECT: &str = "SELECT t.id, t.request, r.number, r.kind, r.paused, r.due_at AS answer_by,
    t.source, t.name, t.step, t.why, t.detail, t.owner, t.stand, t.margin, t.made_at, t.seen_at,
    t.tries, t.ended_at, t.ended_by, t.said_sealed
  FROM rights_task t JOIN rights_request r ON r.id = t.request";

/// Trying again may help, see [`Why::passes`].
const MAY_PASS: &str = "t.stand = 'open' AND r.closed_at = 0
    AND t.why IN ('down', 'rights', 'changed', 'other')";

/// The filter as SQL; `$5` is now.
const TESTS: &str = "(t.stand = $1 OR $1 = 'all' OR ($1 = '' AND t.stand = 'open')
      OR ($1 = 'late' AND t.stand = 'open' AND r.paused = 0 AND r.due_at > 0
        AND r.due_at - t.margin < $5))
    AND ($2 = '' OR t.step = $2)
    AND ($3 = '' OR t.owner = $3 OR ($3 = 'nobody' AND t.owner = ''))
    AND ($4 = 0 OR r.number = $4)";

fn context(id: &str) -> String {
    format!("rights-task:{id}")
}

impl Rights {
    fn read_task(&self, line: Line) -> Result<Task> {
        let damaged = || RightsError::Damaged("task");
        let due_at = if line.answer_by > 0 { line.answer_by - line.margin } else { 0 };
        let said = match line.said_sealed.as_str() {
            "" => String::new(),
            sealed => self.store().unseal(&context(&line.id), sealed)?,
        };
        Ok(Task {
            kind: Kind::parse(&line.kind).ok_or_else(damaged)?,
            step: Step::parse(&line.step).ok_or_else(damaged)?,
            why: Why::parse(&line.why).ok_or_else(damaged)?,
            stand: Stand::parse(&line.stand).ok_or_else(damaged)?,
            paused: line.paused != 0,
            id: line.id,
            request: line.request,
            number: line.number,
            source: line.source,
            name: line.name,
            detail: line.detail,
            owner: line.owner,
            due_at,
            made_at: line.made_at,
            seen_at: line.seen_at,
            tries: line.tries,
            ended_at: line.ended_at,
            ended_by: line.ended_by,
            said,
        })
    }

    /// One by id.
    ///
    /// # Errors
    /// [`RightsError::NotFound`].
    pub async fn task(&self, id: &str) -> Result<Task> {
        let line: Option<Line> = sqlx::query_as(AssertSqlSafe(format!("{SELECT} WHERE t.id = $1")))
            .bind(id)
            .fetch_optional(self.store().reader())
            .await?;
        self.read_task(line.ok_or(RightsError::NotFound("task"))?)
    }

    /// Those of a request, open ones first.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn tasks_of(&self, request: &str) -> Result<Vec<Task>> {
        let sql = format!(
            "{SELECT} WHERE t.request = $1
             ORDER BY CASE WHEN t.stand = 'open' THEN 0 ELSE 1 END, t.step, t.name, t.id"
        );
        let lines: Vec<Line> = sqlx::query_as(AssertSqlSafe(sql))
            .bind(request)
            .fetch_all(self.store().reader())
            .await?;
        lines.into_iter().map(|line| self.read_task(line)).collect()
    }

    /// How many of a request are open.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn open_tasks_of(&self, request: &str) -> Result<i64> {
        let sql = "SELECT COUNT(*) FROM rights_task WHERE request = $1 AND stand = 'open'";
        Ok(sqlx::query_scalar(sql).bind(request).fetch_one(self.store().reader()).await?)
    }

    /// A page of tasks, open ones first, the most urgent of them first, and how many there are.
    ///
    /// # Errors
    /// Those of Privet's own database.
    pub async fn tasks(
        &self,
        filter: &Filter,
        limit: i64,
        offset: i64,
    ) -> Result<(Vec<Task>, i64)> {
        let sql = format!(
            "{SELECT} WHERE {TESTS}
             ORDER BY CASE WHEN t.stand = 'open' THEN 0 ELSE 1 END, t.ended_at DESC,
               r.due_at - t.margin, t.id LIMIT $6 OFFSET $7"
        );
        let lines: Vec<Line> = sqlx::query_as(AssertSqlSafe(sql))
            .bind(&filter.stand)
            .bind(&filter.step)
            .bind(&filter.owner)
            .bind(number_of(&filter.number))
            .bind(now())
            .bind(limit)
            .bind(offset)
            .fetch_all(self.store().reader())
            .await?;
        let sql = format!(
            "SELECT COUNT(*) FROM rights_task t JOIN rights_request r ON r.id = t.request
             WHERE {TESTS}"
        );
        let total = sqlx::query_scalar(AssertSqlSafe(sql))
            .bind(&filter.stand)
            .bind(&filter.step)
            .bind(&filter.owner)
            .bind(number_of(&filter.number))
            .bind(now())
            .fetch_one(self.store().reader())
            .await?;
        let tasks = lines.into_iter().map(|line| self.read_task(line)).collect::<Result<_>>()?;
        Ok((tasks, total))
    }

    /// Sources that trying again may reach.
    pub(super) async fn sources_to_retry(&self) -> Result<Vec<String>> {
        let sql = format!(
            "SELECT DISTINCT t.source FROM rights_task t
             JOIN rights_request r ON r.id = t.request WHERE {MAY_PASS}"
        );
        Ok(sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(self.store().reader()).await?)
    }

    /// Open tasks of a source that trying again may close, what was tried longest ago first.
    pub(super) async fn tasks_to_retry(&self, source: &str) -> Result<Vec<Task>> {
        let sql = format!(
            "{SELECT} WHERE t.source = $1 AND {MAY_PASS} ORDER BY t.seen_at, t.id LIMIT 500"
        );
        let lines: Vec<Line> = sqlx::query_as(AssertSqlSafe(sql))
            .bind(source)
            .fetch_all(self.store().reader())
            .await?;
        lines.into_iter().map(|line| self.read_task(line)).collect()
    }
}

/// What a new task is.
pub(super) struct New<'a> {
    pub request: &'a Request,
    pub step: Step,
    pub fault: &'a Fault,
    /// What the source is called.
    pub name: &'a str,
    pub owner: &'a str,
}

/// `false` if another job made it this very moment, or the request was closed.
pub(super) async fn insert(tx: &mut WriteTx, new: &New<'_>) -> Result<bool> {
    let at = now();
    let done = sqlx::query(
        "INSERT INTO rights_task (id, request, source, name, step, why, detail, owner, stand, margin,
           made_at, seen_at)
         SELECT $1, id, $3, $4, $5, $6, $7, $8, 'open', $9, $10, $10 FROM rights_request
         WHERE id = $2 AND closed_at = 0
         ON CONFLICT (request, source, step) DO NOTHING",
    )
    .bind(new_id())
    .bind(&new.request.id)
    .bind(&new.fault.source)
    .bind(new.name)
    .bind(new.step.as_str())
    .bind(new.fault.why.as_str())
    .bind(&new.fault.detail)
    .bind(new.owner)
    .bind(margin(at, new.request.due_at))
    .bind(at)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// It was tried in vain again, perhaps for another reason.
pub(super) async fn again(tx: &mut WriteTx, id: &str, fault: &Fault) -> Result<()> {
    sqlx::query(
        "UPDATE rights_task SET why = $1, detail = $2, seen_at = $3, tries = tries + 1
         WHERE id = $4 AND stand = 'open'",
    )
    .bind(fault.why.as_str())
    .bind(&fault.detail)
    .bind(now())
    .bind(id)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Moves a task from one of these stands to another; `false` if it stands elsewhere.
pub(super) async fn moved(
    tx: &mut WriteTx,
    id: &str,
    (from, to): (&[Stand], Stand),
    (by, said): (&Actor, &str),
) -> Result<bool> {
    let from: Vec<String> = from.iter().map(|one| format!("'{}'", one.as_str())).collect();
    let ends = to != Stand::Open;
    // One that is opened again is told to its owner like a new one; none opens once its request is
    // closed.
    let (made, open) = if ends {
        ("", "")
    } else {
        let open = " AND EXISTS (SELECT 1 FROM rights_request r
            WHERE r.id = rights_task.request AND r.closed_at = 0)";
        (", made_at = $6", open)
    };
    let sql = format!(
        "UPDATE rights_task SET stand = $1, ended_at = $2, ended_by = $3, said_sealed = $4{made}
         WHERE id = $5 AND stand IN ({}){open}",
        from.join(", ")
    );
    let at = now();
    let query = sqlx::query(AssertSqlSafe(sql))
        .bind(to.as_str())
        .bind(if ends { at } else { 0 })
        .bind(if ends { by.to_text() } else { String::new() })
        .bind(said)
        .bind(id);
    let query = if ends { query } else { query.bind(at) };
    let done = query.execute(tx.conn()).await?;
    Ok(done.rows_affected() > 0)
}

/// Words as they are kept.
pub(super) fn seal(rights: &Rights, id: &str, text: &str) -> String {
    rights.store().seal(&context(id), text)
}

pub(super) async fn give(tx: &mut WriteTx, id: &str, to: &str) -> Result<bool> {
    let sql = "UPDATE rights_task SET owner = $1 WHERE id = $2 AND stand = 'open' AND owner <> $1";
    let done = sqlx::query(sql).bind(to).bind(id).execute(tx.conn()).await?;
    Ok(done.rows_affected() > 0)
}

/// A request is closed: its open tasks with it.
pub(crate) async fn close(tx: &mut WriteTx, by: &Actor, request: &str) -> Result<()> {
    let done = sqlx::query(
        "UPDATE rights_task SET stand = 'closed', ended_at = $1, ended_by = $2
         WHERE request = $3 AND stand = 'open'",
    )
    .bind(now())
    .bind(by.to_text())
    .bind(request)
    .execute(tx.conn())
    .await?;
    if done.rows_affected() > 0 {
        tx.also(Entry::new(by.clone(), "rights.task_closed", "rights_request", request));
    }
    Ok(())
}
