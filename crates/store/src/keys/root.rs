//! The root key and where it comes from. It wraps two keys of the database and nothing else.

use std::{fs, io::Write as _, path::Path};

use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

use crate::{
    Result, StoreError,
    secret::{Wrap, derive, extract, hex},
};

/// The key file's name in the data directory.
pub(crate) const FILE: &str = "privet.key";
/// A new root waits here until the database is wrapped by it.
pub(crate) const NEXT: &str = "privet.key.next";
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
/// NIST SP 800-63B §5.1.1.2 asks for 8 at least where guesses are limited; here they are not.
const SHORTEST_PASSPHRASE: usize = 16;

/// What the next root key comes from.
#[derive(Clone)]
pub enum NewRoot {
    /// 32 random bytes in the key file.
    KeyFile,
    /// A passphrase by Argon2id; the key file holds only the salt.
    Passphrase(String),
}

impl std::fmt::Debug for NewRoot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::KeyFile => "KeyFile",
            Self::Passphrase(_) => "Passphrase(…)",
        })
    }
}

/// A root key, ready. `Debug` prints nothing of it.
pub(crate) struct Root {
    wrap: Wrap,
    check: String,
    provider: &'static str,
    /// The key file's bytes: before there was a key ring, everything hung from them.
    bytes: [u8; 32],
}

impl std::fmt::Debug for Root {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Root(…)")
    }
}

impl Root {
    /// Loads the root of the key file, or creates one when `may_create` (a database that exists
    /// already must have its key: a new one would open none of its secrets).
    pub(crate) fn load(dir: &Path, may_create: bool) -> Result<Self> {
        let path = dir.join(FILE);
        if !path.exists() {
            if !may_create {
                return Err(StoreError::DataDir(format!(
                    "{} is missing, but there is a database beside it: put the key file back from \
                     your backup (stored passwords open only with it)",
                    path.display()
                )));
            }
            let text = BASE64.encode(crate::secret::random()?);
            place(dir, FILE, &text).map_err(|error| cannot(&path, "created", &error))?;
        }
        Self::read(&path)
    }

    /// The root that a rotation prepared and perhaps finished, if one did not come to its end.
    pub(crate) fn next(dir: &Path) -> Result<Option<Self>> {
        let path = dir.join(NEXT);
        if path.exists() { Self::read(&path).map(Some) } else { Ok(None) }
    }

    /// Makes the next root and writes its file beside the present one.
    pub(crate) fn prepare(dir: &Path, new: &NewRoot) -> Result<Self> {
        let path = dir.join(NEXT);
        let _ = fs::remove_file(&path);
        let (text, root) = match new {
            NewRoot::KeyFile => {
                let bytes = crate::secret::random()?;
                (BASE64.encode(bytes), Self::from_bytes(bytes, "key file"))
            }
            NewRoot::Passphrase(phrase) => {
                if phrase.chars().count() < SHORTEST_PASSPHRASE {
                    return Err(StoreError::Keys(format!(
                        "the passphrase is too short: {SHORTEST_PASSPHRASE} characters at least, \
                         five or six words drawn by chance are best"
                    )));
                }
                let salt = crate::secret::random()?;
                let text = format!(
                    "{ARGON2ID}{MEMORY_KIB}:{PASSES}:{LANES}:{}",
                    BASE64.encode(&salt[..16])
                );
                let root = Self::from_passphrase(&text, phrase).ok_or_else(|| damaged(&path))??;
                (text, root)
            }
        };
        place(dir, NEXT, &text).map_err(|error| cannot(&path, "created", &error))?;
        Ok(root)
    }

    /// The prepared root becomes the root: the file is renamed, durably.
    pub(crate) fn adopt_next(dir: &Path) -> Result<()> {
        let path = dir.join(FILE);
        let renamed = match fs::rename(dir.join(NEXT), &path) {
            // A server that started in between has done it.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            other => other,
        };
        renamed
            .and_then(|()| fs::File::open(dir)?.sync_all())
            .map_err(|error| cannot(&path, "replaced", &error))
    }

    fn read(path: &Path) -> Result<Self> {
        check_mode(path)?;
        let text = fs::read_to_string(path).map_err(|error| cannot(path, "read", &error))?;
        let text = text.trim();
        if text.starts_with(ARGON2ID) {
            return Self::from_passphrase(text, &said_passphrase()?)
                .ok_or_else(|| damaged(path))?;
        }
        let bytes = BASE64.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        Ok(Self::from_bytes(bytes.ok_or_else(|| damaged(path))?, "key file"))
    }

    fn from_bytes(bytes: [u8; 32], provider: &'static str) -> Self {
        let prk = extract(b"privet/root/v1", &bytes);
        let check = hex(&derive(&prk, "check")[..16]);
        Self { wrap: Wrap::new(&derive(&prk, "wrap")), check, provider, bytes }
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
            Ok(()) => Ok(Self::from_bytes(bytes, "passphrase")),
            Err(error) => Err(StoreError::Keys(format!("the passphrase cannot be used: {error}"))),
        })
    }

    pub(crate) fn wrap(&self, context: &str, key: &[u8; 32]) -> String {
        self.wrap.wrap(context, key)
    }

    pub(crate) fn unwrap(&self, context: &str, wrapped: &str) -> Option<[u8; 32]> {
        self.wrap.unwrap(context, wrapped)
    }

    /// Enough to recognise the root, useless to anyone else.
    pub(crate) fn check(&self) -> &str {
        &self.check
    }

    /// Where it comes from.
    pub(crate) fn provider(&self) -> &'static str {
        self.provider
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }
}

/// The passphrase from the environment, or from a file named there.
fn said_passphrase() -> Result<String> {
    if let Ok(phrase) = std::env::var(PASSPHRASE) {
        return Ok(phrase);
    }
    if let Some(path) = std::env::var_os(PASSPHRASE_FILE) {
        let path = Path::new(&path);
        let text = fs::read_to_string(path).map_err(|error| cannot(path, "read", &error))?;
        return Ok(text.trim_end_matches(['\r', '\n']).to_owned());
    }
    Err(StoreError::Keys(format!(
        "the root key comes from a passphrase, and none was given: set {PASSPHRASE}, or name a file \
         that holds it in {PASSPHRASE_FILE}"
    )))
}

fn damaged(path: &Path) -> StoreError {
    StoreError::DataDir(format!(
        "{} is damaged: it must hold 32 bytes in base64, or the salt of a passphrase; put it back \
         from your backup",
        path.display()
    ))
}

/// Writes a file beside its final name and links it there: the link fails if another process was
/// first, so a key once written is never replaced and a half-written one is never seen.
fn place(dir: &Path, name: &str, text: &str) -> std::io::Result<()> {
    let draft = dir.join(format!(".{name}.{}", uuid::Uuid::now_v7()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, dir.join(name));
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    fs::File::open(dir)?.sync_all()
}

#[cfg(unix)]
fn check_mode(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(path).map_err(|e| cannot(path, "read", &e))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(StoreError::DataDir(format!(
            "{0} can be read by other users of this machine (mode {1:03o}): run `chmod 600 {0}`",
            path.display(),
            mode & 0o777
        )));
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_mode(_path: &Path) -> Result<()> {
    Ok(())
}

fn cannot(path: &Path, what: &str, error: &std::io::Error) -> StoreError {
    StoreError::DataDir(format!("{} cannot be {what}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_is_made_once_and_refused_when_others_can_read_it() {
        let dir = tempfile::tempdir().unwrap();
        let first = Root::load(dir.path(), true).unwrap().check;

        assert_eq!(Root::load(dir.path(), true).unwrap().check, first);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let path = dir.path().join(FILE);
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
            let error = Root::load(dir.path(), true).unwrap_err().to_string();
            assert!(error.contains("chmod 600"), "{error}");
        }
    }

    #[test]
    fn a_missing_key_beside_a_database_is_not_made_anew() {
        let dir = tempfile::tempdir().unwrap();

        assert!(Root::load(dir.path(), false).unwrap_err().to_string().contains("backup"));
    }

    #[test]
    fn a_passphrase_gives_one_root_per_salt_and_a_short_one_is_refused() {
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
        let dir = tempfile::tempdir().unwrap();
        let short = Root::prepare(dir.path(), &NewRoot::Passphrase("short".into()));
        assert!(short.unwrap_err().to_string().contains("too short"));
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
