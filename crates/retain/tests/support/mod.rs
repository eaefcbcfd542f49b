//! What the room's tests share: the room on Privet's own database, and a company's database on every
//! engine in which rows can be changed.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

pub mod consents;

use std::time::Duration;

use consent::Consent;
use datamap::{DataMap, sources::SourceDraft};
use purge::Engine;
use retain::{
    Retain, Run, RunState,
    rule::{Act, Event, Kind, Pace, Period, Related, RuleBody, Step, Unit},
};
use sqlx::{AssertSqlSafe, Connection as _, Row as _};
use store::{Actor, Runner, Store};
use web::{Web, WebConfig};

/// Who writes rules.
pub fn li() -> Actor {
    Actor::Person("li".into())
}

/// A company's database.
pub struct Db {
    pub engine: Engine,
    pub url: String,
    name: String,
    dir: Option<tempfile::TempDir>,
}

fn server(variable: &str) -> String {
    std::env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} is not set: run `cargo xtask test`"))
}

impl Db {
    pub async fn make(engine: Engine) -> Self {
        let name = format!("privet_retain_{}", store::new_id().replace('-', ""));
        match engine {
            Engine::Sqlite => {
                let dir = tempfile::tempdir().unwrap();
                let path = dir.path().join("shop.db");
                std::fs::File::create(&path).unwrap();
                let url = format!("sqlite:{}", path.display());
                Self { engine, url, name, dir: Some(dir) }
            }
            Engine::Postgres => {
                let base = server("PRIVET_TEST_POSTGRES");
                execute(engine, &base, &format!("CREATE DATABASE {name}")).await;
                let url = format!("{}/{name}", base.rsplit_once('/').unwrap().0);
                Self { engine, url, name, dir: None }
            }
            Engine::Mysql => {
                let base = server("PRIVET_TEST_MARIADB");
                let sql = format!("CREATE DATABASE {name} CHARACTER SET utf8mb4");
                execute(engine, &base, &sql).await;
                let url = format!("{}/{name}", base.trim_end_matches('/'));
                Self { engine, url, name, dir: None }
            }
        }
    }

    /// User and password of its address.
    pub fn account(&self) -> (String, String) {
        match url::Url::parse(&self.url) {
            Ok(url) if self.engine != Engine::Sqlite => {
                (url.username().to_owned(), url.password().unwrap_or_default().to_owned())
            }
            _ => (String::new(), String::new()),
        }
    }

    pub async fn run(&self, sql: &str) {
        execute(self.engine, &self.url, sql).await;
    }

    /// One number.
    pub async fn number(&self, sql: &str) -> i64 {
        let kind = if self.engine == Engine::Mysql { "CHAR" } else { "TEXT" };
        let sql = format!("SELECT CAST(({sql}) AS {kind})");
        macro_rules! ask {
            ($kind:ty) => {{
                let mut conn = <$kind>::connect(&self.url).await.unwrap();
                let row = sqlx::query(AssertSqlSafe(sql)).fetch_one(&mut conn).await.unwrap();
                conn.close().await.unwrap();
                row.try_get_unchecked::<String, _>(0).unwrap()
            }};
        }
        let text = match self.engine {
            Engine::Sqlite => ask!(sqlx::SqliteConnection),
            Engine::Postgres => ask!(sqlx::PgConnection),
            Engine::Mysql => ask!(sqlx::MySqlConnection),
        };
        text.parse().unwrap()
    }

    pub async fn count(&self, table: &str) -> i64 {
        self.number(&format!("SELECT count(*) FROM {table}")).await
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

/// Customers with orders and items. Customers of odd numbers ordered last in 2019, the others in 2026.
/// One invoice refers to customer 7.
pub async fn shop(db: &Db, customers: usize) {
    let time = match db.engine {
        Engine::Sqlite => "TEXT",
        Engine::Postgres => "TIMESTAMP",
        Engine::Mysql => "DATETIME",
    };
    db.run(&format!(
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, email VARCHAR(100) NOT NULL, full_name VARCHAR(100), joined_at {time});
         CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id), placed_at {time} NOT NULL, total INTEGER{});
         CREATE TABLE order_items (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders (id), sku VARCHAR(20){});
         CREATE TABLE invoices (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id), issued_at {time}{});",
        foreign(db, "customer_id", "customers"),
        foreign(db, "order_id", "orders"),
        foreign(db, "customer_id", "customers"),
    ))
    .await;
    for from in (1..=customers).step_by(500) {
        let ids = from..=(from + 499).min(customers);
        let mut people = Vec::new();
        let (mut orders, mut items) = (Vec::new(), Vec::new());
        for id in ids {
            people
                .push(format!("({id}, 'li.lei{id}@example.com', 'Li Lei', '2018-03-04 05:06:07')"));
            let last = if id % 2 == 1 { "2019-02-03 04:05:06" } else { "2026-10-01 00:00:00" };
            orders.push(format!("({id}, {id}, '{last}', 5)"));
            orders.push(format!("({}, {id}, '2018-05-06 07:08:09', 5)", customers + id));
            items.push(format!("({id}, {id}, 'T1')"));
        }
        db.run(&format!("INSERT INTO customers VALUES {}", people.join(","))).await;
        db.run(&format!("INSERT INTO orders VALUES {}", orders.join(","))).await;
        db.run(&format!("INSERT INTO order_items VALUES {}", items.join(","))).await;
    }
    db.run("INSERT INTO invoices VALUES (1, 7, '2026-01-02 03:04:05')").await;
}

/// MariaDB hears foreign keys only when they stand apart.
fn foreign(db: &Db, column: &str, table: &str) -> String {
    if db.engine == Engine::Mysql {
        format!(", FOREIGN KEY ({column}) REFERENCES {table} (id)")
    } else {
        String::new()
    }
}

/// The rooms of a test.
#[derive(Clone)]
pub struct House {
    pub web: Web,
    pub map: DataMap,
    pub consent: Consent,
    pub retain: Retain,
}

impl House {
    pub async fn open(store: Store) -> Self {
        let web = Web::open(store.clone(), WebConfig::default()).await.unwrap();
        let map = DataMap::open(store.clone()).await.unwrap();
        let consent = Consent::open(store, consent::Settings::default()).await.unwrap();
        let retain = Retain::open(web.clone(), map.clone(), consent.clone()).await.unwrap();
        Self { web, map, consent, retain }
    }

    /// Connects and scans a database; returns the source's id.
    pub async fn source(&self, db: &Db) -> String {
        let draft = SourceDraft {
            name: "Shop".into(),
            system: datamap::sources::SystemChoice::New("Shop".into()),
            address: db.url.clone(),
            ..SourceDraft::default()
        };
        let source = self.map.create_source(li(), &draft).await.unwrap();
        let scan = self.map.start_scan(li(), &source.id, "person").await.unwrap();
        let runner = datamap::add_handlers(Runner::new(self.map.store().clone(), 2), &self.map);
        let work = Work::start(runner);
        loop {
            let scan = self.map.scan(&scan).await.unwrap();
            match scan.state.as_str() {
                "queued" | "running" => tokio::time::sleep(Duration::from_millis(30)).await,
                "finished" => break,
                other => panic!("the scan ended as {other}: {}", scan.error_why),
            }
        }
        work.stop().await;
        source.id
    }

    /// Gives the database's own account.
    pub async fn access(&self, source: &str, db: &Db) {
        let (user, password) = db.account();
        let given = self.retain.give_access(&li(), source, &user, &password).await.unwrap();
        assert!(given.ready, "{}", given.error);
    }

    /// Runs the room's jobs.
    pub fn work(&self) -> Work {
        let runner = Runner::new(self.web.store().clone(), 2);
        Work::start(retain::handlers(&self.retain).into_iter().fold(runner, Runner::handle))
    }

    /// Waits until a run stands still.
    pub async fn still(&self, run: &str) -> Run {
        for _ in 0..3_000 {
            let found = self.retain.run(run).await.unwrap();
            if !found.state.is_moving() {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the run still moves after a minute");
    }

    /// Counts, with nobody's help.
    pub async fn plan(&self, rule: &str) -> Run {
        let id = self.retain.start_plan(&li(), rule, false).await.unwrap();
        let run = self.still(&id).await;
        assert_eq!(run.state, RunState::Planned, "{} {}", run.error, run.error_why);
        run
    }

    /// Has a second person agree and begins.
    pub async fn agree_and_begin(&self, run: &str) {
        let asked = self.retain.ask_run(&li(), run, "first run of the rule").await.unwrap();
        self.web.approvals().approve("han", &asked.id).await.unwrap();
        self.retain.begin_run(&li(), run).await.unwrap();
    }
}

/// A runner at work.
pub struct Work {
    stop: tokio::sync::watch::Sender<bool>,
    running: tokio::task::JoinHandle<()>,
}

impl Work {
    fn start(runner: Runner) -> Self {
        let (stop, stopped) = tokio::sync::watch::channel(false);
        Self { stop, running: tokio::spawn(runner.run(stopped)) }
    }

    pub async fn stop(self) {
        let _ = self.stop.send(true);
        self.running.await.unwrap();
    }
}

/// "36 months after the last order", with orders and their items.
pub fn after_last_order(source: &str, db: &Db, pace: Pace) -> RuleBody {
    let zone = "UTC".to_owned();
    let related = |table: &str, column: &str| Related {
        table: table.into(),
        columns: vec![column.into()],
        act: Act::Delete,
        changes: Vec::new(),
    };
    RuleBody {
        name: "Customers, 36 months after the last order".into(),
        source: source.into(),
        table: "customers".into(),
        kind: Kind::Limit,
        event: Event::LastRelated {
            path: vec![Step {
                table: "orders".into(),
                on: vec![("id".into(), "customer_id".into())],
            }],
            column: "placed_at".into(),
            otherwise: String::new(),
        },
        event_en: "the last order".into(),
        event_zh: "最后一次下单".into(),
        period: Period { amount: 36, unit: Unit::Months },
        act: Act::Delete,
        related: vec![related("orders", "customer_id"), related("order_items", "order_id")],
        time: Some(match db.engine {
            Engine::Sqlite => purge::TimeEncoding::Text { zone },
            _ => purge::TimeEncoding::Local { zone },
        }),
        pace,
        ..RuleBody::default()
    }
}
