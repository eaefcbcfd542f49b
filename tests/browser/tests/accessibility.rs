//! axe-core finds nothing on any page, in both languages, wide and narrow; no page sticks out
//! sideways on a phone.

use anyhow::Result;
use browser_tests::{Browser, Language, Server, Viewport, pages};

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_accessible_in_both_languages() -> Result<()> {
    let server = Server::demo().await?;
    let browser = Browser::start().await?;
    browser.open(&server.link).await?;
    browser.wait_until_scanned(&server).await?;

    // Somebody signed in is sent on from the sign-in page: a stranger looks at the public ones.
    let stranger = Browser::start().await?;

    let mut findings = Vec::new();
    for language in Language::ALL {
        browser.open(&format!("{}/console", server.address)).await?;
        judge(&browser, &server, language, &pages::CONSOLE, &mut findings).await?;
        stranger.open(&format!("{}/signin", server.address)).await?;
        judge(&stranger, &server, language, &pages::PUBLIC, &mut findings).await?;
    }

    assert!(stranger.has("body:not(.app)").await?, "the stranger is signed in");
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
    Ok(())
}

async fn judge(
    browser: &Browser,
    server: &Server,
    language: Language,
    pages: &[pages::Page],
    findings: &mut Vec<String>,
) -> Result<()> {
    browser.speak(language).await?;
    for (name, way) in pages {
        for (viewport, dark) in [(Viewport::Wide, false), (Viewport::Narrow, true)] {
            browser.view(viewport).await?;
            browser.dark(dark).await?;
            pages::visit(browser, server, *way).await?;
            let place = format!("{name} {} {viewport:?} dark={dark}", language.tag());
            for violation in browser.violations().await? {
                findings.push(format!("{place}: {violation}"));
            }
            if browser.overflows().await? {
                findings.push(format!("{place}: wider than the screen"));
            }
            let text = browser.text("html").await?;
            for rest in text.split('⟦').skip(1) {
                let key = rest.split('⟧').next().unwrap_or_default();
                findings.push(format!("{place}: the text {key} is missing"));
            }
        }
        browser.view(Viewport::Wide).await?;
    }
    Ok(())
}
