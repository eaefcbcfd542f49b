//! The portal: what people see and do about their own requests. Works without JavaScript; says the same
//! to everybody until they have shown who they are.

mod ask;
mod back;
mod code;
mod own;

use axum::{
    Router,
    routing::{get, post},
};

pub(crate) use back::Requesters;
pub(crate) use own::{Typed, again};

use preference::Guest;

use crate::{Channel, Kind, Request, Room, State};

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .route("/privacy/requests", get(own::list))
        .route("/privacy/requests/new", get(ask::new).post(ask::make))
        .route("/privacy/requests/sent", get(ask::sent))
        .route("/privacy/requests/code", get(code::page).post(code::check))
        .route("/privacy/requests/confirm/{token}", get(ask::confirm_page).post(ask::confirm))
        .route("/privacy/requests/{id}", get(own::one))
        .route("/privacy/requests/{id}/bundle", get(own::bundle))
        .route("/privacy/requests/{id}/bundle/lock", post(own::lock))
        .route("/privacy/requests/{id}/bundle/encrypted", get(own::locked))
        .route("/privacy/requests/{id}/message", post(own::message))
        .route("/privacy/requests/{id}/take-back", post(own::take_back))
}

/// Kinds that are offered, the one for which most people come first.
pub(crate) fn offered() -> impl Iterator<Item = Kind> {
    Kind::ALL.into_iter().filter(|kind| kind.is_offered())
}

/// What an agent asked in somebody's name and they have not allowed yet (11 CCR §7063(a)), or "".
pub(crate) fn to_allow(p: &Guest, request: &Request) -> String {
    if request.channel != Channel::Agent || request.state != State::Unverified {
        return String::new();
    }
    let said = [
        ("agent", request.private.authority.as_str().into()),
        ("what", p.t(&request.kind.key()).into()),
        ("name", request.name().into()),
    ];
    web::translate(p.lang, "rights-agents-confirm-text", &said)
}
