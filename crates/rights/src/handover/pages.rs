//! The person's page of tickets and of what came for them; the desk's list of what came; the schemas.

use askama::Template;
use axum::{
    Form, Router,
    body::Body,
    extract::{Path, State},
    http::header,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use preference::{Customer, Guest};
use serde::Deserialize;
use store::{Entry, HotWrite};
use web::{CsrfForm, ListQuery, Page, Pager, Permission, WebError, redirect_with_toast};

use super::{BUNDLE_SCHEMA, MANIFEST_SCHEMA, Made, Ticket};
use crate::{
    CUSTOMER, Room,
    portal::{Typed, again},
};

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .route("/privacy/requests/move", get(own).post(make))
        .route("/privacy/requests/move/{ticket}/{act}", post(own_act))
        .route("/privacy/requests/{id}/move", post(send))
        .route("/console/requests/arrivals", get(list))
        .route("/console/requests/arrivals/{ticket}/copy", get(copy))
        .route("/console/requests/arrivals/{ticket}/{act}", post(act))
        .route("/schemas/portability-manifest-1.json", get(async || schema(MANIFEST_SCHEMA)))
        .route("/schemas/portability-bundle-1.json", get(async || schema(BUNDLE_SCHEMA)))
        .merge(super::receive::router())
}

fn schema(text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, "application/schema+json")], text).into_response()
}

#[derive(Template)]
#[template(path = "rights/move.html")]
struct MovePage {
    p: Guest,
    tickets: Vec<Ticket>,
    made: Option<Made>,
}

async fn shown(customer: Customer, room: &Room, made: Option<Made>) -> Result<Response, WebError> {
    let Customer { p, session, .. } = customer;
    let tickets = room.rights.tickets_of(&session.person).await?;
    let page = MovePage { p, tickets, made };
    let drawn = web::render(&page);
    page.p.framed(drawn)
}

async fn own(customer: Customer, State(room): State<Room>) -> Result<Response, WebError> {
    shown(customer, &room, None).await
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Input {
    csrf: String,
    address: String,
    code: String,
}

/// The ticket is shown once, by this answer.
async fn make(
    customer: Customer,
    State(room): State<Room>,
    Form(input): Form<Input>,
) -> Result<Response, WebError> {
    customer.check(&input.csrf)?;
    let made = room.rights.make_ticket(&customer.session.person).await?;
    shown(customer, &room, Some(made)).await
}

async fn own_act(
    customer: Customer,
    State(room): State<Room>,
    Path((ticket, act)): Path<(String, String)>,
    Form(input): Form<Input>,
) -> Result<Response, WebError> {
    customer.check(&input.csrf)?;
    let person = &customer.session.person;
    match act.as_str() {
        "revoke" => room.rights.revoke_ticket(person, &ticket).await?,
        "decline" => room.rights.give_back(person, &ticket).await?,
        _ => return Err(WebError::NotFound),
    }
    Ok(redirect_with_toast("/privacy/requests/move", &format!("rights-toast-ticket-{act}")))
}

/// The person has their copy sent on.
async fn send(
    customer: Customer,
    State(room): State<Room>,
    Path(id): Path<String>,
    Form(input): Form<Input>,
) -> Result<Response, WebError> {
    customer.check(&input.csrf)?;
    let request = room.rights.own(&id, &customer.session.person).await?;
    let sent = room.rights.send_copy(&CUSTOMER, &request, &input.address, &input.code).await;
    if let Err(error) = sent {
        let code = matches!(error, crate::RightsError::Asked("rights-error-move-code"));
        let field = if code { "code" } else { "address" };
        let typed = Typed { address: input.address, ..Typed::default() };
        return again(&room, customer, request, (error, field), typed).await;
    }
    Ok(redirect_with_toast(&format!("/privacy/requests/{id}"), "rights-toast-move"))
}

struct Row {
    ticket: Ticket,
    who: String,
    state: String,
}

#[derive(Template)]
#[template(path = "rights/arrivals.html")]
struct ArrivalsPage {
    p: Page,
    rows: Vec<Row>,
    pager: Pager,
    portal: String,
    may_act: bool,
}

async fn list(p: Page, l: ListQuery, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    let (arrivals, total) = room.rights.arrivals(l.limit(), l.offset()).await?;
    let mut rows = Vec::with_capacity(arrivals.len());
    for ticket in arrivals {
        let who = if ticket.state == "gone" {
            Vec::new()
        } else {
            let person = room.rights.arrival_person(&ticket.id).await?;
            person.identifiers().iter().map(consent::Identifier::masked).collect()
        };
        let state = p.t(&format!("rights-ticket-{}", ticket.said()));
        rows.push(Row { who: who.join(", "), state, ticket });
    }
    let page = ArrivalsPage {
        rows,
        pager: Pager::new(&l, total),
        portal: format!("{}/privacy/requests/move", room.web.base_url()),
        may_act: p.can(Permission::EditRecords),
        p,
    };
    web::render(&page)
}

async fn copy(
    p: Page,
    State(room): State<Room>,
    Path(ticket): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    let purpose = p.require_purpose()?;
    let entry = Entry::new(p.actor(), "rights.arrival_opened", "rights_ticket", &ticket)
        .for_purpose(&*purpose);
    room.rights.store().submit(HotWrite { entry, rows: Vec::new() }).await?;
    let pieces = room.rights.fetch_arrival(&p.actor(), &ticket).await?;
    let pieces = futures::stream::unfold(pieces, |mut pieces| async {
        pieces.recv().await.map(|piece| (piece, pieces))
    });
    let heads = [
        (header::CONTENT_TYPE, "application/zip"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"arrival.zip\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((heads, Body::from_stream(pieces)).into_response())
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Nothing {}

async fn act(
    p: Page,
    State(room): State<Room>,
    Path((ticket, act)): Path<(String, String)>,
    CsrfForm(_): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    p.require(Permission::EditRecords)?;
    match act.as_str() {
        "imported" => room.rights.settle_arrival(&p.actor(), &ticket, true).await?,
        "declined" => room.rights.settle_arrival(&p.actor(), &ticket, false).await?,
        _ => return Err(WebError::NotFound),
    }
    Ok(redirect_with_toast("/console/requests/arrivals", &format!("rights-toast-arrival-{act}")))
}
