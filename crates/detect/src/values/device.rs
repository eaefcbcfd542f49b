//! Devices, browsers and secrets.

/// IPv4 or IPv6 address. `1.2.3.4`-style version numbers pass too: the column's name decides.
pub fn is_ip(value: &str) -> bool {
    value.parse::<std::net::IpAddr>().is_ok()
}

/// An IP address that could not be a version number such as `1.12.0.3`.
pub fn is_no_version(ip: &str) -> bool {
    ip.contains(':') || ip.split('.').any(|part| part.parse::<u8>().is_ok_and(|n| n > 31))
}

/// MAC address: six pairs of hexadecimal digits, one kind of separator.
pub fn is_mac(value: &str) -> bool {
    let b = value.as_bytes();
    b.len() == 17
        && matches!(b[2], b':' | b'-')
        && b.iter().enumerate().all(
            |(at, c)| {
                if at % 3 == 2 { *c == b[2] } else { c.is_ascii_hexdigit() }
            },
        )
}

/// UUID in its usual form.
pub fn is_uuid(value: &str) -> bool {
    let b = value.as_bytes();
    b.len() == 36
        && b.iter().enumerate().all(|(at, c)| {
            if matches!(at, 8 | 13 | 18 | 23) { *c == b'-' } else { c.is_ascii_hexdigit() }
        })
}

/// 32 to 128 hexadecimal digits.
pub fn is_hex(value: &str) -> bool {
    (32..=128).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The modular crypt format and its relatives.
pub fn is_password_hash(value: &str) -> bool {
    if let Some(rest) = value.strip_prefix('$') {
        let scheme = rest.split('$').next().unwrap_or_default();
        return rest.matches('$').count() >= 2
            && value.len() >= 26
            && (matches!(
                scheme,
                "1" | "2a" | "2b" | "2x" | "2y" | "5" | "6" | "7" | "y" | "apr1" | "scrypt"
            ) || scheme.starts_with("argon2")
                || scheme.starts_with("pbkdf2"));
    }
    [
        "pbkdf2_sha256$",
        "pbkdf2:sha256",
        "scrypt:",
        "{SSHA}",
        "{SHA512}",
        "{bcrypt}",
        "{CRYPT}",
        "argon2$",
        "bcrypt$",
    ]
    .iter()
    .any(|prefix| value.starts_with(prefix) && value.len() >= 30)
}

/// JSON Web Token: three base64url parts, the first a JSON object.
pub fn is_jwt(value: &str) -> bool {
    value.starts_with("eyJ")
        && value.len() >= 30
        && value.split('.').count() == 3
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.=".contains(&b))
}

/// Keys whose issuers mark them, and PEM private keys.
pub fn is_api_key(value: &str) -> bool {
    const PREFIXES: [(&str, usize); 20] = [
        ("AKIA", 20),
        ("ASIA", 20),
        ("AIza", 35),
        ("ghp_", 36),
        ("gho_", 36),
        ("ghs_", 36),
        ("github_pat_", 40),
        ("glpat-", 20),
        ("sk_live_", 24),
        ("sk_test_", 24),
        ("pk_live_", 24),
        ("rk_live_", 24),
        ("sk-", 32),
        ("xoxb-", 20),
        ("xoxp-", 20),
        ("SG.", 40),
        ("LTAI", 16),
        ("AKID", 32),
        ("npm_", 36),
        ("hvs.", 24),
    ];
    let one_word = !value.contains(char::is_whitespace);
    value.starts_with("-----BEGIN") && value.contains("PRIVATE KEY")
        || one_word
            && PREFIXES
                .iter()
                .any(|(prefix, least)| value.starts_with(prefix) && value.len() >= *least)
}

/// WeChat OpenID (`o…`) or UnionID: 28 characters of base64url with both letters and digits.
pub fn is_wechat_openid(value: &str) -> bool {
    value.len() == 28
        && value.starts_with('o')
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
        && value.bytes().any(|b| b.is_ascii_uppercase())
        && value.bytes().any(|b| b.is_ascii_digit() || b == b'_' || b == b'-')
}

/// A browser's or app's user agent.
pub fn is_user_agent(value: &str) -> bool {
    ["Mozilla/", "Opera/", "Dalvik/", "okhttp/", "MicroMessenger/"]
        .iter()
        .any(|prefix| value.starts_with(prefix))
        || value.contains("AppleWebKit/")
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
        assert!(is_mac("66:54:18:6C:90:F7") && is_mac("66-54-18-6c-90-f7"));
        assert!(
            !is_mac("66:54:18:6C:90")
                && !is_mac("66:54-18:6C:90:F7")
                && !is_mac("12:34:56:78:9a:gz")
        );
        assert!(
            is_uuid("0191f6a4-7c1e-7000-8000-0123456789ab") && !is_uuid("0191f6a47c1e70008000")
        );
    }

    #[test]
    fn secrets_are_known_by_their_marks() {
        assert!(is_password_hash("$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW"));
        assert!(is_password_hash(
            "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$RdescudvJCsgt3ub+b4d"
        ));
        assert!(!is_password_hash("$12.50") && !is_password_hash("hunter2"));
        let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";
        assert!(is_jwt(jwt) && !is_jwt("eyJ.a.b") && !is_jwt("a.b.c"));
        assert!(
            is_api_key("AKIAIOSFODNN7EXAMPLE") && !is_api_key("AKIA rocks") && !is_api_key("sk-1")
        );
    }

    #[test]
    fn user_agents_and_openids_are_recognised() {
        assert!(
            is_user_agent("Mozilla/5.0 (X11; Linux x86_64)") && !is_user_agent("Mozilla Firefox")
        );
        assert!(is_wechat_openid("oGZUI0egBJY1zhBYw2KhdUfwVJJE"));
        assert!(!is_wechat_openid("oabcdefghijklmnopqrstuvwxyzab"));
    }
}
