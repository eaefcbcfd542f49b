//! What every page must keep to: headers, no inline code, both languages, every text there.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use axum::http::StatusCode;
use common::House;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use store::testing::temp_sqlite;

const PAGES: [&str; 6] = [
    "/console/account",
    "/console/account/totp",
    "/console/people",
    "/console/jobs",
    "/console/mail",
    "/console/components",
];

#[tokio::test]
async fn every_page_has_the_strict_headers_and_both_languages() {
    let (store, _guard) = temp_sqlite().await;
    let house = House::open(store).await;
    let mut owner = house.owner().await;
    for lang in ["en", "zh-CN"] {
        owner
            .post("/console/account", "/preferences", &[("lang", lang), ("back", "/console/jobs")])
            .await;
        for path in PAGES {
            let page = owner.get(path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            let csp = page.headers["content-security-policy"].to_str().unwrap();
            assert!(csp.contains("default-src 'self'") && csp.contains("frame-ancestors 'none'"));
            assert!(!csp.contains("unsafe"));
            assert_eq!(page.headers["referrer-policy"], "no-referrer");
            assert_eq!(page.headers["x-content-type-options"], "nosniff");
            assert_eq!(page.headers["cache-control"], "no-store");
            assert!(page.body.contains(&format!("<html lang=\"{lang}\"")), "{path}");
            assert!(!page.body.contains('⟦'), "{path} in {lang} lacks a text");
            assert_eq!(page.body.matches("<h1").count(), 1, "{path}");
        }
    }
}

#[tokio::test]
async fn errors_are_pages_in_the_readers_language_and_plain_text_for_htmx() {
    let (store, _guard) = temp_sqlite().await;
    let house = House::open(store).await;
    let mut visitor = house.visitor();
    let request = axum::http::Request::get("/nothing")
        .header("accept-language", "zh-CN,zh;q=0.9")
        .body(axum::body::Body::empty())
        .unwrap();
    let page = visitor.ask(request).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.body.contains("页面不存在") && page.body.contains("lang=\"zh-CN\""));
    let request = axum::http::Request::get("/nothing").header("hx-request", "true");
    let part = visitor.ask(request.body(axum::body::Body::empty()).unwrap()).await;
    assert!(!part.body.contains('<') && part.body.contains("does not exist"));
}

#[tokio::test]
async fn health_readiness_metrics_and_assets_answer_without_signing_in() {
    let (store, _guard) = temp_sqlite().await;
    let house = House::open(store).await;
    let mut visitor = house.visitor();
    for path in
        ["/healthz", "/readyz", "/assets/privet.css", "/assets/icons.svg", "/assets/htmx.min.js"]
    {
        assert_eq!(visitor.get(path).await.status, StatusCode::OK, "{path}");
    }
    visitor.address = Some("127.0.0.1:5000".parse().unwrap());
    let text = visitor.get("/metrics").await.body;
    assert!(text.contains("privet_http_requests_total{route=\"/assets/{*path}\",status=\"200\"}"));
    assert!(visitor.cookies.is_empty(), "what is not a page sets no cookie");
}

async fn burst() -> &'static str {
    panic!("secret detail")
}

#[tokio::test]
async fn a_panic_is_an_error_page_and_says_nothing() {
    let (store, _guard) = temp_sqlite().await;
    let web = web::Web::open(store, web::WebConfig::default()).await.unwrap();
    let rooms = axum::Router::new().route("/burst", axum::routing::get(burst));
    let app = web::finish(web.clone(), rooms);
    let page = House { web, app }.visitor().get("/burst").await;
    assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(
        page.body.contains("Something broke on our side") && !page.body.contains("secret detail")
    );
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// All files below `folder` with one of the extensions.
fn files(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut out = Vec::new();
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            out.extend(files(&path, extensions));
        } else if extensions.iter().any(|e| path.extension().is_some_and(|own| own == *e)) {
            out.push(path);
        }
    }
    out
}

fn crates_with(sub: &str, extensions: &[&str]) -> Vec<PathBuf> {
    let crates = std::fs::read_dir(root().join("crates")).unwrap();
    crates.flat_map(|entry| files(&entry.unwrap().path().join(sub), extensions)).collect()
}

/// Files that people save and open without a server. They are never a page of ours, bring their style
/// with them, and forbid everything else themselves.
const SAVED: [&str; 2] =
    ["comply/templates/comply/file.html", "rights/templates/rights/bundle.html"];

#[test]
fn no_template_holds_inline_script_or_style() {
    let mut faults = Vec::new();
    for path in crates_with("templates", &["html"]) {
        let text = std::fs::read_to_string(&path).unwrap();
        let lower = text.to_lowercase();
        let inline_script = lower
            .match_indices("<script")
            .any(|(at, _)| !lower[at..].split('>').next().unwrap_or("").contains("src="));
        let handler = lower.split('<').any(|tag| {
            let tag = tag.split('>').next().unwrap_or("");
            [" onclick=", " onload=", " onchange=", " onsubmit=", " oninput=", " hx-on"]
                .iter()
                .any(|name| tag.contains(name))
        });
        let saved = SAVED.iter().any(|one| path.ends_with(one));
        let closed =
            lower.contains("content-security-policy\" content=\"default-src 'none'; style-src");
        if inline_script
            || handler
            || (lower.contains("<style") && !(saved && closed))
            || lower.contains(" style=\"")
            || lower.contains("javascript:")
        {
            faults.push(path);
        }
    }
    assert!(faults.is_empty(), "inline code in {faults:?}");
}

/// Keys with the variables each uses, in one language.
fn texts(folder: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut out = BTreeMap::new();
    for path in files(&root().join("locales").join(folder), &["ftl"]) {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut key = String::new();
        for line in text.lines() {
            let starts = line.chars().next().is_some_and(|c| c.is_ascii_alphabetic());
            if starts && let Some((name, _)) = line.split_once('=') {
                name.trim().clone_into(&mut key);
                let twice = out.insert(key.clone(), BTreeSet::new()).is_some();
                assert!(!twice, "{key} is defined twice in {folder}");
            }
            if line.starts_with('#') || key.is_empty() {
                continue;
            }
            for part in line.split('$').skip(1) {
                let name: String = part
                    .chars()
                    .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
                    .collect();
                // A variable that only chooses the plural is none that Chinese must show, and the sign of
                // dollars is none at all.
                if !name.is_empty() && !part[name.len()..].trim_start().starts_with("->") {
                    out.get_mut(&key).unwrap().insert(name);
                }
            }
        }
    }
    out
}

#[test]
fn both_languages_have_the_same_texts_with_the_same_variables() {
    let (en, zh) = (texts("en"), texts("zh-CN"));
    let only_en: Vec<_> = en.keys().filter(|key| !zh.contains_key(*key)).collect();
    let only_zh: Vec<_> = zh.keys().filter(|key| !en.contains_key(*key)).collect();
    assert!(
        only_en.is_empty() && only_zh.is_empty(),
        "only English: {only_en:?}; only Chinese: {only_zh:?}"
    );
    let differ: Vec<_> =
        en.iter().filter(|(key, vars)| zh[*key] != **vars).map(|(key, _)| key).collect();
    assert!(differ.is_empty(), "different variables: {differ:?}");
}

#[test]
fn every_text_file_parses() {
    for folder in ["en", "zh-CN"] {
        for path in files(&root().join("locales").join(folder), &["ftl"]) {
            let text = std::fs::read_to_string(&path).unwrap();
            if let Err((_, errors)) = fluent_bundle::FluentResource::try_new(text) {
                panic!("{}: {errors:?}", path.display());
            }
        }
    }
}

/// Literal keys: the first string after `.t(`, `.tn(`, `.t1(`, `.t2(`, in toasts and nav entries.
fn used_keys(text: &str) -> BTreeSet<String> {
    const CALLS: [&str; 9] = [
        ".t(\"",
        ".tn(\"",
        ".t1(\"",
        ".t2(\"",
        "translate(lang, \"",
        "BadRequest(\"",
        "Conflict(\"",
        "section: \"",
        "label: \"",
    ];
    let mut out = BTreeSet::new();
    for call in CALLS {
        for (at, _) in text.match_indices(call) {
            let key: String = text[at + call.len()..].chars().take_while(|c| *c != '"').collect();
            let named = key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
            if named && key.contains('-') && !key.ends_with('-') {
                out.insert(key);
            }
        }
    }
    for call in ["redirect_with_toast(", "redirect_with_toast_n("] {
        for (at, _) in text.match_indices(call) {
            let arguments: String = text[at..].chars().take(200).collect();
            let strings: Vec<&str> = arguments.split('"').skip(1).step_by(2).collect();
            out.extend(
                strings
                    .iter()
                    .filter(|s| s.contains('-') && !s.contains(['/', ' ', '{', '?', '.']))
                    .take(1)
                    .map(|s| (*s).to_owned()),
            );
        }
    }
    out
}

#[test]
fn every_key_a_page_uses_exists() {
    let known = texts("en");
    let mut missing = BTreeSet::new();
    let sources =
        crates_with("templates", &["html"]).into_iter().chain(crates_with("src", &["rs"]));
    for path in sources {
        let text = std::fs::read_to_string(&path).unwrap();
        // Unit tests use keys that must not exist.
        let text = text.split("#[cfg(test)]").next().unwrap_or("");
        let code: Vec<&str> =
            text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        for key in used_keys(&code.join("\n")) {
            if !known.contains_key(&key) {
                missing.insert(format!("{key} ({})", path.file_name().unwrap().to_string_lossy()));
            }
        }
    }
    assert!(missing.is_empty(), "missing texts: {missing:#?}");
}
