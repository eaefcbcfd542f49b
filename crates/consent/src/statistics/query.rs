//! Answers: the table of days, and what is not in it yet.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, Row as _};

use super::{
    count::{Fresh, STEP},
    model::{By, Cell, Effect, Tally},
};
use crate::{Choice, Consent, Result};

/// Steps of the ledger that one answer counts by itself; behind by more, it says so.
const STEPS: i64 = 2;

/// From when to when, and where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Period {
    /// First day (since 1 January 1970, UTC).
    pub from: i64,
    /// Last day, included.
    pub to: i64,
    /// Only this property; empty for all.
    pub property: String,
}

impl Period {
    fn holds(&self, day: i64, property: &str) -> bool {
        (self.from..=self.to).contains(&day)
            && (self.property.is_empty() || self.property == property)
    }
}

/// Choices of a period, sorted in several ways at one moment.
#[derive(Debug, Default)]
pub struct Counts {
    /// All together.
    pub all: Tally,
    /// For each way asked for, the tallies by key.
    pub by: Vec<BTreeMap<String, Tally>>,
    /// How long withdrawals took.
    pub effect: Effect,
    /// Entries of the ledger that are not counted yet, when there are too many to count at once.
    pub behind: i64,
}

impl Consent {
    /// Counts choices of a period in each of the ways.
    pub async fn counts(&self, period: &Period, ways: &[By]) -> Result<Counts> {
        let (mark, head) = self.marks().await?;
        let until = head.min(mark + STEPS * STEP);
        let fresh = self.fresh(mark, until).await?;
        let mut counts = Counts { behind: head - until, ..Counts::default() };
        for way in ways {
            let mut tallies = self.tallies(period, *way).await?;
            for (cell, n) in here(&fresh, period) {
                let confirmed = if is_confirmation(cell) { *n } else { 0 };
                tallies.entry(way.key(cell)).or_default().add(cell.choice, *n, confirmed);
            }
            counts.by.push(tallies);
        }
        match counts.by.first() {
            Some(first) => first.values().for_each(|tally| counts.all.join(tally)),
            None => counts.all = Tally::default(),
        }
        counts.effect = Effect::of(&self.classes(period, &fresh).await?);
        Ok(counts)
    }

    /// All counts of a period, cell by cell, for a file.
    pub async fn cells(&self, period: &Period) -> Result<BTreeMap<Cell, i64>> {
        let (mark, head) = self.marks().await?;
        let fresh = self.fresh(mark, head.min(mark + STEPS * STEP)).await?;
        let mut query = sqlx::query(AssertSqlSafe(format!(
            "SELECT day, property, notice, notice_version, purpose, channel, origin, choice, n
             FROM consent_daily WHERE day >= $1 AND day <= $2{}",
            only(period)
        )))
        .bind(period.from)
        .bind(period.to);
        if !period.property.is_empty() {
            query = query.bind(&period.property);
        }
        let mut cells = BTreeMap::new();
        for row in query.fetch_all(self.store().reader()).await? {
            let (origin, choice): (String, String) = (row.try_get(6)?, row.try_get(7)?);
            let (Some(origin), Some(choice)) =
                (crate::record::Origin::parse(&origin), Choice::parse(&choice))
            else {
                continue;
            };
            let cell = Cell {
                day: row.try_get(0)?,
                property: row.try_get(1)?,
                notice: row.try_get(2)?,
                notice_version: row.try_get(3)?,
                purpose: row.try_get(4)?,
                channel: row.try_get(5)?,
                origin,
                choice,
            };
            cells.insert(cell, row.try_get(8)?);
        }
        for (cell, n) in here(&fresh, period) {
            *cells.entry(cell.clone()).or_default() += n;
        }
        Ok(cells)
    }

    async fn tallies(&self, period: &Period, way: By) -> Result<BTreeMap<String, Tally>> {
        let key = match way {
            By::Day => "CAST(day AS TEXT)",
            By::Purpose => "purpose",
            By::Notice => {
                "CASE WHEN notice = '' THEN '' ELSE notice || '@' || CAST(notice_version AS TEXT) END"
            }
            By::Channel => "channel",
            By::Origin => "origin",
        };
        let sql = format!(
            "SELECT {key}, choice, CAST(SUM(n) AS BIGINT),
                    CAST(SUM(CASE WHEN origin = 'double_opt_in' THEN n ELSE 0 END) AS BIGINT)
             FROM consent_daily WHERE day >= $1 AND day <= $2{} GROUP BY 1, 2",
            only(period)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(period.from).bind(period.to);
        if !period.property.is_empty() {
            query = query.bind(&period.property);
        }
        let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
        for row in query.fetch_all(self.store().reader()).await? {
            let choice: String = row.try_get(1)?;
            if let Some(choice) = Choice::parse(&choice) {
                let tally = tallies.entry(row.try_get(0)?).or_default();
                tally.add(choice, row.try_get(2)?, row.try_get(3)?);
            }
        }
        Ok(tallies)
    }

    async fn classes(&self, period: &Period, fresh: &Fresh) -> Result<BTreeMap<i64, i64>> {
        let sql = format!(
            "SELECT class, CAST(SUM(n) AS BIGINT) FROM consent_effect
             WHERE day >= $1 AND day <= $2{} GROUP BY class",
            only(period)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(period.from).bind(period.to);
        if !period.property.is_empty() {
            query = query.bind(&period.property);
        }
        let mut classes = BTreeMap::new();
        for row in query.fetch_all(self.store().reader()).await? {
            classes.insert(row.try_get(0)?, row.try_get(1)?);
        }
        for ((day, property, class), n) in &fresh.effects {
            if period.holds(*day, property) {
                *classes.entry(*class).or_default() += n;
            }
        }
        Ok(classes)
    }
}

fn only(period: &Period) -> &'static str {
    if period.property.is_empty() { "" } else { " AND property = $3" }
}

fn here<'a>(fresh: &'a Fresh, period: &'a Period) -> impl Iterator<Item = (&'a Cell, &'a i64)> {
    fresh.cells.iter().filter(|(cell, _)| period.holds(cell.day, &cell.property))
}

fn is_confirmation(cell: &Cell) -> bool {
    cell.origin == crate::record::Origin::DoubleOptIn
}
