//! Throw-away databases on the servers that `cargo xtask test` starts.
#![allow(dead_code)] // each test binary uses its part

use sources::{Address, Options, Sample, Secret, Source, SourceError, StoreFilter, StoreInfo};
use sqlx::{AssertSqlSafe, Connection};

pub fn server(variable: &str) -> String {
    std::env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} is not set: run `cargo xtask test`"))
}

pub fn unique(prefix: &str) -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let time = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{prefix}_{}_{}_{n}", std::process::id(), time.as_nanos())
}

/// A PostgreSQL database of its own; drop it with [`PgDb::drop`].
pub struct PgDb {
    pub name: String,
    pub url: String,
}

impl PgDb {
    pub async fn create() -> Self {
        let base = server("PRIVET_TEST_POSTGRES");
        let name = unique("privet_sources");
        run_pg(&base, &format!("CREATE DATABASE {name}")).await;
        let url = format!("{}/{name}", base.rsplit_once('/').unwrap().0);
        Self { name, url }
    }

    pub async fn run(&self, sql: &str) {
        run_pg(&self.url, sql).await;
    }

    pub async fn drop(self) {
        let base = server("PRIVET_TEST_POSTGRES");
        run_pg(&base, &format!("DROP DATABASE {} WITH (FORCE)", self.name)).await;
    }
}

pub async fn run_pg(url: &str, sql: &str) {
    let mut conn = sqlx::PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
}

/// A MariaDB database of its own.
pub struct MyDb {
    pub name: String,
    pub url: String,
}

impl MyDb {
    pub async fn create() -> Self {
        let base = server("PRIVET_TEST_MARIADB");
        let name = unique("privet_sources");
        run_my(&base, &format!("CREATE DATABASE {name} CHARACTER SET utf8mb4")).await;
        Self { url: format!("{}/{name}", base.trim_end_matches('/')), name }
    }

    pub async fn run(&self, sql: &str) {
        run_my(&self.url, sql).await;
    }

    pub async fn drop(self) {
        let base = server("PRIVET_TEST_MARIADB");
        run_my(&base, &format!("DROP DATABASE {}", self.name)).await;
    }
}

pub async fn run_my(url: &str, sql: &str) {
    let mut conn = sqlx::MySqlConnection::connect(url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
}

pub async fn open(text: &str) -> Result<Box<dyn Source>, SourceError> {
    open_with(text, &Options::default()).await
}

pub async fn open_with(text: &str, options: &Options) -> Result<Box<dyn Source>, SourceError> {
    let (address, secret): (Address, Option<Secret>) = Address::parse(text)?;
    sources::connect(&address, secret.as_ref(), options).await
}

pub async fn stores(source: &dyn Source) -> Vec<StoreInfo> {
    source.introspect(&StoreFilter::default()).await.unwrap().stores
}

pub fn find<'a>(stores: &'a [StoreInfo], name: &str) -> &'a StoreInfo {
    stores.iter().find(|s| s.display_name() == name).unwrap_or_else(|| {
        panic!("no {name} in {:?}", stores.iter().map(StoreInfo::display_name).collect::<Vec<_>>())
    })
}

/// The values of one column as text.
pub fn values(sample: &Sample, column: usize) -> Vec<Option<&str>> {
    sample.columns[column].iter().map(|c| c.as_ref().map(|c| &*c.0)).collect()
}

pub fn column(store: &StoreInfo, name: &str) -> usize {
    store.columns.iter().position(|c| c.name == name).unwrap()
}
