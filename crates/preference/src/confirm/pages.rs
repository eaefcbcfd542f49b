//! `/privacy/confirm/{token}`: GET shows what is confirmed and one button; only POST confirms.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, header},
    response::Response,
    routing::get,
};
use consent::{Choice, Recording, Stored, purpose::text_in, record::Origin};
use web::{ClientAddress, WebError, render};

use crate::{
    PreferenceError, Preferences, Result, Room,
    guest::Guest,
    link::{Link, LinkKind, gone},
    session::CUSTOMER,
};

pub(crate) fn router() -> Router<Room> {
    Router::new().route("/privacy/confirm/{token}", get(show).post(confirm))
}

#[derive(Template)]
#[template(path = "preference/confirm.html")]
struct Page {
    p: Guest,
    token: String,
    /// Name and description.
    purposes: Vec<(String, String)>,
    done: bool,
}

async fn page(
    preferences: &Preferences,
    p: Guest,
    link: &Link,
    token: &str,
    done: bool,
) -> Result<Page> {
    let record = preferences.consent().stored_record(&link.record).await?;
    let catalogue = preferences.consent().catalogue();
    let p = p.in_language(link.lang);
    let tag = p.lang.tag();
    let waits = record.choices.iter().filter(|(_, choice)| **choice == Choice::Pending);
    let purposes = waits
        .map(|(key, _)| match catalogue.purpose(key) {
            Ok(purpose) => (
                text_in(&purpose.body.name, tag).to_owned(),
                text_in(&purpose.body.description, tag).to_owned(),
            ),
            Err(_) => (key.clone(), String::new()),
        })
        .collect();
    Ok(Page { p, token: token.to_owned(), purposes, done })
}

async fn show(
    p: Guest,
    State(room): State<Room>,
    Path(token): Path<String>,
) -> Result<Response, WebError> {
    let Ok(link) = room.preferences.link(&[LinkKind::Confirm], &token).await else {
        return gone(p);
    };
    render(&page(&room.preferences, p, &link, &token, false).await?)
}

async fn confirm(
    p: Guest,
    State(room): State<Room>,
    address: ClientAddress,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let Ok(link) = room.preferences.link(&[LinkKind::Confirm], &token).await else {
        return gone(p);
    };
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    let record = room.preferences.consent().stored_record(&link.record).await;
    let record = record.map_err(PreferenceError::from)?;
    let recording = Recording {
        subject: link.person.clone(),
        property: record.property.clone(),
        notice: format!("{}@{}", record.notice, record.notice_version),
        language: record.language.clone(),
        choices: room.preferences.still_waiting(&link, &record).await?,
        channel: "email".into(),
        page: String::new(),
        ip: address.reveal().parse().ok(),
        user_agent: agent.unwrap_or_default().to_owned(),
        given_at: None,
        minor: None,
        origin: Origin::DoubleOptIn,
        confirmed: true,
        // A second press finds the first one's record.
        idempotency: Some(format!("confirm:{}", link.id)),
    };
    if !recording.choices.is_empty() {
        let recorded = room.preferences.consent().record(&CUSTOMER, &recording).await;
        recorded.map_err(PreferenceError::from)?;
    }
    let done = page(&room.preferences, p, &link, &token, true).await?;
    room.preferences.use_link(&link).await?;
    render(&done)
}

impl Preferences {
    /// What still waits of the record: somebody who said no in the meantime has not said yes again.
    async fn still_waiting(
        &self,
        link: &Link,
        record: &Stored,
    ) -> Result<BTreeMap<String, Choice>> {
        let states = self.consent().states_of(&link.person).await?;
        let waits =
            |key: &String| states.get(key).is_some_and(|state| state.choice == Choice::Pending);
        let keys =
            record.choices.iter().filter(|(key, choice)| **choice == Choice::Pending && waits(key));
        Ok(keys.map(|(key, _)| (key.clone(), Choice::Granted)).collect())
    }
}
