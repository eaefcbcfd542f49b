//! The calendar of duties: what is due when, what was done, by whom and with what evidence.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use jiff::civil::Date;
use serde::Deserialize;
use web::{
    Choice, CsrfForm, Errors, ListQuery, Page, Permission, WebError, redirect_with_toast,
    render_status,
};

use super::{
    Nothing,
    words::{self, Said},
};
use crate::{Duty, Room, Standing, ical, today};

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/console/duties", get(list))
        .route("/console/duties/calendar.ics", get(calendar))
        .route("/console/duties/{id}", get(one))
        .route("/console/duties/{id}/done", post(done))
        .route("/console/duties/{id}/begun", post(begun))
        .route("/console/duties/{id}/reopen/{note}", post(reopen))
}

struct Row {
    id: String,
    text: String,
    cite: String,
    law: String,
    due: String,
    provisional: bool,
    badge: &'static str,
    standing: String,
    advises: bool,
    asks: String,
}

#[derive(Template)]
#[template(path = "regime/duties.html")]
struct DutiesPage {
    p: Page,
    l: ListQuery,
    rows: Vec<Row>,
    standings: Vec<Choice>,
    laws: Vec<Choice>,
    overdue: usize,
    soon: usize,
    empty: bool,
}

fn badge(standing: Standing) -> &'static str {
    match standing {
        Standing::Overdue => "danger",
        Standing::Soon | Standing::Unknown => "warn",
        Standing::Open | Standing::Coming => "info",
        Standing::Later => "none",
        Standing::Done => "ok",
    }
}

fn standing_name(p: &Page, standing: Standing) -> String {
    p.t(&format!("duty-standing-{}", standing.as_str()))
}

fn row(p: &Page, law: &law::Law, duty: &Duty) -> Row {
    let regime = law.regime(&duty.fact.regime);
    let asks: Vec<String> = duty.asks.iter().map(|metric| words::metric_name(p, *metric)).collect();
    Row {
        id: duty.fact.id.clone(),
        text: duty.fact.text.get(p.zh()).to_owned(),
        cite: duty.fact.cite.get(p.zh()).to_owned(),
        law: regime.map(|one| one.name.get(p.zh()).to_owned()).unwrap_or_default(),
        due: duty.due.map(|day| day.to_string()).unwrap_or_default(),
        provisional: duty.provisional,
        badge: badge(duty.standing),
        standing: standing_name(p, duty.standing),
        advises: duty.advises(),
        asks: asks.join(&p.t("laws-comma")),
    }
}

async fn list(p: Page, l: ListQuery, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    room.regimes.refresh().await?;
    let (law, duties) = (room.regimes.law(), room.regimes.duties(today()).await?);
    let count = |standing| duties.iter().filter(|one| one.standing == standing).count();
    let (overdue, soon) = (count(Standing::Overdue), count(Standing::Soon));
    let mut keys: Vec<&str> = duties.iter().map(|one| one.fact.regime.as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    let named = |id: &str| law.regime(id).map(|one| Choice::new(id, one.name.get(p.zh())));
    let query = l.q.to_lowercase();
    let wanted = |one: &&Duty| {
        let is = |key: &str, value: &str| l.get(key).is_empty() || l.get(key) == value;
        let has = |text: &str| text.to_lowercase().contains(&query);
        is("standing", one.standing.as_str())
            && is("law", &one.fact.regime)
            && (has(one.fact.text.get(p.zh())) || has(one.fact.cite.get(p.zh())))
    };
    let rows = duties.iter().filter(wanted).map(|one| row(&p, &law, one)).collect();
    let standings = Standing::ALL.map(|one| Choice::new(one.as_str(), standing_name(&p, one)));
    let laws = keys.into_iter().filter_map(named).collect();
    let empty = duties.is_empty();
    web::render(&DutiesPage {
        standings: standings.to_vec(),
        rows,
        laws,
        overdue,
        soon,
        empty,
        l,
        p,
    })
}

async fn calendar(p: Page, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    room.regimes.refresh().await?;
    let duties = room.regimes.duties(today()).await?;
    let stamp = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let name = p.t("duties-title");
    let text = ical::calendar(&name, &duties, p.zh(), room.web.base_url(), &stamp);
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"privet-duties.ics\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, text).into_response())
}

struct Note {
    id: String,
    day: String,
    due: String,
    evidence: String,
    by: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Input {
    day: String,
    evidence: String,
}

#[derive(Template)]
#[template(path = "regime/duty.html")]
struct DutyPage {
    p: Page,
    row: Row,
    regime: String,
    number: String,
    mark: (&'static str, String),
    because: Vec<Said>,
    begun: String,
    can_be_done: bool,
    notes: Vec<Note>,
    may: bool,
    input: Input,
    errors: Errors,
}

async fn page(
    room: &Room,
    p: Page,
    id: &str,
    input: Input,
    errors: Errors,
) -> Result<DutyPage, WebError> {
    room.regimes.refresh().await?;
    let duty = room.regimes.duty(id, today()).await?;
    let mut notes = Vec::new();
    for done in &duty.done {
        notes.push(Note {
            id: done.id.clone(),
            day: done.day.to_string(),
            due: done.due.clone(),
            evidence: done.evidence.clone(),
            by: words::who(&room.web, &p, &done.actor).await?,
        });
    }
    Ok(DutyPage {
        row: row(&p, &room.regimes.law(), &duty),
        regime: duty.fact.regime.clone(),
        number: words::number(&p, &duty.fact),
        mark: words::mark(&p, duty.fact.confidence),
        because: words::list(&p, &duty.because),
        begun: duty.begun.map(|day| day.to_string()).unwrap_or_default(),
        can_be_done: !matches!(duty.standing, Standing::Unknown | Standing::Coming),
        notes,
        may: p.can(Permission::EditRecords),
        input,
        errors,
        p,
    })
}

async fn one(
    p: Page,
    Path(id): Path<String>,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    let input = Input { day: today().to_string(), evidence: String::new() };
    web::render(&page(&room, p, &id, input, Errors::new()).await?)
}

/// A day that was typed; not in the future.
fn day(p: &Page, text: &str, field: &'static str, errors: &mut Errors) -> Option<Date> {
    let day = text.trim().parse::<Date>().ok();
    match day {
        Some(day) if day <= today() => Some(day),
        Some(_) => {
            errors.add(field, p.t("duty-error-future"));
            None
        }
        None => {
            errors.add(field, p.t("duty-error-day"));
            None
        }
    }
}

async fn done(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    let mut errors = Errors::new();
    let day = day(&p, &input.day, "day", &mut errors);
    let words = input.evidence.trim().chars().count();
    if words == 0 || words > 2000 {
        errors.add("evidence", p.t("duty-error-evidence"));
    }
    let Some(day) = day.filter(|_| errors.is_empty()) else {
        return render_status(422, &page(&room, p, &id, input, errors).await?);
    };
    let duty = room.regimes.duty(&id, today()).await?;
    room.regimes.do_duty(p.actor(), &duty, day, &input.evidence).await?;
    Ok(redirect_with_toast(&format!("/console/duties/{id}"), "duty-toast-done"))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Begun {
    begun: String,
}

async fn begun(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(form): CsrfForm<Begun>,
) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    let mut errors = Errors::new();
    let Some(day) = day(&p, &form.begun, "begun", &mut errors) else {
        let input = Input { day: today().to_string(), evidence: String::new() };
        return render_status(422, &page(&room, p, &id, input, errors).await?);
    };
    room.regimes.duty(&id, today()).await?;
    room.regimes.set_begun(p.actor(), &id, day).await?;
    Ok(redirect_with_toast(&format!("/console/duties/{id}"), "duty-toast-begun"))
}

async fn reopen(
    State(room): State<Room>,
    p: Page,
    Path((id, note)): Path<(String, String)>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    room.regimes.reopen_duty(p.actor(), &id, &note).await?;
    Ok(redirect_with_toast(&format!("/console/duties/{id}"), "duty-toast-reopened"))
}
