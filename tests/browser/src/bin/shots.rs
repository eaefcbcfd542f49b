//! Screenshots of every page of the demo in both languages, wide and narrow, light and dark, into
//! `tests/browser/shots`; the ones that the documentation shows go to `docs/images` as well.

use std::{fs, path::PathBuf};

use anyhow::Result;
use browser_tests::{
    Browser, Language, Server, Shop, Viewport,
    customers::{CUSTOMER, Counter},
    pages,
};
use serde_json::json;

/// Pages whose wide, light picture stands in the documentation.
const IN_DOCUMENTATION: [&str; 7] = [
    "flows",
    "home",
    "records",
    "customer-centre",
    "customer-receipt",
    "customer-unsubscribe",
    "customer-clocks",
];

/// What is done before each picture of the banner.
const BANNER: [(&str, &str); 3] = [
    (
        "banner",
        "const done = arguments[0]; privet.on('ready', () => setTimeout(() => {
            document.activeElement.blur(); done(); }, 500));",
    ),
    ("banner-dialog", "privet.open(); setTimeout(arguments[0], 300);"),
    (
        "banner-after",
        "const root = [...document.documentElement.children].find(e => e.shadowRoot).shadowRoot;
            root.querySelector('dialog .act').click(); setTimeout(arguments[0], 300);",
    ),
];

#[tokio::main]
async fn main() -> Result<()> {
    let only = std::env::args().nth(1);
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let shots = root.join("shots");
    let images = root.join("../../docs/images");
    fs::create_dir_all(&shots)?;
    fs::create_dir_all(&images)?;

    let folders = Folders { shots, images };
    if only.as_deref().is_none_or(|parts| parts.split(',').any(|part| "banner".contains(part))) {
        folders.banner().await?;
    }
    let wanted = |name: &str| {
        only.as_deref().is_none_or(|parts| parts.split(',').any(|part| name.contains(part)))
    };
    if wanted("customer") {
        customers(&folders).await?;
    }
    if matches!(only.as_deref(), Some("banner" | "customer")) {
        return Ok(());
    }
    let server = Server::demo().await?;
    let browser = Browser::start().await?;
    browser.open(&server.link).await?;
    browser.wait_until_scanned(&server).await?;
    // Somebody signed in is sent on from the sign-in page: a stranger looks at the public ones.
    let stranger = Browser::start().await?;
    for language in Language::ALL {
        browser.open(&format!("{}/console", server.address)).await?;
        browser.speak(language).await?;
        for page in pages::CONSOLE.iter().filter(|(name, _)| wanted(name)) {
            folders.picture(&browser, &server, language, page).await?;
        }
        stranger.open(&format!("{}/signin", server.address)).await?;
        stranger.speak(language).await?;
        for page in pages::PUBLIC.iter().filter(|(name, _)| wanted(name)) {
            folders.picture(&stranger, &server, language, page).await?;
        }
    }
    Ok(())
}

/// The customers' own pages, as a customer comes through them, and the console's page about them.
async fn customers(folders: &Folders) -> Result<()> {
    for language in Language::ALL {
        let shop = Counter::open().await?;
        let address = shop.server.address.as_str();
        let browser = Browser::start().await?;
        browser.open(&format!("{address}/privacy")).await?;
        let button = format!("button[name='to'][value='{}']", language.tag());
        if browser.has(&button).await? {
            browser.click(&button).await?;
        }
        browser.text(&format!("html[lang='{}'] h1", language.tag())).await?;
        let picture =
            async |name: &'static str| folders.as_it_stands(&browser, name, language).await;
        picture("customer-entrance").await?;
        shop.sign_in(&browser).await?;
        picture("customer-centre").await?;
        browser.click("#withdraw-all").await?;
        browser.text("#undo").await?;
        picture("customer-all-off").await?;
        browser.click("#undo button").await?;
        browser.text("button[aria-checked='true']").await?;
        browser.open(&format!("{address}/privacy/history")).await?;
        picture("customer-history").await?;
        browser.click("ol.events a").await?;
        browser.text(".receipt-proof .mono").await?;
        picture("customer-receipt").await?;
        let wanted = json!({ "subjects": [{ "email": CUSTOMER }], "purposes": ["email_marketing"],
                             "language": language.tag() });
        let links = shop.call("/v1/unsubscribe-links", &wanted).await?;
        browser.open(links["links"][0]["url"].as_str().unwrap_or_default()).await?;
        picture("customer-unsubscribe").await?;
        browser.click("main form button.primary").await?;
        browser.text("main .badge").await?;
        picture("customer-unsubscribed").await?;
        browser.open(&format!("{address}/privacy/open/gone")).await?;
        picture("customer-gone").await?;
        console(folders, &shop, language).await?;
    }
    Ok(())
}

/// What staff see of it, after the owner's account is made.
async fn console(folders: &Folders, shop: &Counter, language: Language) -> Result<()> {
    let browser = Browser::start().await?;
    browser.open(&shop.server.link).await?;
    browser.fill("#f-organisation", "Lantern Tea").await?;
    browser.fill("#f-name", "Grace Hopper").await?;
    browser.fill("#f-login", "grace@example.com").await?;
    browser.fill("#f-password", "correct horse battery staple").await?;
    browser.click("main form.card button[type='submit']").await?;
    browser.text("body.app main h1").await?;
    browser.speak(language).await?;
    for (name, path) in [
        ("customer-clocks", "/console/unsubscribing"),
        ("customer-settings", "/console/preference-centre"),
        ("customer-mail", "/console/mail"),
    ] {
        browser.open(&format!("{}{path}", shop.server.address)).await?;
        folders.as_it_stands(&browser, name, language).await?;
    }
    Ok(())
}

/// Where pictures go.
struct Folders {
    shots: PathBuf,
    images: PathBuf,
}

impl Folders {
    /// The banner on a shop's site, its dialog, and the button that stays.
    async fn banner(&self) -> Result<()> {
        let shop = Shop::open("DE").await?;
        for language in Language::ALL {
            for (viewport, size) in [(Viewport::Wide, "wide"), (Viewport::Narrow, "narrow")] {
                for (dark, theme) in [(false, "light"), (true, "dark")] {
                    let browser = Browser::start().await?;
                    browser.view(viewport).await?;
                    browser.dark(dark).await?;
                    browser.open(&format!("{}/home?{}", shop.address, language.tag())).await?;
                    for (name, act) in BANNER {
                        browser.client.execute_async(act, vec![]).await?;
                        let picture = browser.screenshot_of_the_fold().await?;
                        let tag = language.tag();
                        fs::write(
                            self.shots.join(format!("{name}.{tag}.{size}.{theme}.png")),
                            &picture,
                        )?;
                        if name == "banner" && viewport == Viewport::Wide && !dark {
                            fs::write(self.images.join(format!("{name}.{tag}.png")), picture)?;
                        }
                    }
                }
            }
            println!("banner {}", language.tag());
        }
        Ok(())
    }

    /// The page that is open, without opening it again.
    async fn as_it_stands(&self, browser: &Browser, name: &str, language: Language) -> Result<()> {
        let tag = language.tag();
        for (viewport, size) in [(Viewport::Narrow, "narrow"), (Viewport::Wide, "wide")] {
            browser.view(viewport).await?;
            for (dark, theme) in [(true, "dark"), (false, "light")] {
                browser.dark(dark).await?;
                let picture = browser.screenshot().await?;
                fs::write(self.shots.join(format!("{name}.{tag}.{size}.{theme}.png")), &picture)?;
            }
        }
        if IN_DOCUMENTATION.contains(&name) {
            let shown = browser.screenshot_of_the_fold().await?;
            fs::write(self.images.join(format!("{name}.{tag}.png")), shown)?;
        }
        println!("{name} {tag}");
        Ok(())
    }

    async fn picture(
        &self,
        browser: &Browser,
        server: &Server,
        language: Language,
        (name, way): &pages::Page,
    ) -> Result<()> {
        let tag = language.tag();
        for (viewport, size) in [(Viewport::Wide, "wide"), (Viewport::Narrow, "narrow")] {
            browser.view(viewport).await?;
            pages::visit(browser, server, *way).await?;
            for (dark, theme) in [(false, "light"), (true, "dark")] {
                browser.dark(dark).await?;
                let picture = browser.screenshot().await?;
                let file = format!("{name}.{tag}.{size}.{theme}.png");
                fs::write(self.shots.join(file), &picture)?;
                if IN_DOCUMENTATION.contains(name) && viewport == Viewport::Wide && !dark {
                    // The picture of the flows stands below the fold: the whole page shows it.
                    let shown = match *name {
                        "flows" => picture,
                        _ => browser.screenshot_of_the_fold().await?,
                    };
                    fs::write(self.images.join(format!("{name}.{tag}.png")), shown)?;
                }
            }
        }
        println!("{name} {tag}");
        Ok(())
    }
}
