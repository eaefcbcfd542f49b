//! `/console/mail`: how mail leaves, a test, and what became of the letters.

use super::config::MailSecurity;
use super::fault::Failure;
use super::letter::{Letter, Recipient};
use super::rows::{MailRow, MailState};
use super::{MailConfig, Mailer};
use crate::{
    Choice, CsrfForm, Errors, ListQuery, PAGE_SIZE, Page, Pager, Permission, Web, WebError,
    redirect_with_toast, render, render_status,
};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;

/// Where the password comes from, as the page says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    NotNeeded,
    Configuration,
    Kept,
    Missing,
}

impl From {
    fn key(self) -> &'static str {
        match self {
            Self::NotNeeded => "web-mail-password-not-needed",
            Self::Configuration => "web-mail-password-configuration",
            Self::Kept => "web-mail-password-kept",
            Self::Missing => "web-mail-password-missing",
        }
    }
}

struct Line {
    what: String,
    badge: &'static str,
    state: String,
    why: String,
    row: MailRow,
}

#[derive(Template)]
#[template(path = "web/mail.html")]
struct MailPage {
    p: Page,
    l: ListQuery,
    pager: Pager,
    config: Option<MailConfig>,
    password: From,
    lines: Vec<Line>,
    states: Vec<Choice>,
    failed: i64,
    to: String,
    errors: Errors,
    outcome: Option<Result<(), Failure>>,
}

impl MailPage {
    fn security_key(&self) -> &'static str {
        match self.config.as_ref().map(|config| config.security) {
            Some(MailSecurity::Tls) => "web-mail-security-tls",
            Some(MailSecurity::StartTls) => "web-mail-security-starttls",
            _ => "web-mail-security-none",
        }
    }

    fn keeps_password(&self) -> bool {
        matches!(self.password, From::Kept | From::Missing)
    }
}

pub(crate) async fn show(
    p: Page,
    l: ListQuery,
    State(web): State<Web>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageJobs)?;
    render(&page(&web, p, l).await?)
}

async fn page(web: &Web, p: Page, l: ListQuery) -> Result<MailPage, WebError> {
    let state = MailState::parse(l.get("state"));
    let counts = web.mail_counts().await?;
    let count = |wanted: MailState| {
        counts.iter().find(|(state, _)| *state == wanted).map_or(0, |(_, count)| *count)
    };
    let total = state.map_or_else(|| MailState::ALL.into_iter().map(count).sum(), count);
    let rows = web.mail_rows(state, PAGE_SIZE, l.offset()).await?;
    let password = match web.mailer() {
        None => From::NotNeeded,
        Some(mailer) if mailer.config.user.is_empty() => From::NotNeeded,
        Some(mailer) if mailer.config.password.is_some() => From::Configuration,
        Some(_) if web.kept_password().await?.is_some() => From::Kept,
        Some(_) => From::Missing,
    };
    Ok(MailPage {
        pager: Pager::new(&l, total),
        config: web.mailer().map(|mailer| mailer.config.clone()),
        password,
        lines: rows.into_iter().map(|row| line(&p, row)).collect(),
        states: MailState::ALL
            .map(|state| Choice::new(state.as_str(), p.t(state_key(state))))
            .to_vec(),
        failed: count(MailState::Failed),
        to: String::new(),
        errors: Errors::new(),
        outcome: None,
        l,
        p,
    })
}

fn state_key(state: MailState) -> &'static str {
    match state {
        MailState::Queued => "web-mail-queued",
        MailState::Sent => "web-mail-sent",
        MailState::Failed => "web-mail-failed",
    }
}

fn line(p: &Page, row: MailRow) -> Line {
    let key = format!("{}-name", row.kind);
    Line {
        what: if crate::has_key(p.lang, &key) { p.t(&key) } else { row.kind.clone() },
        badge: match row.state {
            MailState::Queued if row.fault.is_some() => "warn",
            MailState::Queued => "none",
            MailState::Sent => "ok",
            MailState::Failed => "danger",
        },
        state: p.t(state_key(row.state)),
        why: row.fault.map(|fault| p.t(fault.key())).unwrap_or_default(),
        row,
    }
}

#[derive(Deserialize)]
pub(crate) struct TestInput {
    #[serde(default)]
    to: String,
}

/// Sends at once, so that the answer of the mail server stands on the page.
pub(crate) async fn send_test(
    p: Page,
    State(web): State<Web>,
    CsrfForm(input): CsrfForm<TestInput>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageJobs)?;
    let mut page = page(&web, p, ListQuery::parse("")).await?;
    page.to = input.to.trim().to_owned();
    let Some(to) = Recipient::parse(&input.to) else {
        page.errors.add("to", page.p.t("web-mail-test-to-wrong"));
        return render_status(422, &page);
    };
    let Some(mailer) = web.mailer() else {
        return Err(WebError::Conflict("web-mail-off-text".into()));
    };
    let organisation = web.organisation();
    let letter = Letter::new("web-mail-hello", page.p.lang, to, &[("organisation", &organisation)])
        .with_action(&format!("{}/console", web.base_url()));
    let kept = web.password(mailer).await?;
    let written = letter.write(&organisation)?;
    let outcome = mailer.send(&store::new_id(), &organisation, kept.as_deref(), &written).await;
    web.record_test(page.p.actor(), &letter, &outcome).await?;
    page.outcome = Some(outcome);
    render(&page)
}

#[derive(Deserialize)]
pub(crate) struct PasswordInput {
    #[serde(default)]
    password: String,
}

pub(crate) async fn save_password(
    p: Page,
    State(web): State<Web>,
    CsrfForm(input): CsrfForm<PasswordInput>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageJobs)?;
    web.keep_password(p.actor(), &input.password).await?;
    if let Some(mailer) = web.mailer() {
        mailer.reset();
    }
    Ok(redirect_with_toast("/console/mail", "web-mail-password-saved"))
}

impl Web {
    /// The password to sign in with: the configuration's, else the kept one.
    pub(super) async fn password(
        &self,
        mailer: &Mailer,
    ) -> Result<Option<String>, store::StoreError> {
        match &mailer.config.password {
            Some(password) => Ok(Some(password.reveal().to_owned())),
            None => self.kept_password().await,
        }
    }
}
