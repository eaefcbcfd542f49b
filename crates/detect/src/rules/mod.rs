//! Which kinds of values a category expects, and what values say on their own.

mod alone;
mod papers;

use crate::values::{Kind, Tally};

pub use alone::{Found, People, by_values};
pub use papers::{Paper, by_checks};

/// How the values agree with a category that the name proposes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// Too few values to say.
    NoValues,
    /// The category has no rule for its values.
    NoRule,
    /// Enough values are of the expected kinds.
    Confirmed,
    /// Some are.
    Doubtful,
    /// Hardly any is, or they are of another kind.
    Refuted,
}

/// Kinds that a category's values are of, and the share that confirms it.
fn expected(category: &str) -> (&'static [Kind], f64) {
    use Kind as K;
    match category {
        "contact.email" => (&[K::Email, K::Masked, K::Hex], 0.5),
        "contact.phone" => (
            &[
                K::MobileCn,
                K::LandlineCn,
                K::PhoneIntl,
                K::PhoneShaped,
                K::PhoneLoose,
                K::Masked,
                K::Hex,
            ],
            0.4,
        ),
        "contact.fax" => {
            (&[K::LandlineCn, K::PhoneIntl, K::PhoneShaped, K::PhoneLoose, K::Masked], 0.4)
        }
        "contact.website" => (&[K::Url, K::Domain], 0.3),
        "identity.national_id" => (&[K::IdCn, K::Ssn, K::Code, K::Masked, K::Hex], 0.5),
        "identity.passport" => (&[K::PassportCn, K::Permit, K::Code, K::Masked], 0.5),
        "identity.travel_permit" => (&[K::Permit, K::Code, K::Masked], 0.5),
        "identity.driver_licence" | "identity.tax_id" | "identity.social_insurance" => {
            (&[K::IdCn, K::Uscc, K::Code, K::Ssn, K::LongDigits, K::Masked], 0.4)
        }
        "identity.social_credit_code" => (&[K::Uscc, K::Masked], 0.3),
        "identity.birth_date" => (&[K::Date, K::Year, K::Masked], 0.5),
        "identity.age" => (&[K::AgeNumber], 0.6),
        "identity.gender" => (&[K::Gender, K::Flag, K::AgeNumber], 0.7),
        "identity.ethnicity" => (&[K::EthnicCn, K::HanShort, K::NameShaped], 0.3),
        "identity.marital_status" => {
            (&[K::Marital, K::Flag, K::AgeNumber, K::HanShort, K::NameShaped], 0.4)
        }
        "identity.name" | "minor.child_name" => {
            (&[K::NameCn, K::NameLatin, K::NameShaped, K::Masked], 0.5)
        }
        "identity.given_name" | "identity.family_name" => (
            &[K::Given, K::Surname, K::NameShaped, K::NameLatin, K::NameCn, K::HanShort, K::Masked],
            0.5,
        ),
        "location.postal_code" => (&[K::PostcodeLoose, K::PostcodeClear], 0.5),
        "location.city" | "location.region" | "location.country" => (
            &[
                K::NameShaped,
                K::PlaceCn,
                K::HanShort,
                K::City,
                K::Country,
                K::Region,
                K::PlaceShaped,
            ],
            0.5,
        ),
        "location.coordinates" => (&[K::LatOrLon, K::LatLonPair, K::Decimal], 0.6),
        "finance.bank_card" => (&[K::Card, K::LongDigits, K::Masked], 0.5),
        "finance.bank_account" => (&[K::Card, K::Iban, K::LongDigits, K::Code, K::Masked], 0.4),
        "finance.iban" => (&[K::Iban, K::Code, K::Masked], 0.4),
        "device.ip_address" => (&[K::Ip], 0.5),
        "device.mac" => (&[K::Mac, K::Hex], 0.5),
        "device.imei" => (&[K::Imei, K::Code, K::LongDigits], 0.5),
        "credential.password_hash" => (&[K::PasswordHash, K::Hex, K::Code], 0.3),
        "social.qq" => (&[K::QqNumber, K::Email], 0.5),
        "vehicle.plate" => (&[K::PlateCn, K::PlateShaped, K::Code], 0.4),
        "vehicle.vin" => (&[K::Vin, K::Code], 0.4),
        "health.blood_type" => (&[K::BloodType], 0.5),
        "finance.salary" | "finance.balance" | "finance.loan" => {
            (&[K::Integer, K::Decimal, K::AgeNumber], 0.0)
        }
        _ => (&[], 0.0),
    }
}

/// Kinds that only this category has: a weak name and these values together decide.
fn specific(category: &str) -> &'static [Kind] {
    use Kind as K;
    match category {
        "contact.email" => &[K::Email],
        "contact.phone" | "contact.fax" => {
            &[K::MobileCn, K::LandlineCn, K::PhoneIntl, K::PhoneShaped]
        }
        "identity.national_id" => &[K::IdCn, K::Ssn],
        "identity.passport" => &[K::PassportCn],
        "identity.name" | "minor.child_name" => &[K::NameCn, K::NameLatin],
        "identity.given_name" => &[K::Given],
        "identity.family_name" => &[K::Surname],
        "identity.gender" => &[K::Gender],
        "identity.marital_status" => &[K::Marital],
        "identity.ethnicity" => &[K::EthnicCn],
        "location.postal_code" => &[K::PostcodeClear],
        "location.coordinates" => &[K::LatOrLon, K::LatLonPair],
        "finance.bank_card" => &[K::Card],
        "finance.iban" => &[K::Iban],
        "device.ip_address" => &[K::Ip],
        "device.mac" => &[K::Mac],
        "device.imei" => &[K::Imei],
        "device.user_agent" => &[K::UserAgent],
        "credential.password_hash" => &[K::PasswordHash],
        "credential.api_key" => &[K::Jwt, K::ApiKey],
        "vehicle.plate" => &[K::PlateCn],
        "vehicle.vin" => &[K::Vin],
        "social.wechat_id" => &[K::WechatOpenId],
        "identity.driver_licence" => &[K::IdCn],
        "location.address" => &[K::AddressCn, K::AddressLatin, K::AddressShaped],
        "location.city" => &[K::City, K::PlaceShaped],
        "location.region" => &[K::Region],
        "location.country" => &[K::Country],
        "identity.nationality" => &[K::Demonym],
        "work.job_title" => &[K::JobTitle],
        "work.employer" => &[K::Company],
        "contact.website" => &[K::Url],
        _ => &[],
    }
}

/// Kinds whose check digits or structure leave little to chance.
fn checksummed(category: &str) -> &'static [Kind] {
    use Kind as K;
    match category {
        "identity.national_id" | "identity.driver_licence" | "identity.social_insurance" => {
            &[K::IdCn]
        }
        "finance.bank_card" => &[K::Card],
        "finance.bank_account" => &[K::Card, K::Iban],
        "finance.iban" => &[K::Iban],
        "identity.social_credit_code" | "identity.tax_id" => &[K::Uscc],
        "vehicle.vin" => &[K::Vin],
        "device.imei" => &[K::Imei],
        _ => &[],
    }
}

/// Values that are plainly of the category's own kinds.
pub fn is_specific(category: &str, tally: &Tally) -> bool {
    let kinds = specific(category);
    !kinds.is_empty() && tally.share(kinds) >= 0.5
}

/// The same, for categories whose values are people's alone: places, jobs and companies are other things' too.
pub fn is_peoples_own(category: &str, tally: &Tally) -> bool {
    !matches!(
        category,
        "location.city"
            | "location.region"
            | "location.country"
            | "work.job_title"
            | "work.employer"
            | "contact.website"
            | "identity.nationality"
    ) && is_specific(category, tally)
}

/// A check digit was verified on most values.
pub fn has_checksum(category: &str, tally: &Tally) -> bool {
    let kinds = checksummed(category);
    !kinds.is_empty() && tally.share(kinds) >= 0.5
}

/// Values that the category's rule accepted.
pub fn matched(category: &str, tally: &Tally) -> u32 {
    let (kinds, _) = expected(category);
    if kinds.is_empty() { tally.count_any(specific(category)) } else { tally.count_any(kinds) }
}

/// Compares the values with what the category expects.
pub fn agreement(category: &str, tally: &Tally) -> Agreement {
    use Kind as K;
    if tally.checked == 0 {
        return Agreement::NoValues;
    }
    // Only truth values: a fact about the field, unless the category is such a fact.
    let flags = tally.share(&[K::Flag]) > 0.98 && tally.distinct <= 2;
    let may_be_flag = category.starts_with("health")
        || category.starts_with("minor")
        || matches!(
            category,
            "identity.gender"
                | "identity.marital_status"
                | "behaviour.privacy_choice"
                | "belief.union"
                | "belief.politics"
                | "belief.religion"
                | "criminal"
                | "specific_identity"
                | "orientation"
                | "family.children_count"
                | "identity.age"
                | "finance.salary"
                | "finance.balance"
                | "finance.loan"
                | "finance.property"
        );
    if flags && !may_be_flag && tally.checked >= 3 {
        return Agreement::Refuted;
    }
    // Short counting numbers under `id_no` are keys.
    if category == "identity.national_id"
        && tally.checked >= 3
        && tally.share(&[K::Integer]) > 0.8
        && tally.mean_chars < 7.5
    {
        return Agreement::Refuted;
    }
    if category == "contact.phone" && is_shared_phone(tally) {
        return Agreement::Refuted;
    }
    let (kinds, enough) = expected(category);
    if kinds.is_empty() && tally.share(specific(category)) >= 0.3 {
        return Agreement::Confirmed;
    }
    if kinds.is_empty() {
        return if of_another_kind(category, tally) {
            Agreement::Refuted
        } else {
            Agreement::NoRule
        };
    }
    let share = tally.share(kinds);
    let extension = category == "contact.phone"
        && tally.share(&[K::Integer]) > 0.8
        && tally.mean_chars < 6.0
        && tally.mean_chars >= 2.0;
    if share >= enough {
        Agreement::Confirmed
    } else if extension || tally.checked < 3 || share >= 0.15 {
        Agreement::Doubtful
    } else {
        Agreement::Refuted
    }
}

/// A number that many rows share, or that nobody owns: a hotline, not a person's phone.
pub fn is_shared_phone(tally: &Tally) -> bool {
    // Two mobile numbers may be two people; two numbers of an office are its lines.
    let few = if tally.share(&[Kind::MobileCn]) < 0.5 { 2 } else { 1 };
    tally.share(&[Kind::PhoneShared]) >= 0.5
        || tally.checked >= 20 && tally.distinct <= few && tally.share(&[Kind::Flag]) < 0.5
}

/// For categories of plain words: most values are numbers, addresses of the network, dates.
fn of_another_kind(category: &str, tally: &Tally) -> bool {
    use Kind as K;
    if tally.checked < 3 {
        return false;
    }
    let wordy = matches!(
        category,
        "location.address"
            | "location.city"
            | "location.country"
            | "identity.nickname"
            | "identity.salutation"
            | "work.job_title"
            | "work.employer"
            | "identity.nationality"
            | "family.member"
    );
    let numbers = tally.share(&[K::Integer, K::Decimal, K::Email, K::Ip, K::Url, K::Uuid, K::Date]);
    (wordy && numbers > 0.7)
        || (category == "identity.username" && tally.share(&[K::Email, K::MobileCn, K::Date]) > 0.6)
        || (category == "identity.photo" && tally.share(&[K::Integer, K::Date, K::Email]) > 0.6)
        || (category == "work.history" && tally.share(&[K::Integer]) > 0.6)
}

/// More than half were born less than 18 years ago.
pub fn mostly_young(tally: &Tally) -> bool {
    tally.stats.mostly_young(this_year())
}

/// The year by the system's clock; ages are relative to it.
fn this_year() -> i32 {
    let seconds = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |d| d.as_secs());
    1970 + (seconds / 31_556_952) as i32
}
