//! Which laws apply, and what they say.

use std::{collections::BTreeSet, sync::Arc};

use consent::{Consent, Regime};
use jiff::civil::Date;
use law::Law;

/// Who says which laws apply and what they say.
#[async_trait::async_trait]
pub trait Laws: Send + Sync {
    /// The packs in use.
    async fn law(&self) -> Arc<Law>;
    /// Keys of the regimes that apply on a day.
    async fn applying(&self, day: Date) -> BTreeSet<String>;
}

/// The shipped packs, and the laws that the properties of consents name.
pub struct OfProperties(pub Consent);

#[async_trait::async_trait]
impl Laws for OfProperties {
    async fn law(&self) -> Arc<Law> {
        Arc::new(Law::shipped().clone())
    }

    async fn applying(&self, _: Date) -> BTreeSet<String> {
        let catalogue = self.0.catalogue();
        let named = catalogue.properties().flat_map(|one| one.body.regimes.clone());
        named.flat_map(keys).map(|key| (*key).to_owned()).collect()
    }
}

/// The packs' regimes behind a regime of consents.
fn keys(regime: Regime) -> &'static [&'static str] {
    match regime {
        Regime::Gdpr => &["eu-gdpr", "eu-eprivacy"],
        Regime::Ccpa => &["us-ca"],
        Regime::Pipl => &["cn-pipl", "cn-standards"],
        _ => &[],
    }
}
