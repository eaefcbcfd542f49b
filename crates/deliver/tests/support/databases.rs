//! Throw-away databases of a company, reached as a stranger would.

use sqlx::{AssertSqlSafe, Connection as _, MySqlConnection, PgConnection};

/// A database on the test server, dropped at the end.
pub struct Database {
    /// Without a password.
    pub address: String,
    pub password: String,
    pub url: String,
    admin: String,
    name: String,
    mysql: bool,
    /// Roles to drop as well.
    pub roles: Vec<String>,
}

impl Database {
    pub async fn postgres() -> Self {
        Self::make("PRIVET_TEST_POSTGRES", false).await
    }

    pub async fn mariadb() -> Self {
        Self::make("PRIVET_TEST_MARIADB", true).await
    }

    async fn make(variable: &str, mysql: bool) -> Self {
        let admin = std::env::var(variable)
            .unwrap_or_else(|_| panic!("{variable} is not set: run `cargo xtask test`"));
        let name = format!("co_{}", store::new_id().replace('-', ""));
        run(&admin, mysql, format!("CREATE DATABASE {name}")).await;
        let mut url = url::Url::parse(&admin).unwrap();
        url.set_path(&name);
        let password = url.password().unwrap().to_owned();
        let with = url.to_string();
        url.set_password(None).unwrap();
        Self { address: url.to_string(), password, url: with, admin, name, mysql, roles: vec![] }
    }

    pub async fn pg(&self) -> PgConnection {
        PgConnection::connect(&self.url).await.unwrap()
    }

    /// As another user of the same database.
    pub async fn pg_as(&self, user: &str, password: &str) -> PgConnection {
        let mut url = url::Url::parse(&self.url).unwrap();
        url.set_username(user).unwrap();
        url.set_password(Some(password)).unwrap();
        PgConnection::connect(url.as_str()).await.unwrap()
    }

    pub async fn my(&self) -> MySqlConnection {
        MySqlConnection::connect(&self.url).await.unwrap()
    }
}

async fn run(url: &str, mysql: bool, sql: String) {
    if mysql {
        let mut conn = MySqlConnection::connect(url).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut conn).await.unwrap();
    } else {
        let mut conn = PgConnection::connect(url).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut conn).await.unwrap();
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (admin, mysql, roles) = (self.admin.clone(), self.mysql, self.roles.clone());
        let force = if mysql { "" } else { " WITH (FORCE)" };
        let sql = format!("DROP DATABASE IF EXISTS {}{force}", self.name);
        let _ = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                run(&admin, mysql, sql).await;
                for role in roles {
                    run(&admin, mysql, format!("DROP ROLE IF EXISTS {role}")).await;
                }
            });
        })
        .join();
    }
}
