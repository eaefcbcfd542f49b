//! Requests as numbers: one statement counts, nothing of a person is read. What was removed after its
//! time is still counted, from the numbers that were kept of it (`keep`).

use std::{collections::BTreeMap, fmt::Write as _};

use sqlx::{AssertSqlSafe, Row as _};

use super::period::Period;
use crate::{Kind, Result, Rights, State};

/// Closed in favour of an earlier request.
pub(crate) const DUPLICATE: &str = "duplicate";
/// A day, in µs.
pub(crate) const DAY: i64 = 24 * 3600 * 1_000_000;

/// Which moment puts a request into a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// It came in.
    Received,
    /// It was closed.
    Closed,
}

/// What is told apart beside kind and law: no more than is read, or there would be as many groups as
/// requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Months.
    Months,
    /// Months, how they ended, and whether in time.
    Ends,
    /// Of those answered or refused: days from receipt to the end.
    Days,
}

/// So many requests that are the same in everything that is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// 0 where months are not told apart.
    pub month: i64,
    pub kind: String,
    pub regimes: String,
    pub state: String,
    pub refusal: String,
    pub in_time: bool,
    /// 0 where days are not told apart.
    pub days: i64,
    pub n: i64,
}

impl Line {
    pub fn kind(&self) -> Option<Kind> {
        Kind::parse(&self.kind)
    }

    /// The laws under which they were made.
    pub fn regimes(&self) -> Vec<String> {
        serde_json::from_str(&self.regimes).unwrap_or_default()
    }

    /// How they ended.
    pub fn end(&self) -> End {
        match State::parse(&self.state) {
            Some(State::Done) => End::Answered,
            Some(State::Refused) if self.refusal != DUPLICATE => End::Refused,
            Some(state) if !state.is_closed() => End::Open,
            _ => End::Otherwise,
        }
    }
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Not yet.
    Open,
    /// What was asked was done, in whole or in part.
    Answered,
    /// With a reason of the law.
    Refused,
    /// Taken back, never confirmed, or a duplicate.
    Otherwise,
}

/// Whole days, and how often each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Days(BTreeMap<i64, i64>);

impl Days {
    pub(crate) fn add(&mut self, days: i64, n: i64) {
        *self.0.entry(days).or_default() += n;
    }

    /// How many there are.
    pub fn count(&self) -> i64 {
        self.0.values().sum()
    }

    /// The one in the middle, or the mean of the two that are.
    pub fn median(&self) -> Option<f64> {
        let count = self.count();
        let at = |place: i64| {
            let mut seen = 0;
            self.0.iter().find_map(|(days, n)| {
                seen += n;
                (seen > place).then_some(*days)
            })
        };
        let (low, high) = (at((count - 1) / 2)?, at(count / 2)?);
        Some((low + high) as f64 / 2.0)
    }

    /// Their mean.
    pub fn mean(&self) -> Option<f64> {
        let count = self.count();
        let sum: i64 = self.0.iter().map(|(days, n)| days * n).sum();
        (count > 0).then(|| sum as f64 / count as f64)
    }
}

/// The months of a period as a table of the statement. Only numbers of ours stand in it.
fn months(period: Period) -> String {
    let mut sql = String::new();
    for month in period.months() {
        let (from, to) = (month.begins(), month.next().begins());
        let comma = if sql.is_empty() { "" } else { ", " };
        let _ = write!(
            sql,
            "{comma}(CAST({} AS BIGINT), CAST({from} AS BIGINT), CAST({to} AS BIGINT))",
            month.0
        );
    }
    sql
}

/// A request is in time if it was closed by its day, or while the clock stood still.
pub(crate) const IN_TIME: &str =
    "CAST(CASE WHEN due_at = 0 OR paused <> 0 OR closed_at <= due_at THEN 1 ELSE 0 END AS BIGINT)";

/// What [`Detail::Days`] counts. A bare `OR` would lead SQLite away from the index of the period.
const SUBSTANTIVE: &str =
    "CASE WHEN state = 'done' OR (state = 'refused' AND refusal <> 'duplicate')
    THEN 1 ELSE 0 END = 1";
/// In place of what is not told apart.
const ZERO: &str = "CAST(0 AS BIGINT)";

/// Requests that are there.
fn living(by: By, detail: Detail, period: Period) -> String {
    let (from, to) = period.bounds();
    let column = if by == By::Received { "received_at" } else { "closed_at" };
    let by_month = |told: &str, groups: &str| {
        format!(
            "WITH m (n, a, b) AS (VALUES {})
             SELECT m.n, r.kind, r.regimes, {told}, {ZERO}, COUNT(*)
             FROM m JOIN rights_request r ON r.{column} >= m.a AND r.{column} < m.b
             GROUP BY {groups}",
            months(period)
        )
    };
    match detail {
        Detail::Months => by_month(&format!("'', '', {ZERO}"), "1, 2, 3"),
        Detail::Ends => by_month(&format!("r.state, r.refusal, {IN_TIME}"), "1, 2, 3, 4, 5, 6"),
        Detail::Days => format!(
            "SELECT {ZERO}, kind, regimes, 'done', '', {ZERO},
               (closed_at - received_at) / {DAY}, COUNT(*)
             FROM rights_request WHERE {column} >= {from} AND {column} < {to} AND {SUBSTANTIVE}
             GROUP BY kind, regimes, (closed_at - received_at) / {DAY}"
        ),
    }
}

/// Those that were removed.
fn removed(by: By, detail: Detail, period: Period) -> String {
    let column = if by == By::Received { "received_month" } else { "closed_month" };
    let nothing = format!("'', '', {ZERO}");
    let days = format!("'done', '', {ZERO}");
    let (month, told, days, groups, test) = match detail {
        Detail::Months => (column, nothing.as_str(), ZERO, "1, 2, 3", "1 = 1"),
        Detail::Ends => (column, "state, refusal, in_time", ZERO, "1, 2, 3, 4, 5, 6", "1 = 1"),
        Detail::Days => (ZERO, days.as_str(), "days", "2, 3, 7", SUBSTANTIVE),
    };
    format!(
        "SELECT {month}, kind, regimes, {told}, {days}, CAST(SUM(n) AS BIGINT)
         FROM rights_count WHERE {column} >= {} AND {column} <= {} AND {test}
         GROUP BY {groups}",
        period.first.0, period.last.0
    )
}

impl Rights {
    /// Counts the requests of a period.
    pub(crate) async fn lines(&self, by: By, detail: Detail, period: Period) -> Result<Vec<Line>> {
        let mut all = Vec::new();
        for sql in [living(by, detail, period), removed(by, detail, period)] {
            let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(self.store().reader()).await?;
            for row in rows {
                all.push(Line {
                    month: row.try_get(0)?,
                    kind: row.try_get(1)?,
                    regimes: row.try_get(2)?,
                    state: row.try_get(3)?,
                    refusal: row.try_get(4)?,
                    in_time: row.try_get::<i64, _>(5)? != 0,
                    days: row.try_get(6)?,
                    n: row.try_get(7)?,
                });
            }
        }
        Ok(all)
    }

    /// When the first request came in that is known of (µs), now if there is none.
    pub(crate) async fn first_request(&self) -> Result<i64> {
        let live: Option<i64> = sqlx::query_scalar("SELECT MIN(received_at) FROM rights_request")
            .fetch_one(self.store().reader())
            .await?;
        let kept: Option<i64> = sqlx::query_scalar("SELECT MIN(received_month) FROM rights_count")
            .fetch_one(self.store().reader())
            .await?;
        let kept = kept.map(|month| super::period::Month(month).begins());
        Ok([live, kept].into_iter().flatten().min().unwrap_or_else(store::now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(all: &[i64]) -> Days {
        let mut days = Days::default();
        for one in all {
            days.add(*one, 1);
        }
        days
    }

    #[test]
    fn the_median_is_the_one_in_the_middle() {
        assert_eq!(days(&[]).median(), None);
        assert_eq!(days(&[7]).median(), Some(7.0));
        assert_eq!(days(&[1, 30, 2]).median(), Some(2.0));
        assert_eq!(days(&[1, 30, 2, 4]).median(), Some(3.0));
        assert_eq!(days(&[5, 5, 5, 9]).median(), Some(5.0));
        assert_eq!(days(&[1, 2, 6]).mean(), Some(3.0));
        assert_eq!(days(&[]).mean(), None);
    }

    #[test]
    fn a_duplicate_is_no_refusal() {
        let line = |state: &str, refusal: &str| Line {
            month: 0,
            kind: "access".into(),
            regimes: "[]".into(),
            state: state.into(),
            refusal: refusal.into(),
            in_time: true,
            days: 0,
            n: 1,
        };
        assert_eq!(line("refused", "identity").end(), End::Refused);
        assert_eq!(line("refused", DUPLICATE).end(), End::Otherwise);
        assert_eq!(line("waiting", "").end(), End::Open);
        assert_eq!(line("lapsed", "").end(), End::Otherwise);
    }
}
