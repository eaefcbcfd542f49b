//! Data that leaves the European Economic Area or China: to recipients, in systems hosted abroad, along
//! arrows between systems. Numbers come from facts of the law, counts from the map.

use std::collections::BTreeSet;

use datamap::records::{RecipientFact, law as records_law};

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

/// The route that counts of people ask for (跨境规定 Art 5, 7, 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Route {
    /// None needed.
    Exempt,
    /// Standard contract or certification.
    Contract,
    /// Security assessment.
    Assessment,
}

/// Thresholds as the law's facts tell them; `None` while no pack does.
struct Thresholds {
    assessment: u64,
    assessment_sensitive: u64,
    contract: u64,
}

impl Thresholds {
    fn of(s: &Snapshot) -> Option<Self> {
        Some(Self {
            assessment: s.number("cn.transfer.assessment.people")?,
            assessment_sensitive: s.number("cn.transfer.assessment.sensitive")?,
            contract: s.number("cn.transfer.contract.people")?,
        })
    }

    fn route(&self, people: u64, sensitive: bool) -> Route {
        if people >= self.assessment || (sensitive && people >= self.assessment_sensitive) {
            Route::Assessment
        } else if sensitive || people >= self.contract {
            Route::Contract
        } else {
            Route::Exempt
        }
    }
}

/// Recipients whose route is weaker than the count of people asks for. The count is the largest store
/// of each system that sends to them: an upper bound, which a person can correct by the safeguard.
fn route(s: &Snapshot) -> Vec<Hit> {
    let Some(thresholds) = Thresholds::of(s) else { return Vec::new() };
    let mut hits = Vec::new();
    for (id, recipient) in &s.parts.map.facts.recipients {
        if matches!(&*recipient.country, "" | "CN") {
            continue;
        }
        let (people, sensitive) = sent(s, id);
        let wanted = thresholds.route(people, sensitive);
        let has = match recipient.safeguard.as_str() {
            "pipl_assessment" => Route::Assessment,
            "pipl_standard_contract" | "pipl_certification" => Route::Contract,
            _ => Route::Exempt,
        };
        if wanted == Route::Assessment && has == Route::Contract {
            hits.push(
                recipients::hit(id, recipient)
                    .with("safeguard", recipient.safeguard.as_str())
                    .with("people", i64::try_from(people).unwrap_or(i64::MAX)),
            );
        }
    }
    hits
}

/// How many people a recipient may have received, and whether sensitive data.
fn sent(s: &Snapshot, recipient: &str) -> (u64, bool) {
    let mut sent = (0, false);
    for (id, system) in &s.parts.map.facts.systems {
        if s.receivers(id).any(|one| one == recipient) {
            let sensitive = system
                .categories
                .keys()
                .any(|key| detect::taxonomy().get(key).is_some_and(|one| one.pipl_sensitive));
            sent = (sent.0.max(u64::try_from(system.rows).unwrap_or(0)), sent.1 || sensitive);
        }
    }
    sent
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_decide_the_route_at_their_borders() {
        let thresholds =
            Thresholds { assessment: 1_000_000, assessment_sensitive: 10_000, contract: 100_000 };
        for (people, sensitive, route) in [
            (99_999, false, Route::Exempt),
            (100_000, false, Route::Contract),
            (999_999, false, Route::Contract),
            (1_000_000, false, Route::Assessment),
            (1, true, Route::Contract),
            (9_999, true, Route::Contract),
            (10_000, true, Route::Assessment),
        ] {
            assert_eq!(thresholds.route(people, sensitive), route, "{people} {sensitive}");
        }
    }
}
