//! Reads of tables as real servers count them.
#![allow(clippy::unwrap_used)] // a test stops where it fails

mod common;

use common::{MyDb, PgDb, open, run_my};
use sources::Usage;

async fn look(url: &str) -> Option<Usage> {
    open(url).await.unwrap().usage().await.unwrap()
}

/// Looks until the counter of a table is above this; servers write counters down late.
async fn above(url: &str, table: &str, low: i64) -> i64 {
    for _ in 0..100 {
        let reads = look(url).await.unwrap().reads[table];
        if reads > low {
            return reads;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the read of {table} was not counted");
}

#[tokio::test]
async fn postgres_counts_reads_of_each_table() {
    let db = PgDb::create().await;
    db.run("CREATE TABLE seen (id int); CREATE TABLE unseen (id int); CREATE SCHEMA crm; CREATE TABLE crm.leads (id int)")
        .await;
    let first = look(&db.url).await.unwrap();
    assert_eq!(first.reads.keys().collect::<Vec<_>>(), ["crm.leads", "seen", "unseen"]);
    assert!(first.counting_for > 0);

    db.run("SELECT * FROM seen").await;

    above(&db.url, "seen", first.reads["seen"]).await;
    let last = look(&db.url).await.unwrap();
    assert_eq!(last.reads["unseen"], first.reads["unseen"], "looking is no reading");
    db.drop().await;
}

#[tokio::test]
async fn mariadb_counts_reads_where_it_is_asked_to() {
    let db = MyDb::create().await;
    run_my(
        &db.url,
        "CREATE TABLE seen (id int); CREATE TABLE unseen (id int); INSERT INTO seen VALUES (1)",
    )
    .await;
    run_my(&db.url, "SET GLOBAL userstat = 0").await;
    assert_eq!(look(&db.url).await, None, "it says nothing where it counts nothing");
    run_my(&db.url, "SET GLOBAL userstat = 1").await;
    let first = look(&db.url).await.unwrap();
    assert_eq!(first.reads.keys().collect::<Vec<_>>(), ["seen", "unseen"]);
    assert!(first.counting_for > 0);

    run_my(&db.url, "SELECT * FROM seen").await;

    above(&db.url, "seen", first.reads["seen"]).await;
    assert_eq!(look(&db.url).await.unwrap().reads["unseen"], 0);
    run_my(&db.url, "SET GLOBAL userstat = 0").await;
    db.drop().await;
}
