//! `POST /anonymize`, `POST /deanonymize` and the lists of operators.

use axum::{
    Json,
    body::Bytes as Body,
    extract::{State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use detect::{Entity, Target, splice};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    access::Caller,
    merge::{Found, merge},
    request,
};
use crate::{
    Room,
    api::{
        offsets::{Bytes, CodePoints},
        operators::{Form, Operators, Way, Wrong, is_falsy, wrong_type},
    },
};

/// Entries of `analyzer_results` at most.
const RESULTS_MAX: usize = 100_000;

#[derive(Serialize)]
struct Done {
    text: String,
    items: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    start: usize,
    end: usize,
    entity_type: String,
    text: String,
    operator: String,
    score: Option<f64>,
}

pub(super) async fn anonymizers(_: Caller) -> Response {
    let names = ["encrypt", "fake", "hash", "keep", "mask", "redact", "replace"];
    Json(names).into_response()
}

pub(super) async fn deanonymizers(_: Caller) -> Response {
    Json(["decrypt", "deanonymize_keep"]).into_response()
}

pub(super) async fn anonymize(
    State(room): State<Room>,
    _: Caller,
    headers: HeaderMap,
    body: Result<Body, BytesRejection>,
) -> Response {
    run(room, headers, body, Way::Anonymize).await
}

pub(super) async fn deanonymize(
    State(room): State<Room>,
    _: Caller,
    headers: HeaderMap,
    body: Result<Body, BytesRejection>,
) -> Response {
    run(room, headers, body, Way::Deanonymize).await
}

async fn run(
    room: Room,
    headers: HeaderMap,
    body: Result<Body, BytesRejection>,
    way: Way,
) -> Response {
    let content = match request::object(&headers, body) {
        Ok(content) => content,
        Err(refused) => return refused,
    };
    let key = room.inspect.replace_key().clone();
    let work = room.inspect.work(move || {
        let operators = operators_of(&content, way);
        let operators = Operators::read(operators?, &key, Form::Presidio, way)?;
        replace(&content, &operators, way)
    });
    match work.await {
        Ok(Ok(done)) => Json(done).into_response(),
        Ok(Err(Wrong::Custom)) => {
            super::error(StatusCode::BAD_REQUEST, "Custom type anonymizer is not supported")
        }
        Ok(Err(Wrong::Parameter(message))) => {
            super::error(StatusCode::UNPROCESSABLE_ENTITY, &message)
        }
        // Presidio's answer to a key that does not fit.
        Ok(Err(Wrong::Sealed)) => {
            super::error(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error")
        }
        Err(busy) => super::busy(busy),
    }
}

fn operators_of(
    content: &Map<String, Value>,
    way: Way,
) -> Result<Option<&Map<String, Value>>, Wrong> {
    let name = match way {
        Way::Anonymize => "anonymizers",
        Way::Deanonymize => "deanonymizers",
    };
    match content.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(map)) => Ok(Some(map)),
        Some(other) => Err(Wrong::Parameter(wrong_type(name, "object", other))),
    }
}

fn replace(content: &Map<String, Value>, operators: &Operators, way: Way) -> Result<Done, Wrong> {
    let text = match content.get("text") {
        None | Some(Value::Null) => "",
        Some(Value::String(text)) => text,
        Some(other) => return Err(Wrong::Parameter(wrong_type("text", "string", other))),
    };
    let bytes = Bytes::of(text);
    let found = results(content, &bytes, way)?;
    let slice = |from: usize, to: usize| {
        let (from, to) = bytes.at(text, from).zip(bytes.at(text, to)).unwrap_or_default();
        &text[from..to]
    };
    let found = match way {
        Way::Anonymize => merge(found, |from, to| {
            let between = slice(from, to);
            !between.is_empty() && between.bytes().all(|b| b == b' ')
        }),
        Way::Deanonymize => {
            // As Presidio sorts them: from the end, equals as they stand; read backwards here.
            let mut found = found;
            found.reverse();
            found.sort_by_key(|one| one.start);
            found
        }
    };
    let mut targets = Vec::with_capacity(found.len());
    for (at, one) in found.iter().enumerate() {
        // Of two that overlap the earlier ends where the later begins, but its operator sees all of it.
        let next = found.get(at + 1).map_or(one.end, |next| next.start.min(one.end));
        let (start, end) = (bytes.at(text, one.start), bytes.at(text, next));
        let (start, end) = (start.unwrap_or(text.len()), end.unwrap_or(text.len()));
        let category = one.entity.parse().map_or("", Entity::category);
        targets.push(Target { start, end, entity: &one.entity, category });
    }
    let mut names = Vec::with_capacity(found.len());
    let mut at = 0;
    let done = splice(text, &targets, |target, _| {
        let one = &found[at];
        at += 1;
        let (new, name) = operators.apply(target, slice(one.start, one.end))?;
        names.push((name.to_owned(), new.clone()));
        Ok::<_, Wrong>(new)
    })?;
    Ok(written(done, &found, names, way))
}

fn written(
    done: detect::Anonymized,
    found: &[Found],
    names: Vec<(String, String)>,
    way: Way,
) -> Done {
    let mut points = CodePoints::of(&done.text);
    let items = done.items.iter().zip(names).map(|(item, (operator, text))| {
        let one = &found[item.target];
        let (start, end) = (points.at(item.start), points.at(item.end));
        let score = (way == Way::Anonymize || !one.score.is_nan()).then_some(one.score);
        Item { start, end, entity_type: one.entity.clone(), text, operator, score }
    });
    let mut items: Vec<Item> = items.collect();
    // Presidio works from the end of a text to its beginning and tells it so.
    items.reverse();
    Done { text: done.text, items }
}

/// The places to replace, checked as presidio-anonymizer checks them.
fn results(content: &Map<String, Value>, bytes: &Bytes, way: Way) -> Result<Vec<Found>, Wrong> {
    let parameter = |message: &str| Wrong::Parameter(message.to_owned());
    let given = match way {
        Way::Anonymize => content.get("analyzer_results"),
        Way::Deanonymize => content.get("anonymizer_results"),
    };
    let list = match (given, way) {
        (None | Some(Value::Null), Way::Anonymize) => {
            return Err(parameter("Invalid input, request must contain analyzer results"));
        }
        (None, Way::Deanonymize) => return Ok(Vec::new()),
        (Some(Value::Array(list)), _) => list,
        (Some(other), Way::Deanonymize) if is_falsy(other) => return Ok(Vec::new()),
        (Some(other), _) => {
            return Err(Wrong::Parameter(wrong_type("analyzer_results", "array", other)));
        }
    };
    if list.len() > RESULTS_MAX {
        return Err(parameter("Invalid input, there are too many results; send fewer"));
    }
    list.iter().map(|one| result(one, bytes, way)).collect()
}

fn result(one: &Value, bytes: &Bytes, way: Way) -> Result<Found, Wrong> {
    let wrong = |message: String| Wrong::Parameter(message);
    let number = |name: &str| match &one[name] {
        Value::Null => Err(wrong(format!("Invalid input, result must contain {name}"))),
        Value::Number(number) => {
            number.as_i64().ok_or_else(|| wrong(format!("Invalid parameter value for '{name}'.")))
        }
        other => Err(wrong(wrong_type(name, "number", other))),
    };
    let (start, end) = (number("start")?, number("end")?);
    let entity = match &one["entity_type"] {
        Value::String(entity) if !entity.is_empty() => entity.clone(),
        _ => return Err(wrong("Invalid input, result must contain entity_type".to_owned())),
    };
    if start < 0 || end < 0 {
        return Err(wrong("Invalid input, result start and end must be positive".to_owned()));
    }
    if start > end {
        return Err(wrong(format!(
            "Invalid input, start index '{start}' must be smaller than end index '{end}'"
        )));
    }
    let score = one["score"].as_f64();
    if score.is_none() && way == Way::Anonymize {
        return Err(wrong("Invalid input, analyzer result must contain score".to_owned()));
    }
    let (start, end) = (start as usize, end as usize);
    if end > bytes.points {
        return Err(wrong(format!(
            "Invalid analyzer result, start: {start} and end: {end}, while text length is only {}.",
            bytes.points
        )));
    }
    Ok(Found { entity, start, end, score: score.unwrap_or(f64::NAN) })
}
