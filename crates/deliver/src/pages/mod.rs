//! The room's pages: thin. They parse, ask for permission, call the service, answer.

mod deliveries;
mod destinations;
mod form;
mod views;

use axum::{
    Router,
    routing::{get, post},
};
use serde::Deserialize;
use web::{Page, WebError};

use crate::{DeliverError, Fault, Overview, Room, State};

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .route("/console/destinations", get(destinations::list))
        .route("/console/destinations/new", get(form::new).post(form::create))
        .route("/console/destinations/{id}", get(destinations::show))
        .route("/console/destinations/{id}/edit", get(form::edit).post(form::change))
        .route("/console/destinations/{id}/plan", get(destinations::plan))
        .route("/console/destinations/{id}/approve", post(destinations::approve))
        .route("/console/destinations/{id}/pause", post(destinations::pause))
        .route("/console/destinations/{id}/resume", post(destinations::resume))
        .route("/console/destinations/{id}/test", post(destinations::test))
        .route("/console/destinations/{id}/rotate", post(destinations::rotate))
        .route("/console/destinations/{id}/reveal", post(destinations::reveal))
        .route("/console/destinations/{id}/replay", post(destinations::replay))
        .route("/console/destinations/{id}/delete", post(destinations::delete))
        .route("/console/deliveries", get(deliveries::list).post(deliveries::act))
        .route("/console/purpose-views", get(views::list))
        .route("/console/purpose-views/new", get(views::new).post(views::create))
        .route("/console/purpose-views/{id}", get(views::show))
        .route("/console/purpose-views/{id}/edit", get(views::edit).post(views::change))
        .route("/console/purpose-views/{id}/plan", get(views::plan).post(views::apply))
        .route("/console/purpose-views/{id}/removal", get(views::removal).post(views::remove))
        .route("/console/purpose-views/{id}/check", post(views::check))
        .route("/console/purpose-views/{id}/forget", post(views::forget))
}

/// A form whose only content is its token.
#[derive(Deserialize)]
pub(crate) struct Nothing {}

impl From<DeliverError> for WebError {
    fn from(error: DeliverError) -> Self {
        match error {
            DeliverError::NotFound(_) => Self::NotFound,
            DeliverError::Conflict(key) => Self::Conflict(key.into()),
            // The page it was pressed on says more; this is what remains when there is none.
            DeliverError::Fault(fault) => Self::Conflict(fault_key(fault.code)),
            DeliverError::View(code) => Self::Conflict(format!("deliver-drift-{code}")),
            other => Self::internal(other),
        }
    }
}

/// Text key of a fault.
pub(crate) fn fault_key(code: &str) -> String {
    format!("deliver-fault-{}", Fault::known(code))
}

/// The sentence of a fault, with its status where there is one.
pub(crate) fn fault_text(p: &Page, code: &str, status: i64) -> String {
    if code.is_empty() {
        return String::new();
    }
    let text = p.t(&fault_key(code));
    if status > 0 { format!("{text} (HTTP {status})") } else { text }
}

/// A destination's health: kind of badge and text key.
pub(crate) fn health(found: &Overview) -> (&'static str, &'static str) {
    let to = &found.destination;
    match to.state {
        State::Draft => ("info", "deliver-health-draft"),
        State::Paused => ("none", "deliver-health-paused"),
        State::Gone => ("danger", "deliver-health-gone"),
        State::Active if to.failures >= 3 => ("danger", "deliver-health-failing"),
        State::Active if found.dead > 0 => ("warn", "deliver-health-dead"),
        State::Active if to.filled_to.is_some() => ("info", "deliver-health-filling"),
        State::Active if !to.fault.is_empty() => ("warn", "deliver-health-faults"),
        State::Active if late(found) => ("warn", "deliver-health-late"),
        State::Active => ("ok", "deliver-health-ok"),
    }
}

fn late(found: &Overview) -> bool {
    found.oldest_at > 0 && store::now() - found.oldest_at > 60_000_000
}
