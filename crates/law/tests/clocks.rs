//! Clocks by hand-made tables, and against a naive count day by day.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use law::clock::{Deadline, Pause, Start, Term};
use law::{Calendar, Calendars, Unit};
use proptest::prelude::*;

/// The shipped calendar: the State Council's notices, with days of weekends that are worked on.
fn china() -> Calendar {
    Calendars::shipped().get("cn").clone()
}

fn at(text: &str, zone: &str) -> Timestamp {
    let zone = TimeZone::get(zone).unwrap();
    text.parse::<jiff::civil::DateTime>().unwrap().to_zoned_datetime(zone).unwrap().timestamp()
}

fn end(start: Timestamp, zone: &str, pauses: &[Pause], terms: &[(u32, Unit)]) -> Deadline {
    let calendar = china();
    let zone = TimeZone::get(zone).unwrap();
    let start = Start { at: start, zone, calendar: &calendar, pauses };
    let terms: Vec<Term> =
        terms.iter().map(|(value, unit)| Term { value: *value, unit: *unit }).collect();
    start.end_of_all(&terms).unwrap()
}

#[test]
fn months_years_and_weeks_end_where_the_table_says() {
    use Unit::{CalendarDays, CalendarMonths, Weeks, Years};
    for (from, terms, day) in [
        // Month ends.
        ("2026-01-31", vec![(1, CalendarMonths)], "2026-02-28"),
        ("2028-01-31", vec![(1, CalendarMonths)], "2028-02-29"),
        ("2026-03-31", vec![(1, CalendarMonths)], "2026-04-30"),
        ("2026-02-28", vec![(1, CalendarMonths)], "2026-03-28"),
        ("2026-12-15", vec![(1, CalendarMonths)], "2027-01-15"),
        // An extension runs from the start: 31 January + 1 + 2 months is 30 April, not 28 April.
        ("2026-01-31", vec![(1, CalendarMonths), (2, CalendarMonths)], "2026-04-30"),
        ("2025-11-30", vec![(1, CalendarMonths), (2, CalendarMonths)], "2026-02-28"),
        // Leap days.
        ("2028-02-29", vec![(1, Years)], "2029-02-28"),
        ("2028-02-29", vec![(4, Years)], "2032-02-29"),
        ("2028-02-28", vec![(1, CalendarDays)], "2028-02-29"),
        ("2096-02-29", vec![(4, Years)], "2100-02-28"),
        // Days and weeks, over the end of a year.
        ("2026-01-01", vec![(45, CalendarDays)], "2026-02-15"),
        ("2026-01-01", vec![(45, CalendarDays), (45, CalendarDays)], "2026-04-01"),
        ("2026-12-20", vec![(30, CalendarDays)], "2027-01-19"),
        ("2026-03-01", vec![(8, Weeks), (6, Weeks)], "2026-06-07"),
    ] {
        let deadline =
            end(at(&format!("{from}T15:00"), "Europe/Berlin"), "Europe/Berlin", &[], &terms);
        assert_eq!(deadline.day.to_string(), day, "{from} + {terms:?}");
        assert!(!deadline.provisional);
    }
}

#[test]
fn a_day_ends_at_midnight_of_the_zone_and_not_of_utc() {
    // 23:30 on 31 January in Shanghai is 15:30 UTC; 00:30 on 1 February is 16:30 UTC of 31 January.
    let late = end(
        at("2026-01-31T23:30", "Asia/Shanghai"),
        "Asia/Shanghai",
        &[],
        &[(1, Unit::CalendarDays)],
    );
    let early = end(
        at("2026-02-01T00:30", "Asia/Shanghai"),
        "Asia/Shanghai",
        &[],
        &[(1, Unit::CalendarDays)],
    );

    assert_eq!(late.at.to_string(), "2026-02-01T15:59:59.999999Z");
    assert_eq!(early.day, date(2026, 2, 2));
}

#[test]
fn hours_run_through_nights_holidays_and_changes_of_the_clock() {
    let start = at("2026-03-27T18:00", "Europe/Berlin");

    // Summer time begins on 29 March: 72 hours are 72 hours, an hour later by the clock on the wall.
    let deadline = end(start, "Europe/Berlin", &[], &[(72, Unit::Hours)]);

    assert_eq!(deadline.at, at("2026-03-30T19:00", "Europe/Berlin"));
}

#[test]
fn business_days_know_holidays_and_the_saturdays_worked_for_them() {
    for (from, count, day) in [
        // Friday 13 February; Saturday 14th is worked, then nine days of holiday.
        ("2026-02-13", 1, "2026-02-14"),
        ("2026-02-13", 2, "2026-02-24"),
        // Friday 27 February; Saturday 28th is worked.
        ("2026-02-27", 1, "2026-02-28"),
        ("2026-02-27", 2, "2026-03-02"),
        // New Year's holidays end with a worked Sunday.
        ("2025-12-31", 1, "2026-01-04"),
        // From within the holidays.
        ("2026-02-17", 1, "2026-02-24"),
        ("2026-02-24", 10, "2026-03-09"),
    ] {
        let deadline = end(
            at(&format!("{from}T09:00"), "Asia/Shanghai"),
            "Asia/Shanghai",
            &[],
            &[(count, Unit::BusinessDays)],
        );
        assert_eq!(deadline.day.to_string(), day, "{from} + {count}");
    }
}

#[test]
fn a_year_without_a_calendar_is_counted_and_flagged() {
    let zone = "Asia/Shanghai";
    let known = end(at("2026-12-20T09:00", zone), zone, &[], &[(5, Unit::BusinessDays)]);
    let over = end(at("2026-12-28T09:00", zone), zone, &[], &[(5, Unit::BusinessDays)]);

    assert!(!known.provisional);
    assert_eq!((over.day, over.provisional), (date(2027, 1, 4), true));
}

#[test]
fn a_pause_stops_the_clock_and_it_goes_on_after() {
    let zone = "Europe/London";
    let start = at("2026-03-02T10:00", zone);
    let pause = |from: &str, to: &str| Pause { from: at(from, zone), to: Some(at(to, zone)) };
    let ten = [pause("2026-03-05T09:00", "2026-03-15T09:00")];
    let month = [(1, Unit::CalendarMonths)];

    assert_eq!(end(start, zone, &ten, &month).day, date(2026, 4, 12));
    // Two pauses add up; where they overlap they count once; one before the start counts nothing.
    let two = [ten[0], pause("2026-03-20T09:00", "2026-03-22T09:00")];
    assert_eq!(end(start, zone, &two, &month).day, date(2026, 4, 14));
    let twice = [ten[0], pause("2026-03-10T09:00", "2026-03-17T09:00")];
    assert_eq!(end(start, zone, &twice, &month).day, date(2026, 4, 14));
    let before = [pause("2026-02-01T09:00", "2026-02-20T09:00")];
    assert_eq!(end(start, zone, &before, &month).day, date(2026, 4, 2));
    // Hours go on where they stood.
    let hour = [pause("2026-03-02T12:00", "2026-03-02T15:30")];
    assert_eq!(end(start, zone, &hour, &[(72, Unit::Hours)]).at, at("2026-03-05T13:30", zone));
    // Working days of a pause are not counted: Monday to Wednesday leaves out two.
    let work = [pause("2026-03-09T09:00", "2026-03-11T09:00")];
    assert_eq!(end(start, zone, &[], &[(10, Unit::BusinessDays)]).day, date(2026, 3, 16));
    assert_eq!(end(start, zone, &work, &[(10, Unit::BusinessDays)]).day, date(2026, 3, 18));
}

#[test]
fn while_something_is_awaited_the_deadline_stands_open() {
    let zone = "Europe/London";
    let waiting = [Pause { from: at("2026-03-05T09:00", zone), to: None }];

    let deadline = end(at("2026-03-02T10:00", zone), zone, &waiting, &[(1, Unit::CalendarMonths)]);

    assert!(deadline.paused && deadline.provisional);
    let too_late = [Pause { from: at("2026-05-05T09:00", zone), to: None }];
    assert!(
        !end(at("2026-03-02T10:00", zone), zone, &too_late, &[(1, Unit::CalendarMonths)]).paused
    );
}

#[test]
fn nothing_that_cannot_be_counted_panics() {
    let calendar = china();
    let start =
        Start { at: Timestamp::UNIX_EPOCH, zone: TimeZone::UTC, calendar: &calendar, pauses: &[] };
    for unit in [Unit::Years, Unit::CalendarMonths, Unit::CalendarDays, Unit::Weeks, Unit::Hours] {
        assert!(start.end(Term { value: u32::MAX, unit }).is_err(), "{unit:?}");
    }
    assert!(start.end(Term { value: 3, unit: Unit::People }).is_err());
    assert!(start.end_of_all(&[]).is_err());
}

const TIME: [Unit; 6] = [
    Unit::Hours,
    Unit::CalendarDays,
    Unit::BusinessDays,
    Unit::CalendarMonths,
    Unit::Years,
    Unit::Weeks,
];

/// Counts day by day, knowing nothing of the clock's ways.
fn naive(from: Date, count: u32, unit: Unit, calendar: &Calendar) -> Date {
    let mut day = from;
    match unit {
        Unit::BusinessDays => {
            let mut left = count;
            while left > 0 {
                day = day.tomorrow().unwrap();
                left -= u32::from(calendar.working(day).works);
            }
        }
        Unit::CalendarDays | Unit::Weeks => {
            let days = if unit == Unit::Weeks { count * 7 } else { count };
            for _ in 0..days {
                day = day.tomorrow().unwrap();
            }
        }
        _ => {
            let months = if unit == Unit::Years { count * 12 } else { count };
            let (mut year, mut month) = (from.year(), from.month());
            for _ in 0..months {
                (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
            }
            day = (1..=from.day()).rev().find_map(|day| Date::new(year, month, day).ok()).unwrap();
        }
    }
    day
}

fn starts() -> impl Strategy<Value = Timestamp> {
    // 2024 to 2032, to the minute.
    (28_400_000_i64..32_600_000).prop_map(|minute| Timestamp::from_second(minute * 60).unwrap())
}

fn zones() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        Just("UTC"),
        Just("Asia/Shanghai"),
        Just("America/Los_Angeles"),
        Just("Europe/Berlin"),
        Just("Pacific/Kiritimati"),
    ]
}

proptest! {
    #[test]
    fn days_are_those_of_a_count_day_by_day(start in starts(), zone in zones(), count in 0_u32..70, at in 1_usize..6) {
        let unit = TIME[at];
        let day = start.to_zoned_datetime(TimeZone::get(zone).unwrap()).date();

        let deadline = end(start, zone, &[], &[(count, unit)]);

        prop_assert_eq!(deadline.day, naive(day, count, unit, &china()));
        prop_assert_eq!(deadline.at.to_zoned_datetime(TimeZone::get(zone).unwrap()).date(), deadline.day);
        prop_assert!(deadline.at >= start);
    }

    #[test]
    fn a_later_start_never_ends_earlier(a in starts(), wait in 0_i64..900_000, zone in zones(), count in 0_u32..70, at in 0_usize..6) {
        let b = a.checked_add(wait.minutes()).unwrap();

        prop_assert!(end(a, zone, &[], &[(count, TIME[at])]).at <= end(b, zone, &[], &[(count, TIME[at])]).at);
    }

    #[test]
    fn an_extension_never_ends_earlier(start in starts(), zone in zones(), count in 0_u32..70, more in 0_u32..70, one in 0_usize..6, two in 0_usize..6) {
        let first = end(start, zone, &[], &[(count, TIME[one])]);
        let longer = end(start, zone, &[], &[(count, TIME[one]), (more, TIME[two])]);

        prop_assert!(first.at <= longer.at);
    }

    #[test]
    fn a_pause_of_some_days_moves_the_deadline_by_them(start in starts(), count in 1_u32..60, after in 0_i64..24, days in 0_i64..40, months: bool) {
        // The pause begins within the term and lasts whole days.
        let unit = if months { Unit::CalendarMonths } else { Unit::CalendarDays };
        let from = start.checked_add((after.min(i64::from(count) * 24 - 1)).hours()).unwrap();
        let pause = Pause { from, to: Some(from.checked_add((days * 24).hours()).unwrap()) };

        let plain = end(start, "UTC", &[], &[(count, unit)]);
        let moved = end(start, "UTC", &[pause], &[(count, unit)]);

        prop_assert_eq!(plain.day.checked_add(days.days()).unwrap(), moved.day);
    }

    #[test]
    fn a_pause_moves_hours_by_its_length(start in starts(), count in 1_i64..500, after in 0_i64..500, minutes in 0_i64..90_000) {
        let from = start.checked_add((after.min(count) * 60 - 1).max(0).minutes()).unwrap();
        let pause = Pause { from, to: Some(from.checked_add(minutes.minutes()).unwrap()) };

        let moved = end(start, "UTC", &[pause], &[(u32::try_from(count).unwrap(), Unit::Hours)]);

        prop_assert_eq!(moved.at, start.checked_add((count * 60 + minutes).minutes()).unwrap());
    }

    #[test]
    fn business_days_never_end_on_a_day_without_work(start in starts(), count in 1_u32..80, after in 0_i64..60, days in 0_i64..40) {
        let from = start.checked_add((after * 24).hours()).unwrap();
        let pause = Pause { from, to: Some(from.checked_add((days * 24).hours()).unwrap()) };

        let plain = end(start, "Asia/Shanghai", &[], &[(count, Unit::BusinessDays)]);
        let paused = end(start, "Asia/Shanghai", &[pause], &[(count, Unit::BusinessDays)]);

        prop_assert!(china().working(plain.day).works);
        prop_assert!(china().working(paused.day).works);
        prop_assert!(plain.day <= paused.day);
    }
}
