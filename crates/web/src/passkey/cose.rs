//! Public keys as authenticators write them: COSE_Key (RFC 9052 §7, RFC 9053), with the three
//! algorithms that devices in use offer.

use aws_lc_rs::signature;
use ciborium::Value;

/// COSE numbers of the algorithms, best first: ES256, EdDSA, RS256 (Windows Hello on old hardware).
pub(super) const ALGORITHMS: [i64; 3] = [-7, -8, -257];

/// A public key that can check signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    /// ECDSA with P-256 and SHA-256: the point, uncompressed.
    Es256(Vec<u8>),
    /// Ed25519.
    EdDsa(Vec<u8>),
    /// RSA PKCS#1 1.5 with SHA-256: modulus and exponent.
    Rs256 { n: Vec<u8>, e: Vec<u8> },
}

impl Key {
    /// Reads a key; `None` for other kinds, curves and lengths.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let map = super::ceremony::cbor(&mut &*bytes)?;
        let field = |label: i64| {
            let wanted = Value::from(label);
            map.as_map()?.iter().find(|(key, _)| *key == wanted).map(|(_, value)| value)
        };
        let number = |label| field(label)?.as_integer().and_then(|n| i64::try_from(n).ok());
        let text = |label| field(label)?.as_bytes().cloned();
        // Labels: 1 kind, 3 algorithm; then by kind -1 curve or n, -2 x or e, -3 y.
        match (number(1)?, number(3)?) {
            (2, -7) if number(-1) == Some(1) => {
                let (x, y) = (text(-2)?, text(-3)?);
                (x.len() == 32 && y.len() == 32).then(|| Self::Es256([vec![4], x, y].concat()))
            }
            (1, -8) if number(-1) == Some(6) => text(-2).filter(|x| x.len() == 32).map(Self::EdDsa),
            (3, -257) => Some(Self::Rs256 { n: text(-1)?, e: text(-2)? }),
            _ => None,
        }
    }

    /// Whether this key made the signature over the message.
    pub fn signed(&self, message: &[u8], signed: &[u8]) -> bool {
        let plain = |how: &'static dyn signature::VerificationAlgorithm, key: &[u8]| {
            signature::UnparsedPublicKey::new(how, key).verify(message, signed).is_ok()
        };
        match self {
            Self::Es256(point) => plain(&signature::ECDSA_P256_SHA256_ASN1, point),
            Self::EdDsa(key) => plain(&signature::ED25519, key),
            Self::Rs256 { n, e } => signature::RsaPublicKeyComponents { n, e }
                .verify(&signature::RSA_PKCS1_2048_8192_SHA256, message, signed)
                .is_ok(),
        }
    }
}
