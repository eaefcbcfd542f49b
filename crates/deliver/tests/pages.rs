//! The pages: in both languages, for managers and for readers, without a word missing.
#![allow(clippy::unwrap_used, clippy::expect_used)] // A failure is the test's answer.

#[macro_use]
mod support;

use axum::http::StatusCode;
use deliver::{Deliver, Kind, State, views::ViewState};
use support::{
    Pump, Receiver, Shop,
    console::{Reader, between},
    databases::Database,
    draft, me, until_async,
};

async fn a_webhook_is_added_tested_rotated_paused_and_deleted(room: Deliver, _shop: Shop) {
    let receiver = Receiver::start().await;
    let mut reader = Reader::owner(&room, "en").await;
    let empty = reader.page("/console/destinations").await;
    assert!(empty.contains("No destination yet"));
    let kinds = reader.page("/console/destinations/new").await;
    assert!(kinds.contains("State table") && kinds.contains("NATS JetStream"));
    let from = "/console/destinations/new?kind=webhook";
    let wrong = reader.post(from, from, &[("name", ""), ("address", "http://crm.example/")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    for told in ["Give it a name", "Choose at least one event", "Use https"] {
        assert!(wrong.text.contains(told), "{told}");
    }
    let fields = [
        ("name", "CRM"),
        ("address", receiver.url.as_str()),
        ("events", "consent.recorded"),
        ("events", "consent.withdrawn"),
        ("identifiers", "email"),
    ];

    let made = reader.post(from, from, &fields).await;

    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    let one = made.location.clone();
    let at = |act: &str| format!("{one}/{act}");
    let shown = reader.page(&one).await;
    assert!(shown.contains("Consent withdrawn") && shown.contains("E-mail address"));
    let tested = reader.post(&one, &at("test"), &[]).await;
    assert!(tested.text.contains("It works"), "{}", tested.text);
    assert_eq!(receiver.wait(1).await[0].body["type"], "privet.test");
    receiver.answer("", 500);
    let tested = reader.post(&one, &at("test"), &[]).await;
    assert!(tested.text.contains("refused the message. (HTTP 500)"), "{}", tested.text);
    let revealed = reader.post(&one, &at("reveal"), &[]).await;
    let old = between(&revealed.text, "readonly value=\"", "\"").to_owned();
    assert!(old.starts_with("whsec_") && !reader.page(&one).await.contains(&old));
    assert_eq!(reader.post(&one, &at("rotate"), &[]).await.status, StatusCode::SEE_OTHER);
    let shown = reader.page(&one).await;
    assert!(shown.contains("the old secret also signs until"), "{shown}");
    reader.post(&one, &at("pause"), &[]).await;
    assert!(reader.page(&one).await.contains("Paused"));
    reader.post(&one, &at("resume"), &[]).await;
    let edit = at("edit");
    let form = reader.page(&edit).await;
    assert!(form.contains("value=\"CRM\"") && form.contains(&receiver.url));
    let mut changed = fields.to_vec();
    changed[0] = ("name", "Customer system");
    assert_eq!(reader.post(&edit, &edit, &changed).await.location, one);
    assert!(reader.page("/console/destinations").await.contains("Customer system"));
    reader.post(&one, &at("delete"), &[]).await;
    assert!(room.destinations().await.unwrap().is_empty());
    assert_eq!(reader.get(&one).await.status, StatusCode::NOT_FOUND);
}

async fn dead_letters_are_found_and_sent_again(room: Deliver, shop: Shop) {
    let receiver = Receiver::start().await;
    for id in ["a", "b", "c"] {
        receiver.answer(id, 500);
        shop.person(id).await;
    }
    let to = room.create_destination(me(), &draft(Kind::Webhook, &receiver.url)).await.unwrap();
    let pump = Pump::start(&room);
    for id in ["a", "b", "c", "d"] {
        shop.choose(id, "ads", "granted").await;
    }
    until_async("three dead letters", || async { room.dead_letters("").await.unwrap().len() == 3 })
        .await;
    let mut reader = Reader::owner(&room, "en").await;
    let health = reader.page("/console/destinations").await;
    assert!(health.contains("Dead letters"));

    let list = "/console/deliveries?state=dead";
    let page = reader.page(list).await;
    assert_eq!(page.matches("name=\"id\"").count(), 3);
    assert!(page.contains("refused the message. (HTTP 500)"));
    let first = between(&page, "name=\"id\" value=\"", "\"").to_owned();
    let one = [("act", "discard"), ("id", first.as_str()), ("back", list)];
    assert_eq!(reader.post(list, "/console/deliveries", &one).await.location, list);
    receiver.forgive();
    let again = [("act", "replay-dead"), ("back", "https://evil.example/")];
    let replayed = reader.post(list, "/console/deliveries", &again).await;
    assert_eq!(replayed.location, "/console/deliveries", "no other place is led to");
    until_async("they arrive", || async {
        room.overview(room.destination(&to.id).await.unwrap()).await.unwrap().waiting == 0
    })
    .await;
    let page = reader.page("/console/deliveries").await;
    assert!(page.contains("Discarded") && page.matches("Arrived").count() >= 3);
    let none = format!("/console/deliveries?destination={}&kind=consent.withdrawn", to.id);
    assert!(reader.page(&none).await.contains("Nothing here"));
    pump.stop().await;
}

async fn a_table_and_a_view_are_planned_approved_and_removed(room: Deliver, shop: Shop) {
    let mut database = Database::postgres().await;
    let role = format!("privet_page_{}", &store::new_id().replace('-', "")[20..]);
    database.roles.push(role.clone());
    sqlx::raw_sql(sqlx::AssertSqlSafe(
        "CREATE TABLE customers (id int PRIMARY KEY, email text);
         DO $$ BEGIN CREATE ROLE privet_views NOLOGIN;
         EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
            .to_owned(),
    ))
    .execute(&mut database.pg().await)
    .await
    .unwrap();
    shop.person("a").await;
    shop.choose("a", "ads", "granted").await;
    let mut reader = Reader::owner(&room, "en").await;
    assert!(reader.page("/console/purpose-views").await.contains("Add one first"));
    let from = "/console/destinations/new?kind=table";
    let fields = [
        ("name", "Warehouse"),
        ("address", database.address.as_str()),
        ("secret", database.password.as_str()),
        ("identifiers", "email"),
        ("table", "privet_consent"),
    ];
    let made = reader.post(from, from, &fields).await;
    assert!(made.location.ends_with("/plan"), "{}", made.text);
    let plan = reader.page(&made.location).await;
    assert!(plan.contains("CREATE TABLE") && plan.contains("Approve and begin"));
    let one = made.location.trim_end_matches("/plan").to_owned();
    assert!(reader.page(&one).await.contains("Plan not approved"));
    reader.post(&made.location, &format!("{one}/approve"), &[]).await;
    let id = one.rsplit_once('/').unwrap().1.to_owned();
    assert_eq!(room.destination(&id).await.unwrap().state, State::Active);
    let pump = Pump::start(&room);
    until_async("filled", || async { room.destination(&id).await.unwrap().filled_to.is_none() })
        .await;

    let from = "/console/purpose-views/new";
    let wrong = reader.post(from, from, &[("role", "pg_monitor")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("not one of PostgreSQL"), "{}", wrong.text);
    let fields = [
        ("destination", id.as_str()),
        ("purpose", "ads"),
        ("table", "public.customers"),
        ("match_column", "email"),
        ("identifier_kind", "email"),
        ("columns", "id\r\nemail"),
        ("role", role.as_str()),
        ("view", "ads.people"),
    ];
    let made = reader.post(from, from, &fields).await;
    let plan = reader.page(&made.location).await;
    assert!(plan.contains("security_barrier") && plan.contains("As a security barrier"), "{plan}");
    let digest = between(&plan, "name=\"digest\" value=\"", "\"").to_owned();
    let stale = reader.post(&made.location, &made.location, &[("digest", "0")]).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    let applied = reader.post(&made.location, &made.location, &[("digest", &digest)]).await;
    assert_eq!(applied.status, StatusCode::SEE_OTHER, "{}", applied.text);
    let view = applied.location;
    assert!(reader.page(&view).await.contains("Applied"));
    assert!(reader.page(&made.location).await.contains("Nothing has to be done"));
    sqlx::raw_sql("ALTER VIEW ads.people RESET (security_barrier)")
        .execute(&mut database.pg().await)
        .await
        .unwrap();
    reader.post(&view, &format!("{view}/check"), &[]).await;
    let drifted = reader.page(&view).await;
    assert!(drifted.contains("no security barrier any more"), "{drifted}");
    assert_eq!(reader.get(&format!("{one}/delete")).await.status, StatusCode::METHOD_NOT_ALLOWED);
    let kept = reader.post(&one, &format!("{one}/delete"), &[]).await;
    assert_eq!(kept.status, StatusCode::CONFLICT, "a view uses it");
    let removal = format!("{view}/removal");
    let page = reader.page(&removal).await;
    let digest = between(&page, "name=\"digest\" value=\"", "\"").to_owned();
    reader.post(&removal, &removal, &[("digest", &digest)]).await;
    let id = view.rsplit_once('/').unwrap().1;
    assert_eq!(room.view(id).await.unwrap().state, ViewState::Removed);
    pump.stop().await;
}

async fn pages_speak_chinese_and_a_reader_without_the_right_changes_nothing(
    room: Deliver,
    _shop: Shop,
) {
    let receiver = Receiver::start().await;
    let to = room.create_destination(me(), &draft(Kind::Webhook, &receiver.url)).await.unwrap();
    let one = format!("/console/destinations/{}", to.id);
    let mut reader = Reader::owner(&room, "zh-CN").await;
    for path in [
        "/console/destinations",
        "/console/destinations/new",
        "/console/destinations/new?kind=webhook",
        "/console/destinations/new?kind=nats",
        "/console/destinations/new?kind=table",
        one.as_str(),
        &format!("{one}/edit"),
        "/console/deliveries",
        "/console/deliveries?state=dead",
        "/console/purpose-views",
        "/console/purpose-views/new",
    ] {
        let page = reader.page(path).await;
        assert!(page.contains("同意传播"), "{path}");
    }
    let mut auditor = Reader::with_role(&room, "en", "auditor").await;
    let page = auditor.page(&one).await;
    assert!(!page.contains("/rotate") && !page.contains("/delete\""));
    for path in ["/console/destinations/new", &format!("{one}/edit")] {
        assert_eq!(auditor.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
}

#[test]
fn every_code_has_its_sentence_in_both_languages() {
    for lang in [web::Lang::En, web::Lang::ZhCn] {
        for code in deliver::Fault::CODES {
            assert!(web::has_key(lang, &format!("deliver-fault-{code}")), "{code}");
        }
        for code in deliver::views::DRIFT {
            assert!(web::has_key(lang, &format!("deliver-drift-{code}")), "{code}");
        }
        for kind in deliver::EventKind::ALL {
            assert!(web::has_key(lang, &kind.key()), "{}", kind.key());
        }
    }
}

on_both_engines!(
    a_webhook_is_added_tested_rotated_paused_and_deleted,
    dead_letters_are_found_and_sent_again,
    a_table_and_a_view_are_planned_approved_and_removed,
    pages_speak_chinese_and_a_reader_without_the_right_changes_nothing,
);
