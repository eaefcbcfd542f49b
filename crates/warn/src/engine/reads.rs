//! Rules about opening and taking data away.

use super::{
    Engine, Event, Finding, RuleId,
    actor::{Actor, Tally},
    baseline::Usual,
};

/// A day's part in the drift at most, in spreads: one wild day is the hourly rule's to tell.
const STEP: f64 = 4.0;
/// What a day may lie above the usual for free, in spreads.
const FREE: f64 = 1.0;
/// Programs serve many customers at once.
const PROGRAM: u32 = 10;
/// Days of work after which it is known what somebody does.
pub(super) const KNOWN_DAYS: usize = 10;
/// Reads after which somebody opens data often.
const OFTEN: u32 = 50;

/// What a count was measured against.
struct Bar {
    usual: u32,
    limit: u32,
}

impl Engine {
    /// Different customers within an hour.
    pub(super) fn mass(&mut self, event: &Event) -> Option<Finding> {
        let rule = self.rules.get(RuleId::MassRead);
        let count = self.actor(event).this_hour.count();
        let floor = floor(&event.actor, rule.floor);
        if count <= floor {
            return None;
        }
        let bar = self.bar(event, floor, rule.k, |actor| {
            Usual::of(actor.hourly.iter().map(|(_, count)| *count))
        });
        let tally = &self.actor(event).this_hour;
        let key = format!("{}:h{}", event.actor, event.hour());
        over(tally, &bar).then(|| finding(&rule, event, key, tally, &bar))
    }

    /// More than usual day after day: a cumulative sum of how far each day lies above the usual, that
    /// falls back when days are as usual (E. S. Page, *Continuous Inspection Schemes*, Biometrika 41,
    /// 1954). An attacker who stays below every hourly limit does not stay below this.
    pub(super) fn slow(&mut self, event: &Event) -> Option<Finding> {
        let rule = self.rules.get(RuleId::SlowRead);
        let actor = self.actor(event);
        let count = actor.today.customers.count();
        if count <= floor(&event.actor, rule.floor) {
            return None;
        }
        let drift = drift(actor, count);
        let usual = Usual::of(days(actor, |past| past.customers))?;
        if drift <= rule.k {
            return None;
        }
        let bar = Bar { usual: usual.median.round() as u32, limit: usual.limit(0, FREE) };
        let key = format!("{}:d{}", event.actor, event.day());
        let found = finding(&rule, event, key, &actor.today.customers, &bar);
        // Told once; it adds up anew from here.
        actor.drift = -STEP;
        Some(found)
    }

    /// Exports in a day.
    pub(super) fn exports(&mut self, event: &Event) -> Option<Finding> {
        let rule = self.rules.get(RuleId::ExportSpike);
        if self.actor(event).today.exports.count() <= rule.floor {
            return None;
        }
        let bar =
            self.bar(event, rule.floor, rule.k, |actor| Usual::of(days(actor, |d| d.exports)));
        let tally = &self.actor(event).today.exports;
        let key = format!("{}:d{}", event.actor, event.day());
        over(tally, &bar).then(|| finding(&rule, event, key, tally, &bar))
    }

    /// Erasures in a day.
    pub(super) fn erasures(&mut self, event: &Event) -> Option<Finding> {
        let rule = self.rules.get(RuleId::Erasures);
        if self.actor(event).today.erased.count() <= rule.floor {
            return None;
        }
        let bar = self.bar(event, rule.floor, rule.k, |actor| Usual::of(days(actor, |d| d.erased)));
        let tally = &self.actor(event).today.erased;
        let key = format!("{}:d{}", event.actor, event.day());
        over(tally, &bar).then(|| finding(&rule, event, key, tally, &bar))
    }

    /// Personal data when this person never works. One export is enough, a few reads are not.
    pub(super) fn off_hours(&mut self, event: &Event) -> Option<Finding> {
        let rule = self.rules.get(RuleId::OffHours);
        let actor = self.actor(event);
        if !event.actor.starts_with("person:") || !actor.is_known() || actor.works_at(event) {
            return None;
        }
        actor.today.off.add(event);
        let tally = &actor.today.off;
        let limit = if event.is_export() { 0 } else { rule.floor };
        let bar = Bar { usual: 0, limit };
        let key = format!("{}:d{}", event.actor, event.day());
        over(tally, &bar).then(|| finding(&rule, event, key, tally, &bar))
    }

    /// A purpose not used for four weeks, by somebody who opens data often.
    pub(super) fn odd_purpose(&mut self, event: &Event) -> Option<Finding> {
        let rule = self.rules.get(RuleId::UnusualPurpose);
        let purpose = event.purpose.clone()?;
        let actor = self.actor(event);
        let known = actor.purposes.contains_key(&purpose);
        let tally = actor.today.purposes.entry(purpose.clone()).or_default();
        tally.add(event);
        if known || actor.past.len() < KNOWN_DAYS || actor.reads < OFTEN {
            return None;
        }
        let bar = Bar { usual: 0, limit: rule.floor };
        let key = format!("{}:d{}:{purpose}", event.actor, event.day());
        over(tally, &bar).then(|| finding(&rule, event, key, tally, &bar))
    }

    /// What this actor may do: by what they usually did; somebody new by what the most of their
    /// colleagues (or programs) usually do.
    fn bar(
        &self,
        event: &Event,
        floor: u32,
        k: f64,
        usual: impl Fn(&Actor) -> Option<Usual>,
    ) -> Bar {
        let own = self.actors.get(&event.actor).and_then(&usual);
        let usual = own.or_else(|| {
            let kind = event.actor.split(':').next().unwrap_or_default();
            let alike = self.actors.iter().filter(|(name, _)| name.starts_with(kind));
            alike
                .filter_map(|(_, actor)| usual(actor))
                .max_by(|a, b| (a.median + k * a.spread).total_cmp(&(b.median + k * b.spread)))
        });
        match usual {
            Some(usual) => Bar { usual: usual.median.round() as u32, limit: usual.limit(floor, k) },
            None => Bar { usual: 0, limit: floor },
        }
    }
}

/// How far the days up to one with `count` customers went above the usual.
pub(super) fn drift(actor: &Actor, count: u32) -> f64 {
    let Some(usual) = Usual::of(days(actor, |past| past.customers)) else { return 0.0 };
    let step = (f64::from(count) - usual.median) / usual.spread - FREE;
    (actor.drift + step.min(STEP)).max(0.0)
}

/// A count of the days that had any.
fn days(actor: &Actor, count: impl Fn(&super::actor::Past) -> u32) -> Vec<u32> {
    actor.past.iter().map(count).filter(|count| *count > 0).collect()
}

fn floor(actor: &str, floor: u32) -> u32 {
    if actor.starts_with("person:") { floor } else { floor.saturating_mul(PROGRAM) }
}

fn over(tally: &Tally, bar: &Bar) -> bool {
    tally.count() > bar.limit
}

fn finding(rule: &super::Rule, event: &Event, key: String, tally: &Tally, bar: &Bar) -> Finding {
    Finding {
        rule: rule.id,
        severity: rule.severity,
        actor: event.actor.clone(),
        seq: event.seq,
        at: event.at,
        key: format!("{}:{key}", rule.id.as_str()),
        why: rule.id.as_str(),
        measured: tally.count(),
        usual: bar.usual,
        limit: bar.limit,
        evidence: tally.evidence(),
        subject: None,
    }
}
