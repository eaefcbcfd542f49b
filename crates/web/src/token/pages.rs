//! `/console/tokens`: keys for programs. Made here or on the command line, shown once.

use super::{ApiToken, NewToken, SCOPES};
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
        Line { token, maker, state, badge }
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
}

fn form_page(p: Page, input: Input, errors: Errors) -> FormPage {
    let life = |days: i64| {
        let label = if days == 0 { p.t("signin-token-forever") } else { p.tn("signin-days", days) };
        Choice::new(days.to_string(), label)
    };
    let lives = LIVES.map(life).to_vec();
    let scopes = SCOPES.map(|scope| Choice::new(scope, scope)).to_vec();
    FormPage { p, input, scopes, lives, errors }
}

pub(crate) async fn form(p: Page) -> Result<Response, WebError> {
    p.require(Permission::ManagePeople)?;
    let input = Input { days: "90".into(), ..Input::default() };
    render(&form_page(p, input, Errors::new()))
}

#[derive(Template)]
#[template(path = "web/token_made.html")]
struct MadePage {
    p: Page,
    name: String,
    token: String,
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
    let days = input.days.parse::<i64>().ok().filter(|days| LIVES.contains(days));
    if days.is_none() {
        errors.add("days", p.t("signin-token-days-wrong"));
    }
    let (Some(days), true) = (days, errors.is_empty()) else {
        return render_status(422, &form_page(p, input, errors));
    };
    let expires_at = if days == 0 { 0 } else { store::now() + days * DAY };
    let certificate = input.certificate.trim();
    let new = NewToken { name, scopes: &input.scope, expires_at, certificate };
    let (_, token) = web.make_token(p.actor(), new).await?;
    let name = name.to_owned();
    render(&MadePage { p, name, token })
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
