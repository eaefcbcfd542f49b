//! Generated documents: what is known is said with its page, what is not says so; they are kept as they
//! were made, on both engines, and a new law's effect on findings is computed by the real checks.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use comply::{
    Comply, Severity,
    document::{Block, Kind, Verdict},
};
use law::{Law, Pack};
use support::{guarded, me, open, reader, set, world};
use web::Lang;

async fn company(postgres: bool, place: &str) -> (Comply, store::Store, store::testing::TestGuard) {
    let (store, guard) = guarded(postgres).await;
    let comply = open(store.clone(), "http://127.0.0.1:8440").await;
    let rooms = comply.rooms();
    world::fill(&store, &rooms.consent, &rooms.warn, place).await;
    world::furnish(&comply).await;
    // Their names are not sealed for real; the reader brings an account of their own.
    set(&store, "DELETE FROM web_user").await;
    comply.run(me(), comply::Reason::Asked).await.unwrap();
    (comply, store, guard)
}

async fn kept_as_made(postgres: bool) {
    let (comply, store, _guard) = company(postgres, "DE").await;

    let first = comply.make(me(), Kind::Accountability, Lang::En).await.unwrap();
    set(&store, "UPDATE organisation SET name = 'Another Tea'").await;
    let second = comply.make(me(), Kind::Accountability, Lang::ZhCn).await.unwrap();
    let audit = comply.make(me(), Kind::ChinaAudit, Lang::ZhCn).await.unwrap();

    assert_eq!((first.number, second.number, audit.number), (1, 2, 1));
    let file = comply.document_file(&first).await.unwrap();
    assert!(file.contains("Lantern Tea") && !file.contains("Another Tea"));
    for known in ["C-17", "36 months", "Anna", "127.0.0.1:8440/console/records", "Mailer"] {
        assert!(file.contains(known), "{known}");
    }
    assert!(!file.contains('⟦'), "a text is missing");
    assert!(!file.contains("src=") && !file.contains("<script") && !file.contains("<link"));
    let second_file = comply.document_file(&second).await.unwrap();
    assert!(second_file.contains("问责文件") && !second_file.contains('⟦'));
    let action: (String, String) =
        sqlx::query_as("SELECT action, object_id FROM ledger_entry WHERE seq = $1")
            .bind(first.entry)
            .fetch_one(store.reader())
            .await
            .unwrap();
    assert_eq!(action, ("document.made".to_owned(), first.sha256.clone()));
    assert_eq!(comply.documents(50, 0).await.unwrap().1, 3);
    // A file that was exchanged is not given out.
    let swap = "UPDATE comply_document SET sha256 = 'x'";
    set(&store, swap).await;
    let damaged = comply.document(&first.id).await.unwrap();
    assert!(comply.document_file(&damaged).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_is_kept_as_it_was_made() {
    kept_as_made(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_is_kept_as_it_was_made_on_postgresql() {
    kept_as_made(true).await;
}

/// A deployment of the version before this one, with a run in it.
async fn upgraded(postgres: bool) {
    let (store, _guard) = guarded(postgres).await;
    let sql = include_str!("../src/schema.sql");
    store.migrate(&[store::Migration { room: "comply", version: 1, sql }]).await.unwrap();
    set(&store, "INSERT INTO comply_run (id, at, took_us, reason, actor, checks, passed, errors, warnings, infos, accepted, opened, fixed, scores, map_version) VALUES ('r-1', 1, 1, 'asked', 'cli', 9, 9, 0, 0, 0, 0, 0, 0, '{}', 1)")
        .await;

    let comply = open(store.clone(), "https://privet.example").await;
    let kept = comply.make(me(), Kind::ChinaAudit, Lang::En).await.unwrap();

    assert_eq!((kept.number, comply.runs(9).await.unwrap().len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_house_of_the_version_before_goes_on() {
    upgraded(false).await;
    upgraded(true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_house_says_what_nobody_told() {
    let (store, _guard) = guarded(false).await;
    let comply = open(store.clone(), "https://privet.example").await;
    for (kind, lang) in [(Kind::Accountability, Lang::En), (Kind::ChinaAudit, Lang::ZhCn)] {
        let document = comply.draw(kind, lang).await.unwrap();

        let unknown: Vec<&str> = document
            .sections
            .iter()
            .flat_map(|one| &one.blocks)
            .filter_map(|one| match one {
                Block::Unknown(said) => Some(said.href.as_str()),
                _ => None,
            })
            .collect();
        for page in ["/console/organisation", "/console/laws/profile", "/console/retention"] {
            assert!(unknown.contains(&page), "{page}: {unknown:?}");
        }
        assert!(document.unknown() > 10);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_people_answer_stands_in_the_next_document() {
    let (comply, _store, _guard) = company(false, "CN").await;
    let before = comply.make(me(), Kind::ChinaAudit, Lang::ZhCn).await.unwrap();

    assert!(comply.answer(me(), "cn-nothing", Verdict::Met, "x").await.is_err());
    assert!(comply.answer(me(), "cn-training", Verdict::Met, "  ").await.is_err());
    comply.answer(me(), "cn-training", Verdict::Partly, "培训记录存放于文件夹七").await.unwrap();

    let after = comply.make(me(), Kind::ChinaAudit, Lang::ZhCn).await.unwrap();
    assert_eq!(after.unknown, before.unknown - 1);
    let file = comply.document_file(&after).await.unwrap();
    assert!(file.contains("部分符合：培训记录存放于文件夹七"));
    assert!(!comply.document_file(&before).await.unwrap().contains("文件夹七"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_make_show_and_answer_in_both_languages() {
    let (comply, _store, _guard) = company(false, "CN").await;
    let web = comply.rooms().web.clone();
    for (lang, title, made) in
        [("en", "Accountability file", "Who answers for it"), ("zh-CN", "问责文件", "责任主体")]
    {
        let mut owner = reader(&comply, &web, lang, "owner").await;
        let page = "/console/findings/documents";
        assert!(owner.page(page).await.contains(title));

        let fields = [("kind", "accountability"), ("lang", lang)];
        let answer = owner.post(page, page, &fields).await;

        assert_eq!(answer.status.as_u16(), 303);
        let there = answer.location.clone();
        let shown = owner.page(&there).await;
        assert!(shown.contains(made) && !shown.contains("<style"), "{there}");
        let wrong = owner.post(page, page, &[("kind", "novel"), ("lang", lang)]).await;
        assert_eq!(wrong.status.as_u16(), 422);
        let points = owner.page("/console/findings/documents/answers/cn-audit").await;
        assert!(points.contains("/points/cn-training"));
        let point = "/console/findings/documents/points/cn-training";
        let empty = owner.post(point, point, &[("verdict", ""), ("text", "")]).await;
        assert_eq!(empty.status.as_u16(), 422);
        let said = owner.post(point, point, &[("verdict", "met"), ("text", "Folder 7")]).await;
        assert_eq!(said.status.as_u16(), 303);
        assert!(owner.page(point).await.contains("Folder 7"));
    }
}

/// The law as it is, with some facts of the European pack said anew.
fn amended(facts: &str) -> Law {
    let head = "[pack]\nid = \"eu\"\nversion = \"2099.1\"\nname = { en = \"A test\", zh = \"测试\" }\nas_of = \"2026-11-24\"\namends = true\n";
    let law = Law::shipped().clone();
    let pack = Pack::parse_beside("test.toml", &format!("{head}{facts}"), &law);
    let pack = pack.unwrap_or_else(|problems| {
        panic!("{}", problems.iter().map(ToString::to_string).collect::<String>())
    });
    law.with(pack)
}

fn fact(id: &str, kind: &str, code: &str, confidence: &str, rest: &str) -> String {
    format!(
        "[[fact]]\nid = \"{id}\"\nregime = \"eu-gdpr\"\nkind = \"{kind}\"\ncode = \"{code}\"\ntext = {{ en = \"A test of a law that changes.\", zh = \"法律变更测试。\" }}\ncite = {{ en = \"A test\", zh = \"测试\" }}\nconfidence = \"{confidence}\"\nfrom = \"2018-05-25\"\n{rest}"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_law_that_comes_opens_closes_and_weighs_findings_by_the_real_checks() {
    let (comply, store, _guard) = company(false, "DE").await;
    set(&store, "UPDATE ledger_checkpoint SET cosignatures = ''; UPDATE activity SET assessment = '', legal_basis = '{\"gdpr\":\"legitimate_interests\"}'")
        .await;
    let now = Law::shipped().clone();
    let gone = amended(&fact(
        "eu.principle.accountability",
        "scope",
        "accountability",
        "V",
        "to = \"2026-01-01\"\n",
    ));
    let runs = comply.runs(9).await.unwrap().len();

    let closes = comply.changes_under(&now, &gone).await.unwrap();
    let opens = comply.changes_under(&gone, &now).await.unwrap();

    let witness = closes.iter().find(|one| one.check == "witness-missing").expect("it closes");
    assert_eq!((witness.before, witness.after), (Some(Severity::Info), None));
    let witness = opens.iter().find(|one| one.check == "witness-missing").expect("it opens");
    assert_eq!((witness.before, witness.after), (None, Some(Severity::Info)));
    let advice = amended(&format!(
        "{}{}",
        fact("eu.basis.legitimate_interests", "basis", "legitimate_interests", "K", ""),
        fact("eu.duty.lia", "duty", "balancing_test", "K", "")
    ));
    let weighs = comply.changes_under(&now, &advice).await.unwrap();
    let unweighed = weighs.iter().find(|one| one.check == "interests-unweighed").unwrap();
    assert_eq!(
        (unweighed.before, unweighed.after),
        (Some(Severity::Warning), Some(Severity::Info))
    );
    assert!(comply.changes_under(&now, &now).await.unwrap().is_empty());
    // Nothing was written, and no run was made.
    assert_eq!(comply.runs(9).await.unwrap().len(), runs);
}
