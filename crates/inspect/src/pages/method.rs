//! How detection decides: the page behind "why".

use askama::Template;
use axum::{Router, response::Response, routing::get};
use web::{Page, Permission, WebError};

use crate::Room;

pub(super) fn router() -> Router<Room> {
    Router::new().route("/console/try/method", get(show))
}

#[derive(Template)]
#[template(path = "inspect/method.html")]
struct MethodPage {
    p: Page,
    steps: Vec<(String, String)>,
    layers: Vec<(String, String)>,
}

async fn show(p: Page) -> Result<Response, WebError> {
    p.require(Permission::ViewMap)?;
    let told = |prefix: &str, keys: &[&str]| {
        keys.iter()
            .map(|key| (p.t(&format!("{prefix}-{key}")), p.t(&format!("{prefix}-{key}-text"))))
            .collect()
    };
    let steps = told("method-step", &["name", "comment", "type", "store", "values", "inside"]);
    let layers = told("method-layer", &["custom", "checked", "pattern", "grammar", "model"]);
    web::render(&MethodPage { p, steps, layers })
}
