//! The short way for a list of rows that are deleted and take nothing with them: one statement for some
//! hundred, which asks itself what a batch asks before it deletes. It is a transaction of its own. What it
//! leaves is for batches, which say why.

use super::{CHUNK, family::pairs_of, listed};
use crate::{
    Engine,
    conn::Conn,
    error::Result,
    plan::{Fate, Plan, PlannedLink},
    request::{Condition, Treatment},
    schema::{Link, RowKey},
    sql::{ConditionSql, Sql, tables_read},
};

/// Is the plan of that kind? Not where triggers act, where rows go along or lose their reference, and not
/// where the statement would have to look at anything but the row: while it waits for a row's lock,
/// others may commit what it does not see any more. SQLite lets nobody write meanwhile.
pub(crate) fn is_swift(plan: &Plan) -> bool {
    let request = &plan.request;
    let Ok(root) = plan.table(&request.root) else { return false };
    let reads = reads(plan);
    request.treatment == Treatment::Delete
        && request.children.is_empty()
        && matches!(root.key, RowKey::Columns(_))
        && root.triggers.is_empty()
        && listed::split(plan).is_some()
        && plan.links.iter().all(|link| link.link.to != root.name || is_light(plan, link))
        && (reads.is_empty() || plan.engine == Engine::Sqlite && !reads.contains(&&*root.name))
}

/// Nothing goes along, and whoever refers to a row keeps it.
fn is_light(plan: &Plan, planned: &PlannedLink) -> bool {
    planned.fate == Fate::Keep
        && planned.link.from != planned.link.to
        && (plan.engine == Engine::Sqlite || refuses(&planned.link))
}

/// The tables that its conditions read beside the row.
fn reads(plan: &Plan) -> Vec<&str> {
    let mut paths = Vec::new();
    tables_read(&plan.request.selection.covered, &mut paths);
    for hold in plan.holds(&plan.request.root) {
        tables_read(hold, &mut paths);
    }
    paths.into_iter().flatten().map(|hop| hop.table.as_str()).collect()
}

/// The selection in parts, each for one statement of at most `most` keys.
pub(crate) fn parts(plan: &Plan, most: usize) -> Vec<Condition> {
    let Some((list, rest)) = listed::split(plan) else { return Vec::new() };
    let part = |keys: &[Vec<_>]| {
        let keys = Condition::Keys(keys.to_vec());
        Condition::All(std::iter::once(keys).chain(rest.iter().cloned()).collect())
    };
    list.chunks(most.clamp(1, CHUNK)).map(part).collect()
}

/// How many keys the list has.
pub(crate) fn listed(plan: &Plan) -> u64 {
    listed::split(plan).map_or(0, |(list, _)| list.len() as u64)
}

/// Deletes what can go of a part; says how many rows went. Where rows that refer to it make the database
/// refuse, it refuses for the whole part.
pub(crate) async fn delete(conn: &mut Conn, plan: &Plan, part: &Condition) -> Result<u64> {
    let root = plan.table(&plan.request.root)?;
    let to_root = |planned: &&PlannedLink| planned.link.to == root.name;
    let asked: Vec<&PlannedLink> =
        plan.links.iter().filter(to_root).filter(|link| !refuses(&link.link)).collect();
    let holds = plan.holds(&root.name);
    let mut sql = Sql::new(conn.engine(), "DELETE FROM ");
    // MariaDB and PostgreSQL look at the row alone: it needs no other name.
    let alias = if conn.engine() == Engine::Sqlite { "t" } else { "" };
    sql.table(root).push(if alias.is_empty() { " WHERE " } else { " AS t WHERE " });
    ConditionSql::new(&plan.tables).selection(&mut sql, (alias, root), part, &holds)?;
    for planned in asked {
        let child = plan.table(&planned.link.from)?;
        sql.push(" AND NOT EXISTS (SELECT 1 FROM ").table(child).push(" c WHERE ");
        sql.joined((alias, root), ("c", child), pairs_of(planned)).push(")");
    }
    conn.execute(&sql, &root.name).await
}

/// Deletes all rows of several lists in one transaction, in their order; says how many there were of each.
/// `None` where a row of them cannot go or is not there, and where `may` says no in the end: then nothing
/// is changed.
pub(crate) async fn sweep(
    conn: &mut Conn,
    plans: &[Plan],
    most: usize,
    may: impl Future<Output = bool>,
) -> Result<Option<Vec<u64>>> {
    conn.begin().await?;
    let mut all = Vec::with_capacity(plans.len());
    for plan in plans {
        let mut went = 0;
        for part in parts(plan, most) {
            went += delete(conn, plan, &part).await?;
        }
        if went != listed(plan) {
            conn.rollback().await;
            return Ok(None);
        }
        all.push(went);
    }
    if !may.await {
        conn.rollback().await;
        return Ok(None);
    }
    conn.commit().await?;
    Ok(Some(all))
}

/// The database itself deletes no row that this refers to: nothing would go along or lose its reference.
fn refuses(link: &Link) -> bool {
    link.enforced && matches!(link.on_delete.as_str(), "NO ACTION" | "RESTRICT")
}
