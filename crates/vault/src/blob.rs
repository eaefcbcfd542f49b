//! Sealing bytes: for caches and files that are too large for text.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    rand,
};

use crate::VaultError;

/// Seals bytes with AES-256-GCM under one key.
pub struct Blob(LessSafeKey);

impl std::fmt::Debug for Blob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Blob(…)")
    }
}

impl Blob {
    /// With a key derived for this use alone.
    pub fn new(key: &[u8; 32]) -> Self {
        let Ok(key) = UnboundKey::new(&AES_256_GCM, key) else {
            unreachable!("AES-256 takes any 32 bytes")
        };
        Self(LessSafeKey::new(key))
    }

    /// Ciphertext, tag, nonce; it opens only under the same context.
    #[allow(clippy::missing_panics_doc)] // The assertion cannot fail; see there.
    pub fn seal(&self, context: &[u8], mut plain: Vec<u8>) -> Vec<u8> {
        let mut nonce = [0_u8; NONCE_LEN];
        // Neither can fail: aws-lc aborts without entropy, and GCM's limit is 64 GiB a message.
        let sealed = rand::fill(&mut nonce).and_then(|()| {
            let nonce = Nonce::assume_unique_for_key(nonce);
            self.0.seal_in_place_append_tag(nonce, Aad::from(context), &mut plain)
        });
        assert!(sealed.is_ok(), "AES-256-GCM cannot fail below 64 GiB");
        plain.extend_from_slice(&nonce);
        plain
    }

    /// Opens what [`Blob::seal`] sealed.
    pub fn open(&self, context: &[u8], mut sealed: Vec<u8>) -> Result<Vec<u8>, VaultError> {
        let body = sealed.len().checked_sub(NONCE_LEN).ok_or(VaultError::Form)?;
        let nonce =
            Nonce::try_assume_unique_for_key(&sealed[body..]).map_err(|_| VaultError::Form)?;
        sealed.truncate(body);
        let opened = self.0.open_in_place(nonce, Aad::from(context), &mut sealed);
        let length = opened.map_err(|_| VaultError::Closed)?.len();
        sealed.truncate(length);
        Ok(sealed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bytes_come_back_and_any_damage_is_told(
            plain in prop::collection::vec(any::<u8>(), 0..200), context: [u8; 8], at: usize,
        ) {
            let blob = Blob::new(&[3; 32]);
            let sealed = blob.seal(&context, plain.clone());
            prop_assert_eq!(blob.open(&context, sealed.clone()).unwrap(), plain);
            prop_assert!(blob.open(b"other", sealed.clone()).is_err());

            let mut damaged = sealed;
            let at = at % damaged.len();
            damaged[at] ^= 1;
            prop_assert!(blob.open(&context, damaged.clone()).is_err());
            damaged.truncate(at);
            prop_assert!(blob.open(&context, damaged).is_err());
        }
    }
}
