//! The console's pages of the vault, as people use them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use axum::http::StatusCode;
use protect::{Protect, Reveal};
use serde_json::json;
use support::{
    Program, entries, me,
    reader::{owner, with_role},
};

on_both_engines!(
    every_page_is_whole_in_both_languages,
    a_policy_is_made_changed_and_removed,
    what_is_wrong_is_told_and_nothing_is_kept,
    who_may_not_is_refused,
);

const PHONE: &str = "+8613812345678";

async fn every_page_is_whole_in_both_languages(room: Protect) {
    let program = Program::old(&room).await;
    let seal =
        json!({"category": "contact.phone", "subject": {"customer_id": "C-1"}, "value": PHONE});
    let (_, sealed) = program.post("/v1/vault/seal", &seal).await;
    for purpose in ["customer_support", "service_delivery", "quality"] {
        let open = json!({ "purpose": purpose, "sealed": sealed["sealed"] });
        program.post("/v1/vault/open", &open).await;
    }
    for lang in ["en", "zh-CN"] {
        let mut reader = owner(&room, lang).await;
        for path in [
            "/console/vault",
            "/console/vault/contact.phone",
            "/console/vault/contact.phone/edit",
            "/console/vault/new",
        ] {
            let page = reader.page(path).await;
            assert!(!page.contains("138123"), "{path} shows a value");
        }
        let list = reader.page("/console/vault").await;
        let link = list.split_once("href=\"/console/vault/programs/").unwrap().1;
        let path = format!("/console/vault/programs/{}", link.split_once('"').unwrap().0);
        reader.page(&path).await;
        let set = [("purpose", "quality"), ("purpose", "customer_support")];
        assert_eq!(reader.post(&path, &path, &set).await.location, "/console/vault");
        assert_eq!(room.limited_programs().await.unwrap().len(), 1);
        let told = if lang == "en" { "Shown in clear" } else { "以明文显示" };
        assert!(list.contains(told) && list.contains("test"), "who opened what");
    }
}

async fn a_policy_is_made_changed_and_removed(room: Protect) {
    let mut reader = owner(&room, "en").await;
    let new = [
        ("category", "contact.email"),
        ("version", "0"),
        ("purpose", "customer_support"),
        ("reveal", "masked"),
        ("purpose", "quality"),
        ("reveal", "refused"),
        ("searchable", "1"),
        ("shape", ""),
        ("per_minute", "60"),
    ];

    let made = reader.post("/console/vault/new", "/console/vault/new", &new).await;

    assert_eq!(made.location, "/console/vault/contact.email", "{}", made.text);
    let kept = room.policy("contact.email").await.unwrap().unwrap();
    assert_eq!(kept.policy.purposes.len(), 1);
    assert_eq!(kept.policy.reveal("customer_support"), Some(Reveal::Masked));
    assert!(kept.policy.searchable && kept.policy.formats().is_empty());
    let edit = "/console/vault/contact.email/edit";
    let mut change = new;
    change[1].1 = "1";
    change[3].1 = "clear";
    assert_eq!(reader.post(edit, edit, &change).await.location, "/console/vault/contact.email");
    // A second person had the page open: their change does not undo the first.
    let late = reader.post(edit, edit, &change).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(late.text.contains("Somebody else changed this policy"), "{}", late.text);
    let page = "/console/vault/contact.email";
    let gone = reader.post(page, "/console/vault/contact.email/remove", &[]).await;
    assert_eq!(gone.location, "/console/vault");
    assert!(room.policy("contact.email").await.unwrap().is_none());
    let history = room.policy_history("contact.email").await.unwrap();
    let versions: Vec<i64> = history.iter().map(|change| change.version).collect();
    assert_eq!(versions, [3, 2, 1]);
    assert_eq!(entries(&room, "vault.policy_removed").await.len(), 1);
    // Made anew it goes on counting.
    let again = room.save_policy(&me(), "contact.email", 0, &kept.policy).await.unwrap();
    assert_eq!(again, 4);
    room.store().ledger().verify().await.unwrap();
}

async fn what_is_wrong_is_told_and_nothing_is_kept(room: Protect) {
    let mut reader = owner(&room, "en").await;
    for (fields, told) in [
        (vec![("category", "contact.email"), ("per_minute", "many")], "whole number"),
        (vec![("category", "contact.email"), ("per_minute", "1")], "at least one purpose"),
        (
            vec![
                ("category", "contact.pigeon"),
                ("purpose", "quality"),
                ("reveal", "clear"),
                ("per_minute", "1"),
            ],
            "Choose a category",
        ),
        (
            vec![
                ("category", "contact.email"),
                ("purpose", "nonsense"),
                ("reveal", "clear"),
                ("per_minute", "1"),
            ],
            "does not exist any more",
        ),
        (
            vec![
                ("category", "contact.phone"),
                ("purpose", "quality"),
                ("reveal", "clear"),
                ("per_minute", "1"),
            ],
            "already",
        ),
    ] {
        let answer = reader.post("/console/vault/new", "/console/vault/new", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{told}");
        assert!(answer.text.contains(told), "{told}: {}", answer.text);
    }
    assert!(room.policy("contact.email").await.unwrap().is_none());
    assert_eq!(reader.get("/console/vault/contact.pigeon").await.status, StatusCode::NOT_FOUND);
}

async fn who_may_not_is_refused(room: Protect) {
    let mut reader = with_role(&room, "en", "marketer").await;
    let list = reader.page("/console/vault").await;
    assert!(!list.contains("/console/vault/new"), "no button that leads nowhere");
    for path in ["/console/vault/new", "/console/vault/contact.phone/edit"] {
        assert_eq!(reader.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let remove = "/console/vault/contact.phone/remove";
    let refused = reader.post("/console/vault/contact.phone", remove, &[]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let mut nobody = with_role(&room, "en", "employee").await;
    assert_eq!(nobody.get("/console/vault").await.status, StatusCode::FORBIDDEN);
}
