//! The reading connection: rows of a table by identifiers or by values of its columns, streamed out of
//! one read-only transaction that sees one moment. It can do nothing else.

use std::{collections::BTreeMap, time::Duration};

use tokio::sync::mpsc;

use crate::{
    Alike, Engine, Target,
    conn::Conn,
    error::Result,
    files::Reading,
    schema::{self, Class, Column, Schema, Table},
    sql::{Arg, Sql},
    target::Patience,
    value::{Key, Value},
};

/// Reads of a [`Target`]; see [`Target::reader`].
pub struct Reader {
    inside: Inside,
    /// Where the connection goes afterwards.
    target: Option<Target>,
}

enum Inside {
    Database(Box<Conn>),
    Files(Box<Reading>),
}

/// Which rows are read.
#[derive(Debug)]
pub enum Only<'a> {
    /// The column's text form is another spelling of one of these values.
    Alike {
        /// The column.
        column: &'a str,
        /// The values.
        values: &'a [String],
        /// What makes no difference.
        how: Alike,
    },
    /// The columns are, together, equal to one of these tuples, as the database compares. Tuples that
    /// the columns' types cannot hold are equal to nothing.
    Tuples {
        /// The columns.
        columns: &'a [String],
        /// Values in the order of the columns, from this or another database.
        tuples: &'a [Vec<Value>],
    },
}

impl Target {
    /// A connection that only reads. Its transaction begins here and sees the database as it is at
    /// the first read; it ends with [`Reader::end`] or when the reader is dropped.
    ///
    /// `statement` bounds a whole streamed answer, so what its receiver takes to store it counts.
    ///
    /// # Errors
    /// [`crate::PurgeError::Source`].
    pub async fn reader(&self, lock: Duration, statement: Duration) -> Result<Reader> {
        let mut conn = self.connect(Patience { lock, statement }).await?;
        if self.engine() == Engine::Postgres {
            // It may wait for other sources between two statements, longer than a writer may.
            conn.raw("SET idle_in_transaction_session_timeout = 3600000").await?;
        }
        conn.begin_reading().await?;
        Ok(Reader { inside: Inside::Database(Box::new(conn)), target: Some(self.clone()) })
    }
}

impl Reader {
    /// Of files.
    pub(crate) fn of_files(files: Reading) -> Self {
        Self { inside: Inside::Files(Box::new(files)), target: None }
    }

    /// Ends its transaction and gives the connection back. One in the middle of an answer is closed.
    pub async fn end(self) {
        let (Inside::Database(mut conn), Some(target)) = (self.inside, self.target) else { return };
        if conn.is_busy() {
            return;
        }
        let ended = tokio::time::timeout(Duration::from_secs(1), conn.end_reading()).await;
        if matches!(ended, Ok(Ok(()))) {
            target.leave(*conn, None);
        }
    }

    /// What befalls one table of it need not keep from the others: a file is read by itself.
    pub fn is_of_files(&self) -> bool {
        matches!(self.inside, Inside::Files(_))
    }

    /// The catalogue as this transaction sees it, without what only matters to writing: triggers and
    /// what `ON DELETE` does.
    ///
    /// # Errors
    /// [`crate::PurgeError::Source`].
    pub async fn schema(&mut self) -> Result<Schema> {
        match &mut self.inside {
            Inside::Database(conn) => schema::shape(conn).await,
            Inside::Files(files) => files.shelf.schema(&BTreeMap::new()).await,
        }
    }

    /// Sends these columns of the rows asked for, in pieces of at most `piece` rows, in no order. It
    /// ends early, without an error, when nobody receives any more.
    ///
    /// # Errors
    /// [`crate::PurgeError::NoColumn`] for an unknown column, [`crate::PurgeError::Source`].
    pub async fn rows(
        &mut self,
        table: &Table,
        columns: &[String],
        only: &Only<'_>,
        piece: usize,
        out: &mpsc::Sender<Vec<Vec<Value>>>,
    ) -> Result<()> {
        let conn = match &mut self.inside {
            Inside::Database(conn) => conn,
            Inside::Files(files) => return files.rows(table, columns, only, piece, out).await,
        };
        let mut sql = Sql::new(conn.engine(), "SELECT ");
        read_all(&mut sql, table, columns);
        sql.push(" FROM ").table(table).push(" t WHERE ");
        if !filter(&mut sql, table, only)? {
            return Ok(());
        }
        conn.stream(&sql, &table.name, piece, out).await
    }

    /// How many rows have each of these tuples in these columns; the tuples as this table holds them.
    ///
    /// # Errors
    /// As [`Reader::rows`].
    pub async fn counts(
        &mut self,
        table: &Table,
        columns: &[String],
        tuples: &[Vec<Value>],
    ) -> Result<Vec<(Key, u64)>> {
        let conn = match &mut self.inside {
            Inside::Database(conn) => conn,
            Inside::Files(files) => return files.counts(table, columns, tuples).await,
        };
        let mut sql = Sql::new(conn.engine(), "SELECT ");
        read_all(&mut sql, table, columns);
        sql.push(", ").read_count("count(*)").push(" FROM ").table(table).push(" t WHERE ");
        if !filter(&mut sql, table, &Only::Tuples { columns, tuples })? {
            return Ok(Vec::new());
        }
        sql.push(" GROUP BY ");
        for (i, name) in columns.iter().enumerate() {
            sql.push(if i > 0 { ", " } else { "" }).column("t", table, name);
        }
        let rows = conn.fetch(&sql, &table.name).await?;
        let count = |value: Option<Value>| {
            value.and_then(|value| value.text()).and_then(|text| text.parse().ok()).unwrap_or(0)
        };
        Ok(rows
            .into_iter()
            .map(|mut row| {
                let n = count(row.pop());
                (row, n)
            })
            .collect())
    }
}

fn read_all(sql: &mut Sql, table: &Table, columns: &[String]) {
    for (i, name) in columns.iter().enumerate() {
        sql.push(if i > 0 { ", " } else { "" }).read("t", table, name);
    }
}

/// False: no row can be meant.
fn filter(sql: &mut Sql, table: &Table, only: &Only<'_>) -> Result<bool> {
    match only {
        Only::Alike { column, values, how } => {
            let wanted = how.wanted(values);
            if wanted.is_empty() {
                return Ok(false);
            }
            sql.alike("t", (table, table.column(column)?), *how, wanted);
        }
        Only::Tuples { columns, tuples } => {
            let columns: Vec<&Column> =
                columns.iter().map(|name| table.column(name)).collect::<Result<_>>()?;
            let fit: Vec<Vec<Value>> = tuples
                .iter()
                .filter_map(|tuple| {
                    let each = columns.iter().zip(tuple);
                    each.map(|(column, value)| fit(sql.engine, column, value)).collect()
                })
                .collect();
            if fit.is_empty() || columns.is_empty() {
                return Ok(false);
            }
            match sql.engine {
                Engine::Sqlite => sqlite(sql, table, &columns, &fit),
                Engine::Postgres => postgres(sql, table, &columns, &fit),
                Engine::Mysql => mysql(sql, table, &columns, &fit),
            }
        }
    }
    Ok(true)
}

/// The value as the column could hold it; `None` where it could not.
fn fit(engine: Engine, column: &Column, value: &Value) -> Option<Value> {
    let bytes = matches!(value, Value::Bytes(_));
    if value.is_null() || bytes != (column.class == Class::Bytes) && engine == Engine::Mysql {
        return None;
    }
    let text = value.text();
    if engine == Engine::Sqlite {
        // In a list from a query only numbers are converted to what the column holds
        // (sqlite.org/datatype3.html §4.2).
        let kind = column.data_type.to_ascii_uppercase();
        let texts = ["CHAR", "CLOB", "TEXT"].iter().any(|word| kind.contains(word));
        return match text {
            Some(text) if texts && !kind.contains("INT") => Some(Value::Text(text)),
            _ => Some(value.clone()),
        };
    }
    match column.class {
        Class::Integer | Class::Unsigned => {
            let text = text?;
            match (text.parse::<i64>(), text.parse::<u64>()) {
                _ if engine == Engine::Postgres => {
                    text.parse::<i64>().ok().map(|_| Value::Text(text))
                }
                (Ok(number), _) => Some(Value::Int(number)),
                (_, Ok(number)) => Some(Value::Unsigned(number)),
                _ => None,
            }
        }
        Class::Bytes if engine == Engine::Mysql => Some(value.clone()),
        Class::Real if engine == Engine::Mysql => match value {
            Value::Real(_) => Some(value.clone()),
            _ => text?.parse().ok().map(Value::Real),
        },
        Class::Bits => text?.parse().ok().map(Value::Unsigned),
        Class::Decimal | Class::Real => {
            let text = text?;
            text.parse::<f64>().is_ok_and(f64::is_finite).then_some(Value::Text(text))
        }
        Class::Other if column.data_type == "uuid" => {
            let text = text?;
            let hex = text.chars().filter(char::is_ascii_hexdigit).count();
            (text.len() == 36 && hex == 32 && text.split('-').count() == 5)
                .then_some(Value::Text(text))
        }
        _ => text.map(Value::Text),
    }
}

/// The type that values are compared as. Casting a text to a bounded type would cut it, and a number
/// to a small one would fail.
fn compared_as(column: &Column) -> &str {
    match column.class {
        Class::Integer => "bigint",
        Class::Text
            if column.data_type == "text" || column.data_type.starts_with("character varying") =>
        {
            "text"
        }
        _ => &column.data_type,
    }
}

fn postgres(sql: &mut Sql, table: &Table, columns: &[&Column], tuples: &[Vec<Value>]) {
    let texts =
        |i: usize| Arg::Texts(tuples.iter().map(|tuple| tuple[i].text()).collect::<Vec<_>>());
    if let [column] = columns {
        sql.column("t", table, &column.name).push(" = ANY(CAST(CAST(").mark(texts(0));
        sql.push(" AS text[]) AS ").push(compared_as(column)).push("[]))");
        return;
    }
    sql.push("(");
    for (i, column) in columns.iter().enumerate() {
        sql.push(if i > 0 { ", " } else { "" }).column("t", table, &column.name);
    }
    sql.push(") IN (SELECT ");
    for (i, column) in columns.iter().enumerate() {
        let comma = if i > 0 { ", " } else { "" };
        sql.push(&format!("{comma}CAST(u.k{i} AS {})", compared_as(column)));
    }
    sql.push(" FROM unnest(");
    for i in 0..columns.len() {
        sql.push(if i > 0 { ", CAST(" } else { "CAST(" }).mark(texts(i)).push(" AS text[])");
    }
    let names: Vec<String> = (0..columns.len()).map(|i| format!("k{i}")).collect();
    sql.push(&format!(") AS u({}))", names.join(", ")));
}

/// One text for any number of values, so that the statement is prepared once.
fn sqlite(sql: &mut Sql, table: &Table, columns: &[&Column], tuples: &[Vec<Value>]) {
    if let [column] = columns {
        // A column without an affinity may hold the number or its text, which are not equal.
        let typeless =
            column.data_type.is_empty() || column.data_type.to_ascii_uppercase().contains("BLOB");
        let mut list: Vec<serde_json::Value> = Vec::with_capacity(tuples.len());
        let simple = tuples.iter().all(|tuple| {
            match &tuple[0] {
                Value::Int(number) => list.push((*number).into()),
                Value::Text(text) => list.push(text.as_str().into()),
                _ => return false,
            }
            if typeless && let Value::Int(number) = &tuple[0] {
                list.push(number.to_string().into());
            }
            true
        });
        if simple {
            let list = serde_json::Value::Array(list).to_string();
            sql.column("t", table, &column.name).push(" IN (SELECT value FROM json_each(");
            sql.mark(Arg::One(Value::Text(list))).push("))");
            return;
        }
    }
    listed(sql, table, columns, tuples, "VALUES ");
}

fn mysql(sql: &mut Sql, table: &Table, columns: &[&Column], tuples: &[Vec<Value>]) {
    listed(sql, table, columns, tuples, "");
}

fn listed(sql: &mut Sql, table: &Table, columns: &[&Column], tuples: &[Vec<Value>], word: &str) {
    let several = columns.len() > 1;
    let (open, close) = if several { ("(", ")") } else { ("", "") };
    sql.push(open);
    for (i, column) in columns.iter().enumerate() {
        sql.push(if i > 0 { ", " } else { "" }).column("t", table, &column.name);
    }
    sql.push(close).push(" IN (").push(if several { word } else { "" });
    for (n, tuple) in tuples.iter().enumerate() {
        sql.push(if n > 0 { "," } else { "" }).push(open);
        for (i, (column, value)) in columns.iter().zip(tuple).enumerate() {
            sql.push(if i > 0 { "," } else { "" }).value(value.clone(), Some(column));
        }
        sql.push(close);
    }
    sql.push(")");
}
