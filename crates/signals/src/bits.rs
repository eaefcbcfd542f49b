//! Bits in base64url: six to a character, most significant first. Reading never allocates more than
//! the input needs; writing pads as the two reference libraries do.

use crate::{Result, SignalError};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// Zero bytes behind the bits, so that eight bytes can be loaded at any place.
const SLACK: usize = 8;

/// Character → its six bits; 255 where it has none.
const VALUES: [u8; 256] = {
    let mut table = [255; 256];
    let mut at = 0;
    while at < 64 {
        table[ALPHABET[at] as usize] = at as u8;
        at += 1;
    }
    table
};

/// How a segment is filled up to whole characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// Zeros up to a multiple of 24 bits: TC strings, also inside GPP.
    ToTwentyFour,
    /// Zeros up to whole bytes, then to whole characters: GPP. The specification asks for whole
    /// characters only, but its own examples (`DBABMA`) and every deployed encoder do this.
    ToByte,
}

/// The bits of one segment.
pub struct Bits {
    bytes: Vec<u8>,
    length: usize,
    at: usize,
}

impl Bits {
    /// Takes base64url apart.
    pub fn parse(text: &str) -> Result<Self> {
        let input = text.as_bytes();
        let mut bytes = Vec::with_capacity(input.len() * 3 / 4 + 3 + SLACK);
        let mut chunks = input.chunks_exact(4);
        for chunk in &mut chunks {
            let [a, b, c, d] = [chunk[0], chunk[1], chunk[2], chunk[3]]
                .map(|character| VALUES[usize::from(character)]);
            if (a | b | c | d) > 63 {
                return Err(bad_character(input));
            }
            bytes.extend_from_slice(&[a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d]);
        }
        let mut rest = 0u32;
        for (place, character) in chunks.remainder().iter().enumerate() {
            let value = VALUES[usize::from(*character)];
            if value > 63 {
                return Err(bad_character(input));
            }
            rest |= u32::from(value) << (26 - 6 * place);
        }
        bytes.extend_from_slice(&rest.to_be_bytes());
        bytes.resize(bytes.len() + SLACK, 0);
        Ok(Self { bytes, length: input.len() * 6, at: 0 })
    }

    /// How many bits there are, padding included.
    pub fn len(&self) -> usize {
        self.length
    }

    /// How many bits are left.
    pub fn left(&self) -> usize {
        self.length - self.at
    }

    /// The next `width` bits (at most 56) as a number.
    pub fn take(&mut self, width: usize, field: &'static str) -> Result<u64> {
        let value = self.peek(width, field)?;
        self.at += width;
        Ok(value)
    }

    /// The next bits without moving on.
    pub fn peek(&self, width: usize, field: &'static str) -> Result<u64> {
        debug_assert!(width <= 56, "a load of eight bytes at any bit holds 57");
        if width > self.left() {
            return Err(SignalError::Truncated { field });
        }
        let byte = self.at / 8;
        let mut window = [0; 8];
        window.copy_from_slice(&self.bytes[byte..byte + 8]);
        let value = u64::from_be_bytes(window) << (self.at % 8);
        Ok(value.unbounded_shr(64 - width as u32))
    }

    /// One bit.
    pub fn flag(&mut self, field: &'static str) -> Result<bool> {
        Ok(self.take(1, field)? == 1)
    }

    /// The next `width` bits (at most 64), the first of them as bit 0.
    pub fn take_reversed(&mut self, width: usize, field: &'static str) -> Result<u64> {
        let first = width.min(32);
        let low = self.take(first, field)?.reverse_bits().unbounded_shr(64 - first as u32);
        let rest = width - first;
        let high = self.take(rest, field)?.reverse_bits().unbounded_shr(64 - rest as u32);
        Ok(low | high << first.min(63))
    }

    /// A whole number in Fibonacci code: the Zeckendorf digits, lowest first, and one more 1.
    pub fn fibonacci(&mut self, field: &'static str) -> Result<u32> {
        let (mut low, mut high) = (1u32, 2u32);
        let mut value = 0u32;
        let mut before = false;
        loop {
            let digit = self.flag(field)?;
            if digit && before {
                return Ok(value);
            }
            if digit {
                value = value.saturating_add(low);
            }
            before = digit;
            // No id exceeds 65 535, the 23rd number of the sequence; a longer code is an error.
            if low > 1 << 17 {
                return Err(SignalError::Range { field });
            }
            (low, high) = (high, low + high);
        }
    }
}

fn bad_character(input: &[u8]) -> SignalError {
    let at = input.iter().position(|character| VALUES[usize::from(*character)] > 63);
    SignalError::NotBase64 { at: at.unwrap_or_default() }
}

/// Bits being written.
#[derive(Default)]
pub struct Writer {
    bytes: Vec<u8>,
    length: usize,
}

impl Writer {
    /// Appends the lowest `width` bits (at most 64) of a number.
    pub fn put(&mut self, value: u64, width: usize) {
        let mut left = width;
        while left > 0 {
            let free = 8 - self.length % 8;
            if free == 8 {
                self.bytes.push(0);
            }
            let take = free.min(left);
            left -= take;
            let part = (value >> left & ((1 << take) - 1)) as u8;
            if let Some(last) = self.bytes.last_mut() {
                *last |= part << (free - take);
            }
            self.length += take;
        }
    }

    /// Appends one bit.
    pub fn flag(&mut self, value: bool) {
        self.put(u64::from(value), 1);
    }

    /// Appends a number (at least 1) in Fibonacci code.
    pub fn fibonacci(&mut self, value: u32) {
        let mut terms = vec![1u32, 2];
        while let [.., a, b] = terms[..] {
            if a + b > value {
                break;
            }
            terms.push(a + b);
        }
        terms.retain(|term| *term <= value);
        let mut rest = value;
        let mut digits = vec![false; terms.len()];
        for (digit, term) in digits.iter_mut().zip(&terms).rev() {
            *digit = rest >= *term;
            rest -= if *digit { *term } else { 0 };
        }
        for digit in digits {
            self.flag(digit);
        }
        self.flag(true);
    }

    /// How many bits were written.
    pub fn len(&self) -> usize {
        self.length
    }

    /// The text.
    pub fn finish(mut self, padding: Padding) -> String {
        let whole = match padding {
            Padding::ToTwentyFour => self.length.next_multiple_of(24),
            Padding::ToByte => self.length.next_multiple_of(8).next_multiple_of(6),
        };
        self.bytes.resize(whole.div_ceil(8) + 2, 0);
        let mut text = String::with_capacity(whole / 6);
        for at in (0..whole).step_by(6) {
            let pair = u16::from_be_bytes([self.bytes[at / 8], self.bytes[at / 8 + 1]]);
            let value = pair >> (10 - at % 8) & 63;
            text.push(char::from(ALPHABET[usize::from(value)]));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fibonacci_codes_are_those_of_the_specification() {
        for (value, code) in [
            (1, "11"),
            (2, "011"),
            (3, "0011"),
            (4, "1011"),
            (5, "00011"),
            (6, "10011"),
            (7, "01011"),
        ] {
            let mut writer = Writer::default();
            writer.fibonacci(value);
            let bits: String = (0..writer.len())
                .map(|at| if writer.bytes[at / 8] & 0x80 >> (at % 8) == 0 { '0' } else { '1' })
                .collect();
            assert_eq!(bits, code, "{value}");
        }
    }

    #[test]
    fn a_foreign_character_is_named_by_its_place() {
        assert_eq!(Bits::parse("AAAA+A").err(), Some(SignalError::NotBase64 { at: 4 }));
        assert_eq!(Bits::parse("AAéA").err(), Some(SignalError::NotBase64 { at: 2 }));
    }

    proptest! {
        #[test]
        fn numbers_come_back(numbers in prop::collection::vec((any::<u64>(), 1usize..=56), 0..40)) {
            let mut writer = Writer::default();
            for (value, width) in &numbers {
                writer.put(*value, *width);
            }
            let mut bits = Bits::parse(&writer.finish(Padding::ToByte)).unwrap();
            for (value, width) in numbers {
                prop_assert_eq!(bits.take(width, "x").unwrap(), value << (64 - width) >> (64 - width));
            }
        }

        #[test]
        fn fibonacci_numbers_come_back(value in 1u32..=65_535) {
            let mut writer = Writer::default();
            writer.fibonacci(value);
            prop_assert_eq!(Bits::parse(&writer.finish(Padding::ToTwentyFour)).unwrap().fibonacci("x").unwrap(), value);
        }

        #[test]
        fn reversed_words_come_back(value in any::<u64>(), width in 0usize..=64) {
            let value = value.unbounded_shr(64 - width as u32);
            let mut writer = Writer::default();
            for at in 0..width {
                writer.flag(value >> at & 1 == 1);
            }
            prop_assert_eq!(Bits::parse(&writer.finish(Padding::ToByte)).unwrap().take_reversed(width, "x").unwrap(), value);
        }
    }
}
