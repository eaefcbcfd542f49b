//! One rule: what it says, what stands beside it, what it did, and the buttons.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::{get, post},
};
use web::{CsrfForm, Lang, Page, Permission, WebError, redirect, redirect_with_toast};

use super::{Names, Nothing};
use crate::{
    Access, RetainError, Room, Rule,
    rule::{Act, Conflict, RuleVersion, duration, sentence},
    run::{Run, RunFilter},
};

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/console/retention/rules/{id}", get(show))
        .route("/console/retention/rules/{id}/plan", post(plan))
        .route("/console/retention/rules/{id}/{switch}", post(switch))
}

struct VersionLine {
    version: RuleVersion,
    who: String,
    said: String,
}

struct RelatedLine {
    said: String,
    act: String,
    kind: &'static str,
}

#[derive(Template)]
#[template(path = "retain/rule.html")]
struct RulePage {
    p: Page,
    rule: Rule,
    said: [String; 2],
    source_name: String,
    period: String,
    ground: Option<(String, String)>,
    activities: Vec<(String, String)>,
    related: Vec<RelatedLine>,
    conflicts: Vec<(Conflict, String)>,
    holds: i64,
    access: Option<Access>,
    next_at: Option<i64>,
    runs: Vec<(Run, String)>,
    versions: Vec<VersionLine>,
    may_edit: bool,
}

async fn show(
    p: Page,
    Path(id): Path<String>,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    let retain = &room.retain;
    let rule = retain.rule(&id).await?;
    let (en, zh) = (
        sentence(Lang::En, &rule.body, &retain.names_of(&rule.body, Lang::En).await?),
        sentence(Lang::ZhCn, &rule.body, &retain.names_of(&rule.body, Lang::ZhCn).await?),
    );
    let filter = RunFilter { rule: &rule.id, ..RunFilter::default() };
    let runs = retain.list_runs(filter, 10, 0).await?.0;
    let names = Names::load(&room.web).await?;
    let mut versions = Vec::new();
    for version in retain.rule_versions(&rule.id).await? {
        let said = sentence(p.lang, &version.body, &retain.names_of(&version.body, p.lang).await?);
        versions.push(VersionLine { who: names.of(&p, &version.made_by), said, version });
    }
    let all = retain.map().activities().await.map_err(RetainError::from)?;
    let conflicts = retain.conflicts_of(&rule).await?;
    let page = RulePage {
        source_name: retain.names_of(&rule.body, p.lang).await?.source,
        period: duration(p.lang, rule.body.period),
        ground: ground(&p, &rule),
        activities: all
            .into_iter()
            .filter(|one| rule.body.activities.contains(&one.id))
            .map(|one| (one.id, one.name))
            .collect(),
        related: related(&p, &rule),
        conflicts: conflicts
            .into_iter()
            .map(|one| {
                let said = conflict(&p, &one);
                (one, said)
            })
            .collect(),
        holds: retain.holds_on(&rule.body.source, store::now()).await?.len() as i64,
        access: retain.access_to(&rule.body.source).await?,
        next_at: retain
            .store()
            .schedule_by_key(&format!("retain:{}", rule.id))
            .await?
            .map(|r| r.next_at),
        runs: runs
            .into_iter()
            .map(|run| {
                let state = p.t(&format!("retain-run-{}", run.state.as_str()));
                (run, state)
            })
            .collect(),
        versions,
        may_edit: p.can(Permission::EditRecords),
        said: [en, zh],
        rule,
        p,
    };
    web::render(&page)
}

/// What the law says, with its citation.
fn ground(p: &Page, rule: &Rule) -> Option<(String, String)> {
    let id = &rule.body.ground.fact;
    let law = law::Law::shipped();
    let fact = law.facts().find(|fact| !id.is_empty() && fact.id == *id)?;
    Some((fact.text.get(p.zh()).to_owned(), fact.cite.get(p.zh()).to_owned()))
}

fn related(p: &Page, rule: &Rule) -> Vec<RelatedLine> {
    let line = |one: &crate::rule::Related| RelatedLine {
        said: p.t2("retain-related-said", "table", &one.table, "columns", one.columns.join(", ")),
        act: p.t(&format!("retain-related-{}", one.act.as_str())),
        kind: match one.act {
            Act::Delete => "danger",
            Act::Keep => "ok",
            _ => "info",
        },
    };
    rule.body.related.iter().map(line).collect()
}

fn conflict(p: &Page, one: &Conflict) -> String {
    let (key, name, table) = match one {
        Conflict::Duty { name, table, .. } => ("retain-conflict-duty", name, table),
        Conflict::Shorter { name, table, .. } => ("retain-conflict-shorter", name, table),
        Conflict::Longer { name, table, .. } => ("retain-conflict-longer", name, table),
    };
    p.t2(key, "name", name, "table", table)
}

async fn plan(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    let run = room.retain.start_plan(&p.actor(), &id, false).await?;
    Ok(redirect(&format!("/console/retention/runs/{run}")))
}

async fn switch(
    State(room): State<Room>,
    p: Page,
    Path((id, switch)): Path<(String, String)>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    let (on, toast) = match switch.as_str() {
        "on" => (true, "retain-toast-on"),
        "off" => (false, "retain-toast-off"),
        _ => return Err(WebError::NotFound),
    };
    room.retain.switch_rule(&p.actor(), &id, on).await?;
    Ok(redirect_with_toast(&format!("/console/retention/rules/{id}"), toast))
}
