//! New versions of customers' data keys while everything goes on, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::sync::atomic::{AtomicBool, Ordering};

use consent::{
    Choice, Consent, Recording, SubjectId,
    record::{Guardian, Minor},
    renewal::COLUMNS,
};
use store::{
    Actor,
    sqlx::{self, Row as _},
};
use support::{choosing, mail, me};

on_both_engines!(
    everything_sealed_moves_to_a_new_version_and_stays_readable,
    two_servers_at_once_do_each_customer_once,
    a_run_that_was_stopped_goes_on_where_it_was,
    a_customer_erased_meanwhile_stays_erased,
    what_does_not_open_is_left_and_counted,
);

const PEOPLE: usize = 260;

async fn record(room: &Consent, at: usize) -> SubjectId {
    let one = mail(&format!("customer{at}@example.com"));
    let recording = choosing(&one, &[("email_marketing", Choice::Granted)]);
    let recording = if at.is_multiple_of(20) { of_a_minor(recording) } else { recording };
    room.record(&me(), &recording).await.unwrap();
    room.find(&one.blind(room.vault())).await.unwrap().people[0].clone()
}

fn of_a_minor(mut recording: Recording) -> Recording {
    let guardian = Guardian {
        relation: "mother".into(),
        contact: "mother@example.com".into(),
        method: String::new(),
        verified: false,
    };
    recording.minor = Some(Minor { age: 9, guardian: Some(guardian) });
    recording
}

async fn people(room: &Consent) -> Vec<SubjectId> {
    let mut ids = Vec::new();
    for at in 0..PEOPLE {
        ids.push(record(room, at).await);
    }
    room.revealed(&me(), &ids[0], "customer_support", "Ms Han called").await.unwrap();
    ids
}

async fn readable(room: &Consent, ids: &[SubjectId]) {
    for (at, id) in ids.iter().enumerate() {
        let found = room.identifiers(id).await.unwrap();
        assert_eq!(found[0].expose(), format!("customer{at}@example.com"));
    }
}

async fn all(room: &Consent, sql: &'static str) -> Vec<String> {
    let rows = sqlx::query(sql).fetch_all(room.store().reader()).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// How many versions the customers' keys have.
async fn versions(room: &Consent) -> Vec<usize> {
    let keys = all(room, "SELECT wrapped_key FROM subject WHERE wrapped_key <> ''").await;
    keys.iter().map(|key| key.split(' ').count()).collect()
}

async fn renew(room: &Consent) {
    room.renew_keys(COLUMNS, |_| {}).await.unwrap();
}

async fn everything_sealed_moves_to_a_new_version_and_stays_readable(room: Consent) {
    let ids = people(&room).await;
    let run = room.start_renewal(&me()).await.unwrap();
    assert_eq!((run.total, run.done, run.finished_at), (PEOPLE as i64, 0, None));
    // Another process, which has cached nothing of it.
    let other = Consent::open(room.store().clone(), room.settings().clone()).await.unwrap();
    let over = AtomicBool::new(false);

    let serving = async {
        let mut at = PEOPLE;
        while !over.load(Ordering::Relaxed) {
            readable(&other, &ids[..20]).await;
            record(&other, at).await;
            assert_eq!(
                other.notes_of(&ids[0]).await.unwrap()[0].text.as_deref(),
                Some("Ms Han called")
            );
            at += 1;
        }
        at
    };
    let working = async {
        renew(&room).await;
        over.store(true, Ordering::Relaxed);
    };
    let (after, ()) = tokio::join!(serving, working);

    readable(&room, &ids).await;
    let run = room.newest_renewal().await.unwrap().unwrap();
    assert!(run.finished_at.is_some());
    // Identifiers, guardians' contacts, one note.
    let values = PEOPLE + PEOPLE.div_ceil(20) + 1;
    assert_eq!((run.done, run.resealed, run.left), (PEOPLE as i64, values as i64, 0));
    let versions = versions(&room).await;
    assert_eq!(versions.iter().filter(|count| **count == 2).count(), PEOPLE);
    assert_eq!(versions.len(), after, "who came meanwhile has a key that is new anyway");
    for sql in [
        "SELECT i.sealed FROM identifier i JOIN subject s ON s.id = i.subject WHERE s.wrapped_key LIKE '% %'",
        "SELECT sealed FROM subject_note",
    ] {
        assert!(all(&room, sql).await.iter().all(|sealed| sealed.starts_with("s2/2:")), "{sql}");
    }
    let guardians =
        all(&room, "SELECT guardian FROM consent_record WHERE guardian <> '' ORDER BY id").await;
    let anew = guardians.iter().filter(|one| one.contains(r#""contact":"s2/2:"#)).count();
    assert_eq!(anew, PEOPLE.div_ceil(20));
    let entries = all(
        &room,
        "SELECT action FROM ledger_entry WHERE object_kind = 'key' AND object_id <> 'records' AND action LIKE 'key.r%' ORDER BY seq",
    );
    assert_eq!(entries.await, ["key.rotated", "key.renewed"], "for the run, not for each customer");
    // A new key-encrypting key takes all versions along, and another run adds a third.
    room.store().rotate_kek(me()).await.unwrap();
    assert!(room.rewrap_keys(&me(), |_| {}).await.unwrap().moved >= PEOPLE as u64);
    readable(&room, &ids).await;
    room.start_renewal(&me()).await.unwrap();
    renew(&room).await;
    readable(&other, &ids).await;
    room.store().ledger().verify().await.unwrap();
}

async fn two_servers_at_once_do_each_customer_once(room: Consent) {
    let ids = people(&room).await;
    let other = Consent::open(room.store().clone(), room.settings().clone()).await.unwrap();
    let (by, again) = (me(), me());
    let (a, b) = tokio::join!(room.start_renewal(&by), other.start_renewal(&again));
    assert_eq!(a.unwrap().id, b.unwrap().id, "one run at a time");

    tokio::join!(renew(&room), renew(&other), renew(&room));

    assert!(versions(&room).await.iter().all(|count| *count == 2));
    let run = room.newest_renewal().await.unwrap().unwrap();
    assert_eq!((run.done, run.left), (PEOPLE as i64, 0));
    let ends = all(&room, "SELECT action FROM ledger_entry WHERE action = 'key.renewed'").await;
    assert_eq!(ends.len(), 1);
    readable(&room, &ids).await;
}

async fn a_run_that_was_stopped_goes_on_where_it_was(room: Consent) {
    let ids = people(&room).await;
    room.start_renewal(&me()).await.unwrap();
    for _ in 0..3 {
        room.renew_some(COLUMNS).await.unwrap();
    }
    let part = room.newest_renewal().await.unwrap().unwrap();
    assert!(part.finished_at.is_none() && part.done > 0 && part.done < PEOPLE as i64);
    readable(&room, &ids).await;

    let now = Consent::open(room.store().clone(), room.settings().clone()).await.unwrap();
    let again = now.start_renewal(&Actor::CommandLine).await.unwrap();
    assert_eq!((again.id, again.done), (part.id, part.done), "the same run");
    renew(&now).await;

    assert!(versions(&now).await.iter().all(|count| *count == 2), "nobody twice, nobody missed");
    readable(&now, &ids).await;
}

async fn a_customer_erased_meanwhile_stays_erased(room: Consent) {
    let ids = people(&room).await;
    room.start_renewal(&me()).await.unwrap();
    let erasing = async {
        for id in ids.iter().step_by(13) {
            room.erase(&me(), id).await.unwrap();
        }
    };
    tokio::join!(renew(&room), erasing);

    for id in ids.iter().step_by(13) {
        assert!(room.identifiers(id).await.unwrap().is_empty());
    }
    let gone = all(&room, "SELECT wrapped_key FROM subject WHERE erased_at IS NOT NULL").await;
    assert!(gone.len() == PEOPLE.div_ceil(13) && gone.iter().all(String::is_empty), "{gone:?}");
    assert_eq!(room.identifiers(&ids[1]).await.unwrap().len(), 1);
    room.store().ledger().verify().await.unwrap();
}

async fn what_does_not_open_is_left_and_counted(room: Consent) {
    let ids = people(&room).await;
    let entry = store::Entry::new(me(), "test.changed", "test", "1");
    let mut tx = room.store().begin(entry).await.unwrap();
    // A value moved to another customer's row.
    let moved = "UPDATE identifier SET sealed = (SELECT sealed FROM identifier WHERE subject = $1)
                 WHERE subject = $2";
    sqlx::query(moved).bind(&ids[3].0).bind(&ids[4].0).execute(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
    room.start_renewal(&me()).await.unwrap();

    renew(&room).await;

    let run = room.newest_renewal().await.unwrap().unwrap();
    assert_eq!((run.left, run.done), (1, PEOPLE as i64));
    readable(&room, &ids[..4]).await;
    readable_but(&room, &ids, 4).await;
}

async fn readable_but(room: &Consent, ids: &[SubjectId], one: usize) {
    assert!(room.identifiers(&ids[one]).await.is_err());
    assert_eq!(room.identifiers(&ids[one + 1]).await.unwrap().len(), 1);
}
