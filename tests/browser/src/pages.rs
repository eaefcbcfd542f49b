//! Every page of the console, so that screenshots and accessibility checks never miss one.

use anyhow::{Context, Result};
use fantoccini::Locator;

use crate::{Browser, Server};

/// How to come to a page.
#[derive(Debug, Clone, Copy)]
pub enum Way {
    /// A fixed path.
    Path(&'static str),
    /// The first link on another page that matches the selector.
    Link(&'static str, &'static str),
    /// A page below the target of the first link on another page that matches the selector.
    Below(&'static str, &'static str, &'static str),
    /// What a page answers when the first element is pressed; it is there when the second is.
    Press(&'static str, &'static str, &'static str),
}

/// A page by its short name.
pub type Page = (&'static str, Way);

/// The button that sends the form of a page for trying detection.
const FIND: &str = "main form button[type='submit']";

/// The queue, corrections only.
const CORRECTIONS: &str = "/console/requests?kind=correction";
const ERASURES: &str = "/console/requests?kind=erasure";

/// An empty template; its form has no name and no words yet.
const TEMPLATE: &str = "/console/requests/templates/new";
const TEMPLATE_SAVE: &str = "main form.form button[type='submit']";

/// The button of the one form on a page.
const REQUEST: &str = "main form[action='/console/requests/new'] button[type='submit']";
const FORM: &str = "main form.card button[type='submit']";

/// The button that makes canaries; without a domain it makes none.
const CANARY: &str = "main section.card form button[type='submit']";

/// The form of a detector, filled from an example.
const LOYALTY: &str = "/console/detectors/new?example=loyalty-card";

/// What a signed-in owner can open.
pub const CONSOLE: [Page; 137] = [
    ("home", Way::Path("/console")),
    ("map", Way::Path("/console/map")),
    ("map-question", Way::Path("/console/map?q=where+do+we+keep+phone+numbers%3F")),
    ("field", Way::Link("/console/map", "main a[href^='/console/fields/']")),
    (
        "field-sensitive",
        Way::Link("/console/map?sensitivity=sensitive", "main a[href^='/console/fields/']"),
    ),
    ("try", Way::Path("/console/try")),
    ("try-english", Way::Press("/console/try?sample=support-en", FIND, "#result")),
    ("try-chinese", Way::Press("/console/try?sample=support-zh", FIND, "#result")),
    ("try-column", Way::Path("/console/try/column")),
    ("try-column-why", Way::Press("/console/try/column?sample=text", FIND, "#verdict .why")),
    ("try-method", Way::Path("/console/try/method")),
    ("purposes", Way::Path("/console/purposes")),
    ("purpose-new", Way::Path("/console/purposes/new")),
    ("notices", Way::Path("/console/notices")),
    ("notice-new", Way::Path("/console/notices/new")),
    ("detectors", Way::Path("/console/detectors")),
    ("detector", Way::Link("/console/detectors", "main tbody a[href^='/console/detectors/']")),
    ("detector-new", Way::Path("/console/detectors/new")),
    ("detector-toml", Way::Press(LOYALTY, "main button[value='toml']", "#f-toml")),
    ("detector-test", Way::Press(LOYALTY, "main button[value='test']", ".field-error")),
    (
        "detector-wrong",
        Way::Press("/console/detectors/new", "main button[value='save']", "[role='alert']"),
    ),
    ("field-own", Way::Link("/console/map?q=card_no", "main a[href^='/console/fields/']")),
    ("ledger", Way::Path("/console/ledger")),
    ("keys", Way::Path("/console/keys")),
    ("inbox", Way::Path("/console/inbox")),
    ("sources", Way::Path("/console/sources")),
    ("source-new", Way::Path("/console/sources/new")),
    ("source", Way::Link("/console/sources", "main tbody a[href^='/console/sources/']")),
    ("scan", Way::Link("/console", "main a[href^='/console/scans/']")),
    ("systems", Way::Path("/console/systems")),
    ("system", Way::Link("/console/systems", "main tbody a[href^='/console/systems/']")),
    ("recipients", Way::Path("/console/recipients")),
    ("flows", Way::Path("/console/flows")),
    ("flows-table", Way::Path("/console/flows/table")),
    ("records", Way::Path("/console/records")),
    ("laws", Way::Path("/console/laws")),
    ("grants", Way::Path("/console/grants")),
    ("transfers", Way::Path("/console/transfers")),
    ("transfer", Way::Link("/console/transfers", "main tbody a[href^='/console/transfers/']")),
    ("law", Way::Path("/console/laws/cn-pipl")),
    ("law-clocks", Way::Path("/console/laws/eu-gdpr?kind=clock")),
    ("laws-profile", Way::Path("/console/laws/profile")),
    ("law-packs", Way::Path("/console/laws/packs")),
    ("desk", Way::Path("/console/desk")),
    ("duties", Way::Path("/console/duties")),
    ("duty", Way::Link("/console/duties", "main tbody a[href^='/console/duties/']")),
    ("records-print", Way::Path("/console/records/print")),
    (
        "activity-record",
        Way::Link("/console/records", "main tbody a[href^='/console/records/activities/']"),
    ),
    ("activity-form", Way::Path("/console/records/activities/new")),
    ("banners", Way::Path("/console/banners")),
    ("privacy-policies", Way::Path("/console/policies")),
    ("data-lists", Way::Path("/console/data-lists")),
    ("organisation", Way::Path("/console/organisation")),
    ("code", Way::Path("/console/code")),
    ("consents", Way::Path("/console/consents")),
    ("consents-month", Way::Path("/console/consents?period=30")),
    ("customer-search", Way::Path("/console/consents/people")),
    ("consent-campaigns", Way::Path("/console/consents/campaigns")),
    ("simulator", Way::Path("/console/simulator")),
    ("people", Way::Path("/console/people")),
    ("sessions", Way::Path("/console/sessions")),
    ("tokens", Way::Path("/console/tokens")),
    ("token-new", Way::Path("/console/tokens/new")),
    ("token-purposes", Way::Link("/console/tokens", "main a[href$='/purposes']")),
    ("purposes-of-person", Way::Link("/console/people", "main tbody a[href$='/purposes']")),
    ("purpose-choose", Way::Path("/console/access/purpose")),
    ("access", Way::Path("/console/access")),
    ("approvals", Way::Path("/console/access/approvals")),
    ("emergency", Way::Path("/console/access/emergency")),
    ("access-reviews", Way::Path("/console/access/reviews")),
    ("policies", Way::Path("/console/access/policies")),
    ("policies-tried", Way::Press("/console/access/policies", "button[value='try']", "#trial")),
    ("policy-shipped", Way::Path("/console/access/policies/shipped")),
    ("emergency-wrong", Way::Press("/console/access/emergency", FORM, ".field-error")),
    ("account", Way::Path("/console/account")),
    ("passkeys", Way::Path("/console/account/passkeys")),
    ("audit", Way::Path("/console/audit")),
    ("audit-line", Way::Link("/console/audit", "main tbody a[href^='/console/audit/lines/']")),
    ("audit-person", Way::Link("/console/audit", "main tbody a[href^='/console/audit/people/']")),
    ("findings", Way::Path("/console/findings")),
    ("finding", Way::Link("/console/findings", "main tbody a[href^='/console/findings/']")),
    ("finding-checks", Way::Path("/console/findings/checks")),
    ("documents", Way::Path("/console/findings/documents")),
    ("document-points", Way::Path("/console/findings/documents/answers/cn-audit")),
    ("document-point", Way::Path("/console/findings/documents/points/cn-training")),
    ("retention", Way::Path("/console/retention")),
    ("retention-rule", Way::Link("/console/retention", "main a[href*='/retention/rules/']")),
    ("retention-rule-new", Way::Path("/console/retention/new")),
    ("retention-runs", Way::Path("/console/retention/runs")),
    ("retention-run", Way::Link("/console/retention/runs", "main tbody a[href*='/runs/']")),
    ("retention-holds", Way::Path("/console/retention/holds")),
    ("retention-hold-new", Way::Path("/console/retention/holds/new")),
    ("retention-uncovered", Way::Path("/console/retention/uncovered")),
    ("alarms", Way::Path("/console/alarms")),
    ("alarm-rules", Way::Path("/console/alarms/rules")),
    ("alarm-rule", Way::Path("/console/alarms/rules/mass-read")),
    ("alarm-mutes", Way::Path("/console/alarms/mutes")),
    ("canaries", Way::Path("/console/canaries")),
    ("canary-wrong", Way::Press("/console/canaries", CANARY, ".field-error")),
    ("jobs", Way::Path("/console/jobs")),
    ("mail", Way::Path("/console/mail")),
    ("rights-requests", Way::Path("/console/requests")),
    ("rights-requests-all", Way::Path("/console/requests?state=all")),
    ("rights-request", Way::Link("/console/requests", "main tbody a[href^='/console/requests/']")),
    ("rights-correction", Way::Below(CORRECTIONS, "main tbody a", "/correction")),
    ("rights-erasure", Way::Below(ERASURES, "main tbody a", "/erasure")),
    ("rights-identity", Way::Below("/console/requests", "main tbody a", "/identity")),
    ("rights-tasks", Way::Path("/console/requests/tasks?state=all")),
    ("rights-inbox", Way::Path("/console/requests/inbox")),
    ("rights-import", Way::Path("/console/requests/import")),
    ("rights-references", Way::Path("/console/requests/references")),
    ("rights-arrivals", Way::Path("/console/requests/arrivals")),
    ("rights-agents", Way::Path("/console/requests/agents")),
    ("rights-request-new", Way::Path("/console/requests/new")),
    ("rights-request-wrong", Way::Press("/console/requests/new", REQUEST, "[role='alert']")),
    ("rights-report", Way::Path("/console/requests/report")),
    ("rights-ccpa", Way::Path("/console/requests/report/ccpa?scope=all")),
    ("rights-templates", Way::Path("/console/requests/templates")),
    ("rights-template", Way::Path("/console/requests/templates/shipped-access-en")),
    ("rights-template-new", Way::Path("/console/requests/templates/new")),
    ("rights-template-wrong", Way::Press(TEMPLATE, TEMPLATE_SAVE, ".field-error")),
    ("preference-centre", Way::Path("/console/preference-centre")),
    ("unsubscribing", Way::Path("/console/unsubscribing")),
    ("components", Way::Path("/console/components")),
    ("destinations", Way::Path("/console/destinations")),
    ("destination-new", Way::Path("/console/destinations/new")),
    ("destination-webhook", Way::Path("/console/destinations/new?kind=webhook")),
    ("destination-nats", Way::Path("/console/destinations/new?kind=nats")),
    ("destination-table", Way::Path("/console/destinations/new?kind=table")),
    ("deliveries", Way::Path("/console/deliveries")),
    ("purpose-views", Way::Path("/console/purpose-views")),
    ("vault", Way::Path("/console/vault")),
    ("vault-policy", Way::Path("/console/vault/contact.phone")),
    ("vault-policy-edit", Way::Path("/console/vault/contact.phone/edit")),
    ("vault-program", Way::Link("/console/vault", "main a[href^='/console/vault/programs/']")),
    ("vault-policy-new", Way::Path("/console/vault/new")),
    ("vault-policy-wrong", Way::Press("/console/vault/new", FORM, "[role='alert']")),
];

/// What anybody can open; visited signed out, because a signed-in reader of the first is sent on.
pub const PUBLIC: [Page; 5] = [
    ("signin", Way::Path("/signin")),
    ("reference", Way::Path("/docs")),
    ("rights-portal", Way::Path("/privacy/requests")),
    ("rights-ask", Way::Path("/privacy/requests/new?kind=access")),
    ("not-found", Way::Path("/no-such-page")),
];

/// Goes there.
pub async fn visit(browser: &Browser, server: &Server, way: Way) -> Result<()> {
    match way {
        Way::Path(path) => browser.open(&format!("{}{path}", server.address)).await,
        Way::Link(from, css) => {
            browser.open(&format!("{}{from}", server.address)).await?;
            let link = browser.client.find(Locator::Css(css)).await;
            let link = link.with_context(|| format!("no link {css} on {from}"))?;
            let target = link.attr("href").await?.context("a link without address")?;
            browser.open(&format!("{}{target}", server.address)).await
        }
        Way::Below(from, css, below) => {
            browser.open(&format!("{}{from}", server.address)).await?;
            let link = browser.client.find(Locator::Css(css)).await;
            let link = link.with_context(|| format!("no link {css} on {from}"))?;
            let target = link.attr("href").await?.context("a link without address")?;
            browser.open(&format!("{}{target}{below}", server.address)).await
        }
        Way::Press(on, button, shows) => {
            browser.open(&format!("{}{on}", server.address)).await?;
            browser.click(button).await?;
            browser.text(shows).await.map(|_| ())
        }
    }
}
