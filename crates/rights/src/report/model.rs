//! What is reported: tallies over months, kinds, laws and reasons. Pure.

use std::collections::BTreeMap;

use super::{
    count::{Days, End, Line},
    period::{Month, Period},
};
use crate::Kind;

/// Requests of one kind, law or month, or all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Came in during the period.
    pub received: i64,
    /// Closed during the period: what was asked was done, in whole or in part.
    pub answered: i64,
    /// Closed during the period with a reason of the law.
    pub refused: i64,
    /// Closed during the period in another way: taken back, never confirmed, a duplicate.
    pub otherwise: i64,
    /// Of those answered or refused: by their day.
    pub in_time: i64,
    /// Of those answered or refused: after their day.
    pub late: i64,
    /// Days from receipt to the answer or refusal; empty by month.
    pub days: Days,
}

impl Tally {
    /// Closed during the period.
    pub fn closed(&self) -> i64 {
        self.answered + self.refused + self.otherwise
    }

    /// How many of those answered or refused were in time, from 0 to 1.
    pub fn share(&self) -> Option<f64> {
        let all = self.in_time + self.late;
        (all > 0).then(|| self.in_time as f64 / all as f64)
    }

    fn close(&mut self, line: &Line) {
        let end = line.end();
        match end {
            End::Answered => self.answered += line.n,
            End::Refused => self.refused += line.n,
            End::Otherwise => self.otherwise += line.n,
            End::Open => {}
        }
        if matches!(end, End::Answered | End::Refused) {
            *(if line.in_time { &mut self.in_time } else { &mut self.late }) += line.n;
        }
    }

    fn last(&mut self, line: &Line) {
        if matches!(line.end(), End::Answered | End::Refused) {
            self.days.add(line.days, line.n);
        }
    }
}

/// The figures of a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Which.
    pub period: Period,
    /// Everything.
    pub all: Tally,
    /// The twelve months that end with the period, without days.
    pub months: Vec<(Month, Tally)>,
    /// Kinds of which there were any, in their order.
    pub kinds: Vec<(Kind, Tally)>,
    /// Laws by key; "" are requests under no law that sets a term.
    pub laws: Vec<(String, Tally)>,
    /// Reasons of refusals, the most frequent first.
    pub refusals: Vec<(String, i64)>,
    /// Not closed at this moment, whenever they came.
    pub open: i64,
    /// Past their day at this moment.
    pub late: i64,
}

/// What a report is made of.
pub(super) struct Counted {
    /// By the month in which they came, of the months that are drawn.
    pub received: Vec<Line>,
    /// By the month in which they were closed, of the same months.
    pub closed: Vec<Line>,
    /// Closed in the period, by days.
    pub days: Vec<Line>,
}

impl Report {
    pub(super) fn of(period: Period, counted: &Counted, (open, late): (i64, i64)) -> Self {
        let mut report = Self {
            period,
            all: Tally::default(),
            months: period.drawn().months().map(|one| (one, Tally::default())).collect(),
            kinds: Vec::new(),
            laws: Vec::new(),
            refusals: Vec::new(),
            open,
            late,
        };
        let mut kinds: BTreeMap<Kind, Tally> = BTreeMap::new();
        let mut laws: BTreeMap<String, Tally> = BTreeMap::new();
        let mut refusals: BTreeMap<String, i64> = BTreeMap::new();
        let mut put = |line: &Line, change: &dyn Fn(&mut Tally)| {
            change(&mut report.all);
            if let Some(kind) = line.kind() {
                change(kinds.entry(kind).or_default());
            }
            let mut all = line.regimes();
            if all.is_empty() {
                all.push(String::new());
            }
            for law in all {
                change(laws.entry(law).or_default());
            }
        };
        let inside = |line: &&Line| (period.first.0..=period.last.0).contains(&line.month);
        for line in counted.received.iter().filter(inside) {
            put(line, &|tally| tally.received += line.n);
        }
        for line in counted.closed.iter().filter(inside) {
            put(line, &|tally| tally.close(line));
            if line.end() == End::Refused {
                *refusals.entry(line.refusal.clone()).or_default() += line.n;
            }
        }
        for line in &counted.days {
            put(line, &|tally| tally.last(line));
        }
        for (month, tally) in &mut report.months {
            let mine = |line: &&Line| line.month == month.0;
            tally.received = counted.received.iter().filter(mine).map(|line| line.n).sum();
            counted.closed.iter().filter(mine).for_each(|line| tally.close(line));
        }
        report.kinds = kinds.into_iter().collect();
        report.laws = laws.into_iter().collect();
        report.refusals = refusals.into_iter().collect();
        report.refusals.sort_by_key(|(_, n)| -n);
        report
    }

    /// Whether nothing came and nothing was closed.
    pub fn is_empty(&self) -> bool {
        self.all.received == 0 && self.all.closed() == 0
    }
}
