//! What everybody may read: the policy at its address, its versions, what changed, as a file. What
//! applies now and next is drawn once, when it is published, and served from memory.

mod answer;
mod draw;
mod shelf;
mod view;

pub(crate) use draw::{address, look};
pub(crate) use shelf::Shelf;
pub(crate) use view::{ChangesView, Pieces, changed, pieces};

use axum::{
    Router,
    extract::{Path, Query, State},
    http::{HeaderMap, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use serde::Deserialize;
use web::{Lang, WebError};

use crate::{Audience, PolicyVersion, Room};

pub(crate) fn router() -> Router<Room> {
    let of = "/privacy/policy/{property}";
    let mut router = Router::new().route("/privacy/policy", get(first));
    for base in [of.to_owned(), format!("{of}/for/{{audience}}")] {
        router = router
            .route(&base, get(current))
            .route(&format!("{base}/history"), get(history))
            .route(&format!("{base}/download"), get(download))
            .route(&format!("{base}/json"), get(json))
            .route(&format!("{base}/v/{{version}}"), get(version))
            .route(&format!("{base}/v/{{version}}/changes"), get(changes));
    }
    router
}

/// Which policy, in which version, in which language.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    property: String,
    #[serde(default = "customers")]
    audience: String,
    #[serde(default)]
    version: i64,
}

#[derive(Debug, Default, Deserialize)]
struct Spoken {
    #[serde(default)]
    lang: String,
}

fn customers() -> String {
    Audience::Customers.as_str().to_owned()
}

impl Asked {
    fn id(&self) -> String {
        format!("{}-{}", self.audience, self.property)
    }
}

/// Said in the address, else what the browser asks for, else English.
fn language(spoken: &Spoken, headers: &HeaderMap) -> Lang {
    Lang::from_tag(&spoken.lang).unwrap_or_else(|| {
        let accept = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        accept.and_then(Lang::from_accept).unwrap_or_default()
    })
}

/// The policy of the first property: most companies have one.
async fn first(
    State(room): State<Room>,
    Query(spoken): Query<Spoken>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let shelf = room.policy.shelf();
    let drawn = shelf.first(store::now()).ok_or(WebError::NotFound)?;
    Ok(answer::page(drawn.in_language(language(&spoken, &headers)), &headers))
}

async fn current(
    State(room): State<Room>,
    Path(asked): Path<Asked>,
    Query(spoken): Query<Spoken>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let shelf = room.policy.shelf();
    let drawn = shelf.current(&asked.id(), store::now()).ok_or(WebError::NotFound)?;
    Ok(answer::page(drawn.in_language(language(&spoken, &headers)), &headers))
}

/// All versions of what is asked for, oldest first; at least one.
async fn versions(room: &Room, asked: &Asked) -> Result<Vec<PolicyVersion>, WebError> {
    let versions = room.policy.versions(&asked.id()).await?;
    if versions.is_empty() { Err(WebError::NotFound) } else { Ok(versions) }
}

async fn version(
    State(room): State<Room>,
    Path(asked): Path<Asked>,
    Query(spoken): Query<Spoken>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let versions = versions(&room, &asked).await?;
    let at = versions.iter().position(|one| one.version == asked.version);
    let at = at.ok_or(WebError::NotFound)?;
    let html = draw::policy(&versions, at, language(&spoken, &headers))?;
    Ok(answer::once(html))
}

async fn history(
    State(room): State<Room>,
    Path(asked): Path<Asked>,
    Query(spoken): Query<Spoken>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let versions = versions(&room, &asked).await?;
    Ok(answer::once(draw::history(&versions, language(&spoken, &headers))?))
}

async fn changes(
    State(room): State<Room>,
    Path(asked): Path<Asked>,
    Query(spoken): Query<Spoken>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let versions = versions(&room, &asked).await?;
    let at = versions.iter().position(|one| one.version == asked.version);
    let at = at.filter(|at| *at > 0).ok_or(WebError::NotFound)?;
    Ok(answer::once(draw::changes(&versions, at, language(&spoken, &headers))?))
}

/// The text as one file without anything around it, to keep (PIPL Art 17 ¶3: 便于查阅和保存).
async fn download(
    State(room): State<Room>,
    Path(asked): Path<Asked>,
    Query(spoken): Query<Spoken>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let shelf = room.policy.shelf();
    let version = shelf.version(&asked.id(), store::now()).ok_or(WebError::NotFound)?;
    let lang = language(&spoken, &headers);
    let name = format!("privacy-policy-v{}-{}.html", version.version, lang.tag());
    let file = format!("attachment; filename=\"{name}\"");
    let html = draw::file(version, lang)?;
    Ok((
        [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_DISPOSITION, &file)],
        html,
    )
        .into_response())
}

async fn json(State(room): State<Room>, Path(asked): Path<Asked>) -> Result<Response, WebError> {
    let shelf = room.policy.shelf();
    let version = shelf.version(&asked.id(), store::now()).ok_or(WebError::NotFound)?;
    Ok(axum::Json(crate::api::open(version)).into_response())
}
