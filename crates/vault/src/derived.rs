//! Keys of customers that nobody stores: made by HMAC from a versioned key and the customer's id. For
//! small things that are read by the million, where looking up and unwrapping a key for each would cost
//! more than reading them. Such a key cannot be destroyed for one customer: whoever seals with it takes
//! away what it sealed when the customer is erased.

use std::sync::{Arc, PoisonError, RwLock};

use base64_simd::STANDARD as BASE64;

use crate::{Aead, Profile, VaultError, mac::Mac};

/// Between the parts of what is bound.
const PART: u8 = 0x1f;

/// Seals under a key for each customer; the newest version seals, every one opens. Clones know new
/// versions at once, and `Debug` prints nothing of them.
#[derive(Clone)]
pub struct Derived {
    profile: Profile,
    known: Arc<RwLock<Vec<(u32, Mac)>>>,
}

impl std::fmt::Debug for Derived {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Derived(…)")
    }
}

impl Derived {
    /// With the deployment's ciphers; [`Derived::set_keys`] comes before anything is sealed.
    pub fn new(profile: Profile) -> Self {
        Self { profile, known: Arc::default() }
    }

    /// The keys by version (1, 2 …): the highest seals from now on.
    pub fn set_keys(&self, keys: &[(u32, [u8; 32])]) {
        let mut new: Vec<_> =
            keys.iter().map(|(version, key)| (*version, Mac::new(self.profile, key))).collect();
        new.sort_unstable_by_key(|(version, _)| *version);
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = new;
    }

    /// The version that seals; 0 while there is none.
    pub fn newest(&self) -> u32 {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.last().map_or(0, |(version, _)| *version)
    }

    /// Seals bytes for a customer: [`sealed_by`] the version, then base64(nonce ‖ ciphertext ‖ tag). It
    /// opens only at the same place (table, column, row), for the same customer and version. Nonces are
    /// random: one key may seal 2³² values (NIST SP 800-38D §8.3), and each customer has its own.
    pub fn seal(&self, place: &str, subject: &str, plain: &[u8]) -> Result<String, VaultError> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let (version, mac) = known.last().ok_or(VaultError::Unknown(0))?;
        let sealed = self.key(mac, subject).seal(&bound(place, subject, *version), plain);
        let mut text = sealed_by(*version);
        BASE64.encode_append(&sealed, &mut text);
        Ok(text)
    }

    /// Opens what [`Derived::seal`] sealed.
    pub fn open(&self, place: &str, subject: &str, sealed: &str) -> Result<Vec<u8>, VaultError> {
        let (version, text) = parts(sealed).ok_or(VaultError::Form)?;
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let found = known.iter().rev().find(|(one, _)| *one == version);
        let (_, mac) = found.ok_or(VaultError::Unknown(version))?;
        let bytes = BASE64.decode_to_vec(text).map_err(|_| VaultError::Form)?;
        let opened = self.key(mac, subject).open_owned(&bound(place, subject, version), bytes);
        opened.ok_or(VaultError::Closed)
    }

    fn key(&self, mac: &Mac, subject: &str) -> Aead {
        Aead::new(self.profile, &mac.whole(&[subject.as_bytes()]))
    }
}

/// How what a version sealed begins.
pub fn sealed_by(version: u32) -> String {
    format!("d{version}:")
}

/// `d7:TEXT`.
fn parts(sealed: &str) -> Option<(u32, &str)> {
    let (version, text) = sealed.strip_prefix('d')?.split_once(':')?;
    Some((version.parse().ok()?, text))
}

fn bound(place: &str, subject: &str, version: u32) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(place.len() + subject.len() + 6);
    bytes.extend_from_slice(place.as_bytes());
    bytes.push(PART);
    bytes.extend_from_slice(subject.as_bytes());
    bytes.push(PART);
    bytes.extend_from_slice(&version.to_be_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn derived(profile: Profile, keys: &[(u32, [u8; 32])]) -> Derived {
        let derived = Derived::new(profile);
        derived.set_keys(keys);
        derived
    }

    #[test]
    fn the_newest_version_seals_and_every_one_opens() {
        let keys = [(2, [2; 32]), (1, [1; 32])];
        let before = derived(Profile::International, &keys[1..]);
        let first = before.seal("t/c/r", "s1", b"yes").unwrap();

        let now = derived(Profile::International, &keys);
        let second = now.seal("t/c/r", "s1", b"yes").unwrap();

        assert!(first.starts_with("d1:") && second.starts_with("d2:"));
        assert_eq!((before.newest(), now.newest()), (1, 2));
        assert_eq!(now.open("t/c/r", "s1", &first).unwrap(), b"yes");
        assert_eq!(before.open("t/c/r", "s1", &second), Err(VaultError::Unknown(2)));
        let renamed = second.replace("d2:", "d1:");
        assert_eq!(now.open("t/c/r", "s1", &renamed), Err(VaultError::Closed));
        assert_eq!(
            Derived::new(Profile::International).seal("t", "s", b""),
            Err(VaultError::Unknown(0))
        );
    }

    #[test]
    fn the_key_of_a_customer_is_an_hmac_that_another_library_makes_too() {
        let mac = Mac::new(Profile::International, &[3; 32]);
        let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &[3; 32]);
        let oracle = aws_lc_rs::hmac::sign(&key, b"s1");
        assert_eq!(mac.whole(&[b"s1"]), oracle.as_ref());
    }

    #[test]
    fn nothing_prints_a_key() {
        assert_eq!(format!("{:?}", derived(Profile::National, &[(1, [9; 32])])), "Derived(…)");
    }

    proptest! {
        #[test]
        fn bytes_come_back_at_their_place_and_any_damage_is_told(
            plain in prop::collection::vec(any::<u8>(), 0..90), at in 0_usize..400, sm: bool,
        ) {
            let profile = if sm { Profile::National } else { Profile::International };
            let derived = derived(profile, &[(1, [7; 32])]);
            let sealed = derived.seal("t/c/r1", "s1", &plain).unwrap();
            prop_assert_eq!(derived.open("t/c/r1", "s1", &sealed).unwrap(), plain.clone());
            prop_assert_ne!(derived.seal("t/c/r1", "s1", &plain).unwrap(), sealed.clone());
            prop_assert_eq!(derived.open("t/c/r2", "s1", &sealed), Err(VaultError::Closed));
            prop_assert_eq!(derived.open("t/c/r1", "s2", &sealed), Err(VaultError::Closed));

            let mut damaged = sealed.into_bytes();
            let at = at % damaged.len();
            damaged[at] = if damaged[at] == b'A' { b'B' } else { b'A' };
            prop_assert!(derived.open("t/c/r1", "s1", &String::from_utf8(damaged).unwrap()).is_err());
        }
    }
}
