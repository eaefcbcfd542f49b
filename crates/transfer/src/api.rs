//! `GET /v1/transfers`: all transfers across borders with what the laws make of them, for a token with
//! the scope `map:read`.

use axum::{
    Json, Router, extract::State, response::IntoResponse as _, response::Response, routing::get,
};
use serde_json::{Value, json};
use web::{Token, WebError};

use crate::{Crossing, Report, Room, Verdict};

pub(crate) fn router() -> Router<Room> {
    Router::new().route("/v1/transfers", get(list))
}

async fn list(State(room): State<Room>, token: Token) -> Result<Response, WebError> {
    if let Err(refused) = token.require("map:read") {
        return Ok(refused);
    }
    let report = room.transfers.report(regime::today()).await?;
    Ok(Json(told(&report)).into_response())
}

fn told(report: &Report) -> Value {
    let crossings = report.crossings.iter().map(|(crossing, verdicts)| {
        let verdicts = verdicts.iter().map(|(regime, verdict)| {
            let facts: Vec<&str> =
                verdict.facts().into_iter().map(|fact| fact.id.as_str()).collect();
            json!({ "regime": regime, "verdict": word(verdict), "facts": facts })
        });
        json!({
            "id": crossing.key,
            "from": end(crossing, true),
            "to": end(crossing, false),
            "categories": crossing.categories,
            "sensitive": crossing.is_sensitive(),
            "people_at_most": crossing.people(),
            "verdicts": verdicts.collect::<Vec<_>>(),
        })
    });
    let route = report.route.as_ref().map(|route| {
        json!({
            "regime": route.fact.regime,
            "needs": route.needs,
            "fact": route.fact.id,
            "people": route.counted.people,
            "sensitive_people": route.counted.sensitive,
        })
    });
    json!({
        "transfers": crossings.collect::<Vec<_>>(),
        "china_route": route,
        "country_unknown": report.unplaced.iter().map(|one| one.end.key()).collect::<Vec<_>>(),
    })
}

fn end(crossing: &Crossing, from: bool) -> Value {
    let end = if from { &crossing.from } else { &crossing.to };
    json!({ "id": end.key(), "name": end.name, "country": end.country })
}

/// A stable word for a verdict.
pub(crate) fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Adequate(fact) if fact.confidence.decides() => "adequate",
        Verdict::Adequate(_) => "adequate-unchecked",
        Verdict::Tool { assessed: true, .. } => "tool",
        Verdict::Tool { .. } => "tool-unassessed",
        Verdict::Exempt(_) => "exempt",
        Verdict::Free => "free",
        Verdict::Missing(_) => "missing",
        Verdict::Advice(_) => "advice",
    }
}
