//! Finds personal data. Pure functions, no I/O: a column's name, type, comment, neighbours and
//! sampled values go in, a [`Verdict`] (category, sensitivity, confidence, evidence) comes out.
//! It never keeps a value. Callers need [`Column`], [`classify`] and the [`taxonomy`].

mod model;

pub use model::{CategoryKey, Column, Evidence, InnerFinding, Sensitivity, Verdict};

/// Classifies one column.
pub fn classify(_column: &Column<'_>) -> Verdict {
    todo!()
}

/// Guesses whose data a store holds (`customers`, `employees`, `suppliers`, `visitors`, …) from its
/// name and its personal columns' names; `None` when nothing points at people.
pub fn people_category(_store: &str, _columns: &[&str]) -> Option<&'static str> {
    todo!()
}

/// Masks a value so that a person can recognise the kind but not the content:
/// `li.lei@example.com` → `l•••@e•••.com`, `13812345678` → `138••••••78`.
/// Output is at most 40 characters. Unknown categories keep the first character only.
pub fn mask(_category: Option<&str>, _value: &str) -> String {
    todo!()
}

/// The tree of categories. Loaded from an embedded data file, validated once.
pub fn taxonomy() -> &'static Taxonomy {
    todo!()
}

/// All categories, parents before children.
#[derive(Debug)]
pub struct Taxonomy {
    /// Every category in tree order.
    pub categories: Vec<Category>,
}

impl Taxonomy {
    /// Looks a category up by key.
    pub fn get(&self, key: &str) -> Option<&Category> {
        self.categories.iter().find(|c| c.key == key)
    }

    /// Categories whose key, names or synonyms (both languages, lower-case, "phone numbers" finds
    /// `contact.phone`, "手机" finds `contact.phone`) match the words of a question, best first.
    pub fn find(&self, _question: &str) -> Vec<&Category> {
        todo!()
    }
}

/// One category of personal data and how the laws and vocabularies name it.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
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
