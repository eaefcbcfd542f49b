//! State tables: filled, followed, resumed, and only where the room made them.
#![allow(clippy::unwrap_used, clippy::expect_used)] // A failure is the test's answer.

mod support;

use deliver::{Deliver, Destination, Draft, Kind, State};
use sqlx::Row as _;
use support::{Pump, Shop, actions, databases::Database, draft, me, until_async};

fn table(database: &Database) -> Draft {
    let mut wanted = draft(Kind::Table, &database.address);
    wanted.secret = Some(database.password.clone());
    wanted.identifiers = vec!["email".into(), "customer_id".into()];
    wanted.events.clear();
    wanted
}

async fn approved(room: &Deliver, draft: &Draft) -> Destination {
    let to = room.create_destination(me(), draft).await.unwrap();
    assert_eq!(to.state, State::Draft);
    room.approve(me(), &to.id).await.unwrap();
    to
}

/// `identifier purpose state` of every row.
async fn rows(database: &Database) -> Vec<String> {
    let sql = "SELECT identifier, purpose, state FROM privet_consent ORDER BY 1, 2";
    let read = |row: (String, String, String)| format!("{} {} {}", row.0, row.1, row.2);
    let found: Result<Vec<(String, String, String)>, sqlx::Error> =
        if database.url.starts_with("mysql") {
            sqlx::query_as(sql).fetch_all(&mut database.my().await).await
        } else {
            sqlx::query_as(sql).fetch_all(&mut database.pg().await).await
        };
    found.unwrap_or_default().into_iter().map(read).collect()
}

async fn run(database: &Database, sql: &str) {
    let sql = sqlx::AssertSqlSafe(sql.to_owned());
    if database.url.starts_with("mysql") {
        sqlx::raw_sql(sql).execute(&mut database.my().await).await.unwrap();
    } else {
        sqlx::raw_sql(sql).execute(&mut database.pg().await).await.unwrap();
    }
}

async fn delete(database: &Database, subject: &str) {
    run(database, &format!("DELETE FROM privet_consent WHERE subject = '{subject}'")).await;
}

/// Sets how far the first filling has come.
async fn filled_to(room: &Deliver, id: &str, person: &str) {
    let entry = store::Entry::new(me(), "table.refilled", "destination", id);
    let mut tx = room.store().begin(entry).await.unwrap();
    sqlx::query("UPDATE destination SET filled_to = $1 WHERE id = $2")
        .bind(person)
        .bind(id)
        .execute(tx.conn())
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn until_rows(database: &Database, wanted: &[&str]) {
    until_async(&format!("{wanted:?}"), || async { rows(database).await == wanted }).await;
}

async fn a_table_is_filled_and_followed(room: Deliver, shop: Shop, database: Database) {
    for id in ["a", "b"] {
        shop.person(id).await;
        shop.choose(id, "ads", "granted").await;
    }
    let to = room.create_destination(me(), &table(&database)).await.unwrap();
    let plan = room.plan_table(&to.id).await.unwrap();
    assert!(plan.sql.contains("CREATE TABLE") && !plan.exists);
    assert_eq!((plan.people, plan.rows, plan.more), (2, 4, false));
    let pump = Pump::start(&room);
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert!(rows(&database).await.is_empty(), "nothing is written before the plan is approved");

    room.approve(me(), &to.id).await.unwrap();

    let first = [
        "C-a ads granted",
        "C-b ads granted",
        "a@example.com ads granted",
        "b@example.com ads granted",
    ];
    until_rows(&database, &first).await;
    shop.choose("a", "ads", "withdrawn").await;
    shop.choose("b", "news", "denied").await;
    until_rows(
        &database,
        &[
            "C-a ads withdrawn",
            "C-b ads granted",
            "C-b news denied",
            "a@example.com ads withdrawn",
            "b@example.com ads granted",
            "b@example.com news denied",
        ],
    )
    .await;
    shop.merge("a", "b").await;
    until_async("a is b now", || async {
        let now = rows(&database).await;
        !now.iter().any(|row| row.starts_with("C-a"))
            && now.iter().any(|r| r == "C-b ads withdrawn")
    })
    .await;
    shop.erase("b").await;
    until_rows(&database, &[]).await;
    let did = actions(&room, &to.id).await;
    for action in ["destination.approved", "table.filled", "table.written"] {
        assert!(did.iter().any(|did| did == action), "{action}: {did:?}");
    }
    pump.stop().await;
}

async fn a_filling_resumes_where_it_was(room: Deliver, shop: Shop, database: Database) {
    for n in 0..620 {
        shop.person(&format!("p{n:04}")).await;
    }
    shop.choose("p0001", "ads", "granted").await;
    shop.choose("p0619", "ads", "granted").await;
    let to = approved(&room, &table(&database)).await;
    let pump = Pump::start(&room);
    until_async("the filling is complete", || async {
        room.destination(&to.id).await.unwrap().filled_to.is_none()
    })
    .await;
    assert_eq!(rows(&database).await.len(), 4);
    pump.stop().await;

    // As if the server had stopped after the first five hundred; the row of one before is taken out
    // to see that nobody before that is written again.
    delete(&database, "p0001").await;
    delete(&database, "p0619").await;
    filled_to(&room, &to.id, "p0500").await;
    let pump = Pump::start(&room);

    until_rows(&database, &["C-p0619 ads granted", "p0619@example.com ads granted"]).await;
    pump.stop().await;
}

async fn a_table_that_was_dropped_is_filled_anew(room: Deliver, shop: Shop, database: Database) {
    shop.person("a").await;
    shop.choose("a", "ads", "granted").await;
    let to = approved(&room, &table(&database)).await;
    let pump = Pump::start(&room);
    until_async("two rows", || async { rows(&database).await.len() == 2 }).await;
    pump.stop().await;
    run(&database, "DROP TABLE privet_consent").await;

    let pump = Pump::start(&room);
    shop.person("b").await;
    shop.choose("b", "ads", "granted").await;

    until_async("four rows", || async { rows(&database).await.len() == 4 }).await;
    let plan = room.plan_table(&to.id).await.unwrap();
    assert!(plan.exists && plan.ours && plan.rows_now == 4);
    pump.stop().await;
}

async fn a_strangers_table_is_never_written(room: Deliver, shop: Shop, database: Database) {
    run(&database, "CREATE TABLE privet_consent (identifier INT)").await;
    shop.person("a").await;
    shop.choose("a", "ads", "granted").await;
    let to = room.create_destination(me(), &table(&database)).await.unwrap();
    let plan = room.plan_table(&to.id).await.unwrap();
    assert!(plan.exists && !plan.ours);
    assert!(room.test(me(), &to.id).await.unwrap_err().to_string().contains("foreign"));
    room.approve(me(), &to.id).await.unwrap();

    let pump = Pump::start(&room);

    until_async("the fault is told", || async {
        room.destination(&to.id).await.unwrap().fault == "foreign"
    })
    .await;
    pump.stop().await;
}

async fn writing_twice_changes_nothing_and_hashes_hide_the_value(
    room: Deliver,
    shop: Shop,
    database: Database,
) {
    shop.person("a").await;
    shop.choose("a", "ads", "granted").await;
    let mut wanted = table(&database);
    wanted.identifiers = vec!["email".into()];
    wanted.config.hashed = true;
    let to = approved(&room, &wanted).await;
    let pump = Pump::start(&room);

    until_async("one row", || async { rows(&database).await.len() == 1 }).await;
    let row = rows(&database).await.remove(0);
    assert!(!row.contains('@') && row.split(' ').next().unwrap().len() == 64, "{row}");
    let stamp = || async {
        let sql =
            "SELECT CAST(updated_at AS CHAR(40)), CAST(since AS CHAR(40)) FROM privet_consent";
        if database.url.starts_with("mysql") {
            let row = sqlx::query(sql).fetch_one(&mut database.my().await).await.unwrap();
            (row.get::<String, _>(0), row.get::<String, _>(1))
        } else {
            let row = sqlx::query(sql).fetch_one(&mut database.pg().await).await.unwrap();
            (row.get::<String, _>(0), row.get::<String, _>(1))
        }
    };
    let before = stamp().await;
    assert!(before.1.starts_with("20"), "{before:?}");

    // Somebody else's choice goes by; this person's rows are written again by a refill.
    shop.person("b").await;
    shop.choose("b", "ads", "granted").await;
    until_async("two rows", || async { rows(&database).await.len() == 2 }).await;
    room.set_state(me(), &to.id, false).await.unwrap();
    filled_to(&room, &to.id, "").await;
    room.set_state(me(), &to.id, true).await.unwrap();
    until_async("filled again", || async {
        room.destination(&to.id).await.unwrap().filled_to.is_none()
    })
    .await;

    delete(&database, "b").await;
    assert_eq!(stamp().await, before, "the same state is no change");
    pump.stop().await;
}

/// Each on PostgreSQL and on MariaDB; the room on SQLite and on PostgreSQL.
macro_rules! on_both_targets {
    ($($name:ident),* $(,)?) => {
        mod to_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let (room, shop, _guard) = super::support::open(false).await;
                super::$name(room, shop, super::Database::postgres().await).await;
            })*
        }
        mod to_mariadb {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let (room, shop, _guard) = super::support::open(true).await;
                super::$name(room, shop, super::Database::mariadb().await).await;
            })*
        }
    };
}

on_both_targets!(
    a_table_is_filled_and_followed,
    a_filling_resumes_where_it_was,
    a_table_that_was_dropped_is_filled_anew,
    a_strangers_table_is_never_written,
    writing_twice_changes_nothing_and_hashes_hide_the_value,
);
