//! The room's pages in the console.

mod answers;
mod block;
mod draft;
mod publish;
mod telling;
mod version;
mod words;

use askama::Template;
use axum::{
    Router,
    extract::State,
    response::Response,
    routing::{get, post},
};
use serde::Deserialize;
use web::{Choice, CsrfForm, Page, Permission, WebError};

use crate::{Audience, Room, changes};

/// A form of a button alone. `()` would refuse the token that comes with it.
#[derive(Deserialize)]
struct Nothing {}

pub(crate) fn router() -> Router<Room> {
    let one = "/console/policies/{id}";
    Router::new()
        .route("/console/policies", get(list))
        .route("/console/policies/new", post(begin))
        .route(one, get(draft::show))
        .route(&format!("{one}/blocks/new"), get(block::new).post(block::create))
        .route(&format!("{one}/blocks/{{block}}"), get(block::edit).post(block::save))
        .route(&format!("{one}/blocks/{{block}}/remove"), post(block::remove))
        .route(&format!("{one}/answers"), get(answers::show).post(answers::save))
        .route(&format!("{one}/words"), post(answers::save_words))
        .route(&format!("{one}/publish"), get(publish::show).post(publish::ask))
        .route(&format!("{one}/approve"), post(publish::approve))
        .route(&format!("{one}/refuse"), post(publish::refuse))
        .route(&format!("{one}/versions"), get(version::list))
        .route(&format!("{one}/versions/{{version}}"), get(version::show))
        .route(&format!("{one}/versions/{{version}}/ask-again"), post(version::ask_again))
        .route(&format!("{one}/versions/{{version}}/tell"), post(telling::start))
        .route(&format!("{one}/versions/{{version}}/proof"), post(telling::proof))
}

/// A policy as the list shows it.
struct Line {
    id: String,
    place: String,
    audience: String,
    version: i64,
    effective_at: i64,
    waits: bool,
    open: usize,
    stale: usize,
    address: String,
}

#[derive(Template)]
#[template(path = "policy/list.html")]
struct ListPage {
    p: Page,
    lines: Vec<Line>,
    properties: Vec<Choice>,
    audiences: Vec<Choice>,
}

async fn list(State(room): State<Room>, p: Page) -> Result<Response, WebError> {
    p.require(Permission::ViewConsents)?;
    let mut lines = Vec::new();
    for row in room.policy.rows().await? {
        let standing = room.policy.standing(&row.id).await?;
        let newest = standing.newest.as_ref();
        lines.push(Line {
            place: standing.composed.document.place.get(p.zh()).to_owned(),
            audience: p.t(row.audience.key()),
            version: row.version,
            effective_at: newest.map_or(0, |one| one.effective_at),
            waits: row.candidate.is_some(),
            open: standing.lacks().len(),
            stale: changes::count(&standing.changes),
            address: newest.map(crate::public::address).unwrap_or_default(),
            id: row.id,
        });
    }
    let catalogue = room.policy.consent().catalogue();
    let properties = catalogue.properties().map(|one| {
        let name = if one.body.name.is_empty() { &one.key } else { &one.body.name };
        Choice::new(&*one.key, name.clone())
    });
    let properties = properties.collect();
    let audiences =
        Audience::ALL.iter().map(|one| Choice::new(one.as_str(), p.t(one.key()))).collect();
    web::render(&ListPage { p, lines, properties, audiences })
}

#[derive(Deserialize)]
struct Begin {
    #[serde(default)]
    property: String,
    #[serde(default)]
    audience: String,
}

async fn begin(
    State(room): State<Room>,
    p: Page,
    CsrfForm(form): CsrfForm<Begin>,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    let audience = Audience::parse(&form.audience).ok_or(WebError::NotFound)?;
    let id = room.policy.begin(p.actor(), &form.property, audience).await?;
    Ok(web::redirect(&format!("/console/policies/{id}")))
}
