//! What the walks share: two people, the pages' judge, a certificate that is checked without a server.

use std::{path::Path, time::Duration};

use anyhow::{Context as _, Result, bail, ensure};
use browser_tests::{Browser, Language, Server, Viewport};

const PASSWORD: &str = "correct horse battery staple";

/// The page of a run is drawn anew until it stands.
pub async fn settles(browser: &Browser, state: &str) -> Result<()> {
    for _ in 0..120 {
        let path = browser.path().await?;
        if path.contains("/runs/") && browser.text("#stands + p .badge").await?.contains(state) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    bail!("it did not come to “{state}”: {}", browser.text("main").await?)
}

/// The certificate as the button gives it, checked by `privet verify`, which asks nobody.
pub async fn verify(
    server: &Server,
    browser: &Browser,
    run: &str,
    (secret, rows): (&str, u64),
) -> Result<()> {
    let mut cookies = Vec::new();
    for cookie in browser.client.get_all_cookies().await? {
        cookies.push(format!("{}={}", cookie.name(), cookie.value()));
    }
    let path = format!("{}/certificate", run.replace(&server.address, ""));
    let certificate = get(&server.address, &path, &cookies.join("; ")).await?;
    ensure!(certificate.contains("Lantern Tea") && !certificate.contains(secret), "{certificate}");
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), &certificate)?;
    let binary = std::env::var("PRIVET_BIN").context("PRIVET_BIN is not set")?;
    let check = |path: &Path| std::process::Command::new(&binary).arg("verify").arg(path).output();
    let output = check(file.path())?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    ensure!(
        said.contains("retention certificate") && said.contains(&format!("{rows} rows")),
        "{said}"
    );
    std::fs::write(file.path(), certificate.replace(&rows.to_string(), &(rows - 1).to_string()))?;
    ensure!(!check(file.path())?.status.success(), "a changed certificate is taken");
    Ok(())
}

/// One GET by hand: the browser would save the file.
async fn get(address: &str, path: &str, cookies: &str) -> Result<String> {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let host = address.trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(host).await?;
    let request = format!(
        "GET {path} HTTP/1.0\r\nHost: {host}\r\nCookie: {cookies}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let (head, body) = answer.split_once("\r\n\r\n").context("no answer")?;
    ensure!(head.contains(" 200 "), "{head}");
    Ok(body.to_owned())
}

/// axe-core, the width and the texts, in both languages, wide and narrow.
pub async fn judge(browser: &Browser, place: &str, page: &str) -> Result<()> {
    for language in Language::ALL {
        browser.speak(language).await?;
        browser.open(page).await?;
        for viewport in [Viewport::Narrow, Viewport::Wide] {
            browser.view(viewport).await?;
            let found = browser.violations().await?;
            ensure!(found.is_empty(), "{place} {}: {}", language.tag(), found.join("\n"));
            ensure!(!browser.overflows().await?, "{place}: wider than the screen");
            ensure!(!browser.text("html").await?.contains('⟦'), "{place}: a text is missing");
            if let Ok(folder) = std::env::var("PRIVET_SHOTS") {
                let wide = if viewport == Viewport::Wide { "wide" } else { "narrow" };
                let name = format!("{}-{}-{wide}.png", place.replace(' ', "-"), language.tag());
                std::fs::write(Path::new(&folder).join(name), browser.screenshot().await?)?;
            }
        }
    }
    browser.speak(Language::English).await?;
    browser.dark(true).await?;
    browser.open(page).await?;
    let found = browser.violations().await?;
    ensure!(found.is_empty(), "{place} dark: {}", found.join("\n"));
    if let Ok(folder) = std::env::var("PRIVET_SHOTS") {
        let name = format!("{}-dark.png", place.replace(' ', "-"));
        std::fs::write(Path::new(&folder).join(name), browser.screenshot().await?)?;
    }
    browser.dark(false).await
}

/// On a new installation its owner, Grace, and a privacy officer whom she invited, Han.
pub async fn people(server: &Server) -> Result<(Browser, Browser)> {
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
