//! The desk's page of references between databases.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::{get, post},
};
use serde::Deserialize;
use web::{
    Choice, CsrfForm, Errors, Page, Permission, WebError, redirect_with_toast, render,
    render_status,
};

use super::{End, Reference};
use crate::{RightsError, Room};

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .route("/console/requests/references", get(list).post(declare))
        .route("/console/requests/references/{id}/remove", post(remove))
}

/// Between a source's id and a table's name in a form's value.
const MARK: char = '\u{1f}';

#[derive(Deserialize, Default)]
#[serde(default)]
struct Input {
    from: String,
    from_column: String,
    to: String,
    to_column: String,
}

struct Line {
    one: Reference,
    from: String,
    to: String,
}

#[derive(Template)]
#[template(path = "rights/references.html")]
struct ReferencesPage {
    p: Page,
    lines: Vec<Line>,
    tables: Vec<Choice>,
    input: Input,
    errors: Errors,
    may_act: bool,
}

async fn page(
    room: &Room,
    p: Page,
    input: Input,
    errors: Errors,
) -> Result<ReferencesPage, WebError> {
    let map = room.rights.regimes().map();
    let sources = map.sources().await.map_err(RightsError::from)?;
    let mut tables = Vec::new();
    for source in sources.iter().filter(|one| one.kind != "declared") {
        for table in map.tables_and_files_of(&source.id).await.map_err(RightsError::from)?.tables {
            let value = format!("{}{MARK}{}", source.id, table.name);
            tables.push(Choice::new(value, format!("{} · {}", source.name, table.name)));
        }
    }
    let name =
        |id: &str| sources.iter().find(|one| one.id == id).map_or(id, |one| &one.name).to_owned();
    let end = |end: &End| format!("{} · {}.{}", name(&end.source), end.table, end.column);
    let lines = room.rights.references().await?.into_iter();
    Ok(ReferencesPage {
        lines: lines.map(|one| Line { from: end(&one.from), to: end(&one.to), one }).collect(),
        may_act: p.can(Permission::EditMap),
        tables,
        input,
        errors,
        p,
    })
}

async fn list(p: Page, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    render(&page(&room, p, Input::default(), Errors::new()).await?)
}

fn end(table: &str, column: &str) -> End {
    let (source, table) = table.split_once(MARK).unwrap_or_default();
    End { source: source.to_owned(), table: table.to_owned(), column: column.trim().to_owned() }
}

async fn declare(
    p: Page,
    State(room): State<Room>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    p.require(Permission::EditMap)?;
    let from = end(&input.from, &input.from_column);
    let to = end(&input.to, &input.to_column);
    let key = match room.rights.declare(&p.actor(), &from, &to).await {
        Ok(()) => {
            let toast = "rights-toast-reference";
            return Ok(redirect_with_toast("/console/requests/references", toast));
        }
        Err(RightsError::Asked(key) | RightsError::Conflict(key)) => key,
        Err(other) => return Err(other.into()),
    };
    let mut errors = Errors::new();
    errors.add("from_column", p.t(key));
    render_status(422, &page(&room, p, input, errors).await?)
}

#[derive(Deserialize)]
struct Nothing {}

async fn remove(
    p: Page,
    State(room): State<Room>,
    Path(id): Path<String>,
    CsrfForm(_): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    p.require(Permission::EditMap)?;
    room.rights.undeclare(&p.actor(), &id).await?;
    Ok(redirect_with_toast("/console/requests/references", "rights-toast-reference-removed"))
}
