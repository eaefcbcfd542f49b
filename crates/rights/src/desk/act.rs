//! What staff do with a request.

use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::post,
};
use serde::Deserialize;
use web::{CsrfForm, Page, Permission, WebError, redirect_with_toast};

use crate::{Request, Rights, RightsError, Room};

pub(super) fn router() -> Router<Room> {
    Router::new().route("/console/requests/{id}/{act}", post(act))
}

/// What was typed. No `Debug`: it may name a person.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Input {
    version: i64,
    text: String,
    reason: String,
    address: String,
    code: String,
    recipient: String,
}

async fn act(
    p: Page,
    State(room): State<Room>,
    Path((id, act)): Path<(String, String)>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    p.require(Permission::EditRecords)?;
    let request = room.rights.request(&id).await?;
    // Words are added to what is there: it does not matter what else changed.
    if !matches!(&*act, "say" | "note" | "told" | "confirmed") && request.version != input.version {
        return Err(WebError::Conflict("rights-error-changed".into()));
    }
    carry_out(&room.rights, &p, request, &act, &input).await?;
    let toast = format!("rights-toast-{act}");
    Ok(redirect_with_toast(&format!("/console/requests/{id}"), &toast))
}

async fn carry_out(
    rights: &Rights,
    p: &Page,
    request: Request,
    act: &str,
    input: &Input,
) -> Result<(), RightsError> {
    let actor = p.actor();
    match act {
        "take" => {
            let store::Actor::Person(me) = &actor else {
                return Err(RightsError::NotFound("member of staff"));
            };
            rights.assign(&actor, request, me).await
        }
        "leave" => rights.assign(&actor, request, "").await,
        "bundle" => rights.make_bundle(&actor, &request).await,
        "move" => rights.send_copy(&actor, &request, &input.address, &input.code).await,
        "search" => rights.search(&actor, &request).await,
        "verify" => rights.verify(&actor, request, &input.text).await,
        "say" => rights.say(&actor, request, &input.text).await,
        "lift" => rights.lift(&actor, request, &input.text).await,
        "note" => rights.note(&actor, request, &input.text).await,
        "ask" => rights.ask_person(&actor, request, &input.reason, &input.text).await,
        "extend" => rights.extend(&actor, request, &input.text).await,
        "review" => rights.review(&actor, request, &input.reason, &input.text).await,
        "answer" => rights.answer(&actor, request, &input.text).await,
        "duplicate" => rights.close_duplicate(&actor, request, &input.reason, &input.text).await,
        "told" => rights.recipient_told(&actor, &request.id, &input.recipient).await,
        "confirmed" => rights.recipient_confirmed(&actor, &request.id, &input.recipient).await,
        "refuse" => rights.refuse(&actor, request, &input.reason, &input.text).await,
        _ => Err(RightsError::NotFound("act")),
    }
}
