//! The console's page of agents: whether and as whom we take part, our entry of the directory, the
//! agents there are with what they sent, and blocking one. For people: the button with which they say,
//! signed in, that they allowed what an agent asked.

use askama::Template;
use axum::{
    Form, Router,
    extract::{Path, State},
    response::Response,
    routing::{get, post},
};
use consent::{Identifier, IdentifierKind};
use drp::DirectoryError;
use preference::Customer;
use serde::Deserialize;
use url::Url;
use web::{
    CsrfForm, Errors, ListQuery, Page, Pager, Permission, WebError, redirect_with_toast,
    render_status,
};

use super::{Agent, Last, Settings, store::Part};
use crate::{Channel, Kind, Room, State as Stand};

const HERE: &str = "/console/requests/agents";
/// Requests that the page shows; the others are in the queue.
const SHOWN: i64 = 20;

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/console/requests/agents", get(show).post(save))
        .route("/console/requests/agents/stop", post(stop))
        .route("/console/requests/agents/refresh", post(refresh))
        .route("/console/requests/agents/{agent}/{act}", post(act))
        .route("/privacy/requests/{id}/allow", post(allow))
}

struct Row {
    agent: Agent,
    state: String,
}

/// A request that an agent brought; its person is shown on its own page only.
struct Line {
    last: Last,
    what: String,
    state: String,
    badge: &'static str,
}

fn line(p: &Page, last: Last) -> Line {
    let state = Stand::parse(&last.state);
    Line {
        what: Kind::parse(&last.kind).map(|kind| p.t(&kind.key())).unwrap_or_default(),
        state: state.map(|state| p.t(&state.key())).unwrap_or_default(),
        badge: state.map_or("none", Stand::badge),
        last,
    }
}

#[derive(Template)]
#[template(path = "rights/agents.html")]
struct AgentsPage {
    p: Page,
    input: Settings,
    errors: Errors,
    part: Option<Part>,
    /// Our entry as it is handed in; "" where agents cannot reach us.
    entry: String,
    rows: Vec<Row>,
    pager: Pager,
    lines: Vec<Line>,
    may_act: bool,
}

async fn page(
    room: &Room,
    p: Page,
    l: &ListQuery,
    typed: Option<(Settings, Errors)>,
) -> Result<AgentsPage, WebError> {
    let part = room.rights.part().await?;
    let (agents, total) = room.rights.agents(l.limit(), l.offset()).await?;
    let row = |agent: Agent| Row {
        state: p.t(&format!("rights-agents-state-{}", agent.standing().as_str())),
        agent,
    };
    let entry = part.as_ref().and_then(|part| {
        let entry = part.settings.entry(&room.rights.organisation(), room.web.base_url()).ok()?;
        serde_json::to_string_pretty(&entry).ok()
    });
    let kept = part.as_ref().map(|part| part.settings.clone()).unwrap_or_default();
    let lines = room.rights.brought_last(SHOWN).await?;
    let (input, errors) = typed.unwrap_or((kept, Errors::new()));
    Ok(AgentsPage {
        rows: agents.into_iter().map(row).collect(),
        pager: Pager::new(l, total),
        lines: lines.into_iter().map(|last| line(&p, last)).collect(),
        entry: entry.unwrap_or_default(),
        may_act: p.can(Permission::EditRecords),
        part,
        input,
        errors,
        p,
    })
}

async fn show(p: Page, l: ListQuery, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    web::render(&page(&room, p, &l, None).await?)
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Nothing {}

fn may_act(p: &Page) -> Result<(), WebError> {
    p.require(Permission::LookUpPeople)?;
    p.require(Permission::EditRecords)
}

async fn save(
    p: Page,
    l: ListQuery,
    State(room): State<Room>,
    CsrfForm(input): CsrfForm<Settings>,
) -> Result<Response, WebError> {
    may_act(&p)?;
    let settings = trimmed(input);
    let errors = faults(&p, &settings);
    if !errors.is_empty() {
        return render_status(422, &page(&room, p, &l, Some((settings, errors))).await?);
    }
    room.rights.set_agents(&p.actor(), &settings).await?;
    Ok(redirect_with_toast(HERE, "rights-agents-toast-saved"))
}

fn trimmed(input: Settings) -> Settings {
    let trim = |text: String| text.trim().chars().take(500).collect();
    Settings {
        business_id: trim(input.business_id),
        directory: trim(input.directory),
        web_url: trim(input.web_url),
        policy_url: trim(input.policy_url),
        technical_contact: trim(input.technical_contact),
        business_contact: trim(input.business_contact),
    }
}

/// What agents would refuse of our entry, and what we could not read. That this server's own address is
/// not https is said beside the entry: it is not of this form.
fn faults(p: &Page, settings: &Settings) -> Errors {
    let mut errors = Errors::new();
    if let Err(DirectoryError::Own { field, .. }) = settings.entry("-", "https://localhost") {
        match field {
            "id" => errors.add("business_id", p.t("rights-agents-error-id")),
            "privacy_policy_url" => errors.add("policy_url", p.t("rights-agents-error-url")),
            _ => errors.add("web_url", p.t("rights-agents-error-url")),
        }
    }
    // In clear only to addresses inside that the deployment names: the way out sees to that.
    let is_url = |text: &str| {
        Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host())
    };
    if !is_url(&settings.directory) {
        errors.add("directory", p.t("rights-agents-error-url"));
    }
    let is_email = |text: &str| Identifier::parse(IdentifierKind::Email, text, "").is_ok();
    if !is_email(&settings.technical_contact) {
        errors.add("technical_contact", p.t("rights-agents-error-email"));
    }
    if !is_email(&settings.business_contact) {
        errors.add("business_contact", p.t("rights-agents-error-email"));
    }
    errors
}

async fn stop(
    p: Page,
    State(room): State<Room>,
    CsrfForm(_): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    may_act(&p)?;
    room.rights.stop_agents(&p.actor()).await?;
    Ok(redirect_with_toast(HERE, "rights-agents-toast-stopped"))
}

async fn refresh(
    p: Page,
    State(room): State<Room>,
    CsrfForm(_): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    may_act(&p)?;
    room.rights.ask_directory(&p.actor()).await?;
    Ok(redirect_with_toast(HERE, "rights-agents-toast-refresh"))
}

async fn act(
    p: Page,
    State(room): State<Room>,
    Path((agent, act)): Path<(String, String)>,
    CsrfForm(_): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    may_act(&p)?;
    let block = match act.as_str() {
        "block" => true,
        "unblock" => false,
        _ => return Err(WebError::NotFound),
    };
    room.rights.block_agent(&p.actor(), &agent, block).await?;
    Ok(redirect_with_toast(HERE, &format!("rights-agents-toast-{act}")))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Allowed {
    csrf: String,
}

/// The person, signed in with the address that the agent named, confirms.
async fn allow(
    customer: Customer,
    State(room): State<Room>,
    Path(id): Path<String>,
    Form(input): Form<Allowed>,
) -> Result<Response, WebError> {
    customer.check(&input.csrf)?;
    let person = &customer.session.person;
    let request = room.rights.own(&id, person).await?;
    if request.channel != Channel::Agent {
        return Err(WebError::NotFound);
    }
    room.rights.allow(request, person).await?;
    let back = format!("/privacy/requests/{id}");
    Ok(redirect_with_toast(&back, "rights-agents-toast-allowed"))
}
