//! The deployment key and what is made from it: sealed secrets, keyed digests, derived keys. The
//! ciphers are those of the deployment's [`Profile`].

use crate::{Digest, Result, StoreError};
use aws_lc_rs::rand;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use vault::{Aead, MacKey, Prk, Profile};

/// The deployment key. `Debug` prints nothing of it.
pub(crate) struct Key {
    profile: Profile,
    prk: Prk,
    seal: Aead,
    digest: MacKey,
    head: MacKey,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    /// From its 32 bytes.
    pub(crate) fn from_root(profile: Profile, root: &[u8; 32]) -> Self {
        let prk = Prk::extract(profile, b"privet/deployment/v1", root);
        Self {
            profile,
            seal: Aead::new(profile, &prk.derive(b"store/seal")),
            digest: MacKey::new(profile, &prk.derive(b"store/digest")),
            head: MacKey::new(profile, &prk.derive(b"store/ledger-head")),
            prk,
        }
    }

    /// The deployment's ciphers.
    pub(crate) fn profile(&self) -> Profile {
        self.profile
    }

    /// What the database remembers of its key: enough to recognise it, useless to anyone else.
    pub(crate) fn check(&self) -> String {
        hex(&self.prk.derive(b"store/key-check")[..16])
    }

    pub(crate) fn derive(&self, usage: &str) -> [u8; 32] {
        // A prefix of its own keeps rooms' names apart from the store's.
        self.prk.derive(format!("use/{usage}").as_bytes())
    }

    pub(crate) fn digest(&self, bytes: &[u8]) -> Digest {
        Digest(self.digest.sign(&[bytes]))
    }

    pub(crate) fn head_mac(&self, bytes: &[u8]) -> String {
        hex(&self.head.sign(&[bytes]))
    }

    /// Form (`v1:` AES-256-GCM, `v2:` SM4-GCM) and base64(nonce ‖ ciphertext ‖ tag), with the context
    /// as associated data.
    pub(crate) fn seal(&self, context: &str, plain: &str) -> String {
        let sealed = self.seal.seal(context.as_bytes(), plain.as_bytes());
        format!("{}{}", self.form(), BASE64.encode(sealed))
    }

    pub(crate) fn unseal(&self, context: &str, sealed: &str) -> Result<String> {
        let wrong = |why: &str| StoreError::Sealed(why.into());
        let body = sealed.strip_prefix(self.form()).ok_or_else(|| wrong("its form is unknown"))?;
        let bytes = BASE64.decode(body).map_err(|_| wrong("it is not base64"))?;
        let plain = self.seal.open(context.as_bytes(), &bytes);
        let plain =
            plain.ok_or_else(|| wrong("it was sealed with another key or for another use"))?;
        String::from_utf8(plain).map_err(|_| wrong("it is not text"))
    }

    fn form(&self) -> &'static str {
        match self.profile {
            Profile::International => "v1:",
            Profile::National => "v2:",
        }
    }
}

/// 32 random bytes.
pub(crate) fn random() -> Result<[u8; 32]> {
    let mut bytes = [0; 32];
    let filled = rand::fill(&mut bytes);
    filled.map_err(|_| StoreError::Keys("the system has no random numbers".into()))?;
    Ok(bytes)
}

/// A key that wraps keys: a random nonce, the place of the wrapped key as associated data.
pub(crate) struct Wrap {
    profile: Profile,
    key: Aead,
}

/// How what a profile wrapped begins.
const WRAPPED: [(Profile, &str); 2] = [(Profile::International, "w1:"), (Profile::National, "w2:")];

/// The profile that wrapped a key.
pub(crate) fn wrapped_with(wrapped: &str) -> Option<Profile> {
    WRAPPED.into_iter().find(|(_, form)| wrapped.starts_with(form)).map(|(profile, _)| profile)
}

impl Wrap {
    pub(crate) fn new(profile: Profile, key: &[u8; 32]) -> Self {
        Self { profile, key: Aead::new(profile, key) }
    }

    /// `w1:` (AES-256-GCM) or `w2:` (SM4-GCM) + base64(nonce ‖ ciphertext ‖ tag).
    pub(crate) fn wrap(&self, context: &str, key: &[u8; 32]) -> String {
        let sealed = self.key.seal(context.as_bytes(), key);
        format!("{}{}", self.form(), BASE64.encode(sealed))
    }

    /// `None` when another key wrapped it, or for another place.
    pub(crate) fn unwrap(&self, context: &str, wrapped: &str) -> Option<[u8; 32]> {
        let bytes = BASE64.decode(wrapped.strip_prefix(self.form())?).ok()?;
        self.key.open(context.as_bytes(), &bytes)?.try_into().ok()
    }

    fn form(&self) -> &'static str {
        match self.profile {
            Profile::International => WRAPPED[0].1,
            Profile::National => WRAPPED[1].1,
        }
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let digit = |half: u8| DIGITS[usize::from(half & 15)];
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
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
        Key::from_root(Profile::International, &[byte; 32])
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

    fn wrap(byte: u8) -> Wrap {
        Wrap::new(Profile::International, &[byte; 32])
    }

    #[test]
    fn the_national_profile_seals_digests_and_derives_otherwise() {
        let (aes, sm) = (key(1), Key::from_root(Profile::National, &[1; 32]));
        let sealed = sm.seal("c", "secret");

        assert!(sealed.starts_with("v2:"));
        assert_eq!(sm.unseal("c", &sealed).unwrap(), "secret");
        assert!(aes.unseal("c", &sealed).is_err() && sm.unseal("d", &sealed).is_err());
        assert_ne!(aes.digest(b"x").0, sm.digest(b"x").0);
        assert_ne!(aes.derive("vault"), sm.derive("vault"));
        let wrapped = Wrap::new(Profile::National, &[1; 32]).wrap("kek/1", &[9; 32]);
        assert_eq!(wrapped_with(&wrapped), Some(Profile::National));
        assert_eq!(wrap(1).unwrap("kek/1", &wrapped.replace("w2:", "w1:")), None);
    }

    #[test]
    fn a_wrapped_key_opens_only_in_its_place() {
        let wrapped = wrap(1).wrap("kek/1", &[9; 32]);

        assert_eq!(wrap(1).unwrap("kek/1", &wrapped), Some([9; 32]));
        assert_eq!(wrap(1).unwrap("kek/2", &wrapped), None);
        assert_eq!(wrap(2).unwrap("kek/1", &wrapped), None);
        for bad in ["", "w1:", "w1:AAAA", &wrapped[..wrapped.len() - 4]] {
            assert_eq!(wrap(1).unwrap("kek/1", bad), None, "{bad}");
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
