//! One batch: what hangs on its rows, what can go, and doing it in one transaction.

mod apply;
mod decide;
mod family;
mod gone;
mod summary;
mod write;

pub(crate) use apply::{apply, count};
pub(crate) use decide::{Work, decide, may_pass};
pub(crate) use family::{CHUNK, Family, Gather, number, yes};
pub(crate) use gone::Gone;
pub(crate) use summary::Summary;
pub(crate) use write::{same, updates};

use crate::{
    Engine,
    conn::Conn,
    error::Result,
    plan::Plan,
    sql::{ConditionSql, Sql},
    value::Key,
};

/// The next selected rows after a key, in the key's order; nothing is locked.
pub(crate) async fn scan(
    conn: &mut Conn,
    plan: &Plan,
    after: Option<&Key>,
    most: usize,
) -> Result<Vec<Key>> {
    let root = plan.table(&plan.request.root)?;
    let mut sql = Sql::new(conn.engine(), "SELECT ");
    sql.read_key("t", root).push(" FROM ").table(root).push(" t WHERE ");
    selected(&mut sql, plan)?;
    if let Some(after) = after {
        sql.push(" AND ").key_after("t", root, after);
    }
    sql.push(" ORDER BY ").key_columns("t", root).push(&format!(" LIMIT {most}"));
    conn.fetch(&sql, &root.name).await
}

fn selected(sql: &mut Sql, plan: &Plan) -> Result<()> {
    let root = plan.table(&plan.request.root)?;
    let holds = plan.holds(&root.name);
    let covered = &plan.request.selection.covered;
    ConditionSql::new(&plan.tables).selection(sql, ("t", root), covered, &holds)
}

/// Locks the rows, then asks again which of them are selected: in a statement of its own, so that it
/// sees what others committed while the locks were waited for, in related tables too.
pub(crate) async fn lock(conn: &mut Conn, plan: &Plan, keys: &[Key]) -> Result<Vec<Key>> {
    let root = plan.table(&plan.request.root)?;
    let mut still = Vec::new();
    for keys in keys.chunks(CHUNK) {
        if conn.engine() != Engine::Sqlite {
            let mut sql = Sql::new(conn.engine(), "SELECT ");
            sql.read_key("t", root).push(" FROM ").table(root).push(" t WHERE ");
            sql.key_in("t", root, keys).push(" ORDER BY ").key_columns("t", root);
            sql.push(" FOR UPDATE");
            conn.fetch(&sql, &root.name).await?;
        }
        let mut sql = Sql::new(conn.engine(), "SELECT ");
        sql.read_key("t", root).push(" FROM ").table(root).push(" t WHERE ");
        sql.key_in("t", root, keys).push(" AND ");
        selected(&mut sql, plan)?;
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
