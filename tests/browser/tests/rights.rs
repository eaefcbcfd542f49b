//! A person asks, confirms, is asked back, answers and reads the answer; staff work it off. Chromium, in
//! both languages, wide and narrow, with JavaScript and without.

use anyhow::{Context as _, Result, ensure};
use browser_tests::{Browser, Language, Server, Viewport, customers::Counter};
use store::sqlx::{self, Connection as _};

const ASKER: &str = "mei.lin@example.com";

#[tokio::test(flavor = "multi_thread")]
async fn a_person_asks_and_gets_an_answer() -> Result<()> {
    let shop = Counter::open().await?;
    let browser = Browser::start().await?;
    for (n, (language, viewport)) in
        [(Language::English, Viewport::Wide), (Language::Chinese, Viewport::Narrow)]
            .into_iter()
            .enumerate()
    {
        browser.view(viewport).await?;
        speak(&shop, &browser, language).await?;
        life(&shop, &browser, true, &format!("{}-{n}", language.tag())).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_without_javascript() -> Result<()> {
    let shop = Counter::open().await?;
    let browser = Browser::start_without_javascript().await?;
    browser.view(Viewport::Narrow).await?;
    speak(&shop, &browser, Language::English).await?;
    life(&shop, &browser, false, "plain").await
}

async fn speak(shop: &Counter, browser: &Browser, language: Language) -> Result<()> {
    browser.open(&format!("{}/privacy/requests", shop.server.address)).await?;
    let button = format!("button[name='to'][value='{}']", language.tag());
    if browser.has(&button).await? {
        browser.click(&button).await?;
    }
    browser.text(&format!("html[lang='{}'] h1", language.tag())).await.map(|_| ())
}

async fn judge(browser: &Browser, scripts: bool, place: &str) -> Result<()> {
    ensure!(!browser.text("body").await?.contains('⟦'), "{place}: a text is missing");
    if scripts {
        let found = browser.violations().await?;
        ensure!(found.is_empty(), "{place}: {}", found.join("\n"));
        ensure!(!browser.overflows().await?, "{place}: wider than the screen");
        if let Some(folder) = std::env::var_os("PRIVET_SHOTS") {
            let file = std::path::Path::new(&folder).join(format!("rights-{place}.png"));
            std::fs::write(file, browser.screenshot().await?)?;
        }
    }
    Ok(())
}

async fn life(shop: &Counter, browser: &Browser, scripts: bool, name: &str) -> Result<()> {
    let address = &shop.server.address;
    let place = |page: &str| format!("{page}-{name}");
    judge(browser, scripts, &place("portal")).await?;
    browser.click("a[href='/privacy/requests/new?kind=correction']").await?;
    browser.text("form[action='/privacy/requests/new']").await?;
    judge(browser, scripts, &place("form")).await?;

    // What is missing is told, and what was typed stays.
    browser.fill("#f-email", ASKER).await?;
    browser.click("form[action='/privacy/requests/new'] button[type='submit']").await?;
    browser.text(".field-error").await?;
    judge(browser, scripts, &place("wrong")).await?;
    browser.fill("#f-words", "My name is written Lin Mei.").await?;
    let before = shop.smtp.letters().len();
    browser.click("form[action='/privacy/requests/new'] button[type='submit']").await?;
    browser.text("main a[href='/privacy/requests']").await?;
    ensure!(browser.path().await?.ends_with("/sent"), "not the page after sending");
    judge(browser, scripts, &place("sent")).await?;

    // The letter's link opens it, once.
    let letter = shop.smtp.wait_for(before + 1).await;
    let link = letter.link(&format!("{address}/privacy/requests/confirm/"));
    browser.open(&link).await?;
    judge(browser, scripts, &place("confirm")).await?;
    browser.click("main form button.primary").await?;
    browser.text("dl.facts").await?;
    judge(browser, scripts, &place("own")).await?;
    let path = browser.path().await?;
    ensure!(!path.contains('@') && !path.contains("mei"), "an address in an address");

    // A message, and it is read on the page.
    browser.fill("#f-text", "With two words, please.").await?;
    browser.click("form[action$='/message'] button[type='submit']").await?;
    let body = browser.text("main").await?;
    ensure!(body.contains("With two words"), "the message is not there");

    // In the list, and taken back.
    browser.open(&format!("{address}/privacy/requests")).await?;
    let id = path.rsplit('/').next().context("no id")?.to_owned();
    browser.click(&format!("a[href='/privacy/requests/{id}']")).await?;
    browser.click("details.confirm summary").await?;
    browser.click("form[action$='/take-back'] button.danger").await?;
    browser.text(".badge.none").await?;
    ensure!(!browser.has("form[action$='/message']").await?, "closed is closed");
    judge(browser, scripts, &place("closed")).await?;
    browser.click("form[action='/privacy/leave'] button").await?;
    browser.text("form[action='/privacy/link']").await.map(|_| ())?;
    browser.open(&link).await?;
    ensure!(!browser.has("main form button.primary").await?, "the link works twice");
    speak_again(shop, browser).await
}

/// Back to the portal, for the next one.
async fn speak_again(shop: &Counter, browser: &Browser) -> Result<()> {
    browser.open(&format!("{}/privacy/requests", shop.server.address)).await
}

/// The queue of the sample company: a purpose is chosen, the request is taken over, its person's rows
/// are found in the company's real databases, a note and an answer are written.
#[tokio::test(flavor = "multi_thread")]
async fn staff_find_the_persons_data_and_answer() -> Result<()> {
    let server = Server::demo().await?;
    let browser = Browser::start().await?;
    browser.open(&server.link).await?;
    browser.wait_until_scanned(&server).await?;
    let queue = format!("{}/console/requests", server.address);
    browser.open(&queue).await?;
    browser.click("main tbody a[href^='/console/requests/']").await?;
    browser.click("input[id^='f-purpose-']").await?;
    browser.click("main form.card button[type='submit']").await?;
    browser.text("#search").await?;
    let page = format!("{}{}", server.address, browser.path().await?);
    browser.click("form[action$='/take'] button").await?;
    browser.text("form[action$='/leave'] button").await?;
    browser.click("form[action$='/search'] button").await?;
    for _ in 0..120 {
        if browser.has("#search tbody").await? {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        browser.open(&page).await?;
    }
    let found = browser.text("#search").await?;
    ensure!(found.contains("orders"), "no orders of the person:\n{found}");
    ensure!(!found.contains('@'), "an address stands where only counts belong");
    browser.click("form[action$='/bundle'] button").await?;
    for _ in 0..120 {
        if browser.has("#bundle dl.facts").await? {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        browser.open(&page).await?;
    }
    ensure!(browser.has("#bundle dl.facts").await?, "no copy was made");
    for language in Language::ALL {
        browser.speak(language).await?;
        browser.open(&page).await?;
        for (viewport, width) in [(Viewport::Narrow, "narrow"), (Viewport::Wide, "wide")] {
            browser.view(viewport).await?;
            judge(&browser, true, &format!("desk-{}-{width}", language.tag())).await?;
        }
    }
    browser.speak(Language::English).await?;
    browser.open(&page).await?;
    browser.click("details:has(form[action$='/answer']) summary").await?;
    browser.fill("#f-answer", "You find everything on this page.").await?;
    browser.click("form[action$='/answer'] button[type='submit']").await?;
    browser.text("main .badge.ok").await?;
    ensure!(!browser.has("form[action$='/refuse']").await?, "closed is closed");
    a_restriction_names_who_has_to_be_told(&server, &browser).await
}

/// A customer of the company's own shop.
async fn customer(server: &Server) -> Result<String> {
    sqlx::any::install_default_drivers();
    let file = server.data().join("lantern-tea/shop.db");
    let mut shop = sqlx::AnyConnection::connect(&format!("sqlite:{}", file.display())).await?;
    let sql = "SELECT email FROM customers WHERE email <> '' ORDER BY id DESC LIMIT 1";
    let address = sqlx::query_scalar(sql).fetch_one(&mut shop).await?;
    shop.close().await?;
    Ok(address)
}

/// Staff write a restriction down, check who it is, and see whom the data was given to.
async fn a_restriction_names_who_has_to_be_told(server: &Server, browser: &Browser) -> Result<()> {
    browser.open(&format!("{}/console/requests/new", server.address)).await?;
    browser.click("#f-kind option[value='restriction']").await?;
    browser.fill("#f-email", &customer(server).await?).await?;
    browser.fill("#f-words", "Please use nothing of mine until this is clear.").await?;
    browser.click("form[action='/console/requests/new'] button[type='submit']").await?;
    browser.text("form[action$='/verify'] button").await?;
    let page = format!("{}{}", server.address, browser.path().await?);
    browser.click("details:has(form[action$='/verify']) summary").await?;
    browser.fill("#f-verify", "She called from the number of her account.").await?;
    browser.click("form[action$='/verify'] button[type='submit']").await?;
    for _ in 0..120 {
        if browser.has("form[action$='/told']").await? {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        browser.open(&page).await?;
    }
    for (language, words) in
        [(Language::English, "told that it is restricted"), (Language::Chinese, "须再次告知")]
    {
        browser.speak(language).await?;
        browser.open(&page).await?;
        let told = browser.text("section:has(#told)").await?;
        ensure!(told.contains(words), "nobody has to be told:\n{told}");
        for (viewport, width) in [(Viewport::Narrow, "narrow"), (Viewport::Wide, "wide")] {
            browser.view(viewport).await?;
            judge(browser, true, &format!("told-{}-{width}", language.tag())).await?;
        }
    }
    browser.click("form[action$='/told'] button").await?;
    browser.click("form[action$='/confirmed'] button").await?;
    browser.text("section:has(#told) td time").await.map(|_| ())
}
