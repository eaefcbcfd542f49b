//! Who we are: name, contact, officer, representative.

use super::Code;
use crate::{model::Hit, snapshot::Snapshot};

pub(super) const CODE: &[Code] = &[
    ("organisation-unnamed", unnamed),
    ("organisation-uncontactable", uncontactable),
    ("officer-unnamed", officer),
    ("representative-unnamed", representative),
    ("records-empty", empty),
];

/// The organisation, if something of it is missing.
fn missing(text: &str) -> Vec<Hit> {
    if text.trim().is_empty() {
        vec![Hit::new("organisation", "self", "", "/console/organisation")]
    } else {
        Vec::new()
    }
}

fn unnamed(s: &Snapshot) -> Vec<Hit> {
    missing(&s.parts.map.facts.organisation.name)
}

fn uncontactable(s: &Snapshot) -> Vec<Hit> {
    missing(&s.parts.map.facts.organisation.contact)
}

fn officer(s: &Snapshot) -> Vec<Hit> {
    missing(&s.parts.map.facts.organisation.officer)
}

/// A law protects people of a place where we neither host a system nor meet customers: then we are
/// likely not established there (GDPR Art 27, PIPL Art 53).
fn representative(s: &Snapshot) -> Vec<Hit> {
    let places = s.law.regimes().filter(|regime| {
        s.regimes.contains(&regime.id) && matches!(regime.id.as_str(), "eu-gdpr" | "cn-pipl")
    });
    let systems = s.parts.map.systems.iter().map(|system| system.country.as_str());
    let properties = s.parts.consent.catalogue.properties();
    let here: Vec<&str> = systems.chain(properties.map(|one| one.body.country.as_str())).collect();
    let absent = places
        .filter(|regime| !regime.places.iter().any(|place| here.contains(&place.as_str())))
        .count();
    if absent == 0 {
        return Vec::new();
    }
    missing(&s.parts.map.facts.organisation.representative)
}

/// Personal data was found and nothing says what it is used for.
fn empty(s: &Snapshot) -> Vec<Hit> {
    if !s.activities().is_empty() || s.parts.map.fields.is_empty() {
        return Vec::new();
    }
    let hit = Hit::new("organisation", "records", "", "/console/records");
    vec![hit.with("fields", s.parts.map.fields.len())]
}
