//! Signed messages: base64 of libsodium's combined mode, a signature and then the message (3.07.1).

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use crate::Refusal;

/// Bytes of a body at most; a longer one need not be read to its end.
pub const BODY_MAX: usize = 64 * 1024;
const SIGNATURE: usize = 64;

/// Padding is not insisted on, anything else is.
pub(crate) const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// An agent's public Ed25519 key (RFC 8032).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct VerifyKey(pub [u8; 32]);

impl VerifyKey {
    /// Reads it as the directory writes it since 0.9.1: base64.
    pub fn read(text: &str) -> Option<Self> {
        BASE64.decode(text.trim()).ok()?.try_into().ok().map(Self)
    }
}

/// The message in a body, if this key signed it.
pub(crate) fn verified(body: &[u8], key: &VerifyKey) -> Result<Vec<u8>, Refusal> {
    if body.len() > BODY_MAX {
        return Err(Refusal::TooLarge);
    }
    // Some encoders break lines.
    let text: Vec<u8> = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let mut signed = BASE64.decode(text).map_err(|_| Refusal::Encoding)?;
    if signed.len() <= SIGNATURE {
        return Err(Refusal::Encoding);
    }
    let message = signed.split_off(SIGNATURE);
    UnparsedPublicKey::new(&ED25519, &key.0)
        .verify(&message, &signed)
        .map_err(|_| Refusal::Signature)?;
    Ok(message)
}
