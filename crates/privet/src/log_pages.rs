//! The published log (C2SP tlog-tiles): `/ledger/checkpoint`, `/ledger/tile/…`, `/ledger/key`. Public,
//! hashes only. Entry bundles (`tile/entries/…`) are not published: a leaf names staff and customers,
//! if only by opaque ids.

use std::time::Duration;

use axum::{
    Router,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use ledger::{TILE_WIDTH, Tile};
use store::Ledger;

/// How long a cosigned checkpoint is shown instead of a newer one without cosignatures.
const PATIENCE: Duration = Duration::from_mins(1);
const TEXT: &str = "text/plain; charset=utf-8";

/// The routes.
pub fn router(ledger: Ledger) -> Router {
    Router::new()
        .route("/ledger/checkpoint", get(checkpoint))
        .route("/ledger/key", get(key))
        .route("/ledger/tile/{*path}", get(tile))
        .with_state(ledger)
}

async fn checkpoint(State(ledger): State<Ledger>) -> Response {
    match ledger.shown_checkpoint(PATIENCE).await {
        Ok(shown) => answer(TEXT, "no-cache", shown.note),
        Err(error) => unavailable(&error),
    }
}

async fn key(State(ledger): State<Ledger>) -> Response {
    match ledger.key().await {
        Ok(key) => answer(TEXT, "no-cache", format!("{key}\n")),
        Err(error) => unavailable(&error),
    }
}

async fn tile(State(ledger): State<Ledger>, Path(path): Path<String>) -> Response {
    let Some(tile) = Tile::parse(&path) else { return StatusCode::NOT_FOUND.into_response() };
    match ledger.tile(tile).await {
        // Neither a full tile nor the beginning of one ever changes.
        Ok(Some(hashes)) => {
            let cache = "public, max-age=31536000, immutable";
            debug_assert!(hashes.len() as u64 <= TILE_WIDTH * 32);
            answer("application/octet-stream", cache, hashes)
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => unavailable(&error),
    }
}

fn answer(kind: &'static str, cache: &'static str, body: impl IntoResponse) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, cache),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, body).into_response()
}

fn unavailable(error: &store::StoreError) -> Response {
    tracing::warn!(%error, "the log could not be shown");
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}
