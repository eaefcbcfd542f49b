//! Writing a notice: a form for both languages, and beside it what the check says of what was saved.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use plain::{Button, ChoiceDesign, Place, Tickbox, check_choice};
use serde::Deserialize;
use web::{Choice, CsrfForm, Errors, Page, Permission, WebError};

use super::{LANGUAGES, language, title, touchpoint};
use crate::{
    Consent, ConsentError, NoticeBody, Room,
    notice::Touchpoint,
    pages::{
        checked::{self, Checked, Line},
        refused, words,
    },
    purpose::{Texts, is_key, text_in},
};

/// The form's fields. Each text is there once for English and once for Chinese.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Input {
    key: String,
    touchpoint: String,
    purposes: Vec<String>,
    title_en: String,
    title_zh: String,
    text_en: String,
    text_zh: String,
    accept_en: String,
    accept_zh: String,
    refuse_en: String,
    refuse_zh: String,
    /// `save` or `publish`: what was pressed.
    act: String,
}

impl Input {
    fn of(key: &str, body: &NoticeBody) -> Self {
        let get = |texts: &Texts, at: usize| texts.get(LANGUAGES[at]).cloned().unwrap_or_default();
        Self {
            key: key.to_owned(),
            touchpoint: body.touchpoint.as_str().to_owned(),
            purposes: body.purposes.clone(),
            title_en: get(&body.title, 0),
            title_zh: get(&body.title, 1),
            text_en: get(&body.text, 0),
            text_zh: get(&body.text, 1),
            accept_en: get(&body.accept, 0),
            accept_zh: get(&body.accept, 1),
            refuse_en: get(&body.refuse, 0),
            refuse_zh: get(&body.refuse, 1),
            act: String::new(),
        }
    }

    /// The draft it means; texts of further languages stay as they were.
    fn body(&self, before: Option<&NoticeBody>) -> NoticeBody {
        let mut body = before.cloned().unwrap_or_default();
        body.touchpoint = Touchpoint::parse(&self.touchpoint).unwrap_or_default();
        body.purposes.clone_from(&self.purposes);
        for (texts, en, zh) in [
            (&mut body.title, &self.title_en, &self.title_zh),
            (&mut body.text, &self.text_en, &self.text_zh),
            (&mut body.accept, &self.accept_en, &self.accept_zh),
            (&mut body.refuse, &self.refuse_en, &self.refuse_zh),
        ] {
            for (tag, text) in LANGUAGES.into_iter().zip([en, zh]) {
                let text = text.replace("\r\n", "\n").trim().to_owned();
                if text.is_empty() {
                    texts.remove(tag);
                } else {
                    texts.insert(tag.to_owned(), text);
                }
            }
        }
        body
    }
}

/// A purpose to tick.
struct Tick {
    key: String,
    name: String,
    ticked: bool,
}

/// What the check says of a draft in one language.
pub(super) struct Said {
    pub language: String,
    pub tag: String,
    pub texts: Vec<Checked>,
    /// How the choice is put.
    pub choice: Vec<Line>,
}

impl Said {
    fn lines(&self) -> impl Iterator<Item = &Line> {
        self.texts.iter().flat_map(|text| &text.lines).chain(&self.choice)
    }

    /// Findings that weigh so much.
    pub fn count(&self, kind: &str) -> usize {
        self.lines().filter(|line| line.kind == kind).count()
    }
}

#[derive(Template)]
#[template(path = "consent/notice_form.html")]
struct FormPage {
    p: Page,
    is_new: bool,
    title: String,
    input: Input,
    errors: Errors,
    touchpoints: Vec<Choice>,
    ticks: Vec<Tick>,
    said: Vec<Said>,
}

impl FormPage {
    fn action(&self) -> String {
        if self.is_new {
            "/console/notices/new".to_owned()
        } else {
            format!("/console/notices/{}/draft", self.input.key)
        }
    }

    fn back(&self) -> String {
        if self.is_new {
            "/console/notices".to_owned()
        } else {
            format!("/console/notices/{}", self.input.key)
        }
    }
}

/// What the check says of a draft, in each language it is written in.
pub(super) fn check(p: &Page, consent: &Consent, body: &NoticeBody) -> Vec<Said> {
    let controller = consent.controller().name;
    let said = LANGUAGES.into_iter().filter_map(|tag| {
        let get = |texts: &Texts| texts.get(tag).cloned().unwrap_or_default();
        let (heading, text) = (get(&body.title), get(&body.text));
        if heading.is_empty() && text.is_empty() {
            return None;
        }
        let fields = [("notice-heading", &heading), ("notice-text", &text)];
        let texts = fields
            .into_iter()
            .filter_map(|(label, text)| checked::text(p, p.t(label), tag, text))
            .collect();
        let choice = choice(p, consent, body, tag, &controller);
        Some(Said { language: language(tag).to_owned(), tag: tag.to_owned(), texts, choice })
    });
    said.collect()
}

/// Findings about how the choice is put: a box for each purpose and the two buttons.
fn choice(
    p: &Page,
    consent: &Consent,
    body: &NoticeBody,
    tag: &str,
    controller: &str,
) -> Vec<Line> {
    let Some(language) = plain::Language::of_tag(tag) else { return Vec::new() };
    let catalogue = consent.catalogue();
    let get = |texts: &Texts| texts.get(tag).cloned().unwrap_or_default();
    let boxes = body.purposes.iter().filter_map(|key| catalogue.purpose(key).ok());
    let boxes = boxes.map(|purpose| Tickbox {
        label: text_in(&purpose.body.name, tag).to_owned(),
        purposes: vec![purpose.key.clone()],
        sensitive: purpose.body.sensitive,
        ..Tickbox::default()
    });
    let accept = get(&body.accept);
    let refuse = Some(get(&body.refuse)).filter(|label| !label.is_empty());
    let design = ChoiceDesign {
        language,
        text: [get(&body.title), get(&body.text)].join("\n"),
        controller: controller.to_owned(),
        purposes: body.purposes.clone(),
        has_settings: true,
        boxes: boxes.collect(),
        accept: Button::new(&accept),
        refuse: refuse.as_deref().map(Button::new),
        inaction_is_consent: false,
        withdrawal_clicks: None,
        asks_again_after_days: None,
    };
    checked::lines(p, &check_choice(&design), |place| match place {
        Place::Text => design.text.clone(),
        Place::Accept => accept.clone(),
        Place::Refuse => refuse.clone().unwrap_or_default(),
        Place::Box(at) => design.boxes.get(at).map_or_else(String::new, |one| one.label.clone()),
        Place::Design => String::new(),
    })
}

fn page(room: &Room, p: Page, is_new: bool, input: Input, errors: Errors) -> FormPage {
    let catalogue = room.consent.catalogue();
    let chosen = input.purposes.iter().filter_map(|key| catalogue.purpose(key).ok());
    let others = catalogue
        .purposes()
        .filter(|purpose| purpose.retired_at.is_none() && !input.purposes.contains(&purpose.key));
    let ticks = chosen.chain(others).map(|purpose| Tick {
        name: words::purpose(&p, &catalogue, &purpose.key),
        ticked: input.purposes.contains(&purpose.key),
        key: purpose.key.clone(),
    });
    let body = input.body(None);
    FormPage {
        ticks: ticks.collect(),
        touchpoints: Touchpoint::ALL
            .iter()
            .map(|one| Choice::new(one.as_str(), touchpoint(&p, *one)))
            .collect(),
        said: check(&p, &room.consent, &body),
        title: title(&p, &input.key, &body),
        p,
        is_new,
        input,
        errors,
    }
}

/// An empty one.
pub(super) async fn new(State(room): State<Room>, p: Page) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    web::render(&page(&room, p, true, Input::default(), Errors::new()))
}

/// The draft, or what the newest version says to begin a draft from.
pub(super) async fn edit(
    State(room): State<Room>,
    p: Page,
    Path(key): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    let body = present(&room, &key).await?;
    web::render(&page(&room, p, false, Input::of(&key, &body), Errors::new()))
}

async fn present(room: &Room, key: &str) -> Result<NoticeBody, WebError> {
    let notice = room.consent.notice(key).await.map_err(refused)?;
    let published = || {
        let catalogue = room.consent.catalogue();
        catalogue.versions(key).last().map(|version| version.published.body.clone())
    };
    Ok(notice.draft.or_else(published).unwrap_or_default())
}

pub(super) async fn create(
    State(room): State<Room>,
    p: Page,
    CsrfForm(mut input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    input.key = input.key.trim().to_owned();
    let mut errors = Errors::new();
    if !is_key(&input.key) {
        errors.add("key", p.t("notice-key-wrong"));
    } else if room.consent.notice(&input.key).await.is_ok() {
        errors.add("key", p.t("notice-key-taken"));
    }
    save(&room, p, true, input, None, errors).await
}

pub(super) async fn change(
    State(room): State<Room>,
    p: Page,
    Path(key): Path<String>,
    CsrfForm(mut input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    let before = present(&room, &key).await?;
    input.key = key;
    save(&room, p, false, input, Some(&before), Errors::new()).await
}

async fn save(
    room: &Room,
    p: Page,
    is_new: bool,
    input: Input,
    before: Option<&NoticeBody>,
    mut errors: Errors,
) -> Result<Response, WebError> {
    if input.title_en.trim().is_empty() && input.title_zh.trim().is_empty() {
        errors.add("title_en", p.t("notice-title-missing"));
    }
    if !errors.is_empty() {
        return web::render_status(422, &page(room, p, is_new, input, errors));
    }
    let body = input.body(before);
    match room.consent.save_draft(&p.actor(), &input.key, &body).await {
        Ok(()) if input.act == "publish" => {
            Ok(web::redirect(&format!("/console/notices/{}/publish", input.key)))
        }
        Ok(()) => Ok(web::redirect_with_toast(
            &format!("/console/notices/{}/draft", input.key),
            "notice-toast-saved",
        )),
        Err(ConsentError::Invalid(_) | ConsentError::Unknown { .. }) => {
            errors.add("", p.t("notice-refused"));
            web::render_status(422, &page(room, p, is_new, input, errors))
        }
        Err(other) => Err(refused(other)),
    }
}
