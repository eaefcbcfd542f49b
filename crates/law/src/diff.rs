//! What a new pack changes: facts and regimes added, removed or changed, field by field, and which
//! clocks become shorter or longer.

use std::collections::BTreeMap;

use crate::{Condition, Extension, Fact, Law, Pack, Regime, Status, Text, Unit};

/// A field that changed; empty where there was or is nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name in the pack.
    pub name: &'static str,
    /// What it said.
    pub before: String,
    /// What it says.
    pub after: String,
}

/// Whether a clock gives less or more time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Less time.
    Shorter,
    /// More time.
    Longer,
}

/// A statement that changed. Without `before` it is new, without `after` it is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed<'a, T> {
    /// What stood there.
    pub before: Option<&'a T>,
    /// What stands there now.
    pub after: Option<&'a T>,
    /// Which fields differ; empty for what is new or gone.
    pub fields: Vec<Field>,
}

/// What changes from one law to another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diff<'a> {
    /// Regimes, by id.
    pub regimes: Vec<Changed<'a, Regime>>,
    /// Facts, by id.
    pub facts: Vec<Changed<'a, Fact>>,
}

impl Diff<'_> {
    /// Nothing changes.
    pub fn is_empty(&self) -> bool {
        self.regimes.is_empty() && self.facts.is_empty()
    }
}

impl<T> Changed<'_, T> {
    /// The statement, old or new.
    pub fn any(&self) -> Option<&T> {
        self.after.or(self.before)
    }
}

impl Changed<'_, Fact> {
    /// Whether its clock gives less or more time than before.
    pub fn pace(&self) -> Option<Pace> {
        let (before, after) = (hours(self.before?)?, hours(self.after?)?);
        match before.cmp(&after) {
            std::cmp::Ordering::Less => Some(Pace::Longer),
            std::cmp::Ordering::Greater => Some(Pace::Shorter),
            std::cmp::Ordering::Equal => None,
        }
    }
}

/// About how long a stretch of time is, to compare units: a month as 730 hours, five business days as
/// a week. Never used for a deadline.
fn hours(fact: &Fact) -> Option<u64> {
    let each = match fact.unit? {
        Unit::Hours => 10,
        Unit::CalendarDays => 240,
        Unit::BusinessDays => 336,
        Unit::Weeks => 1_680,
        Unit::CalendarMonths => 7_300,
        Unit::Years => 87_660,
        _ => return None,
    };
    fact.value.map(|value| value.saturating_mul(each))
}

impl Law {
    /// What changes from this law to another.
    pub fn diff<'a>(&'a self, next: &'a Self) -> Diff<'a> {
        Diff {
            regimes: compare(self.regimes(), next.regimes(), |one| &one.id, regime_fields),
            facts: compare(self.facts(), next.facts(), |one| &one.id, fact_fields),
        }
    }
}

impl Pack {
    /// What changes from this pack to another.
    pub fn diff<'a>(&'a self, next: &'a Self) -> Diff<'a> {
        Diff {
            regimes: compare(&self.regimes, &next.regimes, |one| &one.id, regime_fields),
            facts: compare(&self.facts, &next.facts, |one| &one.id, fact_fields),
        }
    }
}

/// Pairs statements by id; of one id those that are the same first, then the others in their order.
fn compare<'a, T: PartialEq>(
    before: impl IntoIterator<Item = &'a T>,
    after: impl IntoIterator<Item = &'a T>,
    id: impl Fn(&'a T) -> &'a str,
    fields: impl Fn(&T) -> Vec<(&'static str, String)>,
) -> Vec<Changed<'a, T>> {
    type Sides<'a, T> = (Vec<&'a T>, Vec<&'a T>);
    let mut by_id: BTreeMap<&str, Sides<'a, T>> = BTreeMap::new();
    for one in before {
        by_id.entry(id(one)).or_default().0.push(one);
    }
    for one in after {
        by_id.entry(id(one)).or_default().1.push(one);
    }
    let mut changes = Vec::new();
    for (mut old, mut new) in by_id.into_values() {
        old.retain(|one| match new.iter().position(|other| other == one) {
            Some(at) => {
                new.remove(at);
                false
            }
            None => true,
        });
        let paired = old.len().min(new.len());
        for (before, after) in old.iter().copied().zip(new.iter().copied()) {
            let pairs = fields(before).into_iter().zip(fields(after));
            let differ = pairs.filter(|((_, was), (_, is))| was != is);
            let fields =
                differ.map(|((name, before), (_, after))| Field { name, before, after }).collect();
            changes.push(Changed { before: Some(before), after: Some(after), fields });
        }
        let gone = old.into_iter().skip(paired).map(|one| (Some(one), None));
        let fresh = new.into_iter().skip(paired).map(|one| (None, Some(one)));
        changes.extend(gone.chain(fresh).map(|(before, after)| Changed {
            before,
            after,
            fields: Vec::new(),
        }));
    }
    changes
}

fn said<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn name(value: &impl serde::Serialize) -> String {
    toml::Value::try_from(value)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn longer(more: Option<&Extension>) -> String {
    let notice = |more: &Extension| if more.notice_before_end { ", notice" } else { "" };
    more.map(|more| format!("{} {}{}", more.value, name(&more.unit), notice(more)))
        .unwrap_or_default()
}

/// Conditions as a pack's reader would say them: `people ≥ 1000000 and minors, or sells`.
pub(crate) fn conditions(when: &[Vec<Condition>]) -> String {
    let one = |condition: &Condition| {
        let mut text = condition.metric.as_str().to_owned();
        if condition.is == Some(false) {
            text.insert_str(0, "not ");
        }
        if let Some(from) = condition.at_least {
            text = format!("{text} ≥ {from}");
        }
        if let Some(to) = condition.below {
            text = format!("{text} < {to}");
        }
        text
    };
    let list = |list: &Vec<Condition>| list.iter().map(one).collect::<Vec<_>>().join(" and ");
    when.iter().map(list).collect::<Vec<_>>().join(", or ")
}

fn text(text: Option<&Text>, zh: bool) -> String {
    text.map(|text| text.get(zh).to_owned()).unwrap_or_default()
}

fn status(status: Status) -> String {
    name(&status)
}

fn fact_fields(fact: &Fact) -> Vec<(&'static str, String)> {
    vec![
        ("regime", fact.regime.clone()),
        ("kind", name(&fact.kind)),
        ("code", fact.code.clone()),
        ("list", fact.list.as_ref().map(name).unwrap_or_default()),
        ("text.en", fact.text.en.clone()),
        ("text.zh", fact.text.zh.clone()),
        ("value", said(fact.value)),
        ("unit", fact.unit.as_ref().map(name).unwrap_or_default()),
        ("word.en", text(fact.word.as_ref(), false)),
        ("word.zh", text(fact.word.as_ref(), true)),
        ("clock_start", fact.clock_start.clone()),
        ("pauses", fact.pauses.join(", ")),
        ("extension", longer(fact.extension.as_ref())),
        ("when", conditions(&fact.when)),
        ("every", longer(fact.every.as_ref())),
        ("due", fact.due.clone()),
        ("refers", fact.refers.join(", ")),
        ("cite.en", fact.cite.en.clone()),
        ("cite.zh", fact.cite.zh.clone()),
        ("confidence", fact.confidence.mark().to_owned()),
        ("from", said(fact.from)),
        ("to", said(fact.to)),
        ("status", status(fact.status)),
    ]
}

fn regime_fields(regime: &Regime) -> Vec<(&'static str, String)> {
    vec![
        ("name.en", regime.name.en.clone()),
        ("name.zh", regime.name.zh.clone()),
        ("cite.en", regime.cite.en.clone()),
        ("cite.zh", regime.cite.zh.clone()),
        ("places", regime.places.join(", ")),
        ("zone", regime.zone.clone()),
        ("calendar", regime.calendar.clone()),
        ("opt_in", regime.opt_in.to_string()),
        ("when", conditions(&regime.when)),
        ("authority.en", text(regime.authority.as_ref(), false)),
        ("authority.zh", text(regime.authority.as_ref(), true)),
        ("confidence", regime.confidence.mark().to_owned()),
        ("from", said(regime.from)),
        ("to", said(regime.to)),
        ("status", status(regime.status)),
        ("news.en", text(regime.news.as_ref(), false)),
        ("news.zh", text(regime.news.as_ref(), true)),
    ]
}
