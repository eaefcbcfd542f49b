//! Pages of existing sources: list, one, its settings, its origins, its end.

use ::sources::{Address, Secret, ServerInfo};
use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use serde::Deserialize;
use web::{Choice, CsrfForm, Errors, ListQuery, Page, Pager, Permission, WebError};

use super::{
    DeletionImpact, OriginDraft, Preset, SourceDraft, SourceSummary,
    forms::{advice, choices, preset_choices, system_choices, system_of, tls_choices},
};
use crate::{
    DataMapError,
    map::FieldFilter,
    model::{Origin, Source, System},
    room::{Room, form_errors},
    scan::{ScanSummary, StoreSummary, source_error},
};

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/console/sources", get(list))
        .route("/console/sources/{id}", get(show))
        .route("/console/sources/{id}/edit", get(edit).post(save))
        .route("/console/sources/{id}/test", post(test))
        .route("/console/sources/{id}/scan", post(scan))
        .route("/console/sources/{id}/origins", post(add_origin))
        .route("/console/sources/{id}/origins/{origin}/delete", post(remove_origin))
        .route("/console/sources/{id}/delete", get(ask_delete).post(delete))
}

/// One source with the counts of its fields.
struct Row {
    source: SourceSummary,
    personal: i64,
    sensitive: i64,
}

#[derive(Template)]
#[template(path = "datamap/sources.html")]
struct ListPage {
    p: Page,
    rows: Vec<Row>,
    may_add: bool,
}

async fn list(State(room): State<Room>, p: Page) -> Result<Response, WebError> {
    p.require(Permission::ViewMap)?;
    let counts = room.map.summary().await?;
    let rows = room
        .map
        .sources()
        .await?
        .into_iter()
        .map(|source| {
            let all = FieldFilter { source: source.id.clone(), ..FieldFilter::default() };
            let grave = FieldFilter { sensitivity: "sensitive".into(), ..all.clone() };
            Row { personal: counts.count(&all), sensitive: counts.count(&grave), source }
        })
        .collect();
    web::render(&ListPage { rows, may_add: p.can(Permission::ManageSources), p })
}

#[derive(Template)]
#[template(path = "datamap/source.html")]
struct SourcePage {
    p: Page,
    source: Source,
    system: Option<System>,
    schedule: String,
    stores: Vec<StoreSummary>,
    pager: Pager,
    scans: Vec<ScanSummary>,
    origins: Vec<Origin>,
    personal: i64,
    fields: i64,
    is_scanning: bool,
    may_manage: bool,
    origin_kinds: Vec<Choice>,
    origin: OriginForm,
    errors: Errors,
    tested: Option<Tested>,
    links: Links,
}

/// Where the buttons go.
struct Links {
    scan: String,
    test: String,
    edit: String,
    delete: String,
}

impl Links {
    fn of(id: &str) -> Self {
        let to = |what: &str| format!("/console/sources/{id}/{what}");
        Self { scan: to("scan"), test: to("test"), edit: to("edit"), delete: to("delete") }
    }
}

/// What a test of the stored settings said.
struct Tested {
    info: Option<ServerInfo>,
    what: String,
    advice: Vec<String>,
}

async fn show(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    q: ListQuery,
) -> Result<Response, WebError> {
    p.require(Permission::ViewMap)?;
    let view = source_page(&room, p, &id, &q, OriginForm::default(), Errors::new(), None).await?;
    web::render(&view)
}

async fn source_page(
    room: &Room,
    p: Page,
    id: &str,
    q: &ListQuery,
    origin: OriginForm,
    errors: Errors,
    tested: Option<Tested>,
) -> Result<SourcePage, WebError> {
    let source = room.map.source(id).await?;
    let systems = room.map.systems_by_name().await?;
    let (stores, total) = room.map.stores(id, q.limit(), q.offset()).await?;
    let counts = room.map.summary().await?;
    let personal = FieldFilter { source: id.to_owned(), ..FieldFilter::default() };
    let all = FieldFilter { scope: crate::map::Scope::All, ..personal.clone() };
    Ok(SourcePage {
        system: systems.into_iter().find(|system| Some(&system.id) == source.system_id.as_ref()),
        schedule: schedule_text(&p, &source),
        pager: Pager::new(q, total),
        scans: room.map.recent_scans(Some(id), 10).await?,
        origins: room.map.origins(id).await?,
        personal: counts.count(&personal),
        fields: counts.count(&all),
        is_scanning: room.map.active_scan(id).await?.is_some(),
        may_manage: p.can(Permission::ManageSources),
        origin_kinds: choices(&p, "src-origin", &["direct", "third-party"]),
        links: Links::of(id),
        source,
        stores,
        origin,
        errors,
        tested,
        p,
    })
}

fn schedule_text(p: &Page, source: &Source) -> String {
    let preset = Preset::of(&source.cron);
    let name = p.t(&format!("src-schedule-{}", preset.name()));
    match preset {
        Preset::Manual => name,
        Preset::Custom => format!("{} ({})", source.cron, source.zone),
        _ => format!("{name} ({})", source.zone),
    }
}

/// The settings form.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
struct SettingsForm {
    name: String,
    system: String,
    system_name: String,
    address: String,
    password: String,
    tls: String,
    tls_ca: String,
    rows_per_store: String,
    tables_glob: String,
    schedule: String,
    cron: String,
    zone: String,
    test: String,
}

impl SettingsForm {
    fn of(source: &Source) -> Self {
        let preset = Preset::of(&source.cron);
        Self {
            name: source.name.clone(),
            system: source.system_id.clone().unwrap_or_default(),
            address: source.address.clone(),
            tls: source.tls.clone(),
            tls_ca: source.tls_ca.clone(),
            rows_per_store: source.rows_per_store.to_string(),
            tables_glob: source.tables_glob.clone(),
            schedule: preset.name().into(),
            cron: source.cron.clone(),
            zone: source.zone.clone(),
            ..Self::default()
        }
    }

    fn draft(&self) -> SourceDraft {
        SourceDraft {
            name: self.name.clone(),
            system: system_of(&self.system, &self.system_name),
            address: self.address.clone(),
            password: Some(Secret(self.password.clone())).filter(|secret| !secret.0.is_empty()),
            tls: self.tls.clone(),
            tls_ca: self.tls_ca.clone(),
            rows_per_store: self.rows_per_store.trim().parse().unwrap_or(0),
            tables_glob: self.tables_glob.clone(),
            cron: Preset::from_name(&self.schedule).cron(&self.cron),
            zone: self.zone.trim().to_owned(),
        }
    }
}

#[derive(Template)]
#[template(path = "datamap/source_edit.html")]
struct EditPage {
    p: Page,
    source: Source,
    form: SettingsForm,
    errors: Errors,
    systems: Vec<Choice>,
    tls: Vec<Choice>,
    schedules: Vec<Choice>,
    tested: Option<Tested>,
}

async fn edit(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    let source = room.map.source(&id).await?;
    let form = SettingsForm::of(&source);
    edit_page(&room, p, source, form, Errors::new(), None).await
}

async fn edit_page(
    room: &Room,
    p: Page,
    source: Source,
    form: SettingsForm,
    errors: Errors,
    tested: Option<Tested>,
) -> Result<Response, WebError> {
    let systems = system_choices(&p, &room.map.systems_by_name().await?);
    let (tls, schedules) = (tls_choices(&p), preset_choices(&p));
    web::render(&EditPage { p, source, form, errors, systems, tls, schedules, tested })
}

async fn save(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(mut form): CsrfForm<SettingsForm>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    let source = room.map.source(&id).await?;
    // A password inside the address moves to its own field: that one is never drawn again.
    if let Ok((address, Some(secret))) = Address::parse(form.address.trim()) {
        form.address = address.to_string();
        if form.password.is_empty() {
            form.password = secret.0;
        }
    }
    let draft = form.draft();
    if form.test == "1" {
        let tested = try_out(&room, &p, &draft, &source).await?;
        return edit_page(&room, p, source, form, Errors::new(), Some(tested)).await;
    }
    match room.map.update_source(p.actor(), &id, &draft).await {
        Ok(()) => {
            Ok(web::redirect_with_toast(&format!("/console/sources/{id}"), "src-toast-saved"))
        }
        Err(DataMapError::Form(wrong)) => {
            let errors = form_errors(&p, &wrong);
            edit_page(&room, p, source, form, errors, None).await
        }
        Err(other) => Err(other.into()),
    }
}

async fn try_out(
    room: &Room,
    p: &Page,
    draft: &SourceDraft,
    source: &Source,
) -> Result<Tested, WebError> {
    match room.map.test_source(draft, Some(source)).await {
        Ok(info) => Ok(Tested { advice: advice(p, &info), what: String::new(), info: Some(info) }),
        Err(DataMapError::Source(error)) => {
            let (what, todo) = source_error(p, error.code(), error.subject(), error.why());
            Ok(Tested { info: None, what, advice: vec![todo] })
        }
        Err(other) => Err(other.into()),
    }
}

#[derive(Deserialize)]
struct Nothing {}

async fn test(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    let source = room.map.source(&id).await?;
    let draft = SettingsForm::of(&source).draft();
    let tested = try_out(&room, &p, &draft, &source).await?;
    let q = ListQuery::parse("");
    let view =
        source_page(&room, p, &id, &q, OriginForm::default(), Errors::new(), Some(tested)).await?;
    web::render(&view)
}

async fn scan(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    let scan = room.map.start_scan(p.actor(), &id, "person").await?;
    Ok(Redirect::to(&format!("/console/scans/{scan}")).into_response())
}

/// One more origin.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
struct OriginForm {
    origin: String,
    touchpoint: String,
    provider: String,
    contract: String,
    country: String,
}

async fn add_origin(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(form): CsrfForm<OriginForm>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    let draft = OriginDraft {
        third_party: form.origin == "third-party",
        touchpoint: form.touchpoint.clone(),
        provider: form.provider.clone(),
        contract: form.contract.clone(),
        country: form.country.clone(),
    };
    match room.map.add_origin(p.actor(), &id, &draft).await {
        Ok(_) => Ok(web::redirect_with_toast(
            &format!("/console/sources/{id}#origins"),
            "src-toast-origin",
        )),
        Err(DataMapError::Form(wrong)) => {
            let errors = form_errors(&p, &wrong);
            let q = ListQuery::parse("");
            web::render(&source_page(&room, p, &id, &q, form, errors, None).await?)
        }
        Err(other) => Err(other.into()),
    }
}

async fn remove_origin(
    State(room): State<Room>,
    p: Page,
    Path((id, origin)): Path<(String, String)>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    room.map.remove_origin(p.actor(), &id, &origin).await?;
    Ok(web::redirect_with_toast(&format!("/console/sources/{id}#origins"), "src-toast-origin-gone"))
}

#[derive(Template)]
#[template(path = "datamap/source_delete.html")]
struct DeletePage {
    p: Page,
    source: Source,
    impact: DeletionImpact,
    is_scanning: bool,
}

async fn ask_delete(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    let source = room.map.source(&id).await?;
    let impact = room.map.deletion_impact(&id).await?;
    let is_scanning = room.map.active_scan(&id).await?.is_some();
    web::render(&DeletePage { p, source, impact, is_scanning })
}

async fn delete(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::ManageSources)?;
    room.map.delete_source(p.actor(), &id).await?;
    Ok(web::redirect_with_toast("/console/sources", "src-toast-deleted"))
}
