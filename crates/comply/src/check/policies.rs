//! Privacy policies: published, complete, and still so.

use policy::Published;

use super::Code;
use crate::{model::Hit, snapshot::Snapshot};

pub(super) const CODE: &[Code] = &[
    ("policy-missing", missing),
    ("policy-lacks", |s| {
        published(s, |one| one.lacks.len()).map(|(hit, n)| hit.with("lacks", n)).collect()
    }),
    ("policy-stale", |s| {
        published(s, |one| one.stale).map(|(hit, n)| hit.with("stale", n)).collect()
    }),
];

/// Who asks customers anything has to tell them about it.
fn missing(s: &Snapshot) -> Vec<Hit> {
    let told = |key: &str| s.parts.policies.iter().any(|one| one.property == key);
    let catalogue = &s.parts.consent.catalogue;
    if !catalogue.purposes().any(|one| one.retired_at.is_none()) {
        return Vec::new();
    }
    catalogue
        .properties()
        .filter(|one| !told(&one.key))
        .map(|one| Hit::new("property", &one.key, &one.body.name, "/console/policies/new"))
        .collect()
}

/// Published policies with a count that should be nought.
fn published<'a>(
    s: &'a Snapshot,
    count: impl Fn(&Published) -> usize + 'a,
) -> impl Iterator<Item = (Hit, usize)> + 'a {
    s.parts.policies.iter().filter_map(move |one| {
        let n = count(one);
        let name = format!("{} / {}", one.property, one.audience.as_str());
        let href = format!("/console/policies/{}", one.policy);
        (n > 0).then(|| {
            let hit = Hit::new("policy", &one.policy, name, href).with("version", one.version);
            (hit, n)
        })
    })
}
