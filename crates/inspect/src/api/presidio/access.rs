//! Who may ask.

use std::net::SocketAddr;

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, header, request::Parts},
    response::Response,
};
use web::Token;

use super::super::v1::SCOPE;
use crate::Room;

/// A caller who may ask: with a token, or from this machine if the configuration says so.
pub(super) struct Caller;

impl FromRequestParts<Room> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, room: &Room) -> Result<Self, Response> {
        let peer = ConnectInfo::<SocketAddr>::from_request_parts(parts, room).await.ok();
        let open = room.inspect.settings().open_on_loopback;
        if open
            && peer.is_some_and(|peer| peer.0.ip().is_loopback())
            && parts.extensions.get::<web::Passed>().is_none()
            && is_a_program(&parts.headers)
        {
            return Ok(Self);
        }
        let refused = match Token::from_request_parts(parts, room).await {
            Ok(token) => match token.require(SCOPE) {
                Ok(()) => return Ok(Self),
                Err(refused) => refused,
            },
            Err(refused) => refused,
        };
        let status = refused.status();
        let message = match status.as_u16() {
            401 => {
                "send `Authorization: Bearer` with a token made by `privet token create --scope detect`"
            }
            403 => "this token lacks the scope `detect`",
            _ => "the token could not be checked; try again",
        };
        Err(super::error(status, message))
    }
}

/// A request by a program on this machine: not by a page in a browser that was led here, and not one
/// that a proxy on this machine passes on.
fn is_a_program(headers: &HeaderMap) -> bool {
    let passed_on = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"];
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.bytes().all(|b| b.is_ascii_digit()) { name } else { host }
    });
    !headers.contains_key(header::ORIGIN)
        && !headers.contains_key("sec-fetch-site")
        && passed_on.iter().all(|name| !headers.contains_key(*name))
        && matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(headers: &[(&'static str, &str)]) -> bool {
        let pairs = headers
            .iter()
            .map(|(name, value)| (header::HeaderName::from_static(name), value.parse().unwrap()));
        is_a_program(&pairs.collect())
    }

    #[test]
    fn browsers_proxies_and_foreign_names_are_no_programs_of_this_machine() {
        assert!(program(&[("host", "localhost:8440")]));
        assert!(program(&[("host", "127.0.0.1:8440")]) && program(&[("host", "[::1]:8440")]));
        for headers in [
            &[("host", "evil.example:8440")][..],
            &[("host", "127.0.0.1.evil.example")],
            &[],
            &[("host", "localhost"), ("origin", "https://evil.example")],
            &[("host", "localhost"), ("sec-fetch-site", "cross-site")],
            &[("host", "localhost"), ("x-forwarded-for", "8.8.8.8")],
            &[("host", "localhost"), ("forwarded", "for=8.8.8.8")],
        ] {
            assert!(!program(headers), "{headers:?}");
        }
    }
}
