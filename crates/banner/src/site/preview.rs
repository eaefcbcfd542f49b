//! The preview: a page of ours that loads the banner as a site would, in any language, country and
//! colours. Nothing chosen there is kept or recorded.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use web::{Choice, ListQuery, Page, Permission, WebError};

use super::languages;
use crate::{Room, assets};

#[derive(Template)]
#[template(path = "banner/preview.html")]
struct PreviewPage {
    p: Page,
    property: String,
    lang: String,
    country: String,
    languages: Vec<Choice>,
    countries: Vec<Choice>,
    script: String,
    log: String,
    purposes: Vec<String>,
}

pub(super) async fn show(
    State(room): State<Room>,
    p: Page,
    Path(property): Path<String>,
    l: ListQuery,
) -> Result<Response, WebError> {
    p.require(Permission::ViewConsents)?;
    let site = room.banner.site(&property).await?;
    let languages = languages(&room.banner, &site.body.notice);
    let catalogue = room.banner.consent().catalogue();
    let notice = catalogue.notice(&site.body.notice);
    let pick = |name: &str, usual: &str| match l.get(name) {
        "" => usual.to_owned(),
        text => text.to_owned(),
    };
    web::render(&PreviewPage {
        lang: pick("speak", p.lang.tag()),
        country: pick("country", "DE"),
        languages: languages.iter().map(|tag| Choice::new(tag, tag)).collect(),
        countries: ["DE", "US", "CN", "GB", "BR"]
            .map(|code| Choice::new(code, p.t(&format!("banner-country-{}", code.to_lowercase()))))
            .into(),
        script: assets::address("privet.js"),
        log: assets::address("preview.js"),
        purposes: notice.map(|n| n.published.body.purposes.clone()).unwrap_or_default(),
        property,
        p,
    })
}
