//! Keys and what they protect: a key per customer, values sealed with it, and blind indexes that find
//! a value without storing it. It does no I/O and never keeps a value; destroying a customer's wrapped
//! key makes everything sealed with it unreadable for good. Callers need [`Vault`], [`SubjectKey`] and
//! [`BlindIndex`].
//!
//! A customer's key is random, of the deployment's [`Profile`] (AES-256-GCM, or SM4-GCM), and stored
//! wrapped by one of the deployment's key-encrypting keys (KEKs), which have versions: the newest
//! wraps, all of them open. Blind indexes hang from another key (HKDF-SHA-256) that no rotation
//! changes. A customer's key has versions, too: the newest seals, all of them open, and they are stored
//! and destroyed together. Before there were versions, one derived key wrapped; what it wrapped still
//! opens.

mod blind;
mod blob;
mod derived;
mod mac;
mod profile;
mod ring;
mod seal;

pub use blind::{BlindIndex, Blinder};
pub use blob::Blob;
pub use derived::{Derived, sealed_by};
pub use profile::{Aead, MacKey, Prk, Profile};
pub use seal::SubjectKey;

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
    /// Wrapped by a KEK that this process has not read yet: read them anew and try again.
    #[error("a customer's key was wrapped by key-encrypting key {0}, which is not known here")]
    Unknown(u32),
    /// Sealed with a version of the customer's key that came after this key was read: read it anew.
    #[error(
        "a value was sealed with version {0} of a customer's key, made a moment ago; try again"
    )]
    Newer(u32),
}

/// Wraps customers' keys and makes blind indexes. Cheap to clone; `Debug` prints nothing of it.
#[derive(Clone)]
pub struct Vault {
    profile: Profile,
    ring: std::sync::Arc<ring::Keks>,
    index: mac::Mac,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(…)")
    }
}

impl Vault {
    /// The vault of a deployment with the international ciphers; see [`Vault::with_profile`].
    pub fn new(root: &[u8; 32]) -> Self {
        Self::with_profile(Profile::International, root)
    }

    /// The vault of a deployment: `root` is a key derived for this use alone. Until
    /// [`Vault::set_keks`] tells the deployment's KEKs, a derived key wraps.
    pub fn with_profile(profile: Profile, root: &[u8; 32]) -> Self {
        let prk = Prk::extract(profile, b"privet/vault/v1", root);
        Self {
            profile,
            ring: std::sync::Arc::new(ring::Keks::new(profile, &prk.derive(b"wrap"))),
            index: mac::Mac::new(profile, &prk.derive(b"index")),
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

    /// The deployment's KEKs by version (1, 2 …): the highest wraps from now on. All clones know
    /// them at once.
    pub fn set_keks(&self, keks: &[(u32, [u8; 32])]) {
        self.ring.set(keks);
    }

    /// The version that wraps; 0 while there are none.
    pub fn newest_kek(&self) -> u32 {
        self.ring.newest()
    }

    /// A new key for a customer, and its wrapped form to store.
    pub fn new_key(&self, subject: &str) -> (SubjectKey, String) {
        let first = (seal::FIRST, seal::random_key());
        let wrapped = self.ring.wrap(subject, &[first]);
        (SubjectKey::new(self.profile, &first, &[], subject), wrapped)
    }

    /// The key of a customer from its wrapped form.
    pub fn unwrap(&self, subject: &str, wrapped: &str) -> Result<SubjectKey, VaultError> {
        let versions = self.ring.unwrap(subject, wrapped)?;
        let (newest, before) = versions.split_first().ok_or(VaultError::Form)?;
        Ok(SubjectKey::new(self.profile, newest, before, subject))
    }

    /// The wrapped form under the newest KEK; the key itself, and what it sealed, stay as they are.
    /// `None` when that KEK wraps it already.
    pub fn rewrap(&self, subject: &str, wrapped: &str) -> Result<Option<String>, VaultError> {
        // All versions of a key are wrapped by one KEK.
        if wrapped.starts_with(&wrapped_by(self.newest_kek())) {
            return Ok(None);
        }
        let versions = self.ring.unwrap(subject, wrapped)?;
        Ok(Some(self.ring.wrap(subject, &versions)))
    }

    /// A customer's key with one more version, which seals from now on, and its wrapped form to store.
    /// The versions before stay in it and open what they sealed.
    pub fn renew(&self, subject: &str, wrapped: &str) -> Result<(SubjectKey, String), VaultError> {
        let before = self.ring.unwrap(subject, wrapped)?;
        let (last, _) = *before.first().ok_or(VaultError::Form)?;
        let newest = (last + 1, seal::random_key());
        let all = [&[newest], before.as_slice()].concat();
        let key = SubjectKey::new(self.profile, &newest, &before, subject);
        Ok((key, self.ring.wrap(subject, &all)))
    }
}

/// How a key that a version wrapped begins, for looking what is left to rewrap.
pub fn wrapped_by(version: u32) -> String {
    match version {
        0 => seal::FORM.to_owned(),
        version => format!("k{version}:"),
    }
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
    fn a_new_kek_wraps_and_every_older_one_opens() {
        let keks = [(1, [1; 32]), (2, [2; 32])];
        let before = vault(1);
        let (key, oldest) = before.new_key("s1");
        let sealed = key.seal("identifier:email", "li@example.com");
        before.set_keks(&keks[..1]);
        let (_, first) = before.new_key("s2");

        let now = vault(1);
        assert_eq!(now.unwrap("s2", &first).unwrap_err(), VaultError::Unknown(1));
        now.set_keks(&keks);
        let second = now.rewrap("s1", &oldest).unwrap().unwrap();

        assert!(oldest.starts_with(&wrapped_by(0)) && first.starts_with(&wrapped_by(1)));
        assert!(second.starts_with(&wrapped_by(2)));
        let again = now.unwrap("s1", &second).unwrap();
        assert_eq!(again.open("identifier:email", &sealed).unwrap(), "li@example.com");
        assert!(now.unwrap("s2", &first).is_ok());
        assert!(now.rewrap("s2", &first).unwrap().is_some());
        assert_eq!(now.rewrap("s1", &second), Ok(None));
        assert_eq!(before.unwrap("s1", &second).unwrap_err(), VaultError::Unknown(2));
        assert!(now.unwrap("s2", &second).is_err(), "another customer's key");
        let moved = second.replace("k2:", "k1:");
        assert_eq!(now.unwrap("s1", &moved).unwrap_err(), VaultError::Closed);
    }

    #[test]
    fn a_value_moved_to_another_customer_does_not_open_even_under_the_same_key() {
        let one = SubjectKey::new(Profile::International, &(1, [7; 32]), &[], "s1");
        let other = SubjectKey::new(Profile::International, &(1, [7; 32]), &[], "s2");

        let sealed = one.seal("identifier:email", "li@example.com");

        assert_eq!(other.open("identifier:email", &sealed), Err(VaultError::Closed));
    }

    #[test]
    fn a_value_sealed_before_places_were_bound_still_opens() {
        let sealed = seal::Cipher::new(Profile::International, &[7; 32])
            .seal("identifier:email", b"li@example.com");
        let key = SubjectKey::new(Profile::International, &(1, [7; 32]), &[], "s1");

        assert_eq!(key.open("identifier:email", &sealed).unwrap(), "li@example.com");
        assert!(key.open("identifier:phone", &sealed).is_err());
        let forged = sealed.replace("s1:", "s2:");
        assert!(key.open("identifier:email", &forged).is_err());
    }

    #[test]
    fn a_renewed_key_seals_anew_and_opens_everything_before() {
        for kek in [true, false] {
            let vault = vault(1);
            if kek {
                vault.set_keks(&[(1, [1; 32])]);
            }
            let (first, wrapped) = vault.new_key("s1");
            let old = first.seal("note", "first");
            let (second, wrapped) = vault.renew("s1", &wrapped).unwrap();
            let middle = second.seal("note", "second");
            let (third, wrapped) = vault.renew("s1", &wrapped).unwrap();
            let new = third.seal("note", "third");

            assert!(old.starts_with("s2:") && middle.starts_with("s2/2:"), "{middle}");
            assert_eq!((third.version(), new.starts_with("s2/3:")), (3, true));
            assert!(third.is_newest(&new) && !third.is_newest(&middle) && !third.is_newest(&old));
            let again = vault.unwrap("s1", &wrapped).unwrap();
            for (sealed, plain) in [(&old, "first"), (&middle, "second"), (&new, "third")] {
                assert_eq!(again.open("note", sealed).unwrap(), plain);
            }
            assert_eq!(first.open("note", &new), Err(VaultError::Newer(3)), "read it again");
            // Another version's mark does not open it, nor another customer's key.
            let forged = new.replace("s2/3:", "s2/2:");
            assert_eq!(again.open("note", &forged), Err(VaultError::Closed));
            assert!(vault.unwrap("s2", &wrapped).is_err());
            // A new KEK takes all versions along.
            vault.set_keks(&[(1, [1; 32]), (2, [2; 32])]);
            let moved = vault.rewrap("s1", &wrapped).unwrap().unwrap();
            assert!(moved.split(' ').all(|one| one.starts_with("k2:")), "{moved}");
            assert_eq!(vault.unwrap("s1", &moved).unwrap().open("note", &old).unwrap(), "first");
            assert_eq!(vault.rewrap("s1", &moved).unwrap(), None);
            let parts: Vec<&str> = moved.split(' ').collect();
            let swapped = [parts[0].replace("k2:3:", "k2:2:").as_str(), parts[2]].join(" ");
            assert!(vault.unwrap("s1", &swapped).is_err(), "a version is bound to its number");
        }
    }

    #[test]
    fn nothing_prints_a_key() {
        let (key, _) = vault(1).new_key("s1");
        assert_eq!(format!("{:?} {key:?}", vault(1)), "Vault(…) SubjectKey(…)");
    }
}
