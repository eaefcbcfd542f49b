//! A retention rule from its form to its certificate, by two people: Grace has no JavaScript, Han has.
//! Rows of a real database file are deleted; `privet verify` checks the proof; axe-core judges what Han
//! sees, in both languages, wide and narrow.

mod servers;
mod shared;

use std::{path::Path, time::Duration};

use anyhow::{Result, bail, ensure};
use browser_tests::{Browser, Server};
use datamap::{DataMap, sources::SourceDraft};
use shared::{judge, people, settles, verify};
use store::{
    Actor, Store, StoreConfig,
    sqlx::{self, Connection as _},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_is_written_counted_agreed_to_carried_out_and_proved() -> Result<()> {
    let data = tempfile::tempdir()?;
    let shop = tempfile::tempdir()?;
    let file = shop.path().join("help-desk.db");
    tickets(&file).await?;
    let source = connect(data.path(), &file).await?;
    let server = Server::on(data).await?;
    let (grace, han) = people(&server).await?;
    let address = server.address.as_str();
    let page = |path: &str| format!("{address}/console/retention{path}");
    scanned(&grace, address).await?;

    // What no rule is about leads to a new rule; the map proposes the time and the related table.
    han.open(&page("")).await?;
    judge(&han, "no rules", &page("")).await?;
    grace.open(&page("/uncovered")).await?;
    grace.text("main tbody a[href*='table=tickets']").await?;
    grace.open(&page(&format!("/rules/new?source={source}&table=tickets"))).await?;
    grace.fill("#f-name", "Tickets, two years").await?;
    grace.fill("#f-amount", "24").await?;
    grace.fill("#f-event_en", "the ticket was opened").await?;
    grace.fill("#f-undo_days", "3").await?;
    grace.click("button[value='preview']").await?;
    let said = grace.text("#preview").await?;
    ensure!(said.contains("24 months after the ticket was opened"), "{said}");
    ensure!(said.contains("messages"), "what hangs on it is told: {said}");
    grace.click("button[value='save']").await?;
    grace.text("main a[href*='/access/']").await?;
    let rule = format!("{address}{}", grace.path().await?);
    judge(&han, "rule", &rule).await?;
    judge(&han, "form", &format!("{rule}/edit")).await?;

    // Nothing is counted without an account that may change rows.
    grace.open(&page(&format!("/access/{source}"))).await?;
    grace.click("main form[method='post'] button.primary").await?;
    grace.text("[role='alert'] a[href='#f-sure-1']").await?;
    grace.click("#f-sure-1").await?;
    grace.click("main form[method='post'] button.primary").await?;
    grace.text("main .badge.ok").await?;
    judge(&han, "account", &page(&format!("/access/{source}"))).await?;

    // A hold keeps one customer's ticket.
    grace.open(&page("/holds/new")).await?;
    grace.fill("#f-name", "Case 2026-114").await?;
    grace.fill("#f-reason", "A complaint is open").await?;
    grace.fill("#f-identifier", " Anna1@Example.COM").await?;
    judge(&han, "hold form", &page("/holds/new")).await?;
    grace.click("main form button[type='submit'].primary").await?;
    grace.text("main .badge.warn").await?;
    judge(&han, "holds", &page("/holds")).await?;

    grace.open(&rule).await?;
    grace.click("main form[action$='/plan'] button").await?;
    settles(&grace, "Waits").await?;
    let run = format!("{address}{}", grace.path().await?);
    let told = grace.text("main").await?;
    ensure!(told.contains("Legal hold") && told.contains("Case 2026-114"), "{told}");
    ensure!(!told.contains("anna"), "an example shows a value: {told}");
    ensure!(!grace.has("#f-sure-1").await?, "nobody deletes alone");
    grace.fill("#f-why", "First run of the new rule").await?;
    grace.click("main form[action$='/ask'] button").await?;
    grace.text("main .badge.warn").await?;

    han.open(&format!("{address}/console/access/approvals")).await?;
    han.click("main tbody a[href*='/console/retention/runs/']").await?;
    judge(&han, "to decide", &run).await?;
    han.click("main form[action$='/approve'] button").await?;
    han.text("main .badge.ok").await?;
    ensure!(count(&file, "tickets").await? == 90, "nothing was deleted yet");

    grace.open(&run).await?;
    grace.click("main form[action$='/begin'] button").await?;
    grace.text("[role='alert'] a[href='#f-sure-1']").await?;
    grace.click("#f-sure-1").await?;
    grace.click("main form[action$='/begin'] button").await?;
    settles(&grace, "Finished").await?;

    // 60 of 90 tickets were old; Anna's is held.
    ensure!(count(&file, "tickets").await? == 31);
    ensure!(count(&file, "messages").await? == 31);
    judge(&han, "finished", &run).await?;
    judge(&han, "history", &page("/runs")).await?;
    judge(&han, "rules", &page("")).await?;
    judge(&han, "not covered", &page("/uncovered")).await?;
    verify(&server, &grace, &run, ("anna", 118)).await
}

/// 90 tickets of 30 customers, 60 of them from 2022, each with a message.
async fn tickets(file: &Path) -> Result<()> {
    sqlx::any::install_default_drivers();
    let mut db =
        sqlx::AnyConnection::connect(&format!("sqlite:{}?mode=rwc", file.display())).await?;
    sqlx::raw_sql(
        "CREATE TABLE tickets (id INTEGER PRIMARY KEY, customer_email TEXT NOT NULL, subject TEXT, opened_at TEXT NOT NULL);
         CREATE TABLE messages (id INTEGER PRIMARY KEY, ticket_id INTEGER NOT NULL REFERENCES tickets (id), body TEXT);
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 90)
         INSERT INTO tickets SELECT i, 'anna' || i || '@example.com', 'Where is my tea?',
           CASE WHEN i <= 60 THEN '2022-03-04 10:00:00' ELSE '2026-10-01 10:00:00' END FROM n;
         INSERT INTO messages SELECT id, id, 'Please look' FROM tickets;",
    )
    .execute(&mut db)
    .await?;
    Ok(db.close().await?)
}

async fn count(file: &Path, table: &str) -> Result<i64> {
    let mut db = sqlx::AnyConnection::connect(&format!("sqlite:{}", file.display())).await?;
    let sql = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
    let rows = sqlx::query_scalar(sql).fetch_one(&mut db).await?;
    db.close().await?;
    Ok(rows)
}

/// A source and its scan, before the server starts; returns the source's id.
async fn connect(data: &Path, file: &Path) -> Result<String> {
    let config = StoreConfig { data_dir: data.to_owned(), database: None };
    let store = Store::open(config).await?;
    let map = DataMap::open(store.clone()).await?;
    let by = Actor::System("setup");
    let draft = SourceDraft {
        name: "Help desk".into(),
        address: format!("sqlite:{}", file.display()),
        ..SourceDraft::default()
    };
    let source = map.create_source(by.clone(), &draft).await?;
    map.start_scan(by, &source.id, "person").await?;
    store.close().await;
    Ok(source.id)
}

async fn scanned(browser: &Browser, address: &str) -> Result<()> {
    for _ in 0..120 {
        browser.open(&format!("{address}/console/retention/uncovered")).await?;
        if browser.has("main tbody a[href*='table=tickets']").await? {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    bail!("the scan did not finish: {}", browser.text("main").await?)
}
