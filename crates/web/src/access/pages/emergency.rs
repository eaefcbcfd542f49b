//! Emergency access: taking it, ending it, and looking at it afterwards.

use super::{Nothing, Reason};
use crate::access::glass::{Glass, MINUTES};
use crate::{
    Choice, CsrfForm, Errors, ListQuery, Page, Pager, Permission, Web, WebError,
    redirect_with_toast, render, render_status,
};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

struct Line {
    glass: Glass,
    who: String,
    reviewer: String,
    mine: bool,
}

#[derive(Template)]
#[template(path = "access/emergency.html")]
struct EmergencyPage {
    p: Page,
    lines: Vec<Line>,
    pager: Pager,
    durations: Vec<Choice>,
    minutes: String,
    reason: String,
    errors: Errors,
    may_break: bool,
    may_review: bool,
}

/// Who watches over access sees all; others see their own.
async fn page(
    p: Page,
    web: &Web,
    input: &Reason,
    l: &ListQuery,
) -> Result<EmergencyPage, WebError> {
    let (may_break, may_review) = (p.can(Permission::BreakGlass), p.can(Permission::ReviewAccess));
    let only = if may_review { None } else { Some(p.user.id.as_str()) };
    let names = web.names().await?;
    let name = |id: &str| names.get(id).cloned().unwrap_or_default();
    let line = |glass: Glass| Line {
        who: name(&glass.user_id),
        reviewer: name(&glass.reviewed_by),
        mine: glass.user_id == p.user.id,
        glass,
    };
    let (found, total) = web.glasses(only, l).await?;
    let lines = found.into_iter().map(line).collect();
    let durations = MINUTES
        .iter()
        .map(|minutes| Choice::new(minutes.to_string(), p.tn("access-minutes", minutes)))
        .collect();
    Ok(EmergencyPage {
        pager: Pager::new(l, total),
        lines,
        durations,
        minutes: if input.minutes > 0 { input.minutes } else { MINUTES[1] }.to_string(),
        reason: input.reason.clone(),
        errors: Errors::new(),
        may_break,
        may_review,
        p,
    })
}

pub(super) async fn show(
    p: Page,
    l: ListQuery,
    State(web): State<Web>,
) -> Result<Response, WebError> {
    if !p.can(Permission::ReviewAccess) {
        p.require(Permission::BreakGlass)?;
    }
    render(&page(p, &web, &Reason::default(), &l).await?)
}

pub(super) async fn start(
    p: Page,
    State(web): State<Web>,
    CsrfForm(input): CsrfForm<Reason>,
) -> Result<Response, WebError> {
    p.require(Permission::BreakGlass)?;
    if let Some(fault) = input.fault() {
        let message = p.t(fault);
        let mut page = page(p, &web, &input, &ListQuery::default()).await?;
        page.errors.add("reason", message);
        return render_status(422, &page);
    }
    web.break_glass(&p.user.id, &input.reason, input.minutes).await?;
    Ok(redirect_with_toast("/console/access/emergency", "access-glass-broken"))
}

pub(super) async fn end(
    p: Page,
    State(web): State<Web>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    web.end_glass(&p.user.id).await?;
    Ok(redirect_with_toast("/console", "access-glass-ended"))
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Verdict {
    verdict: String,
}

pub(super) async fn review(
    p: Page,
    State(web): State<Web>,
    Path(id): Path<String>,
    CsrfForm(input): CsrfForm<Verdict>,
) -> Result<Response, WebError> {
    p.require(Permission::ReviewAccess)?;
    web.review_glass(&p.user.id, &id, &input.verdict).await?;
    Ok(redirect_with_toast("/console/access/emergency", "access-glass-reviewed"))
}
