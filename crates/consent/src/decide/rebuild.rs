//! Everybody's choices from their records, when there is no snapshot. Rows cost more than bytes here,
//! so the database puts thousands of rows together into one text, and customers are read in ranges of
//! their ids.

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, Row as _};
use vault::BlindIndex;

use super::{
    Fingerprint, Flags, Memory, New, Shape,
    feed::{guardian_missing, print, shape},
};
use crate::{Catalogue, Consent, ConsentError, Result};

/// Customers in a range.
const RANGE: i64 = 8000;
/// Between the parts of a row, and after a row. JSON text has neither.
const PART: char = '\u{1f}';
const END: char = '\u{1e}';

impl Consent {
    /// Reads all records; everything up to the returned position of the ledger is in it.
    pub(super) async fn rebuild(&self) -> Result<(Memory, i64)> {
        let position = self.ledger_head().await?;
        self.refresh_catalogue().await?;
        let catalogue = self.catalogue();
        let memory = Memory::default();
        let mut shapes = HashMap::new();
        let mut merged = Vec::new();
        let mut after = String::new();
        while let Some(until) = self.range_after(&after).await? {
            let range = self.range(&after, &until).await?;
            for (text, seen) in range.fill(&catalogue, &memory, &mut shapes)? {
                merged.push((text, seen));
            }
            after = until;
        }
        // Whoever was merged is read together with whom they were merged into.
        merged.sort();
        merged.dedup();
        for (root, _) in &merged {
            self.reload(&memory, root).await?;
        }
        Ok((memory, position))
    }

    async fn range_after(&self, after: &str) -> Result<Option<String>> {
        let last: Option<String> = sqlx::query_scalar(
            "SELECT MAX(id) FROM (SELECT id FROM subject WHERE id > $1 ORDER BY id LIMIT $2) AS s",
        )
        .bind(after)
        .bind(RANGE)
        .fetch_one(self.store().reader())
        .await?;
        Ok(last)
    }

    async fn range(&self, after: &str, until: &str) -> Result<Range> {
        let subjects = self
            .together(
                &["id", "COALESCE(merged_into, '')", "CASE WHEN erased_at IS NULL THEN '' ELSE '1' END", "CASE WHEN restricted_at IS NULL THEN '' ELSE '1' END"],
                "subject WHERE id > $1 AND id <= $2 AND (merged_into IS NOT NULL OR erased_at IS NOT NULL OR restricted_at IS NOT NULL)",
                after,
                until,
            )
            .await?;
        let identifiers = self
            .together(
                &["subject", "blind"],
                "identifier WHERE subject > $1 AND subject <= $2",
                after,
                until,
            )
            .await?;
        let records = self
            .together(
                &[
                    "subject",
                    "CAST(given_at AS TEXT)",
                    "CAST(recorded_at AS TEXT)",
                    "id",
                    "CAST(notice_slot AS TEXT)",
                    "COALESCE(CAST(minor_until AS TEXT), '')",
                    "COALESCE(CAST(guardian_verified_at AS TEXT), '')",
                    "choices",
                ],
                "consent_record WHERE subject > $1 AND subject <= $2",
                after,
                until,
            )
            .await?;
        Ok(Range { subjects, identifiers, records })
    }

    /// The rows as one text.
    async fn together(
        &self,
        columns: &[&str],
        from: &str,
        after: &str,
        until: &str,
    ) -> Result<String> {
        let (join, char) = if self.store().is_postgres() {
            ("string_agg", "chr")
        } else {
            ("group_concat", "char")
        };
        let row = columns.join(&format!(" || {char}({}) || ", PART as u32));
        let sql = format!(
            "SELECT {join}(line, {char}({})) FROM (SELECT {row} AS line FROM {from}) AS lines",
            END as u32
        );
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(after)
            .bind(until)
            .fetch_one(self.store().reader())
            .await?;
        Ok(row.try_get::<Option<String>, _>(0)?.unwrap_or_default())
    }
}

/// The rows of a range of customers.
struct Range {
    subjects: String,
    identifiers: String,
    records: String,
}

/// A record's place in time: the later one counts.
type Rank<'t> = (i64, i64, &'t str);

#[derive(Default)]
struct Whole<'t> {
    flags: Flags,
    merged_into: &'t str,
    prints: Vec<Fingerprint>,
    said: Vec<(Rank<'t>, New)>,
}

impl Range {
    /// Puts the range's customers into memory. Returns the merged ones, as (into whom, who).
    fn fill(
        &self,
        catalogue: &Catalogue,
        memory: &Memory,
        shapes: &mut HashMap<String, Shape>,
    ) -> Result<Vec<(String, String)>> {
        let mut all: HashMap<&str, Whole<'_>> = HashMap::new();
        for [id, merged_into, erased, restricted] in rows::<4>(&self.subjects) {
            let whole = all.entry(id).or_default();
            whole.merged_into = merged_into;
            whole.flags = Flags { erased: erased == "1", restricted: restricted == "1" };
        }
        for [subject, blind] in rows::<2>(&self.identifiers) {
            let whole = all.entry(subject).or_default();
            whole.prints.extend(BlindIndex::parse(blind).map(print));
        }
        for [subject, given, recorded, id, slot, minor, verified, choices] in
            rows::<8>(&self.records)
        {
            let at = number(given)?;
            let key = format!("{slot}{choices}");
            let shape = if let Some(known) = shapes.get(&key) {
                *known
            } else {
                let fresh = shape(catalogue, number(slot)?, choices)?;
                shapes.insert(key, fresh);
                fresh
            };
            let (minor, verified) = (optional(minor)?, optional(verified)?);
            let guardian_missing_until = guardian_missing(minor, verified);
            let new = New { at, shape, guardian_missing_until };
            all.entry(subject).or_default().said.push(((at, number(recorded)?, id), new));
        }
        let mut merged = Vec::new();
        for (id, mut whole) in all {
            if !whole.merged_into.is_empty() {
                merged.push((whole.merged_into.to_owned(), id.to_owned()));
            }
            whole.said.sort_by_key(|(rank, _)| *rank);
            let said = whole.said.into_iter().map(|(_, new)| new).collect();
            memory.set(&whole.prints, whole.flags, said);
        }
        Ok(merged)
    }
}

fn rows<const N: usize>(text: &str) -> impl Iterator<Item = [&str; N]> {
    text.split(END).filter_map(|line| {
        let mut parts = line.splitn(N, PART);
        let mut row = [""; N];
        for slot in &mut row {
            *slot = parts.next()?;
        }
        Some(row)
    })
}

fn number(text: &str) -> Result<i64> {
    text.parse().map_err(|_| ConsentError::Invalid("a stored record is damaged: a time".to_owned()))
}

fn optional(text: &str) -> Result<Option<i64>> {
    (!text.is_empty()).then(|| number(text)).transpose()
}
