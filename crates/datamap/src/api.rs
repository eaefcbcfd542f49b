//! The map for programs: `GET /v1/datamap/fields`, `GET /v1/datamap/sources`,
//! `POST /v1/datamap/sources/{id}/scans`. A token with the scope `map:read` may read, one with
//! `map:scan` may start scans. Errors are RFC 9457 problems.

use axum::{
    Json, Router,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use web::Token;

use crate::{
    DataMap, DataMapError,
    map::{FieldFilter, Scope},
    room::Room,
};

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .route("/v1/datamap/fields", get(fields))
        .route("/v1/datamap/sources", get(sources))
        .route("/v1/datamap/sources/{id}/scans", post(scan))
}

/// Fields in one answer at most.
const MOST: i64 = 1_000;

#[derive(Deserialize, Default)]
#[serde(default)]
struct FieldsQuery {
    /// A question or words.
    q: String,
    category: String,
    sensitivity: String,
    system: String,
    source: String,
    /// `personal` (default) or `all`.
    show: String,
    limit: Option<i64>,
    /// Where the answer before ended.
    cursor: Option<i64>,
}

async fn fields(
    State(room): State<Room>,
    token: Token,
    query: Result<Query<FieldsQuery>, QueryRejection>,
) -> Response {
    if let Err(refused) = token.require("map:read") {
        return refused;
    }
    let q = match query {
        Ok(Query(q)) => q,
        Err(wrong) => {
            return web::problem(
                StatusCode::BAD_REQUEST,
                "urn:privet:problem:bad-query",
                &wrong.body_text(),
            );
        }
    };
    let filter = FieldFilter {
        categories: Some(q.category).filter(|key| !key.is_empty()).into_iter().collect(),
        sensitivity: q.sensitivity,
        system: q.system,
        source: q.source,
        scope: if q.show == "all" { Scope::All } else { Scope::Personal },
        ..FieldFilter::default()
    };
    let filter = DataMap::interpret(&filter, &q.q);
    let limit = q.limit.unwrap_or(100).clamp(1, MOST);
    let offset = q.cursor.unwrap_or(0).max(0);
    match room.map.field_rows(&filter, limit + 1, offset).await {
        Ok(mut rows) => {
            let more = rows.len() as i64 > limit;
            rows.truncate(limit as usize);
            let next = more.then_some(offset + limit);
            Json(serde_json::json!({ "fields": rows, "next_cursor": next })).into_response()
        }
        Err(error) => problem(&error),
    }
}

async fn sources(State(room): State<Room>, token: Token) -> Response {
    if let Err(refused) = token.require("map:read") {
        return refused;
    }
    match room.map.sources().await {
        Ok(sources) => Json(serde_json::json!({ "sources": sources })).into_response(),
        Err(error) => problem(&error),
    }
}

async fn scan(State(room): State<Room>, token: Token, Path(id): Path<String>) -> Response {
    if let Err(refused) = token.require("map:scan") {
        return refused;
    }
    match room.map.start_scan(token.actor(), &id, "api").await {
        Ok(scan) => {
            (StatusCode::ACCEPTED, Json(serde_json::json!({ "scan": scan }))).into_response()
        }
        Err(error) => problem(&error),
    }
}

fn problem(error: &DataMapError) -> Response {
    match error {
        DataMapError::NotFound(_) => {
            web::problem(StatusCode::NOT_FOUND, "urn:privet:problem:not-found", &error.to_string())
        }
        other => {
            tracing::error!(error = %other, "an API call failed");
            let detail = "the server could not answer; its log says why";
            web::problem(StatusCode::INTERNAL_SERVER_ERROR, "urn:privet:problem:internal", detail)
        }
    }
}
