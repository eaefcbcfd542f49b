//! Forms: an activity, the organisation.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::get,
};
use serde::Deserialize;
use web::{Choice, CsrfForm, Errors, ListQuery, Page, Permission, WebError, render, render_status};

use super::{
    Activity, ActivityRole, Facts, Organisation, compute::dash, law::law, pages::facts,
    words::Voice,
};
use crate::{
    DataMapError,
    model::PEOPLE,
    room::{Room, category_path},
};

pub(super) fn router() -> Router<Room> {
    Router::new()
        .route("/console/records/activities/new", get(new).post(create))
        .route("/console/records/activities/{id}/edit", get(edit).post(save))
        .route("/console/organisation", get(organisation).post(save_organisation))
}

/// What the form sends.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
struct Input {
    name: String,
    role: String,
    on_behalf_of: String,
    purpose: String,
    gdpr: String,
    pipl: String,
    people: Vec<String>,
    people_other: String,
    systems: Vec<String>,
    categories: Vec<String>,
    recipients: Vec<String>,
    retention: String,
    security: String,
    owner: String,
    assessment: String,
}

impl Input {
    fn of(activity: &Activity) -> Self {
        let basis = |regime: &str| activity.legal_basis.get(regime).cloned().unwrap_or_default();
        let (people, other): (Vec<String>, Vec<String>) =
            activity.people.iter().cloned().partition(|key| PEOPLE.contains(&key.as_str()));
        Self {
            name: activity.name.clone(),
            role: activity.role.as_str().to_owned(),
            on_behalf_of: activity.on_behalf_of.clone(),
            purpose: activity.purpose.clone(),
            gdpr: basis("gdpr"),
            pipl: basis("pipl"),
            people,
            people_other: other.join(", "),
            systems: activity.systems.clone(),
            categories: activity.categories.clone(),
            recipients: activity.recipients.clone(),
            retention: activity.retention.clone(),
            security: activity.security.clone(),
            owner: activity.owner.clone(),
            assessment: activity.assessment.clone(),
        }
    }

    fn activity(&self, id: &str) -> Activity {
        let mut legal_basis = BTreeMap::new();
        legal_basis.insert("gdpr".to_owned(), self.gdpr.clone());
        legal_basis.insert("pipl".to_owned(), self.pipl.clone());
        let others = self.people_other.split([',', '，', '、', ';', '；']).map(str::to_owned);
        Activity {
            id: id.to_owned(),
            name: self.name.clone(),
            role: self.role.parse().unwrap_or(ActivityRole::Controller),
            on_behalf_of: self.on_behalf_of.clone(),
            purpose: self.purpose.clone(),
            legal_basis,
            people: self.people.iter().cloned().chain(others).collect(),
            systems: self.systems.clone(),
            categories: self.categories.clone(),
            recipients: self.recipients.clone(),
            retention: self.retention.clone(),
            security: self.security.clone(),
            owner: self.owner.clone(),
            assessment: self.assessment.clone(),
            ..Activity::default()
        }
    }
}

/// A box to tick.
struct Tick {
    value: String,
    label: String,
    checked: bool,
}

#[derive(Template)]
#[template(path = "datamap/activities_form.html")]
struct FormPage {
    p: Page,
    id: String,
    input: Input,
    errors: Errors,
    roles: Vec<Choice>,
    gdpr: Vec<Choice>,
    pipl: Vec<Choice>,
    people: Vec<Tick>,
    systems: Vec<Tick>,
    likely: Vec<Tick>,
    further: Vec<Tick>,
    recipients: Vec<Tick>,
}

fn ticks<'a>(
    all: impl Iterator<Item = (String, String)>,
    chosen: impl IntoIterator<Item = &'a String>,
) -> Vec<Tick> {
    let chosen: BTreeSet<&String> = chosen.into_iter().collect();
    all.map(|(value, label)| Tick { checked: chosen.contains(&value), value, label }).collect()
}

fn bases(p: &Page, regime: &str) -> Vec<Choice> {
    let keys = law().bases(regime).map(|bases| bases.keys.as_slice()).unwrap_or_default();
    keys.iter()
        .map(|key| Choice::new(key.clone(), p.t(&format!("activity-basis-{regime}-{}", dash(key)))))
        .collect()
}

fn form(p: Page, facts: &Facts, id: &str, input: Input, errors: Errors) -> FormPage {
    let found: BTreeSet<&String> = facts
        .systems
        .iter()
        .filter(|(id, _)| input.systems.is_empty() || input.systems.contains(id))
        .flat_map(|(_, system)| system.categories.keys())
        .chain(&input.categories)
        .collect();
    let path = |key: &str| category_path(p.lang, key);
    let mut systems: Vec<(String, String)> =
        facts.systems.iter().map(|(id, system)| (id.clone(), system.name.clone())).collect();
    systems.sort_by(|a, b| a.1.cmp(&b.1));
    let mut recipients: Vec<(String, String)> =
        facts.recipients.iter().map(|(id, fact)| (id.clone(), fact.name.clone())).collect();
    recipients.sort_by(|a, b| a.1.cmp(&b.1));
    let voice = Voice(p.lang);
    FormPage {
        roles: ActivityRole::ALL
            .iter()
            .map(|role| {
                let key = format!("activity-role-{}", dash(role.as_str()));
                Choice::new(role.as_str(), p.t(&key))
            })
            .collect(),
        gdpr: bases(&p, "gdpr"),
        pipl: bases(&p, "pipl"),
        people: ticks(
            PEOPLE.iter().map(|key| ((*key).to_owned(), voice.people(key))),
            &input.people,
        ),
        systems: ticks(systems.into_iter(), &input.systems),
        likely: ticks(found.iter().map(|key| ((*key).clone(), path(key))), &input.categories),
        further: ticks(
            detect::taxonomy()
                .categories
                .iter()
                .filter(|category| !found.contains(&category.key))
                .map(|category| (category.key.clone(), path(&category.key))),
            &input.categories,
        ),
        recipients: ticks(recipients.into_iter(), &input.recipients),
        id: id.to_owned(),
        input,
        errors,
        p,
    }
}

async fn new(State(room): State<Room>, p: Page, l: ListQuery) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    let facts = facts(&room).await?;
    let input = match facts.draft(l.get("system")) {
        Some(draft) => Input::of(&draft),
        None => Input { role: "controller".into(), ..Input::default() },
    };
    render(&form(p, &facts, "", input, Errors::new()))
}

async fn create(
    State(room): State<Room>,
    p: Page,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    store_activity(room, p, String::new(), input).await
}

async fn edit(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    let facts = facts(&room).await?;
    let activity = facts.activities.iter().find(|a| a.id == id).ok_or(WebError::NotFound)?;
    render(&form(p, &facts, &id, Input::of(activity), Errors::new()))
}

async fn save(
    State(room): State<Room>,
    p: Page,
    Path(id): Path<String>,
    CsrfForm(input): CsrfForm<Input>,
) -> Result<Response, WebError> {
    store_activity(room, p, id, input).await
}

/// Saves, or gives the form back with what is wrong and everything that was typed.
async fn store_activity(
    room: Room,
    p: Page,
    id: String,
    input: Input,
) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    let key = match room.map.save_activity(p.actor(), input.activity(&id)).await {
        Ok(id) => {
            let to = format!("/console/records/activities/{id}");
            return Ok(web::redirect_with_toast(&to, "activity-toast-saved"));
        }
        Err(DataMapError::Invalid(key)) => key,
        Err(DataMapError::NotFound("system" | "recipient")) => "activity-error-gone",
        Err(error) => return Err(error.into()),
    };
    let mut errors = Errors::new();
    let at = match key {
        "activity-error-name" => "name",
        "activity-error-basis" => "gdpr",
        _ => "",
    };
    errors.add(at, p.t(key));
    let facts = facts(&room).await?;
    render_status(422, &form(p, &facts, &id, input, errors))
}

#[derive(Template)]
#[template(path = "datamap/organisation.html")]
struct OrganisationPage {
    p: Page,
    form: Organisation,
    errors: Errors,
    may_edit: bool,
}

async fn organisation(State(room): State<Room>, p: Page) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    let form = facts(&room).await?.organisation;
    let may_edit = p.can(Permission::EditRecords);
    render(&OrganisationPage { p, form, errors: Errors::new(), may_edit })
}

async fn save_organisation(
    State(room): State<Room>,
    p: Page,
    CsrfForm(form): CsrfForm<Organisation>,
) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    match room.map.save_organisation(p.actor(), form.clone()).await {
        Ok(()) => Ok(web::redirect_with_toast("/console/organisation", "org-toast-saved")),
        Err(DataMapError::Invalid(key)) => {
            let mut errors = Errors::new();
            errors.add("", p.t(key));
            render_status(422, &OrganisationPage { p, form, errors, may_edit: true })
        }
        Err(error) => Err(error.into()),
    }
}
