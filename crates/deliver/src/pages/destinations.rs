//! Destinations: the list, one of them, and what is pressed there.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use web::{CsrfForm, Page, Permission, WebError, redirect_with_toast, redirect_with_toast_n};

use super::{Nothing, fault_text, health};
use crate::{
    DeliverError, Delivery, DeliveryFilter, Destination, Kind, Overview, Room, State as Served,
    TablePlan,
};

/// A destination as pages show it.
pub(super) struct Line {
    pub found: Overview,
    pub kind: String,
    pub badge: &'static str,
    pub health: String,
    pub fault: String,
}

impl Line {
    pub fn of(p: &Page, found: Overview) -> Self {
        let (badge, key) = health(&found);
        Self {
            kind: p.t(&format!("deliver-kind-{}", found.destination.kind.as_str())),
            badge,
            health: p.t(key),
            fault: fault_text(p, &found.destination.fault, 0),
            found,
        }
    }

    fn is(&self, state: Served) -> bool {
        self.found.destination.state == state
    }
}

#[derive(Template)]
#[template(path = "deliver/destinations.html")]
struct ListPage {
    p: Page,
    lines: Vec<Line>,
    may_manage: bool,
}

pub(super) async fn list(p: Page, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::ViewMap)?;
    let all = room.deliver.destinations().await?;
    let lines = all.into_iter().map(|found| Line::of(&p, found)).collect();
    let may_manage = p.can(Permission::ManageSources);
    web::render(&ListPage { p, lines, may_manage })
}

#[derive(Template)]
#[template(path = "deliver/destination.html")]
struct OnePage {
    p: Page,
    line: Line,
    events: Vec<String>,
    identifiers: Vec<String>,
    recent: Vec<Delivery>,
    may_manage: bool,
    /// The secret, on the page that answers to showing it.
    secret: String,
    /// What a test came to: kind of notice and sentence.
    tested: Option<(&'static str, String)>,
}

impl OnePage {
    fn to(&self) -> &Destination {
        &self.line.found.destination
    }

    fn at(&self, act: &str) -> String {
        format!("/console/destinations/{}/{act}", self.to().id)
    }

    fn two_secrets(&self) -> bool {
        self.to().old_secret_until > store::now()
    }

    fn is_webhook(&self) -> bool {
        self.to().kind == Kind::Webhook
    }

    fn is_table(&self) -> bool {
        self.to().kind == Kind::Table
    }
}

async fn one(room: &Room, p: Page, id: &str) -> Result<OnePage, WebError> {
    let destination = room.deliver.destination(id).await?;
    let filter = DeliveryFilter { destination: id.to_owned(), ..DeliveryFilter::default() };
    let (recent, _) = room.deliver.deliveries(&filter, 10, 0).await?;
    let events = destination.events.iter().map(|kind| p.t(&kind.key())).collect();
    let identifier = |kind: &String| p.t(&format!("deliver-identifier-{}", kind.replace('_', "-")));
    let identifiers = destination.identifiers.iter().map(identifier).collect();
    let line = Line::of(&p, room.deliver.overview(destination).await?);
    let may_manage = p.can(Permission::ManageSources);
    let (secret, tested) = (String::new(), None);
    Ok(OnePage { p, line, events, identifiers, recent, may_manage, secret, tested })
}

pub(super) async fn show(
    p: Page,
    State(room): State<Room>,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewMap)?;
    web::render(&one(&room, p, &id).await?)
}

pub(super) async fn test(
    p: Page,
    State(room): State<Room>,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    let tested = match room.deliver.test(p.actor(), &id).await {
        Ok(()) => ("ok", p.t("deliver-tested")),
        Err(DeliverError::Fault(fault)) => {
            ("danger", fault_text(&p, fault.code, i64::from(fault.status)))
        }
        Err(other) => return Err(other.into()),
    };
    let page = OnePage { tested: Some(tested), ..one(&room, p, &id).await? };
    web::render(&page)
}

pub(super) async fn reveal(
    p: Page,
    State(room): State<Room>,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    let secret = room.deliver.reveal_secret(p.actor(), &id).await?;
    web::render(&OnePage { secret, ..one(&room, p, &id).await? })
}

fn back(id: &str, toast: &str) -> Response {
    redirect_with_toast(&format!("/console/destinations/{id}"), toast)
}

pub(super) async fn pause(
    p: Page,
    State(room): State<Room>,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    room.deliver.set_state(p.actor(), &id, false).await?;
    Ok(back(&id, "deliver-toast-paused"))
}

pub(super) async fn resume(
    p: Page,
    State(room): State<Room>,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    room.deliver.set_state(p.actor(), &id, true).await?;
    Ok(back(&id, "deliver-toast-resumed"))
}

pub(super) async fn rotate(
    p: Page,
    State(room): State<Room>,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    room.deliver.rotate_secret(p.actor(), &id).await?;
    Ok(back(&id, "deliver-toast-rotated"))
}

pub(super) async fn replay(
    p: Page,
    State(room): State<Room>,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    let letters = room.deliver.dead_letters(&id).await?;
    let count = room.deliver.replay(p.actor(), &letters).await?;
    let to = format!("/console/destinations/{id}");
    Ok(redirect_with_toast_n(&to, "deliver-toast-replayed", count))
}

pub(super) async fn delete(
    p: Page,
    State(room): State<Room>,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    room.deliver.delete_destination(p.actor(), &id).await?;
    Ok(redirect_with_toast("/console/destinations", "deliver-toast-deleted"))
}

#[derive(Template)]
#[template(path = "deliver/table_plan.html")]
struct PlanPage {
    p: Page,
    to: Destination,
    plan: Option<TablePlan>,
    fault: String,
    may_manage: bool,
}

impl PlanPage {
    fn is_draft(&self) -> bool {
        self.to.state == Served::Draft
    }
}

pub(super) async fn plan(
    p: Page,
    State(room): State<Room>,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    let to = room.deliver.destination(&id).await?;
    let (plan, fault) = match room.deliver.plan_table(&id).await {
        Ok(plan) => (Some(plan), String::new()),
        Err(DeliverError::Fault(fault)) => (None, fault_text(&p, fault.code, 0)),
        Err(other) => return Err(other.into()),
    };
    let may_manage = p.can(Permission::ManageSources);
    web::render(&PlanPage { p, to, plan, fault, may_manage })
}

pub(super) async fn approve(
    p: Page,
    State(room): State<Room>,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    room.deliver.approve(p.actor(), &id).await?;
    Ok(back(&id, "deliver-toast-approved"))
}
