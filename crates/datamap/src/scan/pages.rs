//! A scan's page: progress while it runs, problems, what to do next.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::{get, post},
};
use serde::Deserialize;
use store::JobId;
use web::{CsrfForm, Page, Permission, WebError};

use crate::{
    model::{Scan, ScanProblem, Source},
    room::{Room, duration},
};

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/console/scans/{id}", get(show))
        .route("/console/scans/{id}/cancel", post(cancel))
}

/// A problem in words.
struct Problem {
    row: ScanProblem,
    what: String,
    advice: String,
}

#[derive(Template)]
#[template(path = "datamap/scan.html")]
struct ScanPage {
    p: Page,
    scan: Scan,
    source: Source,
    now: String,
    took: String,
    is_live: bool,
    problems: Vec<Problem>,
    what: String,
    advice: String,
    changes: i64,
    personal: i64,
    may_scan: bool,
    cancel: String,
    again: String,
}

/// The sentences for a source's error: what happened and what to do.
pub fn source_error(p: &Page, code: &str, subject: &str, why: &str) -> (String, String) {
    let key = format!("source-error-{code}");
    if web::has_key(p.lang, &key) {
        (p.t2(&key, "subject", subject, "why", why), p.t(&format!("{key}-do")))
    } else {
        (p.t("scan-error-internal"), p.t("scan-error-internal-do"))
    }
}

async fn show(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewMap)?;
    let scan = room.map.scan(&id).await?;
    let source = room.map.source(&scan.source_id).await?;
    let is_live = matches!(scan.state.as_str(), "queued" | "running");
    let now = match (&scan.job_id, is_live) {
        (Some(job), true) => {
            room.map.store().job(&JobId(job.clone())).await?.map(|job| job.note).unwrap_or_default()
        }
        _ => String::new(),
    };
    let problems = room
        .map
        .scan_problems(&id)
        .await?
        .into_iter()
        .map(|row| {
            let (what, advice) = source_error(&p, &row.code, &row.subject, &row.why);
            Problem { row, what, advice }
        })
        .collect();
    let (what, advice) = if scan.error_code.is_empty() {
        Default::default()
    } else {
        source_error(&p, &scan.error_code, &scan.error_subject, &scan.error_why)
    };
    let end = scan.finished_at.unwrap_or_else(store::now);
    web::render(&ScanPage {
        took: scan.started_at.map(|start| duration(end - start)).unwrap_or_default(),
        changes: room.map.changes_of_scan(&id).await?,
        personal: scan.fields_personal,
        may_scan: p.can(Permission::ManageSources),
        cancel: format!("/console/scans/{id}/cancel"),
        again: format!("/console/sources/{}/scan", source.id),
        scan,
        source,
        now,
        is_live,
        problems,
        what,
        advice,
        p,
    })
}

#[derive(Deserialize)]
struct Nothing {}

async fn cancel(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    room.map.cancel_scan(p.actor(), &id).await?;
    Ok(web::redirect_with_toast(&format!("/console/scans/{id}"), "scan-toast-cancelling"))
}
