//! One Chromium with a fresh profile, driven through its own driver.

use std::{net::TcpListener, process::Stdio, time::Duration};

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use fantoccini::{
    Client, ClientBuilder, Locator, elements::Element, error::CmdError,
    wd::WebDriverCompatibleCommand,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::{Child, Command};

/// axe-core, injected into the page that is judged.
const AXE: &str = include_str!("../vendor/axe.min.js");

/// Flags under which Chromium stays on this machine and writes nothing outside its profile.
const FLAGS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-prefers-reduced-motion",
];

/// The console's two languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Simplified Chinese.
    Chinese,
}

impl Language {
    /// Both.
    pub const ALL: [Self; 2] = [Self::English, Self::Chinese];

    /// The tag in cookies and `<html lang>`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }
}

/// A screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewport {
    /// A desktop, 1440 × 900.
    Wide,
    /// A phone, 390 × 844.
    Narrow,
}

impl Viewport {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Wide, Self::Narrow];

    fn size(self) -> (u32, u32) {
        match self {
            Self::Wide => (1440, 900),
            Self::Narrow => (390, 844),
        }
    }
}

/// A browser with one tab.
pub struct Browser {
    /// The WebDriver client, for what has no method here.
    pub client: Client,
    _driver: Child,
    _profile: TempDir,
}

impl Browser {
    /// Starts driver and browser; JavaScript on.
    pub async fn start() -> Result<Self> {
        Self::start_with(true).await
    }

    /// The same with JavaScript switched off, as some readers have it.
    pub async fn start_without_javascript() -> Result<Self> {
        Self::start_with(false).await
    }

    async fn start_with(javascript: bool) -> Result<Self> {
        let profile = tempfile::tempdir()?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let driver = Command::new(crate::needed("PRIVET_CHROMEDRIVER")?)
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("starting chromedriver")?;
        let client = connect(port, capabilities(profile.path(), javascript)?).await?;
        let browser = Self { client, _driver: driver, _profile: profile };
        browser.view(Viewport::Wide).await?;
        Ok(browser)
    }

    /// Opens an address.
    pub async fn open(&self, address: &str) -> Result<()> {
        self.client.goto(address).await.with_context(|| format!("opening {address}"))
    }

    /// Sizes the screen; device metrics, because a window cannot be as narrow as a phone.
    pub async fn view(&self, viewport: Viewport) -> Result<()> {
        let (width, height) = viewport.size();
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": width, "height": height, "deviceScaleFactor": 1,
                    "mobile": viewport == Viewport::Narrow }),
        )
        .await?;
        Ok(())
    }

    /// Makes the page think that the reader prefers dark, or light.
    pub async fn dark(&self, dark: bool) -> Result<()> {
        let value = if dark { "dark" } else { "light" };
        let features = json!([{ "name": "prefers-color-scheme", "value": value }]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": features })).await?;
        Ok(())
    }

    /// Switches the console's language with the button that people press.
    pub async fn speak(&self, language: Language) -> Result<()> {
        let tag = language.tag();
        let button = format!("button[name='lang'][value='{tag}']");
        let press =
            "const b = document.querySelector(arguments[0]); if (b) b.form.requestSubmit(b);";
        self.client.execute(press, vec![json!(button)]).await?;
        let spoken = format!("html[lang='{tag}']");
        self.text(&format!("{spoken} body")).await.map(|_| ())
    }

    /// Waits until the demo's scans are all finished.
    pub async fn wait_until_scanned(&self, server: &crate::Server) -> Result<()> {
        let deadline = tokio::time::Instant::now() + Duration::from_mins(3);
        loop {
            self.open(&format!("{}/console", server.address)).await?;
            if self.has("#home:not([hx-trigger])").await? {
                return Ok(());
            }
            if tokio::time::Instant::now() > deadline {
                bail!(
                    "the demo's scans did not finish; the page says:\n{}",
                    self.text("body").await?
                );
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    /// The element's visible text; waits up to ten seconds for it. A page that swaps a part of itself
    /// can take the element away between finding and reading it, so both are tried again together.
    pub async fn text(&self, css: &str) -> Result<String> {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
        loop {
            if let Ok(element) = self.client.find(Locator::Css(css)).await
                && let Ok(text) = element.text().await
            {
                return Ok(text);
            }
            if tokio::time::Instant::now() > deadline {
                bail!("no {css} on the page");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// How many elements match, once there are at least `least`; fails after ten seconds.
    pub async fn at_least(&self, least: usize, css: &str) -> Result<usize> {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
        loop {
            let found = self.client.find_all(Locator::Css(css)).await?.len();
            if found >= least {
                return Ok(found);
            }
            if tokio::time::Instant::now() > deadline {
                bail!("{found} of {css}, not {least}: {}", self.text("main").await?);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Clicks the first match.
    pub async fn click(&self, css: &str) -> Result<()> {
        self.on(css, "clicking", async |element| element.click().await).await
    }

    /// Types into a field, replacing what stands there.
    pub async fn fill(&self, css: &str, text: &str) -> Result<()> {
        self.on(css, "typing into", async |element| {
            element.clear().await?;
            element.send_keys(text).await
        })
        .await
    }

    /// Does something with the first match, which may take ten seconds to come. A page that is just being
    /// left can still give its element; what was not done to it is done to that of the next page.
    async fn on(
        &self,
        css: &str,
        doing: &str,
        act: impl AsyncFn(&Element) -> Result<(), CmdError>,
    ) -> Result<()> {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
        loop {
            let found = self.client.wait().at_most(Duration::from_secs(10));
            let element = found
                .for_element(Locator::Css(css))
                .await
                .with_context(|| format!("no {css} on the page"))?;
            match act(&element).await {
                Err(fault) if left(&fault) && tokio::time::Instant::now() < deadline => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                done => return done.with_context(|| format!("{doing} {css}")),
            }
        }
    }

    /// Chooses a file of this machine, as its dialog would.
    pub async fn choose_file(&self, css: &str, file: &std::path::Path) -> Result<()> {
        let input = self.client.wait().for_element(Locator::Css(css)).await?;
        input.send_keys(&file.to_string_lossy()).await?;
        Ok(())
    }

    /// Whether the page has such an element now.
    pub async fn has(&self, css: &str) -> Result<bool> {
        Ok(!self.client.find_all(Locator::Css(css)).await?.is_empty())
    }

    /// Waits until the page's text contains the words; fails with the page's text after `seconds`.
    pub async fn wait_for_text(&self, words: &str, seconds: u64) -> Result<()> {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(seconds);
        loop {
            let text = self.text("body").await.unwrap_or_default();
            if text.contains(words) {
                return Ok(());
            }
            if tokio::time::Instant::now() > deadline {
                bail!("“{words}” did not appear within {seconds} s; the page says:\n{text}");
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// The path of the current address.
    pub async fn path(&self) -> Result<String> {
        Ok(self.client.current_url().await?.path().to_owned())
    }

    /// What axe-core has against the page (WCAG 2.2 A and AA, best practices), one line each.
    pub async fn violations(&self) -> Result<Vec<String>> {
        self.client.execute(&format!("{AXE}; return true;"), vec![]).await?;
        let script = "const done = arguments[0];
            const tags = ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice'];
            axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})
               .then(r => done(r.violations.map(v => v.id + ': ' + v.help + ' @ ' +
                   v.nodes.slice(0, 3).map(n => n.target.join(' ')).join(' | '))))
               .catch(e => done(['axe failed: ' + e]));";
        let found = self.client.execute_async(script, vec![]).await?;
        Ok(found
            .as_array()
            .context("axe-core gave no list")?
            .iter()
            .filter_map(|line| line.as_str().map(str::to_owned))
            .collect())
    }

    /// The page is wider than the screen: something sticks out sideways.
    pub async fn overflows(&self) -> Result<bool> {
        let script = "return document.documentElement.scrollWidth > window.innerWidth + 1;";
        Ok(self.client.execute(script, vec![]).await?.as_bool().unwrap_or(false))
    }

    /// The whole page as PNG, also what lies below the fold.
    pub async fn screenshot(&self) -> Result<Vec<u8>> {
        let answer = self
            .devtools("Page.captureScreenshot", json!({ "captureBeyondViewport": true }))
            .await?;
        let data = answer["data"].as_str().context("no picture came back")?;
        Ok(base64::engine::general_purpose::STANDARD.decode(data)?)
    }

    /// Only the visible part.
    pub async fn screenshot_of_the_fold(&self) -> Result<Vec<u8>> {
        Ok(self.client.screenshot().await?)
    }

    /// One DevTools command through the driver.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Result<Value> {
        let body = json!({ "cmd": command, "params": parameters });
        Ok(self.client.issue_cmd(DevTools(body)).await?)
    }
}

/// Whether an element's page was left before anything was done to it.
fn left(fault: &CmdError) -> bool {
    fault.is_stale_element_reference()
        || fault.to_string().contains("does not belong to the document")
}

/// ChromeDriver's door to the DevTools protocol.
#[derive(Debug)]
struct DevTools(Value);

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.0.to_string()))
    }
}

fn capabilities(
    profile: &std::path::Path,
    javascript: bool,
) -> Result<serde_json::Map<String, Value>> {
    let mut flags: Vec<String> = FLAGS.iter().map(|&flag| flag.to_owned()).collect();
    flags.push(format!("--user-data-dir={}", profile.display()));
    let scripts = if javascript { 1 } else { 2 };
    let capabilities = json!({
        "browserName": "chrome",
        "goog:chromeOptions": {
            "binary": crate::needed("PRIVET_CHROMIUM")?,
            "args": flags,
            "prefs": { "profile.managed_default_content_settings.javascript": scripts },
        },
        // Pages under test are local; a hanging one should fail soon.
        "timeouts": { "pageLoad": 30_000, "script": 60_000 },
    });
    match capabilities {
        Value::Object(map) => Ok(map),
        _ => bail!("capabilities are an object"),
    }
}

async fn connect(port: u16, capabilities: serde_json::Map<String, Value>) -> Result<Client> {
    let address = format!("http://127.0.0.1:{port}");
    let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
    loop {
        let mut builder = ClientBuilder::rustls().context("preparing the WebDriver client")?;
        match builder.capabilities(capabilities.clone()).connect(&address).await {
            Ok(client) => return Ok(client),
            Err(error) if tokio::time::Instant::now() > deadline => {
                return Err(error).context("no browser session");
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}
