//! A finding in a text.

use std::sync::Arc;

use crate::Entity;

/// A piece of personal data in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
    /// What it is.
    pub kind: Kind,
    /// 0..=1, how sure.
    pub score: f64,
    /// Which layer found it.
    pub layer: Layer,
    /// Stable key of the rule that found it, for explanations; e.g. `luhn`, `email`, `context`.
    pub rule: &'static str,
}

impl Span {
    /// A finding of a built-in entity.
    pub fn new(
        range: std::ops::Range<usize>,
        entity: Entity,
        score: f64,
        layer: Layer,
        rule: &'static str,
    ) -> Self {
        Self { start: range.start, end: range.end, kind: Kind::Known(entity), score, layer, rule }
    }

    /// The entity's name, e.g. `PHONE_NUMBER`.
    pub fn entity(&self) -> &str {
        match &self.kind {
            Kind::Known(entity) => entity.name(),
            Kind::Custom { entity, .. } => entity,
        }
    }

    /// Key of the category of the data map.
    pub fn category(&self) -> &str {
        match &self.kind {
            Kind::Known(entity) => {
                super::terms::category_of_rule(*entity, self.rule).unwrap_or(entity.category())
            }
            Kind::Custom { category, .. } => category,
        }
    }
}

/// What a finding is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// An entity of ours.
    Known(Entity),
    /// One that a company's own detector declares.
    Custom {
        /// Its upper-case name.
        entity: Arc<str>,
        /// Key of the category it belongs to.
        category: Arc<str>,
    },
}

/// Where a finding comes from; of overlapping findings the earlier layer is the surer at equal score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// A company's own detector.
    Custom,
    /// A pattern with a verified check digit or an unmistakable form.
    Checked,
    /// A pattern without check digit.
    Pattern,
    /// A grammar: addresses, titles, ages.
    Grammar,
    /// A language model.
    Model,
}

impl Layer {
    /// The stable lower-case name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Custom => "custom",
            Self::Checked => "checked",
            Self::Pattern => "pattern",
            Self::Grammar => "grammar",
            Self::Model => "model",
        }
    }
}
