//! Data that leaves the European Economic Area or China: to recipients, in systems hosted abroad, along
//! arrows between systems. Numbers come from facts of the law, counts from the map.

use std::collections::BTreeSet;

use datamap::records::{RecipientFact, law as records_law};
use transfer::{Crossing, Verdict};

use super::{Code, recipients};
use crate::{
    model::{Hit, Value},
    snapshot::Snapshot,
};

pub(super) const CODE: &[Code] = &[
    ("transfer-eu-tool", |s| {
        european(s, |one, place| place != Place::Adequate && !known_in_eu(one))
    }),
    ("transfer-eu-adequacy", |s| {
        european(s, |one, place| place == Place::Third && one.safeguard == "adequacy")
    }),
    ("transfer-eu-derogation", |s| european(s, |one, _| one.safeguard == "derogation")),
    ("system-outside-eu", outside_eu),
    ("transfer-cn-tool", |s| chinese(s, |one| !known_in_china(one))),
    ("transfer-cn-route", route),
    ("transfer-unassessed", unassessed),
    ("transfer-cn-consent", consent),
    ("system-outside-cn", outside_cn),
    ("flow-across", across),
];

/// Tools of GDPR Art 46, 47, 49 and Art 45 as the map calls them.
const EU_TOOLS: [&str; 4] = ["adequacy", "scc", "bcr", "derogation"];
/// Routes of PIPL Art 38.
const CN_TOOLS: [&str; 4] =
    ["pipl_standard_contract", "pipl_assessment", "pipl_certification", "derogation"];

fn known_in_eu(recipient: &RecipientFact) -> bool {
    EU_TOOLS.contains(&recipient.safeguard.as_str())
}

fn known_in_china(recipient: &RecipientFact) -> bool {
    CN_TOOLS.contains(&recipient.safeguard.as_str())
}

/// How the GDPR sees a place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Inside the European Economic Area.
    Home,
    /// A decision covers every recipient there.
    Adequate,
    /// A decision covers some recipients there: which ones, a person must say.
    Partly,
    /// A tool is needed.
    Third,
}

/// Adequacy decisions are facts of the law; which of them cover a place as a whole is told by the
/// records' view of Art 30.
fn place(s: &Snapshot, country: &str) -> Place {
    let home = s.law.regime("eu-gdpr").is_some_and(|one| one.places.iter().any(|p| p == country));
    if home {
        return Place::Home;
    }
    let code = format!("adequate.{country}");
    let mut decisions = s.law.about("eu-gdpr", law::Kind::Transfer, s.day);
    if !decisions.any(|fact| fact.code == code) {
        return Place::Third;
    }
    let view = records_law().view("controller");
    let whole = view.is_some_and(|one| one.adequate.iter().any(|place| place == country));
    if whole { Place::Adequate } else { Place::Partly }
}

/// Recipients that receive something.
fn receiving(s: &Snapshot) -> BTreeSet<&str> {
    let flowing = s.parts.map.facts.flows.iter().map(|flow| flow.recipient.as_str());
    let told = s.activities().iter().flat_map(|one| one.recipients.iter().map(String::as_str));
    flowing.chain(told).collect()
}

fn abroad<'a>(
    s: &'a Snapshot,
    fails: impl Fn(&RecipientFact) -> bool + 'a,
) -> impl Iterator<Item = Hit> + 'a {
    let receiving = receiving(s);
    s.parts
        .map
        .facts
        .recipients
        .iter()
        .filter(move |(id, one)| {
            receiving.contains(id.as_str()) && !one.country.is_empty() && fails(one)
        })
        .map(|(id, one)| recipients::hit(id, one).with("safeguard", one.safeguard.as_str()))
}

fn european(s: &Snapshot, fails: impl Fn(&RecipientFact, Place) -> bool) -> Vec<Hit> {
    abroad(s, |one| {
        let place = place(s, &one.country);
        place != Place::Home && fails(one, place)
    })
    .collect()
}

fn chinese(s: &Snapshot, fails: impl Fn(&RecipientFact) -> bool) -> Vec<Hit> {
    abroad(s, |one| one.country != "CN" && fails(one)).collect()
}

/// Systems with personal data in a place, that no named tool covers.
fn hosted(s: &Snapshot, fails: impl Fn(&str) -> bool) -> Vec<Hit> {
    let mut hits = Vec::new();
    for system in &s.parts.map.systems {
        let held = s.parts.map.facts.systems.get(&system.id);
        let holds = held.is_some_and(|fact| !fact.categories.is_empty());
        if holds && !system.country.is_empty() && fails(&system.country) {
            let href = format!("/console/systems/{}", system.id);
            hits.push(
                Hit::new("system", &system.id, &system.name, href)
                    .within(&system.id)
                    .with("country", Value::Country(system.country.clone())),
            );
        }
    }
    hits
}

fn outside_eu(s: &Snapshot) -> Vec<Hit> {
    hosted(s, |country| place(s, country) == Place::Third)
}

fn outside_cn(s: &Snapshot) -> Vec<Hit> {
    hosted(s, |country| country != "CN")
}

/// Transfers of which one law says something that fits.
fn crossing(s: &Snapshot, law: &str, fits: impl Fn(&Crossing, &Verdict) -> bool) -> Vec<Hit> {
    let Some(report) = &s.parts.transfers else { return Vec::new() };
    let mut hits = Vec::new();
    for (one, verdicts) in &report.crossings {
        if verdicts.iter().any(|(key, verdict)| key == law && fits(one, verdict)) {
            let name = format!("{} → {}", one.from.name, one.to.name);
            let people = i64::try_from(one.people()).unwrap_or(i64::MAX);
            hits.push(
                Hit::new("transfer", &one.key, name, "/console/transfers")
                    .within(&one.from.id)
                    .with("safeguard", one.safeguard.as_str())
                    .with("people", people),
            );
        }
    }
    hits
}

/// There is a route of PIPL Art 38, and it does not reach: all transfers together ask for a stronger one
/// (跨境规定 Art 5, 7, 8).
fn route(s: &Snapshot) -> Vec<Hit> {
    crossing(s, "cn-pipl", |one, verdict| {
        CN_TOOLS.contains(&one.safeguard.as_str()) && verdict.is_open()
    })
}

/// Clauses or corporate rules, and nobody assessed the law of the place (C-311/18; EDPB 01/2020).
fn unassessed(s: &Snapshot) -> Vec<Hit> {
    crossing(s, "eu-gdpr", |one, verdict| {
        matches!(&*one.safeguard, "scc" | "bcr")
            && matches!(verdict, Verdict::Tool { assessed: false, .. })
    })
}

/// Data goes abroad on consent, and no purpose asks for that by itself (PIPL Art 39).
fn consent(s: &Snapshot) -> Vec<Hit> {
    let catalogue = &s.parts.consent.catalogue;
    let asks = |name: &str| {
        catalogue.purposes().any(|one| {
            let vendors = &one.body.vendors;
            one.retired_at.is_none()
                && one.body.separate_consent
                && vendors.iter().any(|vendor| vendor.eq_ignore_ascii_case(name))
        })
    };
    let mut hits = Vec::new();
    for activity in s.activities() {
        if activity.legal_basis.get("pipl").is_none_or(|basis| basis != "consent") {
            continue;
        }
        let away = s.recipients(activity).into_values();
        let unasked: Vec<&str> = away
            .filter(|one| !matches!(&*one.country, "" | "CN") && !asks(&one.name))
            .map(|one| one.name.as_str())
            .collect();
        if !unasked.is_empty() {
            let hit = super::activities::hit(activity);
            hits.push(hit.with("recipients", unasked.join(", ")));
        }
    }
    hits
}

/// An arrow between two of our systems crosses the border of China, or of the area into a place
/// without adequacy.
fn across(s: &Snapshot) -> Vec<Hit> {
    let country = |end: &str| {
        let id = end.strip_prefix("system:")?;
        let system = s.parts.map.facts.systems.get(id)?;
        (!system.country.is_empty()).then_some((system.name.as_str(), system.country.as_str()))
    };
    let mut hits = Vec::new();
    for flow in &s.parts.map.flows {
        let (Some((from, here)), Some((to, there))) =
            (country(&flow.from_end), country(&flow.to_end))
        else {
            continue;
        };
        let leaves_china = here == "CN" && there != "CN" && s.under(&["cn-pipl"]);
        let leaves_area = place(s, here) == Place::Home
            && place(s, there) == Place::Third
            && s.under(&["eu-gdpr"]);
        if leaves_china || leaves_area {
            let system = flow.from_end.trim_start_matches("system:");
            hits.push(
                Hit::new("flow", &flow.id, format!("{from} → {to}"), "/console/flows/table")
                    .within(system)
                    .with("from", Value::Country(here.to_owned()))
                    .with("to", Value::Country(there.to_owned())),
            );
        }
    }
    hits
}
