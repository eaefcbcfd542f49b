//! Experiments with the banner's words. The server gives each visitor a variant by a keyed hash of
//! what the request says anyway, so nothing is stored on the device or by us to do it; visitors are
//! counted once, and a verdict waits for the number of visitors that was planned.

mod counts;
mod pages;
pub mod stats;
mod store;
pub mod words;

pub(crate) use counts::Counts;
pub(crate) use pages::router;

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// Text by its name: `title`, `body`, `accept`, `refuse`, `settings`.
pub type Texts = BTreeMap<String, String>;

/// The texts a variant may change.
pub const VARIED: [&str; 5] = ["title", "body", "accept", "refuse", "settings"];

/// What counts as success.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// Visitors who answered at all, either way: the words were understood.
    #[default]
    Answered,
    /// Visitors who accepted everything.
    Accepted,
}

impl Goal {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Accepted => "accepted",
        }
    }
}

/// One wording. The first has no texts of its own: it is what visitors read without the experiment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// `a`, `b`, `c` …
    pub key: String,
    /// Language → its own texts.
    #[serde(default)]
    pub texts: BTreeMap<String, Texts>,
}

/// What an experiment says.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ExperimentBody {
    /// For people in the console.
    pub name: String,
    /// At least two.
    pub variants: Vec<Variant>,
    /// What counts as success.
    #[serde(default)]
    pub goal: Goal,
    /// The success rate expected of the first variant, 0 to 1.
    pub base: f64,
    /// The smallest difference worth knowing, 0 to 1.
    pub effect: f64,
}

impl ExperimentBody {
    /// Visitors each variant needs.
    pub fn planned(&self) -> i64 {
        stats::sample_size(self.base, self.effect, self.variants.len().saturating_sub(1))
    }
}

/// Where an experiment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Being written.
    Draft,
    /// Shown to visitors.
    Running,
    /// Over; its numbers stay.
    Ended,
}

impl State {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Running => "running",
            Self::Ended => "ended",
        }
    }

    fn parse(text: &str) -> Self {
        match text {
            "running" => Self::Running,
            "ended" => Self::Ended,
            _ => Self::Draft,
        }
    }
}

/// One experiment.
#[derive(Debug, Clone)]
pub struct Experiment {
    /// Id.
    pub id: String,
    /// Whose banner.
    pub property: String,
    /// What it says.
    pub body: ExperimentBody,
    /// Where it stands.
    pub state: State,
    /// Started (µs).
    pub started_at: Option<i64>,
    /// Ended (µs).
    pub ended_at: Option<i64>,
}

/// Visitors of one variant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Saw the banner.
    pub shown: i64,
    /// Accepted everything.
    pub accepted: i64,
    /// Refused everything.
    pub refused: i64,
    /// Chose in the dialog.
    pub partly: i64,
}

impl Count {
    /// Those that reached the goal, of those that saw it. An answer whose display was not counted
    /// (a lost request) counts as shown.
    pub fn share(self, goal: Goal) -> stats::Share {
        let answered = self.accepted + self.refused + self.partly;
        let hits = match goal {
            Goal::Answered => answered,
            Goal::Accepted => self.accepted,
        };
        stats::Share { hits, of: self.shown.max(answered) }
    }
}

/// What a visitor's choices were, for counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Everything yes.
    Accepted,
    /// Everything no.
    Refused,
    /// Some.
    Partly,
}

impl Outcome {
    /// Of the choices made.
    pub fn of(choices: impl Iterator<Item = bool> + Clone) -> Self {
        if choices.clone().all(|yes| yes) {
            Self::Accepted
        } else if choices.clone().all(|yes| !yes) {
            Self::Refused
        } else {
            Self::Partly
        }
    }

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Partly => "partly",
        }
    }

    fn parse(text: &str) -> Self {
        match text {
            "accepted" => Self::Accepted,
            "refused" => Self::Refused,
            _ => Self::Partly,
        }
    }
}

/// A visitor as an experiment sees them: a keyed hash that is never stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Visitor(u64);

impl Visitor {
    /// From what the request says: network address and browser.
    pub fn of(key: &[u8; 32], experiment: &str, address: &str, agent: &str) -> Self {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
            unreachable!("HMAC takes keys of any length")
        };
        for part in [experiment, address, agent] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        let digest = mac.finalize().into_bytes();
        Self(digest.iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
    }

    /// The place of their variant among `n`.
    pub fn variant(self, n: usize) -> usize {
        (self.0 % n.max(1) as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visitor_keeps_their_variant_and_variants_are_even() {
        let key = [7; 32];
        let one = |n: usize| Visitor::of(&key, "e", &format!("192.0.2.{n}"), "Firefox").variant(2);

        let seconds: usize = (0..2000).map(one).sum();

        assert_eq!(one(5), one(5));
        assert!((900..1100).contains(&seconds), "{seconds} of 2000 got the second variant");
    }

    #[test]
    fn outcomes_are_told_apart() {
        assert_eq!(Outcome::of([true, true].into_iter()), Outcome::Accepted);
        assert_eq!(Outcome::of([false, false].into_iter()), Outcome::Refused);
        assert_eq!(Outcome::of([true, false].into_iter()), Outcome::Partly);
    }

    #[test]
    fn an_answer_without_a_counted_display_is_no_more_than_certain() {
        let lost = Count { shown: 1, accepted: 2, refused: 1, partly: 0 };
        assert_eq!(lost.share(Goal::Answered), stats::Share { hits: 3, of: 3 });
    }
}
