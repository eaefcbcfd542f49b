//! Encrypting what was found, so that who has the key can have it back.
//!
//! Two forms. Ours is AES-GCM (NIST SP 800-38D): `gcm1.` and, in URL-safe base64, nonce, ciphertext and
//! tag; a changed text does not decrypt. The other is Presidio's, AES-CBC with PKCS#7 padding: URL-safe
//! base64 of IV and ciphertext. It is not authenticated and is here so that texts encrypted there can
//! be decrypted here, and the other way round.

use aws_lc_rs::{
    aead::{AES_128_GCM, AES_192_GCM, AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    cipher::{
        AES_128, AES_192, AES_256, DecryptionContext, PaddedBlockDecryptingKey,
        PaddedBlockEncryptingKey, UnboundCipherKey,
    },
    iv::FixedLength,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE};

/// Begins a text in our form.
const OURS: &str = "gcm1.";
const IV: usize = 16;

/// A key of 16, 24 or 32 bytes. Prints nothing.
#[derive(Clone)]
pub(crate) struct CryptKey(Vec<u8>);

/// It did not work: wrong key, or not a text that was encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoText;

impl CryptKey {
    /// `None` for any other length.
    pub(crate) fn new(text: &str) -> Option<Self> {
        matches!(text.len(), 16 | 24 | 32).then(|| Self(text.as_bytes().to_vec()))
    }

    /// Our form.
    pub(crate) fn seal(&self, text: &str) -> Result<String, NoText> {
        let mut bytes = text.as_bytes().to_vec();
        // 96 random bits for each text: SP 800-38D §8.2.2 allows 2³² texts under one key.
        let mut random = [0; NONCE_LEN];
        aws_lc_rs::rand::fill(&mut random).map_err(|_| NoText)?;
        let nonce = Nonce::assume_unique_for_key(random);
        self.gcm()?
            .seal_in_place_append_tag(nonce, Aad::empty(), &mut bytes)
            .map_err(|_| NoText)?;
        let whole = [random.as_slice(), &bytes].concat();
        Ok(format!("{OURS}{}", URL_SAFE.encode(whole)))
    }

    /// Presidio's form.
    pub(crate) fn seal_cbc(&self, text: &str) -> Result<String, NoText> {
        let key = PaddedBlockEncryptingKey::cbc_pkcs7(self.cbc()?).map_err(|_| NoText)?;
        let mut bytes = text.as_bytes().to_vec();
        let DecryptionContext::Iv128(iv) = key.encrypt(&mut bytes).map_err(|_| NoText)? else {
            return Err(NoText);
        };
        Ok(URL_SAFE.encode([iv.as_ref().as_slice(), &bytes].concat()))
    }

    /// Either form.
    pub(crate) fn open(&self, text: &str) -> Result<String, NoText> {
        let plain = match text.strip_prefix(OURS) {
            Some(rest) => self.open_gcm(&decoded(rest)?)?,
            None => self.open_cbc(&decoded(text)?)?,
        };
        String::from_utf8(plain).map_err(|_| NoText)
    }

    fn open_gcm(&self, bytes: &[u8]) -> Result<Vec<u8>, NoText> {
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN).ok_or(NoText)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| NoText)?;
        let mut sealed = sealed.to_vec();
        let plain =
            self.gcm()?.open_in_place(nonce, Aad::empty(), &mut sealed).map_err(|_| NoText)?;
        Ok(plain.to_vec())
    }

    fn open_cbc(&self, bytes: &[u8]) -> Result<Vec<u8>, NoText> {
        let (iv, sealed) = bytes.split_at_checked(IV).ok_or(NoText)?;
        let iv: [u8; IV] = iv.try_into().map_err(|_| NoText)?;
        let key = PaddedBlockDecryptingKey::cbc_pkcs7(self.cbc()?).map_err(|_| NoText)?;
        let mut sealed = sealed.to_vec();
        let context = DecryptionContext::Iv128(FixedLength::from(iv));
        Ok(key.decrypt(&mut sealed, context).map_err(|_| NoText)?.to_vec())
    }

    fn gcm(&self) -> Result<LessSafeKey, NoText> {
        let algorithm = match self.0.len() {
            16 => &AES_128_GCM,
            24 => &AES_192_GCM,
            _ => &AES_256_GCM,
        };
        UnboundKey::new(algorithm, &self.0).map(LessSafeKey::new).map_err(|_| NoText)
    }

    fn cbc(&self) -> Result<UnboundCipherKey, NoText> {
        let algorithm = match self.0.len() {
            16 => &AES_128,
            24 => &AES_192,
            _ => &AES_256,
        };
        UnboundCipherKey::new(algorithm, &self.0).map_err(|_| NoText)
    }
}

fn decoded(text: &str) -> Result<Vec<u8>, NoText> {
    URL_SAFE.decode(text).map_err(|_| NoText)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(length: usize) -> CryptKey {
        CryptKey::new(&"WmZq4t7w!z%C&F)J@NcRfUjXn2r5u8x/"[..length]).unwrap()
    }

    #[test]
    fn both_forms_come_back_with_every_length_of_key() {
        for length in [16, 24, 32] {
            for text in ["", "13800001234", "王小明 😀"] {
                let key = key(length);
                assert_eq!(key.open(&key.seal(text).unwrap()).as_deref(), Ok(text));
                assert_eq!(key.open(&key.seal_cbc(text).unwrap()).as_deref(), Ok(text));
                assert_ne!(key.seal(text), key.seal(text), "each time another nonce");
            }
        }
        assert!(CryptKey::new("seventeen bytes!!").is_none());
    }

    #[test]
    fn a_text_of_presidio_is_read() {
        // presidio-anonymizer 2.2.366, AESCipher.encrypt(b"WmZq4t7w!z%C&F)J", "text_for_encryption")
        let sealed = "IZRKaY96FJrb0j3FlYjolmdDZXu0j8TyydGeJiBLAWR2etvxgv9XWaTnhw7zTiDA";
        assert_eq!(key(16).open(sealed).as_deref(), Ok("text_for_encryption"));
    }

    #[test]
    fn wrong_keys_and_changed_texts_do_not_open() {
        let sealed = key(16).seal("secret").unwrap();
        let other = CryptKey::new("0123456789abcdef").unwrap();
        assert_eq!(other.open(&sealed), Err(NoText));
        for broken in
            ["", "gcm1.", "gcm1.AAAA", "AAAA", "not base64 at all", &sealed[..sealed.len() - 4]]
        {
            assert_eq!(key(16).open(broken), Err(NoText), "{broken}");
        }
    }
}
