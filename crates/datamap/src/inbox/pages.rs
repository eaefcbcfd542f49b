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
use crate::room::{Room, category_name};

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
    drift: DriftRow,
    kind: String,
    before: String,
    after: String,
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
pub(crate) fn kind_key(kind: &str) -> String {
    format!("inbox-kind-{}", kind.replace('_', "-"))
}

async fn list(State(room): State<Room>, p: Page, q: ListQuery) -> Result<Response, WebError> {
    p.require(Permission::ViewMap)?;
    let (rows, total) = room.map.drift(&filter_of(&q), q.limit(), q.offset()).await?;
    let rows = rows
        .into_iter()
        .map(|drift| {
            let is_category =
                drift.drift.kind != "changed_type" && !drift.drift.field_name.is_empty();
            let shown = |value: &str| match value {
                "" if is_category => p.t("inbox-no-personal-data"),
                key if is_category => category_name(p.lang, key),
                text => text.to_owned(),
            };
            Row {
                kind: p.t(&kind_key(&drift.drift.kind)),
                before: shown(&drift.drift.before_value),
                after: shown(&drift.drift.after_value),
                drift,
            }
        })
        .collect();
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

#[derive(Deserialize)]
struct AcknowledgeForm {
    #[serde(default)]
    change: Vec<String>,
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
        room.map.acknowledge(p.actor(), &form.change).await?
    } else {
        room.map.acknowledge(p.actor(), &[form.one]).await?
    };
    let to = format!("/console/inbox{}", q.to_page(q.page));
    Ok(web::redirect_with_toast(&to, &format!("inbox-toast-acknowledged.{n}")))
}
