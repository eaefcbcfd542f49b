//! Numbers of papers: identity cards, tax numbers, licence plates and every other code.

use super::{Birth, FakeRules, Region, Stream, dates, shape};
use crate::{Language, Layer, Options, find_with, values::numbers as check};

/// Tries until a code passes the check of its kind. Schemes with two check digits need about 100.
const TRIES: usize = 1_500;

/// Another code of the same form.
pub(super) fn code(entity: &str, value: &str, rules: FakeRules, stream: &mut Stream) -> String {
    let compact = shape::compact(value);
    let special = match compact.len() {
        18 if check::is_chinese_id(&compact) => Some(resident(&compact, rules, stream)),
        18 if check::is_uscc(&compact) => credit_code(&compact, stream),
        9 if entity == "US_SSN" || value.len() == 11 && check::is_ssn(value) => {
            Some(social_security(stream))
        }
        9 if entity == "UK_NINO" => Some(insurance_number(stream)),
        10 if entity == "UK_NHS" => health_number(stream),
        _ => None,
    };
    if let Some(new) = special {
        return shape::dress(value, &new);
    }
    by_trying(entity, value, stream)
}

/// A resident identity number (GB 11643-1999): region and birth as the rules say, any order number,
/// the right check character.
fn resident(number: &str, rules: FakeRules, stream: &mut Stream) -> String {
    let region = match rules.region {
        Region::Province => format!("{}0000", &number[..2]),
        Region::Whole => number[..6].to_owned(),
    };
    let year: i64 = number[6..10].parse().unwrap_or(1980);
    let (first, years) = match rules.birth {
        Birth::Decade => (year - year % 10, 10),
        Birth::Year => (year, 1),
        Birth::Nothing => (1930, 80),
    };
    let (from, to) = (dates::days(first, 1, 1), dates::days(first + years, 1, 1));
    let (y, m, d) = dates::date_of(from + stream.below((to - from) as usize) as i64);
    let body = format!("{region}{y:04}{m:02}{d:02}{:03}", 1 + stream.below(999));
    "0123456789X"
        .chars()
        .map(|last| format!("{body}{last}"))
        .find(|number| passes_mod_11_2(number))
        .unwrap_or(body)
}

fn passes_mod_11_2(number: &str) -> bool {
    crate::custom::Checksum::Mod11_2.holds(number)
}

/// A unified social credit code (GB 32100-2015) of the same authority and kind, registered nowhere: the
/// division `0000` below the province registers nobody. Both check characters are right.
fn credit_code(code: &str, stream: &mut Stream) -> Option<String> {
    const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    for _ in 0..40 {
        let organisation: Vec<u8> = (0..8).map(|_| stream.digit()).collect();
        // GB 11714-1997: weights 3, 7, 9, 10, 5, 8, 4, 2; 10 is written X.
        let sum: u32 = organisation
            .iter()
            .zip([3, 7, 9, 10, 5, 8, 4, 2])
            .map(|(b, w)| u32::from(b - b'0') * w)
            .sum();
        let own = b"0123456789X0"[((11 - sum % 11) % 11) as usize];
        let body = format!(
            "{}{}0000{}{}",
            &code[..2],
            &code[2..4],
            String::from_utf8_lossy(&organisation),
            char::from(own)
        );
        let found = ALPHABET
            .iter()
            .map(|last| format!("{body}{}", char::from(*last)))
            .find(|code| check::is_uscc(code));
        if found.is_some() {
            return found;
        }
    }
    None
}

/// An area of 900–999 with a group of 01–49 was never a social security number (SSA, POMS RM
/// 10201.035) nor is it an ITIN (IRM 3.21.263: groups 50–65, 70–88, 90–92, 94–99).
fn social_security(stream: &mut Stream) -> String {
    format!("9{:02}{:02}{:04}", stream.below(100), 1 + stream.below(49), 1 + stream.below(9999))
}

/// The prefix QQ is never given out (HMRC, National Insurance Manual NIM39110).
fn insurance_number(stream: &mut Stream) -> String {
    format!("QQ{:06}{}", stream.below(1_000_000), char::from(stream.pick(b"ABCD")))
}

/// 999 begins numbers for tests (NHS Digital, NHS number guidance); MOD 11 with weights 10–2.
fn health_number(stream: &mut Stream) -> Option<String> {
    (0..20).find_map(|_| {
        let body = format!("999{:06}", stream.below(1_000_000));
        let sum: u32 = body.bytes().zip((2..=10).rev()).map(|(b, w)| u32::from(b - b'0') * w).sum();
        match 11 - sum % 11 {
            10 => None,
            11 => Some(format!("{body}0")),
            check => Some(format!("{body}{check}")),
        }
    })
}

/// Any characters of the same kinds. Where detection knows the value by its check digits, the
/// invention must be known as well: it is drawn until it is, first all of it, then its second half.
fn by_trying(entity: &str, value: &str, stream: &mut Stream) -> String {
    let checked = knows(entity, value);
    let mut first = None;
    for attempt in 0..if checked { TRIES } else { 1 } {
        let kept = if attempt < TRIES / 2 { 0 } else { value.chars().count() / 2 };
        let scrambled = value.chars().enumerate();
        let new: String =
            scrambled.map(|(at, c)| if at < kept { c } else { lead(at, c, stream) }).collect();
        if !checked || knows(entity, &new) {
            return new;
        }
        first.get_or_insert(new);
    }
    // Nothing passed: the form is kept all the same.
    first.unwrap_or_default()
}

/// A number does not begin with 0 unless its model does.
fn lead(at: usize, c: char, stream: &mut Stream) -> char {
    match shape::digit(c) {
        Some(1..=9) if at == 0 => shape::written_like(c, stream.leading_digit() - b'0'),
        _ => shape::other(c, stream),
    }
}

/// Detection knows the whole value as this entity by a check.
fn knows(entity: &str, value: &str) -> bool {
    if !value.is_ascii() {
        return false;
    }
    let options =
        Options { language: Language::English, patterns_only: true, ..Options::default() };
    let spans = find_with(value, &options);
    matches!(spans.as_slice(), [span] if span.layer == Layer::Checked
        && span.end - span.start == value.len()
        && (span.entity() == entity || span.category() == entity))
}
