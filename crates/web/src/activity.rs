//! `/console/activity`: the ledger's entries, newest first; download; check of the whole chain.

use crate::{
    Choice, CsrfForm, ListQuery, Look, PAGE_SIZE, Page, Permission, Web, WebError, csv_stream,
    has_key, redirect_with_toast_n, render,
};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use futures::StreamExt as _;
use serde::Deserialize;
use std::collections::HashMap;
use store::{LedgerFilter, LedgerRow, StoreError};

/// One entry, readable.
struct Line {
    seq: i64,
    at: i64,
    actor: String,
    text: String,
    action: String,
    object_id: String,
}

#[derive(Template)]
#[template(path = "web/activity.html")]
struct ActivityPage {
    p: Page,
    l: ListQuery,
    lines: Vec<Line>,
    kinds: Vec<Choice>,
    actors: Vec<Choice>,
    older: Option<String>,
    newest: Option<String>,
    export: String,
    damaged: String,
}

const KINDS: [&str; 19] = [
    "source",
    "scan",
    "field",
    "system",
    "recipient",
    "flow",
    "activity",
    "organisation",
    "detector",
    "user",
    "session",
    "invitation",
    "link",
    "token",
    "job",
    "schedule",
    "drift",
    "decision",
    "code",
];

fn filter(l: &ListQuery) -> LedgerFilter {
    let text = |key| Some(l.get(key).to_owned()).filter(|value: &String| !value.is_empty());
    LedgerFilter {
        actor: text("actor"),
        action: text("action"),
        object_kind: text("kind"),
        object_id: text("object"),
        purpose: text("purpose"),
        subject: text("subject"),
        from: day(l.get("from"), 0),
        until: day(l.get("until"), 1),
    }
}

/// Midnight (UTC) `plus` days after a date, in µs.
fn day(text: &str, plus: i64) -> Option<i64> {
    let date: jiff::civil::Date = text.parse().ok()?;
    let midnight = date.in_tz("UTC").ok()?.timestamp().as_microsecond();
    Some(midnight + plus * 24 * 3600 * 1_000_000)
}

pub(crate) async fn show(
    p: Page,
    l: ListQuery,
    State(web): State<Web>,
) -> Result<Response, WebError> {
    page(p, l, web, String::new()).await
}

async fn page(p: Page, l: ListQuery, web: Web, damaged: String) -> Result<Response, WebError> {
    p.require(Permission::ViewLedger)?;
    let names = web.names().await?;
    let before = l.get("before").parse::<i64>().ok();
    let mut rows = web.store().ledger().page(&filter(&l), before, PAGE_SIZE + 1).await?;
    let more = rows.len() > PAGE_SIZE as usize;
    rows.truncate(PAGE_SIZE as usize);
    let older = rows.last().filter(|_| more).map(|row| l.with("before", &row.seq.to_string()));
    let newest = before.map(|_| l.with("before", ""));
    let lines = rows.into_iter().map(|row| line(&p, row, &names)).collect();
    let kinds = KINDS.iter().map(|kind| Choice::new(*kind, object(&p, kind))).collect();
    let mut actors: Vec<Choice> =
        names.iter().map(|(id, name)| Choice::new(format!("person:{id}"), name.clone())).collect();
    actors.sort_by(|a, b| a.label.cmp(&b.label));
    actors.extend(
        ["system:scheduler", "system:scan", "system:setup", "cli"]
            .map(|who| Choice::new(who, actor(&p, who, &names))),
    );
    let export = format!("/console/activity.csv{}", l.with("before", ""));
    render(&ActivityPage { p, l, lines, kinds, actors, older, newest, export, damaged })
}

fn line(p: &Look, row: LedgerRow, names: &HashMap<String, String>) -> Line {
    Line {
        seq: row.seq,
        at: row.at,
        actor: actor(p, &row.actor, names),
        text: sentence(p, &row.action),
        object_id: row.object_id,
        action: row.action,
    }
}

fn object(p: &Look, kind: &str) -> String {
    let key = format!("web-object-{}", kind.replace('_', "-"));
    if has_key(p.lang, &key) { p.t(&key) } else { kind.to_owned() }
}

/// "Source created" from `source.created`; the bare action where words are missing.
fn sentence(p: &Look, action: &str) -> String {
    let Some((kind, verb)) = action.split_once('.') else { return action.to_owned() };
    let key = format!("web-verb-{}", verb.replace('_', "-"));
    if has_key(p.lang, &key) { p.t1(&key, "object", object(p, kind)) } else { action.to_owned() }
}

fn actor(p: &Look, actor: &str, names: &HashMap<String, String>) -> String {
    match actor.split_once(':') {
        Some(("person", id)) => names.get(id).cloned().unwrap_or_else(|| p.t("web-actor-someone")),
        Some(("token", _)) => p.t("web-actor-token"),
        Some(("system", _)) => p.t("web-actor-system"),
        _ => p.t("web-actor-cli"),
    }
}

/// The download holds ids, not names: it may leave the house.
pub(crate) async fn export(
    p: Page,
    l: ListQuery,
    State(web): State<Web>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewLedger)?;
    p.require(Permission::Export)?;
    let header = ["position", "time", "actor", "action", "object_kind", "object_id", "hash"];
    let rows = web.store().ledger().stream(filter(&l)).map(|row| {
        let row = row?;
        Ok::<_, StoreError>(vec![
            row.seq.to_string(),
            crate::lang::rfc3339(row.at),
            row.actor,
            row.action,
            row.object_kind,
            row.object_id,
            hex(&row.hash.0),
        ])
    });
    Ok(csv_stream("activity", header.map(str::to_owned).to_vec(), rows))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[derive(Deserialize)]
pub(crate) struct Nothing {}

pub(crate) async fn check(
    p: Page,
    l: ListQuery,
    State(web): State<Web>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewLedger)?;
    match web.store().ledger().verify().await {
        Ok(head) => Ok(redirect_with_toast_n("/console/activity", "web-ledger-intact", head.seq)),
        Err(StoreError::Ledger { position, .. }) => {
            let damaged = p.tn("web-ledger-damaged", position);
            page(p, l, web, damaged).await
        }
        Err(error) => Err(error.into()),
    }
}
