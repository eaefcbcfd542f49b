//! What browsers call: the script, the configuration, choices, and what is refused.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use axum::http::StatusCode;
use banner::{Banner, News, Settings};
use consent::{Choice, Identifier, IdentifierKind, NoticeBody, Reconsent, Subject};
use serde_json::json;
use support::{SHOP, Visitor, choice, me, texts};

on_both_engines!(
    a_choice_is_recorded_and_looked_up,
    a_choice_sent_twice_is_recorded_once,
    a_change_of_purpose_asks_again_and_a_change_of_words_does_not,
);

fn device() -> Subject {
    let text = "0123456789abcdef0123456789abcdef";
    let device = Identifier::parse(IdentifierKind::DeviceId, text, "").unwrap();
    Subject::new(vec![device]).unwrap()
}

/// What is known of the device: purpose and choice.
async fn states(banner: &Banner) -> Vec<(String, Choice)> {
    let known = banner.consent().states_of(&device()).await.unwrap();
    known.into_iter().map(|(purpose, state)| (purpose, state.choice)).collect()
}

async fn a_choice_is_recorded_and_looked_up(banner: Banner) {
    let visitor = Visitor::new(&banner).await;

    let body = choice(json!({ "analytics": true, "ads": false })).to_string();
    let answer = visitor.post("/sdk/v1/consents", body).await;

    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    assert_eq!(answer.header("access-control-allow-origin"), SHOP);
    assert!(answer.json()["receipt"].is_object(), "{}", answer.text);
    let states = states(&banner).await;
    assert!(states.contains(&("analytics".into(), Choice::Granted)), "{states:?}");
    assert!(states.contains(&("ads".into(), Choice::Denied)), "{states:?}");

    let body = choice(json!({ "analytics": "withdrawn" })).to_string();
    visitor.post("/sdk/v1/consents", body).await;
    let states = self::states(&banner).await;
    assert!(states.contains(&("analytics".into(), Choice::Withdrawn)), "{states:?}");
}

async fn a_choice_sent_twice_is_recorded_once(banner: Banner) {
    let visitor = Visitor::new(&banner).await;
    let body = choice(json!({ "analytics": true })).to_string();

    let first = visitor.post("/sdk/v1/consents", body.clone()).await;
    let second = visitor.post("/sdk/v1/consents", body).await;

    assert_eq!(second.status, StatusCode::CREATED, "{}", second.text);
    assert_eq!(first.json()["id"], second.json()["id"]);
}

async fn a_change_of_purpose_asks_again_and_a_change_of_words_does_not(banner: Banner) {
    let visitor = Visitor::new(&banner).await;
    let notice = NoticeBody {
        title: texts("Your privacy", "您的隐私"),
        text: texts("We count visits, gently.", "我们统计访问量。"),
        purposes: vec!["needed".into(), "analytics".into(), "ads".into()],
        ..NoticeBody::default()
    };
    let consent = banner.consent();
    let since = |config: &serde_json::Value, key: &str| {
        let all = config["purposes"].as_array().unwrap();
        all.iter().find(|one| one["key"] == key).unwrap()["since"].clone()
    };

    consent.save_draft(&me(), "web", &notice).await.unwrap();
    consent.publish(&me(), "web", Reconsent::None).await.unwrap();
    let config = visitor.get("/sdk/v1/config/default").await.json();
    assert_eq!(config["notice"], "web@2");
    assert_eq!((since(&config, "ads"), since(&config, "analytics")), (json!(1), json!(1)));

    consent.save_draft(&me(), "web", &notice).await.unwrap();
    let again = Reconsent::Purposes(["ads".to_owned()].into());
    consent.publish(&me(), "web", again).await.unwrap();
    let config = visitor.get("/sdk/v1/config/default").await.json();
    assert_eq!((since(&config, "ads"), since(&config, "analytics")), (json!(3), json!(1)));
}

async fn sqlite() -> (Banner, store::testing::TestGuard) {
    support::open(false).await
}

#[tokio::test]
async fn the_configuration_speaks_the_visitors_language_and_law() {
    let (banner, _guard) = sqlite().await;
    let visitor = Visitor::new(&banner).await;

    let german =
        visitor.clone().with("x-country", "DE").get("/sdk/v1/config/default?lang=de").await;
    let german = german.json();
    let chinese =
        visitor.clone().with("x-country", "CN").get("/sdk/v1/config/default?lang=zh").await;
    let chinese = chinese.json();
    let american = visitor.with("x-country", "US").get("/sdk/v1/config/default?lang=en-US").await;
    let american = american.json();

    assert_eq!((&german["regime"], &german["lang"]), (&json!("opt-in"), &json!("en")));
    assert_eq!(german["texts"]["body"], "We count visits.");
    assert_eq!(german["links"], json!([["Policy", "https://shop.example/privacy"]]));
    assert_eq!(german["purposes"][0]["always"], true);
    assert_eq!(german["purposes"][1]["ask"], true);
    assert_eq!(german["purposes"][2]["gpc"], true);
    assert_eq!(german["purposes"][1]["signals"], json!(["analytics_storage"]));
    assert_eq!(
        (&chinese["lang"], &chinese["texts"]["title"]),
        (&json!("zh-CN"), &json!("您的隐私"))
    );
    assert_eq!(
        (&american["regime"], &american["purposes"][1]["ask"]),
        (&json!("opt-out"), &json!(null))
    );
}

#[tokio::test]
async fn the_country_is_believed_only_from_a_trusted_proxy() {
    let untrusted = Settings { country_header: Some("X-Country".into()), trust_proxy: false };
    let (banner, _guard) = support::open_with(false, untrusted).await;
    let visitor = Visitor::new(&banner).await.with("x-country", "US");

    let config = visitor.get("/sdk/v1/config/default?country=US").await.json();
    let preview = visitor.with("sec-fetch-site", "same-origin");
    let preview = preview.get("/sdk/v1/config/default?country=US").await.json();

    assert_eq!((&config["regime"], &config["country"]), (&json!("opt-in"), &json!("")));
    assert_eq!(preview["country"], "US", "the console's preview looks from anywhere");
}

#[tokio::test]
async fn other_origins_are_refused_and_cannot_read_the_answer() {
    let (banner, _guard) = sqlite().await;
    let visitor = Visitor::new(&banner).await;
    let body = choice(json!({ "analytics": true })).to_string();

    for origin in
        ["https://evil.example", "http://shop.example", "null", "https://shop.example.evil"]
    {
        let stranger = visitor.clone().with("origin", origin);
        for answer in [
            stranger.get("/sdk/v1/config/default").await,
            stranger.post("/sdk/v1/consents", body.clone()).await,
            stranger.send("OPTIONS", "/sdk/v1/consents", String::new()).await,
        ] {
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{origin}: {}", answer.text);
            assert_eq!(answer.header("access-control-allow-origin"), "");
        }
    }
    let nobody = visitor.clone().with("origin", "").post("/sdk/v1/consents", body).await;
    assert_eq!(nobody.status, StatusCode::FORBIDDEN, "no browser, no banner: {}", nobody.text);
    let asked = visitor.send("OPTIONS", "/sdk/v1/consents", String::new()).await;
    assert_eq!(asked.status, StatusCode::NO_CONTENT);
    assert_eq!(asked.header("access-control-allow-origin"), SHOP);
    assert_eq!(states(&banner).await, []);
}

#[tokio::test]
async fn bad_bodies_are_told_what_is_wrong_and_nothing_of_them_is_repeated() {
    let (banner, _guard) = sqlite().await;
    let visitor = Visitor::new(&banner).await;
    let bad = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut body = choice(json!({ "analytics": true }));
        change(&mut body);
        body.to_string()
    };
    let mail = "li.lei@example.com";
    let cases = [
        ("{".to_owned(), StatusCode::BAD_REQUEST),
        ("[]".to_owned(), StatusCode::BAD_REQUEST),
        (bad(&|b| b["subject"] = json!({ "email": mail })), StatusCode::BAD_REQUEST),
        (bad(&|b| b["subject"]["device_id"] = json!(mail)), StatusCode::UNPROCESSABLE_ENTITY),
        (bad(&|b| b["key"] = json!("x")), StatusCode::UNPROCESSABLE_ENTITY),
        (bad(&|b| b["channel"] = json!("phone")), StatusCode::UNPROCESSABLE_ENTITY),
        (bad(&|b| b["property"] = json!("other")), StatusCode::NOT_FOUND),
        (bad(&|b| b["notice"] = json!("web@9")), StatusCode::NOT_FOUND),
        (bad(&|b| b["choices"] = json!({ "no_such": true })), StatusCode::NOT_FOUND),
        (bad(&|b| b["choices"] = json!({})), StatusCode::UNPROCESSABLE_ENTITY),
        (bad(&|b| b["choices"] = json!({ "analytics": "maybe" })), StatusCode::BAD_REQUEST),
        (bad(&|b| b["page"] = json!("x".repeat(1_000_000))), StatusCode::PAYLOAD_TOO_LARGE),
    ];

    for (body, status) in cases {
        let answer = visitor.post("/sdk/v1/consents", body.clone()).await;
        let start: String = body.chars().take(300).collect();
        assert_eq!(answer.status, status, "{start}: {}", answer.text);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert!(!answer.json()["detail"].as_str().unwrap().is_empty());
        assert!(!answer.text.contains(mail), "{}", answer.text);
    }
    assert_eq!(states(&banner).await, []);
}

#[tokio::test]
async fn an_address_that_floods_waits() {
    let (banner, _guard) = sqlite().await;
    let visitor = Visitor::new(&banner).await.with("x-forwarded-for", "198.51.100.9");
    let mut last = StatusCode::OK;
    for _ in 0..200 {
        let answer = visitor.post("/sdk/v1/consents", "{").await;
        last = answer.status;
        if last == StatusCode::TOO_MANY_REQUESTS {
            assert!(answer.header("retry-after").parse::<u64>().unwrap() >= 1);
            break;
        }
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    let other = visitor.with("x-forwarded-for", "198.51.100.10");
    let body = choice(json!({ "analytics": true })).to_string();
    assert_eq!(other.post("/sdk/v1/consents", body).await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn scripts_are_kept_by_their_hash() {
    let (banner, _guard) = sqlite().await;
    let visitor = Visitor::new(&banner).await;

    let plain = visitor.get("/sdk/privet.js").await;
    let versioned = visitor.get(&banner::address("privet.js")).await;
    let known = visitor.clone().with("if-none-match", plain.header("etag"));
    let known = known.get("/sdk/privet.js").await;

    assert_eq!(plain.status, StatusCode::OK);
    assert!(plain.header("content-type").starts_with("text/javascript"));
    assert_eq!(plain.header("access-control-allow-origin"), "*");
    assert!(plain.header("cache-control").contains("max-age=300"));
    assert!(versioned.header("cache-control").contains("immutable"));
    assert_eq!((known.status, known.text.len()), (StatusCode::NOT_MODIFIED, 0));
    assert_eq!(plain.header("set-cookie"), "", "the script sets no cookie");
    assert_eq!(visitor.get("/sdk/privet.d.ts").await.status, StatusCode::OK);
    assert_eq!(visitor.get("/sdk/no-such.js").await.status, StatusCode::NOT_FOUND);
    let gpc = visitor.get("/.well-known/gpc.json").await;
    assert_eq!(gpc.json()["gpc"], true);
}

#[tokio::test]
async fn a_changed_policy_is_told_for_as_long_as_the_site_wants_it() {
    let (banner, _guard) = sqlite().await;
    let visitor = Visitor::new(&banner).await;
    assert_eq!(visitor.get("/sdk/v1/config/default").await.json()["news"], json!(null));
    let day = 86_400_000_000_i64;
    let applies = store::now() - 3 * day;
    banner.tell_news(std::sync::Arc::new(move |property, lang| {
        (property == "default").then(|| News {
            version: 2,
            published_at: applies,
            effective_at: applies,
            title: if lang == web::Lang::ZhCn { "政策已变更" } else { "It changed" }.into(),
            text: String::new(),
            link: ("See".into(), "https://privet.example/changes".into()),
            close: "Seen".into(),
        })
    }));

    let english = visitor.get("/sdk/v1/config/default").await.json()["news"].clone();
    let chinese = visitor.get("/sdk/v1/config/default?lang=zh-CN").await.json()["news"].clone();

    assert_eq!((&english["version"], &english["title"]), (&json!(2), &json!("It changed")));
    assert_eq!(english["since"], json!(applies / 1000));
    assert_eq!(english["href"], "https://privet.example/changes");
    assert_eq!(chinese["title"], "政策已变更");
    let module = english["module"].as_str().unwrap();
    assert_eq!(visitor.get(module).await.status, StatusCode::OK);
    for days in [0, 2] {
        let mut body = banner.site("default").await.unwrap().body;
        body.news_days = days;
        banner.save_site(me(), "default", &body).await.unwrap();
        let config = visitor.get("/sdk/v1/config/default").await.json();
        assert_eq!(config["news"], json!(null), "{days} days");
    }
}
