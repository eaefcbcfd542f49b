//! Unsubscribing as RFC 8058 has it, the double opt-in before it, and the lists after it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use consent::{Choice, decide::Ask, decide::Reason, receipt};
use serde_json::json;
use sqlx::Row as _;
use support::{BASE, House, call, mail};

on_both_engines!(
    from_a_double_opt_in_to_one_click_to_a_receipt_checked_offline,
    a_look_at_every_link_changes_nothing,
    somebody_we_never_heard_of_can_unsubscribe_by_hand,
    one_click_takes_both_forms_of_the_body_and_nothing_else,
    a_damaged_token_opens_nothing_and_says_so_kindly,
    an_undo_restores_what_was_and_only_that,
    the_suppression_list_names_who_said_no,
    nothing_in_the_database_names_a_person,
);

/// The path of a fresh unsubscribe link.
async fn link(house: &House, address: &str, purposes: &[&str]) -> (String, serde_json::Value) {
    let token = house.program("unsubscribe:link").await;
    let body =
        json!({ "subjects": [{ "email": address }], "purposes": purposes, "language": "en" });
    let answer = call(house, &token, "/v1/unsubscribe-links", Some(body)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let link = answer.json()["links"][0].clone();
    let url = link["url"].as_str().unwrap().to_owned();
    assert!(!url.contains("li") || !url.contains("example.com"), "no identifier in clear");
    (url.replace(BASE, ""), link["headers"].clone())
}

/// What a mail program sends: no cookie, this body.
async fn press(house: &House, path: &str) -> support::Answer {
    let fields = [("List-Unsubscribe", "One-Click")];
    house.browser().post_raw(path, &fields).await
}

async fn reason(house: &House, address: &str) -> Reason {
    let ask = Ask::default();
    house.consent.decide(&mail(address), "email_marketing", &ask).await.unwrap().reason
}

async fn from_a_double_opt_in_to_one_click_to_a_receipt_checked_offline(house: House) {
    // A company's site records a yes; until it is confirmed it is none.
    let token = house.program("consent:write").await;
    let body = json!({
        "subject": { "email": "li@example.com" }, "notice": "newsletter", "language": "zh-CN",
        "choices": { "email_marketing": true }, "channel": "web",
    });
    let recorded = call(&house, &token, "/v1/consents", Some(body)).await;
    assert_eq!(recorded.status, StatusCode::CREATED, "{}", recorded.body);
    assert_eq!(reason(&house, "li@example.com").await, Reason::Pending);

    // The letter comes; looking at its link changes nothing, pressing the button does.
    let letter = house.smtp.wait_for(1).await;
    assert_eq!(letter.to, "li@example.com");
    assert!(letter.text().contains("邮件资讯"), "{}", letter.text());
    let path = letter.link(&format!("{BASE}/privacy/confirm/")).replace(BASE, "");
    let page = house.browser().get(&path).await;
    assert!(page.body.contains("是的，是我本人"), "{}", page.body);
    assert_eq!(reason(&house, "li@example.com").await, Reason::Pending);
    let done = house.browser().post_raw(&path, &[]).await;
    assert!(done.body.contains("已确认"), "{}", done.body);
    assert_eq!(reason(&house, "li@example.com").await, Reason::Granted);
    assert_eq!(house.browser().post_raw(&path, &[]).await.status, StatusCode::NOT_FOUND);

    // The sender asks for headers; the mail program presses.
    let (path, headers) = link(&house, "li@example.com", &["email_marketing"]).await;
    assert_eq!(headers["List-Unsubscribe"], format!("<{BASE}{path}>"));
    assert_eq!(headers["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click");
    let pressed = press(&house, &path).await;
    assert_eq!(pressed.status, StatusCode::OK);
    assert_eq!(reason(&house, "li@example.com").await, Reason::Withdrawn);

    // Both events and the withdrawal are records with receipts that anybody can check.
    let consent = &house.consent;
    let known = consent.find(&mail("li@example.com").blind(consent.vault())).await.unwrap();
    let records = consent.records_of(&known.people[0]).await.unwrap();
    let states: Vec<Choice> = records.iter().map(|r| r.choices["email_marketing"]).collect();
    assert_eq!(states, [Choice::Pending, Choice::Granted, Choice::Withdrawn]);
    assert!(records.iter().all(|r| (r.notice.as_str(), r.notice_version) == ("newsletter", 1)));
    assert_eq!(records[1].ip, "203.0.113.0/24");
    assert_eq!(records[2].ip, "", "a mail provider's address says nothing about the person");
    for record in &records {
        let document = consent.receipt(&record.id).await.unwrap().document.value();
        let proved = receipt::verify(&document, Some(consent.signer().public())).unwrap();
        assert_eq!(proved.id, record.id);
    }
}

async fn a_look_at_every_link_changes_nothing(house: House) {
    let li = mail("li@example.com");
    house.choose(&li, &[("email_marketing", Choice::Granted)], true).await;
    let (path, _) = link(&house, "li@example.com", &["email_marketing"]).await;

    for method in ["GET", "HEAD"] {
        let request = Request::builder().method(method).uri(&path).body(Body::empty()).unwrap();
        assert_eq!(house.browser().ask(request).await.status, StatusCode::OK, "{method}");
    }
    let page = house.browser().get(&path).await;

    assert!(page.body.contains("News by e-mail") && page.body.contains("<form method=\"post\""));
    assert!(
        page.header("set-cookie").is_empty() || !page.header("set-cookie").contains("customer")
    );
    assert!(house.allows(&li, "email_marketing").await);
}

async fn somebody_we_never_heard_of_can_unsubscribe_by_hand(house: House) {
    let (path, _) = link(&house, "stranger@example.com", &["offers"]).await;
    let mut browser = house.browser();

    let page = browser.get(&path).await;
    assert!(page.body.contains("One press, and you get no more of"), "{}", page.body);
    let fields = [("List-Unsubscribe", "One-Click"), ("from", "page")];
    assert_eq!(browser.post_raw(&path, &fields).await.status, StatusCode::OK);

    let again = browser.get(&path).await;
    assert!(again.body.contains("You are unsubscribed"), "{}", again.body);
    let state = house.consent.states_of(&mail("stranger@example.com")).await.unwrap();
    assert_eq!(state["offers"].choice, Choice::Denied);
}

async fn one_click_takes_both_forms_of_the_body_and_nothing_else(house: House) {
    let li = mail("li@example.com");
    house.choose(&li, &[("email_marketing", Choice::Granted)], true).await;
    let (path, _) = link(&house, "li@example.com", &["email_marketing"]).await;
    for fields in [&[][..], &[("List-Unsubscribe", "Two-Clicks")], &[("x", "One-Click")]] {
        let refused = house.browser().post_raw(&path, fields).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{fields:?}");
    }
    assert!(house.allows(&li, "email_marketing").await);

    let body = "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n";
    let request = Request::post(&path)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
        .body(Body::from(body));
    let pressed = house.browser().ask(request.unwrap()).await;

    assert_eq!(pressed.status, StatusCode::OK, "{}", pressed.body);
    assert!(!house.allows(&li, "email_marketing").await);
    // Providers press twice; the second time nothing is left to do.
    assert_eq!(press(&house, &path).await.status, StatusCode::OK);
    let rows: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM consent_record")
        .fetch_one(house.store().reader())
        .await
        .unwrap();
    assert_eq!(rows, 2);
    let took: i64 = sqlx::query_scalar("SELECT took_us FROM preference_unsubscribed")
        .fetch_one(house.store().reader())
        .await
        .unwrap();
    assert!((1..10_000_000).contains(&took), "{took} µs");
}

async fn a_damaged_token_opens_nothing_and_says_so_kindly(house: House) {
    let (path, _) = link(&house, "li@example.com", &["email_marketing"]).await;
    let cut = &path[..path.len() - 5];
    let mut other = path.clone().into_bytes();
    let last = other.len() - 10;
    other[last] = if other[last] == b'A' { b'B' } else { b'A' };
    let other = String::from_utf8(other).unwrap();
    for bad in [cut, &other, "/u/x", &format!("/u/{}", "A".repeat(20_000))] {
        let page = house.browser().get(bad).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{bad:.40}");
        assert!(page.body.contains("does not work any more"));
        assert_eq!(press(&house, bad).await.status, StatusCode::NOT_FOUND);
    }
    let unknown = house.consent.find(&mail("li@example.com").blind(house.consent.vault())).await;
    assert!(unknown.unwrap().people.is_empty());
}

async fn an_undo_restores_what_was_and_only_that(house: House) {
    let li = mail("li@example.com");
    house.choose(&li, &[("email_marketing", Choice::Granted)], true).await;
    let (path, _) = link(&house, "li@example.com", &["email_marketing", "offers"]).await;
    let mut browser = house.browser();

    let page =
        browser.post_raw(&path, &[("List-Unsubscribe", "One-Click"), ("from", "page")]).await;
    assert!(!house.allows(&li, "email_marketing").await);
    let undo =
        support::between(&page.body, "name=\"undo\" value=\"", "\"").expect("an undo is offered");
    let other = link(&house, "wang@example.com", &["email_marketing"]).await.0;
    let stolen = browser.post_raw(&format!("{other}/undo"), &[("undo", &undo)]).await;
    assert_eq!(stolen.status, StatusCode::CONFLICT, "an undo belongs to its letter");
    let undone = browser.post_raw(&format!("{path}/undo"), &[("undo", &undo)]).await;

    assert!(undone.body.contains("subscribed again"), "{}", undone.body);
    assert!(house.allows(&li, "email_marketing").await);
    assert!(!house.allows(&li, "offers").await, "was never agreed to");
    assert!(!house.allows(&mail("wang@example.com"), "email_marketing").await);
}

async fn the_suppression_list_names_who_said_no(house: House) {
    house.choose(&mail("li@example.com"), &[("offers", Choice::Granted)], true).await;
    house.choose(&mail("wang@example.com"), &[("offers", Choice::Denied)], true).await;
    let (path, _) = link(&house, "stranger@example.com", &["offers"]).await;
    press(&house, &path).await;
    let token = house.program("suppressions:read").await;

    let list = call(&house, &token, "/v1/suppressions?purpose=offers", None).await;

    assert_eq!(list.header("content-type"), "text/csv; charset=utf-8");
    let lines: Vec<&str> = list.body.lines().collect();
    assert_eq!(lines[0], "identifier,choice,since");
    assert_eq!(lines.len(), 3, "{}", list.body);
    assert!(list.body.contains("wang@example.com,denied,20") && list.body.contains("stranger@"));
    let wrong = call(&house, &token, "/v1/suppressions?purpose=none", None).await;
    assert_eq!(wrong.status, StatusCode::NOT_FOUND);
    // A token made by one person of the console takes the list away once a second one agreed.
    let scopes = &["suppressions:read".to_owned()];
    let purposes = &["offers".to_owned()];
    let new = web::NewToken { scopes, purposes, ..web::NewToken::default() };
    let (id, made) = house.web.make_token(support::me(), new).await.unwrap();
    let waits = call(&house, &made, "/v1/suppressions?purpose=offers", None).await;
    assert_eq!(waits.status, StatusCode::FORBIDDEN);
    assert!(waits.body.contains("urn:privet:problem:approval"), "{}", waits.body);
    let asked = house.web.approvals();
    let action = web::access::Action::BulkExport;
    let asked = asked.ask("tester", action, "token", &id, "the mail system").await.unwrap();
    assert!(house.web.approvals().approve("tester", &asked.0).await.is_err(), "not oneself");
    house.web.approvals().approve("colleague", &asked.0).await.unwrap();
    let list = call(&house, &made, "/v1/suppressions?purpose=offers", None).await;
    assert_eq!(list.status, StatusCode::OK, "{}", list.body);
    let other = house.program("consent:read").await;
    let refused = call(&house, &other, "/v1/suppressions?purpose=offers", None).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

async fn nothing_in_the_database_names_a_person(house: House) {
    house.choose(&mail("li.lei@example.com"), &[("email_marketing", Choice::Granted)], false).await;
    house.smtp.wait_for(1).await;
    let mut browser = house.signed_in("li.lei@example.com", 1).await;
    browser.post("/privacy/preferences", "/privacy/preferences/withdraw-all", &[]).await;
    let (path, _) = link(&house, "li.lei@example.com", &["offers"]).await;
    press(&house, &path).await;

    let mut all = String::new();
    for table in [
        "preference_link",
        "preference_request",
        "preference_session",
        "preference_unsubscribed",
        "preference_setting",
        "web_mail",
        "job",
        "ledger_entry",
        "consent_record",
    ] {
        let json = if house.store().is_postgres() { "row_to_json(t)::text" } else { "" };
        let columns: Vec<String> = if json.is_empty() {
            sqlx::query(sqlx::AssertSqlSafe(format!(
                "SELECT name FROM pragma_table_info('{table}')"
            )))
            .fetch_all(house.store().reader())
            .await
            .unwrap()
            .iter()
            .map(|row| format!("COALESCE(CAST({} AS TEXT), '')", row.get::<String, _>(0)))
            .collect()
        } else {
            vec![json.to_owned()]
        };
        let sql = format!("SELECT {} FROM {table} t", columns.join(" || ' ' || "));
        for row in
            sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(house.store().reader()).await.unwrap()
        {
            all.push_str(&row.get::<String, _>(0));
            all.push('\n');
        }
    }
    assert!(all.contains("consent"), "the tables were read");
    assert!(!all.contains("li.lei") && !all.contains("example.com"), "{all}");
}
