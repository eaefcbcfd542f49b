//! What customers are asked for: words, bases, data, ends.

use std::sync::Arc;

use consent::{LegalBasis, Purpose, Regime};

use super::{Code, activities::is_below};
use crate::{
    model::{Hit, Value},
    snapshot::Snapshot,
};

pub(super) const CODE: &[Code] = &[
    ("purpose-words", |s| {
        lacking(s, |_, one| !speaks(&one.body.name) || !speaks(&one.body.description))
    }),
    ("purpose-refusal", |s| lacking(s, |_, one| asks(one) && !speaks(&one.body.if_refused))),
    ("purpose-unasked", |s| lacking(s, |s, one| asks(one) && !is_told(s, one))),
    ("purpose-retention", |s| lacking(s, |_, one| one.body.retention_days.is_none())),
    ("purpose-unlimited", |s| lacking(s, |_, one| one.body.data.is_empty())),
    ("purpose-data-unheld", unheld),
    ("purpose-expiry", |s| lacking(s, |_, one| asks(one) && one.body.expires_months.is_none())),
    ("purpose-sensitive-separate", |s| {
        lacking(s, |_, one| {
            on_consent(one, Regime::Pipl) && is_sensitive(one) && !one.body.separate_consent
        })
    }),
    ("purpose-sensitive-basis", |s| {
        lacking(s, |_, one| {
            is_special(one)
                && matches!(
                    one.basis(Regime::Gdpr),
                    LegalBasis::LegitimateInterests | LegalBasis::Contract
                )
        })
    }),
    ("purpose-double-opt-in", |s| {
        lacking(s, |_, one| asks(one) && mails(one) && !one.body.double_opt_in)
    }),
    ("purpose-vendor-unknown", vendors),
    ("purpose-system-unknown", systems),
    ("purpose-interests-pipl", |s| {
        lacking(s, |_, one| {
            one.basis(Regime::Gdpr) == LegalBasis::LegitimateInterests
                && !one.body.basis.contains_key(&Regime::Pipl)
        })
    }),
];

fn working(s: &Snapshot) -> impl Iterator<Item = &Arc<Purpose>> {
    s.parts.consent.catalogue.purposes().filter(|one| one.retired_at.is_none())
}

/// A purpose as what a finding is about; mended in its form.
fn hit(purpose: &Purpose) -> Hit {
    let name = consent::purpose::text_in(&purpose.body.name, "en");
    let href = format!("/console/purposes/{}/edit", purpose.key);
    Hit::new("purpose", &purpose.key, name, href)
}

fn lacking(s: &Snapshot, lacks: impl Fn(&Snapshot, &Purpose) -> bool) -> Vec<Hit> {
    working(s).filter(|one| lacks(s, one)).map(|one| hit(one)).collect()
}

/// A text in both languages of the house.
pub(super) fn speaks(texts: &consent::purpose::Texts) -> bool {
    ["en", "zh"].iter().all(|language| {
        texts
            .iter()
            .any(|(tag, text)| tag.split('-').next() == Some(language) && !text.trim().is_empty())
    })
}

fn on_consent(purpose: &Purpose, regime: Regime) -> bool {
    purpose.basis(regime) == LegalBasis::Consent
}

/// It stands on consent under a law that asks before.
fn asks(purpose: &Purpose) -> bool {
    on_consent(purpose, Regime::Gdpr) || on_consent(purpose, Regime::Pipl)
}

/// A notice that is shown names it.
fn is_told(s: &Snapshot, purpose: &Purpose) -> bool {
    let shown = |key: &str| {
        s.parts.consent.notices.iter().any(|one| one.key == key && one.retired_at.is_none())
    };
    s.parts
        .consent
        .catalogue
        .newest()
        .any(|one| shown(&one.notice) && one.published.body.purposes.contains(&purpose.key))
}

fn uses(purpose: &Purpose, wanted: impl Fn(&detect::Category) -> bool) -> bool {
    purpose.body.data.iter().any(|key| detect::taxonomy().get(key).is_some_and(&wanted))
}

fn is_sensitive(purpose: &Purpose) -> bool {
    purpose.body.sensitive || uses(purpose, |one| one.pipl_sensitive)
}

fn is_special(purpose: &Purpose) -> bool {
    uses(purpose, |one| one.gdpr_special)
}

/// Letters are sent for it: it uses an address, and its key or signals say marketing.
fn mails(purpose: &Purpose) -> bool {
    let key = purpose.key.to_lowercase();
    purpose.body.data.contains("contact.email")
        && ["mail", "newsletter", "marketing"].iter().any(|word| key.contains(word))
}

/// Categories a purpose asks for that no system holds: asked for and never collected.
fn unheld(s: &Snapshot) -> Vec<Hit> {
    let held = |key: &String| {
        s.parts
            .map
            .facts
            .systems
            .values()
            .any(|system| system.categories.keys().any(|one| one == key || is_below(one, key)))
    };
    let mut hits = Vec::new();
    for purpose in working(s) {
        let missing: Vec<String> =
            purpose.body.data.iter().filter(|key| !held(key)).cloned().collect();
        if !missing.is_empty() {
            hits.push(hit(purpose).with("categories", Value::Categories(missing)));
        }
    }
    hits
}

fn strangers(s: &Snapshot, of: impl Fn(&Purpose) -> Vec<String>) -> Vec<Hit> {
    let told = working(s).map(|one| (one, of(one))).filter(|(_, names)| !names.is_empty());
    told.map(|(one, names)| hit(one).with("names", names.join(", "))).collect()
}

fn vendors(s: &Snapshot) -> Vec<Hit> {
    let known = |name: &str| {
        let all = s.parts.map.facts.recipients.values();
        all.map(|one| &one.name).any(|one| one.eq_ignore_ascii_case(name))
    };
    strangers(s, |one| one.body.vendors.iter().filter(|name| !known(name)).cloned().collect())
}

fn systems(s: &Snapshot) -> Vec<Hit> {
    let known = |key: &String| s.parts.map.systems.iter().any(|one| one.key == *key);
    strangers(s, |one| one.body.systems.iter().filter(|key| !known(key)).cloned().collect())
}
