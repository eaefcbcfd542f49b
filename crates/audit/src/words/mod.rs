//! The ledger in words: actions, actors, purposes.

mod actions;

pub(crate) use actions::ACTIONS;

use std::collections::HashMap;

use consent::api::SERVICE;
use web::{Lang, Look, has_key, translate};

/// What an action is about, for filtering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    Read,
    Export,
    Consent,
    Account,
    Notice,
    Map,
    Deliver,
    Alarm,
    System,
}

impl Group {
    /// All, in the order they are offered.
    pub const ALL: [Self; 9] = [
        Self::Read,
        Self::Export,
        Self::Consent,
        Self::Account,
        Self::Notice,
        Self::Map,
        Self::Deliver,
        Self::Alarm,
        Self::System,
    ];

    /// Its name in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Export => "export",
            Self::Consent => "consent",
            Self::Account => "account",
            Self::Notice => "notice",
            Self::Map => "map",
            Self::Deliver => "deliver",
            Self::Alarm => "alarm",
            Self::System => "system",
        }
    }

    /// Parses that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.as_str() == text)
    }

    /// The actions in it.
    pub fn actions(self) -> impl Iterator<Item = &'static str> {
        ACTIONS.iter().filter(move |(_, group)| *group == self).map(|(action, _)| *action)
    }
}

/// Reads of one person's data.
pub(crate) const READS: [&str; 3] = ["personal_data.read", "subject.looked_up", "subject.revealed"];

/// An action as a sentence; one that a newer version wrote stays as it is written.
pub fn action(lang: Lang, action: &str) -> String {
    let key = format!("audit-do-{}", action.replace(['.', '_'], "-"));
    if has_key(lang, &key) { translate(lang, &key, &[]) } else { action.to_owned() }
}

/// People and tokens by id.
pub struct Names {
    people: HashMap<String, String>,
    tokens: HashMap<String, String>,
}

impl Names {
    /// As they are called now.
    pub async fn load(web: &web::Web) -> Result<Self, web::WebError> {
        let tokens = web.list_tokens().await?.into_iter().map(|token| (token.id, token.name));
        Ok(Self { people: web.names().await?, tokens: tokens.collect() })
    }

    /// Who acted.
    pub fn actor(&self, p: &Look, actor: &str) -> String {
        match actor.split_once(':') {
            Some(("person", id)) => {
                self.people.get(id).cloned().unwrap_or_else(|| p.t("audit-actor-someone"))
            }
            Some(("token", id)) => {
                let name = self.tokens.get(id).map_or("", String::as_str);
                p.t1("audit-actor-token", "name", name)
            }
            Some(("system", part)) => p.t1("audit-actor-system", "part", part),
            _ => p.t("audit-actor-cli"),
        }
    }

    /// Everybody that can be filtered by: people, then tokens.
    pub fn choices(&self, p: &Look) -> Vec<web::Choice> {
        let mut all: Vec<web::Choice> = self
            .people
            .keys()
            .map(|id| format!("person:{id}"))
            .chain(self.tokens.keys().map(|id| format!("token:{id}")))
            .map(|actor| web::Choice::new(actor.clone(), self.actor(p, &actor)))
            .collect();
        all.sort_by(|a, b| a.label.cmp(&b.label));
        all.extend(
            ["system:scheduler", "system:scan", "system:setup", "system:sign-in", "cli"]
                .map(|who| web::Choice::new(who, self.actor(p, who))),
        );
        all
    }
}

/// A purpose of the company (by its name), or of staff's work (by its text), or as it is written.
pub(crate) fn purpose(p: &Look, consent: &consent::Consent, key: &str) -> String {
    if let Ok(purpose) = consent.catalogue().purpose(key) {
        return consent::purpose::text_in(&purpose.body.name, p.lang.tag()).to_owned();
    }
    let text = if key == SERVICE {
        "audit-purpose-service".to_owned()
    } else {
        web::access::purpose_key(key)
    };
    if has_key(p.lang, &text) { p.t(&text) } else { key.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn every_action_has_words_in_both_languages() {
        for (action, _) in ACTIONS {
            for lang in Lang::ALL {
                assert_ne!(super::action(lang, action), *action, "{} lacks words", lang.tag());
            }
        }
    }

    /// Actions are written where an entry is made, in a function `action` beside it, or where a room's
    /// `act` is told what it does: every text of the form `object.verb` in a file that makes entries, whose object some entry is known by.
    #[test]
    fn every_action_in_the_source_is_known_here() {
        let rooms = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut missing = Vec::new();
        let mut found = 0;
        let mut waiting = vec![rooms];
        while let Some(place) = waiting.pop() {
            for entry in std::fs::read_dir(place).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    let name = path.file_name().unwrap().to_string_lossy().into_owned();
                    let skipped = [
                        "tests", "target", "detect", "signals", "plain", "demo", "benches",
                        "examples",
                    ];
                    if !skipped.contains(&name.as_str()) {
                        waiting.push(path);
                    }
                } else if path.extension().is_some_and(|ext| ext == "rs") {
                    let text = std::fs::read_to_string(&path).unwrap();
                    let text = text.split("#[cfg(test)]").next().unwrap();
                    let acts = ["Entry::new(", "fn action(", "self.act("];
                    if acts.iter().any(|one| text.contains(one)) {
                        for action in texts(text) {
                            found += 1;
                            if !ACTIONS.iter().any(|(known, _)| *known == action) {
                                missing.push(format!("{action} in {}", path.display()));
                            }
                        }
                    }
                }
            }
        }
        assert!(found > 150, "the walk finds the source: {found}");
        assert!(missing.is_empty(), "add to actions.rs and audit-actions.ftl: {missing:#?}");
    }

    /// What looks like an action but is a file, a column, a setting or an event for others.
    const OTHERS: [&str; 13] = [
        "confirm.position",
        "contact.email",
        "identity.name",
        "mail.password",
        "d.kind",
        "d.source_id",
        "d.state",
        "s.country",
        "s.name",
        "privet.shredded",
        "privet.test",
        "purpose.changed",
        "suppression.added",
    ];

    const FILES: [&str; 6] = [".yaml", ".sql", ".db", ".key", ".js", ".lock"];

    fn texts(source: &str) -> Vec<&str> {
        let word = |text: &str| {
            !text.is_empty()
                && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b == b'-')
        };
        source
            .split('"')
            .filter(|text| text.split_once('.').is_some_and(|(a, b)| word(a) && word(b)))
            .filter(|text| !OTHERS.contains(text))
            .filter(|text| !FILES.iter().any(|ending| text.ends_with(ending)))
            .collect()
    }
}
