//! Grants of databases, against what roles are for.

use datamap::SourcePosture;
use grants::Check;

use super::Code;
use crate::{
    model::{Hit, Value},
    snapshot::Snapshot,
};

pub(super) const CODE: &[Code] = &[
    ("grants-excess", |s| looked(s, |check| ("excess", check.excess))),
    ("grants-unstated", |s| looked(s, |check| ("unbound", check.unbound))),
    ("grants-unread", unread),
];

/// Days after which grants are read again.
const READ: i64 = 90;

/// Servers with accounts on which personal data was found.
fn servers(s: &Snapshot) -> impl Iterator<Item = &SourcePosture> {
    let held = s.by_source();
    let of_accounts =
        s.parts.map.sources.iter().filter(|one| matches!(&*one.kind, "postgres" | "mysql"));
    of_accounts.filter(move |one| held.contains_key(one.id.as_str()))
}

fn check<'a>(s: &'a Snapshot, source: &str) -> Option<&'a Check> {
    let found = s.parts.grants.iter().find(|one| one.check.source_id == source);
    found.map(|one| &one.check).filter(|one| one.looked_at > 0)
}

fn hit(source: &SourcePosture) -> Hit {
    let href = format!("/console/grants/{}", source.id);
    Hit::new("source", &source.id, &source.name, href).within(&source.system_id)
}

fn looked(s: &Snapshot, count: fn(&Check) -> (&'static str, i64)) -> Vec<Hit> {
    servers(s)
        .filter_map(|source| {
            let check = check(s, &source.id)?;
            let (key, n) = count(check);
            (n > 0).then(|| hit(source).with(key, n).with("looked", Value::Time(check.looked_at)))
        })
        .collect()
}

fn unread(s: &Snapshot) -> Vec<Hit> {
    servers(s)
        .filter_map(|source| match check(s, &source.id) {
            None => Some(hit(source)),
            Some(one) if one.blind != 0 || s.older(one.looked_at, READ) => {
                Some(hit(source).with("looked", Value::Time(one.looked_at)))
            }
            Some(_) => None,
        })
        .collect()
}
