//! Throw-away databases: SQLite files, and databases on the servers that `cargo xtask test` starts.
#![allow(dead_code, clippy::unwrap_used)] // each test binary uses its part

use purge::{BatchCopy, Engine, Flow, Progress, Sink, SinkError, Target};
use sources::{Address, Options};
use sqlx::{AssertSqlSafe, Connection as _, Row as _};

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
    format!("privet_purge_{}_{}_{n}", std::process::id(), time.as_nanos())
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

/// Remembers what it is told; may stop after some batches.
#[derive(Default)]
pub struct Memory {
    pub progress: Vec<Progress>,
    pub copies: Vec<BatchCopy>,
    pub copying: bool,
    pub stop_after: Option<usize>,
}

#[async_trait::async_trait]
impl Sink for Memory {
    async fn record(&mut self, progress: &Progress) -> Result<Flow, SinkError> {
        // What is stored is what is read again.
        let text = serde_json::to_string(progress)?;
        self.progress.push(serde_json::from_str(&text)?);
        let stop = self.stop_after.is_some_and(|most| self.progress.len() >= most);
        Ok(if stop { Flow::Stop } else { Flow::Continue })
    }

    fn wants_copies(&self) -> bool {
        self.copying
    }

    async fn copy(&mut self, copy: &BatchCopy) -> Result<(), SinkError> {
        let text = serde_json::to_string(copy)?;
        self.copies.push(serde_json::from_str(&text)?);
        Ok(())
    }
}
