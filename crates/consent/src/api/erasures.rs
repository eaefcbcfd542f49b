//! `POST /v1/customers/erasures`, `GET` and `POST /v1/customers/erasures/{id}`: asking for a customer's
//! erasure, what became of it, and carrying it out once a person of the console has approved it.

use std::collections::BTreeMap;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};
use web::{
    Token,
    access::{Approval, ApprovalState},
    problem, rfc3339,
};

use super::problem::{Body, problem_of};
use crate::{
    ConsentError, Room, Subject, SubjectId, erasure::ErasureError, property, subject::OneOrMany,
};

/// Scope that asks for erasures and carries them out.
pub(crate) const ERASE: &str = "customers:erase";

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .route("/v1/customers/erasures", post(ask))
        .route("/v1/customers/erasures/{id}", get(state).post(carry_out))
}

/// No `Debug`: it names a person.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asking {
    /// Identifiers of the customer, or
    #[serde(default)]
    subject: Option<BTreeMap<String, OneOrMany>>,
    /// the opaque id.
    #[serde(default)]
    customer: Option<String>,
    reason: String,
    #[serde(default)]
    property: Option<String>,
}

async fn ask(token: Token, State(room): State<Room>, Body(asking): Body<Asking>) -> Response {
    if let Err(refused) = token.require(ERASE) {
        return refused;
    }
    let asked = async {
        let id = customer(&room, &token, &asking).await?;
        room.ask_erasure(&token.actor(), &id, &asking.reason).await
    };
    match asked.await {
        Ok(asked) => (StatusCode::ACCEPTED, Json(told(&asked))).into_response(),
        Err(error) => refusal(&error),
    }
}

/// Whom the request means.
async fn customer(room: &Room, token: &Token, asking: &Asking) -> crate::Result<SubjectId> {
    let members = match (&asking.customer, &asking.subject) {
        (Some(id), None) => return Ok(SubjectId(id.clone())),
        (None, Some(members)) => members,
        _ => {
            let told = "name the customer either by `customer` or by `subject`";
            return Err(ConsentError::Invalid(told.to_owned()));
        }
    };
    let property = asking.property.as_deref().unwrap_or(property::DEFAULT);
    let country = room.consent.catalogue().property(property)?.body.country.clone();
    let subject = Subject::parse(members, &country)?;
    let mut people = room.consent.find(&subject.blind(room.consent.vault())).await?.people;
    if people.len() > 1 {
        let told = "these identifiers belong to different customers; ask for each apart";
        return Err(ConsentError::Conflict(told.to_owned()));
    }
    let Some(id) = people.pop() else {
        // The attempt is kept, as on the console.
        room.consent.looked_up(&token.actor(), None, super::SERVICE).await?;
        return Err(ConsentError::Unknown { kind: "customer", key: "subject".to_owned() });
    };
    Ok(id)
}

async fn state(token: Token, State(room): State<Room>, Path(id): Path<String>) -> Response {
    if let Err(refused) = token.require(ERASE) {
        return refused;
    }
    match room.erasure(&token.actor(), &id).await {
        Ok(asked) => whole(&room, &asked).await,
        Err(error) => refusal(&error),
    }
}

async fn carry_out(token: Token, State(room): State<Room>, Path(id): Path<String>) -> Response {
    if let Err(refused) = token.require(ERASE) {
        return refused;
    }
    let done = async {
        let asked = room.erasure(&token.actor(), &id).await?;
        // Sent again after a lost answer: what was done stays done.
        if asked.state != ApprovalState::Used {
            room.carry_out_erasure(&token.actor(), &id).await?;
        }
        room.erasure(&token.actor(), &id).await
    };
    match done.await {
        Ok(asked) => whole(&room, &asked).await,
        Err(error) => refusal(&error),
    }
}

/// With the certificate once it is done.
async fn whole(room: &Room, asked: &Approval) -> Response {
    let mut answer = told(asked);
    if asked.state == ApprovalState::Used {
        let id = SubjectId(asked.object_id.clone());
        match room.consent.deletion_certificate(&id).await {
            Ok(certificate) => answer["certificate"] = certificate,
            Err(error) => return problem_of(&error),
        }
    }
    Json(answer).into_response()
}

fn told(asked: &Approval) -> Value {
    let state = match asked.state {
        ApprovalState::Used => "erased",
        other => other.as_str(),
    };
    json!({
        "id": asked.id,
        "customer": asked.object_id,
        "state": state,
        "asked_at": rfc3339(asked.asked_at),
        "expires_at": rfc3339(asked.expires_at),
    })
}

fn refusal(error: &ErasureError) -> Response {
    let (status, kind) = match error {
        ErasureError::Consent(error) => return problem_of(error),
        ErasureError::Web(failed) => {
            tracing::error!(error = %failed, "an erasure could not be read or written");
            let detail = "the database did not answer as it should; send it again";
            let kind = "urn:privet:problem:unavailable";
            return problem(StatusCode::SERVICE_UNAVAILABLE, kind, detail);
        }
        ErasureError::Reason => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
        ErasureError::Unknown => (StatusCode::NOT_FOUND, "unknown"),
        ErasureError::Waiting => (StatusCode::CONFLICT, "waiting"),
        ErasureError::Spent => (StatusCode::CONFLICT, "spent"),
        ErasureError::Moved => (StatusCode::CONFLICT, "moved"),
    };
    problem(status, &format!("urn:privet:problem:{kind}"), &error.to_string())
}
