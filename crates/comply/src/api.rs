//! `GET /v1/findings`, `POST /v1/findings/{id}/accept`, `POST /v1/audits`.

use axum::{
    Json, Router,
    extract::{Path, State, rejection::JsonRejection},
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::json;
use web::{ListQuery, Token};

use crate::{ComplyError, Filter, Reason, Room, export};

/// The scope that reads findings, and the one that runs audits and accepts findings.
const READ: &str = "findings:read";
const WRITE: &str = "findings:write";
/// Findings of one answer at most.
const MOST: i64 = 200;

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .route("/v1/findings", get(list))
        .route("/v1/findings/{id}/accept", post(accept))
        .route("/v1/audits", post(run))
}

async fn list(token: Token, l: ListQuery, State(room): State<Room>) -> Response {
    if let Err(refused) = token.require(READ) {
        return refused;
    }
    let filter = filter(&l);
    let limit = l.get("limit").parse().unwrap_or(MOST / 2).clamp(1, MOST);
    let offset = l.get("cursor").parse::<i64>().unwrap_or(0).max(0);
    match room.comply.findings(&filter, limit, offset).await {
        Err(error) => ours(&error),
        Ok((findings, total)) => {
            let next = offset + limit;
            let base = room.web.base_url();
            let findings: Vec<_> = findings.iter().map(|one| export::json(base, one)).collect();
            let cursor = if next < total { json!(next.to_string()) } else { json!("") };
            Json(json!({ "findings": findings, "total": total, "next_cursor": cursor }))
                .into_response()
        }
    }
}

/// The filter in a query string; without a state those that stand.
pub(crate) fn filter(l: &ListQuery) -> Filter {
    let state = match l.get("state") {
        "" => "standing",
        "all" => "",
        state => state,
    };
    Filter {
        q: l.q.clone(),
        regime: l.get("regime").to_owned(),
        severity: l.get("severity").to_owned(),
        owner: l.get("owner").to_owned(),
        state: state.to_owned(),
        system: l.get("system").to_owned(),
        check: l.get("check").to_owned(),
        assignee: l.get("assignee").to_owned(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Acceptance {
    reason: String,
    days: i64,
}

/// `{"reason":"…","days":90}`
async fn accept(
    token: Token,
    Path(id): Path<String>,
    State(room): State<Room>,
    said: Result<Json<Acceptance>, JsonRejection>,
) -> Response {
    if let Err(refused) = token.require(WRITE) {
        return refused;
    }
    let Ok(Json(said)) = said else {
        return refuse("send JSON: {\"reason\":\"…\",\"days\":90}");
    };
    match room.comply.accept(token.actor(), &id, &said.reason, said.days).await {
        Ok(finding) => Json(export::json(room.web.base_url(), &finding)).into_response(),
        Err(error) => ours(&error),
    }
}

async fn run(token: Token, State(room): State<Room>) -> Response {
    if let Err(refused) = token.require(WRITE) {
        return refused;
    }
    match room.comply.run(token.actor(), Reason::Api).await {
        Ok(run) => (StatusCode::CREATED, Json(run.to_json())).into_response(),
        Err(error) => ours(&error),
    }
}

fn refuse(detail: &str) -> Response {
    web::problem(StatusCode::UNPROCESSABLE_ENTITY, "urn:privet:problem:invalid", detail)
}

fn ours(error: &ComplyError) -> Response {
    match error {
        ComplyError::NotFound => {
            web::problem(StatusCode::NOT_FOUND, "urn:privet:problem:unknown", &error.to_string())
        }
        ComplyError::Conflict("comply-error-days") => refuse("`days` is 1 to 366"),
        ComplyError::Conflict("comply-error-reason") => refuse("say why in `reason`"),
        ComplyError::Conflict(_) => web::problem(
            StatusCode::CONFLICT,
            "urn:privet:problem:conflict",
            "the finding is fixed; there is nothing to accept",
        ),
        error => {
            tracing::error!(%error, "the API of findings failed");
            let detail = "this could not be read or written; try again";
            web::problem(StatusCode::INTERNAL_SERVER_ERROR, "about:blank", detail)
        }
    }
}
