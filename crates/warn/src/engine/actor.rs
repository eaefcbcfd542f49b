//! What is remembered of an actor: counts by hour and day for four weeks. No customer is remembered
//! longer than the day on which their data was opened, and then only by a hash.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use super::{Event, baseline::DAYS};

/// Entries kept to show why.
const EVIDENCE: usize = 20;
/// Customers told apart within a day; beyond, everything is too much anyway.
const MOST: usize = 50_000;

/// A count of different customers with the entries that made it.
#[derive(Debug, Default, Clone)]
pub(super) struct Tally {
    seen: HashSet<u64>,
    /// The newest entries counted.
    pub evidence: VecDeque<i64>,
}

impl Tally {
    /// Counts an event's customer (or the event itself where it has none); whether it was a new one.
    pub fn add(&mut self, event: &Event) -> bool {
        self.evidence.push_back(event.seq);
        if self.evidence.len() > EVIDENCE {
            self.evidence.pop_front();
        }
        let mut hasher = DefaultHasher::new();
        match event.whose() {
            Some(whose) => whose.hash(&mut hasher),
            None => event.seq.hash(&mut hasher),
        }
        self.seen.len() < MOST && self.seen.insert(hasher.finish())
    }

    pub fn count(&self) -> u32 {
        self.seen.len() as u32
    }

    pub fn evidence(&self) -> Vec<i64> {
        self.evidence.iter().copied().collect()
    }
}

/// A day that is over.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Past {
    pub day: i64,
    pub customers: u32,
    pub exports: u32,
    pub erased: u32,
    /// Rights given.
    pub grants: u32,
    /// Hours of the day (UTC) with any work, a bit each.
    pub hours: u32,
}

/// Today, so far.
#[derive(Debug, Default)]
pub(super) struct Today {
    pub day: i64,
    pub customers: Tally,
    pub exports: Tally,
    pub erased: Tally,
    pub grants: Tally,
    pub off: Tally,
    /// By purpose.
    pub purposes: HashMap<String, Tally>,
    pub hours: u32,
}

/// One actor.
#[derive(Debug, Default)]
pub(super) struct Actor {
    pub first_day: i64,
    pub past: VecDeque<Past>,
    pub today: Today,
    /// Customers of past hours with any, for four weeks.
    pub hourly: VecDeque<(i64, u32)>,
    pub hour: i64,
    pub this_hour: Tally,
    /// When each purpose was last used (day), today not counted.
    pub purposes: HashMap<String, i64>,
    pub reads: u32,
    /// How far the days before went above the usual, summed (see `slow` in `reads.rs`).
    pub drift: f64,
}

impl Actor {
    /// Moves on to an event's hour and day. A clock set back changes nothing.
    pub fn turn(&mut self, event: &Event) {
        let (day, hour) = (event.day(), event.hour());
        if self.first_day == 0 {
            (self.first_day, self.today.day, self.hour) = (day, day, hour);
        }
        if hour > self.hour {
            let count = self.this_hour.count();
            if count > 0 {
                self.hourly.push_back((self.hour, count));
            }
            (self.hour, self.this_hour) = (hour, Tally::default());
        }
        if day > self.today.day {
            self.end_day();
            self.today = Today { day, ..Today::default() };
            self.forget(day);
        }
        self.today.hours |= 1 << hour.rem_euclid(24);
    }

    fn end_day(&mut self) {
        self.drift = super::reads::drift(self, self.today.customers.count());
        let today = &mut self.today;
        for (purpose, _) in today.purposes.drain() {
            self.purposes.insert(purpose, today.day);
        }
        self.past.push_back(Past {
            day: today.day,
            customers: today.customers.count(),
            exports: today.exports.count(),
            erased: today.erased.count(),
            grants: today.grants.count(),
            hours: today.hours,
        });
    }

    fn forget(&mut self, day: i64) {
        let oldest = day - DAYS;
        while self.past.front().is_some_and(|past| past.day < oldest) {
            self.past.pop_front();
        }
        while self.hourly.front().is_some_and(|(hour, _)| hour.div_euclid(24) < oldest) {
            self.hourly.pop_front();
        }
        self.purposes.retain(|_, last| *last >= oldest);
    }

    /// Whether enough days are known to say when this actor works.
    pub fn is_known(&self) -> bool {
        self.past.len() >= super::reads::KNOWN_DAYS
    }

    /// Whether the actor works at this hour: within two hours of one at which they did on at least
    /// one of twenty days of the same kind (weekday, weekend) in four weeks.
    pub fn works_at(&self, event: &Event) -> bool {
        let hour = event.hour().rem_euclid(24);
        let near = (-2..=2).fold(0_u32, |mask, by| mask | 1 << (hour + by).rem_euclid(24));
        let kind = is_weekend(event.day());
        let alike = self.past.iter().filter(|past| is_weekend(past.day) == kind);
        let worked = alike.filter(|past| past.hours & near != 0).count() as i64;
        let span = (event.day() - self.first_day).clamp(1, DAYS);
        let days = (event.day() - span..event.day()).filter(|day| is_weekend(*day) == kind).count();
        worked > 0 && worked * 20 >= days as i64
    }
}

/// Saturday or Sunday in UTC; day 0 of the epoch was a Thursday.
pub(super) fn is_weekend(day: i64) -> bool {
    matches!((day + 3).rem_euclid(7), 5 | 6)
}
