//! When something is told of a deadline. Pure.

use crate::report::DAY;

/// A deadline of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clock {
    /// Of the answer.
    Due,
    /// Of the notice that the answer takes longer.
    Notice,
    /// Of the confirmation of receipt.
    Confirm,
}

impl Clock {
    fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Notice => "notice",
            Self::Confirm => "confirm",
        }
    }
}

/// A moment at which something is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Half of the term is over.
    Half,
    /// Five days are left.
    Five,
    /// One day is left.
    One,
    /// It is over, for so many whole weeks.
    Late(i64),
}

impl Step {
    /// As it is kept.
    pub fn name(self, clock: Clock) -> String {
        let clock = clock.as_str();
        match self {
            Self::Half => format!("{clock}-half"),
            Self::Five => format!("{clock}-five"),
            Self::One => format!("{clock}-one"),
            Self::Late(weeks) => format!("{clock}-late-{weeks}"),
        }
    }
}

/// The steps of a term (from and until) that have passed at a moment, or pass before the day ends:
/// people get one letter a day, in its first hour. Only the answer's term is told when it is over; of a
/// term that is over nothing else is told any more.
pub(super) fn passed(clock: Clock, (from, until): (i64, i64), (at, ends): (i64, i64)) -> Vec<Step> {
    if until <= at {
        let late = Step::Late((at - until) / (7 * DAY));
        return if clock == Clock::Due { vec![late] } else { Vec::new() };
    }
    let moments = [
        (Step::Half, from + (until - from) / 2),
        (Step::Five, until - 5 * DAY),
        (Step::One, until - DAY),
    ];
    let passed = moments.into_iter().filter(|(_, moment)| *moment > from && *moment < ends);
    passed.map(|(step, _)| step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: i64, clock: Clock) -> Vec<Step> {
        passed(clock, (0, 30 * DAY), (day * DAY, (day + 1) * DAY))
    }

    #[test]
    fn a_month_is_told_at_half_five_days_and_one_day_before_and_when_it_is_over() {
        assert_eq!(at(13, Clock::Due), []);
        assert_eq!(at(14, Clock::Due), [], "half is the first moment of the fifteenth day");
        assert_eq!(at(15, Clock::Due), [Step::Half]);
        assert_eq!(at(25, Clock::Due), [Step::Half, Step::Five]);
        assert_eq!(at(29, Clock::Due), [Step::Half, Step::Five, Step::One]);
        assert_eq!(at(30, Clock::Due), [Step::Late(0)]);
        assert_eq!(at(36, Clock::Due), [Step::Late(0)]);
        assert_eq!(at(37, Clock::Due), [Step::Late(1)]);
        assert_eq!(at(31, Clock::Notice), []);
    }

    #[test]
    fn a_short_term_has_no_step_before_it_begins() {
        let short = passed(Clock::Due, (0, 3 * DAY), (0, DAY));
        assert_eq!(short, []);
        let short = passed(Clock::Due, (0, 3 * DAY), (2 * DAY, 3 * DAY));
        assert_eq!(short, [Step::Half, Step::One]);
    }

    #[test]
    fn names_tell_clocks_and_weeks_apart() {
        assert_eq!(Step::Half.name(Clock::Notice), "notice-half");
        assert_eq!(Step::Late(3).name(Clock::Due), "due-late-3");
    }
}
