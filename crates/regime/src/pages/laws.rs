//! Which laws apply, and why; what would make others apply.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use law::Truth;
use web::{Page, Permission, WebError};

use super::words::{self, Way};
use crate::{Room, today};

pub(super) fn router() -> Router<Room> {
    Router::new().route("/console/laws", get(show))
}

struct Row {
    id: String,
    name: String,
    cite: String,
    /// Where its people are; shortened.
    places: String,
    facts: usize,
    proposed: bool,
    ways: Vec<Way>,
    asks: Vec<String>,
}

#[derive(Template)]
#[template(path = "regime/laws.html")]
struct LawsPage {
    p: Page,
    tab: &'static str,
    empty: bool,
    yes: Vec<Row>,
    unknown: Vec<Row>,
    no: Vec<Row>,
    coming: Vec<Row>,
    may: bool,
}

/// Places shown before “and more”.
const SHOWN: usize = 6;

fn row(p: &Page, law: &law::Law, regime: &law::Regime, judged: &law::Judgement) -> Row {
    let named: Vec<String> =
        regime.places.iter().take(SHOWN).map(|code| words::place(p, code)).collect();
    let more = regime.places.len().saturating_sub(SHOWN);
    let mut places = named.join(&p.t("laws-comma"));
    if more > 0 {
        places = p.t2("laws-places-more", "places", places, "n", more);
    }
    Row {
        id: regime.id.clone(),
        name: regime.name.get(p.zh()).to_owned(),
        cite: regime.cite.get(p.zh()).to_owned(),
        places,
        facts: law.facts().filter(|fact| fact.regime == regime.id).count(),
        proposed: regime.status == law::Status::Proposed,
        ways: words::ways(p, judged),
        asks: judged.unknown().into_iter().map(|metric| words::metric_name(p, metric)).collect(),
    }
}

async fn show(p: Page, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    room.regimes.refresh().await?;
    let (law, known) = (room.regimes.law(), room.regimes.known().await?);
    let (mut yes, mut unknown, mut no) = (Vec::new(), Vec::new(), Vec::new());
    for (regime, judged) in law.judge(&known, today()) {
        let row = row(&p, &law, regime, &judged);
        match judged.truth {
            Truth::Yes => yes.push(row),
            Truth::Unknown => unknown.push(row),
            Truth::No => no.push(row),
        }
    }
    let later = law.regimes().filter(|regime| !regime.holds(today()));
    let coming = later.map(|regime| row(&p, &law, regime, &known.judge_regime(regime))).collect();
    let empty = known.places.keys().all(String::is_empty);
    let may = p.can(Permission::EditRecords);
    web::render(&LawsPage { p, tab: "laws", empty, yes, unknown, no, coming, may })
}
