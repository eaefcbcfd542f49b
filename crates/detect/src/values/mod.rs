//! What one value can be. [`kinds`] looks at the value's characters first, so that only the few
//! rules that can apply run; nothing is kept.

pub mod contact;
pub mod device;
mod gazetteer;
pub mod numbers;
pub mod people;
pub mod places;
mod shape;
mod stats;
pub mod words;

use shape::Shape;
pub use stats::Stats;

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
const KEYS: [&str; Tally::KINDS] = [
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

const _: () = assert!(Tally::KINDS <= 128, "a set is 128 bits");

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

    /// The members' positions.
    fn bits(self) -> impl Iterator<Item = usize> {
        (0..Tally::KINDS).filter(move |bit| self.0 >> bit & 1 == 1)
    }
}

/// The kinds of one value.
pub fn kinds(value: &str) -> KindSet {
    let value = value.trim();
    let mut set = KindSet::default();
    if value.is_empty() {
        return set;
    }
    let shape = Shape::of(value);
    if shape.chars > 300 {
        set.put(Kind::Prose, shape.spaces > 10 || shape.han > 50);
        set.put(Kind::Json, is_json(value));
        set.put(Kind::ApiKey, device::is_api_key(value));
        set.put(Kind::Jwt, device::is_jwt(value));
        return set;
    }
    if shape.han > 0 {
        chinese(value, &shape, &mut set);
    } else {
        latin(value, &shape, &mut set);
    }
    if shape.digits >= 6 {
        digits(value, &shape, &mut set);
    }
    set.put(Kind::Json, is_json(value));
    set.put(Kind::Masked, value.contains("***") || value.contains("•••") || value.contains("XXXX"));
    set
}

fn chinese(value: &str, shape: &Shape, set: &mut KindSet) {
    set.put(Kind::NameCn, shape.chars <= 8 && people::is_chinese_name(value));
    set.put(Kind::AddressCn, shape.chars >= 5 && places::is_chinese_address(value));
    set.put(Kind::PlaceCn, shape.chars <= 12 && places::is_chinese_place(value));
    if shape.han == shape.chars && shape.chars <= 5 {
        set.put(Kind::SurnameHan, people::starts_with_surname(value));
        set.put(Kind::FamilyHan, people::is_chinese_surname(value));
        set.put(Kind::GivenHan, people::is_chinese_given_name(value));
    }
    if shape.chars <= 30 {
        set.put(Kind::JobTitle, shape.chars <= 14 && words::is_chinese_job(value));
        set.put(Kind::Company, shape.chars >= 4 && words::is_chinese_company(value));
        set.put(Kind::Country, shape.chars <= 12 && gazetteer::known(value).country());
        set.put(Kind::City, shape.chars <= 10 && places::is_chinese_city(value));
        set.put(Kind::Region, shape.chars <= 10 && places::is_chinese_province(value));
    }
    set.put(Kind::PlateCn, shape.han <= 2 && contact::is_chinese_plate(value));
    set.put(Kind::Date, shape.digits >= 4 && numbers::year_of_date(value).is_some());
    if shape.chars <= 5 {
        set.put(Kind::Gender, people::is_gender(value));
        set.put(Kind::EthnicCn, people::is_ethnic_group(value));
        set.put(Kind::Marital, people::is_marital_status(value));
        set.put(Kind::BloodType, people::is_blood_type(value));
        set.put(Kind::Flag, matches!(value, "是" | "否" | "有" | "无" | "真" | "假"));
    }
    set.put(Kind::HanShort, shape.chars <= 6);
    set.put(Kind::Prose, shape.han >= 12 || (shape.han >= 6 && shape.punctuation_cjk > 0));
}

fn latin(value: &str, shape: &Shape, set: &mut KindSet) {
    set.put(Kind::Email, shape.at == 1 && contact::is_email(value));
    if shape.letters == 0 {
        set.put(Kind::Integer, shape.chars <= 20 && numbers::is_integer(value));
        set.put(Kind::Decimal, shape.dots == 1 && numbers::is_decimal(value));
        set.put(Kind::LatOrLon, shape.dots == 1 && places::is_coordinate(value));
        set.put(Kind::LatLonPair, shape.dots == 2 && places::is_coordinate_pair(value));
        set.put(Kind::AgeNumber, shape.chars <= 6 && numbers::is_age(value));
        set.put(
            Kind::Year,
            shape.chars == 4 && value.parse::<u16>().is_ok_and(|y| (1900..2100).contains(&y)),
        );
        set.put(Kind::QqNumber, shape.digits == shape.chars && contact::is_qq(value));
        set.put(Kind::CoordinateFine, shape.dots == 1 && places::is_fine_coordinate(value));
        set.put(Kind::Clock, shape.colons > 0 && numbers::is_clock(value));
        set.put(Kind::PhoneShared, shape.digits >= 5 && contact::is_shared_phone(value));
    }
    if shape.chars <= 12 {
        set.put(Kind::PostcodeClear, places::is_clear_postcode(value));
        set.put(Kind::PostcodeLoose, places::is_loose_postcode(value));
        set.put(Kind::Gender, people::is_gender(value));
        set.put(Kind::Marital, people::is_marital_status(value));
        set.put(Kind::BloodType, people::is_blood_type(value));
        set.put(Kind::Flag, numbers::is_flag(value));
    }
    if shape.colons > 0 || shape.dots == 3 || (shape.hyphens == 5 && shape.chars == 17) {
        let ip = device::is_ip(value);
        set.put(Kind::Ip, ip);
        set.put(Kind::IpLikely, ip && device::is_no_version(value));
        set.put(Kind::Mac, device::is_mac(value));
    }
    set.put(Kind::Date, shape.digits >= 4 && numbers::year_of_date(value).is_some());
    set.put(
        Kind::Code,
        (5..=24).contains(&shape.chars)
            && shape.digits >= 4
            && shape.letters + shape.digits + shape.hyphens + shape.spaces == shape.chars,
    );
    if shape.letters > 0 {
        word_kinds(value, shape, set);
        codes(value, shape, set);
    }
}

/// Values of words.
fn word_kinds(value: &str, shape: &Shape, set: &mut KindSet) {
    if shape.digits == 0 && shape.chars <= 60 && shape.at == 0 {
        let folded = gazetteer::fold(value);
        let name = people::latin_name(value);
        set.put(Kind::NameShaped, name.shaped);
        set.put(Kind::NameLatin, name.full);
        set.put(Kind::Given, name.given);
        set.put(Kind::Surname, name.surname);
        set.put(Kind::MostlyGiven, name.mostly_given);
        set.put(Kind::MostlySurname, name.mostly_surname);
        let known = gazetteer::known(&folded);
        set.put(Kind::City, known.city());
        set.put(Kind::Country, known.country());
        set.put(Kind::CountryCode, words::is_country_code(value));
        set.put(Kind::Region, known.region());
        set.put(Kind::StateCode, words::is_state_code(value));
        set.put(Kind::PlaceShaped, name.shaped && words::is_place_shaped(&folded));
        set.put(Kind::JobTitle, words::is_job(&folded));
        set.put(Kind::Company, words::is_company(&folded));
        set.put(Kind::Demonym, words::is_nation(&folded));
        set.put(Kind::EthnicWord, words::is_ethnic(&folded));
        set.put(Kind::Calendar, words::is_calendar(&folded));
    }
    if shape.spaces == 0 && (3..=30).contains(&shape.chars) && shape.at == 0 {
        set.put(Kind::Handle, people::is_handle(value));
    }
    if (4..=11).contains(&shape.chars) && (1..=6).contains(&shape.digits) {
        set.put(Kind::PlateShaped, contact::is_plate_shaped(value));
    }
    set.put(
        Kind::DocumentShaped,
        shape.spaces == 0 && (7..=10).contains(&shape.chars) && numbers::is_document(value),
    );
    set.put(
        Kind::AddressShaped,
        shape.digits > 0
            && shape.spaces > 0
            && shape.chars <= 120
            && places::is_address_shaped(value),
    );
    set.put(Kind::AddressLatin, shape.chars <= 120 && places::is_street_address(value));
    set.put(Kind::Url, shape.colons > 0 && contact::is_url(value));
    set.put(Kind::Domain, shape.dots > 0 && shape.at == 0 && contact::is_domain(value));
    set.put(Kind::UserAgent, shape.chars > 20 && device::is_user_agent(value));
    set.put(Kind::Prose, shape.spaces >= 5 && shape.chars >= 30);
}

/// Values of letters and digits without spaces.
fn codes(value: &str, shape: &Shape, set: &mut KindSet) {
    if shape.spaces > 0 && shape.chars > 42 {
        set.put(Kind::ApiKey, device::is_api_key(value));
        return;
    }
    set.put(Kind::Uuid, shape.hyphens == 4 && device::is_uuid(value));
    set.put(Kind::Hex, shape.chars >= 32 && device::is_hex(value));
    set.put(Kind::PasswordHash, device::is_password_hash(value));
    set.put(Kind::Jwt, shape.dots == 2 && device::is_jwt(value));
    set.put(Kind::ApiKey, shape.chars >= 16 && device::is_api_key(value));
    set.put(Kind::Vin, shape.chars == 17 && numbers::is_vin(value));
    set.put(Kind::Iban, shape.chars >= 15 && numbers::is_iban(value));
    set.put(Kind::Uscc, shape.chars == 18 && numbers::is_uscc(value));
    set.put(Kind::WechatOpenId, shape.chars == 28 && device::is_wechat_openid(value));
    set.put(Kind::PassportCn, shape.chars == 9 && numbers::is_chinese_passport(value));
    set.put(Kind::Permit, (9..=11).contains(&shape.chars) && numbers::is_travel_permit(value));
}

/// Values with at least six digits, whatever else is there.
fn digits(value: &str, shape: &Shape, set: &mut KindSet) {
    if shape.letters <= 1 && shape.han == 0 {
        set.put(Kind::LongDigits, (12..=19).contains(&shape.digits) && shape.dots == 0);
        set.put(Kind::IdCn, shape.digits >= 15 && numbers::is_chinese_id(value));
        set.put(Kind::Card, shape.digits >= 13 && numbers::is_card(value));
        set.put(Kind::Imei, shape.digits == 15 && numbers::is_imei(value));
        set.put(Kind::Ssn, shape.chars == 11 && numbers::is_ssn(value));
        set.put(Kind::Uscc, shape.chars == 18 && numbers::is_uscc(value));
    }
    if shape.letters <= 4 && shape.digits <= 20 && shape.chars <= 30 && shape.han == 0 {
        let phone = contact::phone(value);
        set.put(Kind::MobileCn, phone == Some(contact::Phone::MobileCn));
        set.put(Kind::LandlineCn, phone == Some(contact::Phone::LandlineCn));
        set.put(Kind::PhoneIntl, phone == Some(contact::Phone::International));
        set.put(Kind::PhoneShaped, phone == Some(contact::Phone::Shaped));
        set.put(Kind::PhoneLoose, phone.is_some());
    }
}

fn is_json(value: &str) -> bool {
    let bytes = value.as_bytes();
    matches!((bytes.first(), bytes.last()), (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']')))
}

/// How many of a column's values are of each kind.
pub struct Tally {
    counts: [u32; Self::KINDS],
    /// Values looked at (not empty).
    pub checked: u32,
    /// Different values among them, as far as hashes tell.
    pub distinct: u32,
    /// Characters on average.
    pub mean_chars: f64,
    /// Shapes of numbers, dates and lengths.
    pub stats: Stats,
    sets: Vec<KindSet>,
}

impl Tally {
    const KINDS: usize = Kind::Prose as usize + 1;
    /// Values looked at per column, spread over all of them. A share of 256 is known within 6 points
    /// (95 %), finer than any threshold here; more only costs time, and scans are bound by it.
    const MOST: usize = 256;

    /// Looks at a column's values.
    pub fn of(values: &[&str]) -> Self {
        let mut tally = Self {
            counts: [0; Self::KINDS],
            checked: 0,
            distinct: 0,
            mean_chars: 0.0,
            stats: Stats::default(),
            sets: Vec::new(),
        };
        let mut seen = std::collections::HashMap::new();
        let mut chars = 0usize;
        let step = (values.len() / Self::MOST).max(1);
        let spread = values.iter().step_by(step).map(|v| v.trim()).filter(|v| !v.is_empty());
        for value in spread.take(Self::MOST) {
            tally.checked += 1;
            chars += value.chars().count();
            // Equal values are examined once.
            let set = *seen.entry(value).or_insert_with(|| kinds(value));
            for bit in set.bits() {
                tally.counts[bit] += 1;
            }
            tally.stats.add(value, set);
            tally.sets.push(set);
        }
        tally.distinct = seen.len() as u32;
        tally.mean_chars = chars as f64 / f64::from(tally.checked.max(1));
        tally
    }

    /// Values of this kind.
    pub fn count(&self, kind: Kind) -> u32 {
        self.counts[kind as usize]
    }

    /// Values of any of these kinds.
    pub fn count_any(&self, kinds: &[Kind]) -> u32 {
        match kinds {
            [] => 0,
            [one] => self.count(*one),
            _ => self.sets.iter().filter(|set| set.any(kinds)).count() as u32,
        }
    }

    /// Share of values of any of these kinds; 0 when there are none.
    pub fn share(&self, kinds: &[Kind]) -> f64 {
        f64::from(self.count_any(kinds)) / f64::from(self.checked.max(1))
    }

    /// The kinds that the values are most often of, with their share; five at most.
    pub fn shares(&self) -> Vec<(String, f64)> {
        let mut shares: Vec<(usize, u32)> =
            self.counts.iter().copied().enumerate().filter(|(_, count)| *count > 0).collect();
        shares.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        shares
            .into_iter()
            .take(5)
            .map(|(kind, count)| {
                let share = f64::from(count) / f64::from(self.checked.max(1));
                (KEYS[kind].to_owned(), (share * 1000.0).round() / 1000.0)
            })
            .collect()
    }

    /// Share of different values.
    pub fn variety(&self) -> f64 {
        f64::from(self.distinct) / f64::from(self.checked.max(1))
    }
}
