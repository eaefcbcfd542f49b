//! Passkeys (Web Authentication Level 3): a key pair on the person's device, found there by itself
//! (discoverable) and used only after the device has recognised its owner (user verification), so
//! that one is two factors. Checked on the one crypto library we have; the server crate would bring
//! a second one with its own X.509 and RSA, for attestations that we do not ask for.

mod ceremony;
mod cose;
pub(crate) mod pages;
mod rows;

use crate::Web;
use std::net::IpAddr;

/// Where passkeys of this deployment are valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Site {
    /// The host that a passkey is bound to.
    pub rp_id: String,
    /// The only origin whose pages may use it.
    pub origin: String,
}

impl Site {
    /// The site of the address people type. Browsers know no passkeys for bare network addresses: a
    /// server on this machine is called `localhost` for them, another has none.
    fn of(base_url: &str) -> Option<Self> {
        let mut url = url::Url::parse(base_url).ok()?;
        let host = url.host_str()?.trim_matches(['[', ']']).to_owned();
        if let Ok(ip) = host.parse::<IpAddr>() {
            if !ip.is_loopback() {
                return None;
            }
            url.set_host(Some("localhost")).ok()?;
        }
        let rp_id = url.host_str()?.to_owned();
        // Level 3 §5.1.3: only in a secure context, which plain HTTP is on this machine alone.
        let secure = url.scheme() == "https" || rp_id == "localhost";
        secure.then(|| Self { rp_id, origin: url.origin().ascii_serialization() })
    }
}

impl Web {
    pub(crate) fn passkey_site(&self) -> Option<Site> {
        Site::of(self.base_url())
    }
}

/// Why a passkey was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PasskeyFault {
    /// The challenge is not the one this browser was given, too old, or was used before.
    #[error("the challenge is not fresh")]
    Stale,
    /// Made for another site, or on a page of another origin.
    #[error("for another site")]
    Elsewhere,
    /// The device did not check who holds it.
    #[error("without user verification")]
    Unverified,
    /// Not in the form the standard asks for, or of a kind we do not know.
    #[error("unreadable")]
    Unreadable,
    /// No such passkey, its owner may not come in, or the signature is not its.
    #[error("not a passkey of anybody here")]
    Unknown,
    /// Its counter went back: two devices hold the same key.
    #[error("used by two devices")]
    Copied,
    /// Registered before.
    #[error("registered already")]
    Known,
}

impl PasskeyFault {
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Stale => "signin-passkey-stale",
            Self::Elsewhere => "signin-passkey-elsewhere",
            Self::Unverified => "signin-passkey-unverified",
            Self::Unreadable => "signin-passkey-unreadable",
            Self::Unknown => "signin-passkey-unknown",
            Self::Copied => "signin-passkey-copied",
            Self::Known => "signin-passkey-known",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_belong_to_a_name_over_tls_or_to_this_machine() {
        let site = |url| Site::of(url).map(|site| (site.rp_id, site.origin));
        let own = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        let named = "https://privacy.example.com";
        assert_eq!(site(named), own("privacy.example.com", named));
        let here = own("localhost", "http://localhost:8440");
        assert_eq!(site("http://127.0.0.1:8440"), here);
        assert_eq!(site("http://[::1]:8440"), here);
        assert_eq!(site("https://10.0.0.5"), None);
        assert_eq!(site("http://privacy.example.com"), None);
    }
}
