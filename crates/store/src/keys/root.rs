//! The root key and where it comes from. It wraps two keys of the database and nothing else.
//!
//! The key file holds 32 bytes in base64, or `argon2id:MEMORY:PASSES:LANES:SALT`, or
//! `provider:KIND:WRAPPED`.

use std::{fs, path::Path};

use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

use super::{
    KeySettings, Wants,
    file::{self, FILE, NEXT, damaged},
};
use crate::{
    Result, StoreError,
    secret::{Wrap, hex},
};
use vault::{Prk, Profile};

/// The environment's name for the passphrase.
pub const PASSPHRASE: &str = "PRIVET_KEY_PASSPHRASE";
/// The environment's name for a file that holds the passphrase.
pub const PASSPHRASE_FILE: &str = "PRIVET_KEY_PASSPHRASE_FILE";

/// Argon2id: the second recommended option of RFC 9106 §4 (64 MiB, three passes), here with one lane:
/// a start of the server may take the time.
const MEMORY_KIB: u32 = 65_536;
const PASSES: u32 = 3;
const LANES: u32 = 1;
/// More than this in a damaged file would be no key file but a way to stop the server.
const MOST_MEMORY_KIB: u32 = 1 << 21;
/// What a passphrase file begins with.
const ARGON2ID: &str = "argon2id:";
/// What the file of a provider's key begins with.
const PROVIDED: &str = "provider:";
/// NIST SP 800-63B §5.1.1.2 asks for 8 at least where guesses are limited; here they are not.
const SHORTEST_PASSPHRASE: usize = 16;

/// What the next root key comes from.
#[derive(Clone)]
pub enum NewRoot {
    /// 32 random bytes in the key file.
    KeyFile,
    /// A passphrase by Argon2id; the key file holds only the salt.
    Passphrase(String),
    /// 32 random bytes, wrapped by the provider of this kind; the key file holds the wrapped form.
    Provider(String),
}

impl std::fmt::Debug for NewRoot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::KeyFile => f.write_str("KeyFile"),
            Self::Passphrase(_) => f.write_str("Passphrase(…)"),
            Self::Provider(kind) => write!(f, "Provider({kind})"),
        }
    }
}

/// A root key, ready. `Debug` prints nothing of it.
pub(crate) struct Root {
    check: String,
    provider: String,
    /// The key file's bytes: before there was a key ring, everything hung from them.
    bytes: [u8; 32],
}

impl std::fmt::Debug for Root {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Root(…)")
    }
}

/// A root that was made and is in no file yet.
pub(crate) struct Prepared {
    text: String,
    pub(crate) root: Root,
}

impl Prepared {
    /// Writes its file beside the present one.
    pub(crate) fn place(&self, dir: &Path) -> Result<()> {
        let _ = fs::remove_file(dir.join(NEXT));
        file::place(dir, NEXT, &self.text)
    }
}

impl Root {
    /// Loads the root of the key file, or creates one when `may_create` (a database that exists
    /// already must have its key: a new one would open none of its secrets).
    pub(crate) async fn load(dir: &Path, may_create: bool, keys: &KeySettings) -> Result<Self> {
        let path = dir.join(FILE);
        if !path.exists() {
            if !may_create {
                return Err(StoreError::Locked {
                    wants: Wants::KeyFile,
                    why: format!(
                        "{} is missing, but there is a database beside it: put the key file back \
                         from your backup (stored passwords open only with it)",
                        path.display()
                    ),
                });
            }
            let first = keys.first.clone().unwrap_or(NewRoot::KeyFile);
            file::place(dir, FILE, &Self::prepare(first, keys).await?.text)?;
        }
        Self::read(&path, keys).await
    }

    /// The root that a rotation prepared and perhaps finished, if one did not come to its end.
    pub(crate) async fn next(dir: &Path, keys: &KeySettings) -> Result<Option<Self>> {
        let path = dir.join(NEXT);
        if path.exists() { Self::read(&path, keys).await.map(Some) } else { Ok(None) }
    }

    /// Makes the next root.
    pub(crate) async fn prepare(new: NewRoot, keys: &KeySettings) -> Result<Prepared> {
        match new {
            NewRoot::KeyFile => {
                let bytes = crate::secret::random()?;
                let root = Self::from_bytes(bytes, "key file".to_owned());
                Ok(Prepared { text: BASE64.encode(bytes), root })
            }
            NewRoot::Passphrase(phrase) => {
                if phrase.chars().count() < SHORTEST_PASSPHRASE {
                    return Err(StoreError::Keys(format!(
                        "the passphrase is too short: {SHORTEST_PASSPHRASE} characters at least, \
                         five or six words drawn by chance are best"
                    )));
                }
                let salt = BASE64.encode(&crate::secret::random()?[..16]);
                let text = format!("{ARGON2ID}{MEMORY_KIB}:{PASSES}:{LANES}:{salt}");
                let root = from_passphrase_aside(text.clone(), phrase).await?;
                let unusable = || StoreError::Keys("the passphrase cannot be used".into());
                Ok(Prepared { text, root: root.ok_or_else(unusable)? })
            }
            NewRoot::Provider(kind) => {
                let Some(provider) = keys.provider(&kind) else {
                    return Err(StoreError::Keys(not_set_up(&kind)));
                };
                let bytes = crate::secret::random()?;
                let wrapped = provider.wrap(&bytes).await.map_err(|error| locked(&error.0))?;
                // A key that does not come back must not become the root.
                if provider.unwrap(&wrapped).await.map_err(|error| locked(&error.0))? != bytes {
                    return Err(StoreError::Keys(format!(
                        "{} gave back another key than it wrapped; nothing was changed",
                        provider.place()
                    )));
                }
                let root = Self::from_bytes(bytes, format!("{kind}: {}", provider.place()));
                Ok(Prepared { text: format!("{PROVIDED}{kind}:{wrapped}"), root })
            }
        }
    }

    /// The prepared root becomes the root.
    pub(crate) fn adopt_next(dir: &Path) -> Result<()> {
        file::adopt_next(dir)
    }

    async fn read(path: &Path, keys: &KeySettings) -> Result<Self> {
        let text = file::read(path)?;
        if text.starts_with(ARGON2ID) {
            let root = from_passphrase_aside(text, said_passphrase(keys)?).await?;
            return root.ok_or_else(|| damaged(path));
        }
        if let Some(rest) = text.strip_prefix(PROVIDED) {
            let (kind, wrapped) = rest.split_once(':').ok_or_else(|| damaged(path))?;
            let provider = keys.provider(kind).ok_or_else(|| locked(&not_set_up(kind)))?;
            let bytes = provider.unwrap(wrapped).await.map_err(|error| locked(&error.0))?;
            return Ok(Self::from_bytes(bytes, format!("{kind}: {}", provider.place())));
        }
        let bytes = BASE64.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        Ok(Self::from_bytes(bytes.ok_or_else(|| damaged(path))?, "key file".to_owned()))
    }

    fn from_bytes(bytes: [u8; 32], provider: String) -> Self {
        // The file does not know the profile of the database; the check is one for both.
        let prk = prk(Profile::International, &bytes);
        Self { check: hex(&prk.derive(b"check")[..16]), provider, bytes }
    }

    /// `None` when the text is not of the form `argon2id:MEMORY:PASSES:LANES:SALT`.
    fn from_passphrase(text: &str, phrase: &str) -> Option<Result<Self>> {
        let mut parts = text.strip_prefix(ARGON2ID)?.split(':');
        let mut number = || parts.next()?.parse::<u32>().ok();
        let (memory, passes, lanes) = (number()?, number()?, number()?);
        let salt = BASE64.decode(parts.next()?).ok()?;
        if memory > MOST_MEMORY_KIB || parts.next().is_some() {
            return None;
        }
        let params = Params::new(memory, passes, lanes, Some(32)).ok()?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut bytes = [0; 32];
        let hashed = argon2.hash_password_into(phrase.as_bytes(), &salt, &mut bytes);
        Some(match hashed {
            Ok(()) => Ok(Self::from_bytes(bytes, "passphrase".to_owned())),
            Err(error) => Err(StoreError::Keys(format!("the passphrase cannot be used: {error}"))),
        })
    }

    pub(crate) fn wrap(&self, profile: Profile, context: &str, key: &[u8; 32]) -> String {
        self.wrapper(profile).wrap(context, key)
    }

    /// With the ciphers that wrapped it.
    pub(crate) fn unwrap(&self, context: &str, wrapped: &str) -> Option<[u8; 32]> {
        self.wrapper(crate::secret::wrapped_with(wrapped)?).unwrap(context, wrapped)
    }

    fn wrapper(&self, profile: Profile) -> Wrap {
        Wrap::new(profile, &prk(profile, &self.bytes).derive(b"wrap"))
    }

    /// Enough to recognise the root, useless to anyone else.
    pub(crate) fn check(&self) -> &str {
        &self.check
    }

    /// Where it comes from.
    pub(crate) fn provider(&self) -> &str {
        &self.provider
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }
}

fn prk(profile: Profile, bytes: &[u8; 32]) -> Prk {
    Prk::extract(profile, b"privet/root/v1", bytes)
}

/// Argon2 takes a good part of a second: not on a thread that serves.
async fn from_passphrase_aside(text: String, phrase: String) -> Result<Option<Root>> {
    let made = tokio::task::spawn_blocking(move || Root::from_passphrase(&text, &phrase));
    let broken = |_| StoreError::Keys("the root key could not be made".into());
    made.await.map_err(broken)?.transpose()
}

fn locked(why: &str) -> StoreError {
    StoreError::Locked { wants: Wants::Provider, why: why.to_owned() }
}

fn not_set_up(kind: &str) -> String {
    format!("the key provider “{kind}” is not set up: the configuration needs a part [keys.{kind}]")
}

/// The passphrase that was typed, or from the environment, or from a file named there.
fn said_passphrase(keys: &KeySettings) -> Result<String> {
    if let Some(phrase) = &keys.passphrase {
        return Ok(phrase.clone());
    }
    if let Ok(phrase) = std::env::var(PASSPHRASE) {
        return Ok(phrase);
    }
    if let Some(path) = std::env::var_os(PASSPHRASE_FILE) {
        let path = Path::new(&path);
        let text = fs::read_to_string(path).map_err(|error| file::cannot(path, "read", &error))?;
        return Ok(text.trim_end_matches(['\r', '\n']).to_owned());
    }
    Err(StoreError::Locked {
        wants: Wants::Passphrase,
        why: format!(
            "the root key comes from a passphrase, and none was given: set {PASSPHRASE}, name a file \
             that holds it in {PASSPHRASE_FILE}, or type it with `privet unseal` while the server runs"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn load(dir: &Path, may_create: bool) -> Result<Root> {
        Root::load(dir, may_create, &KeySettings::default()).await
    }

    #[tokio::test]
    async fn a_key_file_is_made_once_and_refused_when_others_can_read_it() {
        let dir = tempfile::tempdir().unwrap();
        let first = load(dir.path(), true).await.unwrap().check;

        assert_eq!(load(dir.path(), true).await.unwrap().check, first);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let path = dir.path().join(FILE);
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
            let error = load(dir.path(), true).await.unwrap_err().to_string();
            assert!(error.contains("chmod 600"), "{error}");
        }
    }

    #[tokio::test]
    async fn a_missing_key_beside_a_database_is_not_made_anew() {
        let dir = tempfile::tempdir().unwrap();

        let error = load(dir.path(), false).await.unwrap_err();

        assert!(matches!(&error, StoreError::Locked { wants: Wants::KeyFile, .. }));
        assert!(error.to_string().contains("backup"));
    }

    #[tokio::test]
    async fn a_passphrase_gives_one_root_per_salt_and_a_short_one_is_refused() {
        let salt = |byte: u8| format!("argon2id:64:1:1:{}", BASE64.encode([byte; 16]));
        let root =
            |byte, phrase: &str| Root::from_passphrase(&salt(byte), phrase).unwrap().unwrap().check;

        assert_eq!(root(1, "correct horse battery"), root(1, "correct horse battery"));
        assert_ne!(root(1, "correct horse battery"), root(2, "correct horse battery"));
        assert_ne!(root(1, "correct horse battery"), root(1, "correct horse batterz"));
        for bad in
            ["argon2id:", "argon2id:64:1:1", "argon2id:99999999:1:1:AAAA", "argon2id:64:1:1:AAAA:x"]
        {
            assert!(Root::from_passphrase(bad, "correct horse battery").is_none(), "{bad}");
        }
        let short = NewRoot::Passphrase("short".into());
        let short = Root::prepare(short, &KeySettings::default()).await;
        assert!(short.err().unwrap().to_string().contains("too short"));
    }

    #[tokio::test]
    async fn a_provider_that_is_not_set_up_leaves_the_root_locked() {
        let dir = tempfile::tempdir().unwrap();
        file::place(dir.path(), FILE, "provider:transit:vault:v1:AAAA").unwrap();

        let error = load(dir.path(), false).await.unwrap_err();

        assert!(matches!(&error, StoreError::Locked { wants: Wants::Provider, .. }));
        assert!(error.to_string().contains("[keys.transit]"), "{error}");
    }

    #[test]
    fn argon2id_gives_what_rfc_9106_says() {
        // §5.3 uses a secret and associated data, which our form has not; the reference program's
        // own test (phc-winner-argon2, test.c: version 13, t=2, m=2^16, p=1) has neither.
        let params = Params::new(65_536, 2, 1, Some(32)).unwrap();
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut out = [0; 32];
        argon2.hash_password_into(b"password", b"somesalt", &mut out).unwrap();
        assert_eq!(hex(&out), "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7");
    }
}
