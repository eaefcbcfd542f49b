//! The vault beside what it stands on: sealing 100 bytes beside bare aws-lc-rs, what a customer's key
//! costs on disk, a look-up by blind index beside one by the plain value, and a new key-encrypting key
//! for a million customers while others are served. `cargo xtask bench vault --customers N` sets how
//! many customers change their key (a tenth of them; ten million unless said otherwise).

use std::{
    hint::black_box,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    rand,
};
use consent::{Choice, Consent, Identifier, IdentifierKind, Subject};
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _};
use store::{Actor, Entry, Profile, Store, StoreConfig};
use vault::Vault;

use crate::{consent::company, table::Table};

const VALUE: [u8; 100] = [b'v'; 100];
/// Values a round; the best of several rounds counts, ours and the peer's by turns.
const VALUES: usize = 100_000;
const ROUNDS: usize = 7;
/// Rows whose size is measured, and looked up in.
const ROWS: usize = 200_000;
const LOOKUPS: usize = 20_000;
const BATCH: usize = 5_000;

/// Returns how many targets were missed.
pub async fn run(customers: usize) -> Result<usize> {
    sqlx::any::install_default_drivers();
    let mut table = Table::new("vault");
    seal(&mut table)?;
    let folder = tempfile::tempdir()?;
    let file = format!("sqlite://{}?mode=rwc", folder.path().join("rows.db").display());
    let server =
        std::env::var("PRIVET_TEST_POSTGRES").context("run through `cargo xtask bench`")?;
    for (engine, address) in [("SQLite", file.as_str()), ("PostgreSQL", server.as_str())] {
        let mut conn = AnyConnection::connect(address).await?;
        size(&mut table, engine, &mut conn).await?;
        find(&mut table, engine, &mut conn).await?;
    }
    let config = StoreConfig { data_dir: folder.path().join("data"), database: None };
    rotate(&mut table, "SQLite", config, customers / 10).await?;
    let mut admin = AnyConnection::connect(&server).await?;
    admin.execute("DROP DATABASE IF EXISTS bench_vault WITH (FORCE)").await?;
    admin.execute("CREATE DATABASE bench_vault").await?;
    let database = Some(server.replace("/postgres", "/bench_vault"));
    let config = StoreConfig { data_dir: folder.path().join("postgres"), database };
    rotate(&mut table, "PostgreSQL", config, customers / 10).await?;
    Ok(table.print())
}

/// Nanoseconds a value, the best round of each.
fn best<const N: usize>(works: [&mut dyn FnMut(); N]) -> [f64; N] {
    let mut best = [f64::MAX; N];
    let mut works = works;
    for _ in 0..ROUNDS {
        for (at, work) in works.iter_mut().enumerate() {
            let started = Instant::now();
            for _ in 0..VALUES {
                work();
            }
            best[at] = best[at].min(started.elapsed().as_nanos() as f64 / VALUES as f64);
        }
    }
    best
}

fn seal(table: &mut Table) -> Result<()> {
    let text = std::str::from_utf8(&VALUE)?;
    let context = "identifier:email";
    let place = format!("{context}\u{1f}{}\u{1f}1", store::new_id());
    let bare = UnboundKey::new(&AES_256_GCM, &[7; 32]).map(LessSafeKey::new);
    let bare = bare.ok().context("AES-256 takes any 32 bytes")?;
    let sealed_bare = || {
        let mut nonce = [0; 12];
        let mut body = Vec::with_capacity(VALUE.len() + 16);
        body.extend_from_slice(&VALUE);
        let done = rand::fill(&mut nonce).and_then(|()| {
            let aad = Aad::from(place.as_bytes());
            bare.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut body)
        });
        done.is_ok().then_some((nonce, body))
    };
    let (nonce, body) = sealed_bare().context("sealing failed")?;
    let key = Vault::new(&[7; 32]).new_key(&store::new_id()).0;
    let sealed = key.seal(context, text);
    let sm = Vault::with_profile(Profile::National, &[7; 32]).new_key(&store::new_id()).0;
    let sealed_sm = sm.seal(context, text);
    let [bare_seal, our_seal, sm_seal, bare_open, our_open, sm_open] = best([
        &mut || drop(black_box(sealed_bare())),
        &mut || drop(black_box(key.seal(context, text))),
        &mut || drop(black_box(sm.seal(context, text))),
        &mut || {
            let (nonce, mut body) = (Nonce::assume_unique_for_key(nonce), body.clone());
            let _ = black_box(bare.open_in_place(nonce, Aad::from(place.as_bytes()), &mut body));
        },
        &mut || drop(black_box(key.open(context, &sealed))),
        &mut || drop(black_box(sm.open(context, &sealed_sm))),
    ]);
    let rate = |ns: f64| format!("{:.2} M/s", 1000.0 / ns);
    table.fact("aws-lc-rs alone, 100 bytes: seal, open", rate(bare_seal) + ", " + &rate(bare_open));
    table.fact("a customer's value, as text: seal, open", rate(our_seal) + ", " + &rate(our_open));
    table.least("sealing beside aws-lc-rs alone", bare_seal / our_seal, "times", 0.7);
    table.least("opening beside aws-lc-rs alone", bare_open / our_open, "times", 0.7);
    table.fact("national profile (SM4-GCM): seal, open", rate(sm_seal) + ", " + &rate(sm_open));
    Ok(())
}

async fn execute(conn: &mut AnyConnection, sql: String) -> Result<()> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await?;
    Ok(())
}

/// Rows as `subject` has them, with the key and without.
async fn size(table: &mut Table, engine: &str, conn: &mut AnyConnection) -> Result<()> {
    let vault = Vault::new(&[7; 32]);
    vault.set_keks(&[(1, [1; 32])]);
    let mut bytes = Vec::new();
    for with_key in [true, false] {
        let name = if with_key { "bench_keyed" } else { "bench_bare" };
        execute(conn, format!("DROP TABLE IF EXISTS {name}")).await?;
        let before = if engine == "SQLite" { whole_file(conn).await? } else { 0 };
        let columns = "id TEXT PRIMARY KEY, wrapped_key TEXT NOT NULL, merged_into TEXT, \
             restricted_at BIGINT, erased_at BIGINT, created_at BIGINT NOT NULL";
        execute(conn, format!("CREATE TABLE {name} ({columns})")).await?;
        for _ in 0..ROWS / BATCH {
            let rows: Vec<String> = (0..BATCH)
                .map(|_| {
                    let id = store::new_id();
                    let key = if with_key { vault.new_key(&id).1 } else { String::new() };
                    format!("('{id}', '{key}', {})", store::now())
                })
                .collect();
            let rows = rows.join(", ");
            let sql = format!("INSERT INTO {name} (id, wrapped_key, created_at) VALUES {rows}");
            execute(conn, sql).await?;
        }
        let size = if engine == "SQLite" {
            whole_file(conn).await? - before
        } else {
            let sql = format!("SELECT pg_total_relation_size('{name}')");
            sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut *conn).await?
        };
        bytes.push(size as f64);
    }
    let (row, key) = (bytes[0] / ROWS as f64, (bytes[0] - bytes[1]) / ROWS as f64);
    table.fact(format!("{engine}: a customer's row with its index"), format!("{row:.0} bytes"));
    let gigabytes = key * 1e7 / 1e9;
    table.bound(format!("{engine}: keys of 10 M customers"), gigabytes, "GB", 1.5);
    Ok(())
}

/// Bytes of an SQLite file without gaps.
async fn whole_file(conn: &mut AnyConnection) -> Result<i64> {
    execute(conn, "VACUUM".into()).await?;
    let sql = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
    Ok(sqlx::query_scalar(sql).fetch_one(conn).await?)
}

/// By blind index, made for each look-up, beside the plain value under the same kind of index.
async fn find(table: &mut Table, engine: &str, conn: &mut AnyConnection) -> Result<()> {
    let vault = Vault::new(&[7; 32]);
    let blind = |n: usize| vault.blind("email", &email(n)).to_text();
    for (name, column) in [("bench_blind", "blind"), ("bench_plain", "email")] {
        execute(conn, format!("DROP TABLE IF EXISTS {name}")).await?;
        let columns = format!("{column} TEXT PRIMARY KEY, subject TEXT NOT NULL");
        execute(conn, format!("CREATE TABLE {name} ({columns})")).await?;
        for from in (0..ROWS).step_by(BATCH) {
            let value = |n: usize| if column == "blind" { blind(n) } else { email(n) };
            let row = |n: usize| format!("('{}', '{}')", value(n), store::new_id());
            let rows: Vec<String> = (from..from + BATCH).map(row).collect();
            execute(conn, format!("INSERT INTO {name} VALUES {}", rows.join(", "))).await?;
        }
    }
    if engine == "PostgreSQL" {
        execute(conn, "ANALYZE bench_blind; ANALYZE bench_plain".into()).await?;
    }
    let mut best = [f64::MAX; 2];
    for _ in 0..3 {
        for (at, best) in best.iter_mut().enumerate() {
            let started = Instant::now();
            for n in (0..ROWS).step_by(ROWS / LOOKUPS) {
                let n = (n * 7919) % ROWS;
                let sql = [
                    "SELECT subject FROM bench_blind WHERE blind = $1",
                    "SELECT subject FROM bench_plain WHERE email = $1",
                ][at];
                let value = if at == 0 { blind(n) } else { email(n) };
                let query = sqlx::query_scalar::<_, String>(sql).bind(value);
                black_box(query.fetch_one(&mut *conn).await?);
            }
            *best = best.min(started.elapsed().as_micros() as f64 / LOOKUPS as f64);
        }
    }
    table.ratio(format!("{engine}: look-up by blind index"), best[0], best[1], "µs", 1.3);
    for name in ["bench_keyed", "bench_bare", "bench_blind", "bench_plain"] {
        execute(conn, format!("DROP TABLE {name}")).await?;
    }
    Ok(())
}

fn email(n: usize) -> String {
    format!("customer.{n}@mail{}.example.com", n % 97)
}

/// Everybody's key moves to a new key-encrypting key while others record, decide and are read.
async fn rotate(table: &mut Table, engine: &str, at: StoreConfig, customers: usize) -> Result<()> {
    let by = Actor::System("bench");
    let consent = company(Store::open(at).await?).await?;
    fill(&consent, customers).await?;
    consent.load_decisions().await?;
    let keeper = consent.keep_decisions();
    serve(&consent, 0, &AtomicBool::new(true)).await?;
    let alone = serve(&consent, 500, &AtomicBool::new(true)).await?;
    let done = AtomicBool::new(false);
    let started = Instant::now();
    let version = consent.store().rotate_kek(by.clone()).await?;
    let rotated = started.elapsed();
    let moving = async {
        let moved = consent.rewrap_keys(&by, |_| {}).await;
        done.store(true, Ordering::Relaxed);
        moved
    };
    let (moved, served) = tokio::join!(moving, serve(&consent, usize::MAX, &done));
    let (moved, served) = (moved?, served?);
    let took = started.elapsed();
    anyhow::ensure!(moved.moved >= customers as u64 && i64::from(moved.version) == version);
    table.fact(
        format!("{engine}: a new key-encrypting key, {} customers moved", moved.moved),
        format!("{rotated:.1?}, then {:.1} s", took.as_secs_f64()),
    );
    let words = |(count, p99): (usize, Duration)| format!("{count} requests, p99 {p99:.1?}");
    table.fact(format!("{engine}: served before"), words((alone.0, alone.1)));
    table.fact(format!("{engine}: served meanwhile"), words((served.0, served.1)));
    table.bound(format!("{engine}: requests that failed"), served.2 as f64, "", 1.0);
    keeper.abort();
    consent.store().close().await;
    Ok(())
}

/// Customers as recording leaves them, their keys really wrapped.
async fn fill(consent: &Consent, customers: usize) -> Result<()> {
    for from in (0..customers).step_by(BATCH) {
        let rows: Vec<String> = (from..(from + BATCH).min(customers))
            .map(|_| {
                let id = store::new_id();
                let key = consent.vault().new_key(&id).1;
                format!("('{id}', '{key}', {})", store::now())
            })
            .collect();
        let entry = Entry::new(Actor::System("bench"), "bench.filled", "bench", "subjects");
        let mut tx = consent.store().begin(entry).await?;
        let rows = rows.join(", ");
        let sql = format!("INSERT INTO subject (id, wrapped_key, created_at) VALUES {rows}");
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(tx.conn()).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Requests until it is done (at least so many): record, decide, read identifiers. Count, 99th
/// percentile, failures.
async fn serve(
    consent: &Consent,
    least: usize,
    done: &AtomicBool,
) -> Result<(usize, Duration, usize)> {
    let (mut took, mut failed) = (Vec::new(), 0);
    let least = if least == usize::MAX { 0 } else { least };
    for n in 0.. {
        if n >= least && done.load(Ordering::Relaxed) {
            break;
        }
        let person = format!("served.{n}@example.com");
        let subject = Subject::new(vec![Identifier::parse(IdentifierKind::Email, &person, "CN")?])?;
        let started = Instant::now();
        if let Err(error) = one(consent, subject).await {
            if failed == 0 {
                eprintln!("the first request that failed: {error:#}");
            }
            failed += 1;
        }
        took.push(started.elapsed());
    }
    took.sort_unstable();
    let p99 = took.get(took.len() * 99 / 100).copied().unwrap_or_default();
    Ok((took.len(), p99, failed))
}

async fn one(consent: &Consent, subject: Subject) -> Result<()> {
    let mut recording = crate::consent::recording(0)?;
    recording.subject = subject.clone();
    recording.choices = [("p00".to_owned(), Choice::Granted)].into();
    consent.record(&Actor::System("bench"), &recording).await?;
    let found = consent.find(&subject.blind(consent.vault())).await?;
    let id = found.people.first().context("who was recorded is found")?;
    anyhow::ensure!(consent.identifiers(id).await?.len() == 1);
    let asked = consent.decide(&subject, "p00", &consent::decide::Ask::default()).await?;
    anyhow::ensure!(asked.allow);
    Ok(())
}
