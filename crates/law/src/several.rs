//! Several laws at once: the shortest deadline and the strictest consent count, and each law's own
//! answer is kept as evidence. Facts that were not checked against a text (`K`) advise: they are shown
//! and never decide.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::clock::{Clock, NoDeadline, Pause, Start};
use crate::{Calendars, Fact, Judgement, Kind, Law, Profile, Regime, Truth};

/// A matter with a deadline.
#[derive(Debug, Clone)]
pub struct Matter<'a> {
    /// What the clock is for: `dsr`, `breach_authority`.
    pub code: &'a str,
    /// The event that starts it.
    pub at: Timestamp,
    /// The zone of whoever must act.
    pub zone: TimeZone,
    /// When something was awaited.
    pub pauses: &'a [Pause],
    /// Keys of the regimes that apply.
    pub regimes: &'a [&'a str],
    /// What is known of the organisation.
    pub profile: &'a Profile,
}

/// What one law says of a matter.
#[derive(Debug, Clone)]
pub struct Answer<'a> {
    /// The fact.
    pub fact: &'a Fact,
    /// Whether it reaches this organisation.
    pub reach: Judgement,
    /// The clock, or why there is none.
    pub clock: Result<Clock, NoDeadline>,
}

impl Answer<'_> {
    /// Advice only: not checked against a text, or not known to reach this organisation.
    pub fn advises(&self) -> bool {
        !self.fact.confidence.decides() || self.reach.truth != Truth::Yes
    }
}

/// What all laws say of a matter.
#[derive(Debug, Clone)]
pub struct Answers<'a> {
    /// Each law's, the earliest deadline first, those without one last.
    pub all: Vec<Answer<'a>>,
}

impl<'a> Answers<'a> {
    /// The answer with the shortest deadline among those that may decide.
    pub fn shortest(&self) -> Option<&Answer<'a>> {
        self.all.iter().find(|answer| !answer.advises() && answer.clock.is_ok())
    }

    /// Advice that would be shorter than what decides.
    pub fn shorter_advice(&self) -> impl Iterator<Item = &Answer<'a>> {
        let decided = self.shortest().and_then(|answer| answer.clock.as_ref().ok());
        let until = decided.map(|clock| clock.first.at);
        self.all.iter().filter(move |answer| {
            let first = answer.clock.as_ref().ok().map(|clock| clock.first.at);
            answer.advises() && first.is_some_and(|at| until.is_none_or(|until| at < until))
        })
    }
}

/// Whether consent must be asked before.
#[derive(Debug, Clone)]
pub struct ConsentRule<'a> {
    /// Somebody who may decide wants it asked before.
    pub opt_in: bool,
    /// Only advice wants it.
    pub advised: bool,
    /// Each law's own answer.
    pub each: Vec<(&'a Regime, bool)>,
}

impl Law {
    /// What every law that applies says of a matter on the day it began.
    pub fn answers<'a>(&'a self, matter: &Matter<'_>, calendars: &Calendars) -> Answers<'a> {
        let day = matter.at.to_zoned_datetime(matter.zone.clone()).date();
        let clocks = self.facts().filter(|fact| {
            fact.kind == Kind::Clock
                && fact.code == matter.code
                && fact.holds(day)
                && matter.regimes.contains(&fact.regime.as_str())
        });
        let answer = |fact: &'a Fact| {
            let regime = self.regime(&fact.regime)?;
            let reach = matter.profile.judge(&fact.when, regime);
            let start = Start {
                at: matter.at,
                zone: matter.zone.clone(),
                calendar: calendars.get(&regime.calendar),
                pauses: matter.pauses,
            };
            Some(Answer { fact, clock: start.clock(fact), reach })
        };
        let mut all: Vec<Answer<'a>> = clocks.filter_map(answer).collect();
        all.retain(|answer| answer.reach.truth != Truth::No);
        all.sort_by_key(|answer| {
            let at = answer.clock.as_ref().ok().map(|clock| clock.first.at);
            (at.is_none(), at, answer.fact.id.clone())
        });
        Answers { all }
    }

    /// The strictest consent rule of the regimes that apply on a day.
    pub fn consent_rule(&self, regimes: &[&str], day: Date) -> ConsentRule<'_> {
        let own = |regime: &&Regime| regimes.contains(&regime.id.as_str()) && regime.holds(day);
        let each: Vec<(&Regime, bool)> =
            self.regimes().filter(own).map(|regime| (regime, regime.opt_in)).collect();
        let opt_in = each.iter().any(|(regime, asks)| *asks && regime.confidence.decides());
        let advised = !opt_in && each.iter().any(|(_, asks)| *asks);
        ConsentRule { opt_in, advised, each }
    }
}
