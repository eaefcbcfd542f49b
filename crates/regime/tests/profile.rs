//! The profile, and which laws it makes apply, on both engines.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[macro_use]
mod support;

use axum::http::StatusCode;
use regime::{Metric, Profile, Value, today};
use support::{House, me, owner, with_role};

async fn nothing_applies_before_anything_was_told(house: House) {
    assert_eq!(house.regimes.profile().await.unwrap(), Profile::default());

    assert!(house.regimes.applying(today()).await.unwrap().is_empty());
}

async fn customers_in_a_country_make_its_law_apply(house: House) {
    let mut profile = Profile { complete: true, ..Profile::default() };
    profile.tell("DE", Metric::People, Value::Number(1200));
    house.regimes.save_profile(me(), &profile).await.unwrap();

    let applying = house.regimes.applying(today()).await.unwrap();

    assert_eq!(house.regimes.profile().await.unwrap(), profile);
    assert!(applying.iter().any(|one| one.regime == "eu-gdpr"), "{applying:?}");
}

async fn what_is_said_is_sealed_and_in_the_ledger_once(house: House) {
    let mut profile = Profile::default();
    profile.tell("DE", Metric::People, Value::Number(1200));

    house.regimes.save_profile(me(), &profile).await.unwrap();
    house.regimes.save_profile(me(), &profile).await.unwrap();

    let kept: String = sqlx::query_scalar("SELECT body_sealed FROM regime_profile")
        .fetch_one(house.regimes.store().reader())
        .await
        .unwrap();
    assert!(!kept.contains("1200"));
    let entries: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM ledger_entry WHERE action = 'regime.profile_saved'",
    )
    .fetch_one(house.regimes.store().reader())
    .await
    .unwrap();
    assert_eq!(entries, 1);
}

async fn the_page_reads_in_both_languages_and_only_by_those_who_may(house: House) {
    for lang in ["en", "zh-CN"] {
        assert!(owner(&house, lang).await.page("/console/laws").await.contains("GDPR"));
    }

    let answer = with_role(&house, "en", "employee").await.get("/console/laws").await;

    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

on_both_engines!(
    nothing_applies_before_anything_was_told,
    customers_in_a_country_make_its_law_apply,
    what_is_said_is_sealed_and_in_the_ledger_once,
    the_page_reads_in_both_languages_and_only_by_those_who_may,
);
