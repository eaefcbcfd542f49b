//! Pages: rules, their form, plans and runs, holds, accounts that may change rows, what no rule covers.

mod access;
mod form;
mod holds;
mod input;
mod list;
mod rule;
mod run;
mod runs;
mod uncovered;

use std::collections::HashMap;

use axum::Router;
use serde::Deserialize;
use web::{Choice, Look, Page, Web, WebError, access::Action};

use crate::{Retain, Room};

pub(crate) fn router() -> Router<Room> {
    Router::new()
        .merge(list::router())
        .merge(form::router())
        .merge(rule::router())
        .merge(runs::router())
        .merge(run::router())
        .merge(holds::router())
        .merge(access::router())
        .merge(uncovered::router())
}

/// A form without fields.
#[derive(Deserialize)]
struct Nothing {}

/// Whether a reader may have rules carried out once a colleague has agreed.
fn may_run(p: &Page) -> bool {
    p.standing().decide(Action::EnforceRetention, "retention", "", true)
}

/// What people and programs are called.
struct Names(HashMap<String, String>);

impl Names {
    async fn load(web: &Web) -> Result<Self, WebError> {
        Ok(Self(web.askers().await?))
    }

    /// The name of an actor as the ledger writes it, or as approvals do.
    fn of(&self, p: &Look, actor: &str) -> String {
        let id = actor.strip_prefix("person:").unwrap_or(actor);
        match self.0.get(id) {
            Some(name) if actor.starts_with("token:") => p.t1("access-asker-token", "name", name),
            Some(name) => name.clone(),
            None if actor == "cli" => p.t("access-asker-cli"),
            None if actor.starts_with("system:") => p.t("retain-by-privet"),
            None => p.t("audit-actor-someone"),
        }
    }
}

/// Sources whose rows rules can change, for choosing.
async fn sources(retain: &Retain) -> Result<Vec<Choice>, WebError> {
    of_kinds(retain, &["sqlite", "postgres", "mysql"]).await
}

/// Sources in which something can be held: erasures that people ask for reach files, too.
async fn holdable(retain: &Retain) -> Result<Vec<Choice>, WebError> {
    of_kinds(retain, &["sqlite", "postgres", "mysql", "files"]).await
}

async fn of_kinds(retain: &Retain, kinds: &[&str]) -> Result<Vec<Choice>, WebError> {
    let all = retain.map().sources().await.map_err(crate::RetainError::from)?;
    let fit = all.into_iter().filter(|one| kinds.contains(&&*one.kind));
    Ok(fit.map(|one| Choice::new(one.id, one.name)).collect())
}
