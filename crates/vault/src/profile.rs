//! Which ciphers a deployment uses: the international ones, or the national ones of China. Chosen when
//! the deployment is made, for everything that is sealed, indexed or digested in it; what a cipher is
//! comes from kept libraries (aws-lc for AES and SHA-2, RustCrypto for SM4 and SM3).

use ::hmac::{Hmac, Mac as _};
use aes_gcm::{
    AesGcm,
    aead::{Aead as _, KeyInit as _, Payload, consts::U12},
};
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hkdf, hmac, rand,
};
use sm3::Sm3;
use sm4::Sm4;

/// The ciphers of a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Profile {
    /// AES-256-GCM, HMAC-SHA-256, HKDF-SHA-256.
    #[default]
    International,
    /// SM4-GCM (RFC 8998 §3.2, GB/T 32907), HMAC-SM3 and HKDF-SM3 (GB/T 32905).
    National,
}

impl Profile {
    /// How the configuration and the command line name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::International => "international",
            Self::National => "sm",
        }
    }

    /// From its name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::International, Self::National].into_iter().find(|one| one.as_str() == name)
    }
}

/// 96 bits, random (NIST SP 800-38D §8.2.2).
pub(crate) const NONCE: usize = 12;
const TAG: usize = 16;

/// A key that seals.
pub struct Aead(Cipher);

enum Cipher {
    Aes(LessSafeKey),
    Sm4(Box<AesGcm<Sm4, U12>>),
}

impl std::fmt::Debug for Aead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Aead(…)")
    }
}

impl Aead {
    /// From 32 bytes. SM4 has keys of 128 bits and takes the first half: all of them come from a key
    /// derivation or a random generator, so any 16 bytes of one are as good as others.
    pub fn new(profile: Profile, key: &[u8; 32]) -> Self {
        Self(match profile {
            Profile::International => {
                let Ok(key) = UnboundKey::new(&AES_256_GCM, key) else {
                    unreachable!("AES-256 takes any 32 bytes")
                };
                Cipher::Aes(LessSafeKey::new(key))
            }
            Profile::National => {
                let mut half = [0; 16];
                half.copy_from_slice(&key[..16]);
                Cipher::Sm4(Box::new(AesGcm::new(&half.into())))
            }
        })
    }

    /// nonce ‖ ciphertext ‖ tag; the nonce is random.
    #[allow(clippy::missing_panics_doc)] // The assertions cannot fail; see there.
    pub fn seal(&self, context: &[u8], plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        assert!(rand::fill(&mut nonce).is_ok(), "aws-lc aborts without entropy");
        let mut out = Vec::with_capacity(NONCE + plain.len() + TAG);
        out.extend_from_slice(&nonce);
        match &self.0 {
            Cipher::Aes(key) => {
                out.extend_from_slice(plain);
                let nonce = Nonce::assume_unique_for_key(nonce);
                let body = &mut out[NONCE..];
                let Ok(tag) = key.seal_in_place_separate_tag(nonce, Aad::from(context), body)
                else {
                    unreachable!("AES-256-GCM cannot fail below 64 GiB")
                };
                out.extend_from_slice(tag.as_ref());
            }
            Cipher::Sm4(key) => {
                let sealed = key.encrypt(&nonce.into(), Payload { msg: plain, aad: context });
                let Ok(sealed) = sealed else { unreachable!("GCM cannot fail below 64 GiB") };
                out.extend_from_slice(&sealed);
            }
        }
        out
    }

    /// Opens what [`Aead::seal`] sealed; `None` for another key, another context, or damage.
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        self.open_owned(context, sealed.to_vec())
    }

    /// The same where the sealed bytes are the caller's to give: the text comes back in their place.
    pub(crate) fn open_owned(&self, context: &[u8], mut sealed: Vec<u8>) -> Option<Vec<u8>> {
        let (nonce, body) = sealed.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        match &self.0 {
            Cipher::Aes(key) => {
                let nonce = Nonce::assume_unique_for_key(nonce);
                let aad = Aad::from(context);
                let plain = key.open_within(nonce, aad, &mut sealed, NONCE..).ok()?.len();
                sealed.truncate(plain);
                Some(sealed)
            }
            Cipher::Sm4(key) => {
                key.decrypt(&nonce.into(), Payload { msg: body, aad: context }).ok()
            }
        }
    }
}

/// A key that signs by HMAC (RFC 2104).
#[derive(Clone)]
pub struct MacKey(Hash);

#[derive(Clone)]
enum Hash {
    Sha(Box<hmac::Key>),
    Sm3(Box<Hmac<Sm3>>),
}

impl std::fmt::Debug for MacKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MacKey(…)")
    }
}

impl MacKey {
    /// From 32 bytes.
    pub fn new(profile: Profile, key: &[u8; 32]) -> Self {
        Self(match profile {
            Profile::International => Hash::Sha(Box::new(hmac::Key::new(hmac::HMAC_SHA256, key))),
            Profile::National => Hash::Sm3(Box::new(sm3(key))),
        })
    }

    /// The tag over the parts one after another.
    pub fn sign(&self, parts: &[&[u8]]) -> [u8; 32] {
        match &self.0 {
            Hash::Sha(key) => {
                let mut context = hmac::Context::with_key(key);
                for part in parts {
                    context.update(part);
                }
                let mut tag = [0; 32];
                tag.copy_from_slice(context.sign().as_ref());
                tag
            }
            Hash::Sm3(key) => {
                let mut key = (**key).clone();
                for part in parts {
                    key.update(part);
                }
                key.finalize().into_bytes().into()
            }
        }
    }
}

/// HMAC with SM3, its key's blocks digested.
pub(crate) fn sm3(key: &[u8; 32]) -> Hmac<Sm3> {
    let Ok(key) = Hmac::<Sm3>::new_from_slice(key) else {
        unreachable!("HMAC takes keys of any length (RFC 2104 §2)")
    };
    key
}

/// A secret from which keys are derived (RFC 5869).
pub struct Prk(Extracted);

enum Extracted {
    Sha(hkdf::Prk),
    Sm3(::hkdf::Hkdf<Sm3>),
}

impl std::fmt::Debug for Prk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Prk(…)")
    }
}

struct Len32;
impl hkdf::KeyType for Len32 {
    fn len(&self) -> usize {
        32
    }
}

impl Prk {
    /// HKDF's first half.
    pub fn extract(profile: Profile, salt: &[u8], secret: &[u8; 32]) -> Self {
        Self(match profile {
            Profile::International => {
                Extracted::Sha(hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(secret))
            }
            Profile::National => Extracted::Sm3(::hkdf::Hkdf::new(Some(salt), secret)),
        })
    }

    /// HKDF's second half: the key of a named use.
    #[allow(clippy::missing_panics_doc)] // The assertion cannot fail; see there.
    pub fn derive(&self, usage: &[u8]) -> [u8; 32] {
        let mut out = [0_u8; 32];
        let filled = match &self.0 {
            Extracted::Sha(prk) => {
                prk.expand(&[usage], Len32).and_then(|okm| okm.fill(&mut out)).is_ok()
            }
            Extracted::Sm3(prk) => prk.expand(usage, &mut out).is_ok(),
        };
        assert!(filled, "HKDF gives up to 255 blocks (8160 bytes), and 32 are asked for");
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
        let byte = |pair: &[char]| u8::from_str_radix(&String::from_iter(pair), 16).unwrap();
        digits.chunks(2).map(byte).collect()
    }

    #[test]
    fn sm4_gcm_gives_what_rfc_8998_says() {
        // Appendix A.1.
        let mut key = [0; 32];
        key[..16].copy_from_slice(&hex("0123456789ABCDEFFEDCBA9876543210"));
        let nonce = hex("00001234567800000000ABCD");
        let aad = hex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2");
        let plain = hex("AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDD
            EEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA");
        let sealed = hex("17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735
            D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D
            83DE3541E4C2B58177E065A9BF7B62EC");
        let aead = Aead::new(Profile::National, &key);

        let all = [nonce.clone(), sealed.clone()].concat();
        assert_eq!(aead.open(&aad, &all).unwrap(), plain);
        let Cipher::Sm4(cipher) = &aead.0 else { panic!("the national profile is SM4") };
        let nonce: [u8; 12] = nonce.try_into().unwrap();
        let ours = cipher.encrypt(&nonce.into(), Payload { msg: &plain, aad: &aad }).unwrap();
        assert_eq!(ours, sealed);
    }

    #[test]
    fn hmac_and_hkdf_with_sm3_give_what_openssl_gives() {
        // OpenSSL 3.0: printf 'email\x1fli@example.com' | openssl dgst -sm3 -mac hmac
        // -macopt hexkey:0b0b…; openssl kdf -keylen 32 -kdfopt digest:SM3 -kdfopt hexkey:0b0b…
        // -kdfopt salt:privet/vault/v1 -kdfopt info:index HKDF.
        let tag = MacKey::new(Profile::National, &[0x0b; 32]);
        let tag = tag.sign(&[b"email", &[0x1f], b"li@example.com"]);
        assert_eq!(
            tag.to_vec(),
            hex("22416185167f856a5331f851e134d5f417f481bf651f79d91835dfd743b06aea")
        );
        let prk = Prk::extract(Profile::National, b"privet/vault/v1", &[0x0b; 32]);
        assert_eq!(
            prk.derive(b"index").to_vec(),
            hex("A47CF39B36D14AF1DE1E9FA8E46F8BDDE72F9380E7913EDD7FAEA61A8704ECF3")
        );
    }

    #[test]
    fn what_one_profile_sealed_the_other_does_not_open() {
        let (aes, sm4) =
            (Aead::new(Profile::International, &[7; 32]), Aead::new(Profile::National, &[7; 32]));
        assert_eq!(sm4.open(b"c", &aes.seal(b"c", b"x")), None);
        assert_eq!(aes.open(b"c", &sm4.seal(b"c", b"x")), None);
        for one in [Profile::International, Profile::National] {
            assert_eq!(Profile::parse(one.as_str()), Some(one));
        }
    }

    proptest! {
        #[test]
        fn bytes_come_back_under_their_context_only(
            plain in prop::collection::vec(any::<u8>(), 0..200), key: [u8; 32], at: usize, sm: bool,
        ) {
            let profile = if sm { Profile::National } else { Profile::International };
            let aead = Aead::new(profile, &key);
            let sealed = aead.seal(b"table/column/s1", &plain);
            let opened = aead.open(b"table/column/s1", &sealed);
            prop_assert_eq!(opened.as_deref(), Some(&plain[..]));
            prop_assert_eq!(aead.open(b"table/column/s2", &sealed), None);
            let mut damaged = sealed;
            let at = at % damaged.len();
            damaged[at] ^= 1;
            prop_assert_eq!(aead.open(b"table/column/s1", &damaged), None);
            damaged.truncate(at);
            prop_assert_eq!(aead.open(b"table/column/s1", &damaged), None);
        }
    }
}
