//! Sealing: AES-256-GCM with a random nonce and a context as associated data.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    rand,
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

use crate::VaultError;

const NONCE: usize = 12;
/// Sealed under a context alone: customers' values before their place was bound, and wrapped keys
/// before there were versions.
pub(crate) const FORM: &str = "s1:";
/// Sealed under context, customer and key version.
const BOUND: &str = "s2:";
/// A customer's data key has had one version so far.
const KEY_VERSION: &str = "1";

/// One AES-256-GCM key.
pub(crate) struct Cipher(LessSafeKey);

impl Cipher {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        let Ok(key) = UnboundKey::new(&AES_256_GCM, key) else {
            unreachable!("AES-256 takes any 32 bytes")
        };
        Self(LessSafeKey::new(key))
    }

    /// `s1:` + base64(nonce ‖ ciphertext ‖ tag).
    pub(crate) fn seal(&self, context: &str, plain: &[u8]) -> String {
        format!("{FORM}{}", self.seal_text(context, plain))
    }

    /// base64(nonce ‖ ciphertext ‖ tag).
    pub(crate) fn seal_text(&self, context: &str, plain: &[u8]) -> String {
        let mut nonce = [0_u8; NONCE];
        let mut body = plain.to_vec();
        // Neither can fail: aws-lc aborts without entropy, and GCM's limit is 64 GiB a message.
        let sealed = rand::fill(&mut nonce).and_then(|()| {
            let nonce = Nonce::assume_unique_for_key(nonce);
            self.0.seal_in_place_append_tag(nonce, Aad::from(context.as_bytes()), &mut body)
        });
        assert!(sealed.is_ok(), "AES-256-GCM cannot fail below 64 GiB");
        let mut all = nonce.to_vec();
        all.extend_from_slice(&body);
        BASE64.encode(all)
    }

    pub(crate) fn open(&self, context: &str, sealed: &str) -> Result<Vec<u8>, VaultError> {
        self.open_text(context, sealed.strip_prefix(FORM).ok_or(VaultError::Form)?)
    }

    pub(crate) fn open_text(&self, context: &str, body: &str) -> Result<Vec<u8>, VaultError> {
        let mut bytes = BASE64.decode(body).map_err(|_| VaultError::Form)?;
        if bytes.len() < NONCE {
            return Err(VaultError::Form);
        }
        let mut body = bytes.split_off(NONCE);
        let nonce = Nonce::try_assume_unique_for_key(&bytes).map_err(|_| VaultError::Form)?;
        let plain = self
            .0
            .open_in_place(nonce, Aad::from(context.as_bytes()), &mut body)
            .map_err(|_| VaultError::Closed)?;
        Ok(plain.to_vec())
    }
}

/// A customer's own key: what it seals is lost when its wrapped form is destroyed.
pub struct SubjectKey {
    cipher: Cipher,
    subject: String,
}

impl std::fmt::Debug for SubjectKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SubjectKey(…)")
    }
}

impl SubjectKey {
    pub(crate) fn new(bytes: &[u8; 32], subject: &str) -> Self {
        Self { cipher: Cipher::new(bytes), subject: subject.to_owned() }
    }

    /// Seals a text; it opens only under the same context (`identifier:email`), which names table and
    /// column, for the same customer and version of the key. Nonces are random: one key may seal
    /// 2³² values (NIST SP 800-38D §8.3), and no customer comes near that.
    pub fn seal(&self, context: &str, plain: &str) -> String {
        format!("{BOUND}{}", self.cipher.seal_text(&self.place(context), plain.as_bytes()))
    }

    /// Opens what [`SubjectKey::seal`] sealed, also before customers were bound.
    pub fn open(&self, context: &str, sealed: &str) -> Result<String, VaultError> {
        let plain = match sealed.strip_prefix(BOUND) {
            Some(text) => self.cipher.open_text(&self.place(context), text)?,
            None => self.cipher.open(context, sealed)?,
        };
        String::from_utf8(plain).map_err(|_| VaultError::Form)
    }

    fn place(&self, context: &str) -> String {
        format!("{context}\u{1f}{}\u{1f}{KEY_VERSION}", self.subject)
    }
}

pub(crate) fn random_key() -> [u8; 32] {
    let mut key = [0_u8; 32];
    assert!(rand::fill(&mut key).is_ok(), "the system has no random numbers");
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_comes_back_and_any_damage_is_told(text in ".*", context in ".*", at in 0_usize..400) {
            let key = SubjectKey::new(&[7; 32], "s1");
            let sealed = key.seal(&context, &text);
            prop_assert_eq!(key.open(&context, &sealed).unwrap(), text);

            let mut damaged = sealed.into_bytes();
            let at = at % damaged.len();
            damaged[at] = if damaged[at] == b'A' { b'B' } else { b'A' };
            prop_assert!(key.open(&context, &String::from_utf8(damaged).unwrap()).is_err());
        }
    }
}
