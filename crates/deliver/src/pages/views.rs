//! Purpose views: the list, the form, the plan before anything is done, check and removal.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use serde::Deserialize;
use web::{Choice, CsrfForm, Errors, Page, Permission, WebError, redirect_with_toast};

use super::{Nothing, fault_text, form::told};
use crate::{
    DeliverError, IDENTIFIERS, Kind, Room,
    views::{PurposeView, ViewDraft, ViewPlan, ViewState},
};

/// A view as pages show it.
struct Line {
    view: PurposeView,
    destination: String,
    badge: &'static str,
    state: String,
    drift: Vec<String>,
}

async fn line(room: &Room, p: &Page, view: PurposeView) -> Result<Line, WebError> {
    let destination = room.deliver.destination(&view.draft.destination_id).await?.name;
    let (badge, key) = match view.state {
        ViewState::Planned => ("info", "deliver-view-planned"),
        ViewState::Removed => ("none", "deliver-view-removed"),
        ViewState::Applied if view.drift.is_empty() => ("ok", "deliver-view-applied"),
        ViewState::Applied => ("danger", "deliver-view-drifted"),
    };
    let drift = view.drift.iter().map(|code| p.t(&format!("deliver-drift-{code}"))).collect();
    Ok(Line { destination, badge, state: p.t(key), drift, view })
}

#[derive(Template)]
#[template(path = "deliver/views.html")]
struct ListPage {
    p: Page,
    lines: Vec<Line>,
    /// There is a state table in a PostgreSQL to join.
    possible: bool,
    may_manage: bool,
}

pub(super) async fn list(p: Page, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::ViewMap)?;
    let mut lines = Vec::new();
    for view in room.deliver.views().await? {
        lines.push(line(&room, &p, view).await?);
    }
    let possible = !tables(&room).await?.is_empty();
    let may_manage = p.can(Permission::ManageSources);
    web::render(&ListPage { p, lines, possible, may_manage })
}

/// State tables in a PostgreSQL.
async fn tables(room: &Room) -> Result<Vec<Choice>, WebError> {
    let all = room.deliver.destinations().await?.into_iter().map(|found| found.destination);
    let fit = all.filter(|to| to.kind == Kind::Table && to.address.starts_with("postgres"));
    Ok(fit.map(|to| Choice::new(to.id, to.name)).collect())
}

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub(super) struct Input {
    destination: String,
    purpose: String,
    table: String,
    match_column: String,
    identifier_kind: String,
    columns: String,
    role: String,
    view: String,
}

impl Input {
    fn of(draft: &ViewDraft) -> Self {
        Self {
            destination: draft.destination_id.clone(),
            purpose: draft.purpose.clone(),
            table: draft.table.clone(),
            match_column: draft.match_column.clone(),
            identifier_kind: draft.identifier_kind.clone(),
            columns: draft.columns.join("\n"),
            role: draft.role.clone(),
            view: draft.view.clone(),
        }
    }

    fn draft(&self) -> ViewDraft {
        let columns = self.columns.split(['\n', ',', '，']).map(str::trim);
        let trimmed = |text: &String| text.trim().to_owned();
        ViewDraft {
            destination_id: self.destination.clone(),
            purpose: trimmed(&self.purpose),
            table: trimmed(&self.table),
            match_column: trimmed(&self.match_column),
            identifier_kind: self.identifier_kind.clone(),
            columns: columns.filter(|name| !name.is_empty()).map(str::to_owned).collect(),
            role: trimmed(&self.role),
            view: trimmed(&self.view),
        }
    }
}

#[derive(Template)]
#[template(path = "deliver/view_form.html")]
struct FormPage {
    p: Page,
    id: String,
    input: Input,
    errors: Errors,
    tables: Vec<Choice>,
    kinds: Vec<Choice>,
}

async fn form(
    room: &Room,
    p: Page,
    id: String,
    input: Input,
    errors: Errors,
) -> Result<FormPage, WebError> {
    let kind = |kind: &str| {
        Choice::new(kind, p.t(&format!("deliver-identifier-{}", kind.replace('_', "-"))))
    };
    let (tables, kinds) = (tables(room).await?, IDENTIFIERS.map(kind).to_vec());
    Ok(FormPage { p, id, input, errors, tables, kinds })
}

pub(super) async fn new(p: Page, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    let input = Input {
        identifier_kind: "email".into(),
        match_column: "email".into(),
        role: "privet_marketing".into(),
        ..Input::default()
    };
    web::render(&form(&room, p, String::new(), input, Errors::new()).await?)
}

pub(super) async fn create(
    p: Page,
    State(room): State<Room>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    match room.deliver.create_view(p.actor(), &input.draft()).await {
        Ok(view) => Ok(redirect_with_toast(
            &format!("/console/purpose-views/{}/plan", view.id),
            "deliver-toast-view-written",
        )),
        Err(DeliverError::Form(faults)) => {
            let errors = told(&p, faults);
            let page = form(&room, p, String::new(), input, errors).await?;
            web::render_status(422, &page)
        }
        Err(other) => Err(other.into()),
    }
}

pub(super) async fn edit(
    p: Page,
    State(room): State<Room>,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    let view = room.deliver.view(&id).await?;
    web::render(&form(&room, p, id, Input::of(&view.draft), Errors::new()).await?)
}

pub(super) async fn change(
    p: Page,
    State(room): State<Room>,
    Path(id): Path<String>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    // Where the view stands is fixed: the form shows it and does not send it.
    let old = room.deliver.view(&id).await?.draft;
    let draft = ViewDraft {
        destination_id: old.destination_id,
        table: old.table,
        view: old.view,
        ..input.draft()
    };
    match room.deliver.update_view(p.actor(), &id, &draft).await {
        Ok(()) => Ok(redirect_with_toast(
            &format!("/console/purpose-views/{id}/plan"),
            "deliver-toast-view-written",
        )),
        Err(DeliverError::Form(faults)) => {
            let errors = told(&p, faults);
            web::render_status(422, &form(&room, p, id, Input::of(&draft), errors).await?)
        }
        Err(other) => Err(other.into()),
    }
}

#[derive(Template)]
#[template(path = "deliver/view.html")]
struct OnePage {
    p: Page,
    line: Line,
    may_manage: bool,
}

impl OnePage {
    fn at(&self, act: &str) -> String {
        format!("/console/purpose-views/{}/{act}", self.line.view.id)
    }

    fn applied(&self) -> bool {
        self.line.view.state == ViewState::Applied
    }

    fn planned(&self) -> bool {
        self.line.view.state == ViewState::Planned
    }
}

pub(super) async fn show(
    p: Page,
    State(room): State<Room>,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewMap)?;
    let view = room.deliver.view(&id).await?;
    let line = line(&room, &p, view).await?;
    let may_manage = p.can(Permission::ManageSources);
    web::render(&OnePage { p, line, may_manage })
}

#[derive(Template)]
#[template(path = "deliver/view_plan.html")]
struct PlanPage {
    p: Page,
    view: PurposeView,
    removing: bool,
    plan: ViewPlan,
    problems: Vec<String>,
    fault: String,
    digest: String,
}

impl PlanPage {
    /// Statements one after another that are made for the same reason.
    fn groups(&self) -> Vec<(String, Vec<&str>)> {
        let steps = self.plan.steps.chunk_by(|one, next| one.why == next.why);
        let group =
            |steps: &[crate::views::Step]| self.p.t(&format!("deliver-step-{}", steps[0].why));
        steps
            .map(|steps| (group(steps), steps.iter().map(|step| step.sql.as_str()).collect()))
            .collect()
    }
}

fn plan_page(
    p: Page,
    room: &Room,
    view: PurposeView,
    removing: bool,
    planned: Result<ViewPlan, DeliverError>,
) -> Result<PlanPage, WebError> {
    let (plan, fault) = match planned {
        Ok(plan) => (plan, String::new()),
        Err(DeliverError::Fault(fault)) => (ViewPlan::default(), fault_text(&p, fault.code, 0)),
        Err(other) => return Err(other.into()),
    };
    let problems = plan.problems.iter().map(|(key, name)| p.t1(key, "name", name)).collect();
    let digest = digest(room, &plan);
    Ok(PlanPage { p, view, removing, plan, problems, fault, digest })
}

/// What a form carries, so that what is done is what was shown.
fn digest(room: &Room, plan: &ViewPlan) -> String {
    let digest = room.deliver.store().digest(&plan.text());
    digest.0.iter().take(16).fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

pub(super) async fn plan(
    p: Page,
    State(room): State<Room>,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    let view = room.deliver.view(&id).await?;
    let planned = room.deliver.plan_view(&id).await;
    web::render(&plan_page(p, &room, view, false, planned)?)
}

pub(super) async fn removal(
    p: Page,
    State(room): State<Room>,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    let view = room.deliver.view(&id).await?;
    let planned = room.deliver.plan_removal(&id).await;
    web::render(&plan_page(p, &room, view, true, planned)?)
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Approved {
    digest: String,
}

pub(super) async fn apply(
    p: Page,
    State(room): State<Room>,
    Path(id): Path<String>,
    CsrfForm(form): CsrfForm<Approved>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    let plan = room.deliver.plan_view(&id).await?;
    if digest(&room, &plan) != form.digest {
        return Err(WebError::Conflict("deliver-view-error-stale".into()));
    }
    room.deliver.apply_view(p.actor(), &id, &plan).await?;
    Ok(redirect_with_toast(&format!("/console/purpose-views/{id}"), "deliver-toast-view-applied"))
}

pub(super) async fn remove(
    p: Page,
    State(room): State<Room>,
    Path(id): Path<String>,
    CsrfForm(form): CsrfForm<Approved>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    let plan = room.deliver.plan_removal(&id).await?;
    if digest(&room, &plan) != form.digest {
        return Err(WebError::Conflict("deliver-view-error-stale".into()));
    }
    room.deliver.remove_view(p.actor(), &id, &plan).await?;
    Ok(redirect_with_toast("/console/purpose-views", "deliver-toast-view-removed"))
}

pub(super) async fn check(
    p: Page,
    State(room): State<Room>,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    room.deliver.check_view(p.actor(), &id).await?;
    Ok(redirect_with_toast(&format!("/console/purpose-views/{id}"), "deliver-toast-view-checked"))
}

pub(super) async fn forget(
    p: Page,
    State(room): State<Room>,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    room.deliver.forget_view(p.actor(), &id).await?;
    Ok(redirect_with_toast("/console/purpose-views", "deliver-toast-view-removed"))
}
