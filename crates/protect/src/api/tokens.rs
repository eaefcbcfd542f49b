//! `POST /v1/vault/tokens`, `POST /v1/vault/detokenize` and `POST /v1/vault/search`.

use axum::{Router, extract::State, response::Response, routing::post};
use serde::Deserialize;
use serde_json::{Value, json};
use web::Token;

use super::{
    OPEN, SEAL, SEARCH,
    body::{SentSubject, either, one_or_many},
    problem::{Body, problem_of},
    values::{answer, opened_json},
};
use crate::{
    Clear, ProtectError, Result, Room,
    seal::{many, none_of},
    token::{Format, Found, ToToken, ToValue},
};

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .route("/v1/vault/tokens", post(tokens))
        .route("/v1/vault/detokenize", post(detokenize))
        .route("/v1/vault/search", post(search))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokensRequest {
    category: Option<String>,
    subject: Option<SentSubject>,
    format: Option<Format>,
    value: Option<Clear>,
    items: Option<Vec<TokensItem>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokensItem {
    category: Option<String>,
    subject: Option<SentSubject>,
    format: Option<Format>,
    value: Clear,
}

impl TokensRequest {
    fn read(self, region: &str) -> Result<(Vec<ToToken>, bool)> {
        let alone = |value| TokensItem { category: None, subject: None, format: None, value };
        let (items, single) = one_or_many(self.value.map(alone), self.items, "`value`")
            .map_err(ProtectError::Invalid)?;
        many(items.len())?;
        let (mut read, mut faults) = (Vec::with_capacity(items.len()), Vec::new());
        for (at, item) in items.into_iter().enumerate() {
            let category = either(item.category, self.category.as_ref(), at, "category");
            let whose = either(item.subject, self.subject.as_ref(), at, "subject")
                .and_then(|subject| subject.read(at, region));
            let format = item.format.or(self.format);
            match (category, whose) {
                (Ok(category), Ok(whose)) => {
                    read.push(ToToken { category, whose, value: item.value, format });
                }
                (category, whose) => faults.extend(category.err().into_iter().chain(whose.err())),
            }
        }
        none_of(faults)?;
        Ok((read, single))
    }
}

async fn tokens(
    token: Token,
    State(room): State<Room>,
    Body(asked): Body<TokensRequest>,
) -> Response {
    if let Err(refused) = token.require(SEAL) {
        return refused;
    }
    let made = async {
        let (items, single) = asked.read(&room.protect.region())?;
        let made = room.protect.tokens(&token.actor(), &items).await?;
        Ok(answer(made.into_iter().map(|one| json!({ "token": one })).collect(), single))
    };
    made.await.unwrap_or_else(|error| problem_of(&error))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DetokenizeRequest {
    purpose: String,
    category: Option<String>,
    token: Option<String>,
    items: Option<Vec<DetokenizeItem>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DetokenizeItem {
    category: Option<String>,
    token: String,
}

impl DetokenizeRequest {
    fn read(self) -> Result<(Vec<ToValue>, bool)> {
        let alone = |token| DetokenizeItem { category: None, token };
        let (items, single) = one_or_many(self.token.map(alone), self.items, "`token`")
            .map_err(ProtectError::Invalid)?;
        many(items.len())?;
        let (mut read, mut faults) = (Vec::with_capacity(items.len()), Vec::new());
        for (at, item) in items.into_iter().enumerate() {
            match either(item.category, self.category.as_ref(), at, "category") {
                Ok(category) => read.push(ToValue { category, token: item.token }),
                Err(fault) => faults.push(fault),
            }
        }
        none_of(faults)?;
        Ok((read, single))
    }
}

async fn detokenize(
    token: Token,
    State(room): State<Room>,
    Body(asked): Body<DetokenizeRequest>,
) -> Response {
    if let Err(refused) = token.require(OPEN) {
        return refused;
    }
    if let Err(refused) = room.web.opens(&token, "sealed", Some(&asked.purpose)).await {
        return *refused;
    }
    let opened = async {
        let purpose = asked.purpose.clone();
        let (items, single) = asked.read()?;
        let opened = room.protect.detokenize(&token.actor(), &purpose, &items).await?;
        Ok(answer(opened.into_iter().map(opened_json).collect(), single))
    };
    opened.await.unwrap_or_else(|error| problem_of(&error))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SearchRequest {
    purpose: String,
    category: String,
    value: Option<Clear>,
    values: Option<Vec<Clear>>,
}

async fn search(
    token: Token,
    State(room): State<Room>,
    Body(asked): Body<SearchRequest>,
) -> Response {
    if let Err(refused) = token.require(SEARCH) {
        return refused;
    }
    if let Err(refused) = room.web.opens(&token, "sealed", Some(&asked.purpose)).await {
        return *refused;
    }
    let found = async {
        let SearchRequest { purpose, category, value, values } = asked;
        let (values, single) = match (value, values) {
            (Some(value), None) => (vec![value], true),
            (None, Some(values)) => (values, false),
            _ => {
                let told = "send either `value`, or `values`".to_owned();
                return Err(ProtectError::Invalid(told));
            }
        };
        let found = room.protect.search(&token.actor(), &purpose, &category, &values).await?;
        Ok(answer(found.into_iter().map(found_json).collect(), single))
    };
    found.await.unwrap_or_else(|error| problem_of(&error))
}

fn found_json((index, tokens): (String, Vec<Found>)) -> Value {
    let tokens: Vec<Value> = tokens
        .into_iter()
        .map(|one| json!({ "token": one.token, "subject": one.subject }))
        .collect();
    json!({ "index": index, "tokens": tokens })
}
