//! What every page shares: sign-in, sessions, roles, protected forms, layout, components, texts in
//! two languages, errors, lists and CSV. It knows the store and no other room; rooms bring their
//! routers and navigation, [`finish`] puts the common layers around all of them. A room needs three
//! types: [`Web`] (in its state), [`Page`] (who reads, and how to speak to them) and [`WebError`].
//!
//! # A list page
//! ```ignore
//! #[derive(Clone, FromRef)]
//! struct Room { web: Web, map: DataMap }
//!
//! pub fn router(web: Web, map: DataMap) -> Router {
//!     Router::new()
//!         .route("/console/systems", get(list))
//!         .route("/console/systems/{id}/remove", post(remove))
//!         .with_state(Room { web, map })
//! }
//!
//! #[derive(Template)]
//! #[template(path = "flows/systems.html")]
//! struct Systems { p: Page, l: ListQuery, pager: Pager, rows: Vec<System> }
//!
//! async fn list(p: Page, l: ListQuery, State(room): State<Room>) -> Result<Response, WebError> {
//!     p.require(Permission::ViewMap)?;
//!     let (column, dir) = l.order(&[("name", "s.name"), ("country", "s.country")]);
//!     let (rows, total) = room.map.systems(&l, column, dir).await?;
//!     let pager = Pager::new(&l, total);
//!     render(&Systems { p, l, pager, rows })
//! }
//! ```
//! ```html
//! {% extends "web/layout.html" %}
//! {% import "web/components.html" as c %}
//! {% block title %}{{ p.t("flows-systems") }}{% endblock %}
//! {% block content %}
//! {{ c::heading(p.t("flows-systems"), p.t("flows-systems-intro")) }}
//! {% call c::filters(p, l, "#list") %}
//!   {{ c::filter_select("country", p.t("flows-country"), countries, l.get("country"), p.t("web-all")) }}
//! {% endcall %}
//! <div id="list">
//! {% if rows.is_empty() %}{{ c::empty("system", p.t("flows-none"), p.t("flows-none-text")) }}{% else %}
//! <div class="table-wrap" tabindex="0" role="region" aria-label="{{ p.t("flows-systems") }}">
//! <table class="table stack"><thead><tr>
//!   {{ c::th(l, "name", p.t("flows-name")) }}{{ c::th(l, "country", p.t("flows-country")) }}
//! </tr></thead><tbody>
//! {% for s in rows %}<tr>
//!   <th scope="row"><a href="/console/systems/{{ s.id }}">{{ s.name }}</a></th>
//!   <td data-label="{{ p.t("flows-country") }}">{{ s.country }}</td>
//! </tr>{% endfor %}
//! </tbody></table></div>
//! {{ c::pager(p, pager) }}
//! {% endif %}</div>
//! {% endblock %}
//! ```
//! Column headers, filters and pager replace only `#list` when htmx runs and load the page when it
//! does not. `class="stack"` with `data-label` turns rows into cards on a phone.
//!
//! # A form with errors
//! ```ignore
//! #[derive(Deserialize, Default)]
//! struct Input { #[serde(default)] name: String, #[serde(default)] tags: Vec<String> }
//!
//! async fn save(p: Page, State(room): State<Room>, CsrfForm(input): CsrfForm<Input>) -> Result<Response, WebError> {
//!     p.require(Permission::EditMap)?;
//!     let mut errors = Errors::new();
//!     if input.name.trim().is_empty() { errors.add("name", p.t("flows-name-missing")); }
//!     if !errors.is_empty() { return render_status(422, &Form { p, input, errors }); }
//!     room.map.save(p.actor(), input).await?;
//!     Ok(redirect_with_toast("/console/systems", "flows-saved"))
//! }
//! ```
//! ```html
//! <form method="post" class="form">{{ c::csrf(p) }}
//!   {{ c::error_summary(p, errors) }}
//!   {{ c::field("name", p.t("flows-name"), input.name, errors.on("name"), p.t("flows-name-hint")) }}
//!   {{ c::select("country", p.t("flows-country"), countries, input.country, errors.on("country")) }}
//!   {{ c::textarea("note", p.t("flows-note"), input.note) }}
//!   {{ c::checkbox("shared", "1", p.t("flows-shared"), input.shared) }}
//!   <div class="form-actions">{{ c::submit(p.t("web-save")) }}{{ c::link_button("/console/systems", p.t("web-cancel")) }}</div>
//! </form>
//! ```
//!
//! # Confirming a destructive act
//! `{{ c::confirm(p, "/console/systems/ID/remove", p.t("web-remove"), p.t("flows-remove-title"), p.t("flows-remove-text")) }}`
//! draws a button that opens a small panel with the real form; it needs no JavaScript.
//!
//! # A progress page
//! ```html
//! {% block head %}{% if running %}<noscript><meta http-equiv="refresh" content="3"></noscript>{% endif %}{% endblock %}
//! <div id="progress" {% if running %}hx-get="{{ p.path }}" hx-trigger="every 1s" hx-select="#progress" hx-target="#progress" hx-swap="outerHTML"{% endif %}>
//!   {{ c::progress(p, done, total, note) }}
//! </div>
//! ```
//!
//! # Bulk actions
//! Put the table in `<form method="post" data-bulk>{{ c::csrf(p) }}…` with
//! `{{ c::bulk_head(p) }}` in the header row, `{{ c::bulk_cell(p, id, name) }}` in each row (sent as
//! repeated `id`), and buttons with `name="act"` in `<div class="bulk-bar">`.
//!
//! The page `/console/components` shows every component.

pub mod access;
mod account;
mod assets;
mod components;
mod cookie;
mod error;
mod finish;
mod form;
mod jobs;
mod lang;
mod limit;
mod links;
mod list;
mod look;
pub mod mail;
mod metrics;
mod page;
mod passkey;
mod password;
mod people;
mod place;
mod proxy;
mod role;
mod routes;
mod sealed;
mod secret;
mod session;
mod sessions;
mod signin;
pub mod sso;
pub mod testing;
mod token;
mod totp;
mod users;

pub use error::WebError;
pub use finish::{CSP, Framed, finish};
pub use form::{Choice, CsrfForm, Errors};
pub use lang::{Lang, grouped, has_key, rfc3339, translate};
pub use limit::{Limits, Rule};
pub use list::{Dir, ListQuery, PAGE_SIZE, Pager, csv, csv_line, csv_stream, encode, like};
pub use look::{Count, Look, Theme};
pub use metrics::MetricsAccess;
pub use page::{NavGroup, NavItem, NavLink, Page};
pub use proxy::{ForwardHeader, Passed, Proxies};
pub use role::{Permission, Role};
pub use routes::router;
pub use sealed::sealed_router;
pub use session::User;
pub use signin::ClientAddress;
pub use token::{
    ApiToken, ClientCertificate, EXPORTING, NewToken, OPENING, PURPOSE_HEADER, SCOPES, Token,
};
pub use users::{Colleague, Member};

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use std::sync::{Arc, PoisonError, RwLock};
use store::sqlx::{self, Row};
use store::{Actor, Entry, Migration, Store};

/// Rooms of their own in the list of migrations, so that each part of sign-in grows by itself.
const MIGRATIONS: [Migration; 9] = [
    Migration { room: "web", version: 1, sql: include_str!("schema.sql") },
    Migration { room: "web-token", version: 1, sql: include_str!("token/schema.sql") },
    Migration { room: "web-session", version: 1, sql: include_str!("session_schema.sql") },
    Migration { room: "web-sso", version: 1, sql: include_str!("sso/schema.sql") },
    Migration { room: "web-place", version: 1, sql: include_str!("place_schema.sql") },
    Migration { room: "web-sso", version: 2, sql: include_str!("sso/groups_schema.sql") },
    Migration { room: "web-passkey", version: 1, sql: include_str!("passkey/schema.sql") },
    Migration { room: "web-token", version: 2, sql: include_str!("token/purposes_schema.sql") },
    Migration { room: "web-token", version: 3, sql: include_str!("token/export_schema.sql") },
];

/// How the server is reached.
#[derive(Debug, Clone)]
pub struct WebConfig {
    /// The address people type, without a slash at the end: `http://127.0.0.1:8440`. With `https`
    /// cookies are `Secure` and host-bound.
    pub base_url: String,
    /// The proxies in front, which alone may say for whom a request is.
    pub proxies: Proxies,
    /// Who may read `/metrics`.
    pub metrics: MetricsAccess,
    /// Calls a minute that one API token may make on one server; 0 is no limit.
    pub calls_per_minute: u32,
    /// The header in which a trusted proxy says the visitor's country (`CF-IPCountry`).
    pub country_header: Option<String>,
}

impl Default for WebConfig {
    fn default() -> Self {
        Self {
            base_url: "http://127.0.0.1:8440".into(),
            proxies: Proxies::default(),
            metrics: MetricsAccess::default(),
            calls_per_minute: token::rate::PER_MINUTE,
            country_header: None,
        }
    }
}

struct Inner {
    store: Store,
    config: WebConfig,
    key: [u8; 32],
    index_key: [u8; 32],
    organisation: RwLock<String>,
    limits: limit::Limits,
    hashing: tokio::sync::Semaphore,
    tokens: token::Cache,
    purposes: token::Book,
    rates: token::rate::Rates,
    access: access::State,
    badges: RwLock<Vec<(&'static str, i64)>>,
}

/// The shared ground of all pages. Cheap to clone; rooms keep it in their state.
#[derive(Clone)]
pub struct Web {
    inner: Arc<Inner>,
    nav: Arc<Vec<NavItem>>,
    mailer: Option<Arc<mail::Mailer>>,
    sso: Option<Arc<sso::Sso>>,
}

impl Web {
    /// Brings the room's schema up to date.
    pub async fn open(store: Store, config: WebConfig) -> Result<Self, store::StoreError> {
        store.migrate(&MIGRATIONS).await?;
        store.migrate(&mail::MIGRATIONS).await?;
        store.migrate(&access::MIGRATIONS).await?;
        let organisation = sqlx::query("SELECT value FROM web_setting WHERE key = 'organisation'")
            .fetch_optional(store.reader())
            .await?
            .map_or(Ok(String::new()), |row| row.try_get(0))?;
        let inner = Inner {
            key: store.derive_key("web/sign"),
            index_key: store.derive_key("web/index"),
            rates: token::rate::Rates::new(config.calls_per_minute),
            store,
            config,
            organisation: RwLock::new(organisation),
            limits: limit::Limits::default(),
            hashing: tokio::sync::Semaphore::new(2),
            tokens: token::Cache::default(),
            purposes: token::Book::default(),
            access: access::State::new()?,
            badges: RwLock::default(),
        };
        let web = Self {
            inner: Arc::new(inner),
            nav: Arc::new(routes::NAV.to_vec()),
            mailer: None,
            sso: None,
        };
        access::start(&web);
        Ok(web)
    }

    /// Adds a room's navigation entries, before the shell's own.
    #[must_use]
    pub fn with_nav(self, items: impl IntoIterator<Item = NavItem>) -> Self {
        let mut nav: Vec<NavItem> = self.nav.to_vec();
        let own = nav.len() - routes::NAV.len();
        nav.splice(own..own, items);
        Self { nav: Arc::new(nav), ..self }
    }

    /// Sends mail through this server; fails, with what to write instead, when the settings cannot
    /// work. Nothing is dialled yet.
    pub fn with_mail(self, config: mail::MailConfig) -> Result<Self, mail::MailConfigError> {
        let mailer = mail::Mailer::new(config, self.base_url())?;
        Ok(Self { mailer: Some(Arc::new(mailer)), ..self })
    }

    /// Lets people sign in through this provider, asked by way of `fetch`.
    #[must_use]
    pub fn with_sso(self, config: sso::SsoConfig, fetch: Arc<dyn sso::Fetch>) -> Self {
        Self { sso: Some(Arc::new(sso::Sso::new(config, fetch))), ..self }
    }

    pub(crate) fn sso(&self) -> Option<&sso::Sso> {
        self.sso.as_deref()
    }

    /// Whether mail can be sent.
    pub fn has_mail(&self) -> bool {
        self.mailer.is_some()
    }

    pub(crate) fn mailer(&self) -> Option<&mail::Mailer> {
        self.mailer.as_deref()
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// The address people type, without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.inner.config.base_url
    }

    /// The organisation's name as given at set-up; empty before.
    pub fn organisation(&self) -> String {
        self.inner.organisation.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Renames the organisation.
    pub async fn set_organisation(&self, by: Actor, name: &str) -> Result<(), WebError> {
        let entry = Entry::new(by, "organisation.renamed", "setting", "organisation");
        let mut tx = self.store().begin(entry).await?;
        set_setting(tx.conn(), "organisation", name).await?;
        tx.commit().await?;
        self.remember_organisation(name);
        Ok(())
    }

    pub(crate) fn remember_organisation(&self, name: &str) {
        name.clone_into(
            &mut self.inner.organisation.write().unwrap_or_else(PoisonError::into_inner),
        );
    }

    /// Shows a number beside the navigation entry of this address; 0 shows none.
    pub fn set_badge(&self, href: &'static str, count: i64) {
        let mut badges = self.inner.badges.write().unwrap_or_else(PoisonError::into_inner);
        badges.retain(|(known, _)| *known != href);
        if count > 0 {
            badges.push((href, count));
        }
    }

    pub(crate) fn badges(&self) -> Vec<(&'static str, i64)> {
        self.inner.badges.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn nav(&self) -> Arc<Vec<NavItem>> {
        Arc::clone(&self.nav)
    }

    pub(crate) fn jar(&self) -> cookie::Jar {
        cookie::Jar { secure: self.inner.config.base_url.starts_with("https://") }
    }

    pub(crate) fn mac(&self, parts: &[&str]) -> String {
        secret::mac(&self.inner.key, parts)
    }

    pub(crate) fn csrf_of(&self, secret: &str) -> String {
        self.mac(&["csrf", secret])
    }
}

pub(crate) async fn set_setting(
    conn: &mut sqlx::AnyConnection,
    key: &str,
    value: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO web_setting (key, value) VALUES ($1, $2)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    )
    .bind(key)
    .bind(value)
    .execute(conn)
    .await
    .map(|_| ())
}

/// Renders a page.
pub fn render(template: &impl Template) -> Result<Response, WebError> {
    Ok(Html(template.render()?).into_response())
}

/// Renders a page with another status, e.g. 422 for a form that needs correction.
pub fn render_status(status: u16, template: &impl Template) -> Result<Response, WebError> {
    let status = StatusCode::from_u16(status).map_err(WebError::internal)?;
    Ok((status, Html(template.render()?)).into_response())
}

/// 303 to `to`.
pub fn redirect(to: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(value) = HeaderValue::from_str(to) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    response
}

/// 303 to `to`, where the text of `key` shows as a toast.
pub fn redirect_with_toast(to: &str, key: &str) -> Response {
    with_toast(redirect(to), key)
}

/// The same with the number `$n` for the text.
pub fn redirect_with_toast_n(to: &str, key: &str, n: i64) -> Response {
    with_toast(redirect(to), &format!("{key}.{n}"))
}

fn with_toast(mut response: Response, flash: &str) -> Response {
    // Set under both names: this helper does not know the transport, and a browser drops the
    // host-bound one over plain HTTP.
    for secure in [false, true] {
        let cookie = cookie::Jar { secure }.set("toast", flash, Some(60));
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// An RFC 9457 problem.
pub fn problem(status: StatusCode, kind: &str, detail: &str) -> Response {
    let body = serde_json::json!({
        "type": kind,
        "title": status.canonical_reason().unwrap_or("Error"),
        "status": status.as_u16(),
        "detail": detail,
    });
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}
