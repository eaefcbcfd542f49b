//! What no map knows, and how phrases of the map are said to customers.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use law::Text;
use serde::Deserialize;
use web::{Choice, CsrfForm, Page, Permission, WebError};

use super::words::{self, Link};
use crate::{Room, draft::Answers};

/// A purpose with sensitive data.
struct Sensitive {
    id: String,
    name: String,
    what: String,
    text: Text,
}

struct PhraseView {
    original: String,
    text: Text,
    from: Link,
    lacks: String,
}

#[derive(Template)]
#[template(path = "policy/answers.html")]
struct AnswersPage {
    p: Page,
    id: String,
    title: String,
    answers: Answers,
    ends: Vec<Choice>,
    yes_no: Vec<Choice>,
    sensitive: Vec<Sensitive>,
    california: bool,
    phrases: Vec<PhraseView>,
    may_edit: bool,
}

pub(super) async fn show(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewConsents)?;
    let standing = room.policy.standing(&id).await?;
    let (zh, document) = (p.zh(), &standing.composed.document);
    let (law, day) = (&standing.known.law, standing.known.day);
    let answers = standing.row.draft.answers.clone();
    let sensitive = document.sentences().filter_map(|(_, block, sentence)| {
        let id = sentence.id.strip_prefix("activity:")?.strip_suffix(":sensitive")?;
        Some(Sensitive {
            id: id.to_owned(),
            name: block.title.get(zh).to_owned(),
            what: sentence.text.get(zh).to_owned(),
            text: answers.necessity.get(id).cloned().unwrap_or_default(),
        })
    });
    let mut phrases: Vec<PhraseView> = standing
        .composed
        .phrases
        .iter()
        .map(|one| PhraseView {
            original: one.original.clone(),
            text: one.text.clone(),
            from: words::link(&p, law, day, &one.from),
            lacks: one.lacks.clone(),
        })
        .collect();
    phrases.sort_by_key(|one| one.lacks.is_empty());
    let choice = |value: &str, key: &str| Choice::new(value, p.t(key));
    web::render(&AnswersPage {
        title: document.title.get(zh).to_owned(),
        ends: vec![
            choice("delete", "policy-end-delete"),
            choice("anonymise", "policy-end-anonymise"),
            choice("either", "policy-end-either"),
        ],
        yes_no: vec![choice("no", "policy-no"), choice("yes", "policy-yes")],
        sensitive: sensitive.collect(),
        california: standing.known.has("us-ca"),
        may_edit: p.can(Permission::EditConsents),
        phrases,
        answers,
        id,
        p,
    })
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Input {
    at_end: String,
    automated: String,
    how_en: String,
    how_zh: String,
    sells: String,
    activity: Vec<String>,
    why_en: Vec<String>,
    why_zh: Vec<String>,
}

/// Repeated fields come in the order of the page.
fn pairs(keys: &[String], en: &[String], zh: &[String]) -> BTreeMap<String, Text> {
    let tidy = |text: &String| text.replace("\r\n", "\n").trim().to_owned();
    keys.iter()
        .zip(en.iter().zip(zh))
        .map(|(key, (en, zh))| (key.clone(), Text { en: tidy(en), zh: tidy(zh) }))
        .collect()
}

pub(super) async fn save(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    let mut draft = room.policy.row(&id).await?.draft;
    let mut necessity = pairs(&input.activity, &input.why_en, &input.why_zh);
    necessity.retain(|_, text| !(text.en.is_empty() && text.zh.is_empty()));
    draft.answers = Answers {
        at_end: input.at_end,
        automated: input.automated,
        automated_how: Text { en: input.how_en.trim().into(), zh: input.how_zh.trim().into() },
        sells: input.sells,
        necessity,
    };
    room.policy.save_draft(p.actor(), &id, &draft).await?;
    let back = format!("/console/policies/{id}/answers");
    Ok(web::redirect_with_toast(&back, "policy-toast-saved"))
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct WordsInput {
    original: Vec<String>,
    en: Vec<String>,
    zh: Vec<String>,
}

pub(super) async fn save_words(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(input): CsrfForm<WordsInput>,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    let standing = room.policy.standing(&id).await?;
    let mut words = pairs(&input.original, &input.en, &input.zh);
    // Only phrases that stand on the page, and only where somebody said something else.
    words.retain(|original, text| {
        let known = standing.composed.phrases.iter().find(|one| one.original == *original);
        known.is_some_and(|one| one.text != *text)
    });
    room.policy.save_phrases(p.actor(), &words).await?;
    let back = format!("/console/policies/{id}/answers#words");
    Ok(web::redirect_with_toast(&back, "policy-toast-saved"))
}
