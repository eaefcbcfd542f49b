//! `GET /v1/alarms` for whoever watches elsewhere, `POST /v1/canaries/hits` for whoever meets a canary
//! outside: the mail server that takes a letter to its address, the call centre that gets its call.

use std::collections::BTreeMap;

use axum::{
    Json, Router,
    extract::{RawQuery, State, rejection::JsonRejection},
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use consent::{Subject, subject::OneOrMany};
use serde::Deserialize;
use serde_json::{Value, json};
use web::{ListQuery, Token};

use crate::{Alarm, Room, State as Stand, WarnError};

/// Scope that reads alarms: that of the audit view.
const READ: &str = "audit:read";
/// Scope that reports hits.
const REPORT: &str = "canaries:report";
const MOST: i64 = 100;

pub(crate) fn router() -> Router<Room> {
    Router::new().route("/v1/alarms", get(list)).route("/v1/canaries/hits", post(hit))
}

/// `?state=open|acknowledged|muted|all` (usually open) and `limit`; the newest first.
async fn list(token: Token, State(room): State<Room>, RawQuery(query): RawQuery) -> Response {
    if let Err(refused) = token.require(READ) {
        return refused;
    }
    let l = ListQuery::parse(query.as_deref().unwrap_or_default());
    let state = match l.get("state") {
        "" => Stand::Open.as_str(),
        "all" => "",
        state => match Stand::parse(state) {
            Some(state) => state.as_str(),
            None => return refuse("state is open, acknowledged, muted or all"),
        },
    };
    let limit = match l.get("limit") {
        "" => Ok(MOST),
        text => text.parse::<i64>(),
    };
    let Some(limit) = limit.ok().filter(|limit| (1..=MOST).contains(limit)) else {
        return refuse("limit is 1 to 100");
    };
    match room.warn.alarms((state, "", ""), limit, 0).await {
        Ok((alarms, total)) => {
            let alarms: Vec<Value> = alarms.iter().map(|alarm| told(&room, alarm)).collect();
            Json(json!({ "alarms": alarms, "total": total })).into_response()
        }
        Err(error) => ours(&error),
    }
}

/// No note: it is what people told each other.
fn told(room: &Room, alarm: &Alarm) -> Value {
    json!({
        "id": alarm.id,
        "rule": alarm.rule.as_str(),
        "severity": alarm.severity.as_str(),
        "state": alarm.state.as_str(),
        "actor": alarm.actor,
        "customer": if alarm.subject.is_empty() { Value::Null } else { json!(alarm.subject) },
        "hits": alarm.hits,
        "first_at": web::rfc3339(alarm.first_at),
        "last_at": web::rfc3339(alarm.last_at),
        "incident": alarm.incident,
        "url": format!("{}/console/alarms/{}", room.web.base_url(), alarm.id),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Met {
    subject: BTreeMap<String, OneOrMany>,
}

/// `{"subject":{"email":"…"}}` → `{"canary":true}`; a hit raises an alarm.
async fn hit(
    token: Token,
    State(room): State<Room>,
    met: Result<Json<Met>, JsonRejection>,
) -> Response {
    if let Err(refused) = token.require(REPORT) {
        return refused;
    }
    let Ok(Json(met)) = met else {
        return refuse("send JSON: {\"subject\":{\"email\":\"…\"}}");
    };
    let subject = match Subject::parse(&met.subject, "US") {
        Ok(subject) => subject,
        // It says which identifier is wrong and why, never its value.
        Err(error) => return refuse(&error.to_string()),
    };
    match room.warn.report_hit(token.actor(), &subject).await {
        Ok(canary) => Json(json!({ "canary": canary })).into_response(),
        Err(error) => ours(&error),
    }
}

fn refuse(detail: &str) -> Response {
    web::problem(StatusCode::UNPROCESSABLE_ENTITY, "urn:privet:problem:invalid", detail)
}

fn ours(error: &WarnError) -> Response {
    tracing::error!(%error, "the API of early warning failed");
    let detail = "this could not be read or written; try again";
    web::problem(StatusCode::INTERNAL_SERVER_ERROR, "about:blank", detail)
}
