//! Sealing text: a random nonce, a context as associated data, base64.

use std::borrow::Cow;

use aws_lc_rs::rand;
use base64_simd::STANDARD as BASE64;

use crate::{Aead, Profile, VaultError};

/// Sealed under a context alone: customers' values before their place was bound, and wrapped keys
/// before there were versions.
pub(crate) const FORM: &str = "s1:";
/// Sealed by AES under context, customer and key version: `s2:` for the first version, `s2/7:` for
/// the seventh.
const BOUND: &str = "s2";
/// The same by SM4.
const BOUND_SM4: &str = "m2";

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

/// A customer's own key in all its versions: the newest seals, all of them open. What it sealed is lost
/// when its wrapped form is destroyed.
pub struct SubjectKey {
    newest: Version,
    /// The ones before it.
    before: Vec<Version>,
    /// How what they seal begins.
    form: &'static str,
    subject: String,
}

struct Version {
    number: u32,
    /// The number as a place names it.
    name: Cow<'static, str>,
    cipher: Cipher,
}

impl Version {
    fn new(profile: Profile, (number, bytes): &(u32, [u8; 32])) -> Self {
        // Nearly all keys have one version, and are made for each value that is opened.
        let name = match *number {
            FIRST => Cow::Borrowed("1"),
            number => Cow::Owned(number.to_string()),
        };
        Self { number: *number, name, cipher: Cipher::new(profile, bytes) }
    }
}

impl std::fmt::Debug for SubjectKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SubjectKey(…)")
    }
}

impl SubjectKey {
    /// Of the newest version's bytes and those before it.
    pub(crate) fn new(
        profile: Profile,
        newest: &(u32, [u8; 32]),
        before: &[(u32, [u8; 32])],
        subject: &str,
    ) -> Self {
        let form = match profile {
            Profile::International => BOUND,
            Profile::National => BOUND_SM4,
        };
        Self {
            newest: Version::new(profile, newest),
            before: before.iter().map(|one| Version::new(profile, one)).collect(),
            form,
            subject: subject.to_owned(),
        }
    }

    /// The version that seals.
    pub fn version(&self) -> u32 {
        self.newest.number
    }

    /// Seals a text; it opens only under the same context (`identifier:email`), which names table and
    /// column, for the same customer and version of the key. Nonces are random: one key may seal
    /// 2³² values (NIST SP 800-38D §8.3), and no customer comes near that.
    pub fn seal(&self, context: &str, plain: &str) -> String {
        let Version { number, name, cipher } = &self.newest;
        let place = self.place(context, name);
        match *number {
            FIRST => cipher.seal_text(&[self.form, ":"].concat(), &place, plain.as_bytes()),
            _ => cipher.seal_text(&[self.form, "/", name, ":"].concat(), &place, plain.as_bytes()),
        }
    }

    /// Opens what [`SubjectKey::seal`] sealed with any version, also before customers were bound.
    /// [`VaultError::Newer`] means that the key was read before it got a new version: read it again.
    pub fn open(&self, context: &str, sealed: &str) -> Result<String, VaultError> {
        let plain = match version_of(self.form, sealed) {
            Some((number, text)) => {
                let version = self.find(number)?;
                version.cipher.open_text(&self.place(context, &version.name), text)?
            }
            None => self.find(FIRST)?.cipher.open(context, sealed)?,
        };
        String::from_utf8(plain).map_err(|_| VaultError::Form)
    }

    /// Whether a value is sealed with the version that seals now.
    pub fn is_newest(&self, sealed: &str) -> bool {
        version_of(self.form, sealed).is_some_and(|(number, _)| number == self.newest.number)
    }

    fn find(&self, number: u32) -> Result<&Version, VaultError> {
        if number == self.newest.number {
            return Ok(&self.newest);
        }
        if number > self.newest.number {
            return Err(VaultError::Newer(number));
        }
        self.before.iter().find(|one| one.number == number).ok_or(VaultError::Closed)
    }

    /// Joined by hand: a formatter costs as much as the cipher.
    fn place(&self, context: &str, version: &str) -> String {
        [context, &self.subject, version].join("\u{1f}")
    }
}

/// The version of a key that has had no other.
pub(crate) const FIRST: u32 = 1;

/// The version a value was sealed with and its text; `None` before places were bound.
fn version_of<'a>(form: &str, sealed: &'a str) -> Option<(u32, &'a str)> {
    let (version, text) = sealed.strip_prefix(form)?.split_once(':')?;
    match version.strip_prefix('/') {
        None if version.is_empty() => Some((FIRST, text)),
        // The first version has one way of writing only.
        Some(number) => Some((number.parse().ok().filter(|number| *number > FIRST)?, text)),
        None => None,
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
            let key = SubjectKey::new(profile, &(1, [7; 32]), &[], "s1");
            let sealed = key.seal(&context, &text);
            prop_assert_eq!(key.open(&context, &sealed).unwrap(), text);

            let mut damaged = sealed.into_bytes();
            let at = at % damaged.len();
            damaged[at] = if damaged[at] == b'A' { b'B' } else { b'A' };
            prop_assert!(key.open(&context, &String::from_utf8(damaged).unwrap()).is_err());
        }
    }
}
