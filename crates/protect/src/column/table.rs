//! All SQL on the company's table. Names are quoted, values are parameters.

use std::{collections::BTreeMap, fmt::Write as _};

use sqlx::{AssertSqlSafe, PgPool, Postgres, Row as _, Transaction};

use super::{Column, ColumnError};

/// How long a change of the table may wait for others, and a batch for a row.
const WAIT: &str = "SET LOCAL lock_timeout = '10s'";
/// What a sealed value looks like to the database; no telephone number or name does.
const SEALED: &str = "pv1:%:%:%";
/// What the columns were, beside the table they are in.
const NOTES: &str = "privet_sealed_column";

/// A row in clear or sealed.
pub(super) struct Read {
    pub key: String,
    pub value: String,
    pub subject: Vec<Option<String>>,
}

/// A row to write.
pub(super) struct Sealed {
    pub key: String,
    pub value: String,
    pub index: Option<String>,
}

/// The company's table, looked at and found fit.
pub(super) struct Table<'a> {
    pool: &'a PgPool,
    column: &'a Column,
    schema: String,
    name: String,
    key_type: String,
    value_type: String,
}

type Tx = Transaction<'static, Postgres>;

impl<'a> Table<'a> {
    /// Finds the table and checks that the column can be sealed.
    pub async fn look(pool: &'a PgPool, column: &'a Column) -> Result<Self, ColumnError> {
        let (schema, name) = match column.table.split_once('.') {
            Some((schema, name)) => (schema.to_owned(), name.to_owned()),
            None => ("public".to_owned(), column.table.clone()),
        };
        let mut table =
            Self { pool, column, schema, name, key_type: String::new(), value_type: String::new() };
        table.key_type = table.type_of(&column.key).await?;
        table.value_type = table.type_of(&column.name).await?;
        if !table.is_text() {
            return Err(told(&format!(
                "column {} is of type {}; only text can be sealed in place",
                column.name, table.value_type
            )));
        }
        if !table.is_unique().await? {
            return Err(told(&format!(
                "column {} is not unique by itself; name the table's primary key with --key",
                column.key
            )));
        }
        for (_, other) in &column.subject {
            table.type_of(other).await?;
            if *other == column.name {
                return Err(told(
                    "the column to seal cannot say whose a row is: nobody could be found by it again",
                ));
            }
        }
        if !column.index.is_empty() {
            table.type_of(&column.index).await?;
        }
        Ok(table)
    }

    fn is_text(&self) -> bool {
        let kind = self.value_type.as_str();
        kind == "text" || kind.starts_with("character varying")
    }

    async fn type_of(&self, column: &str) -> Result<String, ColumnError> {
        let found: Option<String> = sqlx::query_scalar(
            "SELECT format_type(a.atttypid, a.atttypmod) FROM pg_attribute a
             JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = $1 AND c.relname = $2 AND a.attname = $3
               AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p')",
        )
        .bind(&self.schema)
        .bind(&self.name)
        .bind(column)
        .fetch_optional(self.pool)
        .await?;
        found.ok_or_else(|| {
            told(&format!("there is no column {column} in {}", self.place_of_table()))
        })
    }

    async fn is_unique(&self) -> Result<bool, ColumnError> {
        let count: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
             JOIN pg_namespace n ON n.oid = c.relnamespace
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
             WHERE n.nspname = $1 AND c.relname = $2 AND a.attname = $3 AND a.attnotnull
               AND i.indisunique AND i.indnkeyatts = 1 AND i.indpred IS NULL",
        )
        .bind(&self.schema)
        .bind(&self.name)
        .bind(&self.column.key)
        .fetch_one(self.pool)
        .await?;
        Ok(count > 0)
    }

    fn place_of_table(&self) -> String {
        format!("{}.{}", self.schema, self.name)
    }

    /// The context that the values are sealed under: `schema.table.column`.
    pub fn place(&self) -> String {
        format!("{}.{}.{}", self.schema, self.name, self.column.name)
    }

    fn table(&self) -> String {
        format!("{}.{}", quoted(&self.schema), quoted(&self.name))
    }

    fn notes(&self) -> String {
        format!("{}.{NOTES}", quoted(&self.schema))
    }

    /// A sealed value is longer: the column becomes text, and what it was is noted in the same
    /// transaction.
    pub async fn prepare(&self) -> Result<(), ColumnError> {
        let mut tx = self.begin().await?;
        let (notes, table) = (self.notes(), self.table());
        let sql = format!(
            "CREATE TABLE IF NOT EXISTS {notes} (table_name text NOT NULL, column_name text NOT NULL,
                 was_type text NOT NULL, category text NOT NULL, started_at timestamptz NOT NULL,
                 PRIMARY KEY (table_name, column_name))"
        );
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *tx).await?;
        let sql = format!(
            "INSERT INTO {notes} VALUES ($1, $2, $3, $4, now())
             ON CONFLICT (table_name, column_name) DO NOTHING"
        );
        sqlx::query(AssertSqlSafe(sql))
            .bind(&self.name)
            .bind(&self.column.name)
            .bind(&self.value_type)
            .bind(&self.column.category)
            .execute(&mut *tx)
            .await?;
        let sql =
            format!("SELECT category FROM {notes} WHERE table_name = $1 AND column_name = $2");
        let category: String = sqlx::query_scalar(AssertSqlSafe(sql))
            .bind(&self.name)
            .bind(&self.column.name)
            .fetch_one(&mut *tx)
            .await?;
        if category != self.column.category {
            return Err(told(&format!("this column was begun as {category}; go on with that")));
        }
        if self.value_type != "text" {
            let sql =
                format!("ALTER TABLE {table} ALTER COLUMN {} TYPE text", quoted(&self.column.name));
            sqlx::query(AssertSqlSafe(sql)).execute(&mut *tx).await?;
        }
        Ok(tx.commit().await?)
    }

    /// A transaction that does not wait for ever.
    pub async fn begin(&self) -> Result<Tx, ColumnError> {
        let mut tx = self.pool.begin().await?;
        sqlx::query(WAIT).execute(&mut *tx).await?;
        Ok(tx)
    }

    /// The next rows in clear that name a customer, by key, locked.
    pub async fn plain(&self, tx: &mut Tx, after: Option<&str>) -> Result<Vec<Read>, ColumnError> {
        let named: Vec<String> = self
            .column
            .subject
            .iter()
            .map(|(_, column)| format!("{} IS NOT NULL", quoted(column)))
            .collect();
        let filter = format!(
            "{} NOT LIKE '{SEALED}' AND ({})",
            quoted(&self.column.name),
            named.join(" OR ")
        );
        self.rows(tx, after, &filter).await
    }

    /// The next sealed rows, by key, locked.
    pub async fn sealed(&self, tx: &mut Tx, after: Option<&str>) -> Result<Vec<Read>, ColumnError> {
        let filter = format!("{} LIKE '{SEALED}'", quoted(&self.column.name));
        self.rows(tx, after, &filter).await
    }

    async fn rows(
        &self,
        tx: &mut Tx,
        after: Option<&str>,
        filter: &str,
    ) -> Result<Vec<Read>, ColumnError> {
        let (key, value) = (quoted(&self.column.key), quoted(&self.column.name));
        let mut columns = format!("CAST({key} AS text), {value}");
        for (_, column) in &self.column.subject {
            let _ = write!(columns, ", CAST({} AS text)", quoted(column));
        }
        let later = match after {
            Some(_) => format!("AND {key} > CAST(CAST($1 AS text) AS {})", self.key_type),
            None => "AND CAST($1 AS text) IS NULL".to_owned(),
        };
        let sql = format!(
            // `t.`: without it the order would be that of the key's text, which has its name here.
            "SELECT {columns} FROM {} AS t WHERE {value} IS NOT NULL AND {filter} {later}
             ORDER BY t.{key} LIMIT {} FOR UPDATE",
            self.table(),
            self.column.batch.clamp(1, crate::ITEMS_MOST as u32)
        );
        let found = sqlx::query(AssertSqlSafe(sql)).bind(after).fetch_all(&mut **tx).await?;
        let mut rows = Vec::with_capacity(found.len());
        for row in &found {
            let mut subject = Vec::with_capacity(self.column.subject.len());
            for at in 0..self.column.subject.len() {
                subject.push(row.try_get(at + 2)?);
            }
            rows.push(Read { key: row.try_get(0)?, value: row.try_get(1)?, subject });
        }
        Ok(rows)
    }

    /// Writes sealed values, and their indexes where there is a column for them.
    pub async fn write(&self, tx: &mut Tx, rows: &[Sealed]) -> Result<u64, ColumnError> {
        let index = match self.column.index.as_str() {
            "" => String::new(),
            column => format!(", {} = new.blind", quoted(column)),
        };
        let keys: Vec<&str> = rows.iter().map(|row| row.key.as_str()).collect();
        let values: Vec<&str> = rows.iter().map(|row| row.value.as_str()).collect();
        let indexes: Vec<Option<&str>> = rows.iter().map(|row| row.index.as_deref()).collect();
        self.update(tx, &index, &keys, &values, &indexes).await
    }

    /// Writes values in clear; their indexes go.
    pub async fn restore(
        &self,
        tx: &mut Tx,
        rows: &BTreeMap<String, String>,
    ) -> Result<u64, ColumnError> {
        let index = match self.column.index.as_str() {
            "" => String::new(),
            column => format!(", {} = NULL", quoted(column)),
        };
        let keys: Vec<&str> = rows.keys().map(String::as_str).collect();
        let values: Vec<&str> = rows.values().map(String::as_str).collect();
        let indexes: Vec<Option<&str>> = vec![None; keys.len()];
        self.update(tx, &index, &keys, &values, &indexes).await
    }

    async fn update(
        &self,
        tx: &mut Tx,
        index: &str,
        keys: &[&str],
        values: &[&str],
        indexes: &[Option<&str>],
    ) -> Result<u64, ColumnError> {
        let (key, value) = (quoted(&self.column.key), quoted(&self.column.name));
        let sql = format!(
            "UPDATE {} AS old SET {value} = new.value{index}
             FROM unnest(CAST($1 AS text[]), CAST($2 AS text[]), CAST($3 AS text[]))
               AS new (key, value, blind)
             WHERE old.{key} = CAST(new.key AS {})",
            self.table(),
            self.key_type
        );
        let done = sqlx::query(AssertSqlSafe(sql))
            .bind(keys)
            .bind(values)
            .bind(indexes)
            .execute(&mut **tx)
            .await?;
        Ok(done.rows_affected())
    }

    /// Gives the column the type it had and takes the note away.
    pub async fn finish(&self) -> Result<(), ColumnError> {
        let notes = self.notes();
        let there: bool = sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL")
            .bind(&notes)
            .fetch_one(self.pool)
            .await?;
        if !there {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        let sql = format!(
            "DELETE FROM {notes} WHERE table_name = $1 AND column_name = $2 RETURNING was_type"
        );
        let was: Option<String> = sqlx::query_scalar(AssertSqlSafe(sql))
            .bind(&self.name)
            .bind(&self.column.name)
            .fetch_optional(&mut *tx)
            .await?;
        // What stands there came from format_type; anything else was written by somebody else.
        let fit = |kind: &String| {
            kind.chars().all(|c| c.is_ascii_alphanumeric() || " ()".contains(c)) && kind != "text"
        };
        if let Some(kind) = was.filter(fit) {
            let column = quoted(&self.column.name);
            let sql = format!("ALTER TABLE {} ALTER COLUMN {column} TYPE {kind}", self.table());
            sqlx::query(AssertSqlSafe(sql)).execute(&mut *tx).await?;
        }
        let sql = format!("SELECT COUNT(*) FROM {notes}");
        let left: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut *tx).await?;
        if left == 0 {
            sqlx::query(AssertSqlSafe(format!("DROP TABLE {notes}"))).execute(&mut *tx).await?;
        }
        Ok(tx.commit().await?)
    }
}

fn told(text: &str) -> ColumnError {
    ColumnError::Table(text.to_owned())
}

/// A name as SQL takes it, whatever is in it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\"").replace('\0', ""))
}
