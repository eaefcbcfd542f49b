//! The database goes away in the middle of writes: nothing acknowledged is lost, nothing happens by
//! halves, and the room goes on when the database is back.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use consent::{Choice, Consent, ConsentError, Receipt};
use store::sqlx::{self, Row as _};
use support::{choosing, mail, me};

const WRITERS: usize = 6;
/// Writes of each at least, and at most: on a fast machine forty are over before a cut comes.
const EACH: usize = 40;
const MOST: usize = 2_000;

/// Cuts every connection that PostgreSQL has to this database but the one that asks.
async fn cut(room: &Consent) {
    let _ = sqlx::query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    .execute(room.store().reader())
    .await;
}

/// Writes until all are acknowledged, and on until some write of somebody was cut; an error that says
/// "unavailable" is tried again, as a caller with an idempotency key does.
async fn write(room: Consent, writer: usize, hit: Arc<AtomicBool>) -> (Vec<Receipt>, usize) {
    let (mut kept, mut failures) = (Vec::new(), 0);
    for number in 0..MOST {
        if number >= EACH && hit.load(Ordering::Relaxed) {
            break;
        }
        let who = mail(&format!("p{writer}-{number}@example.com"));
        let mut yes = choosing(&who, &[("email_marketing", Choice::Granted)]);
        yes.idempotency = Some(format!("t:{writer}-{number}"));
        loop {
            match room.record(&me(), &yes).await {
                Ok(receipt) => break kept.push(receipt),
                Err(ConsentError::Store(_)) => {
                    failures += 1;
                    hit.store(true, Ordering::Relaxed);
                    assert!(failures < 2_000, "the database does not come back");
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
    (kept, failures)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_cut_in_mid_write_lose_nothing_and_halve_nothing() {
    let (room, _guard) = support::open(true).await;
    let hit = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| tokio::spawn(write(room.clone(), writer, Arc::clone(&hit))))
        .collect();
    for _ in 0..8 {
        tokio::time::sleep(Duration::from_millis(60)).await;
        cut(&room).await;
    }
    // Most cuts fall between two transactions; one must not.
    while !hit.load(Ordering::Relaxed) && writers.iter().any(|writer| !writer.is_finished()) {
        tokio::time::sleep(Duration::from_millis(7)).await;
        cut(&room).await;
    }

    let (mut kept, mut failures) = (Vec::new(), 0);
    for writer in writers {
        let (receipts, failed) = writer.await.unwrap();
        kept.extend(receipts);
        failures += failed;
    }

    assert!(failures > 0, "no write was hit: the test proves nothing");
    assert!(kept.len() >= WRITERS * EACH);
    for receipt in &kept {
        assert_eq!(room.receipt(&receipt.id).await.unwrap(), *receipt);
    }
    let counts = sqlx::query(
        "SELECT (SELECT COUNT(*) FROM consent_record), (SELECT COUNT(*) FROM subject),
           (SELECT COUNT(*) FROM identifier),
           (SELECT COUNT(*) FROM ledger_entry WHERE object_kind = 'consent')",
    )
    .fetch_one(room.store().reader())
    .await
    .unwrap();
    for at in 0..4 {
        let count: i64 = counts.try_get(at).unwrap();
        assert_eq!(count as usize, kept.len(), "column {at}: once each, whole");
    }
    room.store().ledger().verify().await.unwrap();
}
