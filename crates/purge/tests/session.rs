//! A session keeps its connection from one piece of work to the next: looking and changing take turns on
//! it, a catalogue or connection that grew old is noticed.
#![allow(clippy::unwrap_used)] // Helpers of tests are not in a test function.

mod common;

use common::{Db, Memory};
use purge::{
    Allow, Condition, DryOptions, End, Engine, Literal, Plan, Request, RunOptions, Selection,
    Session, Treatment,
};
use sqlx::Connection as _;

const ENGINES: [Engine; 3] = [Engine::Sqlite, Engine::Postgres, Engine::Mysql];

fn keys(of: std::ops::Range<i64>) -> Request {
    let covered = Condition::Keys(of.map(|id| vec![Literal::Int(id)]).collect());
    Request {
        root: "people".into(),
        selection: Selection { covered, except: Vec::new() },
        treatment: Treatment::Delete,
        children: Vec::new(),
        joins: Vec::new(),
        allow: Allow::default(),
    }
}

/// The same, but one of them has to stay.
fn held(of: std::ops::Range<i64>) -> Request {
    let id = Literal::Int(of.start + 1);
    let mut request = keys(of);
    request.selection.except.push(Condition::Equals { column: "id".into(), value: id });
    request
}

async fn people(engine: Engine) -> Db {
    let db = Db::create(engine).await;
    let rows: Vec<String> = (1..=3_000).map(|id| format!("({id}, 'x')")).collect();
    db.run(&format!(
        "CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR(20));
         INSERT INTO people VALUES {}",
        rows.join(",")
    ))
    .await;
    db
}

async fn planned(session: &mut Session, request: Request) -> Plan {
    purge::plan(&session.schema().await.unwrap(), request).unwrap()
}

async fn looked(session: &mut Session, plan: &Plan) -> u64 {
    session.dry_run(plan, &DryOptions::default()).await.unwrap().counts.roots
}

async fn ran(session: &mut Session, plan: &Plan) -> u64 {
    let outcome = session.run(plan, None, &RunOptions::default(), &mut Memory::default()).await;
    assert!(matches!(outcome.end, End::Finished), "{:?}", outcome.end);
    outcome.progress.counts.roots
}

#[tokio::test]
async fn looking_and_changing_take_turns_on_one_connection() {
    for engine in ENGINES {
        let db = people(engine).await;
        let mut session = Session::new(db.target());
        // Short lists, and one that takes several batches and has gaps.
        let (few, many) = (keys(1..11), keys(5..2_006));
        let (few, many) = (planned(&mut session, few).await, planned(&mut session, many).await);

        let before = (looked(&mut session, &few).await, looked(&mut session, &many).await);
        let went = (ran(&mut session, &few).await, looked(&mut session, &many).await);
        let rest = (ran(&mut session, &many).await, looked(&mut session, &many).await);

        assert_eq!((before, went, rest), ((10, 2_001), (10, 1_995), (1_995, 0)), "{engine:?}");
        assert_eq!(db.count("people").await, 995, "{engine:?}");
        db.drop().await;
    }
}

#[tokio::test]
async fn a_catalogue_that_grew_old_is_read_again_where_work_breaks_off() {
    for engine in ENGINES {
        let db = people(engine).await;
        let mut session = Session::new(db.target());
        let plan = planned(&mut session, keys(1..11)).await;
        assert_eq!(looked(&mut session, &plan).await, 10);
        db.run("ALTER TABLE people RENAME TO persons").await;

        let dry = session.dry_run(&plan, &DryOptions::default()).await.unwrap_err();
        let outcome =
            session.run(&plan, None, &RunOptions::default(), &mut Memory::default()).await;

        let End::Failed(error) = outcome.end else { panic!("{engine:?}") };
        assert_eq!((dry.code(), error.code()), ("changed", "changed"), "{engine:?}: {dry} {error}");
        assert_eq!(db.count("persons").await, 3_000);
        db.drop().await;
    }
}

#[tokio::test]
async fn a_connection_that_was_lost_between_two_runs_is_made_again() {
    let db = people(Engine::Postgres).await;
    let mut session = Session::new(db.target());
    let (first, second) =
        (planned(&mut session, keys(1..11)).await, planned(&mut session, keys(11..21)).await);
    assert_eq!(ran(&mut session, &first).await, 10);
    for work in 0..2 {
        let mut killer = sqlx::PgConnection::connect(&db.url).await.unwrap();
        let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
             WHERE datname = current_database() AND application_name = 'privet purge'";
        let killed: i64 = sqlx::query_scalar(sql).fetch_one(&mut killer).await.unwrap();
        assert_eq!(killed, 1, "the session has one connection");
        killer.close().await.unwrap();

        if work == 0 {
            assert_eq!(looked(&mut session, &second).await, 10);
        } else {
            assert_eq!(ran(&mut session, &second).await, 10);
        }
    }
    db.drop().await;
}

#[tokio::test]
async fn several_lists_go_together_or_not_at_all() {
    for engine in ENGINES {
        let db = people(engine).await;
        db.run(
            "CREATE TABLE pets (id INTEGER PRIMARY KEY, owner INTEGER NOT NULL,
               FOREIGN KEY (owner) REFERENCES people (id));
             INSERT INTO pets VALUES (1, 1), (2, 2), (3, 2000)",
        )
        .await;
        let mut session = Session::new(db.target());
        let pets = |of: std::ops::Range<i64>| Request { root: "pets".into(), ..keys(of) };
        let (first, second) =
            (planned(&mut session, pets(1..3)).await, planned(&mut session, keys(1..1_501)).await);
        let (gone, used) = (
            planned(&mut session, pets(3..5)).await,
            planned(&mut session, keys(1_999..2_001)).await,
        );
        let options = RunOptions::default();

        // A pet of the second list is nobody's, and somebody of the last has one.
        let none = session.sweep(&[first.clone(), gone], &options, async { true }).await.unwrap();
        let refused =
            session.sweep(&[first.clone(), used], &options, async { true }).await.unwrap();
        let before = (db.count("pets").await, db.count("people").await);
        let unwanted = [first.clone(), second.clone()];
        let stopped = session.sweep(&unwanted, &options, async { false }).await.unwrap();
        let held = planned(&mut session, held(1..11)).await;
        let kept = session.sweep(&[first.clone(), held], &options, async { true }).await.unwrap();
        assert_eq!((stopped, kept), (None, None), "{engine:?}");
        assert_eq!((db.count("pets").await, db.count("people").await), (3, 3_000), "{engine:?}");
        let all = session
            .sweep(&[first.clone(), second.clone()], &options, async { true })
            .await
            .unwrap();
        let again = session.sweep(&[first, second], &options, async { true }).await.unwrap();

        assert_eq!((none, refused, before), (None, None, (3, 3_000)), "{engine:?}");
        assert_eq!((all, again), (Some(vec![2, 1_500]), None), "{engine:?}");
        assert_eq!((db.count("pets").await, db.count("people").await), (1, 1_500), "{engine:?}");
        db.drop().await;
    }
}
