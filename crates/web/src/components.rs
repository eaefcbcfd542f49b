//! `/console/components`: every component on one page, for those who build pages.

use crate::{Choice, Errors, ListQuery, Page, Pager, WebError, render};
use askama::Template;
use axum::response::Response;

#[derive(Template)]
#[template(path = "web/components_page.html")]
struct Components {
    p: Page,
    l: ListQuery,
    pager: Pager,
    errors: Errors,
    choices: Vec<Choice>,
    now: i64,
}

pub(crate) async fn show(p: Page, l: ListQuery) -> Result<Response, WebError> {
    let mut errors = Errors::new();
    errors.add("name", p.t("web-components-name-missing"));
    let choices = vec![
        Choice::new("a", p.t("web-components-ok")),
        Choice::new("b", p.t("web-components-warn")),
    ];
    let pager = Pager::new(&l, 120);
    render(&Components { now: store::now() - 300_000_000, p, l, pager, errors, choices })
}
