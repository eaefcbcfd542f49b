//! Filling tables fast: one statement a few hundred rows.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;
use sqlx::{
    AssertSqlSafe, Connection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

/// Rows of one statement.
const CHUNK: usize = 500;

/// A row for [`Database::fill`].
macro_rules! row {
    ($($cell:expr),+ $(,)?) => { vec![$(serde_json::json!($cell)),+] };
}
pub(super) use row;

/// A database file being made.
pub struct Database(SqliteConnection);

impl Database {
    /// Makes a new file with this schema and opens its one transaction.
    pub async fn create(path: &Path, schema: &'static str) -> Result<Self> {
        // The file is made anew after a crash: no need to pay for durability.
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .foreign_keys(false)
            .journal_mode(SqliteJournalMode::Off)
            .synchronous(SqliteSynchronous::Off);
        let mut connection = SqliteConnection::connect_with(&options)
            .await
            .with_context(|| format!("{} could not be made", path.display()))?;
        sqlx::raw_sql("BEGIN").execute(&mut connection).await?;
        sqlx::raw_sql(schema).execute(&mut connection).await?;
        Ok(Self(connection))
    }

    /// Adds rows to a table; every row has a cell a column.
    pub async fn fill(&mut self, table: &str, rows: &[Vec<Value>]) -> Result<()> {
        let Some(first) = rows.first() else { return Ok(()) };
        let cells: Vec<String> =
            (0..first.len()).map(|i| format!("json_extract(value, '$[{i}]')")).collect();
        let sql = format!("INSERT INTO \"{table}\" SELECT {} FROM json_each($1)", cells.join(", "));
        for chunk in rows.chunks(CHUNK) {
            sqlx::query(AssertSqlSafe(sql.clone()))
                .bind(serde_json::to_string(chunk)?)
                .execute(&mut self.0)
                .await
                .with_context(|| format!("filling {table}"))?;
        }
        Ok(())
    }

    /// Makes all of it stand.
    pub async fn finish(mut self) -> Result<()> {
        sqlx::raw_sql("COMMIT; ANALYZE;").execute(&mut self.0).await?;
        self.0.close().await?;
        Ok(())
    }
}
