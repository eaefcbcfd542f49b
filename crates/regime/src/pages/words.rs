//! Laws in words: conditions, numbers, places, marks.

use law::{Condition, Confidence, Extension, Fact, Judged, Judgement, Metric, Truth, Unit, Value};
use web::{Look, Web, WebError};

/// A condition as it is read.
pub(super) struct Said {
    pub text: String,
    /// What is known of it.
    pub known: String,
    pub truth: Truth,
    /// How far a threshold is; empty where none is missed.
    pub short: String,
}

/// A way in which something applies or could.
pub(super) struct Way {
    pub conditions: Vec<Said>,
}

pub(super) fn unit_key(unit: Unit) -> &'static str {
    match unit {
        Unit::Hours => "laws-unit-hours",
        Unit::CalendarDays => "laws-unit-days",
        Unit::BusinessDays => "laws-unit-business-days",
        Unit::CalendarMonths => "laws-unit-months",
        Unit::Years => "laws-unit-years",
        Unit::Weeks => "laws-unit-weeks",
        Unit::People => "laws-unit-people",
        Unit::Age => "laws-unit-age",
        Unit::Percent => "laws-unit-percent",
        Unit::Count => "laws-unit-count",
        Unit::Eur => "laws-unit-eur",
        Unit::Gbp => "laws-unit-gbp",
        Unit::Usd => "laws-unit-usd",
        Unit::Cny => "laws-unit-cny",
        Unit::Jpy => "laws-unit-jpy",
        Unit::Krw => "laws-unit-krw",
        Unit::Inr => "laws-unit-inr",
        Unit::Brl => "laws-unit-brl",
        Unit::Sgd => "laws-unit-sgd",
    }
}

pub(super) fn metric_name(p: &Look, metric: Metric) -> String {
    p.t(&format!("laws-metric-{}", metric.as_str().replace('_', "-")))
}

/// The number of a fact with its unit, or the law's own word; empty without either.
pub(super) fn number(p: &Look, fact: &Fact) -> String {
    match (fact.value, fact.unit, &fact.word) {
        (Some(value), Some(unit), _) => p.tn(unit_key(unit), value),
        (_, _, Some(word)) => word.get(p.zh()).to_owned(),
        _ => String::new(),
    }
}

/// How a deadline may be made longer.
pub(super) fn longer(p: &Look, more: &Extension) -> String {
    let much = p.tn(unit_key(more.unit), more.value);
    let key = if more.notice_before_end { "laws-longer-notice" } else { "laws-longer" };
    p.t1(key, "much", much)
}

/// The mark's badge and its name.
pub(super) fn mark(p: &Look, confidence: Confidence) -> (&'static str, String) {
    match confidence {
        Confidence::Text => ("ok", p.t("laws-mark-v")),
        Confidence::Secondary => ("info", p.t("laws-mark-s")),
        Confidence::Knowledge => ("warn", p.t("laws-mark-k")),
    }
}

/// From when until when; empty for always.
pub(super) fn validity(
    p: &Look,
    from: Option<jiff::civil::Date>,
    to: Option<jiff::civil::Date>,
) -> String {
    match (from, to) {
        (None, None) => String::new(),
        (Some(from), None) => p.t1("laws-valid-from", "from", from),
        (None, Some(to)) => p.t1("laws-valid-to", "to", to),
        (Some(from), Some(to)) => p.t2("laws-valid-between", "from", from, "to", to),
    }
}

/// A place's name: a country, or a state of one.
pub(super) fn place(p: &Look, code: &str) -> String {
    let key = format!("place-{}", code.to_ascii_lowercase());
    if code.contains('-') && web::has_key(p.lang, &key) {
        return p.t(&key);
    }
    datamap::systems::countries::name(code, p.zh())
}

pub(super) fn value(p: &Look, value: Value) -> String {
    match value {
        Value::Number(n) => p.number(n),
        Value::Flag(true) => p.t("laws-yes-word"),
        Value::Flag(false) => p.t("laws-no-word"),
    }
}

/// A condition as a sentence.
pub(crate) fn condition(p: &Look, one: &Condition) -> String {
    let metric = metric_name(p, one.metric);
    match (one.at_least, one.below, one.is) {
        (Some(from), None, _) => p.t2("laws-at-least", "metric", metric, "n", p.number(from)),
        (None, Some(to), _) => p.t2("laws-below", "metric", metric, "n", p.number(to)),
        (Some(from), Some(to), _) => {
            let least = p.t2("laws-at-least", "metric", metric, "n", p.number(from));
            p.t2("laws-and-below", "least", least, "n", p.number(to))
        }
        (None, None, Some(false)) => p.t1("laws-is-not", "metric", metric),
        (None, None, _) => metric,
    }
}

fn said(p: &Look, one: &Judged) -> Said {
    let known = match one.known {
        Some(known) => value(p, known),
        None => p.t("laws-not-told"),
    };
    let short = one.short_by().map(|n| p.t1("laws-short", "n", p.number(n))).unwrap_or_default();
    Said { text: condition(p, &one.condition), known, truth: one.truth, short }
}

pub(super) fn list(p: &Look, conditions: &[Judged]) -> Vec<Said> {
    conditions.iter().map(|one| said(p, one)).collect()
}

/// The ways of a judgement: what made it apply, or all that could.
pub(super) fn ways(p: &Look, judged: &Judgement) -> Vec<Way> {
    let shown = if judged.truth == Truth::Yes { 1 } else { judged.ways.len() };
    let ways = judged.ways.iter().take(shown);
    ways.map(|way| Way { conditions: list(p, way) }).collect()
}

/// Who somebody in the ledger is.
pub(super) async fn who(web: &Web, p: &Look, actor: &str) -> Result<String, WebError> {
    Ok(match actor.split_once(':') {
        Some(("person", id)) => {
            let names = web.names().await?;
            names.get(id).cloned().unwrap_or_else(|| p.t("audit-actor-someone"))
        }
        Some(("system", part)) => p.t1("audit-actor-system", "part", part),
        _ => p.t("audit-actor-cli"),
    })
}
