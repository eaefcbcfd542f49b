//! What laws and standards make of a category: the same phone number, face or card number is ordinary
//! under one and sensitive under another. The answers stand in `data/regimes/*.toml`, each with the
//! article and with how well it was checked; this file only looks them up.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

/// The regimes in the order they are told.
const FILES: [&str; 4] = [
    include_str!("../data/regimes/gdpr.toml"),
    include_str!("../data/regimes/pipl.toml"),
    include_str!("../data/regimes/cpra.toml"),
    include_str!("../data/regimes/gbt43697.toml"),
];

/// How well a statement was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Confidence {
    /// Against the legal text.
    #[serde(rename = "V")]
    Text,
    /// Against a public secondary source.
    #[serde(rename = "S")]
    Secondary,
    /// From professional knowledge, not checked against a text: advice until a lawyer says so.
    #[serde(rename = "K")]
    Knowledge,
}

/// What one regime says of a category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RegimeVerdict {
    /// Stable key: `gdpr`, `pipl`, `cpra`, `gbt43697`.
    pub regime: &'static str,
    /// The law or standard in English.
    pub name_en: &'static str,
    /// The same in Simplified Chinese.
    pub name_zh: &'static str,
    /// It asks for more than for other personal data.
    pub sensitive: bool,
    /// The level of the data, where the regime has levels (1–4, 4 the highest).
    pub level: Option<u8>,
    /// Where it says so, in English.
    pub article: &'static str,
    /// The same in Simplified Chinese.
    pub article_zh: &'static str,
    /// How well that was checked.
    pub confidence: Confidence,
    /// What it calls the data, in English.
    pub note_en: &'static str,
    /// The same in Simplified Chinese.
    pub note_zh: &'static str,
}

/// All regimes.
#[derive(Debug)]
pub struct Regimes {
    regimes: Vec<Regime>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Regime {
    key: String,
    name_en: String,
    name_zh: String,
    /// The day its facts are of.
    #[allow(dead_code)] // for readers of the file
    as_of: String,
    /// What it says of personal data that no group names.
    other: Group,
    /// What it says of anybody's data who is a child.
    minor: Option<Group>,
    group: Vec<Group>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    article: String,
    article_zh: String,
    confidence: Confidence,
    en: String,
    zh: String,
    #[serde(default)]
    sensitive: bool,
    level: Option<u8>,
    /// Keys of categories; `health.*` is `health` and all below it.
    #[serde(default)]
    categories: Vec<String>,
}

/// The regimes, parsed once.
///
/// # Panics
/// Never in a released build: a test parses the embedded files.
pub fn regimes() -> &'static Regimes {
    static ALL: OnceLock<Regimes> = OnceLock::new();
    ALL.get_or_init(|| {
        let regimes = FILES.iter().map(|text| match toml::from_str(text) {
            Ok(regime) => regime,
            Err(why) => panic!("an embedded file of data/regimes is broken: {why}"),
        });
        Regimes { regimes: regimes.collect() }
    })
}

impl Regimes {
    /// What every regime says of a category; `minor`: the person is a child.
    pub fn judge(&'static self, category: &str, minor: bool) -> Vec<RegimeVerdict> {
        self.regimes.iter().map(|regime| regime.judge(category, minor)).collect()
    }

    /// What one regime says of a category of an adult.
    pub(crate) fn of(&'static self, key: &str, category: &str) -> Option<RegimeVerdict> {
        let regime = self.regimes.iter().find(|regime| regime.key == key)?;
        Some(regime.judge(category, false))
    }
}

impl Regime {
    fn judge(&'static self, category: &str, minor: bool) -> RegimeVerdict {
        let own = self.group_of(category).unwrap_or(&self.other);
        let verdict = |group: &'static Group, level: Option<u8>| RegimeVerdict {
            regime: &self.key,
            name_en: &self.name_en,
            name_zh: &self.name_zh,
            sensitive: group.sensitive,
            level,
            article: &group.article,
            article_zh: &group.article_zh,
            confidence: group.confidence,
            note_en: &group.en,
            note_zh: &group.zh,
        };
        let told = verdict(own, own.level);
        let Some(child) = self.minor.as_ref().filter(|_| minor) else { return told };
        // The stricter of both, and what is as strict speaks of the child.
        let raised = verdict(child, child.level.max(own.level));
        let stricter = (told.sensitive, told.level) > (raised.sensitive, child.level);
        if stricter { told } else { raised }
    }

    /// The group that names a category most closely.
    fn group_of(&self, category: &str) -> Option<&Group> {
        let exact =
            self.group.iter().find(|group| group.categories.iter().any(|key| key == category));
        exact.or_else(|| {
            let covers = |key: &String| {
                key.strip_suffix(".*").is_some_and(|root| {
                    category == root
                        || category.strip_prefix(root).is_some_and(|rest| rest.starts_with('.'))
                })
            };
            self.group.iter().find(|group| group.categories.iter().any(covers))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::taxonomy;

    fn judged(category: &str, minor: bool) -> Vec<(&'static str, bool, Option<u8>)> {
        regimes().judge(category, minor).iter().map(|v| (v.regime, v.sensitive, v.level)).collect()
    }

    #[test]
    fn the_same_data_is_not_the_same_under_every_law() {
        let table = |gdpr, pipl, cpra, level| {
            vec![
                ("gdpr", gdpr, None),
                ("pipl", pipl, None),
                ("cpra", cpra, None),
                ("gbt43697", level >= 3, Some(level)),
            ]
        };
        for (category, minor, expected) in [
            ("contact.email", false, table(false, false, false, 2)),
            ("health.condition", false, table(true, true, true, 4)),
            ("finance.bank_card", false, table(false, true, true, 4)),
            ("identity.ethnicity", false, table(true, false, true, 3)),
            ("identity.national_id", false, table(false, false, true, 3)),
            ("belief.politics", false, table(true, false, false, 3)),
            ("criminal", false, table(true, true, false, 4)),
            ("location.trail", false, table(false, true, true, 4)),
            // All data of a child: PIPL Art 28, CCPA regulations of 2026; the GDPR has no such rule.
            ("contact.email", true, table(false, true, true, 3)),
            ("health.condition", true, table(true, true, true, 4)),
        ] {
            assert_eq!(judged(category, minor), expected, "{category} {minor}");
        }
    }

    #[test]
    fn every_statement_has_its_article_and_both_languages() {
        for regime in &regimes().regimes {
            let rest = std::iter::once(&regime.other).chain(&regime.minor);
            for group in regime.group.iter().chain(rest) {
                assert!(!group.article.is_empty() && !group.en.is_empty(), "{}", regime.key);
                assert!(crate::words::has_han(&group.zh), "{}: {}", regime.key, group.zh);
                assert!(!group.article_zh.is_empty(), "{}: {}", regime.key, group.article);
            }
        }
    }

    #[test]
    fn every_category_named_is_in_the_taxonomy_and_named_once() {
        for regime in &regimes().regimes {
            let mut seen = std::collections::HashSet::new();
            for key in regime.group.iter().flat_map(|group| &group.categories) {
                let bare = key.trim_end_matches(".*");
                assert!(taxonomy().get(bare).is_some(), "{}: {key}", regime.key);
                assert!(seen.insert(key), "{}: {key} twice", regime.key);
            }
        }
    }

    #[test]
    fn categories_below_a_named_root_are_covered_and_others_are_not() {
        assert!(regimes().of("gdpr", "health.anything.new").is_some_and(|v| v.sensitive));
        assert!(regimes().of("gdpr", "healthy").is_some_and(|v| !v.sensitive));
        assert!(regimes().of("lgpd", "health").is_none());
    }
}
