//! Reading all customers, range by range of their ids. Rows cost more than bytes, so the database puts
//! thousands of rows together into one text. Memory is bounded by the range.

use sqlx::{AssertSqlSafe, Row as _};

use crate::{Consent, ConsentError, Result};

/// Customers in a range.
const RANGE: i64 = 8000;
/// Between the parts of a row, and after a row. Ids, numbers, JSON and sealed texts have neither.
const PART: char = '\u{1f}';
const END: char = '\u{1e}';

impl Consent {
    /// Up to whose id the range after an id goes; `None` at the end.
    pub(crate) async fn range_after(&self, after: &str) -> Result<Option<String>> {
        let last: Option<String> = sqlx::query_scalar(
            "SELECT MAX(id) FROM (SELECT id FROM subject WHERE id > $1 ORDER BY id LIMIT $2) AS s",
        )
        .bind(after)
        .bind(RANGE)
        .fetch_one(self.store().reader())
        .await?;
        Ok(last)
    }

    /// Rows as one text, for [`rows`]. `from` may name the bounds, `$1` (excluded) and `$2`.
    pub(crate) async fn together(
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

/// The rows of a text that [`Consent::together`] read.
pub(crate) fn rows<const N: usize>(text: &str) -> impl Iterator<Item = [&str; N]> {
    text.split(END).filter_map(|line| {
        let mut parts = line.splitn(N, PART);
        let mut row = [""; N];
        for slot in &mut row {
            *slot = parts.next()?;
        }
        Some(row)
    })
}

/// A number of such a row.
pub(crate) fn number(text: &str) -> Result<i64> {
    text.parse().map_err(|_| ConsentError::Invalid("a stored record is damaged: a time".to_owned()))
}

/// A number that may be missing.
pub(crate) fn optional(text: &str) -> Result<Option<i64>> {
    (!text.is_empty()).then(|| number(text)).transpose()
}
