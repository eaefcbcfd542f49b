//! Looking up one customer in the console, and acting for them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod reader;
mod support;

use axum::http::StatusCode;
use consent::{
    Choice, Consent, IdentifierKind,
    decide::{Ask, Reason},
    record::Origin,
};
use reader::{Reader, between};
use store::sqlx::{self, Row as _};
use support::{choosing, mail, me, person};

on_both_engines!(
    a_customer_is_found_by_an_identifier_and_every_look_is_noted,
    nobody_and_nonsense_are_told_without_repeating_them_in_addresses,
    identifiers_are_shown_in_clear_only_for_a_reason,
    a_restriction_stops_everything_until_it_is_lifted,
    staff_record_what_a_customer_told_them,
    a_merged_customer_is_shown_as_the_one_they_became,
    an_erased_customer_has_no_name_and_no_choices,
    only_who_may_look_people_up_sees_them,
    nothing_of_a_customer_opens_without_a_purpose_that_is_held,
    a_key_is_destroyed_by_two_people,
    a_refused_erasure_destroys_nothing,
    an_erasure_is_offered_in_chinese_and_to_who_may,
);

const PEOPLE: &str = "/console/consents/people";
const MAIL: &str = "li.lei@example.com";

async fn li(room: &Consent) -> String {
    let li = person(&[(IdentifierKind::Email, MAIL), (IdentifierKind::Phone, "13812345678")]);
    room.record(&me(), &choosing(&li, &[("email_marketing", Choice::Granted)])).await.unwrap();
    room.find(&li.blind(room.vault())).await.unwrap().people[0].0.clone()
}

async fn actions(room: &Consent, action: &str) -> Vec<(String, String)> {
    let rows =
        sqlx::query("SELECT object_id, actor FROM ledger_entry WHERE action = $1 ORDER BY seq")
            .bind(action)
            .fetch_all(room.store().reader())
            .await
            .unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

async fn a_customer_is_found_by_an_identifier_and_every_look_is_noted(room: Consent) {
    let id = li(&room).await;
    for (lang, agreed) in [("en", "Agreed on"), ("zh-CN", "下同意")] {
        let mut reader = Reader::owner(&room, lang).await;
        let asked = [("kind", "email"), ("identifier", " LI.LEI@Example.com ")];

        let found = reader.post(PEOPLE, PEOPLE, &asked).await;

        assert_eq!(
            (found.status, found.location.as_str()),
            (StatusCode::SEE_OTHER, format!("{PEOPLE}/{id}").as_str())
        );
        let page = reader.page(&found.location).await;
        assert!(page.contains("l•••••@example.com") && !page.contains(MAIL), "masked: {page}");
        assert!(!page.contains("13812345678") && page.contains(agreed), "{page}");
        assert!(
            page.contains("请勾选您想收到的内容"),
            "the notice as it was shown, in Chinese: {page}"
        );
        let title = between(&page, "<title>", "</title>");
        assert!(!title.contains("example.com"), "{title}");
    }
    let looks = actions(&room, "personal_data.read").await;
    assert_eq!(looks.len(), 2);
    assert!(looks.iter().all(|(object, actor)| *object == id && actor.starts_with("person:")));
    let whose: Vec<(String, String)> = sqlx::query_as(
        "SELECT subject, purpose FROM ledger_entry WHERE action = 'personal_data.read'",
    )
    .fetch_all(room.store().reader())
    .await
    .unwrap();
    assert!(whose.iter().all(|(who, why)| *who == id && why == "customer_support"), "{whose:?}");
    room.store().ledger().verify().await.unwrap();
}

async fn nobody_and_nonsense_are_told_without_repeating_them_in_addresses(room: Consent) {
    let mut reader = Reader::owner(&room, "en").await;

    let nobody = reader.post(PEOPLE, PEOPLE, &[("kind", "email"), ("identifier", MAIL)]).await;
    assert_eq!((nobody.status, nobody.location.as_str()), (StatusCode::OK, ""));
    assert!(nobody.text.contains("Nobody has this identifier"));
    for (kind, text) in [("email", "li"), ("phone", "12"), ("customer_id", ""), ("x", "a b")] {
        let wrong = reader.post(PEOPLE, PEOPLE, &[("kind", kind), ("identifier", text)]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{kind}");
        assert!(wrong.text.contains("field-error"), "{kind}");
    }
    let long = "x".repeat(5_000);
    let wrong = reader.post(PEOPLE, PEOPLE, &[("kind", "email"), ("identifier", &long)]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(actions(&room, "subject.looked_up").await.len(), 1, "only what was a search");
    assert_eq!(reader.get(&format!("{PEOPLE}/nonsense")).await.status, StatusCode::NOT_FOUND);
}

async fn identifiers_are_shown_in_clear_only_for_a_reason(room: Consent) {
    let id = li(&room).await;
    let mut reader = Reader::owner(&room, "en").await;
    let (page, reveal) = (format!("{PEOPLE}/{id}"), format!("{PEOPLE}/{id}/reveal"));

    let without = reader.post(&page, &reveal, &[("why", " ")]).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!without.text.contains(MAIL));
    let why = "Ms Han called about her newsletter";
    let shown = reader.post(&page, &reveal, &[("why", why)]).await;

    assert!(shown.text.contains(MAIL) && shown.text.contains("+8613812345678"), "{}", shown.text);
    let again = reader.page(&page).await;
    assert!(!again.contains(MAIL), "once, on that answer only");
    assert!(again.contains(why), "the reason is kept");
    assert_eq!(actions(&room, "subject.revealed").await.len(), 1);
    let kept: String = sqlx::query_scalar("SELECT sealed FROM subject_note")
        .fetch_one(room.store().reader())
        .await
        .unwrap();
    assert!(!kept.contains("Han"), "sealed");
}

async fn a_restriction_stops_everything_until_it_is_lifted(room: Consent) {
    let id = li(&room).await;
    let mut reader = Reader::owner(&room, "en").await;
    let (page, act) = (format!("{PEOPLE}/{id}"), format!("{PEOPLE}/{id}/restrict"));
    let ask = Ask::default();

    let fields = [("why", "asked for it by letter"), ("restricted", "1")];
    assert_eq!(reader.post(&page, &act, &fields).await.status, StatusCode::SEE_OTHER);
    let decision = room.decide(&mail(MAIL), "email_marketing", &ask).await.unwrap();
    assert_eq!(decision.reason, Reason::Restricted);
    assert!(reader.page(&page).await.contains("Use restricted"));

    let fields = [("why", "the dispute is settled"), ("restricted", "0")];
    reader.post(&page, &act, &fields).await;
    let decision = room.decide(&mail(MAIL), "email_marketing", &ask).await.unwrap();
    assert_eq!(decision.reason, Reason::Granted);
    assert_eq!(room.notes_of(&consent::SubjectId(id)).await.unwrap().len(), 2);
}

async fn staff_record_what_a_customer_told_them(room: Consent) {
    let id = li(&room).await;
    for lang in ["en", "zh-CN"] {
        Reader::owner(&room, lang).await.page(&format!("{PEOPLE}/{id}/record")).await;
    }
    let mut reader = Reader::owner(&room, "en").await;
    let form = format!("{PEOPLE}/{id}/record");

    let nothing = reader.post(&form, &form, &[("notice", "newsletter")]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nothing.text.contains("Choose at least one answer"));
    let fields = [
        ("notice", "newsletter"),
        ("language", "en"),
        ("channel", "phone"),
        ("how", "called on 3 May"),
        ("choice.email_marketing", "denied"),
        ("choice.sms", "granted"),
        ("choice.analytics", ""),
    ];
    let saved = reader.post(&form, &form, &fields).await;

    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let records = room.records_of(&consent::SubjectId(id.clone())).await.unwrap();
    let last = records.last().unwrap();
    assert_eq!((last.origin, last.channel.as_str()), (Origin::Staff, "phone"));
    assert_eq!(last.choices["email_marketing"], Choice::Withdrawn, "a no after a yes");
    assert_eq!(last.choices["sms"], Choice::Pending, "an e-mail must still confirm it");
    let page = reader.page(&format!("{PEOPLE}/{id}")).await;
    assert!(page.contains("called on 3 May") && page.contains("Staff"), "{page}");
    let hidden = [
        ("notice", "newsletter"),
        ("language", "en"),
        ("channel", "phone"),
        ("how", "by phone"),
        ("choice.delivery", "granted"),
    ];
    let refused = reader.post(&form, &form, &hidden).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "the notice does not show it");
}

async fn a_merged_customer_is_shown_as_the_one_they_became(room: Consent) {
    let device = person(&[(IdentifierKind::DeviceId, "d-1")]);
    let known = li(&room).await;
    room.record(&me(), &choosing(&device, &[("analytics", Choice::Denied)])).await.unwrap();
    let other = room.find(&device.blind(room.vault())).await.unwrap().people[0].0.clone();
    let both = person(&[(IdentifierKind::DeviceId, "d-1"), (IdentifierKind::Email, MAIL)]);
    room.link(&me(), &both).await.unwrap();
    let mut reader = Reader::owner(&room, "en").await;

    let moved = reader.get(&format!("{PEOPLE}/{other}")).await;

    assert_eq!(moved.location, format!("{PEOPLE}/{known}"));
    let page = reader.page(&moved.location).await;
    assert_eq!(page.matches("class=\"moment card\"").count(), 2);
}

async fn an_erased_customer_has_no_name_and_no_choices(room: Consent) {
    let id = li(&room).await;
    let mut reader = Reader::owner(&room, "en").await;
    let page = format!("{PEOPLE}/{id}");
    reader.post(&page, &format!("{page}/reveal"), &[("why", "a call by Mr Li")]).await;
    room.erase(&me(), &consent::SubjectId(id.clone())).await.unwrap();

    let text = reader.page(&page).await;

    assert!(text.contains("Erased") && !text.contains("Mr Li") && !text.contains("example.com<"));
    assert!(
        !text.contains("moment card") && !text.contains("Nothing was recorded"),
        "no choices either"
    );
    let token = between(&reader.page(PEOPLE).await, "name=\"csrf\" value=\"", "\"").to_owned();
    let late =
        reader.post_with(&format!("{page}/reveal"), &token, &[("why", "again and again")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
}

async fn only_who_may_look_people_up_sees_them(room: Consent) {
    let id = li(&room).await;
    for (role, may) in [
        ("owner", true),
        ("privacy_officer", true),
        ("engineer", false),
        ("marketer", false),
        ("auditor", false),
        ("employee", false),
    ] {
        let mut reader = Reader::with_role(&room, "en", role).await;
        for path in ["", "/record"] {
            let answer = reader.get(&format!("{PEOPLE}/{id}{path}")).await;
            let wanted = if may { StatusCode::OK } else { StatusCode::FORBIDDEN };
            assert_eq!(answer.status, wanted, "{role} {path}");
        }
        let wanted = if may { StatusCode::OK } else { StatusCode::FORBIDDEN };
        assert_eq!(reader.get(PEOPLE).await.status, wanted, "{role}");
        let home = reader.page("/console/account").await;
        assert_eq!(home.contains(&format!("href=\"{PEOPLE}\"")), may, "{role}");
        let token = between(&home, "name=\"csrf\" value=\"", "\"").to_owned();
        for act in ["reveal", "restrict", "record"] {
            let to = format!("{PEOPLE}/{id}/{act}");
            let answer = reader.post_with(&to, &token, &[("why", "curious about it")]).await;
            assert_eq!(answer.status == StatusCode::FORBIDDEN, !may, "{role} {act}");
        }
        let without = reader.post_with(&format!("{PEOPLE}/{id}/reveal"), "wrong", &[]).await;
        assert_eq!(without.status, StatusCode::FORBIDDEN, "{role} without a token");
    }
}

async fn nothing_of_a_customer_opens_without_a_purpose_that_is_held(room: Consent) {
    let id = li(&room).await;
    let mut reader = Reader::owner(&room, "en").await;
    let page = format!("{PEOPLE}/{id}");
    reader.forget_purpose();

    let asked = reader.get(&page).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER);
    assert!(asked.location.starts_with("/console/access/purpose?back="), "{}", asked.location);
    let form = asked.location.clone();
    let choose = "/console/access/purpose";
    let wrong = reader.post(&form, choose, &[("back", &page), ("purpose", "quality")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "a purpose that is not held");
    assert_eq!(reader.get(&page).await.status, StatusCode::SEE_OTHER, "still closed");
    let away = [("back", "//evil.example/"), ("purpose", "customer_support")];
    let away = reader.post(&form, choose, &away).await;
    assert_eq!(away.location, "/console", "never to another site");
    let chosen = [("back", page.as_str()), ("purpose", "customer_support")];
    let chosen = reader.post(&form, choose, &chosen).await;

    assert_eq!((chosen.status, chosen.location.as_str()), (StatusCode::SEE_OTHER, page.as_str()));
    assert_eq!(reader.get(&page).await.status, StatusCode::OK);
    assert_eq!(actions(&room, "personal_data.read").await.len(), 1, "only what was opened");
}

/// One asks and says why, a colleague approves, and only then, once, the key is destroyed.
async fn a_key_is_destroyed_by_two_people(room: Consent) {
    let id = li(&room).await;
    let (base, mut reader) = (format!("{PEOPLE}/{id}/erase"), Reader::owner(&room, "en").await);
    let ask = format!("{base}/ask");
    let web = web::Web::open(room.store().clone(), web::WebConfig::default()).await.unwrap();
    let alive = async || room.identifiers(&consent::SubjectId(id.clone())).await.unwrap().len();

    assert!(reader.page(&format!("{PEOPLE}/{id}")).await.contains(&format!("href=\"{base}\"")));
    let alone = reader.post(&base, &base, &[("sure", "1")]).await;
    assert_eq!(alone.status, StatusCode::CONFLICT, "nobody does it alone");
    let silent = reader.post(&base, &ask, &[("why", " ")]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    let asked = reader.post(&base, &ask, &[("why", "request 2026-118")]).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text);
    let page = reader.page(&base).await;
    assert!(page.contains("Waits for a colleague") && !page.contains("/approve\""), "{page}");
    let question = web.approvals().list(None).await.unwrap().remove(0);
    assert_eq!((question.action.as_str(), question.object_id.as_str()), ("destroy_keys", &*id));
    let (asker, request) = (question.asked_by, question.id);
    let doing = [("sure", "1"), ("request", request.as_str())];
    assert_eq!(reader.post(&base, &base, &doing).await.status, StatusCode::CONFLICT);
    assert!(web.approvals().approve(&asker, &request).await.is_err(), "not by who asked");
    assert_eq!(alive().await, 2);

    web.approvals().approve("colleague", &request).await.unwrap();
    assert!(reader.page(&base).await.contains("Destroy the key now"));
    let unsure = reader.post(&base, &base, &doing[1..]).await;
    assert_eq!(unsure.status, StatusCode::UNPROCESSABLE_ENTITY, "the box is not ticked");
    assert_eq!(alive().await, 2);
    let done = reader.post(&base, &base, &doing).await;

    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert_eq!(alive().await, 0);
    let list = std::fs::read_to_string(room.store().data_dir().join("privet.shredded")).unwrap();
    assert_eq!(list.lines().collect::<Vec<_>>(), [id.as_str()]);
    let page = reader.page(&base).await;
    assert!(page.contains("Download the deletion certificate"), "{page}");
    assert!(!page.contains("/erase/ask"), "{page}");
    assert_eq!(reader.get(&format!("{PEOPLE}/{id}/certificate")).await.status, StatusCode::OK);
    assert!(!reader.post(&base, &base, &doing).await.status.is_success());
    let told = room.decide(&mail(MAIL), "email_marketing", &Ask::default()).await.unwrap();
    assert!(!told.allow);
    // Whoever follows the customer in the ledger sees every step.
    let steps: Vec<String> = sqlx::query_scalar(
        "SELECT action FROM ledger_entry WHERE subject = $1
         AND (action LIKE 'approval.%' OR action = 'subject.erased') ORDER BY seq",
    )
    .bind(&id)
    .fetch_all(room.store().reader())
    .await
    .unwrap();
    assert_eq!(steps, ["approval.asked", "approval.approved", "subject.erased"]);
    assert_eq!(actions(&room, "approval.used").await.len(), 1);
    room.store().ledger().verify().await.unwrap();
}

async fn a_refused_erasure_destroys_nothing(room: Consent) {
    let id = li(&room).await;
    let (base, mut reader) = (format!("{PEOPLE}/{id}/erase"), Reader::owner(&room, "en").await);
    let web = web::Web::open(room.store().clone(), web::WebConfig::default()).await.unwrap();
    reader.post(&base, &format!("{base}/ask"), &[("why", "request 2026-118")]).await;
    let request = web.approvals().list(None).await.unwrap().remove(0).id;

    web.approvals().refuse("colleague", &request).await.unwrap();

    let doing = [("sure", "1"), ("request", request.as_str())];
    assert_eq!(reader.post(&base, &base, &doing).await.status, StatusCode::CONFLICT);
    let page = reader.page(&base).await;
    assert!(page.contains("Refused by") && page.contains("/erase/ask"), "may ask again: {page}");
    assert_eq!(room.identifiers(&consent::SubjectId(id.clone())).await.unwrap().len(), 2);
    assert!(!room.store().data_dir().join("privet.shredded").exists());
    // An approval for another customer is of no use here.
    let other = mail("han@example.com");
    room.record(&me(), &choosing(&other, &[("email_marketing", Choice::Granted)])).await.unwrap();
    let han = room.find(&other.blind(room.vault())).await.unwrap().people[0].clone();
    let theirs = format!("{PEOPLE}/{}/erase", han.0);
    reader.post(&theirs, &format!("{theirs}/ask"), &[("why", "request 2026-119")]).await;
    let request = web.approvals().list(None).await.unwrap().remove(0).id;
    web.approvals().approve("colleague", &request).await.unwrap();
    let doing = [("sure", "1"), ("request", request.as_str())];
    assert_eq!(reader.post(&base, &base, &doing).await.status, StatusCode::NOT_FOUND);
    assert_eq!(room.identifiers(&consent::SubjectId(id)).await.unwrap().len(), 2);
}

async fn an_erasure_is_offered_in_chinese_and_to_who_may(room: Consent) {
    let id = li(&room).await;
    let base = format!("{PEOPLE}/{id}/erase");
    let page = Reader::owner(&room, "zh-CN").await.page(&base).await;
    assert!(page.contains("无法撤销") && page.contains("申请删除"), "{page}");
    let mut engineer = Reader::with_role(&room, "en", "engineer").await;
    assert_eq!(engineer.get(&base).await.status, StatusCode::FORBIDDEN);
}
