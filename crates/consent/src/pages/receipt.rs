//! Receipts in the console: read, printed, downloaded. By their id, which names nobody.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use web::{Page, WebError};

use super::refused;
use crate::{Receipt, Room, SubjectId, receipt};

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/console/consents/receipts/{id}", get(show))
        .route("/console/consents/receipts/{id}/file", get(file))
        .route("/console/consents/people/{id}/certificate", get(certificate))
}

#[derive(Template)]
#[template(path = "consent/receipt_page.html")]
struct ReceiptPage {
    p: Page,
    id: String,
    subject: String,
    title: String,
    receipt: String,
}

/// The receipt, once it is noted who reads it and for which purpose.
async fn open(room: &Room, p: &Page, id: &str) -> Result<Receipt, WebError> {
    let purpose = p.require_purpose()?;
    let receipt = room.consent.receipt(id).await.map_err(refused)?;
    let document = receipt.document.value();
    let subject = document["pii_principal_id"].as_str().unwrap_or_default();
    let subject = SubjectId(subject.to_owned());
    room.consent.looked_up(&p.actor(), Some(&subject), &purpose).await.map_err(refused)?;
    Ok(receipt)
}

async fn show(
    p: Page,
    Path(id): Path<String>,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    let receipt = open(&room, &p, &id).await?;
    let subject =
        receipt.document.value()["pii_principal_id"].as_str().unwrap_or_default().to_owned();
    web::render(&ReceiptPage {
        title: receipt::title(&p, &receipt),
        receipt: receipt::page(&p, &receipt)?,
        subject,
        id,
        p,
    })
}

async fn file(
    p: Page,
    Path(id): Path<String>,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    let receipt = open(&room, &p, &id).await?;
    let text = serde_json::to_string_pretty(&receipt.document).map_err(WebError::internal)?;
    download(text, &receipt::file_name(&receipt))
}

/// The certificate of an erased customer's deletion. It tells nothing of the customer.
async fn certificate(
    p: Page,
    Path(id): Path<String>,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    let purpose = p.require_purpose()?;
    let subject = SubjectId(id);
    let document = room.consent.deletion_certificate(&subject).await.map_err(refused)?;
    room.consent.looked_up(&p.actor(), Some(&subject), &purpose).await.map_err(refused)?;
    download(format!("{document:#}\n"), &format!("deletion-{}.json", subject.0))
}

fn download(text: String, name: &str) -> Result<Response, WebError> {
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let disposition = format!("attachment; filename=\"{name}\"");
    let disposition = HeaderValue::from_str(&disposition).map_err(WebError::internal)?;
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    Ok(response)
}
