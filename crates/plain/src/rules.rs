//! The rules, read from `data/*.toml`.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::model::{Language, Severity};

/// A rule.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Stable key.
    pub code: String,
    /// How much a finding weighs.
    pub severity: Severity,
    /// Why it matters, in English.
    pub why_en: String,
    /// The same in Chinese.
    pub why_zh: String,
    /// What to do, in English.
    pub advice_en: String,
    /// The same in Chinese.
    pub advice_zh: String,
    /// Above it a measure is a finding.
    pub limit: Option<f64>,
    /// Texts in which it is found.
    #[serde(default)]
    pub found: Vec<String>,
    /// Texts that look alike in which it is not.
    #[serde(default)]
    pub not_found: Vec<String>,
    /// Words that give it away.
    #[serde(default)]
    pub words: Vec<Word>,
    #[serde(rename = "sources")]
    source_keys: Vec<String>,
    /// Which text it is for: `english`, `chinese`; `None` for a choice.
    #[serde(skip)]
    pub language: Option<Language>,
    /// English wordings of a choice that give it away.
    #[serde(default)]
    pub words_en: Vec<String>,
    /// Chinese ones.
    #[serde(default)]
    pub words_zh: Vec<String>,
    /// English wordings in which it is found …
    #[serde(default)]
    pub found_en: Vec<String>,
    /// … and not found.
    #[serde(default)]
    pub not_found_en: Vec<String>,
    /// Chinese wordings in which it is found …
    #[serde(default)]
    pub found_zh: Vec<String>,
    /// … and not found.
    #[serde(default)]
    pub not_found_zh: Vec<String>,
}

impl Rule {
    /// Laws, guidelines and papers behind it.
    pub fn sources(&self) -> impl Iterator<Item = &'static Source> {
        self.source_keys
            .iter()
            .filter_map(|key| all().sources.iter().find(|source| source.key == *key))
    }
}

/// A word of a rule.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Word {
    /// Small letters, or Chinese.
    #[serde(rename = "word")]
    pub text: String,
    /// Friendlier wording.
    pub instead: String,
    /// Before it, these make it harmless.
    #[serde(default)]
    pub after_not: Vec<String>,
    /// Behind it, these do.
    #[serde(default)]
    pub before_not: Vec<String>,
    /// Only where it is written small, or begins a sentence.
    #[serde(default)]
    pub lower: bool,
}

/// Where a rule comes from.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    key: String,
    /// Name and place, in English.
    pub en: String,
    /// The same in Chinese.
    pub zh: String,
    /// `V` checked against the text, `S` against a secondary source, `K` professional knowledge.
    pub checked: String,
}

impl Source {
    /// Name and place, in Chinese (`zh`) or English.
    pub fn name(&self, zh: bool) -> &str {
        if zh { &self.zh } else { &self.en }
    }
}

#[derive(Deserialize)]
struct RuleFile {
    rule: Vec<Rule>,
}

#[derive(Deserialize)]
struct SourceFile {
    source: Vec<Source>,
}

struct All {
    rules: Vec<Rule>,
    sources: Vec<Source>,
}

/// # Panics
/// Never in a released build: a test parses the embedded files.
fn all() -> &'static All {
    static ALL: OnceLock<All> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut rules = Vec::new();
        for (file, language) in [
            (include_str!("../data/english.toml"), Some(Language::English)),
            (include_str!("../data/chinese.toml"), Some(Language::Chinese)),
            (include_str!("../data/choice.toml"), None),
        ] {
            match toml::from_str::<RuleFile>(file) {
                Ok(file) => {
                    rules.extend(file.rule.into_iter().map(|rule| Rule { language, ..rule }));
                }
                Err(why) => panic!("an embedded file of rules is broken: {why}"),
            }
        }
        let sources = match toml::from_str::<SourceFile>(include_str!("../data/sources.toml")) {
            Ok(file) => file.source,
            Err(why) => panic!("the embedded sources.toml is broken: {why}"),
        };
        All { rules, sources }
    })
}

/// All rules: for English texts, for Chinese ones, for choices.
pub fn rules() -> &'static [Rule] {
    &all().rules
}

/// The rule with this code for texts of a language, or for choices (`None`).
pub fn rule(code: &str, language: Option<Language>) -> Option<&'static Rule> {
    rules().iter().find(|rule| rule.code == code && rule.language == language)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_rule_has_reasons_advice_and_known_sources() {
        let mut seen = HashSet::new();
        for rule in rules() {
            assert!(seen.insert((&rule.code, rule.language)), "{} twice", rule.code);
            assert!(!rule.why_en.is_empty() && !rule.advice_en.is_empty(), "{}", rule.code);
            assert!(!rule.why_zh.is_empty() && !rule.advice_zh.is_empty(), "{}", rule.code);
            assert!(!rule.source_keys.is_empty(), "{}", rule.code);
            assert_eq!(rule.sources().count(), rule.source_keys.len(), "{}", rule.code);
        }
    }

    #[test]
    fn every_source_is_used_and_says_how_well_it_was_checked() {
        for source in &all().sources {
            assert!(["V", "S", "K"].contains(&source.checked.as_str()), "{}", source.key);
            assert!(
                rules().iter().any(|rule| rule.source_keys.contains(&source.key)),
                "{}",
                source.key
            );
        }
    }
}
