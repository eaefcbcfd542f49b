//! Which purposes a program may name.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use serde::Deserialize;
use web::{CsrfForm, Page, Permission, WebError, redirect_with_toast};

use super::purpose_name;
use crate::Room;

/// A program as the list shows it.
pub(super) struct Program {
    pub id: String,
    pub name: String,
    /// Empty: all that policies name.
    pub purposes: String,
    /// Its token holds purposes, which count everywhere; else it is limited here alone.
    pub limited: bool,
}

/// Programs that may open, by name.
pub(super) async fn all(p: &Page, room: &Room) -> Result<Vec<Program>, WebError> {
    let limited = room.protect.limited_programs().await?;
    let between = if p.lang.tag() == "zh-CN" { "、" } else { ", " };
    let tokens = room.web.list_tokens().await?.into_iter().filter(|token| {
        let opens = ["vault:open", "vault:search"];
        token.revoked_at == 0 && token.scopes.iter().any(|scope| opens.contains(&scope.as_str()))
    });
    let program = |token: web::ApiToken| Program {
        purposes: {
            let here = limited.get(&token.id).filter(|_| !token.limited).into_iter().flatten();
            let keys = token.purposes.iter().chain(here);
            let names: Vec<String> = keys.map(|key| purpose_name(p, room, key)).collect();
            names.join(between)
        },
        limited: token.limited,
        name: if token.name.is_empty() { token.id.clone() } else { token.name },
        id: token.id,
    };
    let mut programs: Vec<Program> = tokens.map(program).collect();
    programs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(programs)
}

struct Choose {
    key: String,
    name: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "protect/program.html")]
struct ProgramPage {
    p: Page,
    program: Program,
    purposes: Vec<Choose>,
}

pub(super) async fn show(
    p: Page,
    State(room): State<Room>,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::EditPolicies)?;
    let found = all(&p, &room).await?.into_iter().find(|program| program.id == id);
    let program = found.ok_or(WebError::NotFound)?;
    if program.limited {
        return Ok(web::redirect(&format!("/console/tokens/{id}/purposes")));
    }
    let chosen = room.protect.purposes_of_program(&id).await?.unwrap_or_default();
    let choose = |key: String| Choose {
        name: purpose_name(&p, &room, &key),
        chosen: chosen.contains(&key),
        key,
    };
    let purposes = room.protect.known_purposes().into_iter().map(choose).collect();
    web::render(&ProgramPage { p, program, purposes })
}

#[derive(Deserialize)]
pub(super) struct Input {
    #[serde(default)]
    purpose: BTreeSet<String>,
}

pub(super) async fn save(
    p: Page,
    State(room): State<Room>,
    Path(id): Path<String>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::EditPolicies)?;
    if !all(&p, &room).await?.iter().any(|program| program.id == id && !program.limited) {
        return Err(WebError::NotFound);
    }
    room.protect.limit_program(&p.actor(), &id, &input.purpose).await?;
    Ok(redirect_with_toast("/console/vault", "protect-toast-program"))
}
