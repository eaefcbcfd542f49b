//! `/console/findings/documents`: what was made, making another one, one document, its file, and the
//! points that people answer by hand.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    http::header,
    response::{IntoResponse as _, Response},
    routing::get,
};
use serde::Deserialize;
use web::{
    Choice, CsrfForm, Errors, Lang, ListQuery, PAGE_SIZE, Page, Pager, Permission, WebError,
    redirect_with_toast, render_status,
};

use super::words::Names;
use crate::{
    Room,
    document::{Answer, Kept, Kind, Verdict, body, points},
};

/// Characters of an answer.
const LONG: usize = 4_000;
const HERE: &str = "/console/findings/documents";

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route(HERE, get(list).post(make))
        .route("/console/findings/documents/points/{point}", get(point).post(answer))
        .route("/console/findings/documents/answers/{kind}", get(answers))
        .route("/console/findings/documents/{id}", get(show))
        .route("/console/findings/documents/{id}/file", get(file))
}

struct Row {
    kept: Kept,
    by: String,
}

/// What can be made, and how much of it people have answered.
struct Offer {
    kind: Kind,
    answered: usize,
    all: usize,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Wanted {
    kind: String,
    lang: String,
}

#[derive(Template)]
#[template(path = "comply/documents.html")]
struct ListPage {
    p: Page,
    pager: Pager,
    rows: Vec<Row>,
    offers: Vec<Offer>,
    kinds: Vec<Choice>,
    languages: Vec<Choice>,
    wanted: Wanted,
    errors: Errors,
    may: bool,
}

async fn page(
    room: &Room,
    p: Page,
    l: &ListQuery,
    wanted: Wanted,
    errors: Errors,
) -> Result<ListPage, WebError> {
    let (kept, total) = room.comply.documents(PAGE_SIZE, (l.page - 1) * PAGE_SIZE).await?;
    let names = Names::load(&room.web).await?;
    let answers = room.comply.answers().await?;
    let offer = |kind| {
        let all = points::points(kind);
        let answered = all.iter().filter(|one| answers.contains_key(&one.id)).count();
        Offer { kind, answered, all: all.len() }
    };
    let rows = kept.into_iter().map(|kept| Row { by: names.actor(&p, &kept.made_by), kept });
    let kinds = Kind::ALL
        .map(|kind| Choice::new(kind.as_str(), p.t(&format!("document-{}", kind.as_str()))));
    Ok(ListPage {
        pager: Pager::new(l, total),
        rows: rows.collect(),
        offers: Kind::ALL.map(offer).into(),
        kinds: kinds.to_vec(),
        languages: [Lang::En, Lang::ZhCn]
            .map(|lang| Choice::new(lang.tag(), lang.own_name()))
            .to_vec(),
        wanted,
        errors,
        may: p.can(Permission::EditRecords),
        p,
    })
}

async fn list(p: Page, l: ListQuery, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    let wanted = Wanted { kind: l.get("kind").to_owned(), lang: p.lang.tag().to_owned() };
    web::render(&page(&room, p, &l, wanted, Errors::new()).await?)
}

async fn make(
    State(room): State<Room>,
    p: Page,
    CsrfForm(wanted): CsrfForm<Wanted>,
) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    let (Some(kind), Some(lang)) = (Kind::parse(&wanted.kind), Lang::from_tag(&wanted.lang)) else {
        let mut errors = Errors::new();
        errors.add("kind", p.t("document-error-kind"));
        let l = ListQuery::parse("");
        return render_status(422, &page(&room, p, &l, wanted, errors).await?);
    };
    let kept = room.comply.make(p.actor(), kind, lang).await?;
    Ok(redirect_with_toast(&format!("{HERE}/{}", kept.id), "documents-toast-made"))
}

#[derive(Template)]
#[template(path = "comply/document.html")]
struct DocumentPage {
    p: Page,
    kept: Kept,
    by: String,
    body: String,
}

async fn show(
    p: Page,
    Path(id): Path<String>,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    let kept = room.comply.document(&id).await?;
    let file = room.comply.document_file(&kept).await?;
    let by = Names::load(&room.web).await?.actor(&p, &kept.made_by);
    web::render(&DocumentPage { body: body(&file).to_owned(), by, kept, p })
}

async fn file(
    p: Page,
    Path(id): Path<String>,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    p.require(Permission::Export)?;
    let kept = room.comply.document(&id).await?;
    let file = room.comply.document_file(&kept).await?;
    let name = format!("privet-{}-{}.html", kept.kind.as_str(), kept.number);
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, file).into_response())
}

struct Asked {
    id: &'static str,
    title: String,
    look: String,
    /// No check sees anything of it.
    by_hand: bool,
    answer: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "comply/points.html")]
struct PointsPage {
    p: Page,
    kind: Kind,
    points: Vec<Asked>,
}

async fn answers(
    p: Page,
    Path(kind): Path<String>,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    let kind = Kind::parse(&kind).ok_or(WebError::NotFound)?;
    let (answers, names) = (room.comply.answers().await?, Names::load(&room.web).await?);
    let told = |answer: &Answer| {
        let who = names.actor(&p, &answer.by);
        let by = p.t2("document-answered", "who", who, "day", p.day(answer.at));
        (p.t(&format!("document-verdict-{}", answer.verdict.key())), by)
    };
    let points = points::points(kind)
        .iter()
        .map(|one| Asked {
            id: &one.id,
            title: one.title.get(p.zh()).to_owned(),
            look: one.look.get(p.zh()).to_owned(),
            by_hand: one.checks.is_empty(),
            answer: answers.get(&one.id).map(told),
        })
        .collect();
    web::render(&PointsPage { p, kind, points })
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Input {
    verdict: String,
    text: String,
}

#[derive(Template)]
#[template(path = "comply/point.html")]
struct PointPage {
    p: Page,
    kind: Kind,
    id: String,
    title: String,
    look: String,
    by: String,
    verdicts: Vec<Choice>,
    input: Input,
    errors: Errors,
    may: bool,
}

async fn asked(
    room: &Room,
    p: Page,
    id: &str,
    input: Option<Input>,
    errors: Errors,
) -> Result<PointPage, WebError> {
    let (kind, point) = points::point(id).ok_or(WebError::NotFound)?;
    let answer = room.comply.answers().await?.remove(id);
    let by = match &answer {
        None => p.t("documents-points-none"),
        Some(one) => {
            let who = Names::load(&room.web).await?.actor(&p, &one.by);
            p.t2("document-answered", "who", who, "day", p.day(one.at))
        }
    };
    let told = |one: Answer| Input { verdict: one.verdict.as_str().into(), text: one.text };
    let verdict =
        |one: Verdict| Choice::new(one.as_str(), p.t(&format!("document-verdict-{}", one.key())));
    Ok(PointPage {
        kind,
        id: id.to_owned(),
        title: point.title.get(p.zh()).to_owned(),
        look: point.look.get(p.zh()).to_owned(),
        by,
        verdicts: Verdict::ALL.map(verdict).to_vec(),
        input: input.or_else(|| answer.map(told)).unwrap_or_default(),
        errors,
        may: p.can(Permission::EditRecords),
        p,
    })
}

async fn point(
    p: Page,
    Path(id): Path<String>,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    web::render(&asked(&room, p, &id, None, Errors::new()).await?)
}

async fn answer(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    let (kind, _) = points::point(&id).ok_or(WebError::NotFound)?;
    let mut errors = Errors::new();
    let verdict = Verdict::parse(&input.verdict);
    if verdict.is_none() {
        errors.add("verdict", p.t("document-error-verdict"));
    }
    let text = input.text.trim();
    if text.is_empty() || text.chars().count() > LONG {
        errors.add("text", p.t("document-error-text"));
    }
    let Some(verdict) = verdict.filter(|_| errors.is_empty()) else {
        return render_status(422, &asked(&room, p, &id, Some(input), errors).await?);
    };
    room.comply.answer(p.actor(), &id, verdict, text).await?;
    let back = format!("{HERE}/answers/{}", kind.as_str());
    Ok(redirect_with_toast(&back, "documents-toast-answered"))
}
