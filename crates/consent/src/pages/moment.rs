//! A record on a customer's timeline: what was chosen, how, and the words that were shown.

use web::{Look, Page};

use super::words;
use crate::{Catalogue, Stored, purpose::text_in};

/// A record as the timeline shows it.
pub(super) struct Moment {
    pub id: String,
    pub given_at: i64,
    pub recorded_at: i64,
    /// Purpose, badge kind, choice in a word.
    pub choices: Vec<(String, &'static str, String)>,
    /// Fact by fact: how it was told.
    pub how: Vec<(String, String)>,
    pub shown: Option<AsShown>,
}

/// A notice's version as it was shown.
pub(super) struct AsShown {
    pub name: String,
    pub language: String,
    pub title: String,
    pub text: String,
    pub accept: String,
    pub refuse: String,
    /// Name and description of each purpose, as they were.
    pub purposes: Vec<(String, String)>,
}

impl Moment {
    pub(super) fn new(p: &Page, catalogue: &Catalogue, record: &Stored) -> Self {
        let choice = |(key, choice): (&String, &crate::Choice)| {
            let name = words::purpose(p, catalogue, key);
            (name, words::choice_kind(*choice), words::choice(p, *choice))
        };
        Self {
            id: record.id.clone(),
            given_at: record.given_at,
            recorded_at: record.recorded_at,
            choices: record.choices.iter().map(choice).collect(),
            how: how(p, record),
            shown: shown(p, catalogue, record),
        }
    }

    /// Recorded more than a minute after it was said.
    pub(super) fn is_later(&self) -> bool {
        self.recorded_at - self.given_at > 60_000_000
    }
}

fn how(p: &Look, record: &Stored) -> Vec<(String, String)> {
    let mut facts = vec![
        (p.t("consents-channel"), words::channel(p, &record.channel)),
        (p.t("consents-origin"), words::origin(p, record.origin)),
        (p.t("consents-property"), record.property.clone()),
    ];
    let said = [
        ("receipt-page", &record.page),
        ("customer-network", &record.ip),
        ("customer-program", &record.agent),
    ];
    facts.extend(
        said.into_iter().filter(|(_, text)| !text.is_empty()).map(|(key, t)| (p.t(key), t.clone())),
    );
    if record.minor_until.is_some() {
        let key = match record.guardian_verified_at {
            Some(_) => "customer-minor-verified",
            None => "customer-minor-missing",
        };
        facts.push((p.t("customer-minor"), p.t(key)));
    }
    facts
}

fn shown(p: &Look, catalogue: &Catalogue, record: &Stored) -> Option<AsShown> {
    let name = format!("{}@{}", record.notice, record.notice_version);
    let version = catalogue.notice(&name).ok()?;
    let published = &version.published;
    let say = |texts| text_in(texts, &record.language).to_owned();
    let purposes = published.body.purposes.iter().filter_map(|key| {
        let body = published.purposes.get(key)?;
        Some((say(&body.name), say(&body.description)))
    });
    Some(AsShown {
        name: words::notice(p, catalogue, &name),
        language: record.language.clone(),
        title: say(&published.body.title),
        text: say(&published.body.text),
        accept: say(&published.body.accept),
        refuse: say(&published.body.refuse),
        purposes: purposes.collect(),
    })
}
