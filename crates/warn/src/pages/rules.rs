//! The rules: what each looks at, and its numbers.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::get,
};
use serde::Deserialize;
use web::{
    Choice, CsrfForm, Errors, Page, Permission, WebError, redirect_with_toast, render_status,
};

use super::{rule_name, severity_badge, severity_choices, severity_name};
use crate::{
    Room,
    engine::{Rule, RuleId, Severity},
};

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/console/alarms/rules", get(list))
        .route("/console/alarms/rules/{rule}", get(edit).post(save))
}

struct Row {
    rule: Rule,
    name: String,
    what: String,
    severity: String,
    kind: &'static str,
    changed: bool,
}

#[derive(Template)]
#[template(path = "warn/rules.html")]
struct ListPage {
    p: Page,
    rows: Vec<Row>,
    may: bool,
}

async fn list(p: Page, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::ViewLedger)?;
    let rules = room.warn.rules().await?;
    let row = |id: RuleId| {
        let rule = rules.get(id);
        Row {
            name: rule_name(&p, id),
            what: p.t(&format!("warn-what-{}", id.as_str())),
            severity: severity_name(&p, rule.severity),
            kind: severity_badge(rule.severity),
            changed: rule != id.shipped(),
            rule,
        }
    };
    let rows = RuleId::ALL.into_iter().map(row).collect();
    let may = p.can(Permission::EditPolicies);
    web::render(&ListPage { p, rows, may })
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Input {
    watched: String,
    severity: String,
    floor: String,
    k: String,
}

impl Input {
    fn of(rule: &Rule) -> Self {
        Self {
            watched: if rule.on { "1".into() } else { String::new() },
            severity: rule.severity.as_str().into(),
            floor: rule.floor.to_string(),
            k: rule.k.to_string(),
        }
    }

    /// What was typed, or what is wrong with it.
    fn rule(&self, p: &Page, id: RuleId, errors: &mut Errors) -> Rule {
        let mut rule = id.shipped();
        rule.on = !self.watched.is_empty();
        rule.severity = Severity::parse(&self.severity).unwrap_or(rule.severity);
        if id.has_floor() {
            match self.floor.trim().parse() {
                Ok(floor @ 0..=1_000_000) => rule.floor = floor,
                _ => errors.add("floor", p.t("warn-error-floor")),
            }
        }
        if id.has_baseline() {
            match self.k.trim().replace(',', ".").parse::<f64>() {
                Ok(k) if (1.0..=100.0).contains(&k) => rule.k = k,
                _ => errors.add("k", p.t("warn-error-k")),
            }
        }
        rule
    }
}

#[derive(Template)]
#[template(path = "warn/rule.html")]
struct EditPage {
    p: Page,
    id: RuleId,
    name: String,
    what: String,
    shipped: Rule,
    input: Input,
    errors: Errors,
    severities: Vec<Choice>,
}

fn page(p: Page, id: RuleId, input: Input, errors: Errors) -> EditPage {
    EditPage {
        name: rule_name(&p, id),
        what: p.t(&format!("warn-what-{}", id.as_str())),
        shipped: id.shipped(),
        severities: severity_choices(&p),
        id,
        input,
        errors,
        p,
    }
}

async fn edit(
    p: Page,
    Path(rule): Path<String>,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    p.require(Permission::EditPolicies)?;
    let id = RuleId::parse(&rule).ok_or(WebError::NotFound)?;
    let input = Input::of(&room.warn.rules().await?.get(id));
    web::render(&page(p, id, input, Errors::new()))
}

async fn save(
    State(room): State<Room>,
    p: Page,
    Path(rule): Path<String>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::EditPolicies)?;
    let id = RuleId::parse(&rule).ok_or(WebError::NotFound)?;
    let mut errors = Errors::new();
    let rule = input.rule(&p, id, &mut errors);
    if !errors.is_empty() {
        return render_status(422, &page(p, id, input, errors));
    }
    room.warn.set_rule(p.actor(), &rule).await?;
    Ok(redirect_with_toast("/console/alarms/rules", "warn-toast-rule"))
}
