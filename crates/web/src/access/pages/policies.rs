//! Policies of one's own: writing, trying, asking for consent, switching on, going back.

use super::Reason;
use crate::access::policies::{Change, Policy, Trial, try_out};
use crate::access::{Approval, ApprovalState};
use crate::{
    CsrfForm, Errors, ListQuery, Page, Pager, Permission, Web, WebError, redirect_with_toast,
    render, render_status,
};
use access::Action;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

/// What an empty editor starts with.
const EXAMPLE: &str = "\
// Engineers may not download lists.\n// 工程师不得下载列表。\n@id(\"no-lists-for-engineers\")\n\
forbid (\n  principal in Privet::Role::\"engineer\",\n  action == Privet::Action::\"export\",\n  \
resource\n);\n";
const EXAMPLE_CASES: &str = "engineer export = refuse\nauditor export = allow\n\
privacy_officer+complaints open_personal_data for complaints = allow\n";

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Text {
    body: String,
    cases: String,
    act: String,
}

#[derive(Template)]
#[template(path = "access/policies.html")]
struct PoliciesPage {
    p: Page,
    input: Text,
    trial: Option<Trial>,
    versions: Vec<(Policy, String)>,
    pager: Pager,
    active: String,
    actions: String,
}

async fn page(
    p: Page,
    web: &Web,
    input: Text,
    trial: Option<Trial>,
    l: &ListQuery,
) -> Result<PoliciesPage, WebError> {
    let names = web.names().await?;
    let named = |policy: Policy| {
        let name = names.get(&policy.made_by).cloned().unwrap_or_default();
        (policy, name)
    };
    let (found, total) = web.policies(l).await?;
    let versions = found.into_iter().map(named).collect();
    let pager = Pager::new(l, total);
    let active = web.active_policy().await?.map_or(String::new(), |policy| policy.id);
    let actions: Vec<&str> = Action::ALL.iter().map(|action| action.as_str()).collect();
    let actions = actions.join(", ");
    Ok(PoliciesPage { p, input, trial, versions, pager, active, actions })
}

pub(super) async fn show(
    p: Page,
    l: ListQuery,
    State(web): State<Web>,
) -> Result<Response, WebError> {
    p.require(Permission::EditPolicies)?;
    let newest = web.policies(&ListQuery::default()).await?.0.into_iter().next();
    let (body, cases) = newest.map_or_else(
        || (EXAMPLE.to_owned(), EXAMPLE_CASES.to_owned()),
        |policy| (policy.body, policy.cases),
    );
    render(&page(p, &web, Text { body, cases, act: String::new() }, None, &l).await?)
}

/// Tries what was written; with `act=save` keeps it as a version, if it is at least readable.
pub(super) async fn save(
    p: Page,
    State(web): State<Web>,
    CsrfForm(mut input): CsrfForm<Text>,
) -> Result<Response, WebError> {
    p.require(Permission::EditPolicies)?;
    // Forms send lines with CR LF; faults count lines of what is kept.
    input.body = input.body.replace("\r\n", "\n");
    input.cases = input.cases.replace("\r\n", "\n");
    let trial = try_out(&input.body, &input.cases);
    let readable = trial.faults.is_empty() && trial.unreadable.is_empty();
    if input.act == "save" && readable {
        let id = web.save_policy(&p.user.id, &input.body, &input.cases).await?;
        let to = format!("/console/access/policies/{id}");
        return Ok(redirect_with_toast(&to, "access-policy-saved"));
    }
    let status = if readable { 200 } else { 422 };
    render_status(status, &page(p, &web, input, Some(trial), &ListQuery::default()).await?)
}

#[derive(Template)]
#[template(path = "access/policy.html")]
struct PolicyPage {
    p: Page,
    /// The version's id, or `shipped`.
    object: String,
    policy: Option<Policy>,
    trial: Option<Trial>,
    changes: Vec<(Change, String, String)>,
    looked_at: usize,
    is_on: bool,
    asked: Option<Approval>,
    reason: String,
    errors: Errors,
}

impl PolicyPage {
    fn may_ask(&self) -> bool {
        !self.is_on && self.asked.is_none() && self.trial.as_ref().is_none_or(Trial::passes)
    }
    fn approved(&self) -> Option<&Approval> {
        self.asked.as_ref().filter(|asked| asked.state == ApprovalState::Approved)
    }
}

async fn find(web: &Web, object: &str) -> Result<Option<Policy>, WebError> {
    if object == "shipped" {
        return Ok(None);
    }
    web.policy(object).await?.map(Some).ok_or(WebError::NotFound)
}

async fn version(p: Page, web: &Web, object: String) -> Result<PolicyPage, WebError> {
    let policy = find(web, &object).await?;
    let trial = policy.as_ref().map(|policy| try_out(&policy.body, &policy.cases));
    let body = policy.as_ref().map_or("", |policy| policy.body.as_str());
    let (changes, looked_at) = match &trial {
        Some(trial) if !trial.faults.is_empty() => (Vec::new(), 0),
        _ => web.dry_run(body).await?,
    };
    let mut names = web.names().await?;
    names.extend(web.list_tokens().await?.into_iter().map(|token| (token.id, token.name)));
    let told = |change: Change| {
        let who = names.get(&change.seen.actor).cloned().unwrap_or_default();
        let what = p.t(&format!("access-action-{}", change.seen.action.as_str().replace('_', "-")));
        (change, who, what)
    };
    let changes = changes.into_iter().take(100).map(told).collect();
    let active = web.active_policy().await?.map_or_else(|| "shipped".to_owned(), |one| one.id);
    let asked =
        web.approvals().standing(&p.user.id, Action::ChangePolicies, "policy", &object).await?;
    Ok(PolicyPage {
        is_on: active == object,
        object,
        policy,
        trial,
        changes,
        looked_at,
        asked,
        reason: String::new(),
        errors: Errors::new(),
        p,
    })
}

pub(super) async fn one(
    p: Page,
    State(web): State<Web>,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::EditPolicies)?;
    render(&version(p, &web, id).await?)
}

pub(super) async fn ask(
    p: Page,
    State(web): State<Web>,
    Path(id): Path<String>,
    CsrfForm(input): CsrfForm<Reason>,
) -> Result<Response, WebError> {
    p.require(Permission::EditPolicies)?;
    find(&web, &id).await?;
    if let Some(fault) = input.fault() {
        let message = p.t(fault);
        let mut page = version(p, &web, id).await?;
        page.errors.add("reason", message);
        page.reason = input.reason;
        return render_status(422, &page);
    }
    let (me, action) = (p.user.id.as_str(), Action::ChangePolicies);
    web.approvals().ask(me, action, "policy", &id, &input.reason).await?;
    Ok(redirect_with_toast(&format!("/console/access/policies/{id}"), "access-asked"))
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Consent {
    approval: String,
}

pub(super) async fn switch(
    p: Page,
    State(web): State<Web>,
    Path(id): Path<String>,
    CsrfForm(input): CsrfForm<Consent>,
) -> Result<Response, WebError> {
    find(&web, &id).await?;
    let approved = web
        .approvals()
        .find(&input.approval)
        .await?
        .filter(|one| one.object_id == id && one.object_kind == "policy")
        .filter(|one| one.action == Action::ChangePolicies.as_str() && one.asked_by == p.user.id)
        .ok_or(WebError::NotFound)?;
    let agreed = approved.state == ApprovalState::Approved;
    if !p.standing().decide(Action::ChangePolicies, "policy", "", agreed) {
        return Err(WebError::Forbidden);
    }
    let policy = if id == "shipped" { "" } else { id.as_str() };
    web.switch_policy(&p.user.id, policy, &approved.id).await?;
    Ok(redirect_with_toast("/console/access/policies", "access-policy-on"))
}
