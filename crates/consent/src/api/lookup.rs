//! `POST /v1/preferences/lookup`: every purpose with its state.

use std::collections::BTreeMap;

use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse as _, Response},
    routing::post,
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use web::Token;
pub use web::access::SERVICE;

use super::{
    consents::READ,
    problem::{Body, problem_of},
};
use crate::{
    PurposeState, Regime, Result, Room, Subject, property, purpose::text_in, subject::OneOrMany,
};

pub(crate) fn router() -> Router<Room> {
    Router::new().route("/v1/preferences/lookup", post(lookup))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    subject: BTreeMap<String, OneOrMany>,
    #[serde(default)]
    property: Option<String>,
    #[serde(default)]
    language: Option<String>,
    /// Why the program reads this person's data, instead of the header.
    #[serde(default)]
    reading_for: Option<String>,
}

async fn lookup(token: Token, State(room): State<Room>, Body(asked): Body<Question>) -> Response {
    if let Err(refused) = token.require(READ) {
        return refused;
    }
    let purpose = match room.web.opens(&token, "subject", asked.reading_for.as_deref()).await {
        Ok(purpose) => purpose,
        Err(refused) => return *refused,
    };
    match answer(&room, &token, &asked, &purpose).await {
        Ok(answer) => Json(answer).into_response(),
        Err(error) => problem_of(&error),
    }
}

async fn answer(room: &Room, token: &Token, asked: &Question, purpose: &str) -> Result<Value> {
    let catalogue = room.consent.catalogue();
    let property = catalogue.property(asked.property.as_deref().unwrap_or(property::DEFAULT))?;
    let language = asked.language.as_deref().unwrap_or(&property.body.language);
    let subject = Subject::parse(&asked.subject, &property.body.country)?;
    let blind = subject.blind(room.consent.vault());
    let people = room.consent.find(&blind).await?.people;
    // Nothing is told before it is durable that it was asked.
    room.consent.looked_up(&token.actor(), people.first(), purpose).await?;
    let states = room.consent.states_of(&subject).await?;
    let purposes: Vec<Value> = catalogue
        .purposes()
        .map(|purpose| {
            let basis: BTreeMap<&str, &str> = Regime::ALL
                .iter()
                .map(|regime| (regime.as_str(), purpose.basis(*regime).as_str()))
                .collect();
            let mut line = json!({
                "purpose": purpose.key,
                "name": text_in(&purpose.body.name, language),
                "retired": purpose.retired_at.is_some(),
                "basis": basis,
                "state": "none",
            });
            if let Some(state) = states.get(&purpose.key) {
                add_state(&mut line, state);
            }
            line
        })
        .collect();
    Ok(json!({ "purposes": purposes }))
}

fn add_state(line: &mut Value, state: &PurposeState) {
    let since = Timestamp::from_microsecond(state.since).map(|at| at.to_string());
    line["state"] = state.choice.as_str().into();
    line["since"] = since.unwrap_or_default().into();
    line["receipt"] = state.record.clone().into();
    if !state.notice.is_empty() {
        line["notice"] = format!("{}@{}", state.notice, state.notice_version).into();
    }
}
