//! Leaves: rows that are deleted with the one row they hang on and on which nothing hangs. They need
//! not be known one by one; they go by their reference.

use std::collections::BTreeSet;

use super::family::{CHUNK, Family, number, pairs_of};
use crate::{
    Engine,
    conn::Conn,
    error::{PurgeError, Result},
    plan::{Fate, Plan, PlannedLink},
    schema::{Class, RowKey, Table},
    sql::Sql,
    value::{Key, Value},
};

/// Rows behind this link are deleted with the row they refer to, nothing refers to them, they refer to
/// no other row of the plan, and they cannot be held.
pub(crate) fn is_leaf(plan: &Plan, link: usize) -> bool {
    let planned = &plan.links[link];
    let (child, link) = (&planned.link.from, &planned.link);
    let alone = plan.links.iter().filter(|l| l.link.from == *child).count() == 1
        && !plan.links.iter().any(|l| l.link.to == *child);
    let by_key = plan.table(&link.to).is_ok_and(|to| to.key_names() == link.to_columns);
    planned.fate == Fate::Follow
        && link.enforced
        && alone
        && by_key
        && *child != plan.request.root
        && plan.deletes(child)
        && plan.holds(child).is_empty()
}

/// What a run has learnt of leaves: while it has met few, they are deleted without being counted.
#[derive(Default)]
pub(crate) struct Usual {
    /// Leaves of a row, on the average of the batch that had the most.
    each: Option<u64>,
    /// It was wrong once: all are counted.
    wary: bool,
}

impl Usual {
    /// Leaves of so many rows will be far fewer than `left`.
    fn fits(&self, rows: usize, left: u64) -> bool {
        let guess = self.each.map(|each| (each + 1).saturating_mul(rows as u64 * 8));
        !self.wary && guess.is_some_and(|guess| guess <= left)
    }

    fn learn(&mut self, rows: usize, leaves: u64) {
        let each = leaves.div_ceil(rows.max(1) as u64);
        self.each = Some(self.each.unwrap_or(0).max(each));
    }
}

/// Deletes the leaves of these rows; how many they were. With those `before` them they must not be
/// more than `most`. They are not locked: the locks on the rows they hang on keep new ones away.
pub(crate) async fn delete(
    conn: &mut Conn,
    plan: &Plan,
    (family, link, parents): (&Family, usize, &BTreeSet<usize>),
    (before, most): (u64, usize),
    usual: &mut Usual,
) -> Result<u64> {
    let planned = &plan.links[link];
    // The referring columns in the place of a key: they hold the parents' keys.
    let mut child = plan.table(&planned.link.from)?.clone();
    child.key = RowKey::Columns(planned.link.from_columns.clone());
    let parents: Vec<usize> = parents.iter().copied().collect();
    let mut all = 0;
    for parents in parents.chunks(CHUNK) {
        let keys: Vec<Key> = parents.iter().map(|row| family.rows[*row].key.clone()).collect();
        let left = (most as u64).saturating_sub(before + all);
        let whole = is_whole(conn.engine(), (plan.table(&planned.link.to)?, &child), &keys);
        let expected = if whole && usual.fits(keys.len(), left) {
            left
        } else {
            count(conn, plan, planned, (&child, &keys, whole), left + 1).await?
        };
        if expected > left {
            return Err(PurgeError::TooBig { table: child.name, most });
        }
        if expected == 0 {
            usual.learn(keys.len(), 0);
            continue;
        }
        let mut sql = Sql::new(conn.engine(), "DELETE FROM ");
        sql.table(&child).push(" WHERE ").key_in("", &child, &keys);
        let found = conn.execute(&sql, &child.name).await?;
        if found > left {
            // It is rolled back, and counted when it is tried again.
            usual.wary = true;
            return Err(PurgeError::TooBig { table: child.name, most });
        }
        usual.learn(keys.len(), found);
        // Fewer is fine: somebody else deleted some since they were counted.
        if found > expected {
            return Err(PurgeError::RowCount { table: child.name, planned: expected, found });
        }
        all += found;
    }
    Ok(all)
}

/// How many leaves these rows have, counted no further than `most`.
async fn count(
    conn: &mut Conn,
    plan: &Plan,
    planned: &PlannedLink,
    (child, keys, whole): (&Table, &[Key], bool),
    most: u64,
) -> Result<u64> {
    let parent = plan.table(&planned.link.to)?;
    let mut sql = Sql::new(conn.engine(), "SELECT ");
    sql.read_count("count(*)").push(" FROM (SELECT 1 AS one FROM ");
    if whole {
        sql.table(child).push(" c WHERE ").key_in("c", child, keys);
    } else {
        // What the database takes for equal, by a collation, may be more than what is equal to us:
        // the reference itself is counted, and what goes by value must not be more.
        sql.table(parent).push(" p JOIN ").table(child).push(" c ON ");
        sql.joined(("p", parent), ("c", child), pairs_of(planned)).push(" WHERE ");
        sql.key_in("p", parent, keys);
    }
    sql.push(&format!(" LIMIT {most}) leaves"));
    let rows = conn.fetch(&sql, &child.name).await?;
    Ok(rows.first().map_or(0, |row| number(&row[0])).unsigned_abs())
}

/// The reference is one of whole numbers, which are equal in one way only.
fn is_whole(engine: Engine, (parent, child): (&Table, &Table), keys: &[Key]) -> bool {
    if engine == Engine::Sqlite {
        return keys.iter().flatten().all(|value| matches!(value, Value::Int(_)));
    }
    let whole = |table: &Table| {
        table.key_names().into_iter().all(|name| {
            let column = table.column(name);
            column.is_ok_and(|column| matches!(column.class, Class::Integer | Class::Unsigned))
        })
    };
    whole(parent) && whole(child)
}
