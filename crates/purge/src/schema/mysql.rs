//! MySQL's and MariaDB's catalogue. `information_schema` shows an account only what it has rights to,
//! so references from tables out of its sight are looked for apart.

use std::collections::HashMap;

use super::{Class, Column, Link, RowKey, Schema, Table};
use crate::{Engine, conn::Conn, error::Result, sql::Shape, value::Value};

const USER_SCHEMA: &str = "NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema')";

type Index = HashMap<(String, String), usize>;
type Rules = HashMap<Vec<String>, String>;
/// A table's number, an index of it and the index's columns, each whole or only its beginning.
type UniqueKey = (usize, String, Vec<(String, bool)>);

/// `writing`: with triggers and what `ON DELETE` does, for which MariaDB opens every table there is.
pub(super) async fn read(conn: &mut Conn, writing: bool) -> Result<Schema> {
    let here = ask(conn, "SELECT DATABASE()", 1).await?;
    let here = here.first().map(|row| row[0].clone()).unwrap_or_default();
    let known = innodb(conn).await?;
    let schemas = schemas(&here, known.as_deref());
    let mut tables: Vec<Table> = Vec::new();
    let mut index: Index = HashMap::new();
    for row in ask(conn, &tables_sql(&schemas), 4).await? {
        index.insert((row[0].clone(), row[1].clone()), tables.len());
        tables.push(table(&row, &here));
    }
    for row in ask(conn, &columns_sql(&schemas), 7).await? {
        if let Some(i) = index.get(&(row[0].clone(), row[1].clone())) {
            tables[*i].columns.push(column(&row));
        }
    }
    keys(&ask(conn, &keys_sql(&schemas), 5).await?, &index, &mut tables);
    let triggers = if writing { ask(conn, &triggers_sql(&schemas), 3).await? } else { Vec::new() };
    for row in triggers {
        if let Some(i) = index.get(&(row[0].clone(), row[1].clone())) {
            tables[*i].triggers.push(row[2].clone());
        }
    }
    let rules = if writing { rules(conn, &schemas).await? } else { Rules::new() };
    let links = links(&ask(conn, &links_sql(&schemas), 7).await?, (&index, &rules), &tables);
    let blind = blind(conn, &here, known.as_deref(), &index).await?;
    Ok(Schema { engine: Engine::Mysql, tables, links, blind })
}

fn table(row: &[String], here: &str) -> Table {
    let (schema, bare) = (row[0].clone(), row[1].clone());
    let unsafe_because = if row[2] == "SYSTEM VERSIONED" {
        "it keeps the history of its rows, so deleted ones would stay".to_owned()
    } else if row[3].eq_ignore_ascii_case("innodb") {
        String::new()
    } else {
        format!("its storage engine {} cannot roll a batch back", row[3])
    };
    Table {
        name: if schema == here { bare.clone() } else { format!("{schema}.{bare}") },
        schema,
        bare,
        columns: Vec::new(),
        key: RowKey::None("it has no primary key and no unique key without NULLs".to_owned()),
        triggers: Vec::new(),
        unsafe_because,
    }
}

fn column(row: &[String]) -> Column {
    let full = row[3].to_lowercase();
    let word: String = full.chars().take_while(char::is_ascii_alphabetic).collect();
    let unsigned = full.contains("unsigned");
    let class = match word.as_str() {
        "tinyint" | "smallint" | "mediumint" | "int" | "integer" | "bigint" if unsigned => {
            Class::Unsigned
        }
        "tinyint" | "smallint" | "mediumint" | "int" | "integer" | "bigint" | "year" => {
            Class::Integer
        }
        "decimal" | "numeric" => Class::Decimal,
        "float" | "double" | "real" => Class::Real,
        "char" | "varchar" | "tinytext" | "text" | "mediumtext" | "longtext" => Class::Text,
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" | "geometry"
        | "point" | "linestring" | "polygon" | "multipoint" | "multilinestring"
        | "multipolygon" | "geometrycollection" | "geomcollection" => Class::Bytes,
        "date" => Class::Date,
        "datetime" => Class::Local,
        "timestamp" => Class::Timestamp,
        "bit" => Class::Bits,
        _ => Class::Other,
    };
    Column {
        name: row[2].clone(),
        data_type: row[3].clone(),
        class,
        nullable: row[4] == "YES",
        generated: row[5].contains("GENERATED") && !row[5].contains("DEFAULT_GENERATED"),
        unique: false,
        most_chars: row[6].parse().ok().filter(|_| class == Class::Text),
    }
}

/// The primary key, else the first unique key without NULLs (they come in that order).
fn keys(rows: &[Vec<String>], index: &Index, tables: &mut [Table]) {
    let mut by_index: Vec<UniqueKey> = Vec::new();
    for row in rows {
        let Some(i) = index.get(&(row[0].clone(), row[1].clone())) else { continue };
        // A key over the beginning of a text tells no rows apart.
        let whole = row[4].is_empty();
        match by_index.last_mut() {
            Some((at, name, parts)) if at == i && *name == row[2] => {
                parts.push((row[3].clone(), whole));
            }
            _ => by_index.push((*i, row[2].clone(), vec![(row[3].clone(), whole)])),
        }
    }
    for (i, _, parts) in by_index {
        let table = &mut tables[i];
        let fit = parts.iter().all(|(name, whole)| {
            let column = table.columns.iter().find(|column| column.name == *name);
            *whole && column.is_some_and(|c| !c.nullable && c.class != Class::Real)
        });
        for (name, _) in &parts {
            if let Some(column) = table.columns.iter_mut().find(|column| column.name == *name) {
                column.unique = true;
            }
        }
        if fit && matches!(table.key, RowKey::None(_)) {
            table.key = RowKey::Columns(parts.into_iter().map(|(name, _)| name).collect());
        }
    }
}

fn links(rows: &[Vec<String>], (index, rules): (&Index, &Rules), tables: &[Table]) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    let mut last = (String::new(), String::new());
    for row in rows {
        let find =
            |a: &String, b: &String| index.get(&(a.clone(), b.clone())).map(|i| &tables[*i].name);
        let (Some(from), Some(to)) = (find(&row[0], &row[1]), find(&row[4], &row[5])) else {
            continue;
        };
        let this = (format!("{}.{}", row[0], row[1]), row[2].clone());
        if this != last {
            last = this;
            links.push(Link {
                from: from.clone(),
                from_columns: Vec::new(),
                to: to.clone(),
                to_columns: Vec::new(),
                on_delete: rules.get(&row[..3]).cloned().unwrap_or_default(),
                enforced: true,
            });
        }
        if let Some(link) = links.last_mut() {
            link.from_columns.push(row[3].clone());
            link.to_columns.push(row[6].clone());
        }
    }
    links.sort_by(|a, b| (&a.from, &a.from_columns, &a.to).cmp(&(&b.from, &b.from_columns, &b.to)));
    links
}

/// InnoDB's own list of references (referring, referred to), shown to accounts with the PROCESS right.
async fn innodb(conn: &mut Conn) -> Result<Option<Vec<[Place; 2]>>> {
    // MariaDB writes names as its files are called (`@0020` for a space); MySQL writes them plainly.
    let part = |name: &str, side: i8| {
        let part = format!("CAST(SUBSTRING_INDEX({name}, '/', {side}) AS BINARY)");
        format!("CONVERT(CONVERT({part} USING filename) USING utf8mb4)")
    };
    let plain = |name: &str, side: i8| format!("SUBSTRING_INDEX({name}, '/', {side})");
    let columns = |part: &dyn Fn(&str, i8) -> String| {
        [part("FOR_NAME", 1), part("FOR_NAME", -1), part("REF_NAME", 1), part("REF_NAME", -1)]
            .join(", ")
    };
    for (list, columns) in
        [("INNODB_SYS_FOREIGN", columns(&part)), ("INNODB_FOREIGN", columns(&plain))]
    {
        let sql = format!("SELECT {columns} FROM information_schema.{list}");
        match ask(conn, &sql, 4).await {
            Ok(rows) => {
                let place = |row: &[String], i: usize| (row[i].clone(), row[i + 1].clone());
                return Ok(Some(rows.iter().map(|row| [place(row, 0), place(row, 2)]).collect()));
            }
            Err(error) if error.is_passing() => return Err(error),
            Err(_) => {}
        }
    }
    Ok(None)
}

/// Database and table.
type Place = (String, String);

/// Could a table that this account cannot see refer to one that it can? InnoDB's list says so.
/// Without it an account that may read the whole database is believed.
async fn blind(
    conn: &mut Conn,
    here: &str,
    known: Option<&[[Place; 2]]>,
    index: &Index,
) -> Result<bool> {
    if let Some(found) = known {
        return Ok(found
            .iter()
            .any(|[from, to]| index.contains_key(to) && !index.contains_key(from)));
    }
    let sql = format!(
        "SELECT PRIVILEGE_TYPE FROM information_schema.USER_PRIVILEGES WHERE PRIVILEGE_TYPE = 'SELECT' \
         UNION ALL SELECT PRIVILEGE_TYPE FROM information_schema.SCHEMA_PRIVILEGES \
         WHERE PRIVILEGE_TYPE = 'SELECT' AND {} LIKE TABLE_SCHEMA",
        literal(here)
    );
    Ok(ask(conn, &sql, 1).await?.is_empty())
}

/// The databases to read: the connected one with those that refer to it, or all there are.
fn schemas(here: &str, known: Option<&[[Place; 2]]>) -> String {
    if here.is_empty() {
        return USER_SCHEMA.to_owned();
    }
    let mut names = vec![literal(here)];
    for [from, to] in known.unwrap_or_default() {
        let name = literal(&from.0);
        if to.0 == here && !names.contains(&name) {
            names.push(name);
        }
    }
    format!("IN ({})", names.join(", "))
}

fn tables_sql(schemas: &str) -> String {
    format!(
        "SELECT table_schema, table_name, table_type, engine FROM information_schema.tables \
         WHERE table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') AND table_schema {schemas} \
         ORDER BY table_schema, table_name"
    )
}

fn columns_sql(schemas: &str) -> String {
    format!(
        "SELECT table_schema, table_name, column_name, column_type, is_nullable, extra, \
         CAST(character_maximum_length AS CHAR) FROM information_schema.columns \
         WHERE table_schema {schemas} ORDER BY table_schema, table_name, ordinal_position"
    )
}

fn keys_sql(schemas: &str) -> String {
    format!(
        "SELECT table_schema, table_name, index_name, column_name, CAST(sub_part AS CHAR) \
         FROM information_schema.statistics WHERE non_unique = 0 AND table_schema {schemas} \
         ORDER BY table_schema, table_name, index_name <> 'PRIMARY', index_name, seq_in_index"
    )
}

fn triggers_sql(schemas: &str) -> String {
    format!(
        "SELECT event_object_schema, event_object_table, trigger_name \
         FROM information_schema.triggers WHERE event_object_schema {schemas} ORDER BY 1, 2, 3"
    )
}

fn links_sql(schemas: &str) -> String {
    format!(
        "SELECT table_schema, table_name, constraint_name, column_name, \
         referenced_table_schema, referenced_table_name, referenced_column_name \
         FROM information_schema.key_column_usage \
         WHERE referenced_table_name IS NOT NULL AND table_schema {schemas} \
         ORDER BY table_schema, table_name, constraint_name, ordinal_position"
    )
}

/// What `ON DELETE` does, by the reference: database, table and name. Joined with the list of references
/// by the server itself it would take ten times as long.
async fn rules(conn: &mut Conn, schemas: &str) -> Result<Rules> {
    let sql = format!(
        "SELECT constraint_schema, table_name, constraint_name, delete_rule \
         FROM information_schema.referential_constraints WHERE constraint_schema {schemas}"
    );
    let rows = ask(conn, &sql, 4).await?.into_iter();
    Ok(rows.filter_map(|mut row| row.pop().map(|rule| (row, rule))).collect())
}

/// Backslashes escape in this session's SQL mode.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

/// The catalogue's texts are of several types and collations: their bytes are UTF-8 all the same.
async fn ask(conn: &mut Conn, text: &str, columns: usize) -> Result<Vec<Vec<String>>> {
    let rows = conn.fetch_once(text.to_owned(), &vec![Shape::Bytes; columns]).await?;
    let text = |value: &Value| match value {
        Value::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        _ => String::new(),
    };
    Ok(rows.iter().map(|row| row.iter().map(text).collect()).collect())
}
