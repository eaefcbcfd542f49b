//! The keys in the console: `/console/keys`. Where the root comes from, the key-encrypting keys, and
//! the run that gives every customer's data key a new version. No key itself is ever shown.

use askama::Template;
use axum::{
    Router,
    extract::{FromRef, State},
    response::Response,
    routing::{get, post},
};
use consent::{Consent, renewal};
use serde::Deserialize;
use store::{JobFilter, JobState, KekState, KeyStatus, Profile};
use web::{CsrfForm, NavItem, Page, Permission, Web, WebError};

const PATH: &str = "/console/keys";

#[derive(Clone, FromRef)]
struct Room {
    web: Web,
    consent: Consent,
}

/// The addresses of the page.
pub fn router(web: Web, consent: Consent) -> Router {
    Router::new()
        .route(PATH, get(show))
        .route("/console/keys/renew", post(renew))
        .with_state(Room { web, consent })
}

/// Its place in the console's navigation.
pub fn nav() -> Vec<NavItem> {
    vec![NavItem {
        section: "audit-nav",
        label: "keys-title",
        href: PATH,
        icon: "key",
        permission: Permission::ViewLedger,
    }]
}

#[derive(Template)]
#[template(path = "keys/keys.html")]
struct KeysPage {
    p: Page,
    status: KeyStatus,
    run: Option<renewal::Renewal>,
    /// Whether a server works on the run, or will in a moment.
    at_work: bool,
}

impl KeysPage {
    /// Where the root is kept, in words.
    fn kept_in(&self) -> String {
        let (kind, place) =
            self.status.provider.split_once(": ").unwrap_or((&self.status.provider, ""));
        let key = match kind {
            "key file" => "keys-from-file",
            "passphrase" => "keys-from-passphrase",
            "transit" => "keys-from-transit",
            "pkcs11" => "keys-from-pkcs11",
            _ => return self.status.provider.clone(),
        };
        self.p.t1(key, "place", place)
    }
    fn is_national(&self) -> bool {
        self.status.profile == Profile::National
    }
    fn keks(&self) -> impl Iterator<Item = &KekState> {
        self.status.keks.iter().rev()
    }
    /// A run that is not finished, at work or waiting for somebody to have it go on.
    fn open(&self) -> Option<&renewal::Renewal> {
        self.run.as_ref().filter(|run| run.finished_at.is_none())
    }
}

async fn show(p: Page, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::ViewLedger)?;
    let store = room.web.store();
    let filter = JobFilter { kind: Some(renewal::JOB.to_owned()), ..JobFilter::default() };
    let job = store.list_jobs(&filter, None, 1).await?.pop();
    let at_work = job.is_some_and(|job| matches!(job.state, JobState::Queued | JobState::Running));
    let run = room.consent.newest_renewal().await.map_err(WebError::internal)?;
    let status = store.key_status().await?;
    web::render(&KeysPage { p, status, run, at_work })
}

#[derive(Deserialize)]
struct Nothing {}

/// Begins a run, or has one that was stopped go on.
async fn renew(
    p: Page,
    State(room): State<Room>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::ManagePeople)?;
    room.consent.start_renewal(&p.actor()).await.map_err(WebError::internal)?;
    Ok(web::redirect_with_toast(PATH, "keys-renewing"))
}
