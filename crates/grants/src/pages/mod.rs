//! The room's pages: the overview by source, one source with its standard and findings, the form of a
//! line, the script.

mod form;
mod one;
mod overview;
mod words;

use axum::{
    Router,
    routing::{get, post},
};

use crate::Room;

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .route("/console/grants", get(overview::show))
        .route("/console/grants/{source}", get(one::show))
        .route("/console/grants/{source}/check", post(one::check))
        .route("/console/grants/{source}/findings.csv", get(one::csv_file))
        .route("/console/grants/{source}/script", get(one::script))
        .route("/console/grants/{source}/script.sql", get(one::script_file))
        .route("/console/grants/{source}/lines/new", get(form::new).post(form::create))
        .route("/console/grants/{source}/lines/{id}", get(form::edit).post(form::change))
        .route("/console/grants/{source}/lines/{id}/remove", post(form::remove))
}
