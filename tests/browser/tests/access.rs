//! Four eyes with two people, and emergency access with its banner, in Chromium: one of the two has no
//! JavaScript, the other has, and axe-core judges what the other sees.

use anyhow::{Context as _, Result};
use browser_tests::{Browser, Server};

const PASSWORD: &str = "correct horse battery staple";

#[tokio::test(flavor = "multi_thread")]
async fn one_person_asks_another_approves_and_the_rules_change() -> Result<()> {
    let (server, grace, han) = two_people().await?;
    let page = |path: &str| format!("{}/console/access/{path}", server.address);

    // Grace writes a policy (the editor starts with an example) and asks for consent.
    grace.open(&page("policies")).await?;
    grace.click("button[value='save']").await?;
    grace.text("#f-reason").await?;
    let version = format!("{}{}", server.address, grace.path().await?);
    assert!(!grace.has("main form[action$='/switch']").await?, "nobody switches on alone");
    grace.fill("#f-reason", "Lists leave the house too often").await?;
    grace.click("main form[action$='/ask'] button").await?;
    grace.text("main .notice.info").await?;
    // Her own question offers her no decision.
    grace.open(&page("approvals")).await?;
    assert!(!grace.has("form[action$='/approve']").await?, "the asker could approve");
    assert!(grace.has("form[action$='/withdraw']").await?);

    han.open(&page("approvals")).await?;
    let asked = han.text("main tbody").await?;
    assert!(asked.contains("Lists leave the house") && asked.contains("Grace"), "{asked}");
    han.click("form[action$='/approve'] button").await?;
    han.text("main .badge.ok").await?;

    grace.open(&version).await?;
    grace.click("main form[action$='/switch'] button").await?;
    grace.text("main tbody .badge.ok").await?;
    han.open(&format!("{}/console/access", server.address)).await?;
    assert!(han.text("main .card pre").await?.contains("no-lists-for-engineers"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_glass_shows_on_every_page_until_it_ends() -> Result<()> {
    let (server, grace, han) = two_people().await?;
    let emergency = format!("{}/console/access/emergency", server.address);

    han.open(&emergency).await?;
    han.click("main form.card button[type='submit']").await?;
    han.text(".field-error").await?;
    han.fill("#f-reason", "Grace is on a plane and a customer must be stopped").await?;
    han.click("main form.card button[type='submit']").await?;
    han.text("#emergency").await?;
    for path in ["/console", "/console/account", "/console/access"] {
        han.open(&format!("{}{path}", server.address)).await?;
        assert!(han.has("#emergency").await?, "no banner on {path}");
        assert_eq!(han.violations().await?, Vec::<String>::new(), "{path}");
    }
    grace.open(&format!("{}/console/account", server.address)).await?;
    assert!(grace.has("main .notice.warn a[href='/console/access/emergency']").await?);

    han.click("#emergency button").await?;
    han.open(&emergency).await?;
    assert!(!han.has("#emergency").await?, "it ended");
    grace.open(&emergency).await?;
    grace.click("button[value='justified']").await?;
    grace.text("main tbody .badge.ok").await?;
    Ok(())
}

/// A new installation with its owner, Grace, and a privacy officer whom she invited, Han.
async fn two_people() -> Result<(Server, Browser, Browser)> {
    let server = Server::empty().await?;
    let grace = Browser::start_without_javascript().await?;
    grace.open(&server.link).await?;
    grace.fill("#f-organisation", "Lantern Tea").await?;
    account(&grace, "Grace Hopper", "grace@example.com").await?;
    grace.open(&format!("{}/console/people", server.address)).await?;
    grace.click("main form.filters select option[value='privacy_officer']").await?;
    grace.click("main form.filters button[type='submit']").await?;
    let page = grace.text("main").await?;
    let at = page.find("/invite/").context("the invitation shows no link")?;
    let link: String = page[at..].chars().take_while(|c| !c.is_whitespace()).collect();
    let han = Browser::start().await?;
    han.open(&format!("{}{link}", server.address)).await?;
    account(&han, "Han Mei", "han@example.com").await?;
    Ok((server, grace, han))
}

async fn account(browser: &Browser, name: &str, login: &str) -> Result<()> {
    browser.fill("#f-name", name).await?;
    browser.fill("#f-login", login).await?;
    browser.fill("#f-password", PASSWORD).await?;
    browser.click("main form.card button[type='submit']").await?;
    browser.text("main h1").await.map(|_| ())
}
