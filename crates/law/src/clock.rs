//! Legal clocks: from the instant a matter begins to the instant it must be done.
//!
//! Days, weeks, months and years run from the day of the event in the zone of whoever must act; that
//! day is not counted, and the deadline is the end of the last day. A month ends on the day with the
//! same number, or on the month's last day where there is none (31 January + 1 month = 28 or 29
//! February). Hours run through nights and holidays from the event itself. Business days are counted
//! on the calendar of the law's country. A pause stops the clock from the instant something is awaited
//! until it comes: hours go on after it, days are moved by the days it lasted, business days skip its
//! days.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan as _};

use crate::{Calendar, Extension, Fact, Unit};

/// A stretch of time a law gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// How many.
    pub value: u32,
    /// Of what; a unit of time.
    pub unit: Unit,
}

/// While this lasts the clock stands still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// Something is awaited from now on.
    pub from: Timestamp,
    /// It came; `None` while it is still awaited.
    pub to: Option<Timestamp>,
}

/// What a clock is wound up with.
#[derive(Debug, Clone)]
pub struct Start<'a> {
    /// The event: receipt, awareness, discovery.
    pub at: Timestamp,
    /// The zone in which days begin and end for whoever must act.
    pub zone: TimeZone,
    /// Whose working days count.
    pub calendar: &'a Calendar,
    /// When the clock stood still, in order.
    pub pauses: &'a [Pause],
}

/// When something must be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    /// The last instant that is in time, to the microsecond: the end of its day, or the very hour.
    pub at: Timestamp,
    /// Its day in the zone.
    pub day: Date,
    /// No published calendar covers a year that was counted through, or the clock stands still and the
    /// day moves on with every day it does.
    pub provisional: bool,
    /// The clock stands still now.
    pub paused: bool,
}

/// A deadline with what it may become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// The first deadline.
    pub first: Deadline,
    /// The last one, if it is made longer as the law allows.
    pub extended: Option<Deadline>,
    /// Until then whoever waits must be told that it takes longer.
    pub notice_by: Option<Deadline>,
}

/// Why there is no deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoDeadline {
    /// The law says a word and no number (及时, without undue delay).
    #[error("the law gives no number; set a target of your own")]
    NoNumber,
    /// The unit is none of time.
    #[error("the unit is none of time")]
    NoTime,
    /// Beyond what a calendar can hold.
    #[error("the date is out of range")]
    OutOfRange,
}

impl From<jiff::Error> for NoDeadline {
    fn from(_: jiff::Error) -> Self {
        Self::OutOfRange
    }
}

impl Term {
    /// The stretch a fact gives.
    ///
    /// # Errors
    /// The fact has no number, or none of time.
    pub fn of(fact: &Fact) -> Result<Self, NoDeadline> {
        let (Some(value), Some(unit)) = (fact.value, fact.unit) else {
            return Err(NoDeadline::NoNumber);
        };
        let value = u32::try_from(value).map_err(|_| NoDeadline::OutOfRange)?;
        if unit.is_time() { Ok(Self { value, unit }) } else { Err(NoDeadline::NoTime) }
    }
}

impl From<&Extension> for Term {
    fn from(extension: &Extension) -> Self {
        Self { value: extension.value, unit: extension.unit }
    }
}

impl Start<'_> {
    /// When a term that starts here ends.
    ///
    /// # Errors
    /// The unit is none of time, or the date is out of range.
    pub fn end(&self, term: Term) -> Result<Deadline, NoDeadline> {
        self.end_of_all(&[term])
    }

    /// When terms that follow each other end: 1 month, made longer by 2, is 3 months from the start
    /// and not 2 months from the end of February.
    ///
    /// # Errors
    /// A unit is none of time, or the date is out of range.
    pub fn end_of_all(&self, terms: &[Term]) -> Result<Deadline, NoDeadline> {
        let terms = joined(terms);
        if terms.iter().any(|term| !term.unit.is_time()) {
            return Err(NoDeadline::NoTime);
        }
        match terms.as_slice() {
            [] => Err(NoDeadline::NoNumber),
            [only] if only.unit == Unit::Hours => self.hours(only.value),
            _ => self.days(&terms),
        }
    }

    /// The clock of a fact: its deadline, and what the law lets it become.
    ///
    /// # Errors
    /// The fact gives no stretch of time, or the date is out of range.
    pub fn clock(&self, fact: &Fact) -> Result<Clock, NoDeadline> {
        let term = Term::of(fact)?;
        let first = self.end(term)?;
        let longer = fact.extension.as_ref();
        let extended = longer.map(|more| self.end_of_all(&[term, more.into()])).transpose()?;
        let notice_by = longer.filter(|more| more.notice_before_end).map(|_| first);
        Ok(Clock { first, extended, notice_by })
    }

    /// Hours stand still through pauses and go on after them.
    fn hours(&self, hours: u32) -> Result<Deadline, NoDeadline> {
        // A span of hours cannot hold more; the sum would be out of range anyhow.
        let mut at = self.at.checked_add(i64::from(hours).min(175_000_000).hours())?;
        let mut paused = false;
        for pause in self.own_pauses() {
            if pause.from >= at {
                break;
            }
            match pause.to {
                Some(to) => at = at.checked_add(pause.from.until(to)?)?,
                None => paused = true,
            }
        }
        let day = at.to_zoned_datetime(self.zone.clone()).date();
        Ok(Deadline { at, day, provisional: paused, paused })
    }

    /// Each pause moves the term it falls into: days by the days it lasted, business days by the working
    /// days among them, which are not counted.
    fn days(&self, terms: &[Term]) -> Result<Deadline, NoDeadline> {
        let pauses: Vec<Pause> = self.own_pauses().collect();
        let mut pauses = pauses.iter().peekable();
        let (mut day, mut provisional, mut paused) = (self.day_of(self.at), false, false);
        for term in terms {
            let business = term.unit == Unit::BusinessDays;
            day = match term.unit {
                Unit::BusinessDays => self.business(day, term.value, &mut provisional)?,
                Unit::Hours => day.checked_add(i64::from(term.value.div_ceil(24)).days())?,
                unit => day.checked_add(span(unit, term.value))?,
            };
            while let Some(pause) = pauses.next_if(|pause| self.day_of(pause.from) <= day) {
                match pause.to {
                    None => paused = true,
                    Some(to) if !business => {
                        let lasted = self.day_of(pause.from).until(self.day_of(to))?;
                        day = day.checked_add(lasted.get_days().days())?;
                    }
                    Some(_) => {}
                }
            }
        }
        let at = end_of_day(day, &self.zone).ok_or(NoDeadline::OutOfRange)?;
        Ok(Deadline { at, day, provisional: provisional || paused, paused })
    }

    /// The so-manieth working day after a day. Days of a pause are none; the day it ends is one again.
    fn business(&self, from: Date, count: u32, provisional: &mut bool) -> Result<Date, NoDeadline> {
        let still: Vec<(Date, Date)> = self
            .own_pauses()
            .filter_map(|pause| Some((self.day_of(pause.from), self.day_of(pause.to?))))
            .collect();
        let (mut day, mut left) = (from, count);
        while left > 0 {
            day = day.tomorrow()?;
            let seen = self.calendar.working(day);
            *provisional |= seen.provisional;
            let stands = still.iter().any(|(from, to)| *from < day && day <= *to);
            if seen.works && !stands {
                left -= 1;
            }
        }
        Ok(day)
    }

    /// Pauses that began after the start, in order, overlaps joined.
    fn own_pauses(&self) -> impl Iterator<Item = Pause> {
        let mut own: Vec<Pause> = self
            .pauses
            .iter()
            .filter(|pause| pause.to.is_none_or(|to| to > self.at && to > pause.from))
            .map(|pause| Pause { from: pause.from.max(self.at), to: pause.to })
            .collect();
        own.sort_by_key(|pause| pause.from);
        let mut joined: Vec<Pause> = Vec::with_capacity(own.len());
        for pause in own {
            match joined.last_mut() {
                Some(last) if last.to.is_none_or(|to| pause.from <= to) => {
                    last.to = match (last.to, pause.to) {
                        (Some(a), Some(b)) => Some(a.max(b)),
                        _ => None,
                    };
                }
                _ => joined.push(pause),
            }
        }
        joined.into_iter()
    }

    fn day_of(&self, at: Timestamp) -> Date {
        at.to_zoned_datetime(self.zone.clone()).date()
    }
}

/// Neighbours of one unit added up; years are months and weeks are days, so that month ends are
/// looked at once.
fn joined(terms: &[Term]) -> Vec<Term> {
    let mut all: Vec<Term> = Vec::new();
    for term in terms {
        let term = match term.unit {
            Unit::Years => {
                Term { value: term.value.saturating_mul(12), unit: Unit::CalendarMonths }
            }
            Unit::Weeks => Term { value: term.value.saturating_mul(7), unit: Unit::CalendarDays },
            _ => *term,
        };
        match all.last_mut() {
            Some(last) if last.unit == term.unit => {
                last.value = last.value.saturating_add(term.value);
            }
            _ => all.push(term),
        }
    }
    all
}

fn span(unit: Unit, value: u32) -> Span {
    let value = i64::from(value);
    // Beyond these the sum is out of range anyhow, and making the span would panic.
    match unit {
        Unit::CalendarMonths => value.min(200_000).months(),
        _ => value.min(7_000_000).days(),
    }
}

/// The last microsecond of a civil day in a zone.
pub fn end_of_day(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    // Asked for by the next day's first instant: midnight itself may be skipped by a change of clocks.
    let next = day.tomorrow().ok()?.to_zoned_datetime(zone.clone()).ok()?;
    next.timestamp().checked_sub(1.microsecond()).ok()
}
