//! Try a column: its name and some values, and why it is judged so.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use detect::{Column, CustomDetectors, Verdict};
use explain::{Asked, Law, Why};
use serde::Deserialize;
use web::{CsrfForm, Errors, ListQuery, Page, Permission, WebError};

use super::{TEXT_MAX, plain_lines, text::busy_key};
use crate::{Room, samples};

/// Masked values shown.
const SAMPLES: usize = 3;

pub(super) fn router() -> Router<Room> {
    Router::new().route("/console/try/column", get(show).post(judge))
}

/// What was typed. No `Debug`: it holds values.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
struct ColumnForm {
    name: String,
    store: String,
    comment: String,
    data_type: String,
    beside: String,
    is_key: String,
    values: String,
}

impl ColumnForm {
    /// The names of the store's columns, this one included.
    fn siblings(&self) -> Vec<String> {
        let mut names: Vec<String> = self
            .beside
            .split([',', '，', '、', '\n', ';'])
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty())
            .collect();
        if !names.iter().any(|name| name == self.name.trim()) {
            names.push(self.name.trim().to_owned());
        }
        names
    }

    fn classify(&self, own: &CustomDetectors) -> Judged {
        let siblings = self.siblings();
        let names: Vec<&str> = siblings.iter().map(String::as_str).collect();
        let values: Vec<&str> =
            self.values.lines().filter(|value| !value.trim().is_empty()).collect();
        let column = |name| Column {
            store: self.store.trim(),
            store_comment: "",
            name,
            comment: self.comment.trim(),
            data_type: self.data_type.trim(),
            primary_key: !self.is_key.is_empty(),
            references: None,
            siblings: &names,
            values: &values,
        };
        let verdict = detect::classify_with(&column(self.name.trim()), own);
        let category = verdict.category.as_ref().map(detect::CategoryKey::as_str);
        let mut samples: Vec<String> = Vec::new();
        for value in &values {
            let masked = detect::mask(category, value);
            if samples.len() < SAMPLES && !samples.contains(&masked) {
                samples.push(masked);
            }
        }
        let beside = names
            .iter()
            .filter(|name| **name != self.name.trim())
            .filter(|name| {
                let bare = Column { comment: "", data_type: "", values: &[], ..column(name) };
                detect::classify(&Column { primary_key: false, ..bare }).category.is_some()
            })
            .map(|name| (*name).to_owned())
            .collect();
        Judged { verdict, samples, beside }
    }
}

/// A verdict, ready to be explained; holds no value.
struct Judged {
    verdict: Verdict,
    samples: Vec<String>,
    /// Other columns that name personal data.
    beside: Vec<String>,
}

/// The verdict as the page shows it.
struct Shown {
    category: String,
    level: &'static str,
    minor: bool,
    samples: Vec<String>,
    laws: Vec<Law>,
}

#[derive(Template)]
#[template(path = "inspect/column.html")]
struct ColumnPage {
    p: Page,
    form: ColumnForm,
    errors: Errors,
    shown: Option<(Shown, Why)>,
}

#[allow(clippy::unused_self)] // called from the template
impl ColumnPage {
    fn samples(&self) -> &'static [samples::SampleColumn] {
        &samples::COLUMNS
    }
}

async fn show(p: Page, l: ListQuery) -> Result<Response, WebError> {
    p.require(Permission::ViewMap)?;
    let sample = samples::COLUMNS.iter().find(|sample| sample.key == l.get("sample"));
    let form = sample.map_or_else(ColumnForm::default, |sample| ColumnForm {
        name: sample.name.to_owned(),
        store: sample.store.to_owned(),
        comment: sample.comment.to_owned(),
        data_type: sample.data_type.to_owned(),
        beside: sample.beside.to_owned(),
        is_key: String::new(),
        values: sample.values.to_owned(),
    });
    web::render(&ColumnPage { p, form, errors: Errors::new(), shown: None })
}

async fn judge(
    State(room): State<Room>,
    p: Page,
    CsrfForm(mut form): CsrfForm<ColumnForm>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewMap)?;
    form.values = plain_lines(&form.values);
    let mut errors = faults(&p, &form);
    if !errors.is_empty() {
        return web::render_status(422, &ColumnPage { p, form, errors, shown: None });
    }
    let own = room.inspect.own_detectors().await?;
    let work = form.clone();
    let judged = match room.inspect.work(move || work.classify(&own)).await {
        Ok(judged) => judged,
        Err(busy) => {
            errors.add("", p.t(busy_key(busy)));
            return web::render_status(503, &ColumnPage { p, form, errors, shown: None });
        }
    };
    let shown = shown(&p, &form, judged);
    web::render(&ColumnPage { p, form, errors, shown: Some(shown) })
}

fn shown(p: &Page, form: &ColumnForm, judged: Judged) -> (Shown, Why) {
    let Judged { verdict, samples, beside } = judged;
    let asked = Asked {
        name: form.name.trim(),
        comment: form.comment.trim(),
        data_type: form.data_type.trim(),
        is_key: !form.is_key.is_empty(),
        beside: &beside,
    };
    let why = Why::new(p, &asked, &verdict);
    let key = verdict.category.as_ref().map(detect::CategoryKey::as_str).unwrap_or_default();
    let shown = Shown {
        category: if key.is_empty() { String::new() } else { explain::category_path(p.lang, key) },
        level: verdict.sensitivity.as_str(),
        minor: verdict.minor,
        samples,
        laws: explain::laws(p, key, verdict.minor),
    };
    (shown, why)
}

fn faults(p: &Page, form: &ColumnForm) -> Errors {
    let mut errors = Errors::new();
    if form.name.trim().is_empty() {
        errors.add("name", p.t("try-column-error-name"));
    }
    if form.values.len() > TEXT_MAX {
        errors.add("values", p.tn("try-error-long", form.values.len() / 1000));
    }
    for (field, text) in [
        ("name", &form.name),
        ("store", &form.store),
        ("comment", &form.comment),
        ("data_type", &form.data_type),
        ("beside", &form.beside),
    ] {
        if text.chars().count() > 4_000 {
            errors.add(field, p.t("try-column-error-long"));
        }
    }
    errors
}
