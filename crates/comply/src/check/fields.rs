//! Fields: what nobody confirmed, what is kept in clear, children, and data spread wide.

use std::collections::{BTreeMap, BTreeSet};

use datamap::{FieldPosture, StorePosture};

use super::{Code, systems};
use crate::{
    model::{Hit, Value},
    snapshot::Snapshot,
};

pub(super) const CODE: &[Code] = &[
    ("fields-unconfirmed", unconfirmed),
    ("sensitive-unconfirmed", |s| stores(s, |one| one.level == 3 && one.decision.is_empty())),
    ("fields-unsure", |s| stores(s, |one| one.decision.is_empty() && one.confidence < UNSURE)),
    ("sensitive-clear", |s| stores(s, is_clear)),
    ("card-security-kept", |s| stores(s, |one| one.category == "finance.card_security")),
    ("passwords-clear", |s| stores(s, is_secret)),
    ("minors-unrecorded", minors),
    ("sensitive-spread", spread),
    ("people-unknown", people),
    ("stores-never-read", never_read),
];

/// Below this detection is not sure.
const UNSURE: f64 = 0.6;
/// Kept in so many systems, sensitive data is spread.
const SPREAD: usize = 3;
/// So many days without a read: a quarter's report would have read it.
const UNREAD: i64 = 100;
/// Names that evidence lists at most.
const NAMED: usize = 8;

/// A store with some of its fields as what a finding is about.
pub(super) fn hit(s: &Snapshot, store: &StorePosture, fields: &[&FieldPosture]) -> Hit {
    let source = s.source(&store.source_id).map_or("", |one| &one.name);
    let href = match fields {
        [one] => format!("/console/fields/{}", one.id),
        _ => format!("/console/map?source={}", store.source_id),
    };
    let names: Vec<&str> = fields.iter().take(NAMED).map(|one| one.name.as_str()).collect();
    let found: BTreeSet<String> = fields.iter().map(|one| one.category.clone()).collect();
    Hit::new("store", &store.id, format!("{source} · {}", store.name), href)
        .within(s.system_of(&store.source_id))
        .with("fields", fields.len())
        .with("names", names.join(", "))
        .with("categories", Value::Categories(found.into_iter().collect()))
}

/// Stores with fields that do not pass, each once.
pub(super) fn stores(s: &Snapshot, fails: impl Fn(&FieldPosture) -> bool) -> Vec<Hit> {
    s.by_store()
        .filter_map(|(store, fields)| {
            let bad: Vec<&FieldPosture> = fields.iter().filter(|one| fails(one)).collect();
            (!bad.is_empty()).then(|| hit(s, store, &bad))
        })
        .collect()
}

/// Numbers that open accounts or name a person to the state, readable in a table. What Privet's vault
/// sealed is not found as such by a scan any more.
fn is_clear(field: &FieldPosture) -> bool {
    const READABLE: [&str; 9] = [
        "identity.national_id",
        "identity.passport",
        "identity.travel_permit",
        "identity.driver_licence",
        "finance.bank_card",
        "finance.bank_account",
        "finance.iban",
        "finance.payment_account",
        "identity.document_image",
    ];
    READABLE.contains(&field.category.as_str())
        || field.category.starts_with("health.")
        || field.category.starts_with("biometric")
}

fn is_secret(field: &FieldPosture) -> bool {
    matches!(
        field.category.as_str(),
        "credential.password"
            | "credential.pin"
            | "credential.api_key"
            | "credential.security_question"
    )
}

fn unconfirmed(s: &Snapshot) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (id, fields) in s.by_source() {
        let open = fields.iter().filter(|one| one.decision.is_empty()).count();
        let Some(source) = s.source(id).filter(|_| open > 0) else { continue };
        let mut hit = systems::source(source).with("fields", open).with("of", fields.len());
        hit.href = format!("/console/map?source={id}&decision=open");
        hits.push(hit);
    }
    hits
}

/// Fields say that people are children, and no activity of the system says so.
fn minors(s: &Snapshot) -> Vec<Hit> {
    let mut found: BTreeMap<&str, Vec<&FieldPosture>> = BTreeMap::new();
    for field in s.parts.map.fields.iter().filter(|one| one.minor != 0) {
        found.entry(s.system_of(&field.source_id)).or_default().push(field);
    }
    found
        .into_iter()
        .filter(|(system, _)| {
            !s.activities_of(system).any(|one| one.people.iter().any(|who| who == "children"))
        })
        .map(|(system, fields)| {
            let names: Vec<&str> = fields.iter().take(NAMED).map(|one| one.name.as_str()).collect();
            systems::hit(system, s.system_name(system))
                .with("fields", fields.len())
                .with("names", names.join(", "))
        })
        .collect()
}

/// One sensitive category in many systems: each copy is one more place to protect and to erase.
fn spread(s: &Snapshot) -> Vec<Hit> {
    let mut places: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for system in s.parts.map.facts.systems.values() {
        for (key, fact) in &system.categories {
            if fact.level == 3 {
                places.entry(key).or_default().push(&system.name);
            }
        }
    }
    let wide = places.into_iter().filter(|(_, systems)| systems.len() >= SPREAD);
    wide.map(|(key, systems)| {
        let href = format!("/console/map?category={key}");
        let name = detect::taxonomy().get(key).map_or(key, |one| &one.en);
        Hit::new("category", key, name, href)
            .with("systems", systems.len())
            .with("names", systems.iter().take(NAMED).copied().collect::<Vec<_>>().join(", "))
            .with("categories", Value::Categories(vec![key.to_owned()]))
    })
    .collect()
}

/// Collected and not used: what nobody reads is not necessary for anything.
fn never_read(s: &Snapshot) -> Vec<Hit> {
    s.by_store()
        .filter(|(store, _)| store.unread_days >= UNREAD)
        .map(|(store, fields)| {
            let fields: Vec<&FieldPosture> = fields.iter().collect();
            hit(s, store, &fields)
                .with("unread-days", store.unread_days)
                .with("since", Value::Time(store.unread_from))
        })
        .collect()
}

fn people(s: &Snapshot) -> Vec<Hit> {
    let mut silent: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for store in s.parts.map.stores.iter().filter(|one| one.people.is_empty()) {
        silent.entry(&store.source_id).or_default().push(&store.name);
    }
    let named = |(id, stores): (&str, Vec<&str>)| {
        let names = stores.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        let source = s.source(id)?;
        Some(systems::source(source).with("stores", stores.len()).with("names", names))
    };
    silent.into_iter().filter_map(named).collect()
}
