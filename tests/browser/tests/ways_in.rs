//! The ways into a customer's choices beside the letter: a code by text message, and a signed link from
//! the company's own app inside a frame of its site. By daylight and in the dark.

use anyhow::{Context as _, Result, ensure};
use browser_tests::{
    Browser, Language, Viewport,
    customers::{CUSTOMER, Counter, PHONE},
};
use serde_json::json;

/// Colours as the reader's system has them.
async fn scheme(browser: &Browser, scheme: &str) -> Result<()> {
    let feature = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
    browser.devtools("Emulation.setEmulatedMedia", feature).await.map(|_| ())
}

/// Light and dark, for axe-core and the width.
async fn judge(browser: &Browser, place: &str) -> Result<()> {
    for light in ["light", "dark"] {
        scheme(browser, light).await?;
        let found = browser.violations().await?;
        ensure!(found.is_empty(), "{place}, {light}: {}", found.join("\n"));
        ensure!(!browser.overflows().await?, "{place}: wider than the screen");
    }
    scheme(browser, "light").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_by_text_message_opens_the_choices_and_a_wrong_one_does_not() -> Result<()> {
    let shop = Counter::open().await?;
    let browser = Browser::start().await?;
    for (language, viewport, asked) in
        [(Language::English, Viewport::Wide, 1), (Language::Chinese, Viewport::Narrow, 2)]
    {
        browser.view(viewport).await?;
        browser.open(&format!("{}/privacy", shop.server.address)).await?;
        let button = format!("button[name='to'][value='{}']", language.tag());
        if browser.has(&button).await? {
            browser.click(&button).await?;
        }
        browser.text(&format!("html[lang='{}'] h1", language.tag())).await?;
        judge(&browser, "entrance").await?;
        browser.fill("#f-phone", PHONE).await?;
        browser.click("form[action='/privacy/code'] button[type='submit']").await?;
        browser.text("#f-code").await?;
        judge(&browser, "code").await?;

        let code = shop.code(asked).await?;
        let wrong = if code == "000000" { "000001" } else { "000000" };
        browser.fill("#f-code", wrong).await?;
        browser.click("form[action='/privacy/code/check'] button.primary").await?;
        browser.text("[role='alert']").await?;
        judge(&browser, "wrong code").await?;

        browser.fill("#f-code", &code).await?;
        browser.click("form[action='/privacy/code/check'] button.primary").await?;
        browser.text("ul.purposes").await?;
        judge(&browser, "centre").await?;
        ensure!(browser.has("#p-offers button[aria-checked='true']").await?);
        browser.open(&format!("{}/privacy/history", shop.server.address)).await?;
        judge(&browser, "history").await?;
        browser.open(&format!("{}/privacy/preferences", shop.server.address)).await?;
        browser.click("form[action='/privacy/leave'] button").await?;
        browser.text("form[action='/privacy/code']").await?;
    }
    Ok(())
}

/// The address of a link that the company's app has signed for its customer.
async fn link(shop: &Counter) -> Result<String> {
    let wanted = json!({ "subject": { "email": CUSTOMER }, "language": "en" });
    let made = shop.call("/v1/preference-links", &wanted).await?;
    Ok(made["url"].as_str().context("no address")?.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_centre_works_in_a_frame_of_the_shop_and_of_nobody_else() -> Result<()> {
    let shop = Counter::open().await?;
    let browser = Browser::start().await?;
    browser.open(&format!("{}/frame?src={}", shop.site, link(&shop).await?)).await?;
    browser.client.enter_frame(0).await?;
    browser.click("main form button.primary").await?;
    browser.text("ul.purposes").await?;
    ensure!(shop.allows("offers").await?);
    browser.click("#p-offers button[role='switch']").await?;
    browser.text("#p-offers button[aria-checked='false']").await?;
    ensure!(!shop.allows("offers").await?, "the frame and the decision disagree");
    browser.client.enter_parent_frame().await?;
    judge(&browser, "the shop's page").await?;

    // The same page by another name is another origin, which was not allowed to hold the centre.
    let stranger = shop.site.replace("127.0.0.1", "localhost");
    browser.open(&format!("{stranger}/frame?src={}", link(&shop).await?)).await?;
    browser.client.enter_frame(0).await?;
    ensure!(!browser.has("main form button.primary").await?, "a stranger framed the centre");
    let shown = browser.client.execute("return location.href;", vec![]).await?;
    ensure!(shown == "chrome-error://chromewebdata/", "the frame was not refused: {shown}");
    Ok(())
}
