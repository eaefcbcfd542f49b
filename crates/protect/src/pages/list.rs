//! All policies with their counts, and what was opened last.

use askama::Template;
use axum::{extract::State, response::Response};
use web::{Page, Permission, WebError};

use super::{
    Line, category_name, lines,
    programs::{self, Program},
};
use crate::{Counts, Room, policy::Kept};

/// Requests listed.
const LISTED: i64 = 20;

/// A policy as the list shows it.
struct Row {
    kept: Kept,
    name: String,
    tokens: String,
    clear: usize,
    masked: usize,
    counts: Counts,
}

#[derive(Template)]
#[template(path = "protect/list.html")]
struct ListPage {
    p: Page,
    rows: Vec<Row>,
    lines: Vec<Line>,
    programs: Vec<Program>,
    may_edit: bool,
}

pub(super) async fn show(p: Page, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    let counts = room.protect.counts().await?;
    let row = |kept: Kept| {
        let purposes = kept.policy.purposes.values();
        let clear = purposes.filter(|reveal| **reveal == crate::Reveal::Clear).count();
        Row {
            name: category_name(&p, &kept.category),
            tokens: formats(&p, &kept),
            clear,
            masked: kept.policy.purposes.len() - clear,
            counts: counts.get(&kept.category).copied().unwrap_or_default(),
            kept,
        }
    };
    let rows = room.protect.policies().await?.into_iter().map(row).collect();
    let lines = lines(&p, &room, "", LISTED).await?;
    let programs = programs::all(&p, &room).await?;
    let may_edit = p.can(Permission::EditPolicies);
    web::render(&ListPage { p, rows, lines, programs, may_edit })
}

/// Kinds of tokens in words.
pub(super) fn formats(p: &Page, kept: &Kept) -> String {
    let formats = kept.policy.formats();
    if formats.is_empty() {
        return p.t("protect-no-tokens");
    }
    let names: Vec<String> =
        formats.iter().map(|one| p.t(&format!("protect-format-{}", one.as_str()))).collect();
    names.join(if p.lang.tag() == "zh-CN" { "、" } else { ", " })
}
