//! The picture, its table, and what is done there.

use std::collections::BTreeSet;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use web::{Choice, CsrfForm, Dir, ListQuery, PAGE_SIZE, Page, Pager, Permission, WebError};

use super::model::{Filter, NodeKind, Picture};
use super::svg::{Target, draw};
use super::view::{Detail, FlowLine, PageWords};
use super::{FlowDecision, discover, mermaid};
use crate::room::{Room, category_path};
use crate::systems::countries;

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .route("/console/flows", get(picture))
        .route("/console/flows.svg", get(svg_file))
        .route("/console/flows.mmd", get(mermaid_file))
        .route("/console/flows.csv", get(csv_file))
        .route("/console/flows/table", get(table))
        .route("/console/flows/decide", post(decide))
        .route("/console/flows/discover", post(search))
        .merge(super::forms::router())
}

fn filter_of(q: &ListQuery) -> Filter {
    let system = q.get("system");
    Filter {
        sensitivity: q.get("sensitivity").parse().unwrap_or_default(),
        category: q.get("category").to_owned(),
        node: if system.is_empty() { String::new() } else { format!("system:{system}") },
        found: q.get("found").to_owned(),
        country: q.get("country").to_owned(),
    }
}

/// The filters alone, as they follow another parameter: `&country=CN`, or "".
fn kept(q: &ListQuery) -> String {
    let mut out = String::new();
    for key in ["sensitivity", "category", "system", "found", "country"] {
        if !q.get(key).is_empty() {
            out.push('&');
            out.push_str(key);
            out.push('=');
            out.push_str(&web::encode(q.get(key)));
        }
    }
    out
}

/// What can be filtered on.
struct Choices {
    sensitivities: Vec<Choice>,
    categories: Vec<Choice>,
    systems: Vec<Choice>,
    found: Vec<Choice>,
    countries: Vec<Choice>,
}

impl Choices {
    fn of(p: &Page, picture: &Picture) -> Self {
        let used: BTreeSet<&str> =
            picture.edges.iter().flat_map(|e| e.categories.iter().map(String::as_str)).collect();
        let with_parents: BTreeSet<&str> = used
            .iter()
            .flat_map(|key| key.match_indices('.').map(|(at, _)| &key[..at]).chain([*key]))
            .collect();
        let codes: BTreeSet<&str> =
            picture.nodes.iter().map(|n| n.country.as_str()).filter(|c| !c.is_empty()).collect();
        Self {
            sensitivities: ["personal", "confidential", "sensitive"]
                .map(|level| Choice::new(level, p.t(&format!("flows-sensitivity-{level}"))))
                .into(),
            categories: with_parents
                .into_iter()
                .map(|key| Choice::new(key, category_path(p.lang, key)))
                .collect(),
            systems: picture
                .nodes
                .iter()
                .filter(|n| n.kind == NodeKind::System)
                .map(|n| Choice::new(n.id.trim_start_matches("system:"), n.name.clone()))
                .collect(),
            found: ["declared", "discovered"]
                .map(|found| Choice::new(found, p.t(&format!("flows-{found}"))))
                .into(),
            countries: codes
                .into_iter()
                .map(|code| Choice::new(code, countries::name(code, p.zh())))
                .collect(),
        }
    }
}

#[derive(Template)]
#[template(path = "datamap/flows.html")]
struct PicturePage {
    p: Page,
    q: ListQuery,
    drawing: String,
    lines: Vec<FlowLine>,
    choices: Choices,
    detail: Option<Detail>,
    chosen: String,
    kept: String,
    is_empty: bool,
    none_match: bool,
    open: i64,
    may_edit: bool,
    may_export: bool,
    may_add: bool,
    back: String,
}

/// The panel alone, when htmx asks for what was clicked.
#[derive(Template)]
#[template(path = "datamap/flows_detail.html")]
struct DetailPart {
    p: Page,
    detail: Option<Detail>,
    may_edit: bool,
    kept: String,
    back: String,
}

async fn detail_of(
    room: &Room,
    p: &Page,
    picture: &Picture,
    q: &ListQuery,
) -> Result<(Option<Detail>, String), WebError> {
    let (node, flow) = (q.get("node"), q.get("flow"));
    if let Some(index) = picture.nodes.iter().position(|n| !node.is_empty() && n.id == node) {
        return Ok((Some(Detail::of_node(p, picture, index)), node.to_owned()));
    }
    if let Some(edge) = picture.edges.iter().find(|e| !flow.is_empty() && e.id == flow) {
        let row = room.map.flow(flow).await.ok();
        return Ok((Some(Detail::of_edge(p, picture, edge, row.as_ref())), flow.to_owned()));
    }
    Ok((None, String::new()))
}

async fn picture(State(room): State<Room>, p: Page, q: ListQuery) -> Result<Response, WebError> {
    p.require(Permission::ViewMap)?;
    let whole = room.map.picture().await?;
    let (detail, chosen) = detail_of(&room, &p, &whole, &q).await?;
    let kept = kept(&q);
    let back = p.here();
    let may_edit = p.can(Permission::EditMap);
    if p.htmx && !chosen.is_empty() {
        return web::render(&DetailPart { p, detail, may_edit, kept, back });
    }
    let shown = whole.filtered(&filter_of(&q));
    web::render(&PicturePage {
        drawing: draw(&shown, &PageWords(&p), Target::Page, &kept),
        // The first flows as text, for screens too narrow for a picture.
        lines: shown.edges.iter().take(40).map(|e| FlowLine::of(&p, &shown, e)).collect(),
        choices: Choices::of(&p, &whole),
        is_empty: whole.nodes.is_empty(),
        none_match: shown.nodes.is_empty(),
        open: whole.edges.iter().filter(|e| !e.declared).count() as i64,
        may_export: p.can(Permission::Export),
        may_add: p.can(Permission::ManageSources),
        may_edit,
        detail,
        chosen,
        kept,
        back,
        p,
        q,
    })
}

fn file(name: &'static str, kind: &'static str, text: String) -> Response {
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn svg_file(State(room): State<Room>, p: Page, q: ListQuery) -> Result<Response, WebError> {
    p.require(Permission::Export)?;
    let shown = room.map.picture().await?.filtered(&filter_of(&q));
    let text = draw(&shown, &PageWords(&p), Target::File, "");
    Ok(file("attachment; filename=\"data-flows.svg\"", "image/svg+xml", text))
}

async fn mermaid_file(
    State(room): State<Room>,
    p: Page,
    q: ListQuery,
) -> Result<Response, WebError> {
    p.require(Permission::Export)?;
    let shown = room.map.picture().await?.filtered(&filter_of(&q));
    let text = mermaid::flowchart(&shown, &PageWords(&p));
    Ok(file("attachment; filename=\"data-flows.mmd\"", "text/vnd.mermaid; charset=utf-8", text))
}

/// The rows a query asks for, sorted.
async fn lines(room: &Room, p: &Page, q: &ListQuery) -> Result<(Vec<FlowLine>, Choices), WebError> {
    let dismissed = q.get("show") == "dismissed";
    let whole =
        if dismissed { room.map.dismissed_picture().await? } else { room.map.picture().await? };
    let shown = whole.filtered(&filter_of(q));
    let mut lines: Vec<FlowLine> =
        shown.edges.iter().map(|edge| FlowLine::of(p, &shown, edge)).collect();
    if q.get("show") == "open" {
        lines.retain(|line| line.open);
    }
    if !q.q.is_empty() {
        lines.retain(|line| line.has(&q.q));
    }
    match q.sort.as_str() {
        "to" => lines.sort_by(|a, b| a.to.cmp(&b.to)),
        "sensitivity" => lines.sort_by_key(|line| line.level),
        "known" => lines.sort_by(|a, b| a.known.cmp(&b.known)),
        "confidence" => lines.sort_by(|a, b| a.share.total_cmp(&b.share)),
        _ => lines.sort_by(|a, b| (&a.from, &a.to).cmp(&(&b.from, &b.to))),
    }
    if q.dir == Dir::Desc {
        lines.reverse();
    }
    Ok((lines, Choices::of(p, &whole)))
}

#[derive(Template)]
#[template(path = "datamap/flows_table.html")]
struct TablePage {
    p: Page,
    q: ListQuery,
    pager: Pager,
    lines: Vec<FlowLine>,
    choices: Choices,
    shows: Vec<Choice>,
    kept: String,
    may_edit: bool,
    may_export: bool,
    show: String,
    decided: String,
    undo: Vec<String>,
    back: String,
}

/// After more decisions than this the undo button would need too long an address.
const MOST_UNDONE: usize = 40;

async fn table(State(room): State<Room>, p: Page, q: ListQuery) -> Result<Response, WebError> {
    p.require(Permission::ViewMap)?;
    let (lines, choices) = lines(&room, &p, &q).await?;
    let pager = Pager::new(&q, lines.len() as i64);
    let lines = lines.into_iter().skip(q.offset() as usize).take(PAGE_SIZE as usize).collect();
    let n: i64 = q.get("n").parse().unwrap_or(0);
    let decided = match q.get("decided") {
        "" => String::new(),
        _ if n == 0 => p.t("flows-decided-nothing"),
        word @ ("confirm" | "dismiss" | "reopen") => p.tn(&format!("flows-decided-{word}"), n),
        _ => String::new(),
    };
    web::render(&TablePage {
        undo: q.get("undo").split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect(),
        show: q.get("show").to_owned(),
        shows: ["open", "dismissed"]
            .map(|show| Choice::new(show, p.t(&format!("flows-show-{show}"))))
            .into(),
        kept: kept(&q),
        may_edit: p.can(Permission::EditMap),
        may_export: p.can(Permission::Export),
        back: format!("/console/flows/table?show={}{}", web::encode(q.get("show")), kept(&q)),
        decided,
        pager,
        lines,
        choices,
        p,
        q,
    })
}

async fn csv_file(State(room): State<Room>, p: Page, q: ListQuery) -> Result<Response, WebError> {
    p.require(Permission::Export)?;
    let (lines, _) = lines(&room, &p, &q).await?;
    let header = [
        "from",
        "to",
        "categories",
        "sensitivity",
        "known",
        "confidence",
        "reason",
        "countries",
        "description",
    ]
    .map(|column| p.t(&format!("flows-col-{column}")));
    let levels = ["none", "personal", "confidential", "sensitive"]
        .map(|level| p.t(&format!("flows-sensitivity-{level}")));
    let rows = lines.into_iter().map(move |line| {
        let level = levels.get(line.level as usize).cloned().unwrap_or_default();
        vec![
            line.from,
            line.to,
            line.categories,
            level,
            line.known,
            line.confidence,
            line.reason,
            line.countries,
            line.description,
        ]
    });
    Ok(web::csv("data-flows", header.into(), rows))
}

#[derive(Deserialize)]
struct DecideForm {
    #[serde(default)]
    id: Vec<String>,
    decision: String,
    #[serde(default)]
    back: String,
}

/// Only addresses of this page are gone back to.
fn back_to(back: &str) -> String {
    let inside = back == "/console/flows"
        || ["/console/flows?", "/console/flows/table"].iter().any(|start| back.starts_with(start));
    if inside { back.to_owned() } else { "/console/flows/table".to_owned() }
}

async fn decide(
    State(room): State<Room>,
    p: Page,
    CsrfForm(form): CsrfForm<DecideForm>,
) -> Result<Response, WebError> {
    p.require(Permission::EditMap)?;
    let decision = match form.decision.as_str() {
        "confirm" => FlowDecision::Confirm,
        "dismiss" => FlowDecision::Dismiss,
        "reopen" => FlowDecision::Reopen,
        _ => return Err(WebError::BadRequest("flows-error-decision".into())),
    };
    let n = room.map.decide_flows(p.actor(), &form.id, decision).await?;
    let back = back_to(&form.back);
    let joint = if back.contains('?') { '&' } else { '?' };
    if back.starts_with("/console/flows/table") {
        let undo = if decision != FlowDecision::Reopen && form.id.len() <= MOST_UNDONE && n > 0 {
            format!("&undo={}", web::encode(&form.id.join(",")))
        } else {
            String::new()
        };
        let to = format!("{back}{joint}decided={}&n={n}{undo}", form.decision);
        return Ok(Redirect::to(&to).into_response());
    }
    Ok(web::redirect_with_toast_n(&back, &format!("flows-decided-{}", form.decision), n as i64))
}

#[derive(Deserialize)]
struct Nothing {}

async fn search(
    State(room): State<Room>,
    p: Page,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::EditMap)?;
    let mut changed = 0;
    for system in room.map.systems_by_name().await? {
        let outcome = discover::discover_system(room.map.store(), &system.id).await?;
        changed += outcome.new + outcome.changed + outcome.stale;
    }
    Ok(web::redirect_with_toast_n("/console/flows", "flows-searched", changed as i64))
}

/// A flow's page is its detail in the picture.
pub(super) async fn one(Path(id): Path<String>) -> Redirect {
    Redirect::to(&format!("/console/flows?flow={}#flow-detail", web::encode(&id)))
}
