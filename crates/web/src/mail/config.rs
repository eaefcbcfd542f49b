//! How mail leaves: `[mail]` of the configuration file.

use std::net::IpAddr;
use std::path::PathBuf;

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MailSecurity {
    /// TLS from the first byte, port 465 (RFC 8314 §3.3).
    Tls,
    /// Plain greeting, then TLS before anything else, port 587. A server without it gets no letter.
    #[default]
    StartTls,
    /// None; only to a relay on this machine, port 25.
    None,
}

impl MailSecurity {
    /// All, as the configuration file names them.
    pub const ALL: [Self; 3] = [Self::Tls, Self::StartTls, Self::None];

    /// The configuration file's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tls => "tls",
            Self::StartTls => "starttls",
            Self::None => "none",
        }
    }

    /// Reads the configuration file's word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|security| security.as_str() == text)
    }

    /// The usual port.
    pub fn port(self) -> u16 {
        match self {
            Self::Tls => 465,
            Self::StartTls => 587,
            Self::None => 25,
        }
    }
}

/// A password that no `Debug` prints.
#[derive(Clone, PartialEq, Eq)]
pub struct MailSecret(String);

impl MailSecret {
    /// Wraps it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The password itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for MailSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MailSecret(…)")
    }
}

/// The mail server and who writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailConfig {
    /// Host name or address of the SMTP server.
    pub server: String,
    /// Its port; `None` is the usual one of `security`.
    pub port: Option<u16>,
    /// How the connection is protected.
    pub security: MailSecurity,
    /// Account to sign in with; empty: none.
    pub user: String,
    /// Its password from the environment or a file; `None`: the one that the mail page keeps sealed.
    pub password: Option<MailSecret>,
    /// The sender: `privacy@example.com` or `Lantern Tea <privacy@example.com>`. Without a name the
    /// organisation's is used.
    pub from: String,
    /// Where answers go, if not to the sender.
    pub reply_to: Option<String>,
    /// PEM file with the authority that signed the server's certificate, if no public one did.
    pub ca_file: Option<PathBuf>,
}

/// What is wrong with the mail settings.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum MailConfigError {
    /// The server is missing.
    #[error("[mail] names no server; write server = \"smtp.example.com\"")]
    Server,
    /// The sender is missing or no address.
    #[error("[mail] from is no mail address; write it like \"Lantern Tea <privacy@example.com>\"")]
    From,
    /// The address for answers is none.
    #[error("[mail] reply_to is no mail address; write it like \"help@example.com\"")]
    ReplyTo,
    /// Unprotected mail would cross a network.
    #[error(
        "[mail] security = \"none\" is only for a relay on this machine, such as 127.0.0.1; use \"starttls\" or \"tls\""
    )]
    Unprotected,
    /// The authority's file cannot be used.
    #[error("[mail] ca_file {0} cannot be read as PEM certificates")]
    Authority(String),
}

impl MailConfig {
    /// Fails, with what to write instead, when mail could not be sent like this.
    pub fn check(&self) -> Result<(), MailConfigError> {
        if self.server.trim().is_empty() {
            return Err(MailConfigError::Server);
        }
        if self.from.parse::<lettre::message::Mailbox>().is_err() {
            return Err(MailConfigError::From);
        }
        if self.reply_to.as_ref().is_some_and(|to| to.parse::<lettre::message::Mailbox>().is_err())
        {
            return Err(MailConfigError::ReplyTo);
        }
        if self.security == MailSecurity::None && !self.is_local() {
            return Err(MailConfigError::Unprotected);
        }
        self.authority().map(|_| ())
    }

    /// The port in use.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(self.security.port())
    }

    /// Whether the server is this machine.
    fn is_local(&self) -> bool {
        self.server.eq_ignore_ascii_case("localhost")
            || self.server.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }

    pub(super) fn authority(
        &self,
    ) -> Result<Option<lettre::transport::smtp::client::Certificate>, MailConfigError> {
        let Some(path) = &self.ca_file else { return Ok(None) };
        let wrong = || MailConfigError::Authority(path.display().to_string());
        let pem = std::fs::read(path).map_err(|_| wrong())?;
        lettre::transport::smtp::client::Certificate::from_pem(&pem).map(Some).map_err(|_| wrong())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(server: &str, security: MailSecurity) -> MailConfig {
        MailConfig {
            server: server.into(),
            port: None,
            security,
            user: String::new(),
            password: Some(MailSecret::new("hunter2")),
            from: "Lantern Tea <privacy@example.com>".into(),
            reply_to: None,
            ca_file: None,
        }
    }

    #[test]
    fn unprotected_mail_stays_on_this_machine() {
        for server in ["127.0.0.1", "::1", "localhost"] {
            assert_eq!(config(server, MailSecurity::None).check(), Ok(()));
        }
        for server in ["smtp.example.com", "10.0.0.5", "127.0.0.1.example.com"] {
            let checked = config(server, MailSecurity::None).check();
            assert_eq!(checked, Err(MailConfigError::Unprotected), "{server}");
        }
    }

    #[test]
    fn a_sender_must_be_an_address() {
        let mut wrong = config("smtp.example.com", MailSecurity::Tls);
        wrong.from = "Lantern Tea".into();
        assert_eq!(wrong.check(), Err(MailConfigError::From));
    }

    #[test]
    fn the_password_is_not_printed() {
        let text = format!("{:?}", config("smtp.example.com", MailSecurity::Tls));
        assert!(!text.contains("hunter2"), "{text}");
    }
}
