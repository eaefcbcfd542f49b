//! Publishing: what changes, what is still open, from when it applies – asked by one person, done by
//! another where there is one.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use jiff::{civil::Date, tz::Offset};
use law::Text;
use serde::Deserialize;
use web::{CsrfForm, Errors, Page, Permission, WebError};

use super::{
    Nothing,
    words::{self, ListView},
};
use crate::{
    PolicyError, Room,
    changes::{self, changes},
    document::fresh,
    public::{ChangesView, changed},
    store::Standing,
};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Input {
    reason_en: String,
    reason_zh: String,
    day: String,
    seen: String,
}

impl Input {
    fn reason(&self) -> Text {
        let tidy = |text: &str| text.replace("\r\n", "\n").trim().to_owned();
        Text { en: tidy(&self.reason_en), zh: tidy(&self.reason_zh) }
    }
}

/// What waits for a second person.
struct Waiting {
    by: String,
    at: i64,
    effective_at: i64,
    is_mine: bool,
    may_decide: bool,
    alone: bool,
    /// Sentences of the map's document that differ from it by now.
    drift: usize,
    lacks: usize,
}

#[derive(Template)]
#[template(path = "policy/publish.html")]
struct PublishPage {
    p: Page,
    id: String,
    title: String,
    next: i64,
    today: String,
    sections: Vec<ChangesView>,
    /// Names of what people must be asked again for.
    asks: Vec<String>,
    lists: Vec<ListView>,
    open: usize,
    missing: usize,
    waiting: Option<Waiting>,
    may_edit: bool,
    input: Input,
    errors: Errors,
}

fn today() -> Date {
    Offset::UTC.to_datetime(jiff::Timestamp::now()).date()
}

async fn page(
    room: &Room,
    p: Page,
    standing: Standing,
    input: Input,
    errors: Errors,
) -> Result<PublishPage, WebError> {
    let zh = p.zh();
    let candidate = standing.row.candidate.clone();
    let document = candidate
        .as_ref()
        .map_or(&standing.composed.document, |candidate| &candidate.body.document);
    let before = standing.newest.as_ref().map(|newest| &newest.body.document);
    let told = before.map(|before| changes(before, document)).unwrap_or_default();
    let asks = before.map(|before| fresh(before, document)).unwrap_or_default();
    let waiting = match &candidate {
        None => None,
        Some(candidate) => {
            let alone = !room.web.others_may(Permission::Approve, &p.user.id).await?;
            let is_mine = candidate.asked_by == p.actor().to_text();
            let names = room.web.askers().await?;
            let by = candidate.asked_by.trim_start_matches("person:");
            Some(Waiting {
                by: names.get(by).cloned().unwrap_or_else(|| candidate.asked_by.clone()),
                at: candidate.asked_at,
                effective_at: candidate.effective_at,
                may_decide: p.can(Permission::Approve) && (!is_mine || alone),
                drift: changes::count(&changes(
                    &candidate.body.document,
                    &standing.composed.document,
                )),
                lacks: candidate.body.lacks.len(),
                is_mine,
                alone,
            })
        }
    };
    let input = match &candidate {
        Some(candidate) => Input {
            reason_en: candidate.body.reason.en.clone(),
            reason_zh: candidate.body.reason.zh.clone(),
            ..input
        },
        None => input,
    };
    Ok(PublishPage {
        title: document.title.get(zh).to_owned(),
        next: standing.row.version + 1,
        today: today().to_string(),
        sections: changed(&told, zh),
        asks: asks.iter().map(|one| one.name.get(zh).to_owned()).collect(),
        lists: words::lists(&p, &standing.row.id, document, &standing.checklists),
        open: standing.lacks().len(),
        missing: standing.composed.phrases.iter().filter(|one| !one.lacks.is_empty()).count(),
        may_edit: p.can(Permission::EditConsents),
        id: standing.row.id.clone(),
        waiting,
        input,
        errors,
        p,
    })
}

pub(super) async fn show(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewConsents)?;
    let standing = room.policy.standing(&id).await?;
    let input = Input { day: today().to_string(), ..Input::default() };
    web::render(&page(&room, p, standing, input, Errors::new()).await?)
}

pub(super) async fn ask(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    let standing = room.policy.standing(&id).await?;
    let mut errors = Errors::new();
    let reason = input.reason();
    if standing.row.version > 0 && reason.en.is_empty() {
        errors.add("reason_en", p.t("policy-error-reason"));
    }
    if standing.row.version > 0 && reason.zh.is_empty() {
        errors.add("reason_zh", p.t("policy-error-reason"));
    }
    let day: Option<Date> = input.day.parse().ok().filter(|day| *day >= today());
    if day.is_none() {
        errors.add("day", p.t("policy-error-day"));
    }
    if !standing.lacks().is_empty() && input.seen.is_empty() {
        errors.add("seen", p.t("policy-error-seen"));
    }
    let Some(day) = day.filter(|_| errors.is_empty()) else {
        return web::render_status(422, &page(&room, p, standing, input, errors).await?);
    };
    let start = Offset::UTC.to_timestamp(day.at(0, 0, 0, 0)).map_err(WebError::internal)?;
    let effective_at = start.as_microsecond();
    room.policy.ask(p.actor(), &id, &reason, effective_at).await?;
    room.policy.count_waiting().await?;
    let back = format!("/console/policies/{id}/publish");
    Ok(web::redirect_with_toast(&back, "policy-toast-asked"))
}

pub(super) async fn approve(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::Approve)?;
    let alone = !room.web.others_may(Permission::Approve, &p.user.id).await?;
    let reason = input.reason();
    let given = !reason.en.is_empty() && !reason.zh.is_empty();
    let version =
        room.policy.approve(p.actor(), &id, given.then_some(&reason), alone).await?.version;
    room.policy.count_waiting().await?;
    let to = format!("/console/policies/{id}/versions/{version}");
    Ok(web::redirect_with_toast(&to, "policy-toast-published"))
}

pub(super) async fn refuse(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    let row = room.policy.row(&id).await?;
    let candidate = row.candidate.ok_or(PolicyError::NotFound)?;
    // Who asked may take it back; else it takes who may approve.
    if candidate.asked_by != p.actor().to_text() {
        p.require(Permission::Approve)?;
    }
    room.policy.refuse(p.actor(), &id).await?;
    room.policy.count_waiting().await?;
    let back = format!("/console/policies/{id}/publish");
    Ok(web::redirect_with_toast(&back, "policy-toast-refused"))
}
