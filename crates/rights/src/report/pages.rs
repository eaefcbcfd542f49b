//! `/console/requests/report` and `/console/requests/report/ccpa`, and both as files.

use askama::Template;
use axum::{
    Json, Router,
    extract::{Query, State},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use serde::Deserialize;
use serde_json::Value;
use web::{Choice, Page, Permission, WebError};

use super::{
    Metrics, Month, Period, Report, Tally,
    chart::Chart,
    export,
    policy::{self, Row},
};
use crate::Room;

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .route("/console/requests/report", get(report))
        .route("/console/requests/report/csv", get(report_csv))
        .route("/console/requests/report/json", get(report_json))
        .route("/console/requests/report/ccpa", get(ccpa))
        .route("/console/requests/report/ccpa/json", get(ccpa_json))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Wanted {
    period: String,
    year: String,
    scope: String,
}

impl Wanted {
    /// Nothing chosen is the present year.
    fn period(&self) -> Result<Period, WebError> {
        let period = match self.period.as_str() {
            "" => Some(Period::year(this_year())),
            text => Period::parse(text),
        };
        period.ok_or_else(|| WebError::BadRequest("rights-error-period".into()))
    }

    /// Nothing chosen is the year before: its figures are due on 1 July.
    fn year(&self) -> Result<i64, WebError> {
        let year = match self.year.as_str() {
            "" => Some(this_year() - 1),
            text => Period::parse(text).filter(|_| text.len() == 4).map(|one| one.first.year()),
        };
        year.ok_or_else(|| WebError::BadRequest("rights-error-period".into()))
    }

    fn everybody(&self) -> bool {
        self.scope == "all"
    }
}

fn this_year() -> i64 {
    Month::of(store::now()).year()
}

/// A row of one of the tables.
struct Line {
    name: String,
    tally: Tally,
}

#[derive(Template)]
#[template(path = "rights/report.html")]
struct ReportPage {
    p: Page,
    chosen: String,
    periods: Vec<Choice>,
    report: Report,
    chart: Chart,
    kinds: Vec<Line>,
    laws: Vec<Line>,
    refusals: Vec<(String, i64)>,
    may_export: bool,
}

impl ReportPage {
    fn share(&self, tally: &Tally) -> String {
        tally.share().map_or_else(|| self.p.t("rights-report-no-value"), |one| self.p.percent(one))
    }
    fn median(&self, tally: &Tally) -> String {
        policy::shown(&self.p, tally.days.median())
    }
    fn mean(&self, tally: &Tally) -> String {
        policy::shown(&self.p, tally.days.mean())
    }
}

async fn report(
    p: Page,
    Query(wanted): Query<Wanted>,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    let period = wanted.period()?;
    let report = room.rights.report(period).await?;
    let law = room.rights.regimes().law();
    let law_name = |key: &str| match law.regime(key) {
        Some(regime) => regime.name.get(p.zh()).to_owned(),
        None if key.is_empty() => p.t("rights-report-no-law"),
        None => key.to_owned(),
    };
    let line = |name: String, tally: &Tally| Line { name, tally: tally.clone() };
    let choice = |one: Period| Choice::new(one.name(), one.name());
    let first = room.rights.first_request().await?;
    let mut periods: Vec<Choice> =
        Period::choices(first, store::now()).into_iter().map(choice).collect();
    if !periods.iter().any(|one| one.is(period.name())) {
        periods.push(choice(period));
    }
    let page = ReportPage {
        chosen: period.name(),
        periods,
        chart: Chart::new(&report.months),
        kinds: report.kinds.iter().map(|(kind, tally)| line(p.t(&kind.key()), tally)).collect(),
        laws: report.laws.iter().map(|(key, tally)| line(law_name(key), tally)).collect(),
        refusals: report
            .refusals
            .iter()
            .map(|(why, n)| (p.t(&format!("rights-refusal-{why}")), *n))
            .collect(),
        may_export: p.can(Permission::Export),
        report,
        p,
    };
    web::render(&page)
}

async fn report_csv(
    p: Page,
    Query(wanted): Query<Wanted>,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    p.require(Permission::Export)?;
    let report = room.rights.report(wanted.period()?).await?;
    let name = format!("rights-requests-{}", report.period.name());
    Ok(web::csv(&name, export::head(), export::rows(&report)))
}

async fn report_json(
    p: Page,
    Query(wanted): Query<Wanted>,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    p.require(Permission::Export)?;
    let report = room.rights.report(wanted.period()?).await?;
    let name = format!("rights-requests-{}", report.period.name());
    Ok(file(&name, export::report_json(&report)))
}

/// A JSON file to keep.
fn file(name: &str, value: Value) -> Response {
    let mut response = Json(value).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}.json\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

#[derive(Template)]
#[template(path = "rights/ccpa.html")]
struct CcpaPage {
    p: Page,
    year: String,
    years: Vec<Choice>,
    scope: &'static str,
    scopes: Vec<Choice>,
    rows: Vec<Row>,
    heads: [String; 6],
    said: String,
    markdown: String,
    reasons: Vec<(String, i64)>,
    /// What the rule pack says, and where it says so.
    rules: Vec<(String, String)>,
    open: i64,
    may_export: bool,
}

async fn ccpa(
    p: Page,
    Query(wanted): Query<Wanted>,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    let (year, everybody) = (wanted.year()?, wanted.everybody());
    let metrics = room.rights.ccpa(year, everybody).await?;
    let organisation = room.rights.organisation();
    let first = Month::of(room.rights.first_request().await?).year().min(year);
    let last = this_year().max(year);
    let named = |year: i64| Choice::new(year.to_string(), year.to_string());
    let page = CcpaPage {
        year: year.to_string(),
        years: (first.max(last - 30)..=last).rev().map(named).collect(),
        scope: if everybody { "all" } else { "california" },
        scopes: vec![
            Choice::new("california", p.t("rights-ccpa-scope-california")),
            Choice::new("all", p.t("rights-ccpa-scope-all")),
        ],
        rows: policy::rows(&p, &metrics),
        heads: policy::heads(&p),
        said: policy::said(&p, &organisation, &metrics),
        markdown: policy::markdown(&p, &organisation, &metrics),
        reasons: reasons(&p, &metrics),
        rules: rules(&room, p.zh()),
        open: metrics.open(),
        may_export: p.can(Permission::Export),
        p,
    };
    web::render(&page)
}

fn reasons(p: &Page, metrics: &Metrics) -> Vec<(String, i64)> {
    let said = |(why, n): &(&str, i64)| (p.t(&format!("rights-ccpa-reason-{why}")), *n);
    metrics.reasons.iter().map(said).collect()
}

fn rules(room: &Room, zh: bool) -> Vec<(String, String)> {
    let law = room.rights.regimes().law();
    let facts = law.facts().filter(|fact| fact.regime == super::ccpa::LAW);
    let facts = facts.filter(|fact| fact.code.starts_with("metrics."));
    facts.map(|fact| (fact.text.get(zh).to_owned(), fact.cite.get(zh).to_owned())).collect()
}

async fn ccpa_json(
    p: Page,
    Query(wanted): Query<Wanted>,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    p.require(Permission::Export)?;
    let metrics = room.rights.ccpa(wanted.year()?, wanted.everybody()).await?;
    Ok(file(&format!("ccpa-{}", metrics.year), export::ccpa_json(&metrics)))
}
