//! Decisions through the room's face, on both engines: memory and database answer alike, other servers
//! follow within their bound, a server that cannot follow says so.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::time::{Duration, Instant};

use consent::{
    Choice, Consent, ConsentError, IdentifierKind, Reconsent, Settings, Subject,
    decide::{Ask, Form, List, Reason, Rule, Tally},
    record::{Guardian, Minor},
};
use support::{choosing, furnished, mail, me, person};

on_both_engines!(
    memory_answers_as_the_database_does,
    a_changed_notice_and_a_retired_purpose_count_at_once,
    linking_and_erasing_count_at_once,
    a_snapshot_gives_the_same_answers_and_catches_up,
    a_list_is_sifted_in_order,
    every_rule_on_the_way_is_told,
);

const PURPOSES: [&str; 4] = ["email_marketing", "analytics", "delivery", "sms"];

async fn reason(room: &Consent, subject: &Subject, purpose: &str) -> Reason {
    room.decide(subject, purpose, &Ask::default()).await.unwrap().reason
}

/// Another server on the same database, with everything in memory.
async fn beside(room: &Consent) -> Consent {
    let other = Consent::open(room.store().clone(), Settings::default()).await.unwrap();
    load(&other).await;
    other
}

/// Everything in memory as it is now, without following: nothing becomes stale in these tests.
async fn load(room: &Consent) {
    room.set_decisions_bound(Duration::from_hours(1));
    room.load_decisions().await.unwrap();
}

async fn all_agree(rooms: &[&Consent], people: &[Subject]) {
    for subject in people {
        for purpose in PURPOSES {
            let mut answers = Vec::new();
            for room in rooms {
                answers.push(room.decide(subject, purpose, &Ask::default()).await.unwrap());
            }
            assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{purpose}: {answers:?}");
        }
    }
}

async fn crowd(room: &Consent) -> Vec<Subject> {
    let mut people = Vec::new();
    let at = store::now() - 86_400_000_000;
    for n in 0..30 {
        let subject = person(&[
            (IdentifierKind::Email, &format!("p{n}@lantern.example")),
            (IdentifierKind::CustomerId, &format!("C-{n}")),
        ]);
        let choice = [Choice::Granted, Choice::Denied, Choice::Withdrawn][n % 3];
        let mut first = choosing(&subject, &[("email_marketing", choice), ("sms", choice)]);
        // Out of order, some at one moment.
        first.given_at = Some(at - (n as i64 % 4) * 1_000_000);
        if n % 5 == 0 {
            first.minor = Some(Minor { age: 12, guardian: None });
        }
        room.record(&me(), &first).await.unwrap();
        if n % 2 == 0 {
            let mut second = choosing(&subject, &[("analytics", choice), ("sms", Choice::Granted)]);
            second.given_at = Some(at);
            second.confirmed = n % 4 == 0;
            room.record(&me(), &second).await.unwrap();
        }
        people.push(mail(&format!("p{n}@lantern.example")));
        people.push(person(&[(IdentifierKind::CustomerId, &format!("C-{n}"))]));
    }
    people.push(mail("nobody@lantern.example"));
    people
}

async fn memory_answers_as_the_database_does(room: Consent) {
    let empty = beside(&room).await;
    let people = crowd(&room).await;
    let loaded = beside(&room).await;
    empty.load_decisions().await.unwrap();

    all_agree(&[&room, &loaded, &empty], &people).await;

    assert_eq!(reason(&loaded, &people[0], "email_marketing").await, Reason::GuardianMissing);
    let both = person(&[
        (IdentifierKind::Email, "p1@lantern.example"),
        (IdentifierKind::CustomerId, "C-4"),
    ]);
    all_agree(&[&room, &loaded], &[both]).await;
}

async fn a_changed_notice_and_a_retired_purpose_count_at_once(room: Consent) {
    load(&room).await;
    let li = mail("li@lantern.example");
    room.record(&me(), &choosing(&li, &[("email_marketing", Choice::Granted)])).await.unwrap();
    assert_eq!(reason(&room, &li, "email_marketing").await, Reason::Granted);

    room.save_draft(&me(), "newsletter", &support::newsletter()).await.unwrap();
    room.publish(&me(), "newsletter", Reconsent::All).await.unwrap();
    assert_eq!(reason(&room, &li, "email_marketing").await, Reason::NoticeChanged);

    room.record(&me(), &choosing(&li, &[("email_marketing", Choice::Granted)])).await.unwrap();
    assert_eq!(reason(&room, &li, "email_marketing").await, Reason::Granted);
    room.retire_purpose(&me(), "email_marketing", true).await.unwrap();
    assert_eq!(reason(&room, &li, "email_marketing").await, Reason::PurposeRetired);
    let unknown = room.decide(&li, "no_such", &Ask::default()).await;
    assert!(matches!(unknown, Err(ConsentError::Unknown { kind: "purpose", .. })));
}

async fn linking_and_erasing_count_at_once(room: Consent) {
    let other = beside(&room).await;
    load(&room).await;
    let device = person(&[(IdentifierKind::DeviceId, "d-1")]);
    let wang = mail("wang@lantern.example");
    let both = person(&[
        (IdentifierKind::DeviceId, "d-1"),
        (IdentifierKind::Email, "wang@lantern.example"),
    ]);
    room.record(&me(), &choosing(&device, &[("email_marketing", Choice::Granted)])).await.unwrap();
    room.record(&me(), &choosing(&wang, &[("analytics", Choice::Denied)])).await.unwrap();
    assert_eq!(reason(&room, &wang, "email_marketing").await, Reason::NothingRecorded);

    // Two people become one with a record that names both.
    room.record(&me(), &choosing(&both, &[("sms", Choice::Denied)])).await.unwrap();
    assert_eq!(reason(&room, &wang, "email_marketing").await, Reason::Granted);
    assert_eq!(reason(&room, &device, "sms").await, Reason::Denied);
    other.load_decisions().await.unwrap();
    all_agree(&[&room, &other], &[device.clone(), wang.clone(), both]).await;

    let id = room.find(&wang.blind(room.vault())).await.unwrap().people.remove(0);
    room.restrict(&me(), &id, true).await.unwrap();
    assert_eq!(reason(&room, &device, "delivery").await, Reason::Restricted);
    room.restrict(&me(), &id, false).await.unwrap();
    assert_eq!(reason(&room, &device, "delivery").await, Reason::BasisAllows);
    room.erase(&me(), &id).await.unwrap();
    for subject in [&device, &wang] {
        assert_eq!(reason(&room, subject, "delivery").await, Reason::Erased);
    }
}

async fn a_snapshot_gives_the_same_answers_and_catches_up(room: Consent) {
    let people = crowd(&room).await;
    room.set_decisions_bound(Duration::from_hours(1));
    room.load_decisions().await.unwrap();
    room.save_decisions().await.unwrap();
    // After the snapshot.
    let last = mail("p4@lantern.example");
    room.record(&me(), &choosing(&last, &[("email_marketing", Choice::Withdrawn)])).await.unwrap();
    let grown = mail("p5@lantern.example");
    let mut of_age = choosing(&grown, &[("email_marketing", Choice::Granted)]);
    let guardian = Guardian {
        relation: "mother".into(),
        contact: String::new(),
        method: "signed_form".into(),
        verified: true,
    };
    of_age.minor = Some(Minor { age: 12, guardian: Some(guardian) });
    room.record(&me(), &of_age).await.unwrap();

    let started = beside(&room).await;
    let rebuilt = {
        let file = room.store().data_dir().join("decisions.snapshot");
        let bytes = std::fs::read(&file).unwrap();
        std::fs::remove_file(&file).unwrap();
        let rebuilt = beside(&room).await;
        // A snapshot that is damaged is not used.
        std::fs::write(&file, &bytes[..bytes.len() - 1]).unwrap();
        all_agree(&[&beside(&room).await, &rebuilt], &people).await;
        rebuilt
    };

    all_agree(&[&room, &started, &rebuilt], &people).await;
    assert_eq!(reason(&started, &last, "email_marketing").await, Reason::Withdrawn);
    assert_eq!(reason(&started, &grown, "email_marketing").await, Reason::Granted);
}

async fn a_list_is_sifted_in_order(room: Consent) {
    let list = |purpose: &str, form| List {
        purpose: purpose.into(),
        kind: IdentifierKind::Email,
        region: "CN".into(),
        ask: Ask::default(),
        form,
    };
    assert!(matches!(room.sift(list("sms", Form::Filter)), Err(ConsentError::Loading)));
    load(&room).await;
    for n in 0..2000 {
        let choice = if n % 3 == 0 { Choice::Granted } else { Choice::Denied };
        let subject = mail(&format!("p{n}@lantern.example"));
        if n < 60 {
            room.record(&me(), &choosing(&subject, &[("email_marketing", choice)])).await.unwrap();
        }
    }
    let mut text = b"\xef\xbb\xbf P0@Lantern.example\r\n\n\t\r\n".to_vec();
    for n in 1..2000 {
        text.extend(format!("p{n}@lantern.example\n").bytes());
    }
    text.extend(b"not an address\n\xff\xfe@x.example\n");
    text.extend("x".repeat(100_000).bytes());
    text.extend(b"@lantern.example\np3@lantern.example");
    let line = |n: usize| format!("p{n}@lantern.example\n");
    let mut expected = "P0@Lantern.example\n".to_owned();
    for n in (3..60).step_by(3) {
        expected.push_str(&line(n));
    }
    expected += "p3@lantern.example\n";

    // However it is cut.
    for size in [1, 7, 4096, text.len()] {
        let mut sift = room.sift(list("email_marketing", Form::Filter)).unwrap();
        let mut out = Vec::new();
        for piece in text.chunks(size) {
            sift.push(piece, &mut out).unwrap();
        }
        sift.finish(&mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), expected, "in pieces of {size}");
        let tally = Tally { lines: 2004, allowed: 21, malformed: 3, blank: 2 };
        assert_eq!(sift.tally(), tally, "in pieces of {size}");
    }

    let mut sift = room.sift(list("email_marketing", Form::Decide)).unwrap();
    let mut out = Vec::new();
    sift.push(b"p0@lantern.example\np1@lantern.example\n-\np999@lantern.example\n", &mut out)
        .unwrap();
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "allow granted\ndeny denied\ndeny malformed\ndeny nothing_recorded\n"
    );
    assert!(matches!(
        room.sift(list("no_such", Form::Filter)),
        Err(ConsentError::Unknown { kind: "purpose", .. })
    ));
}

async fn every_rule_on_the_way_is_told(room: Consent) {
    let li = mail("li@lantern.example");
    room.record(&me(), &choosing(&li, &[("email_marketing", Choice::Granted)])).await.unwrap();
    let ask = Ask { data: vec!["contact.email".into()], ..Ask::default() };

    let told = room.explain(&li, "email_marketing", &ask).await.unwrap();

    assert_eq!(told.decision, room.decide(&li, "email_marketing", &ask).await.unwrap());
    assert_eq!(told.under.len(), 3);
    assert!(told.under.iter().all(|under| under.steps.iter().all(|step| step.holds)));
    assert_eq!(told.under[0].steps.last().unwrap().rule, Rule::GuardianThere);
    let phone = Ask { data: vec!["contact.phone".into()], ..Ask::default() };
    let told = room.explain(&li, "email_marketing", &phone).await.unwrap();
    let last = told.under[0].steps.last().unwrap();
    assert_eq!((last.rule, last.holds), (Rule::DataCovered, false));
    assert_eq!(told.decision.reason, Reason::DataNotCovered);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_on_one_postgresql_agree_within_a_second_of_a_withdrawal() {
    let (store, guard) = store::testing::temp_postgres().await;
    let one = furnished(store).await;
    // Its own pools, as another process has.
    let store = store::Store::open(guard.config()).await.unwrap();
    let two = Consent::open(store, Settings::default()).await.unwrap();
    let li = mail("li@lantern.example");
    one.record(&me(), &choosing(&li, &[("email_marketing", Choice::Granted)])).await.unwrap();
    for room in [&one, &two] {
        room.load_decisions().await.unwrap();
        room.keep_decisions();
    }
    assert_eq!(reason(&two, &li, "email_marketing").await, Reason::Granted);

    for round in 0..5 {
        let choice = if round % 2 == 0 { Choice::Withdrawn } else { Choice::Granted };
        let wanted = if round % 2 == 0 { Reason::Withdrawn } else { Reason::Granted };
        one.record(&me(), &choosing(&li, &[("email_marketing", choice)])).await.unwrap();
        let written = Instant::now();
        assert_eq!(reason(&one, &li, "email_marketing").await, wanted, "the writer at once");
        while reason(&two, &li, "email_marketing").await != wanted {
            assert!(written.elapsed() < Duration::from_secs(1), "round {round}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    // A purpose made on one is known on the other.
    let (_, body) = support::purposes().remove(2);
    one.save_purpose(&me(), "parcels", &body).await.unwrap();
    let written = Instant::now();
    while two.decide(&li, "parcels", &Ask::default()).await.is_err() {
        assert!(written.elapsed() < Duration::from_secs(1));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
