//! Four eyes with two people, and emergency access with its banner, in Chromium: one of the two has no
//! JavaScript, the other has, and axe-core judges what the other sees.

use anyhow::{Context as _, Result, ensure};
use browser_tests::{
    Browser, Language, Server, Viewport,
    customers::{CUSTOMER, Counter},
};

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

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_erased_by_two_people_and_the_certificate_verifies() -> Result<()> {
    let shop = Counter::open().await?;
    let (grace, han) = people(&shop.server).await?;
    let address = &shop.server.address;

    // Grace, without JavaScript, finds the customer and asks.
    let search = format!("{address}/console/consents/people");
    grace.open(&format!("{address}/console/access/purpose?back=/console/consents/people")).await?;
    grace.click("#f-purpose-customer_support").await?;
    grace.click("main form.card button[type='submit']").await?;
    grace.open(&search).await?;
    grace.fill("#f-identifier", CUSTOMER).await?;
    grace.click("main form button[type='submit']").await?;
    grace.click("main a[href$='/erase']").await?;
    let page = format!("{address}{}", grace.path().await?);
    grace.fill("#f-why", "Erasure request 2026-118").await?;
    grace.click("main form[action$='/erase/ask'] button[type='submit']").await?;
    grace.text("main .badge.warn").await?;
    ensure!(!grace.has("main form[action$='/approve']").await?, "the asker could approve");
    ensure!(!grace.has("#f-sure-1").await?, "nobody erases alone");

    // Han comes from the inbox of approvals, reads what happens, agrees.
    han.open(&format!("{address}/console/access/approvals")).await?;
    han.click("main tbody a[href$='/erase']").await?;
    judge(&han, "to decide", &page).await?;
    han.click("main form[action$='/approve'] button").await?;
    han.text("main .badge.ok").await?;
    ensure!(shop.allows("email_marketing").await?, "nothing was destroyed yet");

    grace.open(&page).await?;
    grace.click("main form[action$='/erase'] button.danger").await?;
    grace.text("[role='alert'] a[href='#f-sure-1']").await?;
    grace.click("#f-sure-1").await?;
    grace.click("main form[action$='/erase'] button.danger").await?;
    grace.text("main a[href$='/certificate']").await?;
    ensure!(!shop.allows("email_marketing").await?, "an erased customer is still used");
    judge(&han, "erased", &page).await?;

    verify(&shop, &grace, &page).await
}

/// axe-core, the width and the texts, in both languages, wide and narrow.
async fn judge(browser: &Browser, place: &str, page: &str) -> Result<()> {
    for language in Language::ALL {
        browser.speak(language).await?;
        browser.open(page).await?;
        for viewport in [Viewport::Narrow, Viewport::Wide] {
            browser.view(viewport).await?;
            let found = browser.violations().await?;
            ensure!(found.is_empty(), "{place} {}: {}", language.tag(), found.join("\n"));
            ensure!(!browser.overflows().await?, "{place}: wider than the screen");
            ensure!(!browser.text("html").await?.contains('⟦'), "{place}: a text is missing");
        }
    }
    browser.speak(Language::English).await?;
    browser.open(page).await
}

/// The certificate as the button gives it, checked by `privet verify`, which asks nobody.
async fn verify(shop: &Counter, browser: &Browser, page: &str) -> Result<()> {
    let mut cookies = Vec::new();
    for cookie in browser.client.get_all_cookies().await? {
        cookies.push(format!("{}={}", cookie.name(), cookie.value()));
    }
    let path = page.replace(&shop.server.address, "").replace("/erase", "/certificate");
    let (status, certificate) =
        shop.http("GET", &path, &[("Cookie", &cookies.join("; "))], "").await?;
    ensure!(status == 200, "{status}");
    ensure!(!certificate.contains(CUSTOMER));
    // Named after the server had started.
    ensure!(certificate.contains("Lantern Tea"), "{certificate}");
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), certificate)?;
    let binary = std::env::var("PRIVET_BIN").context("PRIVET_BIN is not set")?;
    let output = std::process::Command::new(binary).arg("verify").arg(file.path()).output()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    ensure!(said.contains("deletion certificate"), "{said}");
    Ok(())
}

async fn two_people() -> Result<(Server, Browser, Browser)> {
    let server = Server::empty().await?;
    let (grace, han) = people(&server).await?;
    Ok((server, grace, han))
}

/// On a new installation its owner, Grace, and a privacy officer whom she invited, Han.
async fn people(server: &Server) -> Result<(Browser, Browser)> {
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
    Ok((grace, han))
}

async fn account(browser: &Browser, name: &str, login: &str) -> Result<()> {
    browser.fill("#f-name", name).await?;
    browser.fill("#f-login", login).await?;
    browser.fill("#f-password", PASSWORD).await?;
    browser.click("main form.card button[type='submit']").await?;
    browser.text("main h1").await.map(|_| ())
}
