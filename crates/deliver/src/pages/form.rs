//! The form of a destination, new and changed.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use serde::Deserialize;
use web::{Choice, CsrfForm, Errors, ListQuery, Page, Permission, WebError, redirect_with_toast};

use crate::{
    Config, DeliverError, Destination, Draft, EventKind, IDENTIFIERS, Kind, Room, destination::AUTH,
};

/// A destination as a form says it.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub(super) struct Input {
    name: String,
    address: String,
    events: Vec<String>,
    identifiers: Vec<String>,
    secret: String,
    subject: String,
    auth: String,
    tls_ca: String,
    signing: String,
    schema: String,
    table: String,
    hashed: String,
    from_start: String,
}

impl Input {
    fn empty(kind: Kind) -> Self {
        let config = Config::default();
        Self {
            // Alarms are for whoever watches, not for every system that keeps customers.
            events: EventKind::ALL
                .iter()
                .filter(|kind| **kind != EventKind::AlarmRaised)
                .map(|kind| kind.as_str().to_owned())
                .collect(),
            identifiers: if kind == Kind::Table { vec!["email".into()] } else { Vec::new() },
            subject: config.subject,
            auth: config.auth,
            signing: config.signing,
            table: config.table,
            ..Self::default()
        }
    }

    fn of(to: &Destination) -> Self {
        let config = to.config.clone();
        Self {
            name: to.name.clone(),
            address: to.address.clone(),
            events: to.events.iter().map(|kind| kind.as_str().to_owned()).collect(),
            identifiers: to.identifiers.clone(),
            secret: String::new(),
            subject: config.subject,
            auth: config.auth,
            tls_ca: config.tls_ca,
            signing: config.signing,
            schema: config.schema,
            table: config.table,
            hashed: if config.hashed { "1".into() } else { String::new() },
            from_start: String::new(),
        }
    }

    fn draft(&self, kind: Kind) -> Draft {
        let defaults = Config::default();
        let or = |text: &str, default: String| {
            if text.trim().is_empty() { default } else { text.trim().to_owned() }
        };
        let events = self.events.iter().filter_map(|name| EventKind::parse(name));
        Draft {
            name: self.name.trim().to_owned(),
            kind,
            address: self.address.trim().to_owned(),
            events: if kind == Kind::Table { Vec::new() } else { events.collect() },
            identifiers: self.identifiers.clone(),
            config: Config {
                subject: or(&self.subject, defaults.subject),
                auth: or(&self.auth, defaults.auth),
                tls_ca: self.tls_ca.trim().to_owned(),
                signing: or(&self.signing, defaults.signing),
                schema: self.schema.trim().to_owned(),
                table: or(&self.table, defaults.table),
                hashed: !self.hashed.is_empty(),
            },
            secret: Some(self.secret.clone()).filter(|secret| !secret.is_empty()),
            from_start: !self.from_start.is_empty(),
        }
    }
}

#[derive(Template)]
#[template(path = "deliver/destination_form.html")]
struct FormPage {
    p: Page,
    /// "" for a new one.
    id: String,
    kind: Kind,
    input: Input,
    errors: Errors,
    auths: Vec<Choice>,
    signings: Vec<Choice>,
}

impl FormPage {
    fn is(&self, kind: &str) -> bool {
        self.kind.as_str() == kind
    }

    fn words(&self, key: &str) -> String {
        self.p.t(&format!("deliver-{key}-{}", self.kind.as_str()))
    }

    fn events(&self) -> Vec<(Choice, bool)> {
        let one = |kind: EventKind| {
            let on = self.input.events.iter().any(|name| name == kind.as_str());
            (Choice::new(kind.as_str(), self.p.t(&kind.key())), on)
        };
        EventKind::ALL.into_iter().map(one).collect()
    }

    fn identifiers(&self) -> Vec<(Choice, bool)> {
        let one = |kind: &str| {
            let key = format!("deliver-identifier-{}", kind.replace('_', "-"));
            let on = self.input.identifiers.iter().any(|name| name == kind);
            (Choice::new(kind, self.p.t(&key)), on)
        };
        IDENTIFIERS.into_iter().map(one).collect()
    }
}

fn page(p: Page, id: String, kind: Kind, input: Input, errors: Errors) -> FormPage {
    let choice =
        |name: &str, group: &str| Choice::new(name, p.t(&format!("deliver-{group}-{name}")));
    let auths = ["none"].into_iter().chain(AUTH).map(|name| choice(name, "auth")).collect();
    let signings = ["hmac", "ed25519"].map(|name| choice(name, "signing")).to_vec();
    FormPage { p, id, kind, input, errors, auths, signings }
}

#[derive(Template)]
#[template(path = "deliver/destination_kind.html")]
struct KindPage {
    p: Page,
}

#[allow(clippy::unused_self)] // called from the template
impl KindPage {
    fn kinds(&self) -> [&'static str; 3] {
        Kind::ALL.map(Kind::as_str)
    }
}

fn kind_of(l: &ListQuery) -> Option<Kind> {
    Kind::parse(l.get("kind"))
}

/// First which kind, then its form.
pub(super) async fn new(p: Page, l: ListQuery) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    match kind_of(&l) {
        None => web::render(&KindPage { p }),
        Some(kind) => web::render(&page(p, String::new(), kind, Input::empty(kind), Errors::new())),
    }
}

pub(super) async fn create(
    p: Page,
    l: ListQuery,
    State(room): State<Room>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    let kind = kind_of(&l).ok_or(WebError::NotFound)?;
    match room.deliver.create_destination(p.actor(), &input.draft(kind)).await {
        Ok(made) if kind == Kind::Table => Ok(redirect_with_toast(
            &format!("/console/destinations/{}/plan", made.id),
            "deliver-toast-table",
        )),
        Ok(made) => Ok(redirect_with_toast(
            &format!("/console/destinations/{}", made.id),
            "deliver-toast-created",
        )),
        Err(DeliverError::Form(faults)) => {
            let errors = told(&p, faults);
            web::render_status(422, &page(p, String::new(), kind, input, errors))
        }
        Err(other) => Err(other.into()),
    }
}

pub(super) async fn edit(
    p: Page,
    State(room): State<Room>,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    let to = room.deliver.destination(&id).await?;
    web::render(&page(p, id, to.kind, Input::of(&to), Errors::new()))
}

pub(super) async fn change(
    p: Page,
    State(room): State<Room>,
    Path(id): Path<String>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    let kind = room.deliver.destination(&id).await?.kind;
    match room.deliver.update_destination(p.actor(), &id, &input.draft(kind)).await {
        Ok(()) => {
            Ok(redirect_with_toast(&format!("/console/destinations/{id}"), "deliver-toast-changed"))
        }
        Err(DeliverError::Form(faults)) => {
            let errors = told(&p, faults);
            web::render_status(422, &page(p, id, kind, input, errors))
        }
        Err(other) => Err(other.into()),
    }
}

/// Faults as the form shows them.
pub(super) fn told(p: &Page, faults: Vec<crate::FieldFault>) -> Errors {
    let mut errors = Errors::new();
    for fault in faults {
        errors.add(fault.field, p.t(fault.key));
    }
    errors
}
