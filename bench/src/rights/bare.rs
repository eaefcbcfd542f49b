//! The bare client: what an experienced hand would write for exactly these tables.

use anyhow::{Context as _, Result};
use sqlx::{AssertSqlSafe, Connection as _, Row as _};

use super::data::TABLES;

/// Keys of one statement.
const BATCH: usize = 500;

/// The keys of a person in one database, by table from the customers down.
pub type Keys = Vec<Vec<i32>>;

/// A statement over a list of keys on one of the three drivers.
macro_rules! on {
    ($url:expr, $run:ident) => {
        if $url.starts_with("postgres") {
            $run!(
                sqlx::PgConnection,
                |_: usize| "= ANY($1)".to_owned(),
                |query: sqlx::query::Query<
                    'static,
                    sqlx::Postgres,
                    sqlx::postgres::PgArguments,
                >,
                 keys: &[i32]| query.bind(keys.to_vec())
            )
        } else if $url.starts_with("sqlite") {
            $run!(
                sqlx::SqliteConnection,
                |count: usize| format!("IN ({})", vec!["?"; count].join(",")),
                |query: sqlx::query::Query<
                    'static,
                    sqlx::Sqlite,
                    sqlx::sqlite::SqliteArguments,
                >,
                 keys: &[i32]| keys.iter().fold(query, |query, key| query.bind(*key))
            )
        } else {
            $run!(
                sqlx::MySqlConnection,
                |count: usize| format!("IN ({})", vec!["?"; count].join(",")),
                |query: sqlx::query::Query<'static, sqlx::MySql, sqlx::mysql::MySqlArguments>,
                 keys: &[i32]| keys.iter().fold(query, |query, key| query.bind(*key))
            )
        }
    };
}

/// Reads a person's rows out of all databases at once; how many there were.
pub async fn select(urls: &[String], address: &str) -> Result<usize> {
    let tasks: Vec<_> = urls
        .iter()
        .map(|url| {
            let (url, address) = (url.clone(), address.to_owned());
            tokio::spawn(async move { rows(&url, &address).await })
        })
        .collect();
    let mut found = 0;
    for task in tasks {
        found += task.await??.iter().map(Vec::len).sum::<usize>();
    }
    Ok(found)
}

/// The keys of a customer's rows in each database.
pub async fn keys(urls: &[String], customer: usize) -> Result<Vec<Keys>> {
    let mut all = Vec::new();
    for url in urls {
        all.push(rows(url, &super::data::address(customer)).await?);
    }
    Ok(all)
}

/// The rows of each table by the keys of the one before. People type addresses in capitals, so every
/// customer's is folded, as ours does it.
async fn rows(url: &str, address: &str) -> Result<Keys> {
    macro_rules! read {
        ($kind:ty, $list:expr, $bind:expr) => {{
            let mut conn = <$kind>::connect(url).await?;
            let mark = if url.starts_with("postgres") { "$1" } else { "?" };
            let sql = format!("SELECT id, email FROM customers WHERE lower(trim(email)) = {mark}");
            let query = sqlx::query(AssertSqlSafe(sql)).bind(address.to_owned());
            let first = query.fetch_all(&mut conn).await?;
            let id: i32 = first.first().context("nobody")?.try_get(0)?;
            let mut all = vec![vec![id]];
            for (level, (name, ..)) in TABLES.into_iter().enumerate() {
                let mut next = Vec::new();
                for some in all[level].chunks(BATCH) {
                    let which = $list(some.len());
                    let sql = format!("SELECT id, parent, note FROM {name} WHERE parent {which}");
                    let query = $bind(sqlx::query(AssertSqlSafe(sql)), some);
                    for row in query.fetch_all(&mut conn).await? {
                        next.push(row.try_get::<i32, _>(0)?);
                        let _: (i32, String) = (row.try_get(1)?, row.try_get(2)?);
                    }
                }
                all.push(next);
            }
            conn.close().await?;
            Ok(all)
        }};
    }
    on!(url, read)
}

/// Deletes rows by their keys in all databases at once, leaves first, each batch in a transaction.
pub async fn delete(urls: &[String], keys: &[Keys]) -> Result<usize> {
    let tasks: Vec<_> = urls
        .iter()
        .zip(keys)
        .map(|(url, keys)| {
            let (url, keys) = (url.clone(), keys.clone());
            tokio::spawn(async move { gone(&url, &keys).await })
        })
        .collect();
    let mut gone = 0;
    for task in tasks {
        gone += task.await??;
    }
    Ok(gone)
}

async fn gone(url: &str, keys: &Keys) -> Result<usize> {
    let names = || std::iter::once("customers").chain(TABLES.into_iter().map(|(name, ..)| name));
    macro_rules! delete {
        ($kind:ty, $list:expr, $bind:expr) => {{
            let mut conn = <$kind>::connect(url).await?;
            let mut gone = 0;
            for (name, keys) in names().zip(keys).collect::<Vec<_>>().into_iter().rev() {
                for some in keys.chunks(BATCH) {
                    let sql = format!("DELETE FROM {name} WHERE id {}", $list(some.len()));
                    let mut batch = conn.begin().await?;
                    let query = $bind(sqlx::query(AssertSqlSafe(sql)), some);
                    gone += query.execute(&mut *batch).await?.rows_affected();
                    batch.commit().await?;
                }
            }
            conn.close().await?;
            Ok(usize::try_from(gone)?)
        }};
    }
    on!(url, delete)
}
