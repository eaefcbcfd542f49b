//! Who says that a person chose.

use serde::{Deserialize, Serialize};

/// Who says that a person chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Origin {
    /// A company's system, through the API.
    Api,
    /// The person's browser, through the banner.
    Banner,
    /// The person, in the preference centre.
    PreferenceCentre,
    /// The person's mail program or the unsubscribe page.
    Unsubscribe,
    /// The link in a confirmation e-mail.
    DoubleOptIn,
    /// A file of another system.
    Import,
    /// A member of staff, for a person at the counter or on the phone.
    Staff,
}

impl Origin {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Api,
        Self::Banner,
        Self::PreferenceCentre,
        Self::Unsubscribe,
        Self::DoubleOptIn,
        Self::Import,
        Self::Staff,
    ];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Banner => "banner",
            Self::PreferenceCentre => "preference_centre",
            Self::Unsubscribe => "unsubscribe",
            Self::DoubleOptIn => "double_opt_in",
            Self::Import => "import",
            Self::Staff => "staff",
        }
    }

    /// The origin of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
}
