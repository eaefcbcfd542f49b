//! `/console/jobs`: background work, its progress; cancel and try again.

use crate::{
    Choice, CsrfForm, ListQuery, Look, PAGE_SIZE, Page, Permission, Web, WebError, has_key,
    redirect_with_toast, render,
};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;
use store::{JobFilter, JobId, JobRow, JobState, StoreError};

struct Line {
    id: String,
    what: String,
    kind: &'static str,
    state: String,
    open: bool,
    may_retry: bool,
    stopping: bool,
    job: JobRow,
}

#[derive(Template)]
#[template(path = "web/jobs.html")]
struct JobsPage {
    p: Page,
    l: ListQuery,
    lines: Vec<Line>,
    states: Vec<Choice>,
    running: bool,
    older: Option<String>,
    manage: bool,
}

const STATES: [JobState; 5] =
    [JobState::Queued, JobState::Running, JobState::Done, JobState::Failed, JobState::Cancelled];

fn state_key(state: JobState) -> &'static str {
    match state {
        JobState::Queued => "web-job-queued",
        JobState::Running => "web-job-running",
        JobState::Done => "web-job-done",
        JobState::Failed => "web-job-failed",
        JobState::Cancelled => "web-job-cancelled",
    }
}

fn badge(state: JobState) -> &'static str {
    match state {
        JobState::Queued | JobState::Cancelled => "none",
        JobState::Running => "info",
        JobState::Done => "ok",
        JobState::Failed => "danger",
    }
}

pub(crate) async fn show(
    p: Page,
    l: ListQuery,
    State(web): State<Web>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewMap)?;
    let filter = JobFilter { state: JobState::parse(l.get("state")), kind: None };
    let before = Some(l.get("before")).filter(|id| !id.is_empty()).map(|id| JobId(id.to_owned()));
    let mut jobs = web.store().list_jobs(&filter, before.as_ref(), PAGE_SIZE + 1).await?;
    let more = jobs.len() > PAGE_SIZE as usize;
    jobs.truncate(PAGE_SIZE as usize);
    let older = jobs.last().filter(|_| more).map(|job| l.with("before", &job.id.0));
    let running = jobs.iter().any(|job| matches!(job.state, JobState::Queued | JobState::Running));
    let lines = jobs.into_iter().map(|job| line(&p, job)).collect();
    let states = STATES.map(|state| Choice::new(state.as_str(), p.t(state_key(state)))).to_vec();
    let manage = p.can(Permission::ManageJobs);
    render(&JobsPage { p, l, lines, states, running, older, manage })
}

fn line(p: &Look, job: JobRow) -> Line {
    let key = format!("web-job-kind-{}", job.kind.replace(['.', '_'], "-"));
    Line {
        id: job.id.0.clone(),
        what: if has_key(p.lang, &key) { p.t(&key) } else { job.kind.clone() },
        kind: badge(job.state),
        state: p.t(state_key(job.state)),
        open: matches!(job.state, JobState::Queued | JobState::Running),
        may_retry: matches!(job.state, JobState::Failed | JobState::Cancelled),
        stopping: job.cancel_requested && job.state == JobState::Running,
        job,
    }
}

#[derive(Deserialize)]
pub(crate) struct Nothing {}

pub(crate) async fn cancel(
    p: Page,
    State(web): State<Web>,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageJobs)?;
    web.store().cancel_job(&JobId(id), p.actor()).await?;
    Ok(redirect_with_toast("/console/jobs", "web-job-cancel-asked"))
}

pub(crate) async fn retry(
    p: Page,
    State(web): State<Web>,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageJobs)?;
    match web.store().retry_job(&JobId(id), p.actor()).await {
        // The same work was queued anew meanwhile.
        Err(StoreError::Job(_)) => Err(WebError::Conflict("web-job-same".into())),
        other => {
            other?;
            Ok(redirect_with_toast("/console/jobs", "web-job-retried"))
        }
    }
}
