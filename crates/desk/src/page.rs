//! The desk as a page.

use askama::Template;
use axum::{
    Router,
    extract::State,
    response::Response,
    routing::{get, post},
};
use comply::{Filter, Severity};
use regime::{Duty, Standing, today};
use serde::Deserialize;
use store::now;
use web::{CsrfForm, Page, Permission, WebError, redirect_with_toast, render};

use crate::{Clock, Desk, Result, Room, Since, Waiting, nav::DESK};

/// Findings and duties without a day shown; the rest is on their own pages.
const SHOWN: usize = 6;
/// Clocks shown.
const CLOCKS: usize = 12;
/// Kinds of changes shown.
const CHANGES: usize = 12;

pub(crate) fn router() -> Router<Room> {
    Router::new().route(DESK, get(show)).route("/console/desk/seen", post(seen))
}

/// A line that leads somewhere.
struct Line {
    title: String,
    about: String,
    href: String,
}

/// Findings of one severity.
struct Grave {
    name: String,
    badge: &'static str,
    count: i64,
    href: String,
}

/// What changed, in words.
struct Changed {
    what: String,
    count: i64,
    who: String,
    at: i64,
    href: String,
}

#[derive(Template)]
#[template(path = "desk/desk.html")]
struct DeskPage {
    p: Page,
    today: String,
    waiting: Vec<Waiting>,
    clocks: Vec<Clock>,
    more_clocks: usize,
    late: usize,
    near: usize,
    open: Vec<Line>,
    more_open: usize,
    no_laws: bool,
    graves: Vec<Grave>,
    worst: Vec<Line>,
    checked: Option<i64>,
    changes: Vec<Changed>,
    more_changes: usize,
    /// How many changes there were, of all kinds.
    changed: i64,
    since: Since,
    newest: i64,
    sees_ledger: bool,
}

async fn show(p: Page, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    let desk = &room.desk;
    let rooms = desk.rooms();
    rooms.regimes.refresh().await?;
    let duties = rooms.regimes.duties(today()).await?;
    let unknown = duties.iter().filter(|duty| duty.standing == Standing::Unknown).count();
    let mut clocks = desk.clocks(&p, &duties, p.can(Permission::Approve)).await?;
    let (late, near) =
        (clocks.iter().filter(|c| c.is_late()), clocks.iter().filter(|c| c.is_near()));
    let (late, near) = (late.count(), near.count());
    let more_clocks = clocks.len().saturating_sub(CLOCKS);
    clocks.truncate(CLOCKS);
    let mut open: Vec<Line> = duties
        .iter()
        .filter(|duty| duty.standing == Standing::Open)
        .map(|duty| of_duty(&p, duty))
        .collect();
    let more_open = open.len().saturating_sub(SHOWN);
    open.truncate(SHOWN);
    let (graves, worst, checked) = findings(desk, &p).await?;
    let newest = rooms.audit.newest().await.map_err(crate::DeskError::from)?;
    let since = desk.since(&p.user.id).await?;
    let names = audit::Names::load(&room.web).await?;
    let changes = desk.changes(since).await?;
    let changed = changes.iter().map(|one| one.count).sum();
    let more_changes = changes.len().saturating_sub(CHANGES);
    let changes = changes.into_iter().take(CHANGES).map(|one| Changed {
        what: audit::action(p.lang, &one.action),
        count: one.count,
        who: names.actor(&p, &one.actor),
        at: one.at,
        href: format!("/console/audit?action={}", one.action),
    });
    render(&DeskPage {
        today: p.day(now()),
        waiting: desk.waiting(&p, unknown).await?,
        changes: changes.collect(),
        more_changes,
        changed,
        sees_ledger: p.can(Permission::ViewLedger),
        no_laws: duties.is_empty(),
        p,
        clocks,
        more_clocks,
        late,
        near,
        open,
        more_open,
        graves,
        worst,
        checked,
        since,
        newest,
    })
}

fn of_duty(p: &Page, duty: &Duty) -> Line {
    Line {
        title: duty.fact.text.get(p.zh()).to_owned(),
        about: duty.fact.cite.get(p.zh()).to_owned(),
        href: format!("/console/duties/{}", duty.fact.id),
    }
}

/// How many stand of each severity, the gravest that stand, and when was looked last (µs).
async fn findings(desk: &Desk, p: &Page) -> Result<(Vec<Grave>, Vec<Line>, Option<i64>)> {
    let comply = &desk.rooms().comply;
    let standing = |severity: &str| Filter {
        severity: severity.into(),
        state: "standing".into(),
        ..Filter::default()
    };
    let mut graves = Vec::new();
    for severity in Severity::ALL {
        let (_, count) = comply.findings(&standing(severity.as_str()), 1, 0).await?;
        graves.push(Grave {
            name: p.t(&format!("comply-severity-{}", severity.as_str())),
            badge: match severity {
                Severity::Error => "danger",
                Severity::Warning => "warn",
                Severity::Info => "info",
            },
            count,
            href: format!("/console/findings?severity={}", severity.as_str()),
        });
    }
    let (worst, _) = comply.findings(&standing(""), SHOWN as i64, 0).await?;
    let worst = worst.iter().map(|finding| Line {
        title: finding.check.check.title.get(p.zh()).to_owned(),
        about: finding.name.clone(),
        href: format!("/console/findings/{}", finding.id),
    });
    let checked = comply.runs(1).await?.first().map(|run| run.at);
    Ok((graves, worst.collect(), checked))
}

#[derive(Deserialize)]
struct Seen {
    upto: i64,
}

async fn seen(
    p: Page,
    State(room): State<Room>,
    CsrfForm(Seen { upto }): CsrfForm<Seen>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    room.desk.see(&p.user.id, upto).await?;
    Ok(redirect_with_toast(DESK, "desk-seen-done"))
}
