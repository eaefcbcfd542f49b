//! The room's pages: the policies, one of them, and writing it. Thin: they parse, ask for permission,
//! call the service, answer. No value is ever on them.

mod form;
mod list;
mod one;
mod programs;

use std::collections::HashMap;

use axum::{
    Router,
    routing::{get, post},
};
use web::{Choice, Page, WebError, has_key};

use crate::{ProtectError, Room, Used};

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .route("/console/vault", get(list::show))
        .route("/console/vault/new", get(form::new).post(form::create))
        .route("/console/vault/programs/{id}", get(programs::show).post(programs::save))
        .route("/console/vault/{category}", get(one::show))
        .route("/console/vault/{category}/edit", get(form::edit).post(form::change))
        .route("/console/vault/{category}/remove", post(one::remove))
}

impl From<ProtectError> for WebError {
    fn from(error: ProtectError) -> Self {
        match error {
            ProtectError::NoPolicy => Self::NotFound,
            ProtectError::Changed => Self::Conflict("protect-error-changed".into()),
            other => Self::internal(other),
        }
    }
}

/// The name of a category, with its parents.
fn category_name(p: &Page, key: &str) -> String {
    let zh = p.lang.tag() == "zh-CN";
    let tree = detect::taxonomy();
    let mut names = vec![tree.name(key, zh)];
    let mut above = tree.get(key).and_then(|one| one.parent());
    while let Some(parent) = above {
        names.push(tree.name(parent, zh));
        above = tree.get(parent).and_then(|one| one.parent());
    }
    names.reverse();
    names.join(if zh { "·" } else { " · " })
}

/// A purpose by its name: one of the company's, one of staff's work, or what programs say.
fn purpose_name(p: &Page, room: &Room, key: &str) -> String {
    let consent = room.protect.consent();
    if let Ok(purpose) = consent.catalogue().purpose(key) {
        return consent::purpose::text_in(&purpose.body.name, p.lang.tag()).to_owned();
    }
    let text = match key {
        consent::api::SERVICE => "protect-purpose-service".to_owned(),
        "unknown" => "protect-purpose-unknown".to_owned(),
        key => web::access::purpose_key(key),
    };
    if has_key(p.lang, &text) { p.t(&text) } else { key.to_owned() }
}

/// A request as pages show it.
struct Line {
    used: Used,
    badge: &'static str,
    what: String,
    category: String,
    purpose: String,
    who: String,
}

async fn lines(p: &Page, room: &Room, category: &str, most: i64) -> Result<Vec<Line>, WebError> {
    let used = room.protect.last_openings(category, most).await?;
    let tokens: HashMap<String, String> =
        room.web.list_tokens().await?.into_iter().map(|one| (one.id, one.name)).collect();
    let line = |used: Used| {
        let (badge, key) = match (used.act.as_str(), used.reveal.as_str()) {
            ("refused", _) => ("danger", "protect-did-refused"),
            ("search", _) => ("none", "protect-did-search"),
            (_, "clear") => ("warn", "protect-did-clear"),
            _ => ("info", "protect-did-masked"),
        };
        let who = match used.actor.split_once(':') {
            Some(("token", id)) => tokens.get(id).cloned().unwrap_or_default(),
            _ => p.t("protect-who-command-line"),
        };
        Line {
            badge,
            what: p.t(key),
            category: category_name(p, &used.category),
            purpose: purpose_name(p, room, &used.purpose),
            who,
            used,
        }
    };
    Ok(used.into_iter().map(line).collect())
}

/// The choices of a select by key.
fn choices<const N: usize>(p: &Page, start: &str, keys: [&str; N]) -> Vec<Choice> {
    keys.iter()
        .map(|key| Choice::new(*key, p.t(&format!("{start}{}", key.replace('_', "-")))))
        .collect()
}
