//! What customers chose is sealed: nothing in a stolen database ties a customer to a purpose or a choice.
//! Records from before are sealed while everything goes on, an erased customer's are gone, and a new key
//! seals all of them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::time::Duration;

use consent::{Choice, Consent, ConsentError, Stored, SubjectId, decide::Ask};
use store::{
    KeySettings, Profile, Store,
    sqlx::{self, Row as _},
    testing::{self, TestGuard},
};
use support::{
    choosing, furnished,
    loot::{all_rows, files, holds, loot},
    mail, me,
};

const PLANTED: &str = "planted-purpose-9137";
const OTHER: &str = "planted-purpose-2846";
const NOTICE: &str = "planted-notice";

async fn open(guard: &TestGuard, profile: Profile) -> Consent {
    let keys = KeySettings { profile, ..KeySettings::default() };
    let room = furnished(Store::open_with(guard.config(), keys).await.unwrap()).await;
    let (_, sms) = support::purposes().pop().unwrap();
    let (_, news) = support::purposes().remove(0);
    room.save_purpose(&me(), PLANTED, &news).await.unwrap();
    room.save_purpose(&me(), OTHER, &sms).await.unwrap();
    let mut notice = support::newsletter();
    notice.purposes = vec![PLANTED.into(), OTHER.into()];
    room.save_draft(&me(), NOTICE, &notice).await.unwrap();
    room.publish(&me(), NOTICE, consent::Reconsent::None).await.unwrap();
    room
}

async fn choose(room: &Consent, who: &str, choices: &[(&str, Choice)]) -> consent::Receipt {
    let mut recording = choosing(&mail(who), choices);
    recording.notice = NOTICE.into();
    recording.page = String::new();
    room.record(&me(), &recording).await.unwrap()
}

async fn id_of(room: &Consent, who: &str) -> SubjectId {
    room.find(&mail(who).blind(room.vault())).await.unwrap().people[0].clone()
}

/// The state before choices were sealed, of one record.
async fn unseal(room: &Consent, record: &Stored) {
    let entry = store::Entry::new(me(), "test.changed", "test", "1");
    let mut tx = room.store().begin(entry).await.unwrap();
    let done = sqlx::query(
        "UPDATE consent_record SET choices = $1, notice = $2, notice_version = $3, notice_slot = $4,
           origin = $5 WHERE id = $6",
    )
    .bind(serde_json::to_string(&record.choices).unwrap())
    .bind(&record.notice)
    .bind(record.notice_version)
    .bind(record.notice_slot)
    .bind(record.origin.as_str())
    .bind(&record.id)
    .execute(tx.conn())
    .await
    .unwrap();
    assert_eq!(done.rows_affected(), 1);
    tx.commit().await.unwrap();
}

async fn kept(room: &Consent) -> Vec<String> {
    let sql = "SELECT choices FROM consent_record ORDER BY id";
    sqlx::query_scalar(sql).fetch_all(room.store().reader()).await.unwrap()
}

/// No row that names a customer or a record says for which purpose, under which notice, or what.
async fn ties_nobody(room: &Consent, ids: &[String]) {
    let words =
        [PLANTED, OTHER, NOTICE, "granted", "denied", "pending", "withdrawn", "preference_centre"];
    let mut looked_at = 0;
    for line in all_rows(room).await {
        // That somebody took something back, but not what (docs/keys.md says so).
        let line = line.replace("action=consent.withdrawn", "");
        if ids.iter().any(|id| line.contains(id.as_str())) {
            looked_at += 1;
            for word in words {
                assert!(!line.contains(word), "{word} stands beside a customer: {line}");
            }
        }
    }
    assert!(looked_at >= ids.len(), "only {looked_at} rows");
}

async fn a_stolen_database_ties_nobody_to_a_purpose(guard: TestGuard, profile: Profile) {
    let room = open(&guard, profile).await;
    room.keep_decisions();
    let mut ids = Vec::new();
    for (who, choices) in [
        ("one@example.com", vec![(PLANTED, Choice::Granted), (OTHER, Choice::Denied)]),
        ("two@example.com", vec![(PLANTED, Choice::Denied)]),
        // Takes it back.
        ("one@example.com", vec![(PLANTED, Choice::Denied)]),
        // Waits for an e-mail.
        ("three@example.com", vec![(OTHER, Choice::Granted)]),
    ] {
        ids.push(choose(&room, who, &choices).await.id);
    }
    for who in ["one@example.com", "two@example.com", "three@example.com"] {
        ids.push(id_of(&room, who).await.0);
    }
    room.leave_decisions().await;

    ties_nobody(&room, &ids).await;
    let kept = kept(&room).await;
    assert!(kept.iter().all(|text| text.starts_with("d1:")), "{kept:?}");
    let lengths: Vec<usize> = kept.iter().map(String::len).collect();
    assert!(lengths.iter().all(|length| *length == lengths[0]), "the length says nothing");
    for (name, bytes) in loot(&room, &guard).await {
        for planted in [PLANTED, OTHER] {
            for choice in ["granted", "denied", "withdrawn", "pending"] {
                let pair = format!("\"{planted}\":\"{choice}\"");
                assert!(!holds(&bytes, &pair), "{pair} stands in {name}");
            }
        }
    }
    // With the key everything opens, in another process too, and the ledger's digest is still of it.
    let again = Consent::open(room.store().clone(), room.settings().clone()).await.unwrap();
    let record = again.stored_record(&ids[2]).await.unwrap();
    assert_eq!(record.choices[PLANTED], Choice::Withdrawn);
    assert_eq!((record.notice.as_str(), record.notice_version), (NOTICE, 1));
    let sql = "SELECT after_digest FROM ledger_entry WHERE object_id = $1";
    let after = sqlx::query(sql).bind(&record.id).fetch_one(again.store().reader()).await.unwrap();
    let text = serde_json::to_string(&record).unwrap();
    let digest = again.store().digest_text(&text).0;
    let digest = digest.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    assert_eq!(after.get::<String, _>(0), digest);
    again.store().ledger().verify().await.unwrap();
}

async fn what_is_moved_to_another_record_does_not_open(guard: TestGuard, profile: Profile) {
    let room = open(&guard, profile).await;
    let first = choose(&room, "one@example.com", &[(PLANTED, Choice::Granted)]).await.id;
    let second = choose(&room, "one@example.com", &[(PLANTED, Choice::Denied)]).await.id;
    let other = choose(&room, "two@example.com", &[(PLANTED, Choice::Granted)]).await.id;
    let sql =
        "UPDATE consent_record SET choices = (SELECT choices FROM consent_record WHERE id = $1)
               WHERE id = $2";
    // An older yes of the same customer in the place of their no, and another customer's.
    for from in [&first, &other] {
        let mut tx =
            room.store().begin(store::Entry::new(me(), "test.changed", "test", "1")).await.unwrap();
        sqlx::query(sql).bind(from).bind(&second).execute(tx.conn()).await.unwrap();
        tx.commit().await.unwrap();
        assert!(matches!(room.stored_record(&second).await, Err(ConsentError::Vault(_))));
    }
    assert!(room.stored_record(&first).await.is_ok());
}

async fn records_from_before_are_sealed_while_they_are_read(guard: TestGuard, profile: Profile) {
    let room = open(&guard, profile).await;
    let mut records = Vec::new();
    for at in 0..1100 {
        let choice = if at % 3 == 0 { Choice::Denied } else { Choice::Granted };
        let who = format!("customer{}@example.com", at % 700);
        records.push(choose(&room, &who, &[(PLANTED, choice)]).await);
    }
    let mut before = Vec::new();
    for receipt in &records {
        before.push(room.stored_record(&receipt.id).await.unwrap());
    }
    // One was erased when choices stayed in the records.
    let gone = id_of(&room, "customer5@example.com").await;
    room.erase(&me(), &gone).await.unwrap();
    for record in &before {
        unseal(&room, record).await;
    }
    // As it was left by the version before: the records in clear, and a process that starts on it.
    let room = Consent::open(room.store().clone(), room.settings().clone()).await.unwrap();
    assert_eq!(room.stored_record(&before[7].id).await.unwrap(), before[7]);
    room.load_decisions().await.unwrap();
    let decided = allowed(&room).await;

    let (stop, stopped) = tokio::sync::watch::channel(false);
    let sealing = tokio::spawn(room.clone().keep_sealed(stopped.clone()));
    // A second server at the same time.
    let second = Consent::open(room.store().clone(), room.settings().clone()).await.unwrap();
    let also = tokio::spawn(second.keep_sealed(stopped));
    for _ in 0..600 {
        if kept(&room).await.iter().all(|text| !text.starts_with('{')) {
            break;
        }
        choose(&room, "late@example.com", &[(PLANTED, Choice::Granted)]).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stop.send(true).unwrap();
    sealing.await.unwrap();
    also.await.unwrap();

    let clear: Vec<String> =
        kept(&room).await.into_iter().filter(|text| !text.starts_with("d1:")).collect();
    assert_eq!(clear, ["", ""], "the two of the erased customer are gone");
    for (receipt, record) in records.iter().zip(&before) {
        if record.subject == gone.0 {
            assert!(matches!(room.receipt(&record.id).await, Err(ConsentError::Erased)));
            continue;
        }
        assert_eq!(room.stored_record(&record.id).await.unwrap(), *record);
        assert_eq!(room.receipt(&record.id).await.unwrap(), *receipt);
    }
    let again = Consent::open(room.store().clone(), room.settings().clone()).await.unwrap();
    again.load_decisions().await.unwrap();
    assert_eq!(allowed(&again).await, decided);
    again.store().ledger().verify().await.unwrap();
    let postgres = room.store().is_postgres();
    room.store().close().await;
    // What stood there before is overwritten in the file. (PostgreSQL does so when it vacuums.)
    if !postgres {
        let mut found = Vec::new();
        files(guard.dir(), &mut found);
        for (name, bytes) in found {
            for choice in ["granted", "denied"] {
                let pair = format!("\"{PLANTED}\":\"{choice}\"");
                assert!(!holds(&bytes, &pair), "{pair} is left in {name}");
            }
        }
    }
}

/// What decisions say of everybody, from memory.
async fn allowed(room: &Consent) -> Vec<bool> {
    let mut all = Vec::new();
    for at in 0..700 {
        let who = mail(&format!("customer{at}@example.com"));
        all.push(room.decide(&who, PLANTED, &Ask::default()).await.unwrap().allow);
    }
    assert!(all.contains(&true) && all.contains(&false));
    all
}

async fn an_erased_customer_has_chosen_nothing_any_more(guard: TestGuard, profile: Profile) {
    let room = open(&guard, profile).await;
    let receipt = choose(&room, "one@example.com", &[(PLANTED, Choice::Granted)]).await;
    let stays = choose(&room, "two@example.com", &[(PLANTED, Choice::Granted)]).await;
    let id = id_of(&room, "one@example.com").await;
    let texts = kept(&room).await;

    room.erase(&me(), &id).await.unwrap();

    assert!(matches!(room.stored_record(&receipt.id).await, Err(ConsentError::Erased)));
    assert!(matches!(room.receipt(&receipt.id).await, Err(ConsentError::Erased)));
    assert!(room.records_of(&id).await.unwrap().is_empty());
    assert!(!room.decide(&mail("one@example.com"), PLANTED, &Ask::default()).await.unwrap().allow);
    assert!(room.receipt(&stays.id).await.is_ok());
    assert!(room.deletion_certificate(&id).await.is_ok(), "that they were erased stays proved");
    let changes = room.changes_after(0, 1000).await.unwrap().changes;
    assert!(changes.iter().any(|one| one.object == receipt.id && one.record.is_none()));
    // A memory that is made anew knows them as erased.
    let again = Consent::open(room.store().clone(), room.settings().clone()).await.unwrap();
    again.load_decisions().await.unwrap();
    assert!(!again.decide(&mail("one@example.com"), PLANTED, &Ask::default()).await.unwrap().allow);
    assert!(again.decide(&mail("two@example.com"), PLANTED, &Ask::default()).await.unwrap().allow);
    let postgres = room.store().is_postgres();
    room.store().close().await;
    if !postgres {
        let mut found = Vec::new();
        files(guard.dir(), &mut found);
        for (name, bytes) in found {
            assert!(!holds(&bytes, &texts[0]), "their sealed choices are left in {name}");
        }
    }
}

async fn a_new_key_seals_them_all_and_the_root_can_change(guard: TestGuard, profile: Profile) {
    let room = open(&guard, profile).await;
    let first = choose(&room, "one@example.com", &[(PLANTED, Choice::Granted)]).await;
    assert_eq!(room.reseal_records(&me()).await.unwrap().sealed, 0);

    // Another process rotates both.
    let other = Consent::open(room.store().clone(), room.settings().clone()).await.unwrap();
    other.store().rotate_record_key(me()).await.unwrap();
    other.store().rotate_root(&store::NewRoot::KeyFile, me()).await.unwrap();
    other.store().rotate_kek(me()).await.unwrap();
    let done = other.reseal_records(&me()).await.unwrap();

    assert_eq!((done.sealed, done.version), (1, 2));
    assert!(kept(&room).await[0].starts_with("d2:"));
    // The process that has not read the new key looks it up.
    assert_eq!(room.receipt(&first.id).await.unwrap(), first);
    choose(&room, "two@example.com", &[(PLANTED, Choice::Granted)]).await;
    room.store().close().await;
    let store = Store::open(guard.config()).await.unwrap();
    let again = Consent::open(store, room.settings().clone()).await.unwrap();
    assert_eq!(again.receipt(&first.id).await.unwrap(), first);
    assert_eq!(kept(&again).await.iter().filter(|text| text.starts_with("d2:")).count(), 2);
}

macro_rules! everywhere {
    ($($name:ident),* $(,)?) => {
        mod on_sqlite { $(#[tokio::test(flavor = "multi_thread")] async fn $name() {
            super::$name(super::testing::temp_sqlite_guard(), super::Profile::International).await;
        })* }
        mod on_postgres { $(#[tokio::test(flavor = "multi_thread")] async fn $name() {
            let guard = super::testing::temp_postgres_guard().await;
            super::$name(guard, super::Profile::International).await;
        })* }
        mod sm_on_sqlite { $(#[tokio::test(flavor = "multi_thread")] async fn $name() {
            super::$name(super::testing::temp_sqlite_guard(), super::Profile::National).await;
        })* }
        mod sm_on_postgres { $(#[tokio::test(flavor = "multi_thread")] async fn $name() {
            let guard = super::testing::temp_postgres_guard().await;
            super::$name(guard, super::Profile::National).await;
        })* }
    };
}
everywhere!(
    a_stolen_database_ties_nobody_to_a_purpose,
    what_is_moved_to_another_record_does_not_open,
    records_from_before_are_sealed_while_they_are_read,
    an_erased_customer_has_chosen_nothing_any_more,
    a_new_key_seals_them_all_and_the_root_can_change,
);
