//! Key-encrypting keys by version.

use std::sync::{PoisonError, RwLock};

use crate::{Profile, VaultError, seal::Cipher, seal::FORM, wrapped_by};

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

    pub(crate) fn wrap(&self, subject: &str, key: &[u8; 32]) -> String {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let Some((version, kek)) = known.last() else {
            return self.derived.seal(&before(subject), key);
        };
        kek.seal_text(&wrapped_by(*version), &place(subject, *version), key)
    }

    pub(crate) fn unwrap(&self, subject: &str, wrapped: &str) -> Result<[u8; 32], VaultError> {
        let bytes = if wrapped.starts_with(FORM) {
            self.derived.open(&before(subject), wrapped)?
        } else {
            let (version, text) = parts(wrapped).ok_or(VaultError::Form)?;
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            let found = known.iter().find(|(one, _)| *one == version);
            let (_, kek) = found.ok_or(VaultError::Unknown(version))?;
            kek.open_text(&place(subject, version), text)?
        };
        bytes.try_into().map_err(|_| VaultError::Form)
    }
}

/// `k7:TEXT`.
fn parts(wrapped: &str) -> Option<(u32, &str)> {
    let (version, text) = wrapped.strip_prefix('k')?.split_once(':')?;
    Some((version.parse().ok()?, text))
}

/// Table, column, customer and version: a wrapped key opens nowhere else.
fn place(subject: &str, version: u32) -> String {
    format!("subject\u{1f}wrapped_key\u{1f}{subject}\u{1f}{version}")
}

fn before(subject: &str) -> String {
    format!("subject-key:{subject}")
}
