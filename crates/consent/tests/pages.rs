//! The console's pages of consents, as their readers meet them: whole in both languages, true
//! numbers, and nothing for those who may not.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod reader;
mod support;

use axum::http::StatusCode;
use consent::{Choice, Consent, receipt};
use reader::{Reader, between};
use support::{choosing, mail, me};

on_both_engines!(
    the_overview_counts_and_is_whole_in_both_languages,
    the_overview_is_a_file_for_those_who_may_export,
    a_receipt_is_read_printed_and_checked,
    roles_see_what_they_may,
);

async fn some(room: &Consent) -> String {
    let yes = [("email_marketing", Choice::Granted), ("analytics", Choice::Denied)];
    let mut last = String::new();
    for n in 0..8 {
        let given = choosing(&mail(&format!("p{n}@example.com")), &yes[..=(n % 2)]);
        last = room.record(&me(), &given).await.unwrap().id;
    }
    let no = choosing(&mail("p0@example.com"), &[("email_marketing", Choice::Withdrawn)]);
    room.record(&me(), &no).await.unwrap();
    last
}

async fn the_overview_counts_and_is_whole_in_both_languages(room: Consent) {
    for lang in ["en", "zh-CN"] {
        let mut reader = Reader::owner(&room, lang).await;
        let page = reader.page("/console/consents").await;
        assert!(page.contains("class=\"empty\""), "nothing yet");
    }
    some(&room).await;
    for (lang, purpose, notice) in [
        ("en", "News by e-mail", "News from Lantern Tea, version 1"),
        ("zh-CN", "邮件资讯", "灯笼茶资讯，第 1 版"),
    ] {
        let mut reader = Reader::owner(&room, lang).await;
        for query in [
            "",
            "?period=30",
            "?period=90&property=default",
            "?period=1095",
            "?period=x&property=y",
        ] {
            let page = reader.page(&format!("/console/consents{query}")).await;
            assert!(page.contains(purpose) && page.contains(notice), "{query} {page}");
            let email = between(&page, purpose, "</tr>").replace("<td class=\"num\"", "\n");
            let numbers: Vec<_> =
                email.lines().skip(1).map(|cell| between(cell, ">", "<").to_owned()).collect();
            assert_eq!(numbers, ["8", "0", "1", "0"], "{query}");
            assert!(page.contains("66.7%"), "eight of twelve: {page}");
        }
    }
}

async fn the_overview_is_a_file_for_those_who_may_export(room: Consent) {
    some(&room).await;
    let mut reader = Reader::owner(&room, "en").await;

    let file = reader.get("/console/consents/export?period=30").await;

    assert_eq!(file.kind, "text/csv; charset=utf-8");
    let line = "default,newsletter,1,email_marketing,web,api,granted,8";
    assert!(file.text.contains(line), "{}", file.text);
    let mut marketer = Reader::with_role(&room, "en", "marketer").await;
    assert_eq!(marketer.get("/console/consents/export").await.status, StatusCode::FORBIDDEN);
    assert!(!marketer.page("/console/consents").await.contains("/console/consents/export"));
}

async fn a_receipt_is_read_printed_and_checked(room: Consent) {
    let id = some(&room).await;
    for (lang, says) in [("en", "Legal basis"), ("zh-CN", "法律依据")] {
        let mut reader = Reader::owner(&room, lang).await;

        let page = reader.page(&format!("/console/consents/receipts/{id}")).await;
        let file = reader.get(&format!("/console/consents/receipts/{id}/file")).await;

        assert!(
            page.contains(says) && page.contains("Lantern Tea") && page.contains("<svg"),
            "{page}"
        );
        assert!(!page.contains("p7@example.com"));
        let document = serde_json::from_str(&file.text).unwrap();
        assert_eq!(receipt::verify(&document, Some(room.signer().public())).unwrap().id, id);
        let known = room.receipt(&id).await.unwrap();
        assert!(page.contains(&receipt::digest(&known)), "paper can be compared with the file");
        assert!(receipt::check_text(&known).contains(&receipt::digest(&known)));
    }
    let mut reader = Reader::owner(&room, "en").await;
    let none = reader.get("/console/consents/receipts/nonsense").await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

async fn roles_see_what_they_may(room: Consent) {
    let id = some(&room).await;
    let receipt = format!("/console/consents/receipts/{id}");
    for (role, overview, people) in [
        ("owner", true, true),
        ("privacy_officer", true, true),
        ("engineer", true, false),
        ("marketer", true, false),
        ("auditor", true, false),
        ("employee", false, false),
    ] {
        let mut reader = Reader::with_role(&room, "en", role).await;
        for (path, may) in [("/console/consents", overview), (receipt.as_str(), people)] {
            let wanted = if may { StatusCode::OK } else { StatusCode::FORBIDDEN };
            assert_eq!(reader.get(path).await.status, wanted, "{role} {path}");
        }
    }
}
