//! Throw-away databases: SQLite files, and databases on the servers that `cargo xtask test` starts.
#![allow(dead_code, clippy::unwrap_used)] // each test binary uses its part

use std::collections::BTreeMap;

use purge::{Engine, Target, Value};
use sources::{Address, Options};
use sqlx::{AssertSqlSafe, Connection as _, Row as _};
use trace::{Flow, Head, Place, Row, Sink, SinkError};

pub struct Db {
    pub engine: Engine,
    pub url: String,
    name: String,
    _dir: Option<tempfile::TempDir>,
}

fn server(variable: &str) -> String {
    std::env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} is not set: run `cargo xtask test`"))
}

fn unique() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let time = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("privet_trace_{}_{}_{n}", std::process::id(), time.as_nanos())
}

impl Db {
    pub async fn create(engine: Engine) -> Self {
        let name = unique();
        match engine {
            Engine::Sqlite => {
                let dir = tempfile::tempdir().unwrap();
                let path = dir.path().join("shop.db");
                std::fs::File::create(&path).unwrap();
                let url = format!("sqlite:{}", path.display());
                Self { engine, url, name, _dir: Some(dir) }
            }
            Engine::Postgres => {
                let base = server("PRIVET_TEST_POSTGRES");
                execute(engine, &base, &format!("CREATE DATABASE {name}")).await;
                let url = format!("{}/{name}", base.rsplit_once('/').unwrap().0);
                Self { engine, url, name, _dir: None }
            }
            Engine::Mysql => {
                let base = server("PRIVET_TEST_MARIADB");
                let sql = format!("CREATE DATABASE {name} CHARACTER SET utf8mb4");
                execute(engine, &base, &sql).await;
                Self {
                    engine,
                    url: format!("{}/{name}", base.trim_end_matches('/')),
                    name,
                    _dir: None,
                }
            }
        }
    }

    /// Another database of the same server; it is not dropped with this.
    pub fn beside(&self, name: &str) -> Self {
        let url = format!("{}/{name}", self.url.rsplit_once('/').unwrap().0);
        Self { engine: self.engine, url, name: name.to_owned(), _dir: None }
    }

    pub async fn run(&self, sql: &str) {
        execute(self.engine, &self.url, sql).await;
    }

    pub fn target(&self) -> Target {
        let (address, password) = Address::parse(&self.url).unwrap();
        Target::new(address, password, Options::default()).unwrap()
    }

    /// Rows of a query whose columns are all texts.
    pub async fn rows(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        let sql = AssertSqlSafe(sql.to_owned());
        macro_rules! ask {
            ($kind:ty) => {{
                let mut conn = <$kind>::connect(&self.url).await.unwrap();
                let rows = sqlx::query(sql).fetch_all(&mut conn).await.unwrap();
                conn.close().await.unwrap();
                rows.iter()
                    .map(|row| (0..row.len()).map(|i| row.try_get_unchecked(i).unwrap()).collect())
                    .collect()
            }};
        }
        match self.engine {
            Engine::Sqlite => ask!(sqlx::SqliteConnection),
            Engine::Postgres => ask!(sqlx::PgConnection),
            Engine::Mysql => ask!(sqlx::MySqlConnection),
        }
    }

    pub async fn count(&self, table: &str) -> i64 {
        let kind = if self.engine == Engine::Mysql { "CHAR" } else { "TEXT" };
        let rows = self.rows(&format!("SELECT CAST(count(*) AS {kind}) FROM {table}")).await;
        rows[0][0].as_ref().unwrap().parse().unwrap()
    }

    pub async fn drop(self) {
        match self.engine {
            Engine::Sqlite => {}
            Engine::Postgres => {
                let sql = format!("DROP DATABASE {} WITH (FORCE)", self.name);
                execute(self.engine, &server("PRIVET_TEST_POSTGRES"), &sql).await;
            }
            Engine::Mysql => {
                let sql = format!("DROP DATABASE {}", self.name);
                execute(self.engine, &server("PRIVET_TEST_MARIADB"), &sql).await;
            }
        }
    }
}

async fn execute(engine: Engine, url: &str, sql: &str) {
    let text = AssertSqlSafe(sql.to_owned());
    macro_rules! go {
        ($kind:ty) => {{
            let mut conn = <$kind>::connect(url).await.unwrap();
            if let Err(error) = sqlx::raw_sql(text).execute(&mut conn).await {
                panic!("{error}\n{sql}");
            }
            conn.close().await.unwrap();
        }};
    }
    match engine {
        Engine::Sqlite => go!(sqlx::SqliteConnection),
        Engine::Postgres => go!(sqlx::PgConnection),
        Engine::Mysql => go!(sqlx::MySqlConnection),
    }
}

/// The names of a row's columns, and the row.
pub type Named = (Vec<String>, Row);

/// Remembers what it is told; may stop after some tables.
#[derive(Default)]
pub struct Memory {
    /// By source and table: the rows with their columns' names.
    pub rows: BTreeMap<(String, String), Vec<Named>>,
    pub places: Vec<Place>,
    pub stop_after: Option<usize>,
}

#[async_trait::async_trait]
impl Sink for Memory {
    async fn rows(&mut self, head: &Head, rows: Vec<Row>) -> Result<(), SinkError> {
        let all = self.rows.entry((head.source.clone(), head.table.clone())).or_default();
        all.extend(rows.into_iter().map(|row| (head.columns.clone(), row)));
        Ok(())
    }

    async fn done(&mut self, _: &Head, place: &Place) -> Result<Flow, SinkError> {
        let text = serde_json::to_string(place)?;
        self.places.push(serde_json::from_str(&text)?);
        let stop = self.stop_after.is_some_and(|most| self.places.len() >= most);
        Ok(if stop { Flow::Stop } else { Flow::Continue })
    }
}

impl Memory {
    /// A column of a table's rows as texts, sorted.
    pub fn texts(&self, source: &str, table: &str, column: &str) -> Vec<String> {
        let rows = self.rows.get(&(source.to_owned(), table.to_owned()));
        let one = |(columns, row): &(Vec<String>, Row)| {
            let at = columns.iter().position(|name| name == column).unwrap();
            row.values[at].text().unwrap_or_else(|| "NULL".to_owned())
        };
        let mut found: Vec<String> = rows.into_iter().flatten().map(one).collect();
        found.sort();
        found
    }

    /// The only row whose column holds this text.
    pub fn row(&self, source: &str, table: &str, column: &str, text: &str) -> (Row, Vec<String>) {
        let rows = &self.rows[&(source.to_owned(), table.to_owned())];
        let is = |(columns, row): &&(Vec<String>, Row)| {
            let at = columns.iter().position(|name| name == column).unwrap();
            matches!(&row.values[at], Value::Null) && text == "NULL"
                || row.values[at].text().as_deref() == Some(text)
        };
        let (columns, row) = rows.iter().find(is).unwrap();
        let redacted = row.redact.iter().map(|at| columns[*at].clone()).collect();
        (row.clone(), redacted)
    }
}
