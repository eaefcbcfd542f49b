//! The pages of the map as their readers use them.
#![allow(clippy::unwrap_used, clippy::expect_used)] // A failure is the test's answer.

#[macro_use]
mod support;

use axum::http::StatusCode;
use datamap::DataMap;
use support::{
    SHOP,
    console::{Reader, between},
    me, scan, sqlite, sqlite_draft,
};

async fn shop(map: &DataMap) -> (tempfile::TempDir, String) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("shop.db");
    sqlite(&file, SHOP).await;
    let source = map.create_source(me(), &sqlite_draft(&file)).await.unwrap();
    scan(map, &source.id).await;
    (dir, source.id)
}

async fn every_page_is_whole_in_both_languages(map: DataMap) {
    for lang in ["en", "zh-CN"] {
        let mut reader = Reader::owner(&map, lang).await;
        for path in ["/console", "/console/map", "/console/sources", "/console/inbox"] {
            reader.page(path).await;
        }
    }
    let (dir, source) = shop(&map).await;
    let file = dir.path().join("shop.db");
    sqlite(
        &file,
        "ALTER TABLE customers ADD COLUMN mobile TEXT; DROP TABLE orders; CREATE TABLE a (b TEXT)",
    )
    .await;
    let last = scan(&map, &source).await;
    for lang in ["en", "zh-CN"] {
        let mut reader = Reader::owner(&map, lang).await;
        let list = reader.page("/console/map").await;
        let field = between(&list, "href=\"/console/fields/", "\"").to_owned();
        for path in [
            "/console".to_owned(),
            "/console/map?q=where+do+we+keep+phone+numbers%3F".into(),
            "/console/map?show=all&sort=confidence&dir=desc&people=customers&decision=open".into(),
            "/console/map?show=vanished".into(),
            format!("/console/fields/{field}"),
            "/console/sources".into(),
            format!("/console/sources/{source}"),
            format!("/console/sources/{source}/edit"),
            format!("/console/sources/{source}/delete"),
            "/console/sources/new".into(),
            "/console/sources/new?kind=postgres".into(),
            "/console/sources/new?kind=mysql".into(),
            "/console/sources/new?kind=sqlite".into(),
            "/console/sources/new?kind=files".into(),
            format!("/console/scans/{}", last.id),
            "/console/inbox".into(),
            "/console/inbox?state=any&personal=1".into(),
        ] {
            reader.page(&path).await;
        }
        assert_eq!(reader.get("/console/fields/none").await.status, StatusCode::NOT_FOUND);
    }
}

async fn a_source_is_added_step_by_step_and_scanned(map: DataMap) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("shop.db");
    sqlite(&file, SHOP).await;
    let path = file.display().to_string();
    let mut reader = Reader::owner(&map, "en").await;
    let from = "/console/sources/new?kind=sqlite";

    let wrong = reader
        .post(from, "/console/sources/new", &[("kind", "sqlite"), ("path", "/no/such.db")])
        .await;
    assert!(wrong.text.contains("does not exist"), "{}", wrong.text);
    assert!(wrong.text.contains("value=\"/no/such.db\""), "what was typed stays");

    let tested =
        reader.post(from, "/console/sources/new", &[("kind", "sqlite"), ("path", &path)]).await;
    assert!(tested.text.contains("Connected to SQLite"), "{}", tested.text);
    let address = between(&tested.text, "name=\"address\" value=\"", "\"").to_owned();

    let details = [
        ("address", address.as_str()),
        ("tls", "prefer"),
        ("name", "Orders"),
        ("system", "new"),
        ("system_name", "Web shop"),
        ("origin", "direct"),
        ("schedule", "daily"),
        ("zone", "Asia/Shanghai"),
    ];
    let refused = reader.post(from, "/console/sources/create", &details).await;
    assert!(refused.text.contains("Say where it was collected"), "{}", refused.text);
    let mut whole = details.to_vec();
    whole.push(("touchpoint", "checkout"));
    let created = reader.post(from, "/console/sources/create", &whole).await;
    assert_eq!(created.status, StatusCode::SEE_OTHER);
    let scan = created.location.rsplit('/').next().unwrap().to_owned();
    let queued = reader.page(&created.location).await;
    assert!(queued.contains("hx-trigger=\"every 1s\""));
    support::work(&map, &scan).await;
    let done = reader.page(&created.location).await;
    assert!(done.contains("hold personal data"), "{done}");
    let sources = map.sources().await.unwrap();
    assert_eq!(
        (sources[0].system_name.as_str(), sources[0].cron.as_str()),
        ("Web shop", "0 3 * * *")
    );
    assert_eq!(map.origins(&sources[0].id).await.unwrap()[0].touchpoint, "checkout");
}

async fn findings_are_decided_in_bulk_and_taken_back(map: DataMap) {
    let (_dir, _) = shop(&map).await;
    let mut reader = Reader::owner(&map, "en").await;
    let list = reader.page("/console/map").await;
    let ids: Vec<String> = list
        .split("name=\"id\" value=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect();
    assert!(ids.len() >= 3, "{list}");

    let fields =
        [("id", ids[0].as_str()), ("id", &ids[1]), ("decision", "dismiss"), ("back", "?page=1")];
    let decided = reader.post("/console/map", "/console/map/decide", &fields).await;
    assert_eq!(decided.status, StatusCode::SEE_OTHER, "{}", decided.text);
    let after = reader.page(&decided.location).await;
    assert!(after.contains("Decided about 2 fields"), "{after}");
    assert!(!after.contains(&ids[0]));
    let undo = between(&after, "name=\"undo\" value=\"", "\"").to_owned();
    let back = reader.post(&decided.location, "/console/map/undo", &[("undo", &undo)]).await;
    let again = reader.page(&back.location).await;
    assert!(again.contains(&ids[0]) && again.contains("taken back"), "{again}");

    let nothing =
        reader.post("/console/map", "/console/map/decide", &[("decision", "confirm")]).await;
    assert_eq!(nothing.status, StatusCode::BAD_REQUEST);
    assert!(nothing.text.contains("Choose at least one field"), "{}", nothing.text);
}

async fn one_field_is_corrected_with_a_note_and_its_history_shows(map: DataMap) {
    let (_dir, _) = shop(&map).await;
    let mut reader = Reader::owner(&map, "en").await;
    let list = reader.page("/console/map").await;
    let page = format!("/console/fields/{}", between(&list, "href=\"/console/fields/", "\""));
    let to = format!("{page}/decide");

    let nonsense = [("decision", "correct"), ("category", "teapots"), ("note", "kept")];
    let refused = reader.post(&page, &to, &nonsense).await;
    assert!(
        refused.text.contains("not known") && refused.text.contains("kept"),
        "{}",
        refused.text
    );
    let right =
        [("decision", "correct"), ("category", "contact.phone — Phone"), ("note", "really")];
    let done = reader.post(&page, &to, &right).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    let shown = reader.page(&page).await;
    assert!(
        shown.contains("Corrected") && shown.contains("really") && shown.contains("History"),
        "{shown}"
    );
}

async fn the_export_is_a_csv_of_what_is_shown(map: DataMap) {
    let (_dir, _) = shop(&map).await;
    let mut reader = Reader::owner(&map, "en").await;
    let csv = reader.get("/console/map.csv?q=email").await;
    assert!(csv.kind.starts_with("text/csv"), "{}", csv.kind);
    let lines: Vec<&str> = csv.text.lines().collect();
    assert_eq!(lines.len(), 2, "{}", csv.text);
    assert!(lines[1].contains("customers,email,TEXT"), "{}", lines[1]);
}

async fn a_source_is_deleted_after_telling_what_goes(map: DataMap) {
    let (_dir, source) = shop(&map).await;
    let mut reader = Reader::owner(&map, "zh-CN").await;
    let page = format!("/console/sources/{source}/delete");
    let asked = reader.page(&page).await;
    assert!(asked.contains("9 个字段"), "{asked}");
    let done = reader.post(&page, &page, &[]).await;
    assert_eq!(done.location, "/console/sources");
    assert!(map.sources().await.unwrap().is_empty());
}

async fn programs_read_the_map_and_start_scans_within_their_scopes(map: DataMap) {
    let (_dir, source) = shop(&map).await;
    let mut reader = Reader::owner(&map, "en").await;
    let scans = format!("/v1/datamap/sources/{source}/scans");

    let first = reader.api(&map, "GET", "/v1/datamap/fields?limit=2", &["map:read"]).await;
    let first: serde_json::Value = serde_json::from_str(&first.text).unwrap();
    assert_eq!(first["fields"].as_array().unwrap().len(), 2);
    let next = format!("/v1/datamap/fields?limit=2&cursor={}", first["next_cursor"]);
    let second = reader.api(&map, "GET", &next, &["map:read"]).await;
    assert!(!second.text.contains(first["fields"][0]["id"].as_str().unwrap()));
    let sources = reader.api(&map, "GET", "/v1/datamap/sources", &["map:read"]).await;
    assert!(
        sources.text.contains(&source) && !sources.text.contains("password"),
        "{}",
        sources.text
    );

    let refused = reader.api(&map, "POST", &scans, &["map:read"]).await;
    assert_eq!(
        (refused.status, refused.kind.as_str()),
        (StatusCode::FORBIDDEN, "application/problem+json")
    );
    let started = reader.api(&map, "POST", &scans, &["map:scan"]).await;
    assert_eq!(started.status, StatusCode::ACCEPTED, "{}", started.text);
    let none = reader.api(&map, "POST", "/v1/datamap/sources/none/scans", &["map:scan"]).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

on_both_engines!(
    programs_read_the_map_and_start_scans_within_their_scopes,
    every_page_is_whole_in_both_languages,
    a_source_is_added_step_by_step_and_scanned,
    findings_are_decided_in_bulk_and_taken_back,
    one_field_is_corrected_with_a_note_and_its_history_shows,
    the_export_is_a_csv_of_what_is_shown,
    a_source_is_deleted_after_telling_what_goes,
);
