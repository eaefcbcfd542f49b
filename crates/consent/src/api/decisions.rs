//! `POST /v1/decisions`: one person, or up to ten thousand. A token needs the scope `decide`.

use std::collections::BTreeMap;

use axum::{
    Router,
    extract::{DefaultBodyLimit, State},
    http::header,
    response::{IntoResponse as _, Response},
    routing::post,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use web::Token;

use super::problem::{Body, problem_of};
use crate::{
    ConsentError, Regime, Result, Room, Subject,
    decide::{Ask, Decision},
    property,
    subject::OneOrMany,
};

/// Scope that asks about people.
pub(crate) const DECIDE: &str = "decide";
/// People in one question at most.
const MOST: usize = 10_000;
/// Bytes of a question at most: ten thousand people with several identifiers each.
const BODY_MAX: usize = 8 << 20;

pub(crate) fn router() -> Router<Room> {
    Router::new().route("/v1/decisions", post(decisions)).layer(DefaultBodyLimit::max(BODY_MAX))
}

type Members = BTreeMap<String, OneOrMany>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    purpose: String,
    #[serde(default)]
    subject: Option<Members>,
    #[serde(default)]
    subjects: Option<Vec<Members>>,
    #[serde(default)]
    data: Vec<String>,
    #[serde(default)]
    system: Option<String>,
    #[serde(default)]
    property: Option<String>,
    #[serde(default)]
    regimes: Vec<Regime>,
}

/// One answer.
#[derive(Serialize)]
struct Answer<'a> {
    allow: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    basis: Option<&'a str>,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Timestamp>,
    #[serde(skip_serializing_if = "str::is_empty")]
    notice: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

impl<'a> From<&'a Decision> for Answer<'a> {
    fn from(decision: &'a Decision) -> Self {
        Self {
            allow: decision.allow,
            basis: Some(decision.basis.as_str()),
            reason: decision.reason.as_str(),
            since: decision.since.and_then(|at| Timestamp::from_microsecond(at).ok()),
            notice: &decision.notice,
            detail: None,
        }
    }
}

#[derive(Serialize)]
struct Answers<'a> {
    decisions: Vec<Answer<'a>>,
}

async fn decisions(token: Token, State(room): State<Room>, Body(asked): Body<Asked>) -> Response {
    if let Err(refused) = token.require(DECIDE) {
        return refused;
    }
    match answer(&room, &token, &asked).await {
        Ok(response) => response,
        Err(error) => problem_of(&error),
    }
}

async fn answer(room: &Room, token: &Token, asked: &Asked) -> Result<Response> {
    let place = Place::of(room, asked.property.as_deref(), &asked.regimes)?;
    let ask =
        Ask { data: asked.data.clone(), system: asked.system.clone(), regimes: place.regimes };
    match (&asked.subject, &asked.subjects) {
        (Some(one), None) => {
            let subject = Subject::parse(one, &place.country)?;
            watched(room, token, &asked.purpose, &[subject.blind(room.consent.vault())]).await?;
            let decision = room.consent.decide(&subject, &asked.purpose, &ask).await?;
            json(&Answer::from(&decision))
        }
        (None, Some(many)) if many.len() <= MOST => {
            several(room, token, asked, many, &place.country, &ask).await
        }
        (None, Some(_)) => Err(ConsentError::Invalid(format!(
            "subjects has more than {MOST} members; send them in parts, or use /v1/audiences/filter"
        ))),
        _ => Err(ConsentError::Invalid("give either subject or subjects".to_owned())),
    }
}

/// One malformed subject does not spoil the others: it is denied, with the reason `malformed`.
async fn several(
    room: &Room,
    token: &Token,
    asked: &Asked,
    many: &[Members],
    country: &str,
    ask: &Ask,
) -> Result<Response> {
    let mut blind = Vec::with_capacity(many.len());
    let mut faults = Vec::with_capacity(many.len());
    for members in many {
        match Subject::parse(members, country) {
            Ok(subject) => {
                blind.push(subject.blind(room.consent.vault()));
                faults.push(None);
            }
            Err(fault) => faults.push(Some(fault)),
        }
    }
    watched(room, token, &asked.purpose, &blind).await?;
    let answers = room.consent.decide_all(&blind, &asked.purpose, ask).await?;
    let mut answers = answers.iter();
    let decisions = faults.into_iter().filter_map(|fault| match fault {
        None => answers.next().map(Answer::from),
        Some(fault) => Some(Answer {
            allow: false,
            basis: None,
            reason: "malformed",
            since: None,
            notice: "",
            detail: Some(fault.to_string()),
        }),
    });
    json(&Answers { decisions: decisions.collect() })
}

/// Writes down that a watched customer was asked about, before the answer.
async fn watched(
    room: &Room,
    token: &Token,
    purpose: &str,
    people: &[Vec<vault::BlindIndex>],
) -> Result<()> {
    let met = room.consent.watched_among(people);
    if met.is_empty() {
        return Ok(());
    }
    // A purpose that is none is told by the decision; the ledger keeps only known keys.
    let known = room.consent.catalogue().purpose(purpose).is_ok();
    room.consent.asked_about(&token.actor(), if known { purpose } else { "" }, met).await
}

/// Where the question is asked for: whose law, and where phone numbers are dialled.
pub(super) struct Place {
    pub(super) country: String,
    pub(super) regimes: Vec<Regime>,
}

impl Place {
    /// The regimes that were named, or else the property's.
    pub(super) fn of(room: &Room, property: Option<&str>, regimes: &[Regime]) -> Result<Self> {
        let catalogue = room.consent.catalogue();
        let body = &catalogue.property(property.unwrap_or(property::DEFAULT))?.body;
        let regimes = if regimes.is_empty() { &body.regimes } else { regimes };
        Ok(Self { country: body.country.clone(), regimes: regimes.to_vec() })
    }
}

fn json(body: &impl Serialize) -> Result<Response> {
    let text =
        serde_json::to_vec(body).map_err(|error| ConsentError::Invalid(error.to_string()))?;
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}
