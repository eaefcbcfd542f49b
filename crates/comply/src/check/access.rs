//! Accounts, rights, programs, approvals, and what personal data was used for.

use web::{OPENING, Role, access::UserPosture};

use super::Code;
use crate::{
    model::{Hit, Value},
    snapshot::{DAY, Snapshot},
};

pub(super) const CODE: &[Code] = &[
    ("user-second-factor", |s| users(s, |_, one| !one.has_second_factor)),
    ("user-dormant", dormant),
    ("user-right-idle", idle_right),
    ("owner-single", single_owner),
    ("officer-account", officer),
    ("token-endless", |s| tokens(s, |_, one| one.expires_at == 0)),
    ("token-idle", |s| tokens(s, |s, one| s.older(one.used_at.max(one.created_at), IDLE))),
    ("token-purposeless", |s| tokens(s, |_, one| opens(one) && !one.limited)),
    ("token-broad", |s| tokens(s, |_, one| one.scopes.len() >= BROAD)),
    ("review-overdue", review),
    ("review-slow", slow),
    ("emergency-unreviewed", emergencies),
    ("emergency-misused", misused),
    ("approval-waiting", approvals),
    ("use-without-purpose", purposeless),
    ("use-after-taken", taken),
];

/// Days without a sign-in after which an account sleeps, or a right or token is idle.
const IDLE: i64 = 90;
/// Scopes of a token that may do nearly everything.
const BROAD: usize = 8;
/// Days after which rights are reviewed again.
const REVIEW: i64 = 365;
/// Days that a review may take.
const SLOW: i64 = 30;
/// Days in which somebody looks at an emergency, and in which an approval is answered.
const LOOK: i64 = 7;
const ANSWER: i64 = 3;

fn user(one: &UserPosture) -> Hit {
    Hit::new("user", &one.id, "", "/console/people").with("person", Value::Person(one.id.clone()))
}

fn users(s: &Snapshot, fails: impl Fn(&Snapshot, &UserPosture) -> bool) -> Vec<Hit> {
    s.parts.web.users.iter().filter(|one| fails(s, one)).map(user).collect()
}

fn dormant(s: &Snapshot) -> Vec<Hit> {
    let asleep =
        s.parts.web.users.iter().filter(|one| s.older(one.seen_at.max(one.created_at), IDLE));
    asleep.map(|one| user(one).with("seen", Value::Time(one.seen_at.max(one.created_at)))).collect()
}

/// A purpose is held and nothing was opened for it in three months (least privilege).
fn idle_right(s: &Snapshot) -> Vec<Hit> {
    let mut hits = Vec::new();
    for one in &s.parts.web.users {
        let idle: Vec<&str> = one
            .purposes
            .iter()
            .filter(|(_, used, since)| !used && s.older(*since, IDLE))
            .map(|(purpose, _, _)| purpose.as_str())
            .collect();
        if !idle.is_empty() {
            let mut hit = user(one).with("purposes", idle.join(", "));
            hit.href = format!("/console/people/{}/purposes", one.id);
            hits.push(hit);
        }
    }
    hits
}

fn with_role(s: &Snapshot, role: Role) -> usize {
    s.parts.web.users.iter().filter(|one| one.role == role).count()
}

/// If the only owner is away or gone, nobody can run the installation.
fn single_owner(s: &Snapshot) -> Vec<Hit> {
    let owners = with_role(s, Role::Owner);
    if owners != 1 {
        return Vec::new();
    }
    vec![Hit::new("access", "owners", "", "/console/people").with("people", owners)]
}

fn officer(s: &Snapshot) -> Vec<Hit> {
    if with_role(s, Role::PrivacyOfficer) > 0 || s.parts.web.users.is_empty() {
        return Vec::new();
    }
    vec![Hit::new("access", "officer", "", "/console/people")]
}

fn opens(token: &web::ApiToken) -> bool {
    token.scopes.iter().any(|scope| OPENING.contains(&scope.as_str()))
}

fn tokens(s: &Snapshot, fails: impl Fn(&Snapshot, &web::ApiToken) -> bool) -> Vec<Hit> {
    let bad = s.parts.web.tokens.iter().filter(|one| fails(s, one));
    bad.map(|one| {
        // Its name is what somebody wrote, perhaps of a person: the page of tokens shows it.
        let hit = Hit::new("token", &one.id, "", "/console/tokens");
        let hit = hit.with("scopes", one.scopes.join(", "));
        if one.used_at > 0 { hit.with("used", Value::Time(one.used_at)) } else { hit }
    })
    .collect()
}

/// Nobody has certified rights for a year; a new installation has a year for its first review.
fn review(s: &Snapshot) -> Vec<Hit> {
    let begun = s.parts.web.users.first().map_or(s.now, |one| one.created_at);
    let last = s.parts.web.reviewed_at.max(begun);
    if !s.older(last, REVIEW) || s.parts.web.reviewing_since > 0 {
        return Vec::new();
    }
    let hit = Hit::new("access", "review", "", "/console/access/reviews");
    vec![hit.with("reviewed", Value::Time(last))]
}

fn slow(s: &Snapshot) -> Vec<Hit> {
    let since = s.parts.web.reviewing_since;
    if since == 0 || !s.older(since, SLOW) {
        return Vec::new();
    }
    let hit = Hit::new("access", "review-running", "", "/console/access/reviews");
    vec![hit.with("since", Value::Time(since))]
}

fn late(
    s: &Snapshot,
    all: &[(String, i64)],
    days: i64,
    kind: &'static str,
    page: &str,
) -> Vec<Hit> {
    let late = all.iter().filter(|(_, at)| s.now - at > days * DAY);
    late.map(|(id, at)| Hit::new(kind, id, "", page).with("since", Value::Time(*at))).collect()
}

fn emergencies(s: &Snapshot) -> Vec<Hit> {
    late(s, &s.parts.web.emergencies, LOOK, "emergency", "/console/access/emergency")
}

fn approvals(s: &Snapshot) -> Vec<Hit> {
    late(s, &s.parts.web.waiting, ANSWER, "approval", "/console/access/approvals")
}

fn misused(s: &Snapshot) -> Vec<Hit> {
    match s.parts.web.misused {
        0 => Vec::new(),
        n => {
            let hit = Hit::new("access", "emergency-misused", "", "/console/access/emergency");
            vec![hit.with("times", n)]
        }
    }
}

/// Somebody of the staff opened customers' data and the log names no purpose.
fn purposeless(s: &Snapshot) -> Vec<Hit> {
    uses(s, |_, purpose| purpose.is_empty(), "/console/audit?action=subject.looked_up")
}

/// Somebody used customers' data for a purpose that they do not hold any more: a right was taken, and
/// what it was used for should be looked at.
fn taken(s: &Snapshot) -> Vec<Hit> {
    let holds =
        |actor: &str, purpose: &str| {
            s.parts.web.users.iter().any(|one| {
                one.id == actor && one.purposes.iter().any(|(held, _, _)| held == purpose)
            })
        };
    uses(
        s,
        |actor, purpose| {
            !purpose.is_empty() && purpose != web::access::EMERGENCY && !holds(actor, purpose)
        },
        "/console/audit",
    )
}

fn uses(s: &Snapshot, fails: impl Fn(&str, &str) -> bool, page: &str) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (actor, purpose, times) in &s.parts.store.uses {
        let Some(person) = actor.strip_prefix("person:") else { continue };
        if fails(person, purpose) {
            let hit = Hit::new("use", format!("{person}/{purpose}"), "", page)
                .with("person", Value::Person(person.to_owned()))
                .with("times", *times);
            let told = !purpose.is_empty();
            hits.push(if told { hit.with("purposes", purpose.as_str()) } else { hit });
        }
    }
    hits
}
