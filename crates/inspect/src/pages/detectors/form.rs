//! What the form sends, and the draft it means.

use serde::Deserialize;
use web::{Errors, Page};

use crate::detectors::Draft;

/// The form's fields, lists with one entry a line. No `Debug`: the text to test with is a person's.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct DetectorForm {
    /// `form` or `toml`: which of the two ways to write it was on the page.
    pub mode: String,
    /// `save` | `test` | `form` | `toml`: what was pressed.
    pub act: String,
    pub toml: String,
    pub name: String,
    pub en: String,
    pub zh: String,
    pub pattern: String,
    pub words: String,
    pub checksum: String,
    pub context: String,
    pub context_required: String,
    pub column_names: String,
    pub category: String,
    pub sensitivity: String,
    pub score: String,
    pub examples: String,
    pub counter_examples: String,
    /// A text to test with; never stored.
    pub test: String,
}

impl DetectorForm {
    pub(super) fn of(draft: &Draft) -> Self {
        let lines = |entries: &[String]| entries.join("\n");
        Self {
            mode: "form".into(),
            act: String::new(),
            toml: draft.to_toml(),
            name: draft.name.clone(),
            en: draft.en.clone(),
            zh: draft.zh.clone(),
            pattern: draft.pattern.clone(),
            words: lines(&draft.words),
            checksum: draft.checksum.clone(),
            context: lines(&draft.context),
            context_required: if draft.context_required { "1".into() } else { String::new() },
            column_names: lines(&draft.column_names),
            category: draft.category.clone(),
            sensitivity: draft.sensitivity.clone(),
            score: draft.score.map(|score| score.to_string()).unwrap_or_default(),
            examples: lines(&draft.examples),
            counter_examples: lines(&draft.counter_examples),
            test: String::new(),
        }
    }

    pub(super) fn is_toml(&self) -> bool {
        self.mode == "toml"
    }

    /// The draft of the fields; a score that is no number is told.
    pub(super) fn draft(&self, p: &Page, errors: &mut Errors) -> Draft {
        let score = self.score.trim().replace(',', ".");
        let parsed = score.parse::<f64>().ok().filter(|score| score.is_finite());
        if !score.is_empty() && parsed.is_none() {
            errors.add("score", p.t("detector-error-score"));
        }
        let checksum = if self.checksum == "none" { "" } else { self.checksum.trim() };
        Draft {
            name: self.name.trim().to_owned(),
            en: self.en.trim().to_owned(),
            zh: self.zh.trim().to_owned(),
            pattern: self.pattern.trim().to_owned(),
            words: lines(&self.words),
            checksum: checksum.to_owned(),
            context: lines(&self.context),
            context_required: !self.context_required.is_empty(),
            column_names: lines(&self.column_names),
            category: category(&self.category),
            sensitivity: self.sensitivity.clone(),
            score: parsed,
            examples: lines(&self.examples),
            counter_examples: lines(&self.counter_examples),
        }
    }
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// The key behind what was chosen or typed: a key, "key — name", or a name in either language.
fn category(typed: &str) -> String {
    let typed = typed.trim();
    let first = typed.split(" — ").next().unwrap_or(typed).trim();
    detect::taxonomy()
        .categories
        .iter()
        .find(|known| {
            known.key == first || known.zh == typed || known.en.eq_ignore_ascii_case(typed)
        })
        .map_or_else(|| first.to_owned(), |known| known.key.clone())
}
