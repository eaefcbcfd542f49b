//! Writing a policy: checked before it is kept.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use serde::Deserialize;
use web::{Choice, CsrfForm, Errors, Page, Permission, WebError, redirect_with_toast};

use super::{category_name, choices, purpose_name};
use crate::{
    Policy, ProtectError, Reveal, Room,
    policy::{Kept, PER_MINUTE},
    token::Shape,
};

/// The form as it is sent. `purpose` and `reveal` are two columns of one table.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Input {
    category: String,
    version: i64,
    purpose: Vec<String>,
    reveal: Vec<String>,
    searchable: String,
    random: String,
    deterministic: String,
    shape: String,
    per_minute: String,
}

impl Input {
    fn of(kept: &Kept) -> Self {
        let flag = |on: bool| if on { "1".to_owned() } else { String::new() };
        let Policy { purposes, searchable, random, deterministic, shape, per_minute } =
            &kept.policy;
        Self {
            category: kept.category.clone(),
            version: kept.version,
            purpose: purposes.keys().cloned().collect(),
            reveal: purposes.values().map(|reveal| reveal.as_str().to_owned()).collect(),
            searchable: flag(*searchable),
            random: flag(*random),
            deterministic: flag(*deterministic),
            shape: shape.map_or(String::new(), |shape| shape.as_str().to_owned()),
            per_minute: per_minute.to_string(),
        }
    }

    fn purposes(&self) -> BTreeMap<String, Reveal> {
        let pairs = self.purpose.iter().zip(&self.reveal);
        pairs.filter_map(|(key, reveal)| Some((key.clone(), Reveal::parse(reveal)?))).collect()
    }

    fn policy(&self) -> Result<Policy, (&'static str, &'static str)> {
        let fault = ("per_minute", "protect-fault-per-minute");
        Ok(Policy {
            purposes: self.purposes(),
            searchable: !self.searchable.is_empty(),
            random: !self.random.is_empty(),
            deterministic: !self.deterministic.is_empty(),
            shape: Shape::parse(&self.shape),
            per_minute: self.per_minute.trim().parse().map_err(|_| fault)?,
        })
    }
}

struct Rule {
    key: String,
    name: String,
    reveal: &'static str,
}

#[derive(Template)]
#[template(path = "protect/form.html")]
struct FormPage {
    p: Page,
    is_new: bool,
    input: Input,
    name: String,
    rules: Vec<Rule>,
    categories: Vec<Choice>,
    reveals: Vec<Choice>,
    shapes: Vec<Choice>,
    errors: Errors,
}

impl FormPage {
    fn back(&self) -> String {
        if self.is_new {
            "/console/vault".to_owned()
        } else {
            format!("/console/vault/{}", self.input.category)
        }
    }
}

async fn page(
    p: Page,
    room: &Room,
    is_new: bool,
    input: Input,
    errors: Errors,
) -> Result<FormPage, WebError> {
    let chosen = input.purposes();
    let rule = |key: String| Rule {
        name: purpose_name(&p, room, &key),
        reveal: chosen.get(&key).map_or("refused", |reveal| reveal.as_str()),
        key,
    };
    let rules = room.protect.known_purposes().into_iter().map(rule).collect();
    let taken: Vec<String> =
        room.protect.policies().await?.into_iter().map(|kept| kept.category).collect();
    let categories = detect::taxonomy()
        .categories
        .iter()
        .filter(|one| !taken.contains(&one.key))
        .map(|one| Choice::new(&one.key, category_name(&p, &one.key)))
        .collect();
    Ok(FormPage {
        name: category_name(&p, &input.category),
        rules,
        categories,
        reveals: choices(&p, "protect-reveal-", ["refused", "masked", "clear"]),
        shapes: choices(&p, "protect-shape-", Shape::ALL.map(Shape::as_str)),
        p,
        is_new,
        input,
        errors,
    })
}

pub(super) async fn new(p: Page, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::EditPolicies)?;
    let input = Input {
        category: "contact.phone".into(),
        random: "1".into(),
        per_minute: PER_MINUTE.to_string(),
        ..Input::default()
    };
    web::render(&page(p, &room, true, input, Errors::new()).await?)
}

pub(super) async fn edit(
    p: Page,
    State(room): State<Room>,
    Path(category): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::EditPolicies)?;
    let kept = room.protect.policy(&category).await?.ok_or(WebError::NotFound)?;
    web::render(&page(p, &room, false, Input::of(&kept), Errors::new()).await?)
}

pub(super) async fn create(
    p: Page,
    State(room): State<Room>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    save(p, &room, true, Input { version: 0, ..input }).await
}

pub(super) async fn change(
    p: Page,
    State(room): State<Room>,
    Path(category): Path<String>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    room.protect.policy(&category).await?.ok_or(WebError::NotFound)?;
    save(p, &room, false, Input { category, ..input }).await
}

async fn save(p: Page, room: &Room, is_new: bool, input: Input) -> Result<Response, WebError> {
    p.require(Permission::EditPolicies)?;
    let mut errors = Errors::new();
    let saved = match input.policy() {
        Err(fault) => Err(ProtectError::Policy(vec![fault])),
        Ok(policy) => {
            room.protect.save_policy(&p.actor(), &input.category, input.version, &policy).await
        }
    };
    match saved {
        Ok(_) => {
            let to = format!("/console/vault/{}", input.category);
            return Ok(redirect_with_toast(&to, "protect-toast-saved"));
        }
        Err(ProtectError::Policy(faults)) => {
            for (field, key) in faults {
                errors.add(field, p.t(key));
            }
        }
        Err(ProtectError::Changed) => {
            let key = if is_new { "protect-fault-there" } else { "protect-error-changed" };
            errors.add("", p.t(key));
        }
        Err(other) => return Err(other.into()),
    }
    web::render_status(422, &page(p, room, is_new, input, errors).await?)
}
