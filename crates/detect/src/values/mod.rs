//! What one value can be. [`kinds`] looks at the value's characters first, so that only the few
//! rules that can apply run; nothing is kept.

pub mod contact;
pub mod device;
mod gazetteer;
mod kind;
pub mod numbers;
pub mod people;
pub mod places;
mod shape;
mod stats;
mod tally;
pub mod words;

pub use kind::{Kind, KindSet};
use shape::Shape;
pub use tally::Tally;

/// The kinds of one value.
pub fn kinds(value: &str) -> KindSet {
    let value = value.trim();
    let mut set = KindSet::default();
    if value.is_empty() {
        return set;
    }
    if let Some(of_all) = of_list(value) {
        return of_all;
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

/// A list in one cell, `a@example.com; b@example.com`: what all of its items are, if that is telling.
fn of_list(value: &str) -> Option<KindSet> {
    const TELLING: [Kind; 10] = [
        Kind::Email,
        Kind::MobileCn,
        Kind::LandlineCn,
        Kind::PhoneIntl,
        Kind::IdCn,
        Kind::Card,
        Kind::Iban,
        Kind::IpLikely,
        Kind::NameCn,
        Kind::NameLatin,
    ];
    let marks: &[char] =
        if value.contains('@') { &[';', '|', '；', ','] } else { &[';', '|', '；', '、'] };
    if value.len() > 400 || !value.contains(marks) {
        return None;
    }
    let items: Vec<&str> = value.split(marks).map(str::trim).filter(|i| !i.is_empty()).collect();
    if !(2..=20).contains(&items.len()) {
        return None;
    }
    let all = items.iter().map(|item| kinds(item)).reduce(KindSet::and)?;
    all.any(&TELLING).then_some(all)
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
