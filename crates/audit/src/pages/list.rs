//! `/console/audit`: the lines, newest first; one customer's; one colleague's; downloads.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::{get, post},
};
use consent::{Identifier, IdentifierKind, Subject, api::SERVICE};
use serde::Deserialize;
use store::{Entry, StoreError};
use web::{
    Choice, CsrfForm, ListQuery, Look, PAGE_SIZE, Page, Permission, WebError,
    access::{EMERGENCY, Exporting, PURPOSES},
    redirect_with_toast, redirect_with_toast_n,
};

use super::filter_of;
use crate::{
    Audit, AuditError, Filter, Format, Line, Room, export,
    lines::Piece,
    words::{self, Group, Names},
};

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/console/audit", get(show))
        .route("/console/audit/customer", post(find))
        .route("/console/audit/customers/{id}", get(customer))
        .route("/console/audit/people/{id}", get(person))
        .route("/console/audit/check", post(check))
        .route("/console/audit/export", post(ask))
        .route("/console/audit/export.{format}", post(download))
}

/// A line, readable.
pub(super) struct Shown {
    pub seq: i64,
    pub at: i64,
    pub actor: String,
    /// The page of who acted, if they are a person.
    pub actor_link: String,
    pub text: String,
    pub action: String,
    pub object_kind: String,
    pub object_id: String,
    pub purpose: String,
    pub customer: String,
}

impl Shown {
    pub fn new(p: &Look, audit: &Audit, names: &Names, line: Line) -> Self {
        let actor_link = line
            .actor
            .strip_prefix("person:")
            .map(|id| format!("/console/audit/people/{}", web::encode(id)));
        let purpose = line.purpose.as_deref().map(|key| words::purpose(p, audit.consent(), key));
        Self {
            actor: names.actor(p, &line.actor),
            actor_link: actor_link.unwrap_or_default(),
            text: words::action(p.lang, &line.action),
            purpose: purpose.unwrap_or_default(),
            customer: line.about().unwrap_or_default().to_owned(),
            seq: line.seq,
            at: line.at,
            action: line.action,
            object_kind: line.object_kind,
            object_id: line.object_id,
        }
    }

    /// The id's last part, which is what people compare.
    pub fn short(&self) -> &str {
        let from = self.customer.char_indices().rev().nth(7).map_or(0, |(at, _)| at);
        &self.customer[from..]
    }
}

/// Whose lines the page shows.
#[derive(PartialEq, Eq)]
enum Scope {
    All,
    Customer(String),
    Person { id: String, name: String },
}

#[derive(Template)]
#[template(path = "audit/list.html")]
struct ListPage {
    p: Page,
    l: ListQuery,
    scope: Scope,
    lines: Vec<Shown>,
    actors: Vec<Choice>,
    groups: Vec<Choice>,
    purposes: Vec<Choice>,
    older: Option<String>,
    newest: Option<String>,
    exports: Vec<(String, String)>,
    /// Whether a download would begin, and where a colleague is asked for it.
    exporting: Exporting,
    ask: String,
    damaged: String,
    fault: String,
    nobody: bool,
}

impl ListPage {
    fn title(&self) -> String {
        match &self.scope {
            Scope::All => self.p.t("audit-title"),
            Scope::Customer(_) => self.p.t("audit-customer-title"),
            Scope::Person { name, .. } => self.p.t1("audit-person-title", "name", name),
        }
    }

    fn of_person(&self) -> bool {
        matches!(self.scope, Scope::Person { .. })
    }

    fn lead(&self) -> String {
        self.p.t(match self.scope {
            Scope::All => "audit-lead",
            Scope::Customer(_) => "audit-customer-lead",
            Scope::Person { .. } => "audit-person-lead",
        })
    }
}

async fn show(p: Page, l: ListQuery, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::ViewLedger)?;
    let page = page(p, l, &room, Scope::All).await?;
    web::render(&page)
}

async fn customer(
    p: Page,
    l: ListQuery,
    Path(id): Path<String>,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewLedger)?;
    let standing = room.audit.consent().standing_of(&id).await;
    let id = standing.map_err(crate::AuditError::from)?.id.0;
    web::render(&page(p, l, &room, Scope::Customer(id)).await?)
}

async fn person(
    p: Page,
    l: ListQuery,
    Path(id): Path<String>,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewLedger)?;
    let name = room.web.names().await?.remove(&id).ok_or(WebError::NotFound)?;
    web::render(&page(p, l, &room, Scope::Person { id, name }).await?)
}

async fn page(p: Page, l: ListQuery, room: &Room, scope: Scope) -> Result<ListPage, WebError> {
    let mut filter = filter_of(&l, &room.audit).await?;
    let mut download = l.with("before", "");
    match &scope {
        Scope::All => {}
        Scope::Customer(id) => {
            filter.customer.clone_from(id);
            download = l.with("customer", id);
        }
        Scope::Person { id, .. } => {
            filter.actor = format!("person:{id}");
            download = l.with("actor", &filter.actor);
        }
    }
    let before = l.get("before").parse::<i64>().ok();
    // Read before this look is noted: a reader does not want to see themselves looking.
    let piece = Piece::Before(before.unwrap_or(i64::MAX));
    let mut lines = room.audit.lines(&filter, piece, PAGE_SIZE + 1).await?;
    let damaged = seen(noted(&room.audit, &p, "audit.viewed", &filter).await, &p)?;
    let more = lines.len() > PAGE_SIZE as usize;
    lines.truncate(PAGE_SIZE as usize);
    let older = lines.last().filter(|_| more).map(|line| l.with("before", &line.seq.to_string()));
    let newest = before.map(|_| l.with("before", ""));
    let names = Names::load(&room.web).await?;
    let exports = Format::ALL.map(|format| {
        let name = format.as_str();
        (p.t(&format!("audit-export-{name}")), format!("/console/audit/export.{name}{download}"))
    });
    let may_export = p.can(Permission::Export) && damaged.is_empty();
    let exporting = if may_export {
        let which = which(&room.audit, &ListQuery::parse(download.trim_start_matches('?')));
        p.exporting(&room.web, EXPORT, &which).await?
    } else {
        Exporting::Never
    };
    let offered = !matches!(exporting, Exporting::Never);
    Ok(ListPage {
        lines: lines.into_iter().map(|line| Shown::new(&p, &room.audit, &names, line)).collect(),
        actors: names.choices(&p),
        groups: groups(&p),
        purposes: purposes(&p, &room.audit),
        older,
        newest,
        exports: if offered { exports.to_vec() } else { Vec::new() },
        ask: format!("/console/audit/export{download}"),
        exporting,
        damaged,
        fault: String::new(),
        nobody: false,
        p,
        l,
        scope,
    })
}

fn groups(p: &Look) -> Vec<Choice> {
    let choice =
        |group: Group| Choice::new(group.as_str(), p.t(&format!("audit-group-{}", group.as_str())));
    Group::ALL.into_iter().map(choice).collect()
}

/// Purposes of the company, of staff's work, and of programs that do not say.
fn purposes(p: &Look, audit: &Audit) -> Vec<Choice> {
    let catalogue = audit.consent().catalogue();
    let own = catalogue.purposes().map(|purpose| purpose.key.clone());
    let work = PURPOSES.iter().chain(&[EMERGENCY, SERVICE]).map(|key| (*key).to_owned());
    let mut all: Vec<String> = work.chain(own).collect();
    all.sort();
    all.dedup();
    all.into_iter()
        .map(|key| {
            let label = words::purpose(p, audit.consent(), &key);
            Choice::new(key, label)
        })
        .collect()
}

async fn noted(
    audit: &Audit,
    p: &Page,
    action: &'static str,
    filter: &Filter,
) -> Result<(), AuditError> {
    let mut entry = Entry::new(p.actor(), action, "audit", filter.shape());
    if !filter.customer.is_empty() {
        entry = entry.about(filter.customer.clone());
    }
    audit.note(entry).await
}

/// A damaged ledger takes no entries, and is what people come to see: then the page shows without being
/// recorded, says so, and the log says who looked. Any other failure shows nothing.
pub(super) fn seen(noted: Result<(), AuditError>, p: &Page) -> Result<String, WebError> {
    match noted {
        Ok(()) => Ok(String::new()),
        Err(AuditError::Store(StoreError::Ledger { position, .. })) => {
            tracing::warn!(actor = p.actor().to_text(), "the damaged ledger was looked at");
            Ok(p.tn("audit-damaged", position))
        }
        Err(error) => Err(error.into()),
    }
}

/// What was typed. No `Debug`: it names a person.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    kind: String,
    identifier: String,
}

/// Finds a customer by a typed identifier; it comes by POST and goes nowhere else.
async fn find(
    State(room): State<Room>,
    p: Page,
    CsrfForm(asked): CsrfForm<Asked>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewLedger)?;
    p.require(Permission::LookUpPeople)?;
    let kind = IdentifierKind::parse(&asked.kind).unwrap_or(IdentifierKind::Email);
    let catalogue = room.audit.consent().catalogue();
    let country = catalogue
        .property(consent::property::DEFAULT)
        .map_or("CN", |property| property.body.country.as_str());
    let subject =
        Identifier::parse(kind, &asked.identifier, country).and_then(|one| Subject::new(vec![one]));
    let Ok(subject) = subject else {
        let fault = p.t("audit-find-error");
        let page = page(p, ListQuery::parse(""), &room, Scope::All).await?;
        return web::render_status(422, &ListPage { fault, ..page });
    };
    if let Some(id) = room.audit.customer(&subject).await? {
        return Ok(web::redirect(&format!("/console/audit/customers/{id}")));
    }
    let page = page(p, ListQuery::parse(""), &room, Scope::All).await?;
    web::render(&ListPage { nobody: true, ..page })
}

/// The kind of list that an approval is for.
const EXPORT: &str = "audit";
/// What narrows a list down, in the order in which an approval names it.
const NARROWS: [&str; 9] =
    ["actor", "group", "action", "kind", "object", "purpose", "customer", "from", "until"];

/// Which lines: what narrows them down, as those who approve read it. These are ids and dates; whatever
/// else somebody typed might name a person, and only its digest is kept.
fn which(audit: &Audit, l: &ListQuery) -> String {
    let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || ":._-+".contains(c));
    let parts = NARROWS.iter().filter(|key| !l.get(key).is_empty());
    let part = |key: &&str| match l.get(key) {
        text if plain(text) => format!("{key}={text}"),
        text => {
            let digest = audit.store().digest(&text).0;
            let short: u64 = digest.iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte));
            format!("{key}={short:016x}")
        }
    };
    let parts: Vec<String> = parts.map(part).collect();
    let all = parts.join("&");
    if all.is_empty() { "all".to_owned() } else { all.chars().take(300).collect() }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asking {
    reason: String,
}

/// Asks a colleague to agree to one download of these lines.
async fn ask(
    p: Page,
    l: ListQuery,
    State(room): State<Room>,
    CsrfForm(asking): CsrfForm<Asking>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewLedger)?;
    p.require(Permission::Export)?;
    p.ask_export(&room.web, (EXPORT, &which(&room.audit, &l)), &asking.reason).await?;
    Ok(redirect_with_toast(&format!("/console/audit{}", l.with("page", "")), "access-asked"))
}

async fn download(
    p: Page,
    l: ListQuery,
    Path(format): Path<String>,
    State(room): State<Room>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewLedger)?;
    p.require(Permission::Export)?;
    let format = Format::parse(&format).ok_or(WebError::NotFound)?;
    let filter = filter_of(&l, &room.audit).await?;
    p.begin_export(&room.web, EXPORT, &which(&room.audit, &l)).await?;
    let upto = room.audit.newest().await?;
    noted(&room.audit, &p, "audit.exported", &filter).await?;
    let after = l.get("after").parse().unwrap_or(0);
    Ok(export::download(format, room.audit.walk(filter, after, upto)))
}

#[derive(Deserialize)]
struct Nothing {}

async fn check(
    p: Page,
    l: ListQuery,
    State(room): State<Room>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::ViewLedger)?;
    match room.audit.store().ledger().verify().await {
        Ok(head) => Ok(redirect_with_toast_n("/console/audit", "audit-intact", head.seq)),
        Err(StoreError::Ledger { position, .. }) => {
            let damaged = p.tn("audit-damaged", position);
            // The page itself writes that it was read, which a damaged ledger refuses.
            let names = Names::load(&room.web).await?;
            web::render(&ListPage {
                lines: Vec::new(),
                actors: names.choices(&p),
                groups: groups(&p),
                purposes: purposes(&p, &room.audit),
                older: None,
                newest: None,
                exports: Vec::new(),
                exporting: Exporting::Never,
                ask: String::new(),
                damaged,
                fault: String::new(),
                nobody: false,
                scope: Scope::All,
                p,
                l,
            })
        }
        Err(error) => Err(error.into()),
    }
}
