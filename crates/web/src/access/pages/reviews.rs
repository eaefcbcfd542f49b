//! Access reviews: who can see what, campaigns, one campaign.

use super::Nothing;
use crate::access::review::{Item, Review, Right};
use crate::{
    CsrfForm, ListQuery, Page, Pager, Permission, Role, Web, WebError, redirect_with_toast, render,
};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

struct Reach {
    what: String,
    names: String,
    count: usize,
}

#[derive(Template)]
#[template(path = "access/reviews.html")]
struct ReviewsPage {
    p: Page,
    reach: Vec<Reach>,
    unused: Vec<(String, String, String)>,
    reviews: Vec<Review>,
    pager: Pager,
    running: bool,
}

/// A right in words: "Role: Engineer".
fn words(p: &Page, kind: &str, what: &str) -> (String, String) {
    let what = match kind {
        "role" => Role::parse(what).map_or_else(|| what.to_owned(), |role| p.t(role.key())),
        "purpose" => p.t(&crate::access::purposes::key(what)),
        _ => what.to_owned(),
    };
    (p.t(&format!("access-right-{kind}")), what)
}

pub(super) async fn show(
    p: Page,
    l: ListQuery,
    State(web): State<Web>,
) -> Result<Response, WebError> {
    p.require(Permission::ReviewAccess)?;
    let reach = web.reach().await?.into_iter().map(|(permission, names)| Reach {
        what: p.t(permission.key()),
        count: names.len(),
        names: names.join(", "),
    });
    let reach = reach.collect();
    let unused = web.rights().await?.into_iter().filter(|right| !right.used).map(|right: Right| {
        let (kind, what) = words(&p, right.kind, &right.what);
        (right.name, kind, what)
    });
    let unused = unused.collect();
    let (reviews, total, open) = web.reviews(&l).await?;
    let (pager, running) = (Pager::new(&l, total), open > 0);
    render(&ReviewsPage { p, reach, unused, reviews, pager, running })
}

pub(super) async fn start(
    p: Page,
    State(web): State<Web>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::ReviewAccess)?;
    let id = web.start_review(&p.user.id).await?;
    Ok(redirect_with_toast(&format!("/console/access/reviews/{id}"), "access-review-started"))
}

struct Line {
    item: Item,
    name: String,
    kind: String,
    what: String,
    decided: String,
    mine: bool,
}

#[derive(Template)]
#[template(path = "access/review.html")]
struct ReviewPage {
    p: Page,
    review: Review,
    lines: Vec<Line>,
    may_revoke: bool,
}

pub(super) async fn one(
    p: Page,
    State(web): State<Web>,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::ReviewAccess)?;
    let review = web.review(&id).await?.ok_or(WebError::NotFound)?;
    let holders = web.holders().await?;
    let name = |id: &str| holders.get(id).cloned().unwrap_or_default();
    let line = |item: Item| {
        let (kind, what) = words(&p, &item.kind, &item.what);
        Line {
            name: name(&item.holder),
            decided: name(&item.decided_by),
            mine: item.holder == p.user.id,
            kind,
            what,
            item,
        }
    };
    let lines = web.review_items(&id).await?.into_iter().map(line).collect();
    let may_revoke = p.can(Permission::ManagePeople);
    render(&ReviewPage { p, review, lines, may_revoke })
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Verdict {
    verdict: String,
}

/// Taking a role or token away is managing accounts: that right is asked for too.
pub(super) async fn decide(
    p: Page,
    State(web): State<Web>,
    Path(id): Path<String>,
    CsrfForm(input): CsrfForm<Verdict>,
) -> Result<Response, WebError> {
    p.require(Permission::ReviewAccess)?;
    let revoke = match input.verdict.as_str() {
        "revoke" => true,
        "certify" => false,
        _ => return Err(WebError::BadRequest("web-error-bad-form".into())),
    };
    if revoke {
        p.require(Permission::ManagePeople)?;
    }
    let review = web.decide_right(&p.user.id, &id, revoke).await?;
    let toast = if revoke { "access-right-revoked" } else { "access-right-certified" };
    Ok(redirect_with_toast(&format!("/console/access/reviews/{review}"), toast))
}

pub(super) async fn close(
    p: Page,
    State(web): State<Web>,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::ReviewAccess)?;
    web.close_review(&p.user.id, &id).await?;
    Ok(redirect_with_toast("/console/access/reviews", "access-review-closed"))
}
