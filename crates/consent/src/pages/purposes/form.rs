//! The form of a purpose: its words in both languages, the legal bases, the data it uses.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use serde::Deserialize;
use web::{Choice, CsrfForm, Errors, Look, Page, Permission, WebError};

use super::{LANGUAGES, Told, name, told};
use crate::{
    ConsentError, LegalBasis, PurposeBody, Regime, Room,
    pages::{refused, words},
    purpose::{Texts, is_key},
};

/// The form's fields.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Input {
    key: String,
    name_en: String,
    name_zh: String,
    description_en: String,
    description_zh: String,
    if_refused_en: String,
    if_refused_zh: String,
    basis_gdpr: String,
    basis_ccpa: String,
    basis_pipl: String,
    data: Vec<String>,
    /// One a line.
    vendors: String,
    retention_days: String,
    expires_months: String,
    sensitive: String,
    separate_consent: String,
    double_opt_in: String,
}

fn flag(on: bool) -> String {
    if on { "1".to_owned() } else { String::new() }
}

impl Input {
    fn of(key: &str, body: &PurposeBody) -> Self {
        let get = |texts: &Texts, at: usize| texts.get(LANGUAGES[at]).cloned().unwrap_or_default();
        let basis = |regime| body.basis(regime).as_str().to_owned();
        Self {
            key: key.to_owned(),
            name_en: get(&body.name, 0),
            name_zh: get(&body.name, 1),
            description_en: get(&body.description, 0),
            description_zh: get(&body.description, 1),
            if_refused_en: get(&body.if_refused, 0),
            if_refused_zh: get(&body.if_refused, 1),
            basis_gdpr: basis(Regime::Gdpr),
            basis_ccpa: basis(Regime::Ccpa),
            basis_pipl: basis(Regime::Pipl),
            data: body.data.iter().cloned().collect(),
            vendors: body.vendors.join("\n"),
            retention_days: body.retention_days.map(|n| n.to_string()).unwrap_or_default(),
            expires_months: body.expires_months.map(|n| n.to_string()).unwrap_or_default(),
            sensitive: flag(body.sensitive),
            separate_consent: flag(body.separate_consent),
            double_opt_in: flag(body.double_opt_in),
        }
    }

    fn basis(&self, regime: Regime) -> &str {
        match regime {
            Regime::Gdpr => &self.basis_gdpr,
            Regime::Ccpa => &self.basis_ccpa,
            Regime::Pipl => &self.basis_pipl,
        }
    }

    /// What it means, and what is wrong with it. What the form does not show stays as it was.
    fn body(&self, p: &Look, before: &PurposeBody, errors: &mut Errors) -> PurposeBody {
        let mut body = before.clone();
        for (texts, en, zh) in [
            (&mut body.name, &self.name_en, &self.name_zh),
            (&mut body.description, &self.description_en, &self.description_zh),
            (&mut body.if_refused, &self.if_refused_en, &self.if_refused_zh),
        ] {
            for (tag, text) in LANGUAGES.into_iter().zip([en, zh]) {
                let text = text.replace("\r\n", "\n").trim().to_owned();
                if text.is_empty() {
                    texts.remove(tag);
                } else {
                    texts.insert(tag.to_owned(), text);
                }
            }
        }
        for regime in Regime::ALL {
            let chosen = self.basis(regime);
            let basis = LegalBasis::ALL.into_iter().find(|basis| basis.as_str() == chosen);
            body.basis.insert(regime, basis.unwrap_or(LegalBasis::Consent));
        }
        body.data = self.data.iter().filter(|key| !key.is_empty()).cloned().collect();
        let vendors = self.vendors.lines().map(str::trim).filter(|line| !line.is_empty());
        body.vendors = vendors.map(str::to_owned).collect();
        body.retention_days = number(p, &self.retention_days, "retention_days", errors);
        body.expires_months = number(p, &self.expires_months, "expires_months", errors);
        body.sensitive = !self.sensitive.is_empty();
        body.separate_consent = !self.separate_consent.is_empty();
        body.double_opt_in = !self.double_opt_in.is_empty();
        check(p, &body, errors);
        body
    }
}

/// A whole number from 1, or nothing.
fn number<T: std::str::FromStr + PartialOrd + From<u8>>(
    p: &Look,
    text: &str,
    field: &'static str,
    errors: &mut Errors,
) -> Option<T> {
    let text = text.trim();
    let parsed = text.parse::<T>().ok().filter(|n| *n >= T::from(1));
    if parsed.is_none() && !text.is_empty() {
        errors.add(field, p.t("purpose-number-wrong"));
    }
    parsed
}

/// The faults that a person can mend, at their fields.
fn check(p: &Look, body: &PurposeBody, errors: &mut Errors) {
    if body.name.is_empty() {
        errors.add("name_zh", p.t("purpose-name-missing"));
    }
    let long = |texts: &Texts, most: usize| texts.values().any(|text| text.chars().count() > most);
    for (field, texts, most) in [
        ("name_zh", &body.name, 120),
        ("description_zh", &body.description, 4000),
        ("if_refused_zh", &body.if_refused, 2000),
    ] {
        if long(texts, most) {
            errors.add(field, p.tn("purpose-too-long", most));
        }
    }
    for (regime, field) in
        [(Regime::Gdpr, "basis_gdpr"), (Regime::Ccpa, "basis_ccpa"), (Regime::Pipl, "basis_pipl")]
    {
        let basis = body.basis(regime);
        if !basis.exists_under(regime) {
            errors.add(field, p.t("purpose-basis-wrong"));
        } else if body.sensitive && basis == LegalBasis::LegitimateInterests {
            errors.add(field, p.t("purpose-basis-sensitive"));
        }
    }
}

/// Categories under one head.
struct Group {
    name: String,
    /// Key, name and whether it is chosen.
    categories: Vec<(String, String, bool)>,
    chosen: usize,
}

fn groups(look: &Look, chosen: &[String]) -> Vec<Group> {
    let chosen: BTreeSet<&str> = chosen.iter().map(String::as_str).collect();
    let mut groups: Vec<(String, Group)> = Vec::new();
    for category in &detect::taxonomy().categories {
        let root = category.key.split('.').next().unwrap_or_default().to_owned();
        let ticked = chosen.contains(category.key.as_str());
        let one = (category.key.clone(), category.name(look.zh()).to_owned(), ticked);
        if let Some((_, group)) = groups.iter_mut().find(|(key, _)| *key == root) {
            group.categories.push(one);
            group.chosen += usize::from(ticked);
        } else {
            let name = category.name(look.zh()).to_owned();
            let chosen = usize::from(ticked);
            groups.push((root, Group { name, categories: vec![one], chosen }));
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// A regime with the bases there are under it.
struct Bases {
    field: String,
    regime: String,
    options: Vec<Choice>,
    chosen: String,
    error: String,
}

#[derive(Template)]
#[template(path = "consent/purpose_form.html")]
struct FormPage {
    p: Page,
    is_new: bool,
    name: String,
    input: Input,
    errors: Errors,
    bases: Vec<Bases>,
    groups: Vec<Group>,
    told: Vec<Told>,
}

impl FormPage {
    fn action(&self) -> String {
        if self.is_new {
            "/console/purposes/new".to_owned()
        } else {
            format!("/console/purposes/{}/edit", self.input.key)
        }
    }

    fn back(&self) -> String {
        if self.is_new {
            "/console/purposes".to_owned()
        } else {
            format!("/console/purposes/{}", self.input.key)
        }
    }
}

fn page(p: Page, is_new: bool, name: String, input: Input, errors: Errors) -> FormPage {
    let body = input.body(&p, &PurposeBody::default(), &mut Errors::new());
    let bases = Regime::ALL.into_iter().map(|regime| {
        let field = format!("basis_{}", regime.as_str());
        let there = LegalBasis::ALL.into_iter().filter(|basis| basis.exists_under(regime));
        Bases {
            regime: words::regime(&p, regime),
            options: there
                .map(|basis| Choice::new(basis.as_str(), words::basis(&p, basis)))
                .collect(),
            chosen: input.basis(regime).to_owned(),
            error: errors.on(&field).to_owned(),
            field,
        }
    });
    FormPage {
        bases: bases.collect(),
        groups: groups(&p, &input.data),
        told: told(&p, &body),
        p,
        is_new,
        name,
        input,
        errors,
    }
}

pub(super) async fn new(p: Page) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    let input = Input::of("", &PurposeBody::default());
    web::render(&page(p, true, String::new(), input, Errors::new()))
}

pub(super) async fn edit(
    State(room): State<Room>,
    p: Page,
    Path(key): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    let catalogue = room.consent.catalogue();
    let purpose = catalogue.purpose(&key).map_err(refused)?;
    let name = name(&p, purpose);
    web::render(&page(p, false, name, Input::of(&key, &purpose.body), Errors::new()))
}

pub(super) async fn create(
    State(room): State<Room>,
    p: Page,
    CsrfForm(mut input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    input.key = input.key.trim().to_owned();
    let mut errors = Errors::new();
    if !is_key(&input.key) {
        errors.add("key", p.t("notice-key-wrong"));
    } else if room.consent.catalogue().purpose(&input.key).is_ok() {
        errors.add("key", p.t("purpose-key-taken"));
    }
    save(&room, p, true, input, &PurposeBody::default(), errors).await
}

pub(super) async fn change(
    State(room): State<Room>,
    p: Page,
    Path(key): Path<String>,
    CsrfForm(mut input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    p.require(Permission::EditConsents)?;
    let catalogue = room.consent.catalogue();
    let before = catalogue.purpose(&key).map_err(refused)?.body.clone();
    input.key = key;
    save(&room, p, false, input, &before, Errors::new()).await
}

async fn save(
    room: &Room,
    p: Page,
    is_new: bool,
    input: Input,
    before: &PurposeBody,
    mut errors: Errors,
) -> Result<Response, WebError> {
    let body = input.body(&p, before, &mut errors);
    let name = input.key.clone();
    if !errors.is_empty() {
        return web::render_status(422, &page(p, is_new, name, input, errors));
    }
    match room.consent.save_purpose(&p.actor(), &input.key, &body).await {
        Ok(_) => Ok(web::redirect_with_toast(
            &format!("/console/purposes/{}", input.key),
            "purpose-toast-saved",
        )),
        Err(ConsentError::Invalid(_)) => {
            errors.add("", p.t("purpose-refused"));
            web::render_status(422, &page(p, is_new, name, input, errors))
        }
        Err(other) => Err(refused(other)),
    }
}
