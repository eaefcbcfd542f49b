//! `GET /v1/audit`: the ledger's lines for programs, oldest first. A token needs `audit:read`.

use axum::{
    Json, Router,
    extract::{RawQuery, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::get,
};
use serde_json::json;
use store::Entry;
use web::{ListQuery, Token};

use crate::{
    Room, export,
    lines::{Piece, WALK},
    pages::filter_of,
};

/// Scope that reads the audit view.
pub(crate) const READ: &str = "audit:read";
/// Lines of an answer when the question does not say.
const USUAL: i64 = 100;

pub(crate) fn router() -> Router<Room> {
    Router::new().route("/v1/audit", get(read))
}

/// `?limit` (1 to 1000), `cursor` (the answer's `next_cursor`; it stays valid and may be asked again
/// later for what is new), `reading_for` (why, instead of the header) and the filters of the page; with `format=jsonl|csv|cef|ecs` the lines
/// alone, streamed up to the newest.
async fn read(token: Token, State(room): State<Room>, RawQuery(query): RawQuery) -> Response {
    if let Err(refused) = token.require(READ) {
        return refused;
    }
    let l = ListQuery::parse(query.as_deref().unwrap_or_default());
    let purpose = match room.web.opens(&token, "audit", Some(l.get("reading_for"))).await {
        Ok(purpose) => purpose,
        Err(refused) => return *refused,
    };
    if let Err(refused) = room.web.exports(&token, "audit", &purpose).await {
        return *refused;
    }
    match answer(&room, &token, &l, &purpose).await {
        Ok(response) => response,
        Err(Fault::Asked(detail)) => {
            web::problem(StatusCode::BAD_REQUEST, "urn:privet:problem:invalid", detail)
        }
        Err(Fault::Ours(error)) => {
            tracing::error!(%error, "the audit API failed");
            let detail = "the entries could not be read; try again";
            web::problem(StatusCode::INTERNAL_SERVER_ERROR, "about:blank", detail)
        }
    }
}

enum Fault {
    Asked(&'static str),
    Ours(crate::AuditError),
}

impl<E: Into<crate::AuditError>> From<E> for Fault {
    fn from(error: E) -> Self {
        Self::Ours(error.into())
    }
}

async fn answer(
    room: &Room,
    token: &Token,
    l: &ListQuery,
    purpose: &str,
) -> Result<Response, Fault> {
    let number = |key: &'static str, usual: i64| match l.get(key) {
        "" => Ok(usual),
        text => text.parse().map_err(|_| Fault::Asked("limit and cursor are whole numbers")),
    };
    let (after, limit) = (number("cursor", 0)?, number("limit", USUAL)?);
    if !(1..=WALK).contains(&limit) {
        return Err(Fault::Asked("limit is 1 to 1000"));
    }
    let format = match l.get("format") {
        "" | "json" => None,
        name => Some(
            crate::Format::parse(name)
                .ok_or(Fault::Asked("format is json, jsonl, csv, cef or ecs"))?,
        ),
    };
    let filter = filter_of(l, &room.audit).await?;
    let upto = room.audit.newest().await?;
    let action = if format.is_some() { "audit.exported" } else { "audit.api_read" };
    let mut entry = Entry::new(token.actor(), action, "audit", filter.shape()).for_purpose(purpose);
    if !filter.customer.is_empty() {
        entry = entry.about(filter.customer.clone());
    }
    room.audit.note(entry).await?;
    if let Some(format) = format {
        return Ok(export::download(format, room.audit.walk(filter, after, upto)));
    }
    let lines = room.audit.lines(&filter, Piece::After(after, upto), limit).await?;
    let full = lines.len() as i64 == limit;
    let next = match lines.last() {
        Some(line) if full => line.seq,
        // Nothing more up to the head as it was: what comes later begins there.
        _ => upto.max(after),
    };
    let entries: Vec<_> = lines.iter().map(export::plain).collect();
    Ok(Json(json!({ "entries": entries, "next_cursor": next.to_string(), "more": full }))
        .into_response())
}
