//! One detector: what it looks for, whether it is on, what it was before.

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use serde::Deserialize;
use web::{CsrfForm, Page, Permission, WebError};

use super::{level, looks_for, title};
use crate::{
    Room,
    detectors::{Change, Detector, Draft},
};

/// One line of the history as the page shows it.
struct Past {
    change: Change,
    what: String,
    who: String,
    /// What it says differs from what it says now.
    differs: bool,
}

#[derive(Template)]
#[template(path = "inspect/detector.html")]
struct OnePage {
    p: Page,
    detector: Detector,
    draft: Draft,
    title: String,
    looks_for: String,
    category: String,
    level: &'static str,
    checksum: String,
    history: Vec<Past>,
    may_edit: bool,
}

pub(super) async fn show(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewMap)?;
    let detector = room.inspect.detector(&id).await?;
    let draft = Draft::loosely(&detector.body).unwrap_or_default();
    let names = room.web.names().await?;
    let history = room
        .inspect
        .detector_history(&id)
        .await?
        .into_iter()
        .map(|change| Past {
            what: p.t(&format!("detector-event-{}", change.what)),
            who: who(&p, &names, &change.actor),
            differs: change.body != detector.body,
            change,
        })
        .collect();
    let checksum = match draft.checksum.as_str() {
        "" | "none" => String::new(),
        name => p.t(&format!("detector-checksum-{}", name.replace('_', "-"))),
    };
    web::render(&OnePage {
        title: title(&p, &draft),
        looks_for: looks_for(&p, &draft),
        category: explain::category_path(p.lang, &draft.category),
        level: level(&draft),
        may_edit: p.can(Permission::EditMap),
        checksum,
        history,
        detector,
        draft,
        p,
    })
}

fn who(p: &Page, names: &HashMap<String, String>, actor: &str) -> String {
    match actor.split_once(':') {
        Some(("person", id)) => names.get(id).cloned().unwrap_or_else(|| p.t("web-actor-someone")),
        Some(("token", _)) => p.t("web-actor-token"),
        Some(_) => p.t("web-actor-system"),
        None => p.t("web-actor-cli"),
    }
}

#[derive(Deserialize)]
pub(super) struct Nothing {}

pub(super) async fn enable(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::EditMap)?;
    room.inspect.enable_detector(p.actor(), &id, true).await?;
    Ok(web::redirect_with_toast(&format!("/console/detectors/{id}"), "detector-toast-enabled"))
}

pub(super) async fn disable(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::EditMap)?;
    room.inspect.enable_detector(p.actor(), &id, false).await?;
    Ok(web::redirect_with_toast(&format!("/console/detectors/{id}"), "detector-toast-disabled"))
}

pub(super) async fn delete(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::EditMap)?;
    room.inspect.delete_detector(p.actor(), &id).await?;
    Ok(web::redirect_with_toast("/console/detectors", "detector-toast-deleted"))
}
