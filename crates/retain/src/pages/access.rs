//! The account that may change rows of a source, and the script that makes it with the least rights.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::{get, post},
};
use serde::Deserialize;
use web::{CsrfForm, Errors, Page, Permission, WebError, redirect_with_toast, render_status};

use super::Nothing;
use crate::{Access, RetainError, Room, RuleBody};

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/console/retention/access/{source}", get(show).post(give))
        .route("/console/retention/access/{source}/take", post(take))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Input {
    user: String,
    password: String,
    sure: String,
}

#[derive(Template)]
#[template(path = "retain/access.html")]
struct AccessPage {
    p: Page,
    source: datamap::model::Source,
    access: Option<Access>,
    fault: String,
    grants: String,
    user: String,
    local: bool,
    may: bool,
    errors: Errors,
}

async fn page(room: &Room, p: Page, id: &str, user: &str) -> Result<AccessPage, WebError> {
    let source = room.retain.map().source(id).await.map_err(RetainError::from)?;
    let access = room.retain.access_to(id).await?;
    let rules = room.retain.rules().await?;
    let own: Vec<&RuleBody> = rules
        .iter()
        .filter(|rule| rule.body.source == id && rule.is_limit())
        .map(|rule| &rule.body)
        .collect();
    let fault = match access.as_ref().filter(|one| !one.ready) {
        Some(one) => {
            let key = format!("retain-fault-source-{}", one.error);
            if web::has_key(p.lang, &key) {
                p.t(&key)
            } else {
                p.t1("retain-access-failed", "code", &one.error)
            }
        }
        None => String::new(),
    };
    Ok(AccessPage {
        grants: crate::grants(&source, user, &own),
        local: matches!(&*source.kind, "sqlite" | "files"),
        may: p.can(Permission::ManageSources),
        user: user.to_owned(),
        errors: Errors::new(),
        source,
        access,
        fault,
        p,
    })
}

async fn show(
    p: Page,
    Path(id): Path<String>,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    web::render(&page(&room, p, &id, "privet_retention").await?)
}

async fn give(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    let mut drawn = page(&room, p, &id, &input.user).await?;
    if drawn.local && input.sure != "1" {
        let message = drawn.p.t("retain-error-access-sure");
        drawn.errors.add("sure-1", message);
        return render_status(422, &drawn);
    }
    if !drawn.local && input.user.trim().is_empty() {
        let message = drawn.p.t("retain-error-user");
        drawn.errors.add("user", message);
        return render_status(422, &drawn);
    }
    let by = drawn.p.actor();
    let given = room.retain.give_access(&by, &id, &input.user, &input.password).await?;
    let toast = if given.ready { "retain-toast-access" } else { "retain-toast-access-failed" };
    Ok(redirect_with_toast(&format!("/console/retention/access/{id}"), toast))
}

async fn take(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    room.retain.take_access(&p.actor(), &id).await?;
    Ok(redirect_with_toast(&format!("/console/retention/access/{id}"), "retain-toast-taken"))
}
