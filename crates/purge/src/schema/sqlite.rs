//! SQLite's catalogue.

use std::collections::{HashMap, HashSet};

use super::{Class, Column, Link, RowKey, Schema, Table};
use crate::{
    Engine,
    conn::Conn,
    error::Result,
    sql::{Shape, Sql},
    value::Value,
};

pub(super) async fn read(conn: &mut Conn) -> Result<Schema> {
    let mut tables: Vec<Table> = Vec::new();
    let mut pragmas: HashMap<String, Vec<Raw>> = HashMap::new();
    let rows = ask(
        conn,
        "SELECT l.name, l.wr, p.name, p.type, p.\"notnull\", p.pk, p.hidden \
         FROM pragma_table_list l JOIN pragma_table_xinfo(l.name) p \
         WHERE l.schema = 'main' AND l.type = 'table' AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
         ORDER BY l.name, p.cid",
        7,
    )
    .await?;
    for row in rows {
        let name = text(&row[0]);
        if tables.last().is_none_or(|table| table.name != name) {
            tables.push(Table {
                name: name.clone(),
                schema: String::new(),
                bare: name.clone(),
                columns: Vec::new(),
                key: RowKey::None(String::new()),
                triggers: Vec::new(),
                unsafe_because: String::new(),
            });
        }
        let raw =
            Raw { rowless: int(&row[1]) == 1, key: int(&row[5]), required: int(&row[4]) == 1 };
        if let Some(table) = tables.last_mut() {
            table.columns.push(Column {
                name: text(&row[2]),
                data_type: text(&row[3]),
                class: Class::Any,
                nullable: !raw.required,
                generated: int(&row[6]) >= 2,
                unique: raw.key > 0,
                most_chars: None,
            });
        }
        pragmas.entry(name).or_default().push(raw);
    }
    for table in &mut tables {
        table.key = key_of(table, pragmas.get(&table.name).map_or(&[], Vec::as_slice));
        if let RowKey::Columns(names) = &table.key {
            let names = names.clone();
            for column in table.columns.iter_mut().filter(|c| names.contains(&c.name)) {
                column.nullable = false;
            }
        }
    }
    unique_columns(conn, &mut tables).await?;
    let sql = "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger' ORDER BY 1, 2";
    for row in ask(conn, sql, 2).await? {
        let name = text(&row[0]).to_lowercase();
        if let Some(table) = tables.iter_mut().find(|table| table.name.to_lowercase() == name) {
            table.triggers.push(text(&row[1]));
        }
    }
    let links = links(conn, &tables).await?;
    Ok(Schema { engine: Engine::Sqlite, tables, links, blind: false })
}

struct Raw {
    rowless: bool,
    /// Position in the primary key from 1, or 0.
    key: i64,
    required: bool,
}

/// SQLite lets NULLs into primary keys that do not say NOT NULL; then the row id is the key.
fn key_of(table: &Table, raw: &[Raw]) -> RowKey {
    let mut key: Vec<(i64, &Column, &Raw)> = table
        .columns
        .iter()
        .zip(raw)
        .filter(|(_, raw)| raw.key > 0)
        .map(|(column, raw)| (raw.key, column, raw))
        .collect();
    key.sort_by_key(|(position, _, _)| *position);
    let rowless = raw.first().is_some_and(|raw| raw.rowless);
    let integer = key.len() == 1 && key[0].1.data_type.eq_ignore_ascii_case("integer");
    let required = !key.is_empty() && key.iter().all(|(_, _, raw)| raw.required);
    if rowless || integer || required {
        return RowKey::Columns(key.iter().map(|(_, column, _)| column.name.clone()).collect());
    }
    let taken: HashSet<String> = table.columns.iter().map(|c| c.name.to_lowercase()).collect();
    match ["rowid", "_rowid_", "oid"].into_iter().find(|name| !taken.contains(*name)) {
        Some(name) => RowKey::Hidden(name.to_owned()),
        None => RowKey::None("its columns hide the row id".to_owned()),
    }
}

async fn unique_columns(conn: &mut Conn, tables: &mut [Table]) -> Result<()> {
    let rows = ask(
        conn,
        "SELECT DISTINCT l.name, i.name FROM pragma_table_list l JOIN pragma_index_list(l.name) x \
         JOIN pragma_index_info(x.name) i \
         WHERE l.schema = 'main' AND l.type = 'table' AND x.\"unique\" = 1",
        2,
    )
    .await?;
    let found: HashSet<(String, String)> =
        rows.iter().map(|row| (text(&row[0]), text(&row[1]))).collect();
    for table in tables {
        for column in &mut table.columns {
            column.unique |= found.contains(&(table.name.clone(), column.name.clone()));
        }
    }
    Ok(())
}

/// Names are written in any case; `REFERENCES t` without columns means t's primary key.
async fn links(conn: &mut Conn, tables: &[Table]) -> Result<Vec<Link>> {
    let rows = ask(
        conn,
        "SELECT l.name, f.id, f.\"table\", f.\"from\", f.\"to\", f.on_delete, f.seq \
         FROM pragma_table_list l JOIN pragma_foreign_key_list(l.name) f \
         WHERE l.schema = 'main' AND l.type = 'table' ORDER BY l.name, f.id, f.seq",
        7,
    )
    .await?;
    let keys = primary_keys(conn).await?;
    let mut links: Vec<Link> = Vec::new();
    for row in rows {
        let find = |name: &str| tables.iter().find(|t| t.name.eq_ignore_ascii_case(name));
        let (Some(from), Some(to)) = (find(&text(&row[0])), find(&text(&row[2]))) else { continue };
        let seq = usize::try_from(int(&row[6])).unwrap_or(0);
        if seq == 0 {
            links.push(Link {
                from: from.name.clone(),
                from_columns: Vec::new(),
                to: to.name.clone(),
                to_columns: Vec::new(),
                on_delete: text(&row[5]),
                enforced: true,
            });
        }
        let canonical = |table: &Table, name: &str| {
            let found = table.columns.iter().find(|c| c.name.eq_ignore_ascii_case(name));
            found.map_or_else(|| name.to_owned(), |column| column.name.clone())
        };
        let to_column = match &row[4] {
            Value::Null => keys.get(&to.name).and_then(|key| key.get(seq)).cloned(),
            named => Some(canonical(to, &text(named))),
        };
        if let Some(link) = links.last_mut() {
            link.from_columns.push(canonical(from, &text(&row[3])));
            link.to_columns.push(to_column.unwrap_or_default());
        }
    }
    links.sort_by(|a, b| (&a.from, &a.from_columns, &a.to).cmp(&(&b.from, &b.from_columns, &b.to)));
    Ok(links)
}

async fn primary_keys(conn: &mut Conn) -> Result<HashMap<String, Vec<String>>> {
    let rows = ask(
        conn,
        "SELECT l.name, p.name FROM pragma_table_list l JOIN pragma_table_xinfo(l.name) p \
         WHERE l.schema = 'main' AND l.type = 'table' AND p.pk > 0 ORDER BY l.name, p.pk",
        2,
    )
    .await?;
    let mut keys: HashMap<String, Vec<String>> = HashMap::new();
    for row in rows {
        keys.entry(text(&row[0])).or_default().push(text(&row[1]));
    }
    Ok(keys)
}

async fn ask(conn: &mut Conn, text: &str, columns: usize) -> Result<Vec<Vec<Value>>> {
    let mut sql = Sql::new(Engine::Sqlite, text);
    sql.shapes = vec![Shape::Any; columns];
    conn.fetch(&sql, "").await
}

fn text(value: &Value) -> String {
    value.text().unwrap_or_default()
}

fn int(value: &Value) -> i64 {
    match value {
        Value::Int(number) => *number,
        _ => 0,
    }
}
