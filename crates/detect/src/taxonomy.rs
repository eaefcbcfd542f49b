//! The tree of categories: an embedded data file, validated once.

use std::{collections::HashMap, sync::OnceLock};

use serde::{Deserialize, Serialize};

use crate::{model::Sensitivity, regimes::regimes, words};

/// All categories, parents before children.
#[derive(Debug)]
pub struct Taxonomy {
    /// Every category in tree order.
    pub categories: Vec<Category>,
    index: HashMap<String, usize>,
    fides: HashMap<String, usize>,
}

/// One category of personal data and how the laws and vocabularies name it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Category {
    /// Dotted key, e.g. `contact.email`; the parent is the part before the last dot.
    pub key: String,
    /// English name.
    pub en: String,
    /// Simplified Chinese name.
    pub zh: String,
    /// Default sensitivity of a field of this category.
    pub sensitivity: Sensitivity,
    /// W3C DPV-PD concept, e.g. `pd:EmailAddress`.
    pub dpv: String,
    /// Fideslang data category, e.g. `user.contact.email`.
    pub fides: String,
    /// Sensitive personal information under PIPL Art 28 / GB/T 45574.
    pub pipl_sensitive: bool,
    /// Special category under GDPR Art 9 (or Art 10 for criminal data).
    pub gdpr_special: bool,
    /// Sensitive personal information under CPRA §1798.140(ae).
    #[serde(default)]
    pub cpra_sensitive: bool,
    /// Suggested data level after GB/T 43697 (general data 1–4; 4 is the highest general level).
    pub gbt_level: u8,
    /// Words people search by, both languages.
    #[serde(default)]
    pub synonyms: Vec<String>,
}

impl Category {
    /// The parent's key, or `None` for a root.
    pub fn parent(&self) -> Option<&str> {
        self.key.rsplit_once('.').map(|(parent, _)| parent)
    }

    /// The name in Chinese (`zh`) or English.
    pub fn name(&self, zh: bool) -> &str {
        if zh { &self.zh } else { &self.en }
    }
}

/// A category as the data file writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    key: String,
    en: String,
    zh: String,
    level: Sensitivity,
    dpv: String,
    fides: String,
    words: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    category: Vec<Row>,
    fides: HashMap<String, String>,
}

/// The tree of categories. Loaded from an embedded data file, validated once.
///
/// # Panics
/// Never in a released build: a test parses the embedded file.
pub fn taxonomy() -> &'static Taxonomy {
    static TREE: OnceLock<Taxonomy> = OnceLock::new();
    TREE.get_or_init(|| match Taxonomy::parse(include_str!("../data/categories.toml")) {
        Ok(tree) => tree,
        Err(why) => panic!("the embedded categories.toml is broken: {why}"),
    })
}

impl Taxonomy {
    /// Parses and checks the data file: keys are unique, every parent stands before its children, and
    /// every Fideslang alias points at a category.
    fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|e| e.to_string())?;
        let mut categories = Vec::with_capacity(file.category.len());
        let mut index = HashMap::new();
        let mut fides = HashMap::new();
        for row in file.category {
            let regime = |regime: &str| regimes().of(regime, &row.key);
            let special = |key: &str| regime(key).is_some_and(|verdict| verdict.sensitive);
            let category = Category {
                pipl_sensitive: special("pipl"),
                gdpr_special: special("gdpr"),
                cpra_sensitive: special("cpra"),
                sensitivity: row.level,
                gbt_level: regime("gbt43697").and_then(|verdict| verdict.level).unwrap_or(2),
                synonyms: row.words,
                key: row.key,
                en: row.en,
                zh: row.zh,
                dpv: row.dpv,
                fides: row.fides,
            };
            if category.parent().is_some_and(|parent| !index.contains_key(parent)) {
                return Err(format!("{} stands before its parent", category.key));
            }
            if index.insert(category.key.clone(), categories.len()).is_some() {
                return Err(format!("{} appears twice", category.key));
            }
            fides.entry(category.fides.clone()).or_insert(categories.len());
            categories.push(category);
        }
        for (alias, key) in file.fides {
            let at = *index.get(&key).ok_or_else(|| format!("{alias} points at unknown {key}"))?;
            fides.insert(alias, at);
        }
        Ok(Self { categories, index, fides })
    }

    /// Looks a category up by key.
    pub fn get(&self, key: &str) -> Option<&Category> {
        self.index.get(key).map(|at| &self.categories[*at])
    }

    /// A category's name in Chinese (`zh`) or English; an unknown key names itself.
    pub fn name<'a>(&'a self, key: &'a str, zh: bool) -> &'a str {
        self.get(key).map_or(key, |category| category.name(zh))
    }

    /// The category an imported Fideslang data category becomes: the longest prefix that is known.
    /// `None` for `system.*` and the bare `user`.
    #[allow(clippy::wrong_self_convention)] // looks up, converts nothing
    pub fn from_fides(&self, fides_key: &str) -> Option<&Category> {
        let mut prefix = fides_key;
        loop {
            if prefix == "user" {
                return None;
            }
            if let Some(at) = self.fides.get(prefix) {
                return Some(&self.categories[*at]);
            }
            prefix = prefix.rsplit_once('.')?.0;
        }
    }

    /// Categories whose key, names or synonyms (both languages, lower-case, "phone numbers" finds
    /// `contact.phone`, "手机" finds `contact.phone`) match the words of a question, best first.
    pub fn find(&self, question: &str) -> Vec<&Category> {
        let question = question.to_lowercase();
        let asked: Vec<String> = words::split(&question).iter().map(|w| words::stem(w)).collect();
        let mut found: Vec<(usize, usize)> = Vec::new();
        for (at, category) in self.categories.iter().enumerate() {
            let key = category.key.replace(['.', '_'], " ");
            let leaf = category.key.rsplit('.').next().unwrap_or_default().replace('_', " ");
            let names = [category.en.as_str(), category.zh.as_str(), &key, &leaf];
            let best = names
                .into_iter()
                .chain(category.synonyms.iter().map(String::as_str))
                .map(|phrase| overlap(phrase, &question, &asked))
                .max()
                .unwrap_or(0);
            let exact = usize::from(question.trim() == category.key);
            if best > 0 || exact > 0 {
                found.push((best + exact * 1000, at));
            }
        }
        // Stable order among equals: the tree's.
        found.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        let top = found.first().map_or(0, |f| f.0);
        found.into_iter().filter(|f| f.0 * 2 > top).map(|f| &self.categories[f.1]).collect()
    }
}

/// How many characters of the question a phrase explains; 0 when it is not in the question.
fn overlap(phrase: &str, question: &str, asked: &[String]) -> usize {
    if words::has_han(phrase) {
        // A Chinese character says about as much as three letters.
        let bare = phrase.to_lowercase();
        return if question.contains(&bare) { bare.chars().count() * 3 } else { 0 };
    }
    let wanted: Vec<String> =
        words::split(&phrase.to_lowercase()).iter().map(|w| words::stem(w)).collect();
    if wanted.is_empty() || wanted.len() > asked.len() {
        return 0;
    }
    let hit = asked.windows(wanted.len()).any(|window| window == wanted.as_slice());
    if hit { phrase.chars().filter(|c| c.is_alphanumeric()).count() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_tree_is_valid_and_large() {
        let tree = taxonomy();
        assert!(tree.categories.len() > 100);
        for category in &tree.categories {
            assert!(words::has_han(&category.zh), "{} has no Chinese name", category.key);
            assert!(category.dpv.starts_with("pd:"), "{}", category.key);
            assert!(category.fides.starts_with("user"), "{}", category.key);
            assert!((1..=4).contains(&category.gbt_level), "{}", category.key);
            assert!(category.sensitivity > Sensitivity::None, "{}", category.key);
            if category.pipl_sensitive || category.gdpr_special {
                assert_eq!(category.sensitivity, Sensitivity::Sensitive, "{}", category.key);
                assert!(category.gbt_level >= 3, "{}", category.key);
            }
        }
    }

    #[test]
    fn the_promised_keys_exist() {
        for key in [
            "contact.email",
            "contact.phone",
            "identity.national_id",
            "finance.bank_card",
            "location.address",
            "location.postal_code",
            "identity.name",
            "identity.birth_date",
            "health",
            "minor",
        ] {
            assert!(taxonomy().get(key).is_some(), "{key}");
        }
    }

    #[test]
    fn questions_in_both_languages_find_their_category() {
        for (question, key) in [
            ("where do we keep phone numbers?", "contact.phone"),
            ("Where do we keep e-mail addresses?", "contact.email"),
            ("which tables have credit card numbers", "finance.bank_card"),
            ("who stores salaries", "finance.salary"),
            ("手机号在哪里", "contact.phone"),
            ("哪些系统有身份证号", "identity.national_id"),
            ("邮箱", "contact.email"),
            ("contact.email", "contact.email"),
            ("birthdays", "identity.birth_date"),
            ("children", "minor"),
            ("银行卡", "finance.bank_card"),
            ("home addresses", "location.address"),
        ] {
            let found = taxonomy().find(question);
            assert_eq!(found.first().map(|c| c.key.as_str()), Some(key), "{question}");
        }
        assert!(taxonomy().find("quantum flux").is_empty());
        assert!(taxonomy().find("").is_empty());
    }

    #[test]
    fn fideslang_keys_map_by_their_longest_prefix() {
        for (fides, key) in [
            ("user.contact.email", Some("contact.email")),
            ("user.contact.address.street", Some("location.address")),
            ("user.contact.address.city", Some("location.city")),
            ("user.health_and_medical.record_id", Some("health.record_id")),
            ("user.name", Some("identity.name")),
            ("user.name.first", Some("identity.given_name")),
            ("user.demographic.date_of_birth", Some("identity.birth_date")),
            ("user.government_id.national_identification_number", Some("identity.national_id")),
            ("user.unique_id", Some("identity.customer_id")),
            ("user", None),
            ("system.operations", None),
        ] {
            assert_eq!(taxonomy().from_fides(fides).map(|c| c.key.as_str()), key, "{fides}");
        }
    }

    #[test]
    fn names_come_in_both_languages() {
        assert_eq!(taxonomy().name("contact.email", false), "E-mail address");
        assert_eq!(taxonomy().name("contact.email", true), "电子邮箱");
        assert_eq!(taxonomy().name("nobody.knows", true), "nobody.knows");
    }
}
