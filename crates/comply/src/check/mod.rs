//! The checks: what they say is data (`data/checks/*.toml`), what they look at is one small pure function
//! each. A check stands on facts of the law: it runs where one of them is in force under a law that
//! applies, and weighs no more than advice while none of those facts was checked against a text.

mod access;
mod activities;
mod assess;
mod banners;
pub mod docs;
mod fields;
mod grants;
mod house;
mod notices;
mod organisation;
mod places;
mod policies;
mod purposes;
mod recipients;
mod retention;
mod scans;
mod systems;
mod transfers;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use law::Text;
use serde::Deserialize;

use crate::{
    model::{Hit, Owner, Severity},
    snapshot::Snapshot,
};

/// What a check looks at.
pub type Run = fn(&Snapshot) -> Vec<Hit>;
/// A check's id with what it looks at.
type Code = (&'static str, Run);

/// What a check says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Stable name: `recipient-contract`.
    pub id: String,
    /// How much a finding weighs, unless the law's facts are mere advice.
    pub severity: Severity,
    /// Who mends it.
    pub owner: Owner,
    /// Ids of the law's facts it stands on; none: good practice anywhere.
    #[serde(default)]
    pub facts: Vec<String>,
    /// What is wrong, in a few words.
    pub title: Text,
    /// Why that matters.
    pub why: Text,
    /// What to do.
    pub mend: Text,
    /// What shows it, or that it is mended.
    pub evidence: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "check")]
    checks: Vec<Check>,
}

/// The files of checks, as (group, text).
const FILES: [(&str, &str); 8] = [
    ("records", include_str!("../../data/checks/records.toml")),
    ("map", include_str!("../../data/checks/map.toml")),
    ("recipients", include_str!("../../data/checks/recipients.toml")),
    ("consent", include_str!("../../data/checks/consent.toml")),
    ("policy", include_str!("../../data/checks/policy.toml")),
    ("retention", include_str!("../../data/checks/retention.toml")),
    ("access", include_str!("../../data/checks/access.toml")),
    ("house", include_str!("../../data/checks/house.toml")),
];

/// A check together with its code.
#[derive(Debug)]
pub struct Whole {
    /// What it says.
    pub check: Check,
    /// The file it stands in: what kind of check it is.
    pub group: &'static str,
    run: Run,
}

/// All checks, in the files' order. A test holds that every check has code and all code a check.
pub fn checks() -> &'static [Whole] {
    static CHECKS: OnceLock<Vec<Whole>> = OnceLock::new();
    CHECKS.get_or_init(|| {
        let code: BTreeMap<&str, Run> = code().collect();
        let mut all = Vec::new();
        for (group, text) in FILES {
            let Ok(file) = toml::from_str::<File>(text) else { continue };
            for check in file.checks {
                if let Some(run) = code.get(check.id.as_str()).copied() {
                    all.push(Whole { check, group, run });
                }
            }
        }
        all
    })
}

/// A check by its id.
pub fn check(id: &str) -> Option<&'static Whole> {
    checks().iter().find(|one| one.check.id == id)
}

pub(crate) use house::BACKUP;

fn code() -> impl Iterator<Item = Code> {
    [
        organisation::CODE,
        activities::CODE,
        assess::CODE,
        systems::CODE,
        fields::CODE,
        places::CODE,
        scans::CODE,
        recipients::CODE,
        transfers::CODE,
        purposes::CODE,
        notices::CODE,
        banners::CODE,
        policies::CODE,
        retention::CODE,
        grants::CODE,
        access::CODE,
        house::CODE,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// How a check stands on a day: under which laws it runs, and how much it weighs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The laws, by key; empty for good practice.
    pub regimes: BTreeSet<String>,
    /// How much a finding weighs.
    pub severity: Severity,
}

impl Whole {
    /// How the check stands; `None`: no law that applies asks for it.
    pub fn standing(&self, snapshot: &Snapshot) -> Option<Standing> {
        let mut standing = Standing { regimes: BTreeSet::new(), severity: self.check.severity };
        if self.check.facts.is_empty() {
            return Some(standing);
        }
        let mut decides = false;
        for fact in snapshot.holding(&self.check.facts) {
            standing.regimes.insert(fact.regime.clone());
            decides |= fact.confidence.decides();
        }
        if standing.regimes.is_empty() {
            return None;
        }
        if !decides {
            standing.severity = Severity::Info;
        }
        Some(standing)
    }

    /// What does not pass.
    pub fn run(&self, snapshot: &Snapshot) -> Vec<Hit> {
        (self.run)(snapshot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_has_code_and_all_code_has_a_check() {
        let mut said = Vec::new();
        for (group, text) in FILES {
            let file: File = toml::from_str(text).unwrap_or_else(|why| panic!("{group}: {why}"));
            said.extend(file.checks.into_iter().map(|check| check.id));
        }
        let mut written: Vec<String> = code().map(|(id, _)| id.to_owned()).collect();
        said.sort();
        written.sort();
        assert_eq!(said, written);
        let mut once = said.clone();
        once.dedup();
        assert_eq!(once, said);
        assert!(said.len() >= 80, "{}", said.len());
    }

    #[test]
    fn every_check_speaks_both_languages() {
        for one in checks() {
            let check = &one.check;
            for text in [&check.title, &check.why, &check.mend, &check.evidence] {
                assert!(text.en.len() > 4 && !text.zh.is_empty(), "{}", check.id);
                assert!(text.zh.chars().any(|c| c > '\u{3000}'), "{}: {}", check.id, text.zh);
            }
        }
    }

    #[test]
    fn every_fact_that_a_check_names_is_in_a_pack() {
        let law = law::Law::shipped();
        for one in checks() {
            for id in &one.check.facts {
                assert!(law.facts().any(|fact| fact.id == *id), "{}: {id}", one.check.id);
            }
        }
    }
}
