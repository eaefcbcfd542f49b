//! Signing in and out, set-up, invitations, the demo link, and the language and theme switch.

use crate::limit::{PER_ACCOUNT, PER_ADDRESS};
use crate::look::Theme;
use crate::password::Password;
use crate::session::{How, now_seconds};
use crate::users::NewUser;
use crate::{
    CsrfForm, Errors, Lang, Look, Web, WebError, redirect, redirect_with_toast, render,
    render_status, secret,
};
use askama::Template;
use axum::extract::{ConnectInfo, FromRef, FromRequestParts, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, header, request::Parts};
use axum::response::Response;
use serde::Deserialize;
use std::net::SocketAddr;
use store::{Actor, Entry};

/// The second step must follow within so many seconds.
const SECOND_STEP_SECONDS: i64 = 300;

/// Where a request comes from, for slowing down guesses: never logged, and stored only where a room
/// says so and shortens it first. Believes a forwarding header only from a proxy of ours.
pub struct ClientAddress(pub(crate) String);

impl ClientAddress {
    /// The address; empty if it is unknown.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for ClientAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClientAddress(…)")
    }
}

impl<S> FromRequestParts<S> for ClientAddress
where
    Web: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let web = Web::from_ref(state);
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
        let address = web.inner.config.proxies.client(peer, &parts.headers);
        Ok(Self(address.map(|ip| ip.to_string()).unwrap_or_default()))
    }
}

/// Only a path on this server; anything else leads to the overview.
pub(crate) fn safe_back(to: &str) -> &str {
    // Browsers drop tabs and line breaks: `/<tab>/evil` would be `//evil`, another host. What is not
    // visible ASCII fits no `Location` header.
    let plain = to.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if plain && to.starts_with('/') && !to.starts_with("//") { to } else { "/console" }
}

#[derive(Deserialize, Default)]
pub(crate) struct Back {
    #[serde(default)]
    back: String,
    #[serde(default)]
    to: String,
}

#[derive(Template)]
#[template(path = "web/signin.html")]
struct SignInPage {
    p: Look,
    back: String,
    login: String,
    error: String,
    fresh: bool,
    sso: Option<SsoButton>,
    /// The origin whose pages may use a passkey; empty where there is none.
    passkeys: String,
}

/// The way to the company's provider on the sign-in page.
struct SsoButton {
    name: String,
    link: String,
    /// The form is for owners in need only, and folded away.
    only: bool,
}

fn sso_button(web: &Web, back: &str) -> Option<SsoButton> {
    let config = &web.sso()?.config;
    let link = crate::sso::pages::link(back);
    Some(SsoButton { name: config.name.clone(), link, only: config.only })
}

fn passkey_origin(web: &Web) -> String {
    web.passkey_site().map(|site| site.origin).unwrap_or_default()
}

/// The sign-in page with the reason why the provider's way did not work.
pub(crate) fn refused(web: &Web, p: Look, key: &str) -> Result<Response, WebError> {
    let error = p.t(key);
    let sso = sso_button(web, "");
    let (back, login, passkeys) = (String::new(), String::new(), passkey_origin(web));
    let page = SignInPage { p, back, login, error, fresh: false, sso, passkeys };
    render_status(403, &page)
}

#[derive(Deserialize)]
pub(crate) struct SignInInput {
    #[serde(default)]
    login: String,
    #[serde(default)]
    password: Password,
    #[serde(default)]
    back: String,
}

pub(crate) async fn signin_page(
    p: Look,
    State(web): State<Web>,
    Query(query): Query<Back>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    if let Some(token) = web.session_token(&headers)
        && web.session(&token).await?.is_some()
    {
        return Ok(redirect(safe_back(&query.back)));
    }
    let fresh = !web.has_users().await?;
    let sso = sso_button(&web, &query.back);
    let (login, error) = (String::new(), String::new());
    let passkeys = passkey_origin(&web);
    render(&SignInPage { p, back: query.back, login, error, fresh, sso, passkeys })
}

pub(crate) async fn signin(
    p: Look,
    State(web): State<Web>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    CsrfForm(input): CsrfForm<SignInInput>,
) -> Result<Response, WebError> {
    let account = format!("account:{}", web.mac(&["limit", &input.login.trim().to_lowercase()]));
    // Without a known address everybody would share one counter: then only the account counts.
    let address = address_key(&web, &address);
    if let Some(wait) = slow_down(&web, &account, address.as_deref()) {
        return too_many(&web, p, input.back, input.login, wait);
    }
    // Counted before the slow check and taken back when it was right: else many guesses sent at
    // once would all pass before the first of them has failed.
    let keys = || std::iter::once(&account).chain(&address);
    keys().for_each(|key| web.inner.limits.failed(key));
    let person = web.credentials(&input.login).await?;
    let hash = person.as_ref().map(|person| person.password_hash.as_str());
    let right = web.check_password(&input.password, hash).await?;
    // “Only single sign-on” leaves owners the password, for the day the provider is down. To others
    // it reads like a wrong password: which accounts there are is nobody's business.
    let only_sso = web.sso().is_some_and(|sso| sso.config.only);
    let right = right && (!only_sso || person.as_ref().is_some_and(|person| person.is_owner));
    let id = person.as_ref().map(|person| person.id.clone());
    let Some(person) = person.filter(|_| right) else {
        note_failure(&web, id.as_deref()).await?;
        let error = p.t("web-signin-wrong");
        let sso = sso_button(&web, &input.back);
        let (back, login, passkeys) = (input.back, input.login, passkey_origin(&web));
        let page = SignInPage { p, back, login, error, fresh: false, sso, passkeys };
        return render_status(422, &page);
    };
    keys().for_each(|key| web.inner.limits.forgive(key));
    if person.totp_secret.is_some() {
        let value = second_step_cookie(&web, &person.id);
        let to = format!("/signin/code?back={}", crate::encode(safe_back(&input.back)));
        return Ok(with_cookie(redirect(&to), value));
    }
    web.inner.limits.clear(&account);
    let cookie = web.open_session(&person.id, &headers, How::Password).await?;
    Ok(with_cookie(redirect(safe_back(&input.back)), cookie))
}

fn slow_down(web: &Web, account: &str, address: Option<&str>) -> Option<u64> {
    let limits = &web.inner.limits;
    let by_address = address.and_then(|key| limits.wait(key, PER_ADDRESS));
    limits.wait(account, PER_ACCOUNT).max(by_address)
}

/// What failures of a network address are counted under, if it is known.
pub(crate) fn address_key(web: &Web, address: &str) -> Option<String> {
    (!address.is_empty()).then(|| format!("address:{}", web.mac(&["limit", address])))
}

pub(crate) fn too_many(
    web: &Web,
    p: Look,
    back: String,
    login: String,
    wait: u64,
) -> Result<Response, WebError> {
    let error = p.tn("web-signin-wait", wait);
    let sso = sso_button(web, &back);
    let passkeys = passkey_origin(web);
    let page = SignInPage { p, back, login, error, fresh: false, sso, passkeys };
    let mut response = render_status(429, &page)?;
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
    Ok(response)
}

/// The ledger names the account, never what was typed.
pub(crate) async fn note_failure(web: &Web, id: Option<&str>) -> Result<(), WebError> {
    let id = id.unwrap_or("unknown");
    let entry = Entry::new(Actor::System("sign-in"), "signin.failed", "user", id);
    web.store().begin(entry).await?.commit().await?;
    Ok(())
}

pub(crate) fn with_cookie(mut response: Response, cookie: HeaderValue) -> Response {
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

fn second_step_cookie(web: &Web, user_id: &str) -> HeaderValue {
    let at = now_seconds().to_string();
    let mac = web.mac(&["second", user_id, &at]);
    web.jar().set("second", &format!("{user_id}.{at}.{mac}"), Some(SECOND_STEP_SECONDS))
}

fn second_step_user(web: &Web, headers: &HeaderMap) -> Option<String> {
    let mut parts = web.jar().read(headers, "second")?.split('.');
    let (user_id, at, mac) = (parts.next()?, parts.next()?, parts.next()?);
    let fresh = now_seconds() - at.parse::<i64>().ok()? < SECOND_STEP_SECONDS;
    (fresh && secret::same(mac, &web.mac(&["second", user_id, at]))).then(|| user_id.to_owned())
}

#[derive(Template)]
#[template(path = "web/signin_code.html")]
struct CodePage {
    p: Look,
    back: String,
    error: String,
}

#[derive(Deserialize)]
pub(crate) struct CodeInput {
    #[serde(default)]
    code: String,
    #[serde(default)]
    back: String,
}

pub(crate) async fn code_page(
    p: Look,
    State(web): State<Web>,
    Query(query): Query<Back>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    if second_step_user(&web, &headers).is_none() {
        return Ok(redirect("/signin"));
    }
    render(&CodePage { p, back: query.back, error: String::new() })
}

pub(crate) async fn code(
    p: Look,
    State(web): State<Web>,
    headers: HeaderMap,
    CsrfForm(input): CsrfForm<CodeInput>,
) -> Result<Response, WebError> {
    let Some(user_id) = second_step_user(&web, &headers) else {
        return Ok(redirect("/signin"));
    };
    let account = format!("code:{user_id}");
    if let Some(wait) = web.inner.limits.wait(&account, PER_ACCOUNT) {
        let error = p.tn("web-signin-wait", wait);
        return render_status(429, &CodePage { p, back: input.back, error });
    }
    web.inner.limits.failed(&account); // before the check, as above
    let Some(person) = web.credentials_of(&user_id).await? else {
        return Ok(redirect("/signin"));
    };
    if !web.use_second_factor(&person, &input.code).await? {
        note_failure(&web, Some(&person.id)).await?;
        let error = p.t("web-code-wrong");
        return render_status(422, &CodePage { p, back: input.back, error });
    }
    web.inner.limits.clear(&account);
    let cookie = web.open_session(&person.id, &headers, How::SecondFactor).await?;
    let done = with_cookie(redirect(safe_back(&input.back)), cookie);
    Ok(with_cookie(done, web.jar().set("second", "", Some(0))))
}

#[derive(Deserialize)]
pub(crate) struct Nothing {}

pub(crate) async fn signout(
    State(web): State<Web>,
    page: crate::Page,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    web.end_session(page.actor(), &page.user.id, &page.session_id).await?;
    let gone = web.jar().set("session", "", Some(0));
    Ok(with_cookie(redirect_with_toast("/signin", "web-signed-out"), gone))
}

/// A new account's form: set-up and invitation share it.
#[derive(Deserialize, Default, Clone)]
pub(crate) struct AccountInput {
    #[serde(default)]
    name: String,
    #[serde(default)]
    login: String,
    #[serde(default)]
    password: Password,
    #[serde(default)]
    organisation: String,
    #[serde(default)]
    lang: String,
}

#[derive(Template)]
#[template(path = "web/new_account.html")]
struct NewAccountPage {
    p: Look,
    setup: bool,
    role: String,
    input: AccountInput,
    languages: Vec<crate::Choice>,
    errors: Errors,
}

fn new_account_page(
    p: Look,
    setup: bool,
    role: crate::Role,
    input: AccountInput,
    errors: Errors,
) -> NewAccountPage {
    let languages = Lang::ALL.map(|lang| crate::Choice::new(lang.tag(), lang.own_name())).to_vec();
    let role = p.t(role.key());
    NewAccountPage { p, setup, role, input, languages, errors }
}

async fn check_account(
    web: &Web,
    p: &Look,
    input: &AccountInput,
    setup: bool,
) -> Result<Errors, WebError> {
    let mut errors = Errors::new();
    if setup && input.organisation.trim().is_empty() {
        errors.add("organisation", p.t("web-organisation-missing"));
    }
    if input.name.trim().is_empty() {
        errors.add("name", p.t("web-name-missing"));
    }
    let login = input.login.trim();
    if login.is_empty() || login.chars().count() > 200 || login.contains(char::is_whitespace) {
        errors.add("login", p.t("web-login-missing"));
    } else if web.login_taken(login).await? {
        errors.add("login", p.t("web-login-taken"));
    }
    if let Some(key) = input.password.fault(login) {
        errors.add("password", p.t(key));
    }
    Ok(errors)
}

pub(crate) async fn setup_page(
    p: Look,
    State(web): State<Web>,
    Path(token): Path<String>,
) -> Result<Response, WebError> {
    web.link("setup", &token).await?;
    let input = AccountInput { lang: p.lang.tag().to_owned(), ..AccountInput::default() };
    render(&new_account_page(p, true, crate::Role::Owner, input, Errors::new()))
}

pub(crate) async fn setup(
    p: Look,
    State(web): State<Web>,
    Path(token): Path<String>,
    headers: HeaderMap,
    CsrfForm(input): CsrfForm<AccountInput>,
) -> Result<Response, WebError> {
    let link = web.link("setup", &token).await?;
    if web.has_users().await? {
        return Err(WebError::NotFound);
    }
    let errors = check_account(&web, &p, &input, true).await?;
    if !errors.is_empty() {
        return render_status(422, &new_account_page(p, true, crate::Role::Owner, input, errors));
    }
    let hash = web.hash_password(&input.password).await?;
    let new = new_user(&input, crate::Role::Owner, p.lang);
    let by = Actor::System("setup");
    let id = web.insert_owner(by, &new, &hash, &input.organisation, Some(&link.id)).await?;
    let cookie = web.open_session(&id, &headers, How::Link).await?;
    Ok(with_cookie(redirect_with_toast("/console", "web-setup-done"), cookie))
}

fn new_user(input: &AccountInput, role: crate::Role, lang: Lang) -> NewUser<'_> {
    NewUser {
        name: &input.name,
        login: &input.login,
        password: &input.password,
        role,
        lang: Lang::from_tag(&input.lang).unwrap_or(lang),
    }
}

pub(crate) async fn invite_page(
    p: Look,
    State(web): State<Web>,
    Path(token): Path<String>,
) -> Result<Response, WebError> {
    let link = web.link("invite", &token).await?;
    let input = AccountInput { lang: p.lang.tag().to_owned(), ..AccountInput::default() };
    render(&new_account_page(p, false, link.role, input, Errors::new()))
}

pub(crate) async fn accept_invite(
    p: Look,
    State(web): State<Web>,
    Path(token): Path<String>,
    headers: HeaderMap,
    CsrfForm(input): CsrfForm<AccountInput>,
) -> Result<Response, WebError> {
    let link = web.link("invite", &token).await?;
    let errors = check_account(&web, &p, &input, false).await?;
    if !errors.is_empty() {
        return render_status(422, &new_account_page(p, false, link.role, input, errors));
    }
    let id = web.accept_invitation(&link, &new_user(&input, link.role, p.lang)).await?;
    let cookie = web.open_session(&id, &headers, How::Link).await?;
    Ok(with_cookie(redirect_with_toast("/console", "web-invite-done"), cookie))
}

pub(crate) async fn demo(
    State(web): State<Web>,
    Path(token): Path<String>,
    Query(query): Query<Back>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let user_id = match web.use_demo_link(&token).await {
        // Following the used link again while signed in should not look like a fault.
        Err(WebError::NotFound) if web.session_token(&headers).is_some() => {
            return Ok(redirect(safe_back(&query.to)));
        }
        other => other?,
    };
    let cookie = web.open_session(&user_id, &headers, How::Link).await?;
    Ok(with_cookie(redirect(safe_back(&query.to)), cookie))
}

#[derive(Deserialize)]
pub(crate) struct Preferences {
    #[serde(default)]
    lang: String,
    #[serde(default)]
    theme: String,
    #[serde(default)]
    back: String,
}

/// `POST /preferences`: language and theme, for the person if there is one, and for the browser.
pub(crate) async fn preferences(
    State(web): State<Web>,
    headers: HeaderMap,
    CsrfForm(input): CsrfForm<Preferences>,
) -> Result<Response, WebError> {
    const YEAR: i64 = 365 * 24 * 3600;
    let (lang, theme) = (Lang::from_tag(&input.lang), Theme::parse(&input.theme));
    if let Some(token) = web.session_token(&headers)
        && let Some(session) = web.session(&token).await?
    {
        let by = Actor::Person(session.user.id.clone());
        web.set_preferences(by, &session.user.id, lang, theme).await?;
    }
    let mut response = redirect(safe_back(&input.back));
    if let Some(lang) = lang {
        response = with_cookie(response, web.jar().set("lang", lang.tag(), Some(YEAR)));
    }
    if let Some(theme) = theme {
        response = with_cookie(response, web.jar().set("theme", theme.as_str(), Some(YEAR)));
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_local_paths_are_led_back_to() {
        assert_eq!(safe_back("/console/map?q=a"), "/console/map?q=a");
        for bad in
            ["//evil.example", "https://evil.example", "/\\evil", "/\t/evil", "", "/a\r\nb", "/茶"]
        {
            assert_eq!(safe_back(bad), "/console");
        }
    }
}
