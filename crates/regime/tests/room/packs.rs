//! Rule packs: refused, looked at, switched on, switched back.

use std::sync::Arc;

use axum::http::StatusCode;
use consent::{LegalBasis, NoticeBody, PurposeBody, Reconsent, purpose::Texts};
use jiff::civil::date;
use law::Law;
use regime::{Affected, Effect, Loaded, Metric, Profile, Stage, Value, today};

use crate::support::{self, House, me, owner};

const CHANGE: &str = include_str!("../../../../examples/law/eu-omnibus.toml");

async fn staged(house: &House) -> String {
    match house.regimes.load_pack(me(), "eu-omnibus.toml", CHANGE).await.unwrap() {
        Loaded::Staged(id) => id,
        other => panic!("{other:?}"),
    }
}

async fn german(house: &House) {
    let mut profile = Profile { complete: true, ..Profile::default() };
    profile.tell("DE", Metric::People, Value::Number(1200));
    house.regimes.save_profile(me(), &profile).await.unwrap();
}

fn hours(law: &Law) -> Option<u64> {
    law.fact("eu.breach_auth", date(2027, 3, 1)).and_then(|fact| fact.value)
}

async fn a_bad_pack_is_refused_with_every_fault(house: House) {
    let bad = CHANGE
        .replacen("unit = \"hours\"", "unit = \"people\"", 1)
        .replace("regime = \"eu-gdpr\"\nkind = \"duty\"", "regime = \"eu-xxx\"\nkind = \"duty\"");

    let loaded = house.regimes.load_pack(me(), "bad.toml", &bad).await.unwrap();

    let Loaded::Refused(problems) = loaded else { panic!("{loaded:?}") };
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems.iter().all(|one| one.file == "bad.toml" && one.line > 1));
    assert!(house.regimes.packs().await.unwrap().is_empty());
}

async fn a_pack_changes_nothing_before_it_is_switched_on(house: House) {
    german(&house).await;
    let id = staged(&house).await;

    let preview = house.regimes.preview(&id, today()).await.unwrap();

    assert_eq!(hours(&house.regimes.law()), Some(72));
    assert_eq!(hours(&preview.after), Some(96));
    assert_eq!(preview.begin, ["eu.duty.entry_point"]);
    assert!(preview.end.is_empty() && preview.apply.is_empty() && preview.cease.is_empty());
    // The same file again is the same pack.
    assert_eq!(staged(&house).await, id);
}

async fn a_pack_is_switched_on_and_back(house: House) {
    german(&house).await;
    let id = staged(&house).await;

    house.regimes.switch_pack(me(), &id).await.unwrap();

    assert_eq!(hours(&house.regimes.law()), Some(96));
    assert_eq!(house.regimes.pack(&id).await.unwrap().stage, Stage::InUse);
    assert!(house.regimes.duty("eu.duty.entry_point", today()).await.is_ok());
    // Another server, and this one after a restart, has the same law.
    let other = support::house(house.web.store().clone()).await;
    assert_eq!(hours(&other.regimes.law()), Some(96));

    house.regimes.switch_back(me(), "eu").await.unwrap();

    assert_eq!(hours(&house.regimes.law()), Some(72));
    assert!(house.regimes.duty("eu.duty.entry_point", today()).await.is_err());
    other.regimes.refresh().await.unwrap();
    assert_eq!(hours(&other.regimes.law()), Some(72));
    for action in ["law.loaded", "law.switched", "law.reverted"] {
        let n: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM ledger_entry WHERE action = $1")
            .bind(action)
            .fetch_one(house.web.store().reader())
            .await
            .unwrap();
        assert_eq!(n, 1, "{action}");
    }
}

struct Room;

#[async_trait::async_trait]
impl Affected for Room {
    async fn affected(&self, before: &Law, after: &Law, _: web::Lang) -> Vec<Effect> {
        let text = format!("Breach plan: {:?} → {:?}", hours(before), hours(after));
        vec![Effect { text, href: "/console/breaches".into() }]
    }
}

async fn the_page_shows_what_changes_here_and_in_other_rooms(house: House) {
    german(&house).await;
    house.regimes.ask(Arc::new(Room));
    let id = staged(&house).await;
    for (lang, words) in
        [("en", ["96 hours", "Duties that begin"]), ("zh-CN", ["96 小时", "开始的义务"])]
    {
        let page = owner(&house, lang).await.page(&format!("/console/laws/packs/{id}")).await;
        for word in words {
            assert!(page.contains(word), "{word}");
        }
        assert!(page.contains("Breach plan: Some(72)") && page.contains("2027-01-01"));
    }
    let mut reader = owner(&house, "en").await;
    let page = format!("/console/laws/packs/{id}");

    let switched = reader.post(&page, &format!("{page}/switch"), &[]).await;

    assert_eq!(switched.status, StatusCode::SEE_OTHER);
    let packs = reader.page("/console/laws/packs").await;
    assert!(packs.contains("2027.01.01-example") && packs.contains("installed here"));
    let back = reader.post("/console/laws/packs", "/console/laws/packs/eu/back", &[]).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER);
    assert_eq!(hours(&house.regimes.law()), Some(72));
}

const CONSENTS: &str = r#"
[pack]
id = "eu"
version = "2027.02.01-test"
name = { en = "A test", zh = "测试" }
as_of = "2026-11-24"
amends = true
removes = ["eu.basis.legitimate_interests"]

[[fact]]
id = "eu.child_age.de"
regime = "eu-gdpr"
kind = "consent_rule"
code = "child_age.DE"
text = { en = "In Germany a child can consent from the age of 14.", zh = "在德国，儿童年满 14 岁可自行同意。" }
value = 14
unit = "age"
cite = { en = "A test", zh = "测试" }
confidence = "V"
from = "2099-01-01"

[[fact]]
id = "eu.consent.refresh"
regime = "eu-gdpr"
kind = "consent_rule"
code = "refresh"
text = { en = "Ask anew after a year.", zh = "一年后重新征求。" }
value = 12
unit = "calendar_months"
cite = { en = "A test", zh = "测试" }
confidence = "V"
from = "2018-05-25"
"#;

async fn asked_for(house: &House) {
    let texts = |text: &str| Texts::from([("en".to_owned(), text.to_owned())]);
    let news = PurposeBody { name: texts("News"), ..PurposeBody::default() };
    let yearly = PurposeBody { name: texts("Survey"), expires_months: Some(6), ..news.clone() };
    let basis = [(consent::Regime::Gdpr, LegalBasis::LegitimateInterests)].into();
    let watch = PurposeBody { name: texts("Fraud watch"), basis, ..PurposeBody::default() };
    for (key, body) in [("news", news), ("survey", yearly), ("watch", watch)] {
        house.consent.save_purpose(&me(), key, &body).await.unwrap();
    }
    let purposes = vec!["news".into(), "watch".into()];
    let notice = NoticeBody { title: texts("Sign-up"), purposes, ..NoticeBody::default() };
    house.consent.save_draft(&me(), "signup", &notice).await.unwrap();
    house.consent.publish(&me(), "signup", Reconsent::None).await.unwrap();
}

async fn a_new_law_shows_what_it_changes_in_consents(house: House) {
    german(&house).await;
    asked_for(&house).await;
    let loaded = house.regimes.load_pack(me(), "test.toml", CONSENTS).await.unwrap();
    let Loaded::Staged(id) = loaded else { panic!("{loaded:?}") };
    let preview = house.regimes.preview(&id, today()).await.unwrap();

    let effects = house.regimes.effects(&preview, web::Lang::En).await;

    let all: Vec<&str> = effects.iter().map(|one| one.text.as_str()).collect();
    let has = |words: &[&str]| all.iter().any(|text| words.iter().all(|word| text.contains(word)));
    assert!(has(&["would no longer be a legal basis", "Fraud watch"]), "{all:#?}");
    assert!(has(&["after 12 months", "News"]) && !has(&["after 12 months", "Survey"]), "{all:#?}");
    assert!(has(&["from 14 years instead of 16 (DE)", "News", "from 2099-01-01"]), "{all:#?}");
    assert!(has(&["by the age 16", "says 14"]), "{all:#?}");
    assert!(has(&["Notice “Sign-up”", "News", "Fraud watch"]), "{all:#?}");
    assert!(effects.iter().any(|one| one.href == "/console/notices/signup"));
    let zh = house.regimes.effects(&preview, web::Lang::ZhCn).await;
    assert_eq!(zh.len(), effects.len());
    assert!(zh.iter().all(|one| !one.text.contains('⟦')), "{zh:#?}");
}

async fn the_same_law_changes_nothing(house: House) {
    german(&house).await;
    asked_for(&house).await;
    let id = staged(&house).await;
    let mut preview = house.regimes.preview(&id, today()).await.unwrap();
    preview.after = (*preview.before).clone();

    assert_eq!(house.regimes.effects(&preview, web::Lang::En).await, []);
}

on_both_engines!(
    a_new_law_shows_what_it_changes_in_consents,
    the_same_law_changes_nothing,
    a_bad_pack_is_refused_with_every_fault,
    a_pack_changes_nothing_before_it_is_switched_on,
    a_pack_is_switched_on_and_back,
    the_page_shows_what_changes_here_and_in_other_rooms,
);
