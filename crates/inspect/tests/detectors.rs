//! A company's own detectors: written, tested, kept, switched, deleted, and used.
#![allow(clippy::unwrap_used, clippy::expect_used)] // A failure is the test's answer.

#[macro_use]
mod support;

use axum::http::StatusCode;
use inspect::Inspect;
use inspect::detectors::DetectorError;
use store::LedgerFilter;
use support::{LOYALTY, Reader, between, me};

/// The form as a person fills it.
const FORM: [(&str, &str); 8] = [
    ("mode", "form"),
    ("act", "save"),
    ("name", "LOYALTY_CARD"),
    ("en", "Loyalty card"),
    ("zh", "会员卡号"),
    ("pattern", r"\bLT-?(?<check>\d{8})\b"),
    ("checksum", "luhn"),
    ("category", "identity.customer_id — Identity › Customer or user number"),
];

fn form<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = FORM.iter().filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
    kept.copied().chain(more.iter().copied()).collect()
}

async fn actions(room: &Inspect, id: &str) -> Vec<String> {
    let filter = LedgerFilter {
        object_kind: Some("detector".into()),
        object_id: Some(id.to_owned()),
        ..LedgerFilter::default()
    };
    let rows = room.store().ledger().page(&filter, None, 50).await.unwrap();
    rows.into_iter().rev().map(|row| row.action).collect()
}

async fn a_detector_is_written_as_a_form_and_used_at_once(room: Inspect) {
    let mut reader = Reader::owner(&room, "en").await;
    let from = "/console/detectors/new";
    let fields = form(&[("examples", "LT-12345674\r\nLT12345674")]);

    let saved = reader.post(from, from, &fields).await;

    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let shown = reader.page(&saved.location).await;
    assert!(shown.contains("Loyalty card") && shown.contains("a pattern with a check digit"));
    assert!(shown.contains("Customer or user number") && shown.contains("from its next scan on"));
    let text = [("text", "my card is LT-12345674, not LT-12345678")];
    let tried = reader.post("/console/try", "/console/try", &text).await;
    let list = between(&tried.text, "class=\"findings\"", "</ol>");
    assert!(list.contains("LOYALTY_CARD") && list.contains("Your own detector"), "{list}");
    assert_eq!(list.matches("<li").count(), 1, "the wrong check digit is none: {list}");
    let api = reader.api(&room, text[0].1).await;
    assert!(api.text.contains("LOYALTY_CARD"), "{}", api.text);
}

async fn what_is_wrong_is_told_at_its_field_with_what_to_do(room: Inspect) {
    let from = "/console/detectors/new";
    for (lang, field, value, told) in [
        ("en", "name", "loyalty card", "use capital letters"),
        ("en", "name", "EMAIL_ADDRESS", "built-in kind"),
        ("en", "pattern", "(", "not a regular expression"),
        ("en", "pattern", ".*", "empty text"),
        ("en", "pattern", r"\w+", "ordinary text"),
        ("en", "category", "teapots", "is not known"),
        ("en", "score", "much", "Write a number"),
        ("en", "examples", "LT-12345678", "check digit is wrong"),
        ("en", "counter_examples", "LT-12345674", "something is found"),
        ("zh-CN", "pattern", "(", "不是正确的正则表达式"),
        ("zh-CN", "category", "", "未填写"),
    ] {
        let mut reader = Reader::owner(&room, lang).await;
        let mut fields = form(&[(field, value)]);
        if field != "examples" {
            fields.push(("examples", "LT-12345674"));
        }

        let refused = reader.post(from, from, &fields).await;

        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {value}");
        let summary = between(&refused.text, "role=\"alert\"", "</ul>");
        assert!(summary.contains(told), "{field} {value}: {summary}");
        assert!(summary.contains(&format!("#f-{field}")), "leads to the field: {summary}");
        assert!(refused.text.contains(&format!("id=\"f-{field}\"")), "{field} is on the page");
    }
    assert!(room.detectors().await.unwrap().is_empty(), "nothing was kept");
}

async fn toml_and_form_say_the_same(room: Inspect) {
    let mut reader = Reader::owner(&room, "en").await;
    let from = "/console/detectors/new";

    let as_toml =
        reader.post(from, from, &form(&[("act", "toml"), ("words", "gold\nsilver")])).await;
    let toml = between(&as_toml.text, "name=\"toml\"", "</textarea>").to_owned();
    assert!(toml.contains("words = [&#34;gold&#34;, &#34;silver&#34;]"), "{toml}");

    let wrong = [("mode", "toml"), ("act", "save"), ("toml", "[[detector]]\nname = 7\n")];
    let refused = reader.post(from, from, &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("Line 2"), "{}", refused.text);

    let back = [("mode", "toml"), ("act", "form"), ("toml", LOYALTY)];
    let as_form = reader.post(from, from, &back).await;
    assert!(as_form.text.contains("value=\"会员卡号\""), "{}", as_form.text);

    let saved =
        reader.post(from, from, &[("mode", "toml"), ("act", "save"), ("toml", LOYALTY)]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let twice =
        reader.post(from, from, &[("mode", "toml"), ("act", "save"), ("toml", LOYALTY)]).await;
    assert!(twice.text.contains("Another detector is called LOYALTY_CARD"), "{}", twice.text);
}

async fn it_is_tested_on_pasted_text_before_it_is_kept(room: Inspect) {
    let mut reader = Reader::owner(&room, "en").await;
    let from = "/console/detectors/new";
    let text = "LT-12345674 and a@b.example";
    let fields = form(&[("act", "test"), ("examples", "LT-12345674"), ("test", text)]);

    let tested = reader.post(from, from, &fields).await;

    assert_eq!(tested.status, StatusCode::OK);
    let result = between(&tested.text, "class=\"tested\"", "</aside>");
    assert!(result.contains("1 finding") && result.contains(">LT-12345674<"), "{result}");
    assert!(
        !result.contains("<mark class=\"level-personal\">a@b"),
        "this detector alone: {result}"
    );
    assert!(room.detectors().await.unwrap().is_empty());
}

async fn every_change_has_its_history_and_its_ledger_entry(room: Inspect) {
    let mut reader = Reader::owner(&room, "en").await;
    let id = room.create_detector(me(), LOYALTY).await.unwrap();
    let page = format!("/console/detectors/{id}");
    let finds = async || !room.own_detectors().await.unwrap().find("LT-12345674").is_empty();
    assert!(finds().await);

    let off = reader.post(&page, &format!("{page}/disable"), &[]).await;
    assert_eq!(off.location, page);
    assert!(!finds().await, "off at once");
    reader.post(&page, &format!("{page}/enable"), &[]).await;
    assert!(finds().await);
    let changed = LOYALTY.replace("Loyalty card", "Club card");
    let edit = format!("{page}/edit");
    let fields = [("mode", "toml"), ("act", "save"), ("toml", changed.as_str())];
    assert_eq!(reader.post(&edit, &edit, &fields).await.status, StatusCode::SEE_OTHER);
    let same = reader.post(&edit, &edit, &fields).await;
    assert_eq!(same.status, StatusCode::SEE_OTHER, "saving the same changes nothing");
    let shown = reader.page(&page).await;
    assert!(shown.contains("Turned off") && shown.contains("What it was"), "{shown}");
    let restored = reader.page(&format!("{edit}?version=1")).await;
    assert!(restored.contains("value=\"Loyalty card\""), "{restored}");
    let gone = reader.post(&page, &format!("{page}/delete"), &[]).await;
    assert_eq!(gone.location, "/console/detectors");

    assert!(!finds().await && room.detectors().await.unwrap().is_empty());
    let expected = ["created", "disabled", "enabled", "changed", "deleted"]
        .map(|verb| format!("detector.{verb}"));
    assert_eq!(actions(&room, &id).await, expected);
    let history = room.detector_history(&id).await.unwrap();
    assert_eq!(history.len(), 5, "the history outlives the detector");
    assert_eq!(reader.get(&page).await.status, StatusCode::NOT_FOUND);
    room.store().ledger().verify().await.unwrap();
}

async fn only_those_who_may_change_the_map_change_detectors(room: Inspect) {
    let id = room.create_detector(me(), LOYALTY).await.unwrap();
    let page = format!("/console/detectors/{id}");
    for (role, may) in [
        ("privacy_officer", true),
        ("engineer", true),
        ("auditor", false),
        ("marketer", false),
        ("employee", false),
    ] {
        let mut reader = Reader::with_role(&room, "en", role).await;
        let list = reader.page("/console/detectors").await;
        assert_eq!(list.contains("/console/detectors/new"), may, "{role}");
        assert_eq!(reader.page(&page).await.contains("/delete"), may, "{role}");
        let form = reader.get("/console/detectors/new").await;
        assert_eq!(form.status == StatusCode::OK, may, "{role}");
        for act in ["edit", "disable", "enable", "delete"] {
            if !may {
                let fields = [("mode", "toml"), ("act", "save"), ("toml", LOYALTY)];
                let to = format!("{page}/{act}");
                let refused = reader.post("/console/try", &to, &fields).await;
                assert_eq!(refused.status, StatusCode::FORBIDDEN, "{role} {act}");
            }
        }
    }
    assert_eq!(room.detectors().await.unwrap().len(), 1);
}

async fn another_process_sees_a_change(room: Inspect) {
    let other = Inspect::open(room.store().clone(), inspect::Settings::default()).await.unwrap();
    assert!(other.own_detectors().await.unwrap().is_empty());

    let id = room.create_detector(me(), LOYALTY).await.unwrap();
    assert_eq!(other.own_detectors().await.unwrap().list().len(), 1);
    room.enable_detector(me(), &id, false).await.unwrap();

    assert!(other.own_detectors().await.unwrap().is_empty());
}

async fn two_at_once_with_one_name_leave_one(room: Inspect) {
    let (a, b) =
        tokio::join!(room.create_detector(me(), LOYALTY), room.create_detector(me(), LOYALTY));

    let taken =
        [a, b].into_iter().filter(|result| matches!(result, Err(DetectorError::NameTaken(_))));
    assert_eq!(taken.count(), 1);
    assert_eq!(room.detectors().await.unwrap().len(), 1);
}

on_both_engines!(
    a_detector_is_written_as_a_form_and_used_at_once,
    what_is_wrong_is_told_at_its_field_with_what_to_do,
    toml_and_form_say_the_same,
    it_is_tested_on_pasted_text_before_it_is_kept,
    every_change_has_its_history_and_its_ledger_entry,
    only_those_who_may_change_the_map_change_detectors,
    another_process_sees_a_change,
    two_at_once_with_one_name_leave_one,
);
