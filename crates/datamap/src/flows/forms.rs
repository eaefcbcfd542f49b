//! Declaring, changing and deleting flows.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use web::{Choice, CsrfForm, Errors, ListQuery, Page, Permission, WebError};

use super::FlowDraft;
use super::model::{NodeKind, Picture};
use crate::DataMapError;
use crate::room::{Room, category_name};

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/console/flows/new", get(new_form).post(create))
        .route("/console/flows/{id}", get(super::pages::one))
        .route("/console/flows/{id}/edit", get(edit_form).post(update))
        .route("/console/flows/{id}/delete", get(delete_form).post(delete))
}

#[derive(Template)]
#[template(path = "datamap/flows_form.html")]
struct FormPage {
    p: Page,
    /// "" for a new flow.
    id: String,
    draft: FlowDraft,
    errors: Errors,
    systems: Vec<Choice>,
    origins: Vec<Choice>,
    recipients: Vec<Choice>,
    groups: Vec<CategoryGroup>,
}

/// One branch of the tree of categories.
struct CategoryGroup {
    label: String,
    options: Vec<Choice>,
    open: bool,
}

fn groups(p: &Page, chosen: &[String]) -> Vec<CategoryGroup> {
    let mut groups: Vec<(String, CategoryGroup)> = Vec::new();
    for category in &detect::taxonomy().categories {
        let top = category.key.split('.').next().unwrap_or_default();
        if groups.last().is_none_or(|(key, _)| key != top) {
            let label = category_name(p.lang, top);
            groups
                .push((top.to_owned(), CategoryGroup { label, options: Vec::new(), open: false }));
        }
        if let Some((_, group)) = groups.last_mut() {
            let name = category_name(p.lang, &category.key);
            group.options.push(Choice::new(category.key.clone(), name));
            group.open |= chosen.contains(&category.key);
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

#[derive(Deserialize)]
struct FlowForm {
    #[serde(default)]
    from_end: String,
    #[serde(default)]
    to_end: String,
    #[serde(default)]
    categories: Vec<String>,
    #[serde(default)]
    description: String,
}

impl From<FlowForm> for FlowDraft {
    fn from(form: FlowForm) -> Self {
        Self {
            from_end: form.from_end,
            to_end: form.to_end,
            categories: form
                .categories
                .into_iter()
                .filter(|key| detect::taxonomy().get(key).is_some())
                .collect(),
            description: form.description.chars().take(1000).collect(),
        }
    }
}

fn ends(picture: &Picture, test: impl Fn(NodeKind) -> bool) -> Vec<Choice> {
    let nodes = picture.nodes.iter().filter(|n| test(n.kind));
    nodes.map(|n| Choice::new(n.id.clone(), n.name.clone())).collect()
}

async fn form(
    room: &Room,
    p: Page,
    id: String,
    draft: FlowDraft,
    errors: Errors,
) -> Result<Response, WebError> {
    let picture = room.map.picture().await?;
    web::render(&FormPage {
        systems: ends(&picture, |kind| kind == NodeKind::System),
        origins: ends(&picture, NodeKind::is_origin),
        recipients: ends(&picture, NodeKind::is_recipient),
        groups: groups(&p, &draft.categories),
        id,
        draft,
        errors,
        p,
    })
}

async fn new_form(State(room): State<Room>, p: Page, q: ListQuery) -> Result<Response, WebError> {
    p.require(Permission::EditMap)?;
    let draft = FlowDraft {
        from_end: q.get("from").to_owned(),
        to_end: q.get("to").to_owned(),
        ..FlowDraft::default()
    };
    form(&room, p, String::new(), draft, Errors::new()).await
}

async fn create(
    State(room): State<Room>,
    p: Page,
    CsrfForm(sent): CsrfForm<FlowForm>,
) -> Result<Response, WebError> {
    p.require(Permission::EditMap)?;
    let draft = FlowDraft::from(sent);
    match room.map.declare_flow(p.actor(), &draft).await {
        Ok(id) => Ok(web::redirect_with_toast(&format!("/console/flows?flow={id}"), "flows-saved")),
        Err(error) => again(&room, p, String::new(), draft, error).await,
    }
}

/// The form again with what was typed and what is wrong.
async fn again(
    room: &Room,
    p: Page,
    id: String,
    draft: FlowDraft,
    error: DataMapError,
) -> Result<Response, WebError> {
    let DataMapError::Invalid(key) = error else { return Err(error.into()) };
    let field = match key {
        "flows-error-from" => "from_end",
        "flows-error-to" | "flows-error-same-end" => "to_end",
        _ => "",
    };
    let mut errors = Errors::new();
    errors.add(field, p.t(key));
    form(room, p, id, draft, errors).await
}

async fn edit_form(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::EditMap)?;
    let row = room.map.flow(&id).await?;
    let draft = FlowDraft {
        categories: row.categories(),
        from_end: row.from_end,
        to_end: row.to_end,
        description: row.description,
    };
    form(&room, p, id, draft, Errors::new()).await
}

async fn update(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(sent): CsrfForm<FlowForm>,
) -> Result<Response, WebError> {
    p.require(Permission::EditMap)?;
    let draft = FlowDraft::from(sent);
    match room.map.update_flow(p.actor(), &id, &draft).await {
        Ok(()) => Ok(web::redirect_with_toast(&format!("/console/flows?flow={id}"), "flows-saved")),
        Err(error) => again(&room, p, id, draft, error).await,
    }
}

#[derive(Template)]
#[template(path = "datamap/flows_delete.html")]
struct DeletePage {
    p: Page,
    id: String,
    ends: String,
}

async fn delete_form(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::EditMap)?;
    let picture = room.map.picture().await?;
    let edge = picture.edges.iter().find(|e| e.id == id).ok_or(WebError::NotFound)?;
    let ends = format!("{} → {}", picture.nodes[edge.from].name, picture.nodes[edge.to].name);
    web::render(&DeletePage { p, id, ends })
}

#[derive(Deserialize)]
struct Nothing {}

async fn delete(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::EditMap)?;
    room.map.delete_flow(p.actor(), &id).await?;
    Ok(web::redirect_with_toast("/console/flows", "flows-deleted"))
}
