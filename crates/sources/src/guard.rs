//! The guards: which addresses may be dialled and which files read. Without them a console user
//! could make the server talk to a cloud's metadata service or to databases beside it, or read its
//! own key file.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::{Component, Path, PathBuf},
    time::Duration,
};

use crate::{
    error::SourceError,
    model::{FileGuard, NetworkGuard},
};

/// Resolves a host and checks every address it has against a guard, see [`resolve_allowed`].
pub(crate) async fn resolve(
    guard: &NetworkGuard,
    host: &str,
    port: u16,
    timeout: Duration,
) -> Result<Vec<SocketAddr>, SourceError> {
    resolve_allowed(host, port, timeout, |ip| guard.allows(host, ip)).await
}

/// Resolves a host and checks every address it has. Callers dial the addresses returned here, so a
/// name that resolves differently a moment later (DNS rebinding) gains nothing.
///
/// # Errors
/// [`SourceError::Dns`] when there is no address in time, [`SourceError::Blocked`] when one of them
/// is not allowed.
pub async fn resolve_allowed(
    host: &str,
    port: u16,
    timeout: Duration,
    allowed: impl Fn(IpAddr) -> bool,
) -> Result<Vec<SocketAddr>, SourceError> {
    let lookup = tokio::time::timeout(timeout, tokio::net::lookup_host((host, port)));
    let found: Vec<SocketAddr> = match lookup.await {
        Ok(Ok(found)) => found.collect(),
        Ok(Err(_)) | Err(_) => return Err(SourceError::Dns(host.to_owned())),
    };
    if found.is_empty() {
        return Err(SourceError::Dns(host.to_owned()));
    }
    if found.iter().all(|address| allowed(address.ip())) {
        Ok(found)
    } else {
        Err(SourceError::Blocked(host.to_owned()))
    }
}

impl FileGuard {
    /// Fails unless this file or folder may be read (or, by `purge`, written). Links are followed
    /// first.
    ///
    /// # Errors
    /// [`SourceError::Blocked`].
    pub fn check(&self, path: &Path) -> Result<(), SourceError> {
        let real = real(path);
        let allowed = self.only.is_empty()
            || self.only.iter().any(|folder| real.starts_with(self::real(folder)));
        let own = self.never.iter().any(|file| self::real(file) == real);
        if allowed && !own {
            return Ok(());
        }
        Err(SourceError::Blocked(path.display().to_string()))
    }
}

/// The path without links. One that does not exist is taken as written, and as the root with `..`
/// in it: nothing lies above the root, so it is in no allowed folder.
fn real(path: &Path) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    let written = std::path::absolute(path).unwrap_or_default();
    if written.components().any(|part| part == Component::ParentDir) {
        return PathBuf::from("/");
    }
    written
}

impl NetworkGuard {
    /// May this address, reached under this host name, be dialled?
    pub fn allows(&self, host: &str, ip: IpAddr) -> bool {
        let ip = canonical(ip);
        if never(ip) || (!self.allow_loopback && is_loopback(ip)) {
            return false;
        }
        if !self.allow_private && is_private(ip) {
            return false;
        }
        self.only.is_empty() || self.only.iter().any(|rule| matches_rule(rule.trim(), host, ip))
    }
}

/// IPv4 in IPv6 clothes (mapped, NAT64) is judged as IPv4.
fn canonical(ip: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = ip else { return ip };
    let s = v6.segments();
    let nat64 = s[..6] == [0x64, 0xff9b, 0, 0, 0, 0];
    match v6.to_ipv4_mapped() {
        Some(v4) => IpAddr::V4(v4),
        None if nat64 => IpAddr::V4(Ipv4Addr::from(u32::from(s[6]) << 16 | u32::from(s[7]))),
        None => ip,
    }
}

/// Link-local, metadata, multicast and broadcast addresses: never a database.
fn never(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => {
            v4.is_link_local()
                || v4.is_multicast()
                || v4.is_broadcast()
                // Metadata services of Alibaba Cloud and Azure outside 169.254.0.0/16.
                || v4 == Ipv4Addr::new(100, 100, 100, 200)
                || v4 == Ipv4Addr::new(168, 63, 129, 16)
        }
        IpAddr::V6(v6) => {
            v6.is_unicast_link_local()
                || v6.is_multicast()
                || v6 == Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)
        }
    }
}

/// The unspecified address reaches this machine too.
fn is_loopback(ip: IpAddr) -> bool {
    ip.is_loopback() || ip.is_unspecified()
}

fn is_private(ip: IpAddr) -> bool {
    match ip {
        // RFC 1918 and RFC 6598 (100.64.0.0/10).
        IpAddr::V4(v4) => v4.is_private() || (v4.octets()[0] == 100 && v4.octets()[1] & 0xc0 == 64),
        // RFC 4193.
        IpAddr::V6(v6) => v6.is_unique_local(),
    }
}

fn matches_rule(rule: &str, host: &str, ip: IpAddr) -> bool {
    if rule.eq_ignore_ascii_case(host.trim_end_matches('.')) {
        return true;
    }
    let (base, bits) = match rule.split_once('/') {
        Some((base, bits)) => (base, bits.parse::<u32>().ok()),
        None => (rule, Some(128)),
    };
    let (Ok(base), Some(bits)) = (base.parse::<IpAddr>(), bits) else { return false };
    match (canonical(base), ip) {
        (IpAddr::V4(base), IpAddr::V4(ip)) => {
            let keep = bits.min(32);
            let mask = u32::MAX.checked_shl(32 - keep).unwrap_or(0);
            u32::from(base) & mask == u32::from(ip) & mask
        }
        (IpAddr::V6(base), IpAddr::V6(ip)) => {
            let keep = bits.min(128);
            let mask = u128::MAX.checked_shl(128 - keep).unwrap_or(0);
            u128::from(base) & mask == u128::from(ip) & mask
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(guard: &NetworkGuard, ip: &str) -> bool {
        guard.allows("db.example", ip.parse().unwrap())
    }

    #[test]
    fn metadata_and_link_local_addresses_are_always_refused() {
        let guard =
            NetworkGuard { only: vec!["0.0.0.0/0".into(), "::/0".into()], ..Default::default() };
        for ip in [
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "fe80::1",
            "fd00:ec2::254",
            "100.100.100.200",
            "224.0.0.1",
        ] {
            assert!(!allows(&guard, ip), "{ip}");
        }
        assert!(allows(&guard, "10.0.0.1") && allows(&guard, "2001:db8::1"));
    }

    #[test]
    fn loopback_and_private_ranges_can_be_forbidden() {
        let guard = NetworkGuard { allow_loopback: false, allow_private: false, only: vec![] };
        for ip in
            ["127.0.0.1", "::1", "0.0.0.0", "10.1.2.3", "192.168.0.1", "100.64.0.1", "fd12::1"]
        {
            assert!(!allows(&guard, ip), "{ip}");
        }
        assert!(allows(&guard, "93.184.216.34"));
    }

    #[test]
    fn a_list_of_ranges_and_names_is_all_there_is() {
        let guard = NetworkGuard {
            only: vec!["10.1.0.0/16".into(), "warehouse.example".into()],
            ..Default::default()
        };
        assert!(allows(&guard, "10.1.9.9"));
        assert!(!allows(&guard, "10.2.0.1"));
        assert!(guard.allows("Warehouse.example", "10.2.0.1".parse().unwrap()));
    }

    #[cfg(unix)]
    #[test]
    fn only_allowed_folders_are_read_and_never_our_own_files() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::create_dir(at("exports")).unwrap();
        for name in ["exports/a.csv", "privet.key", "other.csv"] {
            std::fs::write(at(name), "x").unwrap();
        }
        std::os::unix::fs::symlink(at("privet.key"), at("exports/link.csv")).unwrap();
        let never = vec![at("privet.key")];
        let open = FileGuard { only: vec![], never: never.clone() };
        let narrow = FileGuard { only: vec![at("exports")], never };
        let reads = |guard: &FileGuard, name: &str| guard.check(&at(name)).is_ok();

        for name in ["exports", "exports/a.csv"] {
            assert!(reads(&open, name) && reads(&narrow, name), "{name}");
        }
        assert!(reads(&open, "other.csv"));
        for name in ["privet.key", "exports/link.csv", "exports/../privet.key"] {
            assert!(!reads(&open, name) && !reads(&narrow, name), "{name}");
        }
        for name in ["other.csv", "missing.csv", "exports/../missing.csv", "exports/x/../../y"] {
            assert!(!reads(&narrow, name), "{name}");
        }
    }

    #[tokio::test]
    async fn a_name_that_resolves_to_a_forbidden_address_is_blocked() {
        let guard = NetworkGuard { allow_loopback: false, ..Default::default() };
        let error = resolve(&guard, "localhost", 5432, Duration::from_secs(5)).await.unwrap_err();
        assert_eq!(error.code(), "blocked");
    }
}
