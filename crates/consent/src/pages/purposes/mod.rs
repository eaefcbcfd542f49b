//! Purposes in the console: the list, one purpose with its history, and the form that makes or changes it.

mod form;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::{get, post},
};
use serde::Deserialize;
use web::{CsrfForm, Look, Page, Permission, WebError};

use super::{checked, checked::Checked, refused, words};
use crate::{
    Purpose, PurposeBody, Regime, Room,
    purpose::{Texts, text_in},
};

/// The languages the console writes purposes in.
const LANGUAGES: [&str; 2] = ["en", "zh-CN"];

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/console/purposes", get(list))
        .route("/console/purposes/new", get(form::new).post(form::create))
        .route("/console/purposes/{key}", get(show))
        .route("/console/purposes/{key}/edit", get(form::edit).post(form::change))
        .route("/console/purposes/{key}/retire", post(retire))
        .route("/console/purposes/{key}/revive", post(revive))
}

/// A form that sends nothing but its token.
#[derive(Deserialize)]
struct Nothing {}

struct Row {
    key: String,
    name: String,
    /// Each regime with the legal basis under it.
    bases: Vec<(String, String)>,
    categories: usize,
    retention: String,
    sensitive: bool,
    separate: bool,
    retired: bool,
}

impl Row {
    fn of(look: &Look, purpose: &Purpose) -> Self {
        Self {
            key: purpose.key.clone(),
            name: name(look, purpose),
            bases: bases(look, &purpose.body),
            categories: purpose.body.data.len(),
            retention: retention(look, purpose.body.retention_days),
            sensitive: purpose.body.sensitive,
            separate: purpose.body.separate_consent,
            retired: purpose.retired_at.is_some(),
        }
    }
}

fn name(look: &Look, purpose: &Purpose) -> String {
    let name = text_in(&purpose.body.name, look.lang.tag());
    if name.is_empty() { purpose.key.clone() } else { name.to_owned() }
}

fn bases(look: &Look, body: &PurposeBody) -> Vec<(String, String)> {
    let told =
        |regime: Regime| (words::regime(look, regime), words::basis(look, body.basis(regime)));
    Regime::ALL.into_iter().map(told).collect()
}

fn retention(look: &Look, days: Option<u32>) -> String {
    days.map_or_else(
        || look.t("purpose-retention-none"),
        |days| look.tn("purpose-days", i64::from(days)),
    )
}

#[derive(Template)]
#[template(path = "consent/purposes.html")]
struct ListPage {
    p: Page,
    rows: Vec<Row>,
    may_edit: bool,
}

async fn list(State(room): State<Room>, p: Page) -> Result<Response, WebError> {
    p.require(Permission::ViewConsents)?;
    let catalogue = room.consent.catalogue();
    let mut rows: Vec<Row> = catalogue.purposes().map(|purpose| Row::of(&p, purpose)).collect();
    rows.sort_by_key(|row| row.retired);
    web::render(&ListPage { rows, may_edit: p.can(Permission::EditConsents), p })
}

/// What is said of a purpose in one language, with the check.
struct Told {
    language: &'static str,
    tag: &'static str,
    texts: Vec<Checked>,
}

/// The check of the texts of a purpose, in each language it has.
fn told(look: &Look, body: &PurposeBody) -> Vec<Told> {
    let in_language = |tag: &'static str| {
        let fields: [(&str, &Texts); 3] = [
            ("purpose-name", &body.name),
            ("purpose-description", &body.description),
            ("purpose-if-refused", &body.if_refused),
        ];
        let texts: Vec<Checked> = fields
            .into_iter()
            .filter_map(|(label, texts)| {
                checked::text(look, look.t(label), tag, texts.get(tag).map_or("", String::as_str))
            })
            .collect();
        let language = if tag == "en" { "English" } else { "简体中文" };
        (!texts.is_empty()).then_some(Told { language, tag, texts })
    };
    LANGUAGES.into_iter().filter_map(in_language).collect()
}

struct Past {
    version: i64,
    name: String,
    who: String,
    at: i64,
}

#[derive(Template)]
#[template(path = "consent/purpose.html")]
struct OnePage {
    p: Page,
    purpose: Purpose,
    name: String,
    bases: Vec<(String, String)>,
    categories: Vec<String>,
    retention: String,
    /// After how long it is asked again; empty: never.
    expires: String,
    told: Vec<Told>,
    /// Notices that name it, newest versions only.
    notices: Vec<(String, String)>,
    history: Vec<Past>,
    may_edit: bool,
}

async fn show(
    State(room): State<Room>,
    p: Page,
    Path(key): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewConsents)?;
    let catalogue = room.consent.catalogue();
    let purpose = Purpose::clone(catalogue.purpose(&key).map_err(refused)?);
    let names = room.web.names().await?;
    let who = |actor: &str| match actor.split_once(':') {
        Some(("person", id)) => names.get(id).cloned().unwrap_or_else(|| p.t("web-actor-someone")),
        Some(("token", _)) => p.t("web-actor-token"),
        Some(_) => p.t("web-actor-system"),
        None => p.t("web-actor-cli"),
    };
    let versions = room.consent.purpose_versions(&key).await.map_err(refused)?;
    let history = versions.into_iter().map(|(version, body, actor, at)| Past {
        version,
        name: text_in(&body.name, p.lang.tag()).to_owned(),
        who: who(&actor),
        at,
    });
    let history = history.collect();
    let naming = catalogue.newest().filter(|notice| notice.published.body.purposes.contains(&key));
    web::render(&OnePage {
        name: name(&p, &purpose),
        bases: bases(&p, &purpose.body),
        categories: purpose
            .body
            .data
            .iter()
            .map(|key| explain::category_path(p.lang, key))
            .collect(),
        retention: retention(&p, purpose.body.retention_days),
        expires: purpose
            .body
            .expires_months
            .map_or_else(String::new, |months| p.tn("purpose-months", i64::from(months))),
        told: told(&p, &purpose.body),
        notices: naming
            .map(|notice| {
                (
                    notice.notice.clone(),
                    text_in(&notice.published.body.title, p.lang.tag()).to_owned(),
                )
            })
            .collect(),
        history,
        may_edit: p.can(Permission::EditConsents),
        purpose,
        p,
    })
}

async fn retire(
    State(room): State<Room>,
    p: Page,
    Path(key): Path<String>,
    CsrfForm(_): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    set_retired(&room, &p, &key, true).await
}

async fn revive(
    State(room): State<Room>,
    p: Page,
    Path(key): Path<String>,
    CsrfForm(_): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    set_retired(&room, &p, &key, false).await
}

async fn set_retired(
    room: &Room,
    p: &Page,
    key: &str,
    retired: bool,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    room.consent.retire_purpose(&p.actor(), key, retired).await.map_err(refused)?;
    let toast = if retired { "purpose-toast-retired" } else { "purpose-toast-revived" };
    Ok(web::redirect_with_toast(&format!("/console/purposes/{key}"), toast))
}
