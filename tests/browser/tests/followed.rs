//! A stranger follows one customer: consent, reading, export and shredding, each a line of the audit
//! view, in Chromium without JavaScript; and every line is proved offline by the binary.

use anyhow::{Context as _, Result, ensure};
use browser_tests::{
    Browser,
    customers::{CUSTOMER, Counter},
};
use consent::Consent;
use serde_json::json;
use store::{Actor, Store, StoreConfig};

#[tokio::test(flavor = "multi_thread")]
async fn one_customer_is_followed_through_consent_reading_export_and_shredding() -> Result<()> {
    let shop = Counter::open().await?;
    let stranger = Browser::start_without_javascript().await?;
    account(&shop, &stranger).await?;
    let address = &shop.server.address;

    // Consent and reading, by the shop's program.
    let choice = json!({
        "subject": { "email": CUSTOMER }, "notice": "welcome", "language": "en",
        "choices": { "offers": false }, "channel": "web",
    });
    shop.call("/v1/consents", &choice).await?;
    let asked = json!({ "subject": { "email": CUSTOMER }, "reading_for": "customer_support" });
    shop.call("/v1/preferences/lookup", &asked).await?;

    // The stranger finds the customer by what they know, which no address holds.
    stranger.open(&format!("{address}/console/audit")).await?;
    stranger.click("details.card summary").await?;
    stranger.fill("#f-identifier", CUSTOMER).await?;
    stranger.click("details.card button[type='submit']").await?;
    let list = stranger.text("#list").await?;
    let path = stranger.path().await?;
    let id = path.rsplit('/').next().context("no customer in the address")?.to_owned();
    ensure!(!path.contains("li.lei"), "{path}");
    ensure!(
        list.contains("Choices of a customer were recorded") || list.contains("consent.recorded"),
        "{list}"
    );
    ensure!(list.contains("Read personal data"), "{list}");

    // Export: everything about this customer, taken away by a program.
    let bearer = format!("Bearer {}", shop.token);
    let headers = [("Authorization", bearer.as_str()), ("Privet-Purpose", "customer_support")];
    let export = format!("/v1/audit?format=jsonl&customer={id}");
    let (status, taken) = shop.http("GET", &export, &headers, "").await?;
    ensure!(status == 200 && taken.contains("consent.recorded"), "{status} {taken}");
    ensure!(!taken.contains(CUSTOMER), "an export names nobody");

    // Shredding, on the server's command line.
    shred(&shop, &id).await?;

    stranger.open(&format!("{address}/console/audit/customers/{id}")).await?;
    let list = stranger.text("#list").await?;
    for action in ["consent.recorded", "personal_data.read", "audit.exported", "subject.erased"] {
        ensure!(list.contains(action), "{action} is missing: {list}");
    }
    // The blind index stays, so that nobody records the shredded anew by mistake: who knows the
    // address still finds the history, and nothing else.
    stranger.open(&format!("{address}/console/audit")).await?;
    stranger.click("details.card summary").await?;
    stranger.fill("#f-identifier", CUSTOMER).await?;
    stranger.click("details.card button[type='submit']").await?;
    stranger.text("#list").await?;
    let found = stranger.path().await?;
    ensure!(found.ends_with(&id), "{found}");
    prove(&shop, &stranger, &id).await
}

/// Takes the proof of every line about the customer and checks it with nothing but the file and the
/// log's key.
async fn prove(shop: &Counter, stranger: &Browser, id: &str) -> Result<()> {
    let cookies = stranger.devtools("Network.getCookies", json!({})).await?;
    let cookie = cookies["cookies"]
        .as_array()
        .context("no cookies")?
        .iter()
        .filter_map(|one| Some(format!("{}={}", one["name"].as_str()?, one["value"].as_str()?)))
        .collect::<Vec<_>>()
        .join("; ");
    let get = async |path: String| shop.http("GET", &path, &[("Cookie", &cookie)], "").await;
    let (status, page) = get(format!("/console/audit/customers/{id}")).await?;
    ensure!(status == 200, "{status}");
    let lines: Vec<&str> = page
        .split("/console/audit/lines/")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    ensure!(lines.len() >= 4, "{lines:?}");
    let (_, key) = get("/ledger/key".to_owned()).await?;
    let folder = tempfile::tempdir()?;
    for line in lines {
        let (status, proof) = get(format!("/console/audit/lines/{line}/proof")).await?;
        ensure!(status == 200 && !proof.contains(CUSTOMER), "{line}: {status}");
        let file = folder.path().join("line.json");
        let verify = |text: &str| -> Result<bool> {
            std::fs::write(&file, text)?;
            let verify = ["verify", &file.to_string_lossy(), "--log-key", key.trim()];
            let binary = std::env::var("PRIVET_BIN").context("run through `cargo xtask test`")?;
            Ok(std::process::Command::new(binary).args(verify).output()?.status.success())
        };
        ensure!(verify(&proof)?, "line {line} is not proved: {proof}");
        let other = proof.replacen("\"action\": \"", "\"action\": \"x", 1);
        ensure!(other != proof && !verify(&other)?, "a changed line {line} was proved");
    }
    Ok(())
}

/// The first account of the server.
async fn account(shop: &Counter, browser: &Browser) -> Result<()> {
    browser.open(&shop.server.link).await?;
    browser.fill("#f-organisation", "Lantern Tea").await?;
    browser.fill("#f-name", "Grace Hopper").await?;
    browser.fill("#f-login", "grace@example.com").await?;
    browser.fill("#f-password", "correct horse battery staple").await?;
    browser.click("main form.card button[type='submit']").await?;
    browser.text("main h1").await.map(|_| ())
}

async fn shred(shop: &Counter, id: &str) -> Result<()> {
    let store = Store::open(StoreConfig { data_dir: shop.data.clone(), database: None }).await?;
    let consent = Consent::open(store, consent::Settings::default()).await?;
    consent.erase(&Actor::CommandLine, &consent::SubjectId(id.to_owned())).await?;
    Ok(())
}
