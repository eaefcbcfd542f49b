//! The standard: lines that bind a role to purposes and activities, and the rule that follows from
//! them. What a role may read is worked out from what consent and the map say its purposes need;
//! nothing of it is typed in twice. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::model::Rule;

/// One line: what a role of a source is for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Id.
    pub id: String,
    /// The source.
    pub source_id: String,
    /// The role or account, as the database names it (`user@host` in MySQL).
    pub holder: String,
    /// It is not judged; `reason` says why.
    pub exempt: bool,
    /// Keys of consent's purposes.
    pub purposes: Vec<String>,
    /// Keys of the map's activities.
    pub activities: Vec<String>,
    /// Categories beside those of its purposes; `reason` says why.
    pub extra: Vec<String>,
    /// It may also write what it may read.
    pub write: bool,
    /// Why it is not judged, or why it has more categories.
    pub reason: String,
    /// Counts its changes from 1.
    pub version: i64,
    /// Changed (µs).
    pub updated_at: i64,
}

impl Line {
    /// Trims texts, drops empty and double items; an exempt line keeps its reason only.
    pub fn tidy(&mut self) {
        for text in [&mut self.holder, &mut self.reason] {
            *text = text.trim().to_owned();
        }
        for list in [&mut self.purposes, &mut self.activities, &mut self.extra] {
            list.retain(|item| !item.trim().is_empty());
            list.sort();
            list.dedup();
            if self.exempt {
                list.clear();
            }
        }
        self.write &= !self.exempt;
    }

    /// What is wrong with it: an input and a message key.
    pub fn faults(&self) -> Vec<(&'static str, &'static str)> {
        let mut faults = Vec::new();
        let long = |text: &str, most: usize| text.chars().count() > most;
        if self.holder.is_empty() {
            faults.push(("holder", "grants-error-holder"));
        }
        if long(&self.holder, 200) || self.holder.chars().any(char::is_control) {
            faults.push(("holder", "grants-error-holder-form"));
        }
        if self.reason.is_empty() && (self.exempt || !self.extra.is_empty()) {
            faults.push(("reason", "grants-error-reason"));
        }
        if long(&self.reason, 1000) {
            faults.push(("reason", "grants-error-long"));
        }
        let bound = !(self.purposes.is_empty() && self.activities.is_empty());
        if !self.exempt && !bound && self.extra.is_empty() {
            faults.push(("purposes", "grants-error-nothing"));
        }
        if self.extra.iter().any(|key| !known(key)) {
            faults.push(("extra", "grants-error-category"));
        }
        faults
    }
}

fn known(key: &str) -> bool {
    let below = |other: &detect::Category| crate::model::within(key, &other.key);
    detect::taxonomy().categories.iter().any(below)
}

/// What consent says of a purpose.
#[derive(Debug, Clone, Default)]
pub struct PurposeFact {
    /// Its key.
    pub key: String,
    /// Categories it uses; empty: it does not say.
    pub data: BTreeSet<String>,
    /// Keys of systems that may use it; empty: any.
    pub systems: BTreeSet<String>,
    /// Nothing may be done for it any more.
    pub retired: bool,
}

/// What the map says of an activity.
#[derive(Debug, Clone, Default)]
pub struct ActivityFact {
    /// Its key.
    pub key: String,
    /// Ids of its systems.
    pub systems: BTreeSet<String>,
    /// Its categories; empty: all that are found in its systems.
    pub categories: BTreeSet<String>,
}

/// What lines are worked out from, for one source.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Purposes by key.
    pub purposes: BTreeMap<String, PurposeFact>,
    /// Activities by key.
    pub activities: BTreeMap<String, ActivityFact>,
    /// Id and key of the source's system; `None` while it has none.
    pub system: Option<(String, String)>,
    /// Categories found in that system.
    pub found: BTreeSet<String>,
}

/// Why nothing, or less than expected, follows from a purpose or activity.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gap {
    /// It was deleted.
    Gone(String),
    /// It is retired.
    Retired(String),
    /// It does not say which data it uses.
    NoData(String),
    /// It is for other systems than this source's.
    Elsewhere(String),
}

impl Gap {
    /// Message key.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Gone(_) => "grants-gap-gone",
            Self::Retired(_) => "grants-gap-retired",
            Self::NoData(_) => "grants-gap-no-data",
            Self::Elsewhere(_) => "grants-gap-elsewhere",
        }
    }

    /// The purpose or activity.
    pub fn about(&self) -> &str {
        match self {
            Self::Gone(key) | Self::Retired(key) | Self::NoData(key) | Self::Elsewhere(key) => key,
        }
    }
}

impl Facts {
    /// The rule of a line, and what keeps more from following.
    pub fn rule(&self, line: &Line) -> (Rule, Vec<Gap>) {
        let mut rule = Rule { write: line.write, exempt: line.exempt, ..Rule::default() };
        let mut gaps = Vec::new();
        for key in &line.purposes {
            match self.of_purpose(key) {
                Ok((data, needed)) => add(&mut rule, data, needed),
                Err(gap) => gaps.push(gap),
            }
        }
        for key in &line.activities {
            match self.of_activity(key) {
                Ok(data) => add(&mut rule, data, true),
                Err(gap) => gaps.push(gap),
            }
        }
        rule.allowed.extend(line.extra.iter().cloned());
        (rule, gaps)
    }

    /// The data of a purpose, and whether it is needed here: a purpose that names no system may be
    /// followed in any, but says of none that it must.
    fn of_purpose(&self, key: &str) -> Result<(&BTreeSet<String>, bool), Gap> {
        let purpose = self.purposes.get(key).ok_or_else(|| Gap::Gone(key.to_owned()))?;
        if purpose.retired {
            return Err(Gap::Retired(key.to_owned()));
        }
        if purpose.data.is_empty() {
            return Err(Gap::NoData(key.to_owned()));
        }
        let here = self.system.as_ref().is_some_and(|(_, own)| purpose.systems.contains(own));
        if !here && !purpose.systems.is_empty() {
            return Err(Gap::Elsewhere(key.to_owned()));
        }
        Ok((&purpose.data, here))
    }

    fn of_activity(&self, key: &str) -> Result<&BTreeSet<String>, Gap> {
        let activity = self.activities.get(key).ok_or_else(|| Gap::Gone(key.to_owned()))?;
        if !self.system.as_ref().is_some_and(|(id, _)| activity.systems.contains(id)) {
            return Err(Gap::Elsewhere(key.to_owned()));
        }
        Ok(if activity.categories.is_empty() { &self.found } else { &activity.categories })
    }
}

fn add(rule: &mut Rule, data: &BTreeSet<String>, needed: bool) {
    rule.allowed.extend(data.iter().cloned());
    if needed {
        rule.needed.extend(data.iter().cloned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(items: &[&str]) -> BTreeSet<String> {
        items.iter().map(|item| (*item).to_owned()).collect()
    }

    fn facts() -> Facts {
        let purpose = |key: &str, data: &[&str], systems: &[&str], retired| PurposeFact {
            key: key.to_owned(),
            data: set(data),
            systems: set(systems),
            retired,
        };
        let purposes = [
            purpose("news", &["contact.email"], &[], false),
            purpose("orders", &["contact"], &["shop"], false),
            purpose("crm", &["identity.name"], &["crm"], false),
            purpose("old", &["contact.email"], &[], true),
            purpose("vague", &[], &[], false),
        ];
        let activity = |key: &str, systems: &[&str], categories: &[&str]| ActivityFact {
            key: key.to_owned(),
            systems: set(systems),
            categories: set(categories),
        };
        let activities = [
            activity("selling", &["s1"], &[]),
            activity("paying", &["s1"], &["finance.iban"]),
            activity("hiring", &["s2"], &[]),
        ];
        Facts {
            purposes: purposes.into_iter().map(|one| (one.key.clone(), one)).collect(),
            activities: activities.into_iter().map(|one| (one.key.clone(), one)).collect(),
            system: Some(("s1".into(), "shop".into())),
            found: set(&["contact.phone", "finance.iban"]),
        }
    }

    fn line(purposes: &[&str], activities: &[&str]) -> Line {
        let owned = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect();
        Line { purposes: owned(purposes), activities: owned(activities), ..Line::default() }
    }

    #[test]
    fn categories_follow_from_purposes_and_activities() {
        let (rule, gaps) = facts().rule(&line(&["news", "orders"], &["paying"]));

        assert_eq!(rule.allowed, set(&["contact.email", "contact", "finance.iban"]));
        assert_eq!(rule.needed, set(&["contact", "finance.iban"]), "news names no system");
        assert!(gaps.is_empty());
        assert!(rule.reads("contact.phone") && !rule.reads("contacts"));
        let (rule, _) = facts().rule(&line(&[], &["selling"]));
        assert_eq!(rule.needed, set(&["contact.phone", "finance.iban"]), "all that is found");
    }

    #[test]
    fn what_gives_nothing_says_why() {
        let (rule, gaps) =
            facts().rule(&line(&["crm", "gone", "old", "vague"], &["hiring", "lost"]));

        assert!(rule.allowed.is_empty());
        let keys: Vec<_> = gaps.iter().map(|gap| (gap.about(), gap.key())).collect();
        assert_eq!(
            keys,
            [
                ("crm", "grants-gap-elsewhere"),
                ("gone", "grants-gap-gone"),
                ("old", "grants-gap-retired"),
                ("vague", "grants-gap-no-data"),
                ("hiring", "grants-gap-elsewhere"),
                ("lost", "grants-gap-gone"),
            ]
        );
    }

    #[test]
    fn a_line_needs_a_purpose_or_a_reason() {
        let faults = |line: Line| line.faults().iter().map(|(at, _)| *at).collect::<Vec<_>>();
        let bare = Line { holder: "app".into(), ..Line::default() };
        let extra = Line { extra: vec!["contact.email".into()], ..bare.clone() };
        let exempt = Line { exempt: true, reason: "backup".into(), ..bare.clone() };

        assert_eq!(faults(Line::default()), ["holder", "purposes"]);
        assert_eq!(faults(bare), ["purposes"]);
        assert_eq!(faults(extra), ["reason"]);
        assert!(faults(exempt).is_empty());
    }
}
