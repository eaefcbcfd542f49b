//! Another value of the same form: which inventor for which kind of value.

mod contact;
mod dates;
mod names;
mod network;
mod numbers;
mod papers;
mod places;
mod shape;
mod words;

use super::key::{Key, Stream};

/// How inventions are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FakeRules {
    /// What an identity number keeps of its region.
    pub region: Region,
    /// What an identity number keeps of its date of birth.
    pub birth: Birth,
    /// Dates move by so many days at most, all by the same number under one key: order and distances
    /// stay. Who knows one true date knows them all, so give each data set a key of its own.
    pub days: u16,
}

impl Default for FakeRules {
    fn default() -> Self {
        Self { region: Region::Province, birth: Birth::Decade, days: 365 }
    }
}

/// What an identity number keeps of its region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Region {
    /// The province; the rest becomes `0000`, the code of the province itself (GB/T 2260), under which
    /// no person is registered: the number can be nobody's.
    Province,
    /// All of it. The number looks real and may be somebody's.
    Whole,
}

/// What an identity number keeps of its date of birth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Birth {
    /// The decade.
    Decade,
    /// The year.
    Year,
    /// Nothing: any date of the last hundred years.
    Nothing,
}

/// Invents values under a key.
pub(super) struct Faker<'k> {
    pub(super) key: &'k Key,
    pub(super) rules: FakeRules,
}

/// Tries until an invention differs from the value; a range with a single member ends the trying.
const TRIES: u32 = 8;

impl Faker<'_> {
    /// Another value of the same form; white space around it stays.
    pub(super) fn fake(&self, entity: &str, category: &str, value: &str) -> String {
        let inner = value.trim();
        if inner.is_empty() {
            return value.to_owned();
        }
        let lead = value.len() - value.trim_start().len();
        let fake = self.inner(entity, category, inner);
        format!("{}{fake}{}", &value[..lead], &value[lead + inner.len()..])
    }

    fn inner(&self, entity: &str, category: &str, value: &str) -> String {
        let kind = Kind::of(entity, category);
        let mut fake = String::new();
        for attempt in 0..TRIES {
            fake = self.invent(kind, entity, value, attempt);
            if fake != value {
                break;
            }
        }
        fake
    }

    fn invent(&self, kind: Kind, entity: &str, value: &str, attempt: u32) -> String {
        let stream = |label: &str, normal: &str| self.key.stream(label, normal, attempt);
        let digits = || shape::compact(value);
        match kind {
            Kind::Person => names::person(value, |label, part| stream(label, part)),
            Kind::Organisation => words::organisation(value, &mut stream("organisation", value)),
            Kind::Place => places::place(value, &mut stream("place", value)),
            Kind::Country => places::country(value, &mut stream("country", value)),
            Kind::Address => places::address(value, &mut stream("address", value)),
            Kind::Email => contact::email(value, |label, part| stream(label, part)),
            Kind::Url => contact::url(value, |label, part| stream(label, part)),
            Kind::Phone => contact::phone(value, &mut stream("phone", &digits())),
            Kind::Ip => network::ip(value, &mut stream("ip", &value.to_lowercase())),
            Kind::Mac => network::mac(value, &mut stream("mac", &digits())),
            Kind::Card => numbers::card(value, &mut stream("card", &digits())),
            Kind::Iban => numbers::iban(value, &mut stream("iban", &digits())),
            Kind::Imei => numbers::imei(value, &mut stream("imei", &digits())),
            Kind::Vin => numbers::vin(value, &mut stream("vin", &digits())),
            Kind::Code => papers::code(entity, value, self.rules, &mut stream("code", &digits())),
            Kind::Date => {
                let shift = dates::shift(&mut self.key.stream("dates", "", 0), self.rules.days);
                dates::date(value, shift, &mut stream("date", value))
            }
            Kind::Age => numbers::age(value, &mut stream("age", value)),
            Kind::Choice(list) => words::choice(value, list, &mut stream("choice", value)),
            // A word that no list holds would be nonsense in another's place: its kind stands there.
            Kind::Named => format!("<{entity}>"),
        }
    }
}

/// Which inventor.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Person,
    Organisation,
    Place,
    Country,
    Address,
    Email,
    Url,
    Phone,
    Ip,
    Mac,
    Card,
    Iban,
    Imei,
    Vin,
    /// Letters and digits of a form of its own.
    Code,
    Date,
    Age,
    Choice(&'static [&'static [&'static str]]),
    Named,
}

impl Kind {
    fn of(entity: &str, category: &str) -> Self {
        match entity {
            "DATE_TIME" | "DATE_OF_BIRTH" => return Self::Date,
            "TITLE" | "NRP" | "HEALTH" | "JOB_TITLE" => return Self::Named,
            "IMSI" | "ICCID" | "MEID" => return Self::Code,
            "LOCATION" => return Self::Place,
            _ => {}
        }
        match category {
            "identity.name"
            | "identity.given_name"
            | "identity.family_name"
            | "family.member"
            | "family.emergency_contact"
            | "minor.child_name"
            | "minor.guardian" => Self::Person,
            "work.employer" | "work.education" => Self::Organisation,
            "location.city" | "location.region" | "identity.birth_place" => Self::Place,
            "location.country" => Self::Country,
            "location.address" => Self::Address,
            "contact.email" => Self::Email,
            "contact.website" | "social.profile" => Self::Url,
            "contact.phone" | "contact.fax" => Self::Phone,
            "device.ip_address" => Self::Ip,
            "device.mac" => Self::Mac,
            "finance.bank_card" => Self::Card,
            "finance.iban" => Self::Iban,
            "device.imei" => Self::Imei,
            "vehicle.vin" => Self::Vin,
            "identity.birth_date" | "behaviour.purchase" => Self::Date,
            "identity.age" => Self::Age,
            "identity.gender" => Self::Choice(words::GENDERS),
            "identity.ethnicity" => Self::Choice(words::ETHNIC),
            "identity.marital_status" => Self::Choice(words::MARITAL),
            other if is_wordy(other) => Self::Named,
            _ => Self::Code,
        }
    }
}

/// Categories whose values are words and sentences.
fn is_wordy(category: &str) -> bool {
    let root = category.split('.').next().unwrap_or_default();
    matches!(root, "belief" | "orientation" | "criminal" | "genetic" | "biometric" | "free_text")
        || root == "communication"
        || matches!(root, "health" | "work" | "family" | "behaviour")
            && !matches!(category, "health.record_id" | "health.insurance_id" | "behaviour.profile")
        || matches!(category, "identity.salutation" | "identity.nationality" | "identity.language")
}
