//! The two lists as pages: in the console with their switch, for everybody, on paper, as CSV.

use askama::Template;
use axum::{
    Router,
    extract::State,
    response::Response,
    routing::{get, post},
};
use serde::Deserialize;
use web::{CsrfForm, Lang, ListQuery, Look, Page, Permission, WebError};

use super::{Collected, Lists, Shared};
use crate::{Banner, Room};

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .route("/console/data-lists", get(console))
        .route("/console/data-lists/publish", post(publish))
        .route("/console/data-lists/csv", get(console_csv))
        .route("/privacy/data-lists", get(public))
        .route("/privacy/data-lists/csv", get(public_csv))
}

/// A line of the first list in words.
struct CollectedLine {
    scene: String,
    purpose: String,
    categories: String,
    ways: String,
    retention: String,
    sensitive: bool,
}

/// A line of the second list in words.
struct SharedLine {
    recipient: String,
    role: String,
    country: String,
    purposes: String,
    categories: String,
    sensitive: bool,
}

/// Both lists in words.
struct Words {
    collected: Vec<CollectedLine>,
    shared: Vec<SharedLine>,
}

fn words(look: &Look, lists: Lists) -> Words {
    let categories = |keys: &[String]| {
        let names: Vec<String> =
            keys.iter().map(|key| explain::category_name(look.lang, key)).collect();
        explain::list_of(look.lang, &names)
    };
    let collected = |line: Collected| CollectedLine {
        categories: categories(&line.categories),
        ways: explain::list_of(look.lang, &line.ways),
        scene: line.scene,
        purpose: line.purpose,
        retention: line.retention,
        sensitive: line.sensitive,
    };
    let shared = |line: Shared| SharedLine {
        role: look.t(&format!("recipients-kind-{}", line.kind.replace('_', "-"))),
        country: country(look.lang, &line.country),
        purposes: explain::list_of(look.lang, &line.purposes),
        categories: categories(&line.categories),
        recipient: line.recipient,
        sensitive: line.sensitive,
    };
    Words {
        collected: lists.collected.into_iter().map(collected).collect(),
        shared: lists.shared.into_iter().map(shared).collect(),
    }
}

fn country(lang: Lang, code: &str) -> String {
    if code.is_empty() {
        String::new()
    } else {
        datamap::systems::countries::name(code, lang == Lang::ZhCn)
    }
}

#[derive(Template)]
#[template(path = "banner/lists_console.html")]
struct ConsolePage {
    p: Page,
    words: Words,
    public_since: i64,
    address: String,
    may_publish: bool,
}

async fn console(State(room): State<Room>, p: Page) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    let words = words(&p, room.banner.data_lists().await?);
    let public_since = room.banner.lists_public_since().await?;
    let address = format!("{}/privacy/data-lists", room.web.base_url());
    let may_publish = p.can(Permission::EditRecords);
    web::render(&ConsolePage { p, words, public_since, address, may_publish })
}

#[derive(Deserialize)]
struct Publish {
    #[serde(default)]
    public: String,
}

async fn publish(
    State(room): State<Room>,
    p: Page,
    CsrfForm(form): CsrfForm<Publish>,
) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    let public = !form.public.is_empty();
    room.banner.publish_lists(p.actor(), public).await?;
    let toast = if public { "banner-toast-lists-public" } else { "banner-toast-lists-hidden" };
    Ok(web::redirect_with_toast("/console/data-lists", toast))
}

#[derive(Template)]
#[template(path = "banner/lists_public.html")]
struct PublicPage {
    p: Look,
    organisation: String,
    contact: String,
    words: Words,
    now: i64,
}

async fn public(State(room): State<Room>, p: Look) -> Result<Response, WebError> {
    let lists = published(&room.banner).await?;
    let organisation = room.banner.map().organisation().await.map_err(crate::BannerError::from)?;
    let named = Some(organisation.name).filter(|name| !name.is_empty());
    let organisation_name = named.unwrap_or_else(|| room.web.organisation());
    web::render(&PublicPage {
        words: words(&p, lists),
        organisation: organisation_name,
        contact: organisation.contact,
        now: store::now(),
        p,
    })
}

/// The lists, if everybody may read them.
async fn published(banner: &Banner) -> Result<Lists, WebError> {
    if banner.lists_public_since().await? == 0 {
        return Err(WebError::NotFound);
    }
    Ok(banner.data_lists().await?)
}

async fn console_csv(
    State(room): State<Room>,
    p: Page,
    l: ListQuery,
) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    let lists = room.banner.data_lists().await?;
    Ok(csv(&p, l.get("list"), words(&p, lists)))
}

async fn public_csv(State(room): State<Room>, p: Look, l: ListQuery) -> Result<Response, WebError> {
    let lists = published(&room.banner).await?;
    Ok(csv(&p, l.get("list"), words(&p, lists)))
}

fn csv(look: &Look, list: &str, words: Words) -> Response {
    let head =
        |keys: &[&str]| keys.iter().map(|key| look.t(&format!("banner-lists-{key}"))).collect();
    let yes = look.t("banner-lists-yes");
    let mark = move |sensitive: bool| if sensitive { yes.clone() } else { String::new() };
    if list == "shared" {
        let header = head(&["recipient", "role", "country", "categories", "sensitive", "purposes"]);
        let rows: Vec<Vec<String>> = words
            .shared
            .into_iter()
            .map(|l| {
                vec![l.recipient, l.role, l.country, l.categories, mark(l.sensitive), l.purposes]
            })
            .collect();
        return web::csv("shared-with", header, rows);
    }
    let header = head(&["scene", "purpose", "categories", "sensitive", "ways", "retention"]);
    let rows: Vec<Vec<String>> = words
        .collected
        .into_iter()
        .map(|l| vec![l.scene, l.purpose, l.categories, mark(l.sensitive), l.ways, l.retention])
        .collect();
    web::csv("collected", header, rows)
}
