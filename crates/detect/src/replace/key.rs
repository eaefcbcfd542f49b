//! Keys of replacement and the streams of choices drawn from them.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Bytes that a key's material must have at least (128 bits).
const LEAST: usize = 16;

/// What makes replacements the same for the same value. Prints nothing.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl Key {
    /// A key from secret bytes, at least 16 of them; `None` if there are fewer.
    pub fn new(secret: &[u8]) -> Option<Self> {
        let key = (secret.len() >= LEAST).then(|| mac(secret, &[b"privet/replace/1"]));
        key.map(Self)
    }

    /// HMAC-SHA-256 (RFC 2104) of parts under this key; parts do not run into each other.
    pub(super) fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        mac(&self.0, parts)
    }

    /// The choices for one value of one kind.
    pub(super) fn stream(&self, kind: &str, value: &str, attempt: u32) -> Stream {
        let parts: [&[u8]; 4] =
            [b"fake", kind.as_bytes(), value.as_bytes(), &attempt.to_be_bytes()];
        Stream { seed: self.mac(&parts), block: [0; 32], at: 32, count: 0 }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(key) else {
        unreachable!("HMAC takes keys of any length (RFC 2104 §2)")
    };
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Choices in a row, the same for the same key, kind and value.
pub(super) struct Stream {
    seed: [u8; 32],
    block: [u8; 32],
    at: usize,
    count: u64,
}

impl Stream {
    fn next(&mut self) -> u32 {
        if self.at + 4 > self.block.len() {
            self.block = mac(&self.seed, &[&self.count.to_be_bytes()]);
            self.count += 1;
            self.at = 0;
        }
        let mut four = [0; 4];
        four.copy_from_slice(&self.block[self.at..self.at + 4]);
        self.at += 4;
        u32::from_be_bytes(four)
    }

    /// A number below `n`; 0 when `n` is 0. The bias is below n / 2³².
    pub(super) fn below(&mut self, n: usize) -> usize {
        ((u64::from(self.next()) * n as u64) >> 32) as usize
    }

    /// One of them. Lists are never empty.
    pub(super) fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    /// `0`–`9`.
    pub(super) fn digit(&mut self) -> u8 {
        b'0' + self.below(10) as u8
    }

    /// `1`–`9`.
    pub(super) fn leading_digit(&mut self) -> u8 {
        b'1' + self.below(9) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_secrets_are_no_keys_and_keys_print_nothing() {
        assert!(Key::new(b"fifteen bytes..").is_none());
        let key = Key::new(b"sixteen bytes...").unwrap();
        assert_eq!(format!("{key:?}"), "Key");
    }

    #[test]
    fn streams_repeat_for_the_same_input_and_differ_for_any_other() {
        let (a, b) = (Key::new(&[1; 16]).unwrap(), Key::new(&[2; 16]).unwrap());
        let draw = |key: &Key, kind, value, attempt| {
            let mut stream = key.stream(kind, value, attempt);
            (0..20).map(|_| stream.below(1000)).collect::<Vec<_>>()
        };

        let first = draw(&a, "phone", "1", 0);

        assert_eq!(first, draw(&a, "phone", "1", 0));
        for other in [
            draw(&b, "phone", "1", 0),
            draw(&a, "email", "1", 0),
            draw(&a, "phone", "2", 0),
            draw(&a, "phone", "1", 1),
            // Kind and value do not run into each other.
            draw(&a, "phone1", "", 0),
        ] {
            assert_ne!(first, other);
        }
        assert!(first.iter().all(|n| *n < 1000));
    }
}
