//! Undoing a run from the copies of its batches.

use crate::{
    batch::{CHUNK, Summary, same, yes},
    conn::Conn,
    copy::{BatchCopy, Before, Change},
    error::{PurgeError, Result},
    plan::{Plan, differences},
    schema::{self, RowKey, Schema, Table},
    sql::Sql,
    target::{Engine, Patience, Target},
    value::{Key, Value},
};

/// What was put back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Restored {
    /// Deleted rows that are back.
    pub inserted: u64,
    /// Changed rows that are as they were.
    pub updated: u64,
    /// Rows left alone: one with that key is there already, or somebody has changed it since.
    pub left: u64,
}

/// Puts back the rows of one batch, in one transaction. To undo a run, give its copies one by one, the
/// last batch first.
///
/// A batch that was copied but never committed, or is given twice, does no harm: its rows are there.
///
/// # Errors
/// [`PurgeError::Foreign`] for another plan's copy, [`PurgeError::Changed`] when the database is not
/// what it was, [`PurgeError::Refused`] when a row does not fit any more (its parent is gone). Nothing
/// of the batch is put back then.
pub async fn restore(target: &Target, plan: &Plan, copy: &BatchCopy) -> Result<Restored> {
    if copy.fingerprint != plan.fingerprint {
        return Err(PurgeError::Foreign);
    }
    let patience = Patience {
        lock: std::time::Duration::from_secs(5),
        statement: std::time::Duration::from_mins(1),
    };
    let mut conn = target.connect(patience).await?;
    let schema = schema::read(&mut conn).await?;
    let found = differences(plan, &schema);
    if !found.is_empty() {
        return Err(PurgeError::Changed(found));
    }
    conn.begin().await?;
    match put_back(&mut conn, plan, &schema, copy).await {
        Ok(restored) => conn.commit().await.map(|()| restored),
        Err(error) => {
            conn.rollback().await;
            Err(error)
        }
    }
}

/// Copies are of use only where rows can be found again by a key of their own.
pub(crate) fn can_copy(plan: &Plan) -> Result<()> {
    let keyless = plan.steps.iter().find_map(|step| {
        let table = plan.table(&step.table).ok()?;
        let hidden = matches!(table.key, RowKey::Hidden(_)) && plan.engine == Engine::Postgres;
        hidden.then(|| table.name.clone())
    });
    match keyless {
        Some(table) => Err(PurgeError::NoKey {
            table,
            why: "without a key its rows could not be put back".to_owned(),
        }),
        None => Ok(()),
    }
}

async fn put_back(
    conn: &mut Conn,
    plan: &Plan,
    schema: &Schema,
    copy: &BatchCopy,
) -> Result<Restored> {
    let mut done = Restored::default();
    for change in copy.changes.iter().rev() {
        match change {
            Change::Deleted { table, columns, rows } => {
                let table = plan.table(table)?;
                for rows in rows.chunks(CHUNK / columns.len().max(1) + 1) {
                    let (new, left) = insert(conn, table, columns, rows).await?;
                    done.inserted += new;
                    done.left += left;
                }
            }
            Change::Updated { table, columns, rows } => {
                let table = plan.table(table)?;
                for row in rows {
                    if update(conn, table, columns, row).await? {
                        done.updated += 1;
                    } else {
                        done.left += 1;
                    }
                }
            }
            // Only when the rows came back: else they would be counted out twice.
            Change::Counted { groups, .. } if done.inserted > 0 => {
                Summary::take_back(conn, plan, schema, groups).await?;
            }
            Change::Counted { .. } => {}
        }
    }
    Ok(done)
}

/// Rows put back, and rows that are there already.
async fn insert(
    conn: &mut Conn,
    table: &Table,
    columns: &[String],
    rows: &[Vec<Value>],
) -> Result<(u64, u64)> {
    let places: Vec<usize> = table
        .key_names()
        .iter()
        .filter_map(|name| columns.iter().position(|column| column == name))
        .collect();
    let key = |row: &Vec<Value>| -> Key { places.iter().map(|i| row[*i].clone()).collect() };
    let keys: Vec<Key> = rows.iter().map(key).collect();
    let mut sql = Sql::new(conn.engine(), "SELECT ");
    sql.read_key("t", table).push(" FROM ").table(table).push(" t WHERE ");
    sql.key_in("t", table, &keys);
    let there = conn.fetch(&sql, &table.name).await?;
    let missing: Vec<&Vec<Value>> = rows.iter().filter(|row| !there.contains(&key(row))).collect();
    let left = (rows.len() - missing.len()) as u64;
    if missing.is_empty() {
        return Ok((0, left));
    }
    let mut sql = Sql::new(conn.engine(), "INSERT INTO ");
    sql.table(table).push(" (");
    for (i, name) in columns.iter().enumerate() {
        sql.push(if i > 0 { ", " } else { "" }).column("", table, name);
    }
    let identity = conn.engine() == Engine::Postgres;
    sql.push(if identity { ") OVERRIDING SYSTEM VALUE VALUES " } else { ") VALUES " });
    for (n, row) in missing.iter().enumerate() {
        sql.push(if n > 0 { ", (" } else { "(" });
        for (i, (name, value)) in columns.iter().zip(*row).enumerate() {
            if i > 0 {
                sql.push(", ");
            }
            sql.key_value(table, name, value.clone());
        }
        sql.push(")");
    }
    let found = conn.execute(&sql, &table.name).await?;
    let planned = missing.len() as u64;
    if found != planned {
        return Err(PurgeError::RowCount { table: table.name.clone(), planned, found });
    }
    Ok((found, left))
}

/// Writes what stood there, unless somebody has changed it since.
async fn update(conn: &mut Conn, table: &Table, columns: &[String], row: &Before) -> Result<bool> {
    let key = std::slice::from_ref(&row.key);
    let mut sql = Sql::new(conn.engine(), "SELECT ");
    for (i, (name, value)) in columns.iter().zip(&row.new).enumerate() {
        if i > 0 {
            sql.push(", ");
        }
        same(&mut sql, table, table.column(name)?, value);
    }
    sql.push(" FROM ").table(table).push(" t WHERE ").key_in("t", table, key);
    if conn.engine() != Engine::Sqlite {
        sql.push(" FOR UPDATE");
    }
    let found = conn.fetch(&sql, &table.name).await?;
    if !found.first().is_some_and(|flags| flags.iter().all(yes)) {
        return Ok(false);
    }
    let mut sql = Sql::new(conn.engine(), "UPDATE ");
    sql.table(table).push(" SET ");
    for (i, (name, value)) in columns.iter().zip(&row.old).enumerate() {
        let column = table.column(name)?;
        sql.push(if i > 0 { ", " } else { "" }).name(name).push(" = ");
        sql.value(value.clone(), Some(column));
    }
    sql.push(" WHERE ").key_in("", table, key);
    Ok(conn.execute(&sql, &table.name).await? == 1)
}
