//! Check digits by name, for patterns of a company's own.

use crate::checks::digits::{digit, luhn, mod_97, verhoeff};

/// A scheme of check digits. Letters count in upper case; separators are left out before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Checksum {
    /// Nothing to check.
    #[default]
    None,
    /// ISO/IEC 7812-1 Annex B, of payment and loyalty cards.
    Luhn,
    /// ISO/IEC 7064 MOD 97-10: the whole, letters as 10–35, leaves 1. Not rotated, so not for IBANs.
    Mod97,
    /// ISO 13616: first four characters to the end, then MOD 97-10.
    Iban,
    /// J. Verhoeff, “Error Detecting Decimal Codes”, 1969.
    Verhoeff,
    /// H. M. Damm, “Total anti-symmetrische Quasigruppen”, 2004, order 10.
    Damm,
    /// ISO/IEC 7064 MOD 11-2: the last character is `0`–`9` or `X`.
    Mod11_2,
    /// ISO/IEC 7064 MOD 11,10.
    Mod11_10,
    /// ISO/IEC 7064 MOD 37-2: letters too, the last may be `*`.
    Mod37_2,
    /// ISO/IEC 7064 MOD 37,36: letters too.
    Mod37_36,
    /// GS1 General Specifications §7.9, of EAN-8/13 and GTIN: weights 3 and 1 from the right.
    Gs1,
}

impl Checksum {
    /// Names as the file writes them.
    pub const ALL: [(&'static str, Checksum); 11] = [
        ("none", Self::None),
        ("luhn", Self::Luhn),
        ("mod97", Self::Mod97),
        ("iban", Self::Iban),
        ("verhoeff", Self::Verhoeff),
        ("damm", Self::Damm),
        ("iso7064_mod11_2", Self::Mod11_2),
        ("iso7064_mod11_10", Self::Mod11_10),
        ("iso7064_mod37_2", Self::Mod37_2),
        ("iso7064_mod37_36", Self::Mod37_36),
        ("gs1", Self::Gs1),
    ];

    /// The name as the file writes it.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, sum)| *sum == self).map_or("none", |(name, _)| name)
    }

    /// Whether a text passes; anything but letters, digits and `*` is skipped.
    pub fn holds(self, text: &str) -> bool {
        if self == Self::None {
            return true;
        }
        let chars: Vec<u8> = text
            .bytes()
            .filter(|b| b.is_ascii_alphanumeric() || *b == b'*')
            .map(|b| b.to_ascii_uppercase())
            .collect();
        // A single repeated character passes several schemes and identifies nobody.
        if chars.len() < 2 || chars.windows(2).all(|pair| pair[0] == pair[1]) {
            return false;
        }
        match self {
            Self::None => true,
            Self::Luhn => luhn(&chars),
            Self::Mod97 => mod_97(chars.iter()) == Some(1),
            Self::Iban => {
                chars.len() > 4 && mod_97(chars[4..].iter().chain(&chars[..4])) == Some(1)
            }
            Self::Verhoeff => verhoeff(&chars),
            Self::Damm => damm(&chars) == Some(0),
            Self::Mod11_2 => pure(&chars, 11, 2, b"0123456789X"),
            Self::Mod37_2 => pure(&chars, 37, 2, ALPHANUMERIC),
            Self::Mod11_10 => hybrid(&chars, 10),
            Self::Mod37_36 => hybrid(&chars, 36),
            Self::Gs1 => gs1(&chars),
        }
    }
}

impl std::str::FromStr for Checksum {
    type Err = ();
    fn from_str(s: &str) -> Result<Self, ()> {
        Self::ALL.iter().find(|(name, _)| *name == s).map(|(_, sum)| *sum).ok_or(())
    }
}

const ALPHANUMERIC: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*";

/// ISO/IEC 7064 §7, pure systems: Σ value × radix^position ≡ 1. The supplementary character
/// (`X`, `*`) may only stand last.
fn pure(chars: &[u8], modulus: u32, radix: u32, alphabet: &[u8]) -> bool {
    let Some((last, body)) = chars.split_last() else { return false };
    let value = |c: u8| alphabet.iter().position(|a| *a == c).map(|at| at as u32);
    let body = body.iter().try_fold(0, |sum, c| {
        let value = value(*c).filter(|v| *v < modulus - 1)?;
        Some((sum + value) * radix % modulus)
    });
    body.zip(value(*last)).is_some_and(|(sum, check)| (sum + check) % modulus == 1)
}

/// ISO/IEC 7064 §8, hybrid systems MOD m+1,m.
fn hybrid(chars: &[u8], modulus: u32) -> bool {
    let Some((last, body)) = chars.split_last() else { return false };
    let value = |c: u8| char::from(c).to_digit(modulus);
    let product = body.iter().try_fold(modulus, |product, c| {
        let sum = (product + value(*c)?) % modulus;
        Some(if sum == 0 { modulus } else { sum } * 2 % (modulus + 1))
    });
    product.zip(value(*last)).is_some_and(|(product, check)| (product + check) % modulus == 1)
}

fn gs1(chars: &[u8]) -> bool {
    let sum = chars
        .iter()
        .rev()
        .enumerate()
        .try_fold(0, |sum, (at, c)| Some(sum + digit(*c)? * if at % 2 == 0 { 1 } else { 3 }));
    sum.is_some_and(|sum| sum % 10 == 0)
}

fn damm(chars: &[u8]) -> Option<usize> {
    const TABLE: [[usize; 10]; 10] = [
        [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
        [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
        [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
        [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
        [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
        [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
        [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
        [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
        [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
        [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
    ];
    chars.iter().try_fold(0, |row, c| Some(TABLE[row][digit(*c)? as usize]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_examples_pass_and_one_wrong_digit_fails() {
        for (name, right, wrong) in [
            ("luhn", "7992-7398-713", "79927398710"),
            // ISO/IEC 7064: 794 with check characters 44; 0794 with 0, with 5; A12425GABC1234002 with M.
            ("mod97", "79444", "79445"),
            ("iso7064_mod11_2", "07940", "07941"),
            ("iso7064_mod11_2", "079X", "0791"),
            ("iso7064_mod11_10", "07945", "07946"),
            ("iso7064_mod37_36", "A12425GABC1234002M", "A12425GABC1234002N"),
            // ISBT 128 donation number G123 498 654 321 with H.
            ("iso7064_mod37_2", "G123498654321H", "G123498654321J"),
            ("iban", "GB82 WEST 1234 5698 7654 32", "GB82 WEST 1234 5698 7654 33"),
            ("verhoeff", "2363", "2364"),
            ("damm", "5724", "5727"),
            ("gs1", "4006381333931", "4006381333932"),
        ] {
            let sum: Checksum = name.parse().unwrap();
            assert_eq!(sum.name(), name);
            assert!(sum.holds(right), "{name} {right}");
            assert!(!sum.holds(wrong), "{name} {wrong}");
        }
    }

    #[test]
    fn nothing_letters_and_repetition_pass_no_scheme() {
        for (name, sum) in Checksum::ALL.into_iter().skip(1) {
            for text in ["", "-", "0000000", "字", "1字?"] {
                assert!(!sum.holds(text), "{name} {text}");
            }
        }
        assert!(Checksum::None.holds("anything"));
    }
}
