//! Recording, receipts, linking, idempotency – through the face, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use consent::{
    Choice, Consent, ConsentError, IdentifierKind, Reconsent, Regime,
    decide::{Ask, Reason},
    receipt,
    record::{Guardian, Minor, Origin},
};
use store::sqlx::{self, Row as _};
use support::{choosing, mail, me, newsletter, person, purposes};

on_both_engines!(
    a_choice_is_recorded_decided_and_proved,
    the_newest_choice_wins_and_a_no_after_a_yes_is_a_withdrawal,
    an_anonymous_device_becomes_a_known_customer_without_losing_history,
    two_customers_are_never_made_one,
    the_same_request_twice_is_recorded_once,
    many_first_requests_of_one_person_make_one_person,
    a_notice_shows_what_can_be_agreed_to,
    a_published_version_stays_and_a_changed_one_asks_again,
    a_minor_needs_a_verified_guardian,
    a_double_opt_in_waits_for_its_confirmation,
    nothing_in_the_database_names_a_person,
    an_erased_customer_is_gone_for_good,
);

fn gdpr() -> Ask {
    Ask { regimes: vec![Regime::Gdpr], ..Ask::default() }
}

async fn reason(room: &Consent, subject: &consent::Subject, purpose: &str) -> Reason {
    room.decide(subject, purpose, &gdpr()).await.unwrap().reason
}

async fn a_choice_is_recorded_decided_and_proved(room: Consent) {
    let li = mail("li.lei@example.com");
    assert_eq!(reason(&room, &li, "email_marketing").await, Reason::NothingRecorded);

    let yes = choosing(&li, &[("email_marketing", Choice::Granted), ("analytics", Choice::Denied)]);
    let given = room.record(&me(), &yes).await.unwrap();

    let decision =
        room.decide(&mail("LI.LEI@example.com"), "email_marketing", &gdpr()).await.unwrap();
    assert!(decision.allow);
    assert_eq!((decision.reason, decision.notice.as_str()), (Reason::Granted, "newsletter@1"));
    assert_eq!(reason(&room, &li, "analytics").await, Reason::Objected);
    assert_eq!(reason(&room, &li, "delivery").await, Reason::BasisAllows);

    let proved = receipt::verify(&given.document.value(), Some(room.signer().public())).unwrap();
    assert_eq!(proved.controller, "Lantern Tea");
    assert_eq!(proved.choices[1], ("email_marketing".into(), "consent_given".into()));
    assert_eq!(room.receipt(&given.id).await.unwrap(), given, "a receipt can be made again");
    assert_eq!(given.document.value()["pii_processing"]["purposes"][1]["purpose_name"], "邮件资讯");
    let stored = room.stored_record(&given.id).await.unwrap();
    assert_eq!(
        (stored.ip.as_str(), stored.page.as_str()),
        ("203.0.113.0/24", "https://lantern.example/join")
    );
}

async fn the_newest_choice_wins_and_a_no_after_a_yes_is_a_withdrawal(room: Consent) {
    let li = mail("li.lei@example.com");
    room.record(&me(), &choosing(&li, &[("email_marketing", Choice::Granted)])).await.unwrap();

    let no =
        room.record(&me(), &choosing(&li, &[("email_marketing", Choice::Denied)])).await.unwrap();

    assert_eq!(reason(&room, &li, "email_marketing").await, Reason::Withdrawn);
    assert_eq!(no.document.value()["events"][0]["event_state"], "consent_withdrawn");
    let mut old = choosing(&li, &[("email_marketing", Choice::Granted)]);
    old.given_at = Some(store::now() - 3_600_000_000);
    room.record(&me(), &old).await.unwrap();
    assert_eq!(
        reason(&room, &li, "email_marketing").await,
        Reason::Withdrawn,
        "an older yes changes nothing"
    );
}

async fn an_anonymous_device_becomes_a_known_customer_without_losing_history(room: Consent) {
    let device = person(&[(IdentifierKind::DeviceId, "d-1")]);
    let known = mail("li.lei@example.com");
    room.record(&me(), &choosing(&device, &[("analytics", Choice::Denied)])).await.unwrap();
    room.record(&me(), &choosing(&known, &[("email_marketing", Choice::Granted)])).await.unwrap();

    let both =
        person(&[(IdentifierKind::DeviceId, "d-1"), (IdentifierKind::Email, "li.lei@example.com")]);
    let linked = room.link(&me(), &both).await.unwrap();

    assert_eq!(reason(&room, &known, "analytics").await, Reason::Objected);
    assert_eq!(reason(&room, &device, "email_marketing").await, Reason::Granted);
    assert_eq!(room.records_of(&linked.subject).await.unwrap().len(), 2);
    assert!(!room.link(&me(), &both).await.unwrap().changed, "linking again changes nothing");
    assert_eq!(room.identifiers(&linked.subject).await.unwrap().len(), 2);
}

async fn two_customers_are_never_made_one(room: Consent) {
    let one =
        person(&[(IdentifierKind::CustomerId, "1"), (IdentifierKind::Email, "a@example.com")]);
    let two =
        person(&[(IdentifierKind::CustomerId, "2"), (IdentifierKind::Email, "b@example.com")]);
    room.link(&me(), &one).await.unwrap();
    room.link(&me(), &two).await.unwrap();

    let mixed = person(&[
        (IdentifierKind::Email, "a@example.com"),
        (IdentifierKind::Email, "b@example.com"),
    ]);
    let refused = room.link(&me(), &mixed).await;
    let third =
        person(&[(IdentifierKind::CustomerId, "3"), (IdentifierKind::Email, "a@example.com")]);
    let also_refused = room.link(&me(), &third).await;

    assert!(matches!(refused, Err(ConsentError::TwoPeople("customer_id"))), "{refused:?}");
    assert!(matches!(also_refused, Err(ConsentError::TwoPeople("customer_id"))));
}

async fn the_same_request_twice_is_recorded_once(room: Consent) {
    let li = mail("li.lei@example.com");
    let mut yes = choosing(&li, &[("email_marketing", Choice::Granted)]);
    yes.idempotency = Some("t:1".into());

    let first = room.record(&me(), &yes).await.unwrap();
    let second = room.record(&me(), &yes).await.unwrap();
    let mut other = yes.clone();
    other.choices.insert("analytics".into(), Choice::Granted);
    let reused = room.record(&me(), &other).await;

    assert_eq!(first, second);
    assert!(matches!(reused, Err(ConsentError::KeyReused)), "{reused:?}");
    let known = room.find(&li.blind(room.vault())).await.unwrap();
    assert_eq!(room.records_of(&known.people[0]).await.unwrap().len(), 1);
}

async fn many_first_requests_of_one_person_make_one_person(room: Consent) {
    let li = mail("li.lei@example.com");
    let writes = (0..24).map(|_| {
        let (room, yes) = (room.clone(), choosing(&li, &[("email_marketing", Choice::Granted)]));
        tokio::spawn(async move { room.record(&me(), &yes).await })
    });
    for write in writes.collect::<Vec<_>>() {
        write.await.unwrap().unwrap();
    }

    let known = room.find(&li.blind(room.vault())).await.unwrap();
    assert_eq!(known.people.len(), 1);
    assert_eq!(room.records_of(&known.people[0]).await.unwrap().len(), 24);
    let people: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM subject")
        .fetch_one(room.store().reader())
        .await
        .unwrap();
    assert_eq!(people, 1);
    room.store().ledger().verify().await.unwrap();
}

async fn a_notice_shows_what_can_be_agreed_to(room: Consent) {
    let li = mail("li.lei@example.com");
    let try_it = |choice, purpose| {
        let recording = choosing(&li, &[(purpose, choice)]);
        let room = room.clone();
        async move { room.record(&me(), &recording).await.map(|_| ()) }
    };
    assert!(matches!(try_it(Choice::Granted, "delivery").await, Err(ConsentError::Conflict(_))));
    assert!(matches!(
        try_it(Choice::Granted, "nonsense").await,
        Err(ConsentError::Unknown { kind: "purpose", .. })
    ));
    try_it(Choice::Denied, "delivery").await.expect("saying no is never refused");
    let mut french = choosing(&li, &[("analytics", Choice::Granted)]);
    french.language = "fr".into();
    assert!(matches!(room.record(&me(), &french).await, Err(ConsentError::Invalid(_))));
    let mut tomorrow = choosing(&li, &[("analytics", Choice::Granted)]);
    tomorrow.given_at = Some(store::now() + 86_400_000_000);
    assert!(matches!(room.record(&me(), &tomorrow).await, Err(ConsentError::Invalid(_))));
    room.retire_purpose(&me(), "email_marketing", true).await.unwrap();
    assert!(matches!(
        try_it(Choice::Granted, "email_marketing").await,
        Err(ConsentError::Conflict(_))
    ));
    assert_eq!(reason(&room, &li, "email_marketing").await, Reason::PurposeRetired);
}

async fn a_published_version_stays_and_a_changed_one_asks_again(room: Consent) {
    let li = mail("li.lei@example.com");
    room.record(&me(), &choosing(&li, &[("email_marketing", Choice::Granted)])).await.unwrap();
    let first = room.catalogue().notice("newsletter@1").unwrap().digest.clone();

    let mut words = newsletter();
    words.title = support::texts("News", "资讯");
    room.save_draft(&me(), "newsletter", &words).await.unwrap();
    room.publish(&me(), "newsletter", Reconsent::None).await.unwrap();
    assert_eq!(reason(&room, &li, "email_marketing").await, Reason::Granted, "only words changed");

    let mut email = purposes()[0].1.clone();
    email.vendors = vec!["Mail Ltd".into()];
    room.save_purpose(&me(), "email_marketing", &email).await.unwrap();
    room.save_draft(&me(), "newsletter", &words).await.unwrap();
    let asked = Reconsent::Purposes(["email_marketing".to_owned()].into());
    room.publish(&me(), "newsletter", asked).await.unwrap();

    assert_eq!(reason(&room, &li, "email_marketing").await, Reason::NoticeChanged);
    assert_eq!(room.catalogue().notice("newsletter@1").unwrap().digest, first);
    let nothing_new = room.publish(&me(), "newsletter", Reconsent::None).await;
    assert!(matches!(nothing_new, Err(ConsentError::Conflict(_))));
}

async fn a_minor_needs_a_verified_guardian(room: Consent) {
    let child = mail("child@example.com");
    let mut yes = choosing(&child, &[("email_marketing", Choice::Granted)]);
    yes.minor = Some(Minor { age: 12, guardian: None });
    room.record(&me(), &yes).await.unwrap();
    assert_eq!(reason(&room, &child, "email_marketing").await, Reason::GuardianMissing);

    let asked = Guardian {
        relation: "father".into(),
        contact: "father@example.com".into(),
        method: String::new(),
        verified: false,
    };
    yes.minor = Some(Minor { age: 12, guardian: Some(asked) });
    let waiting = room.record(&me(), &yes).await.unwrap();
    assert_eq!(reason(&room, &child, "email_marketing").await, Reason::GuardianMissing);
    room.verify_guardian(&me(), &waiting.id, "a promise")
        .await
        .expect_err("no way to verify anybody");
    let verified = room.verify_guardian(&me(), &waiting.id, "email_plus").await.unwrap();
    assert_eq!(verified.document.value()["circumstances"]["guardian_verified"], true);
    assert_eq!(reason(&room, &child, "email_marketing").await, Reason::Granted);

    let guardian = Guardian {
        relation: "mother".into(),
        contact: "mother@example.com".into(),
        method: "guardian_account".into(),
        verified: true,
    };
    yes.minor = Some(Minor { age: 12, guardian: Some(guardian) });
    let given = room.record(&me(), &yes).await.unwrap();

    assert_eq!(reason(&room, &child, "email_marketing").await, Reason::Granted);
    let stored = room.stored_record(&given.id).await.unwrap();
    assert!(!stored.guardian.contains("mother@example.com"), "sealed");
}

async fn a_double_opt_in_waits_for_its_confirmation(room: Consent) {
    let li = mail("li.lei@example.com");
    let mut yes = choosing(&li, &[("sms", Choice::Granted)]);
    room.record(&me(), &yes).await.unwrap();
    assert_eq!(reason(&room, &li, "sms").await, Reason::Pending);

    yes.origin = Origin::DoubleOptIn;
    yes.confirmed = true;
    room.record(&me(), &yes).await.unwrap();

    assert_eq!(reason(&room, &li, "sms").await, Reason::Granted);
}

async fn nothing_in_the_database_names_a_person(room: Consent) {
    let li = person(&[
        (IdentifierKind::Email, "li.lei@example.com"),
        (IdentifierKind::Phone, "13812345678"),
    ]);
    room.record(&me(), &choosing(&li, &[("email_marketing", Choice::Granted)])).await.unwrap();
    for table in ["subject", "identifier", "consent_record", "ledger_entry"] {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!("SELECT * FROM {table}")))
            .fetch_all(room.store().reader())
            .await
            .unwrap();
        assert!(!rows.is_empty());
        for row in rows {
            for at in 0..row.len() {
                let text: String = row.try_get(at).unwrap_or_default();
                for secret in ["li.lei", "13812345678", "203.0.113.77"] {
                    assert!(!text.contains(secret), "{table} column {at}");
                }
            }
        }
    }
}

async fn an_erased_customer_is_gone_for_good(room: Consent) {
    let li = mail("li.lei@example.com");
    room.record(&me(), &choosing(&li, &[("email_marketing", Choice::Granted)])).await.unwrap();
    let id = room.find(&li.blind(room.vault())).await.unwrap().people[0].clone();
    room.restrict(&me(), &id, true).await.unwrap();
    assert_eq!(reason(&room, &li, "email_marketing").await, Reason::Restricted);

    room.erase(&me(), &id).await.unwrap();

    assert_eq!(reason(&room, &li, "email_marketing").await, Reason::Erased);
    assert!(room.identifiers(&id).await.unwrap().is_empty());
    let again = room.record(&me(), &choosing(&li, &[("email_marketing", Choice::Granted)])).await;
    assert!(matches!(again, Err(ConsentError::Erased)));
}
