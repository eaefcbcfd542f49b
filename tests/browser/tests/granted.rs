//! The access standard as people use it: a role is bound, what it has too much is shown, and the script
//! that takes it is there.

use anyhow::Result;
use browser_tests::{Browser, Language, Server};
use store::sqlx::{self, Connection as _};

#[tokio::test(flavor = "multi_thread")]
async fn a_role_is_bound_and_the_script_takes_what_is_too_much() -> Result<()> {
    bind_and_look(&Browser::start().await?, "a", true).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_is_bound_and_the_script_takes_what_is_too_much_without_javascript() -> Result<()> {
    bind_and_look(&Browser::start_without_javascript().await?, "b", false).await
}

/// `axe`: the page is judged too, which needs scripts.
async fn bind_and_look(browser: &Browser, name: &str, axe: bool) -> Result<()> {
    let guard = store::testing::temp_postgres_guard().await;
    let url = url::Url::parse(&guard.config().database.unwrap_or_default())?;
    let app = format!("browser_shop_{name}_{}", std::process::id());
    run(url.as_str(), &format!(
        "CREATE ROLE {app} LOGIN; CREATE TABLE customers (id int PRIMARY KEY, email text, phone text);
         INSERT INTO customers SELECT i, 'li.lei' || i || '@example.com',
           '+8613800138' || lpad(i::text, 3, '0') FROM generate_series(1, 60) i;
         GRANT SELECT ON customers TO {app};"
    ))
    .await?;
    let server = Server::empty().await?;
    browser.open(&server.link).await?;
    browser.fill("#f-organisation", "Lantern Tea").await?;
    browser.fill("#f-name", "Grace Hopper").await?;
    browser.fill("#f-login", "grace@example.com").await?;
    browser.fill("#f-password", "correct horse battery staple").await?;
    browser.click("main form.card button[type='submit']").await?;
    browser.text("main h1").await?;

    // A database with accounts is connected and scanned; its grants are looked at without asking.
    browser.open(&format!("{}/console/sources/new?kind=postgres", server.address)).await?;
    browser.fill("#f-host", url.host_str().unwrap_or_default()).await?;
    browser.fill("#f-port", &url.port().unwrap_or(5432).to_string()).await?;
    browser.fill("#f-database", url.path().trim_start_matches('/')).await?;
    browser.fill("#f-user", url.username()).await?;
    browser.fill("#f-password", url.password().unwrap_or_default()).await?;
    browser.click("main form button[type='submit']").await?;
    browser.fill("#f-name", "Shop").await?;
    browser.click("main form button[type='submit']").await?;
    wait_for(browser, ".answer-sentence", None).await?;
    browser.open(&format!("{}/console/grants", server.address)).await?;
    browser.click("main tbody a[href^='/console/grants/']").await?;
    wait_for(browser, "#list", Some(&app)).await?;
    let page = browser.path().await?;

    // It is bound to e-mail addresses, with a reason; its telephone numbers are too much.
    browser.open(&format!("{}{page}/lines/new", server.address)).await?;
    browser.fill("#f-holder", &app).await?;
    browser.fill("#f-reason", "sends the news").await?;
    browser.click("details:has(input[value='contact.email']) > summary").await?;
    browser.click("input[name='extra'][value='contact.email']").await?;
    judged(browser, axe).await?;
    browser.click("main form.form button[type='submit']").await?;
    browser.text("#standard-title").await?;
    browser.open(&format!("{}{page}?role={app}", server.address)).await?;
    let list = browser.text("#list").await?;
    assert!(list.contains("phone") && !list.contains("email"), "{list}");

    for language in [Language::English, Language::Chinese] {
        browser.open(&format!("{}{page}", server.address)).await?;
        browser.speak(language).await?;
        browser.open(&format!("{}{page}", server.address)).await?;
        judged(browser, axe).await?;
        assert!(!browser.overflows().await?);
        browser.click("main a[href$='/script']").await?;
        let script = browser.text("pre.grants-script").await?;
        let wanted =
            format!("GRANT SELECT (\"email\", \"id\") ON \"public\".\"customers\" TO \"{app}\"");
        assert!(script.contains(&wanted), "{script}");
        judged(browser, axe).await?;
    }

    run(url.as_str(), &format!("DROP OWNED BY {app}; DROP ROLE {app}")).await
}

async fn judged(browser: &Browser, axe: bool) -> Result<()> {
    if axe {
        assert_eq!(browser.violations().await?, Vec::<String>::new());
    }
    Ok(())
}

async fn run(url: &str, sql: &str) -> Result<()> {
    sqlx::any::install_default_drivers();
    let mut conn = sqlx::AnyConnection::connect(url).await?;
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut conn).await?;
    Ok(conn.close().await?)
}

/// Loads the page again until it has the element, with these words.
async fn wait_for(browser: &Browser, css: &str, words: Option<&str>) -> Result<()> {
    for _ in 0..240 {
        if browser.has(css).await? {
            match words {
                Some(words) if !browser.text(css).await?.contains(words) => {}
                _ => return Ok(()),
            }
        }
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
        if words.is_some() {
            browser.client.refresh().await?;
        }
    }
    anyhow::bail!("{css} did not come: {}", browser.text("main").await?)
}
