//! Publishing: what changed, what the check says, and the question whether earlier consents still cover it.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use serde::Deserialize;
use web::{CsrfForm, Errors, Page, Permission, WebError};

use super::{
    draft::{self, Said},
    title,
    version::{Changed, changes},
};
use crate::{
    ConsentError, NoticeBody, Reconsent, Room,
    pages::{refused, words},
};

/// The answer.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Input {
    /// `none`, `all` or `some`: who is asked again.
    again: String,
    /// For which purposes.
    purposes: Vec<String>,
    /// The serious findings were seen.
    seen: String,
    /// Fingerprint of the draft that was shown; another one is shown first.
    draft: String,
}

#[derive(Template)]
#[template(path = "consent/notice_publish.html")]
struct PublishPage {
    p: Page,
    key: String,
    title: String,
    next: i64,
    changed: Vec<Changed>,
    /// Key and name of each purpose, and whether it is new in this version.
    purposes: Vec<(String, String, bool)>,
    removed: Vec<String>,
    said: Vec<Said>,
    serious: usize,
    languages: Vec<String>,
    /// Some purposes are ticked because a room found that earlier consents do not cover them.
    ticked: bool,
    input: Input,
    errors: Errors,
}

impl PublishPage {
    fn asks(&self, key: &str) -> bool {
        self.input.purposes.iter().any(|one| one == key)
    }
}

/// A text that is the same only for the same draft.
fn fingerprint(body: &NoticeBody) -> String {
    let value = serde_json::to_value(body).unwrap_or_default();
    ledger::sha256_hex(ledger::canonical(&value).as_bytes())
}

async fn page(
    room: &Room,
    p: Page,
    key: String,
    mut input: Input,
    errors: Errors,
) -> Result<(PublishPage, NoticeBody), WebError> {
    let notice = room.consent.notice(&key).await.map_err(refused)?;
    let body = notice.draft.ok_or(WebError::NotFound)?;
    let catalogue = room.consent.catalogue();
    let before = catalogue.versions(&key).last().map(|version| version.published.body.clone());
    let was = before.as_ref().map_or(&[][..], |body| &body.purposes);
    let purposes = body
        .purposes
        .iter()
        .map(|key| (key.clone(), words::purpose(&p, &catalogue, key), !was.contains(key)));
    let removed = was.iter().filter(|key| !body.purposes.contains(key));
    let said = draft::check(&p, &room.consent, &body);
    input.draft = fingerprint(&body);
    let fresh = room.consent.fresh_needed().await.map_err(refused)?;
    let fresh = fresh.into_iter().filter(|one| one.notice == key).flat_map(|one| one.purposes);
    let fresh: Vec<String> = fresh.filter(|one| body.purposes.contains(one)).collect();
    if input.again.is_empty() && !fresh.is_empty() {
        "some".clone_into(&mut input.again);
        input.purposes.clone_from(&fresh);
    }
    let page = PublishPage {
        title: title(&p, &key, &body),
        next: notice.version + 1,
        purposes: purposes.collect(),
        removed: removed.map(|key| words::purpose(&p, &catalogue, key)).collect(),
        changed: before.map(|before| changes(&before, &body)).unwrap_or_default(),
        serious: said.iter().map(|one| one.count("danger")).sum(),
        languages: body.languages(),
        ticked: !fresh.is_empty(),
        said,
        key,
        input,
        errors,
        p,
    };
    Ok((page, body))
}

pub(super) async fn ask(
    State(room): State<Room>,
    p: Page,
    Path(key): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    let (page, _) = page(&room, p, key, Input::default(), Errors::new()).await?;
    web::render(&page)
}

pub(super) async fn confirm(
    State(room): State<Room>,
    p: Page,
    Path(key): Path<String>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    let given = input.draft.clone();
    let (mut shown, body) = page(&room, p, key.clone(), input, Errors::new()).await?;
    let p = &shown.p;
    let mut errors = Errors::new();
    if given != shown.input.draft {
        errors.add("", p.t("notice-publish-changed"));
    }
    if body.purposes.is_empty() {
        errors.add("", p.t("notice-publish-no-purpose"));
    }
    let reconsent = match shown.input.again.as_str() {
        _ if shown.next == 1 => Some(Reconsent::None),
        "none" => Some(Reconsent::None),
        "all" => Some(Reconsent::All),
        "some" => {
            let keys: BTreeSet<String> = shown
                .input
                .purposes
                .iter()
                .filter(|key| body.purposes.contains(key))
                .cloned()
                .collect();
            Some(Reconsent::Purposes(keys)).filter(|_| !shown.input.purposes.is_empty())
        }
        _ => None,
    };
    if reconsent.is_none() {
        errors.add("again", p.t("notice-publish-answer"));
    }
    if shown.serious > 0 && shown.input.seen.is_empty() {
        errors.add("seen", p.t("notice-publish-see"));
    }
    let Some(reconsent) = reconsent.filter(|_| errors.is_empty()) else {
        shown.errors = errors;
        return web::render_status(422, &shown);
    };
    match room.consent.publish(&p.actor(), &key, reconsent).await {
        Ok(version) => Ok(web::redirect_with_toast(
            &format!("/console/notices/{key}/versions/{}", version.version),
            "notice-toast-published",
        )),
        Err(ConsentError::Conflict(_)) => {
            errors.add("", p.t("notice-publish-retired-purpose"));
            shown.errors = errors;
            web::render_status(422, &shown)
        }
        Err(other) => Err(refused(other)),
    }
}
