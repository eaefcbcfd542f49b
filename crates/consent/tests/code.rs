//! Privacy as code for consent, on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use consent::{Consent, ConsentError};
use support::me;

on_both_engines!(
    exporting_and_applying_changes_nothing,
    a_file_makes_changes_and_publishes_only_when_it_says_so,
    a_wrong_file_is_told_and_changes_nothing,
);

async fn exporting_and_applying_changes_nothing(room: Consent) {
    let text = room.export_code().await.unwrap().unwrap();
    let plan = room.plan_code(&text, true).await.unwrap();
    assert!(plan.is_empty(), "{plan}\n{text}");
}

async fn a_file_makes_changes_and_publishes_only_when_it_says_so(room: Consent) {
    let text = room.export_code().await.unwrap().unwrap();
    let changed = text
        .replace("News by e-mail", "Tea news by e-mail")
        .replace("News from Lantern Tea", "Tea news")
        .replace(
            "    purposes:\n    - email_marketing",
            "    publish: none\n    purposes:\n    - email_marketing",
        );
    assert!(changed.contains("publish: none"), "{text}");

    let plan = room.plan_code(&changed, false).await.unwrap();
    assert_eq!(
        plan.to_string(),
        "~ purpose email_marketing\n~ notice newsletter: draft\n~ notice newsletter: published"
    );
    room.apply_code(&me(), &plan).await.unwrap();

    assert_eq!(room.catalogue().notice("newsletter").unwrap().version, 2);
    assert!(room.plan_code(&changed, false).await.unwrap().is_empty(), "twice is once");
    let without = "privet: 1\nnotices: {}\npurposes: {}\n";
    assert!(room.plan_code(without, false).await.unwrap().is_empty(), "nothing goes by itself");
    let plan = room.plan_code(without, true).await.unwrap();
    assert_eq!(plan.len(), 5, "{plan}");
    room.apply_code(&me(), &plan).await.unwrap();
    assert!(room.catalogue().purposes().all(|purpose| purpose.retired_at.is_some()));
}

async fn a_wrong_file_is_told_and_changes_nothing(room: Consent) {
    for (text, says) in [
        ("privet: 2\n", "privet: 1"),
        ("privet: 1\npurpose: {}\n", "purpose"),
        (
            "privet: 1\npurposes:\n  x:\n    name: {en: X}\n    basis: {pipl: legitimate_interests}\n",
            "legitimate_interests",
        ),
        ("privet: 1\nnotices:\n  x:\n    title: {}\n", "title"),
    ] {
        let error = room.plan_code(text, false).await.unwrap_err();
        assert!(matches!(error, ConsentError::Invalid(_)));
        assert!(error.to_string().contains(says), "{error}");
    }
}
