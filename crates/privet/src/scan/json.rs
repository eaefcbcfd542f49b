//! The answer as JSON (docs/command-line.md): one object for one source, an array for several.

use detect::{Evidence, Sensitivity};
use serde::Serialize;

use super::{FieldReport, Problem, Report, StoreReport};
use crate::Failure;

#[derive(Serialize)]
struct SourceJson<'a> {
    source: &'a str,
    product: &'a str,
    scanned_at: String,
    privet: &'static str,
    stores: Vec<StoreJson<'a>>,
    problems: Vec<ProblemJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ProblemJson<'a>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    interrupted: bool,
}

#[derive(Serialize)]
struct StoreJson<'a> {
    name: &'a str,
    kind: &'static str,
    rows_estimate: Option<u64>,
    rows_sampled: u64,
    people: Option<&'static str>,
    fields: Vec<FieldJson<'a>>,
}

#[derive(Serialize)]
struct FieldJson<'a> {
    name: &'a str,
    data_type: &'a str,
    category: Option<&'a str>,
    sensitivity: Sensitivity,
    confidence: f64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    minor: bool,
    evidence: &'a Evidence,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    masked: &'a [String],
}

#[derive(Serialize)]
struct ProblemJson<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    store: &'a str,
    code: &'a str,
    message: &'a str,
}

/// Pretty JSON with a line end.
pub fn render(reports: &[Report]) -> Result<Vec<u8>, Failure> {
    let sources: Vec<SourceJson> = reports.iter().map(source).collect();
    let written = match sources.as_slice() {
        [one] => serde_json::to_vec_pretty(one),
        many => serde_json::to_vec_pretty(many),
    };
    let mut bytes = written.map_err(anyhow::Error::from)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn source(report: &Report) -> SourceJson<'_> {
    SourceJson {
        source: &report.source,
        product: &report.product,
        scanned_at: report.scanned_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        privet: env!("CARGO_PKG_VERSION"),
        stores: report.stores.iter().map(store).collect(),
        problems: report.problems.iter().map(problem).collect(),
        error: report.failure.as_ref().map(problem),
        interrupted: report.interrupted,
    }
}

fn store(store: &StoreReport) -> StoreJson<'_> {
    StoreJson {
        name: &store.name,
        kind: store.kind,
        rows_estimate: store.rows_estimate,
        rows_sampled: store.rows_sampled,
        people: store.people,
        fields: store.fields.iter().map(field).collect(),
    }
}

fn field(field: &FieldReport) -> FieldJson<'_> {
    let personal = field.is_personal();
    FieldJson {
        name: &field.name,
        data_type: &field.data_type,
        category: personal.then(|| field.category()),
        sensitivity: if personal { field.verdict.sensitivity } else { Sensitivity::None },
        confidence: rounded(field.verdict.confidence),
        minor: field.verdict.minor,
        evidence: &field.verdict.evidence,
        masked: &field.masked,
    }
}

fn problem(problem: &Problem) -> ProblemJson<'_> {
    ProblemJson { store: &problem.store, code: problem.code, message: &problem.message }
}

/// Two digits: more would claim a precision that no verdict has.
pub fn rounded(confidence: f64) -> f64 {
    (confidence * 100.0).round() / 100.0
}
