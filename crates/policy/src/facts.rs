//! Everything a policy is computed from, read from the rooms that keep it.

use std::sync::Arc;

use consent::{PurposeBody, property::Property};
use datamap::records::Facts;
use jiff::civil::Date;
use law::{Kind, Law, Text};

use crate::document::Phrases;

/// What is known, of one property, on one day.
#[derive(Debug, Clone)]
pub struct Known {
    /// The data map, as far as it is about customers.
    pub map: Facts,
    /// Purposes in use, by key.
    pub purposes: Vec<(String, PurposeBody)>,
    /// Where customers are met.
    pub property: Property,
    /// The law.
    pub law: Arc<Law>,
    /// The laws that apply, by key.
    pub regimes: Vec<String>,
    /// What is known of the organisation, for conditions of facts.
    pub profile: law::Profile,
    /// Today.
    pub day: Date,
    /// How phrases of the map are said.
    pub phrases: Phrases,
    /// The organisation's name where the map does not say it.
    pub organisation: String,
    /// The address people type, without a slash at the end.
    pub base_url: String,
}

/// What the policies of all properties have in common.
pub(crate) struct Ground {
    pub map: Facts,
    pub profile: law::Profile,
    pub phrases: Phrases,
    pub law: Arc<Law>,
    pub day: Date,
}

/// The regime of the law that an older, shorter name stands for.
pub fn regime_of(short: &str) -> &'static str {
    match short {
        "gdpr" => "eu-gdpr",
        "ccpa" => "us-ca",
        "pipl" => "cn-pipl",
        _ => "",
    }
}

impl Known {
    /// Whether a law applies.
    pub fn has(&self, regime: &str) -> bool {
        self.regimes.iter().any(|one| one == regime)
    }

    /// What the laws that apply say about a matter.
    pub fn about(&self, kind: Kind) -> impl Iterator<Item = &law::Fact> {
        self.regimes.iter().flat_map(move |regime| self.law.about(regime, kind, self.day))
    }

    /// A law's short name as sentences say it; its key where the packs do not know it.
    pub fn name_of(&self, regime: &str) -> Text {
        let known = self.law.regime(regime).map(|one| Text {
            en: turned(&one.name.en, ": ", (" (", ")")),
            zh: turned(&one.name.zh, "：", ("（", "）")),
        });
        known.unwrap_or_else(|| Text { en: regime.to_owned(), zh: regime.to_owned() })
    }

    /// Whether a place is outside of a law's territory. A law whose places are unknown has no outside.
    pub fn is_abroad(&self, regime: &str, country: &str) -> bool {
        self.law.regime(regime).is_some_and(|one| {
            let home = |place: &String| place.split('-').next() == Some(country);
            !one.places.is_empty() && !one.places.iter().any(home)
        })
    }
}

/// “China: PIPL” is a title; a sentence says “PIPL (China)”.
fn turned(name: &str, colon: &str, brackets: (&str, &str)) -> String {
    match name.split_once(colon) {
        Some((place, law)) => format!("{law}{}{place}{}", brackets.0, brackets.1),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_of_a_law_becomes_a_name_in_a_sentence() {
        assert_eq!(turned("China: PIPL", ": ", (" (", ")")), "PIPL (China)");
        assert_eq!(turned("GDPR", ": ", (" (", ")")), "GDPR");
    }
}
