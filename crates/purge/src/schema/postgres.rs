//! PostgreSQL's catalogue. `pg_catalog` shows every table's structure to every account, so no
//! reference stays unseen.

use std::collections::HashMap;

use super::{Class, Column, Link, RowKey, Schema, Table};
use crate::{Engine, conn::Conn, error::Result, sql::Shape, value::Value};

const USER_SCHEMA: &str = "n.nspname NOT IN ('pg_catalog', 'information_schema') \
    AND n.nspname NOT LIKE 'pg\\_toast%' AND n.nspname NOT LIKE 'pg\\_temp\\_%'";

/// `writing`: with triggers.
pub(super) async fn read(conn: &mut Conn, writing: bool) -> Result<Schema> {
    let mut tables: Vec<Table> = Vec::new();
    let mut by_oid: HashMap<String, usize> = HashMap::new();
    for row in ask(conn, &tables_sql(), 6).await? {
        by_oid.insert(row[0].clone(), tables.len());
        tables.push(table(&row));
    }
    for row in ask(conn, &columns_sql(), 9).await? {
        if let Some(table) = by_oid.get(&row[0]).and_then(|i| tables.get_mut(*i)) {
            table.columns.push(column(&row));
        }
    }
    let mut kinds: HashMap<String, bool> = HashMap::new();
    for row in ask(conn, &keys_sql(), 3).await? {
        let Some(table) = by_oid.get(&row[0]).and_then(|i| tables.get_mut(*i)) else { continue };
        // Keys come best first: the primary one, then by their columns' number.
        let index = kinds
            .entry(row[0].clone() + "/" + &row[1])
            .or_insert_with(|| !matches!(&table.key, RowKey::Columns(_)));
        if *index {
            match &mut table.key {
                RowKey::Columns(names) => names.push(row[2].clone()),
                other => *other = RowKey::Columns(vec![row[2].clone()]),
            }
        }
    }
    let triggers = if writing { ask(conn, &triggers_sql(), 2).await? } else { Vec::new() };
    for row in triggers {
        if let Some(table) = by_oid.get(&row[0]).and_then(|i| tables.get_mut(*i)) {
            table.triggers.push(row[1].clone());
        }
    }
    let rows = ask(conn, &links_sql(), 7).await?;
    // A reference from a table that is none of ours to see (a temporary one, an extension's).
    let blind =
        rows.iter().any(|row| by_oid.contains_key(&row[2]) && !by_oid.contains_key(&row[1]));
    let links = links(&rows, &by_oid, &tables);
    Ok(Schema { engine: Engine::Postgres, tables, links, blind })
}

fn table(row: &[String]) -> Table {
    let (schema, bare) = (row[1].clone(), row[2].clone());
    let partitioned = row[3] == "p";
    Table {
        name: if schema == "public" { bare.clone() } else { format!("{schema}.{bare}") },
        schema,
        bare,
        columns: Vec::new(),
        key: if partitioned {
            RowKey::None("it is partitioned and has no key".to_owned())
        } else {
            RowKey::Hidden("ctid".to_owned())
        },
        triggers: Vec::new(),
        unsafe_because: match (row[4].as_str(), row[5].as_str()) {
            ("true", _) => "other tables inherit from it".to_owned(),
            (_, "true") => "a row policy hides rows from this account".to_owned(),
            _ => String::new(),
        },
    }
}

fn column(row: &[String]) -> Column {
    let class = match row[3].as_str() {
        "int2" | "int4" | "int8" => Class::Integer,
        "numeric" | "money" => Class::Decimal,
        "float4" | "float8" => Class::Real,
        "bool" => Class::Boolean,
        "text" | "varchar" | "bpchar" | "citext" | "name" => Class::Text,
        "bytea" => Class::Bytes,
        "date" => Class::Date,
        "timestamp" => Class::Local,
        "timestamptz" => Class::Timestamp,
        _ => Class::Other,
    };
    Column {
        name: row[1].clone(),
        data_type: row[2].clone(),
        class,
        nullable: row[4] == "false",
        generated: row[5] == "true",
        unique: row[6] == "true",
        most_chars: row[7].parse().ok().filter(|_| class == Class::Text),
    }
}

fn links(rows: &[Vec<String>], by_oid: &HashMap<String, usize>, tables: &[Table]) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    let mut last = String::new();
    for row in rows {
        let find = |oid: &String| by_oid.get(oid).map(|i| tables[*i].name.clone());
        let (Some(from), Some(to)) = (find(&row[1]), find(&row[2])) else { continue };
        if row[0] != last {
            last.clone_from(&row[0]);
            links.push(Link {
                from,
                from_columns: Vec::new(),
                to,
                to_columns: Vec::new(),
                on_delete: match row[5].as_str() {
                    _ if row[6] != "true" => "NOTHING",
                    "c" => "CASCADE",
                    "n" => "SET NULL",
                    "d" => "SET DEFAULT",
                    "r" => "RESTRICT",
                    _ => "NO ACTION",
                }
                .to_owned(),
                enforced: true,
            });
        }
        if let Some(link) = links.last_mut() {
            link.from_columns.push(row[3].clone());
            link.to_columns.push(row[4].clone());
        }
    }
    links.sort_by(|a, b| (&a.from, &a.from_columns, &a.to).cmp(&(&b.from, &b.from_columns, &b.to)));
    links
}

fn tables_sql() -> String {
    format!(
        "SELECT c.oid::text, n.nspname::text, c.relname::text, c.relkind::text, \
         (EXISTS (SELECT 1 FROM pg_inherits i WHERE i.inhparent = c.oid) AND c.relkind = 'r')::text, \
         row_security_active(c.oid)::text \
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND {USER_SCHEMA} \
         ORDER BY n.nspname, c.relname"
    )
}

/// A domain's base type decides the class; values are cast to the domain.
fn columns_sql() -> String {
    format!(
        "SELECT a.attrelid::text, a.attname::text, format_type(a.atttypid, a.atttypmod), \
         (CASE WHEN t.typtype = 'd' THEN b.typname ELSE t.typname END)::text, \
         (a.attnotnull OR (t.typtype = 'd' AND t.typnotnull))::text, \
         (a.attgenerated <> '')::text, \
         (EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique \
            AND a.attnum = ANY (i.indkey)))::text, \
         (CASE WHEN a.atttypmod > 4 THEN a.atttypmod - 4 END)::text, a.attnum::text \
         FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
         JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = a.atttypid \
         LEFT JOIN pg_type b ON b.oid = t.typbasetype \
         WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND {USER_SCHEMA} \
         AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum"
    )
}

/// Unique indexes that can be a key: whole, valid, of columns without NULLs.
fn keys_sql() -> String {
    format!(
        "SELECT i.indrelid::text, i.indexrelid::text, a.attname::text \
         FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid \
         JOIN pg_namespace n ON n.oid = c.relnamespace \
         CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY u(num, at) \
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.num \
         WHERE i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL \
         AND u.at <= i.indnkeyatts AND NOT (0 = ANY (i.indkey::int2[])) \
         AND NOT EXISTS (SELECT 1 FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(num, at) \
            JOIN pg_attribute b ON b.attrelid = c.oid AND b.attnum = k.num \
            WHERE k.at <= i.indnkeyatts AND NOT b.attnotnull) AND {USER_SCHEMA} \
         ORDER BY i.indrelid, NOT i.indisprimary, i.indnkeyatts, i.indexrelid, u.at"
    )
}

fn triggers_sql() -> String {
    format!(
        "SELECT t.tgrelid::text, t.tgname::text FROM pg_trigger t \
         JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND {USER_SCHEMA} \
         UNION ALL SELECT r.ev_class::text, 'rule ' || r.rulename FROM pg_rewrite r \
         JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind IN ('r', 'p') AND r.ev_enabled <> 'D' AND {USER_SCHEMA} ORDER BY 1, 2"
    )
}

/// Whether a key does anything: one that is not enforced has no triggers, others may be switched off, and
/// of partitioned tables each part has its own.
///
/// Constraints of partitions are mostly copies of their table's; one that a partition has by itself is
/// read as the whole table's, which keeps more rows and never fewer.
fn links_sql() -> String {
    "SELECT k.oid::text, coalesce(pg_partition_root(k.conrelid)::oid, k.conrelid)::text, \
         coalesce(pg_partition_root(k.confrelid)::oid, k.confrelid)::text, f.attname::text, t.attname::text, \
         k.confdeltype::text, \
         (current_setting('session_replication_role') <> 'replica' \
            AND (SELECT bool_and(c.relkind = 'r' AND NOT c.relispartition) FROM pg_class c \
               WHERE c.oid IN (k.conrelid, k.confrelid)) \
            AND (SELECT coalesce(bool_and(g.tgenabled IN ('O', 'A')), false) FROM pg_trigger g \
               WHERE g.tgconstraint = k.oid))::text \
         FROM pg_constraint k CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY u(a, b, i) \
         JOIN pg_attribute f ON f.attrelid = k.conrelid AND f.attnum = u.a \
         JOIN pg_attribute t ON t.attrelid = k.confrelid AND t.attnum = u.b \
         WHERE k.contype = 'f' AND k.conparentid = 0 ORDER BY k.oid, u.i"
        .to_owned()
}

async fn ask(conn: &mut Conn, text: &str, columns: usize) -> Result<Vec<Vec<String>>> {
    let rows = conn.fetch_once(text.to_owned(), &vec![Shape::Text; columns]).await?;
    let text = |value: &Value| value.text().unwrap_or_default();
    Ok(rows.iter().map(|row| row.iter().map(text).collect()).collect())
}
