//! Google Consent Mode v2: seven kinds of storage and use, each granted or denied.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What Consent Mode asks about (Google: “Consent mode reference”, November 2023 for the two `ad_` uses).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// Storage for advertising.
    AdStorage,
    /// Sending data about the person to Google for advertising.
    AdUserData,
    /// Personalised advertising.
    AdPersonalization,
    /// Storage for analytics, such as visit duration.
    AnalyticsStorage,
    /// Storage for what the site does, such as language.
    FunctionalityStorage,
    /// Storage for personalisation, such as recommendations.
    PersonalizationStorage,
    /// Storage for security, such as authentication: no choice, always granted.
    SecurityStorage,
}

impl Signal {
    /// All seven.
    pub const ALL: [Self; 7] = [
        Self::AdStorage,
        Self::AdUserData,
        Self::AdPersonalization,
        Self::AnalyticsStorage,
        Self::FunctionalityStorage,
        Self::PersonalizationStorage,
        Self::SecurityStorage,
    ];

    const fn is_advertising(self) -> bool {
        matches!(self, Self::AdStorage | Self::AdUserData | Self::AdPersonalization)
    }
}

/// The seven answers, ready for `gtag("consent", "update", …)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ConsentMode(BTreeMap<Signal, &'static str>);

impl ConsentMode {
    /// From what is granted. A request not to sell or share (GPC) denies the three of advertising.
    pub(crate) fn new(granted: impl Fn(Signal) -> bool, gpc: bool) -> Self {
        let answer = |signal: Signal| {
            let yes = match signal {
                Signal::SecurityStorage => true,
                _ => granted(signal) && !(gpc && signal.is_advertising()),
            };
            (signal, if yes { "granted" } else { "denied" })
        };
        Self(Signal::ALL.into_iter().map(answer).collect())
    }

    /// Whether the signal is granted.
    pub fn is_granted(&self, signal: Signal) -> bool {
        self.0.get(&signal) == Some(&"granted")
    }
}
