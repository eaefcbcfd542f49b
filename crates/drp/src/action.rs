//! Which rights can be exercised (3.01).

use std::fmt;

use serde::{Deserialize, Serialize};

/// What is asked for: `exercise`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Action {
    /// To know what is held (Cal. Civ. Code § 1798.110).
    #[serde(rename = "access")]
    Access,
    /// To know the categories of it.
    #[serde(rename = "access:categories")]
    AccessCategories,
    /// To know the specific pieces of it.
    #[serde(rename = "access:specific")]
    AccessSpecific,
    /// To have it deleted (§ 1798.105).
    #[serde(rename = "deletion")]
    Deletion,
    /// That it is not sold or shared (§ 1798.120).
    #[serde(rename = "sale:opt_out", alias = "sale:opt-out")]
    SaleOptOut,
    /// That it may be again (§ 1798.135(c)(4)).
    #[serde(rename = "sale:opt_in", alias = "sale:opt-in")]
    SaleOptIn,
}

/// What a request for a right comes to, whichever way it came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Right {
    /// A copy of everything, with categories, purposes and recipients.
    Access,
    /// The categories, purposes and recipients alone.
    Categories,
    /// Deletion.
    Erasure,
    /// No more selling or sharing.
    OptOut,
    /// Consent to it again.
    OptIn,
}

impl Action {
    /// All of them, in the order of the directory's schema.
    pub const ALL: [Self; 6] = [
        Self::Access,
        Self::Deletion,
        Self::SaleOptOut,
        Self::SaleOptIn,
        Self::AccessCategories,
        Self::AccessSpecific,
    ];

    /// As the protocol writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::AccessCategories => "access:categories",
            Self::AccessSpecific => "access:specific",
            Self::Deletion => "deletion",
            Self::SaleOptOut => "sale:opt_out",
            Self::SaleOptIn => "sale:opt_in",
        }
    }

    /// Reads it. The specification's own example and agents before 0.9 write `sale:opt-out`.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.replace('-', "_");
        Self::ALL.into_iter().find(|action| action.as_str() == text)
    }

    /// What it comes to. The protocol has no word for portability, correction or objection.
    pub fn right(self) -> Right {
        match self {
            Self::Access | Self::AccessSpecific => Right::Access,
            Self::AccessCategories => Right::Categories,
            Self::Deletion => Right::Erasure,
            Self::SaleOptOut => Right::OptOut,
            Self::SaleOptIn => Right::OptIn,
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Under which rules: `regime`. 3.01 knows one, and requests without any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Regime {
    /// The California Consumer Privacy Act.
    Ccpa,
    /// None was named: to be dealt with as a courtesy.
    Voluntary,
}
