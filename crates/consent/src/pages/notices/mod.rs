//! Notices in the console: the list, one notice, its draft with the check beside it, publishing, and the
//! versions that never change.

mod draft;
mod one;
mod pictures;
mod publish;
mod version;

use askama::Template;
use axum::{
    Router,
    extract::{DefaultBodyLimit, State},
    response::Response,
    routing::{get, post},
};
use web::{Look, Page, Permission, WebError};

use crate::{
    Notice, NoticeBody, Room,
    notice::Touchpoint,
    pages::{refused, words},
    purpose::text_in,
};

/// The languages the console writes notices in; texts of others are kept as they are.
pub(super) const LANGUAGES: [&str; 2] = ["en", "zh-CN"];
/// Bytes of an upload: a picture and its form.
const UPLOAD: usize = 2_200_000;

pub(super) fn router() -> Router<Room> {
    let upload = post(pictures::add).layer(DefaultBodyLimit::max(UPLOAD));
    Router::new()
        .route("/console/notices", get(list))
        .route("/console/notices/new", get(draft::new).post(draft::create))
        .route("/console/notices/{key}", get(one::show))
        .route("/console/notices/{key}/draft", get(draft::edit).post(draft::change))
        .route("/console/notices/{key}/publish", get(publish::ask).post(publish::confirm))
        .route("/console/notices/{key}/retire", post(one::retire))
        .route("/console/notices/{key}/revive", post(one::revive))
        .route("/console/notices/{key}/pictures", upload)
        .route("/console/notices/{key}/pictures/{id}", get(pictures::show))
        .route("/console/notices/{key}/pictures/{id}/remove", post(pictures::remove))
        .route("/console/notices/{key}/versions/{version}", get(version::show))
}

struct Row {
    notice: Notice,
    title: String,
    touchpoint: String,
    purposes: Vec<String>,
    published_at: Option<i64>,
}

/// A notice that must be published anew: key, title, purposes, and the page that says why.
struct Waits {
    key: String,
    title: String,
    purposes: String,
    href: String,
}

#[derive(Template)]
#[template(path = "consent/notices.html")]
struct ListPage {
    p: Page,
    rows: Vec<Row>,
    fresh: Vec<Waits>,
    may_edit: bool,
}

impl ListPage {
    fn asks_again(&self, key: &str) -> bool {
        self.fresh.iter().any(|one| one.key == key)
    }
}

async fn list(State(room): State<Room>, p: Page) -> Result<Response, WebError> {
    p.require(Permission::ViewConsents)?;
    let catalogue = room.consent.catalogue();
    let rows = room.consent.notices().await.map_err(refused)?.into_iter().map(|notice| {
        let newest = catalogue.versions(&notice.key).last();
        let body = newest.map(|version| &version.published.body).or(notice.draft.as_ref());
        Row {
            title: body.map_or_else(|| notice.key.clone(), |body| title(&p, &notice.key, body)),
            touchpoint: body.map_or_else(String::new, |body| touchpoint(&p, body.touchpoint)),
            purposes: body.map_or_else(Vec::new, |body| {
                body.purposes.iter().map(|key| words::purpose(&p, &catalogue, key)).collect()
            }),
            published_at: newest.map(|version| version.published_at),
            notice,
        }
    });
    let rows: Vec<Row> = rows.collect();
    let fresh = room.consent.fresh_needed().await.map_err(refused)?.into_iter().map(|one| {
        let row = rows.iter().find(|row| row.notice.key == one.notice);
        let names: Vec<String> =
            one.purposes.iter().map(|key| words::purpose(&p, &catalogue, key)).collect();
        Waits {
            title: row.map_or_else(|| one.notice.clone(), |row| row.title.clone()),
            purposes: names.join(" · "),
            key: one.notice,
            href: one.href,
        }
    });
    let fresh = fresh.collect();
    web::render(&ListPage { rows, fresh, may_edit: p.can(Permission::EditConsents), p })
}

/// A notice's title in the reader's language; its key when it has none.
fn title(look: &Look, key: &str, body: &NoticeBody) -> String {
    let title = text_in(&body.title, look.lang.tag());
    if title.is_empty() { key.to_owned() } else { title.to_owned() }
}

fn touchpoint(look: &Look, touchpoint: Touchpoint) -> String {
    look.t(&format!("notice-touchpoint-{}", words::dashes(touchpoint.as_str())))
}

/// What a language is called: in its own words.
fn language(tag: &str) -> &str {
    match tag {
        "en" => "English",
        "zh-CN" => "简体中文",
        other => other,
    }
}
