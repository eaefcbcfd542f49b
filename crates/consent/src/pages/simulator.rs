//! The simulator: what would be answered for a customer and a purpose, every rule on the way there,
//! and what would change the answer.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use serde::Deserialize;
use web::{Choice as Option_, CsrfForm, Errors, Page, Permission, WebError};

use super::{
    people::{Asked, kinds},
    refused, words,
};
use crate::{
    Regime, Room,
    decide::{Ask, Explanation, Rule, Step},
};

/// Categories in one question at most.
const MOST: usize = 32;

pub(super) fn router() -> Router<Room> {
    Router::new().route("/console/simulator", get(show).post(ask))
}

/// What was typed. No `Debug`: it names a person.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Form {
    kind: String,
    identifier: String,
    purpose: String,
    data: String,
    system: String,
    regime: Vec<String>,
}

/// A rule as asked.
struct Line {
    /// `ok`, `danger` or `none` (asked, and the next rule decides).
    kind: &'static str,
    rule: String,
    outcome: String,
}

/// The way under a regime.
struct Way {
    regime: String,
    basis: String,
    allow: bool,
    lines: Vec<Line>,
    why: String,
    change: String,
}

/// What was found.
struct Found {
    allow: bool,
    why: String,
    since: Option<i64>,
    notice: String,
    known: bool,
    ways: Vec<Way>,
}

#[derive(Template)]
#[template(path = "consent/simulator.html")]
struct Simulator {
    p: Page,
    form: Form,
    kinds: Vec<Option_>,
    purposes: Vec<Option_>,
    /// Value, name, whether it is asked.
    regimes: Vec<(Option_, bool)>,
    errors: Errors,
    found: Option<Found>,
}

fn page(room: &Room, p: Page, form: Form, errors: Errors, found: Option<Found>) -> Simulator {
    let catalogue = room.consent.catalogue();
    let purpose = |key: &str| Option_::new(key, words::purpose(&p, &catalogue, key));
    let regime = |regime: Regime| {
        let asked = form.regime.is_empty() || form.regime.iter().any(|one| one == regime.as_str());
        (Option_::new(regime.as_str(), words::regime(&p, regime)), asked)
    };
    Simulator {
        kinds: kinds(&p),
        purposes: catalogue.purposes().map(|one| purpose(&one.key)).collect(),
        regimes: Regime::ALL.into_iter().map(regime).collect(),
        p,
        form,
        errors,
        found,
    }
}

async fn show(p: Page, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    web::render(&page(&room, p, Form::default(), Errors::new(), None))
}

async fn ask(
    State(room): State<Room>,
    p: Page,
    CsrfForm(form): CsrfForm<Form>,
) -> Result<Response, WebError> {
    let purpose = p.require_purpose()?;
    let asked =
        Asked { kind: form.kind.clone(), identifier: form.identifier.clone(), ..Asked::default() };
    let mut errors = Errors::new();
    let catalogue = room.consent.catalogue();
    if catalogue.purpose(&form.purpose).is_err() {
        errors.add("purpose", p.t("simulate-error-purpose"));
    }
    let subject = asked.subject(&p, &room).map_err(|message| errors.add("identifier", message));
    let (true, Ok(subject)) = (errors.is_empty(), subject) else {
        return web::render_status(422, &page(&room, p, form, errors, None));
    };
    let known = room.consent.find(&subject.blind(room.consent.vault())).await.map_err(refused)?;
    room.consent.looked_up(&p.actor(), known.people.first(), &purpose).await.map_err(refused)?;
    let explained = room.consent.explain(&subject, &form.purpose, &question(&form)).await;
    let found = told(&p, &catalogue, explained.map_err(refused)?, !known.people.is_empty());
    web::render(&page(&room, p, form, Errors::new(), Some(found)))
}

fn question(form: &Form) -> Ask {
    let data = form.data.split([',', ' ', '\n', '\r', '，', '、']).filter(|one| !one.is_empty());
    let system = form.system.trim();
    Ask {
        data: data.take(MOST).map(str::to_owned).collect(),
        system: (!system.is_empty()).then(|| system.to_owned()),
        regimes: form.regime.iter().filter_map(|one| Regime::parse(one)).collect(),
    }
}

fn told(p: &Page, catalogue: &crate::Catalogue, explained: Explanation, known: bool) -> Found {
    let decision = explained.decision;
    let ways = explained.under.into_iter().map(|under| Way {
        regime: words::regime(p, under.regime),
        basis: words::basis(p, under.basis),
        allow: under.allow,
        lines: under.steps.iter().map(|step| line(p, *step)).collect(),
        why: words::reason(p, under.reason),
        change: p.t(&format!("simulate-change-{}", words::dashes(under.reason.as_str()))),
    });
    Found {
        allow: decision.allow,
        why: words::reason(p, decision.reason),
        since: decision.since,
        notice: match decision.notice.as_str() {
            "" => String::new(),
            name => words::notice(p, catalogue, name),
        },
        known,
        ways: ways.collect(),
    }
}

fn line(p: &Page, step: Step) -> Line {
    let rule = p.t(&format!("simulate-rule-{}", words::dashes(step.rule.as_str())));
    let (kind, outcome) = match (step.rule, step.holds) {
        // A basis that heeds choices decides nothing yet.
        (Rule::BasisAllows, false) => ("none", "simulate-on"),
        (_, true) => ("ok", "simulate-holds"),
        (_, false) => ("danger", "simulate-fails"),
    };
    Line { kind, rule, outcome: p.t(outcome) }
}
