//! Purposes: what data is used for, in words a customer understands, and on what legal basis.

mod store;

pub(crate) use store::read_all;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// A text in the languages that customers read: `{"en": "…", "zh-CN": "…"}`.
pub type Texts = BTreeMap<String, String>;

/// The text in a language; English or else any language when it is not there.
pub fn text_in<'a>(texts: &'a Texts, language: &str) -> &'a str {
    let general = language.split('-').next().unwrap_or(language);
    let close = || texts.iter().find(|(tag, _)| tag.split('-').next() == Some(general));
    texts
        .get(language)
        .or_else(|| close().map(|(_, text)| text))
        .or_else(|| texts.get("en"))
        .or_else(|| texts.values().next())
        .map_or("", String::as_str)
}

/// A privacy regime with its own rules for legal bases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Regime {
    /// GDPR (EU) 2016/679, and the UK's.
    Gdpr,
    /// CCPA as amended by the CPRA (California), and laws after its pattern.
    Ccpa,
    /// 个人信息保护法 (PIPL).
    Pipl,
}

impl Regime {
    /// All regimes.
    pub const ALL: [Self; 3] = [Self::Gdpr, Self::Ccpa, Self::Pipl];

    /// The name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gdpr => "gdpr",
            Self::Ccpa => "ccpa",
            Self::Pipl => "pipl",
        }
    }

    /// The regime of that name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|regime| regime.as_str() == text)
    }
}

/// Why the data may be used at all (GDPR Art 6(1), PIPL Art 13, and the opt-out model of the CCPA).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LegalBasis {
    /// The person agreed: GDPR Art 6(1)(a), PIPL Art 13(1)(1).
    Consent,
    /// Needed for a contract with the person: GDPR Art 6(1)(b), PIPL Art 13(1)(2).
    Contract,
    /// A law demands it: GDPR Art 6(1)(c), PIPL Art 13(1)(3).
    LegalObligation,
    /// To save a life: GDPR Art 6(1)(d), PIPL Art 13(1)(4).
    VitalInterests,
    /// A task in the public interest: GDPR Art 6(1)(e), PIPL Art 13(1)(5).
    PublicTask,
    /// The company's interest outweighs, until the person objects: GDPR Art 6(1)(f). Not in the PIPL.
    LegitimateInterests,
    /// Allowed until the person opts out: CCPA §1798.120, §1798.121.
    OptOut,
}

impl LegalBasis {
    /// All bases.
    pub const ALL: [Self; 7] = [
        Self::Consent,
        Self::Contract,
        Self::LegalObligation,
        Self::VitalInterests,
        Self::PublicTask,
        Self::LegitimateInterests,
        Self::OptOut,
    ];

    /// The name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Consent => "consent",
            Self::Contract => "contract",
            Self::LegalObligation => "legal_obligation",
            Self::VitalInterests => "vital_interests",
            Self::PublicTask => "public_task",
            Self::LegitimateInterests => "legitimate_interests",
            Self::OptOut => "opt_out",
        }
    }

    /// Whether the basis exists under the regime.
    pub fn exists_under(self, regime: Regime) -> bool {
        match self {
            Self::LegitimateInterests => regime != Regime::Pipl,
            Self::OptOut => regime == Regime::Ccpa,
            _ => true,
        }
    }

    /// Whether a person's choice changes the answer.
    pub fn heeds_choices(self) -> bool {
        matches!(self, Self::Consent | Self::LegitimateInterests | Self::OptOut)
    }
}

/// What a purpose says. The texts are for customers; everything else decides.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PurposeBody {
    /// What it is called: “News by e-mail”.
    pub name: Texts,
    /// What happens with the data, in plain words.
    #[serde(default)]
    pub description: Texts,
    /// What happens if the person says no.
    #[serde(default)]
    pub if_refused: Texts,
    /// Its legal basis under each regime; a regime that is missing has consent.
    #[serde(default)]
    pub basis: BTreeMap<Regime, LegalBasis>,
    /// Categories of data used (`contact.email`), as in the data map. Empty: not limited.
    #[serde(default)]
    pub data: BTreeSet<String>,
    /// Systems that may use it, by key. Empty: not limited.
    #[serde(default)]
    pub systems: BTreeSet<String>,
    /// Recipients outside the company, by name.
    #[serde(default)]
    pub vendors: Vec<String>,
    /// Days the data is kept for this purpose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_days: Option<u32>,
    /// Uses sensitive personal information.
    #[serde(default)]
    pub sensitive: bool,
    /// Needs 单独同意 (PIPL Art 23, 25, 26, 29, 39): never bundled with another choice.
    #[serde(default)]
    pub separate_consent: bool,
    /// Granted only once the link in an e-mail is confirmed.
    #[serde(default)]
    pub double_opt_in: bool,
    /// Months after which a consent must be asked for anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_months: Option<u16>,
    /// Machine-readable signals: `gcm.ad_storage`, `tcf.1`, `gpp.sale`.
    #[serde(default)]
    pub signals: BTreeSet<String>,
}

/// A purpose as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Purpose {
    /// Its key, for ever: `email_marketing`.
    pub key: String,
    /// Its number in memory.
    pub slot: u16,
    /// Counts its changes from 1.
    pub version: i64,
    /// Retired (µs): nothing may be done for it any more.
    pub retired_at: Option<i64>,
    /// What it says.
    pub body: PurposeBody,
    /// Created (µs).
    pub created_at: i64,
    /// Changed (µs).
    pub updated_at: i64,
}

impl Purpose {
    /// The basis under a regime.
    pub fn basis(&self, regime: Regime) -> LegalBasis {
        self.body.basis(regime)
    }
}

impl PurposeBody {
    /// The basis under a regime: consent where nothing else is said.
    pub fn basis(&self, regime: Regime) -> LegalBasis {
        self.basis.get(&regime).copied().unwrap_or(LegalBasis::Consent)
    }

    /// What is wrong with it, in words; empty when it can be taken.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.name.values().all(|name| name.trim().is_empty()) {
            faults.push("name is missing; give it in at least one language".to_owned());
        }
        for (regime, basis) in &self.basis {
            if !basis.exists_under(*regime) {
                faults.push(format!(
                    "{} is no legal basis under {}",
                    basis.as_str(),
                    regime.as_str()
                ));
            }
        }
        if self.sensitive && self.basis.values().any(|b| *b == LegalBasis::LegitimateInterests) {
            faults.push(
                "sensitive data cannot rest on legitimate_interests alone (GDPR Art 9)".into(),
            );
        }
        if self.expires_months == Some(0) || self.retention_days == Some(0) {
            faults.push("expires_months and retention_days are at least 1".to_owned());
        }
        let long = |texts: &Texts, most: usize| texts.values().any(|t| t.chars().count() > most);
        if long(&self.name, 120) || long(&self.description, 4000) || long(&self.if_refused, 2000) {
            faults.push("a text is too long: 120 characters for name, 4000 for description, 2000 for if_refused".into());
        }
        faults
    }
}

/// Whether a text can be the key of a purpose, notice or property: it appears in addresses and YAML.
pub fn is_key(text: &str) -> bool {
    let inner =
        text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-.".contains(&b));
    inner && (1..=64).contains(&text.len()) && text.as_bytes()[0].is_ascii_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legitimate_interests_do_not_exist_under_the_pipl() {
        let mut body =
            PurposeBody { name: Texts::from([("en".into(), "News".into())]), ..Default::default() };
        body.basis.insert(Regime::Pipl, LegalBasis::LegitimateInterests);
        assert_eq!(body.faults().len(), 1);
        body.basis.insert(Regime::Pipl, LegalBasis::Contract);
        assert!(body.faults().is_empty());
        assert_eq!(body.basis(Regime::Gdpr), LegalBasis::Consent);
    }

    #[test]
    fn a_text_is_found_in_the_closest_language() {
        let texts = Texts::from([("en".into(), "News".into()), ("zh-CN".into(), "资讯".into())]);
        assert_eq!(text_in(&texts, "zh-CN"), "资讯");
        assert_eq!(text_in(&texts, "zh-TW"), "资讯");
        assert_eq!(text_in(&texts, "fr"), "News");
    }

    #[test]
    fn keys_fit_into_addresses() {
        assert!(is_key("email_marketing") && is_key("a") && is_key("9-lives.x"));
        assert!(
            !is_key("")
                && !is_key("A")
                && !is_key("_a")
                && !is_key("a b")
                && !is_key(&"a".repeat(65))
        );
    }
}
