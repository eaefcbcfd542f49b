//! The standard for programs: `GET /v1/grants/{id}` tells what the last look at a source found. A
//! token with the scope `grants:read` may read it. Errors are RFC 9457 problems.

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::get,
};
use serde_json::{Value, json};
use web::Token;

use crate::{Grants, GrantsError, Result, Room, job::has_accounts, model::Kind};

pub(crate) fn router() -> Router<Room> {
    Router::new().route("/v1/grants/{id}", get(show))
}

async fn show(token: Token, State(room): State<Room>, Path(source): Path<String>) -> Response {
    if let Err(refused) = token.require("grants:read") {
        return refused;
    }
    match told(&room.grants, &source).await {
        Ok(told) => Json(told).into_response(),
        Err(GrantsError::NotFound(_)) => {
            let detail = "there is no source with this id";
            web::problem(StatusCode::NOT_FOUND, "urn:privet:problem:not-found", detail)
        }
        Err(error) => {
            tracing::error!(%error, "an API call failed");
            let detail = "the server could not answer; its log says why";
            web::problem(StatusCode::INTERNAL_SERVER_ERROR, "urn:privet:problem:internal", detail)
        }
    }
}

async fn told(grants: &Grants, id: &str) -> Result<Value> {
    let source = grants.source(id).await?;
    let judged = grants.judged(id).await?;
    let judgement = &judged.judgement;
    let when = |micros: i64| (micros > 0).then(|| web::rfc3339(micros));
    let lines = judged.lines.iter().map(|(line, rule, _)| {
        json!({
            "role": line.holder,
            "judged": !line.exempt,
            "purposes": line.purposes,
            "activities": line.activities,
            "categories": rule.allowed,
            "needed": rule.needed,
            "write": rule.write,
            "reason": line.reason,
        })
    });
    Ok(json!({
        "source": source.id,
        "has_accounts": has_accounts(&source.kind),
        "looked_at": when(judged.check.looked_at),
        "failed": !judged.check.error_code.is_empty(),
        "sees_all_grants": judged.look.is_some() && !judgement.partial,
        "counts": {
            "judged": judgement.judged,
            "excess": judgement.count(Kind::Excess),
            "missing": judgement.count(Kind::Missing),
            "unbound": judgement.unbound(),
        },
        "absent": judgement.absent,
        "standard": lines.collect::<Vec<_>>(),
        "findings": judgement.findings,
    }))
}
