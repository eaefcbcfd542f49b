//! A new source, one question at a time: kind, address, test, name with system and origin, scan.

use ::sources::{Address, Secret, ServerInfo};
use askama::Template;
use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use serde::Deserialize;
use web::{Choice, CsrfForm, Errors, ListQuery, Page, Permission, WebError};

use super::{
    OriginDraft, Preset, SourceDraft,
    forms::{advice, choices, preset_choices, system_choices, system_of, tls_choices},
};
use crate::{
    DataMapError, Result,
    room::{Room, form_errors},
    scan::source_error,
};

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/console/sources/new", get(ask).post(test))
        .route("/console/sources/create", post(create))
}

const KINDS: [&str; 4] = ["postgres", "mysql", "sqlite", "files"];

/// What the second question asks.
#[derive(Deserialize, Default, Clone)]
pub(super) struct AddressForm {
    #[serde(default)]
    pub kind: String,
    #[serde(default)]
    pub host: String,
    #[serde(default)]
    pub port: String,
    #[serde(default)]
    pub database: String,
    #[serde(default)]
    pub user: String,
    #[serde(default)]
    pub password: String,
    #[serde(default)]
    pub path: String,
    #[serde(default)]
    pub tls: String,
    #[serde(default)]
    pub tls_ca: String,
    #[serde(default)]
    pub anyway: String,
}

impl AddressForm {
    fn is_server(&self) -> bool {
        matches!(self.kind.as_str(), "postgres" | "mysql")
    }

    /// The address as one text, without the password.
    fn address(&self) -> String {
        let host = self.host.trim();
        if host.contains("://") {
            return host.to_owned();
        }
        match self.kind.as_str() {
            "sqlite" => format!("sqlite:{}", self.path.trim().trim_start_matches("sqlite:")),
            "files" => self.path.trim().to_owned(),
            scheme => {
                let user = self.user.trim();
                let user =
                    if user.is_empty() { String::new() } else { format!("{}@", percent(user)) };
                let port = self.port.trim();
                let port = if port.is_empty() { String::new() } else { format!(":{port}") };
                format!("{scheme}://{user}{host}{port}/{}", percent(self.database.trim()))
            }
        }
    }

    fn draft(&self) -> SourceDraft {
        SourceDraft {
            address: self.address(),
            password: Some(Secret(self.password.clone())).filter(|secret| !secret.0.is_empty()),
            tls: if self.tls.is_empty() { "prefer".into() } else { self.tls.clone() },
            tls_ca: self.tls_ca.clone(),
            ..SourceDraft::default()
        }
    }

    fn check(&self, p: &Page) -> Errors {
        let mut errors = Errors::new();
        if self.is_server() && self.host.trim().is_empty() {
            errors.add("host", p.t("src-error-host"));
        }
        if self.is_server()
            && !self.port.trim().is_empty()
            && self.port.trim().parse::<u16>().is_err()
        {
            errors.add("port", p.t("src-error-port"));
        }
        if !self.is_server() && self.path.trim().is_empty() {
            errors.add("path", p.t("src-error-path"));
        }
        errors
    }
}

/// Percent-encodes everything but RFC 3986's unreserved characters.
fn percent(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(byte as char);
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[derive(Template)]
#[template(path = "datamap/source_kind.html")]
struct KindPage {
    p: Page,
    kinds: [&'static str; 4],
}

#[derive(Template)]
#[template(path = "datamap/source_address.html")]
struct AddressPage {
    p: Page,
    form: AddressForm,
    errors: Errors,
    tls: Vec<Choice>,
    what: String,
    advice: String,
}

async fn ask(p: Page, q: ListQuery) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    let kind = q.get("kind");
    if !KINDS.contains(&kind) {
        return web::render(&KindPage { p, kinds: KINDS });
    }
    let form =
        AddressForm { kind: kind.to_owned(), tls: "prefer".into(), ..AddressForm::default() };
    address_page(p, form, Errors::new(), None)
}

fn address_page(
    p: Page,
    form: AddressForm,
    errors: Errors,
    failed: Option<&::sources::SourceError>,
) -> Result<Response, WebError> {
    let (what, advice) = failed
        .map(|error| source_error(&p, error.code(), error.subject(), error.why()))
        .unwrap_or_default();
    let tls = tls_choices(&p);
    web::render(&AddressPage { p, form, errors, tls, what, advice })
}

/// What the last question asks.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub(super) struct DetailsForm {
    pub address: String,
    pub sealed: String,
    pub tls: String,
    pub tls_ca: String,
    pub name: String,
    pub system: String,
    pub system_name: String,
    pub origin: String,
    pub touchpoint: String,
    pub provider: String,
    pub contract: String,
    pub country: String,
    pub schedule: String,
    pub cron: String,
    pub zone: String,
}

#[derive(Template)]
#[template(path = "datamap/source_details.html")]
struct DetailsPage {
    p: Page,
    form: DetailsForm,
    errors: Errors,
    answered: Option<ServerInfo>,
    advice: Vec<String>,
    systems: Vec<Choice>,
    schedules: Vec<Choice>,
    origins: Vec<Choice>,
}

async fn test(
    State(room): State<Room>,
    p: Page,
    CsrfForm(mut form): CsrfForm<AddressForm>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    let mut errors = form.check(&p);
    if !errors.is_empty() {
        return address_page(p, form, errors, None);
    }
    let (address, inline) = match Address::parse(&form.address()) {
        Ok(parsed) => parsed,
        Err(::sources::SourceError::BadAddress(_)) => {
            errors.add(if form.is_server() { "host" } else { "path" }, p.t("src-error-address"));
            return address_page(p, form, errors, None);
        }
        // A path that is missing, a parameter we do not know: it says so itself.
        Err(error) => return address_page(p, form, errors, Some(&error)),
    };
    // A password inside the address moves to its own field: that one is never drawn again.
    if form.host.contains("://") {
        form.host = address.to_string();
    }
    if let Some(secret) = inline.filter(|_| form.password.is_empty()) {
        form.password = secret.0;
    }
    let draft = form.draft();
    let answered = match room.map.test_source(&draft, None).await {
        Ok(info) => Some(info),
        Err(DataMapError::Source(_)) if form.anyway == "1" => None,
        Err(DataMapError::Source(error)) => return address_page(p, form, errors, Some(&error)),
        Err(other) => return Err(other.into()),
    };
    // The password travels to the last question sealed, and opens only for this very address.
    let address = address.to_string();
    let sealed = draft
        .password
        .map(|secret| room.map.store().seal(&context(&address), &secret.0))
        .unwrap_or_default();
    let details = DetailsForm {
        sealed,
        tls: draft.tls,
        tls_ca: draft.tls_ca,
        name: suggested_name(&form),
        schedule: "weekly".into(),
        zone: if p.zh() { "Asia/Shanghai".into() } else { "UTC".into() },
        address,
        ..DetailsForm::default()
    };
    details_page(&room, p, details, Errors::new(), answered).await
}

fn context(address: &str) -> String {
    format!("source-draft:{address}:password")
}

fn suggested_name(form: &AddressForm) -> String {
    let text = if form.is_server() { &form.database } else { &form.path };
    let last = text.trim().trim_end_matches('/').rsplit(['/', '\\']).next().unwrap_or_default();
    last.split('.').next().unwrap_or_default().to_owned()
}

async fn details_page(
    room: &Room,
    p: Page,
    form: DetailsForm,
    errors: Errors,
    answered: Option<ServerInfo>,
) -> Result<Response, WebError> {
    let systems = system_choices(&p, &room.map.systems_by_name().await?);
    web::render(&DetailsPage {
        advice: answered.as_ref().map(|info| advice(&p, info)).unwrap_or_default(),
        schedules: preset_choices(&p),
        origins: choices(&p, "src-origin", &["unknown", "direct", "third-party"]),
        systems,
        answered,
        form,
        errors,
        p,
    })
}

impl DetailsForm {
    fn draft(&self, room: &Room) -> Result<SourceDraft> {
        let password = if self.sealed.is_empty() {
            None
        } else {
            // Bound to its address: a changed or an old form does not open it.
            let opened = room.map.store().unseal(&context(&self.address), &self.sealed);
            Some(Secret(opened.map_err(|_| DataMapError::Invalid("src-error-sealed"))?))
        };
        Ok(SourceDraft {
            name: self.name.clone(),
            system: system_of(&self.system, &self.system_name),
            address: self.address.clone(),
            password,
            tls: self.tls.clone(),
            tls_ca: self.tls_ca.clone(),
            cron: Preset::from_name(&self.schedule).cron(&self.cron),
            zone: self.zone.clone(),
            ..SourceDraft::default()
        })
    }

    fn origin(&self) -> Option<OriginDraft> {
        matches!(self.origin.as_str(), "direct" | "third-party").then(|| OriginDraft {
            third_party: self.origin == "third-party",
            touchpoint: self.touchpoint.clone(),
            provider: self.provider.clone(),
            contract: self.contract.clone(),
            country: self.country.clone(),
        })
    }
}

async fn create(
    State(room): State<Room>,
    p: Page,
    CsrfForm(form): CsrfForm<DetailsForm>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    let draft = form.draft(&room)?;
    let origin = form.origin();
    let mut wrong = draft.check().err().unwrap_or_default();
    wrong.extend(origin.as_ref().and_then(|origin| origin.check().err()).unwrap_or_default());
    if !wrong.is_empty() {
        let errors = form_errors(&p, &wrong);
        return details_page(&room, p, form, errors, None).await;
    }
    let source = match room.map.create_source(p.actor(), &draft).await {
        Ok(source) => source,
        Err(DataMapError::Form(wrong)) => {
            let errors = form_errors(&p, &wrong);
            return details_page(&room, p, form, errors, None).await;
        }
        Err(other) => return Err(other.into()),
    };
    if let Some(origin) = origin {
        room.map.add_origin(p.actor(), &source.id, &origin).await?;
    }
    let scan = room.map.start_scan(p.actor(), &source.id, "person").await?;
    Ok(Redirect::to(&format!("/console/scans/{scan}")).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_put_together_with_their_odd_characters_encoded() {
        let form = AddressForm {
            kind: "postgres".into(),
            host: "db.example".into(),
            port: "5433".into(),
            database: "shop a".into(),
            user: "o'neil@x".into(),
            ..AddressForm::default()
        };
        assert_eq!(form.address(), "postgres://o%27neil%40x@db.example:5433/shop%20a");
        let file = AddressForm {
            kind: "sqlite".into(),
            path: " /data/a.db ".into(),
            ..AddressForm::default()
        };
        assert_eq!(file.address(), "sqlite:/data/a.db");
        let whole = AddressForm {
            host: "mysql://u@h/d".into(),
            kind: "mysql".into(),
            ..AddressForm::default()
        };
        assert_eq!(whole.address(), "mysql://u@h/d");
    }

    #[test]
    fn a_name_is_suggested_from_the_database_or_file() {
        let file = AddressForm {
            kind: "sqlite".into(),
            path: "/data/shop.db".into(),
            ..AddressForm::default()
        };
        assert_eq!(suggested_name(&file), "shop");
    }
}
