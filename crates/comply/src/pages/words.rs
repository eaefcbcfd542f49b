//! Findings in words: names, evidence, laws.

use std::collections::HashMap;

use law::Fact;
use web::{Look, Web, WebError};

use crate::{
    Event, Finding,
    model::{Severity, State, Value},
};

pub(crate) fn is_chinese(p: &Look) -> bool {
    p.zh()
}

pub(crate) fn severity(p: &Look, severity: Severity) -> String {
    p.t(&format!("comply-severity-{}", severity.as_str()))
}

/// The badge's kind: shape and word say the same as its colour.
pub(crate) fn badge(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warn",
        Severity::Error => "danger",
    }
}

pub(crate) fn owner(p: &Look, owner: &str) -> String {
    p.t(&format!("comply-owner-{owner}"))
}

pub(crate) fn state(p: &Look, state: State) -> String {
    p.t(&format!("comply-state-{}", state.as_str()))
}

/// The name of a law; good practice for none.
pub(crate) fn regime(p: &Look, law: &law::Law, key: &str) -> String {
    if key.is_empty() {
        return p.t("comply-all-checks");
    }
    law.regime(key).map_or_else(|| key.to_owned(), |one| one.name.get(is_chinese(p)).to_owned())
}

/// What the law says, for the page of a finding.
pub(crate) struct Said {
    /// Where.
    pub cite: String,
    /// The rule.
    pub text: String,
    /// `V`, `S` or `K`.
    pub mark: &'static str,
    /// What the mark means.
    pub meaning: String,
    /// The law's name.
    pub law: String,
}

impl Said {
    pub(crate) fn of(p: &Look, law: &law::Law, fact: &Fact) -> Self {
        let zh = is_chinese(p);
        let mark = fact.confidence.mark();
        Self {
            cite: fact.cite.get(zh).to_owned(),
            text: fact.text.get(zh).to_owned(),
            mark,
            meaning: p.t(&format!("comply-mark-{}", mark.to_lowercase())),
            law: regime(p, law, &fact.regime),
        }
    }
}

/// What people and programs are called.
pub(crate) struct Names {
    people: HashMap<String, String>,
    tokens: HashMap<String, String>,
}

impl Names {
    pub(crate) async fn load(web: &Web) -> Result<Self, WebError> {
        let tokens = web.list_tokens().await?.into_iter().map(|token| (token.id, token.name));
        Ok(Self { people: web.names().await?, tokens: tokens.collect() })
    }

    /// Members of staff by name.
    pub(crate) fn people(&self) -> Vec<web::Choice> {
        let mut all: Vec<_> =
            self.people.iter().map(|(id, name)| web::Choice::new(id, name)).collect();
        all.sort_by(|a, b| a.label.cmp(&b.label));
        all
    }

    pub(crate) fn is_known(&self, id: &str) -> bool {
        self.people.contains_key(id)
    }

    pub(crate) fn person(&self, p: &Look, id: &str) -> String {
        self.people.get(id).cloned().unwrap_or_else(|| p.t("audit-actor-someone"))
    }

    pub(crate) fn actor(&self, p: &Look, actor: &str) -> String {
        match actor.split_once(':') {
            Some(("person", id)) => self.person(p, id),
            Some(("token", id)) => {
                let name = self.tokens.get(id).map_or("", String::as_str);
                p.t1("audit-actor-token", "name", name)
            }
            Some(("system", _)) => p.t("comply-actor"),
            _ => p.t("audit-actor-cli"),
        }
    }

    /// What a finding is about.
    pub(crate) fn object(&self, p: &Look, finding: &Finding) -> String {
        self.about(p, &finding.kind, &finding.object, &finding.name)
    }

    /// A thing by its kind, id and name.
    pub(crate) fn about(&self, p: &Look, kind: &str, object: &str, name: &str) -> String {
        let name = match kind {
            "user" => self.person(p, object),
            "use" => self.person(p, object.split('/').next().unwrap_or_default()),
            "token" => self.tokens.get(object).cloned().unwrap_or_default(),
            "category" => explain::category_name(p.lang, object),
            "rule" => p.t(&format!("warn-rule-{object}")),
            "house" | "access" | "evidence" | "organisation" => {
                return p.t(&format!("comply-object-{object}"));
            }
            _ => name.to_owned(),
        };
        let kind = p.t(&format!("comply-kind-{kind}"));
        if name.is_empty() { kind } else { p.t2("comply-object", "kind", kind, "name", name) }
    }

    /// What was seen, line by line: what, and in words.
    pub(crate) fn evidence(&self, p: &Look, finding: &Finding) -> Vec<(String, String)> {
        let line = |(key, value): &(String, Value)| {
            (p.t(&format!("comply-ev-{key}")), self.value(p, key, value))
        };
        finding.evidence.iter().map(line).collect()
    }

    fn value(&self, p: &Look, key: &str, value: &Value) -> String {
        match value {
            Value::Text(text) if text.is_empty() => p.t("comply-nothing"),
            Value::Text(text) if key == "safeguard" => {
                p.t(&format!("recipients-safeguard-{}", text.replace('_', "-")))
            }
            Value::Text(text) if key == "purposes" => {
                let names = text.split(", ").map(|one| p.t(&web::access::purpose_key(one)));
                explain::list_of(p.lang, &names.collect::<Vec<_>>())
            }
            Value::Text(text) => text.clone(),
            Value::Number(number) => p.number(*number),
            Value::Time(at) => p.when(*at),
            Value::Categories(keys) => {
                let names: Vec<String> =
                    keys.iter().map(|key| explain::category_name(p.lang, key)).collect();
                explain::list_of(p.lang, &names)
            }
            Value::Country(code) => datamap::systems::country_name(code, is_chinese(p)),
            Value::Person(id) => self.person(p, id),
        }
    }

    /// What happened to a finding, as a sentence.
    pub(crate) fn event(&self, p: &Look, event: &Event) -> String {
        let key = format!("comply-did-{}", event.what.replace('_', "-"));
        match event.what.as_str() {
            "assigned" if event.detail.is_empty() => p.t("comply-did-unassigned"),
            "assigned" => p.t1(&key, "name", self.person(p, &event.detail)),
            "accepted" => {
                let until = event.detail.parse::<i64>().unwrap_or(0);
                p.t1(&key, "until", p.day(until))
            }
            _ => p.t(&key),
        }
    }
}
