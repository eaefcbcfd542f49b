//! Selections that are long lists of keys: of a sorted list only the part that comes next is asked for,
//! so that ten thousand keys are not sent again with every batch.

use crate::{
    Engine,
    plan::Plan,
    request::{Condition, Literal},
    schema::{Class, RowKey},
    value::{Key, Value},
};

/// How much longer each next part is, where the one before found nothing.
const GROWTH: usize = 4;

/// What is left of a list.
pub(super) struct Listed<'a> {
    keys: Vec<(i64, &'a Literal)>,
    at: usize,
    most: usize,
    /// What else must be true.
    rest: &'a [Condition],
}

/// The selection's list of keys, and what else must be true.
pub(super) fn split(plan: &Plan) -> Option<(&[Vec<Literal>], &[Condition])> {
    match &plan.request.selection.covered {
        Condition::Keys(list) => Some((list, &[])),
        Condition::All(all) => match all.split_first()? {
            (Condition::Keys(list), rest) => Some((list, rest)),
            _ => None,
        },
        _ => None,
    }
}

/// The selection is a list of keys that one batch takes.
pub(crate) fn is_short(plan: &Plan, most: usize) -> bool {
    split(plan).is_some_and(|(list, _)| list.len() <= most)
}

/// A list's keys as numbers, sorted as the database sorts them; `None` where that is not known here:
/// only whole numbers are sorted by everybody alike.
fn numbers<'a>(plan: &Plan, list: &'a [Vec<Literal>]) -> Option<Vec<(i64, &'a Literal)>> {
    if !is_whole(plan) {
        return None;
    }
    let mut keys = Vec::with_capacity(list.len());
    for key in list {
        let [one] = key.as_slice() else { return None };
        keys.push((literal(plan.engine, one)?, one));
    }
    keys.sort_unstable_by_key(|(number, _)| *number);
    Some(keys)
}

/// The selection as far as it can be true of these rows.
pub(super) fn between(plan: &Plan, rows: &[Key]) -> Condition {
    let whole = || plan.request.selection.covered.clone();
    let Some((list, rest)) = split(plan).filter(|(list, _)| list.len() > rows.len()) else {
        return whole();
    };
    let row = |key: &Key| key.first().and_then(value);
    let Some(mut wanted) = rows.iter().map(row).collect::<Option<Vec<i64>>>() else {
        return whole();
    };
    wanted.sort_unstable();
    let Some(keys) = numbers(plan, list) else { return whole() };
    let keys = keys.into_iter().filter(|(number, _)| wanted.binary_search(number).is_ok());
    selection(keys.map(|(_, one)| one), rest)
}

fn selection<'a>(keys: impl Iterator<Item = &'a Literal>, rest: &[Condition]) -> Condition {
    let keys = Condition::Keys(keys.map(|one| vec![one.clone()]).collect());
    Condition::All(std::iter::once(keys).chain(rest.iter().cloned()).collect())
}

impl<'a> Listed<'a> {
    /// `None` where the selection is no list that is worth it.
    pub fn after(plan: &'a Plan, after: Option<&Key>, most: usize) -> Option<Self> {
        let (list, rest) = split(plan).filter(|(list, _)| list.len() > most)?;
        let after = match after {
            None => None,
            Some(key) => Some(value(key.first()?)?),
        };
        let mut keys = numbers(plan, list)?;
        keys.retain(|(number, _)| after.is_none_or(|after| *number > after));
        Some(Self { keys, at: 0, most, rest })
    }

    /// The selection of the next part; none after the last.
    pub fn next(&mut self) -> Option<Condition> {
        let part = self.keys.get(self.at..)?;
        let part = &part[..part.len().min(self.most)];
        if part.is_empty() {
            return None;
        }
        self.at += part.len();
        self.most = self.most.saturating_mul(GROWTH);
        Some(selection(part.iter().map(|(_, one)| *one), self.rest))
    }
}

fn is_whole(plan: &Plan) -> bool {
    let Ok(root) = plan.table(&plan.request.root) else { return false };
    match &root.key {
        // Whatever its columns say, SQLite keeps a number that it was given as a number.
        RowKey::Columns(names) if plan.engine == Engine::Sqlite => names.len() == 1,
        RowKey::Hidden(_) => plan.engine == Engine::Sqlite,
        RowKey::Columns(names) => match names.as_slice() {
            [name] => root.column(name).is_ok_and(|column| column.class == Class::Integer),
            _ => false,
        },
        RowKey::None(_) => false,
    }
}

fn literal(engine: Engine, one: &Literal) -> Option<i64> {
    match one {
        Literal::Int(number) => Some(*number),
        Literal::Text(text) if engine != Engine::Sqlite => text.parse().ok(),
        _ => None,
    }
}

fn value(one: &Value) -> Option<i64> {
    match one {
        Value::Int(number) => Some(*number),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    }
}
