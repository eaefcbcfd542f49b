//! Writing purposes and notices in the console: forms, the check beside them, publishing, versions.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod reader;
mod support;

use axum::http::StatusCode;
use consent::{Consent, LegalBasis, Reconsent, Regime};
use reader::{Reader, between};
use support::{me, newsletter};

on_both_engines!(
    a_purpose_is_made_changed_and_retired,
    what_is_wrong_with_a_purpose_is_told_at_its_field,
    a_draft_is_checked_as_it_is_saved,
    publishing_asks_whether_earlier_consents_hold,
    a_published_version_never_changes_and_shows_what_changed,
    only_those_who_may_write,
);

const PURPOSE: [(&str, &str); 9] = [
    ("key", "birthday"),
    ("name_en", "Birthday voucher"),
    ("name_zh", "生日礼券"),
    ("description_en", "We send you a voucher on your birthday."),
    ("basis_gdpr", "consent"),
    ("basis_ccpa", "opt_out"),
    ("basis_pipl", "consent"),
    ("data", "contact.email"),
    ("data", "identity.birth_date"),
];

async fn a_purpose_is_made_changed_and_retired(room: Consent) {
    let mut reader = Reader::owner(&room, "en").await;
    let new = "/console/purposes/new";
    let fields: Vec<_> = PURPOSE
        .into_iter()
        .chain([
            ("retention_days", "400"),
            ("vendors", "Mailer Ltd\r\nPrinter"),
            ("separate_consent", "1"),
        ])
        .collect();

    let made = reader.post(new, new, &fields).await;

    assert_eq!(
        (made.status, made.location.as_str()),
        (StatusCode::SEE_OTHER, "/console/purposes/birthday")
    );
    let body = room.catalogue().purpose("birthday").unwrap().body.clone();
    assert_eq!(body.data.iter().collect::<Vec<_>>(), ["contact.email", "identity.birth_date"]);
    assert_eq!(body.vendors, ["Mailer Ltd", "Printer"]);
    assert_eq!((body.retention_days, body.separate_consent), (Some(400), true));
    assert_eq!(body.basis(Regime::Ccpa), LegalBasis::OptOut);
    let shown = reader.page("/console/purposes/birthday").await;
    assert!(
        shown.contains("400 days")
            && shown.contains("Separate consent")
            && shown.contains("Date of birth")
    );
    // Changed: what is not on the form stays, what is there counts.
    let edit = "/console/purposes/birthday/edit";
    let changed: Vec<_> =
        PURPOSE.into_iter().filter(|(key, _)| *key != "data" && *key != "key").collect();
    assert_eq!(reader.post(edit, edit, &changed).await.status, StatusCode::SEE_OTHER);
    let body = room.catalogue().purpose("birthday").unwrap().body.clone();
    assert!(body.data.is_empty() && !body.separate_consent && body.retention_days.is_none());
    let page = "/console/purposes/birthday";
    reader.post(page, &format!("{page}/retire"), &[]).await;
    assert!(room.catalogue().purpose("birthday").unwrap().retired_at.is_some());
    assert!(reader.page(page).await.contains("nothing may be done"));
    reader.post(page, &format!("{page}/revive"), &[]).await;
    assert!(room.catalogue().purpose("birthday").unwrap().retired_at.is_none());
    for lang in ["en", "zh-CN"] {
        let mut reader = Reader::owner(&room, lang).await;
        reader.page("/console/purposes").await;
        reader.page(page).await;
        reader.page(edit).await;
        reader.page(new).await;
    }
}

async fn what_is_wrong_with_a_purpose_is_told_at_its_field(room: Consent) {
    let mut reader = Reader::owner(&room, "en").await;
    let new = "/console/purposes/new";
    for (fields, told) in [
        (vec![("key", "Big Key"), ("name_en", "x")], "Use up to 64"),
        (vec![("key", "sms"), ("name_en", "x")], "There is a purpose with this key"),
        (vec![("key", "a")], "Give a name in at least one language"),
        (vec![("key", "a"), ("name_en", "x"), ("retention_days", "soon")], "whole number from 1"),
        (vec![("key", "a"), ("name_en", "x"), ("expires_months", "0")], "whole number from 1"),
        (
            vec![("key", "a"), ("name_en", "x"), ("basis_pipl", "legitimate_interests")],
            "does not exist under this law",
        ),
        (
            vec![
                ("key", "a"),
                ("name_en", "x"),
                ("basis_gdpr", "legitimate_interests"),
                ("sensitive", "1"),
            ],
            "cannot rest on legitimate interests",
        ),
    ] {
        let answer = reader.post(new, new, &fields).await;

        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}");
        assert!(answer.text.contains(told), "{fields:?}");
        assert!(room.catalogue().purpose("a").is_err());
    }
}

const DRAFT: [(&str, &str); 8] = [
    ("touchpoint", "campaign"),
    ("purposes", "email_marketing"),
    ("title_en", "Our raffle"),
    ("text_en", "We may share your data with our partners, etc."),
    ("accept_en", "OK"),
    ("refuse_en", "No, I don't want to win"),
    ("title_zh", "抽奖活动"),
    ("text_zh", "灯笼茶用您的邮箱发送抽奖结果。您可以随时撤回同意。"),
];

async fn a_draft_is_checked_as_it_is_saved(room: Consent) {
    let mut reader = Reader::owner(&room, "en").await;
    let new = "/console/notices/new";
    let fields: Vec<_> = DRAFT.into_iter().chain([("key", "raffle"), ("act", "save")]).collect();

    let saved = reader.post(new, new, &fields).await;

    assert_eq!(saved.location, "/console/notices/raffle/draft", "{}", saved.text);
    let page = reader.page(&saved.location).await;
    let english = between(&page, "id=\"said-en\"", "id=\"said-zh-CN\"");
    for told in [
        "<mark class=\"warn\">may</mark>",
        "<mark class=\"warn\">our partners</mark>",
        "we do it when …",
        "The wording makes people ashamed",
        "The button does not say what it does",
        "does not say how consent is withdrawn",
        "does not say who is responsible",
    ] {
        assert!(english.contains(told), "{told}: {english}");
    }
    let chinese = page.split_once("id=\"said-zh-CN\"").unwrap().1;
    assert!(!chinese.contains("<mark"), "{chinese}");
    assert!(chinese.contains("there is no way to refuse"), "no words on the buttons: {chinese}");
    let shown = reader.page("/console/notices/raffle").await;
    assert!(shown.contains("serious findings in the draft"));
    let wrong = reader.post(new, new, &[("key", "other"), ("text_en", "x")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let taken = reader.post(new, new, &[("key", "raffle"), ("title_en", "x")]).await;
    assert!(taken.text.contains("There is a notice with this key"));
    for lang in ["en", "zh-CN"] {
        let mut reader = Reader::owner(&room, lang).await;
        for path in [
            "/console/notices",
            "/console/notices/raffle",
            "/console/notices/raffle/draft",
            "/console/notices/raffle/publish",
            new,
        ] {
            reader.page(path).await;
        }
    }
}

async fn publishing_asks_whether_earlier_consents_hold(room: Consent) {
    let mut body = newsletter();
    body.title.insert("en".into(), "News and offers".into());
    room.save_draft(&me(), "newsletter", &body).await.unwrap();
    let mut reader = Reader::owner(&room, "en").await;
    let path = "/console/notices/newsletter/publish";
    let page = reader.page(path).await;
    assert!(page.contains("<ins>"), "the change is shown: {page}");
    let draft = between(&page, "name=\"draft\" value=\"", "\"").to_owned();

    let silent = reader.post(path, path, &[("draft", &draft), ("seen", "1")]).await;
    let none =
        reader.post(path, path, &[("draft", &draft), ("again", "some"), ("seen", "1")]).await;
    let unseen = reader.post(path, path, &[("draft", &draft), ("again", "none")]).await;
    let other = reader.post(path, path, &[("draft", "x"), ("again", "none"), ("seen", "1")]).await;

    for (answer, told) in [
        (silent, "Answer this question"),
        (none, "Answer this question"),
        (unseen, "seen the serious findings"),
        (other, "changed meanwhile"),
    ] {
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text.contains(told), "{told}");
    }
    assert_eq!(room.catalogue().versions("newsletter").len(), 1);
    let fields = [("draft", draft.as_str()), ("again", "some"), ("purposes", "sms"), ("seen", "1")];
    let done = reader.post(path, path, &fields).await;
    assert_eq!(done.location, "/console/notices/newsletter/versions/2", "{}", done.text);
    let catalogue = room.catalogue();
    assert!(catalogue.holds("newsletter", 1, "email_marketing"));
    assert!(!catalogue.holds("newsletter", 1, "sms"));
    let shown = reader.page(&done.location).await;
    assert!(shown.contains("People are asked again for: sms"), "{shown}");
}

async fn a_published_version_never_changes_and_shows_what_changed(room: Consent) {
    let mut body = newsletter();
    body.text.insert("zh-CN".into(), "请勾选您想收到的短信。".into());
    room.save_draft(&me(), "newsletter", &body).await.unwrap();
    room.publish(&me(), "newsletter", Reconsent::All).await.unwrap();
    let mut reader = Reader::owner(&room, "zh-CN").await;

    let first = reader.page("/console/notices/newsletter/versions/1").await;
    let second = reader.page("/console/notices/newsletter/versions/2").await;

    assert!(first.contains("请勾选您想收到的内容。") && first.contains("已有更新的版本"));
    assert!(second.contains("<del>内容</del><ins>短信</ins>"), "{second}");
    let version = room.catalogue().notice("newsletter@2").unwrap().clone();
    assert!(second.contains(&version.digest));
    assert_eq!(
        reader.get("/console/notices/newsletter/versions/3").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(reader.get("/console/notices/nothing").await.status, StatusCode::NOT_FOUND);
    // A new draft begins with what the newest version says; the version stays as it is.
    let edit = "/console/notices/newsletter/draft";
    assert!(reader.page(edit).await.contains("请勾选您想收到的短信。"));
    reader.post(edit, edit, &[("title_zh", "改了"), ("act", "save")]).await;
    assert_eq!(room.catalogue().notice("newsletter@2").unwrap().digest, version.digest);
    assert!(room.notice("newsletter").await.unwrap().draft.is_some());
}

async fn only_those_who_may_write(room: Consent) {
    for (role, sees) in [("marketer", true), ("auditor", true), ("employee", false)] {
        let mut reader = Reader::with_role(&room, "en", role).await;
        for path in ["/console/purposes", "/console/notices", "/console/notices/newsletter"] {
            let expected = if sees { StatusCode::OK } else { StatusCode::FORBIDDEN };
            assert_eq!(reader.get(path).await.status, expected, "{role} {path}");
        }
        for path in [
            "/console/purposes/new",
            "/console/purposes/sms/edit",
            "/console/notices/new",
            "/console/notices/newsletter/draft",
        ] {
            assert_eq!(reader.get(path).await.status, StatusCode::FORBIDDEN, "{role} {path}");
        }
    }
    let mut reader = Reader::owner(&room, "en").await;
    let forged = reader.post_with("/console/purposes/sms/retire", "forged", &[]).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
}
