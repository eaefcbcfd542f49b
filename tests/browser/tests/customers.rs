//! Customers' own pages in Chromium, with JavaScript and without, in both languages, wide and narrow;
//! and the whole way of a mailing list through a real mail server.

use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use browser_tests::{
    Browser, Language, Viewport,
    customers::{CUSTOMER, Counter},
};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_opens_switches_withdraws_and_keeps_receipts() -> Result<()> {
    let shop = Counter::open().await?;
    let browser = Browser::start().await?;
    for (language, viewport) in
        [(Language::English, Viewport::Wide), (Language::Chinese, Viewport::Narrow)]
    {
        browser.view(viewport).await?;
        speak(&shop, &browser, language).await?;
        journey(&shop, &browser, true).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_without_javascript() -> Result<()> {
    let shop = Counter::open().await?;
    let browser = Browser::start_without_javascript().await?;
    for (language, viewport) in
        [(Language::Chinese, Viewport::Wide), (Language::English, Viewport::Narrow)]
    {
        browser.view(viewport).await?;
        speak(&shop, &browser, language).await?;
        journey(&shop, &browser, false).await?;
    }
    Ok(())
}

/// With the button that people press; the page speaks one of two, and offers the other.
async fn speak(shop: &Counter, browser: &Browser, language: Language) -> Result<()> {
    browser.open(&format!("{}/privacy", shop.server.address)).await?;
    let button = format!("button[name='to'][value='{}']", language.tag());
    if browser.has(&button).await? {
        browser.click(&button).await?;
    }
    browser.text(&format!("html[lang='{}'] h1", language.tag())).await.map(|_| ())
}

/// axe-core and the width are asked only where the page may run scripts.
async fn judge(browser: &Browser, scripts: bool, place: &str) -> Result<()> {
    ensure!(!browser.text("body").await?.contains('⟦'), "{place}: a text is missing");
    if scripts {
        let found = browser.violations().await?;
        ensure!(found.is_empty(), "{place}: {}", found.join("\n"));
        ensure!(!browser.overflows().await?, "{place}: wider than the screen");
    }
    Ok(())
}

async fn journey(shop: &Counter, browser: &Browser, scripts: bool) -> Result<()> {
    let address = &shop.server.address;
    judge(browser, scripts, "entrance").await?;
    shop.sign_in(browser).await?;
    judge(browser, scripts, "centre").await?;

    ensure!(shop.allows("offers").await?);
    browser.click("#p-offers button[role='switch']").await?;
    browser.text("#p-offers button[aria-checked='false']").await?;
    ensure!(!shop.allows("offers").await?, "the page and the decision disagree");
    browser.click("#p-offers button[role='switch']").await?;
    browser.text("#p-offers button[aria-checked='true']").await?;
    ensure!(shop.allows("offers").await? && shop.allows("email_marketing").await?);

    browser.click("#withdraw-all").await?;
    browser.text("#undo").await?;
    judge(browser, scripts, "all off").await?;
    ensure!(!browser.has("button[aria-checked='true']").await?, "something is still on");
    ensure!(!shop.allows("offers").await? && !shop.allows("email_marketing").await?);
    ensure!(shop.allows("delivery").await?, "a contract goes on");

    browser.open(&format!("{address}/privacy/history")).await?;
    judge(browser, scripts, "history").await?;
    browser.click("ol.events a").await?;
    browser.text(".receipt-proof .mono").await?;
    ensure!(browser.has(".qr svg").await?, "no code on the receipt");
    judge(browser, scripts, "receipt").await?;
    let path = browser.path().await?;
    verify(&download(shop, browser, &format!("{path}/download")).await?)?;

    browser.open(&format!("{address}/privacy/preferences")).await?;
    browser.click("#undo button").await?;
    browser.text("#p-offers button[aria-checked='true']").await?;
    ensure!(shop.allows("offers").await? && shop.allows("email_marketing").await?);
    browser.click("form[action='/privacy/leave'] button").await?;
    browser.text("form[action='/privacy/link']").await.map(|_| ())
}

/// The file behind the button, with the customer's own cookie.
async fn download(shop: &Counter, browser: &Browser, path: &str) -> Result<String> {
    let cookie = browser.client.get_named_cookie("privet_customer").await?;
    let cookie = format!("privet_customer={}", cookie.value());
    let (status, text) = shop.http("GET", path, &[("Cookie", &cookie)], "").await?;
    ensure!(status == 200, "{status}");
    Ok(text)
}

/// `privet verify`, which asks nobody.
fn verify(receipt: &str) -> Result<String> {
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), receipt)?;
    let binary = std::env::var("PRIVET_BIN").context("PRIVET_BIN is not set")?;
    let output = Command::new(binary).arg("verify").arg(file.path()).output()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    Ok(said)
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_double_opt_in_to_one_click_to_a_receipt_checked_offline() -> Result<()> {
    let shop = Counter::open().await?;
    let browser = Browser::start().await?;
    let no = json!({ "subject": { "email": CUSTOMER }, "notice": "welcome", "language": "en",
                     "choices": { "email_marketing": false }, "channel": "web" });
    shop.call("/v1/consents", &no).await?;

    // A yes at the shop waits for its letter.
    let mut yes = no.clone();
    yes["choices"]["email_marketing"] = Value::Bool(true);
    shop.call("/v1/consents", &yes).await?;
    ensure!(!shop.allows("email_marketing").await?, "allowed while it waits");
    let letter = shop.smtp.wait_for(1).await;
    ensure!(letter.tls && letter.to == CUSTOMER);
    let link = letter.link(&format!("{}/privacy/confirm/", shop.server.address));
    browser.open(&link).await?;
    judge(&browser, true, "confirm").await?;
    ensure!(!shop.allows("email_marketing").await?, "looking at the link confirmed it");
    browser.click("main form button.primary").await?;
    browser.wait_for_text("it is confirmed", 10).await?;
    ensure!(shop.allows("email_marketing").await?);

    // The sender puts the headers into its letter; the mail program presses as RFC 8058 §3.2 has it.
    let wanted = json!({ "subjects": [{ "email": CUSTOMER }], "purposes": ["email_marketing"],
                         "language": "en" });
    let links = shop.call("/v1/unsubscribe-links", &wanted).await?;
    let url = links["links"][0]["url"].as_str().context("no link")?.to_owned();
    let path = url.replace(&shop.server.address, "");
    browser.open(&url).await?;
    judge(&browser, true, "unsubscribe").await?;
    ensure!(shop.allows("email_marketing").await?, "looking at the link unsubscribed");
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let pressed = shop.http("POST", &path, &form, "List-Unsubscribe=One-Click").await?;
    ensure!(pressed.0 == 200, "{pressed:?}");
    ensure!(!shop.allows("email_marketing").await?, "still allowed after one click");

    // The proof of it, checked without asking anybody.
    let asked = json!({ "subject": { "email": CUSTOMER } });
    let states = shop.call("/v1/preferences/lookup", &asked).await?;
    let purposes = states["purposes"].as_array().context("no purposes")?;
    let line = purposes.iter().find(|line| line["purpose"] == "email_marketing");
    let receipt = line.and_then(|line| line["receipt"].as_str()).context("no receipt")?;
    let bearer = format!("Bearer {}", shop.token);
    let headers = [("Authorization", bearer.as_str()), ("Privet-Purpose", "service_delivery")];
    let (status, text) = shop.http("GET", &format!("/v1/receipts/{receipt}"), &headers, "").await?;
    ensure!(status == 200, "{text}");
    let said = verify(&text)?;
    ensure!(said.contains("email_marketing withdrawn"), "{said}");

    // The page for people offers to take it back.
    browser.open(&url).await?;
    browser.wait_for_text("You are unsubscribed", 10).await?;
    judge(&browser, true, "unsubscribed").await
}
