//! The inbox of approvals: what colleagues ask for, and what one asked for oneself.

use super::Nothing;
use crate::access::{Approval, ApprovalState};
use crate::{
    CsrfForm, ListQuery, Page, Pager, Permission, Web, WebError, redirect_with_toast, render,
};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

struct Line {
    approval: Approval,
    what: String,
    /// Where the object can be looked at; empty where it has no page.
    link: String,
    who: String,
    decided: String,
    mine: bool,
    badge: &'static str,
    state: String,
}

impl Line {
    fn is_open(&self) -> bool {
        self.approval.state == ApprovalState::Open
    }
    fn can_be_withdrawn(&self) -> bool {
        self.mine && matches!(self.approval.state, ApprovalState::Open | ApprovalState::Approved)
    }
}

#[derive(Template)]
#[template(path = "access/approvals.html")]
struct ApprovalsPage {
    p: Page,
    lines: Vec<Line>,
    pager: Pager,
    may_decide: bool,
}

/// Who may approve sees all; others see what they asked for.
pub(super) async fn show(
    p: Page,
    l: ListQuery,
    State(web): State<Web>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewMap)?;
    let may_decide = p.can(Permission::Approve);
    let only = if may_decide { None } else { Some(p.user.id.as_str()) };
    let names = web.askers().await?;
    let name = |id: &str| match id {
        "cli" => p.t("access-asker-cli"),
        id => {
            let name = names.get(id).cloned().unwrap_or_default();
            if id.starts_with("token:") { p.t1("access-asker-token", "name", name) } else { name }
        }
    };
    let line = |approval: Approval| Line {
        what: approval.what(&p),
        link: approval.link(),
        who: name(&approval.asked_by),
        decided: name(&approval.decided_by),
        mine: approval.asked_by == p.user.id,
        badge: badge(approval.state),
        state: p.t(&format!("access-state-{}", approval.state.as_str())),
        approval,
    };
    let (found, total) = web.approvals().page(only, &l).await?;
    let pager = Pager::new(&l, total);
    let lines = found.into_iter().map(line).collect();
    render(&ApprovalsPage { p, lines, pager, may_decide })
}

fn badge(state: ApprovalState) -> &'static str {
    match state {
        ApprovalState::Open => "warn",
        ApprovalState::Approved => "ok",
        ApprovalState::Refused => "danger",
        ApprovalState::Used => "info",
        ApprovalState::Withdrawn | ApprovalState::Expired => "none",
    }
}

pub(super) async fn decide(
    p: Page,
    State(web): State<Web>,
    Path((id, verdict)): Path<(String, String)>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    let (approvals, me) = (web.approvals(), p.user.id.as_str());
    let toast = match verdict.as_str() {
        "withdraw" => {
            approvals.withdraw(me, &id).await?;
            "access-withdrawn"
        }
        "approve" => {
            p.require(Permission::Approve)?;
            approvals.approve(me, &id).await?;
            "access-approved"
        }
        "refuse" => {
            p.require(Permission::Approve)?;
            approvals.refuse(me, &id).await?;
            "access-refused"
        }
        _ => return Err(WebError::NotFound),
    };
    Ok(redirect_with_toast("/console/access/approvals", toast))
}
