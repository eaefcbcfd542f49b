//! `/u/{token}`: the one-click POST, and the page for people.

use std::net::IpAddr;

use askama::Template;
use axum::{
    Form, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, FromRequest as _, Multipart, Path, Request, State},
    http::{HeaderMap, header},
    response::Response,
    routing::{get, post},
};
use consent::{IdentifierKind, property::DEFAULT, purpose::text_in, record::Origin};
use serde::Deserialize;
use web::{ClientAddress, Lang, WebError, render};

use super::{ONE_CLICK, Ticket};
use crate::{Preferences, Room, centre::From, guest::Guest, link::gone, person};

/// A mail program sends 26 bytes; nobody needs more.
const BODY_MAX: usize = 16 << 10;

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .route("/u/{token}", get(show).post(one_click))
        .route("/u/{token}/undo", post(undo))
        .route("/u/{token}/more", post(more))
        .layer(DefaultBodyLimit::max(BODY_MAX))
}

/// Where the reader stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Ask,
    Done,
    Undone,
    Asked,
}

#[derive(Template)]
#[template(path = "preference/unsubscribe.html")]
struct Page {
    p: Guest,
    token: String,
    names: Vec<String>,
    stage: Stage,
    undo: String,
    may_ask: bool,
}

impl Page {
    fn new(
        preferences: &Preferences,
        p: Guest,
        ticket: &Ticket,
        token: &str,
        stage: Stage,
    ) -> Self {
        let catalogue = preferences.consent().catalogue();
        let name = |key: &String| match catalogue.purpose(key) {
            Ok(purpose) => text_in(&purpose.body.name, p.lang.tag()).to_owned(),
            Err(_) => key.clone(),
        };
        let has_mail = person::first(&ticket.person, IdentifierKind::Email).is_some();
        Self {
            names: ticket.purposes.iter().map(name).collect(),
            token: token.to_owned(),
            stage,
            undo: String::new(),
            may_ask: has_mail && preferences.web().has_mail(),
            p,
        }
    }
}

/// The ticket's language, unless the reader has chosen one by the switch.
fn spoken(p: Guest, ticket: &Ticket, headers: &HeaderMap) -> Guest {
    let cookies = headers.get_all(header::COOKIE).iter();
    let chosen =
        cookies.filter_map(|value| value.to_str().ok()).any(|c| c.contains("privet_lang="));
    match Lang::from_tag(&ticket.lang) {
        Some(lang) if !chosen => p.in_language(lang),
        _ => p,
    }
}

async fn show(
    p: Guest,
    State(room): State<Room>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let Ok(ticket) = room.preferences.ticket(&token) else { return gone(p) };
    let p = spoken(p, &ticket, &headers);
    // Somebody who comes back to an old letter learns that there is nothing left to do.
    let open = room.preferences.open_purposes(&ticket).await?;
    let stage = if open.is_empty() { Stage::Done } else { Stage::Ask };
    render(&Page::new(&room.preferences, p, &ticket, &token, stage))
}

fn from(p: &Guest, ticket: &Ticket, headers: &HeaderMap, ip: Option<IpAddr>) -> From {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    From {
        property: if ticket.property.is_empty() { DEFAULT.into() } else { ticket.property.clone() },
        lang: p.lang,
        origin: Origin::Unsubscribe,
        channel: "email",
        ip,
        user_agent: agent.unwrap_or_default().to_owned(),
        confirmed: false,
    }
}

/// No cookie, no form token, no question (RFC 8058 §3.2): the token is the proof.
async fn one_click(
    p: Guest,
    State(room): State<Room>,
    address: ClientAddress,
    Path(token): Path<String>,
    request: Request,
) -> Result<Response, WebError> {
    let headers = request.headers().clone();
    let fields = fields(request).await?;
    let has = |name: &str, value: &str| {
        fields.iter().any(|(key, said)| key == name && said.trim() == value)
    };
    if !has(ONE_CLICK.0, ONE_CLICK.1) {
        return Err(WebError::BadRequest("preference-not-one-click".into()));
    }
    let Ok(ticket) = room.preferences.ticket(&token) else { return gone(p) };
    let p = spoken(p, &ticket, &headers);
    // A mail provider's own address says nothing about the person.
    let by_hand = has("from", "page");
    let ip = address.reveal().parse().ok().filter(|_| by_hand);
    let from = from(&p, &ticket, &headers, ip);
    let way = if by_hand { "page" } else { "one_click" };
    let undo = room.preferences.unsubscribe(&ticket, &from, way).await?;
    let mut page = Page::new(&room.preferences, p, &ticket, &token, Stage::Done);
    if let Some(undo) = undo.filter(|undo| !undo.on.is_empty()) {
        page.undo = room.preferences.undo_token(&token, &undo);
    }
    render(&page)
}

/// The fields of the body, in either form that RFC 8058 §3.2 allows.
async fn fields(request: Request) -> Result<Vec<(String, String)>, WebError> {
    let wrong = || WebError::BadRequest("web-error-bad-form".into());
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    if !kind.starts_with("multipart/form-data") {
        let bytes = Bytes::from_request(request, &()).await.map_err(|_| WebError::TooLarge)?;
        return Ok(url::form_urlencoded::parse(&bytes).into_owned().collect());
    }
    let mut parts = Multipart::from_request(request, &()).await.map_err(|_| wrong())?;
    let mut fields = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(|_| wrong())? {
        let name = part.name().unwrap_or_default().to_owned();
        fields.push((name, part.text().await.map_err(|_| wrong())?));
    }
    Ok(fields)
}

#[derive(Deserialize)]
struct UndoForm {
    #[serde(default)]
    undo: String,
}

async fn undo(
    p: Guest,
    State(room): State<Room>,
    address: ClientAddress,
    Path(token): Path<String>,
    headers: HeaderMap,
    Form(form): Form<UndoForm>,
) -> Result<Response, WebError> {
    let Ok(ticket) = room.preferences.ticket(&token) else { return gone(p) };
    let Ok(undo) = room.preferences.undo_of(&token, &form.undo) else {
        return Err(WebError::Conflict("preference-undo-late".into()));
    };
    let p = spoken(p, &ticket, &headers);
    let from = from(&p, &ticket, &headers, address.reveal().parse().ok());
    room.preferences.undo(&ticket.person, &undo, &from).await?;
    render(&Page::new(&room.preferences, p, &ticket, &token, Stage::Undone))
}

/// "Other choices": a letter may have been passed on, so its link opens nothing by itself; a fresh one
/// goes to the address it was written to.
async fn more(
    p: Guest,
    State(room): State<Room>,
    address: ClientAddress,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let Ok(ticket) = room.preferences.ticket(&token) else { return gone(p) };
    let p = spoken(p, &ticket, &headers);
    let property = if ticket.property.is_empty() { DEFAULT } else { &ticket.property };
    let one = person::first(&ticket.person, IdentifierKind::Email).cloned();
    let Some(one) = one.filter(|_| room.preferences.web().has_mail()) else {
        return Err(WebError::NotFound);
    };
    let person = consent::Subject::new(vec![one]).map_err(|_| WebError::NotFound)?;
    if let Some(seconds) = room.preferences.may_ask(&person, address.reveal()) {
        return Err(WebError::TooMany(seconds));
    }
    room.preferences.ask(person, property, p.lang).await?;
    render(&Page::new(&room.preferences, p, &ticket, &token, Stage::Asked))
}
