//! From a person's choices to a TC string. The reference library's rules for positive signals hold:
//! a vendor gets consent only if it declares a purpose for it, and legitimate interest only if it
//! declares one (or only special purposes) and was disclosed.

use crate::{
    gvl::{Vendor, VendorList},
    ids::{Flags, IdSet},
    stamp::{Letters, Stamp},
    tcf::{PublisherTc, Restriction, TcString},
};

/// Purposes that may be based on legitimate interest: 2 and 7 to 11 (TCF 2.2).
const MAY_BE_INTEREST: Flags = Flags::from_bits(0b111_1100_0010);

/// What a person chose and where.
#[derive(Debug, Clone)]
pub struct Choices {
    /// When.
    pub at: Stamp,
    /// The operator's registered CMP id.
    pub cmp_id: u16,
    /// The CMP's version.
    pub cmp_version: u16,
    /// The screen.
    pub screen: u8,
    /// Its language.
    pub language: Letters,
    /// The publisher's country.
    pub country: Letters,
    /// Purposes consented to.
    pub consents: Flags,
    /// Purposes objected to: no legitimate interest.
    pub objections: Flags,
    /// Special features opted in to.
    pub special_features: Flags,
    /// Vendors shown on the screen; none means all active ones.
    pub shown: Option<IdSet>,
    /// Vendors refused one by one.
    pub refused: IdSet,
    /// Whether the publisher asks for itself too.
    pub for_publisher: bool,
    /// The publisher's rules.
    pub restrictions: Vec<Restriction>,
}

impl TcString {
    /// The string for these choices under this vendor list.
    pub fn from_choices(choices: &Choices, list: &VendorList) -> Self {
        let interests = Flags::from_bits(MAY_BE_INTEREST.bits() & !choices.objections.bits());
        let (mut consents, mut legitimate, mut disclosed) = Default::default();
        for (id, vendor) in list.active(choices.at) {
            if choices.shown.as_ref().is_some_and(|shown| !shown.contains(id)) {
                continue;
            }
            IdSet::insert(&mut disclosed, id);
            if choices.refused.contains(id) {
                continue;
            }
            if vendor.purposes.iter().any(|purpose| choices.consents.contains(*purpose)) {
                IdSet::insert(&mut consents, id);
            }
            if may_claim_interest(vendor, interests) {
                IdSet::insert(&mut legitimate, id);
            }
        }
        Self {
            created: choices.at.day(),
            last_updated: choices.at.day(),
            cmp_id: choices.cmp_id,
            cmp_version: choices.cmp_version,
            consent_screen: choices.screen,
            consent_language: choices.language,
            vendor_list_version: list.version as u16,
            policy_version: list.policy_version,
            is_service_specific: true,
            use_non_standard_texts: false,
            special_feature_optins: choices.special_features,
            purpose_consents: choices.consents,
            purpose_legitimate_interests: interests,
            purpose_one_treatment: false,
            publisher_country: choices.country,
            vendor_consents: consents,
            vendor_legitimate_interests: legitimate,
            publisher_restrictions: choices.restrictions.clone(),
            vendors_disclosed: Some(disclosed),
            vendors_allowed: None,
            publisher: choices.for_publisher.then(|| PublisherTc {
                consents: choices.consents,
                legitimate_interests: interests,
                ..PublisherTc::default()
            }),
        }
    }
}

/// A vendor with special purposes alone keeps its bit once disclosed (TCF policies of June 2021).
fn may_claim_interest(vendor: &Vendor, interests: Flags) -> bool {
    let declared = vendor.legitimate_interest_purposes.iter();
    let only_special =
        vendor.legitimate_interest_purposes.is_empty() && !vendor.special_purposes.is_empty();
    only_special || declared.clone().any(|purpose| interests.contains(*purpose))
}
