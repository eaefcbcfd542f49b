//! Which families of a batch can go, and in which order their rows do. No SQL here.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::family::Family;
use crate::{
    plan::{Fate, Plan},
    report::Reason,
};

/// What is to be done with the rows of a batch.
#[derive(Default)]
pub(crate) struct Work {
    /// Selected rows whose families are treated.
    pub roots: Vec<usize>,
    /// Selected rows that are kept, and why.
    pub kept: Vec<(usize, Reason)>,
    /// Rows that are written: which of their references are cut, and whether they are treated.
    pub writes: BTreeMap<usize, Write>,
    /// Leaves to delete before all others: by the number of the link, the rows they refer to.
    pub leaves: BTreeMap<usize, BTreeSet<usize>>,
    /// Rows to delete, leaf first: rows of a level refer to none of the same or a later level.
    pub levels: Vec<Vec<usize>>,
}

#[derive(Default, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Write {
    /// Columns that become NULL.
    pub cut: BTreeSet<String>,
    /// The table's anonymising or masking is done.
    pub treat: bool,
}

/// Decides. A family goes when nothing outside of it refers to a row of it that is deleted, counting
/// families that go before it.
pub(crate) fn decide(plan: &Plan, family: &Family) -> Work {
    let reach: Vec<Vec<usize>> = (0..family.roots).map(|root| reach(family, root)).collect();
    let mut banned: HashMap<usize, Reason> = HashMap::new();
    loop {
        let (going, kept) = settle(plan, family, &reach, &banned);
        let mut work = Work { kept, ..Work::default() };
        let mut leaving: BTreeSet<usize> = BTreeSet::new();
        for root in &going {
            let rows = reach[*root].iter().copied();
            leaving.extend(rows.filter(|row| goes(plan, family, *row)));
        }
        work.roots = going;
        writes(plan, family, &reach, &leaving, &mut work);
        for link in &family.leaves {
            let to = &plan.links[*link].link.to;
            let treated = work.roots.iter().flat_map(|root| &reach[*root]).copied();
            let rows: BTreeSet<usize> =
                treated.filter(|row| plan.tables[family.rows[*row].table].name == *to).collect();
            if !rows.is_empty() {
                work.leaves.insert(*link, rows);
            }
        }
        match order(plan, family, &leaving, &mut work) {
            Ok(()) => return work,
            Err(circle) => {
                let reason = Reason::Circle { links: circle.links };
                for root in &work.roots {
                    if reach[*root].iter().any(|row| circle.rows.contains(row)) {
                        banned.insert(*root, reason.clone());
                    }
                }
            }
        }
    }
}

fn goes(plan: &Plan, family: &Family, row: usize) -> bool {
    family.rows[row].treated && plan.deletes(&plan.tables[family.rows[row].table].name)
}

/// The row and all that is treated with it.
fn reach(family: &Family, root: usize) -> Vec<usize> {
    if family.rows[root].follows.is_empty() {
        return vec![root];
    }
    let mut seen = HashSet::from([root]);
    let mut open = vec![root];
    let mut rows = Vec::new();
    while let Some(row) = open.pop() {
        rows.push(row);
        open.extend(
            family.rows[row].follows.iter().map(|(child, _)| *child).filter(|c| seen.insert(*c)),
        );
    }
    rows
}

/// The selected rows that go, and the others with their reasons.
fn settle(
    plan: &Plan,
    family: &Family,
    reach: &[Vec<usize>],
    banned: &HashMap<usize, Reason>,
) -> (Vec<usize>, Vec<(usize, Reason)>) {
    let mut going: Vec<usize> = Vec::new();
    let mut leaving: HashSet<usize> = HashSet::new();
    let mut waiting: Vec<usize> = (0..reach.len()).collect();
    let mut kept: Vec<(usize, Reason)> = Vec::new();
    loop {
        let before = going.len();
        let mut still = Vec::new();
        kept.clear();
        for root in waiting {
            match obstacle(plan, family, &reach[root], &leaving, banned.get(&root)) {
                None => {
                    going.push(root);
                    leaving.extend(reach[root].iter().filter(|row| goes(plan, family, **row)));
                }
                Some(reason) => {
                    kept.push((root, reason));
                    still.push(root);
                }
            }
        }
        waiting = still;
        if going.len() == before || waiting.is_empty() {
            going.sort_unstable();
            return (going, kept);
        }
    }
}

fn obstacle(
    plan: &Plan,
    family: &Family,
    mine: &[usize],
    leaving: &HashSet<usize>,
    banned: Option<&Reason>,
) -> Option<Reason> {
    if let Some(reason) = banned {
        return Some(reason.clone());
    }
    let some = mine.iter().any(|row| !family.rows[*row].keepers.is_empty());
    let own: HashSet<usize> = mine.iter().copied().filter(|_| some).collect();
    for row in mine.iter().filter(|row| goes(plan, family, **row)) {
        let member = &family.rows[*row];
        if let Some(reason) = &member.blocked {
            return Some(reason.clone());
        }
        for (table, key, link) in &member.keepers {
            let with = family.find(*table, key).is_some_and(|keeper| {
                leaving.contains(&keeper) || (own.contains(&keeper) && goes(plan, family, keeper))
            });
            if !with {
                let link = &plan.links[*link].link;
                let (table, link) = (link.from.clone(), link.label());
                return Some(Reason::Referenced { table, link });
            }
        }
    }
    None
}

/// Rows of the going families that stay and are written.
fn writes(
    plan: &Plan,
    family: &Family,
    reach: &[Vec<usize>],
    leaving: &BTreeSet<usize>,
    work: &mut Work,
) {
    for root in &work.roots {
        for row in &reach[*root] {
            if !leaving.contains(row) {
                work.writes.entry(*row).or_default().treat = true;
            }
            let member = &family.rows[*row];
            for (child, link) in &member.unlinks {
                if !leaving.contains(child) {
                    work.writes
                        .entry(*child)
                        .or_default()
                        .cut
                        .extend(plan.links[*link].cut.iter().cloned());
                }
            }
            for (child, link) in &member.follows {
                if leaving.contains(row) && !leaving.contains(child) {
                    work.writes
                        .entry(*child)
                        .or_default()
                        .cut
                        .extend(plan.links[*link].cut.iter().cloned());
                }
            }
        }
    }
}

struct Circle {
    rows: HashSet<usize>,
    links: String,
}

/// Sorts the leaving rows leaf first, cutting circles where that is allowed.
fn order(
    plan: &Plan,
    family: &Family,
    leaving: &BTreeSet<usize>,
    work: &mut Work,
) -> Result<(), Circle> {
    // Who refers to a leaving row, among the leaving; a row that refers to itself needs no order.
    let mut referrers: HashMap<usize, HashSet<(usize, usize)>> = HashMap::new();
    for row in leaving {
        let member = &family.rows[*row];
        let known = member.follows.iter().chain(&member.unlinks).copied();
        let keepers = member
            .keepers
            .iter()
            .filter_map(|(table, key, link)| Some((family.find(*table, key)?, *link)));
        let all = known.chain(keepers);
        let mut mine: HashSet<(usize, usize)> = all
            .filter(|(other, link)| leaving.contains(other) && plan.links[*link].link.enforced)
            .collect();
        cut_from_itself(plan, *row, &mine, work)?;
        mine.retain(|(other, _)| other != row);
        referrers.insert(*row, mine);
    }
    let mut left: BTreeSet<usize> = leaving.clone();
    while !left.is_empty() {
        let level: Vec<usize> =
            left.iter().copied().filter(|row| referrers[row].is_empty()).collect();
        if level.is_empty() {
            cut_circle(plan, &left, &mut referrers, work)?;
            continue;
        }
        for row in &level {
            left.remove(row);
        }
        let free: HashSet<usize> = level.iter().copied().collect();
        for row in &left {
            if let Some(mine) = referrers.get_mut(row) {
                mine.retain(|(other, _)| !free.contains(other));
            }
        }
        work.levels.push(level);
    }
    Ok(())
}

/// InnoDB lets no row go that refers to itself, unless the reference cascades: it loses that first.
fn cut_from_itself(
    plan: &Plan,
    row: usize,
    referrers: &HashSet<(usize, usize)>,
    work: &mut Work,
) -> Result<(), Circle> {
    if plan.engine != crate::Engine::Mysql {
        return Ok(());
    }
    for (_, link) in referrers.iter().filter(|(other, _)| *other == row) {
        let planned = &plan.links[*link];
        if matches!(planned.link.on_delete.as_str(), "CASCADE" | "SET NULL") {
            continue;
        }
        if planned.cut.is_empty() {
            return Err(Circle { rows: HashSet::from([row]), links: planned.link.label() });
        }
        work.writes.entry(row).or_default().cut.extend(planned.cut.iter().cloned());
    }
    Ok(())
}

/// Every row left has a referrer left: walking from one to the next ends in a circle.
fn cut_circle(
    plan: &Plan,
    left: &BTreeSet<usize>,
    referrers: &mut HashMap<usize, HashSet<(usize, usize)>>,
    work: &mut Work,
) -> Result<(), Circle> {
    let Some(start) = left.first() else { return Ok(()) };
    let mut path: Vec<(usize, usize, usize)> = Vec::new(); // row, its referrer, by link
    let mut row = *start;
    while !path.iter().any(|(seen, _, _)| *seen == row) {
        let Some((other, link)) = referrers[&row].iter().min() else { return Ok(()) };
        path.push((row, *other, *link));
        row = *other;
    }
    let first = path.iter().position(|(seen, _, _)| *seen == row).unwrap_or(0);
    let circle = &path[first..];
    for (to, from, link) in circle {
        let cut = &plan.links[*link].link;
        let Ok(table) = plan.table(&cut.from) else { continue };
        let columns = &plan.links[*link].cut;
        let hidden = matches!(table.key, crate::schema::RowKey::Hidden(_))
            && plan.engine == crate::Engine::Postgres;
        // A reference that the request unlinks anyway needs no further leave.
        let may = plan.request.allow.cut_cycles || plan.links[*link].fate == Fate::Unlink;
        if may && !columns.is_empty() && !hidden {
            work.writes.entry(*from).or_default().cut.extend(columns.iter().cloned());
            if let Some(mine) = referrers.get_mut(to) {
                mine.remove(&(*from, *link));
            }
            return Ok(());
        }
    }
    let mut links: Vec<String> =
        circle.iter().map(|(_, _, link)| plan.links[*link].link.label()).collect();
    links.sort();
    links.dedup();
    Err(Circle { rows: circle.iter().map(|(row, _, _)| *row).collect(), links: links.join(", ") })
}

/// A row is kept because of rows that this plan deletes elsewhere: it is worth another round.
pub(crate) fn may_pass(plan: &Plan, reason: &Reason) -> bool {
    match reason {
        Reason::Referenced { table, link } => {
            plan.deletes(table)
                && plan.links.iter().any(|l| l.fate == Fate::Keep && l.link.label() == *link)
        }
        _ => false,
    }
}
