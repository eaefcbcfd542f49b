//! A plan: what a request means in one database, checked before anything is touched. Making one
//! reads no row.

mod check;
mod drift;

use std::{collections::BTreeSet, fmt::Write as _};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub(crate) use check::{RANDOM_LEAST, fixed};
pub(crate) use drift::differences;

use crate::{
    Engine,
    error::{PurgeError, Result},
    request::{Condition, Request, Treatment},
    schema::{Link, Schema, Table},
};

/// A checked request with the part of the schema it was checked against. It can be stored; a run
/// refuses a database whose relevant part has changed since.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The engine.
    pub engine: Engine,
    /// What was asked for.
    pub request: Request,
    /// What will be done, in this order within every batch.
    pub steps: Vec<Step>,
    /// Every reference to a table of the plan, and what becomes of the rows behind it.
    pub links: Vec<PlannedLink>,
    /// Circles of references among tables whose rows are deleted. Rows go leaf first; those that
    /// truly refer to each other in a circle are cut apart where that is allowed, or kept.
    pub circles: Vec<String>,
    /// Triggers and rules on the tables: they may do more than the plan says.
    pub triggers: Vec<String>,
    /// The tables of the plan, those that refer to them and those that conditions read.
    pub tables: Vec<Table>,
    /// SHA-256 over all of this, in hex: request, tables, columns, types, keys, references, triggers.
    pub fingerprint: String,
}

/// One thing that is done to rows of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The table.
    pub table: String,
    /// What is done.
    pub action: Action,
    /// The columns that are written.
    pub columns: Vec<String>,
    /// How its rows are reached: the references, or empty for the root's selection.
    pub through: Vec<String>,
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Counts the rows into the summary.
    Summarise,
    /// Takes a reference away (NULL).
    Unlink,
    /// Writes neutral values.
    Anonymise,
    /// Writes masked values.
    Mask,
    /// Deletes.
    Delete,
}

/// A reference to a table of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedLink {
    /// The reference.
    pub link: Link,
    /// What becomes of the rows behind it.
    pub fate: Fate,
    /// The columns that become NULL where the reference is taken away; empty where it cannot be.
    pub cut: Vec<String>,
}

/// What becomes of rows that refer to a treated row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// They are treated with it.
    Follow,
    /// Their reference becomes NULL.
    Unlink,
    /// They keep the row, if it were to be deleted.
    Keep,
}

impl Plan {
    pub(crate) fn table(&self, name: &str) -> Result<&Table> {
        self.tables
            .iter()
            .find(|table| table.name == name)
            .ok_or_else(|| PurgeError::NoTable(name.to_owned()))
    }

    /// What becomes of rows of a table that are reached by the selection or a followed reference.
    pub fn treatment(&self, table: &str) -> Option<&Treatment> {
        treatment_of(&self.request, table)
    }

    /// Rows of this table are deleted.
    pub(crate) fn deletes(&self, table: &str) -> bool {
        matches!(self.treatment(table), Some(Treatment::Delete | Treatment::Aggregate(_)))
    }

    /// The holds on a table's rows.
    pub(crate) fn holds(&self, table: &str) -> Vec<&Condition> {
        let mut holds: Vec<&Condition> = Vec::new();
        if self.request.root == table {
            holds.extend(&self.request.selection.except);
        }
        for child in self.request.children.iter().filter(|child| child.table == table) {
            holds.extend(&child.except);
        }
        holds
    }

    /// Where a step's rows are counted.
    pub(crate) fn step(&self, table: &str, action: Action) -> Option<usize> {
        self.steps.iter().position(|step| step.table == table && step.action == action)
    }
}

pub(crate) fn treatment_of<'a>(request: &'a Request, table: &str) -> Option<&'a Treatment> {
    if request.root == table {
        return Some(&request.treatment);
    }
    request
        .children
        .iter()
        .find(|child| child.table == table && child.treatment != Treatment::Unlink)
        .map(|child| &child.treatment)
}

/// Makes a plan. Reads nothing but the schema it is given.
///
/// # Errors
/// Whatever makes the request wrong for this database, as a [`PurgeError`] that names it.
pub fn plan(schema: &Schema, request: Request) -> Result<Plan> {
    check::names(schema, &request)?;
    let links = check::links(schema, &request)?;
    check::treatments(schema, &request, &links)?;
    check::stability(schema, &request, &links)?;
    let names = relevant(&request, &links);
    let tables: Vec<Table> =
        schema.tables.iter().filter(|table| names.contains(&table.name)).cloned().collect();
    let triggers = check::triggers(schema, &request)?;
    let mut plan = Plan {
        engine: schema.engine,
        steps: Vec::new(),
        circles: check::circles(&request, &links),
        request,
        links,
        triggers,
        tables,
        fingerprint: String::new(),
    };
    plan.steps = steps(&plan);
    plan.fingerprint = fingerprint(&plan);
    Ok(plan)
}

/// Tables that are treated, that refer to those, and that conditions read.
fn relevant(request: &Request, links: &[PlannedLink]) -> BTreeSet<String> {
    let mut names = BTreeSet::from([request.root.clone()]);
    for planned in links {
        names.insert(planned.link.from.clone());
        names.insert(planned.link.to.clone());
    }
    let holds = request.children.iter().flat_map(|child| &child.except);
    let selection = &request.selection;
    let conditions = std::iter::once(&selection.covered).chain(&selection.except).chain(holds);
    for condition in conditions {
        let mut paths = Vec::new();
        crate::sql::tables_read(condition, &mut paths);
        names.extend(paths.into_iter().flatten().map(|hop| hop.table.clone()));
    }
    names
}

/// Summary first, then what is written, then what is deleted, children before parents.
fn steps(plan: &Plan) -> Vec<Step> {
    let mut steps = Vec::new();
    let order = child_first(&plan.request, &plan.links);
    if let Treatment::Aggregate(aggregate) = &plan.request.treatment {
        let mut columns: Vec<String> = aggregate.by.iter().map(|by| by.column.clone()).collect();
        columns.extend(aggregate.sums.iter().cloned());
        steps.push(Step {
            table: plan.request.root.clone(),
            action: Action::Summarise,
            columns,
            through: Vec::new(),
        });
    }
    let cut = |link: &&PlannedLink| {
        let allowed = plan.request.allow.cut_cycles && !link.cut.is_empty();
        allowed && plan.deletes(&link.link.from) && link.fate != Fate::Unlink
    };
    for table in &order {
        let unlinked: Vec<&PlannedLink> = plan
            .links
            .iter()
            .filter(|l| l.link.from == *table)
            .filter(|l| l.fate == Fate::Unlink || (cut(l) && in_circle(plan, &l.link)))
            .collect();
        if !unlinked.is_empty() {
            let columns: BTreeSet<String> = unlinked.iter().flat_map(|l| l.cut.clone()).collect();
            steps.push(Step {
                table: table.clone(),
                action: Action::Unlink,
                columns: columns.into_iter().collect(),
                through: unlinked.iter().map(|l| l.link.label()).collect(),
            });
        }
    }
    for table in &order {
        let (action, columns) = match plan.treatment(table) {
            Some(Treatment::Anonymise(columns)) => {
                (Action::Anonymise, columns.iter().map(|(name, _)| name.clone()).collect())
            }
            Some(Treatment::Mask(columns)) => {
                (Action::Mask, columns.iter().map(|(name, _)| name.clone()).collect())
            }
            _ => continue,
        };
        steps.push(Step { table: table.clone(), action, columns, through: through(plan, table) });
    }
    for table in order.iter().filter(|table| plan.deletes(table)) {
        steps.push(Step {
            table: table.clone(),
            action: Action::Delete,
            columns: Vec::new(),
            through: through(plan, table),
        });
    }
    steps
}

fn through(plan: &Plan, table: &str) -> Vec<String> {
    plan.links
        .iter()
        .filter(|l| l.fate == Fate::Follow && l.link.from == table)
        .map(|l| l.link.label())
        .collect()
}

/// The link leads from a deleted table over deleted tables back to itself.
pub(crate) fn in_circle(plan: &Plan, link: &Link) -> bool {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut open = vec![link.to.as_str()];
    while let Some(table) = open.pop() {
        if table == link.from {
            return true;
        }
        if !plan.deletes(table) || !seen.insert(table) {
            continue;
        }
        let next = plan.links.iter().filter(|l| l.link.from == table && l.link.enforced);
        open.extend(next.map(|l| l.link.to.as_str()));
    }
    false
}

/// The treated tables, referring ones before those they refer to where there is no circle.
pub(crate) fn child_first(request: &Request, links: &[PlannedLink]) -> Vec<String> {
    let mut left: BTreeSet<String> =
        request.children.iter().map(|child| child.table.clone()).collect();
    left.insert(request.root.clone());
    let mut order = Vec::new();
    while !left.is_empty() {
        let referred = |table: &String| {
            links.iter().any(|l| {
                l.link.to == *table && l.link.from != *table && left.contains(&l.link.from)
            })
        };
        let free: Vec<String> = left.iter().filter(|table| !referred(table)).cloned().collect();
        // In a circle the root goes last.
        let next = if free.is_empty() {
            let other = left.iter().find(|table| **table != request.root);
            vec![other.unwrap_or(&request.root).clone()]
        } else {
            free
        };
        for table in next {
            left.remove(&table);
            order.push(table);
        }
    }
    order
}

fn fingerprint(plan: &Plan) -> String {
    let text = serde_json::to_string(&(
        plan.engine,
        &plan.request,
        &plan.links,
        &plan.triggers,
        &plan.tables,
    ))
    .unwrap_or_default();
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(text) {
        let _ = write!(hex, "{byte:02x}"); // writing to a String cannot fail
    }
    hex
}
