//! How soon the law wants an unsubscription to work. The facts are data (`data/clocks.toml`).

use std::sync::OnceLock;

use serde::Deserialize;

/// A rule's clock.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// Part of the text keys: `us-can-spam`.
    pub key: String,
    /// How many units; 0 with `at_once`.
    pub value: i64,
    /// `at_once`, `calendar_days`, `business_days`.
    pub unit: String,
    /// Where it stands.
    pub cite: String,
    /// How long the link in a letter must keep working, where the rule says so.
    #[serde(default)]
    pub keeps_working_days: Option<i64>,
    /// How sure we are: V read, S summary, K knowledge.
    pub confidence: String,
}

#[derive(Deserialize)]
struct Data {
    clock: Vec<Clock>,
}

/// All clocks, in the order in which they are shown.
pub fn clocks() -> &'static [Clock] {
    static READ: OnceLock<Vec<Clock>> = OnceLock::new();
    READ.get_or_init(|| match toml::from_str::<Data>(include_str!("../../data/clocks.toml")) {
        Ok(data) => data.clock,
        Err(error) => unreachable!("data/clocks.toml is read by a test: {error}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_clock_names_its_source_and_is_told_in_both_languages() {
        assert!(clocks().len() >= 10);
        for clock in clocks() {
            assert!(!clock.cite.is_empty(), "{}", clock.key);
            assert!(["at_once", "calendar_days", "business_days"].contains(&clock.unit.as_str()));
            assert!(["V", "S", "K"].contains(&clock.confidence.as_str()));
            for lang in web::Lang::ALL {
                assert!(web::has_key(lang, &format!("preference-clock-{}", clock.key)));
            }
        }
    }
}
