//! The deployment's key file and what is made from it: sealed secrets, keyed digests, derived keys.

use crate::{Digest, Result, StoreError};
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hkdf, hmac, rand,
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use std::{fs, io::Write as _, path::Path};

/// The key file's name in the data directory.
pub(crate) const FILE: &str = "privet.key";

/// The deployment's root key. `Debug` prints nothing of it.
pub(crate) struct Key {
    prk: hkdf::Prk,
    seal: LessSafeKey,
    digest: hmac::Key,
    head: hmac::Key,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    /// Loads the key file, or creates it when `may_create` (a database that exists already must have
    /// its key: a new one would open none of its secrets).
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
            create(dir, &path).map_err(|error| cannot(&path, "created", &error))?;
        }
        check_mode(&path)?;
        let text = fs::read_to_string(&path).map_err(|error| cannot(&path, "read", &error))?;
        let root: [u8; 32] = BASE64
            .decode(text.trim())
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| {
                StoreError::DataDir(format!(
                    "{} is damaged: it must hold 32 bytes in base64; put it back from your backup",
                    path.display()
                ))
            })?;
        Self::from_root(&root)
    }

    fn from_root(root: &[u8; 32]) -> Result<Self> {
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, b"privet/deployment/v1").extract(root);
        let broken = || StoreError::DataDir("the key file's key could not be used".into());
        let seal = UnboundKey::new(&AES_256_GCM, &derive(&prk, "store/seal"))
            .map(LessSafeKey::new)
            .map_err(|_| broken())?;
        let digest = hmac::Key::new(hmac::HMAC_SHA256, &derive(&prk, "store/digest"));
        let head = hmac::Key::new(hmac::HMAC_SHA256, &derive(&prk, "store/ledger-head"));
        Ok(Self { prk, seal, digest, head })
    }

    /// What the database remembers of its key: enough to recognise it, useless to anyone else.
    pub(crate) fn check(&self) -> String {
        hex(&derive(&self.prk, "store/key-check")[..16])
    }

    pub(crate) fn derive(&self, usage: &str) -> [u8; 32] {
        // A prefix of its own keeps rooms' names apart from the store's.
        derive(&self.prk, &format!("use/{usage}"))
    }

    pub(crate) fn digest(&self, bytes: &[u8]) -> Digest {
        Digest(tag(&self.digest, bytes))
    }

    pub(crate) fn head_mac(&self, bytes: &[u8]) -> String {
        hex(&tag(&self.head, bytes))
    }

    /// `v1:` + base64(nonce ‖ ciphertext ‖ tag), AES-256-GCM with the context as associated data.
    pub(crate) fn seal(&self, context: &str, plain: &str) -> String {
        let mut nonce = [0_u8; 12];
        let mut body = plain.as_bytes().to_vec();
        // Neither can fail: aws-lc aborts without entropy, and GCM's limit is 64 GiB a message.
        let sealed = rand::fill(&mut nonce).and_then(|()| {
            self.seal.seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(context.as_bytes()),
                &mut body,
            )
        });
        assert!(sealed.is_ok(), "AES-256-GCM cannot fail below 64 GiB");
        let mut all = nonce.to_vec();
        all.extend_from_slice(&body);
        format!("v1:{}", BASE64.encode(all))
    }

    pub(crate) fn unseal(&self, context: &str, sealed: &str) -> Result<String> {
        let wrong = |why: &str| StoreError::Sealed(why.into());
        let body = sealed.strip_prefix("v1:").ok_or_else(|| wrong("its form is unknown"))?;
        let mut bytes = BASE64.decode(body).map_err(|_| wrong("it is not base64"))?;
        if bytes.len() < 12 {
            return Err(wrong("it is too short"));
        }
        let mut body = bytes.split_off(12);
        let nonce = Nonce::try_assume_unique_for_key(&bytes).map_err(|_| wrong("bad nonce"))?;
        let plain = self
            .seal
            .open_in_place(nonce, Aad::from(context.as_bytes()), &mut body)
            .map_err(|_| wrong("it was sealed with another key or for another use"))?;
        String::from_utf8(plain.to_vec()).map_err(|_| wrong("it is not text"))
    }
}

struct Len32;
impl hkdf::KeyType for Len32 {
    fn len(&self) -> usize {
        32
    }
}

fn derive(prk: &hkdf::Prk, usage: &str) -> [u8; 32] {
    let mut out = [0_u8; 32];
    let filled = prk.expand(&[usage.as_bytes()], Len32).and_then(|okm| okm.fill(&mut out));
    assert!(filled.is_ok(), "HKDF-SHA-256 gives up to 8160 bytes, and 32 are asked for");
    out
}

fn tag(key: &hmac::Key, bytes: &[u8]) -> [u8; 32] {
    let mut out = [0_u8; 32];
    out.copy_from_slice(hmac::sign(key, bytes).as_ref());
    out
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The 32 bytes of a hexadecimal digest.
pub(crate) fn unhex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut out = [0_u8; 32];
    for (i, byte) in out.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).ok()?;
    }
    Some(out)
}

/// Writes a new key beside its final name and links it there: the link fails if another process was
/// first, so a key once written is never replaced and a half-written one is never seen.
fn create(dir: &Path, path: &Path) -> std::io::Result<()> {
    let mut root = [0_u8; 32];
    rand::fill(&mut root).map_err(|_| std::io::Error::other("no random numbers"))?;
    let draft = dir.join(format!(".{FILE}.{}", uuid::Uuid::now_v7()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    writeln!(file, "{}", BASE64.encode(root))?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
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

/// JSON with sorted keys and no white space: one text for one state, whatever order fields come in.
pub(crate) fn canonical_json(value: &serde_json::Value, out: &mut String) {
    use serde_json::Value;
    match value {
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                canonical_json(item, out);
            }
            out.push(']');
        }
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort_unstable();
            out.push('{');
            for (i, key) in keys.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                out.push_str(&Value::String(key.clone()).to_string());
                out.push(':');
                canonical_json(&map[key], out);
            }
            out.push('}');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> Key {
        Key::from_root(&[byte; 32]).unwrap()
    }

    #[test]
    fn a_secret_opens_only_under_its_own_context_and_key() {
        let sealed = key(1).seal("source:1:password", "s3cret");

        assert_eq!(key(1).unseal("source:1:password", &sealed).unwrap(), "s3cret");
        assert!(key(1).unseal("source:2:password", &sealed).is_err());
        assert!(key(2).unseal("source:1:password", &sealed).is_err());
        assert!(!sealed.contains("s3cret"));
    }

    #[test]
    fn sealing_twice_gives_two_texts_and_damage_is_an_error() {
        let (a, b) = (key(1).seal("c", "x"), key(1).seal("c", "x"));

        assert_ne!(a, b);
        for bad in ["", "v1:", "v1:AAAA", "v2:AAAA", "v1:%%%", &a[..a.len() - 4]] {
            assert!(key(1).unseal("c", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_key_file_is_made_once_and_refused_when_others_can_read_it() {
        let dir = tempfile::tempdir().unwrap();
        let first = Key::load(dir.path(), true).unwrap().check();

        assert_eq!(Key::load(dir.path(), true).unwrap().check(), first);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let path = dir.path().join(FILE);
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
            let error = Key::load(dir.path(), true).unwrap_err().to_string();
            assert!(error.contains("chmod 600"), "{error}");
        }
    }

    #[test]
    fn a_missing_key_beside_a_database_is_not_made_anew() {
        let dir = tempfile::tempdir().unwrap();

        assert!(Key::load(dir.path(), false).unwrap_err().to_string().contains("backup"));
    }

    #[test]
    fn canonical_json_sorts_keys_at_every_depth() {
        let mut out = String::new();
        canonical_json(&serde_json::json!({"b": [{"z": 1, "a": null}], "a": "é\""}), &mut out);

        assert_eq!(out, r#"{"a":"é\"","b":[{"a":null,"z":1}]}"#);
    }

    #[test]
    fn hex_goes_both_ways() {
        assert_eq!(unhex(&hex(&[0xab; 32])), Some([0xab; 32]));
        assert_eq!(unhex("zz"), None);
    }
}
