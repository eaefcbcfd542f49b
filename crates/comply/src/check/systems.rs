//! Systems, sources and where data came from.

use std::collections::BTreeSet;

use datamap::{SourcePosture, model::System};

use super::{Code, activities::is_below};
use crate::{
    model::{Hit, Value},
    snapshot::Snapshot,
};

pub(super) const CODE: &[Code] = &[
    ("system-unrecorded", unrecorded),
    ("category-unrecorded", category),
    ("system-owner", |s| lacking(s, |one| one.owner.is_empty())),
    ("system-purpose", |s| lacking(s, |one| one.purpose.is_empty())),
    ("system-country", |s| lacking(s, |one| one.country.is_empty())),
    ("system-unscanned", unscanned),
    ("source-homeless", homeless),
    ("source-origin", origin),
    ("origin-provider", |s| third_party(s, |one| one.provider.trim().is_empty())),
    ("origin-contract", |s| third_party(s, |one| one.contract.trim().is_empty())),
];

/// A system as what a finding is about.
pub(super) fn hit(id: &str, name: &str) -> Hit {
    Hit::new("system", id, name, format!("/console/systems/{id}")).within(id)
}

/// A source as what a finding is about.
pub(super) fn source(one: &SourcePosture) -> Hit {
    let href = format!("/console/sources/{}", one.id);
    Hit::new("source", &one.id, &one.name, href).within(&one.system_id)
}

/// Systems in which personal data was found.
fn personal(s: &Snapshot) -> impl Iterator<Item = &System> {
    let facts = &s.parts.map.facts.systems;
    let holds =
        move |one: &&System| facts.get(&one.id).is_some_and(|fact| !fact.categories.is_empty());
    s.parts.map.systems.iter().filter(holds)
}

fn lacking(s: &Snapshot, lacks: impl Fn(&System) -> bool) -> Vec<Hit> {
    personal(s)
        .filter(|one| lacks(one))
        .map(|one| {
            let href = format!("/console/systems/{}/edit", one.id);
            Hit::new("system", &one.id, &one.name, href).within(&one.id)
        })
        .collect()
}

/// Collected for no purpose: no activity of the records uses the system.
fn unrecorded(s: &Snapshot) -> Vec<Hit> {
    let alone = personal(s).filter(|one| s.activities_of(&one.id).next().is_none());
    alone
        .map(|one| {
            let found = s.parts.map.facts.systems.get(&one.id);
            let keys = found.into_iter().flat_map(|fact| fact.categories.keys().cloned());
            Hit::new("system", &one.id, &one.name, "/console/records")
                .within(&one.id)
                .with("categories", Value::Categories(keys.collect()))
        })
        .collect()
}

/// Kept though no activity that uses the system needs it.
fn category(s: &Snapshot) -> Vec<Hit> {
    let mut hits = Vec::new();
    for system in personal(s) {
        let activities: Vec<_> = s.activities_of(&system.id).collect();
        if activities.is_empty() || activities.iter().any(|one| one.categories.is_empty()) {
            continue;
        }
        let needed: BTreeSet<&str> =
            activities.iter().flat_map(|one| &one.categories).map(String::as_str).collect();
        let needs = |key: &str| needed.contains(key) || needed.iter().any(|one| is_below(key, one));
        let Some(fact) = s.parts.map.facts.systems.get(&system.id) else { continue };
        let idle: Vec<String> = fact.categories.keys().filter(|key| !needs(key)).cloned().collect();
        if !idle.is_empty() {
            let found = hit(&system.id, &system.name);
            hits.push(found.with("categories", Value::Categories(idle)));
        }
    }
    hits
}

/// Nothing is known of what a system holds: none of its databases is connected.
fn unscanned(s: &Snapshot) -> Vec<Hit> {
    let connected: BTreeSet<&str> =
        s.parts.map.sources.iter().map(|one| one.system_id.as_str()).collect();
    let blind = s.parts.map.systems.iter().filter(|one| !connected.contains(one.id.as_str()));
    blind
        .map(|one| Hit::new("system", &one.id, &one.name, "/console/sources/new").within(&one.id))
        .collect()
}

fn homeless(s: &Snapshot) -> Vec<Hit> {
    let by = s.by_source();
    let holds = |one: &&SourcePosture| one.system_id.is_empty() && by.contains_key(one.id.as_str());
    let edit = |one: &SourcePosture| {
        Hit::new("source", &one.id, &one.name, format!("/console/sources/{}/edit", one.id))
    };
    s.parts.map.sources.iter().filter(holds).map(edit).collect()
}

fn origin(s: &Snapshot) -> Vec<Hit> {
    let (by, told) = (s.by_source(), &s.parts.map.origins);
    let silent = s.parts.map.sources.iter().filter(|one| {
        by.contains_key(one.id.as_str()) && !told.iter().any(|origin| origin.source_id == one.id)
    });
    silent.map(source).collect()
}

fn third_party(s: &Snapshot, lacks: impl Fn(&datamap::model::Origin) -> bool) -> Vec<Hit> {
    let others = s.parts.map.origins.iter().filter(|one| one.kind == "third_party" && lacks(one));
    others
        .map(|one| {
            let href = format!("/console/sources/{}", one.source_id);
            let name = if one.provider.is_empty() {
                s.source(&one.source_id).map_or("", |source| &source.name)
            } else {
                &one.provider
            };
            Hit::new("origin", &one.id, name, href).within(s.system_of(&one.source_id))
        })
        .collect()
}
