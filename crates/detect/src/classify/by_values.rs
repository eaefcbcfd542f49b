//! What a column's values make of it, alone and among columns about people.

use super::Candidate;
use crate::{
    names::Said,
    rules::{self, Found, Paper, People},
    stores::{About, Look},
    types::{self, TypeClass},
    values::Tally,
};

/// What the values say without the name: the best answer and the next.
pub(super) fn value_candidates(
    look: Look,
    people: People,
    tally: &Tally,
    class: TypeClass,
    said: Said,
) -> (Option<Candidate>, Option<Candidate>) {
    if tally.checked < 3 || matches!(class, TypeClass::Bool) {
        return (None, None);
    }
    let (best, next) = rules::by_values(look, tally, said, people);
    let fits = |found: &Found| types::fits(found.category, class);
    (best.filter(fits).map(Candidate::of_values), next.filter(fits).map(Candidate::of_values))
}

/// Nothing speaks against personal data.
pub(super) fn may_speak(said: Said, look: Look) -> bool {
    said != Said::Never && look.about != About::Things
}

impl Candidate {
    pub(super) fn of_paper(paper: Paper) -> Self {
        Self {
            category: paper.category,
            confidence: 0.8 + 0.15 * paper.share,
            matched: paper.matched,
            checksum: true,
            name_hint: false,
            comment_hint: false,
            type_hint: false,
            reasons: vec!["values", "checksum"],
            rule: "check",
        }
    }

    fn of_values(found: Found) -> Self {
        let mut reasons = vec!["values"];
        if found.checksum {
            reasons.push("checksum");
        }
        if found.among_people {
            reasons.push("neighbour");
        }
        Self {
            category: found.category,
            confidence: found.confidence,
            matched: found.matched,
            checksum: found.checksum,
            name_hint: false,
            comment_hint: false,
            type_hint: false,
            reasons,
            rule: if found.among_people { "values+neighbours" } else { "values" },
        }
    }
}
