//! A person's own requests: the list, one of them with its promise and its messages.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    Form,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, header},
    response::{IntoResponse as _, Response},
};
use preference::{Customer, Guest};
use serde::Deserialize;
use tokio::sync::mpsc;
use web::{Errors, WebError, redirect_with_toast, render, render_status};

use super::offered;
use crate::{
    CUSTOMER, Kind, Request, RightsError, Room,
    bundle::{Bundle, Stage},
    erase,
    request::Message,
};

/// What somebody typed that could not be taken: shown again, so that nothing is lost.
#[derive(Default)]
pub(crate) struct Typed {
    /// Words to us.
    pub text: String,
    /// Facts about themselves, by category.
    pub told: BTreeMap<String, String>,
    /// The other company's address.
    pub address: String,
}

struct Tile {
    kind: Kind,
    title: String,
    text: String,
}

struct Row {
    request: Request,
    title: String,
    state: String,
    day: String,
}

fn row(room: &Room, p: &Guest, request: Request) -> Row {
    Row {
        title: p.t(&request.kind.key()),
        state: p.t(&request.state.key()),
        day: room.rights.day_of_answer(&request),
        request,
    }
}

#[derive(Template)]
#[template(path = "rights/list.html")]
struct ListPage {
    p: Guest,
    rows: Vec<Row>,
    tiles: Vec<Tile>,
}

pub(super) async fn list(
    p: Guest,
    State(room): State<Room>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let session = room.rights.preferences().session(&headers).await?;
    let own = match &session {
        Some(session) => room.rights.requests_of(&session.person).await?,
        None => Vec::new(),
    };
    let rows = own.into_iter().map(|one| row(&room, &p, one)).collect();
    let tile = |kind: Kind| Tile {
        title: p.t(&kind.key()),
        text: p.t(&format!("{}-text", kind.key())),
        kind,
    };
    let page = ListPage { rows, tiles: offered().map(tile).collect(), p };
    let drawn = render(&page);
    page.p.framed(drawn)
}

#[derive(Template)]
#[template(path = "rights/own.html")]
struct OwnPage {
    p: Guest,
    row: Row,
    messages: Vec<Message>,
    bundle: Option<Bundle>,
    /// With which the copy is encrypted, or "".
    passphrase: String,
    moved: Option<crate::handover::Move>,
    /// Why it was refused, with the article.
    refusal: String,
    /// What became of an erasure, and whether its certificate can be fetched.
    erased: Vec<String>,
    certified: bool,
    /// Categories of which something was corrected.
    corrected: Vec<String>,
    /// Recipients who were told of it.
    told: Vec<String>,
    /// Where to complain: the authorities of the laws.
    authorities: Vec<String>,
    /// The law's words about the term, with its citation.
    promise: String,
    /// Facts that are asked for, with their names, and whether a declaration goes with them.
    facts: Vec<(String, String)>,
    declares: bool,
    /// A picture of a document may be given now, and how many stand.
    takes_paper: bool,
    papers: usize,
    /// What an agent asked in their name and they have not allowed yet, or "".
    allow: String,
    errors: Errors,
    typed: Typed,
}

impl OwnPage {
    fn told(&self, key: &str) -> &str {
        self.typed.told.get(key).map_or("", String::as_str)
    }
    fn may_move(&self) -> bool {
        let rests = self.moved.as_ref().is_none_or(|one| !one.state.moves());
        let request = &self.row.request;
        let open = !request.state.is_closed() && request.kind == Kind::Portability;
        open && self.bundle.is_some() && rests
    }
}

pub(super) async fn one(
    customer: Customer,
    State(room): State<Room>,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let request = room.rights.own(&id, &customer.session.person).await?;
    let page = page(&room, customer.p, request, (Errors::new(), Typed::default())).await?;
    let drawn = render(&page);
    page.p.framed(drawn)
}

/// The page again for whoever typed something that could not be taken, with what they typed; any other
/// fault is told as everywhere.
pub(crate) async fn again(
    room: &Room,
    customer: Customer,
    request: Request,
    (error, field): (RightsError, &'static str),
    typed: Typed,
) -> Result<Response, WebError> {
    let RightsError::Asked(key) = error else { return Err(error.into()) };
    let mut errors = Errors::new();
    errors.add(field, customer.p.t(key));
    let page = page(room, customer.p, request, (errors, typed)).await?;
    let drawn = render_status(422, &page);
    page.p.framed(drawn)
}

async fn page(
    room: &Room,
    p: Guest,
    request: Request,
    (errors, typed): (Errors, Typed),
) -> Result<OwnPage, WebError> {
    let id = request.id.clone();
    let messages = room.rights.messages(&id, false).await?;
    let bundle = room.rights.bundle(&id).await?.filter(|one| one.stage == Stage::Ready);
    let passphrase = match bundle {
        Some(_) => room.rights.bundle_passphrase(&id).await?,
        None => String::new(),
    };
    let moved = room.rights.moved(&id).await?;
    let law = room.rights.regimes().law();
    let zh = p.zh();
    let promise = law
        .facts()
        .find(|fact| fact.id == request.due_by)
        .map(|fact| fact.cite.get(zh).to_owned())
        .unwrap_or_default();
    let authority = |key: &String| {
        let regime = law.regime(key)?;
        Some(format!("{} · {}", regime.authority.as_ref()?.get(zh), regime.name.get(zh)))
    };
    let authorities = request.regimes.iter().filter_map(authority).collect();
    let refusal = match request.refusal.as_str() {
        "" => String::new(),
        key => {
            [p.t(&format!("rights-refusal-{key}")), crate::desk::cited(room, &p, &request)].concat()
        }
    };
    let erasure = room.rights.erasure(&id).await?;
    let certified = erasure.as_ref().is_some_and(|one| one.stage == erase::Stage::Done);
    let erased = match &erasure {
        Some(erasure) => room.rights.erasure_said(erasure, p.lang).await?,
        None => Vec::new(),
    };
    let told = room.rights.told(&id).await?;
    let told = told.into_iter().filter(|one| one.at > 0).map(|one| one.name).collect();
    let corrected = room.rights.corrected(&id).await?;
    let corrected =
        corrected.iter().map(|key| detect::taxonomy().name(key, zh).to_owned()).collect();
    let proof = room.rights.proof(&id).await?;
    let asked = proof.iter().filter(|one| one.stage == crate::identity::Stage::Asked);
    let open = !request.state.is_closed();
    let asked = asked.filter(|_| open);
    let facts = asked.flat_map(|one| one.asked.iter());
    let facts = facts.map(|key| (key.clone(), detect::taxonomy().name(key, zh).to_owned()));
    let papers = room.rights.papers(&id).await?;
    let asked_at = proof.as_ref().map_or(0, |one| one.paper_asked_at);
    let takes_paper = crate::Rights::takes_paper(&request, asked_at, &papers);
    let allow = super::to_allow(&p, &request);
    let row = row(room, &p, request);
    Ok(OwnPage {
        facts: facts.collect(),
        declares: proof.as_ref().is_some_and(|one| one.declares),
        takes_paper,
        papers: papers.iter().filter(|one| one.removed_at == 0).count(),
        p,
        row,
        messages,
        bundle,
        passphrase,
        moved,
        refusal,
        erased,
        certified,
        corrected,
        told,
        authorities,
        promise,
        allow,
        errors,
        typed,
    })
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Said {
    csrf: String,
    text: String,
}

pub(super) async fn message(
    customer: Customer,
    State(room): State<Room>,
    Path(id): Path<String>,
    Form(said): Form<Said>,
) -> Result<Response, WebError> {
    customer.check(&said.csrf)?;
    let request = room.rights.own(&id, &customer.session.person).await?;
    if let Err(error) = room.rights.hear(request.clone(), &said.text).await {
        let typed = Typed { text: said.text, ..Typed::default() };
        return again(&room, customer, request, (error, "text"), typed).await;
    }
    let back = format!("/privacy/requests/{id}");
    Ok(redirect_with_toast(&back, "rights-toast-sent"))
}

pub(super) async fn take_back(
    customer: Customer,
    State(room): State<Room>,
    Path(id): Path<String>,
    Form(said): Form<Said>,
) -> Result<Response, WebError> {
    customer.check(&said.csrf)?;
    let request = room.rights.own(&id, &customer.session.person).await?;
    room.rights.take_back(request).await?;
    let back = format!("/privacy/requests/{id}");
    Ok(redirect_with_toast(&back, "rights-toast-taken-back"))
}

/// Has a passphrase made for the copy, for whoever wants the file encrypted by itself. It is shown on the
/// page that is signed in, and nowhere else.
pub(super) async fn lock(
    customer: Customer,
    State(room): State<Room>,
    Path(id): Path<String>,
    Form(said): Form<Said>,
) -> Result<Response, WebError> {
    customer.check(&said.csrf)?;
    let request = room.rights.own(&id, &customer.session.person).await?;
    room.rights.lock_bundle(&CUSTOMER, &request).await?;
    Ok(redirect_with_toast(&format!("/privacy/requests/{id}#bundle"), "rights-toast-locked"))
}

/// The bundle, for its person only; for anybody else there is none. Sent piece by piece, however large.
pub(super) async fn bundle(
    customer: Customer,
    State(room): State<Room>,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let request = room.rights.own(&id, &customer.session.person).await?;
    let pieces = room.rights.fetch_bundle(CUSTOMER, &request.id).await?;
    Ok(file(&request.name(), pieces))
}

/// The same, encrypted with its passphrase.
pub(super) async fn locked(
    customer: Customer,
    State(room): State<Room>,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let request = room.rights.own(&id, &customer.session.person).await?;
    let pieces = room.rights.fetch_locked(CUSTOMER, &request.id).await?;
    Ok(file(&format!("{}-encrypted", request.name()), pieces))
}

fn file(name: &str, pieces: mpsc::Receiver<std::io::Result<Vec<u8>>>) -> Response {
    let pieces = futures::stream::unfold(pieces, |mut pieces| async {
        pieces.recv().await.map(|piece| (piece, pieces))
    });
    let file = format!("attachment; filename=\"{name}.zip\"");
    let heads = [
        (header::CONTENT_TYPE, "application/zip"),
        (header::CONTENT_DISPOSITION, file.as_str()),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (heads, Body::from_stream(pieces)).into_response()
}
