//! Signing: `v1` is HMAC-SHA-256 with a shared secret (`whsec_…`), `v1a` Ed25519 with a key pair
//! (`whsk_…`, public half `whpk_…`). Signed is `id.timestamp.body`.

use aws_lc_rs::{
    hmac,
    rand::{SecureRandom as _, SystemRandom},
    signature::{Ed25519KeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

/// Begins a shared secret.
const SHARED: &str = "whsec_";
/// Begins a private signing key: seed and public key, 64 bytes.
const PRIVATE: &str = "whsk_";
/// Begins a public key.
const PUBLIC: &str = "whpk_";

/// What goes into `webhook-signature` for one secret.
pub type Signature = String;

/// A new secret for `hmac` (32 random bytes) or `ed25519`.
///
/// # Panics
/// When the operating system has no random numbers.
pub fn new_secret(signing: &str) -> String {
    let mut seed = [0_u8; 32];
    let filled = SystemRandom::new().fill(&mut seed);
    assert!(filled.is_ok(), "without random numbers there is no secret");
    if signing != "ed25519" {
        return format!("{SHARED}{}", BASE64.encode(seed));
    }
    let Ok(pair) = Ed25519KeyPair::from_seed_unchecked(&seed) else {
        unreachable!("every 32 bytes are a seed of Ed25519 (RFC 8032 §5.1.5)")
    };
    let both: Vec<u8> = seed.iter().chain(pair.public_key().as_ref()).copied().collect();
    format!("{PRIVATE}{}", BASE64.encode(both))
}

/// What the receiver is given: the shared secret itself, or the public key.
pub fn for_receiver(secret: &str) -> String {
    match private_key(secret) {
        Some(bytes) => format!("{PUBLIC}{}", BASE64.encode(&bytes[32..])),
        None => secret.to_owned(),
    }
}

fn private_key(secret: &str) -> Option<Vec<u8>> {
    let bytes = BASE64.decode(secret.strip_prefix(PRIVATE)?).ok()?;
    (bytes.len() == 64).then_some(bytes)
}

/// Signs with every secret; the header's value, or `None` when no secret is usable.
pub fn sign(secrets: &[String], id: &str, timestamp: i64, body: &[u8]) -> Option<Signature> {
    let mut text = format!("{id}.{timestamp}.").into_bytes();
    text.extend_from_slice(body);
    let all: Vec<String> = secrets.iter().filter_map(|secret| one(secret, &text)).collect();
    (!all.is_empty()).then(|| all.join(" "))
}

fn one(secret: &str, text: &[u8]) -> Option<String> {
    if let Some(bytes) = private_key(secret) {
        let pair = Ed25519KeyPair::from_seed_unchecked(&bytes[..32]).ok()?;
        return Some(format!("v1a,{}", BASE64.encode(pair.sign(text).as_ref())));
    }
    let key = BASE64.decode(secret.strip_prefix(SHARED)?).ok()?;
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), text);
    Some(format!("v1,{}", BASE64.encode(tag.as_ref())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's own libraries (standard-webhooks, test of the Python one).
    #[test]
    fn the_specification_s_example_is_signed_the_same() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned();
        let body = br#"{"test": 2432232314}"#;

        let signed = sign(&[secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);

        assert_eq!(signed.unwrap(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn two_secrets_give_two_signatures_and_a_broken_one_none() {
        let secrets = [new_secret("hmac"), new_secret("hmac")];

        let signed = sign(&secrets, "evt_1", 1, b"{}").unwrap();

        assert_eq!(signed.split(' ').count(), 2);
        assert_eq!(signed.split(' ').next(), sign(&secrets[..1], "evt_1", 1, b"{}").as_deref());
        assert_eq!(sign(&["whsec_%%".into(), "x".into()], "evt_1", 1, b"{}"), None);
    }

    #[test]
    fn an_asymmetric_signature_is_verified_with_the_public_key_alone() {
        let secret = new_secret("ed25519");
        let public = for_receiver(&secret);

        let signed = sign(&[secret], "evt_1", 7, b"{}").unwrap();

        let key = BASE64.decode(public.strip_prefix(PUBLIC).unwrap()).unwrap();
        let signature = BASE64.decode(signed.strip_prefix("v1a,").unwrap()).unwrap();
        aws_lc_rs::signature::UnparsedPublicKey::new(&aws_lc_rs::signature::ED25519, key)
            .verify(b"evt_1.7.{}", &signature)
            .unwrap();
    }
}
