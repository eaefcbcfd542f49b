//! Rules as data: which there are, how severe, and the two numbers of each that an operator may
//! change. What a rule looks at stands beside the code that counts for it.

/// How bad it would be, if it is what it looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Low,
    /// Look today.
    Medium,
    /// Look now.
    High,
    /// Act now.
    Critical,
}

impl Severity {
    /// All, the mildest first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
}

/// A rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleId {
    /// Many customers' data opened within an hour.
    MassRead,
    /// More customers than usual, day after day.
    SlowRead,
    /// Personal data opened or exported when this person never works.
    OffHours,
    /// Personal data opened for a purpose this person does not use.
    UnusualPurpose,
    /// A sign-in or a session from where, or with what, it never was.
    NewPlace,
    /// Passwords are being guessed.
    FailedSignIns,
    /// More exports in a day than usual.
    ExportSpike,
    /// Rights given to oneself, or by somebody who never gives any.
    Privilege,
    /// Emergency access was taken.
    Emergency,
    /// Many customers erased.
    Erasures,
    /// A planted customer was touched.
    Canary,
}

impl RuleId {
    /// All, in the order in which pages show them.
    pub const ALL: [Self; 11] = [
        Self::Canary,
        Self::MassRead,
        Self::SlowRead,
        Self::ExportSpike,
        Self::OffHours,
        Self::UnusualPurpose,
        Self::NewPlace,
        Self::FailedSignIns,
        Self::Privilege,
        Self::Emergency,
        Self::Erasures,
    ];

    /// The stored name, also the end of its text keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MassRead => "mass-read",
            Self::SlowRead => "slow-read",
            Self::OffHours => "off-hours",
            Self::UnusualPurpose => "unusual-purpose",
            Self::NewPlace => "new-place",
            Self::FailedSignIns => "failed-sign-ins",
            Self::ExportSpike => "export-spike",
            Self::Privilege => "privilege",
            Self::Emergency => "emergency",
            Self::Erasures => "erasures",
            Self::Canary => "canary",
        }
    }

    /// Reads the stored name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }

    /// What `floor` counts; a rule without a number to change has none.
    pub fn has_floor(self) -> bool {
        !matches!(self, Self::Canary | Self::Emergency | Self::NewPlace)
    }

    /// Whether it measures against what is usual, so that `k` means something.
    pub fn has_baseline(self) -> bool {
        matches!(self, Self::MassRead | Self::SlowRead | Self::ExportSpike | Self::Erasures)
    }

    /// As shipped. The numbers come from replayed traffic: see `docs/early-warning.md`.
    pub fn shipped(self) -> Rule {
        let (severity, floor, k) = match self {
            Self::MassRead => (Severity::High, 40, 8.0),
            Self::SlowRead => (Severity::Medium, 30, 10.0),
            Self::OffHours => (Severity::Medium, 5, 0.0),
            Self::UnusualPurpose => (Severity::Low, 5, 0.0),
            Self::NewPlace | Self::Emergency => (Severity::High, 0, 0.0),
            Self::FailedSignIns => (Severity::Medium, 8, 0.0),
            Self::ExportSpike => (Severity::High, 5, 6.0),
            Self::Privilege => (Severity::High, 5, 0.0),
            Self::Erasures => (Severity::High, 20, 6.0),
            Self::Canary => (Severity::Critical, 0, 0.0),
        };
        Rule { id: self, on: true, severity, floor, k }
    }
}

/// A rule with its numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Which.
    pub id: RuleId,
    /// Whether it is watched.
    pub on: bool,
    /// How severe its alarms are.
    pub severity: Severity,
    /// Never fewer than so many raise an alarm.
    pub floor: u32,
    /// How many robust deviations above the usual raise one.
    pub k: f64,
}

/// All rules.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules(Vec<Rule>);

impl Default for Rules {
    fn default() -> Self {
        Self(RuleId::ALL.into_iter().map(RuleId::shipped).collect())
    }
}

impl Rules {
    /// One of them.
    pub fn get(&self, id: RuleId) -> Rule {
        self.0.iter().find(|rule| rule.id == id).cloned().unwrap_or_else(|| id.shipped())
    }

    /// Puts one in place of its older self.
    pub fn set(&mut self, rule: Rule) {
        self.0.retain(|old| old.id != rule.id);
        self.0.push(rule);
    }
}
