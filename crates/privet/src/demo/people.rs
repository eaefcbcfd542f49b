//! The customers and staff of Lantern Tea. The same people appear in the shop, the CRM and the
//! marketing tool, as they would in life.

use std::collections::HashSet;

use jiff::{ToSpan, civil};

use super::{
    names::{
        CITIES, City, DISTRICTS, District, ETHNIC, FIRST_MEN, FIRST_WOMEN, GIVEN_MEN, GIVEN_WOMEN,
        LAST, ROADS, SURNAMES, streets,
    },
    random::Random,
};

/// Customers of the company.
pub const CUSTOMERS: usize = 5_000;
/// Staff of the company.
pub const STAFF: usize = 60;

/// An invented person.
pub struct Person {
    /// `LT00001`…
    pub number: String,
    /// Lives in China.
    pub chinese: bool,
    pub woman: bool,
    pub first: String,
    pub last: String,
    /// As people write it: 王芳, Emma Clarke.
    pub full: String,
    /// `wangfang`, `emma.clarke`.
    pub latin: String,
    pub email: String,
    pub phone: String,
    pub birth: civil::Date,
    /// Resident identity number (GB 11643), Chinese people only.
    pub resident_id: String,
    pub ethnic: &'static str,
    pub wechat: String,
    pub address: Address,
    /// Payment card number from a test range, Luhn-valid.
    pub card: String,
    pub device: String,
    pub ip: String,
    pub since: civil::DateTime,
}

/// Where a person lives.
pub struct Address {
    pub street: String,
    pub city: String,
    pub region: String,
    pub postal: String,
    pub country: &'static str,
    pub lat: f64,
    pub lon: f64,
}

impl Address {
    /// In one line, as the country writes it.
    pub fn line(&self) -> String {
        if self.country == "CN" {
            let region = if self.region == self.city { "" } else { self.region.as_str() };
            format!("{region}{}{}", self.city, self.street)
        } else {
            format!("{}, {} {}, {}", self.street, self.postal, self.city, self.country)
        }
    }
}

/// The sample company's present.
pub fn today() -> civil::Date {
    civil::date(2026, 11, 1)
}

/// A moment in the last so many days, during the day.
pub fn moment(random: &mut Random, days: i64) -> civil::DateTime {
    let date = today().saturating_sub(random.between(0, days).days());
    let (hour, minute, second) =
        (random.between(7, 22), random.between(0, 59), random.between(0, 59));
    date.at(hour as i8, minute as i8, second as i8, 0)
}

/// Everybody who bought something.
pub fn customers() -> Vec<Person> {
    people(Random::new(0x01a5_7e12), CUSTOMERS, "LT", 18, 78)
}

/// Everybody who works here.
pub fn staff() -> Vec<Person> {
    people(Random::new(0x57aff), STAFF, "E", 21, 60)
}

fn people(mut random: Random, n: usize, prefix: &str, young: i64, old: i64) -> Vec<Person> {
    let mut taken = HashSet::new();
    (1..=n)
        .map(|index| {
            let mut person = if random.chance(60) {
                chinese(&mut random, young, old)
            } else {
                european(&mut random, young, old)
            };
            person.number = format!("{prefix}{index:05}");
            person.email = email(&mut random, &person, &mut taken);
            person
        })
        .collect()
}

fn chinese(random: &mut Random, young: i64, old: i64) -> Person {
    let woman = random.chance(55);
    let (last, last_latin) = *random.pick(SURNAMES);
    let (first, first_latin) = *random.pick(if woman { GIVEN_WOMEN } else { GIVEN_MEN });
    let home = random.pick(DISTRICTS);
    let birth = birth(random, young, old);
    let latin = format!("{last_latin}{first_latin}");
    // Blocks of the middle four digits kept low: no claim on a real subscriber's number.
    let phone = format!(
        "{}00{}{}",
        random.pick(&["138", "139", "136", "150", "158", "177", "186", "188", "189", "199"]),
        random.digits(2),
        random.digits(4)
    );
    Person {
        number: String::new(),
        chinese: true,
        woman,
        first: first.to_owned(),
        last: last.to_owned(),
        full: format!("{last}{first}"),
        email: String::new(),
        phone,
        birth,
        resident_id: resident_id(random, random_origin(home), birth, woman),
        ethnic: random.pick::<&str>(ETHNIC),
        wechat: format!("{last_latin}_{}", random.hex(6)),
        address: chinese_address(random, home),
        card: luhn(&format!("62000000{}", random.digits(7))),
        device: random.uuid(),
        ip: ip(random, &["101.68", "112.10", "120.55", "183.128", "223.104"]),
        since: moment(random, 1_400),
        latin,
    }
}

fn european(random: &mut Random, young: i64, old: i64) -> Person {
    let woman = random.chance(55);
    let first = *random.pick(if woman { FIRST_WOMEN } else { FIRST_MEN });
    let last = *random.pick(LAST);
    let home = random.pick(CITIES);
    Person {
        number: String::new(),
        chinese: false,
        woman,
        first: first.to_owned(),
        last: last.to_owned(),
        full: format!("{first} {last}"),
        latin: format!("{}.{}", ascii(first), ascii(last)),
        email: String::new(),
        phone: european_phone(random, home.country),
        birth: birth(random, young, old),
        resident_id: String::new(),
        ethnic: "",
        wechat: String::new(),
        address: european_address(random, home),
        card: luhn(&format!(
            "{}{}",
            random.pick(&["424242", "555555", "400000"]),
            random.digits(9)
        )),
        device: random.uuid(),
        ip: ip(random, &["81.2", "86.140", "90.63", "79.140", "87.192"]),
        since: moment(random, 1_400),
    }
}

/// A home is where people live; the identity number names where they were first registered.
fn random_origin(home: &District) -> &str {
    home.code
}

fn birth(random: &mut Random, young: i64, old: i64) -> civil::Date {
    today().saturating_sub(random.between(young * 365, old * 365).days())
}

/// GB 11643-1999: region, date of birth, sequence (odd for men), check character (ISO 7064 MOD 11-2).
fn resident_id(random: &mut Random, region: &str, birth: civil::Date, woman: bool) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sequence = random.between(1, 498) * 2 + i64::from(!woman);
    let body = format!("{region}{}{sequence:03}", birth.strftime("%Y%m%d"));
    let sum: u32 =
        body.bytes().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    format!("{body}{}", char::from(b"10X98765432"[(sum % 11) as usize]))
}

/// Appends the check digit (ISO/IEC 7812-1).
pub fn luhn(body: &str) -> String {
    let sum: u32 = body
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0');
            let doubled = digit * 2;
            if place % 2 == 1 {
                digit
            } else if doubled > 9 {
                doubled - 9
            } else {
                doubled
            }
        })
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

fn chinese_address(random: &mut Random, home: &District) -> Address {
    let street = format!(
        "{}{}{}号{}幢{}{:02}室",
        home.area,
        random.pick(ROADS),
        random.between(1, 699),
        random.between(1, 18),
        random.between(1, 24),
        random.between(1, 4)
    );
    Address {
        street,
        city: home.city.to_owned(),
        region: home.province.to_owned(),
        postal: home.postal.to_owned(),
        country: "CN",
        lat: home.lat + random.between(-400, 400) as f64 / 10_000.0,
        lon: home.lon + random.between(-400, 400) as f64 / 10_000.0,
    }
}

fn european_address(random: &mut Random, home: &City) -> Address {
    let street = random.pick(streets(home.country));
    let house = random.between(1, 180);
    let postal = home
        .postal
        .chars()
        .map(|c| match c {
            '#' => char::from(b'1' + random.below(9) as u8),
            '@' => char::from(*random.pick(b"ABDEFGHJLNPQRSTUWXYZ")),
            other => other,
        })
        .collect();
    Address {
        street: if home.country == "DE" {
            format!("{street} {house}")
        } else {
            format!("{house} {street}")
        },
        city: home.name.to_owned(),
        region: home.region.to_owned(),
        postal,
        country: home.country,
        lat: home.lat + random.between(-400, 400) as f64 / 10_000.0,
        lon: home.lon + random.between(-400, 400) as f64 / 10_000.0,
    }
}

/// Numbers that the regulators keep free for fiction where they do (Ofcom, ARCEP, ComReg).
fn european_phone(random: &mut Random, country: &str) -> String {
    match country {
        "FR" => format!("+33 6 39 98 {} {}", random.digits(2), random.digits(2)),
        "DE" => format!("+49 1525 000{}", random.digits(4)),
        "IE" => format!("+353 20 91{} {}", random.digits(1), random.digits(4)),
        _ => format!("+44 7700 900{}", random.digits(3)),
    }
}

fn ip(random: &mut Random, blocks: &[&str]) -> String {
    format!("{}.{}.{}", random.pick(blocks), random.between(0, 255), random.between(1, 254))
}

fn email(random: &mut Random, person: &Person, taken: &mut HashSet<String>) -> String {
    let domains: &[&str] = if person.chinese {
        &["example.cn", "mail.example.cn", "example.com"]
    } else {
        &["example.com", "example.org", "mail.example.net"]
    };
    let domain = random.pick(domains);
    let mut address = format!("{}@{domain}", person.latin);
    while !taken.insert(address.clone()) {
        address = format!("{}{}@{domain}", person.latin, random.between(1, 9_999));
    }
    address
}

/// `Lefèvre` → `lefevre`, `O'Connor` → `oconnor`.
fn ascii(name: &str) -> String {
    name.chars()
        .filter_map(|c| match c {
            'é' | 'è' | 'É' | 'ë' => Some('e'),
            'á' => Some('a'),
            'ü' => Some('u'),
            '\'' => None,
            other => Some(other.to_ascii_lowercase()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_people_every_time_and_no_two_with_one_address() {
        let (once, again) = (customers(), customers());

        let emails: HashSet<_> = once.iter().map(|person| person.email.as_str()).collect();
        assert_eq!(emails.len(), CUSTOMERS);
        assert!(once.iter().zip(&again).all(|(a, b)| a.email == b.email && a.phone == b.phone));
    }

    #[test]
    fn emails_use_reserved_domains_only() {
        for person in customers() {
            let domain = person.email.rsplit('@').next().unwrap();
            let ok = ["example.com", "example.org", "example.net", "example.cn"];
            assert!(ok.iter().any(|d| domain == *d || domain.ends_with(&format!(".{d}"))));
            assert!(person.email.is_ascii(), "{}", person.email);
        }
    }

    #[test]
    fn check_digits_follow_the_published_examples() {
        // GB 11643-1999, annex; the well-known test card.
        let mut random = Random::new(1);
        let id = resident_id(&mut random, "110105", civil::date(1949, 12, 31), true);
        assert_eq!(id.len(), 18);
        assert_eq!(luhn("424242424242424"), "4242424242424242");
    }

    #[test]
    fn every_resident_number_has_remainder_one_modulo_eleven() {
        for person in customers().iter().filter(|person| person.chinese) {
            let mut sum = 0_u32;
            for (place, c) in person.resident_id.chars().rev().enumerate() {
                let value = if c == 'X' { 10 } else { c.to_digit(10).unwrap() };
                sum += value * 2_u32.pow(place as u32) % 11;
            }
            assert_eq!(sum % 11, 1, "{}", person.resident_id);
        }
    }
}
