//! Conditions as SQL. Everywhere but at the top a condition is rendered exactly in three-valued
//! logic. Where only “true” counts (not below a `Not`), simpler forms are used that are true of the
//! same rows and leave the indexes in use.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use super::Sql;
use crate::{
    Engine,
    error::{PurgeError, Result},
    request::{Condition, Hop, Literal, TimeEncoding},
    schema::{Class, Column, Schema, Table},
    value::Value,
};

/// Days of years before this are no days: zero dates.
const FIRST_DAY: &str = "1000-01-01";

/// Renders conditions over the tables of a schema.
pub(crate) struct ConditionSql<'a> {
    pub schema: &'a [Table],
    next: usize,
}

impl<'a> ConditionSql<'a> {
    pub fn new(schema: &'a [Table]) -> Self {
        Self { schema, next: 0 }
    }

    fn table(&self, name: &str) -> Result<&'a Table> {
        self.schema
            .iter()
            .find(|table| table.name == name)
            .ok_or_else(|| PurgeError::NoTable(name.to_owned()))
    }

    /// The condition, and that no hold is true or unknown.
    pub fn selection(
        &mut self,
        sql: &mut Sql,
        at: (&str, &Table),
        covered: &Condition,
        except: &[&Condition],
    ) -> Result<()> {
        sql.push("(");
        self.render(sql, at, covered, true)?;
        sql.push(")");
        for hold in except {
            sql.push(" AND (NOT ");
            self.render(sql, at, hold, false)?;
            sql.push(")");
        }
        Ok(())
    }

    /// `truth`: only whether it is true counts.
    pub fn render(
        &mut self,
        sql: &mut Sql,
        (alias, table): (&str, &Table),
        condition: &Condition,
        truth: bool,
    ) -> Result<()> {
        let at = (alias, table);
        match condition {
            Condition::All(of) => self.several(sql, at, of, truth, (" AND ", "(1 = 1)"))?,
            Condition::Any(of) => self.several(sql, at, of, truth, (" OR ", "(1 = 0)"))?,
            Condition::Not(of) => {
                sql.push("(NOT ");
                self.render(sql, at, of, false)?;
                sql.push(")");
            }
            Condition::OlderThan { column, than, time } => {
                let column = table.column(column)?;
                let time = encoding(table, column, time.as_ref())?;
                older(sql, at, column, &time, *than, truth)?;
            }
            Condition::RelatedOlder { path, column, than, time, if_none } => {
                let related = Related { path, column, than: *than, time: time.as_ref() };
                self.related_older(sql, at, &related, *if_none, truth)?;
            }
            Condition::NoneRelated(path) => {
                sql.push("(NOT ");
                self.exists(sql, at, path, |_, _, _| Ok(()))?;
                sql.push(")");
            }
            Condition::Related { path, is } => self.related(sql, at, path, is, truth)?,
            Condition::Equals { column, value } => {
                let column = table.column(column)?;
                sql.push("(").column(alias, table, &column.name).push(" = ");
                sql.value(literal(sql.engine, table, column, value)?, Some(column)).push(")");
            }
            Condition::OneOf { values, .. } if values.is_empty() => {
                sql.push("(1 = 0)");
            }
            Condition::OneOf { column, values } => {
                bounded(values.len())?;
                let column = table.column(column)?;
                sql.push("(").column(alias, table, &column.name).push(" IN (");
                for (i, value) in values.iter().enumerate() {
                    if i > 0 {
                        sql.push(",");
                    }
                    sql.value(literal(sql.engine, table, column, value)?, Some(column));
                }
                sql.push("))");
            }
            Condition::Alike { column, values, how } => {
                bounded(values.len())?;
                let wanted = how.wanted(values);
                if wanted.is_empty() && !values.is_empty() {
                    let why = "none of the values it is looked for in holds a letter or digit";
                    return Err(PurgeError::Request(format!("{}.{column}: {why}", table.name)));
                }
                if wanted.is_empty() {
                    sql.push("(1 = 0)");
                } else {
                    sql.alike(alias, (table, table.column(column)?), *how, wanted);
                }
            }
            Condition::IsNull { column } => {
                let column = table.column(column)?;
                sql.push("(").column(alias, table, &column.name).push(" IS NULL)");
            }
            Condition::Keys(keys) => {
                bounded(keys.len())?;
                let keys = key_literals(sql.engine, table, keys)?;
                sql.push("(").key_in(alias, table, &keys).push(")");
            }
        }
        Ok(())
    }

    fn several(
        &mut self,
        sql: &mut Sql,
        at: (&str, &Table),
        of: &[Condition],
        truth: bool,
        (between, empty): (&str, &str),
    ) -> Result<()> {
        if of.is_empty() {
            sql.push(empty);
            return Ok(());
        }
        sql.push("(");
        for (i, part) in of.iter().enumerate() {
            if i > 0 {
                sql.push(between);
            }
            self.render(sql, at, part, truth)?;
        }
        sql.push(")");
        Ok(())
    }

    fn related(
        &mut self,
        sql: &mut Sql,
        at: (&str, &Table),
        path: &[Hop],
        is: &Condition,
        truth: bool,
    ) -> Result<()> {
        let mut other = Vec::new();
        tables_read(is, &mut other);
        if !other.is_empty() {
            let why = "a condition on related rows may look at their own columns only";
            return Err(PurgeError::Request(why.to_owned()));
        }
        let (schema, next) = (self.schema, self.next + path.len());
        let test = |before: &'static str, after: &'static str, truth: bool| {
            move |sql: &mut Sql, alias: &str, last: &Table| -> Result<()> {
                sql.push(before);
                ConditionSql { schema, next }.render(sql, (alias, last), is, truth)?;
                sql.push(after);
                Ok(())
            }
        };
        if truth {
            return self.exists(sql, at, path, test(" AND ", "", true));
        }
        sql.push("(CASE WHEN ");
        self.exists(sql, at, path, test(" AND ", "", true))?;
        sql.push(" THEN (1 = 1) WHEN ");
        self.exists(sql, at, path, test(" AND (", ") IS NULL", false))?;
        sql.push(" THEN NULL ELSE (1 = 0) END)");
        Ok(())
    }

    fn related_older(
        &mut self,
        sql: &mut Sql,
        at: (&str, &Table),
        related: &Related<'_>,
        if_none: bool,
        truth: bool,
    ) -> Result<()> {
        let test = |before: &'static str, after: &'static str| {
            move |sql: &mut Sql, alias: &str, last: &Table| -> Result<()> {
                let column = last.column(related.column)?;
                let time = encoding(last, column, related.time)?;
                sql.push(before);
                older(sql, (alias, last), column, &time, related.than, false)?;
                sql.push(after);
                Ok(())
            }
        };
        let anything = |_: &mut Sql, _: &str, _: &Table| Ok(());
        if truth {
            sql.push("(NOT ");
            let newer = test(" AND NOT COALESCE(", ", 1 = 0)");
            self.exists(sql, at, related.path, newer)?;
            if !if_none {
                sql.push(" AND ");
                self.exists(sql, at, related.path, anything)?;
            }
            sql.push(")");
            return Ok(());
        }
        sql.push("(CASE WHEN ");
        let newer = test(" AND NOT ", "");
        self.exists(sql, at, related.path, newer)?;
        sql.push(" THEN (1 = 0) WHEN ");
        let unknown = test(" AND (", ") IS NULL");
        self.exists(sql, at, related.path, unknown)?;
        sql.push(" THEN NULL WHEN NOT ");
        self.exists(sql, at, related.path, anything)?;
        sql.push(if if_none { " THEN (1 = 1)" } else { " THEN (1 = 0)" });
        sql.push(" ELSE (1 = 1) END)");
        Ok(())
    }

    /// `EXISTS (…)` over a path; `more` adds to its WHERE, given the last table and its alias.
    fn exists(
        &mut self,
        sql: &mut Sql,
        (alias, table): (&str, &Table),
        path: &[Hop],
        more: impl FnOnce(&mut Sql, &str, &Table) -> Result<()>,
    ) -> Result<()> {
        let mut tables = Vec::new();
        let mut before = table;
        for hop in path {
            self.next += 1;
            let here = self.table(&hop.table)?;
            if hop.on.is_empty() {
                let why = format!("the step to {} names no columns", hop.table);
                return Err(PurgeError::Request(why));
            }
            for (left, right) in &hop.on {
                before.column(left)?;
                here.column(right)?;
            }
            tables.push((format!("r{}", self.next), here));
            before = here;
        }
        let (Some(first), Some((last_alias, last))) = (tables.first(), tables.last()) else {
            return Err(PurgeError::Request("a path needs at least one step".to_owned()));
        };
        sql.push("EXISTS (SELECT 1 FROM ").table(first.1).push(" ").push(&first.0);
        for (before, (hop, here)) in tables.iter().zip(path.iter().zip(&tables).skip(1)) {
            sql.push(" JOIN ").table(here.1).push(" ").push(&here.0).push(" ON ");
            let pairs = hop.on.iter().map(|(a, b)| (b.clone(), a.clone()));
            sql.joined((&before.0, before.1), (&here.0, here.1), pairs);
        }
        sql.push(" WHERE ");
        let pairs = path[0].on.iter().map(|(a, b)| (b.clone(), a.clone()));
        sql.joined((alias, table), (&first.0, first.1), pairs);
        more(sql, last_alias, last)?;
        sql.push(")");
        Ok(())
    }
}

struct Related<'a> {
    path: &'a [Hop],
    column: &'a str,
    than: Timestamp,
    time: Option<&'a TimeEncoding>,
}

/// How a column writes time: as said, or as its type says.
pub(crate) fn encoding(
    table: &Table,
    column: &Column,
    said: Option<&TimeEncoding>,
) -> Result<TimeEncoding> {
    let unknown = || PurgeError::UnknownTime {
        table: table.name.clone(),
        column: column.name.clone(),
        data_type: column.data_type.clone(),
    };
    let utc = || "UTC".to_owned();
    let Some(said) = said else {
        // A wall clock or a day is read as UTC's where no zone is said.
        return match column.class {
            Class::Timestamp => Ok(TimeEncoding::Timestamp),
            Class::Local => Ok(TimeEncoding::Local { zone: utc() }),
            Class::Date => Ok(TimeEncoding::Date { zone: utc() }),
            _ => Err(unknown()),
        };
    };
    let fits = match said {
        TimeEncoding::Timestamp => column.class == Class::Timestamp,
        TimeEncoding::Local { .. } => column.class == Class::Local,
        TimeEncoding::Date { .. } => column.class == Class::Date,
        TimeEncoding::EpochSeconds | TimeEncoding::EpochMillis => {
            matches!(column.class, Class::Integer | Class::Unsigned | Class::Any)
        }
        TimeEncoding::Text { .. } => matches!(column.class, Class::Text | Class::Any),
    };
    if fits { Ok(said.clone()) } else { Err(unknown()) }
}

fn wall(than: Timestamp, zone: &str) -> Result<DateTime> {
    let zone = TimeZone::get(zone)
        .map_err(|_| PurgeError::Request(format!("there is no time zone {zone}")))?;
    Ok(zone.to_datetime(than))
}

/// The smallest whole number of units that is not before the instant.
fn ceil(than: Timestamp, nanos: i128) -> i64 {
    let all = than.as_nanosecond();
    i64::try_from(all.div_euclid(nanos) + i128::from(all.rem_euclid(nanos) > 0)).unwrap_or(i64::MAX)
}

/// The column's time is before the instant; unknown where it holds no time.
fn older(
    sql: &mut Sql,
    (alias, table): (&str, &Table),
    column: &Column,
    time: &TimeEncoding,
    than: Timestamp,
    truth: bool,
) -> Result<()> {
    let engine = sql.engine;
    let mut name = Sql::new(engine, "");
    name.column(alias, table, &column.name);
    let x = name.text;
    let before = |sql: &mut Sql| -> Result<()> {
        match time {
            TimeEncoding::Timestamp => {
                let wall = wall(than, "UTC")?;
                let zone = if engine == Engine::Postgres { "+00" } else { "" };
                sql.push(&x).push(" < ");
                sql.value(Value::Text(format!("{}{zone}", stamp(wall))), Some(column));
            }
            TimeEncoding::Local { zone } => {
                sql.push(&x).push(" < ");
                sql.value(Value::Text(stamp(wall(than, zone)?)), Some(column));
            }
            TimeEncoding::Date { zone } => {
                sql.push(&x).push(" < ");
                sql.value(Value::Text(wall(than, zone)?.date().to_string()), Some(column));
            }
            TimeEncoding::EpochSeconds => {
                sql.push(&x).push(" < ").number(ceil(than, 1_000_000_000));
            }
            TimeEncoding::EpochMillis => {
                sql.push(&x).push(" < ").number(ceil(than, 1_000_000));
            }
            TimeEncoding::Text { zone } => {
                let day = wall(than, zone)?.date();
                let yesterday = day.yesterday().unwrap_or(day);
                let (head, length) = text_parts(engine, &x);
                sql.push("(").push(&head).push(" < ").text_value(&yesterday.to_string());
                sql.push(" OR (").push(&length).push(" = 10 AND ").push(&head).push(" < ");
                sql.text_value(&day.to_string()).push("))");
            }
        }
        Ok(())
    };
    let valid = valid(engine, time, &x);
    if truth {
        sql.push("(").push(&valid).push(" AND ");
        before(sql)?;
        sql.push(")");
    } else {
        sql.push("(CASE WHEN ").push(&valid).push(" THEN ");
        before(sql)?;
        sql.push(" END)");
    }
    Ok(())
}

/// The first ten characters, comparable byte by byte, and the length in characters.
fn text_parts(engine: Engine, x: &str) -> (String, String) {
    match engine {
        Engine::Sqlite => (format!("(substr({x}, 1, 10) COLLATE BINARY)"), format!("length({x})")),
        Engine::Postgres => (
            format!("(left(CAST({x} AS text), 10) COLLATE \"C\")"),
            format!("length(CAST({x} AS text))"),
        ),
        Engine::Mysql => (
            format!("(CONVERT(LEFT({x}, 10) USING utf8mb4) COLLATE utf8mb4_bin)"),
            format!("CHAR_LENGTH({x})"),
        ),
    }
}

/// The column holds a time at all.
fn valid(engine: Engine, time: &TimeEncoding, x: &str) -> String {
    let pattern = "^[1-9][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])";
    match (engine, time) {
        (Engine::Postgres, TimeEncoding::Timestamp | TimeEncoding::Local { .. }) => {
            format!("{x} > '-infinity'")
        }
        (Engine::Postgres, TimeEncoding::Date { .. }) => format!("{x} > '-infinity'"),
        (
            Engine::Mysql,
            TimeEncoding::Timestamp | TimeEncoding::Local { .. } | TimeEncoding::Date { .. },
        ) => format!("{x} >= '{FIRST_DAY}'"),
        (Engine::Sqlite, TimeEncoding::EpochSeconds | TimeEncoding::EpochMillis) => {
            format!("(typeof({x}) = 'integer' AND {x} > 0)")
        }
        (_, TimeEncoding::EpochSeconds | TimeEncoding::EpochMillis) => format!("{x} > 0"),
        (Engine::Sqlite, TimeEncoding::Text { .. }) => format!(
            "(typeof({x}) = 'text' AND {x} GLOB '[1-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]*' \
             AND substr({x}, 6, 2) BETWEEN '01' AND '12' AND substr({x}, 9, 2) BETWEEN '01' AND '31')"
        ),
        (Engine::Postgres, TimeEncoding::Text { .. }) => {
            format!("CAST({x} AS text) ~ '{pattern}'")
        }
        (Engine::Mysql, TimeEncoding::Text { .. }) => format!("{x} REGEXP '{pattern}'"),
        // SQLite has no types of its own for time; `encoding` lets none through.
        (Engine::Sqlite, _) => "(1 = 0)".to_owned(),
    }
}

fn stamp(wall: DateTime) -> String {
    wall.strftime("%Y-%m-%d %H:%M:%S.%6f").to_string()
}

/// A literal as the column's type takes it.
pub(crate) fn literal(
    engine: Engine,
    table: &Table,
    column: &Column,
    value: &Literal,
) -> Result<Value> {
    let unfit = |why: &str| PurgeError::Unfit {
        table: table.name.clone(),
        column: column.name.clone(),
        why: why.to_owned(),
    };
    let number = |text: &str| {
        text.trim()
            .parse::<i64>()
            .map_err(|_| unfit("the value given for it is not a whole number"))
    };
    if engine == Engine::Postgres {
        return Ok(Value::Text(match value {
            Literal::Bool(yes) => yes.to_string(),
            Literal::Int(number) => number.to_string(),
            Literal::Text(text) if column.class == Class::Integer => number(text)?.to_string(),
            Literal::Text(text) => text.clone(),
        }));
    }
    Ok(match value {
        Literal::Bool(yes) => Value::Int(i64::from(*yes)),
        Literal::Int(number) => Value::Int(*number),
        Literal::Text(text) if matches!(column.class, Class::Integer | Class::Unsigned) => {
            match text.trim().parse::<u64>() {
                Ok(big) if i64::try_from(big).is_err() => Value::Unsigned(big),
                _ => Value::Int(number(text)?),
            }
        }
        Literal::Text(text) => Value::Text(text.clone()),
    })
}

fn bounded(values: usize) -> Result<()> {
    if values <= Condition::MOST_VALUES {
        return Ok(());
    }
    let most = Condition::MOST_VALUES;
    Err(PurgeError::Request(format!("a list may hold {most} values at most, not {values}")))
}

fn key_literals(engine: Engine, table: &Table, keys: &[Vec<Literal>]) -> Result<Vec<Vec<Value>>> {
    let names = table.key_names();
    let mut out = Vec::with_capacity(keys.len());
    for key in keys {
        if key.len() != names.len() || names.is_empty() {
            return Err(PurgeError::Request(format!(
                "the key of {} has {} columns: {}",
                table.name,
                names.len(),
                names.join(", ")
            )));
        }
        let mut values = Vec::with_capacity(key.len());
        for (name, value) in names.iter().zip(key) {
            values.push(match table.columns.iter().find(|column| column.name == *name) {
                Some(column) => literal(engine, table, column, value)?,
                None => match value {
                    Literal::Int(number) if engine == Engine::Sqlite => Value::Int(*number),
                    _ => {
                        return Err(PurgeError::Request(format!(
                            "rows of {} have no key of their own that could be listed",
                            table.name
                        )));
                    }
                },
            });
        }
        out.push(values);
    }
    Ok(out)
}

/// Every table that a condition reads beside the row's own.
pub(crate) fn tables_read<'a>(condition: &'a Condition, found: &mut Vec<&'a [Hop]>) {
    match condition {
        Condition::All(of) | Condition::Any(of) => {
            for part in of {
                tables_read(part, found);
            }
        }
        Condition::Not(of) => tables_read(of, found),
        Condition::RelatedOlder { path, .. }
        | Condition::Related { path, .. }
        | Condition::NoneRelated(path) => found.push(path),
        _ => {}
    }
}

/// Renders everything once, so that a wrong name is refused when the plan is made.
pub(crate) fn check(schema: &Schema, table: &Table, condition: &Condition) -> Result<()> {
    let mut sql = Sql::new(schema.engine, "");
    ConditionSql::new(&schema.tables).render(&mut sql, ("t", table), condition, false)?;
    Ok(())
}
