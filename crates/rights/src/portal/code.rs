//! The code of a text message: entered on a page of its own, so that reloading it sends nothing again.
//! What the code belongs to stands in a cookie of this page alone, and in no address.

use askama::Template;
use axum::{
    Form,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use preference::{Guest, LinkKind};
use serde::Deserialize;
use web::{WebError, redirect, render};

use super::ask::signed_in;
use crate::Room;

const PAGE: &str = "/privacy/requests/code";
const COOKIE: &str = "privet_request_code";
/// Seconds for which the page can be reloaded; the code itself ends by its own rules.
const LIFE: u32 = 3600;

#[derive(Template)]
#[template(path = "rights/code.html")]
struct CodePage {
    p: Guest,
    /// With this the code is entered.
    token: String,
    wrong: bool,
}

/// Leads to the page where a code is entered.
pub(super) fn asked(room: &Room, token: &str, query: &str) -> Response {
    with_cookie(room, redirect(&format!("{PAGE}{query}")), token, LIFE)
}

fn with_cookie(room: &Room, mut response: Response, token: &str, seconds: u32) -> Response {
    // Inside a frame of another site it travels too, but for that site alone.
    let site = if room.web.base_url().starts_with("https://") {
        "SameSite=None; Secure; Partitioned"
    } else {
        "SameSite=Lax"
    };
    // It came from a form: nothing in it may end the cookie.
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let token = if token.chars().all(fits) { token } else { "" };
    let text = format!("{COOKIE}={token}; Path={PAGE}; HttpOnly; {site}; Max-Age={seconds}");
    if let Ok(cookie) = HeaderValue::from_str(&text) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn token_of(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        lines.flat_map(|line| line.split(';')).filter_map(|one| one.trim().split_once('='));
    pairs.find(|(name, value)| *name == COOKIE && !value.is_empty()).map(|(_, value)| value)
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Shown {
    wrong: String,
}

/// Whoever was asked for none, or waited too long, begins anew.
pub(super) async fn page(
    p: Guest,
    headers: HeaderMap,
    Query(shown): Query<Shown>,
) -> Result<Response, WebError> {
    match token_of(&headers) {
        Some(token) => {
            render(&CodePage { token: token.to_owned(), wrong: !shown.wrong.is_empty(), p })
        }
        None => Ok(redirect("/privacy/requests/new")),
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Input {
    csrf: String,
    token: String,
    code: String,
}

/// One answer for every code that does not fit, whatever the reason.
pub(super) async fn check(
    p: Guest,
    State(room): State<Room>,
    headers: HeaderMap,
    Form(input): Form<Input>,
) -> Result<Response, WebError> {
    p.check(&headers, &input.csrf)?;
    match room.rights.confirm_code(&input.token, &input.code).await? {
        Some(request) => {
            let inside = signed_in(&room, &request, LinkKind::Code).await?;
            Ok(with_cookie(&room, inside, "", 0))
        }
        None => Ok(asked(&room, &input.token, "?wrong=yes")),
    }
}
