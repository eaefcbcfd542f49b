//! The demo company's documents: answered by hand, made in both languages, read, downloaded; and an empty
//! house, whose documents say what nobody told.

use anyhow::{Result, ensure};
use browser_tests::{Browser, Language, Server, Viewport};

const HERE: &str = "/console/findings/documents";
const MAKE: &str = "form[action='/console/findings/documents'] button[type='submit']";

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_answered_made_and_read_in_both_languages() -> Result<()> {
    let server = Server::demo().await?;
    let browser = Browser::start().await?;
    browser.open(&server.link).await?;
    browser.wait_until_scanned(&server).await?;
    browser.speak(Language::English).await?;
    let at = |path: &str| format!("{}{path}", server.address);
    browser.open(&at("/console/findings")).await?;
    browser.click("form[action='/console/findings/run'] button").await?;
    browser.wait_for_text("Everything was checked", 60).await?;

    // Nobody's program sees who was trained: somebody says so.
    browser.open(&at(&format!("{HERE}/answers/cn-audit"))).await?;
    look(&browser, "document-points").await?;
    browser.click("main a[href$='/points/cn-training']").await?;
    browser.click("#f-verdict option[value='partly']").await?;
    browser
        .fill("#f-text", "Shops were trained in June, see folder 7; the warehouse was not.")
        .await?;
    look(&browser, "document-point").await?;
    browser.click("main form.form button[type='submit']").await?;
    browser.wait_for_text("The next document tells it", 10).await?;

    let mut places = Vec::new();
    for (kind, lang, words) in [
        ("accountability", "en", "Who answers for it"),
        ("accountability", "zh-CN", "责任主体"),
        ("cn-audit", "zh-CN", "审计依据"),
        ("cn-audit", "en", "Grounds of the audit"),
    ] {
        browser.open(&at(HERE)).await?;
        browser.click(&format!("#f-kind option[value='{kind}']")).await?;
        browser.click(&format!("#f-lang option[value='{lang}']")).await?;
        browser.click(MAKE).await?;
        browser.wait_for_text(words, 60).await?;
        let text = browser.text("main").await?;
        ensure!(!text.contains('⟦'), "{kind} {lang}: a text is missing");
        ensure!(kind == "accountability" || text.contains("folder 7"), "the answer is not told");
        ensure!(text.contains("Lantern") || text.contains("灯"), "whose document is it");
        places.push((kind, lang, browser.path().await?));
    }
    for (kind, lang, path) in &places {
        browser.open(&at(path)).await?;
        look(&browser, &format!("document-{kind}-{lang}")).await?;
    }
    browser.open(&at(HERE)).await?;
    look(&browser, "documents").await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_house_says_what_nobody_told() -> Result<()> {
    let server = Server::empty().await?;
    let browser = Browser::start().await?;
    browser.open(&server.link).await?;
    browser.fill("#f-organisation", "Lantern Tea").await?;
    browser.fill("#f-name", "Grace Hopper").await?;
    browser.fill("#f-login", "grace@example.com").await?;
    browser.fill("#f-password", "correct horse battery staple").await?;
    browser.click("main form.card button[type='submit']").await?;
    browser.text("main h1").await?;
    browser.speak(Language::English).await?;
    browser.open(&format!("{}{HERE}", server.address)).await?;
    look(&browser, "documents-none").await?;
    browser.click(MAKE).await?;
    browser.wait_for_text("which laws apply", 30).await?;
    ensure!(browser.text("main").await?.contains("/console/laws/profile"), "where to tell it");
    look(&browser, "document-empty").await
}

/// Judges a page in both widths, and keeps pictures where `PRIVET_SHOTS` says.
async fn look(browser: &Browser, name: &str) -> Result<()> {
    for viewport in [Viewport::Narrow, Viewport::Wide] {
        browser.view(viewport).await?;
        ensure!(!browser.text("body").await?.contains('⟦'), "{name}: a text is missing");
        let found = browser.violations().await?;
        ensure!(found.is_empty(), "{name}: {}", found.join("\n"));
        ensure!(!browser.overflows().await?, "{name}: wider than the screen");
        if let Some(folder) = std::env::var_os("PRIVET_SHOTS") {
            let folder = std::path::PathBuf::from(folder);
            std::fs::create_dir_all(&folder)?;
            let wide = if matches!(viewport, Viewport::Wide) { "wide" } else { "narrow" };
            let file = folder.join(format!("{name}-{wide}.png"));
            std::fs::write(file, browser.screenshot().await?)?;
        }
    }
    Ok(())
}
