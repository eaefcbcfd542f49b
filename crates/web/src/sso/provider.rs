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
