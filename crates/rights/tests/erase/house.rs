//! What tests of erasures share: the rooms, a company's database on every engine, and a request that is
//! verified.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use std::time::Duration;

use consent::{Identifier, IdentifierKind, Subject, property::DEFAULT};
use preference::Preferences;
use purge::Engine;
use regime::Regimes;
use rights::{
    By, Channel, Kind, Level, New, Private, Request, Rights,
    erase::{Erasure, Stage},
};
use store::{Runner, Store, now};
use tokio::sync::watch;
use web::{Lang, Web, WebConfig};

use crate::support::{self, Db, li};

/// The rooms, with a runner that can be stopped.
pub struct House {
    pub base: support::House,
    pub rights: Rights,
}

pub struct Work {
    stop: watch::Sender<bool>,
    running: tokio::task::JoinHandle<()>,
}

impl Work {
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        self.running.await.unwrap();
    }
}

pub fn person(address: &str) -> Subject {
    Subject::new(vec![Identifier::parse(IdentifierKind::Email, address, "").unwrap()]).unwrap()
}

impl House {
    pub async fn open(store: Store) -> Self {
        Self::at(store, "").await
    }

    /// The same where people reach it at an address.
    pub async fn at(store: Store, address: &str) -> Self {
        let mut base = support::House::open(store.clone()).await;
        if !address.is_empty() {
            let config = WebConfig { base_url: address.into(), ..WebConfig::default() };
            base.web = Web::open(store.clone(), config).await.unwrap();
        }
        let (consent, map) = (base.consent.clone(), base.map.clone());
        let regimes = Regimes::open(store, consent.clone(), map).await.unwrap();
        let preferences = Preferences::open(base.web.clone(), consent, None).await.unwrap();
        let retain = base.retain.clone();
        let rights = Rights::open(base.web.clone(), preferences, regimes, retain).await.unwrap();
        Self { base, rights }
    }

    pub fn work(&self) -> Work {
        let runner = Runner::new(self.base.web.store().clone(), 2);
        let runner = rights::add_handlers(runner, &self.rights);
        let (stop, stopped) = watch::channel(false);
        Work { stop, running: tokio::spawn(runner.run(stopped)) }
    }

    /// A source that may be changed.
    pub async fn source(&self, db: &Db) -> String {
        let source = self.base.source(db).await;
        self.base.access(&source, db).await;
        source
    }

    /// A request of somebody whose address staff checked.
    pub async fn asked(&self, address: &str) -> Request {
        self.asked_for(Kind::Erasure, Level::Checked, address).await
    }

    /// A request of a kind, of somebody known so well.
    pub async fn asked_for(&self, kind: Kind, level: Level, address: &str) -> Request {
        let new = New {
            kind,
            by: By::Person,
            channel: Channel::Staff,
            person: person(address),
            private: Private { words: "Please see to it.".into(), ..Private::default() },
            property: DEFAULT.into(),
            lang: Lang::En,
            level,
            received_at: now(),
            about: String::new(),
        };
        let made = self.rights.receive(li(), new).await.unwrap();
        self.rights.request(&made.id).await.unwrap()
    }

    /// Waits until an erasure stands still.
    pub async fn still(&self, request: &str) -> Erasure {
        for _ in 0..6_000 {
            let erasure = self.rights.erasure(request).await.unwrap().unwrap();
            if !erasure.stage.moves() {
                return erasure;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the erasure still moves after two minutes");
    }

    pub async fn planned(&self, request: &Request) -> Erasure {
        self.rights.plan_erasure(&li(), request).await.unwrap();
        let erasure = self.still(&request.id).await;
        assert_eq!(erasure.stage, Stage::Planned, "{}", erasure.error);
        erasure
    }

    /// A second person agrees, and it begins.
    pub async fn begun(&self, request: &Request) {
        let asked = self.rights.ask_erasure(&li(), request, "looked who it is").await.unwrap();
        self.base.web.approvals().approve("han", &asked.id).await.unwrap();
        self.rights.begin_erasure(&li(), request).await.unwrap();
    }

    async fn a_look_failed(&self) -> bool {
        let filter = store::JobFilter {
            state: Some(store::JobState::Failed),
            kind: Some("rights_erasure_look".into()),
        };
        let failed = self.base.web.store().list_jobs(&filter, None, 5).await.unwrap();
        for one in &failed {
            eprintln!("a look failed: {}", one.error);
        }
        !failed.is_empty()
    }

    /// Waits until somebody looked so often.
    pub async fn looks(&self, request: &str, looks: i64) -> Erasure {
        for n in 0..6_000 {
            let erasure = self.rights.erasure(request).await.unwrap().unwrap();
            if erasure.looks >= looks {
                return erasure;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
            // A look that failed for good is asked for again every hour.
            if n % 500 == 499 && erasure.looks == 0 && self.a_look_failed().await {
                self.rights.looks_due().await.unwrap();
            }
        }
        let jobs = self.base.web.store().list_jobs(&store::JobFilter::default(), None, 20).await;
        let erasure = self.rights.erasure(request).await.unwrap().unwrap();
        panic!("nobody looked at {erasure:?}; jobs: {jobs:?}");
    }
}

fn foreign(engine: Engine, links: &[(&str, &str)]) -> String {
    // MariaDB hears foreign keys only when they stand apart.
    if engine != Engine::Mysql {
        return String::new();
    }
    let one = |(column, table): &(&str, &str)| {
        format!(", FOREIGN KEY ({column}) REFERENCES {table} (id)")
    };
    links.iter().map(one).collect()
}

/// Customers with orders, items, invoices, comments that answer each other, and recommendations from
/// one address to another.
pub async fn tables(db: &Db) {
    let time = match db.engine {
        Engine::Sqlite => "TEXT",
        Engine::Postgres => "TIMESTAMP",
        Engine::Mysql => "DATETIME",
    };
    let links = |all: &[(&str, &str)]| foreign(db.engine, all);
    db.run(&format!(
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, email VARCHAR(100) NOT NULL, full_name VARCHAR(100), joined_at {time});
         CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id), placed_at {time} NOT NULL, total INTEGER{});
         CREATE TABLE order_items (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders (id), sku VARCHAR(20){});
         CREATE TABLE invoices (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id), issued_at {time}{});
         CREATE TABLE comments (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id), answers INTEGER REFERENCES comments (id), body VARCHAR(100){});
         CREATE TABLE campaigns (id INTEGER PRIMARY KEY, title VARCHAR(20));
         CREATE TABLE referrals (id INTEGER PRIMARY KEY, from_email VARCHAR(100), to_email VARCHAR(100), campaign_id INTEGER REFERENCES campaigns (id){});
         INSERT INTO campaigns VALUES (1, 'spring');",
        links(&[("customer_id", "customers")]),
        links(&[("order_id", "orders")]),
        links(&[("customer_id", "customers")]),
        links(&[("customer_id", "customers"), ("answers", "comments")]),
        links(&[("campaign_id", "campaigns")]),
    ))
    .await;
}

pub fn address(customer: usize) -> String {
    format!("li.lei{customer}@example.com")
}

/// So many customers, each with orders of two items and comments.
pub async fn fill(db: &Db, customers: usize, orders: usize) {
    let (mut order, mut item) = (0, 0);
    for id in 1..=customers {
        let email = address(id);
        db.run(&format!(
            "INSERT INTO customers VALUES ({id}, '{email}', 'Li Lei', '2018-03-04 05:06:07')"
        ))
        .await;
        for from in (0..orders).step_by(400) {
            let (mut lines, mut items) = (Vec::new(), Vec::new());
            for _ in from..(from + 400).min(orders) {
                order += 1;
                lines.push(format!("({order}, {id}, '2026-01-02 03:04:05', {order})"));
                for _ in 0..2 {
                    item += 1;
                    items.push(format!("({item}, {order}, 'T{item}')"));
                }
            }
            db.run(&format!("INSERT INTO orders VALUES {}", lines.join(","))).await;
            db.run(&format!("INSERT INTO order_items VALUES {}", items.join(","))).await;
        }
        let next = id % customers + 1;
        db.run(&format!("INSERT INTO referrals VALUES ({id}, '{email}', '{}', 1)", address(next)))
            .await;
    }
}
