//! What was done, written before it is told: an entry of the ledger for every customer concerned, and a
//! row that counts. Opening is `personal_data.read`, with purpose and customer.

use std::collections::BTreeMap;

use ::store::{Actor, Entry, HotRow, HotWrite, new_id, now};
use serde_json::Value;
use sqlx::{AssertSqlSafe, FromRow, Row as _};

use crate::{Protect, Result};

/// What is done with values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    /// Values were sealed.
    Seal,
    /// Sealed values were opened.
    Open,
    /// Tokens were made.
    Tokenize,
    /// What tokens stand for was told.
    Detokenize,
    /// Values were searched for.
    Search,
    /// An opening was asked for, and the policy refused.
    Refused,
}

impl Act {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Seal, Self::Open, Self::Tokenize, Self::Detokenize, Self::Search, Self::Refused];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Seal => "seal",
            Self::Open => "open",
            Self::Tokenize => "tokenize",
            Self::Detokenize => "detokenize",
            Self::Search => "search",
            Self::Refused => "refused",
        }
    }

    fn action(self) -> &'static str {
        match self {
            Self::Seal => "vault.sealed",
            Self::Open | Self::Detokenize => "personal_data.read",
            Self::Tokenize => "vault.tokenized",
            Self::Search => "vault.searched",
            Self::Refused => "vault.refused",
        }
    }
}

/// Something done with values of one category.
#[derive(Debug, Clone)]
pub(crate) struct Done {
    pub act: Act,
    pub category: String,
    pub purpose: String,
    pub reveal: &'static str,
    /// How many values.
    pub amount: usize,
    /// Whose, each once.
    pub subjects: std::collections::BTreeSet<String>,
}

/// Counts of one category.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Values sealed so far.
    pub sealed: i64,
    /// Tokens there are.
    pub tokens: i64,
    /// Values opened so far, tokens included.
    pub opened: i64,
    /// Values whose opening was refused.
    pub refused: i64,
}

/// One request as the console lists it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Used {
    /// Id.
    pub id: String,
    /// Category.
    pub category: String,
    /// What was done.
    pub act: String,
    /// Why.
    pub purpose: String,
    /// `masked`, `clear` or nothing.
    pub reveal: String,
    /// How many values.
    pub amount: i64,
    /// Who, as the ledger writes it.
    pub actor: String,
    /// When (µs).
    pub at: i64,
}

const USE: &[&str] = &["id", "category", "act", "purpose", "reveal", "amount", "actor", "at"];
/// Values in one statement: far below the limit of either database.
const VALUES: usize = 8_000;

impl Protect {
    /// Writes what was done, with further rows, durably; all of it or nothing.
    pub(crate) async fn record(
        &self,
        by: &Actor,
        done: &[Done],
        rows: Vec<HotRow>,
    ) -> Result<(), ::store::StoreError> {
        let mut entries: Vec<Entry> = done.iter().flat_map(|one| entries(by, one)).collect();
        let mut rows = rows;
        rows.extend(done.iter().map(|one| use_row(by, one)));
        let Some(last) = entries.pop() else { return Ok(()) };
        if entries.is_empty() {
            self.store().submit(HotWrite { entry: last, rows }).await?;
            return Ok(());
        }
        let mut tx = self.store().begin(last).await?;
        for entry in entries {
            tx.also(entry);
        }
        for (table, columns, values) in together(&rows) {
            for some in values.chunks((VALUES / columns.len()).max(1)) {
                insert(tx.conn(), table, columns, some).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// Counts by category.
    pub async fn counts(&self) -> Result<BTreeMap<String, Counts>> {
        let mut counts: BTreeMap<String, Counts> = BTreeMap::new();
        let rows = sqlx::query(
            "SELECT category, act, CAST(SUM(amount) AS BIGINT) FROM protect_use GROUP BY category, act
             UNION ALL
             SELECT category, 'tokens', COUNT(*) FROM protect_token GROUP BY category",
        )
        .fetch_all(self.store().reader())
        .await?;
        for row in &rows {
            let (category, act): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            let amount: i64 = row.try_get(2)?;
            let one = counts.entry(category).or_default();
            match act.as_str() {
                "seal" => one.sealed += amount,
                "tokens" => one.tokens += amount,
                "open" | "detokenize" => one.opened += amount,
                "refused" => one.refused += amount,
                _ => {}
            }
        }
        Ok(counts)
    }

    /// The newest requests that opened, searched or were refused; of one category or of all.
    pub async fn last_openings(&self, category: &str, most: i64) -> Result<Vec<Used>> {
        let rows = sqlx::query_as(
            "SELECT id, category, act, purpose, reveal, amount, actor, at FROM protect_use
             WHERE act IN ('open', 'detokenize', 'search', 'refused')
               AND ($1 = '' OR category = $1)
             ORDER BY at DESC, id DESC LIMIT $2",
        );
        Ok(rows.bind(category).bind(most).fetch_all(self.store().reader()).await?)
    }
}

/// One for each customer; when it concerns none, one for the category.
fn entries(by: &Actor, done: &Done) -> Vec<Entry> {
    let entry = |action| {
        let entry = Entry::new(by.clone(), action, "vault", &*done.category);
        if done.purpose.is_empty() { entry } else { entry.for_purpose(&*done.purpose) }
    };
    if done.subjects.is_empty() {
        return vec![entry(done.act.action())];
    }
    // Who finds a customer by a value has learned something of them.
    let action = if done.act == Act::Search { "personal_data.read" } else { done.act.action() };
    done.subjects.iter().map(|subject| entry(action).about(&**subject)).collect()
}

fn use_row(by: &Actor, done: &Done) -> HotRow {
    let values: Vec<Value> = vec![
        new_id().into(),
        done.category.clone().into(),
        done.act.as_str().into(),
        done.purpose.clone().into(),
        done.reveal.into(),
        (done.amount as i64).into(),
        by.to_text().into(),
        now().into(),
    ];
    HotRow { table: "protect_use", columns: USE, values }
}

type Table<'a> = (&'static str, &'static [&'static str], Vec<&'a [Value]>);

fn together(rows: &[HotRow]) -> Vec<Table<'_>> {
    let mut tables: Vec<Table<'_>> = Vec::new();
    for row in rows {
        match tables
            .iter_mut()
            .find(|(table, columns, _)| *table == row.table && *columns == row.columns)
        {
            Some((_, _, values)) => values.push(&row.values),
            None => tables.push((row.table, row.columns, vec![&row.values])),
        }
    }
    tables
}

async fn insert(
    conn: &mut sqlx::AnyConnection,
    table: &str,
    columns: &[&str],
    rows: &[&[Value]],
) -> sqlx::Result<()> {
    let row = |at: usize| {
        let places: Vec<String> =
            (1..=columns.len()).map(|place| format!("${}", at * columns.len() + place)).collect();
        format!("({})", places.join(", "))
    };
    let places: Vec<String> = (0..rows.len()).map(row).collect();
    let sql = format!("INSERT INTO {table} ({}) VALUES {}", columns.join(", "), places.join(", "));
    let bound = |query: sqlx::query::Query<'static, sqlx::Any, sqlx::any::AnyArguments>,
                 value: &Value| match value {
        Value::Null => query.bind(None::<String>),
        Value::Number(number) => query.bind(number.as_i64()),
        Value::String(text) => query.bind(text.clone()),
        other => query.bind(other.to_string()),
    };
    let query = rows.iter().flat_map(|row| row.iter()).fold(sqlx::query(AssertSqlSafe(sql)), bound);
    query.execute(conn).await?;
    Ok(())
}
