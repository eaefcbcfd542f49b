//! Console pages of banners: the list, one with its snippet, the form, the vendor list.

use askama::Template;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Multipart, Path, State},
    response::Response,
    routing::{get, post},
};
use serde::Deserialize;
use web::{Choice, CsrfForm, Errors, Page, Permission, WebError};

use super::{
    Body, Site,
    form::{Form, SECTIONS},
    languages, preview,
};
use crate::{
    BannerError, Room, SCRIPTS, Script,
    experiment::Experiment,
    geo::{self, Asks},
};

/// The largest list that is read, and the form around it.
const VENDORS_MAX: usize = signals::LARGEST_VENDOR_LIST + 64 * 1024;

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .route("/console/banners", get(list))
        .route("/console/banners/new", get(new).post(create))
        .route("/console/banners/{property}", get(show))
        .route("/console/banners/{property}/edit", get(edit).post(change))
        .route("/console/banners/{property}/remove", post(remove))
        .route("/console/banners/{property}/preview", get(preview::show))
        .route(
            "/console/banners/{property}/vendors",
            post(vendors).layer(DefaultBodyLimit::max(VENDORS_MAX)),
        )
}

/// A banner as the list shows it.
struct Row {
    site: Site,
    name: String,
    notice: String,
}

#[derive(Template)]
#[template(path = "banner/list.html")]
struct ListPage {
    p: Page,
    rows: Vec<Row>,
    scripts: &'static [Script],
    may_edit: bool,
}

async fn list(State(room): State<Room>, p: Page) -> Result<Response, WebError> {
    p.require(Permission::ViewConsents)?;
    let rows = room.banner.sites().await?.into_iter().map(|site| row(&room, site)).collect();
    let may_edit = p.can(Permission::EditConsents);
    web::render(&ListPage { p, rows, scripts: SCRIPTS, may_edit })
}

fn row(room: &Room, site: Site) -> Row {
    let catalogue = room.banner.consent().catalogue();
    let name = catalogue.property(&site.property).map(|own| own.body.name.clone());
    let notice = catalogue.notice(&site.body.notice).map(|notice| notice.name());
    Row {
        name: name.ok().filter(|name| !name.is_empty()).unwrap_or_else(|| site.property.clone()),
        notice: notice.unwrap_or_else(|_| site.body.notice.clone()),
        site,
    }
}

#[derive(Template)]
#[template(path = "banner/one.html")]
struct OnePage {
    p: Page,
    site: Site,
    name: String,
    notice: String,
    languages: String,
    snippet: String,
    snippet_auto: String,
    tag: &'static str,
    frame: &'static str,
    law: Vec<Place>,
    vendors: bool,
    experiments: Vec<Experiment>,
    may_edit: bool,
}

/// How one law's places are asked on this property.
struct Place {
    places: String,
    asks: Asks,
    source: String,
}

const TAG: &str = "<script type=\"text/plain\" data-privet=\"analytics\"\n        data-src=\"https://stats.example/tag.js\"></script>";
const FRAME: &str = "<iframe data-privet=\"video\" data-src=\"https://video.example/embed/1\"\n        title=\"Our film\" width=\"560\" height=\"315\"></iframe>";

async fn show(
    State(room): State<Room>,
    p: Page,
    Path(property): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewConsents)?;
    let Row { site, name, notice } = row(&room, room.banner.site(&property).await?);
    let base = room.web.base_url();
    let snippet = format!(
        "<script src=\"{base}/sdk/privet.js\" data-property=\"{property}\" crossorigin></script>"
    );
    let mut law: Vec<Place> = geo::LAWS
        .iter()
        .map(|law| Place {
            asks: geo::here(&law.places[0], &site.body.geo).asks,
            places: law.places.join(", "),
            source: law.source.clone(),
        })
        .collect();
    law.push(Place {
        asks: geo::here("", &site.body.geo).asks,
        places: p.t("banner-elsewhere"),
        source: p.t("banner-elsewhere-why"),
    });
    web::render(&OnePage {
        languages: languages(&room.banner, &site.body.notice).join(", "),
        snippet_auto: snippet.replace(" crossorigin>", " data-auto crossorigin>"),
        snippet,
        tag: TAG,
        frame: FRAME,
        law,
        vendors: room.banner.vendor_list_digest(&property).await?.is_some(),
        experiments: room.banner.experiments(&property).await?,
        may_edit: p.can(Permission::EditConsents),
        site,
        name,
        notice,
        p,
    })
}

#[derive(Template)]
#[template(path = "banner/form.html")]
struct FormPage {
    p: Page,
    fresh: bool,
    form: Form,
    errors: Errors,
    properties: Vec<Choice>,
    notices: Vec<Choice>,
    schemes: Vec<Choice>,
    positions: Vec<Choice>,
    purposes: String,
    sections: &'static [&'static str],
}

#[allow(clippy::unused_self)] // called from the template
impl FormPage {
    fn has_section(&self, section: &str) -> bool {
        self.form.sections.iter().any(|own| own == section)
    }
}

async fn page(
    room: &Room,
    p: Page,
    fresh: bool,
    form: Form,
    errors: Errors,
) -> Result<FormPage, WebError> {
    let catalogue = room.banner.consent().catalogue();
    let taken = room.banner.sites().await?;
    let free = |key: &str| !fresh || !taken.iter().any(|site| site.property == key);
    let words = |prefix: &str, all: &[&str]| -> Vec<Choice> {
        all.iter().map(|key| Choice::new(*key, p.t(&format!("{prefix}{key}")))).collect()
    };
    Ok(FormPage {
        properties: catalogue
            .properties()
            .filter(|property| free(&property.key))
            .map(|property| Choice::new(&property.key, label(&property.key, &property.body.name)))
            .collect(),
        notices: catalogue
            .newest()
            .map(|notice| {
                let title = consent::purpose::text_in(&notice.published.body.title, p.lang.tag());
                Choice::new(&notice.notice, label(&notice.name(), title))
            })
            .collect(),
        schemes: words("banner-scheme-", &["auto", "light", "dark"]),
        positions: words("banner-position-", &["bar", "corner"]),
        purposes: purposes(room, &form.notice).join(", "),
        sections: &SECTIONS,
        p,
        fresh,
        form,
        errors,
    })
}

fn label(key: &str, name: &str) -> String {
    if name.is_empty() { key.to_owned() } else { format!("{name} ({key})") }
}

/// The purposes that a notice asks for; of all published ones where none is chosen yet.
fn purposes(room: &Room, notice: &str) -> Vec<String> {
    let catalogue = room.banner.consent().catalogue();
    match catalogue.notice(notice) {
        Ok(notice) => notice.published.body.purposes.clone(),
        Err(_) => catalogue.purposes().map(|purpose| purpose.key.clone()).collect(),
    }
}

async fn new(State(room): State<Room>, p: Page) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    let form = Form::of("", &Body::default());
    web::render(&page(&room, p, true, form, Errors::new()).await?)
}

async fn edit(
    State(room): State<Room>,
    p: Page,
    Path(property): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    let site = room.banner.site(&property).await?;
    let form = Form::of(&property, &site.body);
    web::render(&page(&room, p, false, form, Errors::new()).await?)
}

async fn create(
    State(room): State<Room>,
    p: Page,
    CsrfForm(form): CsrfForm<Form>,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    save(&room, p, true, form).await
}

async fn change(
    State(room): State<Room>,
    p: Page,
    Path(property): Path<String>,
    CsrfForm(form): CsrfForm<Form>,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    room.banner.site(&property).await?;
    save(&room, p, false, Form { property, ..form }).await
}

async fn save(room: &Room, p: Page, fresh: bool, form: Form) -> Result<Response, WebError> {
    let mut errors = Errors::new();
    let body = form.read(&p, &purposes(room, &form.notice), &mut errors);
    let catalogue = room.banner.consent().catalogue();
    if catalogue.property(&form.property).is_err() {
        errors.add("property", p.t("banner-error-property"));
    } else if fresh && room.banner.site(&form.property).await.is_ok() {
        errors.add("property", p.t("banner-error-taken"));
    }
    if !form.notice.is_empty() && catalogue.notice(&form.notice).is_err() {
        errors.add("notice", p.t("banner-error-notice"));
    }
    if !errors.is_empty() {
        return web::render_status(422, &page(room, p, fresh, form, errors).await?);
    }
    room.banner.save_site(p.actor(), &form.property, &body).await?;
    Ok(web::redirect_with_toast(
        &format!("/console/banners/{}", form.property),
        "banner-toast-saved",
    ))
}

#[derive(Deserialize)]
struct Nothing {}

async fn remove(
    State(room): State<Room>,
    p: Page,
    Path(property): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    room.banner.site(&property).await?;
    room.banner.remove_site(p.actor(), &property).await?;
    Ok(web::redirect_with_toast("/console/banners", "banner-toast-removed"))
}

async fn vendors(
    State(room): State<Room>,
    p: Page,
    Path(property): Path<String>,
    mut form: Multipart,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    room.banner.site(&property).await?;
    let (mut csrf, mut text) = (String::new(), String::new());
    let unreadable = |_| WebError::BadRequest("web-error-bad-form".into());
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        match field.name() {
            Some("csrf") => csrf = field.text().await.map_err(unreadable)?,
            Some("file") => text = field.text().await.map_err(unreadable)?,
            _ => {}
        }
    }
    p.check_csrf(&csrf)?;
    match room.banner.save_vendor_list(p.actor(), &property, &text).await {
        Err(BannerError::Conflict(key)) => Err(WebError::BadRequest(key.into())),
        Err(error) => Err(error.into()),
        Ok(()) => Ok(web::redirect_with_toast(
            &format!("/console/banners/{property}"),
            "banner-toast-vendors",
        )),
    }
}
