//! `/console/requests/templates`: list, add, change, delete.

use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::{get, post},
};
use serde::Deserialize;
use web::{
    Choice, CsrfForm, Errors, Page, Permission, WebError, redirect_with_toast, render_status,
};

use super::{Draft, Template};
use crate::{Kind, Room};

const LIST: &str = "/console/requests/templates";

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .route("/console/requests/templates", get(list))
        .route("/console/requests/templates/new", get(new).post(make))
        .route("/console/requests/templates/{id}", get(edit).post(save))
        .route("/console/requests/templates/{id}/delete", post(delete))
}

/// What was typed.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Input {
    version: i64,
    kind: String,
    lang: String,
    name: String,
    body: String,
}

impl Input {
    fn draft(&self) -> Draft {
        Draft {
            kind: self.kind.clone(),
            lang: self.lang.clone(),
            name: self.name.clone(),
            body: self.body.clone(),
        }
    }
}

struct Line {
    template: Template,
    kind: String,
    lang: &'static str,
    by: String,
}

#[derive(askama::Template)]
#[template(path = "rights/templates.html")]
struct ListPage {
    p: Page,
    lines: Vec<Line>,
    may_act: bool,
}

#[derive(askama::Template)]
#[template(path = "rights/template.html")]
struct FormPage {
    p: Page,
    id: String,
    input: Input,
    errors: Errors,
    kinds: Vec<Choice>,
    langs: Vec<Choice>,
}

impl FormPage {
    fn new(p: Page, id: &str, input: Input, errors: Errors) -> Self {
        let mut kinds = vec![Choice::new("", p.t("rights-template-any"))];
        kinds.extend(Kind::ALL.map(|kind| Choice::new(kind.as_str(), p.t(&kind.key()))));
        let langs = vec![Choice::new("en", "English"), Choice::new("zh-CN", "简体中文")];
        Self { id: id.to_owned(), input, errors, kinds, langs, p }
    }
    fn action(&self) -> String {
        format!("{LIST}/{}", if self.id.is_empty() { "new" } else { &self.id })
    }
}

fn may(p: &Page) -> Result<(), WebError> {
    p.require(Permission::LookUpPeople)?;
    p.require(Permission::EditRecords)
}

async fn list(p: Page, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    let names = crate::desk::Names::load(&room.web).await?;
    let line = |template: Template| Line {
        kind: p.t(&template.kind.map_or("rights-template-any".into(), Kind::key)),
        lang: if template.lang.tag() == "en" { "English" } else { "简体中文" },
        by: match template.changed_by.as_str() {
            "" => p.t("rights-template-shipped"),
            by => names.of(&p, by),
        },
        template,
    };
    let page = ListPage {
        lines: room.rights.templates().await?.into_iter().map(line).collect(),
        may_act: p.can(Permission::EditRecords),
        p,
    };
    web::render(&page)
}

async fn new(p: Page) -> Result<Response, WebError> {
    may(&p)?;
    let input = Input { lang: p.lang.tag().into(), ..Input::default() };
    web::render(&FormPage::new(p, "", input, Errors::new()))
}

async fn edit(
    p: Page,
    State(room): State<Room>,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    may(&p)?;
    let one = room.rights.template(&id).await?;
    let input = Input {
        version: one.version,
        kind: one.kind.map_or("", Kind::as_str).into(),
        lang: one.lang.tag().into(),
        name: one.name,
        body: one.body,
    };
    web::render(&FormPage::new(p, &id, input, Errors::new()))
}

async fn make(
    State(room): State<Room>,
    p: Page,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    keep(&room, p, "", input).await
}

async fn save(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    keep(&room, p, &id, input).await
}

async fn keep(room: &Room, p: Page, id: &str, input: Input) -> Result<Response, WebError> {
    may(&p)?;
    let draft = input.draft();
    let mut errors = Errors::new();
    for (field, key) in draft.faults() {
        errors.add(field, p.t(key));
    }
    if !errors.is_empty() {
        return render_status(422, &FormPage::new(p, id, input, errors));
    }
    room.rights.save_template(&p.actor(), (id, input.version), &draft).await?;
    Ok(redirect_with_toast(LIST, "rights-toast-template-saved"))
}

async fn delete(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(_): CsrfForm<Input>,
) -> Result<Response, WebError> {
    may(&p)?;
    room.rights.delete_template(&p.actor(), &id).await?;
    Ok(redirect_with_toast(LIST, "rights-toast-template-deleted"))
}
