//! `/v1/retention`: rules and runs for programs. A run that needs a second person waits for one in the
//! console; a program can count, and carry out what was agreed to.

use axum::{
    Json, Router,
    extract::{Path, RawQuery, State, rejection::JsonRejection},
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::get,
};
use serde::Deserialize;
use serde_json::{Value, json};
use web::{Lang, ListQuery, Token};

use crate::{
    RetainError, Room, RuleBody,
    rule::{Rule, RuleFilter, sentence},
    run::{Run, RunFilter},
};

/// Scope that reads rules and runs.
const READ: &str = "retention:read";
/// Scope that writes rules and begins runs.
const WRITE: &str = "retention:write";
const MOST: i64 = 100;

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .route("/v1/retention/rules", get(rules).post(make))
        .route("/v1/retention/runs", get(runs).post(begin))
        .route("/v1/retention/runs/{id}", get(run))
}

#[allow(clippy::result_large_err)] // a refusal is the answer as it goes out
fn limits(query: Option<String>) -> Result<(ListQuery, i64), Response> {
    let l = ListQuery::parse(query.as_deref().unwrap_or_default());
    let limit = match l.get("limit") {
        "" => Ok(MOST),
        text => text.parse::<i64>(),
    };
    match limit.ok().filter(|limit| (1..=MOST).contains(limit)) {
        Some(limit) => Ok((l, limit)),
        None => Err(refuse("limit is 1 to 100")),
    }
}

async fn rules(token: Token, State(room): State<Room>, RawQuery(query): RawQuery) -> Response {
    if let Err(refused) = token.require(READ) {
        return refused;
    }
    let (l, limit) = match limits(query) {
        Ok(found) => found,
        Err(refused) => return refused,
    };
    let filter = RuleFilter { state: l.get("state"), ..RuleFilter::default() };
    let found = room.retain.list_rules(filter, limit, (l.page - 1) * limit).await;
    let (rules, total) = match found {
        Ok(found) => found,
        Err(error) => return told(&error),
    };
    let mut lines = Vec::new();
    for rule in &rules {
        match rule_json(&room, rule).await {
            Ok(line) => lines.push(line),
            Err(error) => return told(&error),
        }
    }
    Json(json!({ "rules": lines, "total": total })).into_response()
}

async fn rule_json(room: &Room, rule: &Rule) -> Result<Value, RetainError> {
    let en = room.retain.names_of(&rule.body, Lang::En).await?;
    let zh = room.retain.names_of(&rule.body, Lang::ZhCn).await?;
    Ok(json!({
        "id": rule.id,
        "key": rule.key,
        "version": rule.version,
        "state": rule.state,
        "agreed": rule.is_agreed(),
        "due": rule.due_rows,
        "said": { "en": sentence(Lang::En, &rule.body, &en), "zh-CN": sentence(Lang::ZhCn, &rule.body, &zh) },
        "rule": rule.body,
        "url": format!("{}/console/retention/rules/{}", room.web.base_url(), rule.id),
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Making {
    /// The id or key of a rule to change; a new one without it.
    #[serde(default)]
    id: String,
    rule: RuleBody,
}

async fn make(
    token: Token,
    State(room): State<Room>,
    making: Result<Json<Making>, JsonRejection>,
) -> Response {
    if let Err(refused) = token.require(WRITE) {
        return refused;
    }
    let Ok(Json(making)) = making else {
        return refuse("send JSON: {\"rule\": {…}}, as GET /v1/retention/rules shows one");
    };
    let by = token.actor();
    let done = match making.id.as_str() {
        "" => room.retain.create_rule(&by, &making.rule).await,
        id => match room.retain.rule(id).await {
            Ok(rule) => {
                room.retain.change_rule(&by, &rule.id, &making.rule).await.map(|()| rule.id)
            }
            Err(error) => Err(error),
        },
    };
    let saved = match done {
        Ok(id) => room.retain.rule(&id).await,
        Err(error) => Err(error),
    };
    match saved {
        Ok(rule) => match rule_json(&room, &rule).await {
            Ok(line) => (StatusCode::CREATED, Json(line)).into_response(),
            Err(error) => told(&error),
        },
        Err(error) => told(&error),
    }
}

async fn runs(token: Token, State(room): State<Room>, RawQuery(query): RawQuery) -> Response {
    if let Err(refused) = token.require(READ) {
        return refused;
    }
    let (l, limit) = match limits(query) {
        Ok(found) => found,
        Err(refused) => return refused,
    };
    let rule = match l.get("rule") {
        "" => String::new(),
        key => match room.retain.rule(key).await {
            Ok(rule) => rule.id,
            Err(error) => return told(&error),
        },
    };
    let filter = RunFilter { rule: &rule, state: l.get("state"), changed: "" };
    match room.retain.list_runs(filter, limit, (l.page - 1) * limit).await {
        Ok((runs, total)) => {
            let lines: Vec<Value> = runs.iter().map(|run| run_json(&room, run)).collect();
            Json(json!({ "runs": lines, "total": total })).into_response()
        }
        Err(error) => told(&error),
    }
}

async fn run(token: Token, State(room): State<Room>, Path(id): Path<String>) -> Response {
    if let Err(refused) = token.require(READ) {
        return refused;
    }
    match room.retain.run(&id).await {
        Ok(run) => Json(run_json(&room, &run)).into_response(),
        Err(error) => told(&error),
    }
}

fn run_json(room: &Room, run: &Run) -> Value {
    let steps: Vec<Value> = run
        .steps
        .iter()
        .enumerate()
        .map(|(at, step)| {
            let (planned, done) = run.rows_of(at);
            json!({ "table": step.table, "action": step.act, "planned": planned, "done": done })
        })
        .collect();
    let kept = if run.begun_at > 0 { &run.done.kept } else { &run.planned.kept };
    let at = |micros: i64| if micros > 0 { json!(web::rfc3339(micros)) } else { Value::Null };
    json!({
        "id": run.id,
        "rule": run.rule,
        "version": run.version,
        "state": run.state.as_str(),
        "waits": run.waits.map(crate::run::Why::as_str),
        "steps": steps,
        "kept": kept.iter().map(|one| json!({ "reason": one.reason, "table": one.table, "rows": one.rows })).collect::<Vec<_>>(),
        "rows_planned": run.planned.changed(),
        "rows_done": run.done.changed(),
        "error": run.error,
        "created_at": at(run.created_at),
        "begun_at": at(run.begun_at),
        "ended_at": at(run.ended_at),
        "url": format!("{}/console/retention/runs/{}", room.web.base_url(), run.id),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Beginning {
    /// Count what this rule would do (its id or key).
    #[serde(default)]
    rule: String,
    /// Carry this plan out.
    #[serde(default)]
    run: String,
}

async fn begin(
    token: Token,
    State(room): State<Room>,
    beginning: Result<Json<Beginning>, JsonRejection>,
) -> Response {
    if let Err(refused) = token.require(WRITE) {
        return refused;
    }
    let wrong = "send {\"rule\": \"…\"} to count, or {\"run\": \"…\"} to carry a plan out";
    let Ok(Json(beginning)) = beginning else { return refuse(wrong) };
    let by = token.actor();
    let begun = match (beginning.rule.as_str(), beginning.run.as_str()) {
        (rule, "") if !rule.is_empty() => room.retain.start_plan(&by, rule, false).await,
        ("", run) if !run.is_empty() => {
            room.retain.begin_run(&by, run).await.map(|()| run.to_owned())
        }
        _ => return refuse(wrong),
    };
    let run = match begun {
        Ok(id) => room.retain.run(&id).await,
        Err(error) => Err(error),
    };
    match run {
        Ok(run) => (StatusCode::ACCEPTED, Json(run_json(&room, &run))).into_response(),
        Err(error) => told(&error),
    }
}

fn refuse(detail: &str) -> Response {
    web::problem(StatusCode::UNPROCESSABLE_ENTITY, "urn:privet:problem:invalid", detail)
}

fn told(error: &RetainError) -> Response {
    let say = |key: &str| web::translate(Lang::En, key, &[("what", "".into())]);
    match error {
        RetainError::NotFound(_) => {
            web::problem(StatusCode::NOT_FOUND, "urn:privet:problem:not-found", &error.to_string())
        }
        RetainError::Rule(key) => refuse(&say(key)),
        RetainError::Form(faults) => {
            let all = faults
                .iter()
                .map(|one| web::translate(Lang::En, one.key, &[("what", one.what.clone().into())]));
            refuse(&all.collect::<Vec<_>>().join(" "))
        }
        RetainError::Conflict(key) => {
            web::problem(StatusCode::CONFLICT, "urn:privet:problem:conflict", &say(key))
        }
        error => {
            tracing::error!(%error, "the API of retention failed");
            let detail = "this could not be read or written; try again";
            web::problem(StatusCode::INTERNAL_SERVER_ERROR, "about:blank", detail)
        }
    }
}
