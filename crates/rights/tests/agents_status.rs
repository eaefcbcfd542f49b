//! What an agent is told in each turn of a request's life, and until when it can take it back.
#![allow(clippy::unwrap_used, clippy::expect_used)] // Helpers of tests are not in a test function.

#[path = "agents/network.rs"]
mod network;

use network::{Agent, House, all_good, me, secret_in, soon};
use rights::{Request, RightsError, State, erase::Stage};
use serde_json::{Value, json};

const ADA: &str = "ada@example.com";

/// As if time had passed, or another server were at work.
async fn set(house: &House, sql: &str, id: &str) {
    let mut tx = house.rights.store().begin_upkeep().await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).bind(id).execute(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn confirmed(house: &House, one: &Agent, right: &str, email: &str) -> Request {
    house.asked(one, right, email).await;
    let secret = secret_in(&house.letter(email, "/confirm/").await);
    house.rights.confirm(&secret).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_extended_lapsed_and_without_an_address() {
    let mut one = Agent::new("CR_AA_ONE", 1);
    let house = House::with(false, &mut [&mut one]).await;
    let mut told: Vec<(&str, Value)> = Vec::new();
    let mut stands = async |id: &str| {
        let answer = house.status(&one, id).await.json();
        told.push(("status", answer.clone()));
        answer
    };

    // Something is awaited of the person: who they are, or anything else.
    let request = confirmed(&house, &one, "access", ADA).await;
    let first = stands(&request.id).await;
    let text = "Which of two accounts?";
    house.rights.ask_person(&me(), request.clone(), "clarification", text).await.unwrap();
    let waits = stands(&request.id).await;
    assert_eq!((&waits["status"], waits.get("reason")), (&json!("in_progress"), None));
    assert!(!waits.to_string().contains("accounts"), "{waits}");
    let request = house.rights.request(&request.id).await.unwrap();
    house.rights.hear(request.clone(), "The older one.").await.unwrap();
    let request = house.rights.request(&request.id).await.unwrap();
    house.rights.ask_person(&me(), request.clone(), "identity", "Show us.").await.unwrap();
    let waits = stands(&request.id).await;
    assert_eq!(waits["reason"], "need_user_verification");
    let request = house.rights.request(&request.id).await.unwrap();
    house.rights.hear(request.clone(), "Here.").await.unwrap();

    // More time: another day, and words for it (3.03).
    let request = house.rights.request(&request.id).await.unwrap();
    house.rights.extend(&me(), request.clone(), "Many systems.").await.unwrap();
    let longer = stands(&request.id).await;
    let day = |told: &Value| told["expected_by"].as_str().unwrap().to_owned();
    assert!(day(&longer) > day(&first), "{longer}");
    let details = longer["processing_details"].as_str().unwrap();
    assert!(!details.is_empty() && !details.contains("Many systems"), "{details}");

    // Nobody confirmed in time.
    let (late, _) = house.asked(&one, "deletion", "late@example.com").await;
    let sql = "UPDATE rights_request SET received_at = received_at - 1000000000000 WHERE id = $1";
    set(&house, sql, &late.id).await;
    let sql = "UPDATE rights_link SET expires_at = expires_at - 1000000000000 WHERE request = $1";
    set(&house, sql, &late.id).await;
    assert_eq!(house.rights.lapse().await.unwrap(), 1);
    assert_eq!(stands(&late.id).await["status"], "expired");
    assert_eq!(house.revoke(&one, &late.id).await.status, 409);

    // No letter can go anywhere: nothing is asked of a person who never hears of it.
    let mut message = one.exercise("access", ADA);
    message["email"] = Value::Null;
    message["phone_number"] = json!("+14155550123");
    let answer = house.exercise(&one, &message).await.json();
    assert_eq!((&answer["status"], answer.get("reason")), (&json!("in_progress"), None));
    let request = house.rights.request(answer["request_id"].as_str().unwrap()).await.unwrap();
    assert_eq!(request.state, State::Unverified);
    let early = house.rights.answer(&me(), request, "Here.").await;
    assert!(matches!(early, Err(RightsError::Conflict("rights-error-unverified"))), "{early:?}");
    told.push(("status", answer));
    all_good(&told);
}

async fn too_late(postgres: bool) {
    let mut one = Agent::new("CR_AA_ONE", 1);
    let house = House::with(postgres, &mut [&mut one]).await;
    let request = confirmed(&house, &one, "deletion", ADA).await;
    house.rights.plan_erasure(&me(), &request).await.unwrap();
    let planned = async || {
        let erasure = house.rights.erasure(&request.id).await.unwrap().unwrap();
        (erasure.stage != Stage::Planning).then_some(())
    };
    soon("the plan", planned).await;
    for stage in ["queued", "running", "stopping", "stopped", "partial", "done"] {
        let sql = format!("UPDATE rights_erasure SET stage = '{stage}' WHERE request = $1");
        set(&house, &sql, &request.id).await;
        let late = house.revoke(&one, &request.id).await;
        assert_eq!(late.status, 409, "{stage}: {}", late.text);
        all_good(&[("error", late.json())]);
    }
    assert_eq!(house.rights.request(&request.id).await.unwrap().state, State::Open);
    // Only a plan: nothing was touched.
    set(&house, "UPDATE rights_erasure SET stage = 'planned' WHERE request = $1", &request.id)
        .await;
    let revoked = house.revoke(&one, &request.id).await;
    assert_eq!(revoked.json()["status"], "revoked", "{}", revoked.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_cannot_be_taken_back_once_an_erasure_has_begun() {
    for postgres in [false, true] {
        too_late(postgres).await;
    }
}
