//! `POST /v1/detect`.

use axum::{
    Json, Router,
    extract::{State, rejection::JsonRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use detect::{CustomDetectors, Entity, Key, Language, Options, Span, Target, find_long, splice};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use web::Token;

use super::{
    TEXTS_MAX,
    offsets::CodePoints,
    operators::{Form, Operators, Way, Wrong},
};
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
    patterns_only: bool,
    #[serde(default)]
    explain: bool,
    operators: Option<Map<String, Value>>,
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

/// What is answered for one text.
#[derive(Serialize)]
struct Answer {
    spans: Vec<Found>,
    #[serde(skip_serializing_if = "Option::is_none")]
    anonymized: Option<Anonymized>,
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
    layer: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
}

#[derive(Serialize)]
struct Anonymized {
    text: String,
    items: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    start: usize,
    end: usize,
    #[serde(rename = "type")]
    kind: String,
    operator: String,
}

/// What to do with each text.
struct Task {
    options: Options,
    entities: Option<Vec<String>>,
    min_score: f64,
    explain: bool,
    operators: Option<Map<String, Value>>,
    key: Key,
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
    if let Some(wrong) = unknown(question.entities.as_deref(), &own) {
        return bad(&format!("`{wrong}` is no entity; GET /supportedentities lists them"));
    }
    let task = Task {
        options: Options {
            language: match question.language {
                Lang::Auto => Language::Auto,
                Lang::English => Language::English,
                Lang::Chinese => Language::Chinese,
            },
            patterns_only: question.patterns_only,
            custom: Some(own),
        },
        entities: question.entities,
        min_score: question.min_score,
        explain: question.explain,
        operators: question.operators,
        key: room.inspect.replace_key().clone(),
    };
    match room.inspect.work(move || task.run(&texts)).await {
        Ok(Ok(mut answers)) => match (single, answers.pop()) {
            (true, Some(only)) => Json(only).into_response(),
            (_, last) => {
                answers.extend(last);
                Json(serde_json::json!({ "results": answers })).into_response()
            }
        },
        Ok(Err(Wrong::Parameter(message))) => bad(&message),
        Ok(Err(Wrong::Custom)) => bad("the operator `custom` runs code and is not offered"),
        Ok(Err(Wrong::Sealed)) => unavailable(Busy::Broken),
        Err(busy) => unavailable(busy),
    }
}

fn unknown<'a>(entities: Option<&'a [String]>, own: &CustomDetectors) -> Option<&'a String> {
    entities.unwrap_or_default().iter().find(|name| {
        !Entity::ALL.iter().any(|entity| entity.name() == name.as_str())
            && !own.list().iter().any(|detector| *detector.name == ***name)
    })
}

impl Task {
    fn run(&self, texts: &[String]) -> Result<Vec<Answer>, Wrong> {
        let operators = match &self.operators {
            None => None,
            Some(given) => {
                Some(Operators::read(Some(given), &self.key, Form::Ours, Way::Anonymize)?)
            }
        };
        texts.iter().map(|text| self.answer(text, operators.as_ref())).collect()
    }

    fn answer(&self, text: &str, operators: Option<&Operators>) -> Result<Answer, Wrong> {
        let mut spans = find_long(text, &self.options);
        spans.retain(|span| {
            let wanted =
                self.entities.as_ref().is_none_or(|e| e.iter().any(|e| e == span.entity()));
            wanted && span.score >= self.min_score
        });
        let anonymized =
            operators.map(|operators| anonymized(text, &spans, operators)).transpose()?;
        let mut points = CodePoints::of(text);
        let found = spans.iter().map(|span| Found {
            start: points.at(span.start),
            end: points.at(span.end),
            kind: span.entity().to_owned(),
            category: span.category().to_owned(),
            score: (span.score * 100.0).round() / 100.0,
            layer: self.explain.then(|| span.layer.name()),
            rule: self.explain.then_some(span.rule),
        });
        Ok(Answer { spans: found.collect(), anonymized })
    }
}

fn anonymized(text: &str, spans: &[Span], operators: &Operators) -> Result<Anonymized, Wrong> {
    let targets: Vec<Target<'_>> = spans.iter().map(Target::from).collect();
    let mut names = Vec::with_capacity(targets.len());
    let done = splice(text, &targets, |target, found| {
        let (new, name) = operators.apply(target, found)?;
        names.push(name.to_owned());
        Ok::<_, Wrong>(new)
    })?;
    let mut points = CodePoints::of(&done.text);
    let items = done.items.iter().zip(names).map(|(item, operator)| Item {
        start: points.at(item.start),
        end: points.at(item.end),
        kind: targets[item.target].entity.to_owned(),
        operator,
    });
    let items = items.collect();
    Ok(Anonymized { items, text: done.text })
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
