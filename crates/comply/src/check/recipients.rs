//! Who receives data, under which contract, and the arrows that lead there.

use std::collections::BTreeSet;

use datamap::{FlowPosture, records::RecipientFact};

use super::Code;
use crate::{
    model::{Hit, Value},
    snapshot::Snapshot,
};

pub(super) const CODE: &[Code] = &[
    ("recipient-country", |s| lacking(s, |one| one.country.is_empty())),
    ("recipient-contract", |s| lacking(s, |one| is(one, "processor") && uncontracted(one))),
    ("recipient-arrangement", |s| {
        lacking(s, |one| is(one, "joint_controller") && uncontracted(one))
    }),
    ("recipient-provided", provided),
    ("recipient-unused", unused),
    ("authority-abroad", |s| {
        lacking(s, |one| is(one, "authority") && !matches!(&*one.country, "" | "CN"))
    }),
    ("flow-unrecorded", unrecorded),
    ("flow-untold", |s| flows(s, |_, one| categories(one).is_empty())),
    ("flow-sensitive", sensitive),
    ("flow-unconfirmed", unconfirmed),
];

/// Days that a discovered flow may wait for somebody to confirm it.
const WAITS: i64 = 14;

fn is(recipient: &RecipientFact, kind: &str) -> bool {
    recipient.kind == kind
}

fn uncontracted(recipient: &RecipientFact) -> bool {
    recipient.contract.trim().is_empty()
}

/// A recipient as what a finding is about.
pub(super) fn hit(id: &str, recipient: &RecipientFact) -> Hit {
    let href = format!("/console/recipients/{id}/edit");
    let hit = Hit::new("recipient", id, &recipient.name, href);
    match recipient.country.as_str() {
        "" => hit,
        country => hit.with("country", Value::Country(country.to_owned())),
    }
}

fn lacking(s: &Snapshot, lacks: impl Fn(&RecipientFact) -> bool) -> Vec<Hit> {
    let all = &s.parts.map.facts.recipients;
    all.iter().filter(|(_, one)| lacks(one)).map(|(id, one)| hit(id, one)).collect()
}

/// Data is provided to another company for its own ends, and no purpose asks for that by itself
/// (PIPL Art 23).
fn provided(s: &Snapshot) -> Vec<Hit> {
    let catalogue = &s.parts.consent.catalogue;
    let asked = |name: &str| {
        catalogue.purposes().any(|one| {
            one.retired_at.is_none()
                && one.body.separate_consent
                && one.body.vendors.iter().any(|vendor| vendor.eq_ignore_ascii_case(name))
        })
    };
    let others = s.parts.map.facts.recipients.iter();
    others
        .filter(|(_, one)| is(one, "controller") && !asked(&one.name))
        .map(|(id, one)| hit(id, one))
        .collect()
}

/// No arrow and no activity leads to it: it may be gone.
fn unused(s: &Snapshot) -> Vec<Hit> {
    let flowing = s.parts.map.flows.iter().filter_map(|one| one.to_end.strip_prefix("recipient:"));
    let told = s.activities().iter().flat_map(|one| one.recipients.iter().map(String::as_str));
    let used: BTreeSet<&str> = flowing.chain(told).collect();
    let idle = s.parts.map.facts.recipients.iter().filter(|(id, _)| !used.contains(id.as_str()));
    idle.map(|(id, one)| hit(id, one)).collect()
}

/// Category keys of an arrow.
pub(super) fn categories(flow: &FlowPosture) -> Vec<String> {
    serde_json::from_str(&flow.categories).unwrap_or_default()
}

/// The system and the recipient of an arrow that leads out.
fn out<'a>(
    s: &'a Snapshot,
    flow: &'a FlowPosture,
) -> Option<(&'a str, &'a str, &'a RecipientFact)> {
    let system = flow.from_end.strip_prefix("system:")?;
    let id = flow.to_end.strip_prefix("recipient:")?;
    Some((system, id, s.parts.map.facts.recipients.get(id)?))
}

fn flow_hit(s: &Snapshot, flow: &FlowPosture, system: &str, to: &str) -> Hit {
    let name = format!("{} → {to}", s.system_name(system));
    Hit::new("flow", &flow.id, name, "/console/flows/table").within(system)
}

fn flows(s: &Snapshot, fails: impl Fn(&Snapshot, &FlowPosture) -> bool) -> Vec<Hit> {
    let bad = s.parts.map.flows.iter().filter(|one| fails(s, one));
    bad.filter_map(|flow| out(s, flow).map(|(system, _, to)| flow_hit(s, flow, system, &to.name)))
        .collect()
}

/// Data leaves a system to a recipient, and no activity that uses the system says why.
fn unrecorded(s: &Snapshot) -> Vec<Hit> {
    flows(s, |s, flow| {
        out(s, flow).is_some_and(|(system, _, _)| s.activities_of(system).next().is_none())
    })
}

/// Sensitive data leaves to somebody without a contract.
fn sensitive(s: &Snapshot) -> Vec<Hit> {
    let mut hits = Vec::new();
    for flow in &s.parts.map.flows {
        let Some((system, _, to)) = out(s, flow) else { continue };
        let is_sensitive = |key: &String| {
            detect::taxonomy().get(key).is_some_and(|one| one.pipl_sensitive || one.gdpr_special)
        };
        let found: Vec<String> = categories(flow).into_iter().filter(is_sensitive).collect();
        if uncontracted(to) && to.kind != "authority" && !found.is_empty() {
            let hit = flow_hit(s, flow, system, &to.name);
            hits.push(hit.with("categories", Value::Categories(found)));
        }
    }
    hits
}

/// Two systems hold the same people, and nobody has said whether data flows between them.
fn unconfirmed(s: &Snapshot) -> Vec<Hit> {
    let name = |end: &str| {
        end.strip_prefix("system:")
            .map_or_else(|| end.to_owned(), |id| s.system_name(id).to_owned())
    };
    let waiting = s.parts.map.flows.iter().filter(|one| one.found == "discovered");
    waiting
        .filter(|one| s.older(one.updated_at, WAITS))
        .map(|one| {
            let both = format!("{} → {}", name(&one.from_end), name(&one.to_end));
            let system = one.from_end.strip_prefix("system:").unwrap_or_default();
            Hit::new("flow", &one.id, both, "/console/flows/table")
                .within(system)
                .with("since", Value::Time(one.updated_at))
        })
        .collect()
}
