//! A person's state as rows of a state table.

use crate::{Destination, Person};

/// One row: an identifier's state for one purpose.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub subject: String,
    pub kind: String,
    pub identifier: String,
    pub purpose: String,
    pub state: String,
    pub since: i64,
    pub notice: String,
    pub expires_at: Option<i64>,
}

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Row({}, {}, {}, …)", self.kind, self.purpose, self.state)
    }
}

/// All rows of these people for a destination: one for each identifier it is given and each purpose.
pub(crate) fn rows_of(people: &[Person], destination: &Destination) -> Vec<Row> {
    let mut rows = Vec::new();
    for person in people {
        for known in &person.identifiers {
            if !destination.identifiers.contains(&known.kind) {
                continue;
            }
            let identifier =
                if destination.config.hashed { sha256(&known.value) } else { known.value.clone() };
            rows.extend(person.purposes.iter().map(|state| Row {
                subject: person.subject.clone(),
                kind: known.kind.clone(),
                identifier: identifier.clone(),
                purpose: state.purpose.clone(),
                state: state.state.clone(),
                since: state.since,
                notice: state.notice.clone(),
                expires_at: state.expires_at,
            }));
        }
    }
    rows
}

/// Lower-case hexadecimal, as advertising platforms and SQL functions write it.
fn sha256(text: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    digest.as_ref().iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_sql() {
        assert_eq!(
            sha256("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
