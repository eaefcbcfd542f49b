//! The room for programs, under `/v1`: links into the preference centre, unsubscribe links, the
//! suppression list. Tokens need the scopes `preferences:link`, `unsubscribe:link`,
//! `suppressions:read`.

use std::collections::BTreeMap;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Query, State, rejection::JsonRejection},
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use consent::{
    IdentifierKind, Subject, api::problem::problem_of as consent_problem, property::DEFAULT,
    subject::OneOrMany,
};
use serde::Deserialize;
use serde_json::{Value, json};
use store::{Entry, HotWrite, now};
use web::{Lang, Token};

use crate::{
    PreferenceError, Result, Room,
    link::{LinkKind, NewLink},
    unsubscribe::{self, ONE_CLICK, Ticket},
};

const LINK: &str = "preferences:link";
const UNSUBSCRIBE: &str = "unsubscribe:link";
const SUPPRESSIONS: &str = "suppressions:read";
/// Subjects in one request at most.
const BATCH: usize = 5000;
/// Room for that many.
const BODY_MAX: usize = 2 << 20;
/// A link of an app works so long at most, in seconds.
const LONGEST: i64 = 3600;

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .route("/v1/preference-links", post(preference_link))
        .route("/v1/unsubscribe-links", post(unsubscribe_links))
        .route("/v1/suppressions", get(suppressions))
        .layer(DefaultBodyLimit::max(BODY_MAX))
}

type Members = BTreeMap<String, OneOrMany>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LinkWanted {
    subject: Members,
    #[serde(default)]
    property: Option<String>,
    #[serde(default)]
    language: Option<String>,
    #[serde(default)]
    expires_in: Option<i64>,
}

async fn preference_link(
    token: Token,
    State(room): State<Room>,
    body: Result<Json<LinkWanted>, JsonRejection>,
) -> Response {
    if let Err(refused) = token.require(LINK) {
        return refused;
    }
    let Json(wanted) = match body {
        Ok(body) => body,
        Err(rejection) => return misshapen(&rejection),
    };
    let purpose = match room.web.opens(&token, "subject", None).await {
        Ok(purpose) => purpose,
        Err(refused) => return *refused,
    };
    let made = async {
        let property = wanted.property.as_deref().unwrap_or(DEFAULT);
        let person = subject(&room, &wanted.subject, property)?;
        let life = wanted.expires_in.unwrap_or(600).clamp(30, LONGEST);
        let mut entry = Entry::new(token.actor(), "preference.link_asked", "property", property)
            .for_purpose(&*purpose);
        // The link opens one person's choices.
        let consent = room.preferences.consent();
        let known = consent.find(&person.blind(consent.vault())).await?;
        entry.subject = known.people.into_iter().next().map(|id| id.0);
        let mut tx = room.preferences.store().begin(entry).await?;
        let new = NewLink {
            kind: LinkKind::App,
            person: &person,
            property,
            lang: language(&room, wanted.language.as_deref(), property),
            life,
            record: "",
        };
        let secret = room.preferences.insert_link(&mut tx, &new).await?;
        tx.commit().await?;
        Ok(json!({
            "url": room.preferences.address(&format!("/privacy/open/{secret}")),
            "expires_at": web::rfc3339(now() + life * 1_000_000),
        }))
    };
    answer(StatusCode::CREATED, made.await)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UnsubscribeWanted {
    subjects: Vec<Members>,
    purposes: Vec<String>,
    #[serde(default)]
    property: Option<String>,
    #[serde(default)]
    language: Option<String>,
}

/// Nothing is stored: a sender may ask for a million a day.
async fn unsubscribe_links(
    token: Token,
    State(room): State<Room>,
    body: Result<Json<UnsubscribeWanted>, JsonRejection>,
) -> Response {
    if let Err(refused) = token.require(UNSUBSCRIBE) {
        return refused;
    }
    let Json(wanted) = match body {
        Ok(body) => body,
        Err(rejection) => return misshapen(&rejection),
    };
    if wanted.subjects.len() > BATCH {
        let detail = format!("at most {BATCH} subjects in one request");
        return web::problem(
            StatusCode::UNPROCESSABLE_ENTITY,
            "urn:privet:problem:invalid",
            &detail,
        );
    }
    answer(StatusCode::OK, links(&room, &wanted))
}

fn links(room: &Room, wanted: &UnsubscribeWanted) -> Result<Value> {
    let catalogue = room.preferences.consent().catalogue();
    if wanted.purposes.is_empty() {
        return Err(invalid("purposes is empty; name what the link stops"));
    }
    for purpose in &wanted.purposes {
        catalogue.purpose(purpose)?;
    }
    let property = wanted.property.as_deref().unwrap_or(DEFAULT);
    let lang = language(room, wanted.language.as_deref(), property);
    let mut links = Vec::with_capacity(wanted.subjects.len());
    for members in &wanted.subjects {
        let ticket = Ticket {
            person: subject(room, members, property)?,
            purposes: wanted.purposes.clone(),
            property: if property == DEFAULT { String::new() } else { property.to_owned() },
            lang: lang.tag().to_owned(),
        };
        let token = room.preferences.ticket_token(&ticket);
        let url = room.preferences.address(&format!("/u/{token}"));
        links.push(json!({
            "url": url,
            "headers": {
                "List-Unsubscribe": format!("<{url}>"),
                "List-Unsubscribe-Post": format!("{}={}", ONE_CLICK.0, ONE_CLICK.1),
            },
        }));
    }
    Ok(json!({ "links": links }))
}

#[derive(Deserialize)]
struct Suppressed {
    purpose: String,
    #[serde(default)]
    identifier: Option<String>,
}

async fn suppressions(
    token: Token,
    State(room): State<Room>,
    Query(wanted): Query<Suppressed>,
) -> Response {
    if let Err(refused) = token.require(SUPPRESSIONS) {
        return refused;
    }
    let kind = IdentifierKind::parse(wanted.identifier.as_deref().unwrap_or("email"));
    let checked = kind
        .ok_or_else(|| invalid("identifier is email, phone, customer_id or another kind of them"))
        .and_then(|kind| {
            room.preferences.consent().catalogue().purpose(&wanted.purpose)?;
            Ok(kind)
        });
    // The use that these people must be left out of is why the list is opened.
    if checked.is_ok() {
        let purpose = Some(wanted.purpose.as_str());
        if let Err(refused) = room.web.opens(&token, "suppression", purpose).await {
            return *refused;
        }
        if let Err(refused) = room.web.exports(&token, "suppression", &wanted.purpose).await {
            return *refused;
        }
    }
    let noted = match checked {
        Ok(kind) => {
            // Before the first line leaves: whoever breaks off leaves a trace, too.
            let entry =
                Entry::new(token.actor(), "suppression.exported", "suppression", kind.as_str())
                    .for_purpose(&*wanted.purpose);
            let store = room.preferences.store();
            let write = HotWrite { entry, rows: Vec::new() };
            store.submit(write).await.map(|_| kind).map_err(PreferenceError::from)
        }
        Err(error) => Err(error),
    };
    match noted {
        Ok(kind) => unsubscribe::suppressions(room.preferences, wanted.purpose, kind),
        Err(error) => problem_of(&error),
    }
}

fn subject(room: &Room, members: &Members, property: &str) -> Result<Subject> {
    let country = room.preferences.consent().catalogue().property(property)?.body.country.clone();
    Ok(Subject::parse(members, &country).map_err(consent::ConsentError::from)?)
}

fn language(room: &Room, asked: Option<&str>, property: &str) -> Lang {
    let catalogue = room.preferences.consent().catalogue();
    let spoken = catalogue.property(property).map(|place| place.body.language.clone());
    asked
        .and_then(Lang::from_tag)
        .or_else(|| spoken.ok().and_then(|tag| Lang::from_tag(&tag)))
        .unwrap_or_default()
}

fn invalid(text: &str) -> PreferenceError {
    consent::ConsentError::Invalid(text.to_owned()).into()
}

fn answer(status: StatusCode, made: Result<Value>) -> Response {
    match made {
        Ok(value) => (status, Json(value)).into_response(),
        Err(error) => problem_of(&error),
    }
}

fn problem_of(error: &PreferenceError) -> Response {
    if let PreferenceError::Consent(error) = error {
        return consent_problem(error);
    }
    tracing::error!(%error, "a request of a program failed");
    let detail = "the database did not answer as it should; send it again";
    web::problem(StatusCode::SERVICE_UNAVAILABLE, "urn:privet:problem:unavailable", detail)
}

/// What cannot be read is told without quoting it: the body holds identifiers.
fn misshapen(rejection: &JsonRejection) -> Response {
    let detail = match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => "the body is larger than 2 MB",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "send the body with Content-Type: application/json",
        _ => "the body is not the JSON object that the documentation shows",
    };
    web::problem(rejection.status(), "urn:privet:problem:body", detail)
}
