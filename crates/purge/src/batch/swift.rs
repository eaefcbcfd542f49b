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

/// Is the plan of that kind? Not where triggers act, where rows go along or lose their reference, and
/// where the statement would have to look at the table that it deletes from.
pub(crate) fn is_swift(plan: &Plan) -> bool {
    let request = &plan.request;
    let Ok(root) = plan.table(&request.root) else { return false };
    request.treatment == Treatment::Delete
        && request.children.is_empty()
        && matches!(root.key, RowKey::Columns(_))
        && root.triggers.is_empty()
        && listed::split(plan).is_some()
        && plan.links.iter().all(|link| link.link.to != root.name || is_light(plan, link))
        && !reads(plan).contains(&root.name.as_str())
}

/// Whether something refers to a row is soon seen.
fn is_light(plan: &Plan, planned: &PlannedLink) -> bool {
    // MariaDB asks for each row by itself, which is quick where there is an index as a key has it.
    planned.fate == Fate::Keep
        && planned.link.from != planned.link.to
        && (planned.link.enforced || plan.engine != Engine::Mysql)
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
    let alone = asked.is_empty() && reads(plan).is_empty();
    let engine = conn.engine();
    let mut sql = Sql::new(engine, "");
    // MariaDB knows another name for the table in this form only, which looks first and deletes then.
    let (begin, alias, name) = match engine {
        _ if alone => ("DELETE FROM ", "", ""),
        Engine::Mysql => ("DELETE t FROM ", "t", " t"),
        _ => ("DELETE FROM ", "t", " AS t"),
    };
    sql.push(begin).table(root).push(name).push(" WHERE ");
    ConditionSql::new(&plan.tables).selection(&mut sql, (alias, root), part, &holds)?;
    for planned in asked {
        let child = plan.table(&planned.link.from)?;
        sql.push(" AND NOT EXISTS (SELECT 1 FROM ").table(child).push(" c WHERE ");
        sql.joined((alias, root), ("c", child), pairs_of(planned)).push(")");
    }
    conn.execute(&sql, &root.name).await
}

/// Deletes all rows of several lists in one transaction, in their order; says how many there were of each.
/// `None`, and nothing is changed, where a row of them cannot go or is not there.
pub(crate) async fn sweep(
    conn: &mut Conn,
    plans: &[Plan],
    most: usize,
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
    conn.commit().await?;
    Ok(Some(all))
}

/// The database itself deletes no row that this refers to: nothing would go along or lose its reference.
fn refuses(link: &Link) -> bool {
    link.enforced && matches!(link.on_delete.as_str(), "NO ACTION" | "RESTRICT")
}
