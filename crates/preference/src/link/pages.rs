//! The entrance: asking for a link or a code, and opening it. A link is opened by POST: programs that
//! look at every link of a letter change nothing.

use askama::Template;
use axum::{
    Form, Router,
    extract::{Path, Query, State},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use consent::{Identifier, IdentifierKind, Subject, property::DEFAULT};
use serde::Deserialize;
use web::{ClientAddress, CsrfForm, Errors, Lang, WebError, redirect, render, render_status};

use super::{Link, LinkKind};
use crate::{Preferences, Room, guest::Guest};

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .route("/privacy", get(entrance))
        .route("/privacy/link", post(ask_letter))
        .route("/privacy/code", post(ask_code))
        .route("/privacy/code/check", post(check_code))
        .route("/privacy/open/{token}", get(open_page).post(open))
        .route("/privacy/language", post(language))
        .route("/privacy/theme.css", get(theme))
}

#[derive(Deserialize, Default)]
struct EntranceQuery {
    #[serde(default)]
    property: String,
    #[serde(default)]
    ended: String,
}

#[derive(Template)]
#[template(path = "preference/entrance.html")]
struct Entrance {
    p: Guest,
    property: String,
    mail: bool,
    sms: bool,
    ended: bool,
    errors: Errors,
}

fn entrance_of(preferences: &Preferences, p: Guest, property: &str) -> Entrance {
    let catalogue = preferences.consent().catalogue();
    let property = if catalogue.property(property).is_ok() { property } else { "" };
    Entrance {
        p: p.of_property(preferences, property),
        property: property.to_owned(),
        mail: preferences.web().has_mail(),
        sms: preferences.sms().is_some(),
        ended: false,
        errors: Errors::new(),
    }
}

async fn entrance(
    p: Guest,
    State(room): State<Room>,
    Query(query): Query<EntranceQuery>,
) -> Result<Response, WebError> {
    let mut page = entrance_of(&room.preferences, p, &query.property);
    page.ended = query.ended == "1" && !page.p.signed_in;
    let drawn = render(&page);
    page.p.framed(drawn)
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    email: String,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    property: String,
}

#[derive(Template)]
#[template(path = "preference/asked.html")]
struct AskedPage {
    p: Guest,
    /// The token with which a code is entered; empty after a letter was asked for.
    code: String,
    wrong: bool,
}

async fn ask_letter(
    p: Guest,
    State(room): State<Room>,
    address: ClientAddress,
    CsrfForm(asked): CsrfForm<Asked>,
) -> Result<Response, WebError> {
    let mut page = entrance_of(&room.preferences, p, &asked.property);
    if !page.mail {
        return Err(WebError::NotFound);
    }
    let Ok(one) = Identifier::parse(IdentifierKind::Email, &asked.email, "") else {
        page.errors.add("email", page.p.t("preference-email-wrong"));
        return render_status(422, &page);
    };
    ask(&room, page, one, &address).await
}

async fn ask_code(
    p: Guest,
    State(room): State<Room>,
    address: ClientAddress,
    CsrfForm(asked): CsrfForm<Asked>,
) -> Result<Response, WebError> {
    let mut page = entrance_of(&room.preferences, p, &asked.property);
    if !page.sms {
        return Err(WebError::NotFound);
    }
    let catalogue = room.preferences.consent().catalogue();
    let place = catalogue.property(if page.property.is_empty() { DEFAULT } else { &page.property });
    let country = place.map(|place| place.body.country.clone()).unwrap_or_default();
    let Ok(one) = Identifier::parse(IdentifierKind::Phone, &asked.phone, &country) else {
        page.errors.add("phone", page.p.t("preference-phone-wrong"));
        return render_status(422, &page);
    };
    ask(&room, page, one, &address).await
}

/// The same answer whether the person is known or not.
async fn ask(
    room: &Room,
    page: Entrance,
    one: Identifier,
    address: &ClientAddress,
) -> Result<Response, WebError> {
    let person = Subject::new(vec![one]).map_err(|_| WebError::NotFound)?;
    if let Some(seconds) = room.preferences.may_ask(&person, address.reveal()) {
        return Err(WebError::TooMany(seconds));
    }
    let property = if page.property.is_empty() { DEFAULT } else { &page.property };
    let code = room.preferences.ask(person, property, page.p.lang).await?;
    render(&AskedPage { p: page.p, code, wrong: false })
}

#[derive(Deserialize)]
struct CodeForm {
    #[serde(default)]
    request: String,
    #[serde(default)]
    code: String,
}

async fn check_code(
    p: Guest,
    State(room): State<Room>,
    CsrfForm(form): CsrfForm<CodeForm>,
) -> Result<Response, WebError> {
    let link = room.preferences.link(&[LinkKind::Code], &form.request).await;
    let good = match &link {
        Ok(link) => room.preferences.check_code(link, &form.code).await?,
        Err(_) => false,
    };
    match link {
        Ok(link) if good => sign_in(&room.preferences, &link, p.lang).await,
        // A link that is too old looks like a wrong code: one answer for all that fails.
        _ => render_status(422, &AskedPage { p, code: form.request, wrong: true }),
    }
}

#[derive(Template)]
#[template(path = "preference/open.html")]
struct OpenPage {
    p: Guest,
    action: String,
}

#[derive(Template)]
#[template(path = "preference/gone.html")]
struct GonePage {
    p: Guest,
}

/// The page for a link that does not work (any more).
pub(crate) fn gone(p: Guest) -> Result<Response, WebError> {
    render_status(404, &GonePage { p })
}

async fn open_page(
    p: Guest,
    State(room): State<Room>,
    Path(token): Path<String>,
) -> Result<Response, WebError> {
    let Ok(link) = room.preferences.link(&[LinkKind::Mail, LinkKind::App], &token).await else {
        return gone(p);
    };
    let p = p.of_property(&room.preferences, &link.property).in_language(link.lang);
    let page = OpenPage { p, action: format!("/privacy/open/{token}") };
    page.p.framed(render(&page))
}

/// Needs no form token: the link is the proof, and it is used up here. But only from our own page: no
/// other site may make a browser look at somebody else's choices.
async fn open(
    p: Guest,
    State(room): State<Room>,
    Path(token): Path<String>,
    headers: axum::http::HeaderMap,
) -> Result<Response, WebError> {
    let site = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
    if matches!(site, Some("cross-site" | "same-site")) {
        return Err(WebError::Csrf);
    }
    match room.preferences.link(&[LinkKind::Mail, LinkKind::App], &token).await {
        Ok(link) => sign_in(&room.preferences, &link, link.lang).await,
        Err(_) => gone(p),
    }
}

async fn sign_in(preferences: &Preferences, link: &Link, lang: Lang) -> Result<Response, WebError> {
    preferences.use_link(link).await?;
    let token = preferences.open_session(link.kind, &link.person, &link.property, lang).await?;
    // Whoever is no customer came back for a request: of choices there are none to see.
    let by_themselves = matches!(link.kind, LinkKind::Mail | LinkKind::Code);
    let stranger = by_themselves && !preferences.is_customer(&link.person).await?;
    let to = if stranger { "/privacy/requests" } else { "/privacy/preferences" };
    let mut response = redirect(to);
    let cookie = preferences.cookie(&token, &link.property, crate::session::LIFE_SECONDS);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

#[derive(Deserialize)]
struct LanguageForm {
    #[serde(default)]
    to: String,
    #[serde(default)]
    back: String,
}

/// Needs no form token: the worst a stranger can do is to make the page speak another language.
async fn language(
    State(room): State<Room>,
    headers: axum::http::HeaderMap,
    Form(form): Form<LanguageForm>,
) -> Result<Response, WebError> {
    let lang = Lang::from_tag(&form.to).unwrap_or_default();
    if let Some(session) = room.preferences.session(&headers).await? {
        room.preferences.speak(&session, lang).await?;
    }
    // Only our own pages; `//host` and tabs would lead away.
    let plain = form.back.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let ours = form.back.starts_with("/privacy") || form.back.starts_with("/u/");
    let mut response = redirect(if plain && ours { &form.back } else { "/privacy" });
    let secure = room.web.base_url().starts_with("https://");
    let name = if secure { "__Host-privet_lang" } else { "privet_lang" };
    let extra = if secure { "; Secure" } else { "" };
    let cookie =
        format!("{name}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000{extra}", lang.tag());
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

async fn theme(State(room): State<Room>) -> Result<Response, WebError> {
    room.preferences.refresh_shown().await?;
    let css = room.preferences.shown().stylesheet();
    let kind = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=300"),
    ];
    Ok((kind, css).into_response())
}
