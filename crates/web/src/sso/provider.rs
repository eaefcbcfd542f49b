//! The provider's published facts: its addresses and keys, asked once in a while and again when a
//! token names a key that is not known yet (rotation).

use super::{Fetch, SsoFault, jwt::Key};
use serde::{Deserialize, de::DeserializeOwned};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// Facts older than this are asked for again.
const FRESH: Duration = Duration::from_hours(1);
/// An unknown key id makes us ask at most this often: anybody can invent key ids.
const AGAIN: Duration = Duration::from_secs(10);

/// What OpenID Connect Discovery 1.0 §3 publishes and we use.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Facts {
    issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    pub token_endpoint_auth_methods_supported: Vec<String>,
}

impl Facts {
    /// A document of an https issuer may not send the code and our secret elsewhere in clear.
    fn all_https(&self) -> bool {
        [&self.authorization_endpoint, &self.token_endpoint, &self.jwks_uri]
            .iter()
            .all(|address| address.starts_with("https://"))
    }
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<serde_json::Value>,
}

#[derive(Default)]
struct Known {
    facts: Option<(Facts, Instant)>,
    keys: Option<(Vec<Key>, Instant)>,
}

pub(crate) struct Provider {
    issuer: String,
    fetch: Arc<dyn Fetch>,
    known: Mutex<Known>,
}

impl Provider {
    pub(super) fn new(issuer: String, fetch: Arc<dyn Fetch>) -> Self {
        Self { issuer, fetch, known: Mutex::default() }
    }

    pub(super) async fn facts(&self) -> Result<Facts, SsoFault> {
        let mut known = self.known.lock().await;
        if let Some((facts, at)) = &known.facts
            && at.elapsed() < FRESH
        {
            return Ok(facts.clone());
        }
        let base = self.issuer.trim_end_matches('/');
        let facts: Facts =
            self.ask(&format!("{base}/.well-known/openid-configuration"), None, None).await?;
        // Discovery §4.3: else one issuer could speak for another.
        if facts.issuer != self.issuer {
            return Err(SsoFault::Provider("its document names another issuer".into()));
        }
        if base.starts_with("https://") && !facts.all_https() {
            return Err(SsoFault::Provider("an address in its document is not https".into()));
        }
        known.facts = Some((facts.clone(), Instant::now()));
        Ok(facts)
    }

    /// The keys; asked for anew where `fits` says that the known ones do not do.
    pub(super) async fn keys(&self, fits: impl Fn(&[Key]) -> bool) -> Result<Vec<Key>, SsoFault> {
        let facts = self.facts().await?;
        let mut known = self.known.lock().await;
        if let Some((keys, at)) = &known.keys {
            let age = at.elapsed();
            if age < AGAIN || (age < FRESH && fits(keys)) {
                return Ok(keys.clone());
            }
        }
        let set: KeySet = self.ask(&facts.jwks_uri, None, None).await?;
        // Keys of kinds we do not know are no fault of the set.
        let keys: Vec<Key> =
            set.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect();
        known.keys = Some((keys.clone(), Instant::now()));
        Ok(keys)
    }

    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        url: &str,
        form: Option<String>,
        authorization: Option<String>,
    ) -> Result<T, SsoFault> {
        let asked = self.fetch.fetch(url, form, authorization).await;
        let (status, body) = asked.map_err(SsoFault::Provider)?;
        if status != 200 {
            return Err(SsoFault::Provider(format!("it answered {status}")));
        }
        serde_json::from_slice(&body)
            .map_err(|_| SsoFault::Provider("its answer cannot be read".into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_address_in_clear_is_noticed() {
        let good = json!({
            "issuer": "https://id",
            "authorization_endpoint": "https://id/auth",
            "token_endpoint": "https://id/token",
            "jwks_uri": "https://id/keys",
        });
        let facts = |value| serde_json::from_value::<Facts>(value).unwrap();
        assert!(facts(good.clone()).all_https());
        for name in ["authorization_endpoint", "token_endpoint", "jwks_uri"] {
            let mut document = good.clone();
            document[name] = json!("http://id/in-clear");
            assert!(!facts(document).all_https(), "{name}");
        }
    }
}
