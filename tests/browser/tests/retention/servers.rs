//! The same on a real PostgreSQL and a real MariaDB, as a company would: the database is connected and
//! scanned in the console with an account that reads, the account that deletes is made by the script
//! that the console shows, a customer is held whom the table spells in another way, and what is gone
//! afterwards is looked up in the database.

use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use browser_tests::{Browser, Server};
use store::sqlx::{self, AnyConnection, AssertSqlSafe, Connection as _};

use crate::shared::{judge, people, settles, verify};

/// Customers, each with one order of two items; the first 60 ordered last in 2022.
const CUSTOMERS: i64 = 90;
const SECRET: &str = "a-long-one-of-its-own";

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_is_carried_out_in_postgresql() -> Result<()> {
    walk("postgres", "PRIVET_TEST_POSTGRES").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_is_carried_out_in_mariadb() -> Result<()> {
    walk("mysql", "PRIVET_TEST_MARIADB").await
}

/// A database of its own on the server, gone with its account when the walk is over.
struct Shop {
    kind: &'static str,
    server: url::Url,
    name: String,
}

async fn walk(kind: &'static str, variable: &str) -> Result<()> {
    sqlx::any::install_default_drivers();
    let server = std::env::var(variable).with_context(|| format!("{variable} is not set"))?;
    let name = format!("privet_walk_{}", std::process::id());
    let shop = Shop { kind, server: server.parse()?, name };
    shop.fill().await?;
    let walked = shop.walked().await;
    shop.drop().await?;
    walked
}

impl Shop {
    async fn walked(&self) -> Result<()> {
        let server = Server::empty().await?;
        let (grace, han) = people(&server).await?;
        let address = server.address.as_str();
        let source = self.connect(&grace, address).await?;
        let rule = self.rule(&grace, &han, address, &source).await?;
        self.account(&grace, &han, &format!("{address}/console/retention/access/{source}")).await?;
        hold(&grace, &han, address).await?;
        let run = self.agreed(&grace, &han, address, &rule).await?;

        grace.click("#f-sure-1").await?;
        grace.click("main form[action$='/begin'] button").await?;
        settles(&grace, "Finished").await?;

        // 59 of 90 customers, with an order and two items each; the one who is held has theirs still.
        for (table, left) in [("customers", 31), ("orders", 31), ("order_items", 62)] {
            let sql = format!("SELECT COUNT(*) FROM {table}");
            ensure!(self.number(&sql).await? == left, "{table}");
        }
        let held = "SELECT COUNT(*) FROM orders WHERE customer_id = 5";
        ensure!(self.number(held).await? == 1, "the held customer's order is gone");
        let told = grace.text("main").await?;
        ensure!(told.contains("Certificate") && !told.contains("13800138"), "{told}");
        judge(&han, &format!("{} finished", self.kind), &run).await?;
        judge(
            &han,
            &format!("{} history", self.kind),
            &format!("{address}/console/retention/runs"),
        )
        .await?;
        verify(&server, &grace, &run, ("walk.li", 236)).await
    }

    /// Connected in three steps and scanned; returns the source's id.
    async fn connect(&self, grace: &Browser, address: &str) -> Result<String> {
        grace.open(&format!("{address}/console/sources/new?kind={}", self.kind)).await?;
        grace.fill("#f-host", self.server.host_str().unwrap_or_default()).await?;
        grace.fill("#f-port", &self.server.port().unwrap_or_default().to_string()).await?;
        grace.fill("#f-database", &self.name).await?;
        grace.fill("#f-user", self.server.username()).await?;
        grace.fill("#f-password", self.server.password().unwrap_or_default()).await?;
        grace.click("main form.form button.primary").await?;
        grace.fill("#f-name", "Tea shop").await?;
        grace.fill("#f-touchpoint", "Web shop").await?;
        grace.click("main form.form button.primary").await?;
        grace.text("main h1").await?;
        for _ in 0..240 {
            grace.open(&format!("{address}/console/retention/uncovered")).await?;
            if grace.has("main tbody a[href*='table=customers']").await? {
                grace.click("main tbody a[href*='table=customers']").await?;
                let link = grace.client.current_url().await?;
                let source = link.query_pairs().find(|(name, _)| name == "source");
                return Ok(source.context("no source in the link")?.1.into_owned());
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        bail!("the scan did not finish: {}", grace.text("main").await?)
    }

    /// “24 months after the last order”; returns the rule's address.
    async fn rule(
        &self,
        grace: &Browser,
        han: &Browser,
        address: &str,
        source: &str,
    ) -> Result<String> {
        let form = format!("{address}/console/retention/rules/new?source={source}&table=customers");
        grace.open(&form).await?;
        grace.fill("#f-name", "Customers, two years").await?;
        grace.click("#f-event option[value*='placed_at']").await?;
        grace.fill("#f-amount", "24").await?;
        grace.fill("#f-event_en", "the last order").await?;
        grace.fill("#f-event_zh", "最后一次下单").await?;
        grace.click("button[value='save']").await?;
        grace.text("main a[href*='/access/']").await?;
        let rule = format!("{address}{}", grace.path().await?);
        judge(han, &format!("{} rule", self.kind), &rule).await?;
        Ok(rule)
    }

    /// The account that the console's script makes, and no other, may delete.
    async fn account(&self, grace: &Browser, han: &Browser, page: &str) -> Result<()> {
        grace.open(page).await?;
        let script = grace.text("main pre.code").await?;
        let script = script.replace("CHOOSE-ONE", SECRET).replace("privet_retention", &self.name);
        ensure!(script.contains("GRANT DELETE"), "{script}");
        self.run(&script).await.context(script)?;
        grace.fill("#f-user", &self.name).await?;
        grace.fill("#f-password", SECRET).await?;
        grace.click("main form[method='post'] button.primary").await?;
        grace.text("main .badge.ok").await?;
        judge(han, &format!("{} account", self.kind), page).await
    }

    /// Counted, asked for and agreed to; Grace stands on the run, which she may begin.
    async fn agreed(
        &self,
        grace: &Browser,
        han: &Browser,
        address: &str,
        rule: &str,
    ) -> Result<String> {
        grace.open(rule).await?;
        grace.click("main form[action$='/plan'] button").await?;
        settles(grace, "Waits").await?;
        let run = format!("{address}{}", grace.path().await?);
        let told = grace.text("main").await?;
        ensure!(told.contains("Case 2026-115"), "the hold is named: {told}");
        ensure!(!told.contains("walk.li") && !told.contains("13800138"), "a value shows: {told}");
        ensure!(self.number("SELECT COUNT(*) FROM customers").await? == CUSTOMERS);
        grace.fill("#f-why", "First run of the new rule").await?;
        grace.click("main form[action$='/ask'] button").await?;
        grace.text("main .badge.warn").await?;
        judge(han, &format!("{} to decide", self.kind), &run).await?;
        han.open(&run).await?;
        han.click("main form[action$='/approve'] button").await?;
        han.text("main .badge.ok").await?;
        grace.open(&run).await?;
        Ok(run)
    }

    async fn fill(&self) -> Result<()> {
        let mut root = AnyConnection::connect(self.server.as_str()).await?;
        let sql = format!("CREATE DATABASE {}", self.name);
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut root).await?;
        root.close().await?;
        let time = if self.kind == "postgres" { "TIMESTAMPTZ" } else { "DATETIME" };
        self.run(&format!(
            "CREATE TABLE customers (id INTEGER PRIMARY KEY, email VARCHAR(80) NOT NULL, phone VARCHAR(30) NOT NULL, full_name VARCHAR(80));
             CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL, placed_at {time} NOT NULL, total INTEGER NOT NULL,
               FOREIGN KEY (customer_id) REFERENCES customers (id));
             CREATE TABLE order_items (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL, what VARCHAR(40) NOT NULL,
               FOREIGN KEY (order_id) REFERENCES orders (id));"
        ))
        .await?;
        let (mut people, mut orders, mut items) = (Vec::new(), Vec::new(), Vec::new());
        for id in 1..=CUSTOMERS {
            let day = if id <= 60 { "2022-03-04" } else { "2026-10-01" };
            people.push(format!("({id}, 'walk.li{id}@example.com', '138001380{id:02}', 'Li Lei')"));
            orders.push(format!("({id}, {id}, '{day} 10:00:00', {})", 20 + id));
            items.push(format!("({id}, {id}, 'tea'), ({}, {id}, 'cup')", 1000 + id));
        }
        for (table, rows) in [("customers", people), ("orders", orders), ("order_items", items)] {
            self.run(&format!("INSERT INTO {table} VALUES {}", rows.join(","))).await?;
        }
        Ok(())
    }

    async fn connection(&self) -> Result<AnyConnection> {
        let mut url = self.server.clone();
        url.set_path(&self.name);
        Ok(AnyConnection::connect(url.as_str()).await?)
    }

    async fn run(&self, sql: &str) -> Result<()> {
        let mut conn = self.connection().await?;
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut conn).await?;
        Ok(conn.close().await?)
    }

    async fn number(&self, sql: &str) -> Result<i64> {
        let mut conn = self.connection().await?;
        let found = sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&mut conn).await?;
        conn.close().await?;
        Ok(found)
    }

    async fn drop(&self) -> Result<()> {
        let name = &self.name;
        let (force, account) = match self.kind {
            "postgres" => (" WITH (FORCE)", format!("DROP ROLE IF EXISTS {name}")),
            _ => ("", format!("DROP USER IF EXISTS '{name}'@'%'")),
        };
        let mut root = AnyConnection::connect(self.server.as_str()).await?;
        for sql in [format!("DROP DATABASE IF EXISTS {name}{force}"), account] {
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut root).await?;
        }
        Ok(root.close().await?)
    }
}

/// Customer 5, whose number the table writes without country and blanks.
async fn hold(grace: &Browser, han: &Browser, address: &str) -> Result<()> {
    grace.open(&format!("{address}/console/retention/holds/new")).await?;
    grace.fill("#f-name", "Case 2026-115").await?;
    grace.fill("#f-reason", "A complaint is open").await?;
    grace.click("#f-kind option[value='phone']").await?;
    grace.fill("#f-identifier", "+86 138-0013-8005").await?;
    grace.click("main form button[type='submit'].primary").await?;
    grace.text("main .badge.warn").await?;
    let hold = format!("{address}{}", grace.path().await?);
    judge(han, "hold", &hold).await
}
