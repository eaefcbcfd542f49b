//! `/console/retention`: the rules, when each comes next, what it did last and what is due.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use web::{Choice, ListQuery, Page, Pager, Permission, WebError};

use crate::{
    Room,
    rule::{Kind, Rule, RuleFilter, sentence},
    run::{Run, RunFilter},
};

pub(super) fn router() -> Router<Room> {
    Router::new().route("/console/retention", get(show))
}

/// A rule as the list shows it.
struct Row {
    rule: Rule,
    said: String,
    next_at: Option<i64>,
    last: Option<Run>,
}

#[derive(Template)]
#[template(path = "retain/list.html")]
struct ListPage {
    p: Page,
    l: ListQuery,
    pager: Pager,
    rows: Vec<Row>,
    states: Vec<Choice>,
    kinds: Vec<Choice>,
    sources: Vec<Choice>,
    uncovered: usize,
    holds: i64,
    waiting: i64,
    may_edit: bool,
    tab: &'static str,
}

async fn show(p: Page, l: ListQuery, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    let like = if l.q.is_empty() { String::new() } else { l.like() };
    let filter = RuleFilter {
        like: &like,
        state: l.get("state"),
        kind: l.get("kind"),
        source: l.get("source"),
    };
    let (rules, total) = room.retain.list_rules(filter, l.limit(), l.offset()).await?;
    let mut rows = Vec::with_capacity(rules.len());
    for rule in rules {
        rows.push(row(&room, &p, rule).await?);
    }
    let choice = |name: &str| Choice::new(name, p.t(&format!("retain-state-{name}")));
    let kind = |one: Kind| Choice::new(one.as_str(), p.t(&format!("retain-kind-{}", one.as_str())));
    let planned = RunFilter { state: "planned", ..RunFilter::default() };
    let page = ListPage {
        pager: Pager::new(&l, total),
        states: ["on", "off"].map(choice).to_vec(),
        kinds: Kind::ALL.map(kind).to_vec(),
        sources: super::sources(&room.retain).await?,
        uncovered: room.retain.uncovered().await?.len(),
        holds: room.retain.holds("open", 0, 0).await?.1,
        waiting: room.retain.list_runs(planned, 0, 0).await?.1,
        may_edit: p.can(Permission::EditRecords),
        tab: "rules",
        rows,
        l,
        p,
    };
    web::render(&page)
}

async fn row(room: &Room, p: &Page, rule: Rule) -> Result<Row, WebError> {
    let names = room.retain.names_of(&rule.body, p.lang).await?;
    let key = format!("retain:{}", rule.id);
    let filter = RunFilter { rule: &rule.id, ..RunFilter::default() };
    Ok(Row {
        said: sentence(p.lang, &rule.body, &names),
        next_at: room.retain.store().schedule_by_key(&key).await?.map(|row| row.next_at),
        last: room.retain.list_runs(filter, 1, 0).await?.0.pop(),
        rule,
    })
}
