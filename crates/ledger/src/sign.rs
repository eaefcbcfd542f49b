//! Signing and checking documents.

use std::{fmt, str::FromStr};

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use serde_json::{Map, Value, json};

use crate::canonical;

const TAG: &str = "privet-document-v1\n";
const SCHEME: &str = "ed25519:";

/// An Ed25519 public key; its text is `ed25519:` and 43 characters of base64url.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// The 32 bytes of RFC 8032.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// From 32 bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}", BASE64.encode(self.0))
    }
}

impl FromStr for PublicKey {
    type Err = VerifyError;

    fn from_str(text: &str) -> Result<Self, VerifyError> {
        let body = text.trim().strip_prefix(SCHEME).ok_or(VerifyError::Key)?;
        let bytes = BASE64.decode(body).map_err(|_| VerifyError::Key)?;
        bytes.try_into().map(Self).map_err(|_| VerifyError::Key)
    }
}

/// Signs documents for a deployment. `Debug` prints the public key only.
pub struct Signer {
    pair: Ed25519KeyPair,
    public: PublicKey,
}

/// A seed for a new [`Signer`]; `None` when the system gives no random numbers.
pub fn new_seed() -> Option<[u8; 32]> {
    let mut seed = [0; 32];
    aws_lc_rs::rand::fill(&mut seed).ok().map(|()| seed)
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.public)
    }
}

impl Signer {
    /// From 32 secret bytes (RFC 8032 §5.1.5); the same bytes give the same key.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let Ok(pair) = Ed25519KeyPair::from_seed_unchecked(seed) else {
            unreachable!("any 32 bytes are an Ed25519 seed")
        };
        let mut public = [0_u8; 32];
        public.copy_from_slice(pair.public_key().as_ref());
        Self { pair, public: PublicKey(public) }
    }

    /// The key that checks what this signs; to be published.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// A bare signature over bytes, for forms that say themselves what is signed.
    pub(crate) fn raw(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }

    /// The document with its `proof`. Signing the same document twice gives the same text.
    pub fn sign(&self, mut document: Map<String, Value>) -> Value {
        document.remove("proof");
        let document = Value::Object(document);
        let signature = self.pair.sign(&message(&document));
        let Value::Object(mut document) = document else { unreachable!("made two lines above") };
        document.insert(
            "proof".to_owned(),
            json!({
                "type": "Ed25519",
                "key": self.public.to_string(),
                "signature": BASE64.encode(signature.as_ref()),
            }),
        );
        Value::Object(document)
    }

    /// Signs a document that is canonical text already, cut before the member that follows `proof`:
    /// gives what [`Signer::sign`] would, as its canonical text, without reading it.
    pub fn sign_text(&self, before: &str, after: &str) -> String {
        let signature = self.pair.sign(format!("{TAG}{before}{after}").as_bytes());
        format!(
            r#"{before},"proof":{{"key":"{}","signature":"{}","type":"Ed25519"}}{after}"#,
            self.public,
            BASE64.encode(signature.as_ref()),
        )
    }
}

fn message(document: &Value) -> Vec<u8> {
    format!("{TAG}{}", canonical(document)).into_bytes()
}

/// Why a document proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// Not JSON, or not an object.
    #[error("this is not a signed document: it must be one JSON object")]
    NotADocument,
    /// No or a malformed `proof`.
    #[error("the document has no signature: its member `proof` is missing or malformed")]
    NoProof,
    /// A key is not one.
    #[error("this is not a public key: it looks like ed25519:… with 43 characters")]
    Key,
    /// Signed with another key than the expected one.
    #[error("the document is signed with another key ({0}) than the one given")]
    OtherKey(String),
    /// The signature does not belong to the content.
    #[error("the signature does not fit: the document was changed after it was signed")]
    Changed,
}

/// Checks a document's signature, and with `expected` that it is by that key; returns the key.
pub fn verify(document: &Value, expected: Option<&PublicKey>) -> Result<PublicKey, VerifyError> {
    let Value::Object(members) = document else { return Err(VerifyError::NotADocument) };
    let mut members = members.clone();
    let proof = members.remove("proof").ok_or(VerifyError::NoProof)?;
    let text = |name: &str| proof.get(name).and_then(Value::as_str).ok_or(VerifyError::NoProof);
    if text("type")? != "Ed25519" {
        return Err(VerifyError::NoProof);
    }
    let key: PublicKey = text("key")?.parse()?;
    if expected.is_some_and(|expected| *expected != key) {
        return Err(VerifyError::OtherKey(key.to_string()));
    }
    let signature = BASE64.decode(text("signature")?).map_err(|_| VerifyError::NoProof)?;
    UnparsedPublicKey::new(&ED25519, &key.0)
        .verify(&message(&Value::Object(members)), &signature)
        .map_err(|_| VerifyError::Changed)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Map<String, Value> {
        let Value::Object(map) = json!({"b": "二", "a": [1, {"y": null, "x": true}]}) else {
            unreachable!()
        };
        map
    }

    #[test]
    fn a_signed_document_proves_itself_in_any_order_of_members() {
        let signer = Signer::from_seed(&[7; 32]);
        let signed = signer.sign(document());

        let reordered: Value =
            serde_json::from_str(&serde_json::to_string_pretty(&signed).unwrap()).unwrap();

        assert_eq!(verify(&reordered, Some(signer.public())).as_ref(), Ok(signer.public()));
        assert_eq!(signer.sign(document()), signed, "signing is repeatable");
    }

    #[test]
    fn a_canonical_text_is_signed_as_its_document_is() {
        let signer = Signer::from_seed(&[7; 32]);
        let (before, after) = (r#"{"a":[1,"二"],"b":true"#, r#","z":null}"#);
        let Value::Object(map) = serde_json::from_str(&format!("{before}{after}")).unwrap() else {
            unreachable!()
        };

        let text = signer.sign_text(before, after);

        assert_eq!(text, canonical(&signer.sign(map)));
    }

    #[test]
    fn any_change_another_key_and_no_proof_are_told() {
        let signer = Signer::from_seed(&[7; 32]);
        let other = Signer::from_seed(&[8; 32]);
        let signed = signer.sign(document());

        let mut changed = signed.clone();
        changed["b"] = json!("三");
        assert_eq!(verify(&changed, None), Err(VerifyError::Changed));

        let mut more = signed.clone();
        more["c"] = json!(1);
        assert_eq!(verify(&more, None), Err(VerifyError::Changed));

        let mut swapped = signed.clone();
        swapped["proof"]["key"] = json!(other.public().to_string());
        assert_eq!(verify(&swapped, None), Err(VerifyError::Changed));

        assert!(matches!(verify(&signed, Some(other.public())), Err(VerifyError::OtherKey(_))));
        assert_eq!(verify(&json!({"a": 1}), None), Err(VerifyError::NoProof));
        assert_eq!(verify(&json!([1]), None), Err(VerifyError::NotADocument));
    }

    #[test]
    fn keys_are_told_from_other_text() {
        let key = Signer::from_seed(&[7; 32]).public().clone();
        assert_eq!(key.to_string().parse(), Ok(key.clone()));
        for bad in ["", "ed25519:", "ed25519:AAAA", "rsa:AAAA"] {
            assert_eq!(bad.parse::<PublicKey>(), Err(VerifyError::Key), "{bad}");
        }
    }

    #[test]
    fn the_key_is_the_one_of_rfc_8032() {
        // RFC 8032 §7.1, test 1.
        let seed = hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
        let public = hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        assert_eq!(Signer::from_seed(&seed).public(), &PublicKey(public));
    }

    fn hex(text: &str) -> [u8; 32] {
        let bytes: Vec<u8> =
            (0..32).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()).collect();
        bytes.try_into().unwrap()
    }
}
