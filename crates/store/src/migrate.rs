//! Numbered steps of the rooms' schemas: applied once, in order, by one process at a time.

use crate::{Entry, Migration, Result, Store, StoreError, entry::Actor, secret::hex};
use sha2::{Digest as _, Sha256};
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

/// PostgreSQL advisory lock that lets one server migrate while the others wait ("privet").
const ADVISORY_LOCK: i64 = 0x7072_6976_6574;

const TABLE: &str = "CREATE TABLE IF NOT EXISTS migration (
    room TEXT NOT NULL, version BIGINT NOT NULL, checksum TEXT NOT NULL,
    applied_at BIGINT NOT NULL, PRIMARY KEY (room, version))";

impl Store {
    pub(crate) async fn apply(&self, steps: &[Migration]) -> Result<()> {
        if steps.is_empty() || self.is_current(steps).await? {
            return Ok(());
        }
        let mut tx = self.raw_begin().await?;
        lock(&mut tx, self.is_postgres()).await?;
        let mut fresh = Vec::new();
        for room in rooms(steps) {
            let own: Vec<&Migration> = steps.iter().filter(|step| step.room == room).collect();
            fresh.extend(pending(&mut tx, room, &own).await?);
        }
        for step in &fresh {
            run(&mut tx, step).await?;
        }
        // The store's own first step makes the ledger itself: there is nowhere to write yet.
        if !fresh.is_empty() && self.deployment_exists(&mut tx).await? {
            let entries: Vec<Entry> = fresh.iter().map(entry_of).collect();
            match self.append(&mut tx, &entries).await {
                // The database opens all the same, with writes stopped: how else could an operator
                // look at the damage and decide?
                Err(StoreError::Ledger { position, why }) => {
                    crate::ledger::write_damage(&mut tx, position, &why).await?;
                }
                appended => {
                    appended?;
                }
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// The usual case at start-up, found out without taking a lock.
    async fn is_current(&self, steps: &[Migration]) -> Result<bool> {
        let Ok(rows) = sqlx::query("SELECT room, version, checksum FROM migration")
            .fetch_all(self.reader())
            .await
        else {
            return Ok(false); // No such table yet.
        };
        let mut applied = Vec::with_capacity(rows.len());
        for row in rows {
            applied.push((
                row.try_get::<String, _>(0)?,
                row.try_get::<i64, _>(1)?,
                row.try_get::<String, _>(2)?,
            ));
        }
        Ok(rooms(steps).into_iter().all(|room| {
            let own: Vec<_> = steps.iter().filter(|step| step.room == room).collect();
            let known: Vec<_> = applied.iter().filter(|row| row.0 == room).collect();
            own.len() == known.len()
                && own.iter().all(|step| {
                    known.iter().any(|row| row.1 == step.version && row.2 == checksum(step))
                })
        }))
    }
}

async fn lock(conn: &mut AnyConnection, postgres: bool) -> Result<()> {
    if postgres {
        // Held to the transaction's end. SQLite's BEGIN IMMEDIATE holds its own lock already.
        sqlx::query("SELECT CAST(pg_advisory_xact_lock($1) AS TEXT)")
            .bind(ADVISORY_LOCK)
            .execute(&mut *conn)
            .await?;
    }
    sqlx::raw_sql(TABLE).execute(conn).await?;
    Ok(())
}

fn rooms(steps: &[Migration]) -> Vec<&'static str> {
    let mut rooms: Vec<&'static str> = Vec::new();
    for step in steps {
        if !rooms.contains(&step.room) {
            rooms.push(step.room);
        }
    }
    rooms
}

/// The room's steps not applied yet; an error when what was applied is not what we know.
async fn pending(
    conn: &mut AnyConnection,
    room: &'static str,
    steps: &[&Migration],
) -> Result<Vec<Migration>> {
    for (step, expected) in steps.iter().zip(1..) {
        if step.version != expected {
            return Err(StoreError::Migration(format!(
                "the migrations of {room} must be numbered 1, 2, 3 …: found {} where {expected} \
                 belongs",
                step.version
            )));
        }
    }
    let rows =
        sqlx::query("SELECT version, checksum FROM migration WHERE room = $1 ORDER BY version")
            .bind(room)
            .fetch_all(conn)
            .await?;
    for row in &rows {
        let version: i64 = row.try_get(0)?;
        let Some(step) = steps.iter().find(|step| step.version == version) else {
            return Err(StoreError::Migration(format!(
                "the database was opened by a newer Privet ({room} schema {version}, this one \
                 knows up to {}): use that version, or restore a backup",
                steps.len()
            )));
        };
        if row.try_get::<String, _>(1)? != checksum(step) {
            return Err(StoreError::Migration(format!(
                "migration {version} of {room} is not the one this database was made with: use \
                 the release that made it, or restore a backup"
            )));
        }
    }
    Ok(steps.iter().skip(rows.len()).map(|step| **step).collect())
}

async fn run(conn: &mut AnyConnection, step: &Migration) -> Result<()> {
    let Migration { room, version, sql } = step;
    for statement in statements(sql) {
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *conn).await.map_err(|error| {
            StoreError::Migration(format!("migration {version} of {room} failed: {error}"))
        })?;
    }
    sqlx::query(
        "INSERT INTO migration (room, version, checksum, applied_at) VALUES ($1, $2, $3, $4)",
    )
    .bind(*room)
    .bind(*version)
    .bind(checksum(step))
    .bind(crate::now())
    .execute(conn)
    .await?;
    Ok(())
}

fn entry_of(step: &Migration) -> Entry {
    let id = format!("{}@{}", step.room, step.version);
    Entry::new(Actor::System("store"), "schema.migrated", "schema", id)
}

fn checksum(step: &Migration) -> String {
    hex(&Sha256::digest(step.sql.as_bytes()))
}

/// Splits text at the `;` that end statements: not those in strings, quoted names, comments or
/// dollar-quoted bodies. Comments are dropped.
pub(crate) fn statements(sql: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut current = String::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let (token, keep) = token(rest, first);
        if token == ";" {
            found.push(std::mem::take(&mut current));
        } else if keep {
            current.push_str(token);
        } else {
            current.push(' ');
        }
        rest = &rest[token.len()..];
    }
    found.push(current);
    found.into_iter().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect()
}

/// The next piece of SQL that holds together, and whether it means anything.
fn token(rest: &str, first: char) -> (&str, bool) {
    let upto = |from: usize, end: &str| {
        let length = rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len());
        &rest[..length]
    };
    match first {
        // A doubled quote reads as two strings side by side: the same split.
        '\'' => (upto(1, "'"), true),
        '"' => (upto(1, "\""), true),
        '-' if rest.starts_with("--") => (upto(2, "\n"), false),
        '/' if rest.starts_with("/*") => (upto(2, "*/"), false),
        '$' => match rest[1..].find('$') {
            Some(at) if rest[1..=at].chars().all(|c| c.is_alphanumeric() || c == '_') => {
                (upto(at + 2, &rest[..at + 2]), true)
            }
            _ => ("$", true),
        },
        other => (&rest[..other.len_utf8()], true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn semicolons_in_strings_comments_and_bodies_do_not_split() {
        let sql = "-- a; comment\nCREATE TABLE t (a TEXT DEFAULT 'x;''y', \"b;c\" TEXT);\n\
                   /* ; */ INSERT INTO t VALUES ('--'); SELECT $f$ ; $f$;\n-- end;";

        assert_eq!(
            statements(sql),
            [
                "CREATE TABLE t (a TEXT DEFAULT 'x;''y', \"b;c\" TEXT)",
                "INSERT INTO t VALUES ('--')",
                "SELECT $f$ ; $f$",
            ]
        );
    }

    #[test]
    fn text_without_an_end_is_one_statement_and_nothing_is_none() {
        assert_eq!(statements("SELECT 'é"), ["SELECT 'é"]);
        assert!(statements(" ;; \n-- x").is_empty());
    }
}
