//! `/privacy/preferences`, `/privacy/history`.

use askama::Template;
use axum::{
    Form, Router,
    extract::State,
    http::{HeaderMap, header},
    response::Response,
    routing::{get, post},
};
use consent::{Choice, purpose::text_in, record::Origin};
use serde::Deserialize;
use web::{ClientAddress, WebError, redirect, redirect_with_toast, render};

use super::{
    choose::{From, Undo},
    lines::Line,
    receipts,
};
use crate::{
    Preferences, Result, Room,
    guest::Guest,
    link::LinkKind,
    session::{Customer, Session},
};

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .route("/privacy/preferences", get(centre))
        .route("/privacy/preferences/switch", post(switch))
        .route("/privacy/preferences/withdraw-all", post(withdraw_all))
        .route("/privacy/preferences/undo", post(undo))
        .route("/privacy/history", get(history))
        .route("/privacy/leave", post(leave))
        .route("/privacy/receipts/{id}", get(receipts::page))
        .route("/privacy/receipts/{id}/download", get(receipts::download))
}

#[derive(Template)]
#[template(path = "preference/centre.html")]
struct Centre {
    p: Guest,
    lines: Vec<Line>,
    may_undo: bool,
    who: Vec<String>,
}

impl Centre {
    fn any_on(&self) -> bool {
        self.lines.iter().any(|line| line.may_switch && (line.on || line.pending))
    }
    fn own(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.may_switch)
    }
    fn fixed(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| !line.may_switch)
    }
    fn has_fixed(&self) -> bool {
        self.fixed().next().is_some()
    }
}

async fn centre(customer: Customer, State(room): State<Room>) -> Result<Response, WebError> {
    let Customer { p, session, .. } = customer;
    let lines = room.preferences.lines(&session.person, &session.property, p.lang).await?;
    let may_undo = room.preferences.open_undo(&session).await?.is_some();
    // Masked: somebody may look over their shoulder.
    let who = session.person.identifiers().iter().map(consent::Identifier::masked).collect();
    let page = Centre { p, lines, may_undo, who };
    page.p.framed(render(&page))
}

#[derive(Deserialize)]
struct SwitchForm {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    purpose: String,
    #[serde(default)]
    to: String,
}

/// The circumstances of a choice made in the preference centre.
fn from(customer: &Customer, address: &ClientAddress, headers: &HeaderMap) -> From {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    From {
        property: customer.session.property.clone(),
        lang: customer.p.lang,
        origin: Origin::PreferenceCentre,
        channel: "preference_centre",
        ip: address.reveal().parse().ok(),
        user_agent: agent.unwrap_or_default().to_owned(),
        confirmed: customer.session.kind == LinkKind::Mail,
    }
}

async fn switch(
    customer: Customer,
    State(room): State<Room>,
    address: ClientAddress,
    headers: HeaderMap,
    Form(form): Form<SwitchForm>,
) -> Result<Response, WebError> {
    customer.check(&form.csrf)?;
    let on = match form.to.as_str() {
        "on" => true,
        "off" => false,
        _ => return Err(WebError::BadRequest("web-error-bad-form".into())),
    };
    let from = from(&customer, &address, &headers);
    let session = &customer.session;
    let (_, undo) = room.preferences.switch(&session.person, &form.purpose, on, &from).await?;
    room.preferences.remember(session, Some(&undo)).await?;
    let toast = if on { "preference-switched-on" } else { "preference-switched-off" };
    Ok(redirect_with_toast("/privacy/preferences", toast))
}

#[derive(Deserialize)]
struct JustCsrf {
    #[serde(default)]
    csrf: String,
}

/// One step; what was done is shown afterwards, with a way back.
async fn withdraw_all(
    customer: Customer,
    State(room): State<Room>,
    address: ClientAddress,
    headers: HeaderMap,
    Form(form): Form<JustCsrf>,
) -> Result<Response, WebError> {
    customer.check(&form.csrf)?;
    let from = from(&customer, &address, &headers);
    let session = &customer.session;
    let lines = room.preferences.lines(&session.person, &session.property, from.lang).await?;
    let on: Vec<String> = lines
        .into_iter()
        .filter(|line| line.may_switch && (line.on || line.pending))
        .map(|line| line.key)
        .collect();
    if !on.is_empty() {
        let (_, undo) = room.preferences.withdraw(&session.person, &on, &from).await?;
        room.preferences.remember(session, Some(&undo)).await?;
    }
    Ok(redirect_with_toast("/privacy/preferences", "preference-all-off"))
}

async fn undo(
    customer: Customer,
    State(room): State<Room>,
    address: ClientAddress,
    headers: HeaderMap,
    Form(form): Form<JustCsrf>,
) -> Result<Response, WebError> {
    customer.check(&form.csrf)?;
    let from = from(&customer, &address, &headers);
    let session = &customer.session;
    let Some(undo) = room.preferences.open_undo(session).await? else {
        return Err(WebError::Conflict("preference-undo-late".into()));
    };
    room.preferences.undo(&session.person, &undo, &from).await?;
    room.preferences.remember(session, None).await?;
    Ok(redirect_with_toast("/privacy/preferences", "preference-undone"))
}

async fn leave(
    customer: Customer,
    State(room): State<Room>,
    Form(form): Form<JustCsrf>,
) -> Result<Response, WebError> {
    customer.check(&form.csrf)?;
    room.preferences.end_session(&customer.session).await?;
    let mut response = redirect("/privacy");
    let cookie = room.preferences.cookie("", &customer.session.property, 0);
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

impl Preferences {
    async fn remember(&self, session: &Session, undo: Option<&Undo>) -> Result<()> {
        let text = undo.map(|undo| serde_json::to_string(undo).unwrap_or_default());
        self.keep_undo(session, text.as_deref().unwrap_or("")).await
    }

    async fn open_undo(&self, session: &Session) -> Result<Option<Undo>> {
        let text = self.kept_undo(session).await?;
        let undo: Option<Undo> = serde_json::from_str(&text).ok();
        Ok(undo.filter(|undo| undo.is_open() && (!undo.on.is_empty() || !undo.off.is_empty())))
    }
}

struct Event {
    at: i64,
    id: String,
    notice: String,
    /// Text key of how it came.
    origin: String,
    /// Purpose's name and text key of the choice.
    choices: Vec<(String, String, &'static str)>,
}

#[derive(Template)]
#[template(path = "preference/history.html")]
struct History {
    p: Guest,
    events: Vec<Event>,
}

async fn history(customer: Customer, State(room): State<Room>) -> Result<Response, WebError> {
    let Customer { p, session, .. } = customer;
    let catalogue = room.preferences.consent().catalogue();
    let records = room.preferences.records(&session.person).await?;
    let tag = p.lang.tag();
    let events = records
        .into_iter()
        .map(|record| Event {
            at: record.given_at,
            notice: catalogue
                .notice(&format!("{}@{}", record.notice, record.notice_version))
                .map(|notice| text_in(&notice.published.body.title, tag).to_owned())
                .unwrap_or_default(),
            origin: format!("preference-origin-{}", record.origin.as_str().replace('_', "-")),
            choices: record
                .choices
                .iter()
                .map(|(key, choice)| {
                    let purpose = catalogue.purpose(key);
                    let name = purpose.map(|purpose| text_in(&purpose.body.name, tag).to_owned());
                    let name = name.unwrap_or_else(|_| key.clone());
                    (name, format!("preference-choice-{}", choice.as_str()), badge(*choice))
                })
                .collect(),
            id: record.id,
        })
        .collect();
    let page = History { p, events };
    page.p.framed(render(&page))
}

pub(super) fn badge(choice: Choice) -> &'static str {
    match choice {
        Choice::Granted => "ok",
        Choice::Pending => "warn",
        Choice::Denied | Choice::Withdrawn => "none",
    }
}
