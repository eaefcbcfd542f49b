//! Somebody without an address asks by telephone; staff ask for a document, look at it and decide; a file
//! of requests is checked and taken in. Chromium, in both languages, wide and narrow.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use browser_tests::{
    Browser, Language, Server, Viewport,
    customers::{Counter, PHONE},
};

/// The smallest picture there is.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\xff\xff?\0\x05\xfe\x02\xfe\r\xefF\xb8\0\0\0\0IEND\xaeB`\x82";

#[tokio::test(flavor = "multi_thread")]
async fn a_code_a_document_and_a_file() -> Result<()> {
    let shop = Counter::open().await?;
    let staff = Browser::start().await?;
    staff.open(&shop.server.link).await?;
    staff.fill("#f-organisation", "Lantern Tea").await?;
    staff.fill("#f-name", "Ada Lovelace").await?;
    staff.fill("#f-login", "ada@lantern.example").await?;
    staff.fill("#f-password", "correct horse battery staple").await?;
    staff.click("main form.card button[type='submit']").await?;
    staff.text("main h1").await?;
    let person = Browser::start().await?;
    for (n, (language, viewport)) in
        [(Language::English, Viewport::Wide), (Language::Chinese, Viewport::Narrow)]
            .into_iter()
            .enumerate()
    {
        staff.speak(language).await?;
        staff.view(viewport).await?;
        person.view(viewport).await?;
        let walk = Walk { shop: &shop, staff: &staff, person: &person, language, n };
        walk.by_telephone().await?;
        walk.a_document().await?;
        walk.a_file().await?;
    }
    Ok(())
}

struct Walk<'a> {
    shop: &'a Counter,
    staff: &'a Browser,
    person: &'a Browser,
    language: Language,
    n: usize,
}

impl Walk<'_> {
    fn page(&self, path: &str) -> String {
        format!("{}{path}", self.shop.server.address)
    }

    async fn judge(&self, browser: &Browser, place: &str) -> Result<()> {
        ensure!(!browser.text("body").await?.contains('⟦'), "{place}: a text is missing");
        let found = browser.violations().await?;
        ensure!(found.is_empty(), "{place}: {}", found.join("\n"));
        ensure!(!browser.overflows().await?, "{place}: wider than the screen");
        if let Some(folder) = std::env::var_os("PRIVET_SHOTS") {
            let name = format!("proofs-{place}-{}.png", self.language.tag());
            std::fs::write(std::path::Path::new(&folder).join(name), browser.screenshot().await?)?;
        }
        Ok(())
    }

    async fn by_telephone(&self) -> Result<()> {
        let person = self.person;
        person.open(&self.page("/privacy/requests")).await?;
        let button = format!("button[name='to'][value='{}']", self.language.tag());
        if person.has(&button).await? {
            person.click(&button).await?;
        }
        if person.has("form[action='/privacy/leave'] button").await? {
            person.click("form[action='/privacy/leave'] button").await?;
            person.text("form[action='/privacy/link']").await?;
        }
        person.open(&self.page("/privacy/requests/new?kind=access")).await?;
        person.fill("#f-phone", PHONE).await?;
        self.judge(person, "ask").await?;
        let messages = self.shop.messages.lock().map_or(0, |all| all.len());
        person.click("form[action='/privacy/requests/new'] button[type='submit']").await?;
        person.text("#f-code").await.ok();
        let code = self.shop.code(messages + 1).await?;
        let wrong = if code == "000000" { "000001" } else { "000000" };
        person.fill("#f-code", wrong).await?;
        person.click("form[action='/privacy/requests/code'] button[type='submit']").await?;
        person.text("[role='alert']").await?;
        self.judge(person, "code").await?;
        person.fill("#f-code", &code).await?;
        person.click("form[action='/privacy/requests/code'] button[type='submit']").await?;
        person.text("dl.facts").await?;
        let path = person.path().await?;
        ensure!(path.starts_with("/privacy/requests/") && !path.contains("138"), "{path}");
        Ok(())
    }

    async fn a_document(&self) -> Result<()> {
        let (staff, person) = (self.staff, self.person);
        let own = self.page(&person.path().await?);
        let id = own.rsplit('/').next().context("no id")?.to_owned();
        let proof = self.page(&format!("/console/requests/{id}/identity"));
        staff.open(&proof).await?;
        if staff.has("input[id^='f-purpose-']").await? {
            staff.click("input[id^='f-purpose-']").await?;
            staff.click("main form.card button[type='submit']").await?;
        }
        staff.text("#papers").await?;
        self.judge(staff, "desk").await?;
        // Where the GDPR applies more is asked for only with a reason.
        if staff.has("#f-doubt-paper").await? {
            staff.fill("#f-doubt-paper", "The number is registered to a shop.").await?;
        }
        staff.click("form[action$='/identity/paper'] button").await?;
        staff.text("#papers .notice").await?;
        person.open(&own).await?;
        self.judge(person, "own").await?;
        let folder = tempfile::tempdir()?;
        let picture = folder.path().join("card.png");
        std::fs::write(&picture, PNG)?;
        person.choose_file("#f-paper", &picture).await?;
        person.click("#paper button[type='submit']").await?;
        person.text("dl.facts").await?;
        staff.open(&proof).await?;
        staff.text("#papers a[target='_blank']").await?;
        self.judge(staff, "paper").await?;
        staff.click("#decide details:first-of-type summary").await?;
        staff.fill("#f-accept", "The name on the document is the customer's.").await?;
        staff.click("form[action$='/identity/accept'] button[type='submit']").await?;
        staff.text("#papers .quiet-text").await?;
        ensure!(!staff.has("#papers a[target='_blank']").await?, "the document is removed");
        ensure!(!staff.has("#decide").await?, "it is decided");
        self.judge(staff, "decided").await
    }

    async fn a_file(&self) -> Result<()> {
        let staff = self.staff;
        let folder = tempfile::tempdir()?;
        let import = self.page("/console/requests/import");
        let file = folder.path().join("requests.csv");
        std::fs::write(&file, "kind,email\nerasure,nobody\nnothing,li@example.com\n")?;
        staff.open(&import).await?;
        staff.choose_file("#f-file", &file).await?;
        staff.click("main form button[type='submit']").await?;
        let faults = staff.text("[role='alert']").await?;
        ensure!(faults.contains('2') && faults.contains('3'), "{faults}");
        ensure!(!faults.contains("nobody"), "a fault quotes what stands there");
        self.judge(staff, "import-faulty").await?;
        let lines = (0..3).map(|n| format!("access,p{n}{}@example.com\n", self.n));
        std::fs::write(&file, format!("kind,email\n{}", lines.collect::<String>()))?;
        staff.choose_file("#f-file", &file).await?;
        staff.click("main form button[type='submit']").await?;
        staff.text("form[action$='/begin'] button").await?;
        self.judge(staff, "import-checked").await?;
        staff.click("form[action$='/begin'] button").await?;
        for _ in 0..60 {
            if staff.has(".notice.ok").await? {
                return self.judge(staff, "import-done").await;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        anyhow::bail!("the file was not taken in")
    }
}

/// Where a person's data is, drawn; references declared and removed.
#[tokio::test(flavor = "multi_thread")]
async fn references_are_declared_and_removed() -> Result<()> {
    let server = Server::demo().await?;
    let staff = Browser::start().await?;
    staff.open(&server.link).await?;
    staff.wait_until_scanned(&server).await?;
    staff.open(&format!("{}/console/requests/references", server.address)).await?;
    staff.text("#list .empty").await?;
    for side in ["from", "to"] {
        staff.click(&format!("#f-{side} option:nth-of-type(2)")).await?;
        staff.fill(&format!("#f-{side}_column"), "no_such_column").await?;
    }
    staff.click("main form.form button[type='submit']").await?;
    staff.text(".field-error").await?;
    ensure!(!staff.text("body").await?.contains('⟦'), "a text is missing");
    ensure!(!staff.overflows().await?, "wider than the screen");
    Ok(())
}
