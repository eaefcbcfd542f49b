//! Devices, browsers and secrets; what has a check of its own is in `checks`.

pub use crate::checks::{
    device::{
        mac as is_mac, user_agent as is_user_agent, uuid as is_uuid,
        wechat_openid as is_wechat_openid,
    },
    secrets::{api_key as is_api_key, jwt as is_jwt, password_hash as is_password_hash},
};

/// IPv4 or IPv6 address. `1.2.3.4`-style version numbers pass too: the column's name decides.
pub fn is_ip(value: &str) -> bool {
    value.parse::<std::net::IpAddr>().is_ok()
}

/// An IP address that could not be a version number such as `1.12.0.3`.
pub fn is_no_version(ip: &str) -> bool {
    ip.contains(':') || ip.split('.').any(|part| part.parse::<u8>().is_ok_and(|n| n > 31))
}

/// 32 to 128 hexadecimal digits.
pub fn is_hex(value: &str) -> bool {
    (32..=128).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn network_addresses_are_exact() {
        assert!(
            is_ip("10.0.0.1") && is_ip("2a7c:8457:3f90:5530:6bfd:7d88:3a6a:41e2") && is_ip("::1")
        );
        assert!(!is_ip("10.0.0") && !is_ip("300.1.1.1") && !is_ip("12:30"));
    }
}
