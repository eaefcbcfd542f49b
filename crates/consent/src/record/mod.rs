//! Recording: a customer's choices at one time, with what they were shown and how. A record never
//! changes; a later one follows it.

mod agent;
mod check;
mod convert;
mod minor;
mod origin;
mod sealed;
mod state;
mod store;

pub use agent::{page_without_person, truncated, user_agent_class};
pub use convert::Resealed;
pub use minor::{Guardian, Minor, age_of_consent};
pub use origin::Origin;
pub(crate) use sealed::GONE;
pub use state::{PurposeState, states};
pub(crate) use store::{READ, TRIES, crowded, is_taken};

use std::{collections::BTreeMap, net::IpAddr};

use serde::{Deserialize, Serialize};

use crate::subject::Subject;

/// What a person chose for one purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Agreed.
    Granted,
    /// Said no (and had not agreed before).
    Denied,
    /// Took an earlier agreement back.
    Withdrawn,
    /// Agreed, but the e-mail that confirms it is not answered yet.
    Pending,
}

impl Choice {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Denied => "denied",
            Self::Withdrawn => "withdrawn",
            Self::Pending => "pending",
        }
    }

    /// The choice of that name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Granted, Self::Denied, Self::Withdrawn, Self::Pending]
            .into_iter()
            .find(|choice| choice.as_str() == text)
    }
}

/// Choices to be recorded.
#[derive(Debug, Clone)]
pub struct Recording {
    /// Whose.
    pub subject: Subject,
    /// Where: a property's key.
    pub property: String,
    /// Under which notice: `newsletter`, or a version `newsletter@3`. Empty only for imports of
    /// consents that nobody can say the notice of.
    pub notice: String,
    /// In which language it was shown (BCP 47).
    pub language: String,
    /// What was chosen, by purpose.
    pub choices: BTreeMap<String, Choice>,
    /// Through what: `web`, `app`, `email`, `phone`, `shop` …
    pub channel: String,
    /// On which page; query and fragment are cut off before it is kept.
    pub page: String,
    /// From which address; cut to its network before it is kept.
    pub ip: Option<IpAddr>,
    /// With what; only its class is kept.
    pub user_agent: String,
    /// When, if not now (µs).
    pub given_at: Option<i64>,
    /// The person is a minor.
    pub minor: Option<Minor>,
    /// Who says so.
    pub origin: Origin,
    /// The e-mail of a double opt-in was answered: grants need no further confirmation.
    pub confirmed: bool,
    /// Repeating a request with the same key records nothing twice.
    pub idempotency: Option<String>,
}

/// A record as it is kept. Its fields stand in alphabetical order, so that its JSON is canonical.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stored {
    /// With what class of program.
    pub agent: String,
    /// Through what.
    pub channel: String,
    /// What was chosen.
    pub choices: BTreeMap<String, Choice>,
    /// When it was chosen (µs).
    pub given_at: i64,
    /// Who stood up for the minor, as JSON; names and contacts sealed.
    pub guardian: String,
    /// When that was verified (µs).
    pub guardian_verified_at: Option<i64>,
    /// Id (UUID v7); the receipt has the same.
    pub id: String,
    /// From which network.
    pub ip: String,
    /// In which language.
    pub language: String,
    /// A minor until then (µs).
    pub minor_until: Option<i64>,
    /// Under which notice; empty for an import without one.
    pub notice: String,
    /// The version's number in memory; 0 without a notice.
    pub notice_slot: i64,
    /// Its version; 0 without a notice.
    pub notice_version: i64,
    /// Who says so.
    pub origin: Origin,
    /// On which page, without query and fragment.
    pub page: String,
    /// Where.
    pub property: String,
    /// When it was recorded (µs).
    pub recorded_at: i64,
    /// Whose.
    pub subject: String,
}
