//! One person's rows out of ten databases (four SQLite, three PostgreSQL, three MariaDB), five hops
//! deep, beside a bare client that issues the same SELECTs: the same driver, one task and one
//! connection for each database, the same lists of keys, no plan, no catalogue and no judgement.
//! `cargo xtask bench trace --customers N` fills N / 50 rows into each database (200,000 unless said
//! otherwise).

use std::{collections::BTreeMap, fmt::Write as _, time::Instant};

use ::trace::{
    Flow, Ground, Head, Holds, Identifier, Kind, Link, Options, Place, Plan, Row, Side, Sink,
    SinkError, Source, Spelling, Start, State,
};
use anyhow::{Context, Result, ensure};
use purge::Target;
use sources::Address;
use sqlx::{
    AssertSqlSafe, Connection as _, MySqlConnection, PgConnection, Row as _, SqliteConnection,
};

use crate::table::Table;

const DATABASES: usize = 10;
/// Table, what it refers to, how many rows hang on each row referred to, of one who buys little and of
/// the person of the first measurement.
const TABLES: [(&str, &str, usize, usize); 4] = [
    ("orders", "customers", 10, 200),
    ("order_lines", "orders", 3, 3),
    ("parcels", "order_lines", 1, 1),
    ("events", "parcels", 1, 1),
];
/// Rows that hang on one customer, with themselves.
const ROWS: usize = 1 + 10 + 30 + 30 + 30;
const BATCH: usize = 500;
const TARGET: f64 = 1.5;
const RUNS: usize = 7;

/// Returns how many targets were missed.
pub async fn run(rows: usize) -> Result<usize> {
    let mut table = Table::new("trace");
    let folder = tempfile::tempdir()?;
    let server = |name: &str| std::env::var(name).context("run through `cargo xtask bench`");
    let postgres = server("PRIVET_TEST_POSTGRES")?;
    let mariadb = server("PRIVET_TEST_MARIADB")?;
    let urls: Vec<String> = (0..DATABASES)
        .map(|n| match n {
            0..4 => format!("sqlite:{}", folder.path().join(format!("{n}.db")).display()),
            4..7 => format!(
                "{}/bench_trace_{n}",
                postgres.rsplit_once('/').map_or(postgres.as_str(), |(server, _)| server)
            ),
            _ => format!("{}/bench_trace_{n}", mariadb.trim_end_matches('/')),
        })
        .collect();
    drop_databases(&postgres, &mariadb).await?;
    for (n, url) in urls.iter().enumerate() {
        match n {
            0..4 => drop(std::fs::File::create(folder.path().join(format!("{n}.db")))?),
            4..7 => execute(&postgres, &format!("CREATE DATABASE bench_trace_{n}")).await?,
            _ => execute(&mariadb, &format!("CREATE DATABASE bench_trace_{n}")).await?,
        }
        fill(url, rows / ROWS).await?;
    }
    let ground = ground(&urls).await?;
    beside(&mut table, &ground, &urls, "a person with 2,001 rows in each", 0, true).await?;
    beside(&mut table, &ground, &urls, "a person with 101 rows in each", 1, false).await?;
    drop_databases(&postgres, &mariadb).await?;
    Ok(table.print())
}

async fn beside(
    table: &mut Table,
    ground: &Ground,
    urls: &[String],
    who: &str,
    customer: usize,
    target: bool,
) -> Result<()> {
    let start = Start::default().with("email", format!("customer{customer}@shop.example"));
    let plan = ::trace::plan(ground, &start.kinds());
    ensure!(plan.nodes.iter().any(|node| node.hop == 5), "five hops");
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for n in 0..=RUNS {
        let begun = Instant::now();
        let found = walk(ground, &plan, &start).await?;
        let walked = begun.elapsed().as_secs_f64();
        let begun = Instant::now();
        let selected = by_hand(urls, customer).await?;
        let selects = begun.elapsed().as_secs_f64();
        ensure!(found == selected, "{found} rows by plan, {selected} by hand");
        if n > 0 {
            ours.push(walked); // the first run warms the servers' caches
            bare.push(selects);
        }
    }
    let middle = |mut all: Vec<f64>| {
        all.sort_by(f64::total_cmp);
        all[all.len() / 2] * 1e3
    };
    let (ours, bare) = (middle(ours), middle(bare));
    if target {
        table.ratio(format!("{who}, with catalogues"), ours, bare, "ms", TARGET);
    } else {
        let ratio = ours / bare;
        table.fact(who, format!("{ours:.1} ms, by hand {bare:.1} ms, ratio {ratio:.2}"));
    }
    Ok(())
}

struct Counting(usize);

#[async_trait::async_trait]
impl Sink for Counting {
    async fn rows(&mut self, _: &Head, rows: Vec<Row>) -> Result<(), SinkError> {
        self.0 += rows.len();
        Ok(())
    }

    async fn done(&mut self, _: &Head, _: &Place) -> Result<Flow, SinkError> {
        Ok(Flow::Continue)
    }
}

async fn walk(ground: &Ground, plan: &Plan, start: &Start) -> Result<usize> {
    let mut sink = Counting(0);
    let options = Options { batch: BATCH, ..Options::default() };
    let outcome = ::trace::walk(ground, plan, start, None, &options, &mut sink).await?;
    ensure!(outcome.failed.is_empty(), "{:?}", outcome.failed);
    Ok(sink.0)
}

/// The first database knows customers by e-mail; the others by the first's number.
async fn ground(urls: &[String]) -> Result<Ground> {
    let mut ground = Ground::default();
    let side = |source: usize, column: &str| Side {
        source: format!("s{source}"),
        table: "customers".into(),
        columns: vec![column.into()],
    };
    for (n, url) in urls.iter().enumerate() {
        let (address, password) = Address::parse(url)?;
        let target = Target::new(address, password, sources::Options::default())?;
        let schema = Box::new(target.schema().await?);
        let mut tables = BTreeMap::new();
        let email = Identifier {
            column: "email".into(),
            kind: Kind::from("email"),
            spelling: Spelling::Exact,
        };
        let mut people = Holds { about: ::trace::About::Person, ..Holds::default() };
        if n == 0 {
            people.identifiers.push(email);
        } else {
            ground.links.push(Link { from: side(n, "number"), to: side(0, "id") });
        }
        tables.insert("customers".to_owned(), people);
        let state = State::Connected { schema, target };
        ground.sources.push(Source { id: format!("s{n}"), state, tables });
    }
    Ok(ground)
}

async fn drop_databases(postgres: &str, mariadb: &str) -> Result<()> {
    for n in 4..7 {
        execute(postgres, &format!("DROP DATABASE IF EXISTS bench_trace_{n} WITH (FORCE)")).await?;
    }
    for n in 7..DATABASES {
        execute(mariadb, &format!("DROP DATABASE IF EXISTS bench_trace_{n}")).await?;
    }
    Ok(())
}

async fn fill(url: &str, customers: usize) -> Result<()> {
    if url.starts_with("sqlite") {
        execute(url, "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF").await?;
    }
    execute(
        url,
        "CREATE TABLE customers (id INTEGER NOT NULL PRIMARY KEY, number INTEGER NOT NULL, email VARCHAR(80) NOT NULL);
         CREATE INDEX customers_email ON customers (email); CREATE INDEX customers_number ON customers (number)",
    )
    .await?;
    let people = (0..customers).map(|id| format!("({id},{id},'customer{id}@shop.example')"));
    insert(url, "customers", people).await?;
    let mut parents = customers;
    for (n, (name, parent, each, first)) in TABLES.into_iter().enumerate() {
        execute(
            url,
            &format!(
                "CREATE TABLE {name} (id INTEGER NOT NULL PRIMARY KEY, parent INTEGER NOT NULL,
                   note VARCHAR(80) NOT NULL, FOREIGN KEY (parent) REFERENCES {parent} (id));
                 CREATE INDEX {name}_parent ON {name} (parent)"
            ),
        )
        .await?;
        // The first customer is the one with many orders.
        let more = if n == 0 { first - each } else { 0 };
        let count = parents * each + more;
        let note = "a note of some forty letters, as people do";
        let rows = (0..count).map(|id| {
            let parent = if id < parents * each { id / each } else { 0 };
            format!("({id},{parent},'{note}')")
        });
        insert(url, name, rows).await?;
        parents = count;
    }
    if url.starts_with("postgres") {
        execute(url, "ANALYZE").await?;
    }
    Ok(())
}

async fn insert(url: &str, table: &str, rows: impl Iterator<Item = String>) -> Result<()> {
    let rows: Vec<String> = rows.collect();
    let mut sql = String::new();
    for part in rows.chunks(5000) {
        write!(sql, "INSERT INTO {table} VALUES {};", part.join(","))?;
    }
    execute(url, &format!("BEGIN; {sql} COMMIT")).await
}

async fn execute(url: &str, sql: &str) -> Result<()> {
    let sql = AssertSqlSafe(sql.to_owned());
    if url.starts_with("sqlite") {
        let mut conn = SqliteConnection::connect(url).await?;
        sqlx::raw_sql(sql).execute(&mut conn).await?;
        conn.close().await?;
    } else if url.starts_with("postgres") {
        let mut conn = PgConnection::connect(url).await?;
        sqlx::raw_sql(sql).execute(&mut conn).await?;
        conn.close().await?;
    } else {
        let mut conn = MySqlConnection::connect(url).await?;
        sqlx::raw_sql(sql).execute(&mut conn).await?;
        conn.close().await?;
    }
    Ok(())
}

/// The first database tells who it is, then all ten are asked at once.
async fn by_hand(urls: &[String], customer: usize) -> Result<usize> {
    let email = format!("customer{customer}@shop.example");
    let sql = "SELECT id, number, email FROM customers WHERE email = ?";
    let mut conn = SqliteConnection::connect(&urls[0]).await?;
    let first = sqlx::query(sql).bind(email).fetch_all(&mut conn).await?;
    conn.close().await?;
    let id: i32 = first.first().context("nobody")?.try_get(0)?;
    let tasks = urls.iter().enumerate().map(|(n, url)| {
        let url = url.clone();
        tokio::spawn(async move { database(&url, id, n > 0).await })
    });
    let mut found = 1;
    for task in tasks.collect::<Vec<_>>() {
        found += task.await??;
    }
    Ok(found)
}

/// What an experienced hand would write: the rows of each table by the keys of the one before.
async fn database(url: &str, id: i32, ask_customer: bool) -> Result<usize> {
    macro_rules! select {
        ($kind:ty, $list:expr, $bind:expr) => {{
            let mut conn = <$kind>::connect(url).await?;
            let list: fn(usize) -> String = $list;
            let mut keys = vec![id];
            let mut found = 0;
            if ask_customer {
                let sql =
                    format!("SELECT id, number, email FROM customers WHERE number {}", list(1));
                let query = $bind(sqlx::query(AssertSqlSafe(sql)), &keys[..]);
                let rows = query.fetch_all(&mut conn).await?;
                found += rows.len();
            }
            for (name, ..) in TABLES {
                let mut next = Vec::new();
                for some in keys.chunks(BATCH) {
                    let which = list(some.len());
                    let sql = format!("SELECT id, parent, note FROM {name} WHERE parent {which}");
                    let query = $bind(sqlx::query(AssertSqlSafe(sql)), some);
                    for row in query.fetch_all(&mut conn).await? {
                        next.push(row.try_get::<i32, _>(0)?);
                        let _: (i32, String) = (row.try_get(1)?, row.try_get(2)?);
                    }
                }
                found += next.len();
                keys = next;
            }
            conn.close().await?;
            Ok(found)
        }};
    }
    let marks = |count: usize| format!("IN ({})", vec!["?"; count].join(","));
    if url.starts_with("postgres") {
        select!(
            PgConnection,
            |_| "= ANY($1)".to_owned(),
            |query: sqlx::query::Query<'static, sqlx::Postgres, sqlx::postgres::PgArguments>,
             keys: &[i32]| query.bind(keys.to_vec())
        )
    } else if url.starts_with("sqlite") {
        select!(SqliteConnection, marks, |query: sqlx::query::Query<
            'static,
            sqlx::Sqlite,
            sqlx::sqlite::SqliteArguments,
        >,
                                          keys: &[i32]| {
            keys.iter().fold(query, |query, key| query.bind(*key))
        })
    } else {
        select!(MySqlConnection, marks, |query: sqlx::query::Query<
            'static,
            sqlx::MySql,
            sqlx::mysql::MySqlArguments,
        >,
                                         keys: &[i32]| keys
            .iter()
            .fold(query, |query, key| query.bind(*key)))
    }
}
