//! The desk's page of a correction: what is held, table by table, with a form for every field; the
//! changes that are proposed, with what every database says to them; what was written.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State as From},
    response::Response,
    routing::{get, post},
};
use serde::Deserialize;
use store::{Entry, HotWrite, now};
use web::{CsrfForm, Page, Permission, WebError, redirect_with_toast};

use super::{Correction, Look, MOST, Proposal, Stage, State, propose::undo_until};
use crate::{Kind, Request, Rights, RightsError, Room, told::Told};

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .route("/console/requests/{id}/correction", get(show))
        .route("/console/requests/{id}/correction/{act}", post(act))
}

/// A change, as the page shows it.
struct Line {
    one: Correction,
    source: String,
    category: String,
    state: String,
    error: String,
    warning: String,
    undo: bool,
    until: i64,
}

/// A table of what is held.
struct Table {
    source: String,
    name: String,
    rows: Vec<Vec<Field>>,
}

/// A cell, with its place.
struct Field {
    at: String,
    category: String,
    column: String,
    value: Option<String>,
    fixed: bool,
    hidden: bool,
}

#[derive(Template)]
#[template(path = "rights/correction.html")]
struct CorrectionPage {
    p: Page,
    request: Request,
    look: Option<Look>,
    tables: Vec<Table>,
    lines: Vec<Line>,
    unreached: Vec<(String, String)>,
    /// Who has to hear of what was written.
    told: Vec<Told>,
    may_act: bool,
    most: usize,
}

impl CorrectionPage {
    fn is_looking(&self) -> bool {
        self.look.as_ref().is_some_and(|one| one.stage == Stage::Looking)
    }
    fn has_failed(&self) -> bool {
        let failed = self.look.as_ref().is_some_and(|one| one.stage == Stage::Failed);
        failed && !self.request.state.is_closed()
    }
    fn moves(&self) -> bool {
        self.is_looking() || self.lines.iter().any(|line| line.one.state.moves())
    }
    fn is_open(&self) -> bool {
        !self.request.state.is_closed() && self.request.is_verified()
    }
    fn can_write(&self) -> bool {
        let any = self.lines.iter().any(|line| line.one.state == State::Proposed);
        any && self.may_act && self.is_open() && !self.moves()
    }
    fn wants_triggers(&self) -> bool {
        self.lines.iter().any(|line| line.one.error == "triggers")
    }
    fn is_empty(&self) -> bool {
        let ready = self.look.as_ref().is_some_and(|one| one.stage == Stage::Ready);
        ready && self.tables.is_empty()
    }
}

async fn show(
    p: Page,
    Path(id): Path<String>,
    From(room): From<Room>,
) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    p.require(Permission::EditRecords)?;
    let purpose = p.require_purpose()?;
    let request = room.rights.request(&id).await?;
    if request.kind != Kind::Correction {
        return Err(WebError::NotFound);
    }
    let entry =
        Entry::new(p.actor(), "rights.held_opened", "rights_request", &id).for_purpose(&*purpose);
    room.rights.store().submit(HotWrite { entry, rows: Vec::new() }).await?;
    web::render(&page(&room, p, request).await?)
}

async fn page(room: &Room, p: Page, request: Request) -> Result<CorrectionPage, WebError> {
    let rights = &room.rights;
    let look = rights.held(&request.id).await?;
    let sources = rights.regimes().map().sources().await.map_err(RightsError::from)?;
    let name =
        |id: &str| sources.iter().find(|one| one.id == id).map_or(id, |one| &one.name).to_owned();
    let zh = p.zh();
    let category = |key: &str| detect::taxonomy().name(key, zh).to_owned();
    let ready = look.iter().filter(|one| one.stage == Stage::Ready);
    let tables = ready.flat_map(|one| one.held.tables.iter().enumerate()).map(|(t, table)| Table {
        source: name(&table.source),
        name: table.table.clone(),
        rows: table
            .rows
            .iter()
            .enumerate()
            .map(|(r, row)| {
                let field = |(c, cell): (usize, &super::Cell)| Field {
                    at: format!("{t}-{r}-{c}"),
                    category: category(&cell.category),
                    column: cell.column.clone(),
                    value: cell.value.clone(),
                    fixed: cell.fixed,
                    hidden: cell.hidden,
                };
                row.cells.iter().enumerate().map(field).collect()
            })
            .collect(),
    });
    let tables = tables.collect();
    let said = |group: &str, key: &str| match key {
        "" => String::new(),
        key => p.t(&format!("rights-correction-{group}-{key}")),
    };
    let line = |one: Correction| Line {
        source: name(&one.source),
        category: category(&one.category),
        state: said("state", one.state.as_str()),
        error: said("fault", &one.error),
        warning: said("warning", &one.warning),
        undo: one.can_undo(now()) && one.state == State::Written,
        until: undo_until(&one),
        one,
    };
    let lines = rights.corrections(&request.id).await?.into_iter().map(line).collect();
    let unreached = look.iter().flat_map(|one| &one.unreached).map(|(place, why)| {
        let (source, table) = place.split_once(' ').unwrap_or((place, ""));
        ([name(source).as_str(), table].join(" ").trim().to_owned(), why.clone())
    });
    Ok(CorrectionPage {
        told: rights.told(&request.id).await?,
        unreached: unreached.collect(),
        may_act: p.can(Permission::EditRecords),
        most: MOST,
        request,
        look,
        tables,
        lines,
        p,
    })
}

/// What was typed. No `Debug`: it holds a value.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Input {
    at: String,
    looked_at: i64,
    value: String,
    empty: String,
    everywhere: String,
    id: String,
    may: String,
    recipient: String,
}

impl Input {
    fn proposal(&self) -> Result<Proposal, RightsError> {
        let numbers: Vec<usize> = self.at.split('-').filter_map(|one| one.parse().ok()).collect();
        let [table, row, cell] = numbers[..] else { return Err(RightsError::NotFound("place")) };
        Ok(Proposal {
            at: (table, row, cell),
            looked_at: self.looked_at,
            new: (self.empty != "yes").then(|| self.value.clone()),
            everywhere: self.everywhere == "yes",
        })
    }
}

async fn act(
    p: Page,
    From(room): From<Room>,
    Path((id, act)): Path<(String, String)>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    p.require(Permission::EditRecords)?;
    let request = room.rights.request(&id).await?;
    carry_out(&room.rights, &p, &request, &act, &input).await?;
    let toast = format!("rights-toast-correction-{act}");
    Ok(redirect_with_toast(&format!("/console/requests/{id}/correction"), &toast))
}

async fn carry_out(
    rights: &Rights,
    p: &Page,
    request: &Request,
    act: &str,
    input: &Input,
) -> Result<(), RightsError> {
    let (actor, id) = (p.actor(), request.id.as_str());
    match act {
        "look" => rights.look_at_held(&actor, request).await,
        "propose" => {
            let proposal = input.proposal()?;
            rights.propose_correction(&actor, request, &proposal).await.map(drop)
        }
        "drop" => rights.drop_correction(&actor, id, &input.id).await,
        "write" => rights.write_corrections(&actor, request).await,
        "retry" => rights.retry_correction(&actor, request, &input.id).await,
        "undo" => rights.undo_correction(&actor, id, &input.id).await,
        "triggers" => rights.allow_correction_triggers(&actor, request, input.may == "yes").await,
        "told" => rights.recipient_told(&actor, id, &input.recipient).await,
        "confirmed" => rights.recipient_confirmed(&actor, id, &input.recipient).await,
        _ => Err(RightsError::NotFound("act")),
    }
}
