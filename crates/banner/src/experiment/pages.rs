//! Console pages of experiments: writing one, and reading what came of it.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::{get, post},
};
use serde::Deserialize;
use web::{CsrfForm, Errors, Page, Permission, WebError};

use super::{
    Count, Experiment, ExperimentBody, Goal, State as Stage, Texts, Variant,
    stats::{self, Comparison},
    words,
};
use crate::{
    Room,
    site::{self, Asked},
};

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .route("/console/banners/{property}/experiments/new", get(new).post(create))
        .route("/console/banners/{property}/experiments/{id}", get(show))
        .route("/console/banners/{property}/experiments/{id}/start", post(start))
        .route("/console/banners/{property}/experiments/{id}/end", post(end))
}

/// The texts of one language as visitors read them without an experiment.
struct Usual {
    lang: String,
    texts: Texts,
}

async fn usual(room: &Room, property: &str) -> Result<Vec<Usual>, WebError> {
    let loaded = room.banner.load(property).await?;
    let languages = site::languages(&room.banner, &loaded.site.body.notice);
    languages
        .into_iter()
        .map(|lang| {
            let asked = Asked { lang: &lang, country: "DE", variant: None };
            let texts = site::config(&room.banner, &loaded, &asked)?.texts();
            Ok(Usual { lang, texts })
        })
        .collect()
}

/// The form: fixed fields, and `b.en.title` … for the second wording's texts.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Form {
    name: String,
    goal: String,
    base: String,
    effect: String,
    #[serde(flatten)]
    texts: BTreeMap<String, String>,
}

/// One text to write: its name, the usual one, what was written.
struct Slot {
    field: String,
    label: String,
    usual: String,
    written: String,
}

struct Group {
    lang: String,
    slots: Vec<Slot>,
}

#[derive(Template)]
#[template(path = "banner/experiment_form.html")]
struct FormPage {
    p: Page,
    property: String,
    form: Form,
    errors: Errors,
    groups: Vec<Group>,
}

impl FormPage {
    fn new(p: Page, property: String, form: Form, errors: Errors, usual: &[Usual]) -> Self {
        let groups = usual
            .iter()
            .map(|Usual { lang, texts }| Group {
                slots: super::VARIED
                    .iter()
                    .map(|name| {
                        let field = format!("b.{lang}.{name}");
                        Slot {
                            label: p.t(&format!("banner-text-{name}")),
                            usual: texts.get(*name).cloned().unwrap_or_default(),
                            written: form.texts.get(&field).cloned().unwrap_or_default(),
                            field,
                        }
                    })
                    .collect(),
                lang: lang.clone(),
            })
            .collect();
        Self { p, property, form, errors, groups }
    }
}

async fn new(
    State(room): State<Room>,
    p: Page,
    Path(property): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    let usual = usual(&room, &property).await?;
    let form =
        Form { goal: "answered".into(), base: "50".into(), effect: "5".into(), ..Form::default() };
    web::render(&FormPage::new(p, property, form, Errors::new(), &usual))
}

async fn create(
    State(room): State<Room>,
    p: Page,
    Path(property): Path<String>,
    CsrfForm(form): CsrfForm<Form>,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    let usual = usual(&room, &property).await?;
    let mut errors = Errors::new();
    let body = read(&p, &form, &usual, &mut errors);
    if !errors.is_empty() {
        return web::render_status(422, &FormPage::new(p, property, form, errors, &usual));
    }
    let id = room.banner.create_experiment(p.actor(), &property, &body).await?;
    let to = format!("/console/banners/{property}/experiments/{id}");
    Ok(web::redirect_with_toast(&to, "banner-toast-experiment"))
}

fn read(p: &Page, form: &Form, usual: &[Usual], errors: &mut Errors) -> ExperimentBody {
    if form.name.trim().is_empty() || form.name.chars().count() > 120 {
        errors.add("name", p.t("banner-experiment-error-name"));
    }
    let percent = |text: &str, least: f64, most: f64| {
        let number: Option<f64> = text.trim().trim_end_matches('%').trim().parse().ok();
        number.filter(|n| (least..=most).contains(n)).map(|n| n / 100.0)
    };
    let base = percent(&form.base, 1.0, 99.0);
    if base.is_none() {
        errors.add("base", p.t("banner-experiment-error-base"));
    }
    let effect = percent(&form.effect, 0.5, 50.0);
    if effect.is_none() {
        errors.add("effect", p.t("banner-experiment-error-effect"));
    }
    let mut own = BTreeMap::new();
    for Usual { lang, texts } in usual {
        let written: Texts = super::VARIED
            .iter()
            .filter_map(|name| {
                let text = form.texts.get(&format!("b.{lang}.{name}"))?.trim();
                let differs =
                    !text.is_empty() && texts.get(*name).map(String::as_str) != Some(text);
                differs.then(|| ((*name).to_owned(), text.to_owned()))
            })
            .collect();
        let mut read = texts.clone();
        read.extend(written.clone());
        for fault in words::faults(&read) {
            let text = p.t2(fault.key, "about", &fault.about, "lang", lang);
            errors.add("", text);
        }
        if !written.is_empty() {
            own.insert(lang.clone(), written);
        }
    }
    if own.is_empty() {
        errors.add("", p.t("banner-experiment-error-same"));
    }
    ExperimentBody {
        name: form.name.trim().to_owned(),
        variants: vec![
            Variant { key: "a".into(), texts: BTreeMap::new() },
            Variant { key: "b".into(), texts: own },
        ],
        goal: if form.goal == "accepted" { Goal::Accepted } else { Goal::Answered },
        base: base.unwrap_or(0.5),
        effect: effect.unwrap_or(0.05),
    }
}

/// One variant's line.
struct Line {
    key: String,
    count: Count,
    rate: String,
    interval: String,
    /// Against the first.
    against: Option<Comparison>,
}

#[derive(Template)]
#[template(path = "banner/experiment.html")]
struct OnePage {
    p: Page,
    property: String,
    experiment: Experiment,
    lines: Vec<Line>,
    planned: i64,
    smallest: i64,
    enough: bool,
    verdict: String,
    may_edit: bool,
}

async fn show(
    State(room): State<Room>,
    p: Page,
    Path((property, id)): Path<(String, String)>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewConsents)?;
    let experiment = room.banner.experiment(&id).await?;
    if experiment.property != property {
        return Err(WebError::NotFound);
    }
    let counts = room.banner.experiment_counts(&id).await?;
    let lines = lines(&experiment, &counts);
    let planned = experiment.body.planned();
    let goal = experiment.body.goal;
    let smallest = lines.iter().map(|line| line.count.share(goal).of).min().unwrap_or(0);
    let enough = smallest >= planned;
    web::render(&OnePage {
        verdict: verdict(&p, &lines, enough),
        may_edit: p.can(Permission::EditConsents),
        p,
        property,
        experiment,
        lines,
        planned,
        smallest,
        enough,
    })
}

fn lines(experiment: &Experiment, counts: &BTreeMap<String, Count>) -> Vec<Line> {
    let body = &experiment.body;
    let count = |variant: &Variant| counts.get(&variant.key).copied().unwrap_or_default();
    let first = body.variants.first().map(count).unwrap_or_default().share(body.goal);
    let tests = body.variants.len().saturating_sub(1);
    body.variants
        .iter()
        .enumerate()
        .map(|(at, variant)| {
            let count = count(variant);
            let share = count.share(body.goal);
            let (low, high) = share.interval(1.96);
            Line {
                key: variant.key.to_uppercase(),
                rate: percent(share.rate()),
                interval: format!("{} – {}", percent(low), percent(high)),
                against: (at > 0).then(|| stats::compare(first, share, tests)),
                count,
            }
        })
        .collect()
}

/// One sentence; none about a difference before the planned number of visitors is reached: whoever
/// looks every day and stops at the first "significant" sees differences that are none.
fn verdict(p: &Page, lines: &[Line], enough: bool) -> String {
    if !enough {
        return p.t("banner-experiment-early");
    }
    let Some(against) = lines.iter().find_map(|line| line.against) else { return String::new() };
    if against.low > 0.0 {
        p.t2("banner-experiment-better", "low", points(against.low), "high", points(against.high))
    } else if against.high < 0.0 {
        p.t2("banner-experiment-worse", "low", points(against.low), "high", points(against.high))
    } else {
        p.t("banner-experiment-none")
    }
}

fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

/// Percentage points with their sign.
fn points(difference: f64) -> String {
    format!("{:+.1}", difference * 100.0).replace('-', "−")
}

impl Line {
    fn difference(&self) -> String {
        self.against.map_or_else(
            || "–".into(),
            |c| format!("{} ({} … {})", points(c.difference), points(c.low), points(c.high)),
        )
    }

    fn p_value(&self) -> String {
        self.against.map_or_else(
            || "–".into(),
            |c| if c.p < 0.001 { "< 0.001".into() } else { format!("{:.3}", c.p) },
        )
    }
}

#[derive(Deserialize)]
struct Nothing {}

async fn start(
    State(room): State<Room>,
    p: Page,
    Path((property, id)): Path<(String, String)>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    room.banner.start_experiment(p.actor(), &id).await?;
    let to = format!("/console/banners/{property}/experiments/{id}");
    Ok(web::redirect_with_toast(&to, "banner-toast-started"))
}

async fn end(
    State(room): State<Room>,
    p: Page,
    Path((property, id)): Path<(String, String)>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    room.banner.end_experiment(p.actor(), &id).await?;
    let to = format!("/console/banners/{property}/experiments/{id}");
    Ok(web::redirect_with_toast(&to, "banner-toast-ended"))
}

impl OnePage {
    fn is_draft(&self) -> bool {
        self.experiment.state == Stage::Draft
    }

    fn is_running(&self) -> bool {
        self.experiment.state == Stage::Running
    }
}
