//! The records of processing, activity by activity.

use datamap::records::{Activity, ActivityRole};

use super::Code;
use crate::{model::Hit, snapshot::Snapshot};

pub(super) const CODE: &[Code] = &[
    ("activity-purpose", |s| lacking(s, |_, a| a.purpose.is_empty())),
    ("activity-people", |s| lacking(s, no_people)),
    ("activity-data", |s| lacking(s, |s, a| s.categories(a).is_empty())),
    ("activity-systems", |s| lacking(s, |_, a| a.systems.is_empty())),
    ("activity-retention", |s| lacking(s, |_, a| a.retention.is_empty())),
    ("activity-retention-vague", |s| lacking(s, |_, a| is_vague(&a.retention))),
    ("activity-security", |s| lacking(s, |_, a| a.security.is_empty())),
    ("activity-owner", |s| lacking(s, |_, a| a.owner.is_empty())),
    ("activity-basis-gdpr", |s| {
        lacking(s, |_, a| decides(a) && !a.legal_basis.contains_key("gdpr"))
    }),
    ("activity-basis-pipl", |s| {
        lacking(s, |_, a| decides(a) && !a.legal_basis.contains_key("pipl"))
    }),
    ("activity-basis-borrowed", borrowed),
    ("activity-controllers", |s| {
        lacking(s, |_, a| a.role == ActivityRole::Processor && a.on_behalf_of.is_empty())
    }),
    ("activity-partners", |s| {
        lacking(s, |_, a| a.role == ActivityRole::JointController && a.on_behalf_of.is_empty())
    }),
    ("activity-stale", stale),
    ("activity-unheld", unheld),
];

/// After so many days a record should be looked at again.
const LOOK_AGAIN: i64 = 365;

/// An activity as what a finding is about; mended in its form.
pub(super) fn hit(activity: &Activity) -> Hit {
    let href = format!("/console/records/activities/{}/edit", activity.id);
    let system = activity.systems.first().map_or("", String::as_str);
    Hit::new("activity", &activity.id, &activity.name, href).within(system)
}

fn lacking(s: &Snapshot, lacks: impl Fn(&Snapshot, &Activity) -> bool) -> Vec<Hit> {
    s.activities().iter().filter(|activity| lacks(s, activity)).map(hit).collect()
}

/// Only who decides why data is used needs a legal basis of their own.
pub(super) fn decides(activity: &Activity) -> bool {
    activity.role != ActivityRole::Processor
}

fn no_people(s: &Snapshot, activity: &Activity) -> bool {
    let found = activity.systems.iter().filter_map(|id| s.parts.map.facts.systems.get(id));
    activity.people.is_empty() && found.flat_map(|system| &system.people).next().is_none()
}

/// “As long as necessary” says no time; a number does, and so does an event with a verb of ending.
fn is_vague(retention: &str) -> bool {
    const VAGUE: [&str; 8] = [
        "as long as necessary",
        "as long as needed",
        "as required",
        "indefinite",
        "合理期限",
        "必要期限",
        "必要的时间",
        "长期",
    ];
    let text = retention.to_lowercase();
    !retention.chars().any(char::is_numeric) && VAGUE.iter().any(|words| text.contains(words))
}

/// Legitimate interests carry under the GDPR; the PIPL knows no such basis.
fn borrowed(s: &Snapshot) -> Vec<Hit> {
    let borrows = |a: &&Activity| {
        a.legal_basis.get("gdpr").is_some_and(|basis| basis == "legitimate_interests")
            && a.legal_basis.get("pipl").is_none_or(|basis| basis == "legitimate_interests")
    };
    s.activities().iter().filter(borrows).map(hit).collect()
}

fn stale(s: &Snapshot) -> Vec<Hit> {
    let old = s.activities().iter().filter(|a| s.older(a.updated_at, LOOK_AGAIN));
    old.map(|a| hit(a).with("changed", crate::model::Value::Time(a.updated_at))).collect()
}

/// Categories that an activity names and none of its systems holds: not needed, or not found.
fn unheld(s: &Snapshot) -> Vec<Hit> {
    let mut hits = Vec::new();
    for activity in s.activities().iter().filter(|a| !a.categories.is_empty()) {
        let held = activity.systems.iter().filter_map(|id| s.parts.map.facts.systems.get(id));
        let held: Vec<&String> = held.flat_map(|system| system.categories.keys()).collect();
        let missing: Vec<String> = activity
            .categories
            .iter()
            .filter(|key| !held.iter().any(|one| one == key || is_below(one, key)))
            .cloned()
            .collect();
        if !missing.is_empty() {
            hits.push(hit(activity).with("categories", crate::model::Value::Categories(missing)));
        }
    }
    hits
}

/// Whether a category stands below another: `contact.email` below `contact`.
pub(super) fn is_below(key: &str, above: &str) -> bool {
    key.strip_prefix(above).is_some_and(|rest| rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_number_or_an_event() {
        for vague in ["As long as necessary", "在必要期限内保存", "indefinitely"] {
            assert!(is_vague(vague), "{vague}");
        }
        for clear in
            ["36 months after the last order", "until consent is withdrawn", "必要期限，最长3年"]
        {
            assert!(!is_vague(clear), "{clear}");
        }
    }
}
