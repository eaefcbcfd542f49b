//! One plan and its run: what would be done, who agreed, how far it is, what to do when it stands.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde::Deserialize;
use web::{
    CsrfForm, Errors, Page, Permission, WebError,
    access::{Approval, ApprovalState},
    redirect_with_toast,
};

use super::{Names, Nothing, may_run};
use crate::{
    RetainError, Room, RunState,
    rule::sentence,
    run::{Kept, PlanStep, Run},
};

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/console/retention/runs/{id}", get(show))
        .route("/console/retention/runs/{id}/certificate", get(certificate))
        .route("/console/retention/runs/{id}/ask", post(ask))
        .route("/console/retention/runs/{id}/begin", post(begin))
        .route("/console/retention/runs/{id}/undo/ask", post(ask_undo))
        .route("/console/retention/runs/{id}/undo", post(undo))
        .route("/console/retention/runs/{id}/act/{act}", post(act))
}

/// What was asked for, as the reader sees it.
struct Asked {
    approval: Approval,
    who: String,
    decided: String,
    mine: bool,
}

impl Asked {
    fn is_open(&self) -> bool {
        self.approval.state == ApprovalState::Open
    }
    fn is_approved(&self) -> bool {
        self.approval.state == ApprovalState::Approved
    }
    fn is_refused(&self) -> bool {
        self.approval.state == ApprovalState::Refused
    }
    fn stands(&self) -> bool {
        self.is_open() || self.is_approved()
    }
}

struct StepLine {
    step: PlanStep,
    act: String,
    planned: u64,
    done: u64,
}

struct KeptLine {
    said: String,
    rows: u64,
}

struct HeldLine {
    said: String,
    href: String,
}

#[derive(Template)]
#[template(path = "retain/run.html")]
struct RunPage {
    p: Page,
    run: Run,
    state: String,
    said: String,
    source_name: String,
    who: String,
    steps: Vec<StepLine>,
    kept: Vec<KeptLine>,
    held: Vec<HeldLine>,
    fault: String,
    advice: String,
    needs: bool,
    asked: Option<Asked>,
    undo_asked: Option<Asked>,
    may_run: bool,
    may_decide: bool,
    may_edit: bool,
    why: String,
    undo_why: String,
    errors: Errors,
}

impl RunPage {
    fn is(&self, state: &str) -> bool {
        self.run.state.as_str() == state
    }
    /// The reader may ask: nobody waits already.
    fn can_ask(&self) -> bool {
        self.may_run && !self.asked.as_ref().is_some_and(Asked::stands)
    }
    fn can_ask_undo(&self) -> bool {
        self.may_run && !self.undo_asked.as_ref().is_some_and(Asked::stands)
    }
    /// The page is drawn anew while something moves.
    fn moves(&self) -> bool {
        self.run.state.is_moving() || matches!(self.run.undo.as_str(), "queued" | "restoring")
    }
    fn share(&self) -> (u64, u64) {
        (self.run.done.changed(), self.run.planned.changed().max(self.run.done.changed()))
    }
}

async fn page(room: &Room, p: Page, id: &str) -> Result<RunPage, WebError> {
    let retain = &room.retain;
    let run = retain.run(id).await?;
    let body = retain.rule_at(&run.rule, run.version).await?;
    let names = Names::load(&room.web).await?;
    let rule_names = retain.names_of(&body, p.lang).await?;
    let me = p.user.id.clone();
    let asked = retain.asked_about(&me, &run.id).await?;
    let undo_asked = retain.undo_asked(&me, &run.id).await?;
    let drawn = |found: Option<Approval>| {
        found.map(|approval| Asked {
            who: names.of(&p, &approval.asked_by),
            decided: names.of(&p, &approval.decided_by),
            mine: approval.asked_by == me,
            approval,
        })
    };
    let (asked, undo_asked) = (drawn(asked_of(&run, asked)), drawn(undo_asked));
    let needs = run.state == RunState::Planned && retain.needs_approval(&run).await?;
    Ok(RunPage {
        state: p.t(&format!("retain-run-{}", run.state.as_str())),
        said: sentence(p.lang, &body, &rule_names),
        source_name: rule_names.source,
        who: names.of(&p, &run.started_by),
        steps: steps(&p, &run),
        kept: kept(&p, if run.begun_at > 0 { &run.done.kept } else { &run.planned.kept }),
        held: held(room, &p, &run).await?,
        fault: fault(&p, &run, "retain-fault"),
        advice: fault(&p, &run, "retain-advice"),
        needs,
        asked,
        undo_asked,
        may_run: may_run(&p),
        may_decide: p.can(Permission::Approve),
        may_edit: p.can(Permission::EditRecords),
        why: String::new(),
        undo_why: String::new(),
        errors: Errors::new(),
        run,
        p,
    })
}

/// Questions about a plan are of no interest once it is over.
fn asked_of(run: &Run, found: Option<Approval>) -> Option<Approval> {
    found.filter(|_| run.state == RunState::Planned || run.begun_at > 0)
}

fn steps(p: &Page, run: &Run) -> Vec<StepLine> {
    let line = |(at, step): (usize, &PlanStep)| {
        let (planned, done) = run.rows_of(at);
        StepLine {
            act: p.t(&format!("retain-step-{}", step.act)),
            step: step.clone(),
            planned,
            done,
        }
    };
    run.steps.iter().enumerate().map(line).collect()
}

fn kept(p: &Page, all: &[Kept]) -> Vec<KeptLine> {
    let line = |one: &Kept| KeptLine {
        said: p.t1(&format!("retain-kept-{}", one.reason), "table", &one.table),
        rows: one.rows,
    };
    all.iter().map(line).collect()
}

/// Duties and holds that stand in the plan, by name.
async fn held(room: &Room, p: &Page, run: &Run) -> Result<Vec<HeldLine>, WebError> {
    let mut lines = Vec::new();
    for one in &run.held {
        let line = match one.split_once(':') {
            Some(("duty", id)) => match room.retain.rule(id).await {
                Ok(rule) => HeldLine {
                    said: p.t1("retain-held-duty", "name", rule.body.name),
                    href: format!("/console/retention/rules/{id}"),
                },
                Err(_) => continue,
            },
            Some(("hold", id)) => match room.retain.hold(id).await {
                Ok(hold) => HeldLine {
                    said: p.t1("retain-held-hold", "name", hold.name),
                    href: format!("/console/retention/holds/{id}"),
                },
                Err(_) => continue,
            },
            _ => continue,
        };
        lines.push(line);
    }
    Ok(lines)
}

/// What went wrong, or what to do about it, in the reader's language.
fn fault(p: &Page, run: &Run, prefix: &str) -> String {
    if run.error.is_empty() {
        return String::new();
    }
    let code = run.error.replace('_', "-");
    let own = format!("{prefix}-{code}");
    let family = format!("{prefix}-{}", code.split('-').next().unwrap_or_default());
    let key = [own, family].into_iter().find(|key| web::has_key(p.lang, key));
    match key {
        Some(key) => p.t(&key),
        None if prefix == "retain-fault" && web::has_key(p.lang, &run.error) => p.t(&run.error),
        None => p.t(&format!("{prefix}-other")),
    }
}

async fn show(
    p: Page,
    Path(id): Path<String>,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    web::render(&page(&room, p, &id).await?)
}

async fn certificate(
    p: Page,
    Path(id): Path<String>,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    let document = room.retain.certificate(&id).await?;
    let text = serde_json::to_string_pretty(&document).map_err(WebError::internal)?;
    let mut response = text.into_response();
    let name = format!("attachment; filename=\"retention-{id}.json\"");
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_str(&name).map_err(WebError::internal)?,
    );
    Ok(response)
}

/// Why, as typed. No `Debug`: it may name a person.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Asking {
    why: String,
}

fn back(id: &str, toast: &'static str) -> Response {
    redirect_with_toast(&format!("/console/retention/runs/{id}"), toast)
}

async fn ask(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(asking): CsrfForm<Asking>,
) -> Result<Response, WebError> {
    if !may_run(&p) {
        return Err(WebError::Forbidden);
    }
    match room.retain.ask_run(&p.actor(), &id, &asking.why).await {
        Ok(_) => Ok(back(&id, "access-asked")),
        Err(RetainError::Rule(key)) => {
            let message = p.t(key);
            let mut page = page(&room, p, &id).await?;
            page.errors.add("why", message);
            page.why = asking.why;
            web::render_status(422, &page)
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Doing {
    /// `1` once the reader ticked that they know what happens.
    sure: String,
}

async fn begin(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(doing): CsrfForm<Doing>,
) -> Result<Response, WebError> {
    if !may_run(&p) {
        return Err(WebError::Forbidden);
    }
    if doing.sure != "1" {
        let message = p.t("retain-error-sure");
        let mut page = page(&room, p, &id).await?;
        page.errors.add("sure-1", message);
        return web::render_status(422, &page);
    }
    room.retain.begin_run(&p.actor(), &id).await?;
    Ok(back(&id, "retain-toast-begun"))
}

async fn ask_undo(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(asking): CsrfForm<Asking>,
) -> Result<Response, WebError> {
    if !may_run(&p) {
        return Err(WebError::Forbidden);
    }
    match room.retain.ask_undo(&p.actor(), &id, &asking.why).await {
        Ok(_) => Ok(back(&id, "access-asked")),
        Err(RetainError::Rule(key)) => {
            let message = p.t(key);
            let mut page = page(&room, p, &id).await?;
            page.errors.add("why", message);
            page.undo_why = asking.why;
            web::render_status(422, &page)
        }
        Err(error) => Err(error.into()),
    }
}

async fn undo(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    if !may_run(&p) {
        return Err(WebError::Forbidden);
    }
    room.retain.begin_undo(&p.actor(), &id).await?;
    Ok(back(&id, "retain-toast-undo"))
}

async fn act(
    State(room): State<Room>,
    p: Page,
    Path((id, act)): Path<(String, String)>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    let (retain, by) = (&room.retain, p.actor());
    // Stopping what deletes is never kept from anybody who may write rules.
    if !(may_run(&p) || (act != "resume" && p.can(Permission::EditRecords))) {
        return Err(WebError::Forbidden);
    }
    let toast = match act.as_str() {
        "pause" => retain.pause_run(&by, &id).await.map(|()| "retain-toast-pausing"),
        "stop" => retain.stop_run(&by, &id).await.map(|()| "retain-toast-stopping"),
        "resume" => retain.resume_run(&by, &id).await.map(|()| "retain-toast-resumed"),
        "discard" => retain.discard_run(&by, &id).await.map(|()| "retain-toast-discarded"),
        _ => return Err(WebError::NotFound),
    };
    Ok(back(&id, toast?))
}
