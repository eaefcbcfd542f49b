//! Which days people work on: holiday calendars as data (`data/calendars/*.toml`). Mainland China
//! moves working days to weekends (调休), so no formula will do. A year that no calendar covers has
//! weekends only, and whoever counts in it is told that the answer is provisional.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use jiff::civil::{Date, Weekday};
use serde::Deserialize;

use crate::{Confidence, Text};

/// One country's working days.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// Key: `cn`, `us`.
    pub key: String,
    /// Name.
    pub name: Text,
    /// Days of the week without work: `saturday`, `sunday`.
    #[serde(default = "saturday_and_sunday")]
    pub weekend: Vec<String>,
    /// The years that are known.
    #[serde(default, rename = "year")]
    pub years: Vec<Year>,
}

/// One year of a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Year {
    /// Which.
    #[serde(rename = "year")]
    pub number: i16,
    /// How well it was checked; from knowledge only (`K`), what is counted in it is provisional.
    pub confidence: Confidence,
    /// Where it is published.
    pub cite: Text,
    /// Days without work, on whatever day of the week.
    #[serde(default)]
    pub holidays: Vec<Holiday>,
    /// Days of a weekend that are worked on.
    #[serde(default)]
    pub workdays: BTreeSet<Date>,
}

/// A day without work.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// Which.
    pub day: Date,
    /// What it is called.
    pub name: Text,
}

fn saturday_and_sunday() -> Vec<String> {
    vec!["saturday".to_owned(), "sunday".to_owned()]
}

/// Whether a day is worked on, and whether a calendar says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Working {
    /// People work.
    pub works: bool,
    /// No published calendar covers the year: only weekends were looked at, or what is believed of it.
    pub provisional: bool,
}

impl Calendar {
    /// A calendar that knows weekends only.
    pub fn unknown() -> Self {
        Self {
            key: String::new(),
            name: Text::default(),
            weekend: saturday_and_sunday(),
            years: Vec::new(),
        }
    }

    /// Reads a calendar.
    ///
    /// # Errors
    /// What is wrong with it, in the parser's words or ours.
    pub fn parse(text: &str) -> Result<Self, String> {
        let calendar: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        for year in &calendar.years {
            let holidays = year.holidays.iter().map(|holiday| holiday.day);
            let mut days = holidays.chain(year.workdays.iter().copied());
            if let Some(day) = days.find(|day| day.year() != year.number) {
                return Err(format!("{day} stands under the year {}", year.number));
            }
            if let Some(day) = year.workdays.iter().find(|day| year.is_holiday(**day)) {
                return Err(format!("{day} is a holiday and a working day"));
            }
            if let Some(day) = year.workdays.iter().find(|day| !calendar.is_weekend(**day)) {
                return Err(format!("{day} is no weekend: it is worked on anyhow"));
            }
        }
        Ok(calendar)
    }

    /// Whether people work on a day.
    pub fn working(&self, day: Date) -> Working {
        let weekend = self.is_weekend(day);
        let Some(year) = self.years.iter().find(|year| year.number == day.year()) else {
            return Working { works: !weekend, provisional: true };
        };
        let works = if weekend { year.workdays.contains(&day) } else { !year.is_holiday(day) };
        Working { works, provisional: !year.confidence.decides() }
    }

    fn is_weekend(&self, day: Date) -> bool {
        let name = match day.weekday() {
            Weekday::Monday => "monday",
            Weekday::Tuesday => "tuesday",
            Weekday::Wednesday => "wednesday",
            Weekday::Thursday => "thursday",
            Weekday::Friday => "friday",
            Weekday::Saturday => "saturday",
            Weekday::Sunday => "sunday",
        };
        self.weekend.iter().any(|one| one == name)
    }
}

impl Year {
    fn is_holiday(&self, day: Date) -> bool {
        self.holidays.iter().any(|holiday| holiday.day == day)
    }
}

/// The calendars that come with Privet, as (file, text).
const SHIPPED: [(&str, &str); 11] = [
    ("au.toml", include_str!("../data/calendars/au.toml")),
    ("br.toml", include_str!("../data/calendars/br.toml")),
    ("ca.toml", include_str!("../data/calendars/ca.toml")),
    ("cn.toml", include_str!("../data/calendars/cn.toml")),
    ("gb.toml", include_str!("../data/calendars/gb.toml")),
    ("in.toml", include_str!("../data/calendars/in.toml")),
    ("jp.toml", include_str!("../data/calendars/jp.toml")),
    ("kr.toml", include_str!("../data/calendars/kr.toml")),
    ("sg.toml", include_str!("../data/calendars/sg.toml")),
    ("us-ca.toml", include_str!("../data/calendars/us-ca.toml")),
    ("us.toml", include_str!("../data/calendars/us.toml")),
];

/// All calendars by key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendars {
    by_key: BTreeMap<String, Calendar>,
    unknown: Calendar,
}

impl Calendars {
    /// Those that come with Privet.
    pub fn shipped() -> &'static Self {
        static CALENDARS: OnceLock<Calendars> = OnceLock::new();
        CALENDARS.get_or_init(|| {
            Self::new(SHIPPED.iter().filter_map(|(_, text)| Calendar::parse(text).ok()))
        })
    }

    /// These calendars.
    pub fn new(calendars: impl IntoIterator<Item = Calendar>) -> Self {
        let by_key = calendars.into_iter().map(|one| (one.key.clone(), one)).collect();
        Self { by_key, unknown: Calendar::unknown() }
    }

    /// The calendar of a key; one that knows weekends only where there is none.
    pub fn get(&self, key: &str) -> &Calendar {
        self.by_key.get(key).unwrap_or(&self.unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_calendar_is_read() {
        for (file, text) in SHIPPED {
            if let Err(why) = Calendar::parse(text) {
                panic!("{file}: {why}");
            }
        }
    }

    #[test]
    fn a_day_in_the_wrong_place_is_refused() {
        let head = "key = \"x\"\nname = { en = \"x\", zh = \"x\" }\n[[year]]\nyear = 2026\n\
                    confidence = \"V\"\ncite = { en = \"x\", zh = \"x\" }\n";
        for (line, why) in [
            (
                "holidays = [{ day = \"2025-01-01\", name = { en = \"x\", zh = \"x\" } }]",
                "2025-01-01 stands under the year 2026",
            ),
            ("workdays = [\"2026-02-13\"]", "2026-02-13 is no weekend"),
            (
                "holidays = [{ day = \"2026-02-14\", name = { en = \"x\", zh = \"x\" } }]\nworkdays = [\"2026-02-14\"]",
                "2026-02-14 is a holiday and a working day",
            ),
        ] {
            let said = Calendar::parse(&format!("{head}{line}\n")).unwrap_err();
            assert!(said.contains(why), "{said}");
        }
    }
}
