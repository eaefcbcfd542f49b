//! The deployment key and what is made from it: sealed secrets, keyed digests, derived keys.

use crate::{Digest, Result, StoreError};
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hkdf, hmac, rand,
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

/// The deployment key. `Debug` prints nothing of it.
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
    /// From its 32 bytes.
    pub(crate) fn from_root(root: &[u8; 32]) -> Result<Self> {
        let prk = extract(b"privet/deployment/v1", root);
        let broken = || StoreError::DataDir("the deployment key could not be used".into());
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
        format!("v1:{}", BASE64.encode(seal(&self.seal, context, plain.as_bytes())))
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

/// HKDF's first half (RFC 5869 §2.2).
pub(crate) fn extract(salt: &[u8], root: &[u8; 32]) -> hkdf::Prk {
    hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(root)
}

/// 32 random bytes.
pub(crate) fn random() -> Result<[u8; 32]> {
    let mut bytes = [0; 32];
    let filled = rand::fill(&mut bytes);
    filled.map_err(|_| StoreError::Keys("the system has no random numbers".into()))?;
    Ok(bytes)
}

/// A key that wraps keys: AES-256-GCM with a random nonce, the place of the wrapped key as
/// associated data.
pub(crate) struct Wrap(LessSafeKey);

impl Wrap {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        let Ok(key) = UnboundKey::new(&AES_256_GCM, key) else {
            unreachable!("AES-256 takes any 32 bytes")
        };
        Self(LessSafeKey::new(key))
    }

    /// `w1:` + base64(nonce ‖ ciphertext ‖ tag).
    pub(crate) fn wrap(&self, context: &str, key: &[u8; 32]) -> String {
        format!("w1:{}", BASE64.encode(seal(&self.0, context, key.as_slice())))
    }

    /// `None` when another key wrapped it, or for another place.
    pub(crate) fn unwrap(&self, context: &str, wrapped: &str) -> Option<[u8; 32]> {
        let mut nonce = BASE64.decode(wrapped.strip_prefix("w1:")?).ok()?;
        let mut body = (nonce.len() > 12).then(|| nonce.split_off(12))?;
        let nonce = Nonce::try_assume_unique_for_key(&nonce).ok()?;
        let plain = self.0.open_in_place(nonce, Aad::from(context.as_bytes()), &mut body).ok()?;
        (&*plain).try_into().ok()
    }
}

/// nonce ‖ ciphertext ‖ tag.
fn seal(key: &LessSafeKey, context: &str, plain: &[u8]) -> Vec<u8> {
    let mut nonce = [0_u8; 12];
    let mut body = plain.to_vec();
    // Neither can fail: aws-lc aborts without entropy, and GCM's limit is 64 GiB a message.
    let sealed = rand::fill(&mut nonce).and_then(|()| {
        let nonce = Nonce::assume_unique_for_key(nonce);
        key.seal_in_place_append_tag(nonce, Aad::from(context.as_bytes()), &mut body)
    });
    assert!(sealed.is_ok(), "AES-256-GCM cannot fail below 64 GiB");
    let mut all = nonce.to_vec();
    all.extend_from_slice(&body);
    all
}

pub(crate) fn derive(prk: &hkdf::Prk, usage: &str) -> [u8; 32] {
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
    fn a_wrapped_key_opens_only_in_its_place() {
        let wrapped = Wrap::new(&[1; 32]).wrap("kek/1", &[9; 32]);

        assert_eq!(Wrap::new(&[1; 32]).unwrap("kek/1", &wrapped), Some([9; 32]));
        assert_eq!(Wrap::new(&[1; 32]).unwrap("kek/2", &wrapped), None);
        assert_eq!(Wrap::new(&[2; 32]).unwrap("kek/1", &wrapped), None);
        for bad in ["", "w1:", "w1:AAAA", &wrapped[..wrapped.len() - 4]] {
            assert_eq!(Wrap::new(&[1; 32]).unwrap("kek/1", bad), None, "{bad}");
        }
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
