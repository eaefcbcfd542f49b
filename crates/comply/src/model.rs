//! What a finding is made of; no SQL.

use serde::{Deserialize, Serialize};

/// How much a finding weighs.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Advice.
    #[default]
    Info,
    /// Should be mended.
    Warning,
    /// Breaks a duty, or is about to.
    Error,
}

impl Severity {
    /// All, the gravest first.
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Info];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }

    /// Days in which it should be mended.
    pub fn days(self) -> i64 {
        match self {
            Self::Error => 14,
            Self::Warning => 60,
            Self::Info => 180,
        }
    }

    /// What it counts in a score.
    pub(crate) fn weight(self) -> i64 {
        match self {
            Self::Error => 10,
            Self::Warning => 4,
            Self::Info => 1,
        }
    }
}

/// Who mends findings of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// Data protection officer, 个人信息保护负责人.
    Dpo,
    /// Whoever writes to customers and asks for consent.
    Marketing,
    /// Whoever runs systems and databases.
    Engineering,
    /// Whoever looks after accounts, keys and alarms.
    Security,
}

impl Owner {
    /// All, in order.
    pub const ALL: [Self; 4] = [Self::Dpo, Self::Marketing, Self::Engineering, Self::Security];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dpo => "dpo",
            Self::Marketing => "marketing",
            Self::Engineering => "engineering",
            Self::Security => "security",
        }
    }
}

/// Where a finding stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Waits to be mended.
    Open,
    /// Somebody says that it is mended; the next run looks.
    Mended,
    /// Taken for a time, with a reason.
    Accepted,
    /// A run no longer found it.
    Fixed,
}

impl State {
    /// All, in order.
    pub const ALL: [Self; 4] = [Self::Open, Self::Mended, Self::Accepted, Self::Fixed];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Mended => "mended",
            Self::Accepted => "accepted",
            Self::Fixed => "fixed",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
}

/// A piece of evidence, put into words only when shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Names of the map: never a value of a database, never a person's.
    Text(String),
    /// How many.
    Number(i64),
    /// A moment (µs).
    Time(i64),
    /// Keys of categories.
    Categories(Vec<String>),
    /// Country code.
    Country(String),
    /// A member of staff, by id.
    Person(String),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

/// A line of evidence: a key of `comply-ev-…`, and what was seen.
pub type Evidence = (String, Value);

/// What a check found: one object that does not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// What kind of thing: `system`, `field`, `activity` …
    pub kind: &'static str,
    /// Its id; with the check the finding's identity.
    pub id: String,
    /// Its name; empty for people, whose names are looked up when shown.
    pub name: String,
    /// The system it belongs to, or "".
    pub system: String,
    /// The page on which it is mended.
    pub href: String,
    /// What was seen.
    pub evidence: Vec<Evidence>,
}

impl Hit {
    /// An object that does not pass.
    pub fn new(
        kind: &'static str,
        id: impl Into<String>,
        name: impl Into<String>,
        href: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            id: id.into(),
            name: name.into(),
            system: String::new(),
            href: href.into(),
            evidence: Vec::new(),
        }
    }

    /// With the system it belongs to.
    #[must_use]
    pub fn within(mut self, system: impl Into<String>) -> Self {
        self.system = system.into();
        self
    }

    /// With one more line of evidence.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.evidence.push((key.to_owned(), value.into()));
        self
    }
}

/// Bytes as people read them.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The finding of a check about an object has one id for ever, so that its history survives.
pub(crate) fn finding_id(check: &str, kind: &str, id: &str) -> String {
    use sha2::{Digest as _, Sha256};
    let mut hash = Sha256::new();
    for part in [check, kind, id] {
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().get(..12).map(hex).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_has_one_id_for_ever() {
        let id = finding_id("system-owner", "system", "crm");
        assert_eq!(id, finding_id("system-owner", "system", "crm"));
        assert_eq!(id.len(), 24);
        assert_ne!(id, finding_id("system-owner", "syste", "mcrm"));
    }

    #[test]
    fn names_survive_storage() {
        for severity in Severity::ALL {
            assert_eq!(Severity::parse(severity.as_str()), Some(severity));
        }
        for state in State::ALL {
            assert_eq!(State::parse(state.as_str()), Some(state));
        }
        assert!(Severity::Info < Severity::Warning && Severity::Warning < Severity::Error);
    }
}
