//! A published version: exactly what people were shown, and what changed since the one before.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use plain::{Change, diff};
use web::{Look, Page, Permission, WebError};

use super::{language, title, touchpoint};
use crate::{
    NoticeBody, NoticeVersion, Reconsent, Room,
    notice::{Picture, Published},
    pages::refused,
    purpose::{Texts, text_in},
};

/// The texts of one language.
pub(super) struct Shown {
    pub tag: String,
    pub language: String,
    pub title: String,
    pub text: String,
    pub accept: String,
    pub refuse: String,
}

impl Shown {
    /// Each language that something is written in.
    pub fn all(body: &NoticeBody) -> Vec<Self> {
        let tags: BTreeSet<&String> = [&body.title, &body.text, &body.accept, &body.refuse]
            .into_iter()
            .flat_map(Texts::keys)
            .collect();
        let get = |texts: &Texts, tag: &str| texts.get(tag).cloned().unwrap_or_default();
        tags.into_iter()
            .map(|tag| Self {
                tag: tag.clone(),
                language: language(tag).to_owned(),
                title: get(&body.title, tag),
                text: get(&body.text, tag),
                accept: get(&body.accept, tag),
                refuse: get(&body.refuse, tag),
            })
            .collect()
    }
}

/// What changed in one language.
pub(super) struct Changed {
    pub tag: String,
    pub language: String,
    pub title: Vec<Change>,
    pub text: Vec<Change>,
    pub buttons: Vec<Change>,
}

/// What changed from one body to another, in the languages where something did.
pub(super) fn changes(before: &NoticeBody, after: &NoticeBody) -> Vec<Changed> {
    let mut tags: Vec<String> = Shown::all(before).into_iter().map(|one| one.tag).collect();
    tags.extend(Shown::all(after).into_iter().map(|one| one.tag));
    tags.sort();
    tags.dedup();
    let get = |texts: &Texts, tag: &str| texts.get(tag).cloned().unwrap_or_default();
    let buttons =
        |body: &NoticeBody, tag: &str| [get(&body.accept, tag), get(&body.refuse, tag)].join(" · ");
    tags.into_iter()
        .map(|tag| Changed {
            title: diff(&get(&before.title, &tag), &get(&after.title, &tag)),
            text: diff(&get(&before.text, &tag), &get(&after.text, &tag)),
            buttons: diff(&buttons(before, &tag), &buttons(after, &tag)),
            language: language(&tag).to_owned(),
            tag,
        })
        .filter(|one| {
            [&one.title, &one.text, &one.buttons].iter().any(|c| c.iter().any(|c| c.kind != "same"))
        })
        .collect()
}

/// A purpose as it was when a version was published.
struct Told {
    key: String,
    name: String,
    description: String,
}

#[derive(Template)]
#[template(path = "consent/notice_version.html")]
struct VersionPage {
    p: Page,
    version: NoticeVersion,
    title: String,
    touchpoint: String,
    shown: Vec<Shown>,
    purposes: Vec<Told>,
    covers: String,
    pictures: Vec<Picture>,
    changed: Vec<Changed>,
    newest: i64,
}

pub(super) async fn show(
    State(room): State<Room>,
    p: Page,
    Path((key, number)): Path<(String, i64)>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewConsents)?;
    let catalogue = room.consent.catalogue();
    let versions = catalogue.versions(&key);
    let at = versions.iter().position(|one| one.version == number).ok_or(WebError::NotFound)?;
    let version = NoticeVersion::clone(&versions[at]);
    let Published { body, purposes, reconsent, .. } = &version.published;
    let before = at.checked_sub(1).map(|at| &versions[at].published.body);
    let pictures = room.consent.pictures(&key).await.map_err(refused)?;
    let told = body.purposes.iter().map(|key| {
        let purpose = purposes.get(key);
        let text = |texts: Option<&Texts>| {
            texts.map_or("", |texts| text_in(texts, p.lang.tag())).to_owned()
        };
        Told {
            key: key.clone(),
            name: text(purpose.map(|purpose| &purpose.name)),
            description: text(purpose.map(|purpose| &purpose.description)),
        }
    });
    web::render(&VersionPage {
        purposes: told.collect(),
        title: title(&p, &key, body),
        touchpoint: touchpoint(&p, body.touchpoint),
        shown: Shown::all(body),
        covers: covers(&p, reconsent, at == 0),
        pictures: pictures.into_iter().filter(|picture| picture.version == number).collect(),
        changed: before.map(|before| changes(before, body)).unwrap_or_default(),
        newest: versions.last().map_or(0, |one| one.version),
        version,
        p,
    })
}

/// Whether earlier consents hold, in words.
fn covers(look: &Look, reconsent: &Reconsent, first: bool) -> String {
    match reconsent {
        _ if first => look.t("notice-covers-first"),
        Reconsent::None => look.t("notice-covers-none"),
        Reconsent::All => look.t("notice-covers-all"),
        Reconsent::Purposes(keys) => {
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            look.t1("notice-covers-some", "purposes", keys.join(", "))
        }
    }
}
