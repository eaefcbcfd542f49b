//! Numbering plans of the world (ITU-T E.164) from libphonenumber's metadata.
//!
//! Parsing every number of a text through the library would cost 15 µs each, so that its metadata
//! first becomes a table of country codes and lengths; the library itself is asked only whether a
//! number without punctuation is assigned.

use std::sync::OnceLock;

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, Region};

/// Country codes have up to three digits.
const CODES: usize = 1000;
/// Digits of an international number at most (E.164 §6).
pub const LONGEST: usize = 15;

/// For each country code the possible lengths of national numbers, a bit each; zero where the code
/// is not assigned.
fn lengths() -> &'static [u32; CODES] {
    static LENGTHS: OnceLock<[u32; CODES]> = OnceLock::new();
    LENGTHS.get_or_init(|| {
        let mut table = [0; CODES];
        for code in PHONE_NUMBER_UTIL.get_supported_calling_codes() {
            let Some(slot) = usize::try_from(code).ok().and_then(|code| table.get_mut(code)) else {
                continue;
            };
            let mut national = 2;
            for length in 1..LONGEST {
                let number = PhoneNumber {
                    country_code: code,
                    national_number: national,
                    ..Default::default()
                };
                if PHONE_NUMBER_UTIL.is_possible_number(&number) {
                    *slot |= 1 << length;
                }
                national = national * 10 + 2;
            }
        }
        table
    })
}

/// The digits, country code first, have a length that the country's plan allows; a trunk zero after
/// the country code, `+46 (0)8…`, does not count.
pub fn is_international(digits: &[u8]) -> bool {
    if !(7..=LONGEST + 1).contains(&digits.len()) || digits[0] == b'0' {
        return false;
    }
    (1..=3.min(digits.len())).any(|length| {
        let code = digits[..length].iter().fold(0, |n, d| n * 10 + usize::from(d - b'0'));
        let possible = lengths()[code];
        let national = &digits[length..];
        let trunk = usize::from(national.first() == Some(&b'0'));
        possible & (1 << national.len()) != 0
            || trunk == 1 && possible & (1 << (national.len() - 1)) != 0
    })
}

/// The national number is assigned in this country's plan.
pub fn is_assigned(digits: &str, region: Region) -> bool {
    PHONE_NUMBER_UTIL
        .parse(digits, Some(region))
        .is_ok_and(|number| number.is_valid_for_region(region))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_follow_the_country() {
        for good in ["8613812345678", "861012345678", "14255550142", "46089285 7138", "4930123456"]
        {
            let digits: Vec<u8> = good.bytes().filter(u8::is_ascii_digit).collect();
            assert!(is_international(&digits), "{good}");
        }
        for bad in ["142555501", "14255550142999", "2101234567", "0123456789", "12"] {
            assert!(!is_international(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn assigned_numbers_are_known() {
        assert!(is_assigned("2015550123", Region::US));
        assert!(!is_assigned("1235550123", Region::US));
    }
}
