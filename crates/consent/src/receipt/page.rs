//! A receipt for people: what the signed document says, in words, with a code to check paper against
//! file. Staff and customers see the same; each room puts its own page around it.

use askama::Template;
use jiff::Timestamp;
use qrcode::{EcLevel, QrCode, render::svg};
use serde_json::Value;
use web::Look;

use super::Receipt;
use crate::{LegalBasis, Regime};

/// A purpose as the receipt says it.
struct Line {
    name: String,
    description: String,
    /// Text key of the choice.
    choice: &'static str,
    kind: &'static str,
    basis: Vec<(String, String)>,
    until: Option<i64>,
    recipients: String,
}

#[derive(Template)]
#[template(path = "consent/receipt.html")]
struct Human<'a> {
    p: &'a Look,
    id: &'a str,
    company: String,
    contact: String,
    given_at: i64,
    recorded_at: i64,
    position: i64,
    notice: String,
    language: String,
    channel: String,
    page: String,
    origin: String,
    withdraw: String,
    lines: Vec<Line>,
    digest: String,
    key: String,
    qr: String,
}

/// The receipt as a part of a page, in the reader's language (what the customer was shown stays in
/// the language in which it was shown). Needs `/assets/receipt.css`.
pub fn page(look: &Look, receipt: &Receipt) -> Result<String, askama::Error> {
    let document = &receipt.document.value();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let processing = &document["pii_processing"];
    let circumstances = &document["circumstances"];
    let party = &document["party_identification"][0];
    let purposes = processing["purposes"].as_array().map(Vec::as_slice).unwrap_or_default();
    let events = document["events"].as_array().map(Vec::as_slice).unwrap_or_default();
    let lines = purposes.iter().map(|purpose| {
        let event = events.iter().find(|event| event["purpose"] == purpose["purpose"]);
        line(look, purpose, event.unwrap_or(&Value::Null))
    });
    let notice = &processing["privacy_notice"];
    let channel = text(&circumstances["channel"]);
    Human {
        p: look,
        id: &receipt.id,
        company: text(&party["party_name"]),
        contact: text(&party["party_contact"]),
        given_at: events.first().and_then(|event| micros(&event["event_time"])).unwrap_or_default(),
        recorded_at: receipt.recorded_at,
        position: receipt.position,
        notice: match notice["version"].as_i64() {
            Some(version) => look.t2(
                "consents-notice-version",
                "title",
                text(&notice["title"]),
                "version",
                version,
            ),
            None => look.t("consents-notice-none"),
        },
        language: text(&processing["language"]),
        channel: crate::pages::channel(look, &channel),
        page: text(&circumstances["page"]),
        origin: crate::pages::origin_of(look, &text(&circumstances["origin"])),
        withdraw: text(&purposes.first().unwrap_or(&Value::Null)["withdrawal_method"]),
        lines: lines.collect(),
        digest: digest(receipt),
        key: text(&document["proof"]["key"]),
        qr: qr(&check_text(receipt)),
    }
    .render()
}

/// What the code on a receipt says: enough to compare paper with file and key, and nothing of the
/// person or of what was chosen.
pub fn check_text(receipt: &Receipt) -> String {
    let document = receipt.document.value();
    let key = document["proof"]["key"].as_str().unwrap_or_default();
    format!("privet-receipt:{}\nsha256:{}\nkey:{key}", receipt.id, digest(receipt))
}

/// SHA-256 of the signed document's canonical form (RFC 8785).
pub fn digest(receipt: &Receipt) -> String {
    ledger::sha256_hex(receipt.document.text().as_bytes())
}

/// The name of the file that `privet verify` checks.
pub fn file_name(receipt: &Receipt) -> String {
    format!("receipt-{}.json", receipt.id)
}

/// A text as a QR code: SVG without script or style.
pub fn qr(text: &str) -> String {
    QrCode::with_error_correction_level(text, EcLevel::M).map_or_else(
        // Only a text of thousands of characters does not fit.
        |_| String::new(),
        |code| {
            let svg =
                code.render::<svg::Color<'_>>().min_dimensions(208, 208).quiet_zone(true).build();
            svg.split_once("?>").map_or(svg.clone(), |(_, rest)| rest.to_owned())
        },
    )
}

fn line(look: &Look, purpose: &Value, event: &Value) -> Line {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (choice, kind) = match event["event_state"].as_str() {
        Some("consent_given") => ("consents-choice-granted", "ok"),
        Some("consent_refused") => ("consents-choice-denied", "none"),
        Some("consent_withdrawn") => ("consents-choice-withdrawn", "warn"),
        _ => ("consents-choice-pending", "info"),
    };
    let name = text(&purpose["purpose_name"]);
    let basis = Regime::ALL.iter().filter_map(|regime| {
        let named = purpose["lawful_basis"][regime.as_str()].as_str()?;
        let basis = LegalBasis::ALL.into_iter().find(|basis| basis.as_str() == named)?;
        Some((crate::pages::regime(look, *regime), crate::pages::basis(look, basis)))
    });
    let recipients = purpose["recipient_third_parties"].as_array().map(Vec::as_slice);
    let recipients: Vec<&str> =
        recipients.unwrap_or_default().iter().filter_map(Value::as_str).collect();
    Line {
        name: if name.is_empty() { text(&purpose["purpose"]) } else { name },
        description: text(&purpose["purpose_description"]),
        choice,
        kind,
        basis: basis.collect(),
        until: until(event),
        recipients: recipients.join(if look.zh() { "、" } else { ", " }),
    }
}

/// When an agreement ends by itself.
fn until(event: &Value) -> Option<i64> {
    let months = event["validity_duration"].as_str()?;
    let months = months.strip_prefix('P')?.strip_suffix('M')?.parse().ok()?;
    Some(crate::decide::expiry(micros(&event["event_time"])?, months))
}

fn micros(time: &Value) -> Option<i64> {
    Some(time.as_str()?.parse::<Timestamp>().ok()?.as_microsecond())
}

/// A title that names nobody: what the notice was called.
pub fn title(look: &Look, receipt: &Receipt) -> String {
    let document = receipt.document.value();
    match document["pii_processing"]["privacy_notice"]["title"].as_str() {
        Some(title) if !title.is_empty() => look.t1("receipt-title-of", "title", title),
        _ => look.t("receipt-title"),
    }
}
