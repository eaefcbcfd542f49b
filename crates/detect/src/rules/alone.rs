//! What values say on their own, and what they say among columns about people.

use super::{has_checksum, is_shared_phone, this_year};
use crate::{
    names::Said,
    stores::{About, Look},
    values::{Kind, Tally},
};

/// What values say.
#[derive(Debug, Clone, Copy)]
pub struct Found {
    /// Category key.
    pub category: &'static str,
    /// How sure.
    pub confidence: f64,
    /// Values that fit.
    pub matched: u32,
    /// A check digit was verified.
    pub checksum: bool,
    /// Columns about people had to stand beside it.
    pub among_people: bool,
}

/// What other columns of a store show of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum People {
    /// Nothing.
    Nobody,
    /// Traits: gender, ethnicity, marital status. Animals and storms have some of them too.
    Traits,
    /// Persons: names, contacts, papers; or the store's name says so.
    Persons,
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
    /// Only when the column has no telling name and stands among columns about people.
    Among,
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

/// Formats, in order of certainty: the first that fits decides.
const FORMATS: [Rule; 34] = {
    use Kind as K;
    use When::{Always, Among, Nameless, NotNever, Open};
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
        rule("identity.national_id", &[K::Ssn], 0.8, 0.85, Open),
        rule(
            "contact.phone",
            &[K::MobileCn, K::LandlineCn, K::PhoneIntl, K::PhoneShaped],
            0.8,
            0.8,
            Open,
        ),
        rule("device.user_agent", &[K::UserAgent], 0.5, 0.9, NotNever),
        rule("social.wechat_id", &[K::WechatOpenId], 0.8, 0.85, NotNever),
        rule("location.address", &[K::AddressCn], 0.5, 0.86, Open),
        rule("location.address", &[K::AddressLatin], 0.5, 0.82, Open),
        rule("location.coordinates", &[K::LatLonPair], 0.8, 0.7, Open),
        rule("location.coordinates", &[K::CoordinateFine], 0.9, 0.6, Among),
        rule("identity.ethnicity", &[K::EthnicCn], 0.8, 0.8, Open),
        rule("identity.marital_status", &[K::Marital], 0.8, 0.8, Open),
        rule("health.blood_type", &[K::BloodType], 0.95, 0.8, Nameless),
        rule("identity.gender", &[K::Gender], 0.95, 0.7, Nameless),
        rule("identity.passport", &[K::PassportCn], 0.9, 0.75, Nameless),
        rule("identity.travel_permit", &[K::Permit], 0.9, 0.65, Nameless),
        rule("location.postal_code", &[K::PostcodeClear], 0.6, 0.7, Nameless),
        rule("identity.passport", &[K::DocumentShaped], 0.9, 0.6, Among),
        rule("vehicle.plate", &[K::PlateShaped], 0.8, 0.6, Among),
        rule("contact.phone", &[K::PhoneLoose], 0.9, 0.65, Among),
        rule("location.postal_code", &[K::PostcodeLoose], 0.95, 0.6, Among),
        rule("contact.website", &[K::Url], 0.8, 0.6, Among),
    ]
};

/// Words: the largest share decides, weighed by how seldom such words are anything else.
const WORDS: [Rule; 19] = {
    use Kind as K;
    use When::{Among, Open};
    [
        rule("identity.name", &[K::NameCn], 0.75, 0.82, Open),
        rule("identity.name", &[K::NameLatin], 0.45, 0.8, Open),
        rule("identity.name", &[K::SurnameHan], 0.75, 0.75, Open),
        rule("identity.given_name", &[K::MostlyGiven], 0.6, 0.72, Open),
        rule("identity.family_name", &[K::MostlySurname], 0.6, 0.7, Open),
        rule("identity.given_name", &[K::Given], 0.7, 0.6, Open),
        rule("identity.family_name", &[K::Surname], 0.7, 0.6, Open),
        rule("identity.family_name", &[K::FamilyHan], 0.9, 0.7, Open),
        rule("identity.given_name", &[K::GivenHan], 0.75, 0.6, Among),
        rule("identity.ethnicity", &[K::EthnicWord], 0.9, 0.7, Among),
        rule("identity.nationality", &[K::Demonym], 0.7, 0.7, Among),
        rule("location.country", &[K::Country], 0.6, 0.65, Among),
        rule("location.region", &[K::Region], 0.6, 0.65, Among),
        rule("location.country", &[K::CountryCode], 0.95, 0.6, Among),
        rule("location.region", &[K::StateCode], 0.95, 0.6, Among),
        rule("location.city", &[K::City, K::PlaceShaped], 0.35, 0.65, Among),
        rule("location.address", &[K::AddressShaped], 0.7, 0.65, Among),
        rule("work.job_title", &[K::JobTitle], 0.35, 0.65, Among),
        rule("work.employer", &[K::Company], 0.25, 0.65, Among),
    ]
};

/// What the values say without the name: the best answer and the next one. `people` says what
/// other columns of the store show of people.
pub fn by_values(
    look: Look,
    tally: &Tally,
    said: Said,
    people: People,
) -> (Option<Found>, Option<Found>) {
    let never = said == Said::Never;
    let nameless = said == Said::Nothing;
    let open = !never && look.about != About::Things && !matches!(said, Said::Personal(_));
    let may = |rule: &Rule| match rule.when {
        When::Always => true,
        When::NotNever => !never,
        When::Open => open,
        When::Nameless => nameless && open,
        // Digits say nothing under a name that speaks of something else.
        When::Among => {
            open && people >= People::Traits
                && (!is_digits(rule.kinds) || nameless && people == People::Persons)
        }
    };
    let fits = |rule: &&Rule| {
        may(rule) && tally.share(rule.kinds) >= rule.share && plausible(rule, tally, nameless)
    };
    let mut formats = FORMATS.iter().filter(fits).map(|rule| found(rule, tally));
    let first = formats.next();
    let second = formats.find(|next| first.is_none_or(|best| best.category != next.category));
    if first.is_some() {
        return (first, second);
    }
    let mut words: Vec<(f64, Found)> = WORDS
        .iter()
        .filter(fits)
        .map(|rule| (weight(rule) * tally.share(rule.kinds), found(rule, tally)))
        .collect();
    words.extend(numbers(tally, nameless && open, people));
    words.sort_by(|a, b| b.0.total_cmp(&a.0));
    let best = words.first().map(|w| w.1);
    let next = words.iter().map(|w| w.1).find(|w| best.is_some_and(|b| b.category != w.category));
    (best, next)
}

fn is_digits(kinds: &[Kind]) -> bool {
    matches!(kinds, [Kind::CoordinateFine | Kind::PostcodeLoose | Kind::PhoneLoose])
}

fn found(rule: &Rule, tally: &Tally) -> Found {
    Found {
        category: rule.category,
        confidence: rule.confidence * (0.9 + 0.1 * tally.share(rule.kinds)),
        matched: tally.count_any(rule.kinds),
        checksum: has_checksum(rule.category, tally),
        among_people: rule.when == When::Among,
    }
}

/// A name of two words is hardly anything else; one word may be a place as well.
fn weight(rule: &Rule) -> f64 {
    match rule.kinds {
        [Kind::NameLatin | Kind::NameCn] => 1.6,
        [Kind::Company] => 1.7,
        [Kind::JobTitle] => 1.2,
        [Kind::Country | Kind::Demonym | Kind::EthnicWord | Kind::Region] => 1.1,
        [Kind::AddressShaped] => 1.3,
        [Kind::Given | Kind::Surname | Kind::GivenHan | Kind::SurnameHan] => 0.8,
        _ => 1.0,
    }
}

/// Few different values are a code list and not people's names; a name-like column must look like
/// names throughout.
fn plausible(rule: &Rule, tally: &Tally, nameless: bool) -> bool {
    use Kind as K;
    let enough = if nameless { 5 } else { 8 };
    match (rule.category, rule.kinds) {
        ("identity.name", [K::SurnameHan]) => {
            tally.distinct >= 12
                && tally.variety() > 0.5
                && tally.share(&[K::City, K::Region]) < 0.3
        }
        ("identity.name" | "identity.given_name" | "identity.family_name", kinds) => {
            let shaped =
                tally.share(&[K::NameShaped, K::NameCn, K::SurnameHan, K::FamilyHan, K::GivenHan]);
            let places = tally.share(&[K::City, K::Country, K::Region]);
            // A family name alone or a given name alone is also a town's or a product's.
            let single = matches!(kinds, [K::Given | K::Surname])
                || !nameless && matches!(kinds, [K::MostlyGiven | K::MostlySurname]);
            tally.distinct >= if single { 12 } else { enough }
                && tally.share(&[K::Calendar]) < 0.3
                && shaped >= 0.85
                && (kinds == [K::NameLatin] || places < 0.6)
        }
        ("contact.phone", [K::PhoneLoose]) => {
            // Digits alone are any number; a plus or groups of digits in some values tell.
            tally.variety() > 0.8
                && (8.0..=18.0).contains(&tally.mean_chars)
                && (tally.share(&[K::Integer]) < 0.7
                    || tally.share(&[K::PhoneIntl, K::PhoneShaped, K::LandlineCn]) > 0.1)
                && tally.share(&[K::Date, K::Card, K::Imei, K::IdCn]) < 0.2
                && tally.stats.shortest + 1 < tally.stats.longest
        }
        ("contact.phone", _) => {
            (tally.variety() > 0.2 || tally.distinct >= 20) && !is_shared_phone(tally)
        }
        ("device.ip_address", _) => tally.share(&[K::IpLikely]) >= 0.3,
        ("identity.gender", _) => (2..=6).contains(&tally.distinct),
        ("location.coordinates", [K::CoordinateFine]) => {
            let (_, spread) = tally.stats.mean_and_spread();
            let far = tally.stats.numbers.iter().any(|n| n.abs() > 10.0);
            tally.variety() > 0.5 && far && spread > 0.01
        }
        ("health.blood_type", _) => (3..=12).contains(&tally.distinct) && tally.stats.longest >= 2,
        ("identity.passport", [K::DocumentShaped]) => {
            tally.variety() > 0.9 && tally.stats.first_characters() >= 1 && tally.stats.one_length()
        }
        ("location.postal_code", [K::PostcodeLoose]) => like_postcodes(tally),
        ("vehicle.plate", [K::PlateShaped]) => {
            tally.variety() > 0.9 && tally.stats.first_characters() >= 8
        }
        ("contact.website", _) => tally.variety() > 0.8 && tally.mean_chars < 45.0,
        ("location.country" | "location.region", [K::CountryCode | K::StateCode]) => {
            tally.distinct >= 5
        }
        ("work.employer", _) => tally.distinct >= 5,
        ("location.address", [K::AddressShaped]) => tally.variety() > 0.8,
        (
            "location.country"
            | "location.region"
            | "location.city"
            | "location.address"
            | "work.job_title"
            | "identity.nationality"
            | "identity.ethnicity",
            _,
        ) => tally.distinct >= 3,
        _ => true,
    }
}

/// Codes of one or two lengths that start with any digit and do not count upwards.
fn like_postcodes(tally: &Tally) -> bool {
    use Kind as K;
    let stats = &tally.stats;
    let digits = tally.share(&[K::Integer]);
    let one_form = stats.longest - stats.shortest <= 1 && (4..=8).contains(&stats.longest);
    let ordered = digits > 0.5 && !(0.3..0.7).contains(&stats.rising());
    let years = tally.share(&[K::Year]) > 0.9;
    tally.checked >= 10
        && tally.variety() > 0.3
        && one_form
        && !ordered
        && !years
        && stats.first_characters() >= 5
        && !stats.round()
        && (digits < 0.5 || stats.shortest == stats.longest && stats.longest >= 4)
}

/// Birthdays, ages and names of accounts: no format, only how the values lie together.
fn numbers(tally: &Tally, nameless: bool, people: People) -> Vec<(f64, Found)> {
    let mut out = Vec::new();
    if !nameless {
        return out;
    }
    let among_people = people > People::Nobody;
    let persons = people == People::Persons;
    let mut say = |category, kind: Kind, confidence| {
        let share = tally.share(&[kind]);
        let matched = tally.count(kind);
        out.push((share, Found { category, confidence, matched, checksum: false, among_people }));
    };
    let year = this_year();
    let dates = tally.share(&[Kind::Date]) >= 0.9 && tally.checked >= 10;
    if dates && persons && tally.stats.like_birthdays(year, 20) && tally.variety() > 0.5 {
        say("identity.birth_date", Kind::Date, 0.75);
    } else if dates
        && tally.checked >= 20
        && tally.variety() > 0.8
        && tally.stats.like_birthdays(year - 12, 25)
    {
        say("identity.birth_date", Kind::Date, 0.5);
    }
    if persons && tally.share(&[Kind::Integer]) >= 0.98 && tally.stats.like_salaries() {
        say("finance.salary", Kind::Integer, 0.55);
    }
    if among_people && tally.share(&[Kind::AgeNumber]) >= 0.98 && tally.stats.like_ages() {
        say("identity.age", Kind::AgeNumber, 0.6);
    }
    if persons
        && tally.share(&[Kind::Handle]) >= 0.7
        && tally.variety() > 0.85
        && tally.distinct >= 10
        && tally.stats.first_characters() >= 8
    {
        say("identity.username", Kind::Handle, 0.6);
    }
    out
}
