//! What stands beside a request: the same person's other requests, and the words of a template.

use askama::Template;
use axum::response::Html;
use web::{Choice, Page, Permission, WebError};

use crate::{
    Kind, Request, Room,
    template::{Filling, fill},
};

/// A request of the same person that asks for the same.
struct Twin {
    id: String,
    name: String,
    said: String,
    /// It came first: this one may be closed in its favour.
    first: bool,
}

#[derive(Template)]
#[template(path = "rights/aside.html")]
struct Aside<'a> {
    p: &'a Page,
    request: &'a Request,
    twins: Vec<Twin>,
    year: usize,
    may_act: bool,
    can_answer: bool,
    /// Tasks of owners that are open.
    open_tasks: i64,
    templates: Vec<Choice>,
    chosen: &'a str,
    /// The words of the chosen one, filled in.
    words: String,
}

/// The part of the page, as HTML; `chosen` is a template's id, or "".
pub(super) async fn aside(
    room: &Room,
    p: &Page,
    request: &Request,
    chosen: &str,
) -> Result<Html<String>, WebError> {
    let rights = &room.rights;
    let others = rights.others(request).await?;
    let open = !request.state.is_closed();
    let twins = others.twins.iter().filter(|_| open).map(|one| {
        let (name, day) = (one.name(), p.day(one.received_at));
        let until = rights.day_of_answer(one);
        let args = [("name", name.as_str().into()), ("day", day.into()), ("until", until.into())];
        let said = web::translate(p.lang, "rights-twin", &args);
        let first = (one.received_at, one.number) < (request.received_at, request.number);
        Twin { id: one.id.clone(), name, said, first }
    });
    let all = rights.templates().await?;
    let fitting = all.iter().filter(|one| one.fits(request.kind, &request.lang));
    let words = all.iter().find(|one| one.id == chosen).map(|one| {
        let lang = web::Lang::from_tag(&request.lang).unwrap_or_default();
        let filling = Filling {
            number: &request.name(),
            what: &web::translate(lang, &request.kind.key(), &[]),
            day: &rights.day_of_answer(request),
            organisation: &rights.organisation(),
        };
        fill(&one.body, &filling)
    });
    let page = Aside {
        twins: twins.collect(),
        year: others.year,
        may_act: p.can(Permission::EditRecords),
        // An automated decision is answered by saying what became of it.
        can_answer: open && request.is_verified() && request.kind != Kind::HumanReview,
        open_tasks: rights.open_tasks_of(&request.id).await?,
        templates: fitting.map(|one| Choice::new(&one.id, &one.name)).collect(),
        chosen,
        words: words.unwrap_or_default(),
        request,
        p,
    };
    page.render().map(Html).map_err(WebError::internal)
}
