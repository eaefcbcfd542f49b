//! The pages under `/console/access`: thin, like all pages.

mod approvals;
mod emergency;
mod policies;
mod purposes;
mod reviews;

use crate::page::NavItem;
use crate::{Page, Permission, Web, WebError, render};
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;

pub(crate) const NAV: NavItem = NavItem {
    section: "web-nav-administration",
    label: "access-nav",
    href: "/console/access",
    icon: "shield",
    permission: Permission::ViewMap,
};

/// The shortest reason that says anything, and the longest that is kept.
const REASON: std::ops::RangeInclusive<usize> = 5..=1000;

#[derive(Deserialize)]
struct Nothing {}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Reason {
    reason: String,
    minutes: i64,
}

impl Reason {
    /// The text key of what is wrong with it.
    fn fault(&self) -> Option<&'static str> {
        let long_enough = REASON.contains(&self.reason.trim().chars().count());
        (!long_enough).then_some("access-error-reason")
    }
}

/// A day (UTC) as stored: `2026-11-29`.
pub(crate) fn day_text(micros: i64) -> String {
    let mut text = crate::rfc3339(micros);
    text.truncate(10);
    text
}

pub(crate) fn routes() -> Router<Web> {
    Router::new()
        .route("/console/access", get(shipped))
        .route("/console/access/purpose", get(purposes::choose).post(purposes::chosen))
        .route("/console/people/{id}/purposes", get(purposes::show).post(purposes::save))
        .route("/console/access/approvals", get(approvals::show))
        .route("/console/access/approvals/{id}/{verdict}", post(approvals::decide))
        .route("/console/access/emergency", get(emergency::show).post(emergency::start))
        .route("/console/access/emergency/end", post(emergency::end))
        .route("/console/access/emergency/{id}/review", post(emergency::review))
        .route("/console/access/reviews", get(reviews::show).post(reviews::start))
        .route("/console/access/reviews/{id}", get(reviews::one).post(reviews::close))
        .route("/console/access/rights/{id}", post(reviews::decide))
        .route("/console/access/policies", get(policies::show).post(policies::save))
        .route("/console/access/policies/{id}", get(policies::one))
        .route("/console/access/policies/{id}/ask", post(policies::ask))
        .route("/console/access/policies/{id}/switch", post(policies::switch))
}

#[derive(Template)]
#[template(path = "access/shipped.html")]
struct ShippedPage {
    p: Page,
    policies: &'static str,
    schema: &'static str,
    active: Option<super::policies::Policy>,
}

/// Everybody may read the rules they work under.
async fn shipped(p: Page, State(web): State<Web>) -> Result<Response, WebError> {
    p.require(Permission::ViewMap)?;
    let active = web.active_policy().await?;
    render(&ShippedPage { p, policies: access::SHIPPED, schema: access::SCHEMA, active })
}
