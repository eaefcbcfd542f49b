//! Choices that the source forms share.

use ::sources::ServerInfo;
use web::{Choice, Page};

use super::{Preset, SystemChoice};
use crate::model::System;

/// Choices whose labels are `PREFIX-VALUE`.
pub(super) fn choices(p: &Page, prefix: &str, values: &[&str]) -> Vec<Choice> {
    values.iter().map(|value| Choice::new(*value, p.t(&format!("{prefix}-{value}")))).collect()
}

pub(super) fn tls_choices(p: &Page) -> Vec<Choice> {
    choices(p, "tls", &["prefer", "require", "verify-full", "disable"])
}

pub(super) fn preset_choices(p: &Page) -> Vec<Choice> {
    choices(p, "src-schedule", &Preset::ALL.map(Preset::name))
}

/// "Not yet", every system, "a new one".
pub(super) fn system_choices(p: &Page, systems: &[System]) -> Vec<Choice> {
    let mut all = vec![Choice::new("", p.t("src-system-none"))];
    all.extend(systems.iter().map(|system| Choice::new(system.id.clone(), system.name.clone())));
    all.push(Choice::new("new", p.t("src-system-new")));
    all
}

/// What the select and the name beside it mean: a typed name wins over "not yet".
pub(super) fn system_of(chosen: &str, name: &str) -> SystemChoice {
    match (chosen, name.trim()) {
        ("", "") => SystemChoice::None,
        ("new" | "", name) => SystemChoice::New(name.to_owned()),
        (id, _) => SystemChoice::Existing(id.to_owned()),
    }
}

/// What a successful test is worth telling.
pub(super) fn advice(p: &Page, info: &ServerInfo) -> Vec<String> {
    info.advice
        .iter()
        .map(|key| format!("source-advice-{key}"))
        .filter(|key| web::has_key(p.lang, key))
        .map(|key| p.t(&key))
        .collect()
}
