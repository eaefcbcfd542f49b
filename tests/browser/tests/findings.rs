//! A finding is opened, mended where its page leads, checked and verified; another is accepted for a time.
//! In both languages, wide and narrow, judged by axe-core.

use anyhow::{Result, ensure};
use browser_tests::{Browser, Language, Server, Viewport};

const LIST: &str = "/console/findings?check=organisation-uncontactable&state=all";
const ROW: &str = "main tbody th a[href^='/console/findings/']";
const RUN: &str = "form[action='/console/findings/run'] button";

#[tokio::test(flavor = "multi_thread")]
async fn a_finding_is_mended_and_verified_and_another_accepted() -> Result<()> {
    let server = Server::demo().await?;
    let browser = Browser::start().await?;
    browser.open(&server.link).await?;
    browser.wait_until_scanned(&server).await?;
    browser.speak(Language::English).await?;
    let at = |path: &str| format!("{}{path}", server.address);

    contact(&browser, &server, "").await?;
    browser.open(&at("/console/findings")).await?;
    browser.click(RUN).await?;
    browser.wait_for_text("Everything was checked", 30).await?;
    browser.open(&at(LIST)).await?;
    browser.click(ROW).await?;
    browser.wait_for_text("Why it matters", 5).await?;
    let finding = browser.path().await?;
    for language in [Language::Chinese, Language::English] {
        browser.speak(language).await?;
        for viewport in [Viewport::Narrow, Viewport::Wide] {
            browser.view(viewport).await?;
            browser.open(&at(&finding)).await?;
            judge(&browser).await?;
        }
    }

    // The page leads to where it is mended.
    browser.click("main a.button.primary").await?;
    ensure!(browser.path().await? == "/console/organisation", "led elsewhere");
    contact(&browser, &server, "privacy@lantern.example").await?;
    browser.open(&at(&finding)).await?;
    browser.click("form[action$='/mended'] button").await?;
    browser.wait_for_text("Fixed and verified", 30).await?;

    // Another one is accepted until a day.
    browser.open(&at("/console/findings")).await?;
    browser.click(ROW).await?;
    browser.fill("#f-reason", "The contract is being signed").await?;
    browser.click("form[action$='/accept'] button[type='submit']").await?;
    browser.wait_for_text("Accepted until", 10).await?;
    let path = browser.path().await?;
    browser.open(&at("/console/findings?state=accepted")).await?;
    ensure!(browser.has(&format!("main tbody a[href='{path}']")).await?, "it is listed");
    Ok(())
}

async fn contact(browser: &Browser, server: &Server, text: &str) -> Result<()> {
    browser.open(&format!("{}/console/organisation", server.address)).await?;
    browser.fill("#f-contact", text).await?;
    browser.click("main form.form button[type='submit']").await?;
    browser.text("main h1").await.map(|_| ())
}

async fn judge(browser: &Browser) -> Result<()> {
    ensure!(!browser.text("body").await?.contains('⟦'), "a text is missing");
    let found = browser.violations().await?;
    ensure!(found.is_empty(), "{}", found.join("\n"));
    ensure!(!browser.overflows().await?, "wider than the screen");
    Ok(())
}
