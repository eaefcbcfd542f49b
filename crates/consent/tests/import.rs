//! Imports of other systems' exports, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::{collections::BTreeMap, io::Cursor};

use consent::{
    Consent, ConsentError, Regime,
    decide::{Ask, Reason},
    import::{Import, Profile, Report},
    property::DEFAULT,
};
use support::{mail, me};

on_both_engines!(
    our_own_form_is_imported_and_again_changes_nothing,
    exports_of_others_are_known_by_their_headings,
    lines_that_cannot_be_taken_are_told_without_what_they_say,
    a_dry_run_records_nothing,
);

fn how() -> Import {
    Import {
        profile: None,
        property: DEFAULT.into(),
        notice: String::new(),
        purposes: BTreeMap::from([("marketing".into(), "email_marketing".into())]),
        dry_run: false,
    }
}

async fn import(room: &Consent, text: &str, how: &Import) -> Report {
    room.import(&me(), Cursor::new(text.to_owned()), how, |_| ()).await.unwrap()
}

async fn reason(room: &Consent, who: &str, purpose: &str) -> Reason {
    let ask = Ask { regimes: vec![Regime::Gdpr], ..Ask::default() };
    room.decide(&mail(who), purpose, &ask).await.unwrap().reason
}

async fn our_own_form_is_imported_and_again_changes_nothing(room: Consent) {
    let file = "email,phone,email_marketing,analytics,given_at,notice\n\
        a@example.com,13812345678,yes,,2026-05-01T08:00:00Z,newsletter@1\n\
        b@example.com,,退订,no,2026-05-02 08:00,\n\
        c@example.com,,,,2026-05-02 08:00,\n";

    let first = import(&room, file, &how()).await;
    let second = import(&room, file, &how()).await;

    assert_eq!((first.lines, first.recorded, first.empty, first.wrong), (3, 2, 1, 0), "{first:?}");
    assert_eq!(first, second);
    assert_eq!(reason(&room, "a@example.com", "email_marketing").await, Reason::Granted);
    assert_eq!(reason(&room, "b@example.com", "email_marketing").await, Reason::Withdrawn);
    assert_eq!(reason(&room, "b@example.com", "analytics").await, Reason::Objected);
    let person = room.find(&mail("a@example.com").blind(room.vault())).await.unwrap();
    let records = room.records_of(&person.people[0]).await.unwrap();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].given_at, 1_777_622_400_000_000, "as the file says");
    room.receipt(&records[0].id).await.expect("an import has a receipt");
}

async fn exports_of_others_are_known_by_their_headings(room: Consent) {
    let mailchimp = "Email Address,First Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME\n\
        m@example.com,M,2,2024-01-02 03:04:05,192.0.2.1,2026-01-02 03:05:00\n";
    let left = "Email Address,MEMBER_RATING,OPTIN_TIME,UNSUB_TIME\n\
        n@example.com,2,2024-01-02 03:04:05,2025-06-01 00:00:00\n";
    let onetrust = "Data Subject Identifier,Purpose Name,Transaction Type,Interaction Date\n\
        o@example.com,marketing,CONFIRMED,2026-03-01T00:00:00Z\n\
        p@example.com,marketing,OPT_OUT,2026-03-01T00:00:00Z\n";

    assert_eq!(import(&room, mailchimp, &how()).await.profile, "mailchimp");
    assert_eq!(import(&room, left, &how()).await.profile, "mailchimp-unsubscribed");
    assert_eq!(import(&room, onetrust, &how()).await.profile, "onetrust");

    assert_eq!(reason(&room, "m@example.com", "email_marketing").await, Reason::Granted);
    assert_eq!(reason(&room, "n@example.com", "email_marketing").await, Reason::Withdrawn);
    assert_eq!(reason(&room, "o@example.com", "email_marketing").await, Reason::Granted);
    assert_eq!(reason(&room, "p@example.com", "email_marketing").await, Reason::Withdrawn);

    let own = Profile::parse("key='x'\ntitle='X'\nsource='us'\n[identifiers]\nemail=['Mail']\n[columns]\ngiven_at=['On']\n[fixed]\npurpose='marketing'\nstate='granted'\n").unwrap();
    let how = Import { profile: Some(own), ..how() };
    assert_eq!(import(&room, "Mail,On\nq@example.com,2026-01-01\n", &how).await.recorded, 1);
}

async fn lines_that_cannot_be_taken_are_told_without_what_they_say(room: Consent) {
    let file = "email,purpose,status,date\n\
        a@example.com,marketing,yes,2026-01-01\n\
        not an address,marketing,yes,2026-01-01\n\
        b@example.com,marketing,perhaps,2026-01-01\n\
        c@example.com,Telepathy,yes,2026-01-01\n\
        d@example.com,marketing,yes,\n\
        ,marketing,yes,2026-01-01\n\
        e@example.com,marketing,yes,2999-01-01\n";

    let report = import(&room, file, &how()).await;

    assert_eq!((report.lines, report.recorded, report.wrong), (7, 1, 6), "{report:?}");
    let lines: Vec<u64> = report.faults.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [3, 4, 5, 6, 7, 8]);
    assert_eq!(report.unknown_purposes, BTreeMap::from([("Telepathy".to_owned(), 1)]));
    let told = format!("{:?}", report.faults);
    assert!(
        !["b@example.com", "Telepathy", "perhaps"].iter().any(|secret| told.contains(secret)),
        "{told}"
    );
    let unknown = room.import(&me(), Cursor::new("a,b\n1,2\n"), &how(), |_| ()).await;
    assert!(matches!(unknown, Err(ConsentError::Invalid(_))));
}

async fn a_dry_run_records_nothing(room: Consent) {
    let how = Import { dry_run: true, ..how() };
    let report =
        import(&room, "email,email_marketing,given_at\na@example.com,yes,2026-01-01\n", &how).await;
    assert_eq!(report.recorded, 1);
    assert_eq!(reason(&room, "a@example.com", "email_marketing").await, Reason::NothingRecorded);
}
