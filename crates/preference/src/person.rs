//! A person as this room keeps them: identifiers as JSON, always sealed.

use std::collections::BTreeMap;

use consent::{Identifier, IdentifierKind, Subject, subject::OneOrMany};
use store::Store;

use crate::{PreferenceError, Result};

/// Seals a person for one use (`link:ID`, `session:ID`).
pub(crate) fn seal(store: &Store, context: &str, person: &Subject) -> String {
    store.seal(&format!("preference:{context}"), &to_text(person))
}

/// Opens what [`seal`] sealed under the same context.
pub(crate) fn open(store: &Store, context: &str, sealed: &str) -> Result<Subject> {
    from_text(&store.unseal(&format!("preference:{context}"), sealed)?)
}

pub(crate) fn to_text(person: &Subject) -> String {
    let mut kinds: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for one in person.identifiers() {
        kinds.entry(one.kind().as_str()).or_default().push(one.expose());
    }
    serde_json::to_string(&kinds).unwrap_or_default()
}

pub(crate) fn from_text(text: &str) -> Result<Subject> {
    let members: BTreeMap<String, OneOrMany> =
        serde_json::from_str(text).map_err(|_| PreferenceError::Link)?;
    // Already normalised: no number needs a region any more.
    Ok(Subject::parse(&members, "").map_err(consent::ConsentError::from)?)
}

/// The first identifier of a kind.
pub(crate) fn first(person: &Subject, kind: IdentifierKind) -> Option<&Identifier> {
    person.identifiers().iter().find(|one| one.kind() == kind)
}
