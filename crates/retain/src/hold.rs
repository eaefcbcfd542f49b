//! Legal holds: what must not be touched, whatever rules say. A hold always wins and is told on every
//! plan it stands in. Its reason and its scope may name a person, so both are sealed.

use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use store::{Actor, Entry, new_id, now};

use crate::{Result, Retain, RetainError};

/// Values of one hold at most.
pub const MOST_VALUES: usize = 1_000;

/// What is held. `Debug` shows no value.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum Scope {
    /// Everything in the source.
    Source,
    /// All rows of a table.
    Table {
        /// Its display name.
        table: String,
    },
    /// Rows of a table whose column holds one of these values.
    Rows {
        /// Its display name.
        table: String,
        /// The column.
        column: String,
        /// The values.
        values: Vec<String>,
    },
    /// A customer, in every source: rows in which the map found an identifier of theirs, and rows that
    /// refer to such rows.
    Customer {
        /// `email` | `phone` | `customer_id`.
        kind: String,
        /// The identifier as it was typed, and in its normal form; found in other spellings too.
        values: Vec<String>,
    },
}

impl std::fmt::Debug for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Scope({}, …)", self.name())
    }
}

impl Scope {
    /// Stable names, in the order of the form.
    pub const NAMES: [&'static str; 4] = ["customer", "rows", "table", "source"];

    /// Stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Table { .. } => "table",
            Self::Rows { .. } => "rows",
            Self::Customer { .. } => "customer",
        }
    }

    /// The table it names, or "".
    pub fn table(&self) -> &str {
        match self {
            Self::Table { table } | Self::Rows { table, .. } => table,
            Self::Source | Self::Customer { .. } => "",
        }
    }

    /// How many values it holds.
    pub fn values(&self) -> usize {
        match self {
            Self::Rows { values, .. } => values.len(),
            Self::Customer { .. } => 1,
            Self::Source | Self::Table { .. } => 0,
        }
    }
}

/// A hold.
#[derive(Debug, Clone)]
pub struct Hold {
    /// Id.
    pub id: String,
    /// What it is called: "Case 2026-114".
    pub name: String,
    /// Why.
    pub reason: String,
    /// The source; "" is every one.
    pub source: String,
    /// What is held.
    pub scope: Scope,
    /// From (µs).
    pub from: i64,
    /// Until (µs); 0 is open.
    pub until: i64,
    /// Who made it, as the ledger writes it.
    pub made_by: String,
    /// When (µs).
    pub made_at: i64,
    /// Who ended it before its time, or "".
    pub ended_by: String,
    /// When (µs), or 0.
    pub ended_at: i64,
}

impl Hold {
    /// Whether it stands at a time.
    pub fn holds_at(&self, at: i64) -> bool {
        self.ended_at == 0 && self.from <= at && (self.until == 0 || self.until > at)
    }

    /// `holds` | `coming` | `over` | `ended`.
    pub fn state(&self) -> &'static str {
        match () {
            () if self.ended_at > 0 => "ended",
            () if self.from > now() => "coming",
            () if self.holds_at(now()) => "holds",
            () => "over",
        }
    }
}

/// A hold to make.
#[derive(Debug, Clone)]
pub struct NewHold {
    /// What it is called.
    pub name: String,
    /// Why.
    pub reason: String,
    /// The source; "" for a customer's hold.
    pub source: String,
    /// What is held.
    pub scope: Scope,
    /// From (µs).
    pub from: i64,
    /// Until (µs); 0 is open.
    pub until: i64,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    reason: String,
    scope: Scope,
}

#[derive(FromRow)]
struct Line {
    id: String,
    name: String,
    source_id: String,
    sealed: String,
    from_at: i64,
    until_at: i64,
    made_by: String,
    made_at: i64,
    ended_by: String,
    ended_at: i64,
}

fn context(id: &str) -> String {
    format!("retention-hold:{id}")
}

impl Retain {
    /// A page of holds, the newest first, and how many there are. `state` is `open` (standing or
    /// coming) or "" for all.
    pub async fn holds(&self, state: &str, limit: i64, offset: i64) -> Result<(Vec<Hold>, i64)> {
        const WHERE: &str = "($1 = '' OR (ended_at = 0 AND (until_at = 0 OR until_at > $2)))";
        let sql = format!(
            "SELECT * FROM retention_hold WHERE {WHERE} ORDER BY made_at DESC, id LIMIT $3 OFFSET $4"
        );
        let lines: Vec<Line> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(state)
            .bind(now())
            .bind(limit)
            .bind(offset)
            .fetch_all(self.store().reader())
            .await?;
        let count = format!("SELECT COUNT(*) FROM retention_hold WHERE {WHERE}");
        let total: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(count))
            .bind(state)
            .bind(now())
            .fetch_one(self.store().reader())
            .await?;
        Ok((lines.into_iter().map(|line| self.read_hold(line)).collect::<Result<_>>()?, total))
    }

    /// One by id.
    pub async fn hold(&self, id: &str) -> Result<Hold> {
        let line: Option<Line> = sqlx::query_as("SELECT * FROM retention_hold WHERE id = $1")
            .bind(id)
            .fetch_optional(self.store().reader())
            .await?;
        self.read_hold(line.ok_or(RetainError::NotFound("legal hold"))?)
    }

    /// Those that stand at a time for a source.
    pub async fn holds_on(&self, source: &str, at: i64) -> Result<Vec<Hold>> {
        let lines: Vec<Line> = sqlx::query_as(
            "SELECT * FROM retention_hold WHERE (source_id = $1 OR source_id = '')
             AND ended_at = 0 AND from_at <= $2 AND (until_at = 0 OR until_at > $2) ORDER BY id",
        )
        .bind(source)
        .bind(at)
        .fetch_all(self.store().reader())
        .await?;
        lines.into_iter().map(|line| self.read_hold(line)).collect()
    }

    /// Makes a hold. It counts from the next batch of a run on.
    pub async fn make_hold(&self, by: &Actor, hold: &NewHold) -> Result<String> {
        let id = new_id();
        let entry = Entry::new(by.clone(), "retention.held", "retention_hold", &id);
        let mut tx = self.store().begin(entry).await?;
        let sealed = Sealed { reason: hold.reason.trim().to_owned(), scope: hold.scope.clone() };
        tx.states(None, Some(self.store().digest(&(&hold.name, &sealed, hold.from, hold.until))));
        let text = serde_json::to_string(&sealed).unwrap_or_default();
        sqlx::query(
            "INSERT INTO retention_hold (id, name, source_id, table_name, scope, sealed, from_at,
               until_at, made_by, made_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(&id)
        .bind(hold.name.trim())
        .bind(&hold.source)
        .bind(hold.scope.table())
        .bind(hold.scope.name())
        .bind(self.store().seal(&context(&id), &text))
        .bind(hold.from)
        .bind(hold.until)
        .bind(by.to_text())
        .bind(now())
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Ends a hold before its time.
    pub async fn end_hold(&self, by: &Actor, id: &str) -> Result<()> {
        let entry = Entry::new(by.clone(), "retention.released", "retention_hold", id);
        let mut tx = self.store().begin(entry).await?;
        let done = sqlx::query(
            "UPDATE retention_hold SET ended_by = $1, ended_at = $2 WHERE id = $3 AND ended_at = 0",
        )
        .bind(by.to_text())
        .bind(now())
        .bind(id)
        .execute(tx.conn())
        .await?;
        if done.rows_affected() == 0 {
            return Err(RetainError::NotFound("legal hold"));
        }
        tx.commit().await?;
        Ok(())
    }

    fn read_hold(&self, line: Line) -> Result<Hold> {
        let text = self.store().unseal(&context(&line.id), &line.sealed)?;
        let sealed: Sealed =
            serde_json::from_str(&text).map_err(|_| RetainError::Damaged("legal hold"))?;
        Ok(Hold {
            id: line.id,
            name: line.name,
            reason: sealed.reason,
            source: line.source_id,
            scope: sealed.scope,
            from: line.from_at,
            until: line.until_at,
            made_by: line.made_by,
            made_at: line.made_at,
            ended_by: line.ended_by,
            ended_at: line.ended_at,
        })
    }
}
