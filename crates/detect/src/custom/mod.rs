//! A company's own detectors, without code: loyalty cards, contract numbers, project names. A TOML
//! file declares them, [`CustomDetectors::parse`] checks every one and says what is wrong and what to
//! do, and from then on they are looked for in texts (`Options::custom`) and in columns
//! (`classify_with`).
//!
//! A pattern comes from a person and meets texts from strangers, so it is held on a leash: its size
//! and repetitions are bounded, it may match neither the empty text nor everything, a match has at
//! most [`MATCH_MAX`] bytes, and one that is slow on hostile text is refused.

mod ad_hoc;
mod checksum;
mod column;
mod error;
mod file;
mod find;
mod guard;
mod inside;

pub use ad_hoc::AdHoc;
pub use checksum::Checksum;
pub use error::{CustomError, CustomErrors, Problem};
pub use find::MATCH_MAX;

use std::sync::Arc;

use crate::{Sensitivity, Span, model::Column, model::Verdict};

/// Checked detectors, ready for use; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct CustomDetectors {
    detectors: Arc<Vec<CustomDetector>>,
    /// Those of one request beside them.
    more: Arc<Vec<CustomDetector>>,
}

/// One detector, checked.
#[derive(Debug)]
pub struct CustomDetector {
    /// Its upper-case name; the type of its findings.
    pub name: Arc<str>,
    /// Name in English.
    pub en: String,
    /// Name in Simplified Chinese.
    pub zh: String,
    /// The pattern, as written.
    pub pattern: Option<String>,
    /// Words that are findings as they stand.
    pub words: Vec<String>,
    /// Check digits that a match must have.
    pub checksum: Checksum,
    /// Words near a match that make it surer.
    pub context: Vec<String>,
    /// A match without such a word near it is none.
    pub context_required: bool,
    /// Names of columns that hold it: words, or globs with `*` and `?`.
    pub column_names: Vec<String>,
    /// Key of the category of the data map.
    pub category: Arc<str>,
    /// Sensitivity of a column that holds it.
    pub sensitivity: Sensitivity,
    /// 0..=1: how sure a match without context is.
    pub score: f64,
    /// Line of the file where it begins.
    pub line: usize,
    finder: Option<find::Finder>,
    names: Vec<column::NamePattern>,
}

impl CustomDetectors {
    /// Reads and checks a TOML file of `[[detector]]` tables. All that is wrong is told at once.
    ///
    /// ```
    /// let detectors = detect::CustomDetectors::parse(r#"
    ///     [[detector]]
    ///     name = "LOYALTY_CARD"
    ///     en = "Loyalty card"
    ///     zh = "会员卡"
    ///     pattern = 'LT-(?<check>\d{8})'
    ///     checksum = "luhn"
    ///     category = "identity.customer_id"
    ///     column_names = ["loyalty card", "*_lt_no"]
    ///     examples = ["LT-12345674"]
    ///     counter_examples = ["LT-12345678", "LT-1234"]
    /// "#).unwrap();
    /// let options = detect::Options { custom: Some(detectors), ..Default::default() };
    /// let spans = detect::find_with("my card is LT-12345674", &options);
    /// assert_eq!(spans[0].entity(), "LOYALTY_CARD");
    /// ```
    pub fn parse(toml: &str) -> Result<Self, CustomErrors> {
        file::parse(toml, true)
            .map(|detectors| Self { detectors: Arc::new(detectors), more: Arc::default() })
    }

    /// The same for a text that [`CustomDetectors::parse`] took before: everything is checked but the
    /// speed, so that a busy machine cannot make a detector vanish.
    pub fn reload(toml: &str) -> Result<Self, CustomErrors> {
        file::parse(toml, false)
            .map(|detectors| Self { detectors: Arc::new(detectors), more: Arc::default() })
    }

    /// The detectors in the order of the file.
    pub fn list(&self) -> &[CustomDetector] {
        &self.detectors
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.all().next().is_none()
    }

    fn all(&self) -> impl Iterator<Item = &CustomDetector> {
        self.detectors.iter().chain(self.more.iter())
    }

    /// What they find in a text, by offsets in bytes, in the order of the detectors; findings may
    /// overlap.
    pub fn find(&self, text: &str) -> Vec<Span> {
        let mut found = Vec::new();
        for detector in self.all() {
            detector.find(text, &mut found);
        }
        found
    }

    /// What the first detector that knows a column says of it.
    pub fn classify(&self, column: &Column<'_>) -> Option<Verdict> {
        self.all().find_map(|detector| detector.classify(column))
    }
}

impl CustomDetector {
    /// The name in Chinese (`zh`) or English.
    pub fn title(&self, zh: bool) -> &str {
        if zh { &self.zh } else { &self.en }
    }
}
