//! Asking again: how many must be, how many have answered. Numbers for everybody who sees consents;
//! the list of people only for those who may look people up and download, with a colleague's consent.

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::{get, post},
};
use futures::StreamExt as _;
use serde::Deserialize;
use web::access::Exporting;
use web::{Choice as Option_, CsrfForm, Page, Permission, WebError};

use super::{people::kinds, refused, words};
use crate::{
    ConsentError, IdentifierKind, Room,
    campaign::{Campaign, Line, Progress},
};

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/console/consents/campaigns", get(list))
        .route("/console/consents/campaigns/{name}/start", post(start))
        .route("/console/consents/campaigns/{name}/close", post(close))
        .route("/console/consents/campaigns/{name}/ask", post(ask))
        .route("/console/consents/campaigns/{name}/people", post(people))
}

/// A campaign as the page shows it.
struct Shown {
    name: String,
    title: String,
    campaign: Campaign,
    progress: Option<Arc<Progress>>,
    /// The purposes' names, in the progress's order.
    names: Vec<String>,
    /// How far the reader is with the list.
    exporting: Exporting,
}

impl Shown {
    fn lines(&self) -> Vec<(&str, &Line)> {
        let lines = self.progress.as_ref().map(|made| made.lines.as_slice()).unwrap_or_default();
        self.names.iter().map(String::as_str).zip(lines).collect()
    }
    fn open(&self) -> i64 {
        self.lines().iter().map(|(_, line)| line.open).sum()
    }
    /// Start and width of each part of a line's bar, of a hundred.
    #[allow(clippy::unused_self)] // templates reach functions only as methods
    fn bars(&self, line: &Line) -> Vec<(&'static str, String, String)> {
        let all = line.asked().max(1) as f64;
        let mut at = 0.0;
        let parts = [("granted", line.granted), ("denied", line.denied), ("open", line.open)];
        let bar = parts.into_iter().map(|(kind, n)| {
            let width = n as f64 / all * 100.0;
            at += width;
            (kind, format!("{:.2}", at - width), format!("{width:.2}"))
        });
        bar.collect()
    }
    #[allow(clippy::unused_self)]
    fn share(&self, line: &Line) -> f64 {
        line.answered() as f64 / line.asked().max(1) as f64
    }
}

#[derive(Template)]
#[template(path = "consent/campaigns.html")]
struct Campaigns {
    p: Page,
    rows: Vec<Shown>,
    kinds: Vec<Option_>,
}

impl Campaigns {
    fn may_take_the_list(&self) -> bool {
        self.p.can(Permission::LookUpPeople) && self.p.can(Permission::Export)
    }
    fn counting(&self) -> bool {
        self.rows.iter().any(|one| one.progress.is_none())
    }
}

async fn list(p: Page, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::ViewConsents)?;
    let catalogue = room.consent.catalogue();
    let mut rows = Vec::new();
    for campaign in room.consent.campaigns().await.map_err(refused)? {
        let progress = room.consent.campaign_progress(&campaign).await.map_err(refused)?;
        let names = campaign.purposes.iter().map(|key| words::purpose(&p, &catalogue, key));
        let exporting = p.exporting(&room.web, OBJECT, &campaign.name()).await?;
        rows.push(Shown {
            exporting,
            name: campaign.name(),
            title: words::notice(&p, &catalogue, &campaign.name()),
            names: names.collect(),
            progress,
            campaign,
        });
    }
    web::render(&Campaigns { kinds: kinds(&p), p, rows })
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Nothing {}

async fn start(
    State(room): State<Room>,
    p: Page,
    Path(name): Path<String>,
    CsrfForm(_): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    room.consent.start_campaign(&p.actor(), &name).await.map_err(refused)?;
    Ok(web::redirect_with_toast("/console/consents/campaigns", "campaign-started"))
}

async fn close(
    State(room): State<Room>,
    p: Page,
    Path(name): Path<String>,
    CsrfForm(_): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    room.consent.close_campaign(&p.actor(), &name).await.map_err(refused)?;
    Ok(web::redirect_with_toast("/console/consents/campaigns", "campaign-closed"))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Wanted {
    kind: String,
}

/// The kind of object an approval is for.
const OBJECT: &str = "campaign";

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asking {
    reason: String,
}

/// Asks a colleague for consent to the download.
async fn ask(
    State(room): State<Room>,
    p: Page,
    Path(name): Path<String>,
    CsrfForm(asking): CsrfForm<Asking>,
) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    p.require(Permission::Export)?;
    let known = room.consent.campaigns().await.map_err(refused)?;
    if !known.iter().any(|campaign| campaign.name() == name) {
        return Err(WebError::NotFound);
    }
    p.ask_export(&room.web, (OBJECT, &name), &asking.reason).await?;
    Ok(web::redirect_with_toast("/console/consents/campaigns", "access-asked"))
}

/// Identifiers of everybody who is still open, as a file. The ledger notes who took it.
async fn people(
    State(room): State<Room>,
    p: Page,
    Path(name): Path<String>,
    CsrfForm(wanted): CsrfForm<Wanted>,
) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    p.require(Permission::Export)?;
    p.begin_export(&room.web, OBJECT, &name).await?;
    let kind = IdentifierKind::parse(&wanted.kind).unwrap_or(IdentifierKind::Email);
    let open = room.consent.open_people(&p.actor(), &name).await.map_err(refused)?;
    let consent = room.consent.clone();
    let rows = futures::stream::iter(open)
        .then(move |id| {
            let consent = consent.clone();
            async move {
                let all = consent.identifiers(&id).await?;
                let of_kind = all.iter().filter(|one| one.kind() == kind);
                Ok::<_, ConsentError>(of_kind.map(|one| one.expose().to_owned()).collect())
            }
        })
        .filter(|row: &Result<Vec<String>, _>| {
            std::future::ready(!matches!(row, Ok(cells) if cells.is_empty()))
        })
        .map(|row| {
            row.map(|mut cells: Vec<String>| {
                cells.truncate(1);
                cells
            })
        });
    Ok(web::csv_stream("ask-again", vec![kind.as_str().to_owned()], rows))
}
