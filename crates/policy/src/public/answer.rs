//! Answers: with a tag and zipped already, so that a page costs one look into memory.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse as _, Response},
};

use super::shelf::Sheet;

/// How long browsers and caches may keep a page: a new version is there within minutes.
const KEEP: &str = "public, max-age=300";

/// A page from the shelf.
pub(super) fn page(sheet: &Sheet, headers: &HeaderMap) -> Response {
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let same = known.is_some_and(|tags| tags.contains(sheet.etag.as_str()));
    let mut response = if same {
        StatusCode::NOT_MODIFIED.into_response()
    } else if takes_gzip(headers) {
        let mut response = Body::from(sheet.gzip.clone()).into_response();
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        response
    } else {
        Body::from(sheet.html.clone()).into_response()
    };
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(KEEP));
    out.insert(header::VARY, HeaderValue::from_static("accept-language, accept-encoding"));
    out.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(sheet.lang.tag()));
    if let Ok(tag) = HeaderValue::from_str(&sheet.etag) {
        out.insert(header::ETAG, tag);
    }
    response
}

/// A page that is drawn for this answer.
pub(super) fn once(html: String) -> Response {
    let headers =
        [(header::CACHE_CONTROL, KEEP), (header::VARY, "accept-language, accept-encoding")];
    (headers, Html(html)).into_response()
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    accept.is_some_and(|list| {
        list.split(',').any(|one| {
            let one = one.trim();
            one.starts_with("gzip") && !one.ends_with("q=0")
        })
    })
}
