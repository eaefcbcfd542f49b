//! Early warning from the ledger to the page, on both engines.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[macro_use]
mod support;

use axum::http::StatusCode;
use serde_json::Value;
use store::{Actor, Entry, HotWrite};
use support::{House, customer, me, owner, subject, with_role};
use warn::{
    Stand,
    engine::{RuleId, Severity},
};

const SUPPORT: &str = "customer_support";

/// Many customers are opened by one person within the hour.
async fn read_many(house: &House, who: &str, count: usize) {
    for n in 0..count {
        let entry = Entry::new(
            Actor::Person(who.into()),
            "personal_data.read",
            "subject",
            format!("{who}-{n}"),
        );
        let entry = entry.about(format!("{who}-{n}")).for_purpose(SUPPORT);
        house.web.store().submit(HotWrite { entry, rows: vec![] }).await.unwrap();
    }
}

async fn open_alarms(house: &House) -> Vec<warn::Alarm> {
    house.warn.alarms(("open", "", ""), 50, 0).await.unwrap().0
}

async fn a_mass_read_becomes_one_alarm_with_evidence_however_often_it_is_followed(house: House) {
    let mut follower = house.warn.follower().await.unwrap();
    read_many(&house, "eve", 60).await;

    follower.round(false).await.unwrap();
    // Another server, and this one after a restart.
    let mut again = house.warn.follower().await.unwrap();
    again.round(true).await.unwrap();
    follower.round(false).await.unwrap();

    let alarms = open_alarms(&house).await;
    assert_eq!(alarms.len(), 1, "{alarms:?}");
    let alarm = &alarms[0];
    assert_eq!((alarm.rule, alarm.actor.as_str()), (RuleId::MassRead, "person:eve"));
    let hits = house.warn.hits(&alarm.id).await.unwrap();
    assert_eq!((hits.len(), hits[0].measured, hits[0].allowed), (1, 41, 40));
    assert!(hits[0].evidence.contains(&hits[0].seq));
    let raised: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM ledger_entry WHERE action = 'alarm.raised'")
            .fetch_one(house.web.store().reader())
            .await
            .unwrap();
    assert_eq!(raised, 1);
}

async fn what_happened_while_nobody_followed_is_found_at_the_start(house: House) {
    read_many(&house, "eve", 60).await;

    let mut follower = house.warn.follower().await.unwrap();
    follower.round(false).await.unwrap();

    assert_eq!(open_alarms(&house).await.len(), 1);
}

async fn an_alarm_is_read_acknowledged_with_a_note_and_opened_again(house: House) {
    let mut follower = house.warn.follower().await.unwrap();
    read_many(&house, "eve", 60).await;
    follower.round(false).await.unwrap();
    let id = open_alarms(&house).await[0].id.clone();
    let path = format!("/console/alarms/{id}");
    let act = format!("{path}/acknowledge");
    let mut reader = owner(&house, "en").await;

    let list = reader.page("/console/alarms").await;
    let empty = reader.post(&path, &act, &[("note", " ")]).await;
    let fields = [("note", "Training of a new colleague"), ("incident", "INC-7")];
    let done = reader.post(&path, &act, &fields).await;

    assert!(list.contains("Many customers opened within an hour") && list.contains("nav-badge"));
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.text.contains("Say what it was"), "{}", empty.text);
    assert_eq!(done.location, "/console/alarms");
    assert!(!reader.page("/console/alarms").await.contains("nav-badge"));
    let page = reader.page(&path).await;
    assert!(page.contains("Training of a new colleague") && page.contains("INC-7"), "{page}");
    assert!(page.contains("/console/audit/lines/"), "{page}");
    reader.post(&path, &format!("{path}/reopen"), &[]).await;
    assert_eq!(open_alarms(&house).await.len(), 1);
    let sealed: String = sqlx::query_scalar("SELECT note_sealed FROM alarm")
        .fetch_one(house.web.store().reader())
        .await
        .unwrap();
    assert!(!sealed.contains("Training"));
}

async fn a_mute_keeps_alarms_from_waiting_until_it_ends_but_never_a_canarys(house: House) {
    let mut follower = house.warn.follower().await.unwrap();
    let mut reader = owner(&house, "en").await;
    let all = reader
        .post("/console/alarms/mutes", "/console/alarms/mutes", &[("days", "7"), ("reason", "x")])
        .await;
    let until = store::now() + 3_600_000_000;
    house.warn.mute(me(), None, "person:eve", until, "tax audit").await.unwrap();
    let id = house.warn.make_canary(&me(), "tea.example").await.unwrap();
    let canary = house.warn.canary(&id).await.unwrap();
    follower.round(true).await.unwrap();

    read_many(&house, "eve", 60).await;
    let eve = Actor::Person("eve".into());
    let planted = consent::SubjectId(canary.subject.clone());
    house.consent.looked_up(&eve, Some(&planted), SUPPORT).await.unwrap();
    follower.round(true).await.unwrap();

    assert_eq!(all.status, StatusCode::UNPROCESSABLE_ENTITY, "all at once cannot be muted");
    let open: Vec<RuleId> = open_alarms(&house).await.iter().map(|alarm| alarm.rule).collect();
    assert_eq!(open, [RuleId::Canary]);
    let (muted, _) = house.warn.alarms(("muted", "", ""), 9, 0).await.unwrap();
    assert_eq!((muted.len(), muted[0].rule), (1, RuleId::MassRead));
    let mute = house.warn.mutes().await.unwrap().remove(0);
    house.warn.unmute(me(), &mute.id).await.unwrap();
    assert!(house.warn.mutes().await.unwrap().is_empty());
}

async fn whoever_touches_a_canary_by_any_way_is_told(house: House) {
    let id = house.warn.make_canary(&me(), "tea.example").await.unwrap();
    house.warn.planted(me(), &id, "CRM").await.unwrap();
    let canary = house.warn.canary(&id).await.unwrap();
    let email = canary.face.email.clone();
    customer(&house, "li.lei@example.com").await;
    let mut follower = house.warn.follower().await.unwrap();
    follower.round(true).await.unwrap();
    assert!(open_alarms(&house).await.is_empty(), "planting one is no alarm");
    let mut reader = owner(&house, "en").await;
    let ask = |email: &str| format!("{{\"subject\":{{\"email\":\"{email}\"}}}}");

    let read = reader.api("consent:read", "/v1/preferences/lookup", &ask(&email)).await;
    let hit = reader.api("canaries:report", "/v1/canaries/hits", &ask(&email)).await;
    let no = ask("li.lei@example.com");
    let none = reader.api("canaries:report", "/v1/canaries/hits", &no).await;
    let purpose = format!("{{\"purpose\":\"none\",\"subject\":{{\"email\":\"{email}\"}}}}");
    reader.api("decide", "/v1/decisions", &purpose).await;
    follower.round(true).await.unwrap();

    assert_eq!(read.status, StatusCode::OK, "{}", read.text);
    assert_eq!(
        (hit.text.as_str(), none.text.as_str()),
        ("{\"canary\":true}", "{\"canary\":false}")
    );
    let alarms = open_alarms(&house).await;
    assert!(alarms.iter().all(|alarm| alarm.rule == RuleId::Canary), "{alarms:?}");
    assert!(alarms.iter().all(|alarm| alarm.severity == Severity::Critical));
    assert_eq!(alarms.len(), 3, "a key each read, decided and reported: {alarms:?}");
    assert!(alarms.iter().all(|alarm| alarm.subject == canary.subject));
    let told = reader.api("audit:read", "/v1/alarms", "").await;
    let told: Value = serde_json::from_str(&told.text).unwrap();
    assert_eq!(told["total"], 3, "{told}");
    assert!(!told.to_string().contains(&email));
}

async fn canaries_are_made_taken_away_planted_and_retired_on_their_page(house: House) {
    let mut reader = owner(&house, "en").await;
    let (page, csv) = ("/console/canaries", "/console/canaries/canaries.csv");

    let wrong = reader.post(page, page, &[("domain", "nothing"), ("count", "0")]).await;
    reader.post(page, page, &[("domain", "tea.example"), ("count", "2")]).await;
    let file = reader.post(page, csv, &[]).await;
    let made = house.warn.canaries().await.unwrap();
    let place = format!("{page}/{}/planted", made[0].id);
    reader.post(page, &place, &[("place", "CRM, customers")]).await;
    let shown = reader.page(page).await;
    reader.post(page, &format!("{page}/{}/retire", made[1].id), &[]).await;

    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(file.text.lines().count(), 3, "{}", file.text);
    assert!(file.text.contains(&made[0].face.email) && file.text.contains("+1"));
    assert!(shown.contains("CRM, customers"), "{shown}");
    let left = house.warn.canaries().await.unwrap();
    let stands: Vec<Stand> = left.iter().map(|canary| canary.stand).collect();
    assert_eq!(stands, [Stand::Planted, Stand::Retired]);
    let subject = subject(&made[1].face.email);
    let known = house.consent.find(&subject.blind(house.consent.vault())).await.unwrap();
    assert!(known.erased, "its key is gone");
    let sealed: Vec<String> = sqlx::query_scalar("SELECT sealed FROM canary")
        .fetch_all(house.web.store().reader())
        .await
        .unwrap();
    assert!(sealed.iter().all(|text| !text.contains("tea.example")));
}

async fn a_rules_numbers_are_checked_kept_and_heeded(house: House) {
    let mut reader = owner(&house, "en").await;
    let page = "/console/alarms/rules/mass-read";
    let mut follower = house.warn.follower().await.unwrap();

    let wrong = reader.post(page, page, &[("floor", "-1"), ("k", "0")]).await;
    let fields = [("watched", "1"), ("severity", "low"), ("floor", "10"), ("k", "3")];
    let saved = reader.post(page, page, &fields).await;
    read_many(&house, "eve", 15).await;
    follower.round(true).await.unwrap();

    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(saved.location, "/console/alarms/rules");
    let alarms = open_alarms(&house).await;
    assert_eq!((alarms.len(), alarms[0].severity), (1, Severity::Low));
    assert!(reader.page("/console/alarms/rules").await.contains("changed by you"));
}

async fn every_page_is_whole_in_both_languages_and_refused_to_others(house: House) {
    let mut follower = house.warn.follower().await.unwrap();
    read_many(&house, "eve", 60).await;
    house.warn.make_canary(&me(), "tea.example").await.unwrap();
    house
        .warn
        .mute(me(), Some(RuleId::OffHours), "", store::now() + 9_000_000_000, "x")
        .await
        .unwrap();
    follower.round(true).await.unwrap();
    let id = open_alarms(&house).await[0].id.clone();
    let one = format!("/console/alarms/{id}");
    let mut paths: Vec<String> =
        RuleId::ALL.iter().map(|rule| format!("/console/alarms/rules/{}", rule.as_str())).collect();
    paths.extend(
        ["", "?state=all", "?state=muted&rule=canary", "/rules", "/mutes"]
            .map(|rest| format!("/console/alarms{rest}")),
    );
    paths.extend([one, "/console/canaries".to_owned()]);

    for lang in ["en", "zh-CN"] {
        let mut reader = owner(&house, lang).await;
        for path in &paths {
            reader.page(path).await;
        }
    }
    let mut marketer = with_role(&house, "en", "marketer").await;
    for path in &paths {
        assert_eq!(marketer.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let mut auditor = with_role(&house, "en", "auditor").await;
    assert_eq!(auditor.get("/console/canaries").await.status, StatusCode::FORBIDDEN);
    assert!(!auditor.page("/console/alarms/mutes").await.contains("name=\"reason\""));
}

on_both_engines!(
    a_mass_read_becomes_one_alarm_with_evidence_however_often_it_is_followed,
    what_happened_while_nobody_followed_is_found_at_the_start,
    an_alarm_is_read_acknowledged_with_a_note_and_opened_again,
    a_mute_keeps_alarms_from_waiting_until_it_ends_but_never_a_canarys,
    whoever_touches_a_canary_by_any_way_is_told,
    canaries_are_made_taken_away_planted_and_retired_on_their_page,
    a_rules_numbers_are_checked_kept_and_heeded,
    every_page_is_whole_in_both_languages_and_refused_to_others,
);

/// Every sentence and every next step is there, in both languages.
#[test]
fn every_rule_has_words() {
    let source =
        concat!(include_str!("../src/engine/reads.rs"), include_str!("../src/engine/accounts.rs"),);
    assert!(source.contains("why:"));
    for lang in web::Lang::ALL {
        for rule in RuleId::ALL {
            for part in ["rule", "what", "do"] {
                let key = format!("warn-{part}-{}", rule.as_str());
                assert!(web::has_key(lang, &key), "{key}");
            }
        }
        for why in [
            "mass-read",
            "slow-read",
            "off-hours",
            "unusual-purpose",
            "export-spike",
            "erasures",
            "other-country",
            "other-device",
            "new-country",
            "new-device-and-network",
            "failed-sign-ins",
            "spraying",
            "guessed",
            "self-grant",
            "many-grants",
            "first-grant",
            "emergency",
            "canary",
            "canary-decided",
            "canary-recorded",
            "canary-reported",
        ] {
            assert!(web::has_key(lang, &format!("warn-why-{why}")), "{why}");
        }
    }
}
