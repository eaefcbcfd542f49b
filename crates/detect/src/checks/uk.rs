//! Numbers of the United Kingdom. All functions take upper case without separators.

use super::digits::{all_digits, digit, is_day, monotone, number, weighted};

/// National insurance number (HMRC NIM39110): two letters, six digits, suffix A–D.
pub fn nino(b: &[u8]) -> bool {
    b.len() == 9
        && b[0].is_ascii_uppercase()
        && b[1].is_ascii_uppercase()
        && !b"DFIQUV".contains(&b[0])
        && !b"DFIOQUV".contains(&b[1])
        && !matches!(&b[..2], b"BG" | b"GB" | b"KN" | b"NK" | b"NT" | b"TN" | b"ZZ")
        && all_digits(&b[2..8])
        && !monotone(&b[2..8])
        && matches!(b[8], b'A'..=b'D')
}

/// NHS number: ten digits, the last by weights 10…2 modulo 11 (NHS Data Dictionary).
pub fn nhs(b: &[u8]) -> bool {
    if b.len() != 10 || monotone(b) {
        return false;
    }
    let Some(sum) = weighted(&b[..9], &[10, 9, 8, 7, 6, 5, 4, 3, 2]) else { return false };
    digit(b[9]) == Some((11 - sum % 11) % 11)
}

/// Driving licence number of Great Britain (DVLA): five characters of the surname padded with 9, decade,
/// month (with 50 for women), day, year, initials, tie-breaker and two letters or digits of check.
pub fn driving_licence(b: &[u8]) -> bool {
    if b.len() != 16 || !b[0].is_ascii_uppercase() {
        return false;
    }
    let letters = b[..5].iter().take_while(|c| c.is_ascii_uppercase()).count();
    let padded = b[letters..5].iter().all(|c| *c == b'9');
    let (Some(month), Some(day)) = (number(&b[6..8]), number(&b[8..10])) else { return false };
    let (Some(decade), Some(year)) = (digit(b[5]), digit(b[10])) else { return false };
    let month = if month > 50 { month - 50 } else { month };
    padded
        && (is_day(1900 + decade * 10 + year, month, day)
            || is_day(2000 + decade * 10 + year, month, day))
        && b[11].is_ascii_uppercase()
        && (b[12].is_ascii_uppercase() || b[12] == b'9')
        && b[13..].iter().all(u8::is_ascii_alphanumeric)
        && b[14..].iter().all(u8::is_ascii_uppercase)
}

/// Unique taxpayer reference: ten digits, the first checks the others (HMRC, “Modulus 11”).
pub fn utr(b: &[u8]) -> bool {
    if b.len() != 10 || monotone(b) {
        return false;
    }
    let Some(sum) = weighted(&b[1..], &[6, 7, 8, 9, 10, 5, 4, 3, 2]) else { return false };
    digit(b[0]) == digit(b"21987654321"[(sum % 11) as usize])
}

/// Passport: nine digits.
pub fn passport(b: &[u8]) -> bool {
    b.len() == 9 && all_digits(b) && !monotone(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn insurance_numbers_have_letters_never_used() {
        assert!(nino(b"AB123456C") && nino(b"JG103759A"));
        assert!(!nino(b"BG123456C") && !nino(b"DA123456C") && !nino(b"AO123456C"));
        assert!(!nino(b"AB123456E") && !nino(b"AB12345C"));
    }

    #[test]
    fn health_and_tax_numbers_are_checked() {
        assert!(nhs(b"9434765919") && nhs(b"4505577104"));
        assert!(!nhs(b"9434765918") && !nhs(b"0000000000"));
        assert!(utr(b"1955839661") && !utr(b"2955839661"));
    }

    #[test]
    fn licences_carry_a_birthday() {
        assert!(driving_licence(b"MORGA657054SM9IJ"));
        assert!(driving_licence(b"FO999502138A99AB"));
        assert!(!driving_licence(b"MORGA699054SM9IJ") && !driving_licence(b"MORGA657054SM9I"));
        assert!(!driving_licence(b"ABCDEFGHIJKLMNOP"));
    }
}
