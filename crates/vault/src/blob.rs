//! Sealing bytes: for caches and files that are too large for text.

use crate::{Aead, Profile, VaultError, profile::NONCE};

/// Seals bytes under one key.
#[derive(Debug)]
pub struct Blob(Aead);

impl Blob {
    /// With a key derived for this use alone, by AES-256-GCM.
    pub fn new(key: &[u8; 32]) -> Self {
        Self::with_profile(Profile::International, key)
    }

    /// With the deployment's ciphers.
    pub fn with_profile(profile: Profile, key: &[u8; 32]) -> Self {
        Self(Aead::new(profile, key))
    }

    /// Ciphertext, tag, nonce; it opens only under the same context.
    pub fn seal(&self, context: &[u8], plain: Vec<u8>) -> Vec<u8> {
        let mut sealed = self.0.seal(context, &plain);
        sealed.rotate_left(NONCE);
        sealed
    }

    /// Opens what [`Blob::seal`] sealed.
    pub fn open(&self, context: &[u8], mut sealed: Vec<u8>) -> Result<Vec<u8>, VaultError> {
        if sealed.len() < NONCE {
            return Err(VaultError::Form);
        }
        sealed.rotate_right(NONCE);
        self.0.open_owned(context, sealed).ok_or(VaultError::Closed)
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
