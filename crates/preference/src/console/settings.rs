//! `/console/preference-centre`: ways in, colour, days, and who may embed the pages.

use std::collections::BTreeMap;

use askama::Template;
use axum::{extract::State, response::Response};
use web::{
    CsrfForm, Errors, Page, Permission, WebError, redirect_with_toast, render, render_status,
};

use crate::{Place, PreferenceError, Room, Shown};

struct PlaceLine {
    field: String,
    name: String,
    embed: String,
}

#[derive(Template)]
#[template(path = "preference/settings.html")]
struct Settings {
    p: Page,
    shown: Shown,
    days: String,
    places: Vec<PlaceLine>,
    errors: Errors,
    manage: bool,
    mail: bool,
    sms: bool,
    address: String,
}

fn page(room: &Room, p: Page, shown: Shown) -> Settings {
    let catalogue = room.preferences.consent().catalogue();
    let places = catalogue
        .properties()
        .map(|property| PlaceLine {
            field: format!("embed-{}", property.key),
            name: match property.body.name.as_str() {
                "" => property.key.clone(),
                name => name.to_owned(),
            },
            embed: shown.places.get(&property.key).map(|p| p.embed.join("\n")).unwrap_or_default(),
        })
        .collect();
    Settings {
        manage: p.can(Permission::EditRecords),
        mail: room.web.has_mail(),
        sms: room.preferences.sms().is_some(),
        address: format!("{}/privacy", room.web.base_url()),
        days: shown.confirm_days.to_string(),
        errors: Errors::new(),
        places,
        shown,
        p,
    }
}

pub(super) async fn show(p: Page, State(room): State<Room>) -> Result<Response, WebError> {
    p.require(Permission::ViewRecords)?;
    room.preferences.refresh_shown().await?;
    let shown = (*room.preferences.shown()).clone();
    render(&page(&room, p, shown))
}

pub(super) async fn save(
    p: Page,
    State(room): State<Room>,
    CsrfForm(form): CsrfForm<Vec<(String, String)>>,
) -> Result<Response, WebError> {
    p.require(Permission::EditRecords)?;
    let field = |name: &str| {
        form.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim()).unwrap_or_default()
    };
    let mut places = BTreeMap::new();
    for (key, value) in &form {
        if let Some(property) = key.strip_prefix("embed-") {
            let embed: Vec<String> = value.split_whitespace().map(str::to_owned).collect();
            if !embed.is_empty() {
                places.insert(property.to_owned(), Place { embed });
            }
        }
    }
    let shown = Shown {
        colour: field("colour").to_ascii_lowercase(),
        confirm_days: field("confirm_days").parse().unwrap_or(0),
        places,
    };
    match room.preferences.save_shown(p.actor(), shown.clone()).await {
        Ok(()) => {
            Ok(redirect_with_toast("/console/preference-centre", "preference-settings-saved"))
        }
        Err(PreferenceError::Setting(key)) => {
            let mut page = page(&room, p, shown);
            let field = match key {
                "preference-colour-wrong" => "colour",
                "preference-days-wrong" => "confirm_days",
                _ => "",
            };
            page.errors.add(field, page.p.t(key));
            render_status(422, &page)
        }
        Err(error) => Err(error.into()),
    }
}
