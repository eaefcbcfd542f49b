//! Key-encrypting keys by version.

use std::sync::{PoisonError, RwLock};

use crate::{
    Profile, VaultError,
    seal::{Cipher, FIRST, FORM},
    wrapped_by,
};

/// The KEKs; the last one wraps.
pub(crate) struct Keks {
    profile: Profile,
    /// Before there were versions.
    derived: Cipher,
    known: RwLock<Vec<(u32, Cipher)>>,
}

impl Keks {
    pub(crate) fn new(profile: Profile, derived: &[u8; 32]) -> Self {
        Self { profile, derived: Cipher::new(profile, derived), known: RwLock::default() }
    }

    pub(crate) fn set(&self, keks: &[(u32, [u8; 32])]) {
        let mut new: Vec<_> =
            keks.iter().map(|(v, key)| (*v, Cipher::new(self.profile, key))).collect();
        new.sort_unstable_by_key(|(version, _)| *version);
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = new;
    }

    pub(crate) fn newest(&self) -> u32 {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.last().map_or(0, |(version, _)| *version)
    }

    /// Wraps one version of a customer's key with the newest KEK.
    fn wrap_one(&self, subject: &str, version: u32, key: &[u8; 32]) -> String {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let (kek, cipher) = match known.last() {
            Some((kek, cipher)) => (*kek, cipher),
            // Before there were KEKs there was one version, in a form of its own.
            None if version == FIRST => return self.derived.seal(&before(subject), key),
            None => (0, &self.derived),
        };
        let form = match version {
            FIRST => wrapped_by(kek),
            version => format!("k{kek}:{version}:"),
        };
        cipher.seal_text(&form, &place(subject, kek, version), key)
    }

    /// The versions of a customer's key, newest first.
    pub(crate) fn wrap(&self, subject: &str, versions: &[(u32, [u8; 32])]) -> String {
        let wrapped: Vec<String> =
            versions.iter().map(|(version, key)| self.wrap_one(subject, *version, key)).collect();
        wrapped.join(" ")
    }

    /// The versions of a customer's key, newest first; at least one.
    pub(crate) fn unwrap(
        &self,
        subject: &str,
        wrapped: &str,
    ) -> Result<Vec<(u32, [u8; 32])>, VaultError> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let open = |one: &str| {
            if one.starts_with(FORM) {
                let bytes = self.derived.open(&before(subject), one)?;
                return Ok((FIRST, bytes.try_into().map_err(|_| VaultError::Form)?));
            }
            let (kek, version, text) = parts(one).ok_or(VaultError::Form)?;
            let place = place(subject, kek, version);
            let bytes = if kek == 0 {
                self.derived.open_text(&place, text)?
            } else {
                let found = known.iter().find(|(one, _)| *one == kek);
                let (_, cipher) = found.ok_or(VaultError::Unknown(kek))?;
                cipher.open_text(&place, text)?
            };
            Ok((version, bytes.try_into().map_err(|_| VaultError::Form)?))
        };
        wrapped.split(' ').map(open).collect()
    }
}

/// `k7:TEXT`, or `k7:3:TEXT` for the third version of a customer's key: KEK, version, text.
fn parts(wrapped: &str) -> Option<(u32, u32, &str)> {
    let (kek, rest) = wrapped.strip_prefix('k')?.split_once(':')?;
    let (version, text) = match rest.split_once(':') {
        None => (FIRST, rest),
        Some((version, text)) => (version.parse().ok().filter(|one| *one > FIRST)?, text),
    };
    Some((kek.parse().ok()?, version, text))
}

/// Table, column, customer, KEK and version: a wrapped key opens nowhere else.
fn place(subject: &str, kek: u32, version: u32) -> String {
    let place = format!("subject\u{1f}wrapped_key\u{1f}{subject}\u{1f}{kek}");
    match version {
        FIRST => place,
        version => format!("{place}\u{1f}{version}"),
    }
}

fn before(subject: &str) -> String {
    format!("subject-key:{subject}")
}
