//! TC strings of the IAB Europe Transparency & Consent Framework 2.2 and 2.3: what a person chose,
//! under which vendor list, told to whom. Read with [`TcString::decode`], written with
//! [`TcString::encode`]; whether it may be relied on is asked of [`TcString::check`].

mod build;
mod check;
pub(crate) mod codec;

use serde::Serialize;
use serde_json::{Value, json};

pub use build::Choices;
pub use check::{Finding, Today, Weight};

use crate::{
    ids::{Flags, IdSet},
    stamp::{Letters, Stamp},
};

/// The most characters of a TC string. The largest honest one (four bit fields of 65 535 vendors and
/// every restriction by ranges) stays below; what is longer is an attack or an accident.
pub const LONGEST: usize = 128 * 1024;

/// A decoded TC string. Field names are those of the specification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TcString {
    /// When it was first created. Since TCF 2.1 the same day as `last_updated`.
    pub created: Stamp,
    /// When a value was last changed.
    pub last_updated: Stamp,
    /// The registered CMP that wrote it (12 bits).
    pub cmp_id: u16,
    /// The CMP's own version (12 bits).
    pub cmp_version: u16,
    /// The CMP's screen on which the choice was made (6 bits).
    pub consent_screen: u8,
    /// Language of the screen.
    pub consent_language: Letters,
    /// Version of the vendor list (12 bits).
    pub vendor_list_version: u16,
    /// Version of the TCF policies (6 bits).
    pub policy_version: u8,
    /// Whether the choice holds for this service (or group of services) alone. Must be so.
    pub is_service_specific: bool,
    /// Whether texts other than the standard ones were shown.
    pub use_non_standard_texts: bool,
    /// Special features opted in to (12 bits).
    pub special_feature_optins: Flags,
    /// Purposes consented to (24 bits).
    pub purpose_consents: Flags,
    /// Purposes with legitimate interest told and not objected to (24 bits).
    pub purpose_legitimate_interests: Flags,
    /// Whether purpose 1 was not told at all (some countries do not ask for it).
    pub purpose_one_treatment: bool,
    /// Country whose law applies to the publisher; `AA` is unknown.
    pub publisher_country: Letters,
    /// Vendors consented to.
    pub vendor_consents: IdSet,
    /// Vendors with legitimate interest told and not objected to.
    pub vendor_legitimate_interests: IdSet,
    /// The publisher's own rules for vendors.
    pub publisher_restrictions: Vec<Restriction>,
    /// Vendors that were shown. Mandatory since TCF 2.3.
    pub vendors_disclosed: Option<IdSet>,
    /// Vendors that may use legal bases from elsewhere (no longer in use).
    pub vendors_allowed: Option<IdSet>,
    /// What the publisher itself asked for.
    pub publisher: Option<PublisherTc>,
}

/// A publisher's rule: for one purpose, some vendors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restriction {
    /// The purpose (6 bits).
    #[serde(rename = "purposeId")]
    pub purpose: u8,
    /// What is laid down.
    #[serde(rename = "restrictionType")]
    pub kind: RestrictionType,
    /// For whom.
    pub vendors: IdSet,
}

/// What a [`Restriction`] lays down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RestrictionType {
    /// The purpose is not allowed.
    NotAllowed,
    /// It needs consent.
    RequireConsent,
    /// It needs legitimate interest.
    RequireLegitimateInterest,
    /// Not used by the specification.
    Undefined,
}

impl RestrictionType {
    pub(crate) const fn from_bits(bits: u64) -> Self {
        match bits & 3 {
            0 => Self::NotAllowed,
            1 => Self::RequireConsent,
            2 => Self::RequireLegitimateInterest,
            _ => Self::Undefined,
        }
    }

    /// Its number in the string.
    pub const fn number(self) -> u8 {
        self as u8
    }
}

impl Serialize for RestrictionType {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.number())
    }
}

/// The publisher's own segment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PublisherTc {
    /// Purposes consented to.
    pub consents: Flags,
    /// Purposes with legitimate interest told and not objected to.
    pub legitimate_interests: Flags,
    /// How many purposes of its own the publisher has (6 bits).
    pub custom_purposes: u8,
    /// Own purposes consented to.
    pub custom_consents: Flags,
    /// Own purposes with legitimate interest told and not objected to.
    pub custom_legitimate_interests: Flags,
}

impl TcString {
    /// The version of the format.
    pub const VERSION: u8 = 2;

    /// As JSON under the reference library's names; times in milliseconds since 1970, sets as lists of
    /// ids, restrictions by purpose and type. Segments that are not there show as empty.
    pub fn to_json(&self) -> Value {
        let mut restrictions: Vec<&Restriction> = self.publisher_restrictions.iter().collect();
        restrictions.sort_by_key(|rule| (rule.purpose, rule.kind));
        let publisher = self.publisher.unwrap_or_default();
        json!({
            "version": Self::VERSION,
            "created": self.created,
            "lastUpdated": self.last_updated,
            "cmpId": self.cmp_id,
            "cmpVersion": self.cmp_version,
            "consentScreen": self.consent_screen,
            "consentLanguage": self.consent_language,
            "vendorListVersion": self.vendor_list_version,
            "policyVersion": self.policy_version,
            "isServiceSpecific": self.is_service_specific,
            "useNonStandardTexts": self.use_non_standard_texts,
            "specialFeatureOptins": self.special_feature_optins,
            "purposeConsents": self.purpose_consents,
            "purposeLegitimateInterests": self.purpose_legitimate_interests,
            "purposeOneTreatment": self.purpose_one_treatment,
            "publisherCountryCode": self.publisher_country,
            "vendorConsents": self.vendor_consents,
            "vendorLegitimateInterests": self.vendor_legitimate_interests,
            "publisherRestrictions": restrictions,
            "vendorsDisclosed": self.vendors_disclosed.clone().unwrap_or_default(),
            "publisherConsents": publisher.consents,
            "publisherLegitimateInterests": publisher.legitimate_interests,
            "numCustomPurposes": publisher.custom_purposes,
            "publisherCustomConsents": publisher.custom_consents,
            "publisherCustomLegitimateInterests": publisher.custom_legitimate_interests,
        })
    }

    /// What the publisher laid down for this vendor and purpose; the strictest if there are several.
    pub fn restriction(&self, vendor: u16, purpose: u8) -> Option<RestrictionType> {
        self.publisher_restrictions
            .iter()
            .filter(|rule| rule.purpose == purpose && rule.vendors.contains(vendor))
            .map(|rule| rule.kind)
            .min()
    }
}
