//! `/docs`: the calls to read, without a script and without a stranger's host.

use askama::Template;
use axum::response::Response;
use serde_json::Value;
use web::{Look, WebError, render};

use super::{
    calls::{self, Call},
    document,
};

/// Calls that belong together.
struct Chapter<'d> {
    key: &'d str,
    title: &'d str,
    calls: Vec<Call<'d>>,
}

#[derive(Template)]
#[template(path = "reference/docs.html")]
struct Docs<'d> {
    p: Look,
    version: &'d str,
    lead: &'d str,
    chapters: Vec<Chapter<'d>>,
}

pub(super) async fn show(p: Look) -> Result<Response, WebError> {
    let document = document(p.lang)?;
    let chapters = document["tags"].as_array().into_iter().flatten().map(|tag| {
        let key = tag["name"].as_str().unwrap_or_default();
        let calls = calls::all(document).filter(|call| call.tag() == key).collect();
        Chapter { key, title: tag["description"].as_str().unwrap_or_default(), calls }
    });
    let text = |value: &'static Value| value.as_str().unwrap_or_default();
    render(&Docs {
        p,
        version: text(&document["info"]["version"]),
        lead: text(&document["info"]["description"]),
        chapters: chapters.collect(),
    })
}
