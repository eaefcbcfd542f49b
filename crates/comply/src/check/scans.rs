//! Whether what the map says is still true: scans, schedules, the inbox, and how databases are reached.

use datamap::SourcePosture;

use super::{Code, systems};
use crate::{
    model::{Hit, Value},
    snapshot::{DAY, Snapshot},
};

pub(super) const CODE: &[Code] = &[
    ("scan-never", |s| sources(s, |s, one| one.scanned_at == 0 && s.older(one.created_at, 1))),
    ("scan-stale", stale),
    ("scan-failed", |s| sources(s, |_, one| one.scan_state == "failed")),
    ("scan-partial", partial),
    ("scan-unscheduled", |s| sources(s, |_, one| one.cron.is_empty())),
    ("drift-unread", |s| drift(s, UNREAD, |_, _| true)),
    ("drift-sensitive", |s| {
        drift(s, UNREAD_SENSITIVE, |kind, sensitivity| {
            sensitivity == "sensitive" && !kind.starts_with("vanished")
        })
    }),
    ("tls-off", |s| sources(s, |_, one| is_far(one) && matches!(&*one.tls, "disable" | "prefer"))),
    ("tls-unverified", |s| sources(s, |_, one| is_far(one) && one.tls == "require")),
];

/// Days after which a scan is old.
const STALE: i64 = 90;
/// Days that a change may wait in the inbox.
const UNREAD: i64 = 14;
/// The same for new sensitive data.
const UNREAD_SENSITIVE: i64 = 3;

fn sources(s: &Snapshot, fails: impl Fn(&Snapshot, &SourcePosture) -> bool) -> Vec<Hit> {
    s.parts.map.sources.iter().filter(|one| fails(s, one)).map(systems::source).collect()
}

fn stale(s: &Snapshot) -> Vec<Hit> {
    let old = |one: &&SourcePosture| one.scanned_at > 0 && s.older(one.scanned_at, STALE);
    let told = |one| systems::source(one).with("scanned", Value::Time(one.scanned_at));
    s.parts.map.sources.iter().filter(old).map(told).collect()
}

fn partial(s: &Snapshot) -> Vec<Hit> {
    let cut = s.parts.map.sources.iter().filter(|one| one.scan_failed > 0);
    cut.map(|one| {
        let mut hit = systems::source(one).with("stores", one.scan_failed);
        hit.href = format!("/console/scans/{}", one.scan_id);
        hit
    })
    .collect()
}

/// A database on another machine.
fn is_far(source: &SourcePosture) -> bool {
    let network = matches!(source.kind.as_str(), "postgres" | "mysql");
    let host = source.address.split("://").nth(1).unwrap_or(&source.address);
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let near = ["localhost", "127.0.0.1", "[::1]", "/"];
    network && !near.iter().any(|one| host.starts_with(one))
}

/// Changes that nobody has read for so many days, by source.
fn drift(s: &Snapshot, days: i64, is_it: impl Fn(&str, &str) -> bool) -> Vec<Hit> {
    let mut hits = Vec::new();
    for source in &s.parts.map.sources {
        let mine = s.parts.map.drift.iter().filter(|one| one.source_id == source.id);
        let late = mine
            .filter(|one| is_it(&one.kind, &one.sensitivity) && s.now - one.oldest > days * DAY);
        let (n, oldest) = late.fold((0, i64::MAX), |(n, at), one| (n + one.n, at.min(one.oldest)));
        if n > 0 {
            let mut hit =
                systems::source(source).with("changes", n).with("oldest", Value::Time(oldest));
            hit.href = String::from("/console/inbox");
            hits.push(hit);
        }
    }
    hits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_databases_on_other_machines_are_far() {
        let source = |kind: &str, address: &str| SourcePosture {
            kind: kind.into(),
            address: address.into(),
            ..SourcePosture::default()
        };
        assert!(is_far(&source("postgres", "postgres://reader@db.example/shop")));
        assert!(!is_far(&source("mysql", "mysql://reader@127.0.0.1:3306/shop")));
        assert!(!is_far(&source("postgres", "postgres://localhost/shop")));
        assert!(!is_far(&source("sqlite", "sqlite:/srv/shop.db")));
    }
}
