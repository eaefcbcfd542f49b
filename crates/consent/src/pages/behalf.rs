//! Recording what a customer said at the counter, on the phone or in a letter.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::get,
};
use web::{Choice as Option_, CsrfForm, Errors, ListQuery, Page, WebError};

use super::{person::reason_fault, refused, words};
use crate::{
    Catalogue, Choice, ConsentError, NoticeVersion, Recording, Room, desk::Standing, property,
    purpose::text_in, record::Origin,
};

/// How a customer may have told it.
const CHANNELS: [&str; 5] = ["phone", "shop", "letter", "email", "chat"];

pub(super) fn router() -> Router<Room> {
    Router::new().route("/console/consents/people/{id}/record", get(show).post(save))
}

/// What was typed. No `Debug`: the note may name a person.
#[derive(Default)]
struct Told {
    notice: String,
    language: String,
    channel: String,
    how: String,
    /// `purpose=granted` or `purpose=denied`, repeated.
    choice: Vec<String>,
}

/// A purpose to choose for.
struct Line {
    key: String,
    name: String,
    description: String,
    can_agree: bool,
    double_opt_in: bool,
    chosen: String,
}

impl Line {
    fn is(&self, choice: &str) -> bool {
        self.chosen == choice
    }
}

#[derive(Template)]
#[template(path = "consent/behalf.html")]
struct Behalf {
    p: Page,
    standing: Standing,
    told: Told,
    notices: Vec<Option_>,
    languages: Vec<Option_>,
    channels: Vec<Option_>,
    lines: Vec<Line>,
    errors: Errors,
}

async fn show(
    p: Page,
    l: ListQuery,
    Path(id): Path<String>,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    p.require_purpose()?;
    let standing = room.consent.standing_of(&id).await.map_err(refused)?;
    let told = Told { notice: l.get("notice").to_owned(), ..Told::default() };
    web::render(&page(&room, p, standing, told, Errors::new()))
}

/// The notice that was named, else the first.
fn notice<'a>(catalogue: &'a Catalogue, key: &str) -> Option<&'a NoticeVersion> {
    let named = catalogue.newest().find(|version| version.notice == key);
    named.or_else(|| catalogue.newest().next()).map(AsRef::as_ref)
}

fn page(room: &Room, p: Page, standing: Standing, mut told: Told, errors: Errors) -> Behalf {
    let catalogue = room.consent.catalogue();
    let version = notice(&catalogue, &told.notice);
    told.notice = version.map(|version| version.notice.clone()).unwrap_or_default();
    let spoken = version.map(|version| version.published.body.languages()).unwrap_or_default();
    if told.language.is_empty() && spoken.iter().any(|tag| tag == p.lang.tag()) {
        p.lang.tag().clone_into(&mut told.language);
    }
    let language_name = |tag: &String| {
        let known = web::Lang::ALL.into_iter().find(|lang| lang.tag() == tag);
        Option_::new(tag, known.map_or(tag.clone(), |lang| lang.own_name().to_owned()))
    };
    Behalf {
        notices: catalogue
            .newest()
            .map(|one| Option_::new(&one.notice, words::notice(&p, &catalogue, &one.name())))
            .collect(),
        languages: spoken.iter().map(language_name).collect(),
        channels: CHANNELS.map(|key| Option_::new(key, words::channel(&p, key))).into(),
        lines: lines(&p, &catalogue, version, &told),
        errors,
        standing,
        told,
        p,
    }
}

/// First what the notice shows, which can be agreed to; then what can only be refused here.
fn lines(
    p: &Page,
    catalogue: &Catalogue,
    version: Option<&NoticeVersion>,
    told: &Told,
) -> Vec<Line> {
    let shown =
        version.map(|version| version.published.body.purposes.as_slice()).unwrap_or_default();
    let line = |key: &str, can_agree: bool| {
        let purpose = catalogue.purpose(key).ok().filter(|purpose| purpose.retired_at.is_none())?;
        let chosen = told.choice.iter().find_map(|one| one.strip_prefix(key)?.strip_prefix('='));
        Some(Line {
            key: key.to_owned(),
            name: words::purpose(p, catalogue, key),
            description: text_in(&purpose.body.description, p.lang.tag()).to_owned(),
            can_agree,
            double_opt_in: purpose.body.double_opt_in,
            chosen: chosen.unwrap_or_default().to_owned(),
        })
    };
    let here = shown.iter().filter_map(|key| line(key, true));
    let elsewhere = catalogue
        .purposes()
        .filter(|purpose| !shown.contains(&purpose.key))
        .filter(|purpose| crate::Regime::ALL.iter().any(|r| purpose.basis(*r).heeds_choices()))
        .filter_map(|purpose| line(&purpose.key, false));
    here.chain(elsewhere).collect()
}

async fn save(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(form): CsrfForm<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    p.require_purpose()?;
    let standing = room.consent.standing_of(&id).await.map_err(refused)?;
    let told = read(form);
    let choices = choices(&told);
    let mut errors = Errors::new();
    if choices.is_empty() {
        errors.add("", p.t("behalf-error-none"));
    }
    if let Some(fault) = reason_fault(&told.how) {
        errors.add("how", p.t(fault));
    }
    if !CHANNELS.contains(&told.channel.as_str()) {
        errors.add("channel", p.t("behalf-error-channel"));
    }
    if !errors.is_empty() {
        return web::render_status(422, &page(&room, p, standing, told, errors));
    }
    let Some(subject) = room.consent.subject_of(&standing.id).await.map_err(refused)? else {
        return Err(WebError::NotFound);
    };
    let recording = Recording {
        subject,
        property: property::DEFAULT.to_owned(),
        notice: told.notice.clone(),
        language: told.language.clone(),
        choices,
        channel: told.channel.clone(),
        page: String::new(),
        ip: None,
        user_agent: String::new(),
        given_at: None,
        minor: None,
        origin: Origin::Staff,
        confirmed: false,
        idempotency: None,
    };
    let how = told.how.trim().to_owned();
    match room.consent.record_for(&p.actor(), &standing.id, &recording, &how).await {
        Ok(_) => {
            let to = format!("/console/consents/people/{}", standing.id);
            Ok(web::redirect_with_toast(&to, "behalf-saved"))
        }
        Err(ConsentError::Conflict(_) | ConsentError::Invalid(_)) => {
            errors.add("", p.t("behalf-error-refused"));
            web::render_status(422, &page(&room, p, standing, told, errors))
        }
        Err(error) => Err(refused(error)),
    }
}

/// Fields named `choice.PURPOSE` are the choices.
fn read(form: Vec<(String, String)>) -> Told {
    let mut told = Told::default();
    for (name, value) in form {
        match name.as_str() {
            "notice" => told.notice = value,
            "language" => told.language = value,
            "channel" => told.channel = value,
            "how" => told.how = value,
            name => {
                if let Some(purpose) = name.strip_prefix("choice.").filter(|_| !value.is_empty()) {
                    told.choice.push(format!("{purpose}={value}"));
                }
            }
        }
    }
    told
}

fn choices(told: &Told) -> BTreeMap<String, Choice> {
    let choice = |one: &String| {
        let (purpose, choice) = one.split_once('=')?;
        let choice = match choice {
            "granted" => Choice::Granted,
            "denied" => Choice::Denied,
            _ => return None,
        };
        Some((purpose.to_owned(), choice))
    };
    told.choice.iter().filter_map(choice).collect()
}
