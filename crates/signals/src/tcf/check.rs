//! Whether a TC string may be relied on. Findings never stop decoding: whoever keeps evidence must be
//! able to read a string that breaks the rules.

use std::fmt;

use crate::{
    gvl::VendorList,
    ids::Flags,
    stamp::Stamp,
    tcf::{RestrictionType, TcString},
};

/// From this moment (the day after 30 Sep 2023, which ended the change to TCF 2.2) policy version 4 is
/// the least. Source: TCF 2.2 specification, “TcfPolicyVersion”.
const POLICY_FOUR_SINCE: Stamp = Stamp::from_millis(1_696_118_400_000);
/// The least policy version since then.
const POLICY_FOUR: u8 = 4;
/// Legitimate interest is prohibited for these (and for purpose 1). Source: TCF policies 4, TCF 2.2.
const NO_LEGITIMATE_INTEREST: [u8; 5] = [1, 3, 4, 5, 6];
/// Purposes the framework knows (TCF 2.2 policies, appendix A).
const LAST_PURPOSE: u8 = 11;
/// Special features the framework knows.
const LAST_SPECIAL_FEATURE: u8 = 2;

/// What is known today beside the string itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Today<'a> {
    /// The present moment; a string from the future is found.
    pub now: Option<Stamp>,
    /// The vendor list the operator supplied.
    pub vendor_list: Option<&'a VendorList>,
    /// When the CMP that wrote the string was struck off the CMP list.
    pub cmp_deleted: Option<Stamp>,
}

/// How heavy a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Worth knowing.
    Note,
    /// A receiver must ignore part of the string.
    Warning,
    /// A receiver must treat the whole string as invalid.
    Invalid,
}

/// Something that the framework's rules do not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// Created after 30 Sep 2023 under a policy version below 4.
    OldPolicy,
    /// `IsServiceSpecific` is 0: global scope has ended.
    GlobalScope,
    /// No disclosed vendors (mandatory since TCF 2.3).
    NothingDisclosed,
    /// Legitimate interest for a purpose that needs consent.
    LegitimateInterestProhibited(u8),
    /// The publisher asks a vendor to use legitimate interest for such a purpose.
    RestrictionToProhibitedInterest(u8),
    /// A restriction of type 3, or for purpose 0.
    RestrictionUndefined(u8),
    /// A purpose the framework does not know.
    UnknownPurpose(u8),
    /// A special feature the framework does not know.
    UnknownSpecialFeature(u8),
    /// CMP ids 0 and 1 are no registered CMPs.
    NoCmp,
    /// The CMP was struck off before the string was written.
    CmpDeleted,
    /// The language or the country is no code of two letters.
    NoCode,
    /// `Created` and `LastUpdated` differ, or are not the start of a day (UTC).
    TellsTheHour,
    /// Written in the future.
    FromTheFuture,
    /// A vendor has a signal but was not disclosed (how many).
    NotDisclosed(usize),
    /// Purpose 1 was not asked for, yet consented to.
    PurposeOneContradiction,
    /// A vendor is not on the list, or was struck off before the string was written (how many).
    UnknownVendors(usize),
    /// Written under a newer vendor list than ours.
    NewerVendorList,
}

impl Finding {
    /// How heavy it weighs.
    pub const fn weight(self) -> Weight {
        match self {
            Self::OldPolicy
            | Self::GlobalScope
            | Self::NothingDisclosed
            | Self::NoCmp
            | Self::CmpDeleted => Weight::Invalid,
            Self::LegitimateInterestProhibited(_)
            | Self::RestrictionToProhibitedInterest(_)
            | Self::RestrictionUndefined(_)
            | Self::UnknownPurpose(_)
            | Self::UnknownSpecialFeature(_)
            | Self::NotDisclosed(_)
            | Self::UnknownVendors(_)
            | Self::PurposeOneContradiction
            | Self::FromTheFuture
            | Self::NoCode => Weight::Warning,
            Self::TellsTheHour | Self::NewerVendorList => Weight::Note,
        }
    }

    /// A stable key, for translations and exports.
    pub const fn key(self) -> &'static str {
        match self {
            Self::OldPolicy => "old-policy",
            Self::GlobalScope => "global-scope",
            Self::NothingDisclosed => "nothing-disclosed",
            Self::LegitimateInterestProhibited(_) => "legitimate-interest-prohibited",
            Self::RestrictionToProhibitedInterest(_) => "restriction-to-prohibited-interest",
            Self::RestrictionUndefined(_) => "restriction-undefined",
            Self::UnknownPurpose(_) => "unknown-purpose",
            Self::UnknownSpecialFeature(_) => "unknown-special-feature",
            Self::NoCmp => "no-cmp",
            Self::CmpDeleted => "cmp-deleted",
            Self::NoCode => "no-code",
            Self::TellsTheHour => "tells-the-hour",
            Self::FromTheFuture => "from-the-future",
            Self::NotDisclosed(_) => "not-disclosed",
            Self::PurposeOneContradiction => "purpose-one-contradiction",
            Self::UnknownVendors(_) => "unknown-vendors",
            Self::NewerVendorList => "newer-vendor-list",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OldPolicy => f.write_str("policy version below 4 after 30 Sep 2023"),
            Self::GlobalScope => f.write_str("IsServiceSpecific is 0; global scope has ended"),
            Self::NothingDisclosed => f.write_str("no disclosed vendors (mandatory since TCF 2.3)"),
            Self::LegitimateInterestProhibited(purpose) => {
                write!(f, "legitimate interest is prohibited for purpose {purpose}")
            }
            Self::RestrictionToProhibitedInterest(purpose) => {
                write!(f, "a restriction asks for legitimate interest for purpose {purpose}")
            }
            Self::RestrictionUndefined(purpose) => {
                write!(f, "a restriction of purpose {purpose} means nothing")
            }
            Self::UnknownPurpose(purpose) => write!(f, "purpose {purpose} does not exist"),
            Self::UnknownSpecialFeature(feature) => {
                write!(f, "special feature {feature} does not exist")
            }
            Self::NoCmp => f.write_str("the CMP id is no registered CMP’s"),
            Self::CmpDeleted => f.write_str("the CMP was struck off before"),
            Self::NoCode => f.write_str("language or country is no code of two letters"),
            Self::TellsTheHour => {
                f.write_str("Created and LastUpdated must be the same whole day (UTC)")
            }
            Self::FromTheFuture => f.write_str("written in the future"),
            Self::NotDisclosed(count) => {
                write!(f, "{count} vendors have a signal but were not disclosed")
            }
            Self::PurposeOneContradiction => {
                f.write_str("purpose 1 was not asked for, yet consented to")
            }
            Self::UnknownVendors(count) => {
                write!(f, "{count} vendors with a signal are not on the vendor list")
            }
            Self::NewerVendorList => f.write_str("written under a newer vendor list than ours"),
        }
    }
}

impl TcString {
    /// What the framework's rules do not allow, heaviest first.
    pub fn check(&self, today: Today<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        self.check_string(today, &mut findings);
        self.check_purposes(&mut findings);
        self.check_vendors(today, &mut findings);
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.weight()));
        findings
    }

    fn check_string(&self, today: Today<'_>, findings: &mut Vec<Finding>) {
        let days = [self.created, self.last_updated];
        let mut found = |yes: bool, finding| {
            if yes {
                findings.push(finding);
            }
        };
        let old = self.policy_version < POLICY_FOUR && self.created >= POLICY_FOUR_SINCE;
        found(old, Finding::OldPolicy);
        found(!self.is_service_specific, Finding::GlobalScope);
        found(self.vendors_disclosed.is_none(), Finding::NothingDisclosed);
        found(self.cmp_id < 2, Finding::NoCmp);
        found(
            today.cmp_deleted.is_some_and(|deleted| deleted <= self.last_updated),
            Finding::CmpDeleted,
        );
        let codes = [self.consent_language, self.publisher_country];
        found(!codes.iter().all(|code| code.is_code()), Finding::NoCode);
        let one_day = self.created == self.last_updated && days.iter().all(|day| day.is_day());
        found(!one_day, Finding::TellsTheHour);
        let future = today.now.is_some_and(|now| days.iter().any(|day| *day > now));
        found(future, Finding::FromTheFuture);
        let contradiction = self.purpose_one_treatment && self.purpose_consents.contains(1);
        found(contradiction, Finding::PurposeOneContradiction);
    }

    fn check_purposes(&self, findings: &mut Vec<Finding>) {
        let interests = self.purpose_legitimate_interests;
        findings.extend(
            NO_LEGITIMATE_INTEREST
                .into_iter()
                .filter(|purpose| interests.contains(*purpose))
                .map(Finding::LegitimateInterestProhibited),
        );
        let either = self.purpose_consents.bits() | interests.bits();
        let unknown = Flags::from_bits(either).iter().filter(|id| *id > LAST_PURPOSE);
        findings.extend(unknown.map(Finding::UnknownPurpose));
        let features = self.special_feature_optins.iter().filter(|id| *id > LAST_SPECIAL_FEATURE);
        findings.extend(features.map(Finding::UnknownSpecialFeature));
        for rule in &self.publisher_restrictions {
            let purpose = rule.purpose;
            match rule.kind {
                RestrictionType::RequireLegitimateInterest
                    if NO_LEGITIMATE_INTEREST.contains(&purpose) =>
                {
                    findings.push(Finding::RestrictionToProhibitedInterest(purpose));
                }
                RestrictionType::Undefined => {
                    findings.push(Finding::RestrictionUndefined(purpose));
                }
                _ if purpose == 0 => findings.push(Finding::RestrictionUndefined(purpose)),
                _ if purpose > LAST_PURPOSE => findings.push(Finding::UnknownPurpose(purpose)),
                _ => {}
            }
        }
    }

    fn check_vendors(&self, today: Today<'_>, findings: &mut Vec<Finding>) {
        let mut signalled = self.vendor_consents.clone();
        for (first, last) in self.vendor_legitimate_interests.runs() {
            signalled.insert_range(first, last);
        }
        if let Some(disclosed) = &self.vendors_disclosed {
            let hidden = signalled.iter().filter(|vendor| !disclosed.contains(*vendor)).count();
            if hidden > 0 {
                findings.push(Finding::NotDisclosed(hidden));
            }
        }
        let Some(list) = today.vendor_list else { return };
        let unknown =
            signalled.iter().filter(|vendor| !list.is_active(*vendor, self.last_updated)).count();
        if unknown > 0 {
            findings.push(Finding::UnknownVendors(unknown));
        }
        if u32::from(self.vendor_list_version) > list.version {
            findings.push(Finding::NewerVendorList);
        }
    }
}
