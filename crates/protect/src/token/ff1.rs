//! FF1 (NIST SP 800-38G) over numbers: AES-256, radix 10. Numbers below a bound that is no power of ten
//! stay below it by going on until they are (cycle walking; Black and Rogaway, “Ciphers with Arbitrary
//! Finite Domains”, 2002).

use aes::Aes256;
use fpe::ff1::{FF1, FlexibleNumeralString};

/// The smallest number of values that may be enciphered (SP 800-38G rev. 1, §5.1, from the attacks of
/// Durak and Vaudenay on small domains).
pub(crate) const DOMAIN_LEAST: u128 = 1_000_000;
/// Digits at most: a number of so many fits 128 bits.
pub(crate) const WIDTH_MOST: usize = 36;

/// One FF1 key.
pub(crate) struct Cipher(FF1<Aes256>);

impl Cipher {
    pub fn new(key: &[u8; 32]) -> Self {
        let Ok(ff1) = FF1::<Aes256>::new(key, 10) else {
            unreachable!("FF1 takes radix 10 and 32 bytes")
        };
        Self(ff1)
    }

    /// The number that stands for `number`, both below `size`. `None` for a domain that is too small
    /// or too large, or a number outside it.
    pub fn encipher(&self, tweak: &[u8], number: u128, size: u128) -> Option<u128> {
        self.walk(number, size, |cipher, digits| cipher.encrypt(tweak, &digits).ok())
    }

    /// Back again.
    #[cfg(test)]
    pub fn decipher(&self, tweak: &[u8], number: u128, size: u128) -> Option<u128> {
        self.walk(number, size, |cipher, digits| cipher.decrypt(tweak, &digits).ok())
    }

    fn walk(
        &self,
        number: u128,
        size: u128,
        step: impl Fn(&FF1<Aes256>, FlexibleNumeralString) -> Option<FlexibleNumeralString>,
    ) -> Option<u128> {
        let width = width(size);
        if size < DOMAIN_LEAST || width > WIDTH_MOST || number >= size {
            return None;
        }
        let mut now = number;
        loop {
            let digits: Vec<u16> = digits(now, width).map(u16::from).collect();
            let next: Vec<u16> = step(&self.0, digits.into())?.into();
            now = next.iter().fold(0, |sum, digit| sum * 10 + u128::from(*digit));
            if now < size {
                return Some(now);
            }
        }
    }
}

/// Digits that every number below `size` fits.
fn width(size: u128) -> usize {
    size.saturating_sub(1).checked_ilog10().map_or(1, |log| log as usize + 1)
}

/// The last `width` decimal digits of a number.
pub(crate) fn digits(number: u128, width: usize) -> impl Iterator<Item = u8> {
    (0..width).rev().map(move |at| (number / 10_u128.pow(at as u32) % 10) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aes::{Aes128, Aes192};
    use proptest::prelude::*;

    const KEY: [u8; 32] = [
        0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6, 0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f,
        0x3c, 0xef, 0x43, 0x59, 0xd8, 0xd5, 0x80, 0xaa, 0x4f, 0x7f, 0x03, 0x6d, 0x6f, 0x04, 0xfc,
        0x6a, 0x94,
    ];
    const TWEAK: &[u8] = b"9876543210";
    const TWEAK_36: &[u8] = b"7777pqrs777";
    const LETTERS: &str = "0123456789abcdefghi";

    fn numerals(text: &str) -> Vec<u16> {
        text.chars().map(|c| c.to_digit(36).unwrap() as u16).collect()
    }

    /// The nine samples that NIST publishes for FF1 (csrc.nist.gov, “FF1samples”).
    macro_rules! sample {
        ($aes:ty, $length:expr, $radix:expr, $tweak:expr, $plain:expr, $sealed:expr) => {
            let ff1 = FF1::<$aes>::new(&KEY[..$length], $radix).unwrap();
            let plain: FlexibleNumeralString = numerals($plain).into();
            let sealed = ff1.encrypt($tweak, &plain).unwrap();
            let back: Vec<u16> = ff1.decrypt($tweak, &sealed).unwrap().into();
            assert_eq!(Vec::from(sealed), numerals($sealed));
            assert_eq!(back, numerals($plain));
        };
    }

    #[test]
    fn the_samples_of_nist() {
        sample!(Aes128, 16, 10, b"", "0123456789", "2433477484");
        sample!(Aes128, 16, 10, TWEAK, "0123456789", "6124200773");
        sample!(Aes128, 16, 36, TWEAK_36, LETTERS, "a9tv40mll9kdu509eum");
        sample!(Aes192, 24, 10, b"", "0123456789", "2830668132");
        sample!(Aes192, 24, 10, TWEAK, "0123456789", "2496655549");
        sample!(Aes192, 24, 36, TWEAK_36, LETTERS, "xbj3kv35jrawxv32ysr");
        sample!(Aes256, 32, 10, b"", "0123456789", "6657667009");
        sample!(Aes256, 32, 10, TWEAK, "0123456789", "1001623463");
        sample!(Aes256, 32, 36, TWEAK_36, LETTERS, "xs8a0azh2avyalyzuwd");
    }

    #[test]
    fn our_numbers_are_those_of_nist() {
        let (cipher, size) = (Cipher::new(&KEY), 10_000_000_000);
        assert_eq!(cipher.encipher(b"", 123_456_789, size), Some(6_657_667_009));
        assert_eq!(cipher.encipher(TWEAK, 123_456_789, size), Some(1_001_623_463));
        assert_eq!(cipher.decipher(TWEAK, 1_001_623_463, size), Some(123_456_789));
    }

    #[test]
    fn a_small_domain_is_refused() {
        let cipher = Cipher::new(&KEY);
        assert_eq!(cipher.encipher(b"", 1, 999_999), None);
        assert!(cipher.encipher(b"", 1, 1_000_000).is_some());
        assert_eq!(cipher.encipher(b"", 1_000_000, 1_000_000), None, "outside");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn numbers_stay_below_their_bound_and_come_back(
            size in DOMAIN_LEAST..1_000_000_000_000_u128,
            part in 0.0..1.0_f64,
            tweak in prop::collection::vec(any::<u8>(), 0..40),
        ) {
            let number = ((size as f64 * part) as u128).min(size - 1);
            let cipher = Cipher::new(&KEY);
            let there = cipher.encipher(&tweak, number, size).unwrap();
            prop_assert!(there < size);
            prop_assert_eq!(cipher.decipher(&tweak, there, size), Some(number));
        }
    }
}
