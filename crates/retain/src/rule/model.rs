//! A rule: which rows, how long after what, and what becomes of them. No SQL and no database.

use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use purge::{Grain, MaskKind, TimeEncoding};
use serde::{Deserialize, Serialize};

/// What a rule says about time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Data is not kept longer (GDPR Art 5(1)(e), PIPL Art 19).
    #[default]
    Limit,
    /// Data must be kept so long (tax law, a contract). It wins over every limit.
    Duty,
}

impl Kind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Limit, Self::Duty];

    /// Stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Limit => "limit",
            Self::Duty => "duty",
        }
    }

    /// Reads the stable name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
}

/// What a period counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Days.
    #[default]
    Days,
    /// Weeks.
    Weeks,
    /// Months of the calendar.
    Months,
    /// Years of the calendar.
    Years,
}

impl Unit {
    /// All, the shortest first.
    pub const ALL: [Self; 4] = [Self::Days, Self::Weeks, Self::Months, Self::Years];

    /// Stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Days => "days",
            Self::Weeks => "weeks",
            Self::Months => "months",
            Self::Years => "years",
        }
    }

    /// Reads the stable name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
}

/// How long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Period {
    /// How many; 0 is "at once".
    pub amount: i32,
    /// Of what.
    pub unit: Unit,
}

impl Period {
    /// No period is longer than a century.
    pub const LONGEST_YEARS: i32 = 100;

    /// The instant that lies one period before `now`, by the calendar of the zone: what happened
    /// before it is due.
    pub fn before(self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let span = match self.unit {
            Unit::Days => self.amount.days(),
            Unit::Weeks => self.amount.weeks(),
            Unit::Months => self.amount.months(),
            Unit::Years => self.amount.years(),
        };
        now.to_zoned_datetime(zone.clone()).checked_sub(span).ok().map(|then| then.timestamp())
    }

    /// Days, roughly: for comparing the lengths of two rules.
    pub fn days(self) -> i64 {
        let of_one = match self.unit {
            Unit::Days => 1,
            Unit::Weeks => 7,
            Unit::Months => 30,
            Unit::Years => 365,
        };
        i64::from(self.amount) * of_one
    }
}

/// A step along a foreign key, from the table before to `table`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The table to go to.
    pub table: String,
    /// Pairs: column of the table before, column of this table.
    pub on: Vec<(String, String)>,
}

/// What starts the clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Event {
    /// The time in a column of the table. Where it is empty the clock has not started.
    Column {
        /// The column.
        column: String,
    },
    /// The newest time among related rows: "the last order".
    LastRelated {
        /// The way to them.
        path: Vec<Step>,
        /// The time in the last table.
        column: String,
        /// Rows without any related row: their own time in this column counts instead; "" keeps them.
        #[serde(default)]
        otherwise: String,
    },
    /// A customer withdrew (or their agreement ran out). The company's own numbers, addresses or
    /// telephone numbers in a column say who they are.
    Withdrawn {
        /// Key of the purpose.
        purpose: String,
        /// The column.
        column: String,
        /// The kind of identifier in it: `email`, `phone`, `customer_id` …
        identifier: String,
    },
}

impl Default for Event {
    fn default() -> Self {
        Self::Column { column: String::new() }
    }
}

/// A test on a column of the table itself, so that a rule covers "closed accounts" only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Only {
    /// The column.
    pub column: String,
    /// How it is compared.
    pub is: Test,
    /// With what; unused where a test needs none.
    #[serde(default)]
    pub value: String,
}

/// How a column is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// It equals the value.
    #[default]
    Equals,
    /// It has another value (an empty one is neither).
    Differs,
    /// It is NULL.
    Empty,
    /// It is not NULL.
    Filled,
}

impl Test {
    /// All.
    pub const ALL: [Self; 4] = [Self::Equals, Self::Differs, Self::Empty, Self::Filled];

    /// Stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equals => "equals",
            Self::Differs => "differs",
            Self::Empty => "empty",
            Self::Filled => "filled",
        }
    }

    /// Reads the stable name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
}

/// What becomes of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// They are deleted.
    #[default]
    Delete,
    /// Chosen columns lose what they say about a person.
    Anonymise,
    /// Chosen columns keep a part of what they say.
    Mask,
    /// They are counted into a summary table and deleted.
    Aggregate,
    /// Related tables only: the reference is emptied, the row stays.
    Unlink,
    /// Related tables only: the row stays, and so does the row it refers to.
    Keep,
}

impl Act {
    /// Those for the table a rule is about.
    pub const ROOT: [Self; 4] = [Self::Delete, Self::Anonymise, Self::Mask, Self::Aggregate];
    /// Those for related tables.
    pub const CHILD: [Self; 5] =
        [Self::Delete, Self::Unlink, Self::Anonymise, Self::Mask, Self::Keep];

    /// Stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delete => "delete",
            Self::Anonymise => "anonymise",
            Self::Mask => "mask",
            Self::Aggregate => "aggregate",
            Self::Unlink => "unlink",
            Self::Keep => "keep",
        }
    }

    /// Reads the stable name.
    pub fn parse(text: &str) -> Option<Self> {
        let all = [Self::Delete, Self::Anonymise, Self::Mask, Self::Aggregate];
        all.into_iter().chain([Self::Unlink, Self::Keep]).find(|one| one.as_str() == text)
    }

    /// Whether rows go.
    pub fn removes(self) -> bool {
        matches!(self, Self::Delete | Self::Aggregate)
    }
}

/// What is written into a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The column.
    pub column: String,
    /// How.
    pub how: How,
}

/// How a column is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Emptied (NULL).
    Null,
    /// A value that says nothing, fit for the column's type.
    Fixed,
    /// A random text, another in each row.
    Random,
    /// The last four characters stay.
    Last4,
    /// The domain of an e-mail address stays.
    EmailDomain,
    /// The first character stays.
    First,
    /// The year of a date stays.
    Year,
}

impl How {
    /// Those that anonymise.
    pub const NEUTRAL: [Self; 3] = [Self::Null, Self::Fixed, Self::Random];
    /// Those that mask.
    pub const MASK: [Self; 4] = [Self::Last4, Self::EmailDomain, Self::First, Self::Year];

    /// Stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Fixed => "fixed",
            Self::Random => "random",
            Self::Last4 => "last4",
            Self::EmailDomain => "email_domain",
            Self::First => "first",
            Self::Year => "year",
        }
    }

    /// Reads the stable name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::NEUTRAL.into_iter().chain(Self::MASK).find(|one| one.as_str() == text)
    }

    /// The mask; `None` for what anonymises.
    pub fn mask(self) -> Option<MaskKind> {
        Some(match self {
            Self::Last4 => MaskKind::Last4,
            Self::EmailDomain => MaskKind::EmailDomain,
            Self::First => MaskKind::First,
            Self::Year => MaskKind::Year,
            Self::Null | Self::Fixed | Self::Random => return None,
        })
    }
}

/// What becomes of the rows of a table that refers to treated rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Related {
    /// The referring table.
    pub table: String,
    /// The referring columns.
    pub columns: Vec<String>,
    /// What becomes of its rows.
    pub act: Act,
    /// Anonymise and mask: which columns, and how.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
}

/// What is counted before rows go.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// The summary table.
    pub into: String,
    /// Columns to group by.
    pub by: Vec<String>,
    /// The time to group by, cut to months, or "".
    #[serde(default)]
    pub month_of: String,
    /// Columns of numbers to add up.
    #[serde(default)]
    pub sums: Vec<String>,
    /// Smaller groups are not kept.
    pub minimum: u32,
}

impl Summary {
    /// The dimensions for the engine.
    pub fn dimensions(&self) -> Vec<purge::Dimension> {
        let plain = self.by.iter().map(|column| (column, None));
        let month = (!self.month_of.is_empty()).then_some((&self.month_of, Some(Grain::Month)));
        plain
            .chain(month)
            .map(|(column, grain)| purge::Dimension { column: column.clone(), grain })
            .collect()
    }
}

/// Why so long.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ground {
    /// Id of a fact of the law, or "".
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub fact: String,
    /// In the company's own words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
}

/// How a rule runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pace {
    /// Five-field cron, or "" for by hand only.
    pub cron: String,
    /// IANA zone of schedule and periods.
    pub zone: String,
    /// A scheduled run may treat so many rows without anybody's approval; 0 is none.
    pub most_rows: i64,
    /// Or so many per cent more than the last run; 0 does not count.
    pub most_percent: i64,
    /// Rows of a batch.
    pub batch: u32,
    /// Milliseconds between batches.
    pub pause_ms: u32,
    /// Days for which a sealed copy of the rows is kept; 0 keeps none.
    pub undo_days: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            cron: String::new(),
            zone: "UTC".into(),
            most_rows: 0,
            most_percent: 0,
            batch: 500,
            pause_ms: 20,
            undo_days: 0,
        }
    }
}

/// What a rule says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleBody {
    /// What people call it.
    pub name: String,
    /// Id of the source.
    pub source: String,
    /// The table, by its display name.
    pub table: String,
    /// A limit or a duty.
    #[serde(default)]
    pub kind: Kind,
    /// What starts the clock.
    pub event: Event,
    /// The event in words, for the sentence; "" names the column.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub event_en: String,
    /// The same in Chinese.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub event_zh: String,
    /// How long after it.
    pub period: Period,
    /// Only these rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<Only>,
    /// What becomes of them.
    pub act: Act,
    /// Anonymise and mask: which columns, and how.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// Aggregate: what is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summary>,
    /// What becomes of rows that refer to them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<Related>,
    /// How the column writes time, where its type does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<TimeEncoding>,
    /// Triggers on the tables were read and may run.
    #[serde(default)]
    pub triggers: bool,
    /// Why so long.
    #[serde(default)]
    pub ground: Ground,
    /// Ids of the activities whose retention this is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub activities: Vec<String>,
    /// How it runs.
    #[serde(default)]
    pub pace: Pace,
}

impl RuleBody {
    /// The zone of its calendar; UTC where the name is none.
    pub fn zone(&self) -> TimeZone {
        TimeZone::get(&self.pace.zone).unwrap_or(TimeZone::UTC)
    }

    /// Every table whose rows it may change, its own first.
    pub fn tables(&self) -> impl Iterator<Item = &str> {
        let related = self.related.iter().filter(|one| one.act != Act::Keep);
        std::iter::once(self.table.as_str()).chain(related.map(|one| one.table.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back(now: &str, amount: i32, unit: Unit, zone: &str) -> String {
        let zone = TimeZone::get(zone).unwrap();
        Period { amount, unit }.before(now.parse().unwrap(), &zone).unwrap().to_string()
    }

    #[test]
    fn months_end_on_the_last_day_there_is() {
        assert_eq!(back("2026-05-31T12:00:00Z", 3, Unit::Months, "UTC"), "2026-02-28T12:00:00Z");
        assert_eq!(back("2024-02-29T00:00:00Z", 1, Unit::Years, "UTC"), "2023-02-28T00:00:00Z");
    }

    #[test]
    fn a_day_is_a_day_of_the_zone_also_when_clocks_change() {
        // Clocks went back an hour in Berlin on 25 October 2026: the day had 25 hours.
        let berlin = back("2026-10-25T23:00:00Z", 1, Unit::Days, "Europe/Berlin");
        assert_eq!(berlin, "2026-10-24T22:00:00Z");
        assert_eq!(back("2026-10-25T23:00:00Z", 1, Unit::Days, "UTC"), "2026-10-24T23:00:00Z");
    }

    #[test]
    fn a_rule_reads_what_it_wrote() {
        let body = RuleBody {
            name: "Orders".into(),
            event: Event::LastRelated {
                path: vec![Step { table: "orders".into(), on: vec![("id".into(), "c".into())] }],
                column: "placed_at".into(),
                otherwise: String::new(),
            },
            ..RuleBody::default()
        };
        let text = serde_json::to_string(&body).unwrap();
        assert_eq!(serde_json::from_str::<RuleBody>(&text).unwrap(), body);
    }
}
