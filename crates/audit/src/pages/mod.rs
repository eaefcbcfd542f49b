//! Pages: the audit view, one line, one customer, one colleague; alarms; canaries.

mod line;
mod list;
mod proof;

use axum::{Router, response::Response, routing::get};
use store::{Entry, HotWrite};
use web::ListQuery;

use crate::{Audit, Filter, Result, Room};

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .merge(list::router())
        .merge(line::router())
        .merge(proof::router())
        // Where the page stood before.
        .route("/console/activity", get(moved))
        .route("/console/activity.csv", get(moved_csv))
}

async fn moved(l: ListQuery) -> Response {
    web::redirect(&format!("/console/audit{}", l.with("page", "")))
}

async fn moved_csv(l: ListQuery) -> Response {
    web::redirect(&format!("/console/audit{}", l.with("page", "")))
}

/// The filter that an address asks for. A customer's id becomes the one that customer has now.
pub(crate) async fn filter_of(l: &ListQuery, audit: &Audit) -> Result<Filter> {
    let text = |key: &str| l.get(key).trim().to_owned();
    let customer = match text("customer") {
        id if id.is_empty() => id,
        id => match audit.consent().standing_of(&id).await {
            Ok(standing) => standing.id.0,
            // Nobody by this id: nothing is found, which is the truth.
            Err(consent::ConsentError::Unknown { .. }) => id,
            Err(error) => return Err(error.into()),
        },
    };
    Ok(Filter {
        actor: text("actor"),
        group: text("group"),
        action: text("action"),
        kind: text("kind"),
        object: text("object"),
        purpose: text("purpose"),
        customer,
        from: day(l.get("from"), 0),
        until: day(l.get("until"), 1),
    })
}

/// A date's midnight (UTC) `plus` days later, or a time (RFC 3339), in µs.
fn day(text: &str, plus: i64) -> Option<i64> {
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Some(time.as_microsecond());
    }
    let date: jiff::civil::Date = text.parse().ok()?;
    let midnight = date.in_tz("UTC").ok()?.timestamp().as_microsecond();
    Some(midnight + plus * 24 * 3600 * 1_000_000)
}

impl Audit {
    /// Writes that somebody read the audit view; nothing is shown before it is durable.
    pub(crate) async fn note(&self, entry: Entry) -> Result<()> {
        self.store().submit(HotWrite { entry, rows: vec![] }).await?;
        Ok(())
    }
}
