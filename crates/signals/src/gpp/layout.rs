//! What each GPP section holds, as a table. Sources: “GPP: Section information” and the technical
//! specification of each section (IAB Tech Lab, Global-Privacy-Platform repository, folder Sections);
//! names of segment types are those of the reference library, which the specifications leave open.

use crate::ranges::Numbers;

/// How a field is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A number of so many bits.
    Int(u8),
    /// One bit.
    Flag,
    /// Tenths of a second since 1970, 36 bits.
    Time,
    /// Two letters of six bits.
    Letters,
    /// So many flags.
    Bits(u8),
    /// Flags, as many as the field `NumCustomPurposes` says.
    CustomBits,
    /// So many numbers of two bits.
    Twos(u8),
    /// Vendor ids.
    Vendors(Numbers),
    /// Restrictions by purpose and vendor.
    Restrictions(Numbers),
    /// One character of `Y`, `N`, `-` (US Privacy strings are text, not bits).
    Letter,
    /// One digit as text (the version of a US Privacy string).
    Digit,
}

/// A field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name in the specification, which is also its name in the browser's API.
    pub name: &'static str,
    /// How it is written.
    pub kind: Kind,
}

/// Which part of a section a segment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Always there, always first.
    Core,
    /// Global Privacy Control.
    Gpc,
    /// Consents to sensitive data.
    SensitiveData,
    /// The publisher's own purposes.
    Publisher,
    /// Vendors allowed to use other legal bases.
    Allowed,
    /// Vendors shown.
    Disclosed,
}

/// A segment: what stands between two dots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentLayout {
    /// Which part it is.
    pub part: Part,
    /// The number that marks it, if its first field is a mark: width in bits and value.
    pub mark: Option<(u8, u8)>,
    /// Its fields, the mark included.
    pub fields: &'static [Field],
}

/// A section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Its number in the header.
    pub id: u16,
    /// Its prefix in the browser's API.
    pub name: &'static str,
    /// The version of its format that new strings get.
    pub version: u8,
    /// Its segments in the order in which the reference library lists their fields.
    pub segments: &'static [SegmentLayout],
    /// The order in which they are written.
    pub order: &'static [usize],
}

/// `name` alone is a number of two bits: 0 not applicable, 1 and 2 yes and no in some order.
macro_rules! fields {
    ($($name:ident $(= $kind:expr)?),* $(,)?) => {
        &[$(Field { name: stringify!($name), kind: fields!(@kind $($kind)?) }),*]
    };
    (@kind) => { Kind::Int(2) };
    (@kind $kind:expr) => { $kind };
}

const fn segment(part: Part, fields: &'static [Field]) -> SegmentLayout {
    SegmentLayout { part, mark: None, fields }
}

const fn marked(part: Part, mark: (u8, u8), fields: &'static [Field]) -> SegmentLayout {
    SegmentLayout { part, mark: Some(mark), fields }
}

const GPC: SegmentLayout =
    marked(Part::Gpc, (2, 1), fields![GpcSegmentType = Kind::Int(2), Gpc = Kind::Flag]);

const fn us(id: u16, name: &'static str, segments: &'static [SegmentLayout]) -> Layout {
    let order: &[usize] = if segments.len() == 1 { &[0] } else { &[0, 1] };
    Layout { id, name, version: 1, segments, order }
}

/// The states of 2025 and later (Maryland first) start alike.
const SENSITIVE_EIGHT: SegmentLayout =
    segment(Part::SensitiveData, fields![SensitiveDataProcessing = Kind::Twos(8)]);
const INDIANA_CORE: SegmentLayout = segment(
    Part::Core,
    fields![
        MspaVersion = Kind::Int(6),
        MspaCoveredTransaction,
        MspaMode,
        ProcessingNotice,
        SaleOptOutNotice,
        TargetedAdvertisingOptOutNotice,
        SaleOptOut,
        TargetedAdvertisingOptOut,
        KnownChildSensitiveDataConsents,
        AdditionalDataProcessingConsent,
    ],
);

/// Virginia, Colorado and Connecticut: sharing notice, opt-outs, sensitive data, children, MSPA.
macro_rules! sharing {
    ($sensitive:literal, $child:expr) => {
        segment(
            Part::Core,
            fields![
                Version = Kind::Int(6),
                SharingNotice,
                SaleOptOutNotice,
                TargetedAdvertisingOptOutNotice,
                SaleOptOut,
                TargetedAdvertisingOptOut,
                SensitiveDataProcessing = Kind::Twos($sensitive),
                KnownChildSensitiveDataConsents = $child,
                MspaCoveredTransaction,
                MspaOptOutOptionMode,
                MspaServiceProviderMode,
            ],
        )
    };
}

/// Florida and most states since: a processing notice, and a consent to additional processing.
macro_rules! processing {
    ($sensitive:literal, $child:expr) => {
        processing!(ProcessingNotice, $sensitive, $child)
    };
    ($notice:ident, $sensitive:literal, $child:expr) => {
        segment(
            Part::Core,
            fields![
                Version = Kind::Int(6),
                $notice,
                SaleOptOutNotice,
                TargetedAdvertisingOptOutNotice,
                SaleOptOut,
                TargetedAdvertisingOptOut,
                SensitiveDataProcessing = Kind::Twos($sensitive),
                KnownChildSensitiveDataConsents = $child,
                AdditionalDataProcessingConsent,
                MspaCoveredTransaction,
                MspaOptOutOptionMode,
                MspaServiceProviderMode,
            ],
        )
    };
}

macro_rules! national {
    ($sensitive:literal, $child:literal) => {
        segment(
            Part::Core,
            fields![
                Version = Kind::Int(6),
                SharingNotice,
                SaleOptOutNotice,
                SharingOptOutNotice,
                TargetedAdvertisingOptOutNotice,
                SensitiveDataProcessingOptOutNotice,
                SensitiveDataLimitUseNotice,
                SaleOptOut,
                SharingOptOut,
                TargetedAdvertisingOptOut,
                SensitiveDataProcessing = Kind::Twos($sensitive),
                KnownChildSensitiveDataConsents = Kind::Twos($child),
                PersonalDataConsents,
                MspaCoveredTransaction,
                MspaOptOutOptionMode,
                MspaServiceProviderMode,
            ],
        )
    };
}

const ONE: Kind = Kind::Int(2);

/// All sections, by number.
pub static LAYOUTS: [Layout; 24] = [
    Layout { id: 2, name: "tcfeuv2", version: 2, segments: TCF_EU, order: &[0, 3, 2, 1] },
    Layout { id: 5, name: "tcfcav1", version: 1, segments: TCF_CA, order: &[0, 1, 2] },
    us(6, "uspv1", &[US_PRIVACY]),
    Layout { id: 7, name: "usnat", version: 2, segments: &[national!(16, 3), GPC], order: &[0, 1] },
    us(8, "usca", &[CALIFORNIA, GPC]),
    us(9, "usva", &[sharing!(8, ONE)]),
    us(10, "usco", &[sharing!(7, ONE), GPC]),
    us(11, "usut", &[UTAH]),
    us(12, "usct", &[sharing!(8, Kind::Twos(3)), GPC]),
    us(13, "usfl", &[processing!(8, Kind::Twos(3))]),
    us(14, "usmt", &[processing!(SharingNotice, 8, Kind::Twos(3)), GPC]),
    us(15, "usor", &[processing!(11, Kind::Twos(3)), GPC]),
    us(16, "ustx", &[processing!(8, ONE), GPC]),
    us(17, "usde", &[processing!(9, Kind::Twos(5)), GPC]),
    us(18, "usia", &[IOWA, GPC]),
    us(19, "usne", &[processing!(8, ONE), GPC]),
    us(20, "usnh", &[processing!(8, Kind::Twos(3)), GPC]),
    us(21, "usnj", &[processing!(10, Kind::Twos(5)), GPC]),
    us(22, "ustn", &[processing!(8, ONE), GPC]),
    us(23, "usmn", &[processing!(8, ONE), GPC]),
    us(24, "usmd", &[MARYLAND, GPC]),
    us(25, "usin", &[INDIANA_CORE, SENSITIVE_EIGHT]),
    us(26, "usky", &[INDIANA_CORE, SENSITIVE_EIGHT]),
    us(27, "usri", &[INDIANA_CORE, SENSITIVE_EIGHT]),
];

/// The national section as version 1 had it: four kinds of sensitive data and one of children fewer.
pub static NATIONAL_ONE: SegmentLayout = national!(12, 2);

const US_PRIVACY: SegmentLayout = segment(
    Part::Core,
    fields![
        Version = Kind::Digit,
        Notice = Kind::Letter,
        OptOutSale = Kind::Letter,
        LspaCovered = Kind::Letter,
    ],
);

const CALIFORNIA: SegmentLayout = segment(
    Part::Core,
    fields![
        Version = Kind::Int(6),
        SaleOptOutNotice,
        SharingOptOutNotice,
        SensitiveDataLimitUseNotice,
        SaleOptOut,
        SharingOptOut,
        SensitiveDataProcessing = Kind::Twos(9),
        KnownChildSensitiveDataConsents = Kind::Twos(2),
        PersonalDataConsents,
        MspaCoveredTransaction,
        MspaOptOutOptionMode,
        MspaServiceProviderMode,
    ],
);

const UTAH: SegmentLayout = segment(
    Part::Core,
    fields![
        Version = Kind::Int(6),
        SharingNotice,
        SaleOptOutNotice,
        TargetedAdvertisingOptOutNotice,
        SensitiveDataProcessingOptOutNotice,
        SaleOptOut,
        TargetedAdvertisingOptOut,
        SensitiveDataProcessing = Kind::Twos(8),
        KnownChildSensitiveDataConsents,
        MspaCoveredTransaction,
        MspaOptOutOptionMode,
        MspaServiceProviderMode,
    ],
);

const IOWA: SegmentLayout = segment(
    Part::Core,
    fields![
        Version = Kind::Int(6),
        ProcessingNotice,
        SaleOptOutNotice,
        TargetedAdvertisingOptOutNotice,
        SensitiveDataOptOutNotice,
        SaleOptOut,
        TargetedAdvertisingOptOut,
        SensitiveDataProcessing = Kind::Twos(8),
        KnownChildSensitiveDataConsents,
        MspaCoveredTransaction,
        MspaOptOutOptionMode,
        MspaServiceProviderMode,
    ],
);

const MARYLAND: SegmentLayout = segment(
    Part::Core,
    fields![
        MspaVersion = Kind::Int(6),
        MspaCoveredTransaction,
        MspaMode,
        ProcessingNotice,
        SaleOptOutNotice,
        TargetedAdvertisingOptOutNotice,
        SaleOptOut,
        TargetedAdvertisingOptOut,
        AdditionalDataProcessingConsent,
    ],
);

const TCF_EU: &[SegmentLayout] = &[
    segment(
        Part::Core,
        fields![
            Version = Kind::Int(6),
            Created = Kind::Time,
            LastUpdated = Kind::Time,
            CmpId = Kind::Int(12),
            CmpVersion = Kind::Int(12),
            ConsentScreen = Kind::Int(6),
            ConsentLanguage = Kind::Letters,
            VendorListVersion = Kind::Int(12),
            PolicyVersion = Kind::Int(6),
            IsServiceSpecific = Kind::Flag,
            UseNonStandardStacks = Kind::Flag,
            SpecialFeatureOptins = Kind::Bits(12),
            PurposeConsents = Kind::Bits(24),
            PurposeLegitimateInterests = Kind::Bits(24),
            PurposeOneTreatment = Kind::Flag,
            PublisherCountryCode = Kind::Letters,
            VendorConsents = Kind::Vendors(Numbers::Fixed),
            VendorLegitimateInterests = Kind::Vendors(Numbers::Fixed),
            PublisherRestrictions = Kind::Restrictions(Numbers::Fixed),
        ],
    ),
    marked(
        Part::Publisher,
        (3, 3),
        fields![
            PublisherPurposesSegmentType = Kind::Int(3),
            PublisherConsents = Kind::Bits(24),
            PublisherLegitimateInterests = Kind::Bits(24),
            NumCustomPurposes = Kind::Int(6),
            PublisherCustomConsents = Kind::CustomBits,
            PublisherCustomLegitimateInterests = Kind::CustomBits,
        ],
    ),
    marked(
        Part::Allowed,
        (3, 2),
        fields![
            VendorsAllowedSegmentType = Kind::Int(3),
            VendorsAllowed = Kind::Vendors(Numbers::Fixed),
        ],
    ),
    marked(
        Part::Disclosed,
        (3, 1),
        fields![
            VendorsDisclosedSegmentType = Kind::Int(3),
            VendorsDisclosed = Kind::Vendors(Numbers::Fixed),
        ],
    ),
];

const TCF_CA: &[SegmentLayout] = &[
    segment(
        Part::Core,
        fields![
            Version = Kind::Int(6),
            Created = Kind::Time,
            LastUpdated = Kind::Time,
            CmpId = Kind::Int(12),
            CmpVersion = Kind::Int(12),
            ConsentScreen = Kind::Int(6),
            ConsentLanguage = Kind::Letters,
            VendorListVersion = Kind::Int(12),
            TcfPolicyVersion = Kind::Int(6),
            UseNonStandardStacks = Kind::Flag,
            SpecialFeatureExpressConsent = Kind::Bits(12),
            PurposesExpressConsent = Kind::Bits(24),
            PurposesImpliedConsent = Kind::Bits(24),
            VendorExpressConsent = Kind::Vendors(Numbers::Fibonacci),
            VendorImpliedConsent = Kind::Vendors(Numbers::Fibonacci),
            PubRestrictions = Kind::Restrictions(Numbers::Fibonacci),
        ],
    ),
    marked(
        Part::Publisher,
        (3, 3),
        fields![
            PubPurposesSegmentType = Kind::Int(3),
            PubPurposesExpressConsent = Kind::Bits(24),
            PubPurposesImpliedConsent = Kind::Bits(24),
            NumCustomPurposes = Kind::Int(6),
            CustomPurposesExpressConsent = Kind::CustomBits,
            CustomPurposesImpliedConsent = Kind::CustomBits,
        ],
    ),
    marked(
        Part::Disclosed,
        (3, 1),
        fields![
            DisclosedVendorsSegmentType = Kind::Int(3),
            DisclosedVendors = Kind::Vendors(Numbers::Fibonacci),
        ],
    ),
];
