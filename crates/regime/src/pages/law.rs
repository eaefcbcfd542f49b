//! One law: every fact with its citation, how well it was checked and when it is in force.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::get,
};
use law::{Fact, Kind, Status, Truth};
use web::{Choice, ListQuery, PAGE_SIZE, Page, Pager, Permission, WebError};

use super::words::{self, Way};
use crate::{Room, today};

pub(super) fn router() -> Router<Room> {
    Router::new().route("/console/laws/{regime}", get(show))
}

const KINDS: [Kind; 21] = [
    Kind::Scope,
    Kind::Basis,
    Kind::SpecialCondition,
    Kind::NoticeRule,
    Kind::NoticeItem,
    Kind::ConsentRule,
    Kind::Right,
    Kind::RightsRule,
    Kind::Clock,
    Kind::BreachRule,
    Kind::Assessment,
    Kind::Officer,
    Kind::Audit,
    Kind::Transfer,
    Kind::RecordField,
    Kind::ContractClause,
    Kind::Sensitive,
    Kind::Retention,
    Kind::Marketing,
    Kind::Fine,
    Kind::Duty,
];

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Basis => "basis",
        Kind::SpecialCondition => "special-condition",
        Kind::NoticeItem => "notice-item",
        Kind::NoticeRule => "notice-rule",
        Kind::ConsentRule => "consent-rule",
        Kind::Right => "right",
        Kind::RightsRule => "rights-rule",
        Kind::Clock => "clock",
        Kind::BreachRule => "breach-rule",
        Kind::Assessment => "assessment",
        Kind::Officer => "officer",
        Kind::Audit => "audit",
        Kind::Transfer => "transfer",
        Kind::RecordField => "record-field",
        Kind::ContractClause => "contract-clause",
        Kind::Sensitive => "sensitive",
        Kind::Retention => "retention",
        Kind::Marketing => "marketing",
        Kind::Fine => "fine",
        Kind::Duty => "duty",
        Kind::Scope => "scope",
    }
}

struct Row {
    id: String,
    text: String,
    number: String,
    extras: Vec<String>,
    kind: String,
    cite: String,
    mark: (&'static str, String),
    validity: String,
    proposed: bool,
    holds: bool,
}

#[derive(Template)]
#[template(path = "regime/law.html")]
struct LawPage {
    p: Page,
    l: ListQuery,
    pager: Pager,
    name: String,
    cite: String,
    places: String,
    validity: String,
    authority: String,
    news: String,
    mark: (&'static str, String),
    consent: String,
    ways: Vec<Way>,
    truth: Truth,
    kinds: Vec<Choice>,
    marks: Vec<Choice>,
    rows: Vec<Row>,
}

fn row(p: &Page, fact: &Fact) -> Row {
    let mut extras = Vec::new();
    if let Some(more) = &fact.extension {
        extras.push(words::longer(p, more));
    }
    if let Some(every) = &fact.every {
        let much = p.tn(words::unit_key(every.unit), every.value);
        extras.push(p.t1("laws-every", "much", much));
    }
    if !fact.due.is_empty() {
        extras.push(p.t1("laws-due-each-year", "day", &fact.due));
    }
    for list in &fact.when {
        let said: Vec<String> = list.iter().map(|one| words::condition(p, one)).collect();
        extras.push(p.t1("laws-when", "what", said.join(&p.t("laws-and"))));
    }
    Row {
        id: fact.id.clone(),
        text: fact.text.get(p.zh()).to_owned(),
        number: words::number(p, fact),
        extras,
        kind: p.t(&format!("laws-kind-{}", kind_name(fact.kind))),
        cite: fact.cite.get(p.zh()).to_owned(),
        mark: words::mark(p, fact.confidence),
        validity: words::validity(p, fact.from, fact.to),
        proposed: fact.status == Status::Proposed,
        holds: fact.holds(today()),
    }
}

fn wanted(l: &ListQuery, zh: bool, fact: &Fact) -> bool {
    let query = l.q.to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&query);
    let found = query.is_empty()
        || [&fact.id, fact.text.get(zh), fact.cite.get(zh), fact.cite.get(false)]
            .iter()
            .any(|text| has(text));
    let is = |key: &str, value: &str| l.get(key).is_empty() || l.get(key) == value;
    found && is("kind", kind_name(fact.kind)) && is("mark", fact.confidence.mark())
}

async fn show(
    p: Page,
    l: ListQuery,
    Path(id): Path<String>,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    room.regimes.refresh().await?;
    let law = room.regimes.law();
    let regime = law.regime(&id).ok_or(WebError::NotFound)?;
    let judged = room.regimes.known().await?.judge_regime(regime);
    let zh = p.zh();
    let own: Vec<&Fact> = law.facts().filter(|fact| fact.regime == id).collect();
    let mut found: Vec<&Fact> = own.iter().copied().filter(|fact| wanted(&l, zh, fact)).collect();
    found.sort_by_key(|fact| (fact.kind, !fact.holds(today()), fact.id.clone()));
    let pager = Pager::new(&l, found.len().try_into().unwrap_or(i64::MAX));
    let skip = usize::try_from(l.offset()).unwrap_or(usize::MAX);
    let page = usize::try_from(PAGE_SIZE).unwrap_or(50);
    let text = |text: &Option<law::Text>| {
        text.as_ref().map(|text| text.get(zh).to_owned()).unwrap_or_default()
    };
    let places: Vec<String> = regime.places.iter().map(|code| words::place(&p, code)).collect();
    let kinds = KINDS.into_iter().filter(|kind| own.iter().any(|fact| fact.kind == *kind));
    web::render(&LawPage {
        rows: found.into_iter().skip(skip).take(page).map(|fact| row(&p, fact)).collect(),
        kinds: kinds
            .map(|kind| {
                let name = kind_name(kind);
                Choice::new(name, p.t(&format!("laws-kind-{name}")))
            })
            .collect(),
        marks: [law::Confidence::Text, law::Confidence::Secondary, law::Confidence::Knowledge]
            .map(|one| Choice::new(one.mark(), words::mark(&p, one).1))
            .to_vec(),
        name: regime.name.get(zh).to_owned(),
        cite: regime.cite.get(zh).to_owned(),
        places: places.join(&p.t("laws-comma")),
        validity: words::validity(&p, regime.from, regime.to),
        authority: text(&regime.authority),
        news: text(&regime.news),
        mark: words::mark(&p, regime.confidence),
        consent: p.t(if regime.opt_in { "laws-opt-in" } else { "laws-opt-out" }),
        ways: words::ways(&p, &judged),
        truth: judged.truth,
        pager,
        l,
        p,
    })
}
