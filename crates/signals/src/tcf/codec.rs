//! TC strings to and from text: “Transparency and Consent String with Global Vendor & CMP List
//! Formats”, version 2.

use crate::{
    Result, SignalError,
    bits::{Bits, Padding, Writer},
    ids::{Flags, IdSet},
    ranges::{self, Choice, Numbers},
    stamp::{Letters, Stamp},
    tcf::{LONGEST, PublisherTc, Restriction, RestrictionType, TcString},
};

/// Types of the segments behind the core (3 bits).
const DISCLOSED: u64 = 1;
const ALLOWED: u64 = 2;
const PUBLISHER: u64 = 3;

const PURPOSES: usize = 24;
const FEATURES: usize = 12;

impl TcString {
    /// Reads a TC string. The core segment comes first, the others in any order.
    pub fn decode(text: &str) -> Result<Self> {
        if text.is_empty() {
            return Err(SignalError::Empty);
        }
        if text.len() > LONGEST {
            return Err(SignalError::TooLong { length: text.len(), limit: LONGEST });
        }
        let mut segments = text.split('.');
        let mut tc = core(&mut Bits::parse(segments.next().unwrap_or_default())?)?;
        for (place, segment) in segments.enumerate() {
            tc.read_segment(place + 1, &mut Bits::parse(segment)?)?;
        }
        Ok(tc)
    }

    fn read_segment(&mut self, place: usize, bits: &mut Bits) -> Result<()> {
        let repeated = match bits.take(3, "SegmentType")? {
            DISCLOSED => {
                self.vendors_disclosed.replace(vendors(bits, "DisclosedVendors")?).is_some()
            }
            ALLOWED => self.vendors_allowed.replace(vendors(bits, "AllowedVendors")?).is_some(),
            PUBLISHER => self.publisher.replace(publisher(bits)?).is_some(),
            kind => return Err(SignalError::SegmentType { place, kind }),
        };
        if repeated { Err(SignalError::SegmentRepeated { place }) } else { Ok(()) }
    }

    /// Writes the TC string as the reference library does: core, disclosed vendors, allowed vendors,
    /// publisher. Fails if a number or a set is too large for its field.
    pub fn encode(&self) -> Result<String> {
        let mut text = self.core()?;
        for (kind, set) in [(DISCLOSED, &self.vendors_disclosed), (ALLOWED, &self.vendors_allowed)]
        {
            if let Some(set) = set {
                let mut writer = Writer::default();
                writer.put(kind, 3);
                ranges::write_vendors(&mut writer, set, Numbers::Fixed, Choice::Tcf)?;
                append(&mut text, writer);
            }
        }
        if let Some(publisher) = &self.publisher {
            append(&mut text, publisher.write()?);
        }
        Ok(text)
    }

    fn core(&self) -> Result<String> {
        let mut writer = Writer::default();
        writer.put(u64::from(Self::VERSION), 6);
        writer.put(self.created.tenths(), 36);
        writer.put(self.last_updated.tenths(), 36);
        put(&mut writer, self.cmp_id, 12, "CmpId")?;
        put(&mut writer, self.cmp_version, 12, "CmpVersion")?;
        put(&mut writer, self.consent_screen, 6, "ConsentScreen")?;
        writer.put(self.consent_language.bits(), 12);
        put(&mut writer, self.vendor_list_version, 12, "VendorListVersion")?;
        put(&mut writer, self.policy_version, 6, "TcfPolicyVersion")?;
        writer.flag(self.is_service_specific);
        writer.flag(self.use_non_standard_texts);
        write_flags(&mut writer, self.special_feature_optins, FEATURES, "SpecialFeatureOptIns")?;
        write_flags(&mut writer, self.purpose_consents, PURPOSES, "PurposesConsent")?;
        let interests = self.purpose_legitimate_interests;
        write_flags(&mut writer, interests, PURPOSES, "PurposesLITransparency")?;
        writer.flag(self.purpose_one_treatment);
        writer.put(self.publisher_country.bits(), 12);
        for set in [&self.vendor_consents, &self.vendor_legitimate_interests] {
            ranges::write_vendors(&mut writer, set, Numbers::Fixed, Choice::Tcf)?;
        }
        write_restrictions(&mut writer, &self.publisher_restrictions, |writer, vendors| {
            ranges::write_ranges(writer, vendors, Numbers::Fixed, "PubRestrictions")
        })?;
        Ok(writer.finish(Padding::ToTwentyFour))
    }
}

impl PublisherTc {
    fn write(&self) -> Result<Writer> {
        let mut writer = Writer::default();
        let own = usize::from(self.custom_purposes);
        writer.put(PUBLISHER, 3);
        write_flags(&mut writer, self.consents, PURPOSES, "PubPurposesConsent")?;
        let interests = self.legitimate_interests;
        write_flags(&mut writer, interests, PURPOSES, "PubPurposesLITransparency")?;
        put(&mut writer, self.custom_purposes, 6, "NumCustomPurposes")?;
        write_flags(&mut writer, self.custom_consents, own, "CustomPurposesConsent")?;
        let interests = self.custom_legitimate_interests;
        write_flags(&mut writer, interests, own, "CustomPurposesLITransparency")?;
        Ok(writer)
    }
}

fn append(text: &mut String, writer: Writer) {
    text.push('.');
    text.push_str(&writer.finish(Padding::ToTwentyFour));
}

fn core(bits: &mut Bits) -> Result<TcString> {
    let version = bits.take(6, "Version")?;
    if version != u64::from(TcString::VERSION) {
        // 8 and above in six bits is a type in the first three: a segment that belongs behind the core.
        return Err(match version {
            8..32 => SignalError::CoreFirst,
            found => SignalError::Version { what: "the TC string", found, known: "2" },
        });
    }
    Ok(TcString {
        created: Stamp::from_tenths(bits.take(36, "Created")?),
        last_updated: Stamp::from_tenths(bits.take(36, "LastUpdated")?),
        cmp_id: bits.take(12, "CmpId")? as u16,
        cmp_version: bits.take(12, "CmpVersion")? as u16,
        consent_screen: bits.take(6, "ConsentScreen")? as u8,
        consent_language: Letters::from_bits(bits.take(12, "ConsentLanguage")?),
        vendor_list_version: bits.take(12, "VendorListVersion")? as u16,
        policy_version: bits.take(6, "TcfPolicyVersion")? as u8,
        is_service_specific: bits.flag("IsServiceSpecific")?,
        use_non_standard_texts: bits.flag("UseNonStandardTexts")?,
        special_feature_optins: flags(bits, FEATURES, "SpecialFeatureOptIns")?,
        purpose_consents: flags(bits, PURPOSES, "PurposesConsent")?,
        purpose_legitimate_interests: flags(bits, PURPOSES, "PurposesLITransparency")?,
        purpose_one_treatment: bits.flag("PurposeOneTreatment")?,
        publisher_country: Letters::from_bits(bits.take(12, "PublisherCC")?),
        vendor_consents: vendors(bits, "VendorConsent")?,
        vendor_legitimate_interests: vendors(bits, "VendorLegitimateInterest")?,
        publisher_restrictions: read_restrictions(bits, |bits| {
            ranges::read_ranges(bits, Numbers::Fixed, "PubRestrictions")
        })?,
        vendors_disclosed: None,
        vendors_allowed: None,
        publisher: None,
    })
}

fn publisher(bits: &mut Bits) -> Result<PublisherTc> {
    let consents = flags(bits, PURPOSES, "PubPurposesConsent")?;
    let legitimate_interests = flags(bits, PURPOSES, "PubPurposesLITransparency")?;
    let custom_purposes = bits.take(6, "NumCustomPurposes")? as u8;
    let own = usize::from(custom_purposes);
    Ok(PublisherTc {
        consents,
        legitimate_interests,
        custom_purposes,
        custom_consents: flags(bits, own, "CustomPurposesConsent")?,
        custom_legitimate_interests: flags(bits, own, "CustomPurposesLITransparency")?,
    })
}

fn vendors(bits: &mut Bits, field: &'static str) -> Result<IdSet> {
    ranges::read_vendors(bits, Numbers::Fixed, field)
}

/// Reads a bit field of at most 64 ids.
pub fn flags(bits: &mut Bits, width: usize, field: &'static str) -> Result<Flags> {
    Ok(Flags::from_bits(bits.take_reversed(width, field)?))
}

/// Writes a bit field of at most 64 ids.
pub fn write_flags(
    writer: &mut Writer,
    flags: Flags,
    width: usize,
    field: &'static str,
) -> Result<()> {
    if flags.bits().unbounded_shr(width as u32) != 0 {
        return Err(SignalError::Value { field, need: "no id beyond its width" });
    }
    writer.put(flags.bits().reverse_bits().unbounded_shr(64 - width as u32), width);
    Ok(())
}

/// Writes a number of at most `width` bits.
fn put(
    writer: &mut Writer,
    value: impl Into<u64>,
    width: usize,
    field: &'static str,
) -> Result<()> {
    let value = value.into();
    if value >> width != 0 {
        return Err(SignalError::Value { field, need: "a smaller number" });
    }
    writer.put(value, width);
    Ok(())
}

/// Reads restrictions; those of the same purpose and type become one, so that there are at most 256
/// sets whatever the string claims.
pub fn read_restrictions(
    bits: &mut Bits,
    vendors: impl Fn(&mut Bits) -> Result<IdSet>,
) -> Result<Vec<Restriction>> {
    let mut restrictions: Vec<Restriction> = Vec::new();
    for _ in 0..bits.take(12, "NumPubRestrictions")? {
        let purpose = bits.take(6, "PubRestrictions")? as u8;
        let kind = RestrictionType::from_bits(bits.take(2, "PubRestrictions")?);
        let more = vendors(bits)?;
        let same =
            restrictions.iter_mut().find(|known| known.purpose == purpose && known.kind == kind);
        match same {
            None => restrictions.push(Restriction { purpose, kind, vendors: more }),
            Some(known) => {
                more.runs().for_each(|(first, last)| known.vendors.insert_range(first, last));
            }
        }
    }
    Ok(restrictions)
}

/// Writes restrictions.
pub fn write_restrictions(
    writer: &mut Writer,
    restrictions: &[Restriction],
    vendors: impl Fn(&mut Writer, &IdSet) -> Result<()>,
) -> Result<()> {
    put(writer, restrictions.len() as u64, 12, "NumPubRestrictions")?;
    for restriction in restrictions {
        put(writer, restriction.purpose, 6, "PubRestrictions")?;
        writer.put(u64::from(restriction.kind.number()), 2);
        vendors(writer, &restriction.vendors)?;
    }
    Ok(())
}
