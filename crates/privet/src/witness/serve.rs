//! `privet witness`: a small server that cosigns checkpoints of the logs it knows, each only if it
//! continues the one before.

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use ::ledger::{AddCheckpoint, LARGEST_REQUEST, Refusal};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};

use super::{
    kept::{Kept, Trouble},
    seen_path,
};
use crate::{
    Failure,
    say::say,
    serve::{Signals, listen, log_to_stderr},
};

const TEXT: &str = "text/plain; charset=utf-8";
/// What the C2SP protocol calls a bare size.
const SIZE: &str = "text/x.tlog.size";

/// `privet witness`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Directory of its key, the file `logs` (the keys of the logs it cosigns, one a line) and what
    /// it has seen.
    #[arg(long, value_name = "DIR", default_value = "./privet-witness")]
    dir: PathBuf,
    /// Its name, like witness.example.org/w1; needed the first time.
    #[arg(long)]
    name: Option<String>,
    /// Address and port to listen on.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8441")]
    listen: String,
}

/// Serves until told to stop.
pub async fn run(args: Args) -> Result<ExitCode, Failure> {
    log_to_stderr("warn,privet=info")?;
    let mut signals = Signals::catch()?;
    let kept = Kept::open(&args.dir, args.name.as_deref())?;
    let listener = listen(&args.listen).await?;
    say(&format!("The witness {} is at http://{}", kept.key.name(), listener.local_addr()?));
    say(&format!("Give the logs' operators its key: {}", kept.key));
    let logs = kept.logs().map_err(|error| Failure::unreachable(error.to_string()))?;
    if logs.is_empty() {
        let file = args.dir.join("logs");
        say(&format!("It knows no log yet: put each log's key in a line of {}", file.display()));
    }
    axum::serve(listener, router(kept))
        .with_graceful_shutdown(async move { signals.next().await })
        .await?;
    Ok(ExitCode::SUCCESS)
}

fn router(kept: Kept) -> Router {
    Router::new()
        .route("/add-checkpoint", post(add))
        .route("/key", get(key))
        .route("/logs/{log}/checkpoint", get(last))
        .layer(DefaultBodyLimit::max(LARGEST_REQUEST))
        .with_state(Arc::new(kept))
}

async fn key(State(kept): State<Arc<Kept>>) -> Response {
    text(TEXT, format!("{}\n", kept.key))
}

async fn add(State(kept): State<Arc<Kept>>, body: String) -> Response {
    // It waits for the disk.
    let added = tokio::task::spawn_blocking(move || {
        let request = AddCheckpoint::parse(&body)?;
        kept.add(&request).inspect_err(|error| {
            let origin = request.origin().unwrap_or_default();
            tracing::warn!(%error, origin, old = request.old, "a checkpoint was not cosigned");
        })
    });
    match added.await {
        Ok(Ok(line)) => text(TEXT, line),
        Ok(Err(Trouble::Refused(refusal))) => refused(refusal),
        Ok(Err(Trouble::Kept(_))) | Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn refused(refusal: Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST);
    match refusal {
        Refusal::OtherSize(size) => (status, text(SIZE, format!("{size}\n"))).into_response(),
        other => (status, text(TEXT, format!("{other}\n"))).into_response(),
    }
}

async fn last(State(kept): State<Arc<Kept>>, Path(log): Path<String>) -> Response {
    let found = tokio::task::spawn_blocking(move || {
        let logs = kept.logs()?;
        let wanted = format!("logs/{log}/checkpoint");
        let key = logs.values().find(|key| seen_path(key.name()) == wanted);
        key.map_or(Ok(None), |key| kept.last(key))
    });
    match found.await {
        Ok(Ok(Some((note, _)))) => text(TEXT, note),
        Ok(Ok(None)) => StatusCode::NOT_FOUND.into_response(),
        Ok(Err(error)) => {
            tracing::error!(%error, "what was seen of a log cannot be read");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn text(kind: &'static str, body: String) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")], body).into_response()
}
