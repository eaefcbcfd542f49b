//! The holiday calendars that come with Privet, against what their own laws say of them.

use jiff::civil::{Date, Weekday, date};
use law::{Calendar, Calendars, Law, Year};

fn calendar(key: &str) -> &'static Calendar {
    Calendars::shipped().get(key)
}

fn at_a_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// Days from Monday to Friday without work.
fn weekdays_off(year: &Year) -> usize {
    year.holidays.iter().filter(|holiday| !at_a_weekend(holiday.day)).count()
}

#[test]
fn every_law_with_a_calendar_finds_it() {
    for regime in Law::shipped().regimes().filter(|regime| !regime.calendar.is_empty()) {
        assert_eq!(calendar(&regime.calendar).key, regime.calendar, "{}", regime.id);
    }
}

#[test]
fn a_law_that_counts_business_days_has_a_calendar_for_this_year() {
    let law = Law::shipped();

    let counting = law.facts().filter(|fact| fact.unit == Some(law::Unit::BusinessDays));

    for fact in counting {
        let key = law.regime(&fact.regime).map_or("", |regime| regime.calendar.as_str());
        let years = &calendar(key).years;
        assert!(years.iter().any(|year| year.number == 2026), "{} counts by `{key}`", fact.id);
    }
}

#[test]
fn every_day_is_named_once_and_in_both_languages() {
    for key in ["au", "br", "ca", "cn", "gb", "in", "jp", "kr", "sg", "us", "us-ca"] {
        for year in &calendar(key).years {
            assert!(!year.holidays.is_empty(), "{key} {}", year.number);
            let in_order = year.holidays.windows(2).all(|pair| pair[0].day < pair[1].day);
            assert!(in_order, "{key} {}: a day stands twice or out of order", year.number);
            for holiday in &year.holidays {
                assert!(!holiday.name.en.is_empty() && !holiday.name.zh.is_empty(), "{key}");
            }
        }
    }
}

/// The holidays that are law in mainland China (全国年节及纪念日放假办法): 11 days until 2024 and 13 since.
/// Bridging them moves days, it gives none: what is won on weekdays is worked at weekends.
#[test]
fn in_china_bridged_holidays_are_worked_for() {
    let given: Vec<(i16, usize)> = calendar("cn")
        .years
        .iter()
        .map(|year| (year.number, weekdays_off(year) - year.workdays.len()))
        .collect();

    assert_eq!(given, [(2024, 11), (2025, 13), (2026, 13)]);
}

#[test]
fn in_china_a_saturday_may_be_worked_and_a_monday_not() {
    for (day, works) in [
        (date(2026, 1, 2), false),
        (date(2026, 1, 4), true),
        (date(2026, 2, 14), true),
        (date(2026, 2, 16), false),
        (date(2026, 2, 23), false),
        (date(2026, 2, 28), true),
        (date(2026, 5, 9), true),
        (date(2026, 9, 20), true),
        (date(2026, 10, 7), false),
        (date(2026, 10, 10), true),
        (date(2026, 10, 11), false),
    ] {
        assert_eq!(calendar("cn").working(day).works, works, "{day}");
    }
}

/// 5 USC 6103: eleven holidays a year, moved off the weekend. New Year of 2028 is a Saturday and is
/// kept on 31 December 2027.
#[test]
fn the_united_states_keep_eleven_holidays_on_weekdays() {
    let kept: Vec<(i16, usize)> =
        calendar("us").years.iter().map(|year| (year.number, weekdays_off(year))).collect();

    assert_eq!(kept, [(2024, 11), (2025, 11), (2026, 11), (2027, 12), (2028, 10)]);
    assert!(!calendar("us").working(date(2027, 12, 31)).works);
}

/// Eight bank holidays a year in England and Wales, those at a weekend moved to a weekday.
#[test]
fn england_keeps_eight_bank_holidays_on_weekdays() {
    for year in &calendar("gb").years {
        assert_eq!(weekdays_off(year), 8, "{}", year.number);
    }
}
