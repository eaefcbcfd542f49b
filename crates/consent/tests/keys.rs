//! Customers' keys: new key-encrypting keys while everything goes on, keys from before there were
//! versions – on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use consent::{Choice, Consent, decide::Ask};
use store::{
    Store,
    sqlx::{self, Row as _},
};
use support::{choosing, mail, me};

on_both_engines!(
    customers_move_to_a_new_kek_while_others_are_served,
    keys_from_before_there_were_versions_open_and_move,
    a_shredded_customer_stays_shredded_in_an_older_database,
    a_damaged_log_does_not_bring_a_shredded_customer_back,
    a_deletion_is_certified_with_its_place_in_the_log,
);

const PEOPLE: usize = 1200;

async fn record(room: &Consent, at: usize) {
    let one = mail(&format!("customer{at}@example.com"));
    room.record(&me(), &choosing(&one, &[("email_marketing", Choice::Granted)])).await.unwrap();
}

async fn identifiers(room: &Consent, at: usize) -> usize {
    let one = mail(&format!("customer{at}@example.com"));
    let id = room.find(&one.blind(room.vault())).await.unwrap().people[0].clone();
    room.identifiers(&id).await.unwrap().len()
}

async fn customers_move_to_a_new_kek_while_others_are_served(room: Consent) {
    futures::future::join_all((0..PEOPLE).map(|at| record(&room, at))).await;
    room.store().rotate_kek(me()).await.unwrap();
    // Another process on the same database: it has read the new key, `room` has not.
    let other = Consent::open(room.store().clone(), room.settings().clone()).await.unwrap();

    let serving = async {
        for at in 0..300 {
            assert_eq!(identifiers(&room, at * 4).await, 1);
            record(&room, PEOPLE + at).await;
        }
    };
    let (by, again) = (me(), me());
    // Two at once: nothing is moved twice, nothing is lost.
    let ((), a, b) =
        tokio::join!(serving, other.rewrap_keys(&by, |_| {}), other.rewrap_keys(&again, |_| {}));
    let moved = a.unwrap().moved + b.unwrap().moved;
    let last = room.rewrap_keys(&me(), |_| {}).await.unwrap();

    assert_eq!(last.version, 2);
    assert!(moved + last.moved >= PEOPLE as u64);
    let counts = room.keys_by_kek().await.unwrap();
    assert_eq!(counts, [(0, 0), (1, 0), (2, (PEOPLE + 300) as i64)]);
    for at in [0, 7, PEOPLE, PEOPLE + 299] {
        assert_eq!(identifiers(&room, at).await, 1);
    }
    assert_eq!(room.rewrap_keys(&me(), |_| {}).await.unwrap().moved, 0);
    room.store().ledger().verify().await.unwrap();
}

async fn execute(store: &Store, sql: &'static str, values: &[&str]) {
    let entry = store::Entry::new(me(), "test.changed", "test", "1");
    let mut tx = store.begin(entry).await.unwrap();
    let query = values.iter().fold(sqlx::query(sql), |query, value| query.bind(*value));
    query.execute(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn keys_from_before_there_were_versions_open_and_move(room: Consent) {
    let li = mail("li.lei@example.com");
    // As the version before wrote it: no KEKs, the derived key wraps.
    room.vault().set_keks(&[]);
    room.record(&me(), &choosing(&li, &[("email_marketing", Choice::Granted)])).await.unwrap();
    let wrapped = "SELECT wrapped_key FROM subject";
    let row = sqlx::query(wrapped).fetch_one(room.store().reader()).await.unwrap();
    assert!(row.get::<String, _>(0).starts_with("s1:"));

    let now = Consent::open(room.store().clone(), room.settings().clone()).await.unwrap();
    let id = now.find(&li.blind(now.vault())).await.unwrap().people[0].clone();
    assert_eq!(now.identifiers(&id).await.unwrap().len(), 1);
    assert_eq!(now.rewrap_keys(&me(), |_| {}).await.unwrap().moved, 1);

    let row = sqlx::query(wrapped).fetch_one(now.store().reader()).await.unwrap();
    assert!(row.get::<String, _>(0).starts_with("k1:"));
    assert_eq!(now.identifiers(&id).await.unwrap().len(), 1);
    // The process that knows only the derived key looks the new one up.
    assert_eq!(room.identifiers(&id).await.unwrap().len(), 1);
}

async fn a_deletion_is_certified_with_its_place_in_the_log(room: Consent) {
    let li = mail("li.lei@example.com");
    room.record(&me(), &choosing(&li, &[("email_marketing", Choice::Granted)])).await.unwrap();
    let id = room.find(&li.blind(room.vault())).await.unwrap().people[0].clone();
    assert!(room.deletion_certificate(&id).await.is_err(), "nobody was erased yet");
    room.erase(&me(), &id).await.unwrap();

    let answer = room.deletion_certificate(&id).await.unwrap();

    let (document, key) = (&answer["certificate"], room.signer().public().clone());
    assert_eq!(ledger::verify(document, Some(&key)).unwrap(), key);
    assert_eq!(document["id"], id.0.as_str());
    assert!(!answer.to_string().contains("li.lei"));
    let proof = ledger::LogProof::from_json(&answer[ledger::MEMBER]).unwrap();
    let placed = proof.check_for(document, &id.0, &key).unwrap();
    assert_eq!(placed.leaf.action, consent::certificate::ACTION);
    let again = room.deletion_certificate(&id).await.unwrap();
    assert_eq!(*document, again["certificate"], "made again it says the same");
}

async fn a_shredded_customer_stays_shredded_in_an_older_database(room: Consent) {
    shredded_again(room, false).await;
}

async fn a_damaged_log_does_not_bring_a_shredded_customer_back(room: Consent) {
    shredded_again(room, true).await;
}

async fn shredded_again(room: Consent, damaged: bool) {
    let li = mail("li.lei@example.com");
    room.record(&me(), &choosing(&li, &[("email_marketing", Choice::Granted)])).await.unwrap();
    let id = room.find(&li.blind(room.vault())).await.unwrap().people[0].clone();
    let row = sqlx::query("SELECT wrapped_key FROM subject WHERE id = $1").bind(&id.0);
    let wrapped: String = row.fetch_one(room.store().reader()).await.unwrap().get(0);
    room.erase(&me(), &id).await.unwrap();
    // What a restored backup looks like: the key is there again.
    let back = "UPDATE subject SET wrapped_key = $1, erased_at = NULL WHERE id = $2";
    execute(room.store(), back, &[&wrapped, &id.0]).await;
    if damaged {
        let change = "UPDATE ledger_entry SET actor = $1 WHERE seq = 5";
        execute(room.store(), change, &["person:x"]).await;
        room.store().ledger().verify().await.unwrap_err();
    }

    let now = Consent::open(room.store().clone(), room.settings().clone()).await.unwrap();

    let row = sqlx::query("SELECT wrapped_key FROM subject WHERE id = $1").bind(&id.0);
    assert_eq!(row.fetch_one(now.store().reader()).await.unwrap().get::<String, _>(0), "");
    let asked = now.decide(&li, "email_marketing", &Ask::default()).await.unwrap();
    assert!(!asked.allow);
    if damaged {
        let entry = store::Entry::new(me(), "test.changed", "test", "1");
        assert!(now.store().begin(entry).await.is_err(), "writes stay stopped");
        now.store().ledger().accept(me(), "a disk fault").await.unwrap();
    }
    now.store().ledger().verify().await.unwrap();
}
