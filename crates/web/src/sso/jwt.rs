//! Signed tokens (RFC 7519) with the four signatures providers use; `none` and shared-secret
//! signatures are not among them (RFC 8725 §3.1).

use super::SsoFault;
use aws_lc_rs::signature;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::Value;

/// Clocks may differ by so many seconds.
const SKEW: i64 = 60;

/// A published key (RFC 7517).
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Key {
    #[serde(default)]
    pub kid: String,
    kty: String,
    #[serde(default, rename = "use")]
    usage: String,
    #[serde(default)]
    alg: String,
    #[serde(default)]
    crv: String,
    #[serde(default)]
    n: String,
    #[serde(default)]
    e: String,
    #[serde(default)]
    x: String,
    #[serde(default)]
    y: String,
}

impl Key {
    /// Whether the key made the signature under this algorithm.
    fn signed(&self, alg: &str, message: &[u8], signed: &[u8]) -> bool {
        if self.usage == "enc" || (!self.alg.is_empty() && self.alg != alg) {
            return false;
        }
        match (alg, self.kty.as_str(), self.crv.as_str()) {
            ("RS256", "RSA", _) => {
                self.rsa(&signature::RSA_PKCS1_2048_8192_SHA256, message, signed)
            }
            ("PS256", "RSA", _) => self.rsa(&signature::RSA_PSS_2048_8192_SHA256, message, signed),
            ("ES256", "EC", "P-256") => {
                let point = [&[4][..], &bytes(&self.x), &bytes(&self.y)].concat();
                let key =
                    signature::UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point);
                key.verify(message, signed).is_ok()
            }
            ("EdDSA", "OKP", "Ed25519") => {
                let key = signature::UnparsedPublicKey::new(&signature::ED25519, bytes(&self.x));
                key.verify(message, signed).is_ok()
            }
            _ => false,
        }
    }

    fn rsa(&self, how: &'static signature::RsaParameters, message: &[u8], signed: &[u8]) -> bool {
        let parts = signature::RsaPublicKeyComponents { n: bytes(&self.n), e: bytes(&self.e) };
        parts.verify(how, message, signed).is_ok()
    }
}

fn bytes(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap_or_default()
}

/// A token taken apart, not yet believed.
pub(super) struct Unverified<'a> {
    pub kid: String,
    alg: String,
    message: &'a str,
    signed: Vec<u8>,
    claims: Value,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    kid: String,
}

impl<'a> Unverified<'a> {
    pub fn parse(text: &'a str) -> Result<Self, SsoFault> {
        let wrong = || SsoFault::Token("it is no signed token");
        let (message, signed) = text.rsplit_once('.').ok_or_else(wrong)?;
        let (header, claims) = message.split_once('.').ok_or_else(wrong)?;
        let part = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| wrong());
        let header: Header = serde_json::from_slice(&part(header)?).map_err(|_| wrong())?;
        let claims = serde_json::from_slice(&part(claims)?).map_err(|_| wrong())?;
        let signed = part(signed)?;
        Ok(Self { kid: header.kid, alg: header.alg, message, signed, claims })
    }

    /// Whether one of the keys fits the token's key id.
    pub fn has_key(&self, keys: &[Key]) -> bool {
        keys.iter().any(|key| self.kid.is_empty() || key.kid == self.kid)
    }

    /// The claims, once everything of OpenID Connect Core §3.1.3.7 holds.
    pub fn verify(
        self,
        keys: &[Key],
        issuer: &str,
        client: &str,
        nonce: &str,
        now: i64,
    ) -> Result<Value, SsoFault> {
        let fits = |key: &&Key| self.kid.is_empty() || key.kid == self.kid;
        let mut fitting = keys.iter().filter(fits);
        if !fitting.any(|key| key.signed(&self.alg, self.message.as_bytes(), &self.signed)) {
            return Err(SsoFault::Token("its signature is not the provider's"));
        }
        let claims = &self.claims;
        let text = |name: &str| claims[name].as_str().unwrap_or_default();
        let audience: Vec<&str> = match &claims["aud"] {
            Value::String(one) => vec![one],
            Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let for_us = audience.contains(&client)
            && (audience.len() == 1 || text("azp") == client)
            && (claims["azp"].is_null() || text("azp") == client);
        let whole = |name: &str| claims[name].as_f64().map(|seconds| seconds as i64);
        let fault = if text("iss") != issuer {
            "another issuer"
        } else if !for_us {
            "for somebody else"
        } else if whole("exp").is_none_or(|at| at + SKEW <= now) {
            "expired"
        } else if whole("iat").is_none_or(|at| at - SKEW > now) {
            "made in the future"
        } else if !crate::secret::same(text("nonce"), nonce) {
            "made for another sign-in"
        } else if text("sub").is_empty() {
            "about nobody"
        } else {
            return Ok(self.claims);
        };
        Err(SsoFault::Token(fault))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
    use serde_json::json;

    const NOW: i64 = 1_800_000_000;

    fn key_of(pair: &Ed25519KeyPair) -> Key {
        let x = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
        serde_json::from_value(json!({"kid":"k","kty":"OKP","crv":"Ed25519","x":x})).unwrap()
    }

    fn token(pair: &Ed25519KeyPair, alg: &str, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&json!({"alg":alg,"kid":"k"})), part(claims));
        let signed = URL_SAFE_NO_PAD.encode(pair.sign(message.as_bytes()));
        format!("{message}.{signed}")
    }

    fn good() -> Value {
        json!({"iss":"https://id","aud":"privet","exp":NOW+300,"iat":NOW,"nonce":"n","sub":"s"})
    }

    fn check(pair: &Ed25519KeyPair, text: &str) -> Result<Value, SsoFault> {
        Unverified::parse(text)?.verify(&[key_of(pair)], "https://id", "privet", "n", NOW)
    }

    #[test]
    fn a_token_is_believed_only_if_everything_in_it_fits() {
        let pair = Ed25519KeyPair::generate().unwrap();
        assert!(check(&pair, &token(&pair, "EdDSA", &good())).is_ok());
        let wrong = [
            ("iss", json!("https://evil")),
            ("aud", json!("other")),
            ("aud", json!(["privet", "other"])),
            ("azp", json!("other")),
            ("exp", json!(NOW - 61)),
            ("exp", Value::Null),
            ("iat", json!(NOW + 61)),
            ("nonce", json!("m")),
            ("nonce", Value::Null),
            ("sub", json!("")),
        ];
        for (name, value) in wrong {
            let mut claims = good();
            claims[name] = value;
            assert!(check(&pair, &token(&pair, "EdDSA", &claims)).is_err(), "{name}");
        }
    }

    #[test]
    fn another_key_no_key_and_no_signature_are_refused() {
        let (pair, other) =
            (Ed25519KeyPair::generate().unwrap(), Ed25519KeyPair::generate().unwrap());
        assert!(check(&pair, &token(&other, "EdDSA", &good())).is_err());
        for alg in ["none", "HS256", "RS256", "ES256"] {
            assert!(check(&pair, &token(&pair, alg, &good())).is_err(), "{alg}");
        }
        let whole = token(&pair, "EdDSA", &good());
        let unsigned = &whole[..=whole.rfind('.').unwrap()];
        assert!(check(&pair, unsigned).is_err());
        for text in ["", "a.b", "a.b.c", "....", "é.é.é"] {
            assert!(check(&pair, text).is_err(), "{text}");
        }
    }
}
