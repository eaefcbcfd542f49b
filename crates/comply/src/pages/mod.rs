//! Pages: findings, one finding, the checks and how they stand, the trend.

mod chart;
mod checks;
mod documents;
mod list;
mod one;
pub(crate) mod words;

use axum::Router;
use serde::Deserialize;
use web::{Choice, Look};

use crate::{
    Room,
    model::{Owner, Severity, State},
};

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .merge(list::router())
        .merge(one::router())
        .merge(checks::router())
        .merge(documents::router())
}

/// A form without fields.
#[derive(Deserialize)]
struct Nothing {}

fn severities(p: &Look) -> Vec<Choice> {
    Severity::ALL.map(|one| Choice::new(one.as_str(), words::severity(p, one))).to_vec()
}

fn owners(p: &Look) -> Vec<Choice> {
    Owner::ALL.map(|one| Choice::new(one.as_str(), words::owner(p, one.as_str()))).to_vec()
}

/// States to choose from; `standing` first, as it is what the list shows.
fn states(p: &Look) -> Vec<Choice> {
    let mut all = vec![Choice::new("standing", p.t("comply-state-standing"))];
    all.extend(State::ALL.map(|one| Choice::new(one.as_str(), words::state(p, one))));
    all.push(Choice::new("all", p.t("web-all")));
    all
}
