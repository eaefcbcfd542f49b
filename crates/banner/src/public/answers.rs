//! Reading: the configuration and the vendor list.

use axum::{
    Json,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use web::ClientAddress;

use super::origin::{admit, is_own, problem, readable};
use crate::{
    Banner, BannerError, Room,
    experiment::{Variant, Visitor},
    geo,
    site::{self, Asked, Loaded},
};

#[derive(Deserialize, Default)]
pub(super) struct Wanted {
    #[serde(default)]
    lang: String,
    #[serde(default)]
    country: String,
    #[serde(default)]
    full: String,
}

pub(super) async fn config(
    State(room): State<Room>,
    Path(property): Path<String>,
    Query(wanted): Query<Wanted>,
    address: ClientAddress,
    headers: HeaderMap,
) -> Response {
    let answer = match answer(&room, &property, &wanted, &address, &headers).await {
        Ok(answer) | Err(answer) => answer,
    };
    readable(&headers, answer)
}

async fn answer(
    room: &Room,
    property: &str,
    wanted: &Wanted,
    address: &ClientAddress,
    headers: &HeaderMap,
) -> Result<Response, Response> {
    let banner = &room.banner;
    banner.limits.reads.take(address.reveal()).map_err(too_often)?;
    let loaded = banner.load(property).await.map_err(|error| failed(&error))?;
    admit(&room.web, &loaded.site, headers)?;
    let told = banner.country_of(headers);
    // The console's preview looks from anywhere; visitors are where they are.
    let country = Some(wanted.country.as_str())
        .filter(|country| !country.is_empty() && is_own(headers))
        .and_then(geo::country)
        .or(told)
        .unwrap_or_else(|| loaded.site.body.country.clone());
    let (_, variant) = banner.variant(&loaded, address, headers);
    let asked = Asked { lang: &wanted.lang, country: &country, variant };
    let config = site::config(banner, &loaded, &asked).map_err(|error| failed(&error))?;
    let mut response = Json(config).into_response();
    // It depends on country and variant: for this visitor only, and for one page view.
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(response)
}

pub(super) async fn vendor_list(
    State(room): State<Room>,
    Path(property): Path<String>,
    Query(wanted): Query<Wanted>,
    address: ClientAddress,
    headers: HeaderMap,
) -> Response {
    let answer = async {
        room.banner.limits.reads.take(address.reveal()).map_err(too_often)?;
        let list = room.banner.vendor_list(&property, !wanted.full.is_empty()).await;
        let list = list.map_err(|error| failed(&error))?;
        let text = list.ok_or_else(|| failed(&BannerError::NotFound))?;
        let kind = [
            (header::CONTENT_TYPE, "application/json; charset=utf-8"),
            (header::CACHE_CONTROL, "public, max-age=86400"),
        ];
        Ok::<_, Response>((kind, text).into_response())
    };
    let answer = match answer.await {
        Ok(answer) | Err(answer) => answer,
    };
    readable(&headers, answer)
}

impl Banner {
    /// The country a trusted proxy tells.
    fn country_of(&self, headers: &HeaderMap) -> Option<String> {
        let settings = self.settings();
        let name = settings.country_header.as_deref().filter(|_| settings.trust_proxy)?;
        geo::country(headers.get(name)?.to_str().ok()?)
    }

    /// The visitor as a running experiment sees them, and their variant.
    pub(super) fn variant<'a>(
        &self,
        loaded: &'a Loaded,
        address: &ClientAddress,
        headers: &HeaderMap,
    ) -> (Visitor, Option<&'a Variant>) {
        let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        let id = loaded.experiment.as_ref().map_or("", |experiment| experiment.id.as_str());
        let visitor =
            Visitor::of(&self.visitor_key, id, address.reveal(), agent.unwrap_or_default());
        let variants = loaded.experiment.as_ref().map(|experiment| &experiment.body.variants);
        (visitor, variants.and_then(|all| all.get(visitor.variant(all.len()))))
    }
}

pub(super) fn too_often(seconds: u64) -> Response {
    let detail = format!("too many requests from this address; try again in {seconds} s");
    let mut response = problem(StatusCode::TOO_MANY_REQUESTS, "too-often", &detail);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// An error of the room as the script gets it.
pub(super) fn failed(error: &BannerError) -> Response {
    use consent::ConsentError as C;
    let (status, kind, detail) = match error {
        BannerError::NotFound => (
            StatusCode::NOT_FOUND,
            "unknown",
            "there is no banner of this property; make one in the console".to_owned(),
        ),
        BannerError::Consent(C::Unknown { .. }) => {
            (StatusCode::NOT_FOUND, "unknown", format!("{error}; publish it in the console"))
        }
        BannerError::Consent(C::Invalid(_) | C::Identifier(_)) => {
            (StatusCode::UNPROCESSABLE_ENTITY, "invalid", error.to_string())
        }
        BannerError::Consent(C::Conflict(_) | C::KeyReused | C::TwoPeople(_) | C::Erased) => {
            (StatusCode::CONFLICT, "conflict", error.to_string())
        }
        error => {
            // The message may tell of the database: it goes to the log only.
            tracing::error!(%error, "the banner could not be answered");
            let detail = "nothing was recorded; the script tries again on the next page".to_owned();
            (StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail)
        }
    };
    problem(status, kind, &detail)
}
