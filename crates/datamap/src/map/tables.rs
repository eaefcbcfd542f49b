//! The tables of a source as other rooms read them: columns with their categories, foreign keys, and
//! which tables hold personal data at all.

use std::collections::BTreeMap;

use serde::Serialize;
use sqlx::FromRow;

use crate::{DataMap, Result};

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct TableField {
    /// Id of the field.
    pub id: String,
    /// Id of its table.
    pub store_id: String,
    /// Name.
    pub name: String,
    /// The source's own type name.
    pub data_type: String,
    /// May hold nulls.
    pub nullable: i64,
    /// Part of the primary key.
    pub primary_key: i64,
    /// Category that counts, or "".
    pub category: String,
    /// Sensitivity that counts as a number, 0 (none) to 3.
    pub level: i64,
}

/// A table, without views and files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Table {
    /// Id.
    pub id: String,
    /// Display name: `schema.name`, or `name` in the default schema.
    pub name: String,
    /// Rows by the catalogue's estimate.
    pub rows_estimate: Option<i64>,
    /// Whose data, or "".
    pub people: String,
    /// Its columns in order.
    pub fields: Vec<TableField>,
}

impl Table {
    /// A column by name.
    pub fn field(&self, name: &str) -> Option<&TableField> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Whether a column holds personal data.
    pub fn is_personal(&self) -> bool {
        self.fields.iter().any(|field| field.level > 0)
    }
}

/// A foreign key: `from` refers to `to`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    /// The referring table.
    pub from_store: String,
    /// Its columns.
    pub from_columns: Vec<String>,
    /// The table referred to.
    pub to_store: String,
    /// Its columns.
    pub to_columns: Vec<String>,
}

/// The tables of one source and the keys between them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Tables {
    /// By name.
    pub tables: Vec<Table>,
    /// All foreign keys.
    pub links: Vec<Link>,
}

impl Tables {
    /// A table by display name.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// Keys of other tables that refer to this one.
    pub fn children<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Link> {
        self.links.iter().filter(move |link| link.to_store == name)
    }

    /// Keys of this table that refer to others.
    pub fn parents<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Link> {
        self.links.iter().filter(move |link| link.from_store == name)
    }
}

/// A table with personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct PersonalTable {
    /// The source's id.
    pub source_id: String,
    /// Its name.
    pub source_name: String,
    /// `sqlite` | `postgres` | `mysql` | `files` | `declared`.
    pub source_kind: String,
    /// The system's id, or "".
    pub system_id: String,
    /// The system's name, or "".
    pub system_name: String,
    /// The table's id.
    pub store_id: String,
    /// The table's display name.
    pub table_name: String,
    /// `table` | `file`.
    pub store_kind: String,
    /// The highest sensitivity in it, 1 to 3.
    pub level: i64,
    /// Columns with personal data.
    pub fields: i64,
}

#[derive(FromRow)]
struct StoreLine {
    id: String,
    name: String,
    rows_estimate: Option<i64>,
    people: String,
}

impl DataMap {
    /// The tables of a source that the last scan saw, with their foreign keys.
    pub async fn tables_of(&self, source_id: &str) -> Result<Tables> {
        self.tables_like(source_id, "").await
    }

    /// The same, and of a source of files the files: for who can read and change rows of those, too.
    pub async fn tables_and_files_of(&self, source_id: &str) -> Result<Tables> {
        self.tables_like(source_id, "file").await
    }

    async fn tables_like(&self, source_id: &str, or: &str) -> Result<Tables> {
        let reader = self.store().reader();
        let stores: Vec<StoreLine> = sqlx::query_as(
            "SELECT id, name, rows_estimate,
               CASE WHEN people_decided <> '' THEN people_decided ELSE people END AS people
             FROM data_store WHERE source_id = $1 AND kind IN ('table', $2) AND vanished_at IS NULL
             ORDER BY name",
        )
        .bind(source_id)
        .bind(or)
        .fetch_all(reader)
        .await?;
        let fields: Vec<TableField> = sqlx::query_as(
            "SELECT id, store_id, name, data_type, nullable, primary_key, category, level
             FROM field WHERE source_id = $1 AND vanished_at IS NULL ORDER BY store_id, position",
        )
        .bind(source_id)
        .fetch_all(reader)
        .await?;
        let mut by_store: BTreeMap<String, Vec<TableField>> = BTreeMap::new();
        for field in fields {
            by_store.entry(field.store_id.clone()).or_default().push(field);
        }
        let table = |line: StoreLine| Table {
            fields: by_store.remove(&line.id).unwrap_or_default(),
            id: line.id,
            name: line.name,
            rows_estimate: line.rows_estimate,
            people: line.people,
        };
        Ok(Tables {
            tables: stores.into_iter().map(table).collect(),
            links: self.links_of(source_id).await?,
        })
    }

    async fn links_of(&self, source_id: &str) -> Result<Vec<Link>> {
        let rows: Vec<(String, String, String, String)> = sqlx::query_as(
            "SELECT from_store, from_columns, to_store, to_columns FROM store_link
             WHERE source_id = $1 ORDER BY to_store, from_store, from_columns",
        )
        .bind(source_id)
        .fetch_all(self.store().reader())
        .await?;
        let columns = |text: &str| serde_json::from_str(text).unwrap_or_default();
        let link = |(from_store, from, to_store, to): (String, String, String, String)| Link {
            from_columns: columns(&from),
            to_columns: columns(&to),
            from_store,
            to_store,
        };
        Ok(rows.into_iter().map(link).collect())
    }

    /// Every table and file that holds personal data, the most sensitive first.
    pub async fn personal_tables(&self) -> Result<Vec<PersonalTable>> {
        Ok(sqlx::query_as(
            "SELECT s.id AS source_id, s.name AS source_name, s.kind AS source_kind,
               COALESCE(y.id, '') AS system_id, COALESCE(y.name, '') AS system_name,
               d.id AS store_id, d.name AS table_name, d.kind AS store_kind,
               MAX(f.level) AS level, COUNT(*) AS fields
             FROM field f JOIN data_store d ON d.id = f.store_id
             JOIN source s ON s.id = f.source_id LEFT JOIN system y ON y.id = s.system_id
             WHERE f.level > 0 AND f.vanished_at IS NULL AND d.vanished_at IS NULL
               AND d.kind <> 'view'
             GROUP BY s.id, s.name, s.kind, y.id, y.name, d.id, d.name, d.kind
             ORDER BY MAX(f.level) DESC, s.name, d.name",
        )
        .fetch_all(self.store().reader())
        .await?)
    }
}
