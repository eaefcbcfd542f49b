//! What is removed, and what stops it.

use retain::{NewHold, Scope};
use rights::{Kind, Request, keep::TABLES};
use store::{now, sqlx};

use crate::house::{DAY, House, house, me};

/// Long after everything.
fn later() -> i64 {
    now() + 800 * DAY
}

async fn closed(house: &House, address: &str) -> Request {
    let request = house.asked(Kind::Access, address).await;
    house.rights.note(&me(), request, "Looked.").await.unwrap();
    let request = house.rights.requests_of(&crate::house::person(address)).await.unwrap().remove(0);
    house.rights.answer(&me(), request.clone(), "Here it is.").await.unwrap();
    house.rights.request(&request.id).await.unwrap()
}

async fn is_there(house: &House, request: &Request) -> bool {
    house.rights.request(&request.id).await.is_ok()
}

/// Rows of a request in everything that is kept of it.
async fn fill(house: &House, id: &str) {
    for sql in [
        format!("INSERT INTO rights_link (hash, request, expires_at) VALUES ('h', '{id}', 0)"),
        format!(
            "INSERT INTO rights_pause (id, request, reason, from_at, to_at) VALUES ('p', '{id}', 'fee', 1, 2)"
        ),
        format!(
            "INSERT INTO rights_search (request, stage, asked_at, asked_by) VALUES ('{id}', 'done', 1, '')"
        ),
        format!(
            "INSERT INTO rights_bundle (request, stage, expires_at) VALUES ('{id}', 'gone', 1)"
        ),
        format!("INSERT INTO rights_bundle_lock (request, sealed, made_at) VALUES ('{id}', '', 1)"),
        format!(
            "INSERT INTO rights_degree (request, at, actor, sealed) VALUES ('{id}', 1, '', '')"
        ),
        format!(
            "INSERT INTO rights_move (request, state, host, sealed, asked_at) VALUES ('{id}', 'arrived', '', '', 1)"
        ),
        format!("INSERT INTO rights_told (request, recipient, name) VALUES ('{id}', 'r', 'R')"),
        format!(
            "INSERT INTO rights_held (request, stage, asked_at, asked_by) VALUES ('{id}', 'failed', 1, '')"
        ),
        format!(
            "INSERT INTO rights_correction (id, request, at, source, place, field, category, row_key, before, after, state, proposed_at, proposed_by) VALUES ('c', '{id}', 1, '', '', '', '', '', '', '', 'written', 1, '')"
        ),
        format!(
            "INSERT INTO rights_erasure (request, stage, asked_at, asked_by) VALUES ('{id}', 'done', 1, '')"
        ),
        format!("INSERT INTO rights_erasure_step (request, at, body) VALUES ('{id}', 1, '')"),
        format!(
            "INSERT INTO rights_erasure_keys (request, at, shared, round, n, sealed) VALUES ('{id}', 1, 0, 1, 0, '')"
        ),
        format!(
            "INSERT INTO rights_erasure_file (request, at, round, stamp, swept) VALUES ('{id}', 1, 1, '', '')"
        ),
        format!("INSERT INTO rights_identity (request) VALUES ('{id}')"),
        format!(
            "INSERT INTO rights_paper (id, request, at, media, bytes, removed_at) VALUES ('d', '{id}', 1, '', 1, 2)"
        ),
        format!("INSERT INTO rights_origin (origin, request) VALUES ('o', '{id}')"),
        format!(
            "INSERT INTO rights_task (id, request, source, name, step, why, detail, owner, stand, margin, made_at, seen_at) VALUES ('t', '{id}', 's', '', 'search', 'down', '', '', 'done', 0, 1, 1)"
        ),
        format!(
            "INSERT INTO rights_reminder (request, step, until, at) VALUES ('{id}', 'due-half', 1, 1)"
        ),
    ] {
        house.set(&sql).await;
    }
}

async fn removal(postgres: bool) {
    let house = house(postgres).await;
    let old = closed(&house, "li@example.com").await;
    fill(&house, &old.id).await;
    for table in TABLES {
        let sql = format!("SELECT COUNT(*) FROM {table} WHERE request = '{}'", old.id);
        assert!(house.number(&sql).await > 0, "{table} holds nothing of the request to be removed");
    }
    let open = house.asked(Kind::Erasure, "li@example.com").await;

    // Not a day too early.
    assert_eq!(house.rights.remove_old(now() + 729 * DAY).await.unwrap(), 0);
    assert_eq!(house.rights.remove_old(later()).await.unwrap(), 1);

    assert!(!is_there(&house, &old).await);
    assert!(is_there(&house, &open).await, "an open request is never removed");
    for table in TABLES {
        let sql = format!("SELECT COUNT(*) FROM {table} WHERE request = '{}'", old.id);
        assert_eq!(house.number(&sql).await, 0, "{table}");
    }
    assert_eq!(house.actions("rights.requests_removed").await, 1);
    assert_eq!(house.actions("rights.removed").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_of_an_old_request_is_removed() {
    removal(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_of_an_old_request_is_removed_on_postgresql() {
    removal(true).await;
}

async fn what_stops_it(postgres: bool) {
    let house = house(postgres).await;
    let held = closed(&house, "held@example.com").await;
    let looked = closed(&house, "looked@example.com").await;
    let copied = closed(&house, "copied@example.com").await;
    let appealed = closed(&house, "appealed@example.com").await;
    let hold = NewHold {
        name: "Case 2026-114".into(),
        reason: "A suit".into(),
        source: String::new(),
        scope: Scope::Customer { kind: "email".into(), values: vec!["Held@Example.com".into()] },
        from: now(),
        until: 0,
    };
    let hold = house.retain.make_hold(&me(), &hold).await.unwrap();
    let appeal = house.asked(Kind::Access, "appealed@example.com").await;
    for sql in [
        format!("UPDATE rights_request SET about = '{}' WHERE id = '{}'", appealed.id, appeal.id),
        format!(
            "INSERT INTO rights_erasure (request, stage, asked_at, asked_by, next_look) VALUES ('{}', 'done', 1, '', {})",
            looked.id,
            later()
        ),
        format!(
            "INSERT INTO rights_bundle (request, stage, expires_at) VALUES ('{}', 'ready', 1)",
            copied.id
        ),
    ] {
        house.set(&sql).await;
    }

    assert_eq!(house.rights.remove_old(later()).await.unwrap(), 0);
    assert_eq!(
        house.actions("rights.requests_removed").await,
        0,
        "nothing happened, nothing is told"
    );

    // Each goes when what stopped it is over.
    house.retain.end_hold(&me(), &hold).await.unwrap();
    assert_eq!(house.rights.remove_old(later()).await.unwrap(), 1);
    assert!(!is_there(&house, &held).await);
    house.set("UPDATE rights_erasure SET next_look = 0").await;
    assert_eq!(house.rights.remove_old(later()).await.unwrap(), 1);
    assert!(!is_there(&house, &looked).await);
    house.set("UPDATE rights_bundle SET stage = 'gone'").await;
    assert_eq!(house.rights.remove_old(later()).await.unwrap(), 1);
    let appeal = house.rights.request(&appeal.id).await.unwrap();
    house.rights.answer(&me(), appeal, "It stays as it is.").await.unwrap();
    assert_eq!(house.rights.remove_old(later()).await.unwrap(), 1, "the appeal goes first");
    assert_eq!(house.rights.remove_old(later()).await.unwrap(), 1, "then what it was about");
    assert_eq!(house.number("SELECT COUNT(*) FROM rights_request").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn holds_looks_copies_and_appeals_stop_a_removal() {
    what_stops_it(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn holds_looks_copies_and_appeals_stop_a_removal_on_postgresql() {
    what_stops_it(true).await;
}

/// A table that somebody adds and nobody removes would keep what must go, or stop the removal.
#[tokio::test]
async fn every_table_that_refers_to_requests_is_removed() {
    let house = house(false).await;
    let sql = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL";
    let tables: Vec<(String, String)> =
        sqlx::query_as(sql).fetch_all(house.store().reader()).await.unwrap();
    let refer = |sql: &str| {
        sql.contains("REFERENCES rights_request") || sql.contains("REFERENCES rights_erasure")
    };
    let mut found: Vec<&str> =
        tables.iter().filter(|(_, sql)| refer(sql)).map(|(name, _)| name.as_str()).collect();
    let mut known = TABLES.to_vec();
    found.sort_unstable();
    known.sort_unstable();
    assert_eq!(found, known, "left: the schema, right: what is removed with a request");
}
