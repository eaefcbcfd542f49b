//! The inbox's page.

use askama::Template;
use axum::{
    Router,
    extract::State,
    response::Response,
    routing::{get, post},
};
use serde::Deserialize;
use web::{Choice, CsrfForm, ListQuery, Page, Pager, Permission, WebError};

use super::{DriftFilter, DriftRow};
use crate::{
    model::Drift,
    room::{Room, category_name},
};

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/console/inbox", get(list))
        .route("/console/inbox/acknowledge", post(acknowledge))
}

const KINDS: [&str; 6] = [
    "new_store",
    "vanished_store",
    "new_field",
    "vanished_field",
    "changed_type",
    "changed_category",
];

/// One change in words.
struct Row {
    drift: Drift,
    source: String,
    place: String,
    kind: String,
    detail: String,
    is_open: bool,
}

#[derive(Template)]
#[template(path = "datamap/inbox.html")]
struct InboxPage {
    p: Page,
    q: ListQuery,
    pager: Pager,
    rows: Vec<Row>,
    kinds: Vec<Choice>,
    sources: Vec<Choice>,
    states: Vec<Choice>,
    may_acknowledge: bool,
    back: String,
}

fn filter_of(q: &ListQuery) -> DriftFilter {
    let state = match q.get("state") {
        "" => "open",
        "any" => "",
        other => other,
    };
    DriftFilter {
        state: state.to_owned(),
        kind: q.get("kind").to_owned(),
        source: q.get("source").to_owned(),
        personal: q.get("personal") == "1",
    }
}

/// The text key of a kind.
pub(crate) fn kind_key(kind: impl AsRef<str>) -> String {
    format!("inbox-kind-{}", kind.as_ref().replace('_', "-"))
}

async fn list(State(room): State<Room>, p: Page, q: ListQuery) -> Result<Response, WebError> {
    p.require(Permission::ViewMap)?;
    let (rows, total) = room.map.drift(&filter_of(&q), q.limit(), q.offset()).await?;
    let rows = rows.into_iter().map(|row| row_of(&p, row)).collect();
    let sources = room.map.sources().await?;
    web::render(&InboxPage {
        rows,
        pager: Pager::new(&q, total),
        kinds: KINDS.map(|kind| Choice::new(kind, p.t(&kind_key(kind)))).into(),
        sources: sources.into_iter().map(|source| Choice::new(source.id, source.name)).collect(),
        states: ["acknowledged", "any"]
            .map(|state| Choice::new(state, p.t(&format!("inbox-state-{state}"))))
            .into(),
        may_acknowledge: p.can(Permission::EditMap),
        back: q.to_page(q.page),
        p,
        q,
    })
}

fn row_of(p: &Page, row: DriftRow) -> Row {
    let DriftRow { drift, source_name } = row;
    let category = |key: &str| match key {
        "" => p.t("inbox-no-personal-data"),
        key => category_name(p.lang, key),
    };
    let detail = match drift.kind.as_str() {
        "changed_type" => format!("{} → {}", drift.before_value, drift.after_value),
        "changed_category" => {
            format!("{} → {}", category(&drift.before_value), category(&drift.after_value))
        }
        "new_field" => category(&drift.after_value),
        "new_store" => p.tn("inbox-new-store", drift.after_value.parse::<i64>().unwrap_or(0)),
        _ => String::new(),
    };
    let place = if drift.field_name.is_empty() {
        drift.store_name.clone()
    } else {
        format!("{}.{}", drift.store_name, drift.field_name)
    };
    Row {
        kind: p.t(&kind_key(&drift.kind)),
        is_open: drift.state == "open",
        source: source_name,
        detail,
        place,
        drift,
    }
}

#[derive(Deserialize)]
struct AcknowledgeForm {
    #[serde(default)]
    id: Vec<String>,
    #[serde(default)]
    one: String,
    #[serde(default)]
    everything: String,
    #[serde(default)]
    back: String,
}

async fn acknowledge(
    State(room): State<Room>,
    p: Page,
    CsrfForm(form): CsrfForm<AcknowledgeForm>,
) -> Result<Response, WebError> {
    p.require(Permission::EditMap)?;
    let q = ListQuery::parse(form.back.trim_start_matches('?'));
    let n = if form.everything == "1" {
        room.map.acknowledge_all(p.actor(), &filter_of(&q)).await?
    } else if form.one.is_empty() {
        room.map.acknowledge(p.actor(), &form.id).await?
    } else {
        room.map.acknowledge(p.actor(), &[form.one]).await?
    };
    let to = format!("/console/inbox{}", q.to_page(q.page));
    Ok(web::redirect_with_toast_n(&to, "inbox-toast-acknowledged", n))
}
