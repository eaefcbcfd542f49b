//! Legal holds: which stand, a new one, one of them with its end.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::{get, post},
};
use consent::{Identifier, IdentifierKind};
use jiff::{civil::Date, tz::TimeZone};
use purge::Alike;
use serde::Deserialize;
use web::{
    Choice, CsrfForm, Errors, ListQuery, Page, Pager, Permission, WebError, redirect_with_toast,
    render_status,
};

use super::{Names, Nothing};
use crate::{Hold, NewHold, RetainError, Room, Scope, hold::MOST_VALUES};

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/console/retention/holds", get(list))
        .route("/console/retention/holds/new", get(new).post(make))
        .route("/console/retention/holds/{id}", get(one))
        .route("/console/retention/holds/{id}/end", post(end))
}

struct Row {
    hold: Hold,
    scope: String,
    source: String,
    who: String,
    state: String,
    badge: &'static str,
}

#[derive(Template)]
#[template(path = "retain/holds.html")]
struct HoldsPage {
    p: Page,
    l: ListQuery,
    pager: Pager,
    rows: Vec<Row>,
    may_edit: bool,
    tab: &'static str,
}

async fn list(p: Page, l: ListQuery, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    let state = if l.get("state") == "all" { "" } else { "open" };
    let (holds, total) = room.retain.holds(state, l.limit(), l.offset()).await?;
    let rows = rows(&room, &p, holds).await?;
    let (pager, may_edit) = (Pager::new(&l, total), p.can(Permission::EditRecords));
    web::render(&HoldsPage { p, l, pager, rows, may_edit, tab: "holds" })
}

async fn rows(room: &Room, p: &Page, holds: Vec<Hold>) -> Result<Vec<Row>, WebError> {
    let names = Names::load(&room.web).await?;
    let sources = super::holdable(&room.retain).await?;
    let row = |hold: Hold| {
        let source = sources.iter().find(|one| one.is(&hold.source));
        Row {
            scope: scope(p, &hold.scope),
            source: source.map_or_else(|| p.t("retain-hold-everywhere"), |one| one.label.clone()),
            who: names.of(p, &hold.made_by),
            state: p.t(&format!("retain-hold-{}", hold.state())),
            badge: if hold.state() == "holds" { "warn" } else { "none" },
            hold,
        }
    };
    Ok(holds.into_iter().map(row).collect())
}

/// What is held, without a value.
fn scope(p: &Page, scope: &Scope) -> String {
    match scope {
        Scope::Source => p.t("retain-scope-source"),
        Scope::Table { table } => p.t1("retain-scope-table-said", "table", table),
        Scope::Rows { table, column, values } => {
            let place = format!("{table}.{column}");
            p.t2("retain-scope-rows-said", "column", place, "n", p.number(values.len()))
        }
        Scope::Customer { kind, .. } => {
            let kind = p.t(&format!("retain-identifier-{}", kind.replace('_', "-")));
            p.t1("retain-scope-customer-said", "kind", kind)
        }
    }
}

#[derive(Template)]
#[template(path = "retain/hold.html")]
struct HoldPage {
    p: Page,
    row: Row,
    ended: String,
    may_edit: bool,
}

async fn one(
    p: Page,
    Path(id): Path<String>,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    let hold = room.retain.hold(&id).await?;
    let names = Names::load(&room.web).await?;
    let ended = names.of(&p, &hold.ended_by);
    let row = rows(&room, &p, vec![hold]).await?.pop().ok_or(WebError::NotFound)?;
    let may_edit = p.can(Permission::EditRecords);
    web::render(&HoldPage { p, row, ended, may_edit })
}

/// What was typed. No `Debug`: it may name a person.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Input {
    name: String,
    reason: String,
    scope: String,
    source: String,
    table: String,
    column: String,
    values: String,
    kind: String,
    identifier: String,
    from: String,
    until: String,
}

#[derive(Template)]
#[template(path = "retain/hold_form.html")]
struct FormPage {
    p: Page,
    input: Input,
    errors: Errors,
    scopes: Vec<Choice>,
    sources: Vec<Choice>,
    kinds: Vec<Choice>,
}

async fn form(room: &Room, p: Page, input: Input, errors: Errors) -> Result<FormPage, WebError> {
    let kind =
        |one: &str| Choice::new(one, p.t(&format!("retain-identifier-{}", one.replace('_', "-"))));
    Ok(FormPage {
        scopes: Scope::NAMES
            .map(|one| Choice::new(one, p.t(&format!("retain-scope-{one}"))))
            .to_vec(),
        kinds: ["email", "phone", "customer_id"].map(kind).to_vec(),
        sources: super::holdable(&room.retain).await?,
        input,
        errors,
        p,
    })
}

async fn new(p: Page, l: ListQuery, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    let input = Input {
        scope: "customer".into(),
        source: l.get("source").to_owned(),
        table: l.get("table").to_owned(),
        ..Input::default()
    };
    web::render(&form(&room, p, input, Errors::new()).await?)
}

async fn make(
    State(room): State<Room>,
    p: Page,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    let mut errors = Errors::new();
    if input.name.trim().is_empty() || input.name.chars().count() > 200 {
        errors.add("name", p.t1("retain-error-name", "what", ""));
    }
    if !(5..=1_000).contains(&input.reason.trim().chars().count()) {
        errors.add("reason", p.t("access-error-reason"));
    }
    let scope = read_scope(&room, &p, &input, &mut errors).await?;
    let from = day(&input.from, store::now());
    let until = day(&input.until, 0);
    if from.is_none() {
        errors.add("from", p.t("retain-error-day"));
    }
    if until.is_none_or(|until| until != 0 && until <= store::now()) {
        errors.add("until", p.t("retain-error-day"));
    }
    let (Some(scope), Some(from), Some(until), true) = (scope, from, until, errors.is_empty())
    else {
        return render_status(422, &form(&room, p, input, errors).await?);
    };
    let source = match scope {
        Scope::Customer { .. } => String::new(),
        _ => input.source.clone(),
    };
    let hold = NewHold { name: input.name, reason: input.reason, source, scope, from, until };
    let id = room.retain.make_hold(&p.actor(), &hold).await?;
    Ok(redirect_with_toast(&format!("/console/retention/holds/{id}"), "retain-toast-held"))
}

/// A day begins at midnight UTC; nothing typed is `none`, and `None` is no day.
fn day(text: &str, none: i64) -> Option<i64> {
    let text = text.trim();
    if text.is_empty() {
        return Some(none);
    }
    let day = text.parse::<Date>().ok()?.to_zoned_datetime(TimeZone::UTC).ok()?;
    Some(day.timestamp().as_microsecond())
}

async fn read_scope(
    room: &Room,
    p: &Page,
    input: &Input,
    errors: &mut Errors,
) -> Result<Option<Scope>, WebError> {
    if input.scope == "customer" {
        return Ok(customer(p, input, errors));
    }
    let Ok(source) = room.retain.map().source(&input.source).await else {
        errors.add("source", p.t1("retain-error-source", "what", ""));
        return Ok(None);
    };
    let tables =
        room.retain.map().tables_and_files_of(&source.id).await.map_err(RetainError::from)?;
    if input.scope == "source" {
        return Ok(Some(Scope::Source));
    }
    let Some(table) = tables.table(input.table.trim()) else {
        errors.add("table", p.t1("retain-error-table", "what", input.table.trim()));
        return Ok(None);
    };
    if input.scope == "table" {
        return Ok(Some(Scope::Table { table: table.name.clone() }));
    }
    let column = input.column.trim();
    if table.field(column).is_none() {
        errors.add("column", p.t1("retain-error-column", "what", column));
    }
    let values: Vec<String> = input
        .values
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect();
    if values.is_empty() || values.len() > MOST_VALUES {
        errors.add("values", p.tn("retain-error-values", MOST_VALUES));
    }
    Ok(Some(Scope::Rows { table: table.name.clone(), column: column.to_owned(), values }))
}

fn customer(p: &Page, input: &Input, errors: &mut Errors) -> Option<Scope> {
    let typed = input.identifier.trim();
    let kind = IdentifierKind::parse(&input.kind)?;
    // A number without its country is held too: its last digits decide.
    let few = |text: &str| text.chars().filter(char::is_ascii_digit).count() < Alike::LAST_DIGITS;
    let mut values = vec![typed.to_owned()];
    match Identifier::parse(kind, typed, "US") {
        Ok(found) => values.push(found.expose().to_owned()),
        Err(_) if kind == IdentifierKind::Phone && !few(typed) => {}
        Err(_) => {
            errors.add("identifier", p.t("retain-error-person"));
            return None;
        }
    }
    values.dedup();
    Some(Scope::Customer { kind: input.kind.clone(), values })
}

async fn end(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    room.retain.end_hold(&p.actor(), &id).await?;
    Ok(redirect_with_toast(&format!("/console/retention/holds/{id}"), "retain-toast-released"))
}
