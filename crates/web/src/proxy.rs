//! Who really asks, when a proxy of ours stands in front. Only requests that come from a trusted proxy
//! may say whom they are for (RFC 7239 §8.1: the header is trivially forged by anybody else), and only
//! in the one header that the proxy is known to write: a proxy that sets `X-Forwarded-For` passes a
//! visitor's own `Forwarded` on untouched.

use axum::http::{HeaderMap, HeaderName, header};
use std::net::{IpAddr, SocketAddr};

/// Headers that only a proxy may send; taken off every request that comes from elsewhere.
const FORWARDING: [HeaderName; 6] = [
    header::FORWARDED,
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-port"),
    HeaderName::from_static("x-real-ip"),
];

/// The header in which the proxy tells the visitor's address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ForwardHeader {
    /// `X-Forwarded-For: 203.0.113.9, 10.0.0.2`.
    #[default]
    XForwardedFor,
    /// `Forwarded: for=203.0.113.9;proto=https` (RFC 7239).
    Forwarded,
}

/// A range of addresses, `10.0.0.0/8` or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Net {
    base: IpAddr,
    bits: u32,
}

impl Net {
    fn parse(text: &str) -> Option<Self> {
        let (base, bits) = match text.trim().split_once('/') {
            Some((base, bits)) => (base, Some(bits.parse::<u32>().ok()?)),
            None => (text.trim(), None),
        };
        let base = base.parse::<IpAddr>().ok()?.to_canonical();
        let most = if base.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        (bits <= most).then_some(Self { base, bits })
    }

    fn holds(self, ip: IpAddr) -> bool {
        match (self.base, ip.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(ip)) => {
                let mask = u32::MAX.checked_shl(32 - self.bits).unwrap_or(0);
                base.to_bits() & mask == ip.to_bits() & mask
            }
            (IpAddr::V6(base), IpAddr::V6(ip)) => {
                let mask = u128::MAX.checked_shl(128 - self.bits).unwrap_or(0);
                base.to_bits() & mask == ip.to_bits() & mask
            }
            _ => false,
        }
    }
}

/// The proxies whose word counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies {
    nets: Vec<Net>,
    header: ForwardHeader,
}

impl Proxies {
    /// Addresses and CIDR ranges; the first that is neither is the error.
    pub fn parse(list: &[String], header: ForwardHeader) -> Result<Self, String> {
        let net = |text: &String| Net::parse(text).ok_or_else(|| text.clone());
        Ok(Self { nets: list.iter().map(net).collect::<Result<_, _>>()?, header })
    }

    /// Whoever connects is the proxy: only for servers that nobody else can reach.
    pub fn everybody() -> Self {
        let all = |base| Net { base, bits: 0 };
        let nets = vec![
            all(IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED)),
            all(IpAddr::V6(std::net::Ipv6Addr::UNSPECIFIED)),
        ];
        Self { nets, header: ForwardHeader::default() }
    }

    /// Whether there is any.
    pub fn is_empty(&self) -> bool {
        self.nets.is_empty()
    }

    fn trusts_everybody(&self) -> bool {
        self.nets.iter().any(|net| net.bits == 0)
    }

    fn trusts(&self, ip: IpAddr) -> bool {
        self.nets.iter().any(|net| net.holds(ip))
    }

    /// Whether what this peer says about others is believed. An unknown peer is believed only where
    /// everybody is.
    pub(crate) fn believes(&self, peer: Option<SocketAddr>) -> bool {
        peer.map_or_else(|| self.trusts_everybody(), |peer| self.trusts(peer.ip()))
    }

    /// The visitor's address: the nearest hop, counted from us, that is no proxy of ours.
    pub(crate) fn client(&self, peer: Option<SocketAddr>, headers: &HeaderMap) -> Option<IpAddr> {
        let mut nearest = peer.map(|peer| peer.ip().to_canonical());
        if !self.believes(peer) {
            return nearest;
        }
        for hop in self.hops(headers).iter().rev() {
            // What is no address (`unknown`, `_hidden`) ends what can be known.
            let Some(ip) = hop_address(hop) else { return nearest };
            nearest = Some(ip);
            if self.trusts_everybody() || !self.trusts(ip) {
                return nearest;
            }
        }
        nearest
    }

    /// All hops, the farthest first.
    fn hops(&self, headers: &HeaderMap) -> Vec<String> {
        let name = match self.header {
            ForwardHeader::XForwardedFor => HeaderName::from_static("x-forwarded-for"),
            ForwardHeader::Forwarded => header::FORWARDED,
        };
        let lines = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        let elements = lines.flat_map(|line| line.split(','));
        match self.header {
            ForwardHeader::XForwardedFor => elements.map(|hop| hop.trim().to_owned()).collect(),
            ForwardHeader::Forwarded => elements.map(for_of).collect(),
        }
    }
}

/// The `for=` of one element of `Forwarded`; empty without one.
fn for_of(element: &str) -> String {
    let pairs = element.split(';').filter_map(|pair| pair.trim().split_once('='));
    let mut found = pairs.filter(|(key, _)| key.trim().eq_ignore_ascii_case("for"));
    found.next().map_or_else(String::new, |(_, value)| value.trim().trim_matches('"').to_owned())
}

/// `203.0.113.9`, `203.0.113.9:4711`, `2001:db8::1`, `[2001:db8::1]:4711`.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let bare = hop.trim_start_matches('[').split(']').next().unwrap_or(hop);
    let ip = hop.parse().or_else(|_| bare.parse());
    let ip = ip.or_else(|_| hop.parse::<SocketAddr>().map(|address| address.ip()));
    ip.ok().map(|ip: IpAddr| ip.to_canonical())
}

/// Marks a request that says it went through a proxy, ours or not.
#[derive(Debug, Clone, Copy)]
pub struct Passed;

/// Takes a proxy's headers off a request that no trusted proxy sent.
pub(crate) fn strip(headers: &mut HeaderMap) {
    for name in FORWARDING {
        headers.remove(name);
    }
}

/// Whether the request went through any proxy, ours or not.
pub(crate) fn forwarded(headers: &HeaderMap) -> bool {
    FORWARDING.iter().any(|name| headers.contains_key(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers
                .append(HeaderName::from_static(name), axum::http::HeaderValue::from_static(value));
        }
        headers
    }

    fn client(
        list: &[&str],
        header: ForwardHeader,
        peer: &str,
        lines: &[(&'static str, &'static str)],
    ) -> String {
        let list: Vec<String> = list.iter().map(|&net| net.to_owned()).collect();
        let proxies = Proxies::parse(&list, header).unwrap();
        let peer: SocketAddr = peer.parse().unwrap();
        proxies.client(Some(peer), &headers(lines)).map(|ip| ip.to_string()).unwrap_or_default()
    }

    #[test]
    fn only_a_trusted_proxy_may_say_for_whom_it_asks() {
        const X: ForwardHeader = ForwardHeader::XForwardedFor;
        let said = [("x-forwarded-for", "203.0.113.9")];

        assert_eq!(client(&[], X, "198.51.100.1:1", &said), "198.51.100.1");
        assert_eq!(client(&["10.0.0.0/8"], X, "198.51.100.1:1", &said), "198.51.100.1");
        assert_eq!(client(&["10.0.0.0/8"], X, "10.9.8.7:1", &said), "203.0.113.9");
        // A dual-stack socket shows IPv4 in IPv6 clothes.
        assert_eq!(client(&["10.0.0.0/8"], X, "[::ffff:10.9.8.7]:1", &said), "203.0.113.9");
    }

    #[test]
    fn what_a_visitor_wrote_before_the_proxy_does_not_count() {
        const X: ForwardHeader = ForwardHeader::XForwardedFor;
        let spoofed = [("x-forwarded-for", "127.0.0.1, 203.0.113.9")];
        let two_lines = [("x-forwarded-for", "127.0.0.1"), ("x-forwarded-for", "203.0.113.9")];
        let two_proxies = [("x-forwarded-for", "127.0.0.1, 203.0.113.9, 10.0.0.2")];
        let other_header = [("forwarded", "for=127.0.0.1"), ("x-forwarded-for", "203.0.113.9")];

        for lines in [&spoofed[..], &two_lines[..], &two_proxies[..], &other_header[..]] {
            assert_eq!(client(&["10.0.0.0/8"], X, "10.0.0.1:1", lines), "203.0.113.9");
        }
        let nonsense = [("x-forwarded-for", "203.0.113.9, unknown")];
        assert_eq!(client(&["10.0.0.0/8"], X, "10.0.0.1:1", &nonsense), "10.0.0.1");
    }

    #[test]
    fn the_standard_header_is_read_where_it_is_the_proxys() {
        const F: ForwardHeader = ForwardHeader::Forwarded;
        let said =
            [("forwarded", "for=127.0.0.1, For=\"[2001:db8::1]:4711\";proto=https;by=10.0.0.1")];
        assert_eq!(client(&["10.0.0.1"], F, "10.0.0.1:1", &said), "2001:db8::1");
        let other = [("x-forwarded-for", "127.0.0.1"), ("forwarded", "for=203.0.113.9:80")];
        assert_eq!(client(&["10.0.0.1"], F, "10.0.0.1:1", &other), "203.0.113.9");
    }

    #[test]
    fn a_list_with_an_error_is_refused() {
        let parse = |text: &str| Proxies::parse(&[text.to_owned()], ForwardHeader::default());
        assert_eq!(parse("10.0.0.0/33"), Err("10.0.0.0/33".to_owned()));
        assert_eq!(parse("proxy.example"), Err("proxy.example".to_owned()));
        assert!(parse("fd00::/8").is_ok());
    }
}
