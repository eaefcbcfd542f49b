//! Blind indexes.

use std::fmt;

use crate::mac::Mac;

/// Finds a value that is stored sealed: HMAC (SHA-256, or SM3 in the national
/// profile) over `kind 0x1f normalised value`, the first 128
/// bits (RFC 2104 §5 on truncation). At a thousand million values the chance that any two share one
/// is 10⁻²¹.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlindIndex(pub [u8; 16]);

/// Stands between kind and value.
const PART: u8 = 0x1f;

impl BlindIndex {
    pub(crate) fn make(key: &Mac, kind: &str, normalised: &str) -> Self {
        Self(key.half(&[kind.as_bytes(), &[PART], normalised.as_bytes()]))
    }

    /// 32 lower-case hexadecimal digits: the stored form.
    pub fn to_text(self) -> String {
        format!("{:032x}", u128::from_be_bytes(self.0))
    }

    /// From the stored form.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
        digits.then(|| u128::from_str_radix(text, 16).ok()).flatten().map(|n| Self(n.to_be_bytes()))
    }
}

impl fmt::Debug for BlindIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An index is a pseudonym: enough of it to tell two apart in a test, not to join by.
        write!(f, "BlindIndex({:02x}…)", self.0[0])
    }
}

/// Makes blind indexes of one kind, without allocating.
#[derive(Clone)]
pub struct Blinder {
    key: Mac,
    prefix: Vec<u8>,
}

impl fmt::Debug for Blinder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Blinder(…)")
    }
}

impl Blinder {
    pub(crate) fn new(key: Mac, kind: &str) -> Self {
        let mut prefix = kind.as_bytes().to_vec();
        prefix.push(PART);
        Self { key, prefix }
    }

    /// What [`crate::Vault::blind`] gives for the kind and the UTF-8 bytes of a normalised value.
    pub fn blind(&self, normalised: &[u8]) -> BlindIndex {
        BlindIndex(self.key.half(&[&self.prefix, normalised]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blinder_gives_the_vaults_indexes() {
        let vault = crate::Vault::new(&[4; 32]);
        let value = "li@example.com";
        assert_eq!(vault.blinder("email").blind(value.as_bytes()), vault.blind("email", value));
    }

    #[test]
    fn text_and_back() {
        let index = BlindIndex([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255]);
        assert_eq!(index.to_text(), "000102030405060708090a0b0c0d0eff");
        assert_eq!(BlindIndex::parse(&index.to_text()), Some(index));
        for bad in
            ["", "00", "+00102030405060708090a0b0c0d0eff", "zz0102030405060708090a0b0c0d0eff"]
        {
            assert_eq!(BlindIndex::parse(bad), None, "{bad}");
        }
    }
}
