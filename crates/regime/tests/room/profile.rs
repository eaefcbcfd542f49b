//! The profile, and which laws it makes apply.

use crate::support::{House, me, owner, with_role};
use axum::http::StatusCode;
use regime::{Metric, Profile, Value, today};

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
        let mut reader = owner(&house, lang).await;
        assert!(reader.page("/console/laws").await.contains("GDPR"));
        reader.page("/console/laws/profile").await;
        reader.page("/console/laws/packs").await;
        reader.page("/console/duties").await;
    }

    let answer = with_role(&house, "en", "employee").await.get("/console/laws").await;

    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

/// Two customers in Ireland and one in China, a courier in China.
async fn customers(house: &House) {
    let property = |country: &str, name: &str| consent::property::PropertyBody {
        name: name.into(),
        country: country.into(),
        ..consent::property::PropertyBody::default()
    };
    house.consent.save_property(&me(), "shop", &property("IE", "Shop")).await.unwrap();
    house.consent.save_property(&me(), "app", &property("CN", "App")).await.unwrap();
    let entry = store::Entry::new(me(), "subject.created", "subject", "s1");
    let mut tx = house.web.store().begin(entry).await.unwrap();
    for (subject, merged, property) in [
        ("s1", None, "shop"),
        ("s2", None, "shop"),
        ("s3", Some("s1"), "shop"),
        ("s4", None, "app"),
    ] {
        sqlx::query(
            "INSERT INTO subject (id, wrapped_key, merged_into, created_at) VALUES ($1, '', $2, 1)",
        )
        .bind(subject)
        .bind(merged)
        .execute(tx.conn())
        .await
        .unwrap();
        sqlx::query(
            "INSERT INTO consent_record (id, subject, property, notice, notice_version, notice_slot,
               language, choices, channel, page, ip, agent, origin, guardian, given_at, recorded_at,
               request_digest)
             VALUES ($1, $1, $2, '', 0, 0, 'en', '', '', '', '', '', '', '', 1, 1, '')",
        )
        .bind(subject)
        .bind(property)
        .execute(tx.conn())
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
    let courier = datamap::systems::RecipientDraft {
        name: "Swift Crane Express".into(),
        kind: "processor".into(),
        country: "CN".into(),
        ..datamap::systems::RecipientDraft::default()
    };
    house.map.create_recipient(me(), &courier).await.unwrap();
    house.regimes.count_again().await.unwrap();
}

async fn what_is_counted_stands_in_for_what_nobody_told(house: House) {
    customers(&house).await;

    let live = house.regimes.live().await.unwrap();
    let applying = house.regimes.applying(today()).await.unwrap();

    let people = |place| live.of(place, Metric::People).map(|one| one.value);
    assert_eq!(people("IE"), Some(Value::Number(2)));
    assert_eq!(people("CN"), Some(Value::Number(1)));
    // Data of the Irish goes to China, data of the Chinese stays there.
    assert_eq!(live.of("IE", Metric::Exports).map(|one| one.value), Some(Value::Flag(true)));
    assert!(live.of("CN", Metric::Exports).is_none());
    let ids: Vec<&str> = applying.iter().map(|one| one.regime.as_str()).collect();
    assert!(ids.contains(&"eu-gdpr") && ids.contains(&"cn-pipl"), "{ids:?}");
}

async fn another_number_than_the_counted_one_needs_a_reason(house: House) {
    customers(&house).await;
    let mut reader = owner(&house, "en").await;
    let page = "/console/laws/profile";
    let fields = [("place_IE", "1"), ("v_IE_people", "40,000"), ("add", "US-CA")];

    let refused = reader.post(page, page, &fields).await;
    let with = [fields[0], fields[1], fields[2], ("w_IE_people", "Not all were asked")];
    let saved = reader.post(page, page, &with).await;

    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("Say why this is not what Privet counts"));
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    let profile = house.regimes.profile().await.unwrap();
    assert_eq!(profile.places["IE"][&Metric::People].value, Value::Number(40_000));
    assert!(profile.places.contains_key("US-CA"));
    assert!(reader.page(page).await.contains("Not all were asked"));
    let wrong = [("place_IE", "1"), ("v_IE_people", "many")];
    assert_eq!(reader.post(page, page, &wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

async fn the_page_says_how_far_a_threshold_is(house: House) {
    let mut profile = Profile { complete: true, ..Profile::default() };
    profile.tell("US-CA", Metric::People, Value::Number(90_600));
    profile.tell("", Metric::SaleRevenuePercent, Value::Number(0));
    profile.tell("", Metric::Sells, Value::Flag(true));
    profile.revenue.insert("usd".into(), 9_000);
    house.regimes.save_profile(me(), &profile).await.unwrap();

    for (lang, words) in [("en", "9,400 short of the threshold"), ("zh-CN", "距门槛还差 9,400")]
    {
        assert!(owner(&house, lang).await.page("/console/laws").await.contains(words));
    }
}

async fn every_fact_of_a_law_is_on_screen_with_its_citation(house: House) {
    let law = house.regimes.law();
    for lang in ["en", "zh-CN"] {
        let mut reader = owner(&house, lang).await;
        let mut text = String::new();
        for page in 1..=9 {
            text += &reader.page(&format!("/console/laws/eu-gdpr?page={page}")).await;
        }
        for fact in law.facts().filter(|fact| fact.regime == "eu-gdpr") {
            assert!(text.contains(&format!("<code>{}</code>", fact.id)), "{}", fact.id);
        }
        let clocks = reader.page("/console/laws/eu-gdpr?kind=clock&q=eu.breach_auth").await;
        assert!(clocks.contains("eu.breach_auth") && !clocks.contains("<code>eu.dsr</code>"));
    }
    let mut reader = owner(&house, "en").await;
    assert_eq!(reader.get("/console/laws/no-such").await.status, StatusCode::NOT_FOUND);
}

on_both_engines!(
    what_is_counted_stands_in_for_what_nobody_told,
    another_number_than_the_counted_one_needs_a_reason,
    the_page_says_how_far_a_threshold_is,
    every_fact_of_a_law_is_on_screen_with_its_citation,
    nothing_applies_before_anything_was_told,
    customers_in_a_country_make_its_law_apply,
    what_is_said_is_sealed_and_in_the_ledger_once,
    the_page_reads_in_both_languages_and_only_by_those_who_may,
);
