//! Databases on real servers, and what a look at them gives.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use grants::model::{Column, Look, Place};
use sources::{Access, Catalog, StoreKind};
use sqlx::{AssertSqlSafe, Connection, Row};

pub fn server(variable: &str) -> String {
    std::env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} is not set: run `cargo xtask test`"))
}

pub fn unique(prefix: &str) -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("{prefix}_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// What a look at a catalogue gives when these columns hold these categories.
pub fn look(access: Access, catalog: &Catalog, usual: &str, found: &[(&str, &str)]) -> Look {
    let place = |store: &sources::StoreInfo| Place {
        schema: if store.schema.is_empty() { usual } else { &store.schema }.to_owned(),
        store: store.name.clone(),
        view: store.kind == StoreKind::View,
        columns: store
            .columns
            .iter()
            .map(|column| Column {
                name: column.name.clone(),
                categories: found
                    .iter()
                    .filter(|(name, _)| *name == column.name)
                    .map(|(_, category)| (*category).to_owned())
                    .collect(),
                key: column.name == "id",
            })
            .collect(),
    };
    let places = catalog.stores.iter().map(place).collect();
    Look { access, places, account: String::new() }
}

/// A PostgreSQL database of its own.
pub struct Pg {
    pub name: String,
    pub url: String,
}

impl Pg {
    pub async fn create() -> Self {
        let base = server("PRIVET_TEST_POSTGRES");
        let name = unique("privet_grants");
        pg(&base, &format!("CREATE DATABASE {name}")).await.unwrap();
        let url = format!("{}/{name}", base.rsplit_once('/').unwrap().0);
        Self { name, url }
    }

    pub async fn run(&self, sql: &str) {
        pg(&self.url, sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
    }

    /// Whether the server lets a role do this.
    pub async fn may(&self, role: &str, sql: &str) -> bool {
        let role = role.replace('"', "\"\"");
        pg(&self.url, &format!("SET SESSION AUTHORIZATION \"{role}\"; {sql}")).await.is_ok()
    }

    pub async fn drop_with(self, roles: &[String]) {
        for role in roles {
            let role = role.replace('"', "\"\"");
            self.run(&format!("DROP OWNED BY \"{role}\"; DROP ROLE \"{role}\"")).await;
        }
        let base = server("PRIVET_TEST_POSTGRES");
        pg(&base, &format!("DROP DATABASE {} WITH (FORCE)", self.name)).await.unwrap();
    }
}

async fn pg(url: &str, sql: &str) -> Result<(), sqlx::Error> {
    let mut conn = sqlx::PgConnection::connect(url).await.unwrap();
    let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut conn).await;
    conn.close().await.unwrap();
    done.map(|_| ())
}

/// A MariaDB database of its own.
pub struct My {
    pub name: String,
    pub url: String,
    base: String,
}

impl My {
    pub async fn create() -> Self {
        let base = server("PRIVET_TEST_MARIADB");
        let name = unique("privet_grants");
        my(&base, &format!("CREATE DATABASE {name} CHARACTER SET utf8mb4")).await.unwrap();
        Self { url: format!("{}/{name}", base.trim_end_matches('/')), name, base }
    }

    pub async fn run(&self, sql: &str) {
        my(&self.url, sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
    }

    pub async fn admin(&self, sql: &str) {
        my(&self.base, sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
    }

    /// Whether the server lets an account with the password `pw` do this, by itself or with a role.
    pub async fn may(&self, account: &str, sql: &str) -> bool {
        let host = self.base.rsplit_once('@').unwrap().1.trim_end_matches('/');
        let (host, port) = host.rsplit_once(':').unwrap();
        let options = sqlx::mysql::MySqlConnectOptions::new()
            .host(host)
            .port(port.parse().unwrap())
            .username(account)
            .password("pw");
        let mut conn = sqlx::MySqlConnection::connect_with(&options).await.unwrap();
        // Who has no grant in a database, with the role set, may not even name it.
        let sql = format!("USE {}; {sql}", self.name);
        let roles = "SELECT role_name FROM information_schema.applicable_roles";
        let roles = sqlx::raw_sql(roles).fetch_all(&mut conn).await.unwrap();
        let roles: Vec<String> = roles.iter().map(|row| row.get(0)).collect();
        let mut may = run(&mut conn, &sql).await;
        for role in roles {
            let _ = run(&mut conn, &format!("SET ROLE `{}`", role.replace('`', "``"))).await;
            may |= run(&mut conn, &sql).await;
        }
        may
    }

    pub async fn drop(self) {
        my(&self.base, &format!("DROP DATABASE {}", self.name)).await.unwrap();
    }
}

async fn run(conn: &mut sqlx::MySqlConnection, sql: &str) -> bool {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(conn).await.is_ok()
}

async fn my(url: &str, sql: &str) -> Result<(), sqlx::Error> {
    let mut conn = sqlx::MySqlConnection::connect(url).await.unwrap();
    let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut conn).await;
    conn.close().await.unwrap();
    done.map(|_| ())
}
