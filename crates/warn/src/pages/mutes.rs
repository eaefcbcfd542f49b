//! Mutes: which hold, a new one, ending one.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::{get, post},
};
use serde::Deserialize;
use web::{
    Choice, CsrfForm, Errors, ListQuery, Page, Permission, WebError, redirect_with_toast,
    render_status,
};

use super::{Names, Nothing, rule_choices, rule_name};
use crate::{Mute, Room, engine::RuleId};

const DAY: i64 = 24 * 3600 * 1_000_000;
/// Longer than this nobody remembers why.
const LONGEST: i64 = 90;

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/console/alarms/mutes", get(show).post(make))
        .route("/console/alarms/mutes/{id}/end", post(end))
}

struct Row {
    mute: Mute,
    rule: String,
    who: String,
    by: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Input {
    rule: String,
    actor: String,
    days: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "warn/mutes.html")]
struct MutesPage {
    p: Page,
    rows: Vec<Row>,
    rules: Vec<Choice>,
    actors: Vec<Choice>,
    lengths: Vec<Choice>,
    input: Input,
    errors: Errors,
    may: bool,
}

async fn page(room: &Room, p: Page, input: Input, errors: Errors) -> Result<MutesPage, WebError> {
    let names = Names::load(&room.web).await?;
    let row = |mute: Mute| Row {
        rule: mute.rule.map_or_else(|| p.t("warn-mute-every-rule"), |rule| rule_name(&p, rule)),
        who: match mute.actor.as_str() {
            "" => p.t("warn-mute-everybody"),
            actor => names.of(&p, actor),
        },
        by: names.of(&p, &mute.made_by),
        mute,
    };
    Ok(MutesPage {
        rows: room.warn.mutes().await?.into_iter().map(row).collect(),
        rules: rule_choices(&p),
        actors: names.choices(&p),
        lengths: [1_i64, 7, 30, LONGEST]
            .map(|days| Choice::new(days.to_string(), p.tn("warn-mute-days", days)))
            .to_vec(),
        may: p.can(Permission::Approve),
        input,
        errors,
        p,
    })
}

async fn show(p: Page, l: ListQuery, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::ViewLedger)?;
    let input = Input {
        rule: l.get("rule").to_owned(),
        actor: l.get("actor").to_owned(),
        days: "7".into(),
        reason: String::new(),
    };
    web::render(&page(&room, p, input, Errors::new()).await?)
}

async fn make(
    State(room): State<Room>,
    p: Page,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::Approve)?;
    let mut errors = Errors::new();
    let rule = RuleId::parse(&input.rule);
    let actor = input.actor.trim();
    if rule.is_none() && actor.is_empty() {
        errors.add("rule", p.t("warn-error-mute-all"));
    }
    let days = input.days.parse::<i64>().ok().filter(|days| (1..=LONGEST).contains(days));
    if days.is_none() {
        errors.add("days", p.tn("warn-error-days", LONGEST));
    }
    let reason = input.reason.trim();
    if reason.is_empty() || reason.chars().count() > 500 {
        errors.add("reason", p.t("warn-error-reason"));
    }
    let Some(days) = days.filter(|_| errors.is_empty()) else {
        return render_status(422, &page(&room, p, input, errors).await?);
    };
    let until = store::now() + days * DAY;
    room.warn.mute(p.actor(), rule, actor, until, reason).await?;
    Ok(redirect_with_toast("/console/alarms/mutes", "warn-toast-muted"))
}

async fn end(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(Nothing {}): CsrfForm<Nothing>,
) -> Result<Response, WebError> {
    p.require(Permission::Approve)?;
    room.warn.unmute(p.actor(), &id).await?;
    Ok(redirect_with_toast("/console/alarms/mutes", "warn-toast-unmuted"))
}
