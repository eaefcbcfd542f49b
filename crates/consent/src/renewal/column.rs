//! Where values are sealed with customers' keys.

use std::collections::HashMap;

use ::store::WriteTx;
use sqlx::{AssertSqlSafe, Row as _, any::AnyRow};
use vault::SubjectKey;

use crate::{Result, subject::places};

/// Rows written in one statement: three to five parameters each.
const CHUNK: usize = 500;

/// A column that holds values sealed with a customer's key, in a table with a column `subject`.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// The table.
    pub table: &'static str,
    /// The column; an empty text in it is no value.
    pub sealed: &'static str,
    /// What names a row.
    pub row: &'static [&'static str],
    /// The context the values are sealed under.
    pub context: &'static [Part],
    /// The value is this member of the column's JSON object, not the whole column.
    pub member: Option<&'static str>,
}

/// A piece of a context.
#[derive(Debug, Clone, Copy)]
pub enum Part {
    /// These words.
    Text(&'static str),
    /// What stands in this column of the row.
    Cell(&'static str),
}

/// This room's columns. A new one is one line here: all else follows.
pub const COLUMNS: &[Column] = &[
    Column {
        table: "identifier",
        sealed: "sealed",
        row: &["blind"],
        context: &[Part::Text("identifier:"), Part::Cell("kind")],
        member: None,
    },
    Column {
        table: "subject_note",
        sealed: "sealed",
        row: &["id"],
        context: &[Part::Text("note")],
        member: None,
    },
    Column {
        table: "consent_record",
        sealed: "guardian",
        row: &["id"],
        context: &[Part::Text("guardian")],
        member: Some("contact"),
    },
];

/// What was done to a column.
#[derive(Debug, Default)]
pub(super) struct Moved {
    pub resealed: i64,
    pub left: i64,
}

impl Column {
    /// Seals what these customers have here with the newest version of their keys.
    pub(super) async fn reseal(
        &self,
        tx: &mut WriteTx,
        keys: &[(String, SubjectKey)],
    ) -> Result<Moved> {
        let mut moved = Moved::default();
        if keys.is_empty() {
            return Ok(moved);
        }
        let sql = format!(
            "SELECT subject, {}, {} FROM {} WHERE {} <> '' AND subject IN ({})",
            self.sealed,
            self.cells().join(", "),
            self.table,
            self.sealed,
            places(keys.len())
        );
        let query = keys.iter().fold(sqlx::query(AssertSqlSafe(sql)), |q, (id, _)| q.bind(id));
        let rows = query.fetch_all(tx.conn()).await?;
        let keys: HashMap<&str, &SubjectKey> =
            keys.iter().map(|(id, key)| (id.as_str(), key)).collect();
        let mut new = Vec::with_capacity(rows.len());
        for row in &rows {
            let (owner, old): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            let Some(key) = keys.get(owner.as_str()) else { continue };
            if let Some(sealed) = self.sealed_anew(key, row, &old)? {
                new.push((row, old, sealed));
            } else {
                tracing::warn!(self.table, self.sealed, "a value does not open; it stays");
                moved.left += 1;
            }
        }
        for some in new.chunks(CHUNK) {
            moved.resealed += self.write(tx, some).await?;
        }
        Ok(moved)
    }

    /// The columns that are read: what names the row, then what its context needs.
    fn cells(&self) -> Vec<&'static str> {
        let parts = self.context.iter().filter_map(|part| match part {
            Part::Cell(cell) => Some(*cell),
            Part::Text(_) => None,
        });
        self.row.iter().copied().chain(parts).collect()
    }

    /// The column's new text; `None` when what stands there does not open.
    fn sealed_anew(&self, key: &SubjectKey, row: &AnyRow, old: &str) -> Result<Option<String>> {
        let mut at = 2 + self.row.len();
        let mut context = String::new();
        for part in self.context {
            match part {
                Part::Text(text) => context.push_str(text),
                Part::Cell(_) => {
                    context.push_str(&row.try_get::<String, _>(at)?);
                    at += 1;
                }
            }
        }
        let Some(member) = self.member else {
            return Ok(key.open(&context, old).ok().map(|plain| key.seal(&context, &plain)));
        };
        let object: serde_json::Value = serde_json::from_str(old).unwrap_or_default();
        let Some(sealed) = object[member].as_str() else { return Ok(None) };
        // Sealed text has nothing that JSON escapes; the rest of the object stays byte for byte.
        let anew = |plain: String| old.replacen(sealed, &key.seal(&context, &plain), 1);
        Ok(key.open(&context, sealed).ok().map(anew))
    }

    /// Only what is still as it was read is replaced.
    async fn write(&self, tx: &mut WriteTx, new: &[(&AnyRow, String, String)]) -> Result<i64> {
        let width = self.row.len() + 2;
        let lines: Vec<String> = (0..new.len())
            .map(|line| {
                let cells: Vec<String> =
                    (1..=width).map(|cell| format!("${}", line * width + cell)).collect();
                format!("({})", cells.join(", "))
            })
            .collect();
        let names: Vec<String> = (0..self.row.len()).map(|at| format!("row{at}")).collect();
        let same: Vec<String> = self
            .row
            .iter()
            .zip(&names)
            .map(|(column, name)| format!("{}.{column} = anew.{name}", self.table))
            .collect();
        let sql = format!(
            "WITH anew ({}, before, sealed) AS (VALUES {})
             UPDATE {table} SET {column} = anew.sealed FROM anew
             WHERE {} AND {table}.{column} = anew.before",
            names.join(", "),
            lines.join(", "),
            same.join(" AND "),
            table = self.table,
            column = self.sealed,
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (row, before, sealed) in new {
            for at in 0..self.row.len() {
                query = query.bind(row.try_get::<String, _>(2 + at)?);
            }
            query = query.bind(before).bind(sealed);
        }
        Ok(query.execute(tx.conn()).await?.rows_affected() as i64)
    }
}
