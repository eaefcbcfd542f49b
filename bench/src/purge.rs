//! Deleting old orders with their lines through a plan, beside hand-written batched SQL that deletes
//! the same rows: the same driver, the same batches, one transaction each, no checks. A quarter of the
//! rows are orders, the rest their lines; half as many again are too new and stay. `cargo xtask bench
//! purge --customers N` deletes N / 10 rows in each engine (a million unless said otherwise).

use std::{fmt::Write as _, time::Instant};

use ::purge::{
    Allow, BatchCopy, Child, Condition, End, Flow, Progress, Request, RunOptions, Selection, Sink,
    SinkError, Target, Treatment,
};
use anyhow::{Context, Result, ensure};
use sources::{Address, Options};
use sqlx::{AssertSqlSafe, Connection as _, MySqlConnection, PgConnection, SqliteConnection};

use crate::table::Table;

const BATCH: usize = 500;
const LINES: usize = 3;
/// What the hand-written SQL does, ours must do at this part of its speed.
const TARGET: f64 = 0.7;
const OLD: i64 = 1_600_000_000;
const NEW: i64 = 1_700_000_000;

/// Returns how many targets were missed.
pub async fn run(rows: usize) -> Result<usize> {
    let mut table = Table::new("purge");
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("shop.db");
    std::fs::File::create(&file)?;
    let server = |name: &str| std::env::var(name).context("run through `cargo xtask bench`");
    let postgres = server("PRIVET_TEST_POSTGRES")?;
    let mariadb = server("PRIVET_TEST_MARIADB")?;
    let postgres_own = format!(
        "{}/bench_purge",
        postgres.rsplit_once('/').map_or(postgres.as_str(), |(server, _)| server)
    );
    let mariadb_own = format!("{}/bench_purge", mariadb.trim_end_matches('/'));

    let url = format!("sqlite:{}", file.display());
    side_by_side(&mut table, "SQLite", &url, rows).await?;
    drop_databases(&postgres, &mariadb).await?;
    execute(&postgres, "CREATE DATABASE bench_purge").await?;
    execute(&mariadb, "CREATE DATABASE bench_purge").await?;
    side_by_side(&mut table, "PostgreSQL", &postgres_own, rows).await?;
    side_by_side(&mut table, "MariaDB", &mariadb_own, rows).await?;
    drop_databases(&postgres, &mariadb).await?;
    Ok(table.print())
}

async fn drop_databases(postgres: &str, mariadb: &str) -> Result<()> {
    execute(postgres, "DROP DATABASE IF EXISTS bench_purge WITH (FORCE)").await?;
    execute(mariadb, "DROP DATABASE IF EXISTS bench_purge").await
}

async fn side_by_side(table: &mut Table, engine: &str, url: &str, rows: usize) -> Result<()> {
    let orders = rows / (1 + LINES);
    fill(url, orders).await?;
    let begun = Instant::now();
    by_hand(url).await?;
    let hand = begun.elapsed().as_secs_f64();
    ensure!(left(url).await? == (orders / 2) as i64, "the hand-written SQL deleted other rows");

    fill(url, orders).await?;
    let (address, password) = Address::parse(url)?;
    let target = Target::new(address, password, Options::default())?;
    let plan = ::purge::plan(&target.schema().await?, request()?)?;
    let begun = Instant::now();
    let outcome = ::purge::run(&target, &plan, None, &RunOptions::default(), &mut Nobody).await;
    let ours = begun.elapsed().as_secs_f64();
    ensure!(matches!(outcome.end, End::Finished), "{:?}", outcome.end);
    ensure!(outcome.progress.counts.changed() == (orders * (1 + LINES)) as u64, "other rows");
    ensure!(left(url).await? == (orders / 2) as i64, "the plan deleted other rows");

    let deleted = (orders * (1 + LINES)) as f64;
    table.fact(format!("{engine}, by hand"), format!("{:.0} rows/s", deleted / hand));
    table.fact(format!("{engine}, by plan"), format!("{:.0} rows/s", deleted / ours));
    table.least(format!("{engine}, plan ÷ hand"), hand / ours, "×", TARGET);
    Ok(())
}

fn request() -> Result<Request> {
    Ok(Request {
        root: "orders".into(),
        selection: Selection {
            covered: Condition::OlderThan {
                column: "placed".into(),
                than: jiff::Timestamp::from_second(NEW)?,
                time: Some(::purge::TimeEncoding::EpochSeconds),
            },
            except: vec![],
        },
        treatment: Treatment::Delete,
        children: vec![Child {
            table: "order_lines".into(),
            columns: vec![],
            treatment: Treatment::Delete,
            except: vec![],
        }],
        joins: vec![],
        allow: Allow::default(),
    })
}

/// Stores nothing: what a room does with the progress is its own cost.
struct Nobody;

#[async_trait::async_trait]
impl Sink for Nobody {
    async fn record(&mut self, _: &Progress) -> Result<Flow, SinkError> {
        Ok(Flow::Continue)
    }

    async fn copy(&mut self, _: &BatchCopy) -> Result<(), SinkError> {
        Ok(())
    }
}

/// Every third order is new.
async fn fill(url: &str, orders: usize) -> Result<()> {
    execute(url, "DROP TABLE IF EXISTS order_lines").await?;
    execute(url, "DROP TABLE IF EXISTS orders").await?;
    let sqlite = url.starts_with("sqlite");
    if sqlite {
        execute(url, "PRAGMA journal_mode = WAL").await?;
    }
    execute(
        url,
        "CREATE TABLE orders (id INTEGER NOT NULL PRIMARY KEY, placed BIGINT NOT NULL, note VARCHAR(80) NOT NULL);
         CREATE TABLE order_lines (id INTEGER NOT NULL PRIMARY KEY, order_id INTEGER NOT NULL, what VARCHAR(80) NOT NULL,
           FOREIGN KEY (order_id) REFERENCES orders (id));
         CREATE INDEX order_lines_order ON order_lines (order_id)",
    )
    .await?;
    let all: Vec<usize> = (0..orders + orders / 2).collect();
    for part in all.chunks(5000) {
        let mut heads = String::from("INSERT INTO orders VALUES ");
        let mut lines = String::from("INSERT INTO order_lines VALUES ");
        for (n, id) in part.iter().enumerate() {
            let comma = if n > 0 { "," } else { "" };
            // Twice old, once new, as long as there are old ones.
            let placed = if id % 3 == 2 { NEW } else { OLD };
            write!(heads, "{comma}({id},{placed},'a note of some forty letters, as people do')")?;
            for line in 0..LINES {
                let comma = if line > 0 { "," } else { comma };
                let line = id * LINES + line;
                write!(lines, "{comma}({line},{id},'tea, green, a hundred grams, loose leaves')")?;
            }
        }
        execute(url, &heads).await?;
        execute(url, &lines).await?;
    }
    if url.starts_with("postgres") {
        execute(url, "ANALYZE").await?;
    }
    Ok(())
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

async fn left(url: &str) -> Result<i64> {
    let sql = "SELECT count(*) FROM orders";
    Ok(if url.starts_with("sqlite") {
        sqlx::query_scalar(sql).fetch_one(&mut SqliteConnection::connect(url).await?).await?
    } else if url.starts_with("postgres") {
        sqlx::query_scalar(sql).fetch_one(&mut PgConnection::connect(url).await?).await?
    } else {
        sqlx::query_scalar(sql).fetch_one(&mut MySqlConnection::connect(url).await?).await?
    })
}

/// What an experienced hand would write: keys of a batch, its lines, its orders, commit.
async fn by_hand(url: &str) -> Result<()> {
    macro_rules! batches {
        ($kind:ty, $begin:expr, $select:expr, $lines:expr, $orders:expr, $list:expr) => {{
            let mut conn = <$kind>::connect(url).await?;
            let mut last: i32 = -1;
            loop {
                sqlx::raw_sql($begin).execute(&mut conn).await?;
                let ids: Vec<i32> = sqlx::query_scalar($select)
                    .bind(NEW)
                    .bind(last)
                    .bind(BATCH as i64)
                    .fetch_all(&mut conn)
                    .await?;
                let Some(highest) = ids.last() else { break };
                last = *highest;
                let list: fn(&str, usize) -> String = $list;
                for sql in [$lines, $orders] {
                    let sql = AssertSqlSafe(list(sql, ids.len()));
                    bind(sqlx::query(sql), &ids).execute(&mut conn).await?;
                }
                sqlx::raw_sql("COMMIT").execute(&mut conn).await?;
            }
            conn.close().await?;
        }};
    }
    let marks = |sql: &str, count: usize| format!("{sql} IN ({})", vec!["?"; count].join(","));
    if url.starts_with("postgres") {
        fn bind<'q>(
            query: sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments>,
            ids: &[i32],
        ) -> sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments> {
            query.bind(ids.to_vec())
        }
        batches!(
            PgConnection,
            "BEGIN",
            "SELECT id FROM orders WHERE placed < $1 AND id > $2 ORDER BY id LIMIT $3",
            "DELETE FROM order_lines WHERE order_id",
            "DELETE FROM orders WHERE id",
            |sql, _| format!("{sql} = ANY($1)")
        );
    } else if url.starts_with("sqlite") {
        fn bind<'q>(
            query: sqlx::query::Query<'q, sqlx::Sqlite, sqlx::sqlite::SqliteArguments>,
            ids: &[i32],
        ) -> sqlx::query::Query<'q, sqlx::Sqlite, sqlx::sqlite::SqliteArguments> {
            ids.iter().fold(query, |query, id| query.bind(*id))
        }
        batches!(
            SqliteConnection,
            "BEGIN IMMEDIATE",
            "SELECT id FROM orders WHERE placed < ? AND id > ? ORDER BY id LIMIT ?",
            "DELETE FROM order_lines WHERE order_id",
            "DELETE FROM orders WHERE id",
            marks
        );
    } else {
        fn bind<'q>(
            query: sqlx::query::Query<'q, sqlx::MySql, sqlx::mysql::MySqlArguments>,
            ids: &[i32],
        ) -> sqlx::query::Query<'q, sqlx::MySql, sqlx::mysql::MySqlArguments> {
            ids.iter().fold(query, |query, id| query.bind(*id))
        }
        batches!(
            MySqlConnection,
            "START TRANSACTION",
            "SELECT id FROM orders WHERE placed < ? AND id > ? ORDER BY id LIMIT ?",
            "DELETE FROM order_lines WHERE order_id",
            "DELETE FROM orders WHERE id",
            marks
        );
    }
    Ok(())
}
