//! The console's pages of a banner, on a server that has one: whole, accessible, fitting a phone, in both
//! languages; an experiment is written and read there.

use anyhow::{Result, ensure};
use browser_tests::{Browser, Language, Shop, Viewport};

/// Pages by a short name.
const PAGES: [(&str, &str); 7] = [
    ("list", "/console/banners"),
    ("one", "/console/banners/default"),
    ("edit", "/console/banners/default/edit"),
    ("preview", "/console/banners/default/preview"),
    ("experiment-new", "/console/banners/default/experiments/new"),
    ("lists", "/console/data-lists"),
    ("lists-public", "/privacy/data-lists"),
];

#[tokio::test(flavor = "multi_thread")]
async fn the_banners_pages_are_accessible_in_both_languages() -> Result<()> {
    let shop = Shop::open("DE").await?;
    let browser = Browser::start().await?;
    browser.open(&shop.server.link).await?;
    browser.fill("#f-organisation", "Lantern Tea").await?;
    browser.fill("#f-name", "Grace Hopper").await?;
    browser.fill("#f-login", "grace@example.com").await?;
    browser.fill("#f-password", "correct horse battery staple").await?;
    browser.click("main form.card button[type='submit']").await?;
    browser.text("main h1").await?;
    let at = |path: &str| format!("{}{path}", shop.server.address);
    browser.open(&at("/console/data-lists")).await?;
    browser.click("form[action='/console/data-lists/publish'] button").await?;
    browser.text("a[href='/privacy/data-lists']").await?;

    // An experiment: what shames is refused, what is plain is kept and started.
    browser.open(&at("/console/banners/default/experiments/new")).await?;
    browser.fill("#f-name", "Shorter title").await?;
    browser.fill("[name='b.en.refuse']", "No, I don't care").await?;
    browser.click("main form button[type='submit']").await?;
    browser.text("[role='alert']").await?;
    browser.fill("[name='b.en.refuse']", "No, refuse").await?;
    browser.click("main form button[type='submit']").await?;
    browser.click("form[action$='/start'] button").await?;
    browser.text("details.confirm").await?;
    let experiment = browser.path().await?;

    let mut findings = Vec::new();
    for language in Language::ALL {
        browser.open(&at("/console/banners")).await?;
        browser.speak(language).await?;
        for (name, path) in PAGES.into_iter().chain([("experiment", experiment.as_str())]) {
            for (viewport, dark) in [(Viewport::Wide, false), (Viewport::Narrow, true)] {
                browser.view(viewport).await?;
                browser.dark(dark).await?;
                browser.open(&at(path)).await?;
                let place = format!("{name} {} {viewport:?}", language.tag());
                findings.extend(
                    browser.violations().await?.into_iter().map(|v| format!("{place}: {v}")),
                );
                if browser.overflows().await? {
                    findings.push(format!("{place}: wider than the screen"));
                }
                if browser.text("html").await?.contains('⟦') {
                    findings.push(format!("{place}: a text is missing"));
                }
            }
            browser.view(Viewport::Wide).await?;
        }
    }
    ensure!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
    Ok(())
}
