//! Rules on real databases: counted, agreed to by a second person, carried out, proved, undone.
#![allow(clippy::unwrap_used, clippy::expect_used)] // Helpers of tests are not in a test function.

mod support;

use purge::Engine;
use retain::{
    NewHold, RetainError, RunState, Scope,
    rule::{Event, Kind, Pace, Period, RuleBody, Unit},
    run::Why,
};
use support::{Db, House, after_last_order, li, shop};

const CUSTOMERS: usize = 60;

async fn a_rule_is_carried_out_once_a_second_person_agreed(engine: Engine) {
    let (store, _guard) = store::testing::temp_sqlite().await;
    let house = House::open(store).await;
    let db = Db::make(engine).await;
    shop(&db, CUSTOMERS).await;
    let source = house.source(&db).await;
    house.access(&source, &db).await;
    let pace = Pace { batch: 4, pause_ms: 0, undo_days: 7, most_rows: 10, ..Pace::default() };
    let rule =
        house.retain.create_rule(&li(), &after_last_order(&source, &db, pace)).await.unwrap();
    let held = NewHold {
        name: "Case 2026-114".into(),
        reason: "a lawsuit is pending".into(),
        source: String::new(),
        // The column spells it in small letters.
        scope: Scope::Customer { kind: "email".into(), values: vec!["Li.Lei5@Example.com".into()] },
        from: 0,
        until: 0,
    };
    let hold = house.retain.make_hold(&li(), &held).await.unwrap();
    let work = house.work();

    // Counting changes nothing. 30 customers are due; one is held, an invoice refers to another.
    let run = house.plan(&rule).await;
    assert_eq!(run.waits, Some(Why::First));
    assert_eq!(run.planned.roots, 28);
    assert_eq!(db.count("customers").await, CUSTOMERS as i64);
    let kept: Vec<(&str, u64)> =
        run.planned.kept.iter().map(|one| (one.reason.as_str(), one.rows)).collect();
    assert!(kept.contains(&("held", 1)) && kept.contains(&("referenced", 1)), "{kept:?}");
    assert_eq!(run.held, [format!("hold:{hold}")]);
    let examples = serde_json::to_string(&run.examples).unwrap();
    assert!(!run.examples.is_empty() && !examples.contains("li.lei"), "{examples}");

    // Nobody begins it alone.
    let alone = house.retain.begin_run(&li(), &run.id).await;
    assert!(matches!(alone, Err(RetainError::Conflict("retain-error-needs"))));
    let asked = house.retain.ask_run(&li(), &run.id, "first run").await.unwrap();
    assert!(house.web.approvals().approve("li", &asked.id).await.is_err(), "not oneself");
    house.web.approvals().approve("han", &asked.id).await.unwrap();
    house.retain.begin_run(&li(), &run.id).await.unwrap();
    let run = house.still(&run.id).await;

    assert_eq!(run.state, RunState::Finished, "{} {}", run.error, run.error_why);
    assert_eq!(run.done.roots, 28);
    assert_eq!(run.done.steps, run.planned.steps);
    assert_eq!(db.count("customers").await, 32);
    assert_eq!(db.number("SELECT count(*) FROM customers WHERE id IN (5, 7)").await, 2);
    assert_eq!(db.count("orders").await, 64);
    assert_eq!(db.count("order_items").await, 32);

    // The certificate is checked offline, and names no row.
    let document = house.retain.certificate(&run.id).await.unwrap();
    let key = ledger::verify(&document["certificate"], None).unwrap();
    let proof = ledger::LogProof::from_json(&document[ledger::MEMBER]).unwrap();
    let placed = proof.check_for(&document["certificate"], &run.id, &key).unwrap();
    assert!(retain::CERTIFIED.contains(&placed.leaf.action.as_str()));
    assert_eq!(document["certificate"]["rows"], run.done.changed());
    assert!(!document.to_string().contains("li.lei"));

    // The version is agreed to now: nothing is due, and a small count would need nobody.
    let again = house.plan(&rule).await;
    assert_eq!((again.planned.roots, again.waits), (0, Some(Why::Asked)));
    assert!(!house.retain.needs_approval(&again).await.unwrap());

    // Undoing needs two as well, and puts every row back.
    let asked = house.retain.ask_undo(&li(), &run.id, "the period was wrong").await.unwrap();
    assert!(house.retain.begin_undo(&li(), &run.id).await.is_err());
    house.web.approvals().approve("han", &asked.id).await.unwrap();
    house.retain.begin_undo(&li(), &run.id).await.unwrap();
    let mut back = house.retain.run(&run.id).await.unwrap();
    while matches!(back.undo.as_str(), "queued" | "restoring") {
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
        back = house.retain.run(&run.id).await.unwrap();
    }
    assert_eq!(back.undo, "restored");
    assert_eq!(back.undo_done.rows, run.done.changed());
    assert_eq!(db.count("customers").await, CUSTOMERS as i64);
    assert_eq!(db.count("orders").await, 2 * CUSTOMERS as i64);
    work.stop().await;
    house.web.store().ledger().verify().await.unwrap();
    db.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_is_carried_out_on_sqlite() {
    a_rule_is_carried_out_once_a_second_person_agreed(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_is_carried_out_on_postgresql() {
    a_rule_is_carried_out_once_a_second_person_agreed(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_is_carried_out_on_mariadb() {
    a_rule_is_carried_out_once_a_second_person_agreed(Engine::Mysql).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_duty_to_keep_wins_over_a_shorter_limit() {
    let (store, _guard) = store::testing::temp_postgres().await;
    let house = House::open(store).await;
    let db = Db::make(Engine::Sqlite).await;
    shop(&db, CUSTOMERS).await;
    let source = house.source(&db).await;
    house.access(&source, &db).await;
    let limit = after_last_order(&source, &db, Pace::default());
    let rule = house.retain.create_rule(&li(), &limit).await.unwrap();
    let duty = RuleBody {
        name: "Orders, ten years (tax law)".into(),
        table: "orders".into(),
        kind: Kind::Duty,
        event: Event::Column { column: "placed_at".into() },
        period: Period { amount: 10, unit: Unit::Years },
        related: Vec::new(),
        ..limit.clone()
    };
    let duty = house.retain.create_rule(&li(), &duty).await.unwrap();
    let work = house.work();

    let run = house.plan(&rule).await;
    let told = house.retain.conflicts_of(&house.retain.rule(&rule).await.unwrap()).await.unwrap();

    assert_eq!(run.planned.roots, 0, "every customer has an order that must be kept");
    assert_eq!(run.held, [format!("duty:{duty}")]);
    assert!(matches!(&told[..], [retain::rule::Conflict::Duty { rule, .. }] if *rule == duty));

    // Ending the duty changes the plan: the old one is not carried out.
    house.retain.switch_rule(&li(), &duty, false).await.unwrap();
    house.agree_and_begin(&run.id).await;
    let stale = house.still(&run.id).await;
    assert_eq!((stale.state, stale.error.as_str()), (RunState::Failed, "held"));
    assert_eq!(db.count("customers").await, CUSTOMERS as i64);
    work.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_pauses_at_a_batch_and_goes_on_where_it_stood() {
    let (store, _guard) = store::testing::temp_sqlite().await;
    let house = House::open(store).await;
    let db = Db::make(Engine::Sqlite).await;
    shop(&db, 400).await;
    let source = house.source(&db).await;
    house.access(&source, &db).await;
    let pace = Pace { batch: 2, pause_ms: 20, ..Pace::default() };
    let rule =
        house.retain.create_rule(&li(), &after_last_order(&source, &db, pace)).await.unwrap();
    let work = house.work();
    let run = house.plan(&rule).await;
    house.agree_and_begin(&run.id).await;
    while house.retain.run(&run.id).await.unwrap().batches < 3 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }

    house.retain.pause_run(&li(), &run.id).await.unwrap();
    let paused = house.still(&run.id).await;
    assert_eq!(paused.state, RunState::Paused);
    let left = db.count("customers").await;
    assert_eq!(left, 400 - i64::try_from(paused.done.roots).unwrap());
    assert!(left > 201);

    house.retain.resume_run(&li(), &run.id).await.unwrap();
    let done = house.still(&run.id).await;
    assert_eq!((done.state, done.done.roots), (RunState::Finished, 199));
    assert_eq!(db.count("customers").await, 201);
    work.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn withdrawn_customers_go_and_others_stay() {
    use consent::{Identifier, IdentifierKind, Subject};
    let (store, _guard) = store::testing::temp_sqlite().await;
    let house = House::open(store).await;
    let db = Db::make(Engine::Sqlite).await;
    db.run(
        "CREATE TABLE subscribers (id INTEGER PRIMARY KEY, email TEXT NOT NULL, since TEXT);
         INSERT INTO subscribers VALUES (1, 'Anna@Example.com ', '2026-01-01'),
           (2, 'han@example.com', '2026-01-01'), (3, 'li@example.com', '2026-01-01');",
    )
    .await;
    let source = house.source(&db).await;
    house.access(&source, &db).await;
    support::consents::newsletter(&house).await;
    for (email, choices) in
        [("anna@example.com", vec![true, false]), ("han@example.com", vec![true])]
    {
        let one = Identifier::parse(IdentifierKind::Email, email, "US").unwrap();
        let subject = Subject::new(vec![one]).unwrap();
        for granted in choices {
            support::consents::choose(&house, &subject, granted).await;
        }
    }
    let body = RuleBody {
        name: "Subscribers until they withdraw".into(),
        source: source.clone(),
        table: "subscribers".into(),
        event: Event::Withdrawn {
            purpose: "newsletter".into(),
            column: "email".into(),
            identifier: "email".into(),
        },
        ..RuleBody::default()
    };
    let rule = house.retain.create_rule(&li(), &body).await.unwrap();
    let work = house.work();
    let run = house.plan(&rule).await;
    assert_eq!(run.planned.roots, 1);

    house.agree_and_begin(&run.id).await;
    let done = house.still(&run.id).await;

    assert_eq!(done.state, RunState::Finished, "{} {}", done.error, done.error_why);
    assert_eq!(db.number("SELECT sum(id) FROM subscribers").await, 5);
    work.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_rule_is_about_is_listed() {
    let (store, _guard) = store::testing::temp_sqlite().await;
    let house = House::open(store).await;
    let db = Db::make(Engine::Sqlite).await;
    shop(&db, CUSTOMERS).await;
    let source = house.source(&db).await;
    let names = || async {
        let all = house.retain.uncovered().await.unwrap();
        all.into_iter().map(|one| one.table_name).collect::<Vec<_>>()
    };
    assert!(names().await.contains(&"customers".to_owned()));

    let body = after_last_order(&source, &db, Pace::default());
    let rule = house.retain.create_rule(&li(), &body).await.unwrap();
    assert!(!names().await.contains(&"customers".to_owned()));

    house.retain.switch_rule(&li(), &rule, false).await.unwrap();
    assert!(names().await.contains(&"customers".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rules_live_in_a_file_and_a_changed_one_needs_two_people_again() {
    let (store, _guard) = store::testing::temp_sqlite().await;
    let house = House::open(store).await;
    let db = Db::make(Engine::Sqlite).await;
    shop(&db, CUSTOMERS).await;
    let source = house.source(&db).await;
    let body = after_last_order(&source, &db, Pace::default());
    let rule = house.retain.create_rule(&li(), &body).await.unwrap();
    let plan = async |text: &str, prune| house.retain.plan_code(text, prune).await;

    // What was written changes nothing, and names no id of this installation.
    let text = house.retain.export_code().await.unwrap().unwrap();
    assert!(!text.contains(&source) && text.contains("source: shop"), "{text}");
    assert!(plan(&text, true).await.unwrap().is_empty());

    let longer = text.replace("amount: 36", "amount: 48");
    let changed = plan(&longer, false).await.unwrap();
    assert_eq!(changed.len(), 1);
    assert!(changed.to_string().starts_with("~ retention rule "), "{changed}");
    house.retain.apply_code(&li(), &changed).await.unwrap();
    let now = house.retain.rule(&rule).await.unwrap();
    assert_eq!((now.version, now.body.period.amount), (2, 48));
    assert!(!now.is_agreed());

    // The same file makes the same rules elsewhere, under the same names.
    let key = now.key.clone();
    let second = longer.replace(&format!("\n  {key}:"), "\n  second-rule:");
    let made = plan(&second, true).await.unwrap();
    assert_eq!(
        made.to_string(),
        format!("+ retention rule second-rule\n- retention rule {key}: off")
    );
    house.retain.apply_code(&li(), &made).await.unwrap();
    assert!(house.retain.rule("second-rule").await.unwrap().is_on());
    assert!(!house.retain.rule(&key).await.unwrap().is_on(), "what is left out is switched off");

    // Nothing is guessed.
    for (from, to, said) in [
        ("amount: 48", "amuont: 48", "amount"),
        ("most_rows: 0", "most_rowz: 9", "pace.most_rowz"),
        ("placed_at", "placed_on", "placed_on"),
        ("privet: 1", "privet: 2", "privet: 1"),
    ] {
        let refused = plan(&second.replace(from, to), false).await;
        assert!(
            matches!(&refused, Err(RetainError::Code(why)) if why.contains(said)),
            "{refused:?}"
        );
    }
    let waits = plan(&second.replace("source: shop", "source: shops"), false).await.unwrap();
    assert!(waits.is_empty() && waits.to_string().contains("‘shops’"), "{waits}");
}
