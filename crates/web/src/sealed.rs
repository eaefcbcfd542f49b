//! What a server answers while its keys cannot be had: health, and 503 to everything else. It needs no
//! database, no session and no key.

use crate::{Lang, translate};
use askama::Template;
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;

/// When to ask again: a provider is asked every few seconds.
const RETRY_SECONDS: u64 = 10;

#[derive(Template)]
#[template(path = "web/sealed.html")]
struct SealedPage {
    lang: Lang,
    title: String,
    text: String,
    next: String,
}

/// The pages of a sealed server. `waits_for` is one word for programs: `passphrase`, `provider`,
/// `key-file`. Why exactly is for the log and the command line: anybody may read this.
pub fn sealed_router(waits_for: &'static str) -> Router {
    let ready = format!("sealed: waits for {waits_for}\n");
    Router::new()
        // The process lives: nobody should start it anew for being sealed.
        .route("/healthz", get(|| async { "sealed\n" }))
        .route("/readyz", get(move || async { (StatusCode::SERVICE_UNAVAILABLE, ready) }))
        .route("/assets/{*path}", get(crate::assets::serve))
        .fallback(answer)
        .layer(from_fn(around))
}

async fn around(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let sealed = response.status() == StatusCode::SERVICE_UNAVAILABLE;
    let headers = response.headers_mut();
    crate::finish::security_headers(headers);
    if sealed {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_SECONDS));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

async fn answer(request: Request) -> Response {
    let accepted = request.headers().get(header::ACCEPT_LANGUAGE);
    let accepted = accepted.and_then(|value| value.to_str().ok());
    let lang = accepted.and_then(Lang::from_accept).unwrap_or_default();
    let t = |key: &str| translate(lang, key, &[]);
    if request.uri().path().starts_with("/v1/") {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        return crate::problem(status, "urn:privet:problem:sealed", &t("sealed-text"));
    }
    let page = SealedPage {
        lang,
        title: t("sealed-title"),
        text: t("sealed-text"),
        next: t("sealed-next"),
    };
    match page.render() {
        Ok(html) => (StatusCode::SERVICE_UNAVAILABLE, Html(html)).into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
