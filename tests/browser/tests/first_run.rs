//! A stranger's first hour: set-up link, owner account, first source, first scan, first decision –
//! with JavaScript and without it.

use std::path::Path;

use anyhow::Result;
use browser_tests::{Browser, Language, Server};

#[tokio::test(flavor = "multi_thread")]
async fn from_the_set_up_link_to_a_decided_field() -> Result<()> {
    first_hour(&Browser::start().await?).await
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_set_up_link_to_a_decided_field_without_javascript() -> Result<()> {
    first_hour(&Browser::start_without_javascript().await?).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_set_up_link_works_once() -> Result<()> {
    let server = Server::empty().await?;
    let browser = Browser::start().await?;
    browser.open(&server.link).await?;
    assert_eq!(browser.violations().await?, Vec::<String>::new());
    set_up(&browser, &server).await?;

    browser.open(&server.link).await?;

    assert!(!browser.has("input[name='password']").await?, "a second owner could be made");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_path_says_what_to_do_in_both_languages() -> Result<()> {
    let server = Server::empty().await?;
    let browser = Browser::start().await?;
    set_up(&browser, &server).await?;

    for (language, word) in [(Language::English, "not"), (Language::Chinese, "不")] {
        browser.open(&format!("{}/console", server.address)).await?;
        browser.speak(language).await?;
        browser.open(&format!("{}/console/sources/new?kind=sqlite", server.address)).await?;
        browser.fill("#f-path", "/no/such/place/shop.db").await?;
        browser.click("main form button[type='submit']").await?;

        let notice = browser.text(".notice.danger").await?;
        assert!(notice.contains("/no/such/place/shop.db"), "names the file: {notice}");
        assert!(notice.contains(word), "speaks the language: {notice}");
    }
    Ok(())
}

async fn first_hour(browser: &Browser) -> Result<()> {
    let server = Server::empty().await?;
    let exports = tempfile::tempdir()?;
    write_exports(exports.path())?;
    set_up(browser, &server).await?;

    // The empty dashboard leads to the first source.
    browser.click("main .empty a.button.primary").await?;
    browser.click("main a.tile[href$='kind=files']").await?;
    browser.fill("#f-path", &exports.path().display().to_string()).await?;
    browser.click("main form button[type='submit']").await?;
    browser.fill("#f-name", "Exports").await?;
    browser.click("main form button[type='submit']").await?;

    // The scan runs for real; what it found is on the map.
    wait_for_answer(browser).await?;
    let map = format!("{}/console/map", server.address);
    browser.open(&map).await?;
    let rows = browser.text("#list").await?;
    assert!(rows.contains("email") && rows.contains("shouji"), "{rows}");
    assert!(!rows.contains("amount"), "a sum is not personal: {rows}");

    // A decision is taken and shown.
    browser.click("#list a[href^='/console/fields/']").await?;
    browser.click("#decide button[value='confirm']").await?;
    // The answer is a page of its own without JavaScript: leaving before it has come would take the
    // request back.
    browser.text("#decide button[value='reopen']").await?;
    browser.open(&format!("{map}?decision=confirmed")).await?;
    assert!(browser.has("#list a[href^='/console/fields/']").await?, "nothing is confirmed");
    let page = browser.client.source().await?;
    assert!(!page.contains("13812345678") && !page.contains("li.lei@example.com"));
    Ok(())
}

/// Makes the owner's account through the one-time link.
async fn set_up(browser: &Browser, server: &Server) -> Result<()> {
    browser.open(&server.link).await?;
    browser.fill("#f-organisation", "Lantern Tea").await?;
    browser.fill("#f-name", "Grace Hopper").await?;
    browser.fill("#f-login", "grace@example.com").await?;
    browser.fill("#f-password", "correct horse battery staple").await?;
    browser.click("main form.card button[type='submit']").await?;
    browser.text("main h1").await?;
    assert!(browser.path().await?.starts_with("/console"), "not in the console after set-up");
    Ok(())
}

/// Polls as the page itself does with JavaScript and as its refresh does without.
async fn wait_for_answer(browser: &Browser) -> Result<()> {
    for _ in 0..120 {
        if browser.has(".answer-sentence").await? {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    }
    anyhow::bail!("the scan did not finish: {}", browser.text("main").await?)
}

fn write_exports(folder: &Path) -> Result<()> {
    let head = "id,xingming,email,shouji,amount".to_owned();
    let people = [("李雷", "li.lei", "13812345678"), ("韩梅梅", "han.meimei", "13987654321")];
    let rows = (0..40).map(|n| {
        let (name, mail, phone) = people[n % 2];
        format!("{n},{name},{mail}@example.com,{phone},{}.50", n * 3)
    });
    let text = std::iter::once(head).chain(rows).collect::<Vec<_>>().join("\n");
    std::fs::write(folder.join("customers.csv"), text)?;
    Ok(())
}
