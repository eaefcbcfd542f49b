//! `/console/findings/checks`: every check, the law it stands on, and whether it passes.

use std::collections::HashMap;

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use web::{Page, Permission, WebError};

use super::words::{self};
use crate::{Filter, Room, check::checks};

pub(super) fn router() -> Router<Room> {
    Router::new().route("/console/findings/checks", get(show))
}

struct Row {
    id: &'static str,
    title: String,
    why: String,
    laws: Vec<String>,
    owner: String,
    severity: String,
    kind: &'static str,
    /// Not asked for by a law that applies.
    idle: bool,
    standing: i64,
}

struct Group {
    title: String,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "comply/checks.html")]
struct ChecksPage {
    p: Page,
    groups: Vec<Group>,
    total: usize,
}

async fn show(p: Page, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    let standing = Filter { state: "standing".into(), ..Filter::default() };
    let counts: HashMap<String, i64> = room.comply.counts(&standing).await?;
    let snapshot = room.comply.snapshot().await?;
    let zh = words::is_chinese(&p);
    let mut groups: Vec<Group> = Vec::new();
    let mut last = "";
    for whole in checks() {
        let check = &whole.check;
        if whole.group != last {
            last = whole.group;
            let title = p.t(&format!("comply-group-{last}"));
            groups.push(Group { title, rows: Vec::new() });
        }
        let stands = whole.standing(&snapshot);
        let severity = stands.as_ref().map_or(check.severity, |one| one.severity);
        let row = Row {
            id: &check.id,
            title: check.title.get(zh).to_owned(),
            why: check.why.get(zh).to_owned(),
            laws: snapshot.holding(&check.facts).map(|fact| fact.cite.get(zh).to_owned()).collect(),
            owner: words::owner(&p, check.owner.as_str()),
            severity: words::severity(&p, severity),
            kind: words::badge(severity),
            idle: stands.is_none(),
            standing: counts.get(&check.id).copied().unwrap_or(0),
        };
        if let Some(group) = groups.last_mut() {
            group.rows.push(row);
        }
    }
    web::render(&ChecksPage { groups, total: checks().len(), p })
}
