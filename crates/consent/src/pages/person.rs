//! One customer: who (masked), what holds now, everything that was recorded, and acting for them.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::{get, post},
};
use serde::Deserialize;
use web::{CsrfForm, Errors, ListQuery, Page, Pager, WebError};

use super::{moment::Moment, refused, words};
use crate::{
    Choice, Identifier, Room,
    decide::Ask,
    desk::{Note, Standing},
    record::states,
};

/// The shortest reason that says anything.
const SHORTEST: usize = 5;
const LONGEST: usize = 1_000;

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/console/consents/people/{id}", get(show))
        .route("/console/consents/people/{id}/reveal", post(reveal))
        .route("/console/consents/people/{id}/restrict", post(restrict))
}

/// An identifier on the page.
struct Shown {
    kind: String,
    text: String,
}

/// What holds for a purpose.
struct Now {
    name: String,
    choice: Option<(&'static str, String)>,
    told: String,
    allow: bool,
    why: String,
}

#[derive(Template)]
#[template(path = "consent/person.html")]
struct PersonPage {
    p: Page,
    standing: Standing,
    identifiers: Vec<Shown>,
    clear: bool,
    now: Vec<Now>,
    moments: Vec<Moment>,
    pager: Pager,
    notes: Vec<(String, Note)>,
    may_erase: bool,
    why: String,
    errors: Errors,
}

async fn show(
    p: Page,
    l: ListQuery,
    Path(id): Path<String>,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    let purpose = p.require_purpose()?;
    let standing = room.consent.standing_of(&id).await.map_err(refused)?;
    if standing.id.0 != id {
        return Ok(web::redirect(&format!("/console/consents/people/{}", standing.id)));
    }
    room.consent.looked_up(&p.actor(), Some(&standing.id), &purpose).await.map_err(refused)?;
    web::render(&page(&room, p, &l, standing, false).await?)
}

async fn page(
    room: &Room,
    p: Page,
    l: &ListQuery,
    standing: Standing,
    clear: bool,
) -> Result<PersonPage, WebError> {
    let id = &standing.id;
    let shown = |one: &Identifier| Shown {
        kind: words::identifier(&p, one.kind()),
        text: if clear { one.expose().to_owned() } else { one.masked() },
    };
    let identifiers = room.consent.identifiers(id).await.map_err(refused)?;
    let records = room.consent.records_of(id).await.map_err(refused)?;
    let now = now(room, &p, &standing, &records).await?;
    let pager = Pager::new(l, records.len() as i64);
    let catalogue = room.consent.catalogue();
    let moments = records
        .iter()
        .rev()
        .skip(usize::try_from(l.offset()).unwrap_or(0))
        .take(l.limit() as usize)
        .map(|record| Moment::new(&p, &catalogue, record));
    let notes = room.consent.notes_of(id).await.map_err(refused)?;
    let told = |note: Note| (p.t(&format!("customer-note-{}", note.about.as_str())), note);
    Ok(PersonPage {
        identifiers: identifiers.iter().map(shown).collect(),
        clear,
        now,
        moments: moments.collect(),
        pager,
        notes: notes.into_iter().map(told).collect(),
        may_erase: standing.erased_at.is_none() && super::erase::may(&p),
        why: String::new(),
        errors: Errors::new(),
        standing,
        p,
    })
}

/// What holds for every purpose that is not retired or that something was chosen for.
async fn now(
    room: &Room,
    p: &Page,
    standing: &Standing,
    records: &[crate::Stored],
) -> Result<Vec<Now>, WebError> {
    let Some(subject) = room.consent.subject_of(&standing.id).await.map_err(refused)? else {
        return Ok(Vec::new());
    };
    let catalogue = room.consent.catalogue();
    let states = states(records);
    let mut all = Vec::new();
    for purpose in catalogue.purposes() {
        let state = states.get(&purpose.key);
        if purpose.retired_at.is_some() && state.is_none() {
            continue;
        }
        let ask = Ask::default();
        let decision = room.consent.decide(&subject, &purpose.key, &ask).await.map_err(refused)?;
        all.push(Now {
            name: words::purpose(p, &catalogue, &purpose.key),
            choice: state
                .map(|state| (words::choice_kind(state.choice), words::choice(p, state.choice))),
            told: match state {
                Some(state) => {
                    let notice = match state.notice.as_str() {
                        "" => String::new(),
                        key => format!("{key}@{}", state.notice_version),
                    };
                    let notice = words::notice(p, &catalogue, &notice);
                    p.t2(told_key(state.choice), "day", p.day(state.since), "notice", notice)
                }
                None => p.t("customer-never"),
            },
            allow: decision.allow,
            why: words::reason(p, decision.reason),
        });
    }
    Ok(all)
}

fn told_key(choice: Choice) -> &'static str {
    match choice {
        Choice::Granted => "customer-told-granted",
        Choice::Denied => "customer-told-denied",
        Choice::Withdrawn => "customer-told-withdrawn",
        Choice::Pending => "customer-told-pending",
    }
}

/// A reason, as typed. No `Debug`: it may name a person.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Why {
    why: String,
    /// `1` restricts, anything else lifts.
    restricted: String,
}

/// What is wrong with a reason; `None` when it can be kept.
pub(super) fn reason_fault(why: &str) -> Option<&'static str> {
    match why.trim().chars().count() {
        ..SHORTEST => Some("customer-error-why"),
        SHORTEST..=LONGEST => None,
        _ => Some("customer-error-why-long"),
    }
}

/// Shows the identifiers in clear, once, on this answer only.
async fn reveal(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(form): CsrfForm<Why>,
) -> Result<Response, WebError> {
    let purpose = p.require_purpose()?;
    let standing = room.consent.standing_of(&id).await.map_err(refused)?;
    let l = ListQuery::parse("");
    if let Some(fault) = reason_fault(&form.why) {
        return faulty(&room, p, standing, form.why, fault).await;
    }
    let (actor, why) = (p.actor(), form.why.trim());
    room.consent.revealed(&actor, &standing.id, &purpose, why).await.map_err(refused)?;
    web::render(&page(&room, p, &l, standing, true).await?)
}

async fn restrict(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(form): CsrfForm<Why>,
) -> Result<Response, WebError> {
    p.require_purpose()?;
    let standing = room.consent.standing_of(&id).await.map_err(refused)?;
    if let Some(fault) = reason_fault(&form.why) {
        return faulty(&room, p, standing, form.why, fault).await;
    }
    let restricted = form.restricted == "1";
    let (actor, why) = (p.actor(), form.why.trim());
    let done = room.consent.restrict_because(&actor, &standing.id, restricted, why).await;
    done.map_err(refused)?;
    let toast = if restricted { "customer-restricted" } else { "customer-unrestricted" };
    Ok(web::redirect_with_toast(&format!("/console/consents/people/{}", standing.id), toast))
}

async fn faulty(
    room: &Room,
    p: Page,
    standing: Standing,
    why: String,
    fault: &str,
) -> Result<Response, WebError> {
    let message = p.t(fault);
    let mut page = page(room, p, &ListQuery::parse(""), standing, false).await?;
    page.errors.add("", message);
    page.why = why;
    web::render_status(422, &page)
}
