//! One person's rows in real databases: what is theirs, what is shared, what is left, and what happens
//! when a database is not as it should be.

#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;

use common::{Db, Memory};
use purge::{Alike, Condition, Engine, Literal};
use trace::{
    About, Field, Ground, Holds, How, Identifier, Kind, Link, Options, Outcome, Plan, Side, Source,
    Spelling, Start, State, Whose, Why,
};

const ENGINES: [Engine; 3] = [Engine::Sqlite, Engine::Postgres, Engine::Mysql];

/// A shop: customers with an address each, orders with lines and a gift's recipient, reviews of
/// products, and friends who recommended the shop.
const SHOP: &str = "
CREATE TABLE addresses (id INTEGER NOT NULL PRIMARY KEY, street VARCHAR(80));
CREATE TABLE customers (id INTEGER NOT NULL PRIMARY KEY, email VARCHAR(80), phone VARCHAR(40),
  name VARCHAR(80), secret VARCHAR(80), address_id INTEGER REFERENCES addresses (id),
  friend_id INTEGER REFERENCES customers (id));
CREATE TABLE products (id INTEGER NOT NULL PRIMARY KEY, title VARCHAR(80));
CREATE TABLE orders (id INTEGER NOT NULL PRIMARY KEY, customer_id INTEGER REFERENCES customers (id),
  gift_email VARCHAR(80), gift_name VARCHAR(80), total INTEGER, note VARCHAR(80));
CREATE TABLE order_lines (order_id INTEGER NOT NULL, line INTEGER NOT NULL, product_id INTEGER,
  PRIMARY KEY (order_id, line), FOREIGN KEY (order_id) REFERENCES orders (id),
  FOREIGN KEY (product_id) REFERENCES products (id));
CREATE TABLE text_messages (id INTEGER NOT NULL PRIMARY KEY, phone VARCHAR(40), email VARCHAR(80), body VARCHAR(80));
INSERT INTO addresses VALUES (1, 'Teahouse Lane 1'), (2, 'Common Road 2'), (3, 'Elsewhere 3');
INSERT INTO customers VALUES
  (1, 'Anna@Shop.example', '+8613800138000', 'Anna', 'x', 1, NULL),
  (2, 'anna.li@mail.example ', '+8613800138001', 'Anna Li', 'x', 2, NULL),
  (3, 'bo@shop.example', '+86 138 0013 8000', 'Bo', 'x', 2, 1),
  (4, NULL, NULL, 'Cy', 'x', 3, 1);
INSERT INTO products VALUES (1, 'tea'), (2, 'cup');
INSERT INTO orders VALUES (10, 1, NULL, NULL, 5, 'thanks'), (11, 2, 'bo@shop.example', 'Bo', 6, 'for Bo'),
  (12, 3, NULL, NULL, 7, 'mine'), (13, 3, 'anna@shop.example', 'Anna', 8, 'a gift');
INSERT INTO order_lines VALUES (10, 1, 1), (10, 2, 2), (11, 1, 1), (12, 1, 2), (13, 1, 1);
INSERT INTO text_messages VALUES (1, '0086 13800138000', NULL, 'code'), (2, '+8613800138000', 'bo@shop.example', 'hi'),
  (3, '+8613800138000', 'anna@shop.example', 'hello');
";

/// Help desk: contacts stand for the shop's customers, tickets hang on contacts.
const DESK: &str = "
CREATE TABLE contacts (id INTEGER NOT NULL PRIMARY KEY, customer VARCHAR(20), email VARCHAR(80));
CREATE TABLE tickets (id INTEGER NOT NULL PRIMARY KEY, contact_id INTEGER REFERENCES contacts (id),
  clerk_id INTEGER, parent_id INTEGER, subject VARCHAR(80));
INSERT INTO contacts VALUES (100, '1', NULL), (101, '3', NULL), (102, '2', 'bo@shop.example'), (103, '02', NULL);
INSERT INTO tickets VALUES (1000, 100, 7, 1001, 'late'), (1001, 100, 7, 1000, 'late again'), (1002, 101, 7, NULL, 'x');
";

fn kind(name: &str) -> Kind {
    Kind::from(name)
}

fn id(column: &str, name: &str, spelling: Spelling) -> Identifier {
    Identifier { column: column.into(), kind: kind(name), spelling }
}

fn field(column: &str, whose: Whose) -> Field {
    Field { column: column.into(), category: "name".into(), level: 1, whose }
}

fn columns(source: &str, table: &str, column: &str) -> Side {
    Side { source: source.into(), table: table.into(), columns: vec![column.into()] }
}

async fn source(id: &str, db: &Db, tables: BTreeMap<String, Holds>) -> Source {
    let target = db.target();
    let schema = Box::new(target.schema().await.unwrap());
    Source { id: id.into(), state: State::Connected { schema, target }, tables }
}

fn shop_tables() -> BTreeMap<String, Holds> {
    let address = Spelling::Alike(Alike::Address);
    let phone = Spelling::Alike(Alike::Phone);
    [
        (
            "addresses".to_owned(),
            Holds { fields: vec![field("street", Whose::Unsaid)], ..Holds::default() },
        ),
        (
            "customers".to_owned(),
            Holds {
                about: About::Person,
                fields: vec![field("name", Whose::Unsaid)],
                identifiers: vec![id("email", "email", address), id("phone", "phone", phone)],
                hidden: vec!["secret".into()],
                ..Holds::default()
            },
        ),
        (
            "orders".to_owned(),
            Holds {
                fields: vec![
                    field("gift_name", Whose::With("gift_email".into())),
                    field("total", Whose::Owner),
                    field("note", Whose::Unsaid),
                ],
                identifiers: vec![id("gift_email", "email", address)],
                ..Holds::default()
            },
        ),
        (
            "text_messages".to_owned(),
            Holds {
                identifiers: vec![id("phone", "phone", phone), id("email", "email", address)],
                fields: vec![field("body", Whose::Unsaid)],
                ..Holds::default()
            },
        ),
    ]
    .into()
}

fn desk_tables() -> BTreeMap<String, Holds> {
    let contacts = Holds {
        about: About::Person,
        identifiers: vec![id("email", "email", Spelling::Exact)],
        ..Holds::default()
    };
    let tickets = Holds {
        fields: vec![field("subject", Whose::Unsaid)],
        mentions: vec![vec!["clerk_id".into()]],
        ..Holds::default()
    };
    [("contacts".to_owned(), contacts), ("tickets".to_owned(), tickets)].into()
}

async fn ground(shop: &Db, desk: &Db) -> Ground {
    let link = |from: Side, to: Side| Link { from, to };
    Ground {
        sources: vec![
            source("shop", shop, shop_tables()).await,
            source("desk", desk, desk_tables()).await,
        ],
        links: vec![
            link(columns("desk", "contacts", "customer"), columns("shop", "customers", "id")),
            link(columns("desk", "tickets", "parent_id"), columns("desk", "tickets", "id")),
            link(columns("desk", "tickets", "clerk_id"), columns("shop", "customers", "id")),
        ],
        shareable: [kind("phone")].into(),
        ..Ground::default()
    }
}

fn anna() -> Start {
    Start::default()
        .with("email", "anna@shop.example")
        .with("email", "ANNA.LI@mail.example")
        .with("phone", "+86 138 0013 8000")
}

async fn look(ground: &Ground, start: &Start) -> (Plan, Outcome, Memory) {
    let plan = trace::plan(ground, &start.kinds());
    let mut sink = Memory::default();
    let options = Options { batch: 2, piece: 2, ..Options::default() };
    let outcome = trace::walk(ground, &plan, start, None, &options, &mut sink).await.unwrap();
    (plan, outcome, sink)
}

async fn two(engine: Engine) -> (Db, Db) {
    let (shop, desk) = (Db::create(engine).await, Db::create(engine).await);
    shop.run(SHOP).await;
    desk.run(DESK).await;
    (shop, desk)
}

#[tokio::test]
async fn one_persons_rows_are_found_across_databases_and_nobody_elses() {
    for engine in ENGINES {
        let (shop, desk) = two(engine).await;
        let ground = ground(&shop, &desk).await;

        let (plan, outcome, sink) = look(&ground, &anna()).await;

        assert!(outcome.failed.is_empty(), "{engine:?} {:?}", outcome.failed);
        assert_eq!(sink.texts("shop", "customers", "id"), ["1", "2"], "{engine:?}");
        assert_eq!(sink.texts("shop", "orders", "id"), ["10", "11", "13"], "{engine:?}");
        assert_eq!(
            sink.texts("shop", "order_lines", "order_id"),
            ["10", "10", "11", "13"],
            "{engine:?}"
        );
        assert_eq!(sink.texts("shop", "addresses", "id"), ["1"], "{engine:?}: 2 is Bo's, too");
        assert_eq!(sink.texts("shop", "text_messages", "id"), ["1", "3"], "{engine:?}");
        assert_eq!(sink.texts("desk", "contacts", "id"), ["100"], "{engine:?}");
        assert_eq!(sink.texts("desk", "tickets", "id"), ["1000", "1001"], "{engine:?}");
        let count = |source, table| outcome.counts[plan.node(source, table).unwrap()];
        // Bo shares the telephone.
        assert_eq!(count("shop", "customers").doubtful, 1);
        assert_eq!(count("shop", "text_messages").doubtful, 1);
        assert_eq!((count("shop", "orders").own, count("shop", "orders").shared), (1, 2));
        shop.drop().await;
        desk.drop().await;
    }
}

#[tokio::test]
async fn what_others_own_in_shared_rows_is_redacted_and_secrets_are_not_read() {
    let (shop, desk) = two(Engine::Sqlite).await;
    let ground = ground(&shop, &desk).await;

    let (plan, _, sink) = look(&ground, &anna()).await;

    let (row, redacted) = sink.row("shop", "orders", "id", "11");
    assert!(row.shared);
    assert_eq!(redacted, ["gift_email", "gift_name", "note"]);
    assert!(
        matches!(&plan.steps[row.step].how, How::Refers { columns, .. } if columns[0] == "customer_id")
    );
    // Bo's order with a gift for Anna: his number and note are not hers.
    let (row, redacted) = sink.row("shop", "orders", "id", "13");
    assert!(row.shared);
    assert_eq!(redacted, ["customer_id", "note"]);
    let (row, redacted) = sink.row("shop", "orders", "id", "10");
    assert!(!row.shared && redacted.is_empty());
    let heads = &sink.rows[&("shop".to_owned(), "customers".to_owned())][0].0;
    assert!(!heads.contains(&"secret".to_owned()));
    let debug = format!("{row:?} {:?} {plan:?}", anna());
    assert!(!debug.to_lowercase().contains("anna"), "{debug}");
}

#[tokio::test]
async fn a_plan_says_what_it_does_not_reach_and_why() {
    let (shop, desk) = two(Engine::Sqlite).await;
    shop.run("CREATE TABLE loose (text VARCHAR(10)); CREATE TABLE loyal (id INTEGER PRIMARY KEY, card VARCHAR(9));")
        .await;
    let mut ground = ground(&shop, &desk).await;
    let shop_tables = &mut ground.sources[0].tables;
    shop_tables.insert(
        "loyal".into(),
        Holds { identifiers: vec![id("card", "card", Spelling::Exact)], ..Holds::default() },
    );
    shop_tables.entry("text_messages".into()).or_default().excluded = Some("under audit".into());
    ground.sources.push(Source {
        id: "crm".into(),
        state: State::Missing("down since Friday".into()),
        tables: BTreeMap::new(),
    });

    let plan = trace::plan(&ground, &[kind("email")].into());

    let why = |table: &str| {
        let mut all = plan.unreached.iter();
        all.find(|one| one.table == table).map(|one| one.why.clone())
    };
    assert_eq!(why(""), Some(Why::Missing("down since Friday".into())));
    assert_eq!(why("products"), Some(Why::Shared));
    assert_eq!(why("loose"), Some(Why::NoWay));
    assert_eq!(why("loyal"), Some(Why::OtherKinds(vec![kind("card")])));
    assert_eq!(why("text_messages"), Some(Why::Excluded("under audit".into())));
    assert_eq!(plan, trace::plan(&ground, &[kind("email")].into()));
    let text = serde_json::to_string(&plan).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(&text).unwrap(), plan);
    let order = |table: &str| {
        let node = plan.node("shop", table).unwrap();
        plan.deletion.iter().position(|wave| wave.nodes.contains(&node)).unwrap()
    };
    assert!(order("order_lines") < order("orders") && order("orders") < order("customers"));
    let tickets = plan.node("desk", "tickets").unwrap();
    assert!(plan.deletion.iter().any(|wave| wave.nodes == [tickets] && wave.circular));
    assert!(trace::plan(&ground, &[kind("phone")].into()).only_shareable);
}

#[tokio::test]
async fn a_source_that_is_down_leaves_the_others_and_is_looked_through_later() {
    let (shop, desk) = two(Engine::Sqlite).await;
    let ground = ground(&shop, &desk).await;
    let path = desk.url.strip_prefix("sqlite:").unwrap().to_owned();
    std::fs::rename(&path, format!("{path}.away")).unwrap();

    let (plan, outcome, sink) = look(&ground, &anna()).await;

    assert_eq!(sink.texts("shop", "orders", "id"), ["10", "11", "13"]);
    assert!(sink.texts("desk", "contacts", "id").is_empty());
    assert_eq!(outcome.failed.len(), 1);
    assert_eq!((outcome.failed[0].source.as_str(), outcome.failed[0].table.as_str()), ("desk", ""));
    let tickets = plan.node("desk", "tickets").unwrap();
    assert!(outcome.incomplete.contains(&tickets));

    std::fs::rename(format!("{path}.away"), &path).unwrap();
    let mut rest = Memory::default();
    let options = Options::default();
    let (start, place) = (anna(), Some(outcome.place));
    let again = trace::walk(&ground, &plan, &start, place, &options, &mut rest);
    let again = again.await.unwrap();

    assert!(again.failed.is_empty() && again.incomplete.is_empty());
    assert!(rest.texts("shop", "orders", "id").is_empty(), "they were handed out before");
    assert_eq!(rest.texts("desk", "tickets", "id"), ["1000", "1001"]);
}

#[tokio::test]
async fn a_table_that_changed_is_refused_by_name_and_the_others_are_read() {
    for engine in ENGINES {
        let (shop, desk) = two(engine).await;
        let ground = ground(&shop, &desk).await;
        shop.run("ALTER TABLE order_lines ADD COLUMN packed_by VARCHAR(80)").await;

        let (plan, outcome, sink) = look(&ground, &anna()).await;

        assert_eq!(outcome.failed.len(), 1, "{engine:?} {:?}", outcome.failed);
        assert_eq!(outcome.failed[0].table, "order_lines");
        let told = outcome.failed[0].mishap.to_string();
        assert!(told.contains("packed_by is new") && told.contains("plan again"), "{told}");
        assert_eq!(sink.texts("shop", "orders", "id"), ["10", "11", "13"], "{engine:?}");
        assert_eq!(outcome.incomplete, [plan.node("shop", "order_lines").unwrap()].into());
        shop.drop().await;
        desk.drop().await;
    }
}

#[tokio::test]
async fn a_hundred_aliases_are_looked_for_at_once() {
    for engine in ENGINES {
        let db = Db::create(engine).await;
        db.run("CREATE TABLE letters (id INTEGER NOT NULL PRIMARY KEY, email VARCHAR(80))").await;
        let rows: Vec<String> =
            (0..300).map(|n| format!("({n}, 'Alias{n}@Shop.example')")).collect();
        db.run(&format!("INSERT INTO letters VALUES {}", rows.join(","))).await;
        let spelling = Spelling::Alike(Alike::Address);
        let holds = Holds { identifiers: vec![id("email", "email", spelling)], ..Holds::default() };
        let tables = [("letters".to_owned(), holds)].into();
        let ground =
            Ground { sources: vec![source("mail", &db, tables).await], ..Ground::default() };
        let start = (0..100).fold(Start::default(), |start, n| {
            start.with("email", format!("alias{}@shop.EXAMPLE", 3 * n))
        });

        let (_, outcome, sink) = look(&ground, &start).await;

        assert_eq!(outcome.counts[0].own, 100, "{engine:?} {:?}", outcome.failed);
        assert_eq!(sink.texts("mail", "letters", "id").len(), 100);
        db.drop().await;
    }
}

#[tokio::test]
async fn keys_that_are_located_delete_exactly_those_rows() {
    for engine in ENGINES {
        let (shop, desk) = two(engine).await;
        let ground = ground(&shop, &desk).await;
        let plan = trace::plan(&ground, &anna().kinds());

        let (outcome, found) =
            trace::locate(&ground, &plan, &anna(), &Options::default()).await.unwrap();

        let lines = plan.node("shop", "order_lines").unwrap();
        let mut keys = found.keys(lines, false, 0, 10).await.unwrap();
        keys.sort_by_key(|key| format!("{:?}", serde_json::to_string(key).unwrap()));
        assert_eq!(outcome.counts[lines].own, 2, "{engine:?}");
        let text = |key: &Literal| serde_json::to_value(key).unwrap().to_string().replace('"', "");
        let first: Vec<String> = keys[0].iter().map(text).collect();
        assert_eq!(first, ["10", "1"]);
        assert!(found.keys(lines, false, 2, 10).await.unwrap().is_empty());
        assert_eq!(found.keys(lines, true, 0, 10).await.unwrap().len(), 2);

        let request = purge::Request {
            root: "order_lines".into(),
            selection: purge::Selection { covered: Condition::Keys(keys), except: vec![] },
            treatment: purge::Treatment::Delete,
            children: vec![],
            joins: vec![],
            allow: purge::Allow::default(),
        };
        let target = shop.target();
        let deletion = purge::plan(&target.schema().await.unwrap(), request).unwrap();
        let dry = purge::dry_run(&target, &deletion, &purge::DryOptions::default()).await.unwrap();
        assert_eq!(dry.counts.changed(), 2, "{engine:?}");
        shop.drop().await;
        desk.drop().await;
    }
}
