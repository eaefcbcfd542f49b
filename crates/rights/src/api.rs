//! `POST /v1/rights-requests`, `GET /v1/rights-requests/{id}`: programs hand requests in and ask where
//! they stand. Tokens need the scope `requests:write` or `requests:read`. No identifier is ever told.

use std::collections::BTreeMap;

use axum::{
    Json, Router,
    extract::{Path, State, rejection::JsonRejection},
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use consent::{Subject, property::DEFAULT, subject::OneOrMany};
use serde::Deserialize;
use serde_json::{Value, json};
use web::{Lang, Token};

use crate::{By, Channel, Kind, Level, New, Private, Request, RightsError, Room};

const READ: &str = "requests:read";
const WRITE: &str = "requests:write";

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .route("/v1/rights-requests", post(make))
        .route("/v1/rights-requests/{id}", get(one))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    kind: Kind,
    subject: BTreeMap<String, OneOrMany>,
    /// The program's own sign-in has shown who the person is.
    #[serde(default)]
    verified: bool,
    #[serde(default)]
    by: By,
    #[serde(default)]
    property: Option<String>,
    #[serde(default)]
    language: Option<String>,
    #[serde(default)]
    name: String,
    #[serde(default)]
    words: String,
    #[serde(default)]
    authority: String,
}

async fn make(
    token: Token,
    State(room): State<Room>,
    body: Result<Json<Wanted>, JsonRejection>,
) -> Response {
    if let Err(refused) = token.require(WRITE) {
        return refused;
    }
    let wanted = match body {
        Ok(Json(wanted)) => wanted,
        Err(rejection) => {
            let said = "the body is no request as the reference describes it";
            return web::problem(rejection.status(), "urn:privet:problem:invalid", said);
        }
    };
    let property = wanted.property.clone().unwrap_or_else(|| DEFAULT.to_owned());
    let catalogue = room.rights.consent().catalogue();
    let Ok(place) = catalogue.property(&property) else {
        return invalid("there is no such property");
    };
    let person = match Subject::parse(&wanted.subject, &place.body.country) {
        Ok(person) => person,
        Err(error) => return invalid(&error.to_string()),
    };
    let new = New {
        kind: wanted.kind,
        by: wanted.by,
        channel: Channel::Api,
        private: Private {
            name: wanted.name,
            words: wanted.words,
            authority: wanted.authority,
            language: foreign(wanted.language.as_deref()),
            ..Private::default()
        },
        person,
        property,
        lang: wanted.language.as_deref().and_then(Lang::from_tag).unwrap_or_default(),
        level: if wanted.verified { Level::Account } else { Level::Claimed },
        received_at: store::now(),
        about: String::new(),
    };
    let made = async {
        let made = room.rights.receive(token.actor(), new).await?;
        Ok::<Value, RightsError>(told(&room, &made.request))
    };
    match made.await {
        Ok(told) => (StatusCode::CREATED, Json(told)).into_response(),
        Err(error) => problem(&error),
    }
}

/// What the person writes, where it is none of the languages that our pages speak.
fn foreign(tag: Option<&str>) -> String {
    let other = tag.filter(|tag| Lang::from_tag(tag).is_none());
    other.and_then(crate::tongue::primary).unwrap_or_default()
}

async fn one(token: Token, State(room): State<Room>, Path(id): Path<String>) -> Response {
    if let Err(refused) = token.require(READ) {
        return refused;
    }
    match room.rights.request(&id).await {
        Ok(request) => Json(told(&room, &request)).into_response(),
        Err(error) => problem(&error),
    }
}

fn told(room: &Room, request: &Request) -> Value {
    let law = room.rights.regimes().law();
    let fact = law.facts().find(|fact| fact.id == request.due_by);
    json!({
        "id": request.id,
        "number": request.name(),
        "kind": request.kind.as_str(),
        "state": request.state.as_str(),
        "level": request.level.as_str(),
        "needs": request.kind.needs().as_str(),
        "received_at": web::rfc3339(request.received_at),
        "due_at": web::rfc3339(request.due_at),
        "due_day": room.rights.day_of_answer(request),
        "article": fact.map(|fact| fact.cite.en.clone()),
        "regimes": request.regimes,
        "extended": request.extended_at > 0,
        "closed_at": (request.closed_at > 0).then(|| web::rfc3339(request.closed_at)),
        "refusal": (!request.refusal.is_empty()).then(|| request.refusal.clone()),
    })
}

fn invalid(said: &str) -> Response {
    web::problem(StatusCode::UNPROCESSABLE_ENTITY, "urn:privet:problem:invalid", said)
}

pub(crate) fn problem(error: &RightsError) -> Response {
    match error {
        RightsError::NotFound(_) => web::problem(
            StatusCode::NOT_FOUND,
            "urn:privet:problem:not-found",
            "there is no such request",
        ),
        RightsError::Asked(key) => invalid(&web::translate(Lang::default(), key, &[])),
        RightsError::Conflict(key) => web::problem(
            StatusCode::CONFLICT,
            "urn:privet:problem:conflict",
            &web::translate(Lang::default(), key, &[]),
        ),
        other => {
            tracing::error!(error = %other, "a request could not be read or written");
            web::problem(
                StatusCode::SERVICE_UNAVAILABLE,
                "urn:privet:problem:unavailable",
                "the database did not answer as it should; nothing was recorded, send it again",
            )
        }
    }
}
