//! What a rule becomes for the engine: a request with conditions in which every duty to keep and every
//! legal hold stands as an exception. Values are bound by the engine and never part of a text.

use std::collections::BTreeMap;

use datamap::map::{Table, Tables};
use jiff::Timestamp;
use purge::{
    Aggregate, Alike, Allow, Child, Condition, Hop, Literal, MaskKind, Neutral, Request, Selection,
    Treatment,
};

use super::{Act, Change, Event, How, Kind, Only, RuleBody, Step, Test};
use crate::{
    Result, RetainError,
    hold::{Hold, Scope},
};

/// A request and what it was made from.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// For the engine.
    pub request: Request,
    /// What happened before it is due.
    pub cutoff: Timestamp,
    /// Duties and holds that stand in it as exceptions.
    pub held: Vec<Held>,
}

/// Something that wins over the rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// A duty to keep: the other rule's id.
    Duty(String),
    /// A legal hold's id.
    Hold(String),
}

/// What a rule is compiled against.
pub struct Ground<'a> {
    /// The source's tables.
    pub tables: &'a Tables,
    /// Rules that oblige to keep, of the same source, switched on.
    pub duties: &'a [(String, RuleBody)],
    /// Holds in force.
    pub holds: &'a [Hold],
    /// Identifiers of those who withdrew in time, for rules about that.
    pub withdrawn: &'a [String],
}

/// Makes the request of a limit.
pub fn compile(rule: &RuleBody, now: Timestamp, ground: &Ground<'_>) -> Result<Compiled> {
    let cutoff = cutoff(rule, now)?;
    let mut held = Vec::new();
    let mut all = vec![due(rule, cutoff, false, ground.withdrawn)];
    all.extend(rule.only.iter().map(only));
    let plan: Vec<&str> = rule.tables().collect();
    let except = exceptions(&rule.table, &plan, now, ground, &mut held)?;
    let mut children = Vec::new();
    for one in rule.related.iter().filter(|one| one.act != Act::Keep) {
        children.push(Child {
            table: one.table.clone(),
            columns: one.columns.clone(),
            treatment: treatment(one.act, &one.changes, None),
            except: exceptions(&one.table, &plan, now, ground, &mut held)?,
        });
    }
    held.dedup();
    let request = Request {
        root: rule.table.clone(),
        selection: Selection { covered: Condition::All(all), except },
        treatment: treatment(rule.act, &rule.changes, rule.summary.as_ref()),
        children,
        joins: Vec::new(),
        allow: Allow { triggers: rule.triggers, cut_cycles: false },
    };
    Ok(Compiled { request, cutoff, held })
}

fn cutoff(rule: &RuleBody, now: Timestamp) -> Result<Timestamp> {
    rule.period.before(now, &rule.zone()).ok_or(RetainError::Rule("retain-error-period"))
}

/// True of a row whose period is over. `if_none` is the answer for a row without related rows and
/// without a time of its own to count from.
fn due(rule: &RuleBody, cutoff: Timestamp, if_none: bool, withdrawn: &[String]) -> Condition {
    let time = rule.time.clone();
    match &rule.event {
        Event::Column { column } => {
            Condition::OlderThan { column: column.clone(), than: cutoff, time }
        }
        Event::LastRelated { path, column, otherwise } => {
            let hops = hops(path);
            let older = |if_none| Condition::RelatedOlder {
                path: hops.clone(),
                column: column.clone(),
                than: cutoff,
                time: time.clone(),
                if_none,
            };
            if otherwise.is_empty() {
                return older(if_none);
            }
            let own = Condition::OlderThan {
                column: otherwise.clone(),
                than: cutoff,
                time: time.clone(),
            };
            let alone = Condition::All(vec![Condition::NoneRelated(hops.clone()), own]);
            Condition::Any(vec![older(false), alone])
        }
        Event::Withdrawn { column, identifier, .. } => {
            let lists = withdrawn.chunks(Condition::MOST_VALUES);
            Condition::Any(lists.map(|part| theirs(identifier, column, part)).collect())
        }
    }
}

/// True of rows of those who withdrew. These rows go, so in doubt a spelling is somebody else's.
fn theirs(identifier: &str, column: &str, values: &[String]) -> Condition {
    let how = match identifier {
        "email" => Alike::Address,
        "phone" => Alike::Phone,
        // The company's own numbers: nobody knows which of their spellings are one.
        _ => return one_of(column, values),
    };
    Condition::Alike { column: column.to_owned(), values: values.to_vec(), how }
}

fn hops(path: &[Step]) -> Vec<Hop> {
    path.iter().map(|step| Hop { table: step.table.clone(), on: step.on.clone() }).collect()
}

fn only(one: &Only) -> Condition {
    let column = one.column.clone();
    let equals =
        || Condition::Equals { column: column.clone(), value: Literal::Text(one.value.clone()) };
    match one.is {
        Test::Equals => equals(),
        Test::Differs => Condition::Not(Box::new(equals())),
        Test::Empty => Condition::IsNull { column },
        Test::Filled => Condition::Not(Box::new(Condition::IsNull { column })),
    }
}

/// What keeps rows of a table: a row stays unless each of these is false of it.
pub(crate) fn exceptions(
    table: &str,
    plan: &[&str],
    now: Timestamp,
    ground: &Ground<'_>,
    held: &mut Vec<Held>,
) -> Result<Vec<Condition>> {
    let mut all = Vec::new();
    for (id, duty) in ground.duties.iter().filter(|(_, duty)| duty.table == table) {
        debug_assert!(duty.kind == Kind::Duty);
        // Not yet over, or not known to be over: both keep.
        let over = due(duty, cutoff(duty, now)?, true, &[]);
        let mut within = vec![Condition::Not(Box::new(over))];
        within.extend(duty.only.iter().map(only));
        all.push(Condition::All(within));
        held.push(Held::Duty(id.clone()));
    }
    // Customers of one kind of identifier in one condition: each column is folded once for all.
    let mut customers: BTreeMap<&str, (Vec<String>, Vec<Held>)> = BTreeMap::new();
    for hold in ground.holds {
        let id = Held::Hold(hold.id.clone());
        if let Scope::Customer { kind, values } = &hold.scope {
            let (known, ids) = customers.entry(kind.as_str()).or_default();
            known.extend(values.iter().cloned());
            ids.push(id);
        } else if let Some(found) = hold_on(&hold.scope, table) {
            all.push(found);
            held.push(id);
        }
    }
    for (kind, (values, ids)) in customers {
        let found = customer(kind, &values, (table, plan), ground.tables);
        if !found.is_empty() {
            all.extend(found);
            held.extend(ids);
        }
    }
    Ok(all)
}

/// What a hold on a place says about the rows of a table; nothing where it does not reach.
fn hold_on(scope: &Scope, table: &str) -> Option<Condition> {
    match scope {
        Scope::Source => Some(Condition::always()),
        Scope::Table { table: named } if named == table => Some(Condition::always()),
        Scope::Rows { table: named, column, values } if named == table => {
            Some(one_of(column, values))
        }
        Scope::Customer { .. } | Scope::Table { .. } | Scope::Rows { .. } => None,
    }
}

fn one_of(column: &str, values: &[String]) -> Condition {
    let values = values.iter().map(|value| Literal::Text(value.clone())).collect();
    Condition::OneOf { column: column.to_owned(), values }
}

/// True of rows of held customers, in whatever spelling: in doubt a row is held. A row that names
/// nobody is not theirs.
fn held_in(kind: &str, column: &str, values: &[String]) -> Condition {
    let how = match kind {
        "email" => Alike::WideAddress,
        "phone" => Alike::WidePhone,
        _ => Alike::WideCode,
    };
    let named = Condition::Not(Box::new(Condition::IsNull { column: column.to_owned() }));
    let lists = values.chunks(Condition::MOST_VALUES).map(|part| Condition::Alike {
        column: column.to_owned(),
        values: part.to_vec(),
        how,
    });
    Condition::All(vec![named, Condition::Any(lists.collect())])
}

/// Customers are held in every column that identifies them, in the table itself and in tables that its
/// rows refer to. Rows of a table of the plan itself are held there.
fn customer(
    kind: &str,
    values: &[String],
    (table, plan): (&str, &[&str]),
    tables: &Tables,
) -> Vec<Condition> {
    let Some(here) = tables.table(table) else { return Vec::new() };
    let columns = identified_by(here, kind).map(|column| held_in(kind, column, values));
    let mut all: Vec<Condition> = columns.collect();
    for path in super::propose::upwards(table, tables) {
        if path.iter().any(|step| plan.contains(&step.table.as_str())) {
            continue;
        }
        let Some(above) = path.last().and_then(|step| tables.table(&step.table)) else { continue };
        for column in identified_by(above, kind) {
            all.push(Condition::Related {
                path: hops(&path),
                is: Box::new(held_in(kind, column, values)),
            });
        }
    }
    all
}

/// Columns of a table that hold identifiers of a kind, by what the map found in them.
pub(crate) fn identified_by<'a>(table: &'a Table, kind: &'a str) -> impl Iterator<Item = &'a str> {
    table
        .fields
        .iter()
        .filter(move |field| kind_of(&field.category) == Some(kind))
        .map(|field| field.name.as_str())
}

/// The kind of identifier that a category of the map is.
pub(crate) fn kind_of(category: &str) -> Option<&'static str> {
    Some(match category {
        "contact.email" => "email",
        "contact.phone" => "phone",
        "identity.customer_id" => "customer_id",
        _ => return None,
    })
}

fn treatment(act: Act, changes: &[Change], summary: Option<&super::Summary>) -> Treatment {
    match act {
        Act::Delete | Act::Keep => Treatment::Delete,
        Act::Unlink => Treatment::Unlink,
        Act::Anonymise => Treatment::Anonymise(
            changes.iter().map(|one| (one.column.clone(), neutral(one.how))).collect(),
        ),
        Act::Mask => Treatment::Mask(
            changes
                .iter()
                .map(|one| (one.column.clone(), one.how.mask().unwrap_or(MaskKind::Last4)))
                .collect(),
        ),
        Act::Aggregate => {
            let summary = summary.cloned().unwrap_or_default();
            Treatment::Aggregate(Aggregate {
                by: summary.dimensions(),
                into: summary.into,
                sums: summary.sums,
                minimum: summary.minimum,
            })
        }
    }
}

fn neutral(how: How) -> Neutral {
    match how {
        How::Random => Neutral::Random,
        How::Fixed => Neutral::Fixed,
        _ => Neutral::Null,
    }
}
