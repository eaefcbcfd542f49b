//! What the bodies of the calls share: one item, or `items` with what they have in common beside them.

use std::collections::BTreeMap;

use consent::{Subject, subject::OneOrMany};
use serde::Deserialize;

use crate::{Fault, Whose};

/// A customer as it is sent: identifiers (`{"email": "…"}`), or the number that Privet gave.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum SentSubject {
    Number(String),
    Identifiers(BTreeMap<String, OneOrMany>),
}

impl SentSubject {
    /// The customer; faults never quote an identifier.
    pub fn read(&self, at: usize, region: &str) -> Result<Whose, Fault> {
        match self {
            Self::Number(number) => Ok(Whose::Number(number.clone())),
            Self::Identifiers(members) => Subject::parse(members, region)
                .map(Whose::Identifiers)
                .map_err(|error| Fault::new(at, "subject", error.to_string())),
        }
    }
}

/// One item or several: `Err` says what to send instead.
pub(crate) fn one_or_many<T>(
    single: Option<T>,
    items: Option<Vec<T>>,
    what: &str,
) -> Result<(Vec<T>, bool), String> {
    match (single, items) {
        (Some(one), None) => Ok((vec![one], true)),
        (None, Some(items)) => Ok((items, false)),
        _ => Err(format!("send either {what}, or `items`")),
    }
}

/// The member of the item, or else of the request.
pub(crate) fn either<T: Clone>(
    item: Option<T>,
    all: Option<&T>,
    at: usize,
    name: &str,
) -> Result<T, Fault> {
    item.or_else(|| all.cloned())
        .ok_or_else(|| Fault::new(at, "missing", format!("`{name}` is missing")))
}
