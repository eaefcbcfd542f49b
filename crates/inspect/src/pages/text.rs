//! Try a text: what is found in it, and what it looks like without.

use askama::Template;
use axum::{
    Router,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use detect::{Language, Options, Span};
use serde::Deserialize;
use web::{Choice, CsrfForm, Errors, ListQuery, Page, Permission, WebError};

use super::{
    TEXT_MAX,
    marked::{Marked, Show, chosen},
    plain_lines,
};
use crate::{
    Busy, Room,
    anonymise::{self, Way},
    samples,
};

/// Findings listed at most; the text marks them all.
const LISTED: usize = 400;

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/console/try", get(show).post(find))
        .route("/console/try/download", post(download))
}

/// What was typed. No `Debug`: it holds the text.
#[derive(Deserialize, Default)]
#[serde(default)]
struct TryForm {
    text: String,
    language: String,
    least: String,
    /// The filter of kinds was on the page; without it all kinds are meant.
    filtered: String,
    kind: Vec<String>,
    full: String,
    operator: String,
}

impl TryForm {
    fn options(&self) -> Options {
        Options {
            language: match self.language.as_str() {
                "en" => Language::English,
                "zh" => Language::Chinese,
                _ => Language::Auto,
            },
            ..Options::default()
        }
    }

    fn show(&self) -> Show<'_> {
        Show {
            least: self.least.parse().unwrap_or(0.0),
            kinds: (!self.filtered.is_empty()).then_some(self.kind.as_slice()),
            full: !self.full.is_empty(),
        }
    }

    fn way(&self) -> Way {
        Way::parse(&self.operator).unwrap_or(Way::Mask)
    }
}

/// What was found, ready to draw.
struct Found {
    marked: Marked,
    total: usize,
    anonymised: String,
}

impl Found {
    fn listed(&self) -> &[super::marked::Finding] {
        &self.marked.findings[..self.marked.findings.len().min(LISTED)]
    }
    fn unlisted(&self) -> usize {
        self.marked.findings.len().saturating_sub(LISTED)
    }
}

#[derive(Template)]
#[template(path = "inspect/try.html")]
struct TryPage {
    p: Page,
    form: TryForm,
    errors: Errors,
    languages: Vec<Choice>,
    leasts: Vec<Choice>,
    ways: Vec<(Choice, String)>,
    found: Option<Found>,
}

impl TryPage {
    /// Those in the reader's language first.
    fn samples(&self) -> Vec<&'static samples::Sample> {
        let mut all: Vec<_> = samples::TEXTS.iter().collect();
        all.sort_by_key(|sample| sample.zh != self.p.zh());
        all
    }
    fn is_way(&self, choice: &Choice) -> bool {
        choice.value == self.form.way().key()
    }
}

fn page(p: Page, form: TryForm, errors: Errors, found: Option<Found>) -> TryPage {
    TryPage {
        languages: [
            ("", "try-language-auto"),
            ("en", "try-language-en"),
            ("zh", "try-language-zh"),
        ]
        .map(|(value, key)| Choice::new(value, p.t(key)))
        .into(),
        leasts: [
            ("0", "try-least-all"),
            ("0.5", "try-least-half"),
            ("0.7", "try-least-likely"),
            ("0.9", "try-least-sure"),
        ]
        .map(|(value, key)| Choice::new(value, p.t(key)))
        .into(),
        ways: Way::ALL
            .map(|way| {
                let key = format!("try-operator-{}", way.key());
                (Choice::new(way.key(), p.t(&key)), p.t(&format!("{key}-hint")))
            })
            .into(),
        p,
        form,
        errors,
        found,
    }
}

/// The page, with a sample text if one is asked for.
async fn show(p: Page, l: ListQuery) -> Result<Response, WebError> {
    p.require(Permission::ViewMap)?;
    let sample = samples::TEXTS.iter().find(|sample| sample.key == l.get("sample"));
    let text = sample.map(|sample| sample.text.to_owned()).unwrap_or_default();
    let form = TryForm { text, ..TryForm::default() };
    web::render(&page(p, form, Errors::new(), None))
}

async fn find(
    State(room): State<Room>,
    p: Page,
    CsrfForm(mut form): CsrfForm<TryForm>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewMap)?;
    form.text = plain_lines(&form.text);
    if let Some(errors) = faults(&p, &form) {
        return web::render_status(422, &page(p, form, errors, None));
    }
    let spans = match spans(&room, &form).await {
        Ok(spans) => spans,
        Err(busy) => {
            let mut errors = Errors::new();
            errors.add("", p.t(busy_key(busy)));
            return web::render_status(503, &page(p, form, errors, None));
        }
    };
    let show = form.show();
    let found = Found {
        anonymised: anonymise::text(&room.inspect, &form.text, &chosen(&spans, &show), form.way())
            .map_err(WebError::internal)?,
        marked: Marked::new(&p, &form.text, &spans, &show),
        total: spans.len(),
    };
    web::render(&page(p, form, Errors::new(), Some(found)))
}

/// The anonymised text as a file.
async fn download(
    State(room): State<Room>,
    p: Page,
    CsrfForm(mut form): CsrfForm<TryForm>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewMap)?;
    form.text = plain_lines(&form.text);
    if let Some(errors) = faults(&p, &form) {
        return web::render_status(422, &page(p, form, errors, None));
    }
    let spans = spans(&room, &form).await.map_err(WebError::internal)?;
    let chosen = chosen(&spans, &form.show());
    let text = anonymise::text(&room.inspect, &form.text, &chosen, form.way())
        .map_err(WebError::internal)?;
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"anonymised.txt\""),
    );
    Ok(response)
}

fn faults(p: &Page, form: &TryForm) -> Option<Errors> {
    let mut errors = Errors::new();
    if form.text.trim().is_empty() {
        errors.add("text", p.t("try-error-empty"));
    } else if form.text.len() > TEXT_MAX {
        errors.add("text", p.tn("try-error-long", form.text.len() / 1000));
    }
    (!errors.is_empty()).then_some(errors)
}

async fn spans(room: &Room, form: &TryForm) -> Result<Vec<Span>, Busy> {
    let own = room.inspect.own_detectors().await.map_err(|error| {
        tracing::error!(%error, "own detectors could not be read");
        Busy::Broken
    })?;
    let (text, options) = (form.text.clone(), Options { custom: Some(own), ..form.options() });
    room.inspect.work(move || detect::find_with(&text, &options)).await
}

/// The text key for a desk that is full.
pub(super) fn busy_key(busy: Busy) -> &'static str {
    match busy {
        Busy::Turn => "try-error-busy",
        Busy::TooLong => "try-error-slow",
        Busy::Broken => "web-error-internal",
    }
}
