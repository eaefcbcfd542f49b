//! Correcting one row, on each real engine.
#![allow(clippy::unwrap_used)]

mod common;

use common::Db;
use purge::{Amended, Amendment, Condition, Edit, Engine, Literal, PurgeError, amend};
use sqlx::Connection as _;

const ENGINES: [Engine; 3] = [Engine::Sqlite, Engine::Postgres, Engine::Mysql];

fn edit(column: &str, old: Option<&str>, new: Option<&str>) -> Edit {
    Edit { column: column.into(), old: old.map(str::to_owned), new: new.map(str::to_owned) }
}

fn row(id: i64, edits: Vec<Edit>) -> Amendment {
    let (table, key) = ("people".to_owned(), vec![Literal::Int(id)]);
    Amendment { table, key, edits, except: Vec::new(), triggers: false }
}

async fn people(engine: Engine) -> Db {
    let db = Db::create(engine).await;
    let (time, boolean, money) = match engine {
        Engine::Sqlite => ("TEXT", "INTEGER", "NUMERIC"),
        Engine::Postgres => ("TIMESTAMP", "BOOLEAN", "NUMERIC(8,2)"),
        Engine::Mysql => ("DATETIME", "TINYINT(1)", "DECIMAL(8,2)"),
    };
    let (yes, day) = match engine {
        Engine::Postgres => ("true", "DATE"),
        Engine::Mysql => ("1", "DATE"),
        Engine::Sqlite => ("1", "TEXT"),
    };
    let double = if engine == Engine::Postgres { "FLOAT8" } else { "DOUBLE" };
    let email = "CASE WHEN email = '' THEN NULL ELSE email END";
    let shout = match engine {
        Engine::Mysql => format!("shout VARCHAR(90) AS ({email}) STORED"),
        _ => format!("shout VARCHAR(90) GENERATED ALWAYS AS ({email}) STORED"),
    };
    let foreign =
        if engine == Engine::Mysql { ", FOREIGN KEY (team) REFERENCES teams (id)" } else { "" };
    db.run(&format!(
        "CREATE TABLE teams (id INTEGER PRIMARY KEY);
         INSERT INTO teams VALUES (1);
         CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(40) NOT NULL UNIQUE, name VARCHAR(20),
           born {day}, seen {time}, agreed {boolean}, visits INTEGER, paid {money}, height {double},
           team INTEGER REFERENCES teams (id), age INTEGER CHECK (age < 150), {shout}{foreign});
         INSERT INTO people (id, email, name, born, seen, agreed, visits, paid, height, team, age) VALUES
           (1, 'li@example.com', 'Li Lei', '1990-02-03', '2026-01-02 03:04:05', {yes}, 7, 12.5, 1.5, 1, 36),
           (2, 'han@example.com', 'Han Meimei', '1990-02-03', '2026-01-02 03:04:05', {yes}, 7, 12.5, 1.5, 1, 36);"
    ))
    .await;
    db
}

async fn texts(db: &Db, id: i64) -> Vec<Option<String>> {
    let kind = if db.engine == Engine::Mysql { "CHAR" } else { "TEXT" };
    let columns: Vec<String> =
        ["email", "name", "born", "seen", "agreed", "visits", "paid", "height", "team", "age"]
            .iter()
            .map(|one| format!("CAST({one} AS {kind})"))
            .collect();
    db.rows(&format!("SELECT {} FROM people WHERE id = {id}", columns.join(", "))).await.remove(0)
}

#[tokio::test]
async fn only_that_row_and_those_columns_change_and_twice_is_once() {
    for engine in ENGINES {
        let db = people(engine).await;
        let target = db.target();
        let (mine, other) = (texts(&db, 1).await, texts(&db, 2).await);
        let yes = mine[4].clone();
        let no = if engine == Engine::Postgres { "false" } else { "0" };
        let all = row(
            1,
            vec![
                edit("name", Some("Li Lei"), Some("Zoë \"O'Li\" 李雷 🍵\\")),
                edit("born", Some("1990-02-03"), Some("1991-12-31")),
                edit("seen", Some("2026-01-02 03:04:05"), Some("2026-01-03T00:00:00")),
                edit("agreed", yes.as_deref(), Some(no)),
                edit("visits", Some("7"), Some("-8")),
                edit("paid", mine[6].as_deref(), Some("13.25")),
                edit("height", Some("1.5"), Some("1.75")),
                edit("age", Some("36"), None),
            ],
        );
        assert_eq!(amend(&target, &all, true).await.unwrap(), Amended::Written, "{engine:?}");
        assert_eq!(texts(&db, 1).await, mine, "{engine:?}: a dry run writes nothing");
        assert_eq!(amend(&target, &all, false).await.unwrap(), Amended::Written, "{engine:?}");
        let now = texts(&db, 1).await;
        let text = |at: usize| now[at].as_deref();
        assert_eq!(text(0), Some("li@example.com"));
        assert_eq!(text(1), Some("Zoë \"O'Li\" 李雷 🍵\\"), "{engine:?}");
        assert_eq!(text(2), Some("1991-12-31"));
        assert!(text(3).unwrap().starts_with("2026-01-03"), "{:?}", text(3));
        assert_eq!(text(4), Some(no));
        assert_eq!((text(5), text(6), text(7)), (Some("-8"), Some("13.25"), Some("1.75")));
        assert_eq!((text(8), text(9)), (Some("1"), None));
        assert_eq!(texts(&db, 2).await, other, "{engine:?}: another row was touched");
        assert_eq!(amend(&target, &all, false).await.unwrap(), Amended::AlreadyDone, "{engine:?}");
        assert_eq!(texts(&db, 1).await, now);
        // And back again.
        let edits = [edit("age", None, Some("37")), edit("name", now[1].as_deref(), None)];
        let back = row(1, edits.to_vec());
        assert_eq!(amend(&target, &back, false).await.unwrap(), Amended::Written);
        let now = texts(&db, 1).await;
        assert_eq!((now[1].as_deref(), now[9].as_deref()), (None, Some("37")));
        db.drop().await;
    }
}

#[tokio::test]
async fn what_was_changed_meanwhile_or_is_gone_is_left_alone() {
    for engine in ENGINES {
        let db = people(engine).await;
        let target = db.target();
        let two = row(
            1,
            vec![edit("name", Some("Li Lei"), Some("Li Na")), edit("age", Some("36"), Some("40"))],
        );
        db.run("UPDATE people SET age = 41 WHERE id = 1").await;
        assert_eq!(amend(&target, &two, false).await.unwrap(), Amended::Changed, "{engine:?}");
        assert_eq!(texts(&db, 1).await[1].as_deref(), Some("Li Lei"));
        // The smallest difference counts: case, and NULL is not an empty text.
        for old in [Some("li lei"), Some("Li Lei "), Some(""), None] {
            let one = row(1, vec![edit("name", old, Some("Li Na"))]);
            assert_eq!(amend(&target, &one, false).await.unwrap(), Amended::Changed, "{engine:?}");
        }
        db.run("DELETE FROM people WHERE id = 1").await;
        assert_eq!(amend(&target, &two, false).await.unwrap(), Amended::Gone, "{engine:?}");
        db.drop().await;
    }
}

#[tokio::test]
async fn somebody_who_holds_the_row_is_waited_for_and_then_seen() {
    for engine in [Engine::Postgres, Engine::Mysql] {
        let db = people(engine).await;
        let target = db.target();
        let one = row(1, vec![edit("name", Some("Li Lei"), Some("Li Na"))]);
        let begin = "BEGIN; UPDATE people SET name = 'Li Wei' WHERE id = 1";
        macro_rules! hold {
            ($kind:ty) => {{
                let mut conn = <$kind>::connect(&db.url).await.unwrap();
                sqlx::raw_sql(begin).execute(&mut conn).await.unwrap();
                let work = tokio::spawn(async move { amend(&target, &one, false).await });
                tokio::time::sleep(std::time::Duration::from_millis(800)).await;
                assert!(!work.is_finished(), "{engine:?}: it did not wait for the lock");
                sqlx::raw_sql("COMMIT").execute(&mut conn).await.unwrap();
                assert_eq!(work.await.unwrap().unwrap(), Amended::Changed, "{engine:?}");
            }};
        }
        if engine == Engine::Postgres {
            hold!(sqlx::PgConnection);
        } else {
            hold!(sqlx::MySqlConnection);
        }
        assert_eq!(texts(&db, 1).await[1].as_deref(), Some("Li Wei"));
        db.drop().await;
    }
}

#[tokio::test]
async fn what_does_not_fit_is_refused_with_a_reason_and_without_the_value() {
    for engine in ENGINES {
        let db = people(engine).await;
        let target = db.target();
        let before = texts(&db, 1).await;
        let long = "Secret".repeat(20);
        let lite = engine == Engine::Sqlite;
        let mut cases = vec![
            ("id", Some("1"), Some("9"), "unfit"),
            ("team", Some("1"), Some("2"), "unfit"),
            ("shout", Some("li@example.com"), Some("Secret"), "unfit"),
            ("email", Some("li@example.com"), None, "unfit"),
            ("email", Some("li@example.com"), Some("han@example.com"), "refused"),
            ("visits", Some("7"), Some("Secret"), "unfit"),
            ("visits", Some("7"), Some("7.5"), "unfit"),
            ("age", Some("36"), Some("200"), "refused"),
            ("name", Some("Li Lei"), Some("a\0b"), "unfit"),
            ("nowhere", None, Some("Secret"), "no-column"),
        ];
        if !lite {
            cases.push(("name", Some("Li Lei"), Some(&long), "unfit"));
            cases.push(("born", Some("1990-02-03"), Some("Secret"), "refused"));
            cases.push(("born", Some("1990-02-03"), Some("2026-02-30"), "refused"));
            cases.push(("paid", before[6].as_deref(), Some("1.239"), "unfit"));
            cases.push(("paid", before[6].as_deref(), Some("Secret"), "unfit"));
        }
        for (column, old, new, code) in cases {
            let one = row(1, vec![edit(column, old, new)]);
            for dry in [true, false] {
                let error = amend(&target, &one, dry).await.unwrap_err();
                assert_eq!(error.code(), code, "{engine:?} {column} {new:?}: {error}");
                assert!(!error.to_string().contains("Secret"), "{error}");
                assert!(!format!("{one:?}").contains("Secret"));
            }
        }
        assert_eq!(texts(&db, 1).await, before, "{engine:?}");
        db.drop().await;
    }
}

#[tokio::test]
async fn a_row_that_an_exception_covers_or_could_cover_stays() {
    for engine in ENGINES {
        let db = people(engine).await;
        let target = db.target();
        let before = texts(&db, 1).await;
        let visits =
            |number| Condition::Equals { column: "visits".into(), value: Literal::Int(number) };
        let mut one = row(1, vec![edit("name", Some("Li Lei"), Some("Li Na"))]);
        one.except = vec![visits(9), visits(7)];
        for dry in [true, false] {
            let done = amend(&target, &one, dry).await.unwrap();
            assert_eq!(done, Amended::Excepted, "{engine:?}");
        }
        assert_eq!(texts(&db, 1).await, before);
        db.run("UPDATE people SET visits = NULL WHERE id = 1").await;
        assert_eq!(amend(&target, &one, false).await.unwrap(), Amended::Excepted, "unknown");
        db.run("UPDATE people SET visits = 8 WHERE id = 1").await;
        assert_eq!(amend(&target, &one, false).await.unwrap(), Amended::Written, "{engine:?}");
        db.drop().await;
    }
}

#[tokio::test]
async fn a_table_with_triggers_is_changed_only_if_that_is_allowed() {
    for engine in ENGINES {
        let db = people(engine).await;
        let target = db.target();
        match engine {
            Engine::Sqlite => {
                db.run(
                    "CREATE TRIGGER up AFTER UPDATE ON people BEGIN UPDATE teams SET id = id; END",
                )
                .await;
            }
            Engine::Postgres => {
                db.run(
                    "CREATE FUNCTION up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
                     CREATE TRIGGER up BEFORE UPDATE ON people FOR EACH ROW EXECUTE FUNCTION up()",
                )
                .await;
            }
            Engine::Mysql => {
                db.run("CREATE TRIGGER up BEFORE UPDATE ON people FOR EACH ROW SET NEW.visits = 9")
                    .await;
            }
        }
        let mut one = row(1, vec![edit("name", Some("Li Lei"), Some("Li Na"))]);
        let error = amend(&target, &one, false).await.unwrap_err();
        assert!(matches!(error, PurgeError::Triggers(_)), "{engine:?}: {error}");
        one.triggers = true;
        assert_eq!(amend(&target, &one, false).await.unwrap(), Amended::Written, "{engine:?}");
        assert_eq!(texts(&db, 1).await[1].as_deref(), Some("Li Na"));
        db.drop().await;
    }
}

#[tokio::test]
async fn what_the_database_spells_otherwise_than_it_was_typed_can_be_put_back() {
    for engine in ENGINES {
        let db = people(engine).await;
        let target = db.target();
        let before = texts(&db, 1).await;
        let mut cases = vec![("paid", before[6].as_deref(), "13.250"), ("visits", Some("7"), "+8")];
        if engine != Engine::Sqlite {
            // There these are text, which stands as it was typed.
            cases.push(("seen", Some("2026-01-02 03:04:05"), "2026-01-03T00:00:00"));
            cases.push(("born", Some("1990-02-03"), "1991-12-31 00:00:00"));
        }
        if engine == Engine::Postgres {
            cases.push(("agreed", Some("true"), "no"));
        }
        for (column, old, typed) in cases {
            let there = row(1, vec![edit(column, old, Some(typed))]);
            let done = amend(&target, &there, false).await.unwrap();
            assert_eq!(done, Amended::Written, "{engine:?} {column}");
            let back = row(1, vec![edit(column, Some(typed), old)]);
            let done = amend(&target, &back, false).await.unwrap();
            assert_eq!(done, Amended::Written, "{engine:?} {column}: what was typed stands there");
        }
        assert_eq!(texts(&db, 1).await, before, "{engine:?}");
        db.drop().await;
    }
}
