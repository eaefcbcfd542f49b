//! Asking again, and the simulator: who must be asked, who has answered, and why an answer is what it is.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod reader;
mod support;

use axum::http::StatusCode;
use consent::{Choice, Consent, Reconsent, campaign::Line};
use reader::{Reader, between};
use store::sqlx;
use support::{choosing, mail, me, newsletter, texts};

on_both_engines!(
    a_campaign_counts_who_must_be_asked_and_who_answered,
    a_campaign_starts_and_closes_and_its_list_is_for_few,
    the_simulator_tells_every_rule_and_what_would_change_it,
    the_pages_are_for_those_who_may,
);

const CAMPAIGNS: &str = "/console/consents/campaigns";
const SIMULATOR: &str = "/console/simulator";

/// Ten people; the first seven agreed, then the notice asks again: one agrees, one refuses, one still
/// answers an old form, one is erased.
async fn asked_again(room: &Consent) {
    for n in 0..10 {
        let choice = if n < 7 { Choice::Granted } else { Choice::Denied };
        let person = mail(&format!("p{n}@example.com"));
        let mut told = choosing(&person, &[("email_marketing", choice)]);
        told.given_at = Some(store::now() - 3_600_000_000);
        room.record(&me(), &told).await.unwrap();
    }
    let mut words = newsletter();
    words.title = texts("News", "资讯");
    room.save_draft(&me(), "newsletter", &words).await.unwrap();
    let again = Reconsent::Purposes(["email_marketing".to_owned()].into());
    room.publish(&me(), "newsletter", again).await.unwrap();
    for (n, notice, choice) in [
        (0, "newsletter", Choice::Granted),
        (1, "newsletter", Choice::Denied),
        (2, "newsletter@1", Choice::Granted),
        (8, "newsletter", Choice::Granted),
    ] {
        let person = mail(&format!("p{n}@example.com"));
        let mut told = choosing(&person, &[("email_marketing", choice)]);
        told.notice = notice.into();
        room.record(&me(), &told).await.unwrap();
    }
    let gone = room.find(&mail("p3@example.com").blind(room.vault())).await.unwrap();
    room.erase(&me(), &gone.people[0]).await.unwrap();
}

async fn a_campaign_counts_who_must_be_asked_and_who_answered(room: Consent) {
    assert!(room.campaigns().await.unwrap().is_empty(), "the first version asks nobody again");
    asked_again(&room).await;

    let campaigns = room.campaigns().await.unwrap();
    let progress = room.campaign_progress(&campaigns[0]).await.unwrap().unwrap();

    assert_eq!((campaigns.len(), campaigns[0].name().as_str()), (1, "newsletter@2"));
    let line = Line { purpose: "email_marketing".into(), granted: 1, denied: 1, open: 4 };
    assert_eq!(progress.lines, [line]);
    for (lang, says) in [("en", "Not started"), ("zh-CN", "未开始")] {
        let page = Reader::owner(&room, lang).await.page(CAMPAIGNS).await;
        assert!(page.contains(says) && page.contains("33%"), "{page}");
    }
}

async fn a_campaign_starts_and_closes_and_its_list_is_for_few(room: Consent) {
    asked_again(&room).await;
    let mut reader = Reader::owner(&room, "en").await;
    let to = |act: &str| format!("{CAMPAIGNS}/newsletter@2/{act}");

    reader.post(CAMPAIGNS, &to("start"), &[]).await;
    reader.post(CAMPAIGNS, &to("start"), &[]).await;
    assert!(reader.page(CAMPAIGNS).await.contains("Running"));
    let early = reader.post(CAMPAIGNS, &to("people"), &[("kind", "email")]).await;
    assert_eq!(early.status, StatusCode::CONFLICT, "nobody takes the list alone");
    let why = [("reason", "letters for those who did not answer")];
    assert_eq!(reader.post(CAMPAIGNS, &to("ask"), &why).await.status, StatusCode::SEE_OTHER);
    let waiting = reader.post(CAMPAIGNS, &to("people"), &[("kind", "email")]).await;
    assert_eq!(waiting.status, StatusCode::CONFLICT, "asking is not enough");
    approve_all(&room).await;
    let list = reader.post(CAMPAIGNS, &to("people"), &[("kind", "email")]).await;
    let again = reader.post(CAMPAIGNS, &to("people"), &[("kind", "email")]).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "an approval is used once");
    reader.post(CAMPAIGNS, &to("close"), &[]).await;

    assert!(reader.page(CAMPAIGNS).await.contains("Closed"));
    let mut people: Vec<&str> = list.text.trim_start_matches('\u{feff}').lines().skip(1).collect();
    people.sort_unstable();
    assert_eq!(people, ["p2@example.com", "p4@example.com", "p5@example.com", "p6@example.com"]);
    let noted: Vec<String> = sqlx::query_scalar(
        "SELECT action FROM ledger_entry WHERE object_kind = 'campaign' ORDER BY seq",
    )
    .fetch_all(room.store().reader())
    .await
    .unwrap();
    assert_eq!(noted, ["campaign.started", "campaign.exported", "campaign.closed"]);
    let unknown = reader.post(CAMPAIGNS, &format!("{CAMPAIGNS}/newsletter@1/start"), &[]).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND, "the first version is no campaign");
}

/// As a colleague.
async fn approve_all(room: &Consent) {
    let web = web::Web::open(room.store().clone(), web::WebConfig::default()).await.unwrap();
    for one in web.approvals().list(None).await.unwrap() {
        web.approvals().approve("colleague", &one.id).await.unwrap();
    }
}

async fn the_simulator_tells_every_rule_and_what_would_change_it(room: Consent) {
    asked_again(&room).await;
    for (lang, yes, changed) in [
        ("en", "The customer agreed", "agrees under the notice"),
        ("zh-CN", "客户已同意", "在告知文本的最新版本下表示同意"),
    ] {
        let mut reader = Reader::owner(&room, lang).await;
        let asked = |who: &'static str, purpose: &'static str| {
            [("kind", "email"), ("identifier", who), ("purpose", purpose), ("regime", "gdpr")]
        };

        let allowed =
            reader.post(SIMULATOR, SIMULATOR, &asked("p0@example.com", "email_marketing")).await;
        let old =
            reader.post(SIMULATOR, SIMULATOR, &asked("p4@example.com", "email_marketing")).await;
        let contract =
            reader.post(SIMULATOR, SIMULATOR, &asked("stranger@example.com", "delivery")).await;
        let no_purpose = reader.post(SIMULATOR, SIMULATOR, &asked("p0@example.com", "none")).await;

        assert!(allowed.text.contains(yes), "{}", allowed.text);
        let rules = between(&allowed.text, "<ol class=\"rules\">", "</ol>");
        assert_eq!(rules.matches("<li").count(), 11, "{rules}");
        assert!(old.text.contains(changed) && old.text.contains("rule-danger"), "{}", old.text);
        assert!(contract.text.contains("badge ok"), "{}", contract.text);
        assert_eq!(no_purpose.status, StatusCode::UNPROCESSABLE_ENTITY);
        let data = [
            ("kind", "email"),
            ("identifier", "p0@example.com"),
            ("purpose", "email_marketing"),
            ("data", "contact.phone, contact.email"),
        ];
        let more = reader.post(SIMULATOR, SIMULATOR, &data).await;
        assert_eq!(more.text.matches("class=\"card way\"").count(), 3, "all three laws");
        assert!(more.text.contains("rule-danger"), "the purpose covers no phone number");
    }
    let looks: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM ledger_entry WHERE action IN ('subject.looked_up', 'personal_data.read')")
            .fetch_one(room.store().reader())
            .await
            .unwrap();
    assert_eq!(looks, 8);
}

async fn the_pages_are_for_those_who_may(room: Consent) {
    asked_again(&room).await;
    for (role, sees, looks_up) in [
        ("owner", true, true),
        ("privacy_officer", true, true),
        ("engineer", true, false),
        ("marketer", true, false),
        ("auditor", true, false),
        ("employee", false, false),
    ] {
        let mut reader = Reader::with_role(&room, "en", role).await;
        let status = |may| if may { StatusCode::OK } else { StatusCode::FORBIDDEN };
        assert_eq!(reader.get(CAMPAIGNS).await.status, status(sees), "{role}");
        assert_eq!(reader.get(SIMULATOR).await.status, status(looks_up), "{role}");
        let home = reader.page("/console/account").await;
        let token = between(&home, "name=\"csrf\" value=\"", "\"").to_owned();
        for act in ["start", "close", "people"] {
            let to = format!("{CAMPAIGNS}/newsletter@2/{act}");
            let answer = reader.post_with(&to, &token, &[]).await;
            assert_eq!(answer.status == StatusCode::FORBIDDEN, !looks_up, "{role} {act}");
        }
    }
}
