//! The API as a document: `GET /openapi.json` (OpenAPI 3.1; `?lang=zh-CN` for its texts in Chinese) and
//! `GET /docs`, the same to read. The document is `openapi.yaml`; a test holds it against the addresses
//! the rooms answer at, so that neither has a call the other does not know.

mod calls;
mod page;

use std::sync::OnceLock;

use axum::{Json, Router, extract::Query, routing::get};
use serde::Deserialize;
use serde_json::Value;
use web::{Lang, Web, WebError};

const SOURCE: &str = include_str!("openapi.yaml");
/// Stands between a text in English and the same in Chinese.
const BETWEEN: char = '‖';

/// The addresses of the reference.
pub fn router(web: Web) -> Router {
    Router::new().route("/openapi.json", get(json)).route("/docs", get(page::show)).with_state(web)
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    lang: String,
}

async fn json(Query(asked): Query<Asked>) -> Result<Json<Value>, WebError> {
    Ok(Json(document(Lang::from_tag(&asked.lang).unwrap_or_default())?.clone()))
}

/// The document in a language, read once.
///
/// # Errors
/// The file in the binary is no YAML, which a test rules out.
pub fn document(lang: Lang) -> Result<&'static Value, WebError> {
    static READ: OnceLock<Result<[Value; 2], String>> = OnceLock::new();
    let read = READ.get_or_init(|| {
        let source =
            SOURCE.replace("version: VERSION", concat!("version: ", env!("CARGO_PKG_VERSION")));
        let whole: Value = serde_norway::from_str(&source).map_err(|error| error.to_string())?;
        Ok([in_language(whole.clone(), false), in_language(whole, true)])
    });
    match read {
        Ok(both) => Ok(&both[usize::from(lang.tag() == "zh-CN")]),
        Err(error) => Err(WebError::internal(error.clone())),
    }
}

/// Leaves of every text the half in one language.
fn in_language(value: Value, chinese: bool) -> Value {
    match value {
        Value::String(text) => match text.split_once(BETWEEN) {
            Some((en, zh)) => Value::from(if chinese { zh.trim() } else { en.trim() }),
            None => Value::String(text),
        },
        Value::Array(list) => list.into_iter().map(|one| in_language(one, chinese)).collect(),
        Value::Object(map) => {
            map.into_iter().map(|(key, one)| (key, in_language(one, chinese))).collect()
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every text for people is there in both languages.
    fn untranslated(value: &Value, place: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                for (key, one) in map {
                    let text = one.as_str().filter(|_| key == "summary" || key == "description");
                    if text.is_some_and(|text| !text.contains(BETWEEN)) {
                        found.push(format!("{place}/{key}"));
                    }
                    untranslated(one, &format!("{place}/{key}"), found);
                }
            }
            Value::Array(list) => list.iter().for_each(|one| untranslated(one, place, found)),
            _ => {}
        }
    }

    #[test]
    fn every_text_is_there_in_both_languages() {
        let whole: Value = serde_norway::from_str(SOURCE).unwrap();
        let mut found = Vec::new();
        untranslated(&whole, "", &mut found);
        assert!(found.is_empty(), "{found:?}");
    }

    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => map.iter().for_each(|(key, one)| match one.as_str() {
                Some(target) if key == "$ref" => found.push(target.to_owned()),
                _ => references(one, found),
            }),
            Value::Array(list) => list.iter().for_each(|one| references(one, found)),
            _ => {}
        }
    }

    #[test]
    fn every_reference_leads_somewhere_and_every_number_of_a_call_is_its_own() {
        let document = document(Lang::default()).unwrap();
        let mut found = Vec::new();
        references(document, &mut found);
        assert!(!found.is_empty());
        for target in found {
            let pointer = target.trim_start_matches('#');
            assert!(document.pointer(pointer).is_some(), "{target} leads nowhere");
        }
        let mut names: Vec<&str> = calls::all(document).map(|call| call.name()).collect();
        let calls = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), calls, "two calls share an operationId");
    }
}
