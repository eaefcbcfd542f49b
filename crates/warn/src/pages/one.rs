//! One alarm: why it was raised, what shows it, what to do now, and what somebody said it was.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::{get, post},
};
use serde::Deserialize;
use web::{CsrfForm, Errors, Page, Permission, WebError, redirect_with_toast, render_status};

use super::{Names, Nothing, rule_name, severity_badge, severity_name};
use crate::{Alarm, Hit, Room, State as Stand};

/// What a note may be long.
const NOTE: usize = 2000;

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/console/alarms/{id}", get(show))
        .route("/console/alarms/{id}/acknowledge", post(acknowledge))
        .route("/console/alarms/{id}/reopen", post(reopen))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Input {
    note: String,
    incident: String,
}

#[derive(Template)]
#[template(path = "warn/one.html")]
struct OnePage {
    p: Page,
    alarm: Alarm,
    hits: Vec<Hit>,
    title: String,
    severity: String,
    kind: &'static str,
    who: String,
    who_link: String,
    ended_by: String,
    input: Input,
    errors: Errors,
    may: bool,
}

impl OnePage {
    fn is_open(&self) -> bool {
        self.alarm.state == Stand::Open
    }

    fn state(&self) -> String {
        self.p.t(&format!("warn-state-{}", self.alarm.state.as_str()))
    }

    fn what_to_do(&self) -> String {
        self.p.t(&format!("warn-do-{}", self.alarm.rule.as_str()))
    }

    fn why(&self, why: &str) -> String {
        self.p.t(&format!("warn-why-{why}"))
    }

    /// What was counted says something.
    fn counts(&self) -> bool {
        self.hits.iter().any(|hit| hit.measured > 1)
    }
}

async fn page(room: &Room, p: Page, id: &str) -> Result<OnePage, WebError> {
    let alarm = room.warn.alarm(id).await?;
    let names = Names::load(&room.web).await?;
    let who_link = alarm
        .actor
        .strip_prefix("person:")
        .filter(|id| names.people.contains_key(*id))
        .map_or_else(
            || format!("/console/audit?actor={}", web::encode(&alarm.actor)),
            |id| format!("/console/audit/people/{}", web::encode(id)),
        );
    Ok(OnePage {
        hits: room.warn.hits(id).await?,
        title: rule_name(&p, alarm.rule),
        severity: severity_name(&p, alarm.severity),
        kind: severity_badge(alarm.severity),
        who: names.of(&p, &alarm.actor),
        who_link,
        ended_by: names.of(&p, &alarm.ended_by),
        input: Input { note: String::new(), incident: alarm.incident.clone() },
        errors: Errors::new(),
        may: p.can(Permission::Approve),
        alarm,
        p,
    })
}

async fn show(
    p: Page,
    Path(id): Path<String>,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewLedger)?;
    web::render(&page(&room, p, &id).await?)
}

async fn acknowledge(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::Approve)?;
    let (note, incident) = (input.note.trim(), input.incident.trim());
    let mut errors = Errors::new();
    if note.is_empty() || note.chars().count() > NOTE {
        errors.add("note", p.tn("warn-error-note", NOTE));
    }
    if incident.chars().count() > 100 {
        errors.add("incident", p.t("warn-error-incident"));
    }
    if !errors.is_empty() {
        let page = page(&room, p, &id).await?;
        return render_status(422, &OnePage { input, errors, ..page });
    }
    room.warn.acknowledge(p.actor(), &id, note, incident).await?;
    Ok(redirect_with_toast("/console/alarms", "warn-toast-acknowledged"))
}

async fn reopen(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::Approve)?;
    room.warn.reopen(p.actor(), &id).await?;
    Ok(redirect_with_toast(&format!("/console/alarms/{id}"), "warn-toast-reopened"))
}
