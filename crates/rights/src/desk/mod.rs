//! The desk of staff: the queue, one request, and writing down what came by post or telephone.

mod act;
mod aside;
mod bulk;
mod list;
mod new;
mod one;

pub(crate) use one::cited;

use std::collections::HashMap;

use axum::Router;
use web::{Look, Web, WebError};

use crate::{Room, tongue};

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .merge(list::router())
        .merge(bulk::router())
        .merge(new::router())
        .merge(one::router())
        .merge(act::router())
}

/// The name of the language that somebody wrote in, and its tag, where it is none of ours; else "".
pub(crate) fn tongue(p: &Look, private: &crate::Private) -> (String, &'static str) {
    match tongue::of(private) {
        "" => (String::new(), ""),
        "other" => (p.t("rights-language-other"), ""),
        tag => (p.t(&format!("rights-language-{tag}")), tag),
    }
}

/// What people and programs are called.
pub(crate) struct Names(HashMap<String, String>);

impl Names {
    pub async fn load(web: &Web) -> Result<Self, WebError> {
        Ok(Self(web.askers().await?))
    }

    /// The name of an actor as the ledger writes it, or of a member of staff by id.
    pub fn of(&self, p: &Look, actor: &str) -> String {
        let id = actor.strip_prefix("person:").unwrap_or(actor);
        match self.0.get(id) {
            Some(name) if actor.starts_with("token:") => p.t1("access-asker-token", "name", name),
            Some(name) => name.clone(),
            None if actor == "cli" => p.t("access-asker-cli"),
            None if actor == "system:customer" => p.t("rights-actor-person"),
            None if actor == "system:agent" => p.t("rights-actor-agent"),
            None if actor.starts_with("system:") => p.t("rights-actor-privet"),
            None => p.t("audit-actor-someone"),
        }
    }
}
