//! Pages: alarms, one alarm, rules, mutes, canaries.

mod canaries;
mod list;
mod mutes;
mod one;
mod rules;

use std::collections::HashMap;

use axum::Router;
use serde::Deserialize;
use web::{Choice, Look, Web, WebError};

use crate::{
    Room,
    engine::{RuleId, Severity},
};

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .merge(list::router())
        .merge(one::router())
        .merge(rules::router())
        .merge(mutes::router())
        .merge(canaries::router())
}

/// A form without fields.
#[derive(Deserialize)]
struct Nothing {}

/// What people and programs are called.
struct Names {
    people: HashMap<String, String>,
    tokens: HashMap<String, String>,
}

impl Names {
    async fn load(web: &Web) -> Result<Self, WebError> {
        let tokens = web.list_tokens().await?.into_iter().map(|token| (token.id, token.name));
        Ok(Self { people: web.names().await?, tokens: tokens.collect() })
    }

    fn of(&self, p: &Look, actor: &str) -> String {
        match actor.split_once(':') {
            Some(("person", id)) => {
                self.people.get(id).cloned().unwrap_or_else(|| p.t("audit-actor-someone"))
            }
            Some(("token", id)) => {
                let name = self.tokens.get(id).map_or("", String::as_str);
                p.t1("audit-actor-token", "name", name)
            }
            Some(("system", "sign-in")) => p.t("warn-nobody-signed-in"),
            Some(("system", part)) => p.t1("audit-actor-system", "part", part),
            _ => p.t("audit-actor-cli"),
        }
    }

    /// Whom a mute can be for.
    fn choices(&self, p: &Look) -> Vec<Choice> {
        let people = self.people.keys().map(|id| format!("person:{id}"));
        let all = people.chain(self.tokens.keys().map(|id| format!("token:{id}")));
        let mut all: Vec<Choice> =
            all.map(|actor| Choice::new(actor.clone(), self.of(p, &actor))).collect();
        all.sort_by(|a, b| a.label.cmp(&b.label));
        all.push(Choice::new("cli", self.of(p, "cli")));
        all
    }
}

fn rule_name(p: &Look, rule: RuleId) -> String {
    p.t(&format!("warn-rule-{}", rule.as_str()))
}

fn severity_name(p: &Look, severity: Severity) -> String {
    p.t(&format!("warn-severity-{}", severity.as_str()))
}

/// The badge's kind: shape and word say the same as its colour.
fn severity_badge(severity: Severity) -> &'static str {
    match severity {
        Severity::Low => "info",
        Severity::Medium => "warn",
        Severity::High | Severity::Critical => "danger",
    }
}

fn rule_choices(p: &Look) -> Vec<Choice> {
    RuleId::ALL.map(|rule| Choice::new(rule.as_str(), rule_name(p, rule))).to_vec()
}

fn severity_choices(p: &Look) -> Vec<Choice> {
    Severity::ALL.map(|one| Choice::new(one.as_str(), severity_name(p, one))).to_vec()
}
