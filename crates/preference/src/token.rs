//! Tokens in addresses: random ones, of which the database keeps the hash.

use aws_lc_rs::{constant_time, digest, hmac, rand};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// A fresh 256-bit secret, URL-safe.
pub fn random() -> String {
    let mut bytes = [0; 32];
    fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Six digits, each as likely as any other.
pub(crate) fn six_digits() -> String {
    loop {
        let mut bytes = [0; 4];
        fill(&mut bytes);
        let number = u32::from_be_bytes(bytes);
        // What lies above the last whole million would make small numbers likelier.
        if number < u32::MAX - u32::MAX % 1_000_000 {
            return format!("{:06}", number % 1_000_000);
        }
    }
}

fn fill(bytes: &mut [u8]) {
    assert!(rand::fill(bytes).is_ok(), "the system has no random numbers");
}

/// What is stored of a token: enough to recognise it, useless to a reader of the database.
pub fn hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, token.as_bytes()))
}

/// HMAC-SHA-256 of the parts, length-prefixed so that no two lists collide.
pub(crate) fn mac(key: &[u8; 32], parts: &[&str]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    let mut context = hmac::Context::with_key(&key);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part.as_bytes());
    }
    URL_SAFE_NO_PAD.encode(context.sign())
}

/// Compares without telling by its duration where the difference is.
pub(crate) fn same(a: &str, b: &str) -> bool {
    constant_time::verify_slices_are_equal(a.as_bytes(), b.as_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_long_and_codes_have_six_digits() {
        assert_eq!(random().len(), 43);
        assert_ne!(random(), random());
        for _ in 0..1000 {
            let code = six_digits();
            assert!(code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()), "{code}");
        }
    }
}
