//! Findings have a life: found, accepted, expired, mended, verified, found again; in the ledger and in their
//! history.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::time::Duration;

use comply::{Comply, Filter, Finding, Following, Reason, Severity, State, add_handlers};
use store::Runner;
use support::{at, guarded, me, open, set, world};

struct House {
    comply: Comply,
    _guard: store::testing::TestGuard,
}

async fn house(postgres: bool) -> House {
    let (store, guard) = guarded(postgres).await;
    let comply = open(store.clone(), "https://privet.example").await;
    world::fill(&store, &comply.rooms().consent, &comply.rooms().warn, "DE").await;
    world::furnish(&comply).await;
    House { comply, _guard: guard }
}

const BREAK: &str = "UPDATE recipient SET contract = ''";
const MEND: &str = "UPDATE recipient SET contract = 'C-17'";

async fn only(comply: &Comply) -> Finding {
    let (mut found, total) = comply.findings(&Filter::default(), 50, 0).await.unwrap();
    assert_eq!(total, 1);
    found.remove(0)
}

async fn told(comply: &Comply, id: &str) -> Vec<String> {
    let history = comply.history(id).await.unwrap();
    history.into_iter().rev().map(|event| event.what).collect()
}

async fn a_finding_is_found_accepted_expires_is_mended_and_comes_back(postgres: bool) {
    let house = house(postgres).await;
    let comply = &house.comply;
    let store = comply.store();
    let clean = comply.run(me(), Reason::Asked).await.unwrap();
    assert_eq!((clean.errors, clean.opened, clean.scores["eu-gdpr"]), (0, 0, 100));

    set(store, BREAK).await;
    let run = comply.run(me(), Reason::Asked).await.unwrap();
    assert_eq!((run.errors, run.opened, run.fixed), (1, 1, 0));
    assert!(run.scores["eu-gdpr"] < 100 && run.scores[""] < 100);
    let found = only(comply).await;
    assert_eq!(found.check.check.id, "recipient-contract");
    assert_eq!((found.severity, found.state), (Severity::Error, State::Open));
    assert_eq!((found.name.as_str(), found.object.as_str()), ("Mailer", "rec-1"));
    assert_eq!(found.due_at - found.first_at, 14 * 86_400_000_000);

    let accepted = comply.accept(me(), &found.id, "It is being signed", 30).await.unwrap();
    assert_eq!((accepted.state, accepted.reason.as_str()), (State::Accepted, "It is being signed"));
    let run = comply.run(me(), Reason::Asked).await.unwrap();
    assert_eq!((run.errors, run.accepted, run.scores["eu-gdpr"]), (0, 1, 100));

    set(store, &at("UPDATE comply_finding SET accepted_until = {d1}")).await;
    let run = comply.run(me(), Reason::Schedule).await.unwrap();
    assert_eq!((run.errors, run.accepted, run.opened), (1, 0, 1));
    assert_eq!(only(comply).await.state, State::Open);

    comply.mended(me(), &found.id).await.unwrap();
    comply.run(me(), Reason::Asked).await.unwrap();
    assert_eq!(only(comply).await.state, State::Open, "it was not mended at all");

    set(store, MEND).await;
    comply.mended(me(), &found.id).await.unwrap();
    let run = comply.run(me(), Reason::Asked).await.unwrap();
    assert_eq!((run.errors, run.fixed), (0, 1));
    assert_eq!(only(comply).await.state, State::Fixed);

    set(store, BREAK).await;
    comply.run(me(), Reason::Change).await.unwrap();
    let again = only(comply).await;
    assert_eq!((again.id.as_str(), again.state), (found.id.as_str(), State::Open));
    assert_eq!(again.first_at, found.first_at, "the history survives");
    let history =
        ["found", "accepted", "expired", "mended", "still", "mended", "fixed", "found_again"];
    assert_eq!(told(comply, &found.id).await, history);
    let actions = store.actions_between(0, i64::MAX).await.unwrap();
    for action in ["comply.checked", "finding.accepted", "finding.mended"] {
        assert!(actions.iter().any(|one| one == action), "{action}");
    }
    // The honest company's witness only wrote a word.
    set(store, "UPDATE ledger_checkpoint SET cosignatures = ''").await;
    store.ledger().verify().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_life_of_a_finding_on_sqlite() {
    Box::pin(a_finding_is_found_accepted_expires_is_mended_and_comes_back(false)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_life_of_a_finding_on_postgresql() {
    Box::pin(a_finding_is_found_accepted_expires_is_mended_and_comes_back(true)).await;
}

async fn runs_at_once_write_every_finding_once(postgres: bool) {
    let house = house(postgres).await;
    let comply = &house.comply;
    set(comply.store(), BREAK).await;
    let runs = (0..4).map(|_| {
        let comply = comply.clone();
        tokio::spawn(async move { comply.run(me(), Reason::Asked).await.unwrap() })
    });
    let runs: Vec<_> = runs.collect();
    for run in runs {
        assert_eq!(run.await.unwrap().errors, 1);
    }
    let found = only(comply).await;
    assert_eq!(told(comply, &found.id).await, ["found"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runs_at_once_on_sqlite() {
    runs_at_once_write_every_finding_once(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runs_at_once_on_postgresql() {
    runs_at_once_write_every_finding_once(true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_written_about_a_finding_is_sealed() {
    let house = house(false).await;
    let comply = &house.comply;
    set(comply.store(), BREAK).await;
    comply.run(me(), Reason::Asked).await.unwrap();
    let id = only(comply).await.id;
    comply.accept(me(), &id, "Anna is on leave", 10).await.unwrap();
    comply.note(me(), &id, "Called Anna").await.unwrap();
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT reason_sealed FROM comply_finding UNION ALL SELECT note_sealed FROM comply_event",
    )
    .fetch_all(comply.store().reader())
    .await
    .unwrap();
    assert!(rows.iter().all(|(text,)| !text.contains("Anna")));
    let history = comply.history(&id).await.unwrap();
    assert!(history.iter().any(|event| event.note == "Called Anna"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_accepted_without_a_reason_or_for_ever() {
    let house = house(false).await;
    let comply = &house.comply;
    set(comply.store(), BREAK).await;
    comply.run(me(), Reason::Asked).await.unwrap();
    let id = only(comply).await.id;
    assert!(comply.accept(me(), &id, " ", 30).await.is_err());
    assert!(comply.accept(me(), &id, "why", 367).await.is_err());
    assert!(comply.accept(me(), &id, "why", 0).await.is_err());
    set(comply.store(), MEND).await;
    comply.run(me(), Reason::Asked).await.unwrap();
    assert!(comply.accept(me(), &id, "why", 30).await.is_err(), "it is fixed");
    assert!(comply.reopen(me(), &id).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn facts_that_nobody_checked_only_advise() {
    let house = house(false).await;
    let snapshot = house.comply.snapshot().await.unwrap();
    let law = house.comply.law();
    let mut advised = 0;
    for whole in comply::check::checks() {
        let Some(standing) = whole.standing(&snapshot) else { continue };
        let facts: Vec<_> = snapshot.holding(&whole.check.facts).collect();
        if !facts.is_empty() && facts.iter().all(|fact| !fact.confidence.decides()) {
            assert_eq!(standing.severity, Severity::Info, "{}", whole.check.id);
            advised += 1;
        }
        assert!(standing.regimes.iter().all(|key| law.regime(key).is_some()));
    }
    assert!(advised > 0, "some check stands on knowledge alone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_has_a_run_made_and_a_run_does_not() {
    let house = house(false).await;
    let comply = house.comply.clone();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let pace = Following { quiet: Duration::from_millis(200), patience: Duration::from_secs(2) };
    let following = tokio::spawn(comply.clone().follow(pace, stopped.clone()));
    let runner = add_handlers(Runner::new(comply.store().clone(), 1), &comply);
    let running = tokio::spawn(runner.run(stopped));
    let runs = async |wanted: usize| {
        for _ in 0..200 {
            if comply.runs(100).await.unwrap().len() >= wanted {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{wanted} runs were not made");
    };
    runs(1).await;
    set(comply.store(), BREAK).await;
    set(comply.store(), "@entry recipient.changed recipient rec-1").await;
    runs(2).await;
    assert_eq!(only(&comply).await.check.check.id, "recipient-contract");
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(comply.runs(100).await.unwrap().len(), 2, "a run asks for no other");
    assert!(comply.store().schedule_by_key("comply").await.unwrap().is_some());
    stop.send(true).unwrap();
    let _ = tokio::join!(following, running);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_database_is_judged_at_once() {
    let (store, guard) = guarded(false).await;
    let comply = open(store, "https://privet.example").await;
    assert_eq!(comply.runs(1).await.unwrap(), []);
    let run = comply.run(me(), Reason::CommandLine).await.unwrap();
    assert!(run.checks > 30);
    drop(guard);
}
