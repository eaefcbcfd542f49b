//! Which laws are judged by: those that apply to the organisation by its profile, and those that the
//! properties of consents name for their customers. Nobody who asks customers under a law can say that it
//! does not apply only because the profile is not filled in yet.

use std::collections::BTreeSet;

use consent::{Catalogue, Regime};
use regime::Applying;

/// Keys of the regimes to judge by.
pub(crate) fn judged_by(applying: &[Applying], catalogue: &Catalogue) -> BTreeSet<String> {
    let named = catalogue.properties().flat_map(|one| one.body.regimes.clone());
    let named = named.flat_map(keys).map(|key| (*key).to_owned());
    applying.iter().map(|one| one.regime.clone()).chain(named).collect()
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
