//! A choice's whole way: recorded by consent, told to a webhook, kept in a company's table, shown or
//! hidden by a purpose view that `privet apply` made.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Json, Router, extract::State};
use consent::{
    Choice, Consent, Identifier, IdentifierKind, NoticeBody, PurposeBody, Reconsent, Recording,
    Subject, property::DEFAULT, record::Origin,
};
use deliver::{Config, Deliver, Draft, EventKind, Kind, Reach, Settings};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};
use store::{Actor, Store, StoreConfig};

use crate::privet::run;

fn me() -> Actor {
    Actor::Person("tester".into())
}

type Got = Arc<Mutex<Vec<Value>>>;

async fn receiver() -> (String, Got) {
    let got: Got = Arc::default();
    let take = async |State(got): State<Got>, Json(body): Json<Value>| {
        got.lock().unwrap().push(body);
    };
    let app = Router::new().fallback(take).with_state(got.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    (url, got)
}

async fn furnished(store: &Store) -> Consent {
    let consent = Consent::open(store.clone(), consent::Settings::default()).await.unwrap();
    let name = |text: &str| BTreeMap::from([("en".to_owned(), text.to_owned())]);
    let ads = PurposeBody { name: name("Ads"), expires_months: Some(12), ..PurposeBody::default() };
    consent.save_purpose(&me(), "ads", &ads).await.unwrap();
    let notice =
        NoticeBody { title: name("Join"), purposes: vec!["ads".into()], ..NoticeBody::default() };
    consent.save_draft(&me(), "join", &notice).await.unwrap();
    consent.publish(&me(), "join", Reconsent::None).await.unwrap();
    consent
}

async fn choose(consent: &Consent, email: &str, choice: Choice) -> String {
    let who = Identifier::parse(IdentifierKind::Email, email, "CN").unwrap();
    let recording = Recording {
        subject: Subject::new(vec![who]).unwrap(),
        property: DEFAULT.into(),
        notice: "join".into(),
        language: "en".into(),
        choices: BTreeMap::from([("ads".to_owned(), choice)]),
        channel: "web".into(),
        page: String::new(),
        ip: None,
        user_agent: String::new(),
        given_at: None,
        minor: None,
        origin: Origin::Api,
        confirmed: false,
        idempotency: None,
    };
    consent.record(&me(), &recording).await.unwrap().id
}

fn destination(kind: Kind, address: &str, secret: Option<&str>) -> Draft {
    Draft {
        name: "Warehouse".into(),
        kind,
        address: address.into(),
        events: EventKind::ALL.to_vec(),
        identifiers: vec!["email".into()],
        config: Config::default(),
        secret: secret.map(str::to_owned),
        from_start: false,
    }
}

async fn until<F: Future<Output = bool>>(what: &str, mut done: impl FnMut() -> F) {
    for _ in 0..1200 {
        if done().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{what}: not in thirty seconds");
}

/// A database of a company with its customers.
async fn company() -> (PgConnection, String, String, String) {
    let server = std::env::var("PRIVET_TEST_POSTGRES").unwrap();
    let name = format!("co_{}", store::new_id().replace('-', ""));
    let mut admin = PgConnection::connect(&server).await.unwrap();
    let make = AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::raw_sql(make).execute(&mut admin).await.unwrap();
    let mut url = url::Url::parse(&server).unwrap();
    url.set_path(&name);
    let mut conn = PgConnection::connect(url.as_str()).await.unwrap();
    sqlx::raw_sql(
        "CREATE TABLE customers (id int PRIMARY KEY, name text, email text);
         INSERT INTO customers VALUES (1, 'Li', 'Li@Example.com'), (2, 'Wu', 'wu@example.com');
         DO $$ BEGIN CREATE ROLE privet_views NOLOGIN;
         EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
    )
    .execute(&mut conn)
    .await
    .unwrap();
    let password = url.password().unwrap().to_owned();
    url.set_password(None).unwrap();
    (conn, url.to_string(), password, name)
}

async fn states(conn: &mut PgConnection) -> Vec<String> {
    let sql = "SELECT identifier || ' ' || state FROM privet_consent ORDER BY 1";
    sqlx::query_scalar(sql).fetch_all(conn).await.unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_choice_reaches_webhook_table_and_view() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let config = StoreConfig { data_dir: data.clone(), database: None };
    let store = Store::open(config).await.unwrap();
    let consent = furnished(&store).await;
    let (hook, got) = receiver().await;
    let (mut conn, address, password, name) = company().await;
    let reach = Reach { webhooks: vec!["127.0.0.1".into()], ..Reach::default() };
    let source = Arc::new(privet::events::FromConsent(consent.clone()));
    let settings = Settings { reach, ..Settings::default() };
    let deliver = Deliver::open(store.clone(), source, settings).await.unwrap();
    deliver.create_destination(me(), &destination(Kind::Webhook, &hook, None)).await.unwrap();
    let table = destination(Kind::Table, &address, Some(&password));
    let table = deliver.create_destination(me(), &table).await.unwrap();
    deliver.approve(me(), &table.id).await.unwrap();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let pump = tokio::spawn(deliver.clone().run(stopped));

    let receipt = choose(&consent, "li@example.com", Choice::Granted).await;
    choose(&consent, "wu@example.com", Choice::Denied).await;

    until("three messages", || async { got.lock().unwrap().len() == 3 }).await;
    // Different people's messages may come in any order.
    got.lock().unwrap().sort_by_key(|one| one["data"]["sequence"].as_i64());
    let refused: Vec<Value> = got.lock().unwrap()[1..].to_vec();
    let suppressed = refused.iter().find(|one| one["type"] == "suppression.added").unwrap();
    assert_eq!(suppressed["data"]["identifiers"]["email"][0], "wu@example.com");
    assert_eq!(suppressed["data"]["purposes"][0], "ads");
    let first = got.lock().unwrap()[0].clone();
    assert_eq!(first["type"], "consent.recorded");
    let data_said = &first["data"];
    assert_eq!(data_said["identifiers"]["email"][0], "li@example.com");
    assert_eq!(data_said["purposes"]["ads"], "granted");
    assert_eq!(data_said["notice"], "join@1");
    assert_eq!(data_said["receipt"], receipt.as_str());
    let rows = ["li@example.com granted", "wu@example.com denied"];
    wait_for(&mut conn, &rows).await;
    let ends: bool = sqlx::query_scalar(
        "SELECT expires_at > now() + interval '360 days' FROM privet_consent WHERE state = 'granted'",
    )
    .fetch_one(&mut conn)
    .await
    .unwrap();
    assert!(ends, "an agreement for twelve months ends by itself");

    let role = format!("privet_{}", &name[20..]);
    let code = dir.path().join("code");
    std::fs::create_dir(&code).unwrap();
    std::fs::write(
        code.join("purpose-views.yaml"),
        format!(
            "privet: 1\npurpose_views:\n  ads.customers:\n    state_table: Warehouse\n    purpose: ads\n    table: customers\n    match: email\n    identifier: email\n    columns: [id, name]\n    role: {role}\n"
        ),
    )
    .unwrap();
    let (code, data) = (code.display().to_string(), data.display().to_string());
    let dry = run(&["apply", &code, "--dry-run", "--data", &data]);
    assert!(dry.code == 0 && dry.out.contains("security_barrier"), "{} {}", dry.out, dry.err);
    let applied = run(&["apply", &code, "--data", &data]);
    assert!(
        applied.code == 0 && applied.out.contains("1 changed"),
        "{} {}",
        applied.out,
        applied.err
    );
    let again = run(&["apply", &code, "--data", &data]);
    assert!(again.code == 0 && !again.out.contains("purpose view"), "{}", again.out);
    let out = dir.path().join("out").display().to_string();
    assert!(run(&["export", &out, "--data", &data]).out.contains("purpose-views.yaml"));
    let shown = |sql: &'static str| format!("SET ROLE {role}; {sql}");
    let seen = sqlx::raw_sql(AssertSqlSafe(shown("SELECT name FROM ads.customers")))
        .fetch_all(&mut conn)
        .await
        .unwrap();
    assert_eq!(seen.iter().map(|row| row.get::<String, _>(0)).collect::<Vec<_>>(), ["Li"]);
    let below = sqlx::raw_sql(AssertSqlSafe(shown("SELECT name FROM customers")));
    assert!(below.fetch_all(&mut conn).await.is_err());
    sqlx::raw_sql("RESET ROLE").execute(&mut conn).await.unwrap();

    choose(&consent, "li@example.com", Choice::Withdrawn).await;
    wait_for(&mut conn, &["li@example.com withdrawn", "wu@example.com denied"]).await;
    until("the withdrawal is told", || async {
        got.lock().unwrap().iter().any(|one| one["type"] == "consent.withdrawn")
    })
    .await;
    choose(&consent, "wu@example.com", Choice::Granted).await;
    wait_for(&mut conn, &["li@example.com withdrawn", "wu@example.com granted"]).await;
    // What a purpose says decides for everybody.
    consent.retire_purpose(&me(), "ads", true).await.unwrap();
    wait_for(&mut conn, &["li@example.com purpose_retired", "wu@example.com purpose_retired"])
        .await;
    let wu = Identifier::parse(IdentifierKind::Email, "wu@example.com", "CN").unwrap();
    let wu = consent.find(&Subject::new(vec![wu]).unwrap().blind(consent.vault())).await.unwrap();
    consent.erase(&me(), &wu.people[0]).await.unwrap();
    wait_for(&mut conn, &["li@example.com purpose_retired"]).await;

    stop.send(true).unwrap();
    pump.await.unwrap();
    let server = std::env::var("PRIVET_TEST_POSTGRES").unwrap();
    let mut admin = PgConnection::connect(&server).await.unwrap();
    for sql in [format!("DROP DATABASE {name} WITH (FORCE)"), format!("DROP ROLE {role}")] {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut admin).await.unwrap();
    }
}

async fn wait_for(conn: &mut PgConnection, rows: &[&str]) {
    for _ in 0..1200 {
        if states(conn).await == rows {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{rows:?}: but {:?}", states(conn).await);
}
