//! Choosing a purpose before a customer's data opens, and giving purposes to staff.

use crate::access::purposes::{Held, PURPOSES, key};
use crate::{
    Choice, CsrfForm, Errors, Page, Permission, Web, WebError, redirect, redirect_with_toast,
    render, render_status,
};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::Response;
use serde::Deserialize;

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Chosen {
    back: String,
    purpose: String,
}

impl Chosen {
    /// Only our own pages: the address came from outside.
    fn back(&self) -> &str {
        let own = self.back.starts_with("/console")
            && self.back.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        if own { &self.back } else { "/console" }
    }
}

#[derive(Template)]
#[template(path = "access/choose.html")]
struct ChoosePage {
    p: Page,
    back: String,
    purposes: Vec<Choice>,
    errors: Errors,
}

impl ChoosePage {
    fn new(p: Page, input: &Chosen) -> Self {
        Self {
            back: input.back().to_owned(),
            purposes: p.held_purposes(),
            errors: Errors::new(),
            p,
        }
    }
}

pub(super) async fn choose(p: Page, Query(input): Query<Chosen>) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    render(&ChoosePage::new(p, &input))
}

pub(super) async fn chosen(
    p: Page,
    State(web): State<Web>,
    CsrfForm(input): CsrfForm<Chosen>,
) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    let Some(cookie) = p.purpose_cookie(&web, &input.purpose) else {
        let message = p.t("access-error-purpose");
        let mut page = ChoosePage::new(p, &input);
        page.errors.add("purpose", message);
        return render_status(422, &page);
    };
    let mut response = redirect(input.back());
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

#[derive(Template)]
#[template(path = "access/person.html")]
struct PersonPage {
    p: Page,
    id: String,
    name: String,
    role: String,
    lines: Vec<Line>,
}

struct Line {
    value: &'static str,
    label: String,
    hint: String,
    held: bool,
}

pub(super) async fn show(
    p: Page,
    State(web): State<Web>,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::GrantPurposes)?;
    let people = web.people().await?;
    let person = people.iter().find(|one| one.id == id).ok_or(WebError::NotFound)?;
    let names = web.names().await?;
    let held = web.purposes_held().await?.remove(&id).unwrap_or_default();
    let given = |one: &Held| {
        let by = one.given_by.strip_prefix("person:").and_then(|by| names.get(by));
        let by = by.cloned().unwrap_or_else(|| p.t("web-actor-system"));
        p.t2("access-given", "name", by, "day", p.day(one.given_at))
    };
    let line = |purpose: &'static str| {
        let one = held.iter().find(|one| one.purpose == purpose);
        Line {
            value: purpose,
            label: p.t(&key(purpose)),
            hint: one.map(given).unwrap_or_default(),
            held: one.is_some(),
        }
    };
    let lines = PURPOSES.map(line).into();
    let (name, role) = (person.name.clone(), p.t(person.role.key()));
    render(&PersonPage { p, id, name, role, lines })
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Wanted {
    purpose: Vec<String>,
}

pub(super) async fn save(
    p: Page,
    State(web): State<Web>,
    Path(id): Path<String>,
    CsrfForm(input): CsrfForm<Wanted>,
) -> Result<Response, WebError> {
    p.require(Permission::GrantPurposes)?;
    web.set_purposes(&p.actor(), &id, &input.purpose).await?;
    Ok(redirect_with_toast("/console/people", "access-purposes-saved"))
}
