//! What a plan leaves out, and why.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Unreached, Why,
    build::Draft,
    refs::{self, At, Reference},
};
use crate::ground::{Kind, State};

pub(super) fn list(draft: &Draft<'_>) -> Vec<Unreached> {
    let mut found = Vec::new();
    for source in &draft.ground.sources {
        if let State::Missing(why) = &source.state {
            found.push(Unreached {
                source: source.id.clone(),
                table: String::new(),
                personal: source.tables.values().any(crate::ground::Holds::is_personal),
                why: Why::Missing(why.clone()),
            });
        }
    }
    let mut reasons: BTreeMap<At, Why> = draft
        .all()
        .filter(|at| !draft.nodes.contains_key(at))
        .map(|at| (at, reason(draft, at)))
        .collect();
    spread(draft, &mut reasons);
    for (at, why) in reasons {
        let Some(table) = refs::table(draft.ground, at) else { continue };
        found.push(Unreached {
            source: draft.ground.sources[at.0].id.clone(),
            table: table.name.clone(),
            personal: draft.is_personal(at),
            why,
        });
    }
    found
}

fn reason(draft: &Draft<'_>, at: At) -> Why {
    if let Some(why) = draft.barred(at) {
        return why;
    }
    if let Some(why) = draft.unsure.get(&at) {
        return Why::Unsure(why.clone());
    }
    let reached = |at: &At| draft.nodes.contains_key(at);
    for reference in draft.references.iter().filter(|r| r.from == at && reached(&r.to)) {
        let label = label(draft, reference);
        if reference.mention {
            return Why::Mentions(label);
        }
        if !reference.fits {
            return Why::KeysDiffer(label);
        }
        if draft.is_person(at) {
            return Why::OwnPeople(label);
        }
    }
    if draft.references.iter().any(|r| r.to == at && reached(&r.from) && !draft.is_person(at)) {
        return Why::Shared;
    }
    by_identifiers(draft, at).unwrap_or(Why::NoWay)
}

fn by_identifiers(draft: &Draft<'_>, at: At) -> Option<Why> {
    let holds = refs::holds(draft.ground, at)?;
    let name = &refs::table(draft.ground, at)?.name;
    // Of a verified kind and no node all the same: the column cannot hold such a value.
    if let Some(one) = holds.identifiers.iter().find(|one| draft.kinds.contains(&one.kind)) {
        return Some(Why::KeysDiffer(format!("{name}.{}", one.column)));
    }
    let kinds: BTreeSet<Kind> = holds.identifiers.iter().map(|one| one.kind.clone()).collect();
    (!kinds.is_empty()).then(|| Why::OtherKinds(kinds.into_iter().collect()))
}

/// A table that only shared tables lead to is left out because of them.
fn spread(draft: &Draft<'_>, reasons: &mut BTreeMap<At, Why>) {
    loop {
        let more: Vec<At> = reasons
            .iter()
            .filter(|(_, why)| **why == Why::NoWay)
            .map(|(at, _)| *at)
            .filter(|at| {
                let mut up = draft.references.iter().filter(|r| r.from == *at && r.to != *at);
                up.any(|r| reasons.get(&r.to) == Some(&Why::Shared))
            })
            .collect();
        if more.is_empty() {
            return;
        }
        for at in more {
            reasons.insert(at, Why::Shared);
        }
    }
}

fn label(draft: &Draft<'_>, reference: &Reference) -> String {
    let name = |at: At| {
        let table = refs::table(draft.ground, at).map_or("", |table| table.name.as_str());
        if reference.from.0 == reference.to.0 {
            table.to_owned()
        } else {
            format!("{}.{table}", draft.ground.sources[at.0].id)
        }
    };
    format!(
        "{}({}) → {}({})",
        name(reference.from),
        reference.from_columns.join(", "),
        name(reference.to),
        reference.to_columns.join(", ")
    )
}
