//! Random tokens, keyed digests and constant-time comparison.

use aws_lc_rs::{constant_time, digest, hmac, rand};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// A fresh 256-bit secret, URL-safe.
pub fn random_token() -> String {
    let mut bytes = [0; 32];
    fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Fills with random bytes. The system's generator failing leaves nothing safe to do, so it panics,
/// which the server turns into an error page.
pub fn fill(bytes: &mut [u8]) {
    assert!(rand::fill(bytes).is_ok(), "the system's random generator failed");
}

/// What is stored of a token: enough to recognise it, useless to a reader of the database.
pub fn hash_token(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, token.as_bytes()))
}

/// HMAC-SHA-256 of the parts (length-prefixed, so that no two lists collide).
pub fn mac(key: &[u8; 32], parts: &[&str]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    let mut context = hmac::Context::with_key(&key);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part.as_bytes());
    }
    URL_SAFE_NO_PAD.encode(context.sign())
}

/// Compares without telling by its duration where the difference is.
pub fn same(a: &str, b: &str) -> bool {
    constant_time::verify_slices_are_equal(a.as_bytes(), b.as_bytes()).is_ok()
}
