//! Pages of systems.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use web::{Choice, CsrfForm, Dir, Errors, ListQuery, PAGE_SIZE, Page, Pager, Permission, WebError};

use super::{SystemDraft, SystemSummary, countries};
use crate::flows::view::Detail;
use crate::model::System;
use crate::room::{Room, category_path, form_errors};
use crate::sources::SourceSummary;
use crate::{DataMap, DataMapError};

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .route("/console/systems", get(list))
        .route("/console/systems.csv", get(csv_file))
        .route("/console/systems/new", get(new_form).post(create))
        .route("/console/systems/{id}", get(one))
        .route("/console/systems/{id}/edit", get(edit_form).post(update))
        .route("/console/systems/{id}/delete", get(delete_form).post(delete))
        .merge(super::recipient_pages::router())
}

#[derive(Template)]
#[template(path = "datamap/systems.html")]
struct ListPage {
    p: Page,
    q: ListQuery,
    pager: Pager,
    rows: Vec<SystemSummary>,
    countries: Vec<Choice>,
    gaps: Vec<Choice>,
    is_empty: bool,
    may_edit: bool,
    may_export: bool,
}

/// Countries that occur, for a filter.
pub(super) fn occurring<'a>(p: &Page, codes: impl Iterator<Item = &'a str>) -> Vec<Choice> {
    let codes: BTreeSet<&str> = codes.filter(|code| !code.is_empty()).collect();
    codes.into_iter().map(|code| Choice::new(code, countries::name(code, p.zh()))).collect()
}

/// All countries, for a form.
pub(super) fn every_country(p: &Page) -> Vec<Choice> {
    countries::options(p.zh()).into_iter().map(|(code, name)| Choice::new(code, name)).collect()
}

const GAPS: [&str; 4] = ["owner", "purpose", "country", "sources"];

fn wanted(row: &SystemSummary, q: &ListQuery) -> bool {
    let system = &row.system;
    let gap = match q.get("gap") {
        "owner" => system.owner.is_empty(),
        "purpose" => system.purpose.is_empty(),
        "country" => system.country.is_empty(),
        "sources" => row.sources == 0,
        _ => true,
    };
    let text = [&system.name, &system.owner, &system.purpose, &system.description]
        .map(|s| s.to_lowercase())
        .join("\n");
    let country = q.get("country");
    gap && (country.is_empty() || country == system.country)
        && q.q.to_lowercase().split_whitespace().all(|word| text.contains(word))
}

fn chosen(mut rows: Vec<SystemSummary>, q: &ListQuery) -> Vec<SystemSummary> {
    rows.retain(|row| wanted(row, q));
    match q.sort.as_str() {
        "owner" => rows.sort_by(|a, b| a.system.owner.cmp(&b.system.owner)),
        "country" => rows.sort_by(|a, b| a.system.country.cmp(&b.system.country)),
        "sources" => rows.sort_by_key(|row| row.sources),
        "fields" => rows.sort_by_key(|row| row.fields),
        "sensitivity" => rows.sort_by_key(|row| row.level),
        "flows" => rows.sort_by_key(|row| row.flows),
        _ => {}
    }
    if q.dir == Dir::Desc {
        rows.reverse();
    }
    rows
}

async fn list(State(room): State<Room>, p: Page, q: ListQuery) -> Result<Response, WebError> {
    p.require(Permission::ViewMap)?;
    let all = room.map.system_summaries().await?;
    let countries = occurring(&p, all.iter().map(|row| row.system.country.as_str()));
    let is_empty = all.is_empty();
    let rows = chosen(all, &q);
    web::render(&ListPage {
        pager: Pager::new(&q, rows.len() as i64),
        rows: rows.into_iter().skip(q.offset() as usize).take(PAGE_SIZE as usize).collect(),
        gaps: GAPS.map(|gap| Choice::new(gap, p.t(&format!("systems-gap-{gap}")))).into(),
        may_edit: p.can(Permission::EditMap),
        may_export: p.can(Permission::Export),
        countries,
        is_empty,
        p,
        q,
    })
}

async fn csv_file(State(room): State<Room>, p: Page, q: ListQuery) -> Result<Response, WebError> {
    p.require(Permission::Export)?;
    let rows = chosen(room.map.system_summaries().await?, &q);
    let header = [
        "name",
        "owner",
        "purpose",
        "country",
        "sources",
        "fields",
        "sensitivity",
        "flows",
        "description",
    ]
    .map(|column| p.t(&format!("systems-col-{column}")));
    let levels = ["none", "personal", "confidential", "sensitive"]
        .map(|level| p.t(&format!("flows-sensitivity-{level}")));
    let lines = rows.into_iter().map(move |row| {
        vec![
            row.system.name,
            row.system.owner,
            row.system.purpose,
            row.system.country,
            row.sources.to_string(),
            row.fields.to_string(),
            levels.get(row.level as usize).cloned().unwrap_or_default(),
            row.flows.to_string(),
            row.system.description,
        ]
    });
    Ok(web::csv("systems", header.into(), lines))
}

/// One category of what a system holds.
struct DataRow {
    key: String,
    name: String,
    fields: i64,
    level: i64,
}

#[derive(Template)]
#[template(path = "datamap/systems_one.html")]
struct OnePage {
    p: Page,
    system: System,
    country: String,
    data: Vec<DataRow>,
    sources: Vec<SourceSummary>,
    origins: Vec<String>,
    detail: Detail,
    may_edit: bool,
    may_add: bool,
}

async fn data_of(map: &DataMap, p: &Page, id: &str) -> Result<Vec<DataRow>, WebError> {
    let summary = map.summary().await?;
    let mut found: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for group in summary.groups.iter().filter(|g| g.level > 0 && g.vanished == 0) {
        if summary.system_of(&group.source_id) == id {
            let entry = found.entry(group.category.clone()).or_default();
            entry.0 += group.fields;
            entry.1 = entry.1.max(group.level);
        }
    }
    let mut rows: Vec<DataRow> = found
        .into_iter()
        .map(|(key, (fields, level))| DataRow {
            name: category_path(p.lang, &key),
            key,
            fields,
            level,
        })
        .collect();
    rows.sort_by(|a, b| (b.level, &a.name).cmp(&(a.level, &b.name)));
    Ok(rows)
}

async fn one(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewMap)?;
    let system = room.map.system(&id).await?;
    let sources: Vec<SourceSummary> =
        room.map.sources().await?.into_iter().filter(|source| source.system_id == id).collect();
    let origins = room.map.origins_of_system(&id).await?;
    let origins = origins
        .iter()
        .map(|origin| {
            if origin.kind == "direct" {
                p.t1("systems-origin-direct", "name", &origin.touchpoint)
            } else {
                p.t1("systems-origin-third-party", "name", &origin.provider)
            }
        })
        .collect();
    let picture = room.map.picture().await?;
    let end = format!("system:{id}");
    let place = picture.nodes.iter().position(|node| node.id == end);
    web::render(&OnePage {
        data: data_of(&room.map, &p, &id).await?,
        country: countries::name(&system.country, p.zh()),
        detail: place.map(|at| Detail::of_node(&p, &picture, at)).unwrap_or_default(),
        may_edit: p.can(Permission::EditMap),
        may_add: p.can(Permission::ManageSources),
        system,
        sources,
        origins,
        p,
    })
}

#[derive(Template)]
#[template(path = "datamap/systems_form.html")]
struct FormPage {
    p: Page,
    id: String,
    draft: SystemDraft,
    errors: Errors,
    countries: Vec<Choice>,
}

fn form(p: Page, id: String, draft: SystemDraft, errors: Errors) -> Result<Response, WebError> {
    web::render(&FormPage { countries: every_country(&p), id, draft, errors, p })
}

#[derive(Deserialize)]
struct SystemForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    owner: String,
    #[serde(default)]
    purpose: String,
    #[serde(default)]
    country: String,
}

impl From<SystemForm> for SystemDraft {
    fn from(form: SystemForm) -> Self {
        Self {
            name: form.name,
            description: form.description.chars().take(2000).collect(),
            owner: form.owner.chars().take(120).collect(),
            purpose: form.purpose.chars().take(500).collect(),
            country: form.country,
        }
    }
}

async fn new_form(p: Page) -> Result<Response, WebError> {
    p.require(Permission::EditMap)?;
    form(p, String::new(), SystemDraft::default(), Errors::new())
}

async fn create(
    State(room): State<Room>,
    p: Page,
    CsrfForm(sent): CsrfForm<SystemForm>,
) -> Result<Response, WebError> {
    p.require(Permission::EditMap)?;
    let draft = SystemDraft::from(sent);
    match room.map.create_system(p.actor(), &draft).await {
        Ok(id) => {
            Ok(web::redirect_with_toast(&format!("/console/systems/{id}"), "systems-created"))
        }
        Err(DataMapError::Form(faults)) => {
            let errors = form_errors(&p, &faults);
            form(p, String::new(), draft, errors)
        }
        Err(error) => Err(error.into()),
    }
}

async fn edit_form(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::EditMap)?;
    let system = room.map.system(&id).await?;
    let draft = SystemDraft {
        name: system.name,
        description: system.description,
        owner: system.owner,
        purpose: system.purpose,
        country: system.country,
    };
    form(p, id, draft, Errors::new())
}

async fn update(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(sent): CsrfForm<SystemForm>,
) -> Result<Response, WebError> {
    p.require(Permission::EditMap)?;
    let draft = SystemDraft::from(sent);
    match room.map.update_system(p.actor(), &id, &draft).await {
        Ok(()) => Ok(web::redirect_with_toast(&format!("/console/systems/{id}"), "systems-saved")),
        Err(DataMapError::Form(faults)) => {
            let errors = form_errors(&p, &faults);
            form(p, id, draft, errors)
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "datamap/systems_delete.html")]
struct DeletePage {
    p: Page,
    system: System,
    blocked: Vec<SourceSummary>,
}

async fn delete_form(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::EditMap)?;
    let system = room.map.system(&id).await?;
    let blocked = room.map.sources().await?.into_iter().filter(|s| s.system_id == id).collect();
    web::render(&DeletePage { p, system, blocked })
}

#[derive(Deserialize)]
struct Nothing {}

async fn delete(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::EditMap)?;
    room.map.delete_system(p.actor(), &id).await?;
    Ok(web::redirect_with_toast("/console/systems", "systems-deleted"))
}
