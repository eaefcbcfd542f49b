//! A privacy policy from its draft to what strangers read: in both languages, wide and narrow, without
//! JavaScript where customers are.

use anyhow::{Result, ensure};
use browser_tests::{Browser, Language, Server, Viewport};

/// Pages of the console, by a short name.
const CONSOLE: [(&str, &str); 7] = [
    ("policies", "/console/policies"),
    ("policy-draft", "/console/policies/customers-default"),
    ("policy-answers", "/console/policies/customers-default/answers"),
    ("policy-publish", "/console/policies/customers-default/publish"),
    ("policy-versions", "/console/policies/customers-default/versions"),
    ("policy-version", "/console/policies/customers-default/versions/2"),
    ("policy-block", "/console/policies/customers-default/blocks/keep"),
];

/// Pages for everybody.
const PUBLIC: [(&str, &str); 6] = [
    ("public", "/privacy/policy"),
    ("public-children", "/privacy/policy/app/for/children"),
    ("public-california", "/privacy/policy/default/for/california"),
    ("public-history", "/privacy/policy/default/history"),
    ("public-version", "/privacy/policy/default/v/1"),
    ("public-changes", "/privacy/policy/default/v/2/changes"),
];

/// Looks at a page, wide and light and narrow and dark; keeps pictures where `PRIVET_SHOTS` says.
async fn look(browser: &Browser, name: &str, tag: &str, findings: &mut Vec<String>) -> Result<()> {
    for (viewport, dark) in [(Viewport::Wide, false), (Viewport::Narrow, true)] {
        browser.view(viewport).await?;
        browser.dark(dark).await?;
        let place = format!("{name} {tag} {viewport:?}");
        let found = browser.violations().await?;
        findings.extend(found.into_iter().map(|one| format!("{place}: {one}")));
        if browser.overflows().await? {
            findings.push(format!("{place}: wider than the screen"));
        }
        if browser.text("html").await?.contains('⟦') {
            findings.push(format!("{place}: a text is missing"));
        }
        if let Some(folder) = std::env::var_os("PRIVET_SHOTS") {
            let file = format!("{name}-{tag}-{viewport:?}.png");
            std::fs::write(std::path::Path::new(&folder).join(file), browser.screenshot().await?)?;
        }
    }
    browser.view(Viewport::Wide).await?;
    browser.dark(false).await
}

/// Waits until the sample company has published its second version.
async fn wait_for_policies(browser: &Browser, server: &Server) -> Result<()> {
    browser.open(&server.link).await?;
    browser.wait_until_scanned(server).await?;
    for _ in 0..240 {
        browser
            .open(&format!("{}/privacy/policy/default/v/2/changes?lang=en", server.address))
            .await?;
        if browser.has(".turns").await? {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    anyhow::bail!("the sample company published no second version")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sample_companys_policy_is_read_and_changed_in_both_languages() -> Result<()> {
    let server = Server::demo().await?;
    let browser = Browser::start().await?;
    let at = |path: &str| format!("{}{path}", server.address);
    wait_for_policies(&browser, &server).await?;
    let mut findings = Vec::new();

    // What is there: every page in both languages.
    for language in Language::ALL {
        browser.open(&at("/console/policies")).await?;
        browser.speak(language).await?;
        for (name, path) in CONSOLE {
            browser.open(&at(path)).await?;
            look(&browser, name, language.tag(), &mut findings).await?;
        }
        for (name, path) in PUBLIC {
            browser.open(&at(&format!("{path}?lang={}", language.tag()))).await?;
            look(&browser, name, language.tag(), &mut findings).await?;
        }
    }
    ensure!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));

    // A block of one's own, asked for, approved, read by a stranger.
    browser.open(&at("/console/policies")).await?;
    browser.speak(Language::English).await?;
    browser.open(&at("/console/policies/customers-default/blocks/keep")).await?;
    browser.fill("#f-text_en", "Paper letters are shredded after a year.").await?;
    browser.fill("#f-text_zh", "纸质信件一年后粉碎。").await?;
    browser.click("main form.form button[type='submit']").await?;
    let stale = browser.text("#stale").await?;
    ensure!(stale.contains("1 sentence would change"), "{stale}");
    browser.open(&at("/console/policies/customers-default/publish")).await?;
    browser.fill("#f-reason_en", "We say what happens to paper.").await?;
    browser.fill("#f-reason_zh", "我们说明纸质信件如何处理。").await?;
    if browser.has("#f-seen-1").await? {
        browser.click("#f-seen-1").await?;
    }
    browser.click("main form.form button[type='submit']").await?;
    browser.text("form[action$='/approve']").await?;
    browser.click("form[action$='/approve'] button[type='submit']").await?;
    browser.text(".turns").await?;

    let stranger = Browser::start_without_javascript().await?;
    stranger.open(&at("/privacy/policy?lang=en")).await?;
    let english = stranger.text("main").await?;
    ensure!(english.contains("Paper letters are shredded after a year."), "{english}");
    stranger.click(".policy-head nav a").await?;
    let chinese = stranger.text("main").await?;
    ensure!(chinese.contains("纸质信件一年后粉碎。"), "{chinese}");
    stranger.click("a[href*='/v/3/changes']").await?;
    let changes = stranger.text("main").await?;
    ensure!(changes.contains("我们说明纸质信件如何处理。"), "{changes}");
    Ok(())
}
