//! One field: the verdict, why, what people said, where else the same is kept.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::{get, post},
};
use explain::{Asked, Law, Why};
use serde::Deserialize;
use web::{Choice, CsrfForm, Page, Permission, WebError};

use super::{
    Decision, FieldDetail, FieldListRow,
    pages::{every_category, people_name},
};
use crate::{
    DataMapError,
    model::PEOPLE,
    room::{Room, category_path},
};

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/console/fields/{id}", get(show))
        .route("/console/fields/{id}/decide", post(decide))
        .route("/console/stores/{id}/people", post(people))
}

/// How a vocabulary names the category.
struct Mapping {
    key: &'static str,
    value: String,
}

/// One line of the field's history.
struct Event {
    at: i64,
    what: String,
    who: String,
}

#[derive(Template)]
#[template(path = "datamap/field.html")]
struct FieldPage {
    p: Page,
    d: FieldDetail,
    category: String,
    found: String,
    said: String,
    people: String,
    people_choices: Vec<Choice>,
    w: Why,
    laws: Vec<Law>,
    mappings: Vec<Mapping>,
    same: Vec<FieldListRow>,
    history: Vec<Event>,
    categories: Vec<Choice>,
    sensitivities: Vec<Choice>,
    may_decide: bool,
    error: String,
    form: DecideForm,
}

impl FieldPage {
    fn is_decided(&self) -> bool {
        !self.d.field.decision.is_empty()
    }
}

async fn show(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewMap)?;
    let view = view(&room, p, &id, DecideForm::default(), String::new()).await?;
    web::render(&view)
}

async fn view(
    room: &Room,
    p: Page,
    id: &str,
    form: DecideForm,
    error: String,
) -> Result<FieldPage, WebError> {
    let d = room.map.field(id).await?;
    let same = room.map.fields_like(&d.field, 10).await?;
    let history = history(room, &p, id).await?;
    let effective =
        if d.store.people_decided.is_empty() { &d.store.people } else { &d.store.people_decided };
    Ok(FieldPage {
        category: category_path(p.lang, &d.field.category),
        found: category_path(p.lang, &d.field.found_category),
        said: d.field.decided_at.map(|at| p.ago(at)).unwrap_or_default(),
        people: people_name(&p, effective),
        people_choices: PEOPLE.iter().map(|key| Choice::new(*key, people_name(&p, key))).collect(),
        w: why(&p, &d),
        laws: explain::laws(&p, &d.field.category, d.field.minor == 1),
        mappings: mappings(&d.field.category),
        categories: every_category(&p),
        sensitivities: ["personal", "confidential", "sensitive"]
            .map(|key| Choice::new(key, p.t(&format!("web-sensitivity-{key}"))))
            .into(),
        may_decide: p.can(Permission::EditMap),
        same,
        history,
        d,
        error,
        form,
        p,
    })
}

/// Why the last scan decided so, as the evidence it left says.
fn why(p: &Page, d: &FieldDetail) -> Why {
    let asked = Asked {
        name: &d.field.name,
        comment: &d.field.comment,
        data_type: &d.field.data_type,
        is_key: d.field.primary_key == 1 || d.is_foreign_key(),
        beside: &d.beside,
    };
    Why::new(p, &asked, &d.verdict())
}

fn mappings(key: &str) -> Vec<Mapping> {
    let Some(category) = detect::taxonomy().get(key) else { return Vec::new() };
    vec![
        Mapping { key: "map-mapping-dpv", value: category.dpv.clone() },
        Mapping { key: "map-mapping-fides", value: category.fides.clone() },
    ]
}

/// What the ledger says about the field.
async fn history(room: &Room, p: &Page, id: &str) -> Result<Vec<Event>, WebError> {
    let filter = store::LedgerFilter {
        object_kind: Some("field".into()),
        object_id: Some(id.to_owned()),
        ..store::LedgerFilter::default()
    };
    let rows = room.map.store().ledger().page(&filter, None, 50).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let key = format!("map-event-{}", row.action.strip_prefix("field.")?);
            let who = if row.actor.strip_prefix("person:") == Some(p.user.id.as_str()) {
                p.t("map-you")
            } else {
                String::new()
            };
            web::has_key(p.lang, &key).then(|| Event { at: row.at, what: p.t(&key), who })
        })
        .collect())
}

#[derive(Deserialize, Default)]
struct DecideForm {
    #[serde(default)]
    decision: String,
    #[serde(default)]
    category: String,
    #[serde(default)]
    sensitivity: String,
    #[serde(default)]
    note: String,
}

async fn decide(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(form): CsrfForm<DecideForm>,
) -> Result<Response, WebError> {
    p.require(Permission::EditMap)?;
    let decision = match form.decision.as_str() {
        "confirm" => Decision::Confirm,
        "dismiss" => Decision::Dismiss,
        "reopen" => Decision::Reopen,
        _ => Decision::Correct {
            category: category_typed(&form.category),
            sensitivity: form.sensitivity.clone(),
        },
    };
    match room.map.decide(p.actor(), std::slice::from_ref(&id), &decision, &form.note).await {
        Ok(_) => {
            Ok(web::redirect_with_toast(&format!("/console/fields/{id}"), "map-toast-decided"))
        }
        Err(DataMapError::Invalid(key)) => {
            let error = p.t(key);
            web::render(&view(&room, p, &id, form, error).await?)
        }
        Err(other) => Err(other.into()),
    }
}

/// The key behind what was chosen or typed: a key, "key — name", or a name in either language.
fn category_typed(typed: &str) -> String {
    let typed = typed.trim();
    let first = typed.split(" — ").next().unwrap_or(typed).trim();
    detect::taxonomy()
        .categories
        .iter()
        .find(|category| {
            category.key == first || category.zh == typed || category.en.eq_ignore_ascii_case(typed)
        })
        .map_or_else(|| typed.to_owned(), |category| category.key.clone())
}

#[derive(Deserialize)]
struct PeopleForm {
    #[serde(default)]
    people: String,
    #[serde(default)]
    field: String,
}

async fn people(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(form): CsrfForm<PeopleForm>,
) -> Result<Response, WebError> {
    p.require(Permission::EditMap)?;
    room.map.decide_people(p.actor(), &id, &form.people).await?;
    let field = room.map.field(&form.field).await?.field.id;
    Ok(web::redirect_with_toast(&format!("/console/fields/{field}"), "map-toast-people"))
}
