//! Cron expressions over jiff's time zones. (croner's own adapter is for an older jiff.)

use crate::{Result, StoreError};
use croner::{
    CivilDate, CivilDateTime, CivilTime, CronDateTime, Resolution, Weekday,
    errors::CronError,
    parser::{CronParser, Seconds, Year},
};
use jiff::{
    SignedDuration, Timestamp,
    civil::DateTime,
    tz::{AmbiguousOffset, TimeZone},
};

/// When a cron expression is due next (µs). The error says what is wrong with the expression or zone.
pub fn next_run(cron: &str, zone: &str) -> Result<i64> {
    next_after(cron, zone, Timestamp::now())
}

fn next_after(cron: &str, zone: &str, after: Timestamp) -> Result<i64> {
    let wrong = |why: String| StoreError::Schedule(why);
    let fields = cron.split_whitespace().count();
    if fields != 5 {
        return Err(wrong(format!(
            "a schedule has five fields (minute hour day month weekday), this one has {fields}; \
             `0 3 * * 1` means Mondays at 03:00"
        )));
    }
    let parsed = CronParser::builder()
        .seconds(Seconds::Disallowed)
        .year(Year::Disallowed)
        .build()
        .parse(cron)
        .map_err(|error| wrong(format!("the schedule `{cron}` is not understood: {error}")))?;
    let zone = TimeZone::get(zone).map_err(|_| {
        wrong(format!(
            "`{zone}` is not a time zone; use a name like Europe/Berlin or Asia/Shanghai"
        ))
    })?;
    let next = parsed
        .find_next_occurrence(&Local { at: after, zone }, false)
        .map_err(|_| wrong(format!("the schedule `{cron}` is never due")))?;
    Ok(next.at.as_microsecond())
}

/// An instant seen in a zone.
#[derive(Clone)]
struct Local {
    at: Timestamp,
    zone: TimeZone,
}

impl Local {
    fn datetime(&self) -> DateTime {
        self.zone.to_datetime(self.at)
    }

    fn with(&self, at: Result<Timestamp, jiff::Error>) -> Result<Self, CronError> {
        let at = at.map_err(|_| CronError::InvalidTime)?;
        Ok(Self { at, zone: self.zone.clone() })
    }
}

impl CronDateTime for Local {
    fn to_civil(&self) -> CivilDateTime {
        let local = self.datetime();
        CivilDateTime::new(
            CivilDate::from_parts_unchecked(
                i32::from(local.year()),
                local.month() as u32,
                local.day() as u32,
            ),
            CivilTime::from_parts_unchecked(
                local.hour() as u32,
                local.minute() as u32,
                local.second() as u32,
            ),
        )
    }

    fn civil_weekday(&self) -> Weekday {
        let days = self.datetime().date().weekday().to_sunday_zero_offset();
        Weekday::from_days_from_sunday(days as u32)
    }

    fn resolve_civil(&self, civil: CivilDateTime) -> Result<Resolution<Self>, CronError> {
        let local = DateTime::new(
            i16::try_from(civil.year()).map_err(|_| CronError::InvalidDate)?,
            civil.month() as i8,
            civil.day() as i8,
            civil.hour() as i8,
            civil.minute() as i8,
            civil.second() as i8,
            0,
        )
        .map_err(|_| CronError::InvalidDate)?;
        let ambiguous = self.zone.to_ambiguous_timestamp(local);
        Ok(match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { .. } => {
                Resolution::Single(self.with(ambiguous.unambiguous())?)
            }
            AmbiguousOffset::Fold { .. } => Resolution::Ambiguous(
                self.with(ambiguous.earlier())?,
                self.with(ambiguous.later())?,
            ),
            AmbiguousOffset::Gap { .. } => Resolution::Gap,
        })
    }

    fn checked_add_seconds(&self, seconds: i64) -> Option<Self> {
        self.with(self.at.checked_add(SignedDuration::from_secs(seconds))).ok()
    }

    fn cmp_instant(&self, other: &Self) -> std::cmp::Ordering {
        self.at.cmp(&other.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(cron: &str, zone: &str, after: &str) -> String {
        let at = next_after(cron, zone, after.parse().unwrap()).unwrap();
        Timestamp::from_microsecond(at).unwrap().to_string()
    }

    #[test]
    fn three_in_the_morning_is_that_of_the_zone_in_summer_and_winter() {
        assert_eq!(
            next("0 3 * * *", "Asia/Shanghai", "2026-11-24T00:00:00Z"),
            "2026-11-24T19:00:00Z"
        );
        assert_eq!(
            next("0 3 * * *", "Europe/Berlin", "2026-07-01T00:00:00Z"),
            "2026-07-01T01:00:00Z"
        );
        assert_eq!(
            next("0 3 * * *", "Europe/Berlin", "2026-12-01T00:00:00Z"),
            "2026-12-01T02:00:00Z"
        );
    }

    #[test]
    fn the_exact_due_time_counts_as_past() {
        assert_eq!(next("0 3 * * *", "UTC", "2026-11-24T03:00:00Z"), "2026-11-25T03:00:00Z");
    }

    #[test]
    fn what_is_wrong_is_said() {
        let error = |cron, zone| next_run(cron, zone).unwrap_err().to_string();

        assert!(error("* * *", "UTC").contains("five fields"));
        assert!(error("0 0 3 * * *", "UTC").contains("five fields"));
        assert!(error("99 * * * *", "UTC").contains("not understood"));
        assert!(error("0 3 * * *", "Mars/Olympus").contains("time zone"));
        assert!(error("0 3 31 2 *", "UTC").contains("never due"));
    }
}
