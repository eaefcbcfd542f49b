//! The shell's own addresses.

use crate::page::NavItem;
use crate::{Permission, Token, Web, WebError};
use crate::{
    account, assets, components, jobs, mail, metrics, passkey, people, sessions, signin, token,
};
use axum::Router;
use axum::extract::{ConnectInfo, FromRequestParts as _, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use std::net::SocketAddr;

pub(crate) const NAV: [NavItem; 7] = [
    item("web-nav-jobs", "/console/jobs", "job", Permission::ViewMap),
    item("web-nav-mail", "/console/mail", "mail", Permission::ManageJobs),
    item("web-nav-people", "/console/people", "people", Permission::ViewRecords),
    item("signin-sessions", "/console/sessions", "activity", Permission::ManagePeople),
    item("signin-tokens", "/console/tokens", "key", Permission::ManagePeople),
    crate::access::NAV,
    item("web-nav-account", "/console/account", "person", Permission::ViewMap),
];

const fn item(
    label: &'static str,
    href: &'static str,
    icon: &'static str,
    permission: Permission,
) -> NavItem {
    NavItem { section: "web-nav-administration", label, href, icon, permission }
}

/// Sign-in, account, people, activity, jobs, components, assets, health. Merge the rooms' routers
/// with it, then [`crate::finish`] the whole.
pub fn router(web: Web) -> Router {
    Router::new()
        .route("/assets/{*path}", get(assets::serve))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(measure))
        .route("/", get(|| async { crate::redirect("/console") }))
        .route("/signin", get(signin::signin_page).post(signin::signin))
        .route("/signin/code", get(signin::code_page).post(signin::code))
        .route(
            "/signin/passkey",
            get(passkey::pages::sign_in_options).post(passkey::pages::sign_in),
        )
        .route("/signin/sso", get(crate::sso::pages::start))
        .route("/signin/sso/back", get(crate::sso::pages::back))
        .route("/signout", post(signin::signout))
        .route("/setup/{token}", get(signin::setup_page).post(signin::setup))
        .route("/invite/{token}", get(signin::invite_page).post(signin::accept_invite))
        .route("/demo/{token}", get(signin::demo))
        .route("/preferences", post(signin::preferences))
        .merge(console())
        .merge(crate::access::routes())
        .with_state(web)
}

fn console() -> Router<Web> {
    Router::new()
        .route("/console/account", get(account::show))
        .route("/console/account/name", post(account::rename))
        .route("/console/account/password", post(account::change_password))
        .route("/console/account/totp", get(account::totp_form).post(account::totp_enable))
        .route("/console/account/totp/off", post(account::totp_disable))
        .route("/console/account/passkeys", get(passkey::pages::show).post(passkey::pages::add))
        .route("/console/account/passkeys/options", get(passkey::pages::add_options))
        .route("/console/account/passkeys/{id}/remove", post(passkey::pages::remove))
        .route("/console/account/sessions/{id}/end", post(account::end_session))
        .route("/console/sessions", get(sessions::show))
        .route("/console/sessions/{id}/end", post(sessions::end))
        .route("/console/tokens", get(token::pages::show))
        .route("/console/tokens/new", get(token::pages::form).post(token::pages::create))
        .route("/console/tokens/{id}/revoke", post(token::pages::revoke))
        .route(
            "/console/tokens/{id}/purposes",
            get(token::pages::purposes).post(token::pages::set_purposes),
        )
        .route("/console/people", get(people::show))
        .route("/console/people/invite", post(people::invite))
        .route("/console/people/{id}/role", post(people::set_role))
        .route("/console/people/{id}/disable", post(people::disable))
        .route("/console/people/{id}/enable", post(people::enable))
        .route("/console/people/invitations/{id}/revoke", post(people::revoke_invitation))
        .route("/console/jobs", get(jobs::show))
        .route("/console/jobs/{id}/cancel", post(jobs::cancel))
        .route("/console/jobs/{id}/retry", post(jobs::retry))
        .route("/console/mail", get(mail::show))
        .route("/console/mail/test", post(mail::send_test))
        .route("/console/mail/password", post(mail::save_password))
        .route("/console/components", get(components::show))
}

async fn ready(State(web): State<Web>) -> Response {
    match web.store().health().await {
        Ok(()) => "ready\n".into_response(),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database or the ledger cannot be used\n")
                .into_response()
        }
    }
}

async fn measure(State(web): State<Web>, request: Request) -> Result<Response, WebError> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
    let passed_proxy = request.extensions().get::<crate::proxy::Passed>().is_some();
    if !web.inner.config.metrics.allows(peer, passed_proxy) {
        let (mut parts, _) = request.into_parts();
        match Token::from_request_parts(&mut parts, &web).await {
            Err(refusal) => return Ok(refusal),
            Ok(token) => {
                if let Err(refusal) = token.require("metrics") {
                    return Ok(refusal);
                }
            }
        }
    }
    let text = metrics::text(&web).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}
