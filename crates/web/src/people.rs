//! `/console/people`: who works here, with which role; invitations; the permission table.

use crate::links::Invitation;
use crate::users::Person;
use crate::{Choice, CsrfForm, Page, Permission, Role, Web, WebError, redirect_with_toast, render};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "web/people.html")]
struct PeoplePage {
    p: Page,
    people: Vec<Person>,
    invitations: Vec<Invitation>,
    roles: Vec<Choice>,
    manage: bool,
}

#[allow(clippy::unused_self, clippy::trivially_copy_pass_by_ref)] // called from the template
impl PeoplePage {
    fn all_roles(&self) -> [Role; 6] {
        Role::ALL
    }
    fn all_permissions(&self) -> [Permission; Permission::ALL.len()] {
        Permission::ALL
    }
    fn allows(&self, role: &Role, permission: &Permission) -> bool {
        role.can(*permission)
    }
}

/// Everybody may see who holds which role; only an owner may change it.
pub(crate) async fn show(p: Page, State(web): State<Web>) -> Result<Response, WebError> {
    let manage = p.can(Permission::ManagePeople);
    if !manage {
        p.require(Permission::ViewRecords)?;
    }
    let invitations = if manage { web.invitations().await? } else { Vec::new() };
    let people = web.people().await?;
    render(&PeoplePage { roles: roles(&p), p, people, invitations, manage })
}

fn roles(p: &Page) -> Vec<Choice> {
    Role::ALL.map(|role| Choice::new(role.as_str(), p.t(role.key()))).to_vec()
}

#[derive(Deserialize)]
pub(crate) struct RoleInput {
    #[serde(default)]
    role: String,
}

#[derive(Template)]
#[template(path = "web/invited.html")]
struct InvitedPage {
    p: Page,
    role: String,
    link: String,
}

pub(crate) async fn invite(
    p: Page,
    State(web): State<Web>,
    CsrfForm(input): CsrfForm<RoleInput>,
) -> Result<Response, WebError> {
    p.require(Permission::ManagePeople)?;
    let role = parse(&input.role)?;
    let link = web.invite(p.actor(), role).await?;
    let role = p.t(role.key());
    render(&InvitedPage { p, role, link })
}

fn parse(role: &str) -> Result<Role, WebError> {
    Role::parse(role).ok_or_else(|| WebError::BadRequest("web-error-bad-form".into()))
}

pub(crate) async fn set_role(
    p: Page,
    State(web): State<Web>,
    Path(id): Path<String>,
    CsrfForm(input): CsrfForm<RoleInput>,
) -> Result<Response, WebError> {
    p.require(Permission::ManagePeople)?;
    web.set_role(p.actor(), &id, parse(&input.role)?).await?;
    // Who gave up the owner's role may no longer see the page it was done on.
    let to = if id == p.user.id && input.role != "owner" { "/console" } else { "/console/people" };
    Ok(redirect_with_toast(to, "web-role-saved"))
}

#[derive(Deserialize)]
pub(crate) struct Nothing {}

pub(crate) async fn disable(
    p: Page,
    State(web): State<Web>,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::ManagePeople)?;
    web.set_disabled(p.actor(), &id, true).await?;
    Ok(redirect_with_toast("/console/people", "web-person-disabled"))
}

pub(crate) async fn enable(
    p: Page,
    State(web): State<Web>,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::ManagePeople)?;
    web.set_disabled(p.actor(), &id, false).await?;
    Ok(redirect_with_toast("/console/people", "web-person-enabled"))
}

pub(crate) async fn revoke_invitation(
    p: Page,
    State(web): State<Web>,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::ManagePeople)?;
    web.revoke_invitation(p.actor(), &id).await?;
    Ok(redirect_with_toast("/console/people", "web-invitation-revoked"))
}
