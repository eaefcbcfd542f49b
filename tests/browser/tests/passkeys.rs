//! Passkeys with Chromium's virtual authenticator: made, used, and refused where they must be.

use anyhow::{Context as _, Result, ensure};
use browser_tests::{Browser, Language, Server, Viewport};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};

const PASSWORD: &str = "correct horse battery staple";
const PASSKEYS: &str = "/console/account/passkeys";

/// A server, its owner in a browser with a device, at the name that passkeys are bound to.
struct Desk {
    browser: Browser,
    device: String,
    address: String,
    _server: Server,
}

impl Desk {
    async fn open() -> Result<Self> {
        let server = Server::empty().await?;
        let named = |text: &str| text.replace("127.0.0.1", "localhost");
        let (address, link) = (named(&server.address), named(&server.link));
        let browser = Browser::start().await?;
        let device = browser.device(true).await?;
        browser.open(&link).await?;
        for (field, text) in [
            ("#f-organisation", "Lantern Tea"),
            ("#f-name", "Grace Hopper"),
            ("#f-login", "grace@example.com"),
            ("#f-password", PASSWORD),
        ] {
            browser.fill(field, text).await?;
        }
        browser.click("main form.card button[type='submit']").await?;
        browser.text("a.me-name").await?;
        Ok(Self { browser, device, address, _server: server })
    }

    async fn go(&self, path: &str) -> Result<()> {
        self.browser.open(&format!("{}{path}", self.address)).await
    }

    async fn add(&self, name: &str, password: &str) -> Result<()> {
        self.go(PASSKEYS).await?;
        self.browser.fill("form[data-passkey] #f-name", name).await?;
        self.browser.fill("#f-current", password).await?;
        self.browser.click("form[data-passkey] button[type='submit']").await
    }

    async fn sign_out(&self) -> Result<()> {
        // The first of the two forms is in the menu of narrow screens.
        let out = "document.querySelector(\"form[action='/signout']\").requestSubmit()";
        self.browser.client.execute(out, vec![]).await?;
        self.browser.text("#f-password").await.map(|_| ())
    }

    async fn use_passkey(&self) -> Result<()> {
        self.go("/signin").await?;
        self.browser.click("form[data-passkey] button[type='submit']").await
    }

    /// Tries, and returns what the page says against it.
    async fn refused(&self) -> Result<String> {
        self.use_passkey().await?;
        let said = self.browser.text(".notice.danger").await?;
        ensure!(!self.signed_in().await?, "refused and signed in");
        Ok(said)
    }

    async fn signed_in(&self) -> Result<bool> {
        self.go("/console").await?;
        Ok(self.browser.path().await? == "/console")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_is_made_signs_in_and_is_refused_once_removed() -> Result<()> {
    let desk = Desk::open().await?;
    let browser = &desk.browser;

    // Whoever finds an open screen has no password.
    desk.add("Laptop", "not the right password").await?;
    browser.text("#e-current").await?;
    ensure!(!browser.has("main tbody tr").await?, "kept without the password");

    desk.add("Laptop", PASSWORD).await?;
    ensure!(browser.text("main tbody tr").await?.contains("Laptop"));
    ensure!(browser.text("main tbody tr").await?.contains("Never"));
    desk.add("Again", PASSWORD).await?;
    let known = browser.text("[data-passkey-failed]").await?;
    ensure!(known.contains("already"), "one device, one passkey: {known}");
    desk.go(PASSKEYS).await?;
    for language in Language::ALL {
        browser.speak(language).await?;
        for viewport in Viewport::ALL {
            browser.view(viewport).await?;
            ensure!(browser.violations().await? == Vec::<String>::new());
            ensure!(!browser.overflows().await?, "{language:?} {viewport:?}");
        }
    }
    browser.view(Viewport::Wide).await?;
    browser.speak(Language::English).await?;

    desk.sign_out().await?;
    desk.use_passkey().await?;
    browser.text("a.me-name").await?;
    desk.go("/console/sessions").await?;
    ensure!(browser.text("main tbody").await?.contains("Passkey"), "the session says how");
    desk.go(PASSKEYS).await?;
    ensure!(!browser.text("main tbody tr").await?.contains("Never"), "its last use shows");

    browser.click("main tbody details.confirm summary").await?;
    browser.click("main tbody .confirm-panel button.danger").await?;
    browser.text(".empty").await?;
    desk.sign_out().await?;
    let said = desk.refused().await?;
    ensure!(said.contains("does not open anything"), "{said}");

    // Never the last way in: the password still is one.
    browser.fill("#f-login", "grace@example.com").await?;
    browser.fill("#f-password", PASSWORD).await?;
    browser.click("form[action='/signin'] button[type='submit']").await?;
    browser.text("a.me-name").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copied_passkey_is_stopped() -> Result<()> {
    let desk = Desk::open().await?;
    desk.add("Laptop", PASSWORD).await?;
    desk.browser.text("main tbody tr").await?;
    let mut copy = desk.browser.passkeys_on(&desk.device).await?.remove(0);
    for _ in 0..2 {
        desk.sign_out().await?;
        desk.use_passkey().await?;
        desk.browser.text("a.me-name").await?;
    }
    let own = desk.browser.passkeys_on(&desk.device).await?.remove(0);
    desk.sign_out().await?;

    desk.browser.lose_device(&desk.device).await?;
    let thief = desk.browser.device(true).await?;
    copy["signCount"] = json!(0);
    desk.browser.put_passkey(&thief, copy).await?;
    let said = desk.refused().await?;
    ensure!(said.contains("Two devices"), "{said}");

    // Nobody knows which of the two is the thief's: neither works.
    desk.browser.lose_device(&thief).await?;
    let device = desk.browser.device(true).await?;
    desk.browser.put_passkey(&device, own).await?;
    let said = desk.refused().await?;
    ensure!(said.contains("does not open anything"), "{said}");
    Ok(())
}

/// Lets the page's script ask the device, and hands over the form instead of sending it.
const CAPTURE: &str = "const done = arguments[0];
    HTMLFormElement.prototype.submit = function () {
        done(new URLSearchParams(new FormData(this)).toString());
    };
    document.querySelector('form[data-passkey] button').click();";

/// Sends a captured form as the page would have.
const SEND: &str = "const [body, done] = arguments;
    fetch('/signin/passkey', { method: 'POST', body: new URLSearchParams(body) })
        .then(async answer => done([answer.status, answer.url, await answer.text()]));";

async fn send(browser: &Browser, body: &Value) -> Result<Value> {
    Ok(browser.client.execute_async(SEND, vec![body.clone()]).await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replayed_answer_is_refused() -> Result<()> {
    let desk = Desk::open().await?;
    desk.add("Laptop", PASSWORD).await?;
    desk.browser.text("main tbody tr").await?;
    desk.sign_out().await?;
    desk.go("/signin").await?;
    let body = desk.browser.client.execute_async(CAPTURE, vec![]).await?;
    let first = send(&desk.browser, &body).await?;
    ensure!(first[0] == 200 && desk.signed_in().await?, "{first}");
    desk.sign_out().await?;

    let again = send(&desk.browser, &body).await?;

    ensure!(again[0] == 403, "{again}");
    ensure!(again[2].as_str().unwrap_or_default().contains("was used before"), "{again}");
    ensure!(!desk.signed_in().await?, "the replay signed in");
    Ok(())
}

/// The same server at another port: for a browser another origin.
async fn elsewhere(address: &str) -> Result<String> {
    let port = url::Url::parse(address)?.port().context("no port")?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let own = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut far = TcpStream::connect(("127.0.0.1", port)).await?;
                tokio::io::copy_bidirectional(&mut near, &mut far).await
            });
        }
    });
    Ok(format!("http://localhost:{own}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_origin_gets_nowhere() -> Result<()> {
    let desk = Desk::open().await?;
    desk.add("Laptop", PASSWORD).await?;
    desk.browser.text("main tbody tr").await?;
    desk.sign_out().await?;
    desk.browser.open(&format!("{}/signin", elsewhere(&desk.address).await?)).await?;
    let form = desk.browser.client.find(fantoccini::Locator::Css("form[data-passkey]")).await?;
    ensure!(!form.is_displayed().await?, "our page does not offer it there");

    // Theirs would not mind.
    let force = "const form = document.querySelector('form[data-passkey]');
        const [done] = arguments, script = document.createElement('script');
        form.dataset.origin = location.origin;
        script.src = '/assets/passkey.js';
        script.onload = () => done(true);
        document.head.append(script);";
    desk.browser.client.execute_async(force, vec![]).await?;
    let body = desk.browser.client.execute_async(CAPTURE, vec![]).await?;
    let answer = send(&desk.browser, &body).await?;

    ensure!(answer[0] == 403, "{answer}");
    ensure!(answer[2].as_str().unwrap_or_default().contains("another address"), "{answer}");
    ensure!(!desk.signed_in().await?);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_does_not_know_its_holder_signs_nobody_in() -> Result<()> {
    let desk = Desk::open().await?;
    desk.add("Laptop", PASSWORD).await?;
    desk.browser.text("main tbody tr").await?;
    let passkey = desk.browser.passkeys_on(&desk.device).await?.remove(0);
    desk.sign_out().await?;
    desk.browser.lose_device(&desk.device).await?;
    let device = desk.browser.device(false).await?;
    desk.browser.put_passkey(&device, passkey).await?;

    desk.use_passkey().await?;

    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(20);
    while desk.browser.text("[data-passkey-failed]").await?.is_empty() {
        ensure!(tokio::time::Instant::now() < deadline, "nothing is said");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    ensure!(!desk.signed_in().await?);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_javascript_the_password_is_the_way_in() -> Result<()> {
    let server = Server::demo().await?;
    let browser = Browser::start_without_javascript().await?;
    browser.open(&format!("{}/signin", server.address.replace("127.0.0.1", "localhost"))).await?;

    let form = browser.client.find(fantoccini::Locator::Css("form[data-passkey]")).await?;

    ensure!(!form.is_displayed().await?, "a button that does nothing");
    ensure!(browser.has("form[action='/signin'] #f-password").await?);
    Ok(())
}
