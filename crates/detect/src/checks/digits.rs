//! The arithmetic that identity numbers share: check digit schemes and calendar dates over ASCII
//! bytes. Every function answers `false` for a byte that is no digit.

/// A byte's digit.
pub const fn digit(byte: u8) -> Option<u32> {
    if byte.is_ascii_digit() { Some((byte - b'0') as u32) } else { None }
}

/// Only digits, and at least one.
pub fn all_digits(b: &[u8]) -> bool {
    !b.is_empty() && b.iter().all(u8::is_ascii_digit)
}

/// The number that digits write; `None` for anything else or more than nine digits.
pub fn number(b: &[u8]) -> Option<u32> {
    if b.is_empty() || b.len() > 9 {
        return None;
    }
    b.iter().try_fold(0u32, |n, c| digit(*c).map(|d| n * 10 + d))
}

/// The same digit throughout, such as `000000000`: passes several schemes and identifies nobody.
pub fn monotone(b: &[u8]) -> bool {
    b.windows(2).all(|pair| pair[0] == pair[1])
}

/// Consecutive digits up or down from end to end (`123456789`): typed to fill a form.
pub fn staircase(b: &[u8]) -> bool {
    let steps = |by: u8| b.windows(2).all(|w| w[1] == b'0' + (w[0].wrapping_sub(b'0') + by) % 10);
    b.len() > 4 && all_digits(b) && (steps(1) || steps(9))
}

/// Luhn's formula, the “modulus 10 double-add-double” of ISO/IEC 7812-1 Annex B.
pub fn luhn(b: &[u8]) -> bool {
    luhn_sum(b).is_some_and(|sum| sum.is_multiple_of(10))
}

/// Luhn's sum, so that issuers' constants can be added (NPI: prefix 80840).
pub fn luhn_sum(b: &[u8]) -> Option<u32> {
    const DOUBLED: [u32; 10] = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];
    b.iter().rev().enumerate().try_fold(0, |sum, (at, c)| {
        let d = digit(*c)?;
        Some(sum + if at % 2 == 0 { d } else { DOUBLED[d as usize] })
    })
}

/// Sum of digits times weights; `None` when a byte is no digit.
pub fn weighted(b: &[u8], weights: &[u32]) -> Option<u32> {
    b.iter().zip(weights).try_fold(0, |sum, (c, w)| Some(sum + digit(*c)? * w))
}

/// Verhoeff's dihedral scheme (J. Verhoeff, “Error Detecting Decimal Codes”, 1969): Aadhaar.
pub fn verhoeff(b: &[u8]) -> bool {
    const D: [[u8; 10]; 10] = [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
        [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
        [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
        [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
        [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
        [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
        [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
        [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
        [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
    ];
    const P: [[u8; 10]; 8] = [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
        [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
        [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
        [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
        [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
        [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
        [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
    ];
    let check = b.iter().rev().enumerate().try_fold(0u8, |c, (at, byte)| {
        let d = digit(*byte)?;
        Some(D[c as usize][P[at % 8][d as usize] as usize])
    });
    !b.is_empty() && check == Some(0)
}

/// ISO/IEC 7064 MOD 11,10: the last digit checks the others.
pub fn mod_11_10(b: &[u8]) -> bool {
    let Some((last, body)) = b.split_last() else { return false };
    let product = body.iter().try_fold(10u32, |product, c| {
        let sum = (digit(*c)? + product) % 10;
        Some(if sum == 0 { 10 } else { sum } * 2 % 11)
    });
    product.is_some_and(|p| digit(*last) == Some((11 - p) % 10))
}

/// ISO/IEC 7064 MOD 11-2: the last character (`0`–`9`, `X`) checks the others.
pub fn mod_11_2(b: &[u8]) -> bool {
    let Some((last, body)) = b.split_last() else { return false };
    let rest = body.iter().try_fold(0u32, |p, c| Some((p + digit(*c)?) * 2 % 11));
    rest.is_some_and(|p| b"10X98765432"[p as usize] == *last)
}

/// Remainder modulo 97 of digits and letters (`A` = 10 … `Z` = 35), as ISO/IEC 7064 MOD 97-10 reads
/// them.
pub fn mod_97<'b>(b: impl Iterator<Item = &'b u8>) -> Option<u32> {
    let mut rest = 0u32;
    for c in b {
        rest = match c {
            b'0'..=b'9' => (rest * 10 + u32::from(c - b'0')) % 97,
            b'A'..=b'Z' => (rest * 100 + u32::from(c - b'A') + 10) % 97,
            _ => return None,
        };
    }
    Some(rest)
}

/// Remainder of a long number of digits.
pub fn remainder(b: &[u8], modulus: u32) -> Option<u32> {
    b.iter().try_fold(0u32, |rest, c| Some((rest * 10 + digit(*c)?) % modulus))
}

/// A day of the Gregorian calendar.
pub const fn is_day(year: u32, month: u32, day: u32) -> bool {
    let leap = year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    day >= 1 && day <= last
}

/// `YYMMDD` that is a day in 1900–1999 or 2000–2099.
pub fn is_yymmdd(b: &[u8]) -> bool {
    let [y1, y2, m1, m2, d1, d2] = b else { return false };
    match (number(&[*y1, *y2]), number(&[*m1, *m2]), number(&[*d1, *d2])) {
        (Some(y), Some(m), Some(d)) => is_day(1900 + y, m, d) || is_day(2000 + y, m, d),
        _ => false,
    }
}

/// `DDMMYY` that is a day in 1900–1999 or 2000–2099.
pub fn is_ddmmyy(b: &[u8]) -> bool {
    let [d1, d2, m1, m2, y1, y2] = b else { return false };
    is_yymmdd(&[*y1, *y2, *m1, *m2, *d1, *d2])
}

/// `YYYYMMDD` between 1850 and 2100.
pub fn is_yyyymmdd(b: &[u8]) -> bool {
    b.len() == 8
        && match (number(&b[..4]), number(&b[4..6]), number(&b[6..])) {
            (Some(y), Some(m), Some(d)) => (1850..=2100).contains(&y) && is_day(y, m, d),
            _ => false,
        }
}

/// A form in a small notation, one character a byte: `9` a digit, `A` a letter, `X` either; anything
/// else stands for itself.
pub fn is_form(b: &[u8], form: &[u8]) -> bool {
    b.len() == form.len()
        && b.iter().zip(form).all(|(c, f)| match f {
            b'9' => c.is_ascii_digit(),
            b'A' => c.is_ascii_uppercase(),
            b'X' => c.is_ascii_digit() || c.is_ascii_uppercase(),
            other => c == other,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_agree_with_published_examples() {
        assert!(luhn(b"79927398713") && !luhn(b"79927398710"));
        assert!(verhoeff(b"2363") && !verhoeff(b"2364"));
        // ISO/IEC 7064's own examples: 0794 with check 5 (MOD 11,10), 0794 with 0 (MOD 11-2).
        assert!(mod_11_10(b"07945") && !mod_11_10(b"07946"));
        assert!(mod_11_2(b"07940") && mod_11_2(b"079X") && !mod_11_2(b"07941"));
        assert_eq!(mod_97(b"79444".iter()), Some(1));
        assert_eq!(remainder(b"1234567890123", 97), Some((1_234_567_890_123_u64 % 97) as u32));
    }

    #[test]
    fn no_scheme_accepts_letters_or_nothing() {
        for scheme in [luhn, verhoeff, mod_11_10, mod_11_2, all_digits, is_yymmdd, is_yyyymmdd] {
            assert!(!scheme(b"12a4"));
        }
        for scheme in [verhoeff, mod_11_10, mod_11_2, all_digits, is_yymmdd, is_yyyymmdd] {
            assert!(!scheme(b""));
        }
    }

    #[test]
    fn days_are_of_the_calendar() {
        assert!(is_day(2000, 2, 29) && !is_day(1900, 2, 29) && !is_day(2001, 4, 31));
        assert!(is_yymmdd(b"000229") && !is_yymmdd(b"010229") && is_ddmmyy(b"290296"));
        assert!(is_yyyymmdd(b"19850307") && !is_yyyymmdd(b"19851307"));
    }

    #[test]
    fn fillers_are_known() {
        assert!(monotone(b"0000") && !monotone(b"0001"));
        assert!(staircase(b"123456789") && staircase(b"9876543210") && !staircase(b"123456788"));
        assert!(is_form(b"AB12C", b"AA99X") && !is_form(b"AB12", b"AA99X"));
    }
}
