//! Cards, accounts, devices, vehicles: right check digits from ranges kept for tests. And ages.

use super::{Stream, shape};
use crate::values::numbers as check;

/// First digits of the card schemes' numbers for tests, as payment services publish them, by the first
/// digits they stand for.
const TEST_CARDS: [(&str, &str); 11] = [
    ("34", "343434"),
    ("37", "378282"),
    ("36", "367001"),
    ("30", "305693"),
    ("35", "356600"),
    ("62", "620000"),
    ("81", "817100"),
    ("60", "601111"),
    ("4", "424242"),
    ("2", "222300"),
    ("5", "555555"),
];

/// A card of the same scheme and length with a right check digit (ISO/IEC 7812-1), of a range for
/// tests.
pub(super) fn card(value: &str, stream: &mut Stream) -> String {
    let digits = shape::compact(value);
    if digits.len() < 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return shape::scramble(value, stream);
    }
    let range = TEST_CARDS.iter().find(|(scheme, _)| digits.starts_with(scheme));
    // Other issuers keep their first digit, the industry's (ISO/IEC 7812-1 §4).
    let head = range.map_or(&digits[..1], |(_, range)| range);
    let body: Vec<u8> = head
        .bytes()
        .chain(std::iter::repeat_with(|| stream.digit()))
        .take(digits.len() - 1)
        .collect();
    shape::dress(value, &with_luhn(body))
}

/// The digits with Luhn's check digit behind them.
fn with_luhn(mut body: Vec<u8>) -> String {
    body.push(b'0');
    let last = body.len() - 1;
    for digit in b'0'..=b'9' {
        body[last] = digit;
        if crate::checks::digits::luhn(&body) {
            break;
        }
    }
    body.iter().map(|b| char::from(*b)).collect()
}

/// An account of the same country and length with right check digits (ISO 13616, MOD 97-10).
pub(super) fn iban(value: &str, stream: &mut Stream) -> String {
    let compact = shape::compact(value);
    if compact.len() < 8 || !compact.is_ascii() {
        return shape::scramble(value, stream);
    }
    let account: String = compact[4..].chars().map(|c| shape::other(c, stream)).collect();
    let country = &compact[..2];
    let rest = format!("{account}{country}00").bytes().fold(0_u32, |rest, b| match b {
        b'0'..=b'9' => (rest * 10 + u32::from(b - b'0')) % 97,
        _ => (rest * 100 + u32::from(b.to_ascii_uppercase().saturating_sub(b'A')) + 10) % 97,
    });
    shape::dress(value, &format!("{country}{:02}{account}", 98 - rest))
}

/// A number of the range for test devices (3GPP TS 23.003; TAC 001…, GSMA TS.06) with a right check
/// digit.
pub(super) fn imei(value: &str, stream: &mut Stream) -> String {
    let digits = shape::compact(value);
    if digits.len() != 15 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return shape::scramble(value, stream);
    }
    let body =
        b"001".iter().copied().chain(std::iter::repeat_with(|| stream.digit())).take(14).collect();
    shape::dress(value, &with_luhn(body))
}

/// The same maker and model year, another vehicle, a right check digit (ISO 3779, 49 CFR 565.15).
pub(super) fn vin(value: &str, stream: &mut Stream) -> String {
    let compact = shape::compact(value);
    if compact.len() != 17 || !compact.is_ascii() {
        return shape::scramble(value, stream);
    }
    let mut new: Vec<u8> = compact
        .bytes()
        .enumerate()
        .map(|(at, b)| match (at, b) {
            (0..=2 | 9, _) => b,
            (_, b'0'..=b'9') => stream.digit(),
            // I, O and Q are not used.
            _ => stream.pick(b"ABCDEFGHJKLMNPRSTUVWXYZ"),
        })
        .collect();
    for digit in *b"0123456789X" {
        new[8] = digit;
        if check::is_vin(&String::from_utf8_lossy(&new)) {
            break;
        }
    }
    shape::dress(value, &String::from_utf8_lossy(&new))
}

/// An age a few years off, on the same side of 18 and with as many digits.
pub(super) fn age(value: &str, stream: &mut Stream) -> String {
    let start = value.find(|c: char| c.is_ascii_digit());
    let Some(start) = start else { return shape::scramble(value, stream) };
    let end =
        value[start..].find(|c: char| !c.is_ascii_digit()).map_or(value.len(), |at| start + at);
    let Ok(age) = value[start..end].parse::<usize>() else { return shape::scramble(value, stream) };
    let (low, high) = match age {
        0..=9 => (1, 9),
        10..=17 => (10, 17),
        18..=99 => (18, 99),
        _ => (100, 110),
    };
    let from = age.saturating_sub(4).clamp(low, high);
    let new = from + stream.below((age + 4).min(high).max(from) - from + 1);
    format!("{}{new}{}", &value[..start], &value[end..])
}
