//! Writing a detector, as a form or as TOML, and testing it before it is kept.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use detect::{Checksum, CustomDetectors, Options};
use web::{Choice, CsrfForm, Errors, ListQuery, Page, Permission, WebError};

use super::form::DetectorForm;
use crate::{
    Room,
    detectors::{DetectorError, Draft, words},
    pages::{
        TEXT_MAX,
        marked::{Marked, Show},
        plain_lines,
        text::busy_key,
    },
    samples,
};

#[derive(Template)]
#[template(path = "inspect/detector_form.html")]
struct FormPage {
    p: Page,
    /// "" for a new one.
    id: String,
    form: DetectorForm,
    errors: Errors,
    categories: Vec<Choice>,
    sensitivities: Vec<Choice>,
    checksums: Vec<Choice>,
    tested: Option<Marked>,
}

impl FormPage {
    fn action(&self) -> String {
        if self.id.is_empty() {
            "/console/detectors/new".into()
        } else {
            format!("/console/detectors/{}/edit", self.id)
        }
    }

    fn back(&self) -> String {
        if self.id.is_empty() {
            "/console/detectors".into()
        } else {
            format!("/console/detectors/{}", self.id)
        }
    }
}

fn page(p: Page, id: String, form: DetectorForm, errors: Errors) -> FormPage {
    FormPage {
        categories: detect::taxonomy()
            .categories
            .iter()
            .map(|found| Choice::new(&found.key, explain::category_path(p.lang, &found.key)))
            .collect(),
        sensitivities: ["personal", "confidential", "sensitive"]
            .map(|key| Choice::new(key, p.t(&format!("web-sensitivity-{key}"))))
            .into(),
        checksums: Checksum::ALL
            .iter()
            .map(|(name, _)| {
                Choice::new(*name, p.t(&format!("detector-checksum-{}", name.replace('_', "-"))))
            })
            .collect(),
        tested: None,
        p,
        id,
        form,
        errors,
    }
}

/// A new one, empty or from an example.
pub(super) async fn new(p: Page, l: ListQuery) -> Result<Response, WebError> {
    p.require(Permission::EditMap)?;
    let example = samples::DETECTORS.iter().find(|sample| sample.key == l.get("example"));
    let draft = example.and_then(|sample| Draft::loosely(sample.toml)).unwrap_or_default();
    web::render(&page(p, String::new(), DetectorForm::of(&draft), Errors::new()))
}

/// The present state, or an older one of its history to go back to.
pub(super) async fn edit(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    l: ListQuery,
) -> Result<Response, WebError> {
    p.require(Permission::EditMap)?;
    let mut body = room.inspect.detector(&id).await?.body;
    if let Ok(version) = l.get("version").parse::<i64>() {
        let history = room.inspect.detector_history(&id).await?;
        let old = history.into_iter().find(|change| change.version == version);
        body = old.ok_or(WebError::NotFound)?.body;
    }
    let mut form = DetectorForm::of(&Draft::loosely(&body).unwrap_or_default());
    // As written, with its comments.
    form.toml = body;
    if l.get("as") == "toml" {
        form.mode = "toml".into();
    }
    web::render(&page(p, id, form, Errors::new()))
}

pub(super) async fn create(
    State(room): State<Room>,
    p: Page,
    CsrfForm(form): CsrfForm<DetectorForm>,
) -> Result<Response, WebError> {
    p.require(Permission::EditMap)?;
    answer(&room, p, String::new(), form).await
}

pub(super) async fn change(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(form): CsrfForm<DetectorForm>,
) -> Result<Response, WebError> {
    p.require(Permission::EditMap)?;
    room.inspect.detector(&id).await?;
    answer(&room, p, id, form).await
}

/// What was pressed decides: keep it, try it, or write it the other way.
async fn answer(
    room: &Room,
    p: Page,
    id: String,
    mut form: DetectorForm,
) -> Result<Response, WebError> {
    form.toml = plain_lines(&form.toml);
    form.test = plain_lines(&form.test);
    match form.act.as_str() {
        "toml" => {
            let form = as_toml(&p, form);
            web::render(&page(p, id, form, Errors::new()))
        }
        "form" => as_form(p, id, form),
        "test" => test(room, p, id, form).await,
        _ => save(room, p, id, form).await,
    }
}

fn as_toml(p: &Page, mut form: DetectorForm) -> DetectorForm {
    if !form.is_toml() {
        form.toml = form.draft(p, &mut Errors::new()).to_toml();
        form.mode = "toml".into();
    }
    form
}

fn as_form(p: Page, id: String, form: DetectorForm) -> Result<Response, WebError> {
    let mut errors = Errors::new();
    let Some(draft) = Draft::loosely(&form.toml) else {
        match CustomDetectors::parse(&form.toml) {
            Err(wrong) => errors = words::on_lines(&p, &wrong),
            Ok(_) => errors.add("toml", p.t("detector-error-not-one")),
        }
        return web::render_status(422, &page(p, id, form, errors));
    };
    let form = DetectorForm { test: form.test, ..DetectorForm::of(&draft) };
    web::render(&page(p, id, form, errors))
}

/// The text that would be kept, and what is wrong with the fields.
fn body_of(p: &Page, form: &DetectorForm) -> (String, Errors) {
    let mut errors = Errors::new();
    if form.is_toml() {
        return (form.toml.clone(), errors);
    }
    let draft = form.draft(p, &mut errors);
    (draft.to_toml(), errors)
}

async fn save(room: &Room, p: Page, id: String, form: DetectorForm) -> Result<Response, WebError> {
    let (body, errors) = body_of(&p, &form);
    if !errors.is_empty() {
        return web::render_status(422, &page(p, id, form, errors));
    }
    let kept = if id.is_empty() {
        room.inspect.create_detector(p.actor(), &body).await
    } else {
        room.inspect.change_detector(p.actor(), &id, &body).await.map(|()| id.clone())
    };
    match kept {
        Ok(kept) => Ok(web::redirect_with_toast(
            &format!("/console/detectors/{kept}"),
            "detector-toast-saved",
        )),
        Err(error) => {
            let errors = told(&p, &form, error)?;
            web::render_status(422, &page(p, id, form, errors))
        }
    }
}

/// What a person can mend; everything else is our fault.
fn told(p: &Page, form: &DetectorForm, error: DetectorError) -> Result<Errors, WebError> {
    let mut errors = Errors::new();
    let whole = if form.is_toml() { "toml" } else { "" };
    match error {
        DetectorError::Wrong(wrong) if form.is_toml() => return Ok(words::on_lines(p, &wrong)),
        DetectorError::Wrong(wrong) => return Ok(words::on_fields(p, &wrong)),
        DetectorError::NameTaken(name) => {
            let field = if form.is_toml() { "toml" } else { "name" };
            errors.add(field, p.t1("detector-error-taken", "name", name));
        }
        DetectorError::NotOne(_) => errors.add(whole, p.t("detector-error-not-one")),
        DetectorError::TooMany(_) => errors.add(whole, p.t("detector-error-too-many")),
        other => return Err(other.into()),
    }
    Ok(errors)
}

/// Looks for it, and for it alone, in a text that is forgotten afterwards.
async fn test(room: &Room, p: Page, id: String, form: DetectorForm) -> Result<Response, WebError> {
    let (body, mut errors) = body_of(&p, &form);
    if form.test.trim().is_empty() {
        errors.add("test", p.t("detector-error-test"));
    } else if form.test.len() > TEXT_MAX {
        errors.add("test", p.tn("try-error-long", form.test.len() / 1000));
    }
    if !errors.is_empty() {
        return web::render_status(422, &page(p, id, form, errors));
    }
    let text = form.test.clone();
    let work = move || {
        CustomDetectors::parse(&body).map(|own| {
            let options = Options { custom: Some(own), ..Options::default() };
            let mut spans = detect::find_with(&text, &options);
            spans.retain(|span| matches!(span.kind, detect::Kind::Custom { .. }));
            spans
        })
    };
    match room.inspect.work(work).await {
        Ok(Ok(spans)) => {
            let show = Show { least: 0.0, kinds: None, full: true };
            let marked = Marked::new(&p, &form.test, &spans, &show);
            let drawn = FormPage { tested: Some(marked), ..page(p, id, form, errors) };
            web::render(&drawn)
        }
        Ok(Err(wrong)) => {
            let errors = told(&p, &form, DetectorError::Wrong(wrong))?;
            web::render_status(422, &page(p, id, form, errors))
        }
        Err(busy) => {
            errors.add("", p.t(busy_key(busy)));
            web::render_status(503, &page(p, id, form, errors))
        }
    }
}
