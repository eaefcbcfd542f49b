//! A policy's life: computed, checked, asked for, approved, read by strangers, changed.
#![allow(clippy::unwrap_used, clippy::expect_used)] // Tests.

mod support;

use std::io::Read as _;

use axum::http::StatusCode;
use law::Text;
use policy::{
    Audience, PolicyError, changes,
    check::State,
    draft::{Draft, Edit, Mode},
};
use regime::Affected as _;
use support::{Company, Reader, me};

const ID: &str = "customers-default";

fn text(en: &str, zh: &str) -> Text {
    Text { en: en.into(), zh: zh.into() }
}

async fn begin(company: &Company) {
    let id = company.policy.begin(me(), "default", Audience::Customers).await.unwrap();
    assert_eq!(id, ID);
}

/// Publishes the draft as it stands: one asks, another approves.
async fn publish(company: &Company, reason: &Text) -> i64 {
    company.policy.ask(me(), ID, reason, 0).await.unwrap();
    let other = store::Actor::Person("officer".into());
    company.policy.approve(other, ID, None, false).await.unwrap().version
}

async fn every_sentence_names_the_facts_it_came_from(company: Company) {
    begin(&company).await;

    let standing = company.policy.standing(ID).await.unwrap();

    let document = &standing.composed.document;
    let kinds: Vec<&str> =
        ["activity", "recipient", "system", "organisation", "purpose", "law"].into();
    for kind in kinds {
        let told = document.sentences().any(|(_, _, s)| s.from.iter().any(|f| f.kind == kind));
        assert!(told, "no sentence comes from a {kind}");
    }
    let silent: Vec<_> = document
        .sentences()
        .filter(|(_, _, s)| s.from.is_empty() && s.id != "keep:rule")
        .map(|(_, _, s)| &s.id)
        .collect();
    assert!(silent.is_empty(), "{silent:?}");
    let both = document.sentences().all(|(_, _, s)| !s.text.en.is_empty() && !s.text.zh.is_empty());
    assert!(both, "a sentence is there in one language only");
    let (_, block) = document.block(&format!("activity:{}", company.newsletter.id)).unwrap();
    assert_eq!(block.title, text("Newsletter", "会员通讯"));
    let all = document.prose(false);
    assert!(all.contains("with your consent"), "{all}");
    assert!(all.contains("(GDPR Art 6(1)(a); PIPL Art 13"), "{all}");
    assert!(all.contains("in the United States"), "{all}");
    assert!(all.contains("(GDPR Art 15; PIPL Art 45)."), "{all}");
    assert!(all.contains("within 1 month. If your request is complex we may need 2 months more"));
    let zh = document.prose(true);
    assert!(zh.contains("灯下茶铺有限公司是您个人信息的处理者"), "{zh}");
    assert!(zh.contains("保存期限：直到退订。"), "{zh}");
}

async fn the_checklist_says_what_is_lacking_and_where_to_tell_it(company: Company) {
    begin(&company).await;
    let state = async |fact: &str| {
        let standing = company.policy.standing(ID).await.unwrap();
        let items = standing.checklists.iter().flat_map(|list| &list.items);
        items
            .clone()
            .find(|item| item.fact == fact)
            .map(|item| (item.state, item.gaps.clone()))
            .unwrap()
    };

    assert_eq!(state("eu.notice13.controller_identity").await.0, State::Told);
    assert_eq!(state("eu.notice13.transfers").await.0, State::Told);
    assert_eq!(state("cn.notice.sensitive_necessity").await.0, State::NotNeeded);
    let (retention, gaps) = state("cn.notice.retention").await;
    assert_eq!((retention, gaps[0].element.as_str()), (State::Lacking, "at_end"));

    let mut draft = Draft::default();
    draft.answers.at_end = "delete".into();
    company.policy.save_draft(me(), ID, &draft).await.unwrap();
    assert_eq!(state("cn.notice.retention").await.0, State::Told);

    let mut silent = company.newsletter.clone();
    silent.retention = String::new();
    company.map.save_activity(me(), silent).await.unwrap();
    let (lacking, gaps) = state("cn.notice.retention").await;
    assert_eq!(lacking, State::Lacking);
    assert_eq!(gaps[0].href, format!("/console/records/activities/{}", company.newsletter.id));
}

async fn what_no_sentence_is_made_for_a_person_confirms(company: Company) {
    let id = company.policy.begin(me(), "default", Audience::California).await.unwrap();
    let state = async || {
        let standing = company.policy.standing(&id).await.unwrap();
        let mut items = standing.checklists.iter().flat_map(|list| &list.items);
        items.find(|item| item.code == "metrics").map(|item| item.state).unwrap()
    };
    // How many people there are nobody has told: the figures may be due.
    assert_eq!(state().await, State::Unsure);

    let mut draft = Draft::default();
    let edit = Edit {
        mode: Mode::Add,
        text: text("Last year we answered 12 requests.", "去年我们答复了 12 项请求。"),
        tells: vec!["metrics".into()],
    };
    draft.edits.insert("rights".into(), edit);
    company.policy.save_draft(me(), &id, &draft).await.unwrap();

    assert_eq!(state().await, State::Told);
}

async fn what_one_person_asks_another_publishes_exactly(company: Company) {
    begin(&company).await;
    company.policy.ask(me(), ID, &Text::default(), 0).await.unwrap();
    let own = company.policy.approve(me(), ID, None, false).await;
    assert!(matches!(own, Err(PolicyError::Conflict("policy-error-own"))));
    let twice = company.policy.ask(me(), ID, &Text::default(), 0).await;
    assert!(matches!(twice, Err(PolicyError::Conflict("policy-error-waiting"))));

    // The map goes on while it waits: what was asked for is what is published.
    let mut changed = company.newsletter.clone();
    changed.retention = "Three years 三年".into();
    company.map.save_activity(me(), changed).await.unwrap();
    let officer = store::Actor::Person("officer".into());
    let version = company.policy.approve(officer, ID, None, false).await.unwrap();

    assert_eq!((version.version, version.approved_by.as_str()), (1, "person:officer"));
    assert!(version.body.document.prose(true).contains("直到退订"));
    let standing = company.policy.standing(ID).await.unwrap();
    assert_eq!(changes::count(&standing.changes), 1);
    let published = company.policy.published().await.unwrap();
    assert_eq!((published[0].version, published[0].stale), (1, 1));
    let again = company.policy.approve(me(), ID, None, true).await;
    assert!(matches!(again, Err(PolicyError::Conflict("policy-error-decided"))));
}

async fn strangers_read_it_in_their_language_from_memory(company: Company) {
    begin(&company).await;
    let mut reader = Reader::stranger(&company);
    assert_eq!(reader.get("/privacy/policy").await.status, StatusCode::NOT_FOUND);
    publish(&company, &Text::default()).await;

    reader.headers = vec![("accept-language", "zh-CN,zh;q=0.9".into())];
    let chinese = reader.get("/privacy/policy").await;
    assert_eq!(chinese.status, StatusCode::OK);
    assert!(chinese.text.contains("<html lang=\"zh-CN\""));
    assert!(chinese.text.contains("个人信息的跨境提供"), "{}", chinese.text);
    assert!(chinese.header("set-cookie").is_empty(), "what caches keep must set no cookie");
    assert!(chinese.header("cache-control").starts_with("public"));
    let english = reader.page("/privacy/policy/default?lang=en").await;
    assert!(english.contains("What we use your data for"));
    assert!(english.contains("<a href=\"mailto:privacy@tea.example\""));

    reader.headers.push(("if-none-match", chinese.header("etag").into()));
    let same = reader.get("/privacy/policy/default").await;
    assert_eq!((same.status, same.bytes.len()), (StatusCode::NOT_MODIFIED, 0));
    reader.headers = vec![("accept-encoding", "br, gzip".into())];
    let zipped = reader.get("/privacy/policy/default").await;
    assert_eq!(zipped.header("content-encoding"), "gzip");
    let mut plain = String::new();
    flate2::read::GzDecoder::new(&zipped.bytes[..]).read_to_string(&mut plain).unwrap();
    assert_eq!(plain, english);

    reader.headers.clear();
    let json = reader.get("/privacy/policy/default/json").await;
    let json: serde_json::Value = serde_json::from_str(&json.text).unwrap();
    assert_eq!(json["version"], 1);
    assert!(!json.to_string().contains("from"), "systems behind sentences are no public matter");
    let file = reader.get("/privacy/policy/default/download?lang=zh-CN").await;
    assert!(file.header("content-disposition").contains("privacy-policy-v1-zh-CN.html"));
    assert_eq!(reader.get("/privacy/policy/default/v/1").await.status, StatusCode::OK);
    for path in [
        "/privacy/policy/nowhere",
        "/privacy/policy/default/v/2",
        "/privacy/policy/default/v/1/changes",
        "/privacy/policy/default/for/children",
    ] {
        assert_eq!(reader.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }

    // From memory: it is read even with the database gone.
    company.policy.store().close().await;
    for path in ["/privacy/policy", "/privacy/policy/default", "/privacy/policy/default?lang=zh-CN"]
    {
        assert_eq!(reader.get(path).await.status, StatusCode::OK, "{path}");
    }
}

async fn a_change_is_shown_with_its_reason_and_asks_for_consent_anew(company: Company) {
    begin(&company).await;
    publish(&company, &Text::default()).await;
    let mut changed = company.newsletter.clone();
    changed.categories.push("contact.phone".into());
    changed.retention = "Two years 两年".into();
    company.map.save_activity(me(), changed).await.unwrap();

    let version = publish(&company, &text("We may also call you.", "我们也可能给您打电话。")).await;

    assert_eq!(version, 2);
    let mut reader = Reader::stranger(&company);
    let page = reader.page("/privacy/policy/default/v/2/changes?lang=en").await;
    assert!(page.contains("We may also call you."));
    assert!(page.contains("<ins>Two years</ins>") || page.contains("<ins>Two</ins>"), "{page}");
    assert!(page.contains("We ask you again"), "{page}");
    let zh = reader.page("/privacy/policy/default/v/2/changes?lang=zh-CN").await;
    assert!(zh.contains("我们也可能给您打电话。") && zh.contains("会员通讯"), "{zh}");
    let history = reader.page("/privacy/policy/default/history?lang=zh-CN").await;
    assert!(history.contains("第 2 版") && history.contains("第 1 版"));

    let fresh = company.consent.fresh_needed().await.unwrap();
    assert_eq!((fresh.len(), fresh[0].notice.as_str()), (1, "signup"));
    assert!(fresh[0].purposes.contains("news") && fresh[0].href.ends_with("/versions/2"));

    let mut owner = Reader::owner(&company).await;
    let at = format!("/console/policies/{ID}/versions/2");
    let console = owner.page(&at).await;
    assert!(console.contains("value=\"signup/news\" checked"), "{console}");
    let asked = owner.post(&at, &format!("{at}/ask-again"), &[("ask", "signup/news")]).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text);
    let campaign = company.consent.campaign("signup@2").await.unwrap();
    assert!(campaign.is_running());
    assert!(company.consent.fresh_needed().await.unwrap().is_empty(), "it was answered");
    assert!(owner.page(&at).await.contains("has been published anew"));
}

async fn the_console_leads_from_nothing_to_a_published_policy(company: Company) {
    let mut owner = Reader::owner(&company).await;
    let list = "/console/policies";
    let begun = owner
        .post(list, "/console/policies/new", &[("property", "default"), ("audience", "customers")])
        .await;
    assert_eq!(begun.header("location"), format!("/console/policies/{ID}"));
    let draft = format!("/console/policies/{ID}");
    let page = owner.page(&draft).await;
    assert!(page.contains("Where does this come from?") && page.contains("Mailwren"));

    let publish = format!("{draft}/publish");
    let blind = owner.post(&publish, &publish, &[("day", "2099-01-01")]).await;
    assert_eq!(blind.status, StatusCode::UNPROCESSABLE_ENTITY, "open items must be seen");

    let block = format!("{draft}/blocks/who");
    let half = owner.post(&block, &block, &[("mode", "add"), ("text_en", "Hello.")]).await;
    assert_eq!(half.status, StatusCode::UNPROCESSABLE_ENTITY);
    let whole = [("mode", "add"), ("text_en", "Hello."), ("text_zh", "您好。")];
    assert_eq!(owner.post(&block, &block, &whole).await.status, StatusCode::SEE_OTHER);
    let own = format!("{draft}/blocks/new?section=who");
    let fields = [("section", "who"), ("text_en", "By the way."), ("text_zh", "顺便说一句。")];
    let to = format!("{draft}/blocks/new");
    assert_eq!(owner.post(&own, &to, &fields).await.status, StatusCode::SEE_OTHER);
    let answers = format!("{draft}/answers");
    let said = owner.post(&answers, &answers, &[("at_end", "delete"), ("automated", "no")]).await;
    assert_eq!(said.status, StatusCode::SEE_OTHER);
    let words = [("original", "Access by role 按岗位授权"), ("en", "Roles"), ("zh", "岗位")];
    let kept = owner.post(&answers, &format!("{draft}/words"), &words).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER);
    let page = owner.page(&draft).await;
    assert!(page.contains("Hello.") && page.contains("By the way.") && page.contains("Roles."));
    let removed = owner.post(&block, &format!("{block}/remove"), &[]).await;
    assert_eq!(removed.status, StatusCode::SEE_OTHER, "{}", removed.text);
    assert!(!owner.page(&draft).await.contains("Hello."));

    let seen = [("day", "2099-01-01"), ("seen", "1")];
    assert_eq!(owner.post(&publish, &publish, &seen).await.status, StatusCode::SEE_OTHER);
    let taken_back = owner.post(&publish, &format!("{draft}/refuse"), &[]).await;
    assert_eq!(taken_back.status, StatusCode::SEE_OTHER, "{}", taken_back.text);
    assert_eq!(owner.post(&publish, &publish, &seen).await.status, StatusCode::SEE_OTHER);
    let waiting = owner.page(&publish).await;
    assert!(waiting.contains("Nobody else here may approve"), "{waiting}");
    let done = owner.post(&publish, &format!("{draft}/approve"), &[]).await;
    assert_eq!(done.header("location"), format!("{draft}/versions/1"), "{}", done.text);
    for path in [&draft, &publish, &format!("{draft}/versions"), &format!("{draft}/versions/1")] {
        owner.page(path).await;
    }
    let public = Reader::stranger(&company).page("/privacy/policy/default").await;
    assert!(public.contains("By the way."));
}

async fn each_customer_is_written_to_once_however_often_the_run_is_cut_short(company: Company) {
    begin(&company).await;
    publish(&company, &Text::default()).await;
    support::customers(&company, 120).await;
    let mut owner = Reader::owner(&company).await;
    let at = format!("/console/policies/{ID}/versions/1");
    let begun = owner.post(&at, &format!("{at}/tell"), &[]).await;
    assert_eq!(begun.header("location"), at, "{}", begun.text);
    let twice = company.policy.start_telling(me(), ID, 1).await;
    assert!(matches!(twice, Err(PolicyError::Conflict("policy-error-told"))));

    // Two at once, each stopped in the middle of a batch again and again.
    let (one, other) = (company.policy.clone(), company.policy.clone());
    for round in 0..40_u64 {
        let cut = std::time::Duration::from_millis(5 + round * 7);
        let (a, b) = tokio::join!(
            tokio::time::timeout(cut, one.tell_some()),
            tokio::time::timeout(cut * 2, other.tell_some()),
        );
        let ended = |step: Result<policy::Result<_>, _>| matches!(step, Ok(Ok(None)));
        if ended(a) || ended(b) {
            break;
        }
    }
    while company.policy.tell_some().await.unwrap().is_some() {}

    let run = company.policy.telling(ID, 1).await.unwrap().unwrap();
    assert!(run.finished_at.is_some());
    let reader = company.policy.store().reader();
    let count = async |sql: &str| -> i64 {
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(reader).await.unwrap()
    };
    assert_eq!(run.queued, 120);
    assert_eq!(count("SELECT COUNT(*) FROM policy_told").await, 120);
    assert_eq!(count("SELECT COUNT(DISTINCT mail) FROM policy_told").await, 120);
    assert_eq!(count("SELECT COUNT(*) FROM web_mail WHERE kind = 'policy-told'").await, 120);
    let zh = "SELECT COUNT(*) FROM web_mail WHERE kind = 'policy-told' AND lang = 'zh-CN'";
    assert_eq!(count(zh).await, 60, "each in their own language");
    assert_eq!(company.policy.fates(&run).await.unwrap().waiting, 120);
    let batches = "SELECT COUNT(*) FROM ledger_entry WHERE action = 'privacy_policy.told'";
    assert!(count(batches).await >= 3, "an entry for every batch");
    assert_eq!(run.without, 1, "one has no address");

    let page = owner.page(&at).await;
    assert!(page.contains("Letters written") && page.contains("PIPL Arts 14"), "{page}");
    let proof = owner.post(&at, &format!("{at}/proof"), &[]).await;
    assert_eq!(proof.status, StatusCode::OK, "{}", proof.text);
    assert_eq!(proof.text.lines().count(), 121, "a line for every letter");
    assert!(proof.text.contains("@tea.example") && !proof.text.contains("c11@"), "masked");
    assert_eq!(count("SELECT COUNT(*) FROM policy_telling WHERE finished_at IS NULL").await, 0);
}

const LAW: &str = r#"
[pack]
id = "eu"
version = "2027.02.01-test"
name = { en = "A test", zh = "测试" }
as_of = "2026-11-24"
amends = true
removes = ["eu.notice13.controller_identity"]

[[fact]]
id = "eu.notice13.mascot"
regime = "eu-gdpr"
kind = "notice_item"
code = "mascot"
list = "from_person"
text = { en = "Name the mascot.", zh = "告知吉祥物。" }
cite = { en = "Test Art 1", zh = "测试第一条" }
confidence = "V"
from = "2018-05-25"

[[fact]]
id = "eu.notice13.later"
regime = "eu-gdpr"
kind = "notice_item"
code = "later"
list = "from_person"
text = { en = "Name the weather.", zh = "告知天气。" }
cite = { en = "Test Art 2", zh = "测试第二条" }
confidence = "V"
from = "2099-01-01"

[[fact]]
id = "eu.dsr"
regime = "eu-gdpr"
kind = "clock"
code = "dsr"
text = { en = "Answer within three months.", zh = "三个月内答复。" }
value = 3
unit = "calendar_months"
clock_start = "receipt"
cite = { en = "Test Art 3", zh = "测试第三条" }
confidence = "V"
from = "2018-05-25"
"#;

async fn a_new_law_shows_what_it_changes_in_policies(company: Company) {
    begin(&company).await;
    let regimes = company.regimes.clone();
    let loaded = regimes.load_pack(me(), "test.toml", LAW).await.unwrap();
    let regime::Loaded::Staged(id) = loaded else { panic!("{loaded:?}") };
    let preview = regimes.preview(&id, regime::today()).await.unwrap();

    let effects = company.policy.affected(&preview.before, &preview.after, web::Lang::En).await;

    let all: Vec<&str> = effects.iter().map(|one| one.text.as_str()).collect();
    let has = |words: &[&str]| all.iter().any(|text| words.iter().all(|word| text.contains(word)));
    assert!(has(&["would lack “Name the mascot.” (Test Art 1)"]), "{all:#?}");
    assert!(has(&["would lack “Name the weather.”", "from 2099-01-01"]), "{all:#?}");
    assert!(has(&["would no longer be asked for"]), "{all:#?}");
    assert!(has(&["would change, to be published anew"]), "{all:#?}");
    assert!(effects.iter().all(|one| one.href == format!("/console/policies/{ID}")));
    // Once it is switched on, the draft says what was foretold.
    regimes.switch_pack(me(), &id).await.unwrap();
    let standing = company.policy.standing(ID).await.unwrap();
    assert!(standing.lacks().contains(&"eu-gdpr/eu.notice13.mascot".to_owned()));
    assert!(standing.composed.document.prose(false).contains("within 3 months"));
}

async fn sites_are_told_of_a_change_and_of_nothing_else(company: Company) {
    begin(&company).await;
    publish(&company, &Text::default()).await;
    assert_eq!(company.policy.news("default", web::Lang::En), None, "the first is no change");
    let mut changed = company.newsletter.clone();
    changed.retention = "Two years 两年".into();
    company.map.save_activity(me(), changed).await.unwrap();

    publish(&company, &text("We keep it longer.", "保存时间更长。")).await;

    let news = company.policy.news("default", web::Lang::En).unwrap();
    assert_eq!((news.version, news.text.as_str()), (2, "We keep it longer."));
    assert!(news.title.starts_with("Our privacy policy chang"), "{}", news.title);
    assert!(news.href.ends_with("/privacy/policy/default/v/2/changes?lang=en"), "{}", news.href);
    let zh = company.policy.news("default", web::Lang::ZhCn).unwrap();
    assert_eq!(zh.text, "保存时间更长。");
    assert_eq!(company.policy.news("nowhere", web::Lang::En), None);
    // A long reason is told on the page of changes; the message names what it is about.
    let mut changed = company.newsletter.clone();
    changed.retention = "Three years 三年".into();
    company.map.save_activity(me(), changed).await.unwrap();
    publish(&company, &text(&"long ".repeat(100), "长")).await;
    let news = company.policy.news("default", web::Lang::En).unwrap();
    assert!(news.text.starts_with("It is about: "), "{}", news.text);
}

async fn every_audience_has_its_own_words(company: Company) {
    for audience in Audience::ALL {
        let id = company.policy.begin(me(), "default", audience).await.unwrap();
        let standing = company.policy.standing(&id).await.unwrap();
        let document = &standing.composed.document;
        for zh in [false, true] {
            let prose = document.prose(zh);
            assert!(!prose.contains('⟦'), "{audience:?}: {prose}");
            let titles = document.sections.iter().map(|section| section.title.get(zh));
            assert!(titles.clone().all(|title| !title.contains('⟦')));
        }
        let title = &document.title.en;
        match audience {
            Audience::Children => assert!(title.contains("simple words")),
            Audience::California => assert!(document.block("sale").is_some()),
            _ => assert!(title.starts_with("Privacy policy")),
        }
    }
}

on_both_engines! {
    every_sentence_names_the_facts_it_came_from,
    the_checklist_says_what_is_lacking_and_where_to_tell_it,
    what_no_sentence_is_made_for_a_person_confirms,
    what_one_person_asks_another_publishes_exactly,
    strangers_read_it_in_their_language_from_memory,
    a_change_is_shown_with_its_reason_and_asks_for_consent_anew,
    the_console_leads_from_nothing_to_a_published_policy,
    each_customer_is_written_to_once_however_often_the_run_is_cut_short,
    a_new_law_shows_what_it_changes_in_policies,
    sites_are_told_of_a_change_and_of_nothing_else,
    every_audience_has_its_own_words,
}
