//! The engine: fed with the ledger's entries in their order, it says which of them a person should
//! look at. It reads no clock and no database: the same entries give the same findings, so that it can
//! be replayed, measured and restarted.

mod accounts;
mod actor;
pub mod baseline;
mod event;
mod reads;
mod rule;

pub use event::{Event, Finding};
pub use rule::{Rule, RuleId, Rules, Severity};

use std::collections::{HashMap, HashSet, VecDeque};

use accounts::Failure;
use actor::Actor;

/// Actors remembered at most; the ones longest silent go first.
const MOST: usize = 100_000;

/// The engine's state.
#[derive(Debug, Default)]
pub struct Engine {
    rules: Rules,
    /// Customers that are none.
    canaries: HashSet<String>,
    actors: HashMap<String, Actor>,
    failures: VecDeque<Failure>,
    /// Sessions with a new device or network, lately.
    new_sessions: VecDeque<(String, String, i64)>,
    /// What was found already, by key, with its day.
    told: HashMap<String, i64>,
    day: i64,
}

impl Engine {
    /// One that knows nothing yet.
    pub fn new(rules: Rules) -> Self {
        Self { rules, ..Self::default() }
    }

    /// Changes the rules; what is remembered stays.
    pub fn set_rules(&mut self, rules: Rules) {
        self.rules = rules;
    }

    /// Says which customers are planted.
    pub fn set_canaries(&mut self, canaries: HashSet<String>) {
        self.canaries = canaries;
    }

    /// Takes the next entry and says what it gives away. Nothing is said twice.
    pub fn feed(&mut self, event: &Event) -> Vec<Finding> {
        let mut found = Vec::new();
        if event.action == "signin.failed" {
            found.extend(self.failed_sign_in(event));
        }
        if event.by_somebody() {
            self.somebody(event, &mut found);
        }
        if self.is_canary(event) {
            found.push(self.canary(event));
        }
        self.tidy(event.day());
        found.retain(|one| {
            self.rules.get(one.rule).on && self.told.insert(one.key.clone(), event.day()).is_none()
        });
        found
    }

    fn somebody(&mut self, event: &Event, found: &mut Vec<Finding>) {
        self.actor(event).turn(event);
        if event.is_read() {
            let actor = self.actor(event);
            actor.this_hour.add(event);
            actor.today.customers.add(event);
            actor.reads = actor.reads.saturating_add(1);
            found.extend(self.mass(event));
            found.extend(self.slow(event));
            found.extend(self.odd_purpose(event));
            found.extend(self.off_hours(event));
        } else if event.is_export() {
            self.actor(event).today.exports.add(event);
            found.extend(self.exports(event));
            found.extend(self.off_hours(event));
        } else if event.action == "subject.erased" {
            self.actor(event).today.erased.add(event);
            found.extend(self.erasures(event));
        } else if accounts::is_grant(&event.action) {
            self.actor(event).today.grants.add(event);
            found.extend(self.privilege(event));
        } else if event.action == "access.break_glass" {
            found.push(self.emergency(event));
        } else if event.action == "session.started" {
            found.extend(self.guessed(event));
        } else if event.action.starts_with("session.") {
            found.extend(self.new_place(event));
        }
    }

    fn actor(&mut self, event: &Event) -> &mut Actor {
        self.actors.entry(event.actor.clone()).or_default()
    }

    /// Whatever is done with a planted customer, but planting and retiring them.
    fn is_canary(&self, event: &Event) -> bool {
        let told = event.action == "canary.hit";
        let own = event.action.starts_with("canary.")
            || matches!(&*event.action, "subject.linked" | "subject.erased" | "audit.viewed")
            || event.action.starts_with("audit.");
        told || (!own && event.whose().is_some_and(|whose| self.canaries.contains(whose)))
    }

    /// Once a day, what is too old to matter goes.
    fn tidy(&mut self, day: i64) {
        if day <= self.day {
            return;
        }
        self.day = day;
        self.told.retain(|_, told| *told >= day - 2);
        let oldest = day - 2 * baseline::DAYS;
        self.actors.retain(|_, actor| actor.today.day >= oldest);
        if self.actors.len() > MOST {
            let mut days: Vec<i64> = self.actors.values().map(|actor| actor.today.day).collect();
            days.sort_unstable();
            let keep = days[days.len() - MOST];
            self.actors.retain(|_, actor| actor.today.day > keep);
        }
    }
}
