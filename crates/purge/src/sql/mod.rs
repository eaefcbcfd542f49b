//! Statements: names are quoted by one function per engine, values are always bound.

mod alike;
mod condition;

use std::fmt::Write as _;

pub(crate) use condition::{ConditionSql, check, literal, tables_read};

use crate::{
    Engine,
    schema::{Class, Column, RowKey, Table},
    value::{Key, Value},
};

/// What is bound to a statement.
#[derive(Clone)]
pub(crate) enum Arg {
    One(Value),
    /// PostgreSQL: one array of texts.
    Texts(Vec<Option<String>>),
}

/// How an answer's column is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Int,
    Unsigned,
    Real,
    Text,
    Bytes,
    /// SQLite: by the value's own storage class.
    Any,
}

/// A statement under construction.
#[derive(Clone)]
pub(crate) struct Sql {
    pub engine: Engine,
    pub text: String,
    pub args: Vec<Arg>,
    /// How the answer's columns are read, in order.
    pub shapes: Vec<Shape>,
}

/// Quotes an identifier.
pub(crate) fn quote(engine: Engine, name: &str) -> String {
    match engine {
        Engine::Mysql => format!("`{}`", name.replace('`', "``")),
        _ => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}

impl Sql {
    pub fn new(engine: Engine, text: &str) -> Self {
        Self { engine, text: text.to_owned(), args: Vec::new(), shapes: Vec::new() }
    }

    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    pub fn name(&mut self, name: &str) -> &mut Self {
        self.text.push_str(&quote(self.engine, name));
        self
    }

    pub fn table(&mut self, table: &Table) -> &mut Self {
        if !table.schema.is_empty() {
            self.name(&table.schema).push(".");
        }
        self.name(&table.bare)
    }

    /// `alias.column`; a hidden row id is a keyword, not a name.
    pub fn column(&mut self, alias: &str, table: &Table, name: &str) -> &mut Self {
        if !alias.is_empty() {
            self.push(alias).push(".");
        }
        if matches!(&table.key, RowKey::Hidden(hidden) if hidden == name) {
            return self.push(name);
        }
        self.name(name)
    }

    /// A placeholder for the next argument.
    pub fn mark(&mut self, arg: Arg) -> &mut Self {
        self.args.push(arg);
        if self.engine == Engine::Postgres {
            self.text.push('$');
            self.text.push_str(&self.args.len().to_string());
        } else {
            self.text.push('?');
        }
        self
    }

    /// A value that is compared with or written to a column.
    pub fn value(&mut self, value: Value, column: Option<&Column>) -> &mut Self {
        let class = column.map(|column| column.class);
        match (self.engine, column) {
            (Engine::Postgres, Some(column)) => {
                let data_type = column.data_type.clone();
                self.push("CAST(CAST(").mark(Arg::One(value)).push(" AS text) AS ");
                self.push(&data_type).push(")")
            }
            (Engine::Postgres, None) => self.push("CAST(").mark(Arg::One(value)).push(" AS text)"),
            // A text beside a number is compared as a float, which is wrong beyond 2^53.
            (Engine::Mysql, Some(_)) if class == Some(Class::Decimal) => {
                self.push("CAST(").mark(Arg::One(value)).push(" AS DECIMAL(65,20))")
            }
            _ => self.mark(Arg::One(value)),
        }
    }

    /// A whole number that is compared with an integer column.
    pub fn number(&mut self, number: i64) -> &mut Self {
        if self.engine == Engine::Postgres {
            self.push("CAST(CAST(").mark(Arg::One(Value::Text(number.to_string())));
            return self.push(" AS text) AS bigint)");
        }
        self.mark(Arg::One(Value::Int(number)))
    }

    /// A text that is compared with text.
    pub fn text_value(&mut self, text: &str) -> &mut Self {
        self.value(Value::Text(text.to_owned()), None)
    }

    /// Reads a column into a [`Value`].
    pub fn read(&mut self, alias: &str, table: &Table, name: &str) -> &mut Self {
        let column = table.columns.iter().find(|column| column.name == name);
        match self.engine {
            Engine::Sqlite => {
                self.shapes.push(Shape::Any);
                self.column(alias, table, name)
            }
            Engine::Postgres => {
                self.shapes.push(Shape::Text);
                self.push("CAST(").column(alias, table, name).push(" AS text)")
            }
            Engine::Mysql => {
                let class = column.map_or(Class::Other, |column| column.class);
                let (before, after, shape) = mysql_reading(class);
                self.shapes.push(shape);
                self.push(before).column(alias, table, name).push(after)
            }
        }
    }

    /// Reads the key's columns, separated by commas.
    pub fn read_key(&mut self, alias: &str, table: &Table) -> &mut Self {
        for (i, name) in table.key_names().into_iter().enumerate() {
            if i > 0 {
                self.push(", ");
            }
            self.read(alias, table, name);
        }
        self
    }

    /// The key's columns as they are, separated by commas.
    pub fn key_columns(&mut self, alias: &str, table: &Table) -> &mut Self {
        for (i, name) in table.key_names().into_iter().enumerate() {
            if i > 0 {
                self.push(", ");
            }
            self.column(alias, table, name);
        }
        self
    }

    /// A number that the database computes; read as [`Value::Int`] or text.
    pub fn read_count(&mut self, expression: &str) -> &mut Self {
        if self.engine == Engine::Postgres {
            self.shapes.push(Shape::Text);
            return self.push("CAST(").push(expression).push(" AS text)");
        }
        self.shapes.push(Shape::Int);
        self.push(expression)
    }

    /// The row's key is one of these.
    pub fn key_in(&mut self, alias: &str, table: &Table, keys: &[Key]) -> &mut Self {
        if keys.is_empty() {
            return self.push("(1 = 0)");
        }
        let names = table.key_names();
        if let (Engine::Postgres, [name]) = (self.engine, names.as_slice()) {
            let data_type = key_type(table, name);
            self.column(alias, table, name).push(" = ANY(CAST(CAST(");
            self.mark(Arg::Texts(keys.iter().map(|key| key[0].text()).collect()));
            return self.push(" AS text[]) AS ").push(&data_type).push("[]))");
        }
        // One text for any number of keys, so that SQLite prepares the statement once.
        if let (Engine::Sqlite, [name], Some(list)) = (self.engine, names.as_slice(), numbers(keys))
        {
            self.column(alias, table, name).push(" IN (SELECT value FROM json_each(");
            return self.mark(Arg::One(Value::Text(list))).push("))");
        }
        if names.len() > 1 {
            self.push("(");
        }
        self.key_columns(alias, table);
        if names.len() > 1 {
            self.push(")");
        }
        self.push(" IN (");
        match self.engine {
            Engine::Postgres => self.unnest(table, &names, keys),
            _ => self.list(table, &names, keys),
        }
        self.push(")")
    }

    fn unnest(&mut self, table: &Table, names: &[&str], keys: &[Key]) {
        self.push("SELECT ");
        for (i, name) in names.iter().enumerate() {
            let data_type = key_type(table, name);
            let comma = if i > 0 { ", " } else { "" };
            self.push(&format!("{comma}CAST(u.k{i} AS {data_type})"));
        }
        self.push(" FROM unnest(");
        for i in 0..names.len() {
            self.push(if i > 0 { ", CAST(" } else { "CAST(" });
            self.mark(Arg::Texts(keys.iter().map(|key| key[i].text()).collect()));
            self.push(" AS text[])");
        }
        let names: Vec<String> = (0..names.len()).map(|i| format!("k{i}")).collect();
        self.push(&format!(") AS u({})", names.join(", ")));
    }

    fn list(&mut self, table: &Table, names: &[&str], keys: &[Key]) {
        let tuple = names.len() > 1;
        if tuple && self.engine == Engine::Sqlite {
            self.push("VALUES ");
        }
        for (i, key) in keys.iter().enumerate() {
            if i > 0 {
                self.push(",");
            }
            if tuple {
                self.push("(");
            }
            for (j, (name, value)) in names.iter().zip(key).enumerate() {
                if j > 0 {
                    self.push(",");
                }
                let column = table.columns.iter().find(|column| column.name == *name);
                self.value(value.clone(), column);
            }
            if tuple {
                self.push(")");
            }
        }
    }

    /// The row comes after this key in the key's order.
    pub fn key_after(&mut self, alias: &str, table: &Table, after: &Key) -> &mut Self {
        let names = table.key_names();
        self.push("(");
        for i in 0..names.len() {
            self.push(if i > 0 { " OR (" } else { "(" });
            for (j, name) in names.iter().take(i + 1).enumerate() {
                if j > 0 {
                    self.push(" AND ");
                }
                self.column(alias, table, name).push(if j == i { " > " } else { " = " });
                self.key_value(table, name, after[j].clone());
            }
            self.push(")");
        }
        self.push(")")
    }

    /// A value of a key's column.
    pub fn key_value(&mut self, table: &Table, name: &str, value: Value) -> &mut Self {
        if let Some(column) = table.columns.iter().find(|column| column.name == name) {
            let column = column.clone();
            return self.value(value, Some(&column));
        }
        if self.engine == Engine::Postgres {
            return self.push("CAST(CAST(").mark(Arg::One(value)).push(" AS text) AS tid)");
        }
        self.value(value, None)
    }

    /// The reference's columns are equal: the referred table first, whose collation decides.
    pub fn joined(
        &mut self,
        (to_alias, to): (&str, &Table),
        (from_alias, from): (&str, &Table),
        pairs: impl Iterator<Item = (String, String)>,
    ) -> &mut Self {
        for (i, (from_column, to_column)) in pairs.enumerate() {
            if i > 0 {
                self.push(" AND ");
            }
            self.column(to_alias, to, &to_column).push(" = ");
            self.column(from_alias, from, &from_column);
        }
        self
    }
}

/// Keys of one whole number each, as a JSON array.
fn numbers(keys: &[Key]) -> Option<String> {
    let mut list = String::from("[");
    for (i, key) in keys.iter().enumerate() {
        let [Value::Int(number)] = key.as_slice() else { return None };
        let comma = if i > 0 { "," } else { "" };
        let _ = write!(list, "{comma}{number}"); // writing to a String cannot fail
    }
    list.push(']');
    Some(list)
}

/// The type of a key's column in PostgreSQL.
fn key_type(table: &Table, name: &str) -> String {
    let column = table.columns.iter().find(|column| column.name == name);
    column.map_or_else(|| "tid".to_owned(), |column| column.data_type.clone())
}

/// MariaDB: what stands around a column that is read, and what comes out.
fn mysql_reading(class: Class) -> (&'static str, &'static str, Shape) {
    match class {
        Class::Integer => ("CAST(", " AS SIGNED)", Shape::Int),
        Class::Unsigned => ("CAST(", " AS UNSIGNED)", Shape::Unsigned),
        Class::Bits => ("CAST(", " + 0 AS UNSIGNED)", Shape::Unsigned),
        Class::Real => ("(", " + 0e0)", Shape::Real),
        Class::Bytes => ("", "", Shape::Bytes),
        Class::Text => ("CONVERT(", " USING utf8mb4)", Shape::Text),
        _ => ("CONVERT(CAST(", " AS CHAR) USING utf8mb4)", Shape::Text),
    }
}
