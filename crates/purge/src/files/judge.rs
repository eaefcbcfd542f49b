//! Conditions over rows of files, in the three-valued logic of [`Condition`]. What a file cannot say
//! (times, related rows) is unknown: a row that may be under a duty or a hold stays.

use std::collections::HashSet;

use super::view::View;
use crate::{
    Alike,
    request::{Condition, Literal},
};

/// Conditions that keep a row, made ready to be asked of many.
pub(super) struct Keeping<'a>(Vec<Ready<'a>>);

enum Ready<'a> {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    OneOf(&'a str, HashSet<String>),
    Alike(&'a str, Alike, HashSet<String>),
    IsNull(&'a str),
    Keys(HashSet<String>),
    Unknown,
}

impl<'a> Keeping<'a> {
    pub fn new(conditions: &'a [Condition]) -> Self {
        Self(conditions.iter().map(ready).collect())
    }

    /// The row stays: one of them is true of it, or not known to be false.
    pub fn holds(&self, row: &View<'_>) -> bool {
        self.0.iter().any(|one| one.of(row) != Some(false))
    }
}

fn text(literal: &Literal) -> String {
    match literal {
        Literal::Bool(yes) => yes.to_string(),
        Literal::Int(number) => number.to_string(),
        Literal::Text(text) => text.clone(),
    }
}

fn ready(condition: &Condition) -> Ready<'_> {
    match condition {
        Condition::All(of) => Ready::All(of.iter().map(ready).collect()),
        Condition::Any(of) => Ready::Any(of.iter().map(ready).collect()),
        Condition::Not(of) => Ready::Not(Box::new(ready(of))),
        Condition::Equals { column, value } => Ready::OneOf(column, [text(value)].into()),
        Condition::OneOf { column, values } => {
            Ready::OneOf(column, values.iter().map(text).collect())
        }
        Condition::Alike { column, values, how } => {
            Ready::Alike(column, *how, wanted(*how, values))
        }
        Condition::IsNull { column } => Ready::IsNull(column),
        Condition::Keys(keys) => Ready::Keys(keys.iter().flatten().map(text).collect()),
        Condition::OlderThan { .. }
        | Condition::RelatedOlder { .. }
        | Condition::NoneRelated(_)
        | Condition::Related { .. } => Ready::Unknown,
    }
}

/// What folded texts are compared with.
pub(super) fn wanted(how: Alike, values: &[String]) -> HashSet<String> {
    values.iter().map(|value| how.fold(value)).filter(|value| !value.is_empty()).collect()
}

impl Ready<'_> {
    fn of(&self, row: &View<'_>) -> Option<bool> {
        match self {
            Self::All(of) => all(of.iter().map(|one| one.of(row))),
            Self::Any(of) => all(of.iter().map(|one| one.of(row).map(|is| !is))).map(|none| !none),
            Self::Not(of) => of.of(row).map(|is| !is),
            Self::OneOf(column, values) => one(row, column, |text| values.contains(text)),
            Self::Alike(column, how, values) => {
                one(row, column, |text| values.contains(&how.fold(text)))
            }
            Self::IsNull(column) => Some(row.texts(column).is_empty()),
            Self::Keys(keys) => Some(keys.contains(row.key)),
            Self::Unknown => None,
        }
    }
}

/// Unknown unless one is false, or all are true.
fn all(mut of: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut known = true;
    let is_false = of.any(|one| {
        known &= one.is_some();
        one == Some(false)
    });
    if is_false { Some(false) } else { known.then_some(true) }
}

fn one(row: &View<'_>, column: &str, is: impl Fn(&str) -> bool) -> Option<bool> {
    let texts = row.texts(column);
    (!texts.is_empty()).then(|| texts.iter().any(|text| is(text)))
}
