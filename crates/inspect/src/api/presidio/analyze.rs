//! `POST /analyze`, `GET /recognizers`, `GET /supportedentities`.

use axum::{
    Json,
    body::Bytes,
    extract::{Query, State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use detect::{AdHoc, CustomDetectors, Entity, Language, Options, Span, find_long};
use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{access::Caller, request};
use crate::{
    Room,
    api::{TEXTS_MAX, offsets::CodePoints, operators::is_falsy},
};

/// What Presidio adds to a score for a context word, and the least a score becomes by it.
const CONTEXT_BONUS: f64 = 0.35;
const CONTEXT_LEAST: f64 = 0.4;
/// Characters before a finding in which a context word of the request counts.
const CONTEXT_REACH: usize = 60;
/// Bytes of a compiled `allow_list` of patterns at most.
const ALLOW_MAX: usize = 1 << 20;
/// Python's `re.DOTALL | re.MULTILINE | re.IGNORECASE`, Presidio's default.
const FLAGS: u64 = 26;

const NO_RECOGNIZERS: &str = "No matching recognizers were found to serve the request.";

/// One result; keys in alphabetical order, as Presidio sorts them.
#[derive(Serialize)]
struct Found {
    analysis_explanation: Option<Explanation>,
    end: usize,
    entity_type: String,
    score: f64,
    start: usize,
}

#[derive(Serialize)]
struct Explanation {
    original_score: f64,
    pattern: Option<String>,
    pattern_name: Option<String>,
    recognizer: String,
    regex_flags: Option<u64>,
    score: f64,
    score_context_improvement: f64,
    supportive_context_word: String,
    #[serde(rename = "textual_explanation")]
    text: Option<String>,
    validation_result: Option<bool>,
}

/// A request, read.
struct Asked {
    texts: Vec<String>,
    batch: bool,
    language: Language,
    entities: Option<Vec<String>>,
    threshold: f64,
    explain: bool,
    context: Vec<String>,
    allow: Allow,
    ad_hoc: Vec<AdHoc>,
}

/// What the request allows to stand.
enum Allow {
    Exact(Vec<String>),
    Pattern(Regex),
}

/// A refusal as Presidio makes it: 500 for what its engine raises, 400 for a wrong type.
struct Refusal(StatusCode, String);

fn raised(message: impl Into<String>) -> Refusal {
    Refusal(StatusCode::INTERNAL_SERVER_ERROR, message.into())
}

fn mistyped(message: &str) -> Refusal {
    let message =
        format!("Failed to parse /analyze request for AnalyzerEngine.analyze(). {message}");
    Refusal(StatusCode::BAD_REQUEST, message)
}

pub(super) async fn analyze(
    State(room): State<Room>,
    _: Caller,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let content = match request::object(&headers, body) {
        Ok(content) => content,
        Err(refused) => return refused,
    };
    let own = match room.inspect.own_detectors().await {
        Ok(own) => own,
        Err(error) => {
            tracing::error!(%error, "own detectors could not be read");
            return super::error(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the detectors could not be read",
            );
        }
    };
    let work = room.inspect.work(move || {
        let asked = Asked::read(content)?;
        asked.answer(&own)
    });
    match work.await {
        Ok(Ok((mut found, batch))) => match (batch, found.pop()) {
            (false, Some(only)) => Json(only).into_response(),
            (_, last) => {
                found.extend(last);
                Json(found).into_response()
            }
        },
        Ok(Err(Refusal(status, message))) => super::error(status, &message),
        Err(busy) => super::busy(busy),
    }
}

impl Asked {
    fn read(mut content: Map<String, Value>) -> Result<Self, Refusal> {
        let text = content.remove("text").unwrap_or_default();
        let batch = text.is_array();
        let texts = match text {
            Value::String(text) if !text.is_empty() => vec![text],
            Value::Array(list) if !list.is_empty() => {
                if list.len() > TEXTS_MAX {
                    return Err(raised(format!("send at most {TEXTS_MAX} texts in one request")));
                }
                let texts = list.into_iter().map(|text| match text {
                    Value::String(text) => Ok(text),
                    _ => Err(mistyped("texts must be strings")),
                });
                texts.collect::<Result<_, _>>()?
            }
            other if is_falsy(&other) => return Err(raised("No text provided")),
            _ => return Err(mistyped("text must be a string or a list of strings")),
        };
        let ad_hoc = ad_hoc(content.get("ad_hoc_recognizers"))?;
        let language = match content.get("language") {
            Some(Value::String(language)) if !language.is_empty() => language_of(language)?,
            Some(other) if !is_falsy(other) => return Err(mistyped("language must be a string")),
            _ => return Err(raised("No language provided")),
        };
        let entities = match content.get("entities") {
            Some(value) if !is_falsy(value) => Some(strings("entities", Some(value))?),
            _ => None,
        };
        let threshold = content.get("score_threshold").and_then(Value::as_f64).unwrap_or(0.0);
        let explain = content.get("return_decision_process").is_some_and(|on| !is_falsy(on));
        let lower = |words: Vec<String>| words.iter().map(|word| word.to_lowercase()).collect();
        Ok(Self {
            texts,
            batch,
            language,
            entities,
            threshold,
            explain,
            context: lower(strings("context", content.get("context"))?),
            allow: Allow::read(&content)?,
            ad_hoc,
        })
    }

    fn answer(self, own: &CustomDetectors) -> Result<(Vec<Vec<Found>>, bool), Refusal> {
        let known = |name: &str| {
            Entity::ALL.iter().any(|entity| entity.name() == name)
                || own.list().iter().any(|detector| &*detector.name == name)
                || self.ad_hoc.iter().any(|ad_hoc| ad_hoc.entity == name)
        };
        if self.entities.as_ref().is_some_and(|wanted| !wanted.iter().any(|name| known(name))) {
            return Err(raised(NO_RECOGNIZERS));
        }
        let sent = CustomDetectors::ad_hoc(self.ad_hoc.clone()).map_err(|(at, problem)| {
            raised(format!("Invalid regex pattern: recognizer {at} {problem}"))
        })?;
        let options = Options {
            language: self.language,
            custom: Some(own.beside(&sent)),
            ..Options::default()
        };
        let found = self.texts.iter().map(|text| self.found_in(text, &options)).collect();
        Ok((found, self.batch))
    }

    fn found_in(&self, text: &str, options: &Options) -> Vec<Found> {
        let mut points = CodePoints::of(text);
        let mut out = Vec::new();
        for span in find_long(text, options) {
            let wanted =
                self.entities.as_ref().is_none_or(|e| e.iter().any(|e| e == span.entity()));
            if !wanted || self.allow.allows(&text[span.start..span.end]) {
                continue;
            }
            let word = self.context_word(text, &span);
            let score = match word {
                Some(_) => (span.score + CONTEXT_BONUS).clamp(CONTEXT_LEAST, 1.0),
                None => span.score,
            };
            if score < self.threshold {
                continue;
            }
            out.push(Found {
                analysis_explanation: self.explain.then(|| explanation(&span, score, word)),
                start: points.at(span.start),
                end: points.at(span.end),
                entity_type: span.entity().to_owned(),
                score: round(score),
            });
        }
        out
    }

    /// A context word of the request that stands shortly before a finding.
    fn context_word(&self, text: &str, span: &Span) -> Option<&str> {
        if self.context.is_empty() {
            return None;
        }
        let before = text[..span.start].char_indices().rev().take(CONTEXT_REACH).last();
        let near = text[before.map_or(span.start, |(at, _)| at)..span.start].to_lowercase();
        self.context.iter().map(String::as_str).find(|word| !word.is_empty() && near.contains(word))
    }
}

impl Allow {
    fn read(content: &Map<String, Value>) -> Result<Self, Refusal> {
        let list = strings("allow_list", content.get("allow_list"))?;
        match content.get("allow_list_match").and_then(Value::as_str).unwrap_or("exact") {
            "exact" => Ok(Self::Exact(list)),
            _ if list.iter().all(String::is_empty) => Ok(Self::Exact(Vec::new())),
            "regex" => {
                let flags = content.get("regex_flags").and_then(Value::as_u64).unwrap_or(FLAGS);
                let terms: Vec<&str> =
                    list.iter().map(String::as_str).filter(|term| !term.is_empty()).collect();
                // re.IGNORECASE 2, re.MULTILINE 8, re.DOTALL 16.
                RegexBuilder::new(&terms.join("|"))
                    .case_insensitive(flags & 2 != 0)
                    .multi_line(flags & 8 != 0)
                    .dot_matches_new_line(flags & 16 != 0)
                    .size_limit(ALLOW_MAX)
                    .build()
                    .map(Self::Pattern)
                    .map_err(|_| raised("allow_list holds a pattern that cannot be used"))
            }
            _ => Err(raised("allow_list_match must either be set to 'exact' or 'regex'.")),
        }
    }

    fn allows(&self, word: &str) -> bool {
        match self {
            Self::Exact(list) => list.iter().any(|allowed| allowed == word),
            Self::Pattern(pattern) => pattern.is_match(word),
        }
    }
}

fn explanation(span: &Span, score: f64, word: Option<&str>) -> Explanation {
    let checked = span.layer == detect::Layer::Checked;
    Explanation {
        original_score: round(span.score),
        pattern: None,
        pattern_name: Some(span.rule.to_owned()),
        recognizer: recognizer(span.entity()),
        regex_flags: None,
        score: round(score),
        score_context_improvement: round(score - span.score),
        supportive_context_word: word.unwrap_or_default().to_owned(),
        text: Some(format!("Found by the rule `{}`", span.rule)),
        validation_result: checked.then_some(true),
    }
}

fn round(score: f64) -> f64 {
    (score * 100.0).round() / 100.0
}

fn language_of(name: &str) -> Result<Language, Refusal> {
    match name {
        "en" => Ok(Language::English),
        "zh" => Ok(Language::Chinese),
        "auto" => Ok(Language::Auto),
        _ => Err(raised(NO_RECOGNIZERS)),
    }
}

fn strings(name: &str, value: Option<&Value>) -> Result<Vec<String>, Refusal> {
    let Some(value) = value.filter(|value| !is_falsy(value)) else { return Ok(Vec::new()) };
    let list = value.as_array().map(|list| {
        list.iter().map(|text| text.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
    });
    list.flatten().ok_or_else(|| mistyped(&format!("{name} must be a list of strings")))
}

/// Recognizers sent along: a pattern each becomes a detector of its own, as each has its score.
fn ad_hoc(value: Option<&Value>) -> Result<Vec<AdHoc>, Refusal> {
    let Some(value) = value.filter(|value| !is_falsy(value)) else { return Ok(Vec::new()) };
    let Some(list) = value.as_array() else {
        return Err(mistyped("ad_hoc_recognizers must be a list"));
    };
    let mut out = Vec::new();
    for one in list {
        let entity = one["supported_entity"]
            .as_str()
            .or_else(|| one["supported_entities"][0].as_str())
            .ok_or_else(|| {
                mistyped("missing 1 required positional argument: 'supported_entity'")
            })?;
        let context = strings("context", one.get("context"))?;
        let flags = one["global_regex_flags"].as_u64().unwrap_or(FLAGS);
        let words = strings("deny_list", one.get("deny_list"))?;
        let patterns = one["patterns"].as_array().map_or(&[] as &[Value], Vec::as_slice);
        if patterns.is_empty() && words.is_empty() {
            return Err(raised(
                "Pattern recognizer should be initialized with patterns or with deny list",
            ));
        }
        for pattern in patterns {
            let (Some(regex), Some(score)) = (pattern["regex"].as_str(), pattern["score"].as_f64())
            else {
                return Err(mistyped("a pattern needs name, regex and score"));
            };
            if !(0.0..=1.0).contains(&score) {
                return Err(raised(format!(
                    "Invalid score: {score}. Score should be between 0 and 1"
                )));
            }
            let pattern = format!("{}{regex}", inline(flags));
            out.push(AdHoc {
                entity: entity.to_owned(),
                pattern: Some(pattern),
                context: context.clone(),
                score,
                ..AdHoc::default()
            });
        }
        if !words.is_empty() {
            let score = one["deny_list_score"].as_f64().unwrap_or(1.0);
            let entity = entity.to_owned();
            out.push(AdHoc { entity, words, context, score, ..AdHoc::default() });
        }
    }
    Ok(out)
}

/// Python's flags as the beginning of a pattern.
fn inline(flags: u64) -> String {
    let letters: String = [(2, 'i'), (8, 'm'), (16, 's')]
        .iter()
        .filter(|(bit, _)| flags & bit != 0)
        .map(|(_, c)| *c)
        .collect();
    if letters.is_empty() { letters } else { format!("(?{letters})") }
}

#[derive(Deserialize)]
pub(super) struct Wanted {
    language: Option<String>,
}

pub(super) async fn recognizers(
    State(room): State<Room>,
    _: Caller,
    Query(wanted): Query<Wanted>,
) -> Response {
    listed(&room, wanted, recognizer).await
}

pub(super) async fn supported_entities(
    State(room): State<Room>,
    _: Caller,
    Query(wanted): Query<Wanted>,
) -> Response {
    listed(&room, wanted, str::to_owned).await
}

async fn listed(room: &Room, wanted: Wanted, name: fn(&str) -> String) -> Response {
    let language = wanted.language.filter(|language| !language.is_empty());
    if let Some(Err(Refusal(status, message))) = language.as_deref().map(language_of) {
        return super::error(status, &message);
    }
    let own = room.inspect.own_detectors().await.unwrap_or_default();
    let own = own.list().iter().map(|detector| name(&detector.name)).collect::<Vec<_>>();
    let all: Vec<String> =
        Entity::ALL.iter().map(|entity| name(entity.name())).chain(own).collect();
    Json(all).into_response()
}

/// `EMAIL_ADDRESS` is found by the `EmailAddressRecognizer`.
fn recognizer(entity: &str) -> String {
    let words = entity.split('_').map(|word| {
        let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
        format!("{first}{}", rest.to_lowercase())
    });
    words.collect::<String>() + "Recognizer"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognizers_are_named_as_presidio_names_them() {
        assert_eq!(recognizer("EMAIL_ADDRESS"), "EmailAddressRecognizer");
        assert_eq!(recognizer(""), "Recognizer");
    }

    #[test]
    fn pythons_flags_become_letters() {
        assert_eq!(
            (inline(26).as_str(), inline(0).as_str(), inline(2).as_str()),
            ("(?ims)", "", "(?i)")
        );
    }
}
