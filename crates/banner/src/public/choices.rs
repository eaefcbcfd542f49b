//! Writing: a visitor's choices, and displays of an experiment.

use std::collections::BTreeMap;

use axum::{
    Json,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use consent::{Choice, Identifier, IdentifierKind, Receipt, Recording, Subject, record::Origin};
use serde::{Deserialize, de::DeserializeOwned};
use store::Actor;
use web::ClientAddress;

use super::{
    answers::{failed, too_often},
    origin::{admit, is_own, problem, readable},
};
use crate::{BannerError, Room, experiment::Outcome, site::Loaded};

/// How late a choice may come: a browser that was offline sends it again for a month.
const LATE: i64 = 30 * 24 * 3600 * 1_000_000;
/// Clocks differ; a choice within this time was made now.
const NOW: i64 = 60 * 1_000_000;

#[derive(Deserialize)]
pub(super) struct Who {
    device_id: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
pub(super) enum Chosen {
    Flag(bool),
    Word(Word),
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Word {
    Withdrawn,
}

impl From<Chosen> for Choice {
    fn from(chosen: Chosen) -> Self {
        match chosen {
            Chosen::Flag(true) => Self::Granted,
            Chosen::Flag(false) => Self::Denied,
            Chosen::Word(Word::Withdrawn) => Self::Withdrawn,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Part {
    id: String,
    variant: String,
}

/// What the script sends after a choice.
#[derive(Deserialize)]
pub(super) struct Sent {
    property: String,
    notice: String,
    language: String,
    subject: Who,
    choices: BTreeMap<String, Chosen>,
    channel: String,
    #[serde(default)]
    page: String,
    /// Milliseconds since 1970 by the browser's clock.
    given_at: i64,
    key: String,
    #[serde(default)]
    experiment: Option<Part>,
}

pub(super) async fn record(
    State(room): State<Room>,
    address: ClientAddress,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let answer = match take(&room, &address, &headers, body).await {
        Ok(answer) | Err(answer) => answer,
    };
    readable(&headers, answer)
}

async fn take(
    room: &Room,
    address: &ClientAddress,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Response> {
    let banner = &room.banner;
    banner.limits.writes.take(address.reveal()).map_err(too_often)?;
    let sent: Sent = read(body)?;
    let loaded = banner.load(&sent.property).await.map_err(|error| failed(&error))?;
    from_a_page(room, &loaded, headers)?;
    let recording = recording(&sent, address, headers).map_err(|error| failed(&error))?;
    let actor = Actor::System("banner");
    let receipt = banner
        .consent()
        .record(&actor, &recording)
        .await
        .map_err(|error| failed(&BannerError::Consent(error)))?;
    note(room, &sent, &loaded, &receipt).await;
    Ok((StatusCode::CREATED, Json(told(&receipt))).into_response())
}

fn recording(
    sent: &Sent,
    address: &ClientAddress,
    headers: &HeaderMap,
) -> Result<Recording, BannerError> {
    let hex = |text: &str| text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
    if !hex(&sent.subject.device_id) || !hex(&sent.key) {
        let text = "device_id and key are 32 hexadecimal digits, as the script makes them";
        return Err(consent::ConsentError::Invalid(text.to_owned()).into());
    }
    if !matches!(sent.channel.as_str(), "web" | "gpc") {
        let text = "channel is web or gpc";
        return Err(consent::ConsentError::Invalid(text.to_owned()).into());
    }
    let device = Identifier::parse(IdentifierKind::DeviceId, &sent.subject.device_id, "")
        .map_err(consent::ConsentError::from)?;
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    Ok(Recording {
        subject: Subject::new(vec![device]).map_err(consent::ConsentError::from)?,
        property: sent.property.clone(),
        notice: sent.notice.clone(),
        language: sent.language.clone(),
        choices: sent.choices.iter().map(|(key, chosen)| (key.clone(), (*chosen).into())).collect(),
        channel: sent.channel.clone(),
        page: sent.page.clone(),
        ip: address.reveal().parse().ok(),
        user_agent: agent.unwrap_or_default().to_owned(),
        given_at: given_at(sent.given_at, store::now()),
        minor: None,
        origin: Origin::Banner,
        confirmed: false,
        idempotency: Some(format!("banner:{}", sent.key)),
    })
}

/// The browser's time only where it says something: late, but not absurdly.
fn given_at(millis: i64, now: i64) -> Option<i64> {
    let at = millis.checked_mul(1000)?;
    (now - LATE..now - NOW).contains(&at).then_some(at)
}

/// The wording answered. The choice stands whether this can be written or not.
async fn note(room: &Room, sent: &Sent, loaded: &Loaded, receipt: &Receipt) {
    let (Some(part), Some(experiment)) = (&sent.experiment, &loaded.experiment) else { return };
    let known = experiment.body.variants.iter().any(|variant| variant.key == part.variant);
    if part.id != experiment.id || !known {
        return;
    }
    let yes = sent.choices.values().map(|chosen| matches!(chosen, Chosen::Flag(true)));
    let noted = room.banner.note_answer(&receipt.id, &part.id, &part.variant, Outcome::of(yes));
    if let Err(error) = noted.await {
        tracing::warn!(%error, "an answer to an experiment could not be counted");
    }
}

fn told(receipt: &Receipt) -> serde_json::Value {
    serde_json::json!({
        "id": receipt.id,
        "recorded_at": rfc3339(receipt.recorded_at),
        "receipt": receipt.document,
    })
}

fn rfc3339(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros).map(|at| at.to_string()).unwrap_or_default()
}

/// What the script sends when the banner of an experiment is on the screen.
#[derive(Deserialize)]
pub(super) struct Seen {
    property: String,
    experiment: Part,
}

pub(super) async fn seen(
    State(room): State<Room>,
    address: ClientAddress,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let answer = async {
        let banner = &room.banner;
        banner.limits.writes.take(address.reveal()).map_err(too_often)?;
        let sent: Seen = read(body)?;
        let loaded = banner.load(&sent.property).await.map_err(|error| failed(&error))?;
        from_a_page(&room, &loaded, &headers)?;
        // The variant is ours to know: what the browser says only has to agree.
        if let (visitor, Some(variant)) = banner.variant(&loaded, &address, &headers)
            && loaded.experiment.as_ref().is_some_and(|own| own.id == sent.experiment.id)
            && variant.key == sent.experiment.variant
        {
            banner.counts.shown(&sent.experiment.id, &variant.key, visitor);
        }
        Ok::<_, Response>(StatusCode::NO_CONTENT.into_response())
    };
    let answer = match answer.await {
        Ok(answer) | Err(answer) => answer,
    };
    readable(&headers, answer)
}

/// Choices come from pages of the property: a browser always says from which.
#[allow(clippy::result_large_err)] // a response is what the handler returns anyway
fn from_a_page(room: &Room, loaded: &Loaded, headers: &HeaderMap) -> Result<(), Response> {
    admit(&room.web, &loaded.site, headers)?;
    if !headers.contains_key(header::ORIGIN) && !is_own(headers) {
        let detail = "send the header Origin; systems record choices with POST /v1/consents";
        return Err(problem(StatusCode::FORBIDDEN, "origin", detail));
    }
    Ok(())
}

#[allow(clippy::result_large_err)] // a response is what the handler returns anyway
fn read<T: DeserializeOwned>(body: Result<Bytes, BytesRejection>) -> Result<T, Response> {
    let body = body.map_err(|rejection| {
        let status = rejection.status();
        let detail = if status == StatusCode::PAYLOAD_TOO_LARGE {
            "a choice has at most 16 KB"
        } else {
            "the body did not arrive whole; send it again"
        };
        problem(status, "body", detail)
    })?;
    serde_json::from_slice(&body).map_err(|error| {
        // Where, not what: the text may hold an identifier.
        let detail =
            format!("the body does not fit at line {}, column {}", error.line(), error.column());
        problem(StatusCode::BAD_REQUEST, "body", &detail)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browsers_clock_counts_only_when_the_choice_comes_late() {
        let now = 1_790_000_000_000_000;
        assert_eq!(given_at(now / 1000, now), None);
        assert_eq!(given_at(now / 1000 + 500_000, now), None, "a clock ahead");
        assert_eq!(given_at((now - 3_600_000_000) / 1000, now), Some(now - 3_600_000_000));
        assert_eq!(given_at(0, now), None, "a clock in 1970");
        assert_eq!(given_at(i64::MAX, now), None);
    }
}
