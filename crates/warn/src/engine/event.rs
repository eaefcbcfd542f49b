//! What the engine is fed with and what it finds.

use super::{RuleId, Severity};

/// An entry of the ledger, as far as early warning looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Position.
    pub seq: i64,
    /// When (µs).
    pub at: i64,
    /// Who: `person:ID`, `token:ID`, `system:PART` or `cli`.
    pub actor: String,
    /// What, as `object.verb`.
    pub action: String,
    /// On what kind of object.
    pub kind: String,
    /// On which.
    pub object: String,
    /// For which purpose.
    pub purpose: Option<String>,
    /// Whose data.
    pub subject: Option<String>,
}

const HOUR: i64 = 3600 * 1_000_000;

impl Event {
    /// Hours since the epoch.
    pub fn hour(&self) -> i64 {
        self.at.div_euclid(HOUR)
    }

    /// Days since the epoch (UTC).
    pub fn day(&self) -> i64 {
        self.hour().div_euclid(24)
    }

    /// Whose data, whichever way the entry says so.
    pub fn whose(&self) -> Option<&str> {
        let object = (self.kind == "subject").then_some(self.object.as_str());
        self.subject.as_deref().or(object)
    }

    /// A person, a program or the command line, not a part of Privet.
    pub fn by_somebody(&self) -> bool {
        !self.actor.starts_with("system:")
    }

    /// One person's data was opened.
    pub fn is_read(&self) -> bool {
        matches!(&*self.action, "personal_data.read" | "subject.looked_up" | "subject.revealed")
    }

    /// Many people's data left.
    pub fn is_export(&self) -> bool {
        matches!(
            &*self.action,
            "campaign.exported"
                | "audience.filtered"
                | "suppression.exported"
                | "audit.exported"
                | "receipt.exported"
        )
    }
}

/// Something that a person should look at.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Which rule.
    pub rule: RuleId,
    /// How severe.
    pub severity: Severity,
    /// Who did it; `system:sign-in` where nobody is known.
    pub actor: String,
    /// The entry that made it too much.
    pub seq: i64,
    /// When (µs).
    pub at: i64,
    /// The same event found again has the same key: a restart raises nothing twice.
    pub key: String,
    /// Which of the rule's sentences says why: the end of `warn-why-…`.
    pub why: &'static str,
    /// What was counted.
    pub measured: u32,
    /// What is usual.
    pub usual: u32,
    /// What was allowed.
    pub limit: u32,
    /// The entries that show it, the newest last; a few of many.
    pub evidence: Vec<i64>,
    /// Whose data, where it is about one customer.
    pub subject: Option<String>,
}
