//! Staff write down a request that came by post, telephone or at the counter.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use consent::{Identifier, IdentifierKind, Subject, property::DEFAULT};
use jiff::{civil::Date, tz::TimeZone};
use serde::Deserialize;
use web::{
    Choice, CsrfForm, Errors, Lang, Page, Permission, WebError, redirect_with_toast, render_status,
};

use crate::{By, Channel, Kind, Level, New, Private, RightsError, Room};

pub(super) fn router() -> Router<Room> {
    Router::new().route("/console/requests/new", get(new).post(make))
}

/// Identifiers that the form offers.
const IDENTIFIERS: [IdentifierKind; 3] =
    [IdentifierKind::Email, IdentifierKind::Phone, IdentifierKind::CustomerId];

/// What was typed. No `Debug`: it names a person.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Input {
    kind: String,
    by: String,
    email: String,
    phone: String,
    customer_id: String,
    name: String,
    words: String,
    authority: String,
    property: String,
    lang: String,
    received: String,
}

#[derive(Template)]
#[template(path = "rights/new.html")]
struct NewPage {
    p: Page,
    input: Input,
    errors: Errors,
    kinds: Vec<Choice>,
    bys: Vec<Choice>,
    properties: Vec<Choice>,
    langs: Vec<Choice>,
}

fn page(room: &Room, p: Page, input: Input, errors: Errors) -> NewPage {
    let catalogue = room.rights.consent().catalogue();
    NewPage {
        kinds: Kind::ALL.map(|kind| Choice::new(kind.as_str(), p.t(&kind.key()))).to_vec(),
        bys: By::ALL
            .map(|by| Choice::new(by.as_str(), p.t(&format!("rights-by-{}", by.as_str()))))
            .to_vec(),
        properties: catalogue
            .properties()
            .map(|one| {
                Choice::new(
                    &one.key,
                    if one.body.name.is_empty() { &one.key } else { &one.body.name },
                )
            })
            .collect(),
        langs: vec![Choice::new("en", "English"), Choice::new("zh-CN", "简体中文")],
        input,
        errors,
        p,
    }
}

async fn new(p: Page, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    p.require(Permission::EditRecords)?;
    let input = Input {
        by: By::Person.as_str().into(),
        property: DEFAULT.into(),
        lang: p.lang.tag().into(),
        ..Input::default()
    };
    web::render(&page(&room, p, input, Errors::new()))
}

async fn make(
    State(room): State<Room>,
    p: Page,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    p.require(Permission::EditRecords)?;
    let mut errors = Errors::new();
    let kind = Kind::parse(&input.kind);
    if kind.is_none() {
        errors.add("kind", p.t("rights-error-kind"));
    }
    let person = person(&room, &p, &input, &mut errors);
    let received_at = received(&input.received);
    if received_at.is_none_or(|at| at > store::now()) {
        errors.add("received", p.t("rights-error-future"));
    }
    let (Some(kind), Some(person), Some(received_at), true) =
        (kind, person, received_at, errors.is_empty())
    else {
        return render_status(422, &page(&room, p, input, errors));
    };
    let new = New {
        kind,
        by: By::parse(&input.by).unwrap_or_default(),
        channel: Channel::Staff,
        private: Private {
            name: input.name.clone(),
            words: input.words.clone(),
            authority: input.authority.clone(),
            ..Private::default()
        },
        person,
        property: input.property.clone(),
        lang: Lang::from_tag(&input.lang).unwrap_or_default(),
        level: Level::Claimed,
        received_at,
        about: String::new(),
    };
    match room.rights.receive(p.actor(), new).await {
        Ok(made) => {
            Ok(redirect_with_toast(&format!("/console/requests/{}", made.id), "rights-toast-made"))
        }
        Err(RightsError::Asked(key)) => {
            let field = if key == "rights-error-authority" { "authority" } else { "words" };
            errors.add(field, p.t(key));
            render_status(422, &page(&room, p, input, errors))
        }
        Err(error) => Err(error.into()),
    }
}

fn person(room: &Room, p: &Page, input: &Input, errors: &mut Errors) -> Option<Subject> {
    let catalogue = room.rights.consent().catalogue();
    let region =
        catalogue.property(&input.property).map(|one| one.body.country.clone()).unwrap_or_default();
    let mut all = Vec::new();
    for (kind, text) in
        IDENTIFIERS.into_iter().zip([&input.email, &input.phone, &input.customer_id])
    {
        if text.trim().is_empty() {
            continue;
        }
        match Identifier::parse(kind, text, &region) {
            Ok(one) => all.push(one),
            Err(_) => errors.add(
                kind.as_str(),
                p.t(&format!("rights-error-{}", kind.as_str().replace('_', "-"))),
            ),
        }
    }
    if all.is_empty() && errors.is_empty() {
        errors.add("email", p.t("rights-error-nobody"));
    }
    Subject::new(all).ok()
}

/// A day, in µs.
const DAY: i64 = 24 * 3600 * 1_000_000;

/// The day it came in, at its noon in UTC; nothing typed is now.
fn received(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.is_empty() {
        return Some(store::now());
    }
    let noon = text.parse::<Date>().ok()?.at(12, 0, 0, 0).to_zoned_datetime(TimeZone::UTC).ok()?;
    // Today's noon may still come; a later day is a slip of the pen.
    let at = noon.timestamp().as_microsecond();
    (at < store::now() + DAY).then(|| at.min(store::now()))
}
