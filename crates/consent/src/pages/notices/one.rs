//! One notice: what is being written, what is shown now, its pictures and versions.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use serde::Deserialize;
use web::{Choice, CsrfForm, Page, Permission, WebError};

use super::{LANGUAGES, draft, language, title, touchpoint, version::Shown};
use crate::{
    Notice, NoticeVersion, Room,
    notice::Picture,
    pages::{refused, words},
};

/// A form that sends nothing but its token.
#[derive(Deserialize)]
pub(super) struct Nothing {}

#[derive(Template)]
#[template(path = "consent/notice.html")]
struct OnePage {
    p: Page,
    notice: Notice,
    title: String,
    touchpoint: String,
    purposes: Vec<(String, String)>,
    /// The texts of the draft, or of the newest version where there is no draft.
    shown: Vec<Shown>,
    /// Serious findings and warnings in the draft.
    serious: usize,
    warnings: usize,
    pictures: Vec<Picture>,
    versions: Vec<Arc<NoticeVersion>>,
    languages: Vec<Choice>,
    may_edit: bool,
}

pub(super) async fn show(
    State(room): State<Room>,
    p: Page,
    Path(key): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewConsents)?;
    let notice = room.consent.notice(&key).await.map_err(refused)?;
    let catalogue = room.consent.catalogue();
    let mut versions = catalogue.versions(&key).to_vec();
    versions.reverse();
    let newest = versions.first().map(|version| &version.published.body);
    let body = notice.draft.as_ref().or(newest).cloned().unwrap_or_default();
    let said =
        notice.draft.as_ref().map(|body| draft::check(&p, &room.consent, body)).unwrap_or_default();
    let next = notice.version + 1;
    let pictures = room.consent.pictures(&key).await.map_err(refused)?;
    web::render(&OnePage {
        title: title(&p, &key, &body),
        touchpoint: touchpoint(&p, body.touchpoint),
        purposes: body
            .purposes
            .iter()
            .map(|key| (key.clone(), words::purpose(&p, &catalogue, key)))
            .collect(),
        shown: Shown::all(&body),
        serious: said.iter().map(|one| one.count("danger")).sum(),
        warnings: said.iter().map(|one| one.count("warn")).sum(),
        pictures: pictures.into_iter().filter(|picture| picture.version == next).collect(),
        versions,
        languages: LANGUAGES.map(|tag| Choice::new(tag, language(tag))).into(),
        may_edit: p.can(Permission::EditConsents),
        notice,
        p,
    })
}

pub(super) async fn retire(
    State(room): State<Room>,
    p: Page,
    Path(key): Path<String>,
    CsrfForm(_): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    room.consent.retire_notice(&p.actor(), &key, true).await.map_err(refused)?;
    Ok(web::redirect_with_toast(&format!("/console/notices/{key}"), "notice-toast-retired"))
}

pub(super) async fn revive(
    State(room): State<Room>,
    p: Page,
    Path(key): Path<String>,
    CsrfForm(_): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    room.consent.retire_notice(&p.actor(), &key, false).await.map_err(refused)?;
    Ok(web::redirect_with_toast(&format!("/console/notices/{key}"), "notice-toast-revived"))
}
