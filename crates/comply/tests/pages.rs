//! The pages and the API, read without a browser, in both languages.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use axum::http::StatusCode;
use comply::{Comply, Filter, Reason};
use store::testing::TestGuard;
use support::{guarded, me, open, reader, set, world};
use web::testing::reader::Reader;

struct House {
    comply: Comply,
    reader: Reader,
    _guard: TestGuard,
}

async fn house(lang: &str, role: &str) -> House {
    let (store, guard) = guarded(false).await;
    let comply = open(store.clone(), "http://127.0.0.1:8440").await;
    let rooms = comply.rooms().clone();
    world::fill(&store, &rooms.consent, &rooms.warn, "DE").await;
    world::furnish(&comply).await;
    // Their names are not sealed for real; the reader brings an account of their own.
    set(&store, "DELETE FROM web_user").await;
    set(&store, "UPDATE recipient SET contract = ''; UPDATE field SET decision = ''").await;
    let reader = reader(&comply, &rooms.web, lang, role).await;
    House { comply, reader, _guard: guard }
}

async fn id_of(comply: &Comply, check: &str) -> String {
    let filter = Filter { check: check.into(), ..Filter::default() };
    comply.findings(&filter, 1, 0).await.unwrap().0.remove(0).id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn findings_are_listed_filtered_and_taken_away_in_both_languages() {
    for (lang, title, cite) in [
        ("en", "A processor without a contract", "GDPR Art 28"),
        ("zh-CN", "受托方没有合同", "GDPR 第 28 条"),
    ] {
        let mut house = house(lang, "owner").await;
        let page = house.reader.page("/console/findings").await;
        assert!(!page.contains(title), "nothing was checked yet");
        let answer = house.reader.post("/console/findings", "/console/findings/run", &[]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        let page = house.reader.page("/console/findings").await;
        assert!(page.contains(title) && page.contains("Mailer"));
        let errors = house.reader.page("/console/findings?severity=info&regime=eu-gdpr").await;
        assert!(!errors.contains(title));
        let words = house.reader.page("/console/findings?q=mailer").await;
        assert!(words.contains(title));
        let id = id_of(&house.comply, "recipient-contract").await;
        let one = house.reader.page(&format!("/console/findings/{id}")).await;
        assert!(one.contains(cite), "the article is cited: {one}");
        assert!(one.contains("/console/recipients/rec-1/edit"));
        let checks = house.reader.page("/console/findings/checks").await;
        assert!(checks.contains(title));
        for file in ["csv", "xlsx", "sarif"] {
            let answer =
                house.reader.get(&format!("/console/findings.{file}?severity=error")).await;
            assert_eq!(answer.status, StatusCode::OK, "{file}");
            assert!(!answer.text.is_empty());
        }
        let rows = house.reader.get("/console/findings.csv").await.text;
        assert!(rows.contains(title));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_finding_is_accepted_assigned_noted_and_mended_on_its_page() {
    let mut house = house("en", "owner").await;
    house.comply.run(me(), Reason::Asked).await.unwrap();
    let id = id_of(&house.comply, "recipient-contract").await;
    let page = format!("/console/findings/{id}");
    let to = |what: &str| format!("{page}/{what}");
    let refused = house.reader.post(&page, &to("accept"), &[("reason", ""), ("days", "90")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("Say why"));
    let fields = [("reason", "Being signed"), ("days", "90")];
    let answer = house.reader.post(&page, &to("accept"), &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let shown = house.reader.page(&page).await;
    assert!(shown.contains("Being signed") && shown.contains("Accepted until"));
    house.reader.post(&page, &to("reopen"), &[]).await;
    let wrong =
        house.reader.post(&page, &to("assign"), &[("assignee", "nobody"), ("due", "x")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [("assignee", ""), ("due", "2027-01-31")];
    assert_eq!(
        house.reader.post(&page, &to("assign"), &fields).await.status,
        StatusCode::SEE_OTHER
    );
    house.reader.post(&page, &to("note"), &[("note", "Asked the lawyer")]).await;
    let shown = house.reader.page(&page).await;
    assert!(shown.contains("Asked the lawyer") && shown.contains("31 Jan 2027"), "{shown}");
    house.reader.post(&page, &to("mended"), &[]).await;
    assert!(house.reader.page(&page).await.contains("Still there"));
    set(house.comply.store(), "UPDATE recipient SET contract = 'C-17'").await;
    house.reader.post(&page, &to("mended"), &[]).await;
    assert!(house.reader.page(&page).await.contains("Fixed and verified"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_only_read_changes_nothing() {
    let mut house = house("en", "auditor").await;
    house.comply.run(me(), Reason::Asked).await.unwrap();
    let id = id_of(&house.comply, "recipient-contract").await;
    let page = house.reader.page(&format!("/console/findings/{id}")).await;
    assert!(!page.contains("/accept") && !page.contains("/mended"));
    let mut house = self::house("en", "employee").await;
    assert_eq!(house.reader.get("/console/findings").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn programs_run_read_and_accept() {
    let mut house = house("en", "owner").await;
    let ran = house.reader.api("findings:write", "/v1/audits", "{}").await;
    assert_eq!(ran.status, StatusCode::CREATED);
    assert!(ran.text.contains("\"eu-gdpr\""));
    let listed = house.reader.api("findings:read", "/v1/findings?severity=error&limit=1", "").await;
    let listed: serde_json::Value = serde_json::from_str(&listed.text).unwrap();
    let first = &listed["findings"][0];
    assert_eq!(first["check"], "recipient-contract");
    let path = format!("/v1/findings/{}/accept", first["id"].as_str().unwrap());
    let wrong = house.reader.api("findings:write", &path, r#"{"reason":"x","days":9999}"#).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let accepted = house.reader.api("findings:write", &path, r#"{"reason":"x","days":9}"#).await;
    assert_eq!(accepted.status, StatusCode::OK, "{}", accepted.text);
    assert!(accepted.text.contains("\"accepted\""));
    let unknown = house
        .reader
        .api("findings:write", "/v1/findings/none/accept", r#"{"reason":"x","days":9}"#)
        .await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    let refused = house.reader.api("audit:read", "/v1/findings", "").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}
