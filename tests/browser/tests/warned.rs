//! A canary is made on its page, touched by a program, and told of within seconds; the alarm is read,
//! acknowledged and judged by axe-core, in both languages, wide and narrow.

use anyhow::{Result, bail, ensure};
use browser_tests::{Browser, Language, Viewport, customers::Counter};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn whoever_touches_a_canary_is_on_the_page_within_seconds() -> Result<()> {
    let shop = Counter::open().await?;
    let owner = Browser::start().await?;
    account(&shop, &owner).await?;
    let page = |path: &str| format!("{}/console/{path}", shop.server.address);

    owner.open(&page("canaries")).await?;
    owner.fill("#f-domain", "tea.example").await?;
    owner.fill("#f-count", "1").await?;
    owner.click("main section.card form button[type='submit']").await?;
    let email = owner.text("main tbody td[data-label='E-mail']").await?;
    ensure!(email.ends_with("@tea.example"), "{email}");
    owner.fill("main tbody input[name='place']", "CRM, customers").await?;
    owner.click("main tbody form.cluster button").await?;
    owner.wait_for_text("CRM, customers", 5).await?;
    judge(&owner, "canaries").await?;

    let asked = json!({ "subject": { "email": email }, "reading_for": "customer_support" });
    shop.call("/v1/preferences/lookup", &asked).await?;
    wait(&owner, &page("alarms")).await?;
    owner.text("nav .nav-badge").await?;
    owner.click("main tbody th a").await?;
    owner.text("#f-note").await?;
    let path = owner.path().await?;
    for language in [Language::English, Language::Chinese] {
        owner.speak(language).await?;
        for viewport in [Viewport::Wide, Viewport::Narrow] {
            owner.view(viewport).await?;
            owner.open(&format!("{}{path}", shop.server.address)).await?;
            judge(&owner, "alarm").await?;
        }
    }
    owner.fill("#f-note", "The support tool was tried out with this customer").await?;
    owner.click("form[action$='/acknowledge'] button[type='submit']").await?;
    owner.text("main .empty").await?;
    owner.open(&page("alarms?state=all")).await?;
    owner.text("main tbody th a").await.map(|_| ())
}

async fn judge(browser: &Browser, place: &str) -> Result<()> {
    ensure!(!browser.text("body").await?.contains('⟦'), "{place}: a text is missing");
    let found = browser.violations().await?;
    ensure!(found.is_empty(), "{place}: {}", found.join("\n"));
    ensure!(!browser.overflows().await?, "{place}: wider than the screen");
    Ok(())
}

/// Early warning follows within seconds.
async fn wait(browser: &Browser, page: &str) -> Result<()> {
    for _ in 0..40 {
        browser.open(page).await?;
        if browser.has("main tbody th a").await? {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    bail!("no alarm within 20 seconds")
}

/// The first account of the server.
async fn account(shop: &Counter, browser: &Browser) -> Result<()> {
    browser.open(&shop.server.link).await?;
    browser.fill("#f-organisation", "Lantern Tea").await?;
    browser.fill("#f-name", "Grace Hopper").await?;
    browser.fill("#f-login", "grace@example.com").await?;
    browser.fill("#f-password", "correct horse battery staple").await?;
    browser.click("main form.card button[type='submit']").await?;
    browser.text("main h1").await.map(|_| ())
}
