//! Pages of the records: the list in three views, one activity, print, downloads.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use web::{Choice, CsrfForm, ListQuery, Page, Pager, Permission, WebError, render};

use super::{
    Facts, Suggestion, forms,
    law::{View, law},
    sheet,
    words::{RecordText, Voice},
};
use crate::room::{Room, category_name};

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .route("/console/records", get(list))
        .route("/console/records.csv", get(csv))
        .route("/console/records.xlsx", get(xlsx))
        .route("/console/records/print", get(print))
        .route("/console/records/activities/suggest", post(suggest))
        .route("/console/records/activities/{id}", get(show))
        .route("/console/records/activities/{id}/delete", post(delete))
        .merge(forms::router())
}

/// A tab: view key and whether it is the one shown.
struct Tab {
    key: &'static str,
    current: bool,
    count: usize,
}

fn view_of(l: &ListQuery) -> Result<&'static View, WebError> {
    let key = l.get("view");
    law().view(if key.is_empty() { "controller" } else { key }).ok_or(WebError::NotFound)
}

/// The facts, with the organisation's name from set-up where nobody typed the legal one.
pub(super) async fn facts(room: &Room) -> Result<Facts, WebError> {
    let mut facts = room.map.record_facts().await?;
    if facts.organisation.name.is_empty() {
        facts.organisation.name = room.web.organisation();
    }
    Ok(facts)
}

struct Offer {
    suggestion: Suggestion,
    categories: String,
}

#[derive(Template)]
#[template(path = "datamap/records.html")]
struct ListPage {
    p: Page,
    l: ListQuery,
    pager: Pager,
    view: &'static View,
    tabs: Vec<Tab>,
    rows: Vec<RecordText>,
    offers: Vec<Offer>,
    gap_choices: Vec<Choice>,
    systems: Vec<Choice>,
    total: usize,
    gaps: usize,
    percent: usize,
    has_organisation: bool,
    may_edit: bool,
    may_export: bool,
}

async fn list(State(room): State<Room>, p: Page, l: ListQuery) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    let view = view_of(&l)?;
    let facts = facts(&room).await?;
    let voice = Voice(p.lang);
    let tabs = law()
        .views
        .iter()
        .map(|other| Tab {
            key: &other.key,
            current: other.key == view.key,
            count: facts
                .activities
                .iter()
                .filter(|a| other.roles.iter().any(|r| r == a.role.as_str()))
                .count(),
        })
        .collect();
    let system = l.get("system");
    let mut all: Vec<RecordText> = facts
        .records(view)
        .iter()
        .filter(|record| system.is_empty() || record.activity.systems.iter().any(|id| id == system))
        .map(|record| voice.record(record))
        .collect();
    let total = all.len();
    let gaps = all.iter().map(|record| record.gaps).sum();
    let percent = (all.iter().map(|r| r.percent).sum::<usize>()).checked_div(total).unwrap_or(0);
    all.retain(|record| matches(record, &l));
    let pager = Pager::new(&l, all.len() as i64);
    let rows = all.into_iter().skip(l.offset() as usize).take(l.limit() as usize).collect();
    let page = ListPage {
        view,
        tabs,
        rows,
        offers: offers(&facts, &p),
        gap_choices: vec![
            Choice::new("gaps", p.t("records-filter-with-gaps")),
            Choice::new("complete", p.t("records-filter-complete")),
        ],
        systems: facts
            .systems
            .iter()
            .map(|(id, s)| Choice::new(id.clone(), s.name.clone()))
            .collect(),
        total,
        gaps,
        percent,
        has_organisation: !facts.organisation.contact.is_empty(),
        may_edit: p.can(Permission::EditRecords),
        may_export: p.can(Permission::Export),
        pager,
        p,
        l,
    };
    render(&page)
}

fn matches(record: &RecordText, l: &ListQuery) -> bool {
    let state = match l.get("state") {
        "gaps" => record.gaps > 0,
        "complete" => record.gaps == 0,
        _ => true,
    };
    let wanted = l.q.to_lowercase();
    let found = |text: &str| text.to_lowercase().contains(&wanted);
    let words = wanted.is_empty()
        || found(&record.name)
        || record.cells.iter().any(|cell| cell.lines.iter().any(|line| found(line)));
    state && words
}

fn offers(facts: &Facts, p: &Page) -> Vec<Offer> {
    let name = |key: &String| category_name(p.lang, key);
    facts
        .suggestions()
        .into_iter()
        .map(|suggestion| {
            let mut names: Vec<String> = suggestion.categories.iter().take(5).map(name).collect();
            if suggestion.categories.len() > 5 {
                names.push("…".into());
            }
            let separator = if p.zh() { "、" } else { ", " };
            Offer { categories: names.join(separator), suggestion }
        })
        .collect()
}

#[derive(Template)]
#[template(path = "datamap/activities_one.html")]
struct OnePage {
    p: Page,
    record: RecordText,
    view: &'static View,
    tabs: Vec<Tab>,
    updated_at: i64,
    may_edit: bool,
}

async fn show(
    State(room): State<Room>,
    p: Page,
    l: ListQuery,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    let facts = facts(&room).await?;
    let activity = facts.activities.iter().find(|a| a.id == id).ok_or(WebError::NotFound)?;
    let fits = |view: &&'static View| view.roles.iter().any(|role| role == activity.role.as_str());
    let views: Vec<&'static View> = law().views.iter().filter(fits).collect();
    let wanted = l.get("view");
    let view = views
        .iter()
        .find(|view| view.key == wanted)
        .or(views.first())
        .copied()
        .ok_or(WebError::NotFound)?;
    let record = Voice(p.lang).record(&facts.record(view, activity));
    let tabs = views
        .iter()
        .map(|other| Tab { key: &other.key, current: other.key == view.key, count: 0 })
        .collect();
    let may_edit = p.can(Permission::EditRecords);
    render(&OnePage { record, view, tabs, updated_at: activity.updated_at, may_edit, p })
}

#[derive(Deserialize)]
struct SystemForm {
    system: String,
}

/// Drafts an activity from what the map knows of a system.
async fn suggest(
    State(room): State<Room>,
    p: Page,
    CsrfForm(form): CsrfForm<SystemForm>,
) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    let draft = facts(&room).await?.draft(&form.system).ok_or(WebError::NotFound)?;
    let id = room.map.save_activity(p.actor(), draft).await?;
    Ok(web::redirect_with_toast(
        &format!("/console/records/activities/{id}"),
        "activity-toast-drafted",
    ))
}

/// A form of which only the token matters.
#[derive(Deserialize)]
struct Nothing {}

async fn delete(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    room.map.delete_activity(p.actor(), &id).await?;
    Ok(web::redirect_with_toast("/console/records", "activity-toast-deleted"))
}

async fn csv(State(room): State<Room>, p: Page, l: ListQuery) -> Result<Response, WebError> {
    p.require(Permission::Export)?;
    p.require(Permission::ViewRecords)?;
    let view = view_of(&l)?;
    let (head, rows) = sheet::rows(Voice(p.lang), &facts(&room).await?, view);
    Ok(web::csv(&format!("records-{}", view.key), head, rows))
}

async fn xlsx(State(room): State<Room>, p: Page) -> Result<Response, WebError> {
    p.require(Permission::Export)?;
    p.require(Permission::ViewRecords)?;
    let facts = facts(&room).await?;
    let (voice, date) = (Voice(p.lang), p.day(store::now()));
    let bytes = tokio::task::spawn_blocking(move || sheet::workbook(voice, &facts, &date))
        .await
        .map_err(WebError::internal)?
        .map_err(WebError::internal)?;
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"records.xlsx\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, bytes).into_response())
}

#[derive(Template)]
#[template(path = "datamap/records_print.html")]
struct PrintPage {
    p: Page,
    view: &'static View,
    tabs: Vec<Tab>,
    organisation: super::Organisation,
    records: Vec<RecordText>,
    now: i64,
}

async fn print(State(room): State<Room>, p: Page, l: ListQuery) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    let view = view_of(&l)?;
    let facts = facts(&room).await?;
    let voice = Voice(p.lang);
    let records = facts.records(view).iter().map(|record| voice.record(record)).collect();
    let tabs = law()
        .views
        .iter()
        .map(|other| Tab { key: &other.key, current: other.key == view.key, count: 0 })
        .collect();
    render(&PrintPage {
        view,
        tabs,
        organisation: facts.organisation,
        records,
        now: store::now(),
        p,
    })
}
