//! The list of fields: search, filters, decisions in bulk, export.

use askama::Template;
use axum::{
    Router,
    extract::{RawQuery, State},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use futures::TryStreamExt as _;
use serde::Deserialize;
use web::{Choice, CsrfForm, Lang, ListQuery, Page, Pager, Permission, WebError};

use super::{Answer, Decision, FieldFilter, FieldListRow, Scope, Sort, Summary, summary};
use crate::{
    DataMap, DataMapError,
    model::PEOPLE,
    room::{Room, category_name, category_path, list_of},
};

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/console/map", get(list))
        .route("/console/map.csv", get(export))
        .route("/console/map/decide", post(decide))
        .route("/console/map/undo", post(undo))
}

/// The filter that stands in an address.
fn filter_of(q: &ListQuery) -> FieldFilter {
    let category = q.get("category");
    FieldFilter {
        categories: if category.is_empty() { Vec::new() } else { vec![category.to_owned()] },
        sensitivity: q.get("sensitivity").to_owned(),
        system: q.get("system").to_owned(),
        source: q.get("source").to_owned(),
        store: q.get("store").to_owned(),
        people: q.get("people").to_owned(),
        decision: q.get("decision").to_owned(),
        minors: q.get("minors") == "1",
        scope: match q.get("show") {
            "plain" => Scope::Plain,
            "all" | "vanished" => Scope::All,
            _ => Scope::Personal,
        },
        vanished: q.get("show") == "vanished",
        sort: Sort::from_name(&q.sort),
        reverse: q.dir == web::Dir::Desc,
        ..FieldFilter::default()
    }
}

/// Some filter beside the search box is set.
fn has_filters(q: &ListQuery) -> bool {
    ["category", "sensitivity", "system", "source", "people", "decision", "show", "minors"]
        .iter()
        .any(|name| !q.get(name).is_empty())
}

/// The query of a list without what only belongs to its last action.
fn list_query(raw: &str) -> (ListQuery, String, i64) {
    let whole = ListQuery::parse(raw);
    let kept = ListQuery::parse(
        raw.split_once("undo=").map_or(raw, |(kept, _)| kept).trim_end_matches('&'),
    );
    (kept, whole.get("undo").to_owned(), whole.get("decided").parse().unwrap_or(0))
}

/// One row, ready to show.
struct Row {
    field: FieldListRow,
    category: String,
    people: String,
}

#[derive(Template)]
#[template(path = "datamap/map.html")]
struct ListPage {
    p: Page,
    q: ListQuery,
    pager: Pager,
    rows: Vec<Row>,
    more: bool,
    answer: Option<AnswerView>,
    facets: Facets,
    all_categories: Vec<Choice>,
    has_filters: bool,
    may_decide: bool,
    may_add: bool,
    may_export: bool,
    is_empty_map: bool,
    undo: String,
    decided: i64,
    back: String,
}

/// What can be filtered on, with counts.
struct Facets {
    categories: Vec<Choice>,
    sensitivities: Vec<Choice>,
    systems: Vec<Choice>,
    sources: Vec<Choice>,
    people: Vec<Choice>,
    decisions: Vec<Choice>,
    shows: Vec<Choice>,
}

/// A question's answer in words.
struct AnswerView {
    sentence: String,
    groups: Vec<super::AnswerGroup>,
}

async fn list(
    State(room): State<Room>,
    p: Page,
    RawQuery(raw): RawQuery,
) -> Result<Response, WebError> {
    p.require(Permission::ViewMap)?;
    let (q, undo, decided) = list_query(raw.as_deref().unwrap_or_default());
    let filter = filter_of(&q);
    let found = room.map.fields(&filter, &q.q, q.limit(), q.offset()).await?;
    let summary = room.map.summary().await?;
    let rows = found
        .rows
        .into_iter()
        .map(|field| Row {
            category: category_name(p.lang, &field.category),
            people: people_name(&p, &field.people),
            field,
        })
        .collect();
    web::render(&ListPage {
        rows,
        pager: Pager::new(&q, found.total),
        more: found.more,
        answer: found.answer.map(|answer| answer_view(&p, answer)),
        facets: facets(&p, &summary, &filter),
        all_categories: every_category(&p),
        has_filters: has_filters(&q),
        may_decide: p.can(Permission::EditMap),
        may_add: p.can(Permission::ManageSources),
        may_export: p.can(Permission::Export),
        is_empty_map: summary.groups.is_empty() && !q.is_filtered(),
        back: q.to_page(q.page),
        undo,
        decided,
        p,
        q,
    })
}

fn facets(p: &Page, summary: &Summary, filter: &FieldFilter) -> Facets {
    let any_sensitivity = FieldFilter { sensitivity: String::new(), ..filter.clone() };
    let any_people = FieldFilter { people: String::new(), ..filter.clone() };
    let named = |key: &str, value: &str| Choice::new(value, p.t(&format!("{key}-{value}")));
    Facets {
        categories: category_facet(p, summary, filter),
        sensitivities: facet(summary, &any_sensitivity, |g| summary::name(g.level).into())
            .into_iter()
            .filter(|(value, _)| value != "none")
            .map(|(value, n)| {
                let label = counted(p, &p.t(&format!("web-sensitivity-{value}")), n);
                Choice::new(value, label)
            })
            .collect(),
        systems: system_facet(p, summary, filter),
        sources: source_facet(p, summary, filter),
        people: facet(summary, &any_people, |g| g.people.clone())
            .into_iter()
            .map(|(value, n)| {
                let label = counted(p, &people_name(p, &value), n);
                Choice::new(value, label)
            })
            .collect(),
        decisions: ["open", "confirmed", "corrected", "dismissed"]
            .map(|d| named("map-decision", d))
            .into(),
        shows: ["plain", "all", "vanished"].map(|show| named("map-show", show)).into(),
    }
}

fn answer_view(p: &Page, answer: Answer) -> AnswerView {
    let names: Vec<String> =
        answer.categories.iter().map(|key| category_name(p.lang, key)).collect();
    let what = list_of(p.lang, &names);
    let sentence = if answer.fields == 0 {
        p.t1("map-answer-none", "what", what)
    } else {
        let fields = p.tn("map-answer-fields", answer.fields);
        let systems = p.tn("map-answer-systems", answer.systems);
        let place = p.t2("map-answer-where", "fields", fields, "systems", systems);
        p.t2("map-answer", "what", what, "where", place)
    };
    AnswerView { sentence, groups: answer.groups }
}

fn facet(
    summary: &Summary,
    filter: &FieldFilter,
    by: impl Fn(&super::Group) -> String,
) -> Vec<(String, i64)> {
    summary.facet(filter, by).into_iter().filter(|(value, _)| !value.is_empty()).collect()
}

fn counted(p: &Page, name: &str, n: i64) -> String {
    format!("{name} ({})", p.number(n))
}

/// Categories that occur, in the order of the tree, with those above them.
fn category_facet(p: &Page, summary: &Summary, filter: &FieldFilter) -> Vec<Choice> {
    let open = FieldFilter { categories: Vec::new(), ..filter.clone() };
    let counts = facet(summary, &open, |group| group.category.clone());
    let under = |key: &str| -> i64 {
        let one = FieldFilter { categories: vec![key.to_owned()], ..FieldFilter::default() };
        counts.iter().filter(|(category, _)| one.in_categories(category)).map(|(_, n)| n).sum()
    };
    detect::taxonomy()
        .categories
        .iter()
        .map(|category| (category, under(&category.key)))
        .filter(|(category, n)| *n > 0 || filter.categories.contains(&category.key))
        .map(|(category, n)| {
            let depth = category.key.matches('.').count();
            let name =
                format!("{}{}", "\u{2003}".repeat(depth), category_name(p.lang, &category.key));
            Choice::new(category.key.clone(), counted(p, &name, n))
        })
        .collect()
}

fn system_facet(p: &Page, summary: &Summary, filter: &FieldFilter) -> Vec<Choice> {
    let open = FieldFilter { system: String::new(), source: String::new(), ..filter.clone() };
    let mut choices: Vec<Choice> =
        facet(summary, &open, |group| summary.system_of(&group.source_id).to_owned())
            .into_iter()
            .filter_map(|(id, n)| {
                let name =
                    &summary.sources.values().find(|source| source.system_id == id)?.system_name;
                Some(Choice::new(id, counted(p, name, n)))
            })
            .collect();
    choices.sort_by(|a, b| a.label.cmp(&b.label));
    choices
}

fn source_facet(p: &Page, summary: &Summary, filter: &FieldFilter) -> Vec<Choice> {
    let open = FieldFilter { source: String::new(), ..filter.clone() };
    let mut choices: Vec<Choice> = facet(summary, &open, |group| group.source_id.clone())
        .into_iter()
        .filter_map(|(id, n)| {
            let name = &summary.sources.get(&id)?.name;
            Some(Choice::new(id, counted(p, name, n)))
        })
        .collect();
    choices.sort_by(|a, b| a.label.cmp(&b.label));
    choices
}

/// Every category, for correcting: `contact.email` reads "Contact › Email address".
pub(super) fn every_category(p: &Page) -> Vec<Choice> {
    detect::taxonomy()
        .categories
        .iter()
        .map(|category| Choice::new(category.key.clone(), category_path(p.lang, &category.key)))
        .collect()
}

/// A people category's name.
pub(crate) fn people_name(p: &Page, key: impl AsRef<str>) -> String {
    let key = key.as_ref();
    if PEOPLE.contains(&key) { p.t(&format!("map-people-{key}")) } else { key.to_owned() }
}

#[derive(Deserialize)]
struct DecideForm {
    #[serde(default)]
    id: Vec<String>,
    decision: String,
    #[serde(default, rename = "category-to")]
    category: String,
    #[serde(default)]
    everything: String,
    #[serde(default)]
    back: String,
}

async fn decide(
    State(room): State<Room>,
    p: Page,
    CsrfForm(form): CsrfForm<DecideForm>,
) -> Result<Response, WebError> {
    p.require(Permission::EditMap)?;
    let decision = match form.decision.as_str() {
        "confirm" => Decision::Confirm,
        "dismiss" => Decision::Dismiss,
        "reopen" => Decision::Reopen,
        "correct" => Decision::Correct { category: form.category, sensitivity: String::new() },
        _ => return Err(WebError::BadRequest("map-error-decision".into())),
    };
    let q = ListQuery::parse(form.back.trim_start_matches('?'));
    let ids = if form.everything == "1" {
        let filter = DataMap::interpret(&filter_of(&q), &q.q);
        room.map.field_ids(&filter, super::MOST_DECIDED as i64 + 1).await?
    } else {
        form.id
    };
    let decided = room.map.decide(p.actor(), &ids, &decision, "").await?;
    let back = q.to_page(q.page);
    let to = format!("/console/map{back}&undo={}&decided={}", decided.undo, decided.fields);
    Ok(Redirect::to(&to).into_response())
}

/// Rows fetched at a time for the export.
const EXPORTED: i64 = 2_000;

async fn export(State(room): State<Room>, p: Page, q: ListQuery) -> Result<Response, WebError> {
    p.require(Permission::Export)?;
    let filter = DataMap::interpret(&filter_of(&q), &q.q);
    let heads = [
        "system",
        "source",
        "store",
        "field",
        "type",
        "category-name",
        "category",
        "sensitivity",
        "minor",
        "people",
        "confidence",
        "decision",
    ];
    let header = heads.map(|head| p.t(&format!("map-csv-{head}"))).into();
    let lang = p.lang;
    let batches = futures::stream::try_unfold(Some(0), move |offset: Option<i64>| {
        let (map, filter) = (room.map.clone(), filter.clone());
        async move {
            let Some(offset) = offset else { return Ok::<_, DataMapError>(None) };
            let rows = map.field_rows(&filter, EXPORTED, offset).await?;
            let more = rows.len() as i64 == EXPORTED;
            let lines = rows.into_iter().map(move |row| Ok::<_, DataMapError>(csv_row(lang, row)));
            Ok(Some((futures::stream::iter(lines), more.then_some(offset + EXPORTED))))
        }
    });
    Ok(web::csv_stream("data-map", header, batches.try_flatten()))
}

fn csv_row(lang: Lang, row: FieldListRow) -> Vec<String> {
    vec![
        row.system_name,
        row.source_name,
        row.store_name,
        row.name,
        row.data_type,
        category_name(lang, &row.category),
        row.category,
        row.sensitivity,
        row.minor.to_string(),
        row.people,
        format!("{:.2}", row.confidence),
        row.decision,
    ]
}

#[derive(Deserialize)]
struct UndoForm {
    undo: String,
    #[serde(default)]
    back: String,
}

async fn undo(
    State(room): State<Room>,
    p: Page,
    CsrfForm(form): CsrfForm<UndoForm>,
) -> Result<Response, WebError> {
    p.require(Permission::EditMap)?;
    room.map.undo_decision(p.actor(), &form.undo).await?;
    let back = ListQuery::parse(form.back.trim_start_matches('?'));
    let to = format!("/console/map{}", back.to_page(back.page));
    Ok(web::redirect_with_toast(&to, "map-toast-undone"))
}
