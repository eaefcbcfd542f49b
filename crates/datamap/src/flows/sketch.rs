//! Keyed bottom-k sketches: they say how much two columns have in common without keeping a value.
//!
//! Every distinct value is normalised, hashed with HMAC-SHA-256 under a key of this deployment and
//! cut to 48 bits; the `K` smallest hashes are kept, with the number of distinct values. Two columns
//! that hold the same values hold the same smallest hashes, so their overlap can be estimated from
//! the sketches alone (A. Broder, *On the resemblance and containment of documents*, 1997; bottom-k
//! and KMV: Cohen and Kaplan, 2007; Beyer et al., 2007).
//!
//! **What a sketch gives away.** Without the key: how many distinct values were sampled, and which
//! columns share values. With the key, somebody could test guesses ("is li@example.com among the 96
//! smallest?"). That is why the hash is keyed, the key never leaves the data directory, and at most
//! [`K`] of the sampled values leave a trace at all.

use std::{borrow::Cow, collections::BTreeSet};

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;

/// Hashes kept for one column. The standard error of a share estimated from it is below 0.052.
pub const K: usize = 96;
/// Columns with fewer distinct values say nothing when they agree: booleans, states, countries.
pub const MIN_DISTINCT: usize = 12;

const HASH_BYTES: usize = 6;

/// Numbers and names that stand for one person or one thing of a person.
const IDENTIFIERS: [&str; 24] = [
    "identity.national_id",
    "identity.passport",
    "identity.travel_permit",
    "identity.driver_licence",
    "identity.tax_id",
    "identity.social_insurance",
    "identity.social_credit_code",
    "identity.username",
    "identity.customer_id",
    "identity.employee_id",
    "identity.student_id",
    "finance.bank_card",
    "finance.bank_account",
    "finance.iban",
    "finance.payment_account",
    "health.record_id",
    "health.insurance_id",
    "device.mac",
    "device.imei",
    "device.device_id",
    "device.ad_id",
    "device.cookie_id",
    "social.wechat_id",
    "social.qq",
];

/// What kind of text a column holds; only columns of one family are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// E-mail addresses: lower case.
    Email,
    /// Telephone numbers: digits, with the Chinese country code left out.
    Phone,
    /// Names of people: letters, lower case. Namesakes exist, so they only support other evidence.
    Name,
    /// Everything else that can identify: numbers of documents, accounts, customers, devices.
    Identifier,
}

impl Family {
    /// The family of a category ("" for a column without one); `None` when equal values of it mean
    /// nothing, or when not even a hash of it should be kept (credentials, health, beliefs).
    pub fn of(category: &str) -> Option<Self> {
        match category {
            "contact.email" => Some(Self::Email),
            "contact.phone" | "contact.fax" => Some(Self::Phone),
            "identity.name"
            | "identity.given_name"
            | "identity.family_name"
            | "identity.nickname"
            | "minor.child_name" => Some(Self::Name),
            "" | "location.address" | "vehicle.plate" | "vehicle.vin" => Some(Self::Identifier),
            _ => IDENTIFIERS.contains(&category).then_some(Self::Identifier),
        }
    }

    /// Whether equal values alone are a reason to think that data flowed.
    pub fn identifies(self) -> bool {
        self != Self::Name
    }

    fn tag(self) -> char {
        match self {
            Self::Email => 'e',
            Self::Phone => 'p',
            Self::Name => 'n',
            Self::Identifier => 'i',
        }
    }

    fn from_tag(tag: &str) -> Option<Self> {
        [Self::Email, Self::Phone, Self::Name, Self::Identifier]
            .into_iter()
            .find(|family| tag.chars().eq([family.tag()]))
    }

    /// The form under which equal things are equal; `None` for values that are not of this family.
    fn normalise(self, value: &str) -> Option<String> {
        let value = value.trim();
        let text: Cow<'_, str> = if value.is_ascii() {
            Cow::Borrowed(value)
        } else {
            value.chars().map(half_width).collect()
        };
        let normal = match self {
            Self::Email => text.to_lowercase(),
            Self::Phone => phone_digits(&text),
            Self::Name => {
                text.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect()
            }
            Self::Identifier => {
                text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
            }
        };
        let long_enough = match self {
            Self::Email => normal.contains('@'),
            Self::Phone => normal.len() >= 7,
            Self::Name => normal.chars().nth(1).is_some(),
            Self::Identifier => normal.chars().nth(3).is_some(),
        };
        long_enough.then_some(normal)
    }
}

/// Full-width forms (U+FF01–FF5E) as their ASCII twins, as people type them on Chinese keyboards.
fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        other => other,
    }
}

/// E.164 without the plus, as far as it can be known without a default region: an international
/// prefix is dropped, and so is +86 in front of an 11-digit mobile number.
fn phone_digits(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.strip_prefix("00").unwrap_or(&digits);
    match digits.strip_prefix("86") {
        Some(rest) if rest.len() == 11 && rest.starts_with('1') => rest.to_owned(),
        _ => digits.to_owned(),
    }
}

/// Sketches a column's sampled values; "" when agreement on such values would mean nothing.
///
/// `category` is the field's category or "" when it has none.
pub fn build<S: AsRef<str>>(key: &[u8; 32], category: &str, values: &[S]) -> String {
    let Some(family) = Family::of(category) else { return String::new() };
    let family =
        if category.is_empty() && looks_like_emails(values) { Family::Email } else { family };
    // The cheap tests first: most columns of a database end here.
    if values.len() < MIN_DISTINCT
        || (family == Family::Identifier && says_little(values))
        || (category.is_empty() && repeats(values))
    {
        return String::new();
    }
    // Hashed before they are made distinct: sorting numbers costs less than comparing texts.
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    let mut message = Vec::new();
    let mut hashes: Vec<u64> = values
        .iter()
        .filter_map(|value| family.normalise(value.as_ref()))
        .map(|value| keyed_hash(&key, family, &value, &mut message))
        .collect();
    hashes.sort_unstable();
    hashes.dedup();
    let distinct = hashes.len();
    if distinct < MIN_DISTINCT {
        return String::new();
    }
    hashes.truncate(K);
    encode(family, distinct, &hashes)
}

/// `message` is a buffer to use again.
fn keyed_hash(key: &hmac::Key, family: Family, value: &str, message: &mut Vec<u8>) -> u64 {
    message.clear();
    message.extend_from_slice(&[family.tag() as u8, 0]);
    message.extend_from_slice(value.as_bytes());
    let tag = hmac::sign(key, message);
    tag.as_ref().iter().take(HASH_BYTES).fold(0, |hash, byte| hash << 8 | u64::from(*byte))
}

fn looks_like_emails<S: AsRef<str>>(values: &[S]) -> bool {
    share(values, |value| value.contains('@') && value.contains('.')) > 0.8
}

/// Columns whose equal values are chance: running numbers, dates, times, amounts, long texts.
fn says_little<S: AsRef<str>>(values: &[S]) -> bool {
    share(values, |value| is_number(value) || is_date(value) || value.len() > 200) > 0.5
}

/// Columns without a category must look like identifiers: hardly any value repeats.
fn repeats<S: AsRef<str>>(values: &[S]) -> bool {
    let distinct: BTreeSet<&str> = values.iter().map(AsRef::as_ref).collect();
    distinct.len() * 5 < values.len() * 3
}

fn share<S: AsRef<str>>(values: &[S], test: impl Fn(&str) -> bool) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let hits = values.iter().filter(|value| test(value.as_ref().trim())).count();
    hits as f64 / values.len() as f64
}

/// Small integers (two systems both count from 1), decimals, and Unix times.
fn is_number(value: &str) -> bool {
    let body = value.trim_start_matches(['-', '+']);
    if body.is_empty() || !body.chars().all(|c| c.is_ascii_digit() || c == '.' || c == ',') {
        return false;
    }
    let unix_time = matches!(body.len(), 10 | 13) && body.starts_with('1');
    body.len() <= 6 || body.contains(['.', ',']) || unix_time
}

fn is_date(value: &str) -> bool {
    let head: Vec<char> = value.chars().take(10).collect();
    let digits = head.iter().filter(|c| c.is_ascii_digit()).count();
    let marks = head.iter().filter(|c| matches!(c, '-' | '/' | '.' | '年' | '月')).count();
    head.len() >= 8 && marks == 2 && digits >= 4 && digits + marks >= head.len() - 1
}

fn encode(family: Family, distinct: usize, hashes: &[u64]) -> String {
    let mut bytes = Vec::with_capacity(hashes.len() * HASH_BYTES);
    for hash in hashes {
        bytes.extend_from_slice(&hash.to_be_bytes()[8 - HASH_BYTES..]);
    }
    format!("1{}{distinct}:{}", family.tag(), BASE64.encode(bytes))
}

/// A sketch read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sketch {
    /// What was compared.
    pub family: Family,
    /// Distinct values that went in.
    pub distinct: usize,
    /// The smallest hashes, ascending.
    pub hashes: Vec<u64>,
}

impl Sketch {
    /// Reads the stored text; `None` for "" and for text of an unknown version.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix('1')?;
        let (head, body) = rest.split_once(':')?;
        let family = Family::from_tag(head.get(..1)?)?;
        let distinct = head.get(1..)?.parse().ok()?;
        let bytes = BASE64.decode(body).ok()?;
        let hashes = bytes
            .chunks_exact(HASH_BYTES)
            .map(|chunk| chunk.iter().fold(0, |hash, byte| hash << 8 | u64::from(*byte)))
            .collect();
        Some(Self { family, distinct, hashes })
    }

    /// Up to this hash the sketch is complete.
    fn horizon(&self) -> u64 {
        match self.hashes.last() {
            Some(last) if self.hashes.len() >= K && self.distinct > K => *last,
            _ => u64::MAX,
        }
    }
}

/// How much two columns' sampled values have in common. All shares are 0..=1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Overlap {
    /// Common ÷ all.
    pub jaccard: f64,
    /// Share of `a` that is in `b`.
    pub a_in_b: f64,
    /// Share of `b` that is in `a`.
    pub b_in_a: f64,
    /// Hashes found in both.
    pub shared: usize,
    /// How far the numbers can be trusted; grows with the hashes shared.
    pub confidence: f64,
}

/// Compares two sketches. Below the smaller horizon both are complete, so the shares there are
/// unbiased estimates of the shares in the samples.
pub fn compare(a: &Sketch, b: &Sketch) -> Overlap {
    if a.family != b.family {
        return Overlap::default();
    }
    let horizon = a.horizon().min(b.horizon());
    let left: BTreeSet<u64> = a.hashes.iter().copied().filter(|hash| *hash <= horizon).collect();
    let right: BTreeSet<u64> = b.hashes.iter().copied().filter(|hash| *hash <= horizon).collect();
    let shared = left.intersection(&right).count();
    let part = |of: usize| if of == 0 { 0.0 } else { shared as f64 / of as f64 };
    Overlap {
        jaccard: part(left.len() + right.len() - shared),
        a_in_b: part(left.len()),
        b_in_a: part(right.len()),
        shared,
        confidence: 1.0 - (-(shared as f64) / 4.0).exp(),
    }
}

/// [`compare`] on stored texts: `(jaccard, a in b, b in a, confidence)`; zeros if one is unreadable.
pub fn overlap(a: &str, b: &str) -> (f64, f64, f64, f64) {
    match (Sketch::parse(a), Sketch::parse(b)) {
        (Some(a), Some(b)) => {
            let found = compare(&a, &b);
            (found.jaccard, found.a_in_b, found.b_in_a, found.confidence)
        }
        _ => (0.0, 0.0, 0.0, 0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: [u8; 32] = [7; 32];

    fn emails(range: std::ops::Range<u32>) -> Vec<String> {
        range.map(|n| format!("person{n}@example.com")).collect()
    }

    #[test]
    fn spelling_does_not_hide_equal_addresses_and_numbers() {
        let plain = emails(0..40);
        let shouted: Vec<String> =
            plain.iter().map(|v| format!("  {} ", v.to_uppercase())).collect();
        let phones: Vec<String> = (0..40).map(|n| format!("138{:08}", n * 977)).collect();
        let dialled: Vec<String> =
            phones.iter().map(|v| format!("+86 {}-{}-{}", &v[..3], &v[3..7], &v[7..])).collect();

        let mail =
            overlap(&build(&KEY, "contact.email", &plain), &build(&KEY, "contact.email", &shouted));
        let phone = overlap(
            &build(&KEY, "contact.phone", &phones),
            &build(&KEY, "contact.phone", &dialled),
        );

        assert!((mail.0 - 1.0).abs() < 1e-9 && (phone.0 - 1.0).abs() < 1e-9);
    }

    #[test]
    fn columns_that_say_little_have_no_sketch() {
        let ids: Vec<String> = (1..500).map(|n| n.to_string()).collect();
        let dates: Vec<String> = (1..29)
            .flat_map(|d| (1..13).map(move |m| format!("2024-{m:02}-{d:02} 10:00:00")))
            .collect();
        let prices: Vec<String> = (1..500).map(|n| format!("{n}.50")).collect();
        let flags: Vec<String> = (0..500).map(|n| format!("state-{}", n % 5)).collect();
        let times: Vec<String> =
            (0..500).map(|n| (1_700_000_000_u64 + n * 61).to_string()).collect();

        for column in [&ids, &dates, &prices, &flags, &times] {
            assert_eq!(build(&KEY, "", column), "");
        }
        assert_eq!(build(&KEY, "identity.birth_date", &dates), "");
        assert_eq!(build(&KEY, "credential.password", &emails(0..50)), "");
    }

    #[test]
    fn another_key_gives_another_sketch_and_no_value_shows() {
        let values = emails(0..200);

        let one = build(&KEY, "contact.email", &values);
        let other = build(&[8; 32], "contact.email", &values);

        assert!(overlap(&one, &other).0 < 0.01);
        assert!(!one.contains("person") && one.len() < 800);
    }

    #[test]
    fn every_category_named_here_is_in_the_taxonomy() {
        for key in IDENTIFIERS.into_iter().chain([
            "contact.email",
            "contact.phone",
            "contact.fax",
            "identity.nickname",
            "minor.child_name",
            "location.address",
            "vehicle.plate",
        ]) {
            assert!(detect::taxonomy().get(key).is_some(), "{key}");
        }
    }

    #[test]
    fn addresses_in_an_unclassified_column_still_meet_classified_ones() {
        let values = emails(0..50);

        let found = overlap(&build(&KEY, "", &values), &build(&KEY, "contact.email", &values));

        assert!((found.0 - 1.0).abs() < 1e-9);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn the_estimate_stays_near_the_truth(size in 20_u32..1500, start in 0_u32..1500) {
            let a = emails(0..size);
            let b = emails(start..start + size);
            let common = f64::from(size.saturating_sub(start));
            let truth = common / (2.0 * f64::from(size) - common);

            let (jaccard, a_in_b, b_in_a, _) =
                overlap(&build(&KEY, "contact.email", &a), &build(&KEY, "contact.email", &b));

            // Five standard errors of a share measured on at least K hashes.
            prop_assert!((jaccard - truth).abs() < 0.26, "{jaccard} for {truth}");
            prop_assert!((a_in_b - common / f64::from(size)).abs() < 0.36);
            prop_assert!((b_in_a - common / f64::from(size)).abs() < 0.36);
            if start == 0 { prop_assert!((jaccard - 1.0).abs() < 1e-9); }
            if start >= size { prop_assert!(jaccard < 0.02); }
        }

        #[test]
        fn reading_back_gives_what_was_written(n in 12_u32..400) {
            let text = build(&KEY, "contact.email", &emails(0..n));
            let sketch = Sketch::parse(&text).unwrap();
            prop_assert_eq!(sketch.distinct, n as usize);
            prop_assert_eq!(encode(sketch.family, sketch.distinct, &sketch.hashes), text);
        }

        #[test]
        fn no_text_breaks_the_reader(text in ".{0,40}") {
            let _ = Sketch::parse(&text);
            let _ = Sketch::parse(&format!("1{text}"));
        }
    }
}
