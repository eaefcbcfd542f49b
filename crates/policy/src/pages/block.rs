//! Changing a block, and writing own ones, with what is computed beside it.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use law::Text;
use serde::Deserialize;
use web::{Choice, CsrfForm, Errors, ListQuery, Page, Permission, WebError};

use super::{
    Nothing,
    words::{self, Trace},
};
use crate::{
    Room, check,
    draft::{Edit, Mode, Own},
    store::Standing,
};

/// The form's fields.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Input {
    mode: String,
    section: String,
    title_en: String,
    title_zh: String,
    text_en: String,
    text_zh: String,
    tells: Vec<String>,
}

impl Input {
    fn text(&self) -> Text {
        tidy(&self.text_en, &self.text_zh)
    }

    fn title(&self) -> Text {
        tidy(&self.title_en, &self.title_zh)
    }
}

fn tidy(en: &str, zh: &str) -> Text {
    let tidy = |text: &str| text.replace("\r\n", "\n").trim().to_owned();
    Text { en: tidy(en), zh: tidy(zh) }
}

struct Tick {
    value: String,
    label: String,
    ticked: bool,
}

#[derive(Template)]
#[template(path = "policy/block.html")]
struct BlockPage {
    p: Page,
    id: String,
    /// "" for a new one.
    key: String,
    heading: String,
    is_own: bool,
    exists: bool,
    computed: Vec<Trace>,
    sections: Vec<Choice>,
    ticks: Vec<Tick>,
    said: Vec<String>,
    input: Input,
    errors: Errors,
}

impl BlockPage {
    fn action(&self) -> String {
        match self.key.as_str() {
            "" => format!("/console/policies/{}/blocks/new", self.id),
            key => format!("/console/policies/{}/blocks/{key}", self.id),
        }
    }
}

fn page(p: Page, standing: &Standing, key: &str, input: Input, errors: Errors) -> BlockPage {
    let zh = p.zh();
    let computed = standing.computed.block(key);
    let own = standing.row.draft.own.iter().find(|own| own.key == key);
    let is_own = key.is_empty() || own.is_some();
    let (law, day) = (&standing.known.law, standing.known.day);
    let heading = match (computed, own) {
        (Some((section, block)), _) if block.title == Text::default() => section.title.get(zh),
        (Some((_, block)), _) => block.title.get(zh),
        (None, Some(own)) => own.title.get(zh),
        (None, None) => "",
    };
    let mut said = Vec::new();
    for (tag, text) in [("en", &input.text_en), ("zh-CN", &input.text_zh)] {
        let language = plain::Language::of_tag(tag).filter(|_| !text.trim().is_empty());
        for finding in language.iter().flat_map(|one| plain::check_text(text, *one).findings) {
            let line = finding.advice(zh).to_owned();
            if !said.contains(&line) {
                said.push(line);
            }
        }
    }
    BlockPage {
        heading: heading.to_owned(),
        computed: computed
            .map(|(_, block)| {
                block.sentences.iter().map(|one| words::trace(&p, law, day, one)).collect()
            })
            .unwrap_or_default(),
        sections: standing
            .composed
            .document
            .sections
            .iter()
            .map(|one| Choice::new(&*one.key, one.title.get(zh)))
            .collect(),
        ticks: check::all_elements(&standing.known)
            .into_iter()
            .map(|one| Tick {
                label: words::element(&p, &one),
                ticked: input.tells.contains(&one),
                value: one,
            })
            .collect(),
        exists: own.is_some() || standing.row.draft.edits.contains_key(key),
        id: standing.row.id.clone(),
        key: key.to_owned(),
        is_own,
        said,
        input,
        errors,
        p,
    }
}

pub(super) async fn new(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    l: ListQuery,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    let standing = room.policy.standing(&id).await?;
    let tells = Some(l.get("tells").to_owned()).filter(|one| !one.is_empty());
    let input = Input {
        section: l.get("section").to_owned(),
        tells: tells.into_iter().collect(),
        ..Input::default()
    };
    web::render(&page(p, &standing, "", input, Errors::new()))
}

pub(super) async fn edit(
    State(room): State<Room>,
    p: Page,
    Path((id, key)): Path<(String, String)>,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    let standing = room.policy.standing(&id).await?;
    let draft = &standing.row.draft;
    let input = if let Some(own) = draft.own.iter().find(|own| own.key == key) {
        Input {
            section: own.section.clone(),
            title_en: own.title.en.clone(),
            title_zh: own.title.zh.clone(),
            text_en: own.text.en.clone(),
            text_zh: own.text.zh.clone(),
            tells: own.tells.clone(),
            ..Input::default()
        }
    } else if let Some(edit) = draft.edits.get(&key) {
        Input {
            mode: if edit.mode == Mode::Replace { "replace" } else { "add" }.to_owned(),
            text_en: edit.text.en.clone(),
            text_zh: edit.text.zh.clone(),
            tells: edit.tells.clone(),
            ..Input::default()
        }
    } else {
        standing.computed.block(&key).ok_or(WebError::NotFound)?;
        Input { mode: "add".to_owned(), ..Input::default() }
    };
    web::render(&page(p, &standing, &key, input, Errors::new()))
}

pub(super) async fn create(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    keep(&room, p, &id, "", input).await
}

pub(super) async fn save(
    State(room): State<Room>,
    p: Page,
    Path((id, key)): Path<(String, String)>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    keep(&room, p, &id, &key, input).await
}

async fn keep(
    room: &Room,
    p: Page,
    id: &str,
    key: &str,
    input: Input,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    let standing = room.policy.standing(id).await?;
    let mut draft = standing.row.draft.clone();
    let (text, mut errors) = (input.text(), Errors::new());
    // A customer reads one of the two: a text in one language leaves the other reader without it.
    if text.en.is_empty() {
        errors.add("text_en", p.t("policy-error-text"));
    }
    if text.zh.is_empty() {
        errors.add("text_zh", p.t("policy-error-text"));
    }
    let at = draft.own.iter().position(|own| own.key == key);
    let is_own = key.is_empty() || at.is_some();
    let known = standing.composed.document.sections.iter().any(|one| one.key == input.section);
    if is_own && !known {
        errors.add("section", p.t("policy-error-section"));
    }
    if !errors.is_empty() {
        return web::render_status(422, &page(p, &standing, key, input, errors));
    }
    let tells = input.tells.clone();
    if is_own {
        let key = if key.is_empty() { format!("own:{}", store::new_id()) } else { key.to_owned() };
        let own = Own { key, section: input.section.clone(), title: input.title(), text, tells };
        match at {
            Some(at) => draft.own[at] = own,
            None => draft.own.push(own),
        }
    } else {
        standing.computed.block(key).ok_or(WebError::NotFound)?;
        let mode = if input.mode == "replace" { Mode::Replace } else { Mode::Add };
        draft.edits.insert(key.to_owned(), Edit { mode, text, tells });
    }
    room.policy.save_draft(p.actor(), id, &draft).await?;
    Ok(web::redirect_with_toast(&format!("/console/policies/{id}"), "policy-toast-saved"))
}

pub(super) async fn remove(
    State(room): State<Room>,
    p: Page,
    Path((id, key)): Path<(String, String)>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    let mut draft = room.policy.row(&id).await?.draft;
    draft.edits.remove(&key);
    draft.own.retain(|own| own.key != key);
    room.policy.save_draft(p.actor(), &id, &draft).await?;
    Ok(web::redirect_with_toast(&format!("/console/policies/{id}"), "policy-toast-removed"))
}
