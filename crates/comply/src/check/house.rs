//! The house itself: keys, the log, witnesses, backups, alarms, jobs, propagation.

use warn::engine::Severity;

use super::Code;
use crate::{
    model::{Hit, Value},
    snapshot::{DAY, Snapshot},
};

pub(super) const CODE: &[Code] = &[
    ("key-old", key_old),
    ("key-unguarded", unguarded),
    ("checkpoint-stale", checkpoint),
    ("log-damaged", damaged),
    ("witness-missing", witness),
    ("backup-old", backup),
    ("alarm-open", |s| alarms(s, ALARM, |severity| severity < Severity::High)),
    ("alarm-severe", |s| alarms(s, 1, |severity| severity >= Severity::High)),
    ("warning-off", off),
    ("canary-none", canaries),
    ("mail-unset", mail),
    ("mail-failing", failing),
    ("schedule-late", schedules),
    ("job-failed", jobs),
    ("address-plain", plain_address),
    ("destination-failing", |s| {
        destinations(s, |_, one| !one.fault.is_empty() && one.state != "gone")
    }),
    ("destination-dead", dead),
];

/// The action that a backup leaves in the ledger.
pub(crate) const BACKUP: &str = "backup.made";
/// Days after which keys are renewed.
const KEY: i64 = 365;
/// Days a backup may be old, and days before a new installation needs one.
const BACKED: i64 = 7;
/// Days an alarm that is not severe may wait.
const ALARM: i64 = 7;
const HOUR: i64 = DAY / 24;

/// A part of the house as what a finding is about.
fn part(id: &str, page: &str) -> Hit {
    Hit::new("house", id, "", page)
}

fn key_old(s: &Snapshot) -> Vec<Hit> {
    let Some(newest) = s.parts.keys.as_ref().and_then(|keys| keys.keks.last()) else {
        return Vec::new();
    };
    if !s.older(newest.created_at, KEY) {
        return Vec::new();
    }
    vec![part("key", "/console/keys").with("made", Value::Time(newest.created_at))]
}

/// The root key lies in a file beside the database: whoever copies the directory has both.
fn unguarded(s: &Snapshot) -> Vec<Hit> {
    match &s.parts.keys {
        Some(keys) if keys.provider == "key file" => {
            vec![part("root", "/console/keys").with("provider", keys.provider.as_str())]
        }
        _ => Vec::new(),
    }
}

fn checkpoint(s: &Snapshot) -> Vec<Hit> {
    let store = &s.parts.store;
    let behind = store.head > store.checkpoint_size;
    if !behind || s.now - store.checkpoint_at < HOUR {
        return Vec::new();
    }
    let hit =
        part("checkpoint", "/console/ledger").with("entries", store.head - store.checkpoint_size);
    vec![if store.checkpoint_at > 0 {
        hit.with("signed", Value::Time(store.checkpoint_at))
    } else {
        hit
    }]
}

fn damaged(s: &Snapshot) -> Vec<Hit> {
    match s.parts.store.damages {
        (0, _) => Vec::new(),
        (n, at) => {
            vec![part("damage", "/console/ledger").with("times", n).with("found", Value::Time(at))]
        }
    }
}

fn witness(s: &Snapshot) -> Vec<Hit> {
    if s.parts.store.witnessed { Vec::new() } else { vec![part("witness", "/console/ledger")] }
}

fn backup(s: &Snapshot) -> Vec<Hit> {
    let begun = s.parts.keys.as_ref().and_then(|keys| keys.keks.first());
    let begun = begun.map_or(s.now, |key| key.created_at);
    let last = s.parts.store.last.get(BACKUP).copied();
    if !s.older(last.unwrap_or(begun), BACKED) {
        return Vec::new();
    }
    let hit = part("backup", "/console/ledger");
    vec![match last {
        Some(at) => hit.with("made", Value::Time(at)),
        None => hit,
    }]
}

fn alarms(s: &Snapshot, days: i64, wanted: impl Fn(Severity) -> bool) -> Vec<Hit> {
    let late = s
        .parts
        .warn
        .open
        .iter()
        .filter(|(_, severity, first)| wanted(*severity) && s.now - first > days * DAY);
    late.map(|(id, _, first)| {
        Hit::new("alarm", id, "", format!("/console/alarms/{id}"))
            .with("since", Value::Time(*first))
    })
    .collect()
}

fn off(s: &Snapshot) -> Vec<Hit> {
    let rules = s.parts.warn.rules_off.iter();
    rules.map(|id| Hit::new("rule", *id, *id, format!("/console/alarms/rules/{id}"))).collect()
}

fn canaries(s: &Snapshot) -> Vec<Hit> {
    if s.parts.warn.planted > 0 { Vec::new() } else { vec![part("canaries", "/console/canaries")] }
}

/// Something waits to be confirmed by mail, and no mail can be sent.
fn mail(s: &Snapshot) -> Vec<Hit> {
    let asks = s
        .parts
        .consent
        .catalogue
        .purposes()
        .filter(|one| one.retired_at.is_none() && one.body.double_opt_in)
        .count();
    if asks == 0 || s.parts.web.has_mail {
        return Vec::new();
    }
    vec![part("mail", "/console/mail").with("purposes", asks)]
}

fn failing(s: &Snapshot) -> Vec<Hit> {
    match s.parts.web.failed_mail {
        0 => Vec::new(),
        n => vec![part("letters", "/console/mail?state=failed").with("letters", n)],
    }
}

fn schedules(s: &Snapshot) -> Vec<Hit> {
    let late = s.parts.schedules.iter().filter(|one| s.now - one.next_at > HOUR);
    late.map(|one| {
        Hit::new("schedule", &one.key, &one.kind, "/console/jobs")
            .with("due", Value::Time(one.next_at))
    })
    .collect()
}

fn jobs(s: &Snapshot) -> Vec<Hit> {
    let lately = s.parts.store.failed_jobs.iter().filter(|(_, (_, at))| !s.older(*at, 7));
    lately
        .map(|(kind, (n, at))| {
            Hit::new("job", kind, kind, "/console/jobs?state=failed")
                .with("times", *n)
                .with("newest", Value::Time(*at))
        })
        .collect()
}

/// People sign in over an address without TLS. On one machine alone that is no danger.
fn plain_address(s: &Snapshot) -> Vec<Hit> {
    if s.parts.web.is_https || s.parts.web.users.len() < 2 {
        return Vec::new();
    }
    vec![part("address", "/console/people").with("people", s.parts.web.users.len())]
}

fn destination(one: &deliver::DestinationPosture) -> Hit {
    Hit::new("destination", &one.id, &one.name, format!("/console/destinations/{}", one.id))
}

fn destinations(
    s: &Snapshot,
    fails: impl Fn(&Snapshot, &deliver::DestinationPosture) -> bool,
) -> Vec<Hit> {
    let bad = s.parts.deliver.destinations.iter().filter(|one| fails(s, one));
    bad.map(|one| destination(one).with("state", one.state.as_str())).collect()
}

fn dead(s: &Snapshot) -> Vec<Hit> {
    let given_up = s.parts.deliver.destinations.iter().filter(|one| one.dead > 0);
    given_up.map(|one| destination(one).with("events", one.dead)).collect()
}
