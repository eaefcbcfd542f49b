//! A scan that lost its job blocks nothing.

use datamap::{DataMap, sources::SourceDraft};
use store::{Actor, Entry};

#[tokio::test]
async fn a_scan_whose_job_is_over_does_not_block_its_source() {
    let (store, _guard) = store::testing::temp_sqlite().await;
    let map = DataMap::open(store.clone()).await.unwrap();
    let draft = SourceDraft {
        name: "Shop".into(),
        address: "sqlite:/srv/shop.db".into(),
        ..SourceDraft::default()
    };
    let source = map.create_source(Actor::CommandLine, &draft).await.unwrap();
    let first = map.start_scan(Actor::CommandLine, &source.id, "person").await.unwrap();
    let again = map.start_scan(Actor::CommandLine, &source.id, "person").await.unwrap();
    assert_eq!(first, again, "a living scan is not doubled");

    let mut tx = store
        .begin(Entry::new(Actor::System("test"), "job.finished", "job", "test"))
        .await
        .unwrap();
    sqlx::query("UPDATE job SET state = 'done' WHERE kind = 'scan'")
        .execute(tx.conn())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let second = map.start_scan(Actor::CommandLine, &source.id, "person").await.unwrap();

    assert_ne!(first, second);
    assert_eq!(map.scan(&first).await.unwrap().state, "failed");
    assert_eq!(map.scan(&second).await.unwrap().state, "queued");
}
