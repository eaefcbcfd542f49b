//! California's yearly figures (11 CCR §7102): for requests to know, delete, correct, opt out and
//! limit, how many came in during a calendar year, were complied with in whole or in part and denied,
//! and the median and mean days to the substantive answer. Counted are those that came in during the
//! year, so that each line adds up; all are answered long before the figures are due on 1 July.

use super::count::{Days, End, Line};
use crate::Kind;

/// The law's key.
pub(crate) const LAW: &str = "us-ca";

/// What the regulation tells apart, in the order of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// To know: copies and moves.
    Know,
    /// To delete.
    Delete,
    /// To correct.
    Correct,
    /// To opt out of sale or sharing: objections and withdrawals of every consent.
    OptOut,
    /// To limit the use of sensitive information: restrictions.
    Limit,
}

impl Asked {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Know, Self::Delete, Self::Correct, Self::OptOut, Self::Limit];

    /// Stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Know => "know",
            Self::Delete => "delete",
            Self::Correct => "correct",
            Self::OptOut => "opt_out",
            Self::Limit => "limit",
        }
    }

    /// The text key of its name.
    pub fn key(self) -> &'static str {
        match self {
            Self::Know => "rights-ccpa-know",
            Self::Delete => "rights-ccpa-delete",
            Self::Correct => "rights-ccpa-correct",
            Self::OptOut => "rights-ccpa-opt-out",
            Self::Limit => "rights-ccpa-limit",
        }
    }

    /// What a kind of request is to the regulation; `None` for what it does not count.
    pub fn of(kind: Kind) -> Option<Self> {
        Some(match kind {
            Kind::Access | Kind::Portability => Self::Know,
            Kind::Erasure => Self::Delete,
            Kind::Correction => Self::Correct,
            Kind::Objection | Kind::WithdrawAll => Self::OptOut,
            Kind::Restriction => Self::Limit,
            Kind::HumanReview | Kind::Complaint | Kind::Appeal => return None,
        })
    }
}

/// Why a request was denied, as the regulation allows to tell.
pub(crate) fn reason(refusal: &str) -> &'static str {
    match refusal {
        "identity" => "unverifiable",
        "nobody" => "nobody",
        "others" | "duty" | "claims" => "exempt",
        _ => "other",
    }
}

/// Reasons, in the order of the page.
pub(crate) const REASONS: [&str; 4] = ["unverifiable", "nobody", "exempt", "other"];

/// One line of the figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metric {
    /// What was asked.
    pub asked: Asked,
    /// Came in during the year.
    pub received: i64,
    /// Of these: complied with in whole or in part.
    pub complied: i64,
    /// Of these: denied.
    pub denied: i64,
    /// Of these: taken back, never confirmed, duplicates.
    pub otherwise: i64,
    /// Of these: not closed yet.
    pub open: i64,
    /// Days from receipt to the substantive answer.
    pub days: Days,
}

/// The figures of a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metrics {
    /// The calendar year.
    pub year: i64,
    /// Those of everybody, not only those under Californian law.
    pub everybody: bool,
    /// One line for each [`Asked`].
    pub lines: Vec<Metric>,
    /// Denials by reason, as in the order of the page; those of none are left out.
    pub reasons: Vec<(&'static str, i64)>,
}

impl Metrics {
    /// From requests by the year in which they came: by month for the numbers, by days for the days.
    pub(super) fn of(year: i64, everybody: bool, numbers: &[Line], days: &[Line]) -> Self {
        let mut lines: Vec<Metric> = Asked::ALL.map(Metric::new).to_vec();
        let mut reasons = REASONS.map(|one| (one, 0));
        for line in numbers.iter().filter(|line| counts(line, everybody)) {
            let Some(metric) = find(&mut lines, line) else { continue };
            metric.received += line.n;
            let end = line.end();
            *(match end {
                End::Answered => &mut metric.complied,
                End::Refused => &mut metric.denied,
                End::Otherwise => &mut metric.otherwise,
                End::Open => &mut metric.open,
            }) += line.n;
            let why = reason(&line.refusal);
            for one in reasons.iter_mut().filter(|one| end == End::Refused && one.0 == why) {
                one.1 += line.n;
            }
        }
        for line in days.iter().filter(|line| counts(line, everybody)) {
            let substantive = matches!(line.end(), End::Answered | End::Refused);
            if let Some(metric) = find(&mut lines, line).filter(|_| substantive) {
                metric.days.add(line.days, line.n);
            }
        }
        let reasons = reasons.into_iter().filter(|one| one.1 > 0).collect();
        Self { year, everybody, lines, reasons }
    }

    /// Not closed yet.
    pub fn open(&self) -> i64 {
        self.lines.iter().map(|line| line.open).sum()
    }
}

impl Metric {
    fn new(asked: Asked) -> Self {
        let (received, complied, denied, otherwise, open) = (0, 0, 0, 0, 0);
        Self { asked, received, complied, denied, otherwise, open, days: Days::default() }
    }
}

fn counts(line: &Line, everybody: bool) -> bool {
    everybody || line.regimes().iter().any(|law| law == LAW)
}

fn find<'a>(lines: &'a mut [Metric], line: &Line) -> Option<&'a mut Metric> {
    let asked = Asked::of(line.kind()?)?;
    lines.iter_mut().find(|metric| metric.asked == asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_of_a_refusal_has_its_place() {
        for (key, _) in crate::REFUSALS {
            assert!(REASONS.contains(&reason(key)), "{key}");
        }
        assert_eq!(reason("duty"), "exempt");
    }
}
