//! `/console/account`: one's own name, password, second factor, sessions, language and theme.

use crate::limit::PER_ACCOUNT;
use crate::password::Password;
use crate::session::SessionRow;
use crate::{
    Choice, CsrfForm, Errors, Lang, Page, Theme, Web, WebError, redirect_with_toast, render,
    render_status, totp,
};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "web/account.html")]
struct AccountPage {
    p: Page,
    login: String,
    name: String,
    recovery_left: i64,
    passkeys: usize,
    sessions: Vec<SessionRow>,
    languages: Vec<Choice>,
    themes: Vec<Choice>,
    errors: Errors,
}

async fn page(web: &Web, p: Page, name: String, errors: Errors) -> Result<AccountPage, WebError> {
    Ok(AccountPage {
        login: web.login_of(&p.user.id).await?,
        name,
        recovery_left: web.recovery_left(&p.user.id).await?,
        passkeys: web.passkeys_of(&p.user.id).await?.len(),
        sessions: web.sessions_of(&p.user.id).await?,
        languages: Lang::ALL.map(|lang| Choice::new(lang.tag(), lang.own_name())).to_vec(),
        themes: Theme::ALL.map(|theme| Choice::new(theme.as_str(), p.t(theme.key()))).to_vec(),
        errors,
        p,
    })
}

pub(crate) async fn show(p: Page, State(web): State<Web>) -> Result<Response, WebError> {
    let name = p.user.name.clone();
    render(&page(&web, p, name, Errors::new()).await?)
}

#[derive(Deserialize)]
pub(crate) struct NameInput {
    #[serde(default)]
    name: String,
}

pub(crate) async fn rename(
    p: Page,
    State(web): State<Web>,
    CsrfForm(input): CsrfForm<NameInput>,
) -> Result<Response, WebError> {
    let name = input.name.trim();
    if name.is_empty() || name.chars().count() > 200 {
        let mut errors = Errors::new();
        errors.add("name", p.t("web-name-missing"));
        return render_status(422, &page(&web, p, input.name, errors).await?);
    }
    web.rename(p.actor(), &p.user.id, name).await?;
    Ok(redirect_with_toast("/console/account", "web-account-saved"))
}

#[derive(Deserialize)]
pub(crate) struct PasswordInput {
    #[serde(default)]
    current: Password,
    #[serde(default)]
    password: Password,
}

pub(crate) async fn change_password(
    p: Page,
    State(web): State<Web>,
    CsrfForm(input): CsrfForm<PasswordInput>,
) -> Result<Response, WebError> {
    let mut errors = Errors::new();
    if !is_own_password(&web, &p, &input.current).await? {
        errors.add("current", p.t("web-password-current-wrong"));
    } else if let Some(key) = input.password.fault(&web.login_of(&p.user.id).await?) {
        errors.add("password", p.t(key));
    }
    if !errors.is_empty() {
        let name = p.user.name.clone();
        return render_status(422, &page(&web, p, name, errors).await?);
    }
    web.set_password(p.actor(), &p.user.id, &input.password, &p.session_id).await?;
    Ok(redirect_with_toast("/console/account", "web-password-changed"))
}

/// Checks the reader's own password, slowing down guesses by whoever sits at an open session.
pub(crate) async fn is_own_password(
    web: &Web,
    p: &Page,
    password: &Password,
) -> Result<bool, WebError> {
    let key = format!("own:{}", p.user.id);
    if let Some(wait) = web.inner.limits.wait(&key, PER_ACCOUNT) {
        return Err(WebError::TooMany(wait));
    }
    web.inner.limits.failed(&key); // before the slow check: guesses sent at once count too
    let person = web.credentials_of(&p.user.id).await?;
    let hash = person.as_ref().map(|person| person.password_hash.as_str());
    let right = web.check_password(password, hash).await?;
    if right {
        web.inner.limits.clear(&key);
    }
    Ok(right)
}

#[derive(Template)]
#[template(path = "web/totp.html")]
struct TotpPage {
    p: Page,
    secret: String,
    qr: String,
    pending: String,
    errors: Errors,
}

fn totp_page(
    web: &Web,
    p: Page,
    login: &str,
    secret: String,
    errors: Errors,
) -> Result<TotpPage, WebError> {
    Ok(TotpPage {
        qr: totp::qr_svg(&secret, login)?,
        // The secret waits, sealed, in the form itself: nothing is stored until it is proved to work.
        pending: web.store().seal(&pending_context(&p.user.id), &secret),
        secret,
        errors,
        p,
    })
}

fn pending_context(user_id: &str) -> String {
    format!("user:{user_id}:totp-pending")
}

pub(crate) async fn totp_form(p: Page, State(web): State<Web>) -> Result<Response, WebError> {
    let login = web.login_of(&p.user.id).await?;
    render(&totp_page(&web, p, &login, totp::new_secret(), Errors::new())?)
}

#[derive(Deserialize)]
pub(crate) struct TotpInput {
    #[serde(default)]
    pending: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    current: Password,
}

#[derive(Template)]
#[template(path = "web/recovery.html")]
struct RecoveryPage {
    p: Page,
    codes: Vec<String>,
}

pub(crate) async fn totp_enable(
    p: Page,
    State(web): State<Web>,
    CsrfForm(input): CsrfForm<TotpInput>,
) -> Result<Response, WebError> {
    let secret = web
        .store()
        .unseal(&pending_context(&p.user.id), &input.pending)
        .map_err(|_| WebError::BadRequest("web-error-bad-form".into()))?;
    let mut errors = Errors::new();
    if !is_own_password(&web, &p, &input.current).await? {
        errors.add("current", p.t("web-password-current-wrong"));
    }
    let step = totp::step_of(&secret, &input.code)?;
    let (Some(step), true) = (step, errors.is_empty()) else {
        if step.is_none() {
            errors.add("code", p.t("web-code-wrong"));
        }
        let login = web.login_of(&p.user.id).await?;
        return render_status(422, &totp_page(&web, p, &login, secret, errors)?);
    };
    let codes = totp::recovery_codes();
    web.enable_totp(p.actor(), &p.user.id, &secret, step, &codes).await?;
    render(&RecoveryPage { p, codes })
}

pub(crate) async fn totp_disable(
    p: Page,
    State(web): State<Web>,
    CsrfForm(input): CsrfForm<PasswordInput>,
) -> Result<Response, WebError> {
    if !is_own_password(&web, &p, &input.current).await? {
        let mut errors = Errors::new();
        errors.add("", p.t("web-password-current-wrong"));
        let name = p.user.name.clone();
        return render_status(422, &page(&web, p, name, errors).await?);
    }
    web.disable_totp(p.actor(), &p.user.id).await?;
    Ok(redirect_with_toast("/console/account", "web-totp-off"))
}

#[derive(Deserialize)]
pub(crate) struct Nothing {}

pub(crate) async fn end_session(
    p: Page,
    State(web): State<Web>,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    web.end_session(p.actor(), &p.user.id, &id).await?;
    Ok(redirect_with_toast("/console/account", "web-session-ended"))
}
