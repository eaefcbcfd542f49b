//! Sealing text: a random nonce, a context as associated data, base64.

use aws_lc_rs::rand;
use base64_simd::STANDARD as BASE64;

use crate::{Aead, Profile, VaultError};

/// Sealed under a context alone: customers' values before their place was bound, and wrapped keys
/// before there were versions.
pub(crate) const FORM: &str = "s1:";
/// Sealed by AES under context, customer and key version.
const BOUND: &str = "s2:";
/// The same by SM4.
const BOUND_SM4: &str = "m2:";
/// A customer's data key has had one version so far.
const KEY_VERSION: &str = "1";

/// One key that seals text.
pub(crate) struct Cipher(Aead);

impl Cipher {
    pub(crate) fn new(profile: Profile, key: &[u8; 32]) -> Self {
        Self(Aead::new(profile, key))
    }

    /// `s1:` + base64(nonce ‖ ciphertext ‖ tag).
    pub(crate) fn seal(&self, context: &str, plain: &[u8]) -> String {
        self.seal_text(FORM, context, plain)
    }

    /// The form, then base64(nonce ‖ ciphertext ‖ tag).
    pub(crate) fn seal_text(&self, form: &str, context: &str, plain: &[u8]) -> String {
        let sealed = self.0.seal(context.as_bytes(), plain);
        let mut text = String::with_capacity(form.len() + BASE64.encoded_length(sealed.len()));
        text.push_str(form);
        BASE64.encode_append(&sealed, &mut text);
        text
    }

    pub(crate) fn open(&self, context: &str, sealed: &str) -> Result<Vec<u8>, VaultError> {
        self.open_text(context, sealed.strip_prefix(FORM).ok_or(VaultError::Form)?)
    }

    pub(crate) fn open_text(&self, context: &str, body: &str) -> Result<Vec<u8>, VaultError> {
        let bytes = BASE64.decode_to_vec(body).map_err(|_| VaultError::Form)?;
        self.0.open_owned(context.as_bytes(), bytes).ok_or(VaultError::Closed)
    }
}

/// A customer's own key: what it seals is lost when its wrapped form is destroyed.
pub struct SubjectKey {
    cipher: Cipher,
    form: &'static str,
    subject: String,
}

impl std::fmt::Debug for SubjectKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SubjectKey(…)")
    }
}

impl SubjectKey {
    pub(crate) fn new(profile: Profile, bytes: &[u8; 32], subject: &str) -> Self {
        let form = match profile {
            Profile::International => BOUND,
            Profile::National => BOUND_SM4,
        };
        Self { cipher: Cipher::new(profile, bytes), form, subject: subject.to_owned() }
    }

    /// Seals a text; it opens only under the same context (`identifier:email`), which names table and
    /// column, for the same customer and version of the key. Nonces are random: one key may seal
    /// 2³² values (NIST SP 800-38D §8.3), and no customer comes near that.
    pub fn seal(&self, context: &str, plain: &str) -> String {
        self.cipher.seal_text(self.form, &self.place(context), plain.as_bytes())
    }

    /// Opens what [`SubjectKey::seal`] sealed, also before customers were bound.
    pub fn open(&self, context: &str, sealed: &str) -> Result<String, VaultError> {
        let plain = match sealed.strip_prefix(self.form) {
            Some(text) => self.cipher.open_text(&self.place(context), text)?,
            None => self.cipher.open(context, sealed)?,
        };
        String::from_utf8(plain).map_err(|_| VaultError::Form)
    }

    /// Joined by hand: a formatter costs as much as the cipher.
    fn place(&self, context: &str) -> String {
        [context, &self.subject, KEY_VERSION].join("\u{1f}")
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
        fn any_text_comes_back_and_any_damage_is_told(
            text in ".*", context in ".*", at in 0_usize..400, sm: bool,
        ) {
            let profile = if sm { Profile::National } else { Profile::International };
            let key = SubjectKey::new(profile, &[7; 32], "s1");
            let sealed = key.seal(&context, &text);
            prop_assert_eq!(key.open(&context, &sealed).unwrap(), text);

            let mut damaged = sealed.into_bytes();
            let at = at % damaged.len();
            damaged[at] = if damaged[at] == b'A' { b'B' } else { b'A' };
            prop_assert!(key.open(&context, &String::from_utf8(damaged).unwrap()).is_err());
        }
    }
}
