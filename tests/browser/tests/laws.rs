//! A company tells its profile, sees which laws apply and what they ask, notes a duty as done, loads a
//! bad rule pack and a good one, looks at what it changes, switches it on and back.

use anyhow::{Result, ensure};
use browser_tests::{Browser, Language, Server, Viewport};

#[tokio::test(flavor = "multi_thread")]
async fn from_the_profile_to_laws_duties_and_a_change_of_the_law() -> Result<()> {
    let server = Server::empty().await?;
    let owner = Browser::start().await?;
    account(&server, &owner).await?;
    let page = |path: &str| format!("{}/console/{path}", server.address);

    owner.open(&page("laws/profile")).await?;
    add(&owner, "CN").await?;
    owner.fill("#f-v_CN_people", "1016000").await?;
    add(&owner, "DE").await?;
    owner.click("#f-complete-1").await?;
    owner.click("main form.form button[type='submit']").await?;
    owner.wait_for_text("Saved", 5).await?;
    judge(&owner, "profile").await?;

    owner.open(&page("laws")).await?;
    owner.wait_for_text("GDPR", 5).await?;
    ensure!(owner.has("main a[href='/console/laws/cn-pipl']").await?, "the PIPL applies");
    both(&owner, &page("laws"), "laws").await?;

    owner.open(&page("duties/cn.duty.officer_filing")).await?;
    owner.fill("#f-evidence", "Receipt of the filing, binder 4").await?;
    owner.click("form[action$='/done'] button[type='submit']").await?;
    owner.wait_for_text("binder 4", 5).await?;
    both(&owner, &page("duties/cn.duty.officer_filing"), "duty").await?;

    packs(&owner, &page("laws/packs")).await
}

/// A fact that ends when the example's begin.
const ENDS: &str = r#"
[[fact]]
id = "eu.principle.accountability"
regime = "eu-gdpr"
kind = "scope"
code = "accountability"
text = { en = "You must be able to demonstrate that you follow the principles.", zh = "控制者须能证明遵守各项原则（问责）。" }
cite = { en = "GDPR Art 5(2)", zh = "GDPR 第 5 条第 2 款" }
confidence = "V"
from = "2018-05-25"
to = "2026-12-31"
"#;

async fn packs(owner: &Browser, page: &str) -> Result<()> {
    // Beside the example's changes, the law no longer asks to show how it is kept: a finding closes.
    let good = format!("{}{ENDS}", include_str!("../../../examples/law/eu-omnibus.toml"));
    let dir = std::env::temp_dir().join(format!("privet-packs-{}", std::process::id()));
    std::fs::create_dir_all(&dir)?;
    std::fs::write(dir.join("bad.toml"), good.replacen("\"hours\"", "\"people\"", 1))?;
    std::fs::write(dir.join("good.toml"), &good)?;
    let load = async |name: &str| -> Result<()> {
        owner.open(page).await?;
        owner.choose_file("#f-pack", &dir.join(name)).await?;
        owner.click("form[enctype] button[type='submit']").await
    };

    load("bad.toml").await?;
    owner.wait_for_text("bad.toml:", 5).await?;
    owner.wait_for_text("a clock runs on a unit of time", 5).await?;
    judge(owner, "refused").await?;

    load("good.toml").await?;
    owner.wait_for_text("eu.duty.entry_point", 10).await?;
    owner.wait_for_text("From 2027-01-01: No longer a finding", 5).await?;
    let path = owner.path().await?;
    let preview = format!("{}{path}", page.split_once("/console").map_or("", |(base, _)| base));
    both(owner, &preview, "preview").await?;
    owner.open(&preview).await?;
    owner.click("details.confirm summary").await?;
    owner.click("form[action$='/switch'] button[type='submit']").await?;
    owner.wait_for_text("2027.01.01-example", 5).await?;
    both(owner, page, "packs").await?;
    owner.open(page).await?;
    owner.click("td details.confirm summary").await?;
    owner.click("form[action$='/back'] button[type='submit']").await?;
    owner.wait_for_text("is in use again", 5).await?;
    std::fs::remove_dir_all(&dir)?;
    Ok(())
}

async fn add(browser: &Browser, place: &str) -> Result<()> {
    browser.click(&format!("#f-add option[value='{place}']")).await?;
    browser.click("main form.form button[type='submit']").await?;
    browser.text(&format!("#f-v_{place}_people")).await.map(|_| ())
}

async fn both(browser: &Browser, page: &str, name: &str) -> Result<()> {
    for language in [Language::Chinese, Language::English] {
        browser.speak(language).await?;
        for viewport in [Viewport::Narrow, Viewport::Wide] {
            browser.view(viewport).await?;
            browser.open(page).await?;
            judge(browser, name).await?;
        }
    }
    Ok(())
}

async fn judge(browser: &Browser, place: &str) -> Result<()> {
    ensure!(!browser.text("body").await?.contains('⟦'), "{place}: a text is missing");
    let found = browser.violations().await?;
    ensure!(found.is_empty(), "{place}: {}", found.join("\n"));
    ensure!(!browser.overflows().await?, "{place}: wider than the screen");
    Ok(())
}

/// The first account of the server.
async fn account(server: &Server, browser: &Browser) -> Result<()> {
    browser.open(&server.link).await?;
    browser.fill("#f-organisation", "Lantern Tea").await?;
    browser.fill("#f-name", "Grace Hopper").await?;
    browser.fill("#f-login", "grace@example.com").await?;
    browser.fill("#f-password", "correct horse battery staple").await?;
    browser.click("main form.card button[type='submit']").await?;
    browser.text("main h1").await.map(|_| ())
}
