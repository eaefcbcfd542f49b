//! The audit view, as its readers use it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[macro_use]
mod support;

use audit::Audit;
use axum::http::StatusCode;
use serde_json::Value;
use support::{customer, owner, with_role};

const MAIL: &str = "li.lei@example.com";

async fn every_page_is_whole_in_both_languages(room: Audit) {
    let id = customer(&room, MAIL).await;
    for lang in ["en", "zh-CN"] {
        let mut reader = owner(&room, lang).await;
        for path in [
            "/console/audit".to_owned(),
            "/console/audit?group=account&from=2020-01-01&until=2100-01-01".to_owned(),
            "/console/audit?purpose=none".to_owned(),
            "/console/audit/lines/1".to_owned(),
            format!("/console/audit/customers/{id}"),
        ] {
            reader.page(&path).await;
        }
    }
}

async fn a_customer_is_found_by_what_is_typed_and_followed(room: Audit) {
    let (id, other) =
        (customer(&room, MAIL).await, customer(&room, "han.meimei@example.com").await);
    let mut reader = owner(&room, "en").await;
    let lookup =
        format!("{{\"subject\":{{\"email\":\"{MAIL}\"}},\"reading_for\":\"customer_support\"}}");
    let read = reader.api("consent:read", "/v1/preferences/lookup", &lookup).await;
    assert_eq!(read.status, StatusCode::OK, "{}", read.text);
    // Free text would stand in the ledger for ever, and might be somebody's number.
    let number = lookup.replace("customer_support", "13812345678");
    let refused = reader.api("consent:read", "/v1/preferences/lookup", &number).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text);
    assert!(!refused.text.contains("13812345678"), "{}", refused.text);

    let fields = [("kind", "email"), ("identifier", " Li.Lei@Example.COM ")];
    let found = reader.post("/console/audit", "/console/audit/customer", &fields).await;

    assert_eq!(found.location, format!("/console/audit/customers/{id}"));
    let page = reader.page(&found.location).await;
    let list = page.split_once("id=\"list\"").unwrap().1;
    assert!(
        list.contains("Read personal data") && list.contains("Answer a customer’s question"),
        "{list}"
    );
    assert!(list.contains("Identifiers of one customer were linked"), "{list}");
    assert!(!list.contains(&other.0) && !page.contains(MAIL), "{list}");
    let again = reader.page(&found.location).await;
    assert!(again.contains("Read the audit view"), "looking is about the customer as well");
}

async fn nobody_and_nonsense_are_told(room: Audit) {
    let mut reader = owner(&room, "en").await;
    let nobody = [("kind", "email"), ("identifier", "nobody@example.com")];
    let answer = reader.post("/console/audit", "/console/audit/customer", &nobody).await;
    assert!(answer.text.contains("Nobody is known by this identifier"), "{}", answer.text);
    let wrong = [("kind", "email"), ("identifier", "no address")];
    let answer = reader.post("/console/audit", "/console/audit/customer", &wrong).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(reader.get("/console/audit/customers/none").await.status, StatusCode::NOT_FOUND);
}

async fn who_may_not_is_refused(room: Audit) {
    let mut reader = with_role(&room, "en", "marketer").await;
    for path in ["/console/audit", "/console/audit/lines/1"] {
        assert_eq!(reader.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    for path in ["/console/audit/export.csv", "/console/audit/export"] {
        let refused = reader.post("/console/account", path, &[("reason", "I am curious")]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
    }
    let refused = reader.api("consent:read", "/v1/audit", "").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

async fn reading_is_one_entry_with_the_kind_of_filter_only(room: Audit) {
    let mut reader = owner(&room, "en").await;
    let before = count(&room).await;

    reader.page("/console/audit?group=read&object=secret-value").await;
    assert_eq!(count(&room).await - before, 1);
    let (shape, action): (String, String) =
        sqlx::query_as("SELECT object_id, action FROM ledger_entry ORDER BY seq DESC LIMIT 1")
            .fetch_one(room.store().reader())
            .await
            .unwrap();
    assert_eq!((shape.as_str(), action.as_str()), ("group,object", "audit.viewed"));
}

async fn count(room: &Audit) -> i64 {
    sqlx::query_scalar("SELECT COUNT(*) FROM ledger_entry")
        .fetch_one(room.store().reader())
        .await
        .unwrap()
}

async fn exports_hold_what_is_filtered_and_go_on_from_a_position(room: Audit) {
    for n in 0..30 {
        customer(&room, &format!("{}@example.com", "x".repeat(n + 1))).await;
    }
    let mut reader = owner(&room, "en").await;
    let path = "/console/audit/export.jsonl?group=consent";

    let all = taken(&room, &mut reader, path).await;
    let positions: Vec<i64> = all
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["position"].as_i64().unwrap())
        .collect();
    let rest = taken(&room, &mut reader, &format!("{path}&after={}", positions[9])).await;

    assert!(positions.len() >= 30 && positions.is_sorted(), "{positions:?}");
    assert_eq!(rest, all.lines().skip(10).flat_map(|line| [line, "\n"]).collect::<String>());
    for format in ["csv", "cef", "ecs"] {
        let path = format!("/console/audit/export.{format}?group=consent");
        let text = taken(&room, &mut reader, &path).await;
        let lines = text.lines().count() - usize::from(format == "csv");
        assert_eq!(lines, positions.len(), "{format}");
    }
    let other = taken(&room, &mut reader, "/console/audit/export.csv?group=account").await;
    assert!(!other.contains("subject."));
    let program = reader.post("/console/audit", "/console/audit/export.exe", &[]).await;
    assert_eq!(program.status, StatusCode::NOT_FOUND);
}

/// A download to which a colleague agrees.
async fn taken(room: &Audit, reader: &mut web::testing::reader::Reader, path: &str) -> String {
    let query = path.split_once('?').unwrap().1;
    let ask = format!("/console/audit/export?{query}");
    let asked = reader.post("/console/audit", &ask, &[("reason", "the yearly audit")]).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text);
    agree(room).await;
    let answer = reader.post("/console/audit", path, &[]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.text
}

/// As a colleague.
async fn agree(room: &Audit) {
    let web = web::Web::open(room.store().clone(), web::WebConfig::default()).await.unwrap();
    for one in web.approvals().list(None).await.unwrap() {
        if one.state == web::access::ApprovalState::Open {
            web.approvals().approve("colleague", &one.id).await.unwrap();
        }
    }
}

async fn nobody_takes_the_audit_view_away_alone(room: Audit) {
    customer(&room, MAIL).await;
    for (role, lang) in [("auditor", "en"), ("privacy_officer", "zh-CN")] {
        let mut reader = with_role(&room, lang, role).await;
        let (list, path) =
            ("/console/audit?group=consent", "/console/audit/export.csv?group=consent");
        let ask = "/console/audit/export?group=consent";
        assert!(reader.page(list).await.contains("action=\"/console/audit/export?group=consent\""));

        let alone = reader.post(list, path, &[]).await;
        assert_eq!(alone.status, StatusCode::CONFLICT, "{role}");
        let mute = reader.post(list, ask, &[("reason", "")]).await;
        assert_eq!(mute.status, StatusCode::BAD_REQUEST, "{role}");
        reader.post(list, ask, &[("reason", "the yearly audit")]).await;
        let waiting = reader.post(list, path, &[]).await;
        assert_eq!(waiting.status, StatusCode::CONFLICT, "{role}");
        assert!(!reader.page(list).await.contains("export.csv"), "it waits");
        agree(&room).await;
        assert!(reader.page(list).await.contains("export.csv"));
        let other = reader.post(list, "/console/audit/export.csv?group=account", &[]).await;
        assert_eq!(other.status, StatusCode::CONFLICT, "{role}: agreed to other lines");
        assert_eq!(reader.post(list, path, &[]).await.status, StatusCode::OK, "{role}");
        let again = reader.post(list, path, &[]).await;
        assert_eq!(again.status, StatusCode::CONFLICT, "{role}: once");
    }
}

async fn the_api_pages_with_a_cursor(room: Audit) {
    for n in 0..12 {
        customer(&room, &format!("{}@example.com", "y".repeat(n + 1))).await;
    }
    let mut reader = owner(&room, "en").await;
    let (mut cursor, mut seen) = ("0".to_owned(), Vec::new());
    loop {
        let path = format!("/v1/audit?limit=5&group=consent&cursor={cursor}");
        let answer = reader.api("audit:read", &path, "").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        let answer: Value = serde_json::from_str(&answer.text).unwrap();
        for entry in answer["entries"].as_array().unwrap() {
            seen.push(entry["position"].as_i64().unwrap());
        }
        answer["next_cursor"].as_str().unwrap().clone_into(&mut cursor);
        if answer["more"] == false {
            break;
        }
    }
    assert!(seen.len() >= 12 && seen.windows(2).all(|two| two[0] < two[1]), "{seen:?}");
    let wrong = reader.api("audit:read", "/v1/audit?limit=0", "").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
}

async fn a_line_is_taken_with_its_proof(room: Audit) {
    let id = customer(&room, "li@example.com").await;
    let mut reader = owner(&room, "en").await;
    let filter = store::LedgerFilter { object_id: Some(id.0.clone()), ..Default::default() };
    let row = room.store().ledger().page(&filter, None, 1).await.unwrap().remove(0);
    let page = reader.page(&format!("/console/audit/lines/{}", row.seq)).await;
    let path = format!("/console/audit/lines/{}/proof", row.seq);
    assert!(page.contains(&path));

    let answer: Value = serde_json::from_str(&reader.get(&path).await.text).unwrap();

    let proof = ledger::LogProof::from_json(&answer["log_proof"]).unwrap();
    let key = room.store().ledger().key().await.unwrap();
    let placed = proof.check(key.public()).unwrap();
    assert_eq!(placed.leaf.encode(), row.encode().ok());
    assert_eq!(answer["entry"]["position"], row.seq);
    assert_eq!(answer["entry"]["customer"], id.0.as_str());
    let noted = store::LedgerFilter {
        action: Some("audit.proof_taken".into()),
        subject: Some(id.0),
        ..Default::default()
    };
    assert_eq!(room.store().ledger().page(&noted, None, 9).await.unwrap().len(), 1);
    let missing = reader.get("/console/audit/lines/99999/proof").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}

async fn the_old_address_leads_here_and_the_chain_is_checked(room: Audit) {
    let mut reader = owner(&room, "en").await;
    let old = reader.get("/console/activity?actor=cli").await;
    assert_eq!(old.location, "/console/audit?actor=cli");
    let done = reader.post("/console/audit", "/console/audit/check", &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    assert!(reader.page("/console/audit").await.contains("The log is intact: all"));
}

/// What somebody with access to the database changed is seen, and so is the rest: the page works
/// although it can no longer record that it is read.
async fn a_damaged_ledger_can_still_be_read(room: Audit) {
    let mut reader = owner(&room, "en").await;
    for n in 0..5 {
        customer(&room, &format!("{}@example.com", "z".repeat(n + 1))).await;
    }
    let changed = "UPDATE ledger_entry SET actor = 'person:somebody-else' WHERE seq = 3";
    support::set(&room, changed).await;
    let checked = reader.post("/console/audit", "/console/audit/check", &[]).await;
    assert!(checked.text.contains("The ledger is damaged"), "{}", checked.text);

    let page = reader.page("/console/audit").await;
    let line = reader.page("/console/audit/lines/3").await;

    assert!(page.contains("The ledger is damaged") && page.contains("/console/audit/lines/"));
    assert!(line.contains("The ledger is damaged"), "{line}");
    assert!(!page.contains("export.jsonl"), "an export would leave no trace");
    let refused = reader.post("/console/audit", "/console/audit/export.jsonl", &[]).await;
    assert!(!refused.status.is_success(), "{}", refused.status);
}

on_both_engines!(
    a_damaged_ledger_can_still_be_read,
    nobody_takes_the_audit_view_away_alone,
    every_page_is_whole_in_both_languages,
    a_customer_is_found_by_what_is_typed_and_followed,
    nobody_and_nonsense_are_told,
    who_may_not_is_refused,
    reading_is_one_entry_with_the_kind_of_filter_only,
    exports_hold_what_is_filtered_and_go_on_from_a_position,
    the_api_pages_with_a_cursor,
    a_line_is_taken_with_its_proof,
    the_old_address_leads_here_and_the_chain_is_checked,
);
