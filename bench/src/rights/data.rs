//! The databases that are measured on: customers, and five tables that hang on each other below them.

use std::fmt::Write as _;

use anyhow::{Context, Result};
use sqlx::{AssertSqlSafe, Connection as _, MySqlConnection, PgConnection, SqliteConnection};

/// Table, what it refers to, how many rows hang on each row referred to.
pub const TABLES: [(&str, &str, usize); 5] = [
    ("orders", "customers", 10),
    ("order_lines", "orders", 3),
    ("parcels", "order_lines", 1),
    ("events", "parcels", 1),
    ("signatures", "events", 1),
];
/// Rows of one statement.
const PIECE: usize = 5_000;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
    Mariadb,
}

/// Four, three and three.
pub const MIXED: &[Kind] = &[
    Kind::Sqlite,
    Kind::Sqlite,
    Kind::Sqlite,
    Kind::Sqlite,
    Kind::Postgres,
    Kind::Postgres,
    Kind::Postgres,
    Kind::Mariadb,
    Kind::Mariadb,
    Kind::Mariadb,
];

/// How much is in a database.
#[derive(Clone, Copy)]
pub struct Shape {
    /// The first customers have this many orders, the others ten.
    pub first: usize,
    pub orders: usize,
    /// Rows in all, about.
    pub rows: usize,
}

/// Rows that hang on a customer with so many orders, with themselves.
pub fn rows_of(orders: usize) -> usize {
    1 + orders * (1 + 3 * 4)
}

impl Shape {
    pub fn customers(self) -> usize {
        let first = self.first * rows_of(self.orders);
        self.first + self.rows.saturating_sub(first) / rows_of(TABLES[0].2)
    }

    fn orders(self, customer: usize) -> usize {
        if customer < self.first { self.orders } else { TABLES[0].2 }
    }
}

pub fn address(customer: usize) -> String {
    format!("customer{customer}@shop.example")
}

pub struct Databases {
    pub urls: Vec<String>,
    name: String,
    kinds: &'static [Kind],
    _folder: tempfile::TempDir,
}

fn server(kind: Kind) -> Result<String> {
    let name = if kind == Kind::Postgres { "PRIVET_TEST_POSTGRES" } else { "PRIVET_TEST_MARIADB" };
    std::env::var(name).context("run through `cargo xtask bench`")
}

impl Databases {
    pub async fn make(name: &str, kinds: &'static [Kind], shape: Shape) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let name = format!("bench_rights_{}_{name}", std::process::id());
        let mut urls = Vec::new();
        for (n, kind) in kinds.iter().enumerate() {
            let url = match kind {
                Kind::Sqlite => {
                    let path = folder.path().join(format!("{n}.db"));
                    std::fs::File::create(&path)?;
                    format!("sqlite:{}", path.display())
                }
                Kind::Postgres => {
                    let base = server(*kind)?;
                    execute(&base, &format!("CREATE DATABASE {name}_{n}")).await?;
                    let base = base.rsplit_once('/').map_or(base.as_str(), |(server, _)| server);
                    format!("{base}/{name}_{n}")
                }
                Kind::Mariadb => {
                    let base = server(*kind)?;
                    execute(&base, &format!("CREATE DATABASE {name}_{n}")).await?;
                    format!("{}/{name}_{n}", base.trim_end_matches('/'))
                }
            };
            fill(&url, shape).await?;
            urls.push(url);
        }
        Ok(Self { urls, name, kinds, _folder: folder })
    }

    pub async fn drop(self) -> Result<()> {
        let name = &self.name;
        for (n, kind) in self.kinds.iter().enumerate() {
            match kind {
                Kind::Sqlite => {}
                Kind::Postgres => {
                    let sql = format!("DROP DATABASE {name}_{n} WITH (FORCE)");
                    execute(&server(*kind)?, &sql).await?;
                }
                Kind::Mariadb => {
                    execute(&server(*kind)?, &format!("DROP DATABASE {name}_{n}")).await?;
                }
            }
        }
        Ok(())
    }
}

async fn fill(url: &str, shape: Shape) -> Result<()> {
    let mut conn = Conn::open(url).await?;
    if url.starts_with("sqlite") {
        conn.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF").await?;
    }
    conn.run(
        "CREATE TABLE customers (id INTEGER NOT NULL PRIMARY KEY, email VARCHAR(80) NOT NULL);
         CREATE INDEX customers_email ON customers (email)",
    )
    .await?;
    let customers = shape.customers();
    let people = (0..customers).map(|id| format!("({id},'{}')", address(id)));
    conn.insert("customers", people).await?;
    let mut parents = customers;
    for (n, (name, parent, each)) in TABLES.into_iter().enumerate() {
        conn.run(&format!(
            "CREATE TABLE {name} (id INTEGER NOT NULL PRIMARY KEY, parent INTEGER NOT NULL,
               note VARCHAR(80) NOT NULL, FOREIGN KEY (parent) REFERENCES {parent} (id));
             CREATE INDEX {name}_parent ON {name} (parent)"
        ))
        .await?;
        let count = |parent: usize| if n == 0 { shape.orders(parent) } else { each };
        let above = (0..parents).flat_map(|parent| std::iter::repeat_n(parent, count(parent)));
        let note = "a note of some forty letters, as people do";
        let rows = above.enumerate().map(|(id, parent)| format!("({id},{parent},'{note}')"));
        parents = conn.insert(name, rows).await?;
    }
    if url.starts_with("postgres") {
        conn.run("ANALYZE").await?;
    }
    if url.starts_with("sqlite") {
        conn.run("PRAGMA wal_checkpoint(TRUNCATE)").await?;
    }
    conn.close().await
}

/// A connection of our own.
pub enum Conn {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
    Mariadb(MySqlConnection),
}

impl Conn {
    pub async fn open(url: &str) -> Result<Self> {
        Ok(if url.starts_with("sqlite") {
            Self::Sqlite(SqliteConnection::connect(url).await?)
        } else if url.starts_with("postgres") {
            Self::Postgres(PgConnection::connect(url).await?)
        } else {
            Self::Mariadb(MySqlConnection::connect(url).await?)
        })
    }

    pub async fn run(&mut self, sql: &str) -> Result<()> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(conn) => sqlx::raw_sql(sql).execute(conn).await.map(drop),
            Self::Postgres(conn) => sqlx::raw_sql(sql).execute(conn).await.map(drop),
            Self::Mariadb(conn) => sqlx::raw_sql(sql).execute(conn).await.map(drop),
        }?;
        Ok(())
    }

    pub async fn close(self) -> Result<()> {
        match self {
            Self::Sqlite(conn) => conn.close().await,
            Self::Postgres(conn) => conn.close().await,
            Self::Mariadb(conn) => conn.close().await,
        }?;
        Ok(())
    }

    /// How many there were.
    async fn insert(&mut self, table: &str, rows: impl Iterator<Item = String>) -> Result<usize> {
        let mut rows = rows.peekable();
        let mut count = 0;
        self.run("BEGIN").await?;
        while rows.peek().is_some() {
            let mut sql = format!("INSERT INTO {table} VALUES ");
            for (n, row) in rows.by_ref().take(PIECE).enumerate() {
                write!(sql, "{}{row}", if n > 0 { "," } else { "" })?;
                count += 1;
            }
            self.run(&sql).await?;
        }
        self.run("COMMIT").await?;
        Ok(count)
    }
}

pub async fn execute(url: &str, sql: &str) -> Result<()> {
    let mut conn = Conn::open(url).await?;
    conn.run(sql).await?;
    conn.close().await
}
