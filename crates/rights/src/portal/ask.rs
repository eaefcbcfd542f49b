//! Asking: the form, the page after it, and the link that shows that an address is theirs.

use askama::Template;
use axum::{
    Form,
    extract::{Path, Query, State},
    http::{HeaderMap, header},
    response::Response,
};
use consent::{Identifier, IdentifierKind, Subject, property::DEFAULT};
use preference::{Guest, LinkKind};
use serde::Deserialize;
use store::now;
use web::{ClientAddress, Errors, Lang, Rule, WebError, redirect, render, render_status};

use super::{code, offered};
use crate::{
    By, CUSTOMER, Channel, Kind, Level, New, Private, Request, RightsError, Room, request::shown_by,
};

/// Requests from one address of the network before it becomes slower.
const PER_ADDRESS: Rule = Rule { free: 10, longest: std::time::Duration::from_mins(30) };
/// Requests for one person before it becomes slower: letters must not flood anybody.
const PER_PERSON: Rule = Rule { free: 3, longest: std::time::Duration::from_hours(1) };

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Wanted {
    kind: String,
    property: String,
}

/// What was typed. No `Debug`: it names a person.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub(super) struct Input {
    csrf: String,
    kind: String,
    by: String,
    email: String,
    phone: String,
    name: String,
    words: String,
    authority: String,
    property: String,
}

struct Tile {
    kind: Kind,
    title: String,
    text: String,
}

#[derive(Template)]
#[template(path = "rights/ask.html")]
struct AskPage {
    p: Guest,
    input: Input,
    errors: Errors,
    tiles: Vec<Tile>,
    /// The chosen kind, for words about it.
    chosen: Option<Kind>,
    /// Masked identifiers of who is signed in.
    who: Vec<String>,
    /// Letters can be sent, so an address can be shown to be somebody's.
    mail: bool,
    /// Text messages can be sent, so a number can.
    sms: bool,
}

impl AskPage {
    fn phone_label(&self) -> String {
        self.p.t(if self.mail { "rights-or-phone" } else { "rights-phone" })
    }
}

fn tiles(p: &Guest) -> Vec<Tile> {
    let tile = |kind: Kind| Tile {
        title: p.t(&kind.key()),
        text: p.t(&format!("{}-text", kind.key())),
        kind,
    };
    offered().map(tile).collect()
}

async fn page(
    room: &Room,
    p: Guest,
    headers: &HeaderMap,
    input: Input,
    errors: Errors,
) -> Result<AskPage, WebError> {
    let session = room.rights.preferences().session(headers).await?;
    let who = session.map_or_else(Vec::new, |one| {
        one.person.identifiers().iter().map(Identifier::masked).collect()
    });
    Ok(AskPage {
        tiles: tiles(&p),
        chosen: Kind::parse(&input.kind).filter(|kind| kind.is_offered()),
        mail: room.web.has_mail(),
        sms: room.rights.preferences().has_sms(),
        who,
        input,
        errors,
        p,
    })
}

pub(super) async fn new(
    p: Guest,
    State(room): State<Room>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let input = Input {
        kind: wanted.kind,
        property: wanted.property,
        by: By::Person.as_str().into(),
        ..Input::default()
    };
    let page = page(&room, p, &headers, input, Errors::new()).await?;
    let drawn = render(&page);
    page.p.framed(drawn)
}

pub(super) async fn make(
    p: Guest,
    State(room): State<Room>,
    address: ClientAddress,
    headers: HeaderMap,
    Form(input): Form<Input>,
) -> Result<Response, WebError> {
    p.check(&headers, &input.csrf)?;
    let key = format!("rights:{}", address.reveal());
    if let Some(seconds) = room.rights.limits().wait(&key, PER_ADDRESS) {
        return Err(WebError::TooMany(seconds));
    }
    let session = room.rights.preferences().session(&headers).await?;
    let mut errors = Errors::new();
    let kind = Kind::parse(&input.kind).filter(|kind| kind.is_offered());
    if kind.is_none() {
        errors.add("kind", p.t("rights-error-kind"));
    }
    let person = match &session {
        Some(session) => Some(session.person.clone()),
        None => named(&room, &p, &input, &mut errors),
    };
    let (Some(kind), Some(person), true) = (kind, person, errors.is_empty()) else {
        return render_status(422, &page(&room, p, &headers, input, errors).await?);
    };
    let owner = format!("rights-person:{}", room.rights.digest_of(&person));
    if let Some(seconds) = room.rights.limits().wait(&owner, PER_PERSON) {
        return Err(WebError::TooMany(seconds));
    }
    let new = New {
        kind,
        by: By::parse(&input.by).unwrap_or_default(),
        channel: Channel::Portal,
        level: session.as_ref().map_or(Level::Claimed, |one| Level::of(one.kind)),
        property: property(&room, session.as_ref().map_or(&input.property, |one| &one.property)),
        lang: p.lang,
        private: Private {
            name: input.name.clone(),
            words: input.words.clone(),
            authority: input.authority.clone(),
            ..Private::default()
        },
        person,
        received_at: now(),
        about: String::new(),
    };
    room.rights.limits().failed(&key);
    let received = room.rights.receive(CUSTOMER, new).await;
    if received.is_ok() {
        // A letter went out; a form that was sent with a fault wrote none.
        room.rights.limits().failed(&owner);
    }
    match received {
        Ok(made) if session.is_some() => Ok(redirect(&format!("/privacy/requests/{}", made.id))),
        Ok(made) if !made.code.is_empty() => Ok(code::asked(&room, &made.code, "")),
        Ok(_) => Ok(redirect("/privacy/requests/sent")),
        Err(RightsError::Asked(key)) => {
            let field = if key == "rights-error-authority" { "authority" } else { "words" };
            errors.add(field, p.t(key));
            render_status(422, &page(&room, p, &headers, input, errors).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// Who somebody says they are: an address, or the number of somebody who gives none.
fn named(room: &Room, p: &Guest, input: &Input, errors: &mut Errors) -> Option<Subject> {
    let (email, phone) = (input.email.trim(), input.phone.trim());
    if email.is_empty() && !phone.is_empty() && room.rights.preferences().has_sms() {
        let catalogue = room.rights.consent().catalogue();
        let place = catalogue.property(&property(room, &input.property));
        let country = place.map(|one| one.body.country.clone()).unwrap_or_default();
        if let Ok(one) = Identifier::parse(IdentifierKind::Phone, phone, &country) {
            return Subject::new(vec![one]).ok();
        }
        errors.add("phone", p.t("preference-phone-wrong"));
        return None;
    }
    let one = Identifier::parse(IdentifierKind::Email, email, "").ok();
    let one = one.filter(|_| room.web.has_mail());
    if one.is_none() {
        errors.add("email", p.t("preference-email-wrong"));
    }
    one.and_then(|one| Subject::new(vec![one]).ok())
}

/// A property that there is.
fn property(room: &Room, asked: &str) -> String {
    let catalogue = room.rights.consent().catalogue();
    let known = catalogue.property(asked).is_ok();
    if known { asked.to_owned() } else { DEFAULT.to_owned() }
}

#[derive(Template)]
#[template(path = "rights/sent.html")]
struct SentPage {
    p: Guest,
}

/// The same for everybody.
pub(super) async fn sent(p: Guest) -> Result<Response, WebError> {
    render(&SentPage { p })
}

#[derive(Template)]
#[template(path = "rights/confirm.html")]
struct ConfirmPage {
    p: Guest,
    action: String,
    lead: String,
    button: String,
    by: String,
    request: crate::Request,
}

#[derive(Template)]
#[template(path = "rights/gone.html")]
struct GonePage {
    p: Guest,
}

/// A page with one button: programs that look at every link of a letter change nothing.
pub(super) async fn confirm_page(
    p: Guest,
    State(room): State<Room>,
    Path(token): Path<String>,
) -> Result<Response, WebError> {
    let request = match room.rights.behind(&token).await {
        Ok(request) => request,
        Err(RightsError::NotFound(_)) => return render_status(404, &GonePage { p }),
        Err(error) => return Err(error.into()),
    };
    let p = p.in_language(Lang::from_tag(&request.lang).unwrap_or_default());
    let what = p.t(&request.kind.key());
    let action = format!("/privacy/requests/confirm/{token}");
    let by = p.t(&format!("rights-asker-{}", request.by.as_str()));
    // Who allowed an agent to ask did not ask themselves (11 CCR §7063(a)).
    let allow = super::to_allow(&p, &request);
    let (lead, button) = if allow.is_empty() {
        let lead = p.t2("rights-confirm-text", "what", what, "name", request.name());
        (lead, p.t("rights-confirm-button"))
    } else {
        (allow, p.t("rights-agents-allow"))
    };
    render(&ConfirmPage { p, action, lead, button, by, request })
}

/// Needs no form token: the link is the proof, and it is used up here; but only from our own page.
pub(super) async fn confirm(
    p: Guest,
    State(room): State<Room>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let site = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
    if matches!(site, Some("cross-site" | "same-site")) {
        return Err(WebError::Csrf);
    }
    let request = match room.rights.confirm(&token).await {
        Ok(request) => request,
        Err(RightsError::NotFound(_)) => return render_status(404, &GonePage { p }),
        Err(error) => return Err(error.into()),
    };
    signed_in(&room, &request, LinkKind::Mail).await
}

/// The request's page, with a session for what was shown and nothing else that was written beside it.
pub(super) async fn signed_in(
    room: &Room,
    request: &Request,
    kind: LinkKind,
) -> Result<Response, WebError> {
    let person = shown_by(&request.private.person()?).ok_or(WebError::NotFound)?;
    let lang = Lang::from_tag(&request.lang).unwrap_or_default();
    let preferences = room.rights.preferences();
    let cookie = preferences.sign_in(kind, &person, &request.property, lang).await?;
    let mut response = redirect(&format!("/privacy/requests/{}", request.id));
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}
