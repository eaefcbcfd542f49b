//! The layers around every page: headers, cookies, error pages, tracing, limits.

use crate::error::ErrorMark;
use crate::look::{Look, Visitor};
use crate::token::rate::Slot;
use crate::{Web, metrics, secret, session::Session};
use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Html, IntoResponse, Response};
use std::net::SocketAddr;
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;
use tracing::Instrument as _;

/// The one content security policy of the console: nothing inline, nothing from elsewhere.
pub const CSP: &str = "default-src 'self'; img-src 'self' data:; object-src 'none'; \
                       frame-ancestors 'none'; form-action 'self'; base-uri 'none'";

/// Put into a response's extensions by a page that others may embed: the origins (already checked, as
/// CSP sources) that may. All other pages refuse every frame.
#[derive(Debug, Clone)]
pub struct Framed(pub String);

/// Body limit for forms: 2 MiB; a room's upload route may set its own [`DefaultBodyLimit`].
const BODY_LIMIT: usize = 2 * 1024 * 1024;

/// Puts the common layers around the merged rooms. Call once, last.
pub fn finish(web: Web, rooms: Router) -> Router {
    rooms
        .fallback(|| async { crate::WebError::NotFound })
        .method_not_allowed_fallback(|| async {
            (StatusCode::METHOD_NOT_ALLOWED, crate::WebError::NotFound.into_response())
        })
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            Duration::from_mins(1),
        ))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            crate::WebError::internal("a handler panicked").into_response()
        }))
        .layer(from_fn_with_state(web, around))
        .layer(CompressionLayer::new())
}

async fn around(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    let started = std::time::Instant::now();
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
    if crate::proxy::forwarded(request.headers()) {
        request.extensions_mut().insert(crate::proxy::Passed);
    }
    if !web.inner.config.proxies.believes(peer) {
        crate::proxy::strip(request.headers_mut());
    }
    web.mark_place(peer, request.headers_mut());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "(none)".to_owned(), |path| path.as_str().to_owned());
    let method = request.method().clone();
    let request_id = short_id();
    // The route's template, never the address: addresses may be guessed or mistyped with anything.
    let span = tracing::info_span!("request", id = %request_id, %method, route);

    // RFC 9112 §6.1: beside a length this is how requests are smuggled past a proxy, and the server
    // below has taken the length away by now. Closing leaves nothing behind to be read as another.
    let chunked = request.headers().contains_key(header::TRANSFER_ENCODING);
    let jar = web.jar();
    let visitor = jar.read(request.headers(), "visitor").map(str::to_owned);
    let new_visitor = visitor.is_none().then(secret::random_token);
    let id = visitor.or_else(|| new_visitor.clone()).unwrap_or_default();
    request.extensions_mut().insert(Visitor(id));
    let had_toast = jar.read(request.headers(), "toast").is_some();
    let renewal = web.renewal(request.headers());
    let left = Slot::default();
    request.extensions_mut().insert(left.clone());
    let (parts, body) = request.into_parts();
    let again = parts.clone();

    let mut response = next.run(Request::from_parts(parts, body)).instrument(span.clone()).await;
    if let Some(mark) = response.extensions_mut().remove::<ErrorMark>() {
        response = draw_error(&web, &again, response, &mark).instrument(span.clone()).await;
    }

    // What caches may keep is the same for everybody: nothing of this reader goes with it.
    let is_page = is_html(&response) && !is_public(&response);
    let headers = response.headers_mut();
    if is_page {
        // A page holds the reader's data and form token: no cache may keep it.
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        if let Some(token) = new_visitor {
            headers.append(header::SET_COOKIE, jar.set("visitor", &token, None));
        }
        if had_toast {
            headers.append(header::SET_COOKIE, jar.set("toast", "", Some(0)));
        }
        // A sign-in or sign-out in this very response has the last word about the session.
        let name = format!("{}=", jar.name("session"));
        let set_here = headers
            .get_all(header::SET_COOKIE)
            .iter()
            .any(|value| value.as_bytes().starts_with(name.as_bytes()));
        if let Some(cookie) = renewal.filter(|_| !set_here) {
            headers.append(header::SET_COOKIE, cookie);
        }
    }
    let mut framed = false;
    if let Some(Framed(origins)) = response.extensions_mut().remove::<Framed>() {
        let headers = response.headers_mut();
        let policy = CSP.replace("frame-ancestors 'none'", &format!("frame-ancestors {origins}"));
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
            framed = true;
        }
    }
    let headers = response.headers_mut();
    security_headers(headers);
    if framed {
        // It knows only "nobody" and "this origin", so it would contradict the policy.
        headers.remove(header::X_FRAME_OPTIONS);
    }
    if chunked {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    if jar.secure {
        headers
            .entry(header::STRICT_TRANSPORT_SECURITY)
            .or_insert(HeaderValue::from_static("max-age=31536000"));
    }
    left.tell(headers);
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        headers.insert("x-request-id", value);
    }
    let status = response.status();
    let took = started.elapsed();
    metrics::record(&route, status.as_u16(), took);
    span.in_scope(|| {
        tracing::info!(status = status.as_u16(), ms = took.as_millis() as u64, "answered");
    });
    response
}

fn is_html(response: &Response) -> bool {
    response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

fn is_public(response: &Response) -> bool {
    response
        .headers()
        .get(header::CACHE_CONTROL)
        .is_some_and(|value| value.as_bytes().starts_with(b"public"))
}

pub(crate) fn security_headers(headers: &mut axum::http::HeaderMap) {
    const FIXED: [(HeaderName, &str); 5] = [
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    for (name, value) in FIXED {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.entry("permissions-policy").or_insert(HeaderValue::from_static(
        "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    ));
}

fn short_id() -> String {
    let mut bytes = [0; 8];
    secret::fill(&mut bytes);
    bytes.iter().fold(String::with_capacity(16), |mut out, byte| {
        use std::fmt::Write as _;
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[derive(Template)]
#[template(path = "web/error.html")]
struct ErrorPage {
    p: Look,
    status: u16,
    title: String,
    text: String,
    signed_in: bool,
}

async fn draw_error(
    web: &Web,
    parts: &axum::http::request::Parts,
    plain: Response,
    mark: &ErrorMark,
) -> Response {
    let status = plain.status();
    let mut look = Look::of(web, parts);
    let session = match web.session_token(&parts.headers) {
        Some(token) => web.session(&token).await.ok().flatten(),
        None => None,
    };
    apply(&mut look, session.as_ref());
    let text = look.t(&mark.key);
    let mut response = if look.path.starts_with("/v1/") {
        crate::problem(status, "about:blank", &text)
    } else if look.htmx {
        // privet.js shows it as a toast and leaves the page as it is.
        (status, [("content-type", "text/plain; charset=utf-8")], text).into_response()
    } else {
        let title = look.t(title_key(status));
        let page = ErrorPage {
            p: look,
            status: status.as_u16(),
            title,
            text,
            signed_in: session.is_some(),
        };
        match page.render() {
            Ok(html) => (status, Html(html)).into_response(),
            Err(_) => (status, Body::empty()).into_response(),
        }
    };
    if let Some(after) = plain.headers().get(header::RETRY_AFTER) {
        response.headers_mut().insert(header::RETRY_AFTER, after.clone());
    }
    response
}

fn apply(look: &mut Look, session: Option<&Session>) {
    if let Some(session) = session {
        look.lang = session.user.lang.unwrap_or(look.lang);
        if session.user.theme != crate::Theme::Auto {
            look.theme = session.user.theme;
        }
    }
}

fn title_key(status: StatusCode) -> &'static str {
    match status.as_u16() {
        403 => "web-error-title-403",
        404 | 405 => "web-error-title-404",
        409 => "web-error-title-409",
        413 => "web-error-title-413",
        429 => "web-error-title-429",
        400..500 => "web-error-title-400",
        _ => "web-error-title-500",
    }
}
