//! What may be done with values of a category: for which purposes they open and how much of them is
//! shown, which tokens may stand for them, whether they can be searched for.

mod store;

pub use store::{Change, Kept};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::token::{Format, Shape};

/// Values of a category that a program may open in a minute, unless the policy says otherwise.
pub const PER_MINUTE: u32 = 6_000;
/// The most that can be set.
pub const PER_MINUTE_MOST: u32 = 1_000_000;

/// How much of a value an opening shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reveal {
    /// `138••••••78`.
    Masked,
    /// All of it.
    Clear,
}

impl Reveal {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Masked => "masked",
            Self::Clear => "clear",
        }
    }

    /// The way of that name; `None` also for a purpose that is refused.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Masked, Self::Clear].into_iter().find(|one| one.as_str() == text)
    }
}

/// The rules for a category. A purpose that is not listed opens nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Purposes and how much an opening for them shows.
    pub purposes: BTreeMap<String, Reveal>,
    /// A blind index is made, so that equal values are found without opening any.
    pub searchable: bool,
    /// Random tokens may be made.
    pub random: bool,
    /// Tokens that are the same for the same value of the same customer may be made.
    pub deterministic: bool,
    /// Tokens that look like the value may be made, of this shape.
    pub shape: Option<Shape>,
    /// Values that one program may open in a minute; 0 is no limit.
    pub per_minute: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            purposes: BTreeMap::new(),
            searchable: false,
            random: true,
            deterministic: false,
            shape: None,
            per_minute: PER_MINUTE,
        }
    }
}

impl Policy {
    /// What an opening for a purpose shows; `None`: it is refused.
    pub fn reveal(&self, purpose: &str) -> Option<Reveal> {
        self.purposes.get(purpose).copied()
    }

    /// The kinds of tokens that may be made.
    pub fn formats(&self) -> Vec<Format> {
        let may = |format: &Format| match format {
            Format::Random => self.random,
            Format::Deterministic => self.deterministic,
            Format::Preserving => self.shape.is_some(),
        };
        Format::ALL.into_iter().filter(may).collect()
    }
}
