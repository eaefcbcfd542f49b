//! One request: what is asked, by whom (masked), until when and by which law, what was written, what
//! happened, and what can be done. Opening it is an entry of the ledger.

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query, State},
    response::Response,
    routing::get,
};
use store::{Entry, HotWrite, now};
use web::{Choice, Page, Permission, WebError};

use super::Names;
use crate::{
    AWAITED, Kind, OUTCOMES, REFUSALS, Request, Room, State as Stand,
    bundle::{self, Bundle},
    find::{Search, Stage, Way, picture},
    request::Author,
    told::Told,
};

pub(super) fn router() -> Router<Room> {
    Router::new().route("/console/requests/{id}", get(show))
}

/// One law's answer, as the page shows it.
struct Clock {
    regime: String,
    cite: String,
    text: String,
    day: String,
    decides: bool,
    advises: bool,
}

struct Line {
    at: i64,
    who: String,
    text: String,
    author: &'static str,
}

/// A table that may hold rows of the person.
struct PlaceLine {
    source: String,
    table: String,
    ways: String,
    own: u64,
    shared: u64,
    doubtful: u64,
    failed: String,
}

#[derive(Template)]
#[template(path = "rights/one.html")]
struct OnePage {
    p: Page,
    request: Request,
    what: String,
    state: String,
    level: String,
    needs: String,
    by: String,
    channel: String,
    day: String,
    last_day: String,
    late: bool,
    who: Vec<String>,
    clocks: Vec<Clock>,
    messages: Vec<Line>,
    events: Vec<Line>,
    assignee: String,
    mine: bool,
    can_write: bool,
    others: usize,
    bundle: Option<Bundle>,
    /// Who has to be told of a restriction.
    told: Vec<Told>,
    moved: Option<crate::handover::Move>,
    search: Option<Search>,
    places: Vec<PlaceLine>,
    /// How the tables hang together, drawn.
    picture: String,
    unreached: Vec<(String, String)>,
    refusal: String,
    refusals: Vec<Choice>,
    awaited: Vec<Choice>,
    outcomes: Vec<Choice>,
    may_act: bool,
    /// Less is shown of the person than their law wants before data is handed out.
    uncertain: bool,
    /// What they wrote in, where that is none of our languages, and its tag.
    wrote: (String, &'static str),
    /// The language in which they read.
    reads: String,
    aside: axum::response::Html<String>,
    /// Tasks of owners, and how many are open.
    tasks: (axum::response::Html<String>, usize),
}

impl OnePage {
    fn is_open(&self) -> bool {
        !self.request.state.is_closed()
    }
    fn may_extend(&self) -> bool {
        self.request.may_extend(now())
    }
    fn is_searching(&self) -> bool {
        self.search.as_ref().is_some_and(|one| one.stage == Stage::Running)
    }
    fn has_failed(&self) -> bool {
        self.search.as_ref().is_some_and(|one| one.stage == Stage::Failed)
    }
    fn has_found(&self) -> bool {
        self.search.as_ref().is_some_and(|one| one.stage == Stage::Done)
    }
    fn has_bundle(&self) -> bool {
        matches!(self.request.kind, Kind::Access | Kind::Portability)
    }
    fn is_making(&self) -> bool {
        self.bundle.as_ref().is_some_and(|one| one.stage == bundle::Stage::Making)
    }
    fn is_ready(&self) -> bool {
        self.bundle.as_ref().is_some_and(|one| one.stage == bundle::Stage::Ready)
    }
    fn is_restricted(&self) -> bool {
        self.request.kind == Kind::Restriction && self.request.is_verified()
    }
    fn base(&self) -> String {
        format!("/console/requests/{}", self.request.id)
    }
    fn may_move(&self) -> bool {
        let rests = self.moved.as_ref().is_none_or(|one| !one.state.moves());
        self.request.kind == Kind::Portability && self.is_ready() && self.is_open() && rests
    }
    fn is_review(&self) -> bool {
        self.request.kind == Kind::HumanReview
    }
    fn may_ask(&self) -> bool {
        self.request.state == Stand::Open
    }
}

/// A template whose words are filled in.
#[derive(serde::Deserialize, Default)]
#[serde(default)]
struct Chosen {
    template: String,
}

async fn show(
    p: Page,
    Path(id): Path<String>,
    Query(chosen): Query<Chosen>,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    let purpose = p.require_purpose()?;
    let request = room.rights.request(&id).await?;
    let entry =
        Entry::new(p.actor(), "rights.opened", "rights_request", &id).for_purpose(&*purpose);
    room.rights.store().submit(HotWrite { entry, rows: Vec::new() }).await?;
    web::render(&page(&room, p, request, &chosen.template).await?)
}

async fn page(room: &Room, p: Page, request: Request, chosen: &str) -> Result<OnePage, WebError> {
    let rights = &room.rights;
    let names = Names::load(&room.web).await?;
    let person = request.private.person()?;
    let others = rights.requests_of(&person).await?.len().saturating_sub(1);
    let line =
        |at, actor: &str, text: String, author| Line { at, who: names.of(&p, actor), text, author };
    let messages = rights.messages(&request.id, true).await?;
    let events = rights.events(&request.id).await?;
    let choice = |group: &'static str| {
        let p = &p;
        move |one: &str| Choice::new(one, p.t(&format!("rights-{group}-{one}")))
    };
    let search = rights.found(&request.id).await?;
    let (places, unreached, picture) = match &search {
        Some(search) => found(room, &p, search).await?,
        None => (Vec::new(), Vec::new(), String::new()),
    };
    let me = matches!(p.actor(), store::Actor::Person(id) if id == request.assignee);
    Ok(OnePage {
        what: p.t(&request.kind.key()),
        state: p.t(&request.state.key()),
        level: p.t(&format!("rights-level-{}", request.level.as_str())),
        needs: p.t(&format!("rights-level-{}", request.kind.needs().as_str())),
        by: p.t(&format!("rights-asker-{}", request.by.as_str())),
        channel: p.t(&format!("rights-channel-{}", request.channel.as_str())),
        day: rights.day_of_answer(&request),
        last_day: last_day(room, &request),
        late: request.is_late(now()),
        who: person.identifiers().iter().map(consent::Identifier::masked).collect(),
        clocks: clocks(room, &p, &request).await?,
        messages: messages
            .into_iter()
            .map(|one| line(one.at, &one.actor, one.text, author(one.author)))
            .collect(),
        events: events
            .iter()
            .map(|one| line(one.at, &one.actor, said(&p, &names, one), ""))
            .collect(),
        assignee: match request.assignee.as_str() {
            "" => p.t("rights-nobody"),
            id => names.of(&p, id),
        },
        mine: me,
        can_write: rights.can_write(&request)?,
        others,
        bundle: rights.bundle(&request.id).await?,
        told: match request.kind {
            Kind::Restriction => rights.told(&request.id).await?,
            _ => Vec::new(),
        },
        moved: rights.moved(&request.id).await?,
        search,
        places,
        picture,
        unreached,
        refusal: match request.refusal.as_str() {
            "" => String::new(),
            key => [p.t(&format!("rights-refusal-{key}")), cited(room, &p, &request)].concat(),
        },
        refusals: REFUSALS.iter().map(|one| one.0).map(choice("refusal")).collect(),
        awaited: AWAITED.iter().copied().map(choice("awaited")).collect(),
        outcomes: OUTCOMES.iter().copied().map(choice("outcome")).collect(),
        may_act: p.can(Permission::EditRecords),
        uncertain: !rights.standing(&request).await?.is_enough(),
        wrote: super::tongue(&p, &request.private),
        reads: p.t(&format!("rights-language-{}", request.lang.get(..2).unwrap_or("en"))),
        aside: super::aside::aside(room, &p, &request, chosen).await?,
        tasks: crate::task::of_request(room, &p, &request).await?,
        request,
        p,
    })
}

/// What was found, with the names of sources; the tables that hold something first.
async fn found(
    room: &Room,
    p: &Page,
    search: &Search,
) -> Result<(Vec<PlaceLine>, Vec<(String, String)>, String), WebError> {
    let sources = room.rights.regimes().map().sources().await?;
    let name = |id: &str| {
        sources
            .iter()
            .find(|one| one.id == id)
            .map_or_else(|| id.to_owned(), |one| one.name.clone())
    };
    let way = |way: &Way| match way {
        Way::Identifier { column } => p.t1("rights-way-identifier", "column", column),
        Way::Below { table } => p.t1("rights-way-below", "table", table),
        Way::Above { table } => p.t1("rights-way-above", "table", table),
    };
    let place = |one: &crate::find::Place| PlaceLine {
        source: name(&one.source),
        table: one.table.clone(),
        ways: one.ways.iter().map(way).collect::<Vec<_>>().join(", "),
        own: one.own,
        shared: one.shared,
        doubtful: one.doubtful,
        failed: one.failed.clone(),
    };
    let mut places: Vec<PlaceLine> = search.findings.places.iter().map(place).collect();
    places.sort_by_key(|one| (one.failed.is_empty(), one.own + one.shared + one.doubtful == 0));
    let left = |one: &crate::find::Unreached| {
        let place = [name(&one.source), one.table.clone()];
        let place: Vec<String> = place.into_iter().filter(|text| !text.is_empty()).collect();
        let why = p.t1(&format!("rights-why-{}", one.why), "detail", &one.detail);
        (place.join(" · "), why)
    };
    let rows = |one: &crate::find::Place| {
        let all = one.own + one.shared + one.doubtful;
        let fine = one.failed.is_empty();
        let rows = if fine { p.tn("rights-rows", all) } else { p.t("rights-place-failed") };
        picture::Said { rows, fate: String::new(), stays: false }
    };
    let words =
        picture::Words { title: p.t("rights-picture"), person: p.t("rights-picture-person") };
    let drawn = match search.findings.places.as_slice() {
        [] => String::new(),
        places => picture::draw(places, &words, name, rows),
    };
    Ok((places, search.findings.unreached.iter().map(left).collect(), drawn))
}

fn author(author: Author) -> &'static str {
    match author {
        Author::Person => "person",
        Author::Staff => "staff",
        Author::Note => "note",
    }
}

fn said(p: &Page, names: &Names, event: &crate::request::Event) -> String {
    let text = p.t(&format!("rights-event-{}", event.what));
    let detail = match (event.what.as_str(), event.detail.as_str()) {
        (_, "") => return text,
        ("assigned", id) => names.of(p, id),
        ("verified", level) => p.t(&format!("rights-level-{level}")),
        ("refused", reason) => p.t(&format!("rights-refusal-{reason}")),
        ("reviewed", outcome) => p.t(&format!("rights-outcome-{outcome}")),
        ("asked", reason) => p.t(&format!("rights-awaited-{reason}")),
        (_, other) => other.to_owned(),
    };
    p.t2("rights-event-with", "what", text, "detail", detail)
}

/// “ (GDPR Art 12(5))”, or nothing.
pub(crate) fn cited(room: &Room, p: &web::Look, request: &Request) -> String {
    let cites: Vec<String> =
        room.rights.articles(request).iter().map(|cite| cite.get(p.zh()).to_owned()).collect();
    if cites.is_empty() { String::new() } else { format!(" ({})", cites.join("; ")) }
}

/// To which day the deadline may be made longer, or "".
fn last_day(room: &Room, request: &Request) -> String {
    if request.extendable_to <= request.due_at {
        return String::new();
    }
    let longer = Request { due_at: request.extendable_to, ..request.clone() };
    room.rights.day_of_answer(&longer)
}

async fn clocks(room: &Room, p: &Page, request: &Request) -> Result<Vec<Clock>, WebError> {
    let law = room.rights.regimes().law();
    let awaited = room.rights.awaited(&request.id).await?;
    let profile = room.rights.regimes().known().await?;
    let due = room.rights.due(request, &awaited, &law, &profile);
    let zh = p.zh();
    let clock = |one: &crate::clock::Each<'_>| Clock {
        regime: law.regime(&one.fact.regime).map_or("", |regime| regime.name.get(zh)).to_owned(),
        cite: one.fact.cite.get(zh).to_owned(),
        text: one.fact.text.get(zh).to_owned(),
        day: one.clock.as_ref().map_or(String::new(), |clock| clock.first.day.to_string()),
        decides: due.by.is_some_and(|by| by.id == one.fact.id),
        advises: one.advises,
    };
    Ok(due.each.iter().map(clock).collect())
}
