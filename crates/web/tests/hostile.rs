//! What hostile people type: templates, paths out of the house, headers inside values.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use axum::http::StatusCode;
use common::House;
use store::testing::temp_sqlite;

/// Pages are compiled, so nothing typed is ever read as a template; and it is shown as it was typed.
#[tokio::test]
async fn what_is_typed_is_never_a_template() {
    let (store, _guard) = temp_sqlite().await;
    let house = House::open(store).await;
    let mut owner = house.owner().await;
    for typed in [
        "{{ 1733 * 2 }}",
        "{% include \"web/me.html\" %}",
        "${1733*2}",
        "<%= 1733*2 %>",
        "#{1733*2}",
        "{ $name }",
        "<script>alert(1733*2)</script>",
        "\" autofocus onfocus=\"alert(1)",
    ] {
        let name = [("name", typed)];
        let done = owner.post("/console/account", "/console/account/name", &name).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{typed}");
        let made = owner
            .send("/console/tokens/new", &[("name", typed), ("scope", "decide"), ("days", "7")])
            .await;
        assert_eq!(made.status, StatusCode::OK);
        for path in ["/console/account", "/console/people", "/console/tokens"] {
            let page = owner.get(path).await.body;
            assert!(!page.contains("3466"), "{typed} was computed on {path}");
            assert!(!page.contains("<script>alert"), "{typed} became code on {path}");
            assert!(!page.contains("\" autofocus onfocus=\"alert"), "{typed} left its place");
        }
    }
}

#[tokio::test]
async fn no_path_leads_out_of_the_assets() {
    let (store, _guard) = temp_sqlite().await;
    let house = House::open(store).await;
    let mut visitor = house.visitor();
    assert_eq!(visitor.get("/assets/privet.css").await.status, StatusCode::OK);
    for path in [
        "/assets/../Cargo.toml",
        "/assets/..%2fCargo.toml",
        "/assets/%2e%2e/%2e%2e/Cargo.toml",
        "/assets/..%5cCargo.toml",
        "/assets//etc/passwd",
        "/assets/%2fetc%2fpasswd",
        "/assets/privet.css%00.html",
        "/assets/",
    ] {
        let answer = visitor.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(!answer.body.contains("root:") && !answer.body.contains("[package]"), "{path}");
    }
}

/// A value with a line break would split the answer's head in two.
#[tokio::test]
async fn no_line_break_gets_into_a_header() {
    let (store, _guard) = temp_sqlite().await;
    let house = House::open(store).await;
    let mut visitor = house.visitor();
    for back in ["/console%0d%0aSet-Cookie:%20evil=1", "/console%0aX-Evil:%201"] {
        let page = visitor.get(&format!("/signin?back={back}")).await;
        assert!(!page.headers.contains_key("x-evil"));
        let fields = [("lang", "en"), ("back", "/a\r\nSet-Cookie: evil=1")];
        let done = visitor.post("/signin", "/preferences", &fields).await;
        assert!(!done.location().contains("evil"), "{}", done.location());
        assert!(!visitor.cookies.contains_key("evil"));
    }
}
