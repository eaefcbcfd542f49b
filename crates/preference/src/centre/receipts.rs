//! A customer's receipts: as a page with a QR code, and as the signed file.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse as _, Response},
};
use consent::{Receipt, Stored, Subject, purpose::text_in};
use qrcode::{EcLevel, QrCode, render::svg};
use serde_json::Value;
use web::{WebError, render};

use super::pages::badge;
use crate::{PreferenceError, Preferences, Result, Room, guest::Guest, session::Customer};

struct Purpose {
    name: String,
    description: String,
    choice: String,
    badge: &'static str,
}

#[derive(Template)]
#[template(path = "preference/receipt.html")]
struct Page {
    p: Guest,
    id: String,
    given_at: i64,
    controller: String,
    notice: String,
    version: i64,
    digest: String,
    position: i64,
    origin: String,
    network: String,
    purposes: Vec<Purpose>,
    key: String,
    signature: String,
    qr: String,
}

pub(super) async fn page(
    customer: Customer,
    State(room): State<Room>,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let Customer { p, session, .. } = customer;
    let (stored, receipt) = room.preferences.own_receipt(&session.person, &id).await?;
    let document = receipt.document.value();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let notice = &document["pii_processing"]["privacy_notice"];
    let catalogue = room.preferences.consent().catalogue();
    let shown = catalogue.notice(&format!("{}@{}", stored.notice, stored.notice_version)).ok();
    let tag = p.lang.tag();
    let purposes = stored
        .choices
        .iter()
        .map(|(key, choice)| {
            let body = shown.and_then(|notice| notice.published.purposes.get(key));
            Purpose {
                name: body.map_or_else(|| key.clone(), |b| text_in(&b.name, tag).to_owned()),
                description: body.map_or("", |b| text_in(&b.description, tag)).to_owned(),
                choice: format!("preference-choice-{}", choice.as_str()),
                badge: badge(*choice),
            }
        })
        .collect();
    let page = Page {
        id: receipt.id.clone(),
        given_at: stored.given_at,
        controller: text(&document["party_identification"][0]["party_name"]),
        notice: shown
            .map(|notice| text_in(&notice.published.body.title, tag).to_owned())
            .unwrap_or_default(),
        version: stored.notice_version,
        digest: text(&notice["sha256"]),
        position: receipt.position,
        origin: format!("preference-origin-{}", stored.origin.as_str().replace('_', "-")),
        network: stored.ip,
        purposes,
        key: text(&document["proof"]["key"]),
        signature: text(&document["proof"]["signature"]),
        qr: qr(&receipt)?,
        p,
    };
    page.p.framed(render(&page))
}

pub(super) async fn download(
    customer: Customer,
    State(room): State<Room>,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let (_, receipt) = room.preferences.own_receipt(&customer.session.person, &id).await?;
    let text = serde_json::to_string_pretty(&receipt.document).map_err(WebError::internal)?;
    let name = format!("attachment; filename=\"receipt-{}.json\"", receipt.id);
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, text).into_response())
}

/// What fits into a code that a telephone reads from paper: the receipt's number, its place in the
/// ledger, and the signature by which the whole file is recognised.
fn qr(receipt: &Receipt) -> Result<String, WebError> {
    let document = receipt.document.value();
    let proof = &document["proof"];
    let content = format!(
        "privet-receipt:1;id={};position={};key={};signature={}",
        receipt.id,
        receipt.position,
        proof["key"].as_str().unwrap_or_default(),
        proof["signature"].as_str().unwrap_or_default(),
    );
    let code =
        QrCode::with_error_correction_level(content, EcLevel::M).map_err(WebError::internal)?;
    Ok(code.render::<svg::Color<'_>>().min_dimensions(200, 200).build())
}

impl Preferences {
    /// All records of a person, newest first.
    pub(crate) async fn records(&self, person: &Subject) -> Result<Vec<Stored>> {
        let consent = self.consent();
        let known = consent.find(&person.blind(consent.vault())).await?;
        let mut records = Vec::new();
        for one in &known.people {
            records.extend(consent.records_of(one).await?);
        }
        records.sort_by(|a, b| (b.given_at, &b.id).cmp(&(a.given_at, &a.id)));
        Ok(records)
    }

    /// A receipt, if it is this person's.
    async fn own_receipt(&self, person: &Subject, id: &str) -> Result<(Stored, Receipt)> {
        let records = self.records(person).await?;
        let stored = records.into_iter().find(|record| record.id == id);
        let stored = stored.ok_or(PreferenceError::Link)?;
        let receipt = self.consent().receipt(id).await?;
        Ok((stored, receipt))
    }
}
