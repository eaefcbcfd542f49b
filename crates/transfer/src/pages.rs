//! Pages: all transfers, and one with what people say of it.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::get,
};
use datamap::systems::countries;
use law::{Fact, Kind};
use serde::Deserialize;
use web::{
    Choice, CsrfForm, Errors, Page, Permission, WebError, redirect_with_toast, render_status,
};

use crate::{Crossing, Needs, Note, Report, Room, Verdict, api::word, picture};

/// Characters of a field.
const MOST: usize = 500;

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .route("/console/transfers", get(show))
        .route("/console/transfers/{key}", get(one).post(save))
}

/// A fact of law as the pages show it.
struct Cited {
    text: String,
    cite: String,
    mark: &'static str,
}

impl Cited {
    fn of(p: &Page, fact: &Fact) -> Self {
        Self {
            text: fact.text.get(p.zh()).to_owned(),
            cite: fact.cite.get(p.zh()).to_owned(),
            mark: fact.confidence.mark(),
        }
    }
}

/// What one law makes of a transfer, as the pages show it.
struct Judged {
    law: String,
    badge: &'static str,
    says: String,
    /// The facts are ways to mend it.
    offers: bool,
    facts: Vec<Cited>,
}

struct Row {
    key: String,
    from: String,
    from_country: String,
    to: String,
    to_country: String,
    categories: String,
    sensitive: bool,
    people: u64,
    judged: Vec<Judged>,
}

struct RouteView {
    badge: &'static str,
    says: String,
    people: u64,
    sensitive: u64,
    exempt: usize,
    told: bool,
    fact: Cited,
    unknown: Vec<Cited>,
}

#[derive(Template)]
#[template(path = "transfer/list.html")]
struct ListPage {
    p: Page,
    rows: Vec<Row>,
    unplaced: Vec<(String, String)>,
    route: Option<RouteView>,
    picture: String,
    open: usize,
}

#[derive(Template)]
#[template(path = "transfer/one.html")]
struct OnePage {
    p: Page,
    row: Row,
    from_href: String,
    to_href: String,
    activities: String,
    told: bool,
    exempts: Vec<Choice>,
    exempt_told: bool,
    input: Input,
    errors: Errors,
    may_edit: bool,
}

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
struct Input {
    exempt: String,
    people: String,
    filing: String,
    assessment: String,
    reason: String,
}

async fn show(p: Page, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    let report = room.transfers.report(regime::today()).await?;
    let name = |code: &str| countries::name(code, p.zh());
    let picture = picture::draw(&report.crossings, name, &p.t("transfer-picture"));
    let rows =
        report.crossings.iter().map(|(one, verdicts)| row(&room, &p, one, verdicts)).collect();
    let unplaced =
        report.unplaced.iter().map(|one| (one.end.name.clone(), one.end.href())).collect();
    let (route, open) = (route_view(&p, &report), report.open());
    web::render(&ListPage { p, rows, unplaced, route, picture, open })
}

fn row(room: &Room, p: &Page, one: &Crossing, verdicts: &[(String, Verdict)]) -> Row {
    let tree = detect::taxonomy();
    let categories: Vec<&str> = one.categories.iter().map(|key| tree.name(key, p.zh())).collect();
    let law = room.transfers.regimes.law();
    let judged = verdicts.iter().map(|(regime, verdict)| Judged {
        law: law.regime(regime).map_or_else(String::new, |r| r.name.get(p.zh()).to_owned()),
        badge: match verdict {
            Verdict::Missing(_) => "danger",
            Verdict::Tool { assessed: false, .. } => "warn",
            // A list that nobody checked advises; it does not decide.
            Verdict::Adequate(fact) if !fact.confidence.decides() => "warn",
            Verdict::Advice(_) => "info",
            _ => "ok",
        },
        says: p.t(&format!("transfer-verdict-{}", word(verdict))),
        offers: verdict.is_open(),
        facts: verdict.facts().into_iter().map(|fact| Cited::of(p, fact)).collect(),
    });
    let list = if p.zh() { "、" } else { ", " };
    Row {
        key: one.key.clone(),
        from: one.from.name.clone(),
        from_country: countries::name(&one.from.country, p.zh()),
        to: one.to.name.clone(),
        to_country: countries::name(&one.to.country, p.zh()),
        categories: categories.join(list),
        sensitive: one.is_sensitive(),
        people: one.people(),
        judged: judged.collect(),
    }
}

fn route_view(p: &Page, report: &Report) -> Option<RouteView> {
    let route = report.route.as_ref()?;
    let (badge, key) = match route.needs {
        Needs::Nothing => ("ok", "transfer-route-nothing"),
        Needs::Contract => ("warn", "transfer-route-contract"),
        Needs::Assessment => ("danger", "transfer-route-assessment"),
    };
    Some(RouteView {
        badge,
        says: p.t(key),
        people: route.counted.people,
        sensitive: route.counted.sensitive,
        exempt: route.counted.exempt,
        told: route.counted.told,
        fact: Cited::of(p, &route.fact),
        unknown: route.unknown.iter().map(|fact| Cited::of(p, fact)).collect(),
    })
}

async fn one(
    p: Page,
    State(room): State<Room>,
    Path(key): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    web::render(&page(&room, p, &key, None, Errors::new()).await?)
}

async fn page(
    room: &Room,
    p: Page,
    key: &str,
    input: Option<Input>,
    errors: Errors,
) -> Result<OnePage, WebError> {
    let report = room.transfers.report(regime::today()).await?;
    let (crossing, verdicts) = report.find(key).ok_or(WebError::NotFound)?;
    let note = crossing.note.clone();
    let input = input.unwrap_or_else(|| Input {
        people: note.people.map(|people| people.to_string()).unwrap_or_default(),
        exempt: note.exempt,
        filing: note.filing,
        assessment: note.assessment,
        reason: note.reason,
    });
    let exempts = exempts(room, &p, crossing);
    Ok(OnePage {
        row: row(room, &p, crossing, verdicts),
        from_href: crossing.from.href(),
        to_href: crossing.to.href(),
        activities: crossing.activities.join(if p.zh() { "、" } else { ", " }),
        told: crossing.told,
        exempt_told: !exempts.is_empty(),
        exempts,
        input,
        errors,
        may_edit: p.can(Permission::EditRecords),
        p,
    })
}

/// The exempt cases of the law of the transfer's start; empty where it has none.
fn exempts(room: &Room, p: &Page, crossing: &Crossing) -> Vec<Choice> {
    let law = room.transfers.regimes.law();
    let today = regime::today();
    let here = |fact: &&Fact| {
        law.regime(&fact.regime).is_some_and(|r| r.places.contains(&crossing.from.country))
    };
    law.facts()
        .filter(|fact| fact.kind == Kind::Transfer && fact.code.starts_with("exempt."))
        .filter(|fact| fact.holds(today))
        .filter(here)
        .map(|fact| Choice::new(fact.code.clone(), fact.text.get(p.zh())))
        .collect()
}

async fn save(
    State(room): State<Room>,
    p: Page,
    Path(key): Path<String>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    let report = room.transfers.report(regime::today()).await?;
    let (crossing, _) = report.find(&key).ok_or(WebError::NotFound)?;
    let mut errors = Errors::new();
    let digits: String = input.people.chars().filter(|c| !matches!(c, ',' | ' ')).collect();
    let people = match digits.as_str() {
        "" => None,
        digits => digits.parse::<u64>().map_or_else(
            |_| {
                errors.add("people", p.t("transfer-error-people"));
                None
            },
            Some,
        ),
    };
    let known = exempts(&room, &p, crossing);
    if !input.exempt.is_empty() && !known.iter().any(|choice| choice.value == input.exempt) {
        errors.add("exempt", p.t("transfer-error-exempt"));
    }
    for (name, text) in
        [("filing", &input.filing), ("assessment", &input.assessment), ("reason", &input.reason)]
    {
        if text.chars().count() > MOST {
            errors.add(name, p.tn("transfer-error-long", MOST as i64));
        }
    }
    // Whoever says less than was counted, or that nothing counts, says why.
    let less = people.is_some_and(|people| people < crossing.rows) || !input.exempt.is_empty();
    if less && input.reason.trim().is_empty() {
        errors.add("reason", p.t("transfer-error-reason"));
    }
    if !errors.is_empty() {
        return render_status(422, &page(&room, p, &key, Some(input), errors).await?);
    }
    let note = Note {
        exempt: input.exempt,
        people,
        filing: input.filing.trim().to_owned(),
        assessment: input.assessment.trim().to_owned(),
        reason: input.reason.trim().to_owned(),
    };
    room.transfers.note(p.actor(), &key, &note).await?;
    Ok(redirect_with_toast("/console/transfers", "transfer-toast-saved"))
}
