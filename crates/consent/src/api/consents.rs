//! `POST /v1/consents`, `POST /v1/consents/{id}/guardian`,
//! `POST /v1/subjects/link`, `GET /v1/receipts/{id}`.

use std::collections::BTreeMap;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use store::Actor;
use web::Token;

use super::problem::{Body, problem_of};
use crate::{
    Choice, Consent, ConsentError, Receipt, Recording, Result, Room, Subject, SubjectId, property,
    record::{Minor, Origin},
    subject::OneOrMany,
};

/// Scope that records.
pub(crate) const WRITE: &str = "consent:write";
/// Scope that reads people's choices and receipts.
pub(crate) const READ: &str = "consent:read";

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .route("/v1/consents", post(record))
        .route("/v1/consents/{id}/guardian", post(guardian))
        .route("/v1/subjects/link", post(link))
        .route("/v1/receipts/{id}", get(receipt))
        .route("/.well-known/privet-receipt-key", get(key))
}

/// A choice as it is sent: `true`, `false`, or `"granted"`, `"denied"`, `"withdrawn"`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
enum Sent {
    Flag(bool),
    Word(Word),
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Granted,
    Denied,
    Withdrawn,
}

impl From<Sent> for Choice {
    fn from(sent: Sent) -> Self {
        match sent {
            Sent::Flag(true) | Sent::Word(Word::Granted) => Self::Granted,
            Sent::Flag(false) | Sent::Word(Word::Denied) => Self::Denied,
            Sent::Word(Word::Withdrawn) => Self::Withdrawn,
        }
    }
}

/// The body of `POST /v1/consents`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    subject: BTreeMap<String, OneOrMany>,
    #[serde(default)]
    property: Option<String>,
    notice: String,
    #[serde(default)]
    language: String,
    choices: BTreeMap<String, Sent>,
    #[serde(default)]
    channel: String,
    #[serde(default)]
    page: String,
    #[serde(default)]
    ip: Option<std::net::IpAddr>,
    #[serde(default)]
    user_agent: String,
    #[serde(default, rename = "given_at")]
    at: Option<Timestamp>,
    #[serde(default)]
    minor: Option<Minor>,
}

impl Given {
    /// As a recording of `origin`.
    pub fn into_recording(
        self,
        consent: &Consent,
        origin: Origin,
        idempotency: Option<String>,
    ) -> Result<Recording> {
        let property = self.property.unwrap_or_else(|| property::DEFAULT.to_owned());
        let country = consent.catalogue().property(&property)?.body.country.clone();
        Ok(Recording {
            subject: Subject::parse(&self.subject, &country)?,
            property,
            notice: self.notice,
            language: self.language,
            choices: self.choices.into_iter().map(|(key, sent)| (key, sent.into())).collect(),
            channel: self.channel,
            page: self.page,
            ip: self.ip,
            user_agent: self.user_agent,
            given_at: self.at.map(Timestamp::as_microsecond),
            minor: self.minor,
            origin,
            confirmed: false,
            idempotency,
        })
    }
}

async fn record(
    token: Token,
    State(room): State<Room>,
    headers: HeaderMap,
    Body(given): Body<Given>,
) -> Response {
    if let Err(refused) = token.require(WRITE) {
        return refused;
    }
    let recorded = async {
        let key = idempotency(&headers, &token)?;
        let recording = given.into_recording(&room.consent, Origin::Api, key)?;
        room.consent.record(&token.actor(), &recording).await
    };
    match recorded.await {
        Ok(receipt) => (StatusCode::CREATED, answer(&receipt)).into_response(),
        Err(error) => problem_of(&error),
    }
}

/// The caller's key, apart from every other caller's.
fn idempotency(headers: &HeaderMap, token: &Token) -> Result<Option<String>> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(None) };
    let key = key.to_str().ok().map(str::trim).filter(|key| (1..=128).contains(&key.len()));
    let key = key.ok_or_else(|| {
        ConsentError::Invalid("Idempotency-Key has 1 to 128 visible ASCII characters".to_owned())
    })?;
    let Actor::Token(id) = token.actor() else { return Ok(None) };
    Ok(Some(format!("{id}:{key}")))
}

/// The signed document goes out as the text it is.
fn answer(receipt: &Receipt) -> impl axum::response::IntoResponse + use<> {
    answer_with(receipt, None)
}

/// With the proof that the log holds its entry, if one is given. Id and time need no escaping.
fn answer_with(
    receipt: &Receipt,
    proof: Option<&::ledger::LogProof>,
) -> impl axum::response::IntoResponse + use<> {
    let at = Timestamp::from_microsecond(receipt.recorded_at).map(|at| at.to_string());
    let (id, at) = (&receipt.id, at.unwrap_or_default());
    let proof = proof.map_or_else(String::new, |proof| {
        format!(r#","{}":{}"#, ::ledger::MEMBER, proof.to_json())
    });
    let text = format!(
        r#"{{"id":"{id}","recorded_at":"{at}","receipt":{}{proof}}}"#,
        receipt.document.text()
    );
    ([(header::CONTENT_TYPE, "application/json")], text)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Link {
    subject: BTreeMap<String, OneOrMany>,
    #[serde(default)]
    property: Option<String>,
}

async fn link(token: Token, State(room): State<Room>, Body(link): Body<Link>) -> Response {
    if let Err(refused) = token.require(WRITE) {
        return refused;
    }
    let linked = async {
        let property = link.property.as_deref().unwrap_or(property::DEFAULT);
        let country = room.consent.catalogue().property(property)?.body.country.clone();
        let subject = Subject::parse(&link.subject, &country)?;
        room.consent.link(&token.actor(), &subject).await
    };
    match linked.await {
        Ok(linked) => {
            Json(json!({ "subject": linked.subject, "changed": linked.changed })).into_response()
        }
        Err(error) => problem_of(&error),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Verified {
    method: String,
}

async fn guardian(
    token: Token,
    State(room): State<Room>,
    Path(id): Path<String>,
    Body(verified): Body<Verified>,
) -> Response {
    if let Err(refused) = token.require(WRITE) {
        return refused;
    }
    match room.consent.verify_guardian(&token.actor(), &id, &verified.method).await {
        Ok(receipt) => (StatusCode::CREATED, answer(&receipt)).into_response(),
        Err(error) => problem_of(&error),
    }
}

/// The public key that receipts verify with: published, so that a customer can compare it.
async fn key(State(room): State<Room>) -> String {
    format!("{}\n", room.consent.signer().public())
}

async fn receipt(token: Token, State(room): State<Room>, Path(id): Path<String>) -> Response {
    if let Err(refused) = token.require(READ) {
        return refused;
    }
    let purpose = match room.web.opens(&token, "receipt", None).await {
        Ok(purpose) => purpose,
        Err(refused) => return *refused,
    };
    let proved = async {
        let receipt = room.consent.receipt(&id).await?;
        // Nothing is told before it is durable that it was asked.
        let document = receipt.document.value();
        let person = document["pii_principal_id"].as_str().unwrap_or_default();
        let person = SubjectId(person.to_owned());
        room.consent.looked_up(&token.actor(), Some(&person), &purpose).await?;
        let proof = room.consent.store().ledger().proof(receipt.position).await?;
        Ok::<_, crate::ConsentError>((receipt, proof))
    };
    match proved.await {
        Ok((receipt, proof)) => answer_with(&receipt, Some(&proof)).into_response(),
        Err(error) => problem_of(&error),
    }
}
