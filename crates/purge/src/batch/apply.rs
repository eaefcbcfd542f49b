//! Doing a batch's work inside its transaction.

use std::collections::{BTreeMap, HashMap};

use super::{
    decide::Work,
    family::{CHUNK, Family},
    leaves,
    summary::Summary,
    write::{Update, updates},
};
use crate::{
    Engine,
    conn::Conn,
    copy::{Before, Change},
    error::{PurgeError, Result},
    plan::{Action, Plan},
    report::Counts,
    schema::{RowKey, Table},
    sql::Sql,
    value::{Key, Value},
};

/// Writes, then deletes leaf first. What was changed is added to the counts; what it was before goes
/// to the copies, where they are wanted. `most`: rows in one transaction. `usual`: of leaves.
pub(crate) async fn apply(
    conn: &mut Conn,
    plan: &Plan,
    (family, work, most, usual): (&Family, &Work, usize, &mut leaves::Usual),
    summary: Option<&Summary>,
    counts: &mut Counts,
    mut copies: Option<&mut Vec<Change>>,
) -> Result<()> {
    if let Some(summary) = summary {
        let keys: Vec<Key> = work.roots.iter().map(|root| family.rows[*root].key.clone()).collect();
        let change = summary.add(conn, plan, &keys, counts).await?;
        if let Some(copies) = copies.as_deref_mut() {
            copies.push(change);
        }
    }
    let root = plan.tables.iter().position(|table| table.name == plan.request.root);
    for update in updates(conn, plan, family, work).await? {
        write(conn, plan, &update).await?;
        count(plan, root, &update, counts);
        if let Some(copies) = copies.as_deref_mut().filter(|_| !update.rows.is_empty()) {
            copies.push(Change::Updated {
                table: plan.tables[update.table].name.clone(),
                columns: update.columns,
                rows: update.rows,
            });
        }
    }
    let mut all = family.rows.len() as u64;
    for (number, parents) in &work.leaves {
        let found =
            leaves::delete(conn, plan, (family, *number, parents), (all, most), usual).await?;
        all += found;
        if let Some(step) = plan.step(&plan.links[*number].link.from, Action::Delete) {
            counts.steps[step] += found;
        }
    }
    for level in &work.levels {
        let mut by_table: BTreeMap<usize, Vec<Key>> = BTreeMap::new();
        for row in level {
            let member = &family.rows[*row];
            by_table.entry(member.table).or_default().push(member.key.clone());
        }
        for (number, keys) in by_table {
            let table = &plan.tables[number];
            if let Some(copies) = copies.as_deref_mut() {
                copies.push(whole(conn, table, &keys).await?);
            }
            delete(conn, table, &keys).await?;
            if let Some(step) = plan.step(&table.name, Action::Delete) {
                counts.steps[step] += keys.len() as u64;
            }
            if Some(number) == root {
                counts.roots += keys.len() as u64;
            }
        }
    }
    Ok(())
}

/// Counts what an update changed.
pub(crate) fn count(plan: &Plan, root: Option<usize>, update: &Update, counts: &mut Counts) {
    let table = &plan.tables[update.table];
    if let Some(step) = plan.step(&table.name, update.action) {
        counts.steps[step] += update.rows.len() as u64;
    }
    if Some(update.table) == root && !plan.deletes(&table.name) && update.action != Action::Unlink {
        counts.roots += update.rows.len() as u64;
        counts.already += update.already.len() as u64;
    }
}

async fn write(conn: &mut Conn, plan: &Plan, update: &Update) -> Result<()> {
    let table = &plan.tables[update.table];
    // Rows that get the same are written by one statement.
    let mut same: HashMap<Vec<(usize, Value)>, Vec<Key>> = HashMap::new();
    for Before { key, old, new } in &update.rows {
        let changed = old.iter().zip(new).enumerate().filter(|(_, (old, new))| old != new);
        let changed = changed.map(|(i, (_, new))| (i, new.clone())).collect();
        same.entry(changed).or_default().push(key.clone());
    }
    for (values, keys) in same {
        for keys in keys.chunks(CHUNK) {
            let mut sql = Sql::new(conn.engine(), "UPDATE ");
            sql.table(table).push(" SET ");
            for (n, (i, value)) in values.iter().enumerate() {
                let column = table.column(&update.columns[*i])?;
                if n > 0 {
                    sql.push(", ");
                }
                sql.name(&column.name).push(" = ").value(value.clone(), Some(column));
            }
            sql.push(" WHERE ").key_in("", table, keys);
            let found = conn.execute(&sql, &table.name).await?;
            exactly(table, keys.len() as u64, found)?;
        }
    }
    Ok(())
}

/// Deletes rows that were selected and locked; more or fewer is an error.
async fn delete(conn: &mut Conn, table: &Table, keys: &[Key]) -> Result<()> {
    for keys in keys.chunks(CHUNK) {
        let mut sql = Sql::new(conn.engine(), "DELETE FROM ");
        sql.table(table).push(" WHERE ").key_in("", table, keys);
        let found = conn.execute(&sql, &table.name).await?;
        exactly(table, keys.len() as u64, found)?;
    }
    Ok(())
}

fn exactly(table: &Table, planned: u64, found: u64) -> Result<()> {
    if planned == found {
        return Ok(());
    }
    Err(PurgeError::RowCount { table: table.name.clone(), planned, found })
}

/// The rows as they are, every column that can be written back.
async fn whole(conn: &mut Conn, table: &Table, keys: &[Key]) -> Result<Change> {
    let mut columns: Vec<String> = table
        .columns
        .iter()
        .filter(|column| !column.generated)
        .map(|column| column.name.clone())
        .collect();
    if let (RowKey::Hidden(name), Engine::Sqlite) = (&table.key, conn.engine()) {
        columns.push(name.clone());
    }
    let mut rows = Vec::new();
    for keys in keys.chunks(CHUNK) {
        let mut sql = Sql::new(conn.engine(), "SELECT ");
        for (i, name) in columns.iter().enumerate() {
            if i > 0 {
                sql.push(", ");
            }
            sql.read("t", table, name);
        }
        sql.push(" FROM ").table(table).push(" t WHERE ").key_in("t", table, keys);
        rows.extend(conn.fetch(&sql, &table.name).await?);
    }
    Ok(Change::Deleted { table: table.name.clone(), columns, rows })
}
