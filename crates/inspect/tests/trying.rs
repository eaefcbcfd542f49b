//! Trying detection, as its readers do.
#![allow(clippy::unwrap_used, clippy::expect_used)] // A failure is the test's answer.

#[macro_use]
mod support;

use axum::http::StatusCode;
use inspect::Inspect;
use support::{Reader, between};

const TEXT: &str = "Write to li.lei@example.com,\r\ncard 4111 1111 1111 1111.";

async fn every_page_is_whole_in_both_languages(room: Inspect) {
    for lang in ["en", "zh-CN"] {
        let mut reader = Reader::owner(&room, lang).await;
        for path in [
            "/console/try",
            "/console/try?sample=support-zh",
            "/console/try?sample=none",
            "/console/try/column",
            "/console/try/column?sample=pinyin",
            "/console/try/method",
            "/console/detectors",
            "/console/detectors/new",
            "/console/detectors/new?example=member-number",
        ] {
            reader.page(path).await;
        }
    }
}

async fn findings_are_marked_and_listed_with_how_they_were_found(room: Inspect) {
    let mut reader = Reader::owner(&room, "en").await;

    let answer = reader.post("/console/try", "/console/try", &[("text", TEXT)]).await;

    assert_eq!(answer.status, StatusCode::OK);
    let marked = between(&answer.text, "class=\"marked\"", "</section>");
    assert!(marked.contains("<a href=\"#f-1\">li.lei@example.com<"), "{marked}");
    assert!(marked.contains("4111 1111 1111 1111"), "{marked}");
    let list = between(&answer.text, "class=\"findings\"", "</ol>");
    assert!(list.contains("E-mail address") && list.contains("EMAIL_ADDRESS"), "{list}");
    assert!(list.contains("Check passed") && list.contains("Luhn"), "{list}");
    assert!(list.contains("line 2"), "{list}");
    assert!(!list.contains("li.lei@example.com"), "the list masks: {list}");
    let clean = between(&answer.text, "id=\"anonymised\"", "</textarea>");
    assert!(clean.contains("Write to") && !clean.contains("li.lei"), "{clean}");
}

async fn kinds_thresholds_and_full_texts_are_chosen(room: Inspect) {
    let mut reader = Reader::owner(&room, "zh-CN").await;
    let only_cards = [
        ("text", TEXT),
        ("filtered", "1"),
        ("kind", "CREDIT_CARD"),
        ("full", "1"),
        ("operator", "replace"),
    ];

    let answer = reader.post("/console/try", "/console/try", &only_cards).await;

    let list = between(&answer.text, "class=\"findings\"", "</ol>");
    assert!(list.contains("4111 1111 1111 1111") && !list.contains("电子邮箱"), "{list}");
    let clean = between(&answer.text, "id=\"anonymised\"", "</textarea>");
    assert!(clean.contains("li.lei@example.com"), "what is not chosen stays: {clean}");
    assert!(clean.contains("CREDIT_CARD"), "{clean}");
    assert!(answer.text.contains("id=\"k-EMAIL_ADDRESS\""), "it can be chosen again");

    let none = [("text", TEXT), ("filtered", "1")];
    let answer = reader.post("/console/try", "/console/try", &none).await;
    assert!(answer.text.contains("按当前条件没有可显示的内容"), "{}", answer.text);
    let sure = [("text", TEXT), ("least", "1")];
    let answer = reader.post("/console/try", "/console/try", &sure).await;
    assert!(!answer.text.contains("<mark id"), "nothing is that sure");
}

async fn the_anonymised_text_is_a_file(room: Inspect) {
    let mut reader = Reader::owner(&room, "en").await;
    let fields = [("text", TEXT), ("operator", "replace")];

    let answer = reader.post("/console/try", "/console/try/download", &fields).await;

    assert_eq!(answer.kind, "text/plain; charset=utf-8");
    assert_eq!(answer.text, "Write to <EMAIL_ADDRESS>,\ncard <CREDIT_CARD>.");
}

async fn the_same_value_is_replaced_by_the_same(room: Inspect) {
    let mut reader = Reader::owner(&room, "en").await;
    let text = "from li.lei@example.com to li.lei@example.com, not han@example.com";
    for operator in ["hash", "fake"] {
        let fields = [("text", text), ("operator", operator)];

        let first = reader.post("/console/try", "/console/try/download", &fields).await.text;
        let second = reader.post("/console/try", "/console/try/download", &fields).await.text;

        assert_eq!(first, second, "{operator}");
        let words: Vec<&str> = first.split([' ', ',']).filter(|word| word.len() > 4).collect();
        assert_eq!(words[0], words[1], "{operator}: {first}");
        assert_ne!(words[1], words[2], "{operator}: {first}");
        assert!(!first.contains("li.lei"), "{operator}: {first}");
    }
}

async fn bad_input_is_told_and_stays_on_the_page(room: Inspect) {
    let mut reader = Reader::owner(&room, "en").await;

    let empty = reader.post("/console/try", "/console/try", &[("text", "  ")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.text.contains("Paste a text first"), "{}", empty.text);

    let long = "长".repeat(40_000);
    let answer = reader.post("/console/try", "/console/try", &[("text", &long)]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("120 kB") && answer.text.contains("privet detect"));
    assert!(answer.text.contains(&long), "what was pasted stays");

    let nameless = reader
        .post("/console/try/column", "/console/try/column", &[("values", "13800138000")])
        .await;
    assert!(nameless.text.contains("column&#39;s name") || nameless.text.contains("column's name"));
}

async fn texts_of_all_scripts_and_controls_are_drawn_unchanged(room: Inspect) {
    let mut reader = Reader::owner(&room, "en").await;
    let odd = "<b>&\"'😀 \u{200b}\u{202e}１３８００１３８０００ a@b.example\n\n\tx";

    let answer = reader.post("/console/try", "/console/try", &[("text", odd)]).await;

    assert_eq!(answer.status, StatusCode::OK);
    assert!(!answer.text.contains("<b>&"), "escaped");
    let marked = between(&answer.text, "class=\"marked\"", "</section>");
    assert!(marked.contains("１３８００１３８０００"), "as it was written: {marked}");
}

async fn a_column_is_judged_with_its_reasons(room: Inspect) {
    let mut reader = Reader::owner(&room, "en").await;
    let fields = [
        ("name", "c7"),
        (
            "values",
            "4111 1111 1111 1111\n5555 5555 5555 4444\n4012 8888 8888 1881\n378282246310005",
        ),
        ("data_type", "TEXT"),
    ];

    let answer = reader.post("/console/try/column", "/console/try/column", &fields).await;

    let verdict = between(&answer.text, "id=\"verdict\"", "</main>");
    assert!(verdict.contains("Payment card number"), "{verdict}");
    assert!(verdict.contains("Luhn") && verdict.contains("All 4"), "{verdict}");
    assert!(verdict.contains("says nothing about this"), "the name was silent: {verdict}");
    assert!(verdict.contains("Of 100 verdicts"), "{verdict}");
    assert!(verdict.contains("CPRA"), "{verdict}");
    assert!(!verdict.contains("4111 1111"), "values are masked: {verdict}");

    let plain = [("name", "points"), ("values", "1\n5\n250\n13"), ("is_key", "1")];
    let answer = reader.post("/console/try/column", "/console/try/column", &plain).await;
    let verdict = between(&answer.text, "id=\"verdict\"", "</main>");
    assert!(verdict.contains("No personal data") && verdict.contains("It is a key"), "{verdict}");
}

on_both_engines!(
    every_page_is_whole_in_both_languages,
    findings_are_marked_and_listed_with_how_they_were_found,
    kinds_thresholds_and_full_texts_are_chosen,
    the_anonymised_text_is_a_file,
    the_same_value_is_replaced_by_the_same,
    bad_input_is_told_and_stays_on_the_page,
    texts_of_all_scripts_and_controls_are_drawn_unchanged,
    a_column_is_judged_with_its_reasons,
);
