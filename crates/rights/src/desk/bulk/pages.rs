//! `/console/requests/bulk`: what will be done, and doing it.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use serde::Deserialize;
use store::{Entry, now};
use web::{
    Choice, CsrfForm, Page, Permission, WebError, redirect_with_toast, redirect_with_toast_n,
};

use super::{
    Act, MOST,
    carry::{Said, Verdict},
};
use crate::{Request, RightsError, Room, State as Stands, desk::Names};

const QUEUE: &str = "/console/requests";

pub(in crate::desk) fn router() -> Router<Room> {
    Router::new().route("/console/requests/bulk", get(back).post(bulk))
}

/// What was picked and typed. No `Debug`: words may name a person.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Input {
    act: String,
    /// Ids, as the queue sends them; with their versions once they were shown: `id:version`.
    id: Vec<String>,
    sure: String,
    to: String,
    text: String,
}

/// Which request a line is of.
struct Which {
    id: String,
    name: String,
    version: i64,
    state: Stands,
}

impl Which {
    fn name(&self) -> &str {
        &self.name
    }
}

/// One request, as it is shown.
struct Line {
    request: Which,
    what: String,
    state: String,
    day: String,
    /// What it becomes, or why it cannot be done.
    note: String,
}

#[derive(Template)]
#[template(path = "rights/bulk.html")]
struct BulkPage {
    p: Page,
    act: Act,
    will: Vec<Line>,
    will_not: Vec<Line>,
    members: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "rights/bulk_partly.html")]
struct PartlyPage {
    p: Page,
    done: i64,
    failed: Vec<Line>,
}

/// Whoever comes back to the address finds the queue.
async fn back(p: Page) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    Ok(web::redirect(QUEUE))
}

async fn bulk(
    p: Page,
    State(room): State<Room>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    let act = Act::parse(&input.act).ok_or(WebError::NotFound)?;
    p.require(act.needs())?;
    if input.id.is_empty() {
        return Ok(redirect_with_toast(QUEUE, "rights-bulk-none"));
    }
    if input.id.len() > MOST {
        return Err(WebError::BadRequest("rights-error-bulk-many".into()));
    }
    match (input.sure.as_str(), act) {
        ("yes", Act::Csv) => export(&p, &room, &input.id).await,
        ("yes", _) => carry_out(p, &room, act, &input).await,
        _ => confirm(p, &room, act, &input.id).await,
    }
}

/// An id and the version that was shown, if one was.
fn picked(text: &str) -> (&str, Option<i64>) {
    match text.rsplit_once(':') {
        Some((id, version)) => (id, version.parse().ok()),
        None => (text, None),
    }
}

fn line(p: &Page, room: &Room, request: Request, note: String) -> Line {
    Line {
        what: p.t(&request.kind.key()),
        state: p.t(&request.state.key()),
        day: room.rights.day_of_answer(&request),
        request: Which {
            name: request.name(),
            id: request.id,
            version: request.version,
            state: request.state,
        },
        note,
    }
}

/// One that is gone since it was picked: it lapsed and was removed, perhaps.
fn gone(p: &Page, id: &str) -> Line {
    let (name, state) = ("–".to_owned(), Stands::Lapsed);
    Line {
        request: Which { id: id.to_owned(), name, version: 0, state },
        what: "–".to_owned(),
        state: "–".to_owned(),
        day: "–".to_owned(),
        note: p.t("rights-bulk-gone"),
    }
}

/// A request that was picked, if it is still there.
async fn look(room: &Room, id: &str) -> Result<Option<Request>, RightsError> {
    match room.rights.request(id).await {
        Ok(request) => Ok(Some(request)),
        Err(RightsError::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn confirm(p: Page, room: &Room, act: Act, ids: &[String]) -> Result<Response, WebError> {
    let (mut will, mut will_not) = (Vec::new(), Vec::new());
    for id in ids {
        let id = picked(id).0;
        let Some(request) = look(room, id).await? else {
            will_not.push(gone(&p, id));
            continue;
        };
        match room.rights.bulk_verdict(act, &request).await? {
            Verdict::Not(key) => will_not.push(line(&p, room, request, p.t(key))),
            Verdict::WillFor(twin) => {
                let note = p.t1("rights-bulk-of", "name", twin.name());
                will.push(line(&p, room, request, note));
            }
            Verdict::Will => {
                let note = until(&p, room, act, &request);
                will.push(line(&p, room, request, note));
            }
        }
    }
    let members = room.web.members().await?.into_iter().filter(|one| {
        one.role.can(Permission::LookUpPeople) && one.role.can(Permission::EditRecords)
    });
    let members = members.map(|one| Choice::new(&one.id, &one.name)).collect();
    web::render(&BulkPage { p, act, will, will_not, members })
}

/// To which day a deadline will be made longer.
fn until(p: &Page, room: &Room, act: Act, request: &Request) -> String {
    if act != Act::Extend {
        return String::new();
    }
    let longer = Request { due_at: request.extendable_to, ..request.clone() };
    p.t1("rights-bulk-until", "day", room.rights.day_of_answer(&longer))
}

async fn carry_out(p: Page, room: &Room, act: Act, input: &Input) -> Result<Response, WebError> {
    let said = Said { to: &input.to, words: &input.text };
    if act == Act::Extend && said.words.trim().is_empty() {
        return Err(WebError::BadRequest("rights-error-words".into()));
    }
    if act == Act::Assign && !said.to.is_empty() {
        let members = room.web.members().await?;
        if !members.iter().any(|one| one.id == said.to) {
            return Err(WebError::BadRequest("rights-error-task-nobody".into()));
        }
    }
    let (mut done, mut failed) = (0, Vec::new());
    for id in &input.id {
        let (id, version) = picked(id);
        let Some(request) = look(room, id).await? else {
            failed.push(gone(&p, id));
            continue;
        };
        let did = if version.is_some_and(|shown| shown != request.version) {
            Err(RightsError::Conflict("rights-error-changed"))
        } else {
            room.rights.bulk_do(&p.actor(), act, request.clone(), &said).await
        };
        match did {
            Ok(()) => done += 1,
            Err(RightsError::Conflict(key) | RightsError::Asked(key)) => {
                failed.push(line(&p, room, request, p.t(key)));
            }
            Err(RightsError::NotFound("request")) => failed.push(gone(&p, id)),
            Err(error) => {
                tracing::error!(%error, request = id, "one of several requests failed");
                failed.push(line(&p, room, request, p.t("rights-bulk-failed")));
            }
        }
    }
    if failed.is_empty() {
        let toast = format!("rights-toast-bulk-{}", act.as_str());
        return Ok(redirect_with_toast_n(QUEUE, &toast, done));
    }
    web::render(&PartlyPage { p, done, failed })
}

/// The file: numbers, states and days. That they were exported is an entry for each.
async fn export(p: &Page, room: &Room, ids: &[String]) -> Result<Response, WebError> {
    let names = Names::load(&room.web).await?;
    let law = room.rights.regimes().law();
    let regime = |key: &String| {
        law.regime(key).map_or_else(|| key.clone(), |one| one.name.get(p.zh()).to_owned())
    };
    let day = |at: i64| if at > 0 { p.day(at) } else { String::new() };
    let mut rows = Vec::new();
    let mut entries = Vec::new();
    for id in ids {
        // The page before told of those that were gone; a file has no place for one more.
        let Some(one) = look(room, picked(id).0).await? else { continue };
        entries.push(Entry::new(p.actor(), "rights.exported", "rights_request", &one.id));
        rows.push(vec![
            one.name(),
            p.t(&one.kind.key()),
            p.t(&one.state.key()),
            p.day(one.received_at),
            room.rights.day_of_answer(&one),
            day(one.closed_at),
            one.regimes.iter().map(regime).collect::<Vec<_>>().join("; "),
            p.t(&format!("rights-channel-{}", one.channel.as_str())),
            p.t(&format!("rights-level-{}", one.level.as_str())),
            if one.assignee.is_empty() { String::new() } else { names.of(p, &one.assignee) },
        ]);
    }
    let mut tx = room.rights.store().begin_upkeep().await?;
    for entry in entries {
        tx.also(entry);
    }
    tx.commit().await?;
    let head = [
        "number", "kind", "state", "received", "due", "closed", "laws", "channel", "level",
        "assignee",
    ];
    let head = head.map(|one| p.t(&format!("rights-csv-{one}"))).to_vec();
    let today = web::rfc3339(now());
    let name = format!("requests-{}.csv", today.get(..10).unwrap_or_default());
    Ok(web::csv(&name, head, rows))
}
