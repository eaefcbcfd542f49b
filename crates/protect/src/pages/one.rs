//! One policy: what it says, what was done under it, how it changed.

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use serde::Deserialize;
use web::{CsrfForm, Page, Permission, WebError, redirect_with_toast};

use super::{Line, category_name, lines, list::formats, purpose_name};
use crate::{
    Counts, Policy, Reveal, Room,
    policy::{Change, Kept},
};

/// Requests listed.
const LISTED: i64 = 50;

struct Rule {
    purpose: String,
    badge: &'static str,
    reveal: String,
}

struct Past {
    change: Change,
    who: String,
    what: String,
}

#[derive(Template)]
#[template(path = "protect/one.html")]
struct OnePage {
    p: Page,
    kept: Kept,
    name: String,
    tokens: String,
    shape: String,
    rules: Vec<Rule>,
    counts: Counts,
    by_format: Vec<(String, i64)>,
    lines: Vec<Line>,
    history: Vec<Past>,
    may_edit: bool,
}

pub(super) async fn show(
    p: Page,
    State(room): State<Room>,
    Path(category): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    let kept = room.protect.policy(&category).await?.ok_or(WebError::NotFound)?;
    let counts = room.protect.counts().await?.get(&category).copied().unwrap_or_default();
    let by_format = room.protect.tokens_by_format(&category).await?;
    let by_format =
        by_format.into_iter().map(|(key, n)| (p.t(&format!("protect-format-{key}")), n)).collect();
    let rules = kept.policy.purposes.iter().map(|(purpose, reveal)| Rule {
        purpose: purpose_name(&p, &room, purpose),
        badge: if *reveal == Reveal::Clear { "warn" } else { "info" },
        reveal: p.t(&format!("protect-reveal-{}", reveal.as_str())),
    });
    let rules = rules.collect();
    let shape = kept.policy.shape.map_or(String::new(), |shape| {
        p.t(&format!("protect-shape-{}", shape.as_str().replace('_', "-")))
    });
    let people = room.web.names().await?;
    let past = room.protect.policy_history(&category).await?;
    let history = past.into_iter().map(|change| told(&p, &people, change)).collect();
    let lines = lines(&p, &room, &category, LISTED).await?;
    let may_edit = p.can(Permission::EditPolicies);
    let (name, tokens) = (category_name(&p, &category), formats(&p, &kept));
    web::render(&OnePage {
        p,
        kept,
        name,
        tokens,
        shape,
        rules,
        counts,
        by_format,
        lines,
        history,
        may_edit,
    })
}

fn told(p: &Page, people: &HashMap<String, String>, change: Change) -> Past {
    let who = match change.actor.split_once(':') {
        Some(("person", id)) => people.get(id).cloned().unwrap_or_default(),
        _ => p.t("protect-who-command-line"),
    };
    let what = match serde_json::from_str::<Policy>(&change.body) {
        Err(_) => p.t("protect-was-removed"),
        Ok(policy) => p.tn("protect-was-saved", policy.purposes.len() as i64),
    };
    Past { change, who, what }
}

#[derive(Deserialize)]
pub(super) struct Nothing {}

pub(super) async fn remove(
    p: Page,
    State(room): State<Room>,
    Path(category): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::EditPolicies)?;
    room.protect.remove_policy(&p.actor(), &category).await?;
    Ok(redirect_with_toast("/console/vault", "protect-toast-removed"))
}
