//! `POST /v1/vault/seal` and `POST /v1/vault/open`.

use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse as _, Response},
    routing::post,
};
use serde::Deserialize;
use serde_json::{Value, json};
use web::Token;

use super::{
    OPEN, SEAL,
    body::{SentSubject, either, one_or_many},
    problem::{Body, problem_of},
};
use crate::{
    Clear, Opened, ProtectError, Result, Room, Sealed, ToOpen, ToSeal,
    seal::{many, none_of},
};

pub(crate) fn router() -> Router<Room> {
    Router::new().route("/v1/vault/seal", post(seal)).route("/v1/vault/open", post(open))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SealRequest {
    category: Option<String>,
    subject: Option<SentSubject>,
    context: Option<String>,
    value: Option<Clear>,
    items: Option<Vec<SealItem>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SealItem {
    category: Option<String>,
    subject: Option<SentSubject>,
    context: Option<String>,
    value: Clear,
}

impl SealRequest {
    fn read(self, region: &str) -> Result<(Vec<ToSeal>, bool)> {
        let alone = |value| SealItem { category: None, subject: None, context: None, value };
        let (items, single) = one_or_many(self.value.map(alone), self.items, "`value`")
            .map_err(ProtectError::Invalid)?;
        many(items.len())?;
        let (mut read, mut faults) = (Vec::with_capacity(items.len()), Vec::new());
        for (at, item) in items.into_iter().enumerate() {
            let category = either(item.category, self.category.as_ref(), at, "category");
            let whose = either(item.subject, self.subject.as_ref(), at, "subject")
                .and_then(|subject| subject.read(at, region));
            let context = item.context.or_else(|| self.context.clone()).unwrap_or_default();
            match (category, whose) {
                (Ok(category), Ok(whose)) => {
                    read.push(ToSeal { category, whose, value: item.value, context });
                }
                (category, whose) => faults.extend(category.err().into_iter().chain(whose.err())),
            }
        }
        none_of(faults)?;
        Ok((read, single))
    }
}

async fn seal(token: Token, State(room): State<Room>, Body(asked): Body<SealRequest>) -> Response {
    if let Err(refused) = token.require(SEAL) {
        return refused;
    }
    let sealed = async {
        let (items, single) = asked.read(&room.protect.region())?;
        let sealed = room.protect.seal(&token.actor(), &items).await?;
        Ok(answer(sealed.into_iter().map(sealed_json).collect(), single))
    };
    sealed.await.unwrap_or_else(|error| problem_of(&error))
}

fn sealed_json(one: Sealed) -> Value {
    match one.index {
        Some(index) => json!({ "sealed": one.sealed, "index": index }),
        None => json!({ "sealed": one.sealed }),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenRequest {
    purpose: String,
    context: Option<String>,
    sealed: Option<String>,
    items: Option<Vec<OpenItem>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenItem {
    context: Option<String>,
    sealed: String,
}

impl OpenRequest {
    fn read(self) -> Result<(Vec<ToOpen>, bool)> {
        let alone = |sealed| OpenItem { context: None, sealed };
        let (items, single) = one_or_many(self.sealed.map(alone), self.items, "`sealed`")
            .map_err(ProtectError::Invalid)?;
        let read = items.into_iter().map(|item| ToOpen {
            sealed: item.sealed,
            context: item.context.or_else(|| self.context.clone()).unwrap_or_default(),
        });
        Ok((read.collect(), single))
    }
}

async fn open(token: Token, State(room): State<Room>, Body(asked): Body<OpenRequest>) -> Response {
    if let Err(refused) = token.require(OPEN) {
        return refused;
    }
    if let Err(refused) = room.web.opens(&token, "sealed", Some(&asked.purpose)).await {
        return *refused;
    }
    let opened = async {
        let purpose = asked.purpose.clone();
        let (items, single) = asked.read()?;
        let opened = room.protect.open_values(&token.actor(), &purpose, &items).await?;
        Ok(answer(opened.into_iter().map(opened_json).collect(), single))
    };
    opened.await.unwrap_or_else(|error: ProtectError| problem_of(&error))
}

/// One opening as it is answered.
pub(crate) fn opened_json(one: Opened) -> Value {
    match one {
        Opened::Value { value, reveal } => json!({ "value": value.0, "shown": reveal.as_str() }),
        Opened::Erased => json!({ "value": null, "shown": "erased" }),
    }
}

/// The items in their order, or the only one.
pub(crate) fn answer(mut items: Vec<Value>, single: bool) -> Response {
    let body = match items.pop() {
        Some(only) if single => only,
        last => {
            items.extend(last);
            json!({ "items": items })
        }
    };
    // A value in clear belongs into no cache.
    ([(axum::http::header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
