//! Who withdrew: identifiers of customers whose agreement to a purpose ended before a time. They live in
//! memory while a plan is made and go to the company's database as bound values; they are never written
//! down or logged.

use consent::IdentifierKind;

use crate::{Result, Retain, RetainError, rule::Event};

/// Customers read at once.
const STEP: i64 = 1_000;
/// Identifiers of one rule at most: more belong into a view of purposes.
const MOST: usize = 200_000;

impl Retain {
    /// The identifiers a rule about a withdrawal matches, for one whose withdrawal lies before
    /// `cutoff` (µs); nothing for other rules.
    pub(super) async fn withdrawn(&self, event: &Event, cutoff: i64) -> Result<Vec<String>> {
        let Event::Withdrawn { purpose, identifier, .. } = event else { return Ok(Vec::new()) };
        let kind = IdentifierKind::parse(identifier);
        let kind = kind.ok_or(RetainError::Rule("retain-error-identifier"))?;
        let (mut found, mut after) = (Vec::new(), String::new());
        loop {
            let people = self.consent().stands_after(&after, STEP).await?;
            let Some(last) = people.last() else { break };
            after.clone_from(&last.subject.0);
            let full = people.len() as i64 == STEP;
            for person in people {
                let ended = person.purposes.iter().any(|stand| {
                    let at = match stand.state {
                        "withdrawn" => Some(stand.since),
                        "expired" => stand.expires_at,
                        _ => None,
                    };
                    stand.purpose == *purpose && at.is_some_and(|at| at < cutoff)
                });
                let own = person.identifiers.iter().filter(|one| ended && one.kind() == kind);
                found.extend(own.map(|one| one.expose().to_owned()));
            }
            if found.len() > MOST {
                return Err(RetainError::Conflict("retain-error-many"));
            }
            if !full {
                break;
            }
        }
        found.sort();
        found.dedup();
        Ok(found)
    }
}
