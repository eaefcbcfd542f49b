//! Which addresses this room may dial. A webhook's address is typed by a person of the console, so
//! without a guard the server could be made to talk to whatever stands beside it (SSRF): webhooks go
//! to public addresses, and to private ones only where the configuration names them. Databases and
//! NATS servers usually live in private networks and follow the guard of scans.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use rustls::{ClientConfig, RootCertStore, pki_types::CertificateDer};
use sources::{NetworkGuard, SourceError};

/// Time to resolve and connect.
pub(crate) const CONNECT: Duration = Duration::from_secs(5);

/// Which addresses may be dialled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// For databases and NATS; and the limit of everything.
    pub guard: NetworkGuard,
    /// Private and loopback addresses, as ranges or host names, that webhooks may go to.
    pub webhooks: Vec<String>,
}

impl Reach {
    /// May a webhook go to this address, reached under this host name?
    pub fn webhook(&self, host: &str, ip: IpAddr) -> bool {
        let public = NetworkGuard { allow_loopback: false, allow_private: false, only: Vec::new() };
        let named = NetworkGuard { only: self.webhooks.clone(), ..NetworkGuard::default() };
        let named = !self.webhooks.is_empty() && named.allows(host, ip);
        named || (public.allows(host, ip) && self.guard.allows(host, ip))
    }

    /// The checked addresses of a webhook's host.
    pub(crate) async fn webhook_addresses(
        &self,
        host: &str,
        port: u16,
    ) -> Result<Vec<SocketAddr>, SourceError> {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        sources::resolve_allowed(host, port, CONNECT, |ip| self.webhook(host, ip)).await
    }

    /// The checked addresses of a database's or NATS server's host.
    pub(crate) async fn addresses(
        &self,
        host: &str,
        port: u16,
    ) -> Result<Vec<SocketAddr>, SourceError> {
        sources::resolve_allowed(host, port, CONNECT, |ip| self.guard.allows(host, ip)).await
    }
}

/// TLS with the system's and Mozilla's roots, and a private CA's. The provider is named: two are
/// compiled in, and rustls does not choose.
pub(crate) fn tls_config(extra: &[CertificateDer<'static>]) -> ClientConfig {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots.add_parsable_certificates(extra.iter().cloned());
    let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let Ok(builder) = builder else {
        unreachable!("aws-lc-rs has the cipher suites of TLS 1.2 and 1.3")
    };
    builder.with_root_certificates(roots).with_no_client_auth()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goes(reach: &Reach, host: &str, ip: &str) -> bool {
        reach.webhook(host, ip.parse().unwrap())
    }

    #[test]
    fn webhooks_go_to_public_addresses_only_unless_one_is_named() {
        let plain = Reach::default();
        let inside = ["127.0.0.1", "::1", "10.0.0.7", "192.168.1.1", "fd12::1", "::ffff:10.0.0.1"];
        for ip in inside.iter().chain(&["169.254.169.254", "0.0.0.0", "100.64.0.1"]) {
            assert!(!goes(&plain, "hooks.example", ip), "{ip}");
        }
        assert!(goes(&plain, "hooks.example", "93.184.216.34"));

        let named = Reach { webhooks: vec!["crm.internal".into(), "10.1.0.0/16".into()], ..plain };
        assert!(goes(&named, "crm.internal", "192.168.1.1"));
        assert!(goes(&named, "hooks.example", "10.1.2.3"));
        assert!(!goes(&named, "hooks.example", "10.2.2.3"));
        assert!(!goes(&named, "crm.internal", "169.254.169.254"), "metadata never");
        assert!(goes(&named, "hooks.example", "93.184.216.34"), "public ones as before");
    }

    #[test]
    fn a_list_of_allowed_addresses_binds_webhooks_too() {
        let guard = NetworkGuard { only: vec!["203.0.113.0/24".into()], ..NetworkGuard::default() };
        let reach = Reach { guard, webhooks: Vec::new() };

        assert!(goes(&reach, "hooks.example", "203.0.113.9"));
        assert!(!goes(&reach, "hooks.example", "93.184.216.34"));
    }
}
