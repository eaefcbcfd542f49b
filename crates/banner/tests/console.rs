//! The console's pages: a banner is made and changed, an experiment is written, run and read, the two
//! lists are published.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use axum::http::StatusCode;
use banner::Banner;
use serde_json::json;
use support::{Reader, Visitor, choice, me};

on_both_engines!(
    a_banner_is_changed_in_the_console_and_visitors_see_it,
    an_experiment_gives_variants_counts_each_visitor_once_and_waits_with_its_verdict,
    the_two_lists_are_public_only_when_somebody_says_so,
);

async fn a_banner_is_changed_in_the_console_and_visitors_see_it(banner: Banner) {
    for lang in ["en", "zh-CN"] {
        let mut reader = Reader::owner(&banner, lang).await;
        for path in [
            "/console/banners",
            "/console/banners/default",
            "/console/banners/new",
            "/console/banners/default/edit",
            "/console/banners/default/preview",
        ] {
            reader.page(path).await;
        }
    }
    let mut reader = Reader::owner(&banner, "en").await;
    let edit = "/console/banners/default/edit";
    let fields = [
        ("notice", "web"),
        ("origins", "https://Shop.example/\nhttps://b.example"),
        ("country", "us"),
        ("geo", "US = opt-in"),
        ("hosts", "*.video.example = ads"),
        ("clear", "analytics = _ga*, _gid"),
        ("scheme", "dark"),
        ("position", "corner"),
        ("accent", "#1f5f8b"),
        ("days", "365"),
        ("button", "1"),
    ];

    let saved = reader.post(edit, edit, &fields).await;

    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let config = Visitor::new(&banner).await.with("origin", "https://b.example");
    let config = config.get("/sdk/v1/config/default").await.json();
    assert_eq!(config["regime"], "opt-in", "the property's rule comes before the law's");
    assert_eq!(config["rules"], json!([["video.example", "ads"]]));
    assert_eq!(config["purposes"][1]["clear"], json!(["_ga*", "_gid"]));
    assert_eq!(config["theme"]["position"], "corner");
    assert_eq!((&config["days"], &config["reload"]), (&json!(365), &json!(false)));

    let wrong = [
        ("notice", "web"),
        ("origins", "http://shop.example"),
        ("geo", "nowhere"),
        ("days", "0"),
        ("hosts", "video.example = no_such"),
        ("clear", "analytics"),
        ("accent", "red"),
        ("country", "xxx"),
    ];
    let told = reader.post(edit, edit, &wrong).await;
    assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["origins", "geo", "days", "hosts", "clear", "accent", "country"] {
        assert!(told.text.contains(&format!("href=\"#f-{field}\"")), "{field}");
    }
}

async fn an_experiment_gives_variants_counts_each_visitor_once_and_waits_with_its_verdict(
    banner: Banner,
) {
    let mut reader = Reader::owner(&banner, "en").await;
    let new = "/console/banners/default/experiments/new";
    let sneaky = [
        ("name", "Sneaky"),
        ("goal", "accepted"),
        ("base", "50"),
        ("effect", "5"),
        ("b.en.refuse", "No, I don't care about tea"),
    ];
    let refused = reader.post(new, new, &sneaky).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
    assert!(refused.text.contains("don&#39;t care"), "it says which words: {}", refused.text);
    let fields = [
        ("name", "Shorter title"),
        ("goal", "answered"),
        ("base", "50"),
        ("effect", "40"),
        ("b.en.title", "May we count?"),
    ];
    let saved = reader.post(new, new, &fields).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let path = saved.header("location").to_owned();
    let started = reader.post(&path, &format!("{path}/start"), &[]).await;
    assert_eq!(started.status, StatusCode::SEE_OTHER, "{}", started.text);

    let visitor = Visitor::new(&banner).await;
    let mut seen = std::collections::BTreeMap::new();
    for n in 0..40 {
        let one = visitor.clone().with("x-forwarded-for", &format!("198.51.100.{n}"));
        let config = one.get("/sdk/v1/config/default?lang=en").await.json();
        let part = config["experiment"].clone();
        let variant = part["variant"].as_str().unwrap().to_owned();
        let title = if variant == "b" { "May we count?" } else { "Your privacy" };
        assert_eq!(config["texts"]["title"], title);
        for _ in 0..3 {
            let body = json!({ "property": "default", "experiment": part }).to_string();
            assert_eq!(one.post("/sdk/v1/seen", body).await.status, StatusCode::NO_CONTENT);
        }
        if n % 2 == 0 {
            let mut body = choice(json!({ "analytics": true, "ads": true }));
            body["experiment"] = part;
            body["subject"]["device_id"] = json!(format!("{n:032x}"));
            let answer = one.post("/sdk/v1/consents", body.to_string()).await;
            assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        }
        *seen.entry(variant).or_insert(0) += 1;
    }

    let id = path.rsplit('/').next().unwrap();
    let counts = banner.experiment_counts(id).await.unwrap();
    for (variant, shown) in &seen {
        assert_eq!(counts[variant].shown, *shown, "each visitor once: {counts:?}");
    }
    assert_eq!(counts.values().map(|count| count.accepted).sum::<i64>(), 20);
    let page = reader.page(&path).await;
    let planned = banner.experiment(id).await.unwrap().body.planned();
    let enough = seen.values().min().unwrap() >= &planned;
    assert_eq!(page.contains("Too early to say"), !enough, "{planned} planned, {seen:?}");
    let ended = reader.post(&path, &format!("{path}/end"), &[]).await;
    assert_eq!(ended.status, StatusCode::SEE_OTHER);
    let config = visitor.get("/sdk/v1/config/default?lang=en").await.json();
    assert_eq!(config["experiment"], json!(null));
}

async fn the_two_lists_are_public_only_when_somebody_says_so(banner: Banner) {
    let visitor = Visitor::new(&banner).await.with("origin", "");
    let mut reader = Reader::owner(&banner, "zh-CN").await;
    assert_eq!(visitor.get("/privacy/data-lists").await.status, StatusCode::NOT_FOUND);
    assert!(reader.page("/console/data-lists").await.contains("个人信息收集清单"));

    let to = "/console/data-lists/publish";
    let published = reader.post("/console/data-lists", to, &[("public", "1")]).await;

    assert_eq!(published.status, StatusCode::SEE_OTHER, "{}", published.text);
    let chinese = visitor.clone().with("accept-language", "zh-CN");
    assert!(chinese.get("/privacy/data-lists").await.text.contains("第三方共享清单"));
    let csv = visitor.get("/privacy/data-lists/csv?list=shared").await;
    assert!(csv.header("content-type").starts_with("text/csv"));
    reader.post("/console/data-lists", to, &[]).await;
    assert_eq!(visitor.get("/privacy/data-lists").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_vendor_list_must_be_one() {
    let (banner, _guard) = support::open(false).await;
    for bad in ["", "[]", "{}", r#"{"vendors":[],"vendorListVersion":1}"#] {
        assert!(banner.save_vendor_list(me(), "default", bad).await.is_err(), "{bad}");
    }
    let list = include_str!("../../signals/tests/data/vendor-list.json");

    banner.save_vendor_list(me(), "default", list).await.unwrap();

    let visitor = Visitor::new(&banner).await;
    let short = visitor.get("/sdk/v1/vendor-list/default").await;
    let whole = visitor.get("/sdk/v1/vendor-list/default?full=1").await;
    assert_eq!(short.json()["vendorListVersion"], whole.json()["vendorListVersion"]);
    assert!(short.text.len() < whole.text.len(), "pages get no names and texts");
}
