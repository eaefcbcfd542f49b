//! `/console/retention/runs`: every plan and run, with its certificate.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use web::{Choice, ListQuery, Page, Pager, Permission, WebError};

use super::Names;
use crate::{
    Room,
    run::{Run, RunFilter, RunState},
};

pub(super) fn router() -> Router<Room> {
    Router::new().route("/console/retention/runs", get(show))
}

struct Row {
    run: Run,
    who: String,
    state: String,
}

#[derive(Template)]
#[template(path = "retain/runs.html")]
struct RunsPage {
    p: Page,
    l: ListQuery,
    pager: Pager,
    rows: Vec<Row>,
    states: Vec<Choice>,
    rules: Vec<Choice>,
    tab: &'static str,
}

async fn show(p: Page, l: ListQuery, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    let filter =
        RunFilter { rule: l.get("rule"), state: l.get("state"), changed: l.get("changed") };
    let (runs, total) = room.retain.list_runs(filter, l.limit(), l.offset()).await?;
    let names = Names::load(&room.web).await?;
    let rows = runs
        .into_iter()
        .map(|run| Row {
            who: names.of(&p, &run.started_by),
            state: p.t(&format!("retain-run-{}", run.state.as_str())),
            run,
        })
        .collect();
    let state =
        |one: RunState| Choice::new(one.as_str(), p.t(&format!("retain-run-{}", one.as_str())));
    let rules = room.retain.rules().await?;
    let rules = rules.into_iter().map(|rule| Choice::new(rule.id, rule.body.name)).collect();
    let pager = Pager::new(&l, total);
    web::render(&RunsPage {
        states: RunState::ALL.map(state).to_vec(),
        p,
        l,
        pager,
        rows,
        rules,
        tab: "runs",
    })
}
