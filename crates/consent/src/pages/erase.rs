//! Erasing a customer: what goes, what stays, who agreed. Nobody does it alone.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::{get, post},
};
use serde::Deserialize;
use web::{
    CsrfForm, Errors, Page, Permission, WebError,
    access::{Action, Approval, ApprovalState},
};

use super::refused;
use crate::{
    ConsentError, Room,
    desk::Standing,
    erasure::{ErasureError, OBJECT},
};

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/console/consents/people/{id}/erase", get(show).post(erase))
        .route("/console/consents/people/{id}/erase/ask", post(ask))
}

/// Whether a reader may erase once a colleague has agreed.
pub(super) fn may(p: &Page) -> bool {
    p.standing().decide(Action::DestroyKeys, OBJECT, "", true)
}

/// What was asked for, as the reader sees it.
struct Asked {
    approval: Approval,
    who: String,
    decided: String,
    mine: bool,
}

impl Asked {
    fn is(&self, state: ApprovalState) -> bool {
        self.approval.state == state
    }
    fn is_open(&self) -> bool {
        self.is(ApprovalState::Open)
    }
    fn is_approved(&self) -> bool {
        self.is(ApprovalState::Approved)
    }
    fn is_refused(&self) -> bool {
        self.is(ApprovalState::Refused)
    }
    fn stands(&self) -> bool {
        self.is_open() || self.is_approved()
    }
}

#[derive(Template)]
#[template(path = "consent/erase.html")]
struct ErasePage {
    p: Page,
    standing: Standing,
    asked: Option<Asked>,
    may: bool,
    may_decide: bool,
    why: String,
    errors: Errors,
}

impl ErasePage {
    /// Whether the reader may ask: nobody waits, or only a colleague does who may take it back.
    fn can_ask(&self) -> bool {
        self.may && !self.asked.as_ref().is_some_and(Asked::stands)
    }
}

async fn page(room: &Room, p: Page, standing: Standing) -> Result<ErasePage, WebError> {
    let (approvals, me) = (room.web.approvals(), p.user.id.as_str());
    let last = approvals.last_about(me, Action::DestroyKeys, OBJECT, &standing.id.0).await?;
    let asked = match last {
        None => None,
        Some(approval) => {
            let names = room.web.askers().await?;
            let name = |id: &str| match id {
                "cli" => p.t("access-asker-cli"),
                id => names.get(id).cloned().unwrap_or_default(),
            };
            Some(Asked {
                who: name(&approval.asked_by),
                decided: name(&approval.decided_by),
                mine: approval.asked_by == me,
                approval,
            })
        }
    };
    Ok(ErasePage {
        may: may(&p),
        may_decide: p.can(Permission::Approve),
        standing,
        asked,
        why: String::new(),
        errors: Errors::new(),
        p,
    })
}

/// Nothing of the customer is told here, so no purpose is asked for: a colleague comes to decide.
async fn show(
    p: Page,
    Path(id): Path<String>,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    let standing = room.consent.standing_of(&id).await.map_err(refused)?;
    if standing.id.0 != id {
        return Ok(web::redirect(&format!("/console/consents/people/{}/erase", standing.id)));
    }
    web::render(&page(&room, p, standing).await?)
}

/// Why, as typed. No `Debug`: it may name a person.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Asking {
    why: String,
}

async fn ask(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(asking): CsrfForm<Asking>,
) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    if !may(&p) {
        return Err(WebError::Forbidden);
    }
    let standing = room.consent.standing_of(&id).await.map_err(refused)?;
    match room.ask_erasure(&p.actor(), &standing.id, &asking.why).await {
        Ok(_) => Ok(back(&standing, "access-asked")),
        Err(ErasureError::Reason) => {
            let message = p.t("access-error-reason");
            let mut page = page(&room, p, standing).await?;
            page.errors.add("why", message);
            page.why = asking.why;
            web::render_status(422, &page)
        }
        Err(error) => Err(told(error)),
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Doing {
    /// `1` once the reader ticked that they know it cannot be undone.
    sure: String,
    request: String,
}

async fn erase(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(doing): CsrfForm<Doing>,
) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    if !may(&p) {
        return Err(WebError::Forbidden);
    }
    let standing = room.consent.standing_of(&id).await.map_err(refused)?;
    let agreed = room.erasure(&p.actor(), &doing.request).await.map_err(told)?;
    if agreed.object_id != standing.id.0 {
        return Err(WebError::NotFound);
    }
    if doing.sure != "1" {
        let message = p.t("erase-error-sure");
        let mut page = page(&room, p, standing).await?;
        page.errors.add("sure-1", message);
        return web::render_status(422, &page);
    }
    room.carry_out_erasure(&p.actor(), &agreed.id).await.map_err(told)?;
    Ok(back(&standing, "erase-done"))
}

fn back(standing: &Standing, toast: &'static str) -> Response {
    web::redirect_with_toast(&format!("/console/consents/people/{}/erase", standing.id), toast)
}

fn told(error: ErasureError) -> WebError {
    match error {
        ErasureError::Consent(ConsentError::Erased) => {
            WebError::Conflict("erase-error-done".into())
        }
        ErasureError::Consent(error) => refused(error),
        ErasureError::Web(error) => error,
        ErasureError::Reason => WebError::BadRequest("access-error-reason".into()),
        ErasureError::Unknown | ErasureError::Waiting => {
            WebError::Conflict("erase-error-needs".into())
        }
        ErasureError::Spent => WebError::Conflict("access-error-used".into()),
        ErasureError::Moved => WebError::Conflict("erase-error-moved".into()),
    }
}
