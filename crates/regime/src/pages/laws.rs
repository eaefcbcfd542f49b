//! Which laws apply, and why.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use law::Truth;
use web::{Page, Permission, WebError};

use crate::{Room, today};

pub(super) fn router() -> Router<Room> {
    Router::new().route("/console/laws", get(show))
}

struct Row {
    name: String,
    cite: String,
    truth: Truth,
}

#[derive(Template)]
#[template(path = "regime/laws.html")]
struct LawsPage {
    p: Page,
    rows: Vec<Row>,
}

async fn show(p: Page, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    room.regimes.refresh().await?;
    let (law, known) = (room.regimes.law(), room.regimes.known().await?);
    let mut rows: Vec<Row> = law
        .judge(&known, today())
        .into_iter()
        .map(|(regime, judged)| Row {
            name: regime.name.get(p.zh()).to_owned(),
            cite: regime.cite.get(p.zh()).to_owned(),
            truth: judged.truth,
        })
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.truth));
    web::render(&LawsPage { p, rows })
}
