//! Rules about accounts: guessed passwords, sessions from elsewhere, rights given.

use std::collections::VecDeque;

use super::{Engine, Event, Finding, Rule, RuleId};

/// Failures are counted within this time (µs).
const WITHIN: i64 = 15 * 60 * 1_000_000;
/// A success after as many failures looks like a guess that was right.
const GUESSES: usize = 5;
/// Entries kept to show why.
const EVIDENCE: usize = 20;
/// Failures remembered at most.
const MOST: usize = 10_000;

/// A failed sign-in.
#[derive(Debug)]
pub(super) struct Failure {
    at: i64,
    seq: i64,
    account: String,
}

impl Engine {
    pub(super) fn failed_sign_in(&mut self, event: &Event) -> Option<Finding> {
        let rule = self.rules.get(RuleId::FailedSignIns);
        forget(&mut self.failures, event.at);
        if self.failures.len() >= MOST {
            self.failures.pop_front();
        }
        let (at, seq, account) = (event.at, event.seq, event.object.clone());
        self.failures.push_back(Failure { at, seq, account });
        let of_account =
            self.failures.iter().filter(|failure| failure.account == event.object).count();
        let mut accounts: Vec<&str> =
            self.failures.iter().map(|failure| &*failure.account).collect();
        accounts.sort_unstable();
        accounts.dedup();
        let spread = accounts.len();
        // One password tried on many accounts keeps each of them below its own limit.
        let (why, count) = if of_account > rule.floor as usize {
            ("failed-sign-ins", of_account)
        } else if spread > rule.floor as usize {
            ("spraying", spread)
        } else {
            return None;
        };
        let evidence =
            self.failures.iter().filter(|one| why == "spraying" || one.account == event.object);
        let evidence: Vec<i64> = evidence.map(|one| one.seq).collect();
        let whom = if why == "spraying" { "all" } else { &event.object };
        let quarter = event.at.div_euclid(4 * WITHIN);
        let mut found = finding(&rule, event, format!("{whom}:q{quarter}"), why);
        found.measured = count as u32;
        found.limit = rule.floor;
        found.evidence = last(evidence);
        if why != "spraying" && event.object != "unknown" {
            found.actor = format!("person:{}", event.object);
        }
        Some(found)
    }

    /// A sign-in that works after many that did not.
    pub(super) fn guessed(&mut self, event: &Event) -> Option<Finding> {
        let rule = self.rules.get(RuleId::FailedSignIns);
        forget(&mut self.failures, event.at);
        let account = event.actor.strip_prefix("person:")?;
        let of_account = self.failures.iter().filter(|one| one.account == account);
        let mut evidence: Vec<i64> = of_account.map(|one| one.seq).collect();
        if evidence.len() < GUESSES {
            return None;
        }
        let mut found = finding(&rule, event, format!("{}:s{}", event.actor, event.seq), "guessed");
        found.severity = found.severity.max(super::Severity::High);
        found.measured = evidence.len() as u32;
        found.limit = GUESSES as u32 - 1;
        evidence.push(event.seq);
        found.evidence = last(evidence);
        Some(found)
    }

    /// A session that moved to another place or device; a sign-in with both new. A new device alone, or
    /// a new network alone, happens to everybody.
    pub(super) fn new_place(&mut self, event: &Event) -> Option<Finding> {
        let rule = self.rules.get(RuleId::NewPlace);
        let key = format!("{}:s{}", event.actor, event.object);
        match &*event.action {
            "session.other-device" | "session.other-country" => {
                let why = event.action.strip_prefix("session.").map_or("", |why| match why {
                    "other-device" => "other-device",
                    _ => "other-country",
                });
                Some(finding(&rule, event, key, why))
            }
            "session.new-country" => Some(finding(&rule, event, key, "new-country")),
            "session.new-device" | "session.new-network" => {
                let other = self.new_sessions.iter().find(|(session, action, _)| {
                    *session == event.object && *action != event.action
                });
                let before = other.map(|(_, _, seq)| *seq);
                let told = (event.object.clone(), event.action.clone(), event.seq);
                self.new_sessions.push_back(told);
                if self.new_sessions.len() > 256 {
                    self.new_sessions.pop_front();
                }
                let mut found = finding(&rule, event, key, "new-device-and-network");
                found.evidence.insert(0, before?);
                Some(found)
            }
            _ => None,
        }
    }

    /// Rights for oneself; many rights in a day; rights from somebody who never gave any.
    pub(super) fn privilege(&mut self, event: &Event) -> Option<Finding> {
        let rule = self.rules.get(RuleId::Privilege);
        let oneself = event.actor.strip_prefix("person:") == Some(&*event.object);
        let actor = self.actor(event);
        if oneself && matches!(&*event.action, "user.role-changed" | "access.purposes_set") {
            let key = format!("{}:s{}", event.actor, event.seq);
            return Some(finding(&rule, event, key, "self-grant"));
        }
        let count = actor.today.grants.count();
        let never = actor.is_known() && actor.past.iter().all(|past| past.grants == 0);
        let why = if count > rule.floor {
            "many-grants"
        } else if never && event.actor.starts_with("person:") {
            "first-grant"
        } else {
            return None;
        };
        let evidence = actor.today.grants.evidence();
        let mut found =
            finding(&rule, event, format!("{}:d{}:{why}", event.actor, event.day()), why);
        if why == "first-grant" {
            found.severity = found.severity.min(super::Severity::Medium);
        }
        (found.measured, found.limit, found.evidence) = (count, rule.floor, evidence);
        Some(found)
    }

    pub(super) fn emergency(&self, event: &Event) -> Finding {
        let rule = self.rules.get(RuleId::Emergency);
        finding(&rule, event, format!("s{}", event.seq), "emergency")
    }

    /// A planted customer was touched: by an entry about them, or a hit that was reported.
    pub(super) fn canary(&self, event: &Event) -> Finding {
        let rule = self.rules.get(RuleId::Canary);
        let subject = event.whose().unwrap_or_default();
        let key = format!("{}:{subject}:d{}:{}", event.actor, event.day(), event.action);
        let why = match &*event.action {
            "canary.hit" => "canary-reported",
            "subject.asked" => "canary-decided",
            "consent.recorded" | "consent.withdrawn" => "canary-recorded",
            _ => "canary",
        };
        let mut found = finding(&rule, event, key, why);
        found.subject = Some(subject.to_owned());
        found
    }
}

/// What gives rights.
pub(super) fn is_grant(action: &str) -> bool {
    matches!(
        action,
        "user.role-changed"
            | "access.purposes_set"
            | "invitation.created"
            | "token.created"
            | "policy.switched_on"
    )
}

fn forget(failures: &mut VecDeque<Failure>, now: i64) {
    while failures.front().is_some_and(|failure| failure.at < now - WITHIN) {
        failures.pop_front();
    }
}

fn last(mut evidence: Vec<i64>) -> Vec<i64> {
    evidence.drain(..evidence.len().saturating_sub(EVIDENCE));
    evidence
}

fn finding(rule: &Rule, event: &Event, key: String, why: &'static str) -> Finding {
    Finding {
        rule: rule.id,
        severity: rule.severity,
        actor: event.actor.clone(),
        seq: event.seq,
        at: event.at,
        key: format!("{}:{key}", rule.id.as_str()),
        why,
        measured: 1,
        usual: 0,
        limit: 0,
        evidence: vec![event.seq],
        subject: None,
    }
}
