//! All sources: what is judged, what is wrong, when it was looked at.

use askama::Template;
use axum::{extract::State, response::Response};
use web::{Page, Permission, WebError};

use crate::{Check, Room, job::has_accounts};

/// A source as the overview shows it.
struct Row {
    id: String,
    name: String,
    kind: String,
    system: String,
    check: Option<Check>,
    lines: usize,
}

#[derive(Template)]
#[template(path = "grants/overview.html")]
struct Overview {
    p: Page,
    rows: Vec<Row>,
    /// Sources that have no accounts of their own.
    without: Vec<(String, String)>,
    any_source: bool,
}

pub(super) async fn show(State(room): State<Room>, p: Page) -> Result<Response, WebError> {
    p.require(Permission::ViewGrants)?;
    let mut checks = room.grants.checks().await?;
    let sources = room.grants.map().sources().await?;
    let any_source = !sources.is_empty();
    let (with, without): (Vec<_>, Vec<_>) =
        sources.into_iter().partition(|source| has_accounts(&source.kind));
    let mut rows = Vec::new();
    for source in with {
        rows.push(Row {
            lines: room.grants.lines(&source.id).await?.len(),
            check: checks.remove(&source.id),
            kind: p.t(datamap::kind_key(&source.kind)),
            id: source.id,
            name: source.name,
            system: source.system_name,
        });
    }
    let grave =
        |row: &Row| row.check.as_ref().map_or(0, |one| one.excess + one.unbound + one.missing);
    rows.sort_by(|a, b| grave(b).cmp(&grave(a)).then_with(|| a.name.cmp(&b.name)));
    let without = without
        .into_iter()
        .map(|source| (source.name, p.t(datamap::kind_key(&source.kind))))
        .collect();
    web::render(&Overview { p, rows, without, any_source })
}
