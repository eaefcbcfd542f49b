//! The shell's own addresses.

use crate::page::NavItem;
use crate::{Web, WebError, assets, components, metrics};
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

pub(crate) const NAV: [NavItem; 0] = [];

/// Sign-in, account, people, activity, jobs, components, assets, health. Merge the rooms' routers
/// with it, then [`crate::finish`] the whole.
pub fn router(web: Web) -> Router {
    Router::new()
        .route("/assets/{*path}", get(assets::serve))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(measure))
        .route("/console/components", get(components::show))
        .with_state(web)
}

async fn ready(State(web): State<Web>) -> Response {
    match store::sqlx::query("SELECT 1").fetch_one(web.store().reader()).await {
        Ok(_) => "ready\n".into_response(),
        Err(error) => {
            tracing::warn!(%error, "not ready: the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response()
        }
    }
}

async fn measure(State(web): State<Web>) -> Result<Response, WebError> {
    let text = metrics::text(&web).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}
