//! The scripts that browsers load, made by `build.rs`, served with their hash as name.

use axum::{
    Router,
    extract::{Path, RawQuery},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use sha2::{Digest as _, Sha256};
use std::sync::LazyLock;

use crate::Room;

/// One script as built.
#[derive(Debug, Clone, Copy)]
pub struct Script {
    /// File name below `/sdk/`.
    pub name: &'static str,
    /// Bytes after minifying.
    pub bytes: usize,
    /// Bytes on the wire with gzip.
    pub gzip: usize,
    /// The code.
    pub text: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/scripts.rs"));

/// The types for TypeScript.
const TYPES: &str = include_str!("../../../sdk/web/privet.d.ts");

/// The hash of each script's text, by place in [`SCRIPTS`].
static HASHES: LazyLock<Vec<String>> =
    LazyLock::new(|| SCRIPTS.iter().map(|script| hash(script.text)).collect());

/// The first 64 bits of the SHA-256, as 16 hexadecimal digits: enough to tell versions apart.
pub(crate) fn hash(text: &str) -> String {
    use std::fmt::Write as _;
    Sha256::digest(text.as_bytes()).iter().take(8).fold(String::new(), |mut out, byte| {
        // Writing into a String cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// The script of that name with its hash.
fn find(name: &str) -> Option<(&'static Script, &'static str)> {
    let at = SCRIPTS.iter().position(|script| script.name == name)?;
    Some((&SCRIPTS[at], HASHES[at].as_str()))
}

/// The address of a script below the server's own, with its hash, so that it may be kept for ever.
pub fn address(name: &str) -> String {
    find(name).map_or_else(|| format!("/sdk/{name}"), |(_, hash)| format!("/sdk/{name}?v={hash}"))
}

pub(crate) fn router() -> Router<Room> {
    Router::new().route("/sdk/{file}", get(serve))
}

async fn serve(Path(file): Path<String>, RawQuery(query): RawQuery, asked: HeaderMap) -> Response {
    if file == "privet.d.ts" {
        let tag = hash(TYPES);
        return answer(TYPES, "application/typescript; charset=utf-8", &tag, false, &asked);
    }
    let Some((script, hash)) = find(&file) else {
        return web::WebError::NotFound.into_response();
    };
    let kept_for_ever = query.is_some_and(|query| query == format!("v={hash}"));
    answer(script.text, "text/javascript; charset=utf-8", hash, kept_for_ever, &asked)
}

fn answer(
    text: &'static str,
    kind: &'static str,
    hash: &str,
    immutable: bool,
    asked: &HeaderMap,
) -> Response {
    let tag = format!("\"{hash}\"");
    // Without its hash a script may be five minutes old, and a day while a fresh one is fetched.
    let cache = if immutable {
        "public, max-age=31536000, immutable"
    } else {
        "public, max-age=300, stale-while-revalidate=86400"
    };
    let known = asked.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).is_some_and(
        |value| value.split(',').any(|one| one.trim().trim_start_matches("W/") == tag),
    );
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, kind)], text).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    // Modules are fetched with CORS, and sites with COEP load only what says that they may.
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn core_with_its_styles_and_each_module_fit_into_six_kilobytes() {
        let (core, _) = find("privet.js").unwrap();

        assert!(core.text.contains("replaceSync"), "the styles are in it");
        assert!(!core.text.contains("@privet.css"));
        for script in SCRIPTS {
            assert!(script.gzip <= 6000, "{} has {} bytes with gzip", script.name, script.gzip);
        }
    }
}
