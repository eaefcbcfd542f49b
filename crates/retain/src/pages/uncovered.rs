//! `/console/retention/uncovered`: personal data that no rule is about.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use datamap::map::PersonalTable;
use web::{ListQuery, PAGE_SIZE, Page, Pager, Permission, WebError};

use crate::Room;

pub(super) fn router() -> Router<Room> {
    Router::new().route("/console/retention/uncovered", get(show))
}

#[derive(Template)]
#[template(path = "retain/uncovered.html")]
struct UncoveredPage {
    p: Page,
    l: ListQuery,
    pager: Pager,
    rows: Vec<PersonalTable>,
    may_edit: bool,
    tab: &'static str,
}

#[allow(clippy::unused_self)] // called from the template
impl UncoveredPage {
    fn level(&self, row: &PersonalTable) -> &'static str {
        match row.level {
            3 => "sensitive",
            2 => "confidential",
            _ => "personal",
        }
    }

    /// A rule can be written for it: rows of files cannot be changed.
    fn can_rule(&self, row: &PersonalTable) -> bool {
        self.may_edit && matches!(&*row.source_kind, "sqlite" | "postgres" | "mysql")
    }
}

async fn show(p: Page, l: ListQuery, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    let words = l.q.to_lowercase();
    let mut all = room.retain.uncovered().await?;
    all.retain(|one| {
        let text = format!("{} {} {}", one.source_name, one.table_name, one.system_name);
        text.to_lowercase().contains(&words)
    });
    let pager = Pager::new(&l, all.len() as i64);
    let first = usize::try_from(l.offset()).unwrap_or(usize::MAX);
    let rows = all.into_iter().skip(first).take(PAGE_SIZE as usize).collect();
    let may_edit = p.can(Permission::EditRecords);
    web::render(&UncoveredPage { p, l, pager, rows, may_edit, tab: "uncovered" })
}
