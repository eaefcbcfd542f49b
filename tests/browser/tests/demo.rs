//! The sample company as its privacy officer meets it.

use anyhow::Result;
use browser_tests::{Browser, Language, Server, pages};

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_scans_for_real_and_answers_questions() -> Result<()> {
    let server = Server::demo().await?;
    let browser = Browser::start().await?;
    browser.open(&server.link).await?;
    browser.wait_until_scanned(&server).await?;

    // A question in plain words, in both languages.
    for (language, question) in [
        (Language::English, "where do we keep phone numbers?"),
        (Language::Chinese, "手机号存在哪里？"),
    ] {
        browser.open(&format!("{}/console/map", server.address)).await?;
        browser.speak(language).await?;
        browser.fill("#f-q", &format!("{question}\u{e007}")).await?;
        browser.text(".answer-sentence").await?;
        // Phones are kept in the shop, the CRM and the exports.
        browser.at_least(3, ".answer tbody tr").await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn findings_are_confirmed_in_bulk_and_undone() -> Result<()> {
    let server = Server::demo().await?;
    let browser = Browser::start().await?;
    browser.open(&server.link).await?;
    browser.wait_until_scanned(&server).await?;
    browser.speak(Language::English).await?;
    let open = format!("{}/console/map?decision=open&category=contact.email", server.address);
    let confirmed = format!("{}/console/map?decision=confirmed", server.address);

    browser.open(&open).await?;
    for pick in browser.client.find_all(fantoccini::Locator::Css("td.pick input")).await? {
        pick.click().await?;
    }
    browser.click(".bulk-bar button[value='confirm']").await?;
    browser.text(".notice.ok button[type='submit']").await?;
    browser.open(&confirmed).await?;
    assert!(browser.has("#list tbody tr").await?, "the confirmed fields are listed");

    browser.client.back().await?;
    browser.click(".notice.ok button[type='submit']").await?;
    browser.text("#list").await?;
    browser.open(&confirmed).await?;
    assert!(!browser.has("#list tbody tr td.pick").await?, "undo took the decisions back");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_picture_shows_rooms_and_discovered_arrows() -> Result<()> {
    let server = Server::demo().await?;
    let browser = Browser::start().await?;
    browser.open(&server.link).await?;
    browser.wait_until_scanned(&server).await?;

    pages::visit(&browser, &server, pages::Way::Path("/console/flows")).await?;

    // Systems, origins and recipients.
    browser.at_least(8, ".flow-frame svg a").await?;
    pages::visit(&browser, &server, pages::Way::Path("/console/flows/table")).await?;
    let table = browser.text("main table").await?;
    assert!(table.contains('%'), "discovered flows show their confidence: {table}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn signed_out_people_see_no_page_of_the_console() -> Result<()> {
    let server = Server::demo().await?;
    let browser = Browser::start().await?;

    for (name, way) in pages::CONSOLE {
        let pages::Way::Path(path) = way else { continue };
        browser.open(&format!("{}{path}", server.address)).await?;
        assert!(browser.path().await?.starts_with("/signin"), "{name} is open to strangers");
    }
    // The page they see instead is accessible too.
    for language in Language::ALL {
        browser.open(&format!("{}/signin", server.address)).await?;
        browser.speak(language).await?;
        assert_eq!(browser.violations().await?, Vec::<String>::new());
    }
    Ok(())
}
