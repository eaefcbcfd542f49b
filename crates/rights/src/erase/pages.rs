//! The desk's page of an erasure: the plan by table, what stays and why, the second person, the work,
//! the certificate, who has to be told, and the looks afterwards.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use preference::Customer;
use serde::Deserialize;
use serde_json::Value;
use store::{Entry, HotWrite};
use web::{
    Choice, CsrfForm, Page, Permission, WebError,
    access::{Approval, ApprovalState, asker},
    redirect_with_toast,
};

use super::{Act, Erasure, GROUNDS, Stage, Step};
use crate::{Kind, Request, Rights, RightsError, Room, desk::Names, told::Told};

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .route("/console/requests/{id}/erasure", get(show))
        .route("/console/requests/{id}/erasure/certificate", get(certificate))
        .route("/console/requests/{id}/erasure/{act}", post(act))
        .route("/privacy/requests/{id}/certificate", get(own_certificate))
}

/// A table, as the page shows it.
struct Line {
    source: String,
    step: Step,
    act: String,
    ground: String,
    error: String,
}

/// What was asked for, as the reader sees it.
struct Asked {
    approval: Approval,
    who: String,
    decided: String,
    mine: bool,
}

impl Asked {
    fn is(&self, state: &str) -> bool {
        self.approval.state.as_str() == state
    }
    fn stands(&self) -> bool {
        matches!(self.approval.state, ApprovalState::Open | ApprovalState::Approved)
    }
}

#[derive(Template)]
#[template(path = "rights/erasure.html")]
struct ErasurePage {
    p: Page,
    request: Request,
    erasure: Option<Erasure>,
    lines: Vec<Line>,
    /// The tables as they hang together, drawn.
    picture: String,
    left: Vec<(String, String)>,
    asked: Option<Asked>,
    told: Vec<Told>,
    acts: Vec<Choice>,
    grounds: Vec<Choice>,
    who: String,
    may_act: bool,
    may_decide: bool,
}

impl ErasurePage {
    fn is(&self, stage: &str) -> bool {
        self.erasure.as_ref().is_some_and(|one| one.stage.as_str() == stage)
    }
    fn moves(&self) -> bool {
        self.erasure.as_ref().is_some_and(|one| one.stage.moves())
    }
    fn begun(&self) -> bool {
        self.erasure.as_ref().is_some_and(|one| one.begun_at > 0)
    }
    fn can_plan(&self) -> bool {
        let stands = self.erasure.as_ref().is_none_or(|one| {
            matches!(one.stage, Stage::Planned | Stage::Failed | Stage::Partial | Stage::Stopped)
        });
        self.may_act && !self.request.state.is_closed() && self.request.is_verified() && stands
    }
    fn can_ask(&self) -> bool {
        self.may_act && !self.asked.as_ref().is_some_and(Asked::stands)
    }
    fn wants_triggers(&self) -> bool {
        self.lines.iter().any(|line| line.step.error == "triggers")
    }
}

async fn show(
    p: Page,
    Path(id): Path<String>,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    // It names tables and numbers, nobody: a colleague who only agrees needs no purpose.
    p.require(Permission::LookUpPeople)?;
    let request = room.rights.request(&id).await?;
    if request.kind != Kind::Erasure {
        return Err(WebError::NotFound);
    }
    let entry = Entry::new(p.actor(), "rights.opened", "rights_request", &id);
    room.rights.store().submit(HotWrite { entry, rows: Vec::new() }).await?;
    web::render(&page(&room, p, request).await?)
}

async fn page(room: &Room, p: Page, request: Request) -> Result<ErasurePage, WebError> {
    let rights = &room.rights;
    let erasure = rights.erasure(&request.id).await?;
    let names = Names::load(&room.web).await?;
    let sources = rights.regimes().map().sources().await.map_err(RightsError::from)?;
    let name =
        |id: &str| sources.iter().find(|one| one.id == id).map_or(id, |one| &one.name).to_owned();
    let steps = erasure.iter().flat_map(|one| &one.steps);
    let line = |step: &Step| Line {
        source: name(&step.source),
        act: p.t(&format!("rights-erase-{}", step.act.as_str())),
        ground: match step.ground.as_str() {
            "" => String::new(),
            key => p.t(&format!("rights-ground-{key}")),
        },
        error: fault(&p, step),
        step: step.clone(),
    };
    let lines = steps.map(line).collect();
    let steps = erasure.as_ref().map_or(&[][..], |one| &one.steps);
    let picture = super::drawn::plan(&p, steps, name);
    let unreached = erasure.iter().flat_map(|one| &one.unreached);
    let left = unreached.map(|one| {
        let place = [name(&one.source), one.table.clone()];
        let place: Vec<String> = place.into_iter().filter(|text| !text.is_empty()).collect();
        (place.join(" · "), p.t1(&format!("rights-why-{}", one.why), "detail", &one.detail))
    });
    let left = left.collect();
    let me = asker(&p.actor());
    let asked = rights.asked_erasure(&me, &request.id).await?;
    let asked = asked.map(|approval| Asked {
        who: names.of(&p, &approval.asked_by),
        decided: names.of(&p, &approval.decided_by),
        mine: approval.asked_by == me,
        approval,
    });
    let told = rights.told(&request.id).await?;
    let choice = |group: &'static str, one: &'static str| {
        Choice::new(one, p.t(&format!("rights-{group}-{one}")))
    };
    Ok(ErasurePage {
        acts: Act::ALL.iter().map(|one| choice("erase", one.as_str())).collect(),
        grounds: GROUNDS.iter().map(|one| choice("ground", one)).collect(),
        who: erasure.as_ref().map_or(String::new(), |one| names.of(&p, &one.asked_by)),
        may_act: p.can(Permission::EditRecords),
        may_decide: p.can(Permission::Approve),
        request,
        erasure,
        lines,
        picture,
        left,
        asked,
        told,
        p,
    })
}

/// What befell a table, in words; the database's own stand behind it.
fn fault(p: &Page, step: &Step) -> String {
    let known = [
        "no-key",
        "no-account",
        "moved",
        "no-source",
        "source",
        "triggers",
        "changed",
        "refused",
        "locked",
        "unsafe",
        "too-big",
        "file-busy",
        "file-changed",
        "file-denied",
        "file-encoding",
        "file-gone",
        "file-linked",
        "file-object",
        "file-owner",
        "file-parquet",
        "file-read-only",
    ];
    match step.error.as_str() {
        "" => String::new(),
        code if known.contains(&code) => p.t(&format!("rights-erase-fault-{code}")),
        _ => p.t("rights-erase-fault-other"),
    }
}

/// What was typed. No `Debug`: a reason may name a person.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Input {
    why: String,
    at: i64,
    what: String,
    ground: String,
    recipient: String,
    may: String,
}

async fn act(
    p: Page,
    State(room): State<Room>,
    Path((id, act)): Path<(String, String)>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    p.require(Permission::EditRecords)?;
    let request = room.rights.request(&id).await?;
    carry_out(&room.rights, &p, &request, &act, &input).await?;
    let toast = format!("rights-toast-erasure-{act}");
    Ok(redirect_with_toast(&format!("/console/requests/{id}/erasure"), &toast))
}

async fn carry_out(
    rights: &Rights,
    p: &Page,
    request: &Request,
    act: &str,
    input: &Input,
) -> Result<(), RightsError> {
    let (actor, id) = (p.actor(), request.id.as_str());
    match act {
        "plan" => rights.plan_erasure(&actor, request).await,
        "choose" => {
            let what = Act::parse(&input.what).ok_or(RightsError::NotFound("treatment"))?;
            rights.choose(&actor, id, input.at, (what, &input.ground)).await
        }
        "triggers" => rights.allow_triggers(&actor, id, input.may == "yes").await,
        "ask" => rights.ask_erasure(&actor, request, &input.why).await.map(drop),
        "begin" => rights.begin_erasure(&actor, request).await,
        "stop" => rights.stop_erasure(&actor, id).await,
        "resume" => rights.resume_erasure(&actor, id).await,
        "close" => rights.close_erasure(&actor, id).await,
        "look" => rights.look_after(&actor, id).await,
        "told" => rights.recipient_told(&actor, id, &input.recipient).await,
        "confirmed" => rights.recipient_confirmed(&actor, id, &input.recipient).await,
        _ => Err(RightsError::NotFound("act")),
    }
}

fn download(request: &Request, document: &Value) -> Response {
    let file = format!("attachment; filename=\"{}-certificate.json\"", request.name());
    let text = serde_json::to_string_pretty(document).unwrap_or_default();
    let mut answer = text.into_response();
    let heads = answer.headers_mut();
    heads.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    heads.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(value) = HeaderValue::from_str(&file) {
        heads.insert(header::CONTENT_DISPOSITION, value);
    }
    answer
}

async fn certificate(
    p: Page,
    Path(id): Path<String>,
    State(room): State<Room>,
) -> Result<Response, WebError> {
    p.require(Permission::LookUpPeople)?;
    let request = room.rights.request(&id).await?;
    Ok(download(&request, &room.rights.erasure_certificate(&id).await?))
}

/// The person's own.
async fn own_certificate(
    customer: Customer,
    State(room): State<Room>,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    let request = room.rights.own(&id, &customer.session.person).await?;
    Ok(download(&request, &room.rights.erasure_certificate(&id).await?))
}
