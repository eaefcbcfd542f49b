//! The form of a line: which role, for which purposes, or why it is not judged.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use serde::Deserialize;
use web::{CsrfForm, Errors, ListQuery, Page, Permission, WebError};

use crate::{GrantsError, Room, standard::Line};

/// What the form sends.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Input {
    holder: String,
    /// `judged` | `exempt`.
    mode: String,
    purposes: Vec<String>,
    activities: Vec<String>,
    extra: Vec<String>,
    write: String,
    reason: String,
    version: i64,
}

impl Input {
    fn of(line: &Line) -> Self {
        Self {
            holder: line.holder.clone(),
            mode: if line.exempt { "exempt" } else { "judged" }.to_owned(),
            purposes: line.purposes.clone(),
            activities: line.activities.clone(),
            extra: line.extra.clone(),
            write: if line.write { "1".into() } else { String::new() },
            reason: line.reason.clone(),
            version: line.version,
        }
    }

    fn line(&self, source: &str, id: &str) -> Line {
        Line {
            id: id.to_owned(),
            source_id: source.to_owned(),
            holder: self.holder.clone(),
            exempt: self.mode == "exempt",
            purposes: self.purposes.clone(),
            activities: self.activities.clone(),
            extra: self.extra.clone(),
            write: !self.write.is_empty(),
            reason: self.reason.clone(),
            version: self.version,
            updated_at: 0,
        }
    }
}

/// A box to tick.
struct Tick {
    value: String,
    label: String,
    hint: String,
    on: bool,
}

/// Categories of one kind, folded unless one is chosen.
struct Family {
    name: String,
    chosen: usize,
    ticks: Vec<Tick>,
}

#[derive(Template)]
#[template(path = "grants/line.html")]
struct LinePage {
    p: Page,
    source: String,
    name: String,
    /// Empty for a new line.
    id: String,
    input: Input,
    errors: Errors,
    holders: Vec<String>,
    purposes: Vec<Tick>,
    activities: Vec<Tick>,
    families: Vec<Family>,
}

impl LinePage {
    fn action(&self) -> String {
        let id = if self.id.is_empty() { "new" } else { &self.id };
        format!("/console/grants/{}/lines/{id}", self.source)
    }

    fn title(&self) -> String {
        self.p.t(if self.id.is_empty() { "grants-line-new" } else { "grants-line-edit" })
    }

    fn is_exempt(&self) -> bool {
        self.input.mode == "exempt"
    }
}

async fn page(
    room: &Room,
    p: Page,
    source: &str,
    id: &str,
    input: Input,
    errors: Errors,
) -> Result<LinePage, WebError> {
    let name = room.grants.source(source).await?.name;
    let judged = room.grants.judged(source).await?;
    let bound: BTreeSet<&str> = judged.lines.iter().map(|(line, ..)| &*line.holder).collect();
    let known = judged.look.iter().flat_map(|look| &look.access.holders);
    let free = known.map(|one| one.name.clone()).filter(|one| !bound.contains(&**one));
    let holders = free.filter(|one| !one.starts_with("pg_")).collect();
    let names = room.grants.names(p.lang).await?;
    let facts = room.grants.facts(source).await?;
    let tick = |key: &String, data: &BTreeSet<String>, chosen: &[String], none: &str| Tick {
        value: key.clone(),
        label: names.get(key).cloned().unwrap_or_else(|| key.clone()),
        hint: if data.is_empty() { p.t(none) } else { super::words::categories(&p, data) },
        on: chosen.contains(key),
    };
    let purposes = facts.purposes.values().filter(|one| !one.retired);
    let purposes = purposes
        .map(|one| tick(&one.key, &one.data, &input.purposes, "grants-line-no-data"))
        .collect();
    let here = |systems: &BTreeSet<String>| {
        facts.system.as_ref().is_some_and(|(id, _)| systems.contains(id))
    };
    let activities = facts.activities.values().filter(|one| here(&one.systems));
    let activities = activities
        .map(|one| tick(&one.key, &one.categories, &input.activities, "grants-line-all-found"))
        .collect();
    let families = families(&p, &input.extra);
    let (source, id) = (source.to_owned(), id.to_owned());
    Ok(LinePage { p, source, name, id, input, errors, holders, purposes, activities, families })
}

/// All categories, by their parent.
fn families(p: &Page, chosen: &[String]) -> Vec<Family> {
    let all = &detect::taxonomy().categories;
    let parents = all.iter().filter(|one| one.parent().is_none());
    let family = |parent: &detect::Category| {
        let below = all.iter().filter(|one| crate::model::within(&parent.key, &one.key));
        let ticks: Vec<Tick> = below
            .map(|one| Tick {
                value: one.key.clone(),
                label: explain::category_name(p.lang, &one.key),
                hint: String::new(),
                on: chosen.contains(&one.key),
            })
            .collect();
        Family {
            name: explain::category_name(p.lang, &parent.key),
            chosen: ticks.iter().filter(|tick| tick.on).count(),
            ticks,
        }
    };
    parents.map(family).collect()
}

pub(super) async fn new(
    State(room): State<Room>,
    p: Page,
    l: ListQuery,
    Path(source): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewGrants)?;
    p.require(Permission::EditRecords)?;
    let holder = l.get("holder").chars().take(200).collect();
    let mode = if l.get("mode") == "exempt" { "exempt" } else { "judged" }.to_owned();
    let input = Input { holder, mode, ..Input::default() };
    web::render(&page(&room, p, &source, "", input, Errors::new()).await?)
}

pub(super) async fn edit(
    State(room): State<Room>,
    p: Page,
    Path((source, id)): Path<(String, String)>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewGrants)?;
    p.require(Permission::EditRecords)?;
    let line = room.grants.line(&source, &id).await?;
    web::render(&page(&room, p, &source, &id, Input::of(&line), Errors::new()).await?)
}

pub(super) async fn create(
    State(room): State<Room>,
    p: Page,
    Path(source): Path<String>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    save(room, p, &source, "", input).await
}

pub(super) async fn change(
    State(room): State<Room>,
    p: Page,
    Path((source, id)): Path<(String, String)>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    save(room, p, &source, &id, input).await
}

async fn save(
    room: Room,
    p: Page,
    source: &str,
    id: &str,
    input: Input,
) -> Result<Response, WebError> {
    p.require(Permission::ViewGrants)?;
    p.require(Permission::EditRecords)?;
    match room.grants.save_line(p.actor(), input.line(source, id)).await {
        Ok(_) => {
            Ok(web::redirect_with_toast(&format!("/console/grants/{source}"), "grants-toast-saved"))
        }
        Err(GrantsError::Line(faults)) => {
            let mut errors = Errors::new();
            for (input, key) in faults {
                errors.add(input, p.t(key));
            }
            web::render_status(422, &page(&room, p, source, id, input, errors).await?)
        }
        Err(other) => Err(other.into()),
    }
}

#[derive(Deserialize)]
pub(super) struct Nothing {}

pub(super) async fn remove(
    State(room): State<Room>,
    p: Page,
    Path((source, id)): Path<(String, String)>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewGrants)?;
    p.require(Permission::EditRecords)?;
    room.grants.remove_line(p.actor(), &source, &id).await?;
    Ok(web::redirect_with_toast(&format!("/console/grants/{source}"), "grants-toast-removed"))
}
