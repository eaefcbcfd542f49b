//! The desk's page about who somebody is, and what the person sends from their own page.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    Form, Router,
    extract::{DefaultBodyLimit, Multipart, Path, State as From},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use preference::Customer;
use serde::Deserialize;
use store::{Entry, HotWrite};
use web::{CsrfForm, Page, Permission, Rule, WebError, redirect_with_toast};

use super::{Paper, Proof, Stage, Standing, TRIES, Verdict, papers::LARGEST};
use crate::{
    Kind, Request, RightsError, Room, State,
    portal::{Typed, again},
};

/// Told facts and pictures of one person before it becomes slower, over all their requests.
const PER_PERSON: Rule = Rule { free: 6, longest: std::time::Duration::from_hours(1) };

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .route("/console/requests/{id}/identity", get(show))
        .route("/console/requests/{id}/identity/progress", get(progress))
        .route("/console/requests/{id}/identity/{act}", post(act))
        .route("/console/requests/{id}/identity/papers/{paper}", get(paper))
        .route("/privacy/requests/{id}/facts", post(tell))
        .route(
            "/privacy/requests/{id}/paper",
            // A form around the file takes a little, too.
            post(give).layer(DefaultBodyLimit::max(LARGEST + 64 * 1024)),
        )
}

struct Fact {
    name: String,
    /// Its verdict's badge and word.
    badge: &'static str,
    said: String,
}

#[derive(Template)]
#[template(path = "rights/identity.html")]
struct IdentityPage {
    p: Page,
    request: Request,
    what: String,
    level: String,
    needs: String,
    proof: Option<Proof>,
    may_ask: Vec<(String, String)>,
    results: Vec<Fact>,
    agree: usize,
    papers: Vec<Paper>,
    /// What laws say about it, with their citation.
    says: Vec<(String, String)>,
    /// How much must be shown before data is handed out, and how much is.
    standing: Standing,
    /// The articles by which more is asked for only with a reason, or "".
    doubt: String,
    may_act: bool,
}

impl IdentityPage {
    fn is_comparing(&self) -> bool {
        self.proof.as_ref().is_some_and(|one| one.stage == Stage::Given)
    }
    fn is_asked(&self) -> bool {
        self.proof.as_ref().is_some_and(|one| one.stage == Stage::Asked)
    }
    fn has_failed(&self) -> bool {
        self.proof.as_ref().is_some_and(|one| one.stage == Stage::Failed)
    }
    fn is_open(&self) -> bool {
        !self.request.state.is_closed()
    }
    fn can_ask(&self) -> bool {
        self.may_act && self.request.state == State::Open
    }
    fn must_declare(&self) -> bool {
        self.standing.degree.as_ref().is_some_and(|one| one.binds && one.declares)
    }
    fn has_tries(&self) -> bool {
        self.proof.as_ref().is_none_or(|one| one.tries < TRIES)
    }
    fn standing(&self) -> impl Iterator<Item = &Paper> {
        self.papers.iter().filter(|one| one.removed_at == 0)
    }
    fn has_papers(&self) -> bool {
        self.standing().next().is_some()
    }
    fn awaits_paper(&self) -> bool {
        let asked = self.proof.as_ref().is_some_and(|one| one.paper_asked_at > 0);
        asked && self.papers.is_empty()
    }
}

async fn show(
    p: Page,
    Path(id): Path<String>,
    From(room): From<Room>,
) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    let purpose = p.require_purpose()?;
    let request = room.rights.request(&id).await?;
    let entry =
        Entry::new(p.actor(), "rights.proof_opened", "rights_request", &id).for_purpose(&*purpose);
    room.rights.store().submit(HotWrite { entry, rows: Vec::new() }).await?;
    web::render(&page(&room, p, request).await?)
}

/// Asked every second while it is compared: nothing, and then that the page is to be loaded again. Tells
/// nothing of the person, so it is no look at them.
async fn progress(
    p: Page,
    Path(id): Path<String>,
    From(room): From<Room>,
) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    let proof = room.rights.proof(&id).await?;
    let compares = proof.is_some_and(|one| one.stage == Stage::Given);
    let mut answer = StatusCode::NO_CONTENT.into_response();
    if !compares {
        answer.headers_mut().insert("hx-refresh", header::HeaderValue::from_static("true"));
    }
    Ok(answer)
}

async fn page(room: &Room, p: Page, request: Request) -> Result<IdentityPage, WebError> {
    let rights = &room.rights;
    let proof = rights.proof(&request.id).await?;
    let zh = p.zh();
    let name = |key: &str| detect::taxonomy().name(key, zh).to_owned();
    let fact = |(key, verdict): (&String, &Verdict)| Fact {
        name: name(key),
        badge: match verdict {
            Verdict::Agrees => "ok",
            Verdict::Differs => "danger",
            Verdict::Nothing | Verdict::Blank => "none",
        },
        said: p.t(&format!("rights-verdict-{}", verdict.as_str())),
    };
    let results: Vec<Fact> = proof.iter().flat_map(|one| one.result.iter()).map(fact).collect();
    let asks = rights.facts_to_ask(&request).await?;
    Ok(IdentityPage {
        what: p.t(&request.kind.key()),
        level: p.t(&format!("rights-level-{}", request.level.as_str())),
        needs: p.t(&format!("rights-level-{}", request.kind.needs().as_str())),
        agree: results.iter().filter(|one| one.badge == "ok").count(),
        may_ask: asks.into_iter().map(|key| (key.to_owned(), name(key))).collect(),
        papers: rights.papers(&request.id).await?,
        says: says(room, &request, zh),
        standing: rights.standing(&request).await?,
        doubt: doubt(room, &request, zh),
        may_act: p.can(Permission::EditRecords),
        results,
        proof,
        request,
        p,
    })
}

fn doubt(room: &Room, request: &Request, zh: bool) -> String {
    let rules = room.rights.doubt_rules(request);
    let cites: Vec<&str> = rules.iter().map(|fact| fact.cite.get(zh)).collect();
    cites.join(if zh { "；" } else { "; " })
}

/// What the laws of a request say about how sure one must be, each with its citation.
fn says(room: &Room, request: &Request, zh: bool) -> Vec<(String, String)> {
    let law = room.rights.regimes().law();
    let mut all = Vec::new();
    for key in &request.regimes {
        for fact in law.about(key, law::Kind::RightsRule, regime::today()) {
            let about = match fact.code.as_str() {
                "verification_level" | "identity" | "no_conditions" => true,
                "transfer_conditions" => request.kind == Kind::Portability,
                _ => false,
            };
            if about {
                all.push((fact.text.get(zh).to_owned(), fact.cite.get(zh).to_owned()));
            }
        }
    }
    all
}

/// What was typed. No `Debug`: it may name a person.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Input {
    version: i64,
    text: String,
    facts: Vec<String>,
    declares: String,
    doubt: String,
}

async fn act(
    p: Page,
    From(room): From<Room>,
    Path((id, act)): Path<(String, String)>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    p.require(Permission::EditRecords)?;
    let rights = &room.rights;
    let request = rights.request(&id).await?;
    if request.version != input.version {
        return Err(WebError::Conflict("rights-error-changed".into()));
    }
    let actor = p.actor();
    let asks = matches!(act.as_str(), "facts" | "paper");
    let why = input.doubt.trim();
    if asks && why.is_empty() && !rights.doubt_rules(&request).is_empty() {
        return Err(RightsError::Asked("rights-error-doubt").into());
    }
    match act.as_str() {
        "facts" => {
            let declares = !input.declares.is_empty();
            rights.ask_facts(&actor, request, &input.facts, declares).await?;
        }
        "paper" => rights.ask_paper(&actor, request).await?,
        "waive" => rights.waive_degree(&actor, &request, &input.text).await?,
        "accept" => {
            rights.verify(&actor, request, &input.text).await?;
            rights.remove_papers(&actor, &id).await?;
        }
        "reject" => {
            rights.say(&actor, request, &input.text).await?;
            rights.end_asking(&actor, &id).await?;
            rights.remove_papers(&actor, &id).await?;
        }
        _ => return Err(WebError::NotFound),
    }
    if asks && !why.is_empty() {
        let why = format!("{}: {why}", p.t("rights-proof-doubt"));
        rights.note(&actor, rights.request(&id).await?, &why).await?;
    }
    let toast = format!("rights-toast-proof-{act}");
    Ok(redirect_with_toast(&format!("/console/requests/{id}/identity"), &toast))
}

async fn paper(
    p: Page,
    From(room): From<Room>,
    Path((id, paper)): Path<(String, String)>,
) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    p.require(Permission::EditRecords)?;
    let purpose = p.require_purpose()?;
    let (media, bytes) = room.rights.open_paper(p.actor(), &purpose, &id, &paper).await?;
    // A stranger's file: a picture is shown by itself, anything that could hold a program is saved.
    let shown = if media.starts_with("image/") { "inline" } else { "attachment" };
    let heads = [
        (header::CONTENT_TYPE, media.as_str()),
        (header::CONTENT_DISPOSITION, shown),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"),
    ];
    Ok((heads, bytes).into_response())
}

/// What a person tells: `csrf`, `declared`, and a field for each category.
async fn tell(
    customer: Customer,
    From(room): From<Room>,
    Path(id): Path<String>,
    Form(mut told): Form<BTreeMap<String, String>>,
) -> Result<Response, WebError> {
    customer.check(&told.remove("csrf").unwrap_or_default())?;
    let declared = told.remove("declared").is_some();
    let request = room.rights.own(&id, &customer.session.person).await?;
    slow_down(&room, &customer)?;
    if let Err(error) = room.rights.tell_facts(&request, told.clone(), declared).await {
        let declares = matches!(error, RightsError::Asked("rights-error-declare"));
        let field = if declares { "declared" } else { "" };
        let typed = Typed { told, ..Typed::default() };
        return again(&room, customer, request, (error, field), typed).await;
    }
    let back = format!("/privacy/requests/{id}");
    Ok(redirect_with_toast(&back, "rights-toast-sent"))
}

async fn give(
    customer: Customer,
    From(room): From<Room>,
    Path(id): Path<String>,
    mut form: Multipart,
) -> Result<Response, WebError> {
    // Nothing is read of somebody who is not asked for a document.
    let request = room.rights.own(&id, &customer.session.person).await?;
    let asked_at = room.rights.proof(&id).await?.map_or(0, |one| one.paper_asked_at);
    if !crate::Rights::takes_paper(&request, asked_at, &room.rights.papers(&id).await?) {
        return Err(WebError::Conflict("rights-error-no-paper".into()));
    }
    slow_down(&room, &customer)?;
    let bad = |_| WebError::BadRequest("web-error-bad-form".into());
    let (mut csrf, mut bytes) = (String::new(), Vec::new());
    while let Some(part) = form.next_field().await.map_err(bad)? {
        match part.name().unwrap_or_default() {
            "csrf" => csrf = part.text().await.map_err(bad)?,
            "paper" => bytes = part.bytes().await.map_err(|_| WebError::TooLarge)?.to_vec(),
            _ => {}
        }
    }
    customer.check(&csrf)?;
    let back = format!("/privacy/requests/{id}");
    if let Err(error) = room.rights.take_paper(request.clone(), bytes).await {
        return again(&room, customer, request, (error, "paper"), Typed::default()).await;
    }
    Ok(redirect_with_toast(&back, "rights-toast-sent"))
}

fn slow_down(room: &Room, customer: &Customer) -> Result<(), WebError> {
    let key = format!("rights-proof:{}", room.rights.digest_of(&customer.session.person));
    if let Some(seconds) = room.rights.limits().wait(&key, PER_PERSON) {
        return Err(WebError::TooMany(seconds));
    }
    room.rights.limits().failed(&key);
    Ok(())
}
