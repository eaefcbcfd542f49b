//! Documents that prove something to whoever holds them, without asking us: a JSON object signed with
//! Ed25519 over its canonical form. It does no I/O and knows no room. Callers need [`Signer`],
//! [`verify`] and [`PublicKey`].
//!
//! A signed document is the JSON object itself with one more member:
//! `"proof": {"type": "Ed25519", "key": "ed25519:BASE64URL", "signature": "BASE64URL"}`. What is
//! signed is the text `privet-document-v1` and a line feed, followed by the canonical JSON (RFC 8785)
//! of the object without `proof`.

mod canonical;
mod sign;

pub use canonical::canonical;
pub use sign::{PublicKey, Signer, VerifyError, verify};

use sha2::{Digest as _, Sha256};

/// SHA-256 of bytes in lower-case hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
