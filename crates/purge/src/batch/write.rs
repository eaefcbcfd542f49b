//! What would be written to rows that stay. Values are computed here, so that a row that already is
//! as it should be is not written again, and that masks are the same in every engine.

use std::collections::BTreeMap;

use super::{
    decide::{Work, Write},
    family::{CHUNK, Family, yes},
};
use crate::{
    Engine,
    conn::Conn,
    copy::Before,
    error::Result,
    mask,
    plan::{Action, Plan, RANDOM_LEAST, fixed},
    request::{MaskKind, Neutral, Treatment},
    schema::{Class, Column, Table},
    sql::{self, Shape, Sql},
    value::{Key, Value},
};

/// Rows of one table that are written.
pub(crate) struct Update {
    /// Number of the table in the plan.
    pub table: usize,
    /// Where the rows are counted.
    pub action: Action,
    pub columns: Vec<String>,
    pub rows: Vec<Before>,
    /// Keys of rows that are already as they should be.
    pub already: Vec<Key>,
}

/// What a column gets.
enum New {
    Null,
    Same(Value),
    Random(usize),
    Mask(MaskKind),
}

/// Reads the rows that are to be written and computes what they get.
pub(crate) async fn updates(
    conn: &mut Conn,
    plan: &Plan,
    family: &Family,
    work: &Work,
) -> Result<Vec<Update>> {
    let mut groups: BTreeMap<(usize, &Write), Vec<Key>> = BTreeMap::new();
    for (row, write) in &work.writes {
        let member = &family.rows[*row];
        groups.entry((member.table, write)).or_default().push(member.key.clone());
    }
    let mut found = Vec::new();
    for ((number, write), keys) in groups {
        let table = &plan.tables[number];
        let mut columns = Vec::new();
        let mut action = Action::Unlink;
        if write.treat {
            match plan.treatment(&table.name) {
                Some(Treatment::Anonymise(list)) => {
                    action = Action::Anonymise;
                    for (name, neutral) in list {
                        let column = table.column(name)?;
                        columns.push((column, neutral_of(plan.engine, table, column, neutral)?));
                    }
                }
                Some(Treatment::Mask(list)) => {
                    action = Action::Mask;
                    for (name, kind) in list {
                        columns.push((table.column(name)?, New::Mask(*kind)));
                    }
                }
                _ => {}
            }
        }
        for name in &write.cut {
            columns.push((table.column(name)?, New::Null));
        }
        let mut update = Update {
            table: number,
            action,
            columns: columns.iter().map(|(column, _)| column.name.clone()).collect(),
            rows: Vec::new(),
            already: Vec::new(),
        };
        for keys in keys.chunks(CHUNK) {
            read(conn, table, &columns, keys, &mut update).await?;
        }
        found.push(update);
    }
    Ok(found)
}

async fn read(
    conn: &mut Conn,
    table: &Table,
    columns: &[(&Column, New)],
    keys: &[Key],
    update: &mut Update,
) -> Result<()> {
    let mut sql = Sql::new(conn.engine(), "SELECT ");
    sql.read_key("t", table);
    for (column, new) in columns {
        sql.push(", ").read("t", table, &column.name);
        if let New::Same(value) = new {
            sql.push(", ");
            same(&mut sql, table, column, value);
        }
    }
    sql.push(" FROM ").table(table).push(" t WHERE ").key_in("t", table, keys);
    let own = table.key_names().len();
    for row in conn.fetch(&sql, &table.name).await? {
        let mut values = row.into_iter();
        let key: Key = values.by_ref().take(own).collect();
        let (mut old, mut fresh, mut differs) = (Vec::new(), Vec::new(), false);
        for (_, new) in columns {
            let value = values.next().unwrap_or(Value::Null);
            let next = match new {
                New::Null => Value::Null,
                New::Same(fixed) => {
                    let same = values.next().is_some_and(|flag| yes(&flag));
                    if same { value.clone() } else { fixed.clone() }
                }
                New::Random(length) if is_random(&value, *length) => value.clone(),
                New::Random(length) => Value::Text(random(*length)?),
                New::Mask(kind) => mask::masked(*kind, &value),
            };
            differs |= next != value;
            old.push(value);
            fresh.push(next);
        }
        if differs {
            update.rows.push(Before { key, old, new: fresh });
        } else {
            update.already.push(key);
        }
    }
    Ok(())
}

/// Reads 1 where a column holds this value, byte for byte.
pub(crate) fn same(sql: &mut Sql, table: &Table, column: &Column, value: &Value) {
    match sql.engine {
        Engine::Sqlite => {
            sql.push("CASE WHEN ").column("t", table, &column.name).push(" IS ");
            sql.value(value.clone(), Some(column)).push(" THEN 1 ELSE 0 END");
            sql.shapes.push(Shape::Int);
        }
        Engine::Postgres => {
            sql.push("CAST(CASE WHEN CAST(").column("t", table, &column.name);
            sql.push(" AS text) IS NOT DISTINCT FROM CAST(").value(value.clone(), Some(column));
            sql.push(" AS text) THEN 1 ELSE 0 END AS text)");
            sql.shapes.push(Shape::Text);
        }
        Engine::Mysql if column.class == Class::Text => {
            sql.push("CASE WHEN (CONVERT(").column("t", table, &column.name);
            sql.push(" USING utf8mb4) COLLATE utf8mb4_bin) <=> ")
                .value(value.clone(), Some(column));
            sql.push(" THEN 1 ELSE 0 END");
            sql.shapes.push(Shape::Int);
        }
        Engine::Mysql => {
            sql.push("CASE WHEN ").column("t", table, &column.name).push(" <=> ");
            sql.value(value.clone(), Some(column)).push(" THEN 1 ELSE 0 END");
            sql.shapes.push(Shape::Int);
        }
    }
}

fn neutral_of(engine: Engine, table: &Table, column: &Column, neutral: &Neutral) -> Result<New> {
    Ok(match neutral {
        Neutral::Null => New::Null,
        Neutral::Value(value) => New::Same(sql::literal(engine, table, column, value)?),
        Neutral::Fixed => {
            let text = fixed(engine, column).unwrap_or_default();
            let number = matches!(
                column.class,
                Class::Integer | Class::Unsigned | Class::Real | Class::Bits
            );
            New::Same(if number && engine == Engine::Mysql {
                Value::Int(0)
            } else {
                Value::Text(text.to_owned())
            })
        }
        Neutral::Random => {
            let most = column.most_chars.unwrap_or(u32::MAX);
            New::Random(most.clamp(RANDOM_LEAST, LONGEST) as usize)
        }
    })
}

/// Longest random text: the word and 32 digits.
const LONGEST: u32 = 10 + 32;
const WORD: &str = "anonymous-";

/// A random text: `anonymous-` and hexadecimal digits, or as many digits as fit.
fn random(length: usize) -> Result<String> {
    let mut bytes = [0u8; 16];
    getrandom(&mut bytes)?;
    let mut digits = String::with_capacity(32);
    for byte in bytes {
        use std::fmt::Write as _;
        let _ = write!(digits, "{byte:02x}"); // writing to a String cannot fail
    }
    let (word, left) = shape(length);
    Ok(format!("{word}{}", &digits[..left.min(32)]))
}

/// The word where at least sixteen digits fit behind it.
fn shape(length: usize) -> (&'static str, usize) {
    if length >= WORD.len() + RANDOM_LEAST as usize {
        (WORD, length - WORD.len())
    } else {
        ("", length)
    }
}

fn is_random(value: &Value, length: usize) -> bool {
    let (word, left) = shape(length);
    let Value::Text(text) = value else { return false };
    text.strip_prefix(word).is_some_and(|digits| {
        digits.len() == left.min(32)
            && digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    })
}

/// Random bytes from the system.
fn getrandom(bytes: &mut [u8; 16]) -> Result<()> {
    aws_lc_rs::rand::fill(bytes)
        .map_err(|_| crate::PurgeError::Request("the system has no random numbers".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_texts_fit_and_are_known_again() {
        for length in [16, 20, 26, 42] {
            let text = random(length).unwrap();
            assert!(text.len() <= length && text.len() >= 16, "{length}: {}", text.len());
            assert!(is_random(&Value::Text(text), length), "{length}");
        }
        assert!(random(42).unwrap() != random(42).unwrap());
        assert!(!is_random(&Value::Text("li@example.com".into()), 42));
    }
}
