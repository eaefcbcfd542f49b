//! Properties: the list, and the form that makes or changes one.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::get,
};
use serde::Deserialize;
use web::{Choice, CsrfForm, Errors, Page, Permission, WebError, redirect_with_toast};

use crate::{
    Regime, Room,
    property::{Property, PropertyBody},
    purpose::is_key,
};

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/console/properties", get(list))
        .route("/console/properties/new", get(new).post(create))
        .route("/console/properties/{key}", get(edit).post(change))
}

#[derive(Template)]
#[template(path = "consent/properties.html")]
struct ListPage {
    p: Page,
    rows: Vec<Property>,
    may_edit: bool,
}

#[allow(clippy::unused_self)] // called from the template
impl ListPage {
    fn regimes(&self, property: &Property) -> String {
        let names = property.body.regimes.iter();
        names.map(|regime| regime_name(&self.p, *regime)).collect::<Vec<_>>().join(" · ")
    }
}

fn regime_name(p: &Page, regime: Regime) -> String {
    p.t(&format!("property-regime-{}", regime.as_str()))
}

async fn list(State(room): State<Room>, p: Page) -> Result<Response, WebError> {
    p.require(Permission::ViewConsents)?;
    let rows = room.consent.catalogue().properties().cloned().collect();
    let may_edit = p.can(Permission::EditConsents);
    web::render(&ListPage { p, rows, may_edit })
}

/// What the form holds.
#[derive(Debug, Clone, Default, Deserialize)]
struct Input {
    #[serde(default)]
    key: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    country: String,
    #[serde(default)]
    language: String,
    #[serde(default)]
    regimes: Vec<String>,
}

#[derive(Template)]
#[template(path = "consent/property_form.html")]
struct FormPage {
    p: Page,
    /// The key of the one that is changed; empty for a new one.
    known: String,
    input: Input,
    errors: Errors,
    languages: Vec<Choice>,
}

#[allow(clippy::unused_self, clippy::trivially_copy_pass_by_ref)] // called from the template
impl FormPage {
    fn new(p: Page, known: &str, input: Input, errors: Errors) -> Self {
        let languages = vec![Choice::new("zh-CN", "简体中文"), Choice::new("en", "English")];
        Self { p, known: known.to_owned(), input, errors, languages }
    }

    fn all_regimes(&self) -> [Regime; 3] {
        Regime::ALL
    }

    fn name_of(&self, regime: &Regime) -> String {
        regime_name(&self.p, *regime)
    }

    fn has(&self, regime: &Regime) -> bool {
        self.input.regimes.iter().any(|one| one == regime.as_str())
    }
}

async fn new(p: Page) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    web::render(&FormPage::new(p, "", input_of("", &PropertyBody::default()), Errors::new()))
}

async fn edit(
    State(room): State<Room>,
    Path(key): Path<String>,
    p: Page,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    let catalogue = room.consent.catalogue();
    let property = catalogue.property(&key).map_err(super::refused)?;
    web::render(&FormPage::new(p, &key, input_of(&key, &property.body), Errors::new()))
}

fn input_of(key: &str, body: &PropertyBody) -> Input {
    Input {
        key: key.to_owned(),
        name: body.name.clone(),
        country: body.country.clone(),
        language: body.language.clone(),
        regimes: body.regimes.iter().map(|regime| regime.as_str().to_owned()).collect(),
    }
}

async fn create(
    State(room): State<Room>,
    p: Page,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    let mut errors = Errors::new();
    if !is_key(&input.key) {
        errors.add("key", p.t("property-key-wrong"));
    } else if room.consent.catalogue().property(&input.key).is_ok() {
        errors.add("key", p.t("property-key-taken"));
    }
    save(&room, p, "", input, errors).await
}

async fn change(
    State(room): State<Room>,
    Path(key): Path<String>,
    p: Page,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    room.consent.catalogue().property(&key).map_err(super::refused)?;
    let input = Input { key: key.clone(), ..input };
    save(&room, p, &key, input, Errors::new()).await
}

async fn save(
    room: &Room,
    p: Page,
    known: &str,
    input: Input,
    mut errors: Errors,
) -> Result<Response, WebError> {
    let body = PropertyBody {
        name: input.name.trim().to_owned(),
        country: input.country.trim().to_ascii_uppercase(),
        language: input.language.clone(),
        regimes: input.regimes.iter().filter_map(|text| Regime::parse(text)).collect(),
    };
    if body.country.len() != 2 || !body.country.bytes().all(|b| b.is_ascii_uppercase()) {
        errors.add("country", p.t("property-country-wrong"));
    }
    if body.regimes.is_empty() {
        errors.add("regimes", p.t("property-regimes-none"));
    }
    if !errors.is_empty() {
        return web::render_status(422, &FormPage::new(p, known, input, errors));
    }
    room.consent.save_property(&p.actor(), &input.key, &body).await.map_err(super::refused)?;
    Ok(redirect_with_toast("/console/properties", "property-saved"))
}
