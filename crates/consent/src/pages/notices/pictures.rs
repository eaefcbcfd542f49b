//! Pictures of how a notice was shown: added to the next version, fixed when it is published.

use axum::{
    extract::{Multipart, Path, State},
    http::header,
    response::{IntoResponse as _, Response},
};
use web::{CsrfForm, Page, Permission, WebError};

use super::{LANGUAGES, one::Nothing};
use crate::{ConsentError, Room, notice::NewPicture, pages::refused};

pub(super) async fn add(
    State(room): State<Room>,
    p: Page,
    Path(key): Path<String>,
    mut form: Multipart,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    let bad = |_| WebError::BadRequest("web-error-bad-form".into());
    let (mut token, mut language, mut bytes) = (String::new(), String::new(), Vec::new());
    while let Some(part) = form.next_field().await.map_err(bad)? {
        match part.name().unwrap_or_default() {
            "csrf" => token = part.text().await.map_err(bad)?,
            "language" => language = part.text().await.map_err(bad)?,
            "picture" => bytes = part.bytes().await.map_err(|_| WebError::TooLarge)?.to_vec(),
            _ => {}
        }
    }
    p.check_csrf(&token)?;
    if !LANGUAGES.contains(&language.as_str()) {
        return Err(WebError::BadRequest("web-error-bad-form".into()));
    }
    let back = format!("/console/notices/{key}#pictures");
    match room.consent.add_picture(&p.actor(), &key, NewPicture { language, bytes }).await {
        Ok(_) => Ok(web::redirect_with_toast(&back, "notice-toast-picture")),
        Err(ConsentError::Invalid(_)) => {
            Ok(web::redirect_with_toast(&back, "notice-toast-picture-refused"))
        }
        Err(other) => Err(refused(other)),
    }
}

pub(super) async fn show(
    State(room): State<Room>,
    p: Page,
    Path((_, id)): Path<(String, String)>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewConsents)?;
    let (kind, bytes) = room.consent.picture(&id).await.map_err(refused)?;
    Ok(([(header::CONTENT_TYPE, kind)], bytes).into_response())
}

pub(super) async fn remove(
    State(room): State<Room>,
    p: Page,
    Path((key, id)): Path<(String, String)>,
    CsrfForm(_): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    room.consent.remove_picture(&p.actor(), &key, &id).await.map_err(refused)?;
    let back = format!("/console/notices/{key}#pictures");
    Ok(web::redirect_with_toast(&back, "notice-toast-picture-removed"))
}
