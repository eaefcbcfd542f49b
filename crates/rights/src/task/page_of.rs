//! Tasks as the page of their request shows them.

use askama::Template;
use axum::response::Html;
use web::{Page, WebError};

use super::{Stand, pages::Row};
use crate::{Request, Room, desk::Names};

#[derive(Template)]
#[template(path = "rights/tasks_of.html")]
struct Part<'a> {
    p: &'a Page,
    rows: Vec<Row>,
}

/// The part of the page, as HTML, and how many are open.
pub(crate) async fn of_request(
    room: &Room,
    p: &Page,
    request: &Request,
) -> Result<(Html<String>, usize), WebError> {
    let tasks = room.rights.tasks_of(&request.id).await?;
    let open = tasks.iter().filter(|task| task.stand == Stand::Open).count();
    if tasks.is_empty() {
        return Ok((Html(String::new()), 0));
    }
    let names = Names::load(&room.web).await?;
    let rows = tasks.into_iter().map(|task| Row::new(p, &names, task)).collect();
    let part = Part { p, rows }.render().map_err(WebError::internal)?;
    Ok((Html(part), open))
}
