//! Long lists of rows, deleted by few statements: what somebody else refers to, what is held, and what
//! the database itself would delete or empty along with a row stays, and is told with its reason.
#![allow(clippy::unwrap_used)] // Helpers of tests are not in a test function.

mod common;

use common::{Db, Memory};
use purge::{
    Allow, Condition, End, Engine, Literal, Progress, Reason, Request, RunOptions, Selection,
    Session, Treatment,
};

const ENGINES: [Engine; 3] = [Engine::Sqlite, Engine::Postgres, Engine::Mysql];
const PEOPLE: i64 = 2_000;

/// People, of whom three tables speak: one refuses that they go, one goes along, one would lose its
/// reference. And a table without a foreign key.
async fn shop(engine: Engine) -> Db {
    let db = Db::create(engine).await;
    let rows: Vec<String> = (1..=PEOPLE).map(|id| format!("({id}, 0)")).collect();
    let child = |name: &str, action: &str| {
        format!(
            "CREATE TABLE {name} (id INTEGER PRIMARY KEY, person INTEGER,
               FOREIGN KEY (person) REFERENCES people (id) {action});"
        )
    };
    db.run(&format!(
        "CREATE TABLE people (id INTEGER PRIMARY KEY, held INTEGER NOT NULL);
         INSERT INTO people VALUES {};
         {}{}{}
         CREATE TABLE friends (id INTEGER PRIMARY KEY, of_id INTEGER REFERENCES friends (id));",
        rows.join(","),
        child("notes", ""),
        child("tags", "ON DELETE CASCADE"),
        child("likes", "ON DELETE SET NULL"),
    ))
    .await;
    db
}

fn list(root: &str, ids: impl Iterator<Item = i64>) -> Request {
    let held = Condition::Equals { column: "held".into(), value: Literal::Int(1) };
    Request {
        root: root.into(),
        selection: Selection {
            covered: Condition::Keys(ids.map(|id| vec![Literal::Int(id)]).collect()),
            except: if root == "people" { vec![held] } else { Vec::new() },
        },
        treatment: Treatment::Delete,
        children: Vec::new(),
        joins: Vec::new(),
        allow: Allow::default(),
    }
}

async fn ran(db: &Db, request: Request) -> Progress {
    let mut session = Session::new(db.target());
    let plan = purge::plan(&session.schema().await.unwrap(), request).unwrap();
    let options = RunOptions { batch: 800, ..RunOptions::default() };
    let outcome = session.run(&plan, None, &options, &mut Memory::default()).await;
    assert!(matches!(outcome.end, End::Finished), "{:?}", outcome.end);
    outcome.progress
}

fn kept(progress: &Progress) -> Vec<(String, u64)> {
    let name = |reason: &Reason| match reason {
        Reason::Referenced { table, .. } => table.clone(),
        Reason::Held { .. } => "held".to_owned(),
        Reason::Circle { links } => links.clone(),
    };
    let mut all: Vec<_> =
        progress.counts.kept.iter().map(|one| (name(&one.reason), one.rows)).collect();
    all.sort();
    all
}

#[tokio::test]
async fn rows_that_nothing_hangs_on_go_by_one_statement_for_some_hundred() {
    for engine in ENGINES {
        let db = shop(engine).await;
        // References that would go along or be emptied are looked at under a lock.
        db.run("DROP TABLE tags; DROP TABLE likes; INSERT INTO notes VALUES (1, 1999)").await;

        // Some of the list were never there.
        let gone = ran(&db, list("people", 1..=1_600)).await;

        assert_eq!((gone.counts.roots, gone.batches), (1_600, 2), "{engine:?}");
        assert_eq!(gone.counts.steps, [1_600], "{engine:?}");
        assert!(gone.counts.kept.is_empty(), "{engine:?}");
        assert_eq!(db.count("people").await, 400, "{engine:?}");
        let again = ran(&db, list("people", 1..=1_610)).await;
        assert_eq!(again.counts.roots, 10, "{engine:?}: the others are gone already");
        db.drop().await;
    }
}

#[tokio::test]
async fn what_something_hangs_on_or_is_held_stays_with_its_reason() {
    for engine in ENGINES {
        let db = shop(engine).await;
        db.run(
            "INSERT INTO notes VALUES (1, 7), (2, 1500), (3, 1500);
             INSERT INTO tags VALUES (1, 9), (2, 1600);
             INSERT INTO likes VALUES (1, 10);
             UPDATE people SET held = 1 WHERE id IN (11, 1601, 1700)",
        )
        .await;

        let gone = ran(&db, list("people", 1..=PEOPLE)).await;

        let stay = [("held", 3), ("likes", 1), ("notes", 2), ("tags", 2)];
        assert_eq!(kept(&gone), stay.map(|(name, rows)| (name.to_owned(), rows)), "{engine:?}");
        assert_eq!(gone.counts.roots, PEOPLE as u64 - 8, "{engine:?}");
        assert_eq!(db.count("people").await, 8, "{engine:?}");
        for (table, rows) in [("notes", 3), ("tags", 2), ("likes WHERE person = 10", 1)] {
            assert_eq!(db.count(table).await, rows, "{engine:?} {table}");
        }
        db.drop().await;
    }
}

#[tokio::test]
async fn rows_that_refer_to_each_other_go_in_their_order() {
    for engine in ENGINES {
        let db = shop(engine).await;
        // The second refers to the first and so on; one of another list refers to the last.
        db.run("INSERT INTO friends VALUES (1, NULL)").await;
        for id in 2..=6 {
            db.run(&format!("INSERT INTO friends VALUES ({id}, {})", id - 1)).await;
        }

        let some = ran(&db, list("friends", 1..=4)).await;
        let all = ran(&db, list("friends", 1..=6)).await;

        assert_eq!((some.counts.roots, all.counts.roots), (0, 6), "{engine:?}");
        assert_eq!(db.count("friends").await, 0, "{engine:?}");
        db.drop().await;
    }
}

/// A key whose triggers are off keeps nothing: the statement itself has to look.
#[tokio::test]
async fn a_reference_that_is_switched_off_still_keeps_rows() {
    let db = shop(Engine::Postgres).await;
    db.run(
        "INSERT INTO notes VALUES (1, 7);
         ALTER TABLE notes DISABLE TRIGGER ALL;
         ALTER TABLE people DISABLE TRIGGER ALL",
    )
    .await;

    let gone = ran(&db, list("people", 1..=10)).await;

    assert_eq!((gone.counts.roots, kept(&gone)), (9, vec![("notes".to_owned(), 1)]));
    assert_eq!(db.count("people WHERE id = 7").await, 1);
    db.drop().await;
}
