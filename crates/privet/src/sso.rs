//! `[sso]` of the configuration file: the company's OpenID provider, and what its groups may do here.

use std::{collections::BTreeMap, net::IpAddr, path::PathBuf};

use serde::Deserialize;
use sources::NetworkGuard;
use web::{Role, sso::SsoConfig};

use crate::{Failure, config::password_in};

/// As written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// The issuer's address, exactly as the provider writes it.
    issuer: String,
    /// Our name at the provider.
    client_id: String,
    /// File that holds our secret. Or `PRIVET_SSO_SECRET`.
    client_secret_file: Option<PathBuf>,
    /// What the button says.
    name: String,
    /// More scopes than `openid profile email`.
    #[serde(default)]
    scopes: Vec<String>,
    /// The claim with the groups.
    #[serde(default = "groups")]
    groups_claim: String,
    /// Group = role.
    #[serde(default)]
    roles: BTreeMap<String, String>,
    /// The role of everybody else; without it they may not come in.
    default_role: Option<String>,
    /// Passwords work for owners only.
    #[serde(default)]
    only: bool,
    /// Inside addresses, ranges or host names that the provider may have.
    #[serde(default)]
    inside: Vec<String>,
}

fn groups() -> String {
    "groups".to_owned()
}

/// What counts.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The provider.
    pub config: SsoConfig,
    /// Inside addresses it may have.
    pub inside: Vec<String>,
}

/// Checks `[sso]` at the start.
pub fn settings(file: Section, env: impl Fn(&str) -> Option<String>) -> Result<Settings, Failure> {
    let secret = match (env("PRIVET_SSO_SECRET"), &file.client_secret_file) {
        (Some(secret), _) => secret,
        (None, Some(path)) => password_in(path)?,
        (None, None) => {
            return Err(Failure::usage(
                "[sso] needs our secret at the provider: client_secret_file or PRIVET_SSO_SECRET",
            ));
        }
    };
    let issuer = url::Url::parse(&file.issuer).ok();
    // A code and a secret travel to it: in clear only where the operator vouches for the way.
    let safe = issuer.is_some_and(|url| {
        url.scheme() == "https" || (url.scheme() == "http" && names(&file.inside, &url))
    });
    if !safe {
        return Err(Failure::usage(
            "[sso] issuer is an https address; http only for a provider named under inside",
        ));
    }
    let role = |text: &String| {
        Role::parse(text).ok_or_else(|| {
            let known = Role::ALL.map(Role::as_str).join(", ");
            Failure::usage(format!("[sso] “{text}” is no role; there are: {known}"))
        })
    };
    let roles: Result<Vec<_>, Failure> =
        file.roles.iter().map(|(group, text)| Ok((group.clone(), role(text)?))).collect();
    let config = SsoConfig {
        issuer: file.issuer,
        client_id: file.client_id,
        client_secret: secret,
        name: file.name,
        scopes: file.scopes,
        groups_claim: file.groups_claim,
        roles: roles?,
        default_role: file.default_role.as_ref().map(role).transpose()?,
        only: file.only,
    };
    Ok(Settings { config, inside: file.inside })
}

/// Whether the list names the address's host, as it is written or by a range that holds it.
fn names(inside: &[String], url: &url::Url) -> bool {
    let guard = NetworkGuard { allow_loopback: true, allow_private: true, only: inside.to_vec() };
    let ip = match url.host() {
        Some(url::Host::Ipv4(ip)) => Some(IpAddr::from(ip)),
        Some(url::Host::Ipv6(ip)) => Some(IpAddr::from(ip)),
        _ => None,
    };
    let host = url.host_str().unwrap_or_default();
    !inside.is_empty()
        && ip.map_or_else(|| inside.iter().any(|one| one == host), |ip| guard.allows(host, ip))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings, Failure> {
        settings(toml::from_str(text).unwrap(), |_| Some("secret".to_owned()))
    }

    #[test]
    fn roles_and_the_issuer_are_checked_at_the_start() {
        let base = "issuer = \"https://id.example\"\nclient_id = \"privet\"\nname = \"ID\"\n";
        let good = read(&format!("{base}[roles]\nstaff = \"engineer\"\n")).unwrap();
        assert_eq!(good.config.roles, [("staff".to_owned(), Role::Engineer)]);
        assert_eq!(good.config.default_role, None);

        let role = read(&format!("{base}[roles]\nstaff = \"boss\"\n")).unwrap_err();
        assert!(role.to_string().contains("boss") && role.to_string().contains("engineer"));
        let plain = base.replace("https", "http");
        assert!(read(&plain).is_err());
        assert!(read(&format!("{plain}inside = [\"10.0.0.5\"]\n")).is_err(), "another host");
        assert!(read(&format!("{plain}inside = [\"id.example\"]\n")).is_ok());
        let by_number = plain.replace("id.example", "10.0.0.5");
        assert!(read(&format!("{by_number}inside = [\"10.0.0.0/24\"]\n")).is_ok());
    }
}
