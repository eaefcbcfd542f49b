//! Who may call from a browser: pages of the property's origins, and our own.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use web::Web;

use crate::{Room, site::Site};

const PROBLEM: &str = "urn:privet:problem:";

/// An honest error: what failed and what to do.
pub(super) fn problem(status: StatusCode, kind: &str, detail: &str) -> Response {
    web::problem(status, &format!("{PROBLEM}{kind}"), detail)
}

/// The page's origin, when the call comes from another site; `None` from our own or no browser.
pub(super) fn foreign<'a>(web: &Web, headers: &'a HeaderMap) -> Option<&'a str> {
    let origin = headers.get(header::ORIGIN)?.to_str().ok().unwrap_or("null");
    (origin != web.base_url()).then_some(origin)
}

/// Whether the browser says that a page of ours asks.
pub(super) fn is_own(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin")
}

/// Refuses pages of other origins.
#[allow(clippy::result_large_err)] // a response is what the handler returns anyway
pub(super) fn admit(web: &Web, site: &Site, headers: &HeaderMap) -> Result<(), Response> {
    match foreign(web, headers) {
        Some(origin) if !site.lets_in(origin) => Err(problem(
            StatusCode::FORBIDDEN,
            "origin",
            "pages of this origin may not use this property's banner; add the origin in the console",
        )),
        _ => Ok(()),
    }
}

/// Lets the page read the answer – also an error, whose text its developer should see – unless the
/// page's origin was refused.
pub(super) fn readable(headers: &HeaderMap, mut response: Response) -> Response {
    let refused = response.status() == StatusCode::FORBIDDEN;
    let own = response.headers_mut();
    own.append(header::VARY, HeaderValue::from_static("origin"));
    own.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    if let Some(origin) = headers.get(header::ORIGIN).filter(|_| !refused) {
        own.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    }
    response
}

/// Answers a browser that asks first: yes to pages of any property's origins. Whether it is the right
/// property's is decided at the call itself; no cookie is ever read there.
pub(super) async fn preflight(State(room): State<Room>, headers: HeaderMap) -> Response {
    let known = match (foreign(&room.web, &headers), room.banner.sites().await) {
        (None, _) => true,
        (Some(origin), Ok(sites)) => sites.iter().any(|site| site.lets_in(origin)),
        (Some(_), Err(_)) => false,
    };
    if !known {
        return StatusCode::FORBIDDEN.into_response();
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    let own = response.headers_mut();
    own.insert("access-control-allow-methods", HeaderValue::from_static("GET, POST"));
    own.insert("access-control-allow-headers", HeaderValue::from_static("content-type"));
    own.insert("access-control-max-age", HeaderValue::from_static("600"));
    readable(&headers, response)
}
