//! Which kinds of values a category expects, and what values say on their own.

use crate::{
    names::Said,
    stores::{About, Look},
    values::{Kind, Tally},
};

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
        "location.city" | "location.region" | "location.country" => {
            (&[K::NameShaped, K::PlaceCn, K::HanShort], 0.5)
        }
        "location.coordinates" => (&[K::LatOrLon, K::LatLonPair, K::Decimal], 0.6),
        "finance.bank_card" => (&[K::Card, K::LongDigits, K::Masked], 0.5),
        "finance.bank_account" => (&[K::Card, K::Iban, K::LongDigits, K::Code, K::Masked], 0.4),
        "finance.iban" => (&[K::Iban, K::Masked], 0.4),
        "device.ip_address" => (&[K::Ip], 0.5),
        "device.mac" => (&[K::Mac, K::Hex], 0.5),
        "device.imei" => (&[K::Imei, K::Code, K::LongDigits], 0.5),
        "credential.password_hash" => (&[K::PasswordHash, K::Hex, K::Code], 0.3),
        "social.qq" => (&[K::QqNumber, K::Email], 0.5),
        "vehicle.plate" => (&[K::PlateCn, K::Code], 0.4),
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
        "location.address" => &[K::AddressCn, K::AddressLatin],
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

/// What values alone say.
pub struct Found {
    /// Category key.
    pub category: &'static str,
    /// How sure.
    pub confidence: f64,
    /// Values that fit.
    pub matched: u32,
    /// A check digit was verified.
    pub checksum: bool,
}

/// When a rule may speak without a name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    /// Always: such values are nothing else.
    Always,
    /// Unless the name says that the column is no personal data.
    NotNever,
    /// Only when the name says nothing for or against, and the store is not about things.
    Open,
    /// Only when the column has no telling name.
    Nameless,
}

struct Rule {
    category: &'static str,
    kinds: &'static [Kind],
    share: f64,
    confidence: f64,
    when: When,
}

const fn rule(
    category: &'static str,
    kinds: &'static [Kind],
    share: f64,
    confidence: f64,
    when: When,
) -> Rule {
    Rule { category, kinds, share, confidence, when }
}

/// Rules in order of certainty; the first that fits decides.
const RULES: [Rule; 32] = {
    use Kind as K;
    use When::{Always, Nameless, NotNever, Open};
    [
        rule("contact.email", &[K::Email], 0.6, 0.96, Always),
        rule("identity.national_id", &[K::IdCn], 0.6, 0.97, Always),
        rule("finance.iban", &[K::Iban], 0.6, 0.97, Always),
        rule("identity.social_credit_code", &[K::Uscc], 0.7, 0.93, Always),
        rule("credential.password_hash", &[K::PasswordHash], 0.6, 0.97, Always),
        rule("credential.api_key", &[K::Jwt, K::ApiKey], 0.5, 0.93, Always),
        rule("device.imei", &[K::Imei], 0.9, 0.9, NotNever),
        rule("finance.bank_card", &[K::Card], 0.8, 0.95, NotNever),
        rule("vehicle.vin", &[K::Vin], 0.7, 0.92, NotNever),
        rule("vehicle.plate", &[K::PlateCn], 0.7, 0.93, NotNever),
        rule("device.mac", &[K::Mac], 0.8, 0.93, NotNever),
        rule("device.ip_address", &[K::Ip], 0.8, 0.9, NotNever),
        rule("contact.phone", &[K::MobileCn], 0.8, 0.92, NotNever),
        rule("contact.phone", &[K::MobileCn, K::LandlineCn, K::PhoneIntl], 0.8, 0.88, NotNever),
        rule(
            "contact.phone",
            &[K::MobileCn, K::LandlineCn, K::PhoneIntl, K::PhoneShaped],
            0.8,
            0.8,
            Open,
        ),
        rule("identity.national_id", &[K::Ssn], 0.8, 0.85, Open),
        rule("device.user_agent", &[K::UserAgent], 0.5, 0.9, NotNever),
        rule("social.wechat_id", &[K::WechatOpenId], 0.8, 0.85, NotNever),
        rule("location.address", &[K::AddressCn], 0.5, 0.86, Open),
        rule("location.address", &[K::AddressLatin], 0.6, 0.82, Open),
        rule("location.coordinates", &[K::LatLonPair], 0.8, 0.7, Open),
        rule("identity.name", &[K::NameCn], 0.75, 0.82, Open),
        rule("identity.name", &[K::NameLatin], 0.45, 0.8, Open),
        rule("identity.given_name", &[K::Given], 0.7, 0.72, Open),
        rule("identity.family_name", &[K::Surname], 0.7, 0.7, Open),
        rule("identity.gender", &[K::Gender], 0.95, 0.7, Nameless),
        rule("identity.ethnicity", &[K::EthnicCn], 0.8, 0.8, Open),
        rule("identity.marital_status", &[K::Marital], 0.8, 0.8, Open),
        rule("location.postal_code", &[K::PostcodeClear], 0.9, 0.7, Nameless),
        rule("identity.passport", &[K::PassportCn], 0.9, 0.75, Nameless),
        rule("identity.travel_permit", &[K::Permit], 0.9, 0.65, Nameless),
        rule("location.region", &[K::PlaceCn], 0.9, 0.55, Nameless),
    ]
};

/// What the values say without the name.
pub fn by_values(look: Look, tally: &Tally, said: Said) -> Option<Found> {
    let never = said == Said::Never;
    let nameless = said == Said::Nothing;
    let open = !never && look.about != About::Things && !matches!(said, Said::Personal(_));
    for rule in &RULES {
        let may = match rule.when {
            When::Always => true,
            When::NotNever => !never,
            When::Open => open,
            When::Nameless => nameless && look.about != About::Things,
        };
        if may && tally.share(rule.kinds) >= rule.share && plausible(rule, tally, nameless) {
            let checksum = has_checksum(rule.category, tally);
            let share = tally.share(rule.kinds);
            return Some(Found {
                category: rule.category,
                confidence: rule.confidence * (0.9 + 0.1 * share),
                matched: tally.count_any(rule.kinds),
                checksum,
            });
        }
    }
    (nameless && open).then(|| birth_dates(tally)).flatten()
}

/// Few different values are a code list and not people's names; a name-like column must look like
/// names throughout.
fn plausible(rule: &Rule, tally: &Tally, nameless: bool) -> bool {
    use Kind as K;
    match rule.category {
        "identity.name" | "identity.given_name" | "identity.family_name" => {
            let shaped = tally.share(&[K::NameShaped, K::NameCn]);
            let enough = if nameless { 5 } else { 8 };
            tally.distinct >= enough && shaped >= 0.85
        }
        "contact.phone" => tally.variety() > 0.2 || tally.distinct >= 20,
        "device.ip_address" => tally.share(&[K::IpLikely]) >= 0.3,
        "identity.gender" => (2..=6).contains(&tally.distinct),
        "location.address" => tally.distinct >= 3,
        _ => true,
    }
}

/// Days over many years, the last of them years ago: birthdays rather than events.
fn birth_dates(tally: &Tally) -> Option<Found> {
    if tally.share(&[Kind::Date]) < 0.9 || tally.years.len() < 10 {
        return None;
    }
    let first = tally.years.iter().min()?;
    let last = tally.years.iter().max()?;
    let lived = *first >= 1900 && last - first >= 20 && *last <= this_year() - 5;
    lived.then(|| Found {
        category: "identity.birth_date",
        confidence: 0.55,
        matched: tally.count(Kind::Date),
        checksum: false,
    })
}

/// More than half were born less than 18 years ago.
pub fn mostly_young(years: &[i32]) -> bool {
    let young = years.iter().filter(|year| **year > this_year() - 18).count();
    !years.is_empty() && young * 2 > years.len()
}

/// The year by the system's clock; ages are relative to it.
fn this_year() -> i32 {
    let seconds = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |d| d.as_secs());
    1970 + (seconds / 31_556_952) as i32
}
