//! Canaries: making them, taking them away to plant, saying where they stand, retiring them.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde::Deserialize;
use store::Entry;
use web::{CsrfForm, Errors, Page, Permission, WebError, redirect_with_toast, render_status};

use super::Nothing;
use crate::{Canary, Room, Stand, canary};

/// Made at a time at most.
const MOST: u32 = 50;

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/console/canaries", get(show).post(make))
        .route("/console/canaries/canaries.csv", post(download))
        .route("/console/canaries/{id}/planted", post(planted))
        .route("/console/canaries/{id}/retire", post(retire))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Input {
    domain: String,
    count: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Place {
    place: String,
}

#[derive(Template)]
#[template(path = "warn/canaries.html")]
struct CanariesPage {
    p: Page,
    alive: Vec<Canary>,
    retired: usize,
    input: Input,
    errors: Errors,
}

#[allow(clippy::unused_self)] // called from the template
impl CanariesPage {
    fn is_planted(&self, canary: &Canary) -> bool {
        canary.stand == Stand::Planted
    }

    fn has_new(&self) -> bool {
        self.alive.iter().any(|canary| canary.stand == Stand::Made)
    }
}

/// Who sees which customers are none could avoid them: looking is an entry.
async fn page(
    room: &Room,
    p: Page,
    input: Input,
    errors: Errors,
) -> Result<CanariesPage, WebError> {
    noted(room, &p, "canary.viewed").await?;
    let all = room.warn.canaries().await?;
    let (alive, retired): (Vec<Canary>, Vec<Canary>) =
        all.into_iter().partition(|canary| canary.stand != Stand::Retired);
    Ok(CanariesPage { p, alive, retired: retired.len(), input, errors })
}

async fn noted(room: &Room, p: &Page, action: &'static str) -> Result<(), WebError> {
    let entry = Entry::new(p.actor(), action, "canary", "all");
    room.warn.store().submit(store::HotWrite { entry, rows: Vec::new() }).await?;
    Ok(())
}

async fn show(p: Page, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::EditPolicies)?;
    let input = Input { domain: String::new(), count: "3".into() };
    web::render(&page(&room, p, input, Errors::new()).await?)
}

async fn make(
    State(room): State<Room>,
    p: Page,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::EditPolicies)?;
    let mut errors = Errors::new();
    let domain = input.domain.trim().trim_start_matches('@').to_lowercase();
    if !canary::sound_domain(&domain) {
        errors.add("domain", p.t("canary-error-domain"));
    }
    let count = input.count.trim().parse::<u32>().ok().filter(|count| (1..=MOST).contains(count));
    if count.is_none() {
        errors.add("count", p.tn("canary-error-count", MOST));
    }
    let Some(count) = count.filter(|_| errors.is_empty()) else {
        return render_status(422, &page(&room, p, input, errors).await?);
    };
    for _ in 0..count {
        room.warn.make_canary(&p.actor(), &domain).await?;
    }
    Ok(web::redirect_with_toast_n("/console/canaries", "canary-toast-made", i64::from(count)))
}

/// All that are watched, as CSV; by POST, because it is an export of what must stay a secret.
async fn download(
    State(room): State<Room>,
    p: Page,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::EditPolicies)?;
    noted(&room, &p, "canary.exported").await?;
    let all = room.warn.canaries().await?;
    // Made here of letters, digits, @ and +: nothing to quote, and a number must keep its +.
    let mut text = String::from("name,email,phone,customer_id\r\n");
    for canary in all.iter().filter(|canary| canary.stand != Stand::Retired) {
        text.push_str(&canary.face.cells().join(","));
        text.push_str("\r\n");
    }
    let mut headers = HeaderMap::new();
    headers
        .insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(
        header::CONTENT_DISPOSITION,
        // The file must not tell what it is to whoever finds it.
        header::HeaderValue::from_static("attachment; filename=\"customers.csv\""),
    );
    Ok((headers, text).into_response())
}

async fn planted(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(input): CsrfForm<Place>,
) -> Result<Response, WebError> {
    p.require(Permission::EditPolicies)?;
    let place = input.place.trim();
    if place.is_empty() || place.chars().count() > 200 {
        let mut errors = Errors::new();
        errors.add("", p.t("canary-error-place"));
        let input = Input { domain: String::new(), count: "3".into() };
        return render_status(422, &page(&room, p, input, errors).await?);
    }
    room.warn.planted(p.actor(), &id, place).await?;
    Ok(redirect_with_toast("/console/canaries", "canary-toast-planted"))
}

async fn retire(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::EditPolicies)?;
    room.warn.retire(p.actor(), &id).await?;
    Ok(redirect_with_toast("/console/canaries", "canary-toast-retired"))
}
