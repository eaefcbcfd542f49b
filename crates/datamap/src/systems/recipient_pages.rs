//! Pages of recipients.

use std::collections::BTreeSet;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use web::{Choice, CsrfForm, Dir, Errors, ListQuery, PAGE_SIZE, Page, Pager, Permission, WebError};

use super::pages::{every_country, occurring};
use super::{RECIPIENT_KINDS, RecipientDraft, RecipientRow, SAFEGUARDS, countries};
use crate::DataMapError;
use crate::flows::model::Picture;
use crate::flows::view::{self, Detail};
use crate::room::{Room, form_errors};

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/console/recipients", get(list))
        .route("/console/recipients.csv", get(csv_file))
        .route("/console/recipients/new", get(new_form).post(create))
        .route("/console/recipients/{id}", get(one))
        .route("/console/recipients/{id}/edit", get(edit_form).post(update))
        .route("/console/recipients/{id}/delete", get(delete_form).post(delete))
}

/// A recipient in words.
struct Row {
    id: String,
    name: String,
    kind: String,
    kind_hint: String,
    country: String,
    safeguard: String,
    contract: String,
    receives: String,
    level: i64,
    from: String,
    /// Data leaves its country for this one and nothing is said about why it may.
    unguarded: bool,
}

fn key(prefix: &str, value: &str) -> String {
    format!("{prefix}-{}", value.replace('_', "-"))
}

impl Row {
    fn of(p: &Page, picture: &Picture, row: RecipientRow) -> Self {
        let end = format!("recipient:{}", row.id);
        let edges = picture.edges.iter().filter(|e| picture.nodes[e.to].id == end);
        let mut categories: BTreeSet<&String> = BTreeSet::new();
        let mut from: BTreeSet<&String> = BTreeSet::new();
        let mut level = 0;
        let mut abroad = false;
        for edge in edges {
            let home = &picture.nodes[edge.from].country;
            abroad |= !home.is_empty() && !row.country.is_empty() && *home != row.country;
            categories.extend(&edge.categories);
            from.insert(&picture.nodes[edge.from].name);
            level = level.max(view::level(edge.sensitivity));
        }
        let unguarded = abroad && row.safeguard.is_empty();
        let categories: Vec<String> = categories.into_iter().cloned().collect();
        let separator = p.t("flows-list-separator");
        let safeguard = if row.safeguard.is_empty() { "none" } else { row.safeguard.as_str() };
        Self {
            kind: p.t(&key("recipients-kind", &row.kind)),
            kind_hint: p.t(&format!("{}-hint", key("recipients-kind", &row.kind))),
            country: countries::name(&row.country, p.zh()),
            safeguard: p.t(&key("recipients-safeguard", safeguard)),
            receives: view::categories(p, &categories, 6),
            from: from.into_iter().cloned().collect::<Vec<_>>().join(&separator),
            id: row.id,
            name: row.name,
            contract: row.contract,
            level,
            unguarded,
        }
    }
}

#[derive(Template)]
#[template(path = "datamap/recipients.html")]
struct ListPage {
    p: Page,
    q: ListQuery,
    pager: Pager,
    rows: Vec<Row>,
    kinds: Vec<Choice>,
    countries: Vec<Choice>,
    is_empty: bool,
    may_edit: bool,
    may_export: bool,
}

fn chosen(mut rows: Vec<RecipientRow>, q: &ListQuery) -> Vec<RecipientRow> {
    let (kind, country, words) = (q.get("kind"), q.get("country"), q.q.to_lowercase());
    rows.retain(|row| {
        let text = format!("{}\n{}", row.name, row.contract).to_lowercase();
        (kind.is_empty() || row.kind == kind)
            && (country.is_empty() || row.country == country)
            && words.split_whitespace().all(|word| text.contains(word))
    });
    match q.sort.as_str() {
        "kind" => rows.sort_by(|a, b| a.kind.cmp(&b.kind)),
        "country" => rows.sort_by(|a, b| a.country.cmp(&b.country)),
        _ => {}
    }
    if q.dir == Dir::Desc {
        rows.reverse();
    }
    rows
}

async fn list(State(room): State<Room>, p: Page, q: ListQuery) -> Result<Response, WebError> {
    p.require(Permission::ViewMap)?;
    let all = room.map.recipients().await?;
    let picture = room.map.picture().await?;
    let countries = occurring(&p, all.iter().map(|row| row.country.as_str()));
    let is_empty = all.is_empty();
    let rows = chosen(all, &q);
    web::render(&ListPage {
        pager: Pager::new(&q, rows.len() as i64),
        rows: rows
            .into_iter()
            .skip(q.offset() as usize)
            .take(PAGE_SIZE as usize)
            .map(|row| Row::of(&p, &picture, row))
            .collect(),
        kinds: RECIPIENT_KINDS
            .iter()
            .map(|kind| Choice::new(*kind, p.t(&key("recipients-kind", kind))))
            .collect(),
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
    let picture = room.map.picture().await?;
    let rows: Vec<Row> = chosen(room.map.recipients().await?, &q)
        .into_iter()
        .map(|row| Row::of(&p, &picture, row))
        .collect();
    let header = ["name", "kind", "country", "safeguard", "contract", "receives", "from"]
        .map(|column| p.t(&format!("recipients-col-{column}")));
    let lines = rows.into_iter().map(|row| {
        vec![row.name, row.kind, row.country, row.safeguard, row.contract, row.receives, row.from]
    });
    Ok(web::csv("recipients", header.into(), lines))
}

#[derive(Template)]
#[template(path = "datamap/recipients_one.html")]
struct OnePage {
    p: Page,
    row: Row,
    detail: Detail,
    may_edit: bool,
}

async fn one(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewMap)?;
    let row = room.map.recipient(&id).await?;
    let picture = room.map.picture().await?;
    let end = format!("recipient:{id}");
    let place = picture.nodes.iter().position(|node| node.id == end);
    web::render(&OnePage {
        row: Row::of(&p, &picture, row),
        detail: place.map(|at| Detail::of_node(&p, &picture, at)).unwrap_or_default(),
        may_edit: p.can(Permission::EditMap),
        p,
    })
}

/// A choice with one line of explanation.
struct KindChoice {
    value: String,
    label: String,
    hint: String,
    checked: bool,
}

#[derive(Template)]
#[template(path = "datamap/recipients_form.html")]
struct FormPage {
    p: Page,
    id: String,
    draft: RecipientDraft,
    errors: Errors,
    kinds: Vec<KindChoice>,
    countries: Vec<Choice>,
    safeguards: Vec<Choice>,
}

fn form(p: Page, id: String, draft: RecipientDraft, errors: Errors) -> Result<Response, WebError> {
    let kinds = RECIPIENT_KINDS.iter().map(|kind| KindChoice {
        value: (*kind).to_owned(),
        label: p.t(&key("recipients-kind", kind)),
        hint: p.t(&format!("{}-hint", key("recipients-kind", kind))),
        checked: draft.kind == **kind,
    });
    web::render(&FormPage {
        kinds: kinds.collect(),
        safeguards: SAFEGUARDS
            .iter()
            .map(|name| Choice::new(*name, p.t(&key("recipients-safeguard", name))))
            .collect(),
        countries: every_country(&p),
        id,
        draft,
        errors,
        p,
    })
}

#[derive(Deserialize)]
struct RecipientForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    country: String,
    #[serde(default)]
    safeguard: String,
    #[serde(default)]
    contract: String,
}

impl From<RecipientForm> for RecipientDraft {
    fn from(form: RecipientForm) -> Self {
        Self {
            name: form.name,
            kind: form.kind,
            country: form.country,
            safeguard: form.safeguard,
            contract: form.contract.chars().take(300).collect(),
        }
    }
}

async fn new_form(p: Page) -> Result<Response, WebError> {
    p.require(Permission::EditMap)?;
    let draft = RecipientDraft { kind: "processor".into(), ..RecipientDraft::default() };
    form(p, String::new(), draft, Errors::new())
}

async fn create(
    State(room): State<Room>,
    p: Page,
    CsrfForm(sent): CsrfForm<RecipientForm>,
) -> Result<Response, WebError> {
    p.require(Permission::EditMap)?;
    let draft = RecipientDraft::from(sent);
    match room.map.create_recipient(p.actor(), &draft).await {
        Ok(id) => {
            Ok(web::redirect_with_toast(&format!("/console/recipients/{id}"), "recipients-created"))
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
    let row = room.map.recipient(&id).await?;
    let draft = RecipientDraft {
        name: row.name,
        kind: row.kind,
        country: row.country,
        safeguard: row.safeguard,
        contract: row.contract,
    };
    form(p, id, draft, Errors::new())
}

async fn update(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(sent): CsrfForm<RecipientForm>,
) -> Result<Response, WebError> {
    p.require(Permission::EditMap)?;
    let draft = RecipientDraft::from(sent);
    match room.map.update_recipient(p.actor(), &id, &draft).await {
        Ok(()) => {
            Ok(web::redirect_with_toast(&format!("/console/recipients/{id}"), "recipients-saved"))
        }
        Err(DataMapError::Form(faults)) => {
            let errors = form_errors(&p, &faults);
            form(p, id, draft, errors)
        }
        Err(error) => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "datamap/recipients_delete.html")]
struct DeletePage {
    p: Page,
    row: RecipientRow,
}

async fn delete_form(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::EditMap)?;
    let row = room.map.recipient(&id).await?;
    web::render(&DeletePage { p, row })
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
    room.map.delete_recipient(p.actor(), &id).await?;
    Ok(web::redirect_with_toast("/console/recipients", "recipients-deleted"))
}
