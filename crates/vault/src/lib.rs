//! Keys and what they protect: a key per customer, values sealed with it, and blind indexes that find
//! a value without storing it. It does no I/O and never keeps a value; destroying a customer's wrapped
//! key makes everything sealed with it unreadable for good. Callers need [`Vault`], [`SubjectKey`] and
//! [`BlindIndex`].
//!
//! Keys: root (32 bytes, from the deployment's key file) → HKDF-SHA-256 → one key that wraps
//! customers' keys, one that makes blind indexes. A customer's key is random, AES-256-GCM, and stored
//! wrapped with the customer's id as associated data.

mod blind;
mod blob;
mod mac;
mod seal;

pub use blind::{BlindIndex, Blinder};
pub use blob::Blob;
pub use seal::SubjectKey;

use aws_lc_rs::hkdf;

/// What can go wrong in the vault. No variant quotes a value or a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// Not the form that sealing gives.
    #[error("a sealed value is damaged: it is not in the form this version writes")]
    Form,
    /// Another key, another context, or changed bytes.
    #[error(
        "a sealed value does not open: it was sealed for another use, or its key is another one"
    )]
    Closed,
}

/// Wraps customers' keys and makes blind indexes. Cheap to clone; `Debug` prints nothing of it.
#[derive(Clone)]
pub struct Vault {
    wrap: std::sync::Arc<seal::Cipher>,
    index: mac::Mac,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(…)")
    }
}

impl Vault {
    /// The vault of a deployment: `root` is a key derived for this use alone.
    pub fn new(root: &[u8; 32]) -> Self {
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, b"privet/vault/v1").extract(root);
        Self {
            wrap: std::sync::Arc::new(seal::Cipher::new(&derive(&prk, b"wrap"))),
            index: mac::Mac::new(&derive(&prk, b"index")),
        }
    }

    /// The blind index of a normalised value of a kind (`email`, `phone`, …): equal values of one
    /// kind have equal indexes, and without the key nothing leads back.
    pub fn blind(&self, kind: &str, normalised: &str) -> BlindIndex {
        BlindIndex::make(&self.index, kind, normalised)
    }

    /// Makes many indexes of one kind.
    pub fn blinder(&self, kind: &str) -> Blinder {
        Blinder::new(self.index.clone(), kind)
    }

    /// A new key for a customer, and its wrapped form to store.
    pub fn new_key(&self, subject: &str) -> (SubjectKey, String) {
        let bytes = seal::random_key();
        let wrapped = self.wrap.seal(&wrapping(subject), &bytes);
        (SubjectKey::new(&bytes), wrapped)
    }

    /// The key of a customer from its wrapped form.
    pub fn unwrap(&self, subject: &str, wrapped: &str) -> Result<SubjectKey, VaultError> {
        let bytes = self.wrap.open(&wrapping(subject), wrapped)?;
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| VaultError::Form)?;
        Ok(SubjectKey::new(&bytes))
    }
}

fn wrapping(subject: &str) -> String {
    format!("subject-key:{subject}")
}

struct Len32;
impl hkdf::KeyType for Len32 {
    fn len(&self) -> usize {
        32
    }
}

fn derive(prk: &hkdf::Prk, usage: &[u8]) -> [u8; 32] {
    let mut out = [0_u8; 32];
    let filled = prk.expand(&[usage], Len32).and_then(|okm| okm.fill(&mut out));
    assert!(filled.is_ok(), "HKDF-SHA-256 gives up to 8160 bytes, and 32 are asked for");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault(byte: u8) -> Vault {
        Vault::new(&[byte; 32])
    }

    #[test]
    fn a_wrapped_key_opens_what_it_sealed_and_only_for_its_customer() {
        let (key, wrapped) = vault(1).new_key("s1");
        let sealed = key.seal("identifier:email", "li@example.com");

        let again = vault(1).unwrap("s1", &wrapped).unwrap();

        assert_eq!(again.open("identifier:email", &sealed).unwrap(), "li@example.com");
        assert_eq!(again.open("identifier:phone", &sealed), Err(VaultError::Closed));
        assert!(vault(1).unwrap("s2", &wrapped).is_err(), "another customer's key");
        assert!(vault(2).unwrap("s1", &wrapped).is_err(), "another deployment");
    }

    #[test]
    fn a_blind_index_depends_on_value_kind_and_deployment() {
        let index = vault(1).blind("email", "li@example.com");

        assert_eq!(index, vault(1).blind("email", "li@example.com"));
        assert_ne!(index, vault(1).blind("email", "li@example.org"));
        assert_ne!(index, vault(1).blind("phone", "li@example.com"));
        assert_ne!(index, vault(2).blind("email", "li@example.com"));
        // The parting byte keeps kind and value apart.
        assert_ne!(vault(1).blind("a", "bc"), vault(1).blind("ab", "c"));
    }

    #[test]
    fn nothing_prints_a_key() {
        let (key, _) = vault(1).new_key("s1");
        assert_eq!(format!("{:?} {key:?}", vault(1)), "Vault(…) SubjectKey(…)");
    }
}
