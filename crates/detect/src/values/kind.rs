//! Kinds of values and sets of them.

/// Kinds a value may be of. One value may be of several (an 18-digit number with a valid Luhn digit
/// and a valid identity check digit).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    /// E-mail address.
    Email,
    /// Mobile number of mainland China.
    MobileCn,
    /// Landline of mainland China with area code.
    LandlineCn,
    /// International number with `+` or `00`.
    PhoneIntl,
    /// Digits with phone punctuation, or bare digits of a phone's length: only with a name that says so.
    PhoneLoose,
    /// Digits punctuated as phones are, e.g. `(425) 555-0142`: fit to stand alone when all are so.
    PhoneShaped,
    /// Resident identity number with check digit (18) or the old form (15).
    IdCn,
    /// Payment card number.
    Card,
    /// IBAN.
    Iban,
    /// US social security number with dashes.
    Ssn,
    /// Unified social credit code.
    Uscc,
    /// Chinese passport.
    PassportCn,
    /// Hong Kong, Macau or Taiwan travel permit.
    Permit,
    /// Chinese licence plate.
    PlateCn,
    /// Vehicle identification number.
    Vin,
    /// IMEI.
    Imei,
    /// MAC address.
    Mac,
    /// IP address.
    Ip,
    /// IP address that is not as well a version number: IPv6, or a part above 31.
    IpLikely,
    /// UUID.
    Uuid,
    /// `lat, lon` pair.
    LatLonPair,
    /// One decimal in a coordinate's range.
    LatOrLon,
    /// Postal code whose form says so (UK, Canada, ZIP+4, Netherlands …).
    PostcodeClear,
    /// Bare 4–7 digits, or short letters and digits, that may be a postal code.
    PostcodeLoose,
    /// A date (with or without time).
    Date,
    /// A URL.
    Url,
    /// Chinese personal name.
    NameCn,
    /// Given name and family name in Latin letters.
    NameLatin,
    /// A frequent given name.
    Given,
    /// A frequent family name.
    Surname,
    /// One to four words of letters, as names are.
    NameShaped,
    /// Chinese address.
    AddressCn,
    /// Street address in Latin letters.
    AddressLatin,
    /// Chinese province or city.
    PlaceCn,
    /// Password hash (bcrypt, argon2, scrypt, crypt, pbkdf2).
    PasswordHash,
    /// JSON Web Token.
    Jwt,
    /// API key with a known prefix, or a PEM private key.
    ApiKey,
    /// 32–128 hexadecimal digits.
    Hex,
    /// Whole number 0–120.
    AgeNumber,
    /// A word or letter for a gender.
    Gender,
    /// Browser's user agent.
    UserAgent,
    /// WeChat OpenID or UnionID.
    WechatOpenId,
    /// 5–11 digits, not starting with 0.
    QqNumber,
    /// A whole number.
    Integer,
    /// A number with a fraction.
    Decimal,
    /// `0`/`1`, `true`/`false`, `是`/`否` …
    Flag,
    /// A JSON object or array.
    Json,
    /// Blood type.
    BloodType,
    /// A name of a Chinese ethnic group.
    EthnicCn,
    /// A word for a marital status.
    Marital,
    /// A domain name.
    Domain,
    /// A year from 1900 on.
    Year,
    /// 5–24 letters, digits and hyphens with at least four digits.
    Code,
    /// 12–19 digits.
    LongDigits,
    /// One to six Chinese characters.
    HanShort,
    /// Partly hidden: `138****5678`.
    Masked,
    /// A city by the gazetteer.
    City,
    /// A country by the gazetteer.
    Country,
    /// A state, province or county by the gazetteer, or a state's code.
    Region,
    /// Built as names of places are: `North Janeville`, `Gunnarhamn`.
    PlaceShaped,
    /// One word that is mostly a given name.
    MostlyGiven,
    /// One word that is mostly a family name.
    MostlySurname,
    /// Two to four Chinese characters that start with a family name.
    SurnameHan,
    /// A Chinese family name alone.
    FamilyHan,
    /// One or two Chinese characters frequent in given names.
    GivenHan,
    /// A job title.
    JobTitle,
    /// A company by its legal form.
    Company,
    /// Built as names of accounts are: `jsmith`, `anna.k`, `rider_84`.
    Handle,
    /// An adjective of a nation.
    Demonym,
    /// A racial or ethnic group.
    EthnicWord,
    /// Letters and a few digits as on licence plates anywhere.
    PlateShaped,
    /// One or two letters and six to eight digits, as documents are numbered.
    DocumentShaped,
    /// A decimal in a coordinate's range with four to eight places.
    CoordinateFine,
    /// 400, 800, 95xxx or 1-800: a number that nobody owns.
    PhoneShared,
    /// Hours and minutes.
    Clock,
    /// Words and the number of a house.
    AddressShaped,
    /// A month or a day of the week.
    Calendar,
    /// ISO 3166 code of a country.
    CountryCode,
    /// Code of a state or province.
    StateCode,
    /// Several words, or a Chinese sentence.
    Prose,
}

/// Stable keys of the kinds, in their order.
pub(super) const KEYS: [&str; KINDS] = [
    "email",
    "mobile_cn",
    "landline_cn",
    "phone_intl",
    "phone_loose",
    "phone_shaped",
    "id_cn",
    "card",
    "iban",
    "ssn",
    "uscc",
    "passport_cn",
    "permit",
    "plate_cn",
    "vin",
    "imei",
    "mac",
    "ip",
    "ip_likely",
    "uuid",
    "lat_lon_pair",
    "lat_or_lon",
    "postcode_clear",
    "postcode_loose",
    "date",
    "url",
    "name_cn",
    "name_latin",
    "given",
    "surname",
    "name_shaped",
    "address_cn",
    "address_latin",
    "place_cn",
    "password_hash",
    "jwt",
    "api_key",
    "hex",
    "age_number",
    "gender",
    "user_agent",
    "wechat_open_id",
    "qq_number",
    "integer",
    "decimal",
    "flag",
    "json",
    "blood_type",
    "ethnic_cn",
    "marital",
    "domain",
    "year",
    "code",
    "long_digits",
    "han_short",
    "masked",
    "city",
    "country",
    "region",
    "place_shaped",
    "mostly_given",
    "mostly_surname",
    "surname_han",
    "family_han",
    "given_han",
    "job_title",
    "company",
    "handle",
    "demonym",
    "ethnic_word",
    "plate_shaped",
    "document_shaped",
    "coordinate_fine",
    "phone_shared",
    "clock",
    "address_shaped",
    "calendar",
    "country_code",
    "state_code",
    "prose",
];

/// A set of kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KindSet(u128);

/// How many kinds there are.
pub(super) const KINDS: usize = Kind::Prose as usize + 1;

const _: () = assert!(KINDS <= 128, "a set is 128 bits");

impl KindSet {
    /// Adds a kind when `yes`.
    pub fn put(&mut self, kind: Kind, yes: bool) {
        self.0 |= u128::from(yes) << kind as u8;
    }

    /// Holds the kind.
    pub fn has(self, kind: Kind) -> bool {
        self.0 >> kind as u8 & 1 == 1
    }

    /// Holds any of them.
    pub fn any(self, kinds: &[Kind]) -> bool {
        kinds.iter().any(|kind| self.has(*kind))
    }

    /// What both hold.
    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The members' positions.
    pub(super) fn bits(self) -> impl Iterator<Item = usize> {
        (0..KINDS).filter(move |bit| self.0 >> bit & 1 == 1)
    }
}
