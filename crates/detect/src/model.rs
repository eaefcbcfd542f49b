//! What goes into the detector and what comes out.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// A category's dotted key, e.g. `contact.email`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CategoryKey(pub Cow<'static, str>);

impl CategoryKey {
    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How much harm a leak of the field would do; ordered.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Sensitivity {
    /// No personal data.
    #[default]
    None,
    /// Personal data.
    Personal,
    /// High risk if leaked: exact contact, finance, location trails, secrets.
    Confidential,
    /// Statutory sensitive data (GDPR Art 9/10, PIPL Art 28).
    Sensitive,
}

impl Sensitivity {
    /// The stable lower-case name used in the database, the API and message keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Personal => "personal",
            Self::Confidential => "confidential",
            Self::Sensitive => "sensitive",
        }
    }
}

impl std::str::FromStr for Sensitivity {
    type Err = ();
    fn from_str(s: &str) -> Result<Self, ()> {
        [Self::None, Self::Personal, Self::Confidential, Self::Sensitive]
            .into_iter()
            .find(|level| level.as_str() == s)
            .ok_or(())
    }
}

/// One column as the scanner sees it.
#[derive(Clone, Copy)]
pub struct Column<'a> {
    /// Table, view or file name, without schema.
    pub store: &'a str,
    /// The store's comment, or "".
    pub store_comment: &'a str,
    /// Column name; for nested data a path such as `address.city` or `items[].sku`.
    pub name: &'a str,
    /// The column's comment, or "".
    pub comment: &'a str,
    /// The database's own type name, e.g. `NVARCHAR(60)`.
    pub data_type: &'a str,
    /// Part of the primary key.
    pub primary_key: bool,
    /// The store this column's foreign key points to.
    pub references: Option<&'a str>,
    /// Names of all columns of the store, this one included.
    pub siblings: &'a [&'a str],
    /// Sampled values as text, nulls left out. May be empty.
    pub values: &'a [&'a str],
}

/// The answer for one column.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// `None`: no personal data.
    pub category: Option<CategoryKey>,
    /// Sensitivity of this field (the category's, raised by what was found inside).
    pub sensitivity: Sensitivity,
    /// 0..=1; meant as the share of such verdicts that are right.
    pub confidence: f64,
    /// The field says that the person is a child, or belongs to a child.
    #[serde(default)]
    pub minor: bool,
    /// Why.
    pub evidence: Evidence,
}

/// Why a verdict was given. Holds no value.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Values that the winning rule accepted.
    pub values_matched: u32,
    /// Values looked at.
    pub values_checked: u32,
    /// The column's (or its store's) name points at the category.
    pub name_hint: bool,
    /// The comment points at the category.
    #[serde(default)]
    pub comment_hint: bool,
    /// The type fits the category and spoke for it.
    #[serde(default)]
    pub type_hint: bool,
    /// A checksum was verified on the matched values.
    #[serde(default)]
    pub checksum: bool,
    /// Stable keys of the reasons, for pages to translate: `name`, `pinyin`, `values`, `checksum`,
    /// `neighbour`, `foreign_key`, `free_text`, `nested`, `type`, `comment`.
    #[serde(default)]
    pub reasons: Vec<String>,
    /// Name of the company's own detector that knew the column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detector: Option<String>,
    /// Kinds of personal data found inside free text or nested JSON.
    #[serde(default)]
    pub inside: Vec<InnerFinding>,
    /// Different values among those looked at.
    #[serde(default)]
    pub values_distinct: u32,
    /// Stable key of the rule that decided, e.g. `name+values`, `values:contact.email`; empty when
    /// none did.
    #[serde(default)]
    pub rule: String,
    /// The category that came second and the confidence it would have had.
    #[serde(default)]
    pub runner_up: Option<(CategoryKey, f64)>,
    /// What the values look like: kinds of values (`email`, `date`, `integer`, …) with their share,
    /// most frequent first, five at most. A value may be of several kinds.
    #[serde(default)]
    pub shares: Vec<(String, f64)>,
    /// Columns of the same store whose names or values spoke for this verdict.
    #[serde(default)]
    pub neighbours: Vec<String>,
}

/// One kind of personal data inside free text or JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InnerFinding {
    /// Its category.
    pub category: CategoryKey,
    /// Values that contain it.
    pub rows: u32,
}
