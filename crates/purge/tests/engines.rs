//! What can happen to a run, on each real engine.
#![allow(clippy::unwrap_used)]

mod common;

use std::{fmt::Write as _, time::Duration};

use common::{Db, Memory};
use purge::{
    Action, Aggregate, Alike, Allow, Child, Condition, Dimension, DryOptions, End, Engine, Grain,
    Literal, MaskKind, Neutral, Plan, PurgeError, Reason, Request, RunOptions, Selection, Target,
    TimeEncoding, Treatment,
};
use sqlx::{AssertSqlSafe, Connection as _};

const ENGINES: [Engine; 3] = [Engine::Sqlite, Engine::Postgres, Engine::Mysql];

fn delete(root: &str, covered: Condition) -> Request {
    Request {
        root: root.into(),
        selection: Selection { covered, except: vec![] },
        treatment: Treatment::Delete,
        children: vec![],
        joins: vec![],
        allow: Allow::default(),
    }
}

fn child(table: &str, treatment: Treatment) -> Child {
    Child { table: table.into(), columns: vec![], treatment, except: vec![] }
}

fn status(is: &str) -> Condition {
    Condition::Equals { column: "status".into(), value: Literal::Text(is.into()) }
}

async fn planned(target: &Target, request: Request) -> Plan {
    purge::plan(&target.schema().await.unwrap(), request).unwrap()
}

async fn finished(target: &Target, plan: &Plan) -> Memory {
    let mut sink = Memory::default();
    let outcome = purge::run(target, plan, None, &quick(), &mut sink).await;
    assert!(matches!(outcome.end, End::Finished), "{:?}", outcome.end);
    sink
}

fn quick() -> RunOptions {
    RunOptions {
        lock_timeout: Duration::from_secs(1),
        backoff: Duration::from_millis(20),
        retries: 2,
        ..RunOptions::default()
    }
}

/// Customers with orders and lines: `customers` × 1, `orders` × 2 each, `lines` × 2 each.
async fn shop(engine: Engine, customers: usize) -> Db {
    let db = Db::create(engine).await;
    let text = if engine == Engine::Mysql { "VARCHAR(60)" } else { "TEXT" };
    let mut sql = format!(
        "CREATE TABLE customers (id INTEGER NOT NULL PRIMARY KEY, status {text}, email {text}, note {text});
         CREATE TABLE orders (id INTEGER NOT NULL PRIMARY KEY, customer_id INTEGER NOT NULL, amount NUMERIC(10,2), placed {text},
           FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE);
         CREATE TABLE order_lines (order_id INTEGER NOT NULL, line INTEGER NOT NULL, what {text}, PRIMARY KEY (order_id, line),
           FOREIGN KEY (order_id) REFERENCES orders (id));"
    );
    let mut rows: [Vec<String>; 3] = Default::default();
    for c in 0..customers {
        let state = if c % 3 == 0 { "open" } else { "shut" };
        rows[0].push(format!("({c}, '{state}', 'li{c}@example.com', '13800{c:06}')"));
        for o in [c * 2, c * 2 + 1] {
            rows[1].push(format!("({o}, {c}, {}.50, '202{}-0{}-11')", o % 7, c % 2, 1 + o % 9));
            rows[2].push(format!("({o}, 1, 'tea')"));
            rows[2].push(format!("({o}, 2, 'cup')"));
        }
    }
    for (table, rows) in ["customers", "orders", "order_lines"].iter().zip(&rows) {
        for part in rows.chunks(2000) {
            write!(sql, "INSERT INTO {table} VALUES {};", part.join(",")).unwrap();
        }
    }
    db.run(&sql).await;
    db
}

fn whole_shop() -> Request {
    let mut request = delete("customers", status("shut"));
    request.children =
        vec![child("orders", Treatment::Delete), child("order_lines", Treatment::Delete)];
    request
}

#[tokio::test]
async fn a_cascade_to_a_table_that_is_not_listed_touches_nothing() {
    for engine in ENGINES {
        let db = shop(engine, 9).await;
        let target = db.target();
        let plan = planned(&target, delete("customers", status("shut"))).await;

        let sink = finished(&target, &plan).await;

        let counts = &sink.progress.last().unwrap().counts;
        assert_eq!((counts.roots, counts.kept()), (0, 6), "{engine:?}");
        let reason = Reason::Referenced {
            table: "orders".into(),
            link: "orders(customer_id) → customers".into(),
        };
        assert_eq!(counts.kept[0].reason, reason);
        assert_eq!((db.count("customers").await, db.count("orders").await), (9, 18));
        db.drop().await;
    }
}

#[tokio::test]
async fn children_go_first_and_the_dry_run_says_the_same() {
    for engine in ENGINES {
        let db = shop(engine, 9).await;
        let target = db.target();
        let plan = planned(&target, whole_shop()).await;
        let order: Vec<&str> = plan.steps.iter().map(|step| step.table.as_str()).collect();
        assert_eq!(order, ["order_lines", "orders", "customers"]);

        let dry = purge::dry_run(&target, &plan, &DryOptions::default()).await.unwrap();
        let sink = finished(&target, &plan).await;

        let counts = &sink.progress.last().unwrap().counts;
        assert_eq!(counts.steps, [24, 12, 6], "{engine:?}");
        assert_eq!(dry.counts, *counts);
        assert_eq!(db.count("order_lines").await, 12);
        // Examples are masked: no value of the database is in them.
        let shown = serde_json::to_string(&dry.examples).unwrap();
        assert!(shown.contains('•') && !shown.contains("example.com") && !shown.contains("13800"));
        db.drop().await;
    }
}

#[tokio::test]
async fn masks_and_neutral_values_are_written_once() {
    for engine in ENGINES {
        let db = shop(engine, 6).await;
        let target = db.target();
        let mut request = delete("customers", status("shut"));
        request.treatment = Treatment::Anonymise(vec![
            ("email".into(), Neutral::Random),
            ("note".into(), Neutral::Null),
        ]);
        request.children = vec![child(
            "orders",
            Treatment::Anonymise(vec![
                ("amount".into(), Neutral::Fixed),
                ("placed".into(), Neutral::Value(Literal::Text("then".into()))),
            ]),
        )];
        let plan = planned(&target, request.clone()).await;
        let first = finished(&target, &plan).await;
        let second = finished(&target, &plan).await;

        let count = |sink: &Memory| sink.progress.last().unwrap().counts.clone();
        assert_eq!((count(&first).roots, count(&first).already), (4, 0), "{engine:?}");
        assert_eq!((count(&second).changed(), count(&second).already), (0, 4), "{engine:?}");
        let rows = db.rows("SELECT email, note FROM customers WHERE status = 'shut'").await;
        let emails: std::collections::BTreeSet<_> = rows.iter().map(|row| row[0].clone()).collect();
        assert_eq!(emails.len(), 4);
        assert!(rows.iter().all(|row| row[1].is_none()));

        request.selection.covered = status("open");
        request.treatment = Treatment::Mask(vec![
            ("email".into(), MaskKind::EmailDomain),
            ("note".into(), MaskKind::Last4),
        ]);
        request.children.clear();
        let plan = planned(&target, request).await;
        finished(&target, &plan).await;
        let rows = db.rows("SELECT email, note FROM customers WHERE id = 3").await;
        assert_eq!(rows[0], [Some("•@example.com".to_owned()), Some("••••0003".to_owned())]);
        db.drop().await;
    }
}

#[tokio::test]
async fn groups_are_counted_and_small_ones_left_out() {
    for engine in ENGINES {
        let db = shop(engine, 20).await;
        let target = db.target();
        let mut request = delete("orders", Condition::always());
        request.children = vec![child("order_lines", Treatment::Delete)];
        request.treatment = Treatment::Aggregate(Aggregate {
            into: "orders by month".into(),
            by: vec![Dimension { column: "placed".into(), grain: Some(Grain::Month) }],
            sums: vec!["amount".into()],
            minimum: 3,
        });
        let plan = planned(&target, request).await;
        let look = DryOptions { batch: 7, ..DryOptions::default() };
        let dry = purge::dry_run(&target, &plan, &look).await.unwrap();
        let mut sink = Memory::default();
        let options = RunOptions { batch: 7, ..quick() };
        let outcome = purge::run(&target, &plan, None, &options, &mut sink).await;

        assert!(matches!(outcome.end, End::Finished), "{:?}", outcome.end);
        let counts = outcome.progress.counts;
        assert_eq!(dry.counts, counts, "{engine:?}");
        let name =
            if engine == Engine::Mysql { "`orders by month`" } else { "\"orders by month\"" };
        let kind = if engine == Engine::Mysql { "CHAR" } else { "TEXT" };
        let rows = db
            .rows(&format!("SELECT placed, CAST(row_count AS {kind}) FROM {name} ORDER BY 1"))
            .await;
        let counted: u64 =
            rows.iter().map(|row| row[1].as_ref().unwrap().parse::<u64>().unwrap()).sum();
        assert!(rows.iter().all(|row| row[0].as_ref().unwrap().len() == 7));
        assert!(rows.iter().all(|row| row[1].as_ref().unwrap().parse::<u64>().unwrap() >= 3));
        let summarised = plan.steps.iter().position(|s| s.action == Action::Summarise).unwrap();
        assert_eq!((counts.steps[summarised], counted + counts.suppressed), (counted, 40));
        assert_eq!(db.count("orders").await, 0);
        db.drop().await;
    }
}

#[tokio::test]
async fn a_circle_is_kept_and_named_or_cut() {
    for engine in ENGINES {
        let db = Db::create(engine).await;
        let add = "ALTER TABLE staff ADD CONSTRAINT head FOREIGN KEY (team) REFERENCES teams (id);";
        let sql = "CREATE TABLE staff (id INTEGER NOT NULL PRIMARY KEY, team INTEGER);
             CREATE TABLE teams (id INTEGER NOT NULL PRIMARY KEY, lead_id INTEGER NOT NULL, FOREIGN KEY (lead_id) REFERENCES staff (id));";
        let sql = if engine == Engine::Sqlite {
            sql.replace("team INTEGER)", "team INTEGER REFERENCES teams (id))")
        } else {
            format!("{sql}{add}")
        };
        db.run(
            &(sql
                + "INSERT INTO staff VALUES (1, NULL), (2, NULL);
             INSERT INTO teams VALUES (7, 1); UPDATE staff SET team = 7 WHERE id = 1;"),
        )
        .await;
        let target = db.target();
        let mut request = delete("staff", Condition::always());
        request.children = vec![Child {
            table: "teams".into(),
            columns: vec!["lead_id".into()],
            treatment: Treatment::Delete,
            except: vec![],
        }];

        let plan = planned(&target, request.clone()).await;
        assert_eq!(plan.circles.len(), 1, "{:?}", plan.circles);
        let counts = finished(&target, &plan).await.progress.last().unwrap().counts.clone();
        assert_eq!((counts.roots, counts.kept()), (1, 1), "{engine:?}");
        let Reason::Circle { links } = &counts.kept[0].reason else { panic!("{counts:?}") };
        assert!(links.contains("staff(team) → teams"), "{links}");

        request.allow.cut_cycles = true;
        let plan = planned(&target, request).await;
        let counts = finished(&target, &plan).await.progress.last().unwrap().counts.clone();
        assert_eq!((counts.roots, counts.kept()), (1, 0), "{engine:?}");
        assert_eq!(db.count("staff").await + db.count("teams").await, 0);
        db.drop().await;
    }
}

#[tokio::test]
async fn triggers_are_refused_and_one_that_raises_stops_at_the_border() {
    for engine in ENGINES {
        let db = shop(engine, 30).await;
        db.run(match engine {
            Engine::Sqlite => "CREATE TRIGGER guard BEFORE DELETE ON orders WHEN old.id = 40 BEGIN SELECT RAISE(ABORT, 'li40@example.com'); END",
            Engine::Postgres => "CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF old.id = 40 THEN RAISE EXCEPTION 'li40@example.com'; END IF; RETURN old; END $$;
                CREATE TRIGGER guard BEFORE DELETE ON orders FOR EACH ROW EXECUTE FUNCTION guard()",
            Engine::Mysql => "CREATE TRIGGER guard BEFORE DELETE ON orders FOR EACH ROW IF old.id = 40 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'li40@example.com'; END IF",
        }).await;
        let target = db.target();
        let mut request = whole_shop();
        let refused = purge::plan(&target.schema().await.unwrap(), request.clone()).unwrap_err();
        assert!(
            matches!(&refused, PurgeError::Triggers(found) if found == &["guard on orders"]),
            "{refused}"
        );

        request.allow.triggers = true;
        let plan = planned(&target, request).await;
        let mut sink = Memory::default();
        let options = RunOptions { batch: 5, ..quick() };
        let outcome = purge::run(&target, &plan, None, &options, &mut sink).await;

        let End::Failed(error) = outcome.end else { panic!("{engine:?}: {:?}", outcome.end) };
        assert_eq!(error.code(), "refused", "{engine:?}: {error}");
        assert!(!error.to_string().contains("example.com"), "{error}");
        // Customer 20 is in the third batch of the 20 that are shut.
        assert_eq!((outcome.progress.batches, outcome.progress.counts.roots), (2, 10));
        assert_eq!(db.count("customers").await, 20);

        // The trigger mended, the run goes on from where it stood.
        db.run("DELETE FROM order_lines WHERE order_id = 40").await;
        db.run(match engine {
            Engine::Postgres => "CREATE OR REPLACE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN old; END $$",
            Engine::Sqlite => "DROP TRIGGER guard; CREATE TRIGGER guard BEFORE DELETE ON orders WHEN 0 BEGIN SELECT 1; END",
            Engine::Mysql => "DROP TRIGGER guard; CREATE TRIGGER guard BEFORE DELETE ON orders FOR EACH ROW SET @x = 1",
        }).await;
        let outcome = purge::run(&target, &plan, Some(outcome.progress), &options, &mut sink).await;
        assert!(matches!(outcome.end, End::Finished), "{engine:?}: {:?}", outcome.end);
        assert_eq!((outcome.progress.counts.roots, db.count("customers").await), (20, 10));
        db.drop().await;
    }
}

#[tokio::test]
async fn a_database_that_changed_since_is_refused_by_name() {
    for engine in ENGINES {
        let db = shop(engine, 6).await;
        let target = db.target();
        let plan = planned(&target, whole_shop()).await;
        db.run("UPDATE orders SET placed = NULL").await;
        db.run(match engine {
            Engine::Mysql => "ALTER TABLE orders MODIFY placed INT UNSIGNED; CREATE TABLE extra (id INT PRIMARY KEY, c INTEGER, FOREIGN KEY (c) REFERENCES customers (id) ON DELETE CASCADE)",
            Engine::Postgres => "ALTER TABLE orders ALTER placed TYPE integer USING 1; CREATE TABLE extra (id int PRIMARY KEY, c integer REFERENCES customers (id) ON DELETE CASCADE)",
            Engine::Sqlite => "ALTER TABLE orders DROP COLUMN placed; ALTER TABLE orders ADD COLUMN placed INTEGER; CREATE TABLE extra (id INT PRIMARY KEY, c INTEGER REFERENCES customers (id) ON DELETE CASCADE)",
        }).await;

        let dry = purge::dry_run(&target, &plan, &DryOptions::default()).await.unwrap_err();
        let outcome = purge::run(&target, &plan, None, &quick(), &mut Memory::default()).await;

        let End::Failed(error) = outcome.end else { panic!("{engine:?}") };
        for error in [dry, error] {
            let text = error.to_string();
            assert_eq!(error.code(), "changed");
            assert!(
                text.contains("column orders.placed is now int")
                    || text.contains("column orders.placed is now INT"),
                "{text}"
            );
            assert!(text.contains("the reference extra(c) → customers is new"), "{text}");
        }
        assert_eq!(db.count("customers").await, 6);
        db.drop().await;
    }
}

#[tokio::test]
async fn a_lock_held_by_another_is_waited_for_then_told() {
    for engine in ENGINES {
        let db = shop(engine, 12).await;
        let target = db.target();
        let plan = planned(&target, whole_shop()).await;
        let options =
            RunOptions { batch: 2, lock_timeout: Duration::from_secs(1), retries: 1, ..quick() };
        let sql = "UPDATE orders SET placed = placed WHERE id = 16"; // of customer 8, in the third batch
        macro_rules! while_locked {
            ($kind:ty, $begin:expr) => {{
                let mut other = <$kind>::connect(&db.url).await.unwrap();
                sqlx::raw_sql($begin).execute(&mut other).await.unwrap();
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut other).await.unwrap();
                let mut sink = Memory::default();
                let outcome = purge::run(&target, &plan, None, &options, &mut sink).await;
                let End::Failed(error) = &outcome.end else {
                    panic!("{engine:?}: {:?}", outcome.end)
                };
                assert_eq!(error.code(), "locked", "{engine:?}: {error}");
                if engine != Engine::Sqlite {
                    assert_eq!(outcome.progress.batches, 2, "{engine:?}");
                }
                // The other one ends while the next run waits.
                let (outcome, ()) = tokio::join!(
                    purge::run(&target, &plan, Some(outcome.progress), &options, &mut sink),
                    async {
                        tokio::time::sleep(Duration::from_millis(300)).await;
                        sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
                        other.close().await.unwrap();
                    }
                );
                assert!(matches!(outcome.end, End::Finished), "{engine:?}: {:?}", outcome.end);
                assert_eq!(outcome.progress.counts.steps, [32, 16, 8], "{engine:?}");
            }};
        }
        match engine {
            Engine::Sqlite => while_locked!(sqlx::SqliteConnection, "BEGIN IMMEDIATE"),
            Engine::Postgres => while_locked!(sqlx::PgConnection, "BEGIN"),
            Engine::Mysql => while_locked!(sqlx::MySqlConnection, "START TRANSACTION"),
        }
        db.drop().await;
    }
}

#[tokio::test]
async fn a_row_that_changes_while_its_lock_is_waited_for_is_asked_again() {
    for engine in ENGINES {
        let db = shop(engine, 12).await;
        // Customers 7, 8 and 10 never ordered; somebody opens 8 again and takes an order of 10.
        db.run("DELETE FROM order_lines; DELETE FROM orders WHERE customer_id IN (7, 8, 10)").await;
        let target = db.target();
        let plan = planned(&target, delete("customers", status("shut"))).await;
        let options = RunOptions { lock_timeout: Duration::from_secs(20), ..quick() };
        macro_rules! meanwhile {
            ($kind:ty, $begin:expr) => {{
                let mut other = <$kind>::connect(&db.url).await.unwrap();
                sqlx::raw_sql($begin).execute(&mut other).await.unwrap();
                sqlx::raw_sql(
                    "UPDATE customers SET status = 'open' WHERE id = 8; \
                     INSERT INTO orders (id, customer_id) VALUES (900, 10)",
                )
                .execute(&mut other)
                .await
                .unwrap();
                let mut sink = Memory::default();
                let (outcome, ()) =
                    tokio::join!(purge::run(&target, &plan, None, &options, &mut sink), async {
                        tokio::time::sleep(Duration::from_millis(800)).await;
                        sqlx::raw_sql("COMMIT").execute(&mut other).await.unwrap();
                        other.close().await.unwrap();
                    });
                assert!(matches!(outcome.end, End::Finished), "{engine:?}: {:?}", outcome.end);
                assert_eq!(outcome.progress.counts.roots, 1, "{engine:?}");
                assert_eq!((db.count("customers").await, db.count("orders").await), (11, 19));
            }};
        }
        match engine {
            Engine::Sqlite => meanwhile!(sqlx::SqliteConnection, "BEGIN IMMEDIATE"),
            Engine::Postgres => meanwhile!(sqlx::PgConnection, "BEGIN"),
            Engine::Mysql => meanwhile!(sqlx::MySqlConnection, "START TRANSACTION"),
        }
        db.drop().await;
    }
}

#[tokio::test]
async fn a_key_that_changes_while_its_lock_is_waited_for_hides_no_other() {
    for engine in [Engine::Postgres, Engine::Mysql] {
        let db = shop(engine, 12).await;
        db.run("DELETE FROM order_lines; DELETE FROM orders").await;
        let target = db.target();
        let plan = planned(&target, delete("customers", status("shut"))).await;
        // Of 1, 2, 4, 5, 7, 8, 10 and 11 the first four are a batch; its last becomes the very last.
        let options = RunOptions { batch: 4, lock_timeout: Duration::from_secs(20), ..quick() };
        macro_rules! meanwhile {
            ($kind:ty, $begin:expr) => {{
                let mut other = <$kind>::connect(&db.url).await.unwrap();
                sqlx::raw_sql($begin).execute(&mut other).await.unwrap();
                let moved = "UPDATE customers SET id = 900 WHERE id = 5";
                sqlx::raw_sql(moved).execute(&mut other).await.unwrap();
                let mut sink = Memory::default();
                let (outcome, ()) =
                    tokio::join!(purge::run(&target, &plan, None, &options, &mut sink), async {
                        tokio::time::sleep(Duration::from_millis(800)).await;
                        sqlx::raw_sql("COMMIT").execute(&mut other).await.unwrap();
                        other.close().await.unwrap();
                    });
                assert!(matches!(outcome.end, End::Finished), "{engine:?}: {:?}", outcome.end);
                assert_eq!(outcome.progress.counts.roots, 8, "{engine:?}");
                assert_eq!(db.count("customers").await, 4, "{engine:?}");
            }};
        }
        if engine == Engine::Postgres {
            meanwhile!(sqlx::PgConnection, "BEGIN");
        } else {
            meanwhile!(sqlx::MySqlConnection, "START TRANSACTION");
        }
        db.drop().await;
    }
}

#[tokio::test]
async fn a_batch_with_too_much_behind_it_is_cut_smaller_or_stops() {
    for engine in ENGINES {
        let db = shop(engine, 60).await;
        let target = db.target();
        let mut request = delete(
            "orders",
            Condition::Equals { column: "customer_id".into(), value: purge::Literal::Int(1) },
        );
        request.selection.covered = Condition::Not(Box::new(request.selection.covered));
        request.children = vec![child("order_lines", Treatment::Delete)];
        let plan = planned(&target, request).await;
        let options = RunOptions { most_rows: 20, ..quick() };
        let mut sink = Memory::default();
        let outcome = purge::run(&target, &plan, None, &options, &mut sink).await;
        assert!(matches!(outcome.end, End::Finished), "{engine:?}: {:?}", outcome.end);
        assert_eq!(outcome.progress.counts.roots, 118, "{engine:?}");
        assert_eq!(outcome.progress.counts.changed(), 3 * 118, "{engine:?}");
        assert_eq!((db.count("orders").await, db.count("order_lines").await), (2, 4));

        // One order alone has more lines than may go at once.
        db.run("INSERT INTO orders (id, customer_id) VALUES (900, 2), (901, 2)").await;
        let lines: Vec<String> = (0..20).map(|line| format!("(901, {line}, 'tea')")).collect();
        db.run(&format!("INSERT INTO order_lines VALUES {}", lines.join(","))).await;
        let outcome = purge::run(&target, &plan, None, &options, &mut Memory::default()).await;
        assert!(
            matches!(outcome.end, End::Failed(PurgeError::TooBig { most: 20, .. })),
            "{engine:?}: {:?}",
            outcome.end
        );
        // The other one had gone before, and is told.
        assert_eq!(outcome.progress.counts.roots, 1, "{engine:?}");
        assert_eq!((db.count("orders").await, db.count("order_lines").await), (3, 24));

        // And one comes when so few have been met that they are not counted any more.
        let (mut orders, mut lines) = (Vec::new(), Vec::new());
        for order in 1000..1100 {
            let has = if order == 1077 { 1200 } else { 2 };
            orders.push(format!("({order}, 2)"));
            lines.extend((0..has).map(|line| format!("({order}, {line}, 'tea')")));
        }
        db.run(&format!("INSERT INTO orders (id, customer_id) VALUES {}", orders.join(","))).await;
        db.run(&format!("INSERT INTO order_lines VALUES {}", lines.join(","))).await;
        let options = RunOptions { most_rows: 1000, batch: 10, ..quick() };
        let outcome = purge::run(&target, &plan, None, &options, &mut Memory::default()).await;
        assert!(
            matches!(outcome.end, End::Failed(PurgeError::TooBig { most: 1000, .. })),
            "{engine:?}: {:?}",
            outcome.end
        );
        // 901 and all before 1077 are gone; it and what comes after it are untouched.
        assert_eq!(outcome.progress.counts.roots, 78, "{engine:?}");
        let left = (2 + 23, 4 + 1200 + 2 * 22);
        assert_eq!((db.count("orders").await, db.count("order_lines").await), left, "{engine:?}");
        db.drop().await;
    }
}

#[tokio::test]
async fn rows_that_only_look_like_the_row_s_own_stay() {
    // To the lines A and a are one, to the orders they are two.
    let db = Db::create(Engine::Sqlite).await;
    db.run(
        "CREATE TABLE orders (code TEXT PRIMARY KEY NOT NULL, status TEXT);
         CREATE TABLE order_lines (id INTEGER PRIMARY KEY, code TEXT COLLATE NOCASE NOT NULL REFERENCES orders (code));
         INSERT INTO orders VALUES ('A', 'shut'), ('a', 'open');
         INSERT INTO order_lines VALUES (1, 'A'), (2, 'a')",
    )
    .await;
    let target = db.target();
    let mut request = delete("orders", status("shut"));
    request.children = vec![child("order_lines", Treatment::Delete)];
    let plan = planned(&target, request).await;
    let outcome = purge::run(&target, &plan, None, &quick(), &mut Memory::default()).await;
    assert!(
        matches!(outcome.end, End::Failed(PurgeError::RowCount { planned: 1, found: 2, .. })),
        "{:?}",
        outcome.end
    );
    assert_eq!((db.count("orders").await, db.count("order_lines").await), (2, 2));
    db.drop().await;
}

#[tokio::test]
async fn a_connection_that_is_killed_in_mid_batch_is_made_again() {
    for engine in [Engine::Postgres, Engine::Mysql] {
        let db = shop(engine, 60).await;
        let target = db.target();
        let plan = planned(&target, whole_shop()).await;
        let options =
            RunOptions { batch: 4, lock_timeout: Duration::from_secs(20), retries: 5, ..quick() };
        // The run is caught waiting for a lock in the middle of a batch, and its connection is killed.
        let sql = "UPDATE orders SET placed = placed WHERE id = 62";
        macro_rules! killed {
            ($kind:ty, $begin:expr, $find:expr, $kill:expr) => {{
                let mut other = <$kind>::connect(&db.url).await.unwrap();
                sqlx::raw_sql($begin).execute(&mut other).await.unwrap();
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut other).await.unwrap();
                let killing = async {
                    let mut killer = <$kind>::connect(&db.url).await.unwrap();
                    let id: i64 = loop {
                        // InnoDB's lists stay as they are while they are read every 100 ms.
                        tokio::time::sleep(Duration::from_millis(300)).await;
                        let found = sqlx::query_scalar($find).fetch_optional(&mut killer).await;
                        if let Some(id) = found.unwrap() {
                            break id;
                        }
                    };
                    let kill = AssertSqlSafe(format!($kill, id));
                    sqlx::raw_sql(kill).execute(&mut killer).await.unwrap();
                    sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
                };
                let mut sink = Memory::default();
                let (outcome, ()) =
                    tokio::join!(purge::run(&target, &plan, None, &options, &mut sink), killing);
                assert!(matches!(outcome.end, End::Finished), "{engine:?}: {:?}", outcome.end);
                assert_eq!(outcome.progress.counts.steps, [160, 80, 40], "{engine:?}");
                assert_eq!(db.count("customers").await, 20);
            }};
        }
        if engine == Engine::Postgres {
            killed!(
                sqlx::PgConnection,
                "BEGIN",
                "SELECT pid::bigint FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'privet purge' AND wait_event_type = 'Lock'",
                "SELECT pg_terminate_backend({})"
            );
        } else {
            killed!(
                sqlx::MySqlConnection,
                "START TRANSACTION",
                "SELECT CAST(t.trx_mysql_thread_id AS SIGNED) FROM information_schema.innodb_trx t JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id WHERE t.trx_state = 'LOCK WAIT' AND p.db = DATABASE()",
                "KILL {}"
            );
        }
        db.drop().await;
    }
}

#[tokio::test]
async fn copies_put_every_row_back() {
    for engine in ENGINES {
        let db = shop(engine, 12).await;
        let target = db.target();
        let kind = if engine == Engine::Mysql { "CHAR" } else { "TEXT" };
        let picture = async || {
            let mut all = Vec::new();
            for sql in [
                format!(
                    "SELECT CAST(id AS {kind}), status, email, note FROM customers ORDER BY id"
                ),
                format!(
                    "SELECT CAST(id AS {kind}), CAST(customer_id AS {kind}), CAST(amount AS {kind}), placed FROM orders ORDER BY id"
                ),
                format!(
                    "SELECT CAST(order_id AS {kind}), CAST(line AS {kind}), what FROM order_lines ORDER BY order_id, line"
                ),
            ] {
                all.push(db.rows(&sql).await);
            }
            all
        };
        let before = picture().await;
        let mut request = whole_shop();
        request.children[0].treatment =
            Treatment::Anonymise(vec![("amount".into(), Neutral::Null)]);
        // Orders that stay would refer to nobody, and may not: so their customers are anonymised.
        request.treatment = Treatment::Anonymise(vec![("email".into(), Neutral::Random)]);
        for request in [whole_shop(), request] {
            let plan = planned(&target, request).await;
            let mut sink = Memory { copying: true, ..Memory::default() };
            let options = RunOptions { batch: 3, ..quick() };
            let outcome = purge::run(&target, &plan, None, &options, &mut sink).await;
            assert!(matches!(outcome.end, End::Finished), "{engine:?}: {:?}", outcome.end);
            assert!(picture().await != before);

            let mut back = 0;
            for copy in sink.copies.iter().rev() {
                let restored = purge::restore(&target, &plan, copy).await.unwrap();
                assert_eq!(restored.left, 0, "{engine:?}");
                back += restored.inserted + restored.updated;
            }
            assert_eq!(back, outcome.progress.counts.changed(), "{engine:?}");
            assert!(picture().await == before, "{engine:?}");
            // Once more does no harm.
            let again = purge::restore(&target, &plan, &sink.copies[0]).await.unwrap();
            assert_eq!((again.inserted, again.updated), (0, 0));
            assert!(picture().await == before, "{engine:?}");
        }
        db.drop().await;
    }
}

#[tokio::test]
async fn a_process_that_dies_between_batches_goes_on_from_its_last_word() {
    for engine in ENGINES {
        let db = shop(engine, 2500).await;
        let target = db.target();
        let plan = planned(&target, whole_shop()).await;
        let options = RunOptions { batch: 40, ..quick() };
        let mut stored = None;
        let mut lives = 0;
        let counts = loop {
            lives += 1;
            let mut sink = Memory { stop_after: Some(9), ..Memory::default() };
            let outcome = purge::run(&target, &plan, stored.clone(), &options, &mut sink).await;
            match outcome.end {
                End::Finished => break outcome.progress.counts,
                // The last batch is done but its record was lost: it is done twice.
                End::Asked if lives % 2 == 0 => {
                    let words = sink.progress.len();
                    stored = Some(sink.progress.swap_remove(words - 2));
                }
                End::Asked => stored = sink.progress.last().cloned(),
                End::Failed(error) => panic!("{engine:?}: {error}"),
            }
        };
        assert!(lives > 3, "{lives}");
        assert_eq!((db.count("customers").await, db.count("orders").await), (834, 1668));
        assert_eq!(db.count("order_lines").await, 3336);
        // What was done twice was counted by the life that did not tell.
        assert!(counts.roots < 1666 && counts.roots > 1666 - 40 * lives, "{counts:?}");
        db.drop().await;
    }
}

#[tokio::test]
async fn what_would_be_guessed_or_cannot_be_undone_is_refused() {
    for engine in ENGINES {
        let db = shop(engine, 3).await;
        db.run("CREATE TABLE loose (placed BIGINT, word VARCHAR(9))").await;
        let schema = db.target().schema().await.unwrap();
        let older = |column: &str, time| Condition::OlderThan {
            column: column.into(),
            than: "2024-01-01T00:00:00Z".parse().unwrap(),
            time,
        };
        let code = |request| purge::plan(&schema, request).unwrap_err().code();

        assert_eq!(code(delete("orders", older("placed", None))), "unknown-time");
        let date = TimeEncoding::Date { zone: "UTC".into() };
        assert_eq!(code(delete("orders", older("placed", Some(date)))), "unknown-time");
        let text = TimeEncoding::Text { zone: "Mars/Olympus".into() };
        assert_eq!(code(delete("orders", older("placed", Some(text)))), "request");
        assert_eq!(code(delete("order", Condition::always())), "no-table");
        assert_eq!(code(delete("orders", status("open"))), "no-column");
        let mut request = delete("customers", Condition::always());
        request.children = vec![child("orders", Treatment::Unlink)];
        assert_eq!(code(request.clone()), "unfit"); // the reference may not be NULL
        request.children = vec![child("order_lines", Treatment::Delete)];
        assert_eq!(code(request), "link");
        let mut request = delete(
            "customers",
            Condition::NoneRelated(vec![purge::Hop {
                table: "orders".into(),
                on: vec![("id".into(), "customer_id".into())],
            }]),
        );
        purge::plan(&schema, request.clone()).unwrap();
        request.root = "orders".into();
        assert!(["no-column", "unstable"].contains(&code(request)));
        let loose = purge::plan(&schema, delete("loose", Condition::always()));
        assert_eq!(loose.is_err(), engine == Engine::Mysql);
        db.drop().await;
    }
}

#[tokio::test]
async fn tables_without_a_key_go_by_their_row_ids() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let db = Db::create(engine).await;
        let rows: Vec<String> =
            (0..100).map(|i| format!("('{}')", if i % 2 == 0 { "old" } else { "new" })).collect();
        db.run(&format!(
            "CREATE TABLE log (rowid TEXT); INSERT INTO log VALUES {}",
            rows.join(",")
        ))
        .await;
        let target = db.target();
        let covered =
            Condition::Equals { column: "rowid".into(), value: Literal::Text("old".into()) };
        let plan = planned(&target, delete("log", covered)).await;
        let options = RunOptions { batch: 7, ..quick() };
        let outcome = purge::run(&target, &plan, None, &options, &mut Memory::default()).await;
        assert!(matches!(outcome.end, End::Finished), "{:?}", outcome.end);
        assert_eq!((outcome.progress.counts.roots, db.count("log").await), (50, 50));
        db.drop().await;
    }
}

/// Deletes rows of `t` whose column is alike a value; returns how many.
async fn deleted_alike(db: &Db, column: &str, how: Alike, value: &str) -> u64 {
    let covered = Condition::Alike { column: column.into(), values: vec![value.to_owned()], how };
    let target = db.target();
    let plan = planned(&target, delete("t", covered)).await;
    let sink = finished(&target, &plan).await;
    sink.progress.last().map_or(0, |progress| progress.counts.roots)
}

#[tokio::test]
async fn numbers_are_looked_for_in_columns_of_any_type() {
    let types: [(Engine, &[&str]); 3] = [
        (Engine::Sqlite, &["INTEGER", "REAL", "NUMERIC", "TEXT", "BLOB"]),
        (Engine::Postgres, &["bigint", "numeric(20)", "double precision", "text", "char(20)"]),
        (Engine::Mysql, &["BIGINT UNSIGNED", "DECIMAL(20)", "DOUBLE", "CHAR(20)", "VARBINARY(20)"]),
    ];
    for (engine, types) in types {
        for data_type in types {
            let db = Db::create(engine).await;
            db.run(&format!(
                "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, phone {data_type});
                 INSERT INTO t VALUES (1, '13800138000'), (2, '13800138001'), (3, NULL);"
            ))
            .await;

            let gone = deleted_alike(&db, "phone", Alike::WidePhone, "+86 138-0013-8000").await;

            assert_eq!((gone, db.count("t").await), (1, 2), "{engine:?} {data_type}");
            db.drop().await;
        }
    }
}

#[tokio::test]
async fn capitals_beyond_a_to_z_and_other_encodings_are_looked_for() {
    let tables = [
        (Engine::Sqlite, "email TEXT"),
        (Engine::Postgres, "email text COLLATE \"C\""),
        (Engine::Mysql, "email VARCHAR(60) CHARACTER SET latin1 COLLATE latin1_bin"),
    ];
    for (engine, column) in tables {
        let db = Db::create(engine).await;
        db.run(&format!(
            "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, {column});
             INSERT INTO t VALUES (1, 'MÜLLER@SHOP.EXAMPLE'), (2, 'müller@shop.example'),
               (3, 'möller2@shop.example');"
        ))
        .await;

        let gone = deleted_alike(&db, "email", Alike::WideAddress, "Müller@shop.example").await;

        assert_eq!((gone, db.count("t").await), (2, 1), "{engine:?}");
        db.drop().await;
    }
}

#[tokio::test]
async fn a_database_in_another_encoding_than_utf8_is_searched() {
    let db = Db::create(Engine::Postgres).await;
    let name = format!("{}_latin", db.url.rsplit_once('/').unwrap().1);
    db.run(&format!(
        "CREATE DATABASE {name} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    ))
    .await;
    let latin = db.beside(&name);
    for how in Alike::ALL {
        latin
            .run(
                "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, who text);
                 INSERT INTO t VALUES (1, ' +1 212-555-0142'), (2, 'Zoë@x.example'), (3, NULL);",
            )
            .await;

        assert_eq!(
            deleted_alike(&latin, "who", how, "+12125550142").await,
            u64::from(!matches!(how, Alike::Address | Alike::WideAddress)),
            "{how:?}"
        );
        latin.run("DROP TABLE t").await;
    }
    db.run(&format!("DROP DATABASE {name} WITH (FORCE)")).await;
    db.drop().await;
}

#[tokio::test]
async fn a_value_that_says_nothing_is_refused() {
    let db = shop(Engine::Sqlite, 3).await;
    let held = Condition::Alike {
        column: "note".into(),
        values: vec!["none".into()],
        how: Alike::WidePhone,
    };
    let mut request = whole_shop();
    request.selection.except.push(held);

    let refused = purge::plan(&db.target().schema().await.unwrap(), request);

    assert!(matches!(refused, Err(PurgeError::Request(_))), "{refused:?}");
}

#[tokio::test]
async fn a_row_that_refers_to_itself_goes_or_is_kept_but_stops_nothing() {
    for engine in ENGINES {
        for null in ["NULL", "NOT NULL"] {
            let db = Db::create(engine).await;
            db.run(&format!(
                "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, chief INTEGER {null}, FOREIGN KEY (chief) REFERENCES t (id));
                 INSERT INTO t VALUES (1, 1); INSERT INTO t VALUES (2, 1);"
            ))
            .await;
            let target = db.target();
            let mut request = delete("t", Condition::always());
            request.children = vec![child("t", Treatment::Delete)];
            let plan = planned(&target, request).await;
            let sink = finished(&target, &plan).await;

            // InnoDB lets no such row go while it refers to itself.
            let stays = engine == Engine::Mysql && null == "NOT NULL";
            let counts = &sink.progress.last().unwrap().counts;
            assert_eq!(db.count("t").await, i64::from(stays), "{engine:?} {null}");
            assert_eq!(counts.kept(), u64::from(stays), "{engine:?} {null}");
            db.drop().await;
        }
    }
}
