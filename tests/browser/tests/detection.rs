//! Detection as people use it: a text is tried, a detector is taught, and the next scan finds it.

use std::path::Path;

use anyhow::Result;
use browser_tests::{Browser, Language, Server};

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_tried_filtered_and_taken_away() -> Result<()> {
    let server = Server::demo().await?;
    let browser = Browser::start().await?;
    browser.open(&server.link).await?;
    for (language, sample) in [(Language::English, "support-en"), (Language::Chinese, "support-zh")]
    {
        browser.open(&format!("{}/console/try?sample={sample}", server.address)).await?;
        browser.speak(language).await?;
        browser.open(&format!("{}/console/try?sample={sample}", server.address)).await?;

        browser.click("main form button[type='submit']").await?;

        let all = browser.at_least(4, ".marked mark").await?;
        assert_eq!(browser.at_least(4, ".findings > li").await?, all, "the list says as much");
        assert!(!browser.path().await?.contains('@'), "nothing of the text is in the address");
        let before = browser.text("#result h2").await?;
        // Without pressing anything: the page swaps what is shown.
        browser.click("#k-EMAIL_ADDRESS").await?;
        let fewer = wait_for_change(&browser, "#result h2", &before).await?;
        assert_ne!(before, fewer);
        assert!(browser.has("#k-EMAIL_ADDRESS:not(:checked)").await?, "the choice stays");
        assert_eq!(browser.violations().await?, Vec::<String>::new());
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_detector_is_taught_and_the_next_scan_finds_it() -> Result<()> {
    teach_and_scan(&Browser::start().await?).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_detector_is_taught_and_the_next_scan_finds_it_without_javascript() -> Result<()> {
    teach_and_scan(&Browser::start_without_javascript().await?).await
}

async fn teach_and_scan(browser: &Browser) -> Result<()> {
    let server = Server::empty().await?;
    let folder = tempfile::tempdir()?;
    write_visits(folder.path())?;
    browser.open(&server.link).await?;
    browser.fill("#f-organisation", "Lantern Tea").await?;
    browser.fill("#f-name", "Grace Hopper").await?;
    browser.fill("#f-login", "grace@example.com").await?;
    browser.fill("#f-password", "correct horse battery staple").await?;
    browser.click("main form.card button[type='submit']").await?;
    browser.text("main h1").await?;

    // Tested on a text, then kept.
    browser.open(&format!("{}/console/detectors", server.address)).await?;
    browser.click("main a[href$='example=loyalty-card']").await?;
    browser.fill("#f-test", "He showed LT-12345674 and LT-12345678.").await?;
    browser.click("main button[value='test']").await?;
    assert_eq!(browser.at_least(1, ".tested mark").await?, 1, "the wrong check digit is none");
    browser.click("main button[value='save']").await?;
    browser.text("main .history").await?;

    // A new source: what nobody but the company can know is found.
    browser.open(&format!("{}/console/sources/new?kind=files", server.address)).await?;
    browser.fill("#f-path", &folder.path().display().to_string()).await?;
    browser.click("main form button[type='submit']").await?;
    browser.fill("#f-name", "Visits").await?;
    browser.click("main form button[type='submit']").await?;
    wait_until_scanned(browser).await?;
    browser.open(&format!("{}/console/map", server.address)).await?;
    assert!(browser.text("#list").await?.contains("c7"), "{}", browser.text("#list").await?);
    browser.click("#list a[href^='/console/fields/']").await?;
    let why = browser.text("#why").await?;
    assert!(why.contains("LOYALTY_CARD"), "{why}");
    assert!(!browser.client.source().await?.contains("LT-12345674"), "values are masked");
    Ok(())
}

async fn wait_until_scanned(browser: &Browser) -> Result<()> {
    for _ in 0..240 {
        if browser.has(".answer-sentence").await? {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    }
    anyhow::bail!("the scan did not finish: {}", browser.text("main").await?)
}

async fn wait_for_change(browser: &Browser, css: &str, before: &str) -> Result<String> {
    for _ in 0..100 {
        let now = browser.text(css).await?;
        if now != before {
            return Ok(now);
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    anyhow::bail!("{css} still says “{before}”")
}

fn write_visits(folder: &Path) -> Result<()> {
    let rows = (0..40).map(|n| {
        let card = ["LT-12345674", "LT-98765431"][n % 2];
        format!("{n},{card},{}", n * 3)
    });
    let text =
        std::iter::once("id,c7,amount".to_owned()).chain(rows).collect::<Vec<_>>().join("\n");
    std::fs::write(folder.join("visits.csv"), text)?;
    Ok(())
}
