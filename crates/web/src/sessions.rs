//! `/console/sessions`: who is signed in where; an owner ends what should not be.

use crate::session::SessionRow;
use crate::{
    CsrfForm, ListQuery, Page, Pager, Permission, Web, WebError, redirect_with_toast, render,
};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

struct Line {
    who: String,
    how: String,
    row: SessionRow,
}

#[derive(Template)]
#[template(path = "web/sessions.html")]
struct SessionsPage {
    p: Page,
    l: ListQuery,
    lines: Vec<Line>,
    pager: Pager,
}

/// The text of what opened a session.
pub(crate) fn how_text(look: &crate::Look, how: &str) -> String {
    if how.is_empty() { String::new() } else { look.t(&format!("signin-how-{how}")) }
}

pub(crate) async fn show(
    p: Page,
    l: ListQuery,
    State(web): State<Web>,
) -> Result<Response, WebError> {
    p.require(Permission::ManagePeople)?;
    let (names, words) = (web.names().await?, l.q.to_lowercase());
    let rows = web.sessions_of("").await?.into_iter();
    let lines = rows.map(|row| Line {
        who: names.get(&row.user_id).cloned().unwrap_or_default(),
        how: how_text(&p, &row.how),
        row,
    });
    let found = |line: &Line| {
        words.is_empty()
            || line.who.to_lowercase().contains(&words)
            || line.row.agent.to_lowercase().contains(&words)
    };
    let all: Vec<Line> = lines.filter(found).collect();
    let pager = Pager::new(&l, i64::try_from(all.len()).unwrap_or(i64::MAX));
    let from = usize::try_from(l.offset()).unwrap_or(0);
    let most = usize::try_from(l.limit()).unwrap_or(0);
    let lines = all.into_iter().skip(from).take(most).collect();
    render(&SessionsPage { p, l, lines, pager })
}

/// The form names nothing but its token.
#[derive(Deserialize)]
pub(crate) struct Nothing {}

pub(crate) async fn end(
    p: Page,
    State(web): State<Web>,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::ManagePeople)?;
    let rows = web.sessions_of("").await?;
    let row = rows.into_iter().find(|row| row.id == id).ok_or(WebError::NotFound)?;
    web.end_session(p.actor(), &row.user_id, &id).await?;
    Ok(redirect_with_toast("/console/sessions", "web-session-ended"))
}
