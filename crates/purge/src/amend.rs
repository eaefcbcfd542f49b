//! Corrects one row: some columns of it get another value, if they still hold what somebody was shown.
//!
//! What the database would store otherwise than it was given (a text cut, a number rounded, a day for
//! a time) is refused, not written: the engines do some of that without a word.

use std::{fmt, time::Duration};

use crate::{
    conn::Conn,
    error::{PurgeError, Result},
    request::{Condition, Literal},
    schema::{self, Class, Column, RowKey, Schema, Table},
    sql::{ConditionSql, Sql, check, literal},
    target::{Engine, Patience, Target},
    value::{Key, Value},
};

/// What one column gets. `Debug` shows no value.
#[derive(Clone, PartialEq, Eq)]
pub struct Edit {
    /// The column.
    pub column: String,
    /// What somebody was shown, as [`Value::text`] gives it, or what a correction wrote before; `None`
    /// for NULL.
    pub old: Option<String>,
    /// What is to stand there; `None` for NULL.
    pub new: Option<String>,
}

impl fmt::Debug for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Edit").field("column", &self.column).finish_non_exhaustive()
    }
}

/// A correction of one row.
#[derive(Debug, Clone, PartialEq)]
pub struct Amendment {
    /// The table, by [`Table::name`].
    pub table: String,
    /// The row's key, in the order of the key's columns.
    pub key: Vec<Literal>,
    /// What changes; each column once.
    pub edits: Vec<Edit>,
    /// A row of which one of these is true, or cannot be told, stays as it is: a legal hold.
    pub except: Vec<Condition>,
    /// The table may have triggers, which may do more.
    pub triggers: bool,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amended {
    /// Written; of a dry run, could be written.
    Written,
    /// The row holds the new values already.
    AlreadyDone,
    /// Somebody changed a column meanwhile; nothing was written.
    Changed,
    /// There is no such row any more.
    Gone,
    /// An exception covers the row; nothing was written.
    Excepted,
}

/// Corrects one row in one transaction, under its lock. A dry run does everything and rolls back, so
/// that it hears every complaint of the database.
///
/// # Errors
/// [`PurgeError::Unfit`] for a column or a value that cannot be, [`PurgeError::Refused`] where a
/// constraint speaks against it, [`PurgeError::Triggers`], [`PurgeError::NoKey`],
/// [`PurgeError::Locked`] and those of the connection. Nothing was written then.
pub async fn amend(target: &Target, amendment: &Amendment, dry: bool) -> Result<Amended> {
    let patience = Patience { lock: Duration::from_secs(5), statement: Duration::from_mins(1) };
    let mut conn = target.connect(patience).await?;
    let schema = schema::read(&mut conn).await?;
    let table = schema.table(&amendment.table)?;
    allowed(&schema, table, amendment)?;
    let key = key(schema.engine, table, &amendment.key)?;
    conn.begin().await?;
    let done = write(&mut conn, &schema, table, &key, amendment, dry).await;
    match done {
        Ok(Amended::Written) if !dry => conn.commit().await?,
        _ => conn.rollback().await,
    }
    if table.triggers.is_empty() {
        target.leave(conn, None);
    }
    done
}

fn unfit(table: &Table, column: &str, why: &str) -> PurgeError {
    PurgeError::Unfit { table: table.name.clone(), column: column.to_owned(), why: why.to_owned() }
}

/// What the catalogue says about it.
fn allowed(schema: &Schema, table: &Table, amendment: &Amendment) -> Result<()> {
    if !table.unsafe_because.is_empty() {
        let why = table.unsafe_because.clone();
        return Err(PurgeError::Unsafe { table: table.name.clone(), why });
    }
    if !table.triggers.is_empty() && !amendment.triggers {
        return Err(PurgeError::Triggers(table.triggers.clone()));
    }
    let no_key = |why: &str| PurgeError::NoKey { table: table.name.clone(), why: why.to_owned() };
    match &table.key {
        RowKey::None(why) => return Err(no_key(why)),
        // A `ctid` names another row after the next vacuum.
        RowKey::Hidden(_) if schema.engine == Engine::Postgres => {
            return Err(no_key("it has no key of its own"));
        }
        _ => {}
    }
    for condition in &amendment.except {
        check(schema, table, condition)?;
    }
    if amendment.edits.is_empty() {
        return Err(PurgeError::Request("nothing is to be changed".to_owned()));
    }
    for (at, edit) in amendment.edits.iter().enumerate() {
        let column = table.column(&edit.column)?;
        let no = |why: &str| Err(unfit(table, &column.name, why));
        if amendment.edits[..at].iter().any(|one| one.column == edit.column) {
            return no("it is named twice");
        }
        if let Some(why) = fixed(schema, table, column) {
            return no(why);
        }
        match &edit.new {
            None if !column.nullable => return no("it may not be empty (NOT NULL)"),
            Some(text) if text.contains('\0') => return no("the new value holds a zero byte"),
            Some(text) if column.class == Class::Text => {
                let most = column.most_chars.map_or(usize::MAX, |most| most as usize);
                if text.chars().count() > most {
                    return no(&format!("the new value is too long; {most} characters fit"));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Why a column cannot be corrected at all: it says which row this is, or what it belongs to, or
/// nobody writes it.
pub fn fixed(schema: &Schema, table: &Table, column: &Column) -> Option<&'static str> {
    let refers = |link: &schema::Link| {
        let from = link.from == table.name && link.from_columns.contains(&column.name);
        from || (link.to == table.name && link.to_columns.contains(&column.name))
    };
    if table.key_names().contains(&&*column.name) {
        return Some("it is part of the key that tells rows apart");
    }
    if schema.links.iter().any(refers) {
        return Some("it is part of a reference between tables");
    }
    if column.unique && schema.blind {
        return Some("tables that this account cannot see may refer to it");
    }
    if column.generated {
        return Some("the database computes it");
    }
    matches!(column.class, Class::Bytes | Class::Bits).then_some("it holds bytes")
}

fn key(engine: Engine, table: &Table, key: &[Literal]) -> Result<Key> {
    let names = table.key_names();
    if names.len() != key.len() {
        let columns = names.join(", ");
        return Err(PurgeError::Request(format!("the key of {} is {columns}", table.name)));
    }
    let one = |(name, value): (&&str, &Literal)| match table.column(name) {
        Ok(column) => literal(engine, table, column, value),
        // SQLite's row id.
        Err(error) => match value {
            Literal::Int(number) => Ok(Value::Int(*number)),
            _ => Err(error),
        },
    };
    names.iter().zip(key).map(one).collect()
}

async fn read(
    conn: &mut Conn,
    table: &Table,
    key: &Key,
    edits: &[Edit],
    lock: bool,
) -> Result<Vec<Vec<Value>>> {
    let mut sql = Sql::new(conn.engine(), "SELECT ");
    for (at, edit) in edits.iter().enumerate() {
        sql.push(if at > 0 { ", " } else { "" }).read("t", table, &edit.column);
    }
    sql.push(" FROM ").table(table).push(" t WHERE ");
    sql.key_in("t", table, std::slice::from_ref(key));
    if lock && conn.engine() != Engine::Sqlite {
        sql.push(" FOR UPDATE");
    }
    conn.fetch(&sql, &table.name).await
}

/// Whether an exception covers the row, or could.
async fn excepted(
    conn: &mut Conn,
    schema: &Schema,
    table: &Table,
    key: &Key,
    except: &[Condition],
) -> Result<bool> {
    if except.is_empty() {
        return Ok(false);
    }
    let except: Vec<&Condition> = except.iter().collect();
    let mut sql = Sql::new(conn.engine(), "SELECT ");
    sql.read_key("t", table).push(" FROM ").table(table).push(" t WHERE ");
    sql.key_in("t", table, std::slice::from_ref(key)).push(" AND ");
    let mut conditions = ConditionSql::new(&schema.tables);
    conditions.selection(&mut sql, ("t", table), &Condition::always(), &except)?;
    Ok(conn.fetch(&sql, &table.name).await?.is_empty())
}

async fn write(
    conn: &mut Conn,
    schema: &Schema,
    table: &Table,
    key: &Key,
    amendment: &Amendment,
    dry: bool,
) -> Result<Amended> {
    let edits = &amendment.edits;
    let found = read(conn, table, key, edits, true).await?;
    let row = match found.as_slice() {
        [] => return Ok(Amended::Gone),
        [row] => row.clone(),
        more => {
            let found = more.len() as u64;
            return Err(PurgeError::RowCount { table: table.name.clone(), planned: 1, found });
        }
    };
    let columns: Vec<&Column> =
        edits.iter().map(|edit| table.column(&edit.column)).collect::<Result<_>>()?;
    let cells = || columns.iter().zip(edits).zip(&row);
    if let Some(((column, _), _)) = cells().find(|(_, value)| matches!(value, Value::Bytes(_))) {
        return Err(unfit(table, &column.name, "it holds bytes"));
    }
    if cells().all(|((column, edit), value)| stands(column, value, edit.new.as_deref())) {
        return Ok(Amended::AlreadyDone);
    }
    if !cells().all(|((column, edit), value)| shown(column, value, edit.old.as_deref())) {
        return Ok(Amended::Changed);
    }
    if excepted(conn, schema, table, key, &amendment.except).await? {
        return Ok(Amended::Excepted);
    }
    let mut sql = Sql::new(conn.engine(), "UPDATE ");
    sql.table(table).push(" SET ");
    for (at, ((column, edit), value)) in cells().enumerate() {
        let new = fresh(table, column, value, edit.new.as_deref())?;
        sql.push(if at > 0 { ", " } else { "" }).name(&column.name).push(" = ");
        sql.value(new, Some(column));
    }
    sql.push(" WHERE ").key_in("", table, std::slice::from_ref(key));
    let found = conn.execute(&sql, &table.name).await?;
    if found != 1 {
        return Err(PurgeError::RowCount { table: table.name.clone(), planned: 1, found });
    }
    let now = read(conn, table, key, edits, false).await?;
    for ((column, edit), value) in columns.iter().zip(edits).zip(now.iter().flatten()) {
        if !stands(column, value, edit.new.as_deref()) {
            return Err(unfit(table, &column.name, "the database would store another value"));
        }
    }
    if dry && conn.engine() == Engine::Postgres {
        // Deferred ones speak at the commit, which a dry run never reaches.
        conn.raw("SET CONSTRAINTS ALL IMMEDIATE").await?;
    }
    Ok(Amended::Written)
}

/// The value that is bound. SQLite keeps the storage class that stood there; the others know their
/// columns' types.
fn fresh(table: &Table, column: &Column, old: &Value, new: Option<&str>) -> Result<Value> {
    let Some(text) = new else { return Ok(Value::Null) };
    let number = |why: &str| Err(unfit(table, &column.name, why));
    let trimmed = text.trim();
    let whole = match old {
        Value::Int(_) | Value::Unsigned(_) => true,
        _ => matches!(column.class, Class::Integer | Class::Unsigned),
    };
    if whole {
        return match (trimmed.parse::<i64>(), trimmed.parse::<u64>()) {
            (Ok(small), _) => Ok(Value::Int(small)),
            (_, Ok(big)) if column.class == Class::Unsigned => Ok(Value::Unsigned(big)),
            _ => number("the new value is not a whole number"),
        };
    }
    if matches!(old, Value::Real(_)) || column.class == Class::Real {
        return match trimmed.parse::<f64>() {
            Ok(real) if real.is_finite() => Ok(Value::Real(real)),
            _ => number("the new value is not a number"),
        };
    }
    if column.class == Class::Decimal {
        if decimal(trimmed).is_none() {
            return number("the new value is not a number");
        }
        return Ok(Value::Text(trimmed.to_owned()));
    }
    Ok(Value::Text(text.to_owned()))
}

/// The column holds what was typed, however the database spells it.
fn stands(column: &Column, value: &Value, typed: Option<&str>) -> bool {
    let (Some(stored), Some(typed)) = (value.text(), typed) else {
        return value.is_null() && typed.is_none();
    };
    if stored == typed {
        return true;
    }
    let numeric = match value {
        Value::Int(_) | Value::Unsigned(_) | Value::Real(_) => true,
        _ => {
            matches!(column.class, Class::Integer | Class::Unsigned | Class::Decimal | Class::Real)
        }
    };
    match column.class {
        Class::Boolean => yes_no(&stored).is_some() && yes_no(&stored) == yes_no(typed),
        _ if numeric && matches!(value, Value::Real(_)) => {
            stored.parse::<f64>().ok().map(f64::to_bits)
                == typed.trim().parse::<f64>().ok().map(f64::to_bits)
        }
        _ if numeric => decimal(&stored).is_some() && decimal(&stored) == decimal(typed.trim()),
        Class::Date | Class::Local | Class::Timestamp => moment(&stored) == moment(typed),
        // `CHAR(20)` is filled up with spaces, or loses them.
        Class::Text if column.data_type.to_lowercase().contains("char") => {
            stored.trim_end_matches(' ') == typed.trim_end_matches(' ')
        }
        _ => false,
    }
}

/// The column holds what somebody was shown. What an earlier correction typed may be spelled otherwise
/// by the database, and must still be put back; of a text every letter counts.
fn shown(column: &Column, value: &Value, old: Option<&str>) -> bool {
    value.text().as_deref() == old || (column.class != Class::Text && stands(column, value, old))
}

fn yes_no(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "t" | "true" | "yes" | "on" | "1" => Some(true),
        "f" | "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// A decimal number without zeros that say nothing: its sign, whole part, fraction.
fn decimal(text: &str) -> Option<(bool, &str, &str)> {
    let (minus, body) = match text.strip_prefix('-') {
        Some(body) => (true, body),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = body.split_once('.').unwrap_or((body, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || whole.len() + fraction.len() == 0 {
        return None;
    }
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    Some((minus && !(whole.is_empty() && fraction.is_empty()), whole, fraction))
}

/// A day or time in one spelling: a space for the `T`, no empty fraction, no zone that is UTC (the
/// session's), no seconds that are zero, no midnight.
fn moment(text: &str) -> String {
    let mut text = text.trim().replacen('T', " ", 1);
    for zone in ["Z", "+00:00", "+0000", "+00"] {
        if let Some(rest) = text.strip_suffix(zone).filter(|rest| rest.contains(':')) {
            text = rest.to_owned();
            break;
        }
    }
    if text.contains('.') {
        let kept = text.trim_end_matches('0').trim_end_matches('.').len();
        text.truncate(kept);
    }
    if text.matches(':').count() == 2 {
        text = text.strip_suffix(":00").map_or(text.clone(), str::to_owned);
    }
    text.strip_suffix(" 00:00").map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_are_the_same_in_any_spelling_and_no_others() {
        assert_eq!(decimal("1"), decimal("+01.00"));
        assert_eq!(decimal("-0.0"), decimal("0"));
        assert_ne!(decimal("1.24"), decimal("1.239"));
        assert_eq!(decimal("1e3"), None);
        assert_eq!(decimal("."), None);
        assert_eq!(moment("2026-01-02T03:04:00Z"), moment("2026-01-02 03:04:00.000000+00"));
        assert_eq!(moment("2026-01-02"), moment("2026-01-02 00:00:00"));
        assert_ne!(moment("2026-01-02"), moment("2026-01-02 00:00:01"));
        assert_ne!(moment("2026-01-20"), moment("2026-01-2"));
    }
}
