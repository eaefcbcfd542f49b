//! `POST /v1/detect`.

use axum::{
    Json, Router,
    extract::{State, rejection::JsonRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use detect::{Language, Options};
use serde::{Deserialize, Serialize};
use web::Token;

use super::{TEXTS_MAX, offsets::CodePoints};
use crate::{Busy, Room};

/// The scope a token needs.
pub(crate) const SCOPE: &str = "detect";

pub(crate) fn router() -> Router<Room> {
    Router::new().route("/v1/detect", post(detect_texts))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    text: Option<String>,
    texts: Option<Vec<String>>,
    #[serde(default)]
    language: Lang,
    entities: Option<Vec<String>>,
    #[serde(default)]
    min_score: f64,
    #[serde(default)]
    explain: bool,
}

#[derive(Deserialize, Default, Clone, Copy)]
enum Lang {
    #[default]
    #[serde(rename = "auto")]
    Auto,
    #[serde(rename = "en")]
    English,
    #[serde(rename = "zh")]
    Chinese,
}

#[derive(Serialize)]
struct Found {
    start: usize,
    end: usize,
    #[serde(rename = "type")]
    kind: String,
    category: String,
    score: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
}

async fn detect_texts(
    State(room): State<Room>,
    token: Token,
    question: Result<Json<Question>, JsonRejection>,
) -> Response {
    if let Err(refused) = token.require(SCOPE) {
        return refused;
    }
    let question = match question {
        Ok(Json(question)) => question,
        Err(wrong) => return bad_json(&wrong),
    };
    let (texts, single) = match (question.text, question.texts) {
        (Some(text), None) => (vec![text], true),
        (None, Some(texts)) if texts.len() <= TEXTS_MAX => (texts, false),
        (None, Some(_)) => return bad(&format!("send at most {TEXTS_MAX} texts in one request")),
        _ => return bad("send either `text` or `texts`"),
    };
    let own = match room.inspect.own_detectors().await {
        Ok(own) => own,
        Err(error) => {
            tracing::error!(%error, "own detectors could not be read");
            return unavailable(Busy::Broken);
        }
    };
    let options = Options {
        language: match question.language {
            Lang::Auto => Language::Auto,
            Lang::English => Language::English,
            Lang::Chinese => Language::Chinese,
        },
        custom: Some(own),
        ..Options::default()
    };
    let (entities, least, explain) = (question.entities, question.min_score, question.explain);
    let work = room.inspect.work(move || {
        texts
            .iter()
            .map(|text| found_in(text, &options, entities.as_deref(), least, explain))
            .collect::<Vec<_>>()
    });
    match work.await {
        Ok(mut found) if single => {
            Json(serde_json::json!({ "spans": found.pop().unwrap_or_default() })).into_response()
        }
        Ok(found) => {
            let results: Vec<_> =
                found.into_iter().map(|spans| serde_json::json!({ "spans": spans })).collect();
            Json(serde_json::json!({ "results": results })).into_response()
        }
        Err(busy) => unavailable(busy),
    }
}

fn found_in(
    text: &str,
    options: &Options,
    entities: Option<&[String]>,
    least: f64,
    explain: bool,
) -> Vec<Found> {
    let mut points = CodePoints::of(text);
    detect::find_with(text, options)
        .iter()
        .filter(|span| span.score >= least)
        .filter(|span| entities.is_none_or(|wanted| wanted.iter().any(|e| e == span.entity())))
        .map(|span| Found {
            start: points.at(span.start),
            end: points.at(span.end),
            kind: span.entity().to_owned(),
            category: span.category().to_owned(),
            score: (span.score * 100.0).round() / 100.0,
            rule: explain.then(|| span.rule.to_owned()),
        })
        .collect()
}

fn bad(detail: &str) -> Response {
    web::problem(StatusCode::BAD_REQUEST, "urn:privet:problem:bad-request", detail)
}

/// serde's own message may quote a value of the request: say where, not what.
fn bad_json(wrong: &JsonRejection) -> Response {
    let detail = match wrong {
        JsonRejection::JsonDataError(_) => {
            "a key is missing, unknown or of the wrong type; the documentation lists them"
        }
        JsonRejection::JsonSyntaxError(_) => "the body is not valid JSON",
        JsonRejection::MissingJsonContentType(_) => "send `Content-Type: application/json`",
        _ => "the body could not be read, or is too large",
    };
    web::problem(wrong.status(), "urn:privet:problem:bad-request", detail)
}

fn unavailable(busy: Busy) -> Response {
    let status = match busy {
        Busy::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        Busy::Turn | Busy::TooLong => StatusCode::SERVICE_UNAVAILABLE,
    };
    let mut response = web::problem(status, "urn:privet:problem:busy", &busy.to_string());
    if busy == Busy::Turn {
        response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("5"));
    }
    response
}
