//! Erasures over the three real engines: what is planned is what is done, nothing else is touched,
//! duties win, what comes back is erased again, and what cannot be reached is done later.
#![allow(clippy::unwrap_used, clippy::expect_used)] // Helpers of tests are not in a test function.

#[path = "erase/house.rs"]
mod house;
#[path = "../../retain/tests/support/mod.rs"]
mod support;

use house::{House, address, fill, person, tables};
use purge::{Engine, TimeEncoding};
use retain::rule::{Event, Kind as RuleKind, Period, RuleBody, Unit};
use rights::{
    RightsError,
    erase::{Act, Looked, Stage},
};
use support::{Db, li};

/// "Invoices are kept ten years": a duty.
fn duty(source: &str, engine: Engine) -> RuleBody {
    let zone = "UTC".to_owned();
    RuleBody {
        name: "Invoices, ten years".into(),
        source: source.into(),
        table: "invoices".into(),
        kind: RuleKind::Duty,
        event: Event::Column { column: "issued_at".into() },
        period: Period { amount: 10, unit: Unit::Years },
        time: Some(match engine {
            Engine::Sqlite => TimeEncoding::Text { zone },
            _ => TimeEncoding::Local { zone },
        }),
        ..RuleBody::default()
    }
}

/// Everything that is not customer 2's, as one number of each table.
async fn others(db: &Db) -> Vec<i64> {
    let mut all = Vec::new();
    for sql in [
        "SELECT count(*) FROM customers WHERE id <> 2 AND full_name = 'Li Lei'",
        "SELECT count(*) FROM orders WHERE customer_id <> 2",
        "SELECT count(*) FROM order_items WHERE order_id IN (SELECT id FROM orders WHERE customer_id <> 2)",
        "SELECT count(*) FROM invoices",
        "SELECT count(*) FROM comments WHERE customer_id <> 2",
        "SELECT count(*) FROM referrals WHERE from_email <> 'li.lei2@example.com' AND to_email <> 'li.lei2@example.com'",
    ] {
        all.push(db.number(sql).await);
    }
    all
}

/// What comes back afterwards: from a copy of the database, and of the person's own will.
async fn comes_back(house: &House, db: &Db, id: &str, expected: &[i64]) {
    // Nothing came back; then a database is put back, and what was erased is erased again.
    let looked = house.looks(id, 1).await;
    assert_eq!((looked.looked, looked.back, looked.fresh), (Looked::Clean, 0, 0));
    db.run("UPDATE customers SET email = 'li.lei2@example.com', full_name = 'Li Lei' WHERE id = 2")
        .await;
    db.run("INSERT INTO orders VALUES (4, 2, '2026-01-02 03:04:05', 4), (5, 2, '2026-01-02 03:04:05', 5)").await;
    db.run("INSERT INTO order_items VALUES (7, 4, 'T7')").await;
    house.rights.look_after(&li(), id).await.unwrap();
    let looked = house.looks(id, 2).await;
    assert_eq!((looked.looked, looked.fresh), (Looked::Back, 0));
    assert!(looked.back >= 4 && looked.again >= 4, "{} {}", looked.back, looked.again);
    assert_eq!(db.number("SELECT count(*) FROM orders WHERE customer_id = 2").await, 0);
    assert_eq!(db.number("SELECT count(*) FROM customers WHERE email LIKE 'li.lei2@%'").await, 0);
    assert_eq!(others(db).await, *expected);

    // The person comes back of their own will: that is for people to see, and is left alone.
    db.run(
        "INSERT INTO customers VALUES (90, 'li.lei2@example.com', 'Li Lei', '2026-12-01 00:00:00')",
    )
    .await;
    house.rights.look_after(&li(), id).await.unwrap();
    let looked = house.looks(id, 3).await;
    assert_eq!((looked.looked, looked.fresh), (Looked::Fresh, 1));
    assert_eq!(db.number("SELECT count(*) FROM customers WHERE id = 90").await, 1);
}

async fn an_erasure(engine: Engine, postgres: bool) {
    let (store, guard) = if postgres {
        store::testing::temp_postgres().await
    } else {
        store::testing::temp_sqlite().await
    };
    let db = Db::make(engine).await;
    tables(&db).await;
    fill(&db, 4, 3).await;
    // 3 answers 2, 2 answers 1, and 1 answers 3: a circle; 4 is somebody else's.
    db.run("INSERT INTO comments VALUES (1, 2, NULL, 'a'), (2, 2, 1, 'b'), (3, 2, 2, 'c'), (4, 3, NULL, 'd')").await;
    db.run("UPDATE comments SET answers = 3 WHERE id = 1").await;
    db.run("INSERT INTO invoices VALUES (1, 2, '2026-01-02 03:04:05'), (2, 2, '2010-01-02 03:04:05'), (3, 3, '2026-01-02 03:04:05')").await;
    let house = House::open(store).await;
    let source = house.source(&db).await;
    house.base.retain.create_rule(&li(), &duty(&source, engine)).await.unwrap();
    let consent = &house.base.consent;
    let customer = consent.link(&li(), &person(&address(2))).await.unwrap().subject;
    let work = house.work();
    let before = others(&db).await;
    let total = db.count("customers").await;

    let request = house.asked(&address(2)).await;
    let planned = house.planned(&request).await;
    assert_eq!(db.count("customers").await, total, "a plan touches nothing");
    assert_eq!(others(&db).await, before);
    let step = |erasure: &rights::erase::Erasure, table: &str| {
        erasure
            .steps
            .iter()
            .find(|one| one.table == table)
            .cloned()
            .unwrap_or_else(|| panic!("{table}"))
    };
    assert_eq!(step(&planned, "orders").own, 3);
    assert_eq!(step(&planned, "order_items").own, 6);
    assert_eq!((step(&planned, "invoices").own, step(&planned, "invoices").expected.duty), (2, 1));
    assert_eq!(step(&planned, "referrals").shared, 2, "both name somebody else, too");

    // Nobody deletes alone.
    let alone = house.rights.begin_erasure(&li(), &request).await;
    assert!(matches!(alone, Err(RightsError::Conflict("rights-error-erasure-needs"))), "{alone:?}");
    house.begun(&request).await;
    let done = house.still(&request.id).await;
    assert_eq!(done.stage, Stage::Done, "{:?}", done.steps);

    let one = |table: &str| step(&done, table).done;
    assert_eq!(one("order_items").deleted, 6);
    assert_eq!(one("orders").deleted, 3);
    assert_eq!(one("comments").deleted, 3, "the circle is cut");
    assert_eq!((one("invoices").deleted, one("invoices").duty), (1, 1));
    assert_eq!((one("customers").deleted, one("customers").emptied), (0, 1), "an invoice needs it");
    assert_eq!(one("referrals").cells, 2);
    let mut expected = before.clone();
    expected[3] -= 1;
    assert_eq!(others(&db).await, expected, "nothing else was touched");
    for sql in [
        "SELECT count(*) FROM customers WHERE email LIKE 'li.lei2@%' OR (id = 2 AND full_name IS NOT NULL)",
        "SELECT count(*) FROM referrals WHERE from_email = 'li.lei2@example.com' OR to_email = 'li.lei2@example.com'",
        "SELECT count(*) FROM orders WHERE customer_id = 2",
        "SELECT count(*) FROM comments WHERE customer_id = 2",
    ] {
        assert_eq!(db.number(sql).await, 0, "{sql}");
    }
    assert_eq!(
        db.number("SELECT count(*) FROM referrals WHERE from_email = 'li.lei1@example.com'").await,
        1
    );
    assert_eq!(done.customers, 1);
    assert!(consent.identifiers(&customer).await.unwrap().is_empty(), "its key is gone");

    // The certificate stands on its own, and says what was done.
    let outer = house.rights.erasure_certificate(&request.id).await.unwrap();
    let document = &outer["certificate"];
    ledger::verify(document, None).unwrap();
    let proof = ledger::LogProof::from_json(&outer[ledger::MEMBER]).unwrap();
    let placed =
        proof.check_for(document, &request.id, &ledger::verify(document, None).unwrap()).unwrap();
    assert_eq!(placed.leaf.action, rights::erase::ERASED);
    assert!(!outer.to_string().contains("example.com"), "it names nobody");
    let mut forged = outer.clone();
    forged["certificate"]["tables"][0]["deleted"] = 700.into();
    assert!(ledger::verify(&forged["certificate"], None).is_err());

    comes_back(&house, &db, &request.id, &expected).await;
    work.stop().await;
    house.base.web.store().ledger().verify().await.unwrap();
    drop(guard);
    db.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_on_sqlite_does_what_was_planned_and_nothing_else() {
    an_erasure(Engine::Sqlite, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_on_postgresql_does_what_was_planned_and_nothing_else() {
    an_erasure(Engine::Postgres, true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_on_mariadb_does_what_was_planned_and_nothing_else() {
    an_erasure(Engine::Mysql, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_staff_keep_stays_with_its_ground_and_what_hangs_on_it_is_emptied() {
    let (store, _guard) = store::testing::temp_sqlite().await;
    let db = Db::make(Engine::Sqlite).await;
    tables(&db).await;
    fill(&db, 2, 2).await;
    let house = House::open(store).await;
    house.source(&db).await;
    let work = house.work();
    let request = house.asked(&address(1)).await;
    let planned = house.planned(&request).await;
    let orders = planned.steps.iter().find(|one| one.table == "orders").unwrap().at;
    let (rights, id) = (&house.rights, request.id.as_str());
    let groundless = rights.choose(&li(), id, orders, (Act::Keep, "because")).await;
    assert!(matches!(groundless, Err(RightsError::Asked("rights-error-ground"))), "{groundless:?}");
    rights.choose(&li(), id, orders, (Act::Keep, "claims")).await.unwrap();
    house.begun(&request).await;
    let done = house.still(id).await;
    assert_eq!(done.stage, Stage::Done);
    assert_eq!(db.number("SELECT count(*) FROM orders WHERE customer_id = 1").await, 2);
    assert_eq!(db.number("SELECT count(*) FROM order_items WHERE order_id <= 2").await, 0);
    assert_eq!(
        db.number("SELECT count(*) FROM customers WHERE id = 1 AND full_name IS NULL").await,
        1
    );
    let document = rights.erasure_certificate(id).await.unwrap();
    let tables = document["certificate"]["tables"].as_array().unwrap().clone();
    let kept = tables.iter().find(|one| one["table"] == "orders").unwrap();
    assert_eq!((&kept["ground"], &kept["kept"]["other"]), (&"claims".into(), &2.into()));
    work.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_down_is_done_when_it_is_up_again() {
    let (store, _guard) = store::testing::temp_sqlite().await;
    let (one, other) = (Db::make(Engine::Sqlite).await, Db::make(Engine::Sqlite).await);
    for db in [&one, &other] {
        tables(db).await;
        fill(db, 2, 2).await;
    }
    let house = House::open(store).await;
    house.source(&one).await;
    house.source(&other).await;
    let work = house.work();
    let request = house.asked(&address(1)).await;
    let path = other.url.trim_start_matches("sqlite:").to_owned();
    let away = format!("{path}.away");

    // Down when it is carried out.
    house.planned(&request).await;
    std::fs::rename(&path, &away).unwrap();
    house.begun(&request).await;
    let stands = house.still(&request.id).await;
    assert_eq!(stands.stage, Stage::Partial);
    assert_eq!(one.number("SELECT count(*) FROM customers WHERE id = 1").await, 0);
    assert!(stands.steps.iter().any(|step| step.error == "source"), "{:?}", stands.steps);
    std::fs::rename(&away, &path).unwrap();
    assert_eq!(house.rights.retry_erasures().await.unwrap(), 1);
    let done = house.still(&request.id).await;
    assert_eq!(done.stage, Stage::Done, "{:?}", done.steps);
    assert_eq!(other.number("SELECT count(*) FROM customers WHERE id = 1").await, 0);

    // Down when it is planned: the rest is planned later, and only there.
    let request = house.asked(&address(2)).await;
    std::fs::rename(&path, &away).unwrap();
    let planned = house.planned(&request).await;
    assert_eq!(planned.missing().count(), 1);
    house.begun(&request).await;
    assert_eq!(house.still(&request.id).await.stage, Stage::Partial);
    std::fs::rename(&away, &path).unwrap();
    assert_eq!(house.rights.retry_erasures().await.unwrap(), 0, "nobody planned it yet");
    let steps = planned.steps.len();
    let rest = house.planned(&request).await;
    assert!(rest.steps.len() > steps && rest.missing().next().is_none());
    house.rights.begin_erasure(&li(), &request).await.unwrap();
    assert_eq!(house.still(&request.id).await.stage, Stage::Done);
    for db in [&one, &other] {
        assert_eq!(db.count("customers").await, 0);
    }
    work.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_of_rows_and_names_stand_nowhere_in_clear() {
    let (store, guard) = store::testing::temp_sqlite().await;
    let db = Db::make(Engine::Sqlite).await;
    db.run(
        "CREATE TABLE readers (email VARCHAR(100) PRIMARY KEY, full_name VARCHAR(100));
            INSERT INTO readers VALUES ('mei.han@example.com', 'Han Meimei')",
    )
    .await;
    let house = House::open(store).await;
    house.source(&db).await;
    let work = house.work();
    let request = house.asked("mei.han@example.com").await;
    house.planned(&request).await;
    house.begun(&request).await;
    assert_eq!(house.still(&request.id).await.stage, Stage::Done);
    house.looks(&request.id, 1).await;
    work.stop().await;
    house.base.web.store().close().await;
    for file in std::fs::read_dir(&guard.config().data_dir).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let has = |text: &[u8]| bytes.windows(text.len()).any(|part| part == text);
            assert!(!has(b"mei.han") && !has(b"Meimei"), "{}", path.display());
        }
    }
}
