//! What the room's tests share: a small source of events that writes ledger entries and rows of its
//! own, a receiver of webhooks, and the room on both engines.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

pub mod console;
pub mod databases;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, response::IntoResponse};
use deliver::{
    Batch, Config, Deliver, Draft, Event, EventKind, EventSource, Kind, Known, Person,
    PurposeState, Reach, Settings, SourceFault,
};
use sqlx::Row as _;
use store::{Actor, Entry, Migration, Store, testing::TestGuard};
use tokio::sync::watch;

/// Whoever acts in tests.
pub fn me() -> Actor {
    Actor::Person("tester".into())
}

const TABLES: &[Migration] = &[Migration {
    room: "deliver_test",
    version: 1,
    sql: "CREATE TABLE t_person (id TEXT PRIMARY KEY, email TEXT NOT NULL, customer TEXT NOT NULL);
CREATE TABLE t_choice (id TEXT PRIMARY KEY, subject TEXT NOT NULL, purpose TEXT NOT NULL, state TEXT NOT NULL, at BIGINT NOT NULL)",
}];

/// People and their choices, each choice with its ledger entry.
#[derive(Clone)]
pub struct Shop {
    pub store: Store,
}

impl Shop {
    pub async fn open(store: Store) -> Self {
        store.migrate(TABLES).await.unwrap();
        Self { store }
    }

    /// A person with an e-mail address and a customer number.
    pub async fn person(&self, id: &str) {
        let entry = Entry::new(me(), "subject.created", "subject", id);
        let mut tx = self.store.begin(entry).await.unwrap();
        sqlx::query("INSERT INTO t_person (id, email, customer) VALUES ($1, $2, $3)")
            .bind(id)
            .bind(format!("{id}@example.com"))
            .bind(format!("C-{id}"))
            .execute(tx.conn())
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// A choice; returns its ledger position.
    pub async fn choose(&self, subject: &str, purpose: &str, state: &str) -> i64 {
        let id = store::new_id();
        let action = if state == "withdrawn" { "consent.withdrawn" } else { "consent.recorded" };
        let mut tx = self.store.begin(Entry::new(me(), action, "consent", &id)).await.unwrap();
        sqlx::query(
            "INSERT INTO t_choice (id, subject, purpose, state, at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(&id)
        .bind(subject)
        .bind(purpose)
        .bind(state)
        .bind(store::now())
        .execute(tx.conn())
        .await
        .unwrap();
        tx.commit().await.unwrap()
    }

    /// `from` turns out to be `into`.
    pub async fn merge(&self, from: &str, into: &str) {
        let object = format!("{from}>{into}");
        let entry = Entry::new(me(), "subject.merged", "subject", object);
        let mut tx = self.store.begin(entry).await.unwrap();
        for sql in [
            "UPDATE t_choice SET subject = $2 WHERE subject = $1",
            "DELETE FROM t_person WHERE id = $1 AND $2 <> ''",
        ] {
            sqlx::query(sql).bind(from).bind(into).execute(tx.conn()).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// Erases a person: what was said of them can no longer be told.
    pub async fn erase(&self, id: &str) {
        let entry = Entry::new(me(), "subject.erased", "subject", id);
        let mut tx = self.store.begin(entry).await.unwrap();
        for sql in ["DELETE FROM t_choice WHERE subject = $1", "DELETE FROM t_person WHERE id = $1"]
        {
            sqlx::query(sql).bind(id).execute(tx.conn()).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    async fn load(&self, rows: Vec<(String, String, String)>) -> Result<Vec<Person>, SourceFault> {
        let mut people = Vec::new();
        for (id, email, customer) in rows {
            let choices: Vec<(String, String, i64)> = sqlx::query_as(
                "SELECT purpose, state, at FROM t_choice WHERE subject = $1 ORDER BY at, id",
            )
            .bind(&id)
            .fetch_all(self.store.reader())
            .await?;
            let newest: HashMap<String, (String, i64)> =
                choices.into_iter().map(|(purpose, state, at)| (purpose, (state, at))).collect();
            let known = |kind: &str, value| Known { kind: kind.into(), value };
            people.push(Person {
                subject: id,
                identifiers: vec![known("email", email), known("customer_id", customer)],
                purposes: newest
                    .into_iter()
                    .map(|(purpose, (state, since))| PurposeState {
                        purpose,
                        state,
                        since,
                        notice: "newsletter@3".into(),
                        expires_at: None,
                    })
                    .collect(),
            });
        }
        Ok(people)
    }
}

#[async_trait::async_trait]
impl EventSource for Shop {
    async fn events_after(&self, after: i64, limit: usize) -> Result<Batch, SourceFault> {
        // What commits after this is for the next time, or it would be told twice.
        let head: i64 = sqlx::query_scalar("SELECT seq FROM ledger_head WHERE id = 1")
            .fetch_one(self.store.reader())
            .await?;
        let rows = sqlx::query(
            "SELECT l.seq, l.at, l.action, l.object_id, c.subject, c.purpose, c.state
             FROM ledger_entry l LEFT JOIN t_choice c ON c.id = l.object_id
             WHERE l.seq > $1 AND l.seq <= $3 AND l.object_kind IN ('consent', 'subject')
             ORDER BY l.seq LIMIT $2",
        )
        .bind(after)
        .bind(limit as i64)
        .bind(head)
        .fetch_all(self.store.reader())
        .await?;
        let mut batch = Batch { events: Vec::new(), upto: head.max(after) };
        if rows.len() == limit {
            batch.upto = rows.last().unwrap().try_get(0)?;
        }
        for row in rows {
            let kind: String = row.try_get(2)?;
            let Some(kind) = EventKind::parse(&kind) else { continue };
            let object: String = row.try_get(3)?;
            let mut data = serde_json::Map::new();
            let subject: Option<String> = match kind {
                EventKind::SubjectMerged => {
                    let (from, into) = object.split_once('>').unwrap();
                    data.insert("from".into(), from.into());
                    data.insert("into".into(), into.into());
                    Some(into.into())
                }
                EventKind::SubjectErased => Some(object),
                _ => row.try_get(4)?,
            };
            if subject.is_none() {
                continue;
            }
            if let (Some(purpose), Some(state)) =
                (row.try_get::<Option<String>, _>(5)?, row.try_get::<Option<String>, _>(6)?)
            {
                data.insert("purposes".into(), serde_json::json!({ purpose: state }));
            }
            let (seq, at) = (row.try_get(0)?, row.try_get(1)?);
            batch.events.push(Event { seq, part: 0, at, kind, subject, data });
        }
        Ok(batch)
    }

    async fn identifiers(
        &self,
        subject: &str,
        kinds: &[String],
    ) -> Result<Vec<Known>, SourceFault> {
        let people = self.people(&[subject.to_owned()]).await?;
        let all = people.into_iter().flat_map(|person| person.identifiers);
        Ok(all.filter(|known| kinds.contains(&known.kind)).collect())
    }

    async fn people(&self, subjects: &[String]) -> Result<Vec<Person>, SourceFault> {
        let mut rows = Vec::new();
        for subject in subjects {
            let row = sqlx::query_as("SELECT id, email, customer FROM t_person WHERE id = $1")
                .bind(subject)
                .fetch_optional(self.store.reader())
                .await?;
            rows.extend(row);
        }
        self.load(rows).await
    }

    async fn people_after(&self, after: &str, limit: usize) -> Result<Vec<Person>, SourceFault> {
        let rows = sqlx::query_as(
            "SELECT id, email, customer FROM t_person WHERE id > $1 ORDER BY id LIMIT $2",
        )
        .bind(after)
        .bind(limit as i64)
        .fetch_all(self.store.reader())
        .await?;
        self.load(rows).await
    }
}

/// One request a receiver got.
#[derive(Debug, Clone)]
pub struct Got {
    pub id: String,
    pub timestamp: String,
    pub signature: String,
    pub body: serde_json::Value,
    pub raw: Vec<u8>,
}

/// A receiver of webhooks on this machine.
#[derive(Clone)]
pub struct Receiver {
    pub url: String,
    pub got: Arc<Mutex<Vec<Got>>>,
    /// Answers for subjects (or "" for all): status and headers.
    pub answers: Arc<Mutex<HashMap<String, u16>>>,
    /// Milliseconds before it answers.
    pub slow: Arc<std::sync::atomic::AtomicU64>,
}

impl Receiver {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hooks", listener.local_addr().unwrap());
        let this = Self { url, got: Arc::default(), answers: Arc::default(), slow: Arc::default() };
        let app = Router::new().fallback(take).with_state(this.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        this
    }

    pub fn all(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }

    pub fn answer(&self, subject: &str, status: u16) {
        self.answers.lock().unwrap().insert(subject.into(), status);
    }

    pub fn forgive(&self) {
        self.answers.lock().unwrap().clear();
    }

    /// Ids in the order of arrival.
    pub fn ids(&self) -> Vec<String> {
        self.all().into_iter().map(|got| got.id).collect()
    }

    /// Waits until this many requests have come.
    pub async fn wait(&self, count: usize) -> Vec<Got> {
        until(&format!("{count} requests"), || self.all().len() >= count).await;
        self.all()
    }
}

async fn take(
    State(receiver): State<Receiver>,
    headers: HeaderMap,
    body: Bytes,
) -> axum::response::Response {
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let json: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let subject = json["data"]["subject"].as_str().unwrap_or_default().to_owned();
    receiver.got.lock().unwrap().push(Got {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
        body: json,
        raw: body.to_vec(),
    });
    let slow = receiver.slow.load(std::sync::atomic::Ordering::Relaxed);
    tokio::time::sleep(Duration::from_millis(slow)).await;
    let answers = receiver.answers.lock().unwrap();
    let status = answers.get(&subject).or_else(|| answers.get("")).copied().unwrap_or(200);
    let status = axum::http::StatusCode::from_u16(status).unwrap();
    if status.is_redirection() {
        return (status, [("location", "/elsewhere")]).into_response();
    }
    status.into_response()
}

/// Waits for something that takes its time.
pub async fn until(what: &str, mut done: impl FnMut() -> bool) {
    for _ in 0..1600 {
        if done() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{what}: not in forty seconds");
}

/// The same for what has to be asked for.
pub async fn until_async<F: Future<Output = bool>>(what: &str, mut done: impl FnMut() -> F) {
    for _ in 0..1600 {
        if done().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{what}: not in forty seconds");
}

/// Short waits, loopback allowed.
pub fn settings() -> Settings {
    Settings {
        reach: Reach { webhooks: vec!["127.0.0.1".into()], ..Reach::default() },
        attempts: 3,
        first_wait: Duration::from_millis(50),
        longest: Duration::from_millis(200),
        probe: Duration::from_millis(100),
        timeout: Duration::from_secs(10),
        ..Settings::default()
    }
}

/// The room and its source in a throw-away database.
pub async fn open(postgres: bool) -> (Deliver, Shop, TestGuard) {
    let (store, guard) = if postgres {
        store::testing::temp_postgres().await
    } else {
        store::testing::temp_sqlite().await
    };
    let shop = Shop::open(store.clone()).await;
    let deliver = Deliver::open(store, Arc::new(shop.clone()), settings()).await.unwrap();
    (deliver, shop, guard)
}

/// Runs the pump until this is dropped.
pub struct Pump {
    stop: watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
}

impl Pump {
    pub fn start(deliver: &Deliver) -> Self {
        let (stop, stopped) = watch::channel(false);
        Self { stop, task: tokio::spawn(deliver.clone().run(stopped)) }
    }

    pub async fn stop(self) {
        self.stop.send(true).unwrap();
        self.task.await.unwrap();
    }
}

/// A destination of this kind that takes everything.
pub fn draft(kind: Kind, address: &str) -> Draft {
    Draft {
        name: "CRM".into(),
        kind,
        address: address.into(),
        events: EventKind::ALL.to_vec(),
        identifiers: Vec::new(),
        config: Config::default(),
        secret: None,
        from_start: false,
    }
}

/// Actions of a destination's ledger entries, oldest first.
pub async fn actions(deliver: &Deliver, id: &str) -> Vec<String> {
    let filter = store::LedgerFilter { object_id: Some(id.to_owned()), ..Default::default() };
    let rows = deliver.store().ledger().page(&filter, None, 500).await.unwrap();
    rows.into_iter().rev().map(|row| row.action).collect()
}

/// Makes of each function two tests: the room in SQLite and in PostgreSQL.
#[macro_export]
macro_rules! on_both_engines {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let (room, shop, _guard) = super::support::open(false).await;
                super::$name(room, shop).await;
            })*
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let (room, shop, _guard) = super::support::open(true).await;
                super::$name(room, shop).await;
            })*
        }
    };
}
