//! What can go wrong with a source, in words that say what to do and never quote a value.

/// What went wrong with a source. Messages name hosts, files, stores and columns, never a value;
/// `code()` is the stable key that pages translate (`source-error-CODE` and `source-error-CODE-do`).
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The address makes no sense.
    #[error(
        "“{0}” is not a source address; use sqlite:FILE, postgres://user@host/db, mysql://user@host/db, or a path to a file or folder; write special characters in a password as %XX"
    )]
    BadAddress(String),
    /// The address has a parameter we do not know or a value we cannot honour.
    #[error("the address parameter {0} is not supported; remove it or set it in the options")]
    BadOption(String),
    /// The host name does not resolve.
    #[error(
        "the host name {0} could not be resolved; check its spelling and the DNS of this machine"
    )]
    Dns(String),
    /// Nothing listens there.
    #[error(
        "{0} refused the connection; check host and port, and that the database is running and listens on that address"
    )]
    Refused(String),
    /// No answer in time.
    #[error("{0} did not answer in time; check firewalls and that the host is up")]
    Timeout(String),
    /// The connection broke off.
    #[error(
        "the connection to {0} broke off; check the network and the server's log, then try again"
    )]
    Lost(String),
    /// The server takes no more connections.
    #[error("{0} has no free connections; try again later or raise the server's limit")]
    Full(String),
    /// TLS failed.
    #[error(
        "TLS with {host} failed: {why}; check the certificate, give a CA file, or choose another TLS mode"
    )]
    Tls {
        /// Host.
        host: String,
        /// What rustls or the server said.
        why: String,
    },
    /// Wrong user or password.
    #[error(
        "{0} rejected the user name or password; check both, and that the account may connect from this machine"
    )]
    Password(String),
    /// No such database.
    #[error("there is no database {0} on this server that this account may use; check its name")]
    NoDatabase(String),
    /// The file or folder is missing.
    #[error("{0} does not exist; check the path")]
    Missing(String),
    /// It is not what it should be.
    #[error("{0} is not a database or a readable data file of a known kind")]
    NotADatabase(String),
    /// The account may not read it.
    #[error(
        "reading {0} was denied; grant the account SELECT on it (or read permission on the file)"
    )]
    Denied(String),
    /// It vanished between the listing and the reading.
    #[error("{0} vanished or changed its columns during the scan; it is left out this time")]
    Vanished(String),
    /// The owner holds a lock.
    #[error("{0} is locked by another program; try again when it is less busy")]
    Busy(String),
    /// The guard refuses the address.
    #[error(
        "reading or connecting to {0} is not allowed by the configuration; allow the address under [network] or the folder under [files] if this is intended"
    )]
    Blocked(String),
    /// A statement took too long.
    #[error("reading {0} took longer than the statement time-out; it is left out this time")]
    Slow(String),
    /// The file is malformed.
    #[error("{file}: {why}")]
    Malformed {
        /// File and position.
        file: String,
        /// What is wrong.
        why: String,
    },
    /// Anything else, described without values.
    #[error("{what}: {why}")]
    Other {
        /// What was being done.
        what: String,
        /// The server's code or a general description.
        why: String,
    },
}

impl SourceError {
    /// Every code there is; the texts in `locales/` are checked against it.
    pub const CODES: [&'static str; 19] = [
        "bad-address",
        "bad-option",
        "dns",
        "refused",
        "timeout",
        "lost",
        "full",
        "tls",
        "password",
        "no-database",
        "missing",
        "not-a-database",
        "denied",
        "vanished",
        "busy",
        "blocked",
        "slow",
        "malformed",
        "other",
    ];

    /// Stable key, for translation and for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadAddress(_) => "bad-address",
            Self::BadOption(_) => "bad-option",
            Self::Dns(_) => "dns",
            Self::Refused(_) => "refused",
            Self::Timeout(_) => "timeout",
            Self::Lost(_) => "lost",
            Self::Full(_) => "full",
            Self::Tls { .. } => "tls",
            Self::Password(_) => "password",
            Self::NoDatabase(_) => "no-database",
            Self::Missing(_) => "missing",
            Self::NotADatabase(_) => "not-a-database",
            Self::Denied(_) => "denied",
            Self::Vanished(_) => "vanished",
            Self::Busy(_) => "busy",
            Self::Blocked(_) => "blocked",
            Self::Slow(_) => "slow",
            Self::Malformed { .. } => "malformed",
            Self::Other { .. } => "other",
        }
    }

    /// The host, file, store or parameter it is about; `$subject` in the translated texts.
    pub fn subject(&self) -> &str {
        match self {
            Self::BadAddress(s)
            | Self::BadOption(s)
            | Self::Dns(s)
            | Self::Refused(s)
            | Self::Timeout(s)
            | Self::Lost(s)
            | Self::Full(s)
            | Self::Password(s)
            | Self::NoDatabase(s)
            | Self::Missing(s)
            | Self::NotADatabase(s)
            | Self::Denied(s)
            | Self::Vanished(s)
            | Self::Busy(s)
            | Self::Blocked(s)
            | Self::Slow(s) => s,
            Self::Tls { host, .. } => host,
            Self::Malformed { file, .. } => file,
            Self::Other { what, .. } => what,
        }
    }

    /// The technical reason where there is one; `$why` in the translated texts. Never a value.
    pub fn why(&self) -> &str {
        match self {
            Self::Tls { why, .. } | Self::Malformed { why, .. } | Self::Other { why, .. } => why,
            _ => "",
        }
    }

    /// The whole source is gone, so that going on with its other stores is pointless.
    pub fn is_fatal(&self) -> bool {
        !matches!(
            self,
            Self::Denied(_)
                | Self::Vanished(_)
                | Self::Slow(_)
                | Self::Malformed { .. }
                | Self::NotADatabase(_)
                | Self::Busy(_)
                | Self::Missing(_)
                | Self::Other { .. }
        )
    }
}

/// Where an error happened: decides what a server's code means and what the message names.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    /// `host:port` or the file.
    pub host: &'a str,
    /// The database, for "no such database".
    pub database: &'a str,
    /// The store being read, or "" while connecting and listing.
    pub store: &'a str,
}

impl Place<'_> {
    /// What the message names: the store, or the host while there is none.
    pub fn subject(&self) -> String {
        if self.store.is_empty() { self.host.to_owned() } else { self.store.to_owned() }
    }
}

/// The part of the mapping all drivers share; `by_code` maps a server's own code.
///
/// Servers' messages are never repeated: they may quote a value ("invalid input syntax for …").
pub(crate) fn map_sqlx(
    error: &sqlx::Error,
    place: Place<'_>,
    by_code: impl Fn(&str, Place<'_>) -> Option<SourceError>,
) -> SourceError {
    match error {
        sqlx::Error::Database(db) => {
            let code = db.code().unwrap_or_default();
            by_code(&code, place).unwrap_or_else(|| SourceError::Other {
                what: place.subject(),
                why: format!("the server answered with error code {code}"),
            })
        }
        sqlx::Error::Io(io) => map_io(io, place.host),
        sqlx::Error::Tls(why) => {
            SourceError::Tls { host: place.host.to_owned(), why: why.to_string() }
        }
        sqlx::Error::PoolTimedOut => SourceError::Timeout(place.host.to_owned()),
        sqlx::Error::Configuration(_) => SourceError::Tls {
            host: place.host.to_owned(),
            why: "the certificate or key files cannot be used".to_owned(),
        },
        sqlx::Error::Protocol(_) => SourceError::Other {
            what: place.subject(),
            why: "the server's answer was not understood; is this the right port?".to_owned(),
        },
        sqlx::Error::ColumnIndexOutOfBounds { .. } | sqlx::Error::ColumnNotFound(_) => {
            SourceError::Vanished(place.subject())
        }
        _ => SourceError::Other {
            what: place.subject(),
            why: "the driver could not read the answer".to_owned(),
        },
    }
}

pub(crate) fn map_io(error: &std::io::Error, host: &str) -> SourceError {
    use std::io::ErrorKind as K;
    let host = host.to_owned();
    match error.kind() {
        K::ConnectionRefused => SourceError::Refused(host),
        K::TimedOut | K::HostUnreachable | K::NetworkUnreachable => SourceError::Timeout(host),
        // rustls reports a failed handshake as invalid data.
        K::InvalidData => SourceError::Tls { host, why: error.to_string() },
        K::NotFound => SourceError::Missing(host),
        K::PermissionDenied => SourceError::Denied(host),
        _ => SourceError::Lost(host),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_both_texts_in_both_languages() {
        for lang in ["en", "zh-CN"] {
            let path = format!("{}/../../locales/{lang}/sources.ftl", env!("CARGO_MANIFEST_DIR"));
            let texts = std::fs::read_to_string(&path).unwrap();
            let has = |key: &str| texts.lines().any(|l| l.starts_with(&format!("{key} =")));
            for code in SourceError::CODES {
                assert!(has(&format!("source-error-{code}")), "{lang}: {code}");
                assert!(has(&format!("source-error-{code}-do")), "{lang}: {code}-do");
            }
        }
    }
}
