//! One line: everything the entry says, and what the log holds of it.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::get,
};
use store::{Entry, LedgerFilter};
use web::{Page, Permission, WebError};

use super::list::{Shown, seen};
use crate::{Room, words::Names};

pub(super) fn router() -> Router<Room> {
    Router::new().route("/console/audit/lines/{seq}", get(show))
}

#[derive(Template)]
#[template(path = "audit/line.html")]
struct LinePage {
    p: Page,
    line: Shown,
    leaf: String,
    before: String,
    after: String,
    damaged: String,
}

async fn show(
    p: Page,
    Path(seq): Path<i64>,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewLedger)?;
    let line = room.audit.line(seq).await?;
    let rows = room.audit.store().ledger();
    let rows = rows.page(&LedgerFilter::default(), Some(seq + 1), 1).await?;
    let row = rows.into_iter().next().ok_or(WebError::NotFound)?;
    let mut entry = Entry::new(p.actor(), "audit.line_viewed", "audit", seq.to_string());
    if let Some(customer) = line.about() {
        entry = entry.about(customer);
    }
    let damaged = seen(room.audit.note(entry).await, &p)?;
    let names = Names::load(&room.web).await?;
    let hex =
        |digest: Option<store::Digest>| digest.map_or_else(String::new, |digest| hex(&digest.0));
    let page = LinePage {
        line: Shown::new(&p, &room.audit, &names, line),
        leaf: hex(Some(row.leaf)),
        before: hex(row.before),
        after: hex(row.after),
        damaged,
        p,
    };
    web::render(&page)
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
