//! `/console/tokens`: keys for programs. Made here or on the command line, shown once.

use super::{ApiToken, EXPORTING, NewToken, OPENING, SCOPES};
use crate::{
    Choice, CsrfForm, Errors, ListQuery, Page, Pager, Permission, Web, WebError,
    redirect_with_toast, render, render_status,
};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

/// A day in µs.
const DAY: i64 = 24 * 3600 * 1_000_000;
/// What the form offers, in days; 0 is "until revoked".
const LIVES: [i64; 5] = [7, 30, 90, 365, 0];

/// A token's state as the list shows and filters it.
fn state_of(token: &ApiToken, now: i64) -> &'static str {
    match token {
        _ if token.revoked_at > 0 => "revoked",
        _ if token.expires_at > 0 && token.expires_at <= now => "expired",
        _ => "working",
    }
}

struct Line {
    token: ApiToken,
    purposes: String,
    maker: String,
    state: &'static str,
    badge: &'static str,
}

#[derive(Template)]
#[template(path = "web/tokens.html")]
struct TokensPage {
    p: Page,
    l: ListQuery,
    lines: Vec<Line>,
    states: Vec<Choice>,
    scopes: Vec<Choice>,
    pager: Pager,
}

/// Only owners see them: a token's name and scopes tell what systems there are.
pub(crate) async fn show(
    p: Page,
    l: ListQuery,
    State(web): State<Web>,
) -> Result<Response, WebError> {
    p.require(Permission::ManagePeople)?;
    let (now, names, words) = (store::now(), web.names().await?, l.q.to_lowercase());
    let all = web.list_tokens().await?.into_iter().filter(|token| {
        let (state, scope) = (l.get("state"), l.get("scope"));
        (state.is_empty() || state_of(token, now) == state)
            && (scope.is_empty() || token.scopes.iter().any(|own| own == scope))
            && (words.is_empty() || token.name.to_lowercase().contains(&words))
    });
    let all: Vec<ApiToken> = all.collect();
    let offered = web.offered_purposes(p.lang);
    let pager = Pager::new(&l, i64::try_from(all.len()).unwrap_or(i64::MAX));
    let from = usize::try_from(l.offset()).unwrap_or(0);
    let most = usize::try_from(l.limit()).unwrap_or(0);
    let line = |token: ApiToken| {
        let state = state_of(&token, now);
        let maker = match token.created_by.as_str() {
            "" => String::new(),
            "cli" => p.t("signin-token-by-command"),
            id => names.get(id).cloned().unwrap_or_default(),
        };
        let badge = if state == "working" { "ok" } else { "none" };
        let purposes = names_of(&p, &offered, &token.purposes);
        Line { token, purposes, maker, state, badge }
    };
    let lines: Vec<Line> = all.into_iter().skip(from).take(most).map(line).collect();
    let states = ["working", "expired", "revoked"];
    let states = states.map(|state| Choice::new(state, p.t(&format!("signin-token-{state}"))));
    let scopes = SCOPES.map(|scope| Choice::new(scope, scope)).to_vec();
    render(&TokensPage { p, l, lines, states: states.to_vec(), scopes, pager })
}

/// The form for a new token.
#[derive(Deserialize, Default)]
pub(crate) struct Input {
    #[serde(default)]
    name: String,
    #[serde(default)]
    scope: Vec<String>,
    #[serde(default)]
    purpose: Vec<String>,
    #[serde(default)]
    days: String,
    #[serde(default)]
    certificate: String,
}

#[derive(Template)]
#[template(path = "web/token_form.html")]
struct FormPage {
    p: Page,
    input: Input,
    scopes: Vec<Choice>,
    purposes: Vec<Choice>,
    lives: Vec<Choice>,
    errors: Errors,
}

#[allow(clippy::unused_self)] // called from the template
impl FormPage {
    fn hint(&self, scope: &str) -> String {
        self.p.t(&format!("signin-scope-{}", scope.replace(':', "-")))
    }
    fn chosen(&self, scope: &str) -> bool {
        self.input.scope.iter().any(|own| own == scope)
    }
    fn holds(&self, purpose: &str) -> bool {
        self.input.purpose.iter().any(|own| own == purpose)
    }
}

fn form_page(p: Page, web: &Web, input: Input, errors: Errors) -> FormPage {
    let life = |days: i64| {
        let label = if days == 0 { p.t("signin-token-forever") } else { p.tn("signin-days", days) };
        Choice::new(days.to_string(), label)
    };
    let lives = LIVES.map(life).to_vec();
    let scopes = SCOPES.map(|scope| Choice::new(scope, scope)).to_vec();
    let purposes = web.offered_purposes(p.lang);
    FormPage { p, input, scopes, purposes, lives, errors }
}

/// The purposes in words.
fn names_of(p: &Page, offered: &[Choice], keys: &[String]) -> String {
    let name = |key: &String| {
        let known = offered.iter().find(|one| one.value == *key);
        known.map_or_else(|| key.clone(), |one| one.label.clone())
    };
    let names: Vec<String> = keys.iter().map(name).collect();
    names.join(&p.t("signin-token-between"))
}

/// What is wrong with the purposes of a token with these scopes; empty when nothing is.
fn purpose_fault(p: &Page, web: &Web, scopes: &[String], purposes: &[String]) -> Option<String> {
    let offered = web.offered_purposes(p.lang);
    let known = purposes.iter().all(|own| offered.iter().any(|one| one.value == *own));
    let opens = scopes.iter().any(|scope| OPENING.contains(&scope.as_str()));
    (!known || (opens && purposes.is_empty())).then(|| p.t("signin-token-purpose-missing"))
}

pub(crate) async fn form(p: Page, State(web): State<Web>) -> Result<Response, WebError> {
    p.require(Permission::ManagePeople)?;
    let input = Input { days: "90".into(), ..Input::default() };
    render(&form_page(p, &web, input, Errors::new()))
}

#[derive(Template)]
#[template(path = "web/token_made.html")]
struct MadePage {
    p: Page,
    name: String,
    token: String,
    waits: bool,
}

pub(crate) async fn create(
    p: Page,
    State(web): State<Web>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::ManagePeople)?;
    let mut errors = Errors::new();
    let name = input.name.trim();
    if name.is_empty() || name.chars().count() > 100 {
        errors.add("name", p.t("signin-token-name-missing"));
    }
    let known = input.scope.iter().all(|scope| SCOPES.contains(&scope.as_str()));
    if input.scope.is_empty() || !known {
        errors.add("scope", p.t("signin-token-scope-missing"));
    }
    if let Some(fault) = purpose_fault(&p, &web, &input.scope, &input.purpose) {
        errors.add("purpose", fault);
    }
    let days = input.days.parse::<i64>().ok().filter(|days| LIVES.contains(days));
    if days.is_none() {
        errors.add("days", p.t("signin-token-days-wrong"));
    }
    let (Some(days), true) = (days, errors.is_empty()) else {
        return render_status(422, &form_page(p, &web, input, errors));
    };
    let expires_at = if days == 0 { 0 } else { store::now() + days * DAY };
    let certificate = input.certificate.trim();
    let (scopes, purposes) = (&input.scope, &input.purpose);
    let new = NewToken { name, scopes, purposes, expires_at, certificate };
    let (id, token) = web.make_token(p.actor(), new).await?;
    let reason = format!("{name}: {}", scopes.join(", "));
    web.ask_for_token(&p.user.id, &id, scopes, &reason).await?;
    let waits = scopes.iter().any(|scope| EXPORTING.contains(&scope.as_str()));
    let name = name.to_owned();
    render(&MadePage { p, name, token, waits })
}

#[derive(Deserialize)]
pub(crate) struct Nothing {}

pub(crate) async fn revoke(
    p: Page,
    State(web): State<Web>,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::ManagePeople)?;
    if !web.revoke_token(p.actor(), &id).await? {
        return Err(WebError::NotFound);
    }
    Ok(redirect_with_toast("/console/tokens", "signin-token-revoked-now"))
}

#[derive(Template)]
#[template(path = "web/token_purposes.html")]
struct PurposesPage {
    p: Page,
    token: ApiToken,
    name: String,
    purposes: Vec<Choice>,
    chosen: Vec<String>,
    errors: Errors,
}

impl PurposesPage {
    fn holds(&self, purpose: &str) -> bool {
        self.chosen.iter().any(|own| own == purpose)
    }
}

/// A token at work and its name as pages show it.
async fn working(p: &Page, web: &Web, id: &str) -> Result<(ApiToken, String), WebError> {
    p.require(Permission::ManagePeople)?;
    let mut all = web.list_tokens().await?.into_iter();
    let token = all.find(|one| one.id == id && one.revoked_at == 0).ok_or(WebError::NotFound)?;
    let unnamed = token.name.is_empty();
    let name = if unnamed { p.t("signin-token-unnamed") } else { token.name.clone() };
    Ok((token, name))
}

/// The purposes of a token. For one made before tokens had purposes, those it used so far are ticked:
/// with them its program goes on.
pub(crate) async fn purposes(
    p: Page,
    State(web): State<Web>,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let (token, name) = working(&p, &web, &id).await?;
    let chosen =
        if token.limited { token.purposes.clone() } else { web.purposes_used(&id).await? };
    let purposes = web.offered_purposes(p.lang);
    render(&PurposesPage { p, token, name, purposes, chosen, errors: Errors::new() })
}

/// The purposes that were ticked.
#[derive(Deserialize)]
pub(crate) struct Chosen {
    #[serde(default)]
    purpose: Vec<String>,
}

pub(crate) async fn set_purposes(
    p: Page,
    State(web): State<Web>,
    Path(id): Path<String>,
    CsrfForm(input): CsrfForm<Chosen>,
) -> Result<Response, WebError> {
    let (token, name) = working(&p, &web, &id).await?;
    if let Some(fault) = purpose_fault(&p, &web, &token.scopes, &input.purpose) {
        let mut errors = Errors::new();
        errors.add("purpose", fault);
        let (purposes, chosen) = (web.offered_purposes(p.lang), input.purpose);
        return render_status(422, &PurposesPage { p, token, name, purposes, chosen, errors });
    }
    if !web.set_token_purposes(p.actor(), &id, &input.purpose).await? {
        return Err(WebError::NotFound);
    }
    Ok(redirect_with_toast("/console/tokens", "signin-token-purposes-saved"))
}
