//! One batch: what hangs on its rows, what can go, and doing it in one transaction.

mod apply;
mod decide;
mod family;
mod gone;
mod leaves;
mod listed;
mod summary;
pub(crate) mod swift;
mod write;

pub(crate) use apply::{apply, count};
pub(crate) use decide::{Work, decide, may_pass};
pub(crate) use family::{CHUNK, Family, Gather, number, yes};
pub(crate) use gone::Gone;
pub(crate) use leaves::Usual;
use listed::Listed;
pub(crate) use listed::is_short;
pub(crate) use summary::Summary;
pub(crate) use write::{same, updates};

use crate::{
    Engine,
    conn::Conn,
    error::Result,
    plan::Plan,
    request::Condition,
    schema::RowKey,
    sql::{ConditionSql, Sql, tables_read},
    value::Key,
};

/// The next selected rows after a key, in the key's order; nothing is locked.
pub(crate) async fn scan(
    conn: &mut Conn,
    plan: &Plan,
    after: Option<&Key>,
    most: usize,
) -> Result<Vec<Key>> {
    let Some(mut listed) = Listed::after(plan, after, most) else {
        return scan_of(conn, plan, &plan.request.selection.covered, (after, most)).await;
    };
    while let Some(part) = listed.next() {
        let found = scan_of(conn, plan, &part, (after, most)).await?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

async fn scan_of(
    conn: &mut Conn,
    plan: &Plan,
    covered: &Condition,
    (after, most): (Option<&Key>, usize),
) -> Result<Vec<Key>> {
    let root = plan.table(&plan.request.root)?;
    let mut sql = Sql::new(conn.engine(), "SELECT ");
    sql.read_key("t", root).push(" FROM ").table(root).push(" t WHERE ");
    selected_of(&mut sql, plan, covered)?;
    if let Some(after) = after {
        sql.push(" AND ").key_after("t", root, after);
    }
    sql.push(" ORDER BY ").key_columns("t", root).push(&format!(" LIMIT {most}"));
    conn.fetch(&sql, &root.name).await
}

fn selected(sql: &mut Sql, plan: &Plan) -> Result<()> {
    selected_of(sql, plan, &plan.request.selection.covered)
}

fn selected_of(sql: &mut Sql, plan: &Plan, covered: &Condition) -> Result<()> {
    let root = plan.table(&plan.request.root)?;
    let holds = plan.holds(&root.name);
    ConditionSql::new(&plan.tables).selection(sql, ("t", root), covered, &holds)
}

/// Can [`next`] select and lock in one statement?
pub(crate) fn can_take(plan: &Plan) -> bool {
    match plan.engine {
        Engine::Sqlite => true,
        // The server asks again about a row that changed while its lock was waited for, about that row
        // only and not by its `ctid`.
        Engine::Postgres => is_local(plan),
        // A locking read locks all it looks at, for an order perhaps the whole table.
        Engine::Mysql => false,
    }
}

/// The selection looks at nothing but the row, which has a key of columns.
fn is_local(plan: &Plan) -> bool {
    let mut paths = Vec::new();
    tables_read(&plan.request.selection.covered, &mut paths);
    for hold in plan.holds(&plan.request.root) {
        tables_read(hold, &mut paths);
    }
    let root = plan.table(&plan.request.root);
    paths.is_empty() && root.is_ok_and(|root| matches!(root.key, RowKey::Columns(_)))
}

/// The next selected rows after a key, in the key's order, each locked and selected still under its
/// lock. A row that is not selected any more, or whose key has changed, is left out, so none may be
/// left: the end is where [`scan`] finds nothing. SQLite needs no locks: its transaction can write only
/// if nobody else has written since it began to read.
pub(crate) async fn next(
    conn: &mut Conn,
    plan: &Plan,
    after: Option<&Key>,
    most: usize,
) -> Result<Vec<Key>> {
    if conn.engine() == Engine::Sqlite {
        return scan(conn, plan, after, most).await;
    }
    let Some(mut listed) = Listed::after(plan, after, most) else {
        return next_of(conn, plan, &plan.request.selection.covered, (after, most)).await;
    };
    while let Some(part) = listed.next() {
        let found = next_of(conn, plan, &part, (after, most)).await?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

async fn next_of(
    conn: &mut Conn,
    plan: &Plan,
    covered: &Condition,
    (after, most): (Option<&Key>, usize),
) -> Result<Vec<Key>> {
    let root = plan.table(&plan.request.root)?;
    let mut sql = Sql::new(conn.engine(), "WITH s AS MATERIALIZED (SELECT ");
    sql.key_columns("t", root).push(" FROM ").table(root).push(" t WHERE ");
    selected_of(&mut sql, plan, covered)?;
    if let Some(after) = after {
        sql.push(" AND ").key_after("t", root, after);
    }
    sql.push(" ORDER BY ").key_columns("t", root).push(&format!(" LIMIT {most}) SELECT "));
    // Joined by the key that was selected: the order, and with it the border of the next batch, is that
    // of the keys as they were.
    sql.read_key("t", root).push(" FROM s JOIN ").table(root).push(" t ON ");
    let pairs = root.key_names().into_iter().map(|name| (name.to_owned(), name.to_owned()));
    sql.joined(("s", root), ("t", root), pairs).push(" WHERE ");
    selected_of(&mut sql, plan, covered)?;
    sql.push(" ORDER BY ").key_columns("s", root).push(" FOR UPDATE OF t");
    conn.fetch(&sql, &root.name).await
}

/// Locks the rows that are selected still. Where the selection looks at the row alone, the statement that
/// locks it says so, of the row as it is under the lock. Else it is asked in a statement of its own, so
/// that it sees what others committed while the locks were waited for, in related tables too.
pub(crate) async fn lock(conn: &mut Conn, plan: &Plan, keys: &[Key]) -> Result<Vec<Key>> {
    let root = plan.table(&plan.request.root)?;
    let at_once = conn.engine() != Engine::Sqlite && is_local(plan);
    // Of a long list, what lies between the first and the last of these.
    let covered = listed::between(plan, keys);
    let mut still = Vec::new();
    for keys in keys.chunks(CHUNK) {
        if conn.engine() != Engine::Sqlite && !at_once {
            let mut sql = Sql::new(conn.engine(), "SELECT ");
            sql.read_key("t", root).push(" FROM ").table(root).push(" t WHERE ");
            sql.key_in("t", root, keys).push(" ORDER BY ").key_columns("t", root);
            sql.push(" FOR UPDATE");
            conn.fetch(&sql, &root.name).await?;
        }
        let mut sql = Sql::new(conn.engine(), "SELECT ");
        sql.read_key("t", root).push(" FROM ").table(root).push(" t WHERE ");
        sql.key_in("t", root, keys).push(" AND ");
        selected_of(&mut sql, plan, &covered)?;
        if at_once {
            sql.push(" ORDER BY ").key_columns("t", root).push(" FOR UPDATE");
        }
        still.extend(conn.fetch(&sql, &root.name).await?);
    }
    Ok(still)
}

/// Covered rows of the root that are held themselves.
pub(crate) async fn held_roots(conn: &mut Conn, plan: &Plan) -> Result<u64> {
    let root = plan.table(&plan.request.root)?;
    let holds = plan.holds(&root.name);
    if holds.is_empty() {
        return Ok(0);
    }
    let mut sql = Sql::new(conn.engine(), "SELECT ");
    sql.read_count("count(*)").push(" FROM ").table(root).push(" t WHERE ");
    let mut conditions = ConditionSql::new(&plan.tables);
    let covered = &plan.request.selection.covered;
    conditions.selection(&mut sql, ("t", root), covered, &[])?;
    sql.push(" AND NOT COALESCE(");
    for (i, hold) in holds.iter().enumerate() {
        sql.push(if i > 0 { " AND (NOT " } else { "(NOT " });
        conditions.render(&mut sql, ("t", root), hold, false)?;
        sql.push(")");
    }
    sql.push(", 1 = 0)");
    let rows = conn.fetch(&sql, &root.name).await?;
    Ok(rows.first().map_or(0, |row| number(&row[0])).unsigned_abs())
}
