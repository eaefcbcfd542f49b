//! One finding: what, why, what shows it, how to mend it, what happened; and what people do with it.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::{get, post},
};
use serde::Deserialize;
use web::{
    Choice, CsrfForm, Errors, Page, Permission, WebError, redirect_with_toast, render_status,
};

use super::{
    Nothing,
    words::{self, Names, Said},
};
use crate::{Finding, Reason, Room, model::State as Stand, snapshot::DAY};

/// What a reason or a note may be long.
const LONG: usize = 2000;

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/console/findings/{id}", get(show))
        .route("/console/findings/{id}/accept", post(accept))
        .route("/console/findings/{id}/reopen", post(reopen))
        .route("/console/findings/{id}/mended", post(mended))
        .route("/console/findings/{id}/assign", post(assign))
        .route("/console/findings/{id}/note", post(note))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Input {
    reason: String,
    days: String,
    note: String,
    assignee: String,
    due: String,
}

struct Line {
    at: i64,
    who: String,
    what: String,
    note: String,
}

#[derive(Template)]
#[template(path = "comply/one.html")]
struct OnePage {
    p: Page,
    finding: Finding,
    title: String,
    why: String,
    mend: String,
    shows: String,
    object: String,
    severity: String,
    kind: &'static str,
    state: String,
    owner: String,
    assignee: String,
    accepted_by: String,
    evidence: Vec<(String, String)>,
    said: Vec<Said>,
    history: Vec<Line>,
    people: Vec<Choice>,
    lengths: Vec<Choice>,
    input: Input,
    errors: Errors,
    may: bool,
    may_accept: bool,
}

impl OnePage {
    fn is(&self, state: &str) -> bool {
        self.finding.state.as_str() == state
    }
}

async fn page(
    room: &Room,
    p: Page,
    id: &str,
    input: Option<Input>,
    errors: Errors,
) -> Result<OnePage, WebError> {
    let finding = room.comply.finding(id).await?;
    let names = Names::load(&room.web).await?;
    let law = room.comply.law();
    let zh = words::is_chinese(&p);
    let check = &finding.check.check;
    let today = crate::snapshot::day_of(store::now());
    let asked = |fact: &&law::Fact| finding.regimes.contains(&fact.regime);
    let facts = check.facts.iter().filter_map(|id| law.fact(id, today)).filter(asked);
    let said = facts.map(|fact| Said::of(&p, &law, fact)).collect();
    let lines = room.comply.history(id).await?;
    let history = lines
        .into_iter()
        .map(|event| Line {
            at: event.at,
            who: names.actor(&p, &event.actor),
            what: names.event(&p, &event),
            note: event.note,
        })
        .collect();
    let due = p.iso(finding.due_at).chars().take(10).collect();
    let input = input.unwrap_or_else(|| Input {
        days: "90".into(),
        assignee: finding.assignee.clone(),
        due,
        ..Input::default()
    });
    Ok(OnePage {
        title: check.title.get(zh).to_owned(),
        why: check.why.get(zh).to_owned(),
        mend: check.mend.get(zh).to_owned(),
        shows: check.evidence.get(zh).to_owned(),
        object: names.object(&p, &finding),
        severity: words::severity(&p, finding.severity),
        kind: words::badge(finding.severity),
        state: words::state(&p, finding.state),
        owner: words::owner(&p, &finding.owner),
        assignee: if finding.assignee.is_empty() {
            String::new()
        } else {
            names.person(&p, &finding.assignee)
        },
        accepted_by: names.actor(&p, &finding.accepted_by),
        evidence: names.evidence(&p, &finding),
        said,
        history,
        people: names.people(),
        lengths: [30_i64, 90, 180, 365]
            .map(|days| Choice::new(days.to_string(), p.tn("comply-days", days)))
            .to_vec(),
        may: p.can(Permission::EditRecords),
        may_accept: p.can(Permission::Approve),
        input,
        errors,
        finding,
        p,
    })
}

async fn show(
    p: Page,
    Path(id): Path<String>,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    web::render(&page(&room, p, &id, None, Errors::new()).await?)
}

fn back(id: &str, toast: &str) -> Response {
    redirect_with_toast(&format!("/console/findings/{id}"), toast)
}

async fn accept(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::Approve)?;
    let mut errors = Errors::new();
    let reason = input.reason.trim();
    if reason.is_empty() || reason.chars().count() > LONG {
        errors.add("reason", p.tn("comply-error-reason", LONG));
    }
    let days =
        input.days.parse::<i64>().ok().filter(|days| (1..=crate::life::LONGEST).contains(days));
    if days.is_none() {
        errors.add("days", p.t("comply-error-days"));
    }
    let Some(days) = days.filter(|_| errors.is_empty()) else {
        return render_status(422, &page(&room, p, &id, Some(input), errors).await?);
    };
    room.comply.accept(p.actor(), &id, reason, days).await?;
    Ok(back(&id, "comply-toast-accepted"))
}

async fn reopen(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::Approve)?;
    room.comply.reopen(p.actor(), &id).await?;
    Ok(back(&id, "comply-toast-reopened"))
}

/// Says that it is mended, and looks at once.
async fn mended(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    room.comply.mended(p.actor(), &id).await?;
    room.comply.run(p.actor(), Reason::Asked).await?;
    let fixed = room.comply.finding(&id).await?.state == Stand::Fixed;
    Ok(back(&id, if fixed { "comply-toast-fixed" } else { "comply-toast-still" }))
}

async fn assign(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    let names = Names::load(&room.web).await?;
    let mut errors = Errors::new();
    if !input.assignee.is_empty() && !names.is_known(&input.assignee) {
        errors.add("assignee", p.t("comply-error-assignee"));
    }
    let due = input.due.trim().parse::<jiff::civil::Date>().ok();
    let due = due.and_then(|day| jiff::tz::TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok());
    if due.is_none() {
        errors.add("due", p.t("comply-error-due"));
    }
    let Some(due) = due.filter(|_| errors.is_empty()) else {
        return render_status(422, &page(&room, p, &id, Some(input), errors).await?);
    };
    // To the end of that day.
    let due = due.as_microsecond() + DAY - 1;
    room.comply.assign(p.actor(), &id, &input.assignee, due).await?;
    Ok(back(&id, "comply-toast-assigned"))
}

async fn note(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    let text = input.note.trim();
    if text.is_empty() || text.chars().count() > LONG {
        let mut errors = Errors::new();
        errors.add("note", p.tn("comply-error-note", LONG));
        return render_status(422, &page(&room, p, &id, Some(input), errors).await?);
    }
    room.comply.note(p.actor(), &id, text).await?;
    Ok(back(&id, "comply-toast-noted"))
}
