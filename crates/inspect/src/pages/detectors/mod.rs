//! A company's own detectors: the list, one with its history, the form.

mod edit;
mod form;
mod one;

use askama::Template;
use axum::{
    Router,
    extract::State,
    response::Response,
    routing::{get, post},
};
use web::{Page, Permission, WebError};

use crate::{
    Room,
    detectors::{Detector, DetectorError, Draft},
    samples,
};

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/console/detectors", get(list))
        .route("/console/detectors/new", get(edit::new).post(edit::create))
        .route("/console/detectors/{id}", get(one::show))
        .route("/console/detectors/{id}/edit", get(edit::edit).post(edit::change))
        .route("/console/detectors/{id}/enable", post(one::enable))
        .route("/console/detectors/{id}/disable", post(one::disable))
        .route("/console/detectors/{id}/delete", post(one::delete))
}

impl From<DetectorError> for WebError {
    fn from(error: DetectorError) -> Self {
        match error {
            DetectorError::Store(error) => error.into(),
            DetectorError::NotFound => Self::NotFound,
            DetectorError::TooMany(_) => Self::Conflict("detector-error-too-many".into()),
            other => Self::internal(other),
        }
    }
}

/// A detector as the list shows it.
struct Row {
    detector: Detector,
    title: String,
    looks_for: String,
    category: String,
    level: &'static str,
}

fn row(p: &Page, detector: Detector) -> Row {
    let draft = Draft::loosely(&detector.body).unwrap_or_default();
    Row {
        title: title(p, &draft),
        looks_for: looks_for(p, &draft),
        category: explain::category_path(p.lang, &draft.category),
        level: level(&draft),
        detector,
    }
}

/// The name in the reader's language, or what there is.
fn title(p: &Page, draft: &Draft) -> String {
    let names = if p.zh() { [&draft.zh, &draft.en] } else { [&draft.en, &draft.zh] };
    names.into_iter().find(|name| !name.is_empty()).unwrap_or(&draft.name).clone()
}

/// The ways it looks: "a pattern with a check digit, 3 column names".
fn looks_for(p: &Page, draft: &Draft) -> String {
    let mut ways = Vec::new();
    if !draft.pattern.is_empty() {
        let checked = !matches!(draft.checksum.as_str(), "" | "none");
        ways.push(p.t(if checked { "detector-by-checked-pattern" } else { "detector-by-pattern" }));
    }
    if !draft.words.is_empty() {
        ways.push(p.tn("detector-by-words", draft.words.len()));
    }
    if !draft.column_names.is_empty() {
        ways.push(p.tn("detector-by-columns", draft.column_names.len()));
    }
    explain::list_of(p.lang, &ways)
}

fn level(draft: &Draft) -> &'static str {
    let own = draft.sensitivity.parse::<detect::Sensitivity>().ok();
    let usual = detect::taxonomy().get(&draft.category).map(|category| category.sensitivity);
    own.or(usual).unwrap_or(detect::Sensitivity::Personal).as_str()
}

#[derive(Template)]
#[template(path = "inspect/detectors.html")]
struct ListPage {
    p: Page,
    rows: Vec<Row>,
    may_edit: bool,
}

#[allow(clippy::unused_self)] // called from the template
impl ListPage {
    fn examples(&self) -> &'static [samples::SampleDetector] {
        &samples::DETECTORS
    }
}

async fn list(State(room): State<Room>, p: Page) -> Result<Response, WebError> {
    p.require(Permission::ViewMap)?;
    let rows = room.inspect.detectors().await?.into_iter().map(|found| row(&p, found)).collect();
    let may_edit = p.can(Permission::EditMap);
    web::render(&ListPage { p, rows, may_edit })
}
