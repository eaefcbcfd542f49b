//! `GET /v1/policies`: what is published, for programs.

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::get,
};
use serde_json::{Value, json};
use web::{Token, WebError, rfc3339};

use crate::{PolicyError, PolicyVersion, Room, public};

/// The scope a token needs.
const SCOPE: &str = "map:read";

pub(crate) fn router() -> Router<Room> {
    Router::new().route("/v1/policies", get(list)).route("/v1/policies/{id}", get(one))
}

async fn list(State(room): State<Room>, token: Token) -> Result<Response, WebError> {
    if let Err(refusal) = token.require(SCOPE) {
        return Ok(refusal);
    }
    let all = room.policy.published().await?;
    let all: Vec<Value> = all
        .into_iter()
        .map(|one| {
            json!({
                "id": one.policy,
                "property": one.property,
                "audience": one.audience,
                "version": one.version,
                "languages": one.languages,
                "effective_at": rfc3339(one.effective_at),
                "lacks": one.lacks,
                "sentences_that_would_change": one.stale,
            })
        })
        .collect();
    Ok(Json(json!({ "policies": all })).into_response())
}

async fn one(
    State(room): State<Room>,
    token: Token,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    if let Err(refusal) = token.require(SCOPE) {
        return Ok(refusal);
    }
    let row = match room.policy.row(&id).await {
        Err(PolicyError::NotFound) => {
            return Ok(web::problem(
                StatusCode::NOT_FOUND,
                "urn:privet:problem:not-found",
                "There is no published policy with this id; GET /v1/policies lists them.",
            ));
        }
        other => other?,
    };
    let version = room.policy.version(&id, row.version).await?;
    let mut whole = open(&version);
    // Where each sentence comes from is for the company's own eyes.
    whole["sources"] = version
        .body
        .document
        .sentences()
        .map(|(_, _, sentence)| json!({ "sentence": sentence.id, "from": sentence.from }))
        .collect();
    whole["lacks"] = json!(version.body.lacks);
    Ok(Json(whole).into_response())
}

/// A version as everybody may read it: without the names of systems behind its sentences.
pub(crate) fn open(version: &PolicyVersion) -> Value {
    let document = &version.body.document;
    let block = |block: &crate::document::Block| {
        json!({
            "title": block.title,
            "sentences": block.sentences.iter().map(|s| json!({ "text": s.text })).collect::<Vec<_>>(),
        })
    };
    let sections: Vec<Value> = document
        .sections
        .iter()
        .map(|section| {
            json!({
                "key": section.key,
                "title": section.title,
                "blocks": section.blocks.iter().map(block).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "id": version.policy,
        "property": document.property,
        "audience": document.audience,
        "version": version.version,
        "address": public::address(version),
        "digest": version.digest,
        "effective_at": rfc3339(version.effective_at),
        "published_at": rfc3339(version.published_at),
        "title": document.title,
        "controller": document.controller,
        "reason": version.body.reason,
        "summary": document.summary.iter().map(block).collect::<Vec<_>>(),
        "sections": sections,
    })
}
