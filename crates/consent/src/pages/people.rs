//! Looking for one customer. What is typed comes by POST and goes nowhere else: no address, no title,
//! no log.

use askama::Template;
use axum::{Router, extract::State, http::header, response::Response, routing::get};
use serde::Deserialize;
use web::{Choice as Option_, CsrfForm, Errors, Page, Permission, WebError};

use super::{refused, words};
use crate::{Identifier, IdentifierKind, Room, Subject, property, subject::IdentifierError};

pub(super) fn router() -> Router<Room> {
    Router::new().route("/console/consents/people", get(show).post(find))
}

/// What was typed. No `Debug`: it names a person.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    pub kind: String,
    pub identifier: String,
    pub property: String,
    /// Why: one of the purposes the reader holds.
    pub purpose: String,
}

impl Asked {
    /// The identifier as a subject; in words for the reader what is wrong with it.
    pub(super) fn subject(&self, p: &Page, room: &Room) -> Result<Subject, String> {
        let catalogue = room.consent.catalogue();
        let key = if self.property.is_empty() { property::DEFAULT } else { &self.property };
        let country = catalogue.property(key).map_or("CN", |property| &property.body.country);
        let kind = IdentifierKind::parse(&self.kind).unwrap_or(IdentifierKind::Email);
        let told = Identifier::parse(kind, &self.identifier, country)
            .and_then(|one| Subject::new(vec![one]));
        told.map_err(|error| {
            p.t(match error {
                IdentifierError::Empty(_) | IdentifierError::None => "customer-error-empty",
                IdentifierError::Email => "customer-error-email",
                IdentifierError::Phone => "customer-error-phone",
                IdentifierError::Long(_) => "customer-error-long",
                _ => "customer-error-characters",
            })
        })
    }
}

/// The kinds of identifiers to choose from.
pub(super) fn kinds(p: &Page) -> Vec<Option_> {
    let kind = |kind: IdentifierKind| Option_::new(kind.as_str(), words::identifier(p, kind));
    IdentifierKind::ALL.into_iter().map(kind).collect()
}

#[derive(Template)]
#[template(path = "consent/people.html")]
struct People {
    p: Page,
    asked: Asked,
    kinds: Vec<Option_>,
    purposes: Vec<Option_>,
    errors: Errors,
    nobody: bool,
}

impl People {
    fn new(p: Page, asked: Asked) -> Self {
        let purposes = p.held_purposes();
        Self { kinds: kinds(&p), purposes, p, asked, errors: Errors::new(), nobody: false }
    }
}

async fn show(p: Page) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    let chosen = p.standing().chosen().to_owned();
    web::render(&People::new(p, Asked { purpose: chosen, ..Asked::default() }))
}

async fn find(
    State(room): State<Room>,
    p: Page,
    CsrfForm(asked): CsrfForm<Asked>,
) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    // Chosen on this very form, or a moment ago on another page.
    let cookie = p.purpose_cookie(&room.web, &asked.purpose);
    let purpose = if cookie.is_some() { asked.purpose.clone() } else { p.require_purpose()? };
    let subject = match asked.subject(&p, &room) {
        Ok(subject) => subject,
        Err(message) => {
            let mut page = People::new(p, asked);
            page.errors.add("identifier", message);
            return web::render_status(422, &page);
        }
    };
    let blind = subject.blind(room.consent.vault());
    let known = room.consent.find(&blind).await.map_err(refused)?;
    let Some(id) = known.people.first() else {
        room.consent.looked_up(&p.actor(), None, &purpose).await.map_err(refused)?;
        return web::render(&People { nobody: true, ..People::new(p, asked) });
    };
    // The page that comes notes the look.
    let mut response = web::redirect(&format!("/console/consents/people/{id}"));
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
