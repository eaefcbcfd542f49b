//! A person with a million rows costs no more memory than one with few: rows are streamed, and keys
//! that later steps need go to a temporary file. A test of its own, because it measures its process.

#![allow(clippy::unwrap_used)]

mod common;

use common::Db;
use purge::Engine;
use trace::{
    Flow, Ground, Head, Holds, Identifier, Kind, Options, Place, Row, Sink, SinkError, Source,
    Spelling, Start, State,
};

/// Orders of the person, each with one line; the lines need the keys of all orders.
const ORDERS: usize = 500_000;

/// Bytes of this process in memory.
fn resident() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap();
    text.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

#[derive(Default)]
struct Counting {
    rows: usize,
    most: usize,
}

#[async_trait::async_trait]
impl Sink for Counting {
    async fn rows(&mut self, _: &Head, rows: Vec<Row>) -> Result<(), SinkError> {
        self.rows += rows.len();
        self.most = self.most.max(resident());
        Ok(())
    }

    async fn done(&mut self, _: &Head, _: &Place) -> Result<Flow, SinkError> {
        Ok(Flow::Continue)
    }
}

#[tokio::test]
async fn a_person_with_a_million_rows_costs_a_bounded_memory() {
    let db = Db::create(Engine::Sqlite).await;
    db.run(&format!(
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT);
         CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers (id), note TEXT);
         CREATE TABLE order_lines (id INTEGER PRIMARY KEY, order_id INTEGER REFERENCES orders (id), what TEXT);
         INSERT INTO customers VALUES (1, 'anna@shop.example'), (2, 'bo@shop.example');
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ORDERS})
         INSERT INTO orders SELECT i, 1, 'a note of some forty letters, as people do' FROM n;
         INSERT INTO order_lines SELECT id, id, 'tea, green, a hundred grams, loose leaves' FROM orders;
         CREATE INDEX orders_customer ON orders (customer_id);
         CREATE INDEX lines_order ON order_lines (order_id)"
    ))
    .await;
    let target = db.target();
    let schema = Box::new(target.schema().await.unwrap());
    let holds = Holds {
        identifiers: vec![Identifier {
            column: "email".into(),
            kind: Kind::from("email"),
            spelling: Spelling::Exact,
        }],
        ..Holds::default()
    };
    let source = Source {
        id: "shop".into(),
        state: State::Connected { schema, target },
        tables: [("customers".to_owned(), holds)].into(),
    };
    let ground = Ground { sources: vec![source], ..Ground::default() };
    let options = Options { memory: 4 << 20, ..Options::default() };
    let walk = async |email: &str| {
        let start = Start::default().with("email", email);
        let plan = trace::plan(&ground, &start.kinds());
        let mut sink = Counting::default();
        trace::walk(&ground, &plan, &start, None, &options, &mut sink).await.unwrap();
        sink
    };
    walk("bo@shop.example").await;
    let before = resident();

    let begun = std::time::Instant::now();
    let sink = walk("anna@shop.example").await;

    let grown = sink.most.saturating_sub(before) >> 20;
    println!("{} rows in {:?}, {grown} MB more than for one", sink.rows, begun.elapsed());
    assert_eq!(sink.rows, 2 * ORDERS + 1);
    assert!(grown < 64, "{grown} MB");
}
