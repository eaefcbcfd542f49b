//! A detector as people write it: a form's fields, or a `[[detector]]` table. One becomes the other.

use std::fmt::Write as _;

use detect::CustomDetectors;
use serde::Deserialize;

use super::{DetectorError, Result};

/// What a person says about a detector; the words of `detect::CustomDetectors`' file.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// Upper-case name.
    pub name: String,
    /// Name in English.
    pub en: String,
    /// Name in Simplified Chinese.
    pub zh: String,
    /// Regular expression, or "".
    pub pattern: String,
    /// Words that are findings as they stand.
    pub words: Vec<String>,
    /// Check digits by name, or "".
    pub checksum: String,
    /// Words near a match.
    pub context: Vec<String>,
    /// A match without such a word is none.
    pub context_required: bool,
    /// Names of columns.
    pub column_names: Vec<String>,
    /// Key of the category.
    pub category: String,
    /// Sensitivity, or "" for the category's.
    pub sensitivity: String,
    /// How sure a match is, 0..=1; `None`: as usual.
    pub score: Option<f64>,
    /// Texts it must find something in.
    pub examples: Vec<String>,
    /// Texts it must find nothing in.
    pub counter_examples: Vec<String>,
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    detector: Vec<Draft>,
}

impl Draft {
    /// The one detector of a text that passed its checks.
    pub fn read(body: &str) -> Result<Self> {
        CustomDetectors::parse(body).map_err(DetectorError::Wrong)?;
        Self::loosely(body).ok_or_else(|| DetectorError::NotOne(all(body).len()))
    }

    /// The one detector of a text, right or wrong; `None` when it is no such text.
    pub fn loosely(body: &str) -> Option<Self> {
        let mut file: File = toml::from_str(body).ok()?;
        if file.detector.len() == 1 { file.detector.pop() } else { None }
    }

    /// As a `[[detector]]` table; keys without content are left out.
    pub fn to_toml(&self) -> String {
        let mut out = String::from("[[detector]]\n");
        let mut text = |key: &str, value: &str| {
            if !value.is_empty() {
                let _ = writeln!(out, "{key} = {}", quoted(value));
            }
        };
        text("name", &self.name);
        text("en", &self.en);
        text("zh", &self.zh);
        text("pattern", &self.pattern);
        list(&mut out, "words", &self.words);
        let mut text = |key: &str, value: &str| {
            if !value.is_empty() {
                let _ = writeln!(out, "{key} = {}", quoted(value));
            }
        };
        text("checksum", &self.checksum);
        list(&mut out, "context", &self.context);
        if self.context_required {
            out.push_str("context_required = true\n");
        }
        list(&mut out, "column_names", &self.column_names);
        if !self.category.is_empty() {
            let _ = writeln!(out, "category = {}", quoted(&self.category));
        }
        if !self.sensitivity.is_empty() {
            let _ = writeln!(out, "sensitivity = {}", quoted(&self.sensitivity));
        }
        if let Some(score) = self.score {
            let _ = writeln!(out, "score = {score:?}");
        }
        list(&mut out, "examples", &self.examples);
        list(&mut out, "counter_examples", &self.counter_examples);
        out
    }
}

/// Every detector of a text; none when it is no such text.
pub(crate) fn all(body: &str) -> Vec<Draft> {
    toml::from_str::<File>(body).map_or_else(|_| Vec::new(), |file| file.detector)
}

fn list(out: &mut String, key: &str, entries: &[String]) {
    if entries.is_empty() {
        return;
    }
    let entries: Vec<String> = entries.iter().map(|entry| quoted(entry)).collect();
    let _ = writeln!(out, "{key} = [{}]", entries.join(", "));
}

/// A TOML string; patterns stay readable between single quotes, where nothing is escaped.
fn quoted(text: &str) -> String {
    let literal =
        text.contains('\\') && !text.contains('\'') && !text.chars().any(char::is_control);
    if literal { format!("'{text}'") } else { toml::Value::String(text.to_owned()).to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card() -> Draft {
        Draft {
            name: "LOYALTY_CARD".into(),
            en: "Loyalty \"card\"".into(),
            zh: "会员卡".into(),
            pattern: r"LT-(?<check>\d{8})".into(),
            checksum: "luhn".into(),
            context: vec!["loyalty".into(), "会员".into()],
            column_names: vec!["loyalty card".into(), "*_lt_no".into()],
            category: "identity.customer_id".into(),
            score: Some(1.0),
            examples: vec!["LT-12345674".into()],
            counter_examples: vec!["LT-12345678".into()],
            ..Draft::default()
        }
    }

    #[test]
    fn a_form_becomes_a_file_and_comes_back_the_same() {
        let body = card().to_toml();

        assert!(body.contains(r"pattern = 'LT-(?<check>\d{8})'"), "{body}");
        assert_eq!(Draft::read(&body).unwrap(), card());
    }

    #[test]
    fn quotes_and_line_breaks_survive() {
        let draft = Draft { pattern: "it's \\d \"x\"\n".into(), ..card() };

        assert_eq!(Draft::loosely(&draft.to_toml()).unwrap(), draft);
    }

    #[test]
    fn two_detectors_are_not_one() {
        let body = card().to_toml();
        let other = body.replace("LOYALTY_CARD", "OTHER_CARD");

        assert!(matches!(Draft::read(&format!("{body}{other}")), Err(DetectorError::NotOne(2))));
        assert!(matches!(Draft::read(""), Err(DetectorError::NotOne(0))));
    }
}
