//! Sensitive data, children, and impact assessments, activity by activity.

use datamap::records::{Activity, ActivityRole};

use super::{Code, activities};
use crate::{
    model::{Hit, Value},
    snapshot::Snapshot,
};

pub(super) const CODE: &[Code] = &[
    ("assessment-sensitive", |s| unassessed(s, |s, a| !sensitive(s, a).is_empty())),
    ("assessment-abroad", |s| unassessed(s, |s, a| !abroad(s, a).is_empty())),
    ("assessment-entrusted", |s| unassessed(s, |s, a| !s.recipients(a).is_empty())),
    ("special-condition", special),
    ("sensitive-separate", separate),
    ("minors-basis", minors),
    ("interests-unweighed", unweighed),
];

/// Sensitive categories under the PIPL that an activity uses.
fn sensitive(s: &Snapshot, activity: &Activity) -> Vec<String> {
    chosen(s, activity, |category| category.pipl_sensitive)
}

fn chosen(
    s: &Snapshot,
    activity: &Activity,
    wanted: impl Fn(&detect::Category) -> bool,
) -> Vec<String> {
    let keys = s.categories(activity).into_keys();
    let fits = |key: &&str| detect::taxonomy().get(key).is_some_and(&wanted);
    keys.filter(fits).map(str::to_owned).collect()
}

/// Recipients of an activity that are outside of China.
fn abroad(s: &Snapshot, activity: &Activity) -> Vec<String> {
    let away = s.recipients(activity).into_values();
    let away = away.filter(|one| !one.country.is_empty() && one.country != "CN");
    away.map(|one| one.name.clone()).collect()
}

fn unassessed(s: &Snapshot, due: impl Fn(&Snapshot, &Activity) -> bool) -> Vec<Hit> {
    let open = s
        .activities()
        .iter()
        .filter(|a| a.role != ActivityRole::Processor && a.assessment.is_empty() && due(s, a));
    let told = |activity: &Activity| {
        let mut hit = activities::hit(activity);
        let (found, away) = (sensitive(s, activity), abroad(s, activity));
        if !found.is_empty() {
            hit = hit.with("categories", Value::Categories(found));
        }
        if !away.is_empty() {
            hit = hit.with("recipients", away.join(", "));
        }
        hit
    };
    open.map(told).collect()
}

/// Special categories on a basis that carries no condition of GDPR Art 9(2): a contract and legitimate
/// interests never do.
fn special(s: &Snapshot) -> Vec<Hit> {
    let mut hits = Vec::new();
    for activity in s.activities().iter().filter(|a| activities::decides(a)) {
        let found = chosen(s, activity, |category| category.gdpr_special);
        let basis = activity.legal_basis.get("gdpr").map_or("", String::as_str);
        if !found.is_empty() && matches!(basis, "" | "contract" | "legitimate_interests") {
            hits.push(
                activities::hit(activity)
                    .with("categories", Value::Categories(found))
                    .with("basis", basis),
            );
        }
    }
    hits
}

/// Sensitive data on consent, and no purpose asks for it by itself (PIPL Art 29).
fn separate(s: &Snapshot) -> Vec<Hit> {
    let catalogue = &s.parts.consent.catalogue;
    let asks = catalogue
        .purposes()
        .any(|one| one.retired_at.is_none() && one.body.separate_consent && one.body.sensitive);
    if asks {
        return Vec::new();
    }
    let on_consent = s.activities().iter().filter(|a| {
        activities::decides(a) && a.legal_basis.get("pipl").is_some_and(|basis| basis == "consent")
    });
    on_consent
        .filter_map(|activity| {
            let found = sensitive(s, activity);
            (!found.is_empty())
                .then(|| activities::hit(activity).with("categories", Value::Categories(found)))
        })
        .collect()
}

/// Children's data on a basis that is neither a guardian's consent nor a duty.
fn minors(s: &Snapshot) -> Vec<Hit> {
    let about_children = |a: &&Activity| {
        let found = s.categories(a).values().any(|fact| fact.minor);
        activities::decides(a) && (found || a.people.iter().any(|one| one == "children"))
    };
    let carried = |a: &&Activity| {
        let bases = ["consent", "legal_obligation", "legal_duty", "vital_interests", "emergency"];
        !a.legal_basis.is_empty()
            && a.legal_basis.values().all(|basis| bases.contains(&basis.as_str()))
    };
    s.activities()
        .iter()
        .filter(about_children)
        .filter(|a| !carried(a))
        .map(activities::hit)
        .collect()
}

/// Legitimate interests without a balancing test on record (GDPR Art 6(1)(f), Art 5(2)).
fn unweighed(s: &Snapshot) -> Vec<Hit> {
    let relies = |a: &&Activity| {
        a.assessment.is_empty()
            && a.legal_basis.get("gdpr").is_some_and(|basis| basis == "legitimate_interests")
    };
    s.activities().iter().filter(relies).map(activities::hit).collect()
}
