//! A list of addresses, filtered: text in, text out, on one core; beside it the same question to
//! PostgreSQL over tables of the same people, with the list copied in and the answer copied out.

use std::time::Instant;

use anyhow::{Context, Result};
use consent::{
    Consent, IdentifierKind,
    decide::{Ask, Form, List, Memory, Sieve},
};
use futures::TryStreamExt as _;
use sqlx::{Connection as _, Executor as _, PgConnection, postgres::PgPoolCopyExt as _};

use super::{ASKED, crowd, load::filled};
use crate::table::Table;

/// Lines of the list at most.
const LINES: usize = 4_000_000;
/// Customers in PostgreSQL, and lines of its list, at most: filling it takes longer than asking it.
const IN_POSTGRES: usize = 500_000;

/// Measures both.
pub async fn measure(
    table: &mut Table,
    consent: &Consent,
    memory: &Memory,
    customers: usize,
) -> Result<()> {
    let text = list((customers * 2).clamp(200_000, LINES), customers);
    let mut rates = Vec::new();
    for _ in 0..3 {
        rates.push(sift(consent, memory, &text)?.0);
    }
    rates.sort_by(f64::total_cmp);
    let ours = rates[1];
    table.least("a list of addresses, text to text, one core", ours, "M lines/s", 3.0);

    let people = customers.min(IN_POSTGRES);
    let text = list(people, people);
    // Like beside like: memory of the same people, the same list.
    let few = filled(consent.vault(), people)?;
    let ours = (0..3).map(|_| Ok(sift(consent, &few, &text)?.0)).collect::<Result<Vec<_>>>()?;
    let ours = ours.into_iter().fold(f64::MAX, f64::min);
    drop(few);
    table.fact(format!("… of {people} customers"), format!("{ours:.2} M lines/s"));
    let peer = Peer::fill(people, store::now()).await?;
    for (what, sql, bound) in [
        ("… beside PostgreSQL, newest answer of each wins", NEWEST, Some(20.0)),
        ("… beside PostgreSQL, a table kept as the newest answers", CURRENT, None),
    ] {
        let (seconds, allowed) = peer.filter(&text, sql).await?;
        let known = lines(people, people).filter(|who| *who < people && agrees(*who)).count();
        anyhow::ensure!(known > 0 && allowed == known, "{allowed} allowed, not {known}");
        let theirs = people as f64 / seconds / 1e6;
        let said = format!("{:.1} times {theirs:.3} M lines/s", ours / theirs);
        match bound {
            Some(bound) => table.least(what, ours / theirs, "times", bound),
            None => table.fact(what, said),
        }
    }
    Ok(())
}

fn lines(count: usize, customers: usize) -> impl Iterator<Item = usize> {
    (0..count).map(move |n| crowd::mix(n as u64 ^ 0x77) as usize % (customers + customers / 4))
}

/// Every fifth address is nobody's.
fn list(count: usize, customers: usize) -> String {
    let mut text = String::with_capacity(count * 40);
    for who in lines(count, customers) {
        text.push_str(&crowd::email(who));
        text.push('\n');
    }
    text
}

/// What a person says about purpose 0 in the end.
pub fn agrees(n: usize) -> bool {
    // Of two words about one purpose in one answer the last counts.
    let later = crowd::second(n).into_iter().rfind(|(slot, _)| *slot == 0);
    later.map_or(crowd::first(n) & 1 == 1, |(_, yes)| yes)
}

fn sift(consent: &Consent, memory: &Memory, text: &str) -> Result<(f64, u64)> {
    let list = List {
        purpose: ASKED.to_owned(),
        kind: IdentifierKind::Email,
        region: "CN".to_owned(),
        ask: Ask::default(),
        form: Form::Filter,
    };
    let catalogue = consent.catalogue();
    let mut sieve = Sieve::new(consent.vault(), list);
    let mut out = Vec::with_capacity(1 << 20);
    let mut bytes = 0;
    let started = Instant::now();
    for piece in text.as_bytes().chunks(256 << 10) {
        sieve.push(memory, &catalogue, store::now(), piece, &mut out)?;
        bytes += out.len();
        out.clear();
    }
    sieve.finish(memory, &catalogue, store::now(), &mut out)?;
    let seconds = started.elapsed().as_secs_f64();
    let tally = sieve.tally();
    anyhow::ensure!(bytes > 0 && tally.malformed == 0 && tally.lines > 0);
    Ok((tally.lines as f64 / seconds / 1e6, tally.allowed))
}

/// The newest answer about a purpose, from all answers ever given.
const NEWEST: &str = "SELECT l.email FROM list l JOIN identifier i ON i.email = l.email \
     JOIN (SELECT DISTINCT ON (customer) customer, granted, notice, given_at FROM answer \
           WHERE purpose = 0 ORDER BY customer, given_at DESC) a ON a.customer = i.customer \
     JOIN notice_version n ON n.id = a.notice AND n.holds \
     WHERE a.granted AND a.given_at > now() - interval '24 months' ORDER BY l.n";
/// The same from a table that somebody keeps up to date.
const CURRENT: &str = "SELECT l.email FROM list l JOIN identifier i ON i.email = l.email \
     JOIN newest a ON a.customer = i.customer AND a.purpose = 0 \
     JOIN notice_version n ON n.id = a.notice AND n.holds \
     WHERE a.granted AND a.given_at > now() - interval '24 months' ORDER BY l.n";

struct Peer {
    pool: sqlx::PgPool,
}

impl Peer {
    /// Tables with the people's answers, indexed for the question.
    async fn fill(people: usize, now: i64) -> Result<Self> {
        let server =
            std::env::var("PRIVET_TEST_POSTGRES").context("run through `cargo xtask bench`")?;
        let mut admin = PgConnection::connect(&server).await?;
        admin.execute("DROP DATABASE IF EXISTS bench_consent WITH (FORCE)").await?;
        admin.execute("CREATE DATABASE bench_consent").await?;
        let address = server.replace("/postgres", "/bench_consent");
        let pool =
            sqlx::postgres::PgPoolOptions::new().max_connections(1).connect(&address).await?;
        pool.execute(
            "CREATE TABLE identifier (email text, customer int);
             CREATE TABLE answer (customer int, purpose smallint, granted bool, notice int, given_at timestamptz);
             CREATE TABLE notice_version (id int PRIMARY KEY, holds bool);
             INSERT INTO notice_version VALUES (1, true), (2, true);",
        )
        .await?;
        let (mut who, mut what) = (String::new(), String::new());
        for n in 0..people {
            use std::fmt::Write as _;
            let _ = writeln!(who, "{}\t{n}", crowd::email(n));
            let at = stamp(crowd::joined(n, now))?;
            let later = stamp(crowd::joined(n, now) + 3_600_000_000)?;
            for slot in 0..super::PURPOSES {
                let yes = crowd::first(n) >> slot & 1 == 1;
                let _ = writeln!(what, "{n}\t{slot}\t{yes}\t1\t{at}");
            }
            let spoken: std::collections::BTreeMap<u16, bool> = crowd::second(n).into();
            for (slot, yes) in spoken {
                let _ = writeln!(what, "{n}\t{slot}\t{yes}\t2\t{later}");
            }
            if what.len() > 8 << 20 || n + 1 == people {
                copy(&pool, "COPY identifier FROM STDIN", &who).await?;
                copy(&pool, "COPY answer FROM STDIN", &what).await?;
                who.clear();
                what.clear();
            }
        }
        pool.execute(
            "ALTER TABLE identifier ADD PRIMARY KEY (email);
             CREATE INDEX ON answer (purpose, customer, given_at DESC);
             CREATE TABLE newest AS SELECT DISTINCT ON (customer, purpose) * FROM answer
                 ORDER BY customer, purpose, given_at DESC;
             ALTER TABLE newest ADD PRIMARY KEY (purpose, customer);",
        )
        .await?;
        pool.execute("VACUUM ANALYZE").await?;
        Ok(Self { pool })
    }

    /// Seconds from the list's text to the answer's, the best of three, and how many were allowed.
    async fn filter(&self, text: &str, sql: &str) -> Result<(f64, usize)> {
        let mut best = f64::MAX;
        let mut allowed = 0;
        for _ in 0..3 {
            let started = Instant::now();
            self.pool
                .execute("DROP TABLE IF EXISTS list; CREATE TEMP TABLE list (n serial, email text)")
                .await?;
            copy(&self.pool, "COPY list (email) FROM STDIN", text).await?;
            self.pool.execute("ANALYZE list").await?;
            let copy = format!("COPY ({sql}) TO STDOUT");
            let out = self.pool.copy_out_raw(&copy).await?;
            let text = out.try_fold(String::new(), |mut all: String, piece| async move {
                all.push_str(&String::from_utf8_lossy(&piece));
                Ok(all)
            });
            allowed = text.await?.lines().count();
            best = best.min(started.elapsed().as_secs_f64());
        }
        Ok((best, allowed))
    }
}

async fn copy(pool: &sqlx::PgPool, sql: &str, text: &str) -> Result<()> {
    let mut copy = pool.copy_in_raw(sql).await?;
    copy.send(text.as_bytes()).await?;
    copy.finish().await?;
    Ok(())
}

fn stamp(micros: i64) -> Result<jiff::Timestamp> {
    Ok(jiff::Timestamp::from_microsecond(micros)?)
}
