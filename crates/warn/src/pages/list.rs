//! `/console/alarms`: what was found, open ones first.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use web::{Choice, ListQuery, PAGE_SIZE, Page, Pager, Permission, WebError};

use super::{Names, rule_choices, rule_name, severity_badge, severity_choices, severity_name};
use crate::{Room, State as Stand, alarm::Alarm};

pub(super) fn router() -> Router<Room> {
    Router::new().route("/console/alarms", get(show))
}

/// An alarm as the list shows it.
struct Row {
    id: String,
    rule: String,
    severity: String,
    kind: &'static str,
    who: String,
    state: String,
    hits: i64,
    last_at: i64,
}

#[derive(Template)]
#[template(path = "warn/list.html")]
struct ListPage {
    p: Page,
    l: ListQuery,
    pager: Pager,
    rows: Vec<Row>,
    states: Vec<Choice>,
    rules: Vec<Choice>,
    severities: Vec<Choice>,
}

impl ListPage {
    /// Open ones, unless something else is asked for.
    fn state(&self) -> String {
        chosen(&self.l).to_owned()
    }
}

fn chosen(l: &ListQuery) -> &str {
    match l.get("state") {
        "" => Stand::Open.as_str(),
        "all" => "",
        state => state,
    }
}

async fn show(p: Page, l: ListQuery, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::ViewLedger)?;
    let offset = (l.page - 1) * PAGE_SIZE;
    let filter = (chosen(&l), l.get("rule"), l.get("severity"));
    let (alarms, total) = room.warn.alarms(filter, PAGE_SIZE, offset).await?;
    let names = Names::load(&room.web).await?;
    let row = |alarm: Alarm| Row {
        rule: rule_name(&p, alarm.rule),
        severity: severity_name(&p, alarm.severity),
        kind: severity_badge(alarm.severity),
        who: names.of(&p, &alarm.actor),
        state: p.t(&format!("warn-state-{}", alarm.state.as_str())),
        hits: alarm.hits,
        last_at: alarm.last_at,
        id: alarm.id,
    };
    let rows = alarms.into_iter().map(row).collect();
    let mut states: Vec<Choice> = Stand::ALL
        .map(|one| Choice::new(one.as_str(), p.t(&format!("warn-state-{}", one.as_str()))))
        .to_vec();
    states.push(Choice::new("all", p.t("web-all")));
    let pager = Pager::new(&l, total);
    let (rules, severities) = (rule_choices(&p), severity_choices(&p));
    web::render(&ListPage { p, l, pager, rows, states, rules, severities })
}
