//! The bearer token of an agent (2.05). We keep its digest alone.

use std::fmt;

use aws_lc_rs::{constant_time, digest, rand};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

use crate::{Agent, Refusal};

/// 256 random bits.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A new one from the operating system's randomness.
    ///
    /// # Errors
    /// [`Refusal::Token`] when there is none.
    pub fn random() -> Result<Self, Refusal> {
        let mut bytes = [0; 32];
        rand::fill(&mut bytes).map_err(|_| Refusal::Token)?;
        Ok(Self(BASE64_URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// What the agent is told, once.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored, and looked for.
    pub fn digest(&self) -> [u8; 32] {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest::digest(&digest::SHA256, self.0.as_bytes()).as_ref());
        hash
    }

    /// It is the one of this digest.
    pub fn is(&self, digest: &[u8; 32]) -> bool {
        constant_time::verify_slices_are_equal(&self.digest(), digest).is_ok()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The token in an `Authorization` header (RFC 6750 §2.1).
///
/// # Errors
/// [`Refusal::Token`].
pub fn bearer(header: Option<&str>) -> Result<Token, Refusal> {
    let (scheme, token) = header.and_then(|text| text.split_once(' ')).ok_or(Refusal::Token)?;
    let token = token.trim();
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    if !scheme.eq_ignore_ascii_case("bearer")
        || token.is_empty()
        || token.len() > 200
        || !token.bytes().all(fits)
    {
        return Err(Refusal::Token);
    }
    Ok(Token(token.to_owned()))
}

/// The token's agent asks about itself (2.06.1), or about a request that it made (2.02.1).
///
/// # Errors
/// [`Refusal::NotOwn`].
pub fn is_own(agent: &Agent, asked: &str) -> Result<(), Refusal> {
    if agent.id == asked { Ok(()) } else { Err(Refusal::NotOwn) }
}
