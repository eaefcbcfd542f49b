//! Durable recording with everything that belongs to it – customer, sealed identifiers, record, ledger
//! entry, signed receipt – beside a bare client that inserts the same bytes in batches of the same
//! size: `json_each` on SQLite, `unnest` on PostgreSQL. One row of the same bytes is the public target;
//! the same rows in the same tables, with nothing sealed, signed or hashed, are what the database
//! itself takes (`same.rs`).

use std::{collections::BTreeMap, time::Instant};

use anyhow::{Context, Result};
use consent::{
    Choice, Consent, Identifier, IdentifierKind, Recording, Subject, property::DEFAULT,
    record::Origin,
};
use futures::future::try_join_all;
use serde_json::json;
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};
use store::{Actor, Store, StoreConfig};

use super::{company, crowd, same};
use crate::table::Table;

/// Recordings at most.
const RECORDS: usize = 40_960;
/// Callers at once, and rows of a bare batch.
const BATCH: usize = 2048;

/// Measures both engines.
pub async fn measure(table: &mut Table, customers: usize) -> Result<()> {
    let records = (customers / 400).clamp(4 * BATCH, RECORDS);
    let folder = tempfile::tempdir()?;
    let config = StoreConfig { data_dir: folder.path().join("ours"), database: None };
    let consent = company(Store::open(config).await?).await?;
    let (ours, work) = record(&consent, records).await?;
    let bytes = stored_bytes(&consent).await?;
    consent.store().close().await;
    let same = same::sqlite(&folder.path().join("ours/privet.db"), folder.path(), BATCH).await?;
    let bare = bare_sqlite(folder.path(), bytes, records).await?;
    table.fact("a recording, with customer and identifiers", format!("{bytes} bytes"));
    table.fact("SQLite: recordings a second, 2048 callers", format!("{ours:.0}"));
    table.fact("… processor time of one, both cores", format!("{work:.1} µs"));
    table.fact("SQLite: bare inserts of the same bytes", format!("{bare:.0} a second"));
    table.least("SQLite: recording beside them", ours / bare, "times", 0.5);
    table.fact("SQLite: bare inserts of the same rows", beside(ours, same));

    let server =
        std::env::var("PRIVET_TEST_POSTGRES").context("run through `cargo xtask bench`")?;
    let mut admin = PgConnection::connect(&server).await?;
    for name in ["bench_writes", "bench_bare"] {
        admin
            .execute(sqlx::AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")))
            .await?;
        admin.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).await?;
    }
    let database = Some(server.replace("/postgres", "/bench_writes"));
    let config = StoreConfig { data_dir: folder.path().join("postgres"), database };
    let consent = company(Store::open(config).await?).await?;
    let (ours, work) = record(&consent, records).await?;
    consent.store().close().await;
    let same = same::postgres(&server.replace("/postgres", "/bench_writes"), BATCH).await?;
    let bare = bare_postgres(&server.replace("/postgres", "/bench_bare"), bytes, records).await?;
    table.fact("PostgreSQL: recordings a second, 2048 callers", format!("{ours:.0}"));
    table.fact("… processor time of one, ours alone", format!("{work:.1} µs"));
    table.fact("PostgreSQL: bare unnest inserts of the same bytes", format!("{bare:.0} a second"));
    table.least("PostgreSQL: recording beside them", ours / bare, "times", 0.5);
    table.fact("PostgreSQL: bare inserts of the same rows", beside(ours, same));
    Ok(())
}

fn beside(ours: f64, same: f64) -> String {
    format!("{same:.0} a second, recording {:.3} times", ours / same)
}

/// Recordings a second, and the processor time of each in µs.
async fn record(consent: &Consent, records: usize) -> Result<(f64, f64)> {
    consent.load_decisions().await?;
    let all: Vec<Recording> = (0..records).map(recording).collect::<Result<_>>()?;
    let (started, before) = (Instant::now(), worked()?);
    try_join_all((0..BATCH).map(|caller| {
        let (consent, all) = (consent.clone(), &all);
        async move {
            for recording in all.iter().skip(caller).step_by(BATCH) {
                consent.record(&Actor::System("bench"), recording).await?;
            }
            Ok::<_, anyhow::Error>(())
        }
    }))
    .await?;
    let rate = records as f64 / started.elapsed().as_secs_f64();
    Ok((rate, (worked()? - before) * 1e6 / records as f64))
}

/// Seconds of processor time of this process, in hundredths (`proc(5)`, `utime` and `stime`).
fn worked() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(") ").context("no /proc/self/stat")?;
    let ticks: Vec<f64> =
        fields.split(' ').skip(11).take(2).map(str::parse).collect::<Result<_, _>>()?;
    Ok(ticks.iter().sum::<f64>() / 100.0)
}

/// What a person says when they join.
pub fn recording(n: usize) -> Result<Recording> {
    let subject = Subject::new(vec![
        Identifier::parse(IdentifierKind::Email, &crowd::email(n), "CN")?,
        Identifier::parse(IdentifierKind::CustomerId, &n.to_string(), "CN")?,
    ])?;
    let bits = crowd::first(n);
    let choice = |yes| if yes { Choice::Granted } else { Choice::Denied };
    let choices: BTreeMap<String, Choice> =
        (0..4).map(|slot| (format!("p{slot:02}"), choice(bits >> slot & 1 == 1))).collect();
    Ok(Recording {
        subject,
        property: DEFAULT.to_owned(),
        notice: "join".to_owned(),
        language: "en".to_owned(),
        choices,
        channel: "web".to_owned(),
        page: "https://shop.example.com/join".to_owned(),
        ip: Some("203.0.113.9".parse()?),
        user_agent: String::new(),
        given_at: None,
        minor: None,
        origin: Origin::Api,
        confirmed: false,
        idempotency: None,
    })
}

/// Bytes of text that one recording leaves in our tables. The ledger's are left out: the bare client
/// has none, which is in its favour.
async fn stored_bytes(consent: &Consent) -> Result<usize> {
    let mut bytes = 0.0;
    for (table, columns, times) in [
        ("subject", "LENGTH(id) + LENGTH(wrapped_key)", 1.0),
        ("identifier", "LENGTH(blind) + LENGTH(subject) + LENGTH(kind) + LENGTH(sealed)", 2.0),
        (
            "consent_record",
            "LENGTH(id) + LENGTH(subject) + LENGTH(property) + LENGTH(notice) + LENGTH(language) + \
             LENGTH(choices) + LENGTH(channel) + LENGTH(page) + LENGTH(ip) + LENGTH(agent) + \
             LENGTH(origin) + LENGTH(request_digest)",
            1.0,
        ),
    ] {
        let sql = format!("SELECT CAST(AVG({columns}) AS DOUBLE PRECISION) FROM {table}");
        let mean: f64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .fetch_one(consent.store().reader())
            .await?;
        bytes += mean * times;
    }
    Ok(bytes as usize)
}

async fn bare_sqlite(folder: &std::path::Path, bytes: usize, records: usize) -> Result<f64> {
    let file = folder.join("bare.db");
    let mut client =
        SqliteConnection::connect(&format!("sqlite:{}?mode=rwc", file.display())).await?;
    client
        .execute(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
             PRAGMA wal_autocheckpoint = 8000; PRAGMA cache_size = -64000",
        )
        .await?;
    client.execute("CREATE TABLE bare (id TEXT PRIMARY KEY, body TEXT NOT NULL)").await?;
    let started = Instant::now();
    for _ in 0..records / BATCH {
        let rows: Vec<_> =
            (0..BATCH).map(|_| json!([store::new_id(), "x".repeat(bytes - 36)])).collect();
        sqlx::query("INSERT INTO bare SELECT value->>0, value->>1 FROM json_each($1)")
            .bind(serde_json::Value::from(rows).to_string())
            .execute(&mut client)
            .await?;
    }
    Ok((records / BATCH * BATCH) as f64 / started.elapsed().as_secs_f64())
}

async fn bare_postgres(address: &str, bytes: usize, records: usize) -> Result<f64> {
    let mut client = PgConnection::connect(address).await?;
    client.execute("CREATE TABLE bare (id TEXT PRIMARY KEY, body TEXT NOT NULL)").await?;
    let started = Instant::now();
    for _ in 0..records / BATCH {
        let ids: Vec<String> = (0..BATCH).map(|_| store::new_id()).collect();
        let bodies = vec!["x".repeat(bytes - 36); BATCH];
        sqlx::query("INSERT INTO bare SELECT * FROM unnest($1::text[], $2::text[])")
            .bind(ids)
            .bind(bodies)
            .execute(&mut client)
            .await?;
    }
    Ok((records / BATCH * BATCH) as f64 / started.elapsed().as_secs_f64())
}
