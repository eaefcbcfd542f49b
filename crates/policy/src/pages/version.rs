//! Versions in the console: what each changed, whom it must ask again, and asking.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use consent::purpose::text_in;
use serde::Deserialize;
use web::{CsrfForm, Page, Permission, WebError};

use super::telling;
use crate::{
    PolicyError, PolicyVersion, Room,
    public::{ChangesView, changed},
    version,
};

struct Line {
    version: i64,
    effective_at: i64,
    reason: String,
    changes: usize,
    lacks: usize,
    approved_by: String,
}

#[derive(Template)]
#[template(path = "policy/versions.html")]
struct VersionsPage {
    p: Page,
    id: String,
    title: String,
    address: String,
    lines: Vec<Line>,
}

/// Who did something, by name where it is a member of staff.
async fn name(room: &Room, actor: &str) -> Result<String, WebError> {
    let names = room.web.askers().await?;
    let id = actor.trim_start_matches("person:");
    Ok(names.get(id).cloned().unwrap_or_else(|| actor.to_owned()))
}

pub(super) async fn list(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewConsents)?;
    let standing = room.policy.standing(&id).await?;
    let versions = room.policy.versions(&id).await?;
    let zh = p.zh();
    let mut lines = Vec::new();
    for (at, one) in versions.iter().enumerate().rev() {
        let told = at.checked_sub(1).map(|before| version::told(&versions[before], one));
        let shown = told.map(|told| changed(&told, zh)).unwrap_or_default();
        lines.push(Line {
            version: one.version,
            effective_at: one.effective_at,
            reason: one.body.reason.get(zh).to_owned(),
            changes: shown.iter().map(|section| section.changes.len()).sum(),
            lacks: one.body.lacks.len(),
            approved_by: name(&room, &one.approved_by).await?,
        });
    }
    web::render(&VersionsPage {
        title: standing.composed.document.title.get(zh).to_owned(),
        address: versions.last().map(crate::public::address).unwrap_or_default(),
        lines,
        id,
        p,
    })
}

/// What people must be asked again for.
struct AskView {
    name: String,
    new: Vec<String>,
    /// Key of a purpose, its name, and the notices that ask for it.
    purposes: Vec<(String, String, Vec<String>)>,
}

#[derive(Template)]
#[template(path = "policy/version.html")]
struct VersionPage {
    p: Page,
    id: String,
    title: String,
    address: String,
    version: PolicyVersion,
    written_by: String,
    approved_by: String,
    reason: String,
    sections: Vec<ChangesView>,
    asks: Vec<AskView>,
    /// `notice/purpose` that still wait for an answer in the consent room.
    open: Vec<String>,
    is_newest: bool,
    may_edit: bool,
    telling: telling::View,
    property: String,
}

impl VersionPage {
    fn waits(&self, notice: &str, purpose: &str) -> bool {
        self.open.iter().any(|one| one.split_once('/') == Some((notice, purpose)))
    }

    /// Some notice asks for one of the purposes, and all of them were answered.
    fn is_answered(&self) -> bool {
        let mut asked = self.asks.iter().flat_map(|ask| &ask.purposes).map(|one| &one.2);
        self.open.is_empty() && asked.any(|notices| !notices.is_empty())
    }
}

pub(super) async fn show(
    State(room): State<Room>,
    p: Page,
    Path((id, number)): Path<(String, i64)>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewConsents)?;
    let one = room.policy.version(&id, number).await?;
    let before = room.policy.version(&id, number - 1).await.ok();
    let newest = room.policy.row(&id).await?.version;
    let zh = p.zh();
    let told = before.as_ref().map(|before| version::told(before, &one)).unwrap_or_default();
    let asks = before.as_ref().map(|before| version::asks(before, &one)).unwrap_or_default();
    let catalogue = room.policy.consent().catalogue();
    let purpose = |key: &String| {
        let found = catalogue.purpose(key).ok()?;
        let notices = catalogue
            .newest()
            .filter(|notice| notice.published.body.purposes.contains(key))
            .map(|notice| notice.notice.clone())
            .collect();
        Some((key.clone(), text_in(&found.body.name, p.lang.tag()).to_owned(), notices))
    };
    let asks = asks
        .iter()
        .map(|ask| AskView {
            name: ask.name.get(zh).to_owned(),
            new: ask.new.iter().map(|new| p.t(&format!("policy-new-{new}"))).collect(),
            purposes: ask.purposes.iter().filter_map(purpose).collect(),
        })
        .collect();
    let fresh = room.policy.consent().fresh_needed().await.map_err(PolicyError::from)?;
    let open = fresh.iter().flat_map(|one| {
        one.purposes.iter().map(move |purpose| format!("{}/{purpose}", one.notice))
    });
    web::render(&VersionPage {
        open: open.collect(),
        telling: telling::view(&room, &p, &one).await?,
        property: one.body.document.property.clone(),
        title: one.body.document.title.get(zh).to_owned(),
        address: crate::public::address(&one),
        written_by: name(&room, &one.written_by).await?,
        approved_by: name(&room, &one.approved_by).await?,
        reason: one.body.reason.get(zh).to_owned(),
        sections: changed(&told, zh),
        asks,
        is_newest: number == newest,
        may_edit: p.can(Permission::EditConsents),
        version: one,
        id,
        p,
    })
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct AskAgain {
    /// `notice/purpose`, ticked.
    ask: Vec<String>,
}

pub(super) async fn ask_again(
    State(room): State<Room>,
    p: Page,
    Path((id, number)): Path<(String, i64)>,
    CsrfForm(form): CsrfForm<AskAgain>,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    room.policy.version(&id, number).await?;
    let mut wanted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for one in &form.ask {
        let (notice, purpose) = one.split_once('/').ok_or(WebError::NotFound)?;
        wanted.entry(notice.to_owned()).or_default().insert(purpose.to_owned());
    }
    if wanted.is_empty() {
        return Err(WebError::BadRequest("policy-error-nothing-ticked".into()));
    }
    room.policy.ask_again(&p.actor(), &wanted).await?;
    Ok(web::redirect_with_toast("/console/consents/campaigns", "policy-toast-asking"))
}
