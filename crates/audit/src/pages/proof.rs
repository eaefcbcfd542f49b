//! A line with the proof that the log holds it, as a file that `privet verify` checks offline.

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use serde_json::json;
use store::Entry;
use web::{Page, Permission, WebError};

use crate::{Room, export};

pub(super) fn router() -> Router<Room> {
    Router::new().route("/console/audit/lines/{seq}/proof", get(file))
}

async fn file(
    p: Page,
    Path(seq): Path<i64>,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewLedger)?;
    let line = room.audit.line(seq).await?;
    let mut entry = Entry::new(p.actor(), "audit.proof_taken", "audit", seq.to_string());
    if let Some(customer) = line.about() {
        entry = entry.about(customer);
    }
    room.audit.note(entry).await?;
    let proof = room.audit.store().ledger().proof(seq).await?;
    let text = json!({ "entry": export::plain(&line), "log_proof": proof.to_json() });
    let mut response = format!("{text:#}\n").into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let name = format!("attachment; filename=\"privet-entry-{seq}.json\"");
    let name = HeaderValue::from_str(&name).map_err(WebError::internal)?;
    headers.insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}
