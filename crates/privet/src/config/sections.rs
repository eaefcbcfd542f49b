//! The sections of the configuration file.

use std::path::PathBuf;

use serde::Deserialize;
use sources::NetworkGuard;
use web::mail::MailSecurity;

/// `[tls]` of the configuration file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TlsPart {
    /// The certificate chain (PEM), leaf first. Or `--tls-cert`.
    pub cert: Option<PathBuf>,
    /// Its private key (PEM). Or `--tls-key`.
    pub key: Option<PathBuf>,
    /// Authorities (PEM) whose client certificates are asked for and checked.
    pub client_ca: Option<PathBuf>,
    /// TLS 1.2 beside 1.3, for old clients.
    pub tls12: bool,
}

/// `[sms]` of the configuration file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sms {
    /// Where messages are posted.
    pub url: String,
    /// `Name: value`; `{secret}` is the secret.
    #[serde(default)]
    pub headers: Vec<String>,
    /// Form of the body.
    #[serde(default = "json")]
    pub content_type: String,
    /// The body with `{to}`, `{digits}`, `{text}`, `{secret}`.
    pub body: String,
    /// File that holds the account's secret. Or `PRIVET_SMS_SECRET`.
    pub secret_file: Option<PathBuf>,
}

fn json() -> String {
    "application/json".to_owned()
}

/// `[mail]` of the configuration file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// Host name or address of the SMTP server.
    pub server: String,
    /// Its port; the usual one of `security` unless given.
    pub port: Option<u16>,
    /// `tls`, `starttls` or `none` (only to a server on this machine).
    #[serde(default = "starttls")]
    pub security: String,
    /// Account.
    #[serde(default)]
    pub user: String,
    /// File that holds the account's password. Or `PRIVET_MAIL_PASSWORD`, or the mail page.
    pub password_file: Option<PathBuf>,
    /// The sender.
    pub from: String,
    /// Where answers go, if not to the sender.
    pub reply_to: Option<String>,
    /// The authority of the server's certificate (PEM), if it is no public one.
    pub ca_file: Option<PathBuf>,
}

fn starttls() -> String {
    MailSecurity::StartTls.as_str().to_owned()
}

/// `[detect]` of the configuration file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Detect {
    /// `/analyze`, `/anonymize` and the other Presidio-compatible addresses answer programs on this
    /// machine without a token.
    pub open_on_loopback: bool,
}

/// `[exports]` of the configuration file: what the company asks of every anonymised export.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Exports {
    /// Everybody looks like so many at least, themselves included; so the risk of being found again is
    /// 1/k at most. 0 asks for nothing.
    pub k: u64,
    /// Different values of each sensitive column among those who look alike; 0 asks for nothing.
    pub l: u64,
}

/// `[banner]` of the configuration file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BannerPart {
    /// The header in which the proxy in front tells a visitor's country, e.g. `CF-IPCountry`; read
    /// only with `trust_proxy`.
    pub country_header: Option<String>,
}

/// `[limits]` of the configuration file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Calls a minute that one API token may make on one server; 0 is no limit.
    pub calls_per_minute: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { calls_per_minute: web::WebConfig::default().calls_per_minute }
    }
}

/// `[files]` of the configuration file. `privet scan` reads what its user may read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Files {
    /// When not empty: only these files and folders, and what is below them.
    pub only: Vec<PathBuf>,
}

/// `[network]` of the configuration file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Network {
    /// Loopback addresses may be dialled.
    pub allow_loopback: bool,
    /// Private addresses may be dialled.
    pub allow_private: bool,
    /// When not empty: only these CIDR ranges or host names.
    pub only: Vec<String>,
    /// Private or loopback CIDR ranges or host names that webhooks may go to; public addresses need
    /// no mention.
    pub webhooks: Vec<String>,
}

impl Default for Network {
    fn default() -> Self {
        let NetworkGuard { allow_loopback, allow_private, only } = NetworkGuard::default();
        Self { allow_loopback, allow_private, only, webhooks: Vec::new() }
    }
}
