//! Where a session is used from, as far as early warning needs it: whether it is the same network and
//! country as before. Addresses are not kept, only keyed digests per person of a coarse part of them.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use crate::Web;

/// Carries the place from where the request came in to where a session is opened. Whatever a client
/// sends under this name is thrown away first.
const HEADER: HeaderName = HeaderName::from_static("x-privet-place");

/// Network and country of a request; empty where unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// Keyed digest.
    pub network: String,
    /// Keyed digest.
    pub country: String,
}

impl Web {
    /// Notes the place of a request in its headers.
    pub(crate) fn mark_place(&self, peer: Option<SocketAddr>, headers: &mut HeaderMap) {
        headers.remove(HEADER);
        let config = &self.inner.config;
        let network = config.proxies.client(peer, headers).map(coarse).unwrap_or_default();
        let country = config
            .country_header
            .as_deref()
            .filter(|_| config.proxies.believes(peer))
            .and_then(|name| headers.get(name)?.to_str().ok())
            // XX and T1 stand for unknown and Tor.
            .filter(|code| {
                code.len() == 2
                    && code.bytes().all(|byte| byte.is_ascii_alphabetic())
                    && *code != "XX"
            })
            .unwrap_or_default();
        if let Ok(value) = HeaderValue::from_str(&format!("{network} {country}")) {
            headers.insert(HEADER, value);
        }
    }

    /// The place of a request, as digests that can be compared for this person only.
    pub(crate) fn place(&self, user_id: &str, headers: &HeaderMap) -> Place {
        let text = headers.get(HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (network, country) = text.split_once(' ').unwrap_or_default();
        let digest = |kind: &str, value: &str| match value {
            "" => String::new(),
            value => self.mac(&["place", user_id, kind, value]),
        };
        Place { network: digest("network", network), country: digest("country", country) }
    }
}

/// The first half of an IPv4 address, the first quarter of an IPv6 one: about a provider's region. This
/// machine is nowhere.
fn coarse(ip: IpAddr) -> String {
    match ip {
        ip if ip.is_loopback() => String::new(),
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            format!("{a}.{b}")
        }
        IpAddr::V6(ip) => {
            let [a, b, ..] = ip.segments();
            format!("{a:x}:{b:x}")
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn networks_are_coarse_and_this_machine_is_nowhere() {
        let coarse = |text: &str| super::coarse(text.parse().unwrap());
        assert_eq!(coarse("203.0.113.9"), coarse("203.0.7.1"));
        assert_ne!(coarse("203.0.113.9"), coarse("203.1.113.9"));
        assert_eq!(coarse("2001:db8:1::1"), coarse("2001:db8:2::1"));
        assert_eq!(coarse("127.0.0.1"), "");
    }
}
