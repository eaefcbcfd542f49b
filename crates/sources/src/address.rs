//! Addresses of sources: what a person types, taken apart without ever keeping the password.

use std::{io::Read, path::Path};

use url::Url;

use crate::{
    error::SourceError,
    model::{Address, Secret, SourceKind, TlsMode},
};

/// First bytes of every SQLite database.
pub(crate) const SQLITE_MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// A network database's address taken apart.
#[derive(Debug, Clone)]
pub struct NetParts {
    /// Account, or "".
    pub user: String,
    /// Host name or address, without brackets.
    pub host: String,
    /// Port; the usual one where the address names none.
    pub port: u16,
    /// Database, or "".
    pub database: String,
    /// TLS mode, where the address names one.
    pub tls: Option<TlsMode>,
}

impl Address {
    /// Parses what a person typed; a password in the address is taken out and returned apart.
    ///
    /// Understood: `sqlite:FILE`, `sqlite://FILE`, `postgres://` and `postgresql://`, `mysql://` and
    /// `mariadb://`, `file://` and bare paths (a SQLite file is recognised by its first bytes).
    ///
    /// # Errors
    /// [`SourceError::BadAddress`] (with any password removed), [`SourceError::BadOption`],
    /// [`SourceError::Missing`] for a bare path that does not exist.
    pub fn parse(text: &str) -> Result<(Self, Option<Secret>), SourceError> {
        let text = text.trim();
        let bad = || SourceError::BadAddress(without_password(text));
        let lower = text.to_ascii_lowercase();
        if let Some(rest) = strip(text, &lower, "sqlite:") {
            let file = sqlite_file(rest);
            if file.is_empty() {
                return Err(bad());
            }
            return Ok((Self { kind: SourceKind::Sqlite, text: format!("sqlite:{file}") }, None));
        }
        for (scheme, kind) in [
            ("postgresql:", SourceKind::Postgres),
            ("postgres:", SourceKind::Postgres),
            ("mysql:", SourceKind::Mysql),
            ("mariadb:", SourceKind::Mysql),
        ] {
            if let Some(rest) = strip(text, &lower, scheme) {
                return network(kind, rest).ok_or_else(bad)?;
            }
        }
        let path = match strip(text, &lower, "file:") {
            Some(rest) => rest.strip_prefix("//").unwrap_or(rest),
            None if text.contains("://") => return Err(bad()),
            None => text,
        };
        if path.is_empty() || path.contains('\0') {
            return Err(bad());
        }
        Ok((bare_path(path)?, None))
    }

    /// A file or folder on this machine: no network, no password, no TLS.
    pub fn is_local(&self) -> bool {
        matches!(self.kind, SourceKind::Sqlite | SourceKind::Files)
    }

    /// The file or folder of a SQLite or files address.
    pub fn path(&self) -> &Path {
        Path::new(self.text.strip_prefix("sqlite:").unwrap_or(&self.text))
    }

    /// Host, port, user and database of a network address.
    ///
    /// # Errors
    /// [`SourceError::BadAddress`] for a file, [`SourceError::BadOption`] for an unknown TLS mode.
    pub fn net_parts(&self) -> Result<NetParts, SourceError> {
        let bad = || SourceError::BadAddress(without_password(&self.text));
        let url = Url::parse(&self.text).map_err(|_| bad())?;
        let host = url.host_str().filter(|h| !h.is_empty()).ok_or_else(bad)?;
        let default_port = if self.kind == SourceKind::Mysql { 3306 } else { 5432 };
        Ok(NetParts {
            user: decode(url.username()),
            host: host.trim_start_matches('[').trim_end_matches(']').to_owned(),
            port: url.port().unwrap_or(default_port),
            database: decode(url.path().trim_start_matches('/')),
            tls: tls_of(&url)?,
        })
    }
}

fn strip<'a>(text: &'a str, lower: &str, scheme: &str) -> Option<&'a str> {
    lower.starts_with(scheme).then(|| &text[scheme.len()..])
}

/// The file of `sqlite:` and `sqlite://` forms. Parameters are dropped: we always open read-only.
fn sqlite_file(rest: &str) -> &str {
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    match rest.rsplit_once('?') {
        Some((file, _)) if !Path::new(rest).exists() => file,
        _ => rest,
    }
}

fn bare_path(path: &str) -> Result<Address, SourceError> {
    let absolute = std::path::absolute(path).map_err(|_| SourceError::Missing(path.to_owned()))?;
    let absolute = absolute.to_str().ok_or_else(|| SourceError::BadAddress(path.to_owned()))?;
    let meta = std::fs::metadata(absolute).map_err(|e| match e.kind() {
        std::io::ErrorKind::PermissionDenied => SourceError::Denied(path.to_owned()),
        _ => SourceError::Missing(path.to_owned()),
    })?;
    if meta.is_file() && is_sqlite(Path::new(absolute)) {
        return Ok(Address { kind: SourceKind::Sqlite, text: format!("sqlite:{absolute}") });
    }
    Ok(Address { kind: SourceKind::Files, text: absolute.to_owned() })
}

/// The file starts like a SQLite database, or is an empty file that is named like one.
pub(crate) fn is_sqlite(path: &Path) -> bool {
    let mut head = [0u8; 16];
    let Ok(mut file) = std::fs::File::open(path) else { return false };
    if file.read_exact(&mut head).is_ok() {
        return &head == SQLITE_MAGIC;
    }
    let ext = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    ["db", "sqlite", "sqlite3"].iter().any(|e| ext.eq_ignore_ascii_case(e))
}

type Parsed = Result<(Address, Option<Secret>), SourceError>;

/// `None`: not an address at all.
fn network(kind: SourceKind, rest: &str) -> Option<Parsed> {
    let scheme = if kind == SourceKind::Mysql { "mysql" } else { "postgres" };
    let mut url = Url::parse(&format!("{scheme}:{rest}")).ok()?;
    // An unescaped `/`, `#` or `?` in a password tears the address apart: it would end up in the
    // host or database name, so such addresses are refused instead of guessed at.
    let path = url.path().trim_start_matches('/');
    if url.fragment().is_some() || path.contains(['/', '@']) || url.query_has('@') {
        return None;
    }
    url.host_str().filter(|h| !h.is_empty())?;
    let mut secret = url.password().map(|p| Secret(decode(p)));
    url.set_password(None).ok()?;

    let mut tls = None;
    let mut user = None;
    for (key, value) in url.query_pairs() {
        match key.to_ascii_lowercase().as_str() {
            "sslmode" | "ssl-mode" => match tls_mode(&value) {
                Some(mode) => tls = Some(mode),
                None => return Some(Err(SourceError::BadOption(format!("sslmode={value}")))),
            },
            "user" => user = Some(value.into_owned()),
            "password" => secret = Some(Secret(value.into_owned())),
            // Harmless and common in copied addresses.
            "application_name" | "charset" | "connect_timeout" => {}
            _ => return Some(Err(SourceError::BadOption(key.into_owned()))),
        }
    }
    if let Some(user) = user {
        url.set_username(&user).ok()?;
    }
    url.set_query(tls.map(|mode| format!("sslmode={}", mode_word(mode))).as_deref());
    let address = Address { kind, text: url.to_string() };
    Some(address.net_parts().map(|_| (address, secret.filter(|s| !s.0.is_empty()))))
}

trait QueryHas {
    fn query_has(&self, c: char) -> bool;
}

impl QueryHas for Url {
    fn query_has(&self, c: char) -> bool {
        self.query().is_some_and(|q| q.contains(c))
    }
}

fn tls_of(url: &Url) -> Result<Option<TlsMode>, SourceError> {
    match url.query_pairs().find(|(k, _)| k == "sslmode") {
        None => Ok(None),
        Some((_, v)) => match tls_mode(&v) {
            Some(mode) => Ok(Some(mode)),
            None => Err(SourceError::BadOption(format!("sslmode={v}"))),
        },
    }
}

/// libpq's and MySQL's words. `verify-ca` becomes the stricter `verify-full`.
fn tls_mode(word: &str) -> Option<TlsMode> {
    Some(match word.to_ascii_lowercase().replace('_', "-").as_str() {
        "disable" | "disabled" => TlsMode::Disable,
        "allow" | "prefer" | "preferred" => TlsMode::Prefer,
        "require" | "required" => TlsMode::Require,
        "verify-ca" | "verify-full" | "verify-identity" => TlsMode::VerifyFull,
        _ => return None,
    })
}

fn mode_word(mode: TlsMode) -> &'static str {
    match mode {
        TlsMode::Disable => "disable",
        TlsMode::Prefer => "prefer",
        TlsMode::Require => "require",
        TlsMode::VerifyFull => "verify-full",
    }
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let hex = (bytes[i] == b'%').then(|| bytes.get(i + 1..i + 3)).flatten();
        let byte = hex
            .and_then(|h| std::str::from_utf8(h).ok())
            .and_then(|h| u8::from_str_radix(h, 16).ok());
        if let Some(byte) = byte {
            out.push(byte);
            i += 3;
        } else {
            out.push(bytes[i]);
            i += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The text with everything a password could be in cut out: from the first `:` after `://` to the
/// last `@`, and every parameter.
fn without_password(text: &str) -> String {
    let Some(start) = text.find("://").map(|i| i + 3) else {
        return match text.rfind('@') {
            Some(at) => format!("…{}", &text[at..]),
            None => text.to_owned(),
        };
    };
    let rest = &text[start..];
    let (user, rest) = match rest.rfind('@') {
        Some(at) => (rest[..at].split(':').next().unwrap_or_default(), &rest[at..]),
        None => ("", rest),
    };
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    format!("{}{user}{rest}", &text[..start])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (String, Option<String>) {
        let (address, secret) = Address::parse(text).unwrap();
        (address.text, secret.map(|s| s.0))
    }

    #[test]
    fn passwords_are_taken_out_and_percent_decoded() {
        assert_eq!(
            parsed("postgresql://li%40x:p%40ss%2Fw%23rd@db.example:6432/shop"),
            ("postgres://li%40x@db.example:6432/shop".into(), Some("p@ss/w#rd".into()))
        );
        let (address, _) = Address::parse("postgres://li%40x@db.example/sh%20op").unwrap();
        let parts = address.net_parts().unwrap();
        assert_eq!(
            (parts.user.as_str(), parts.port, parts.database.as_str()),
            ("li@x", 5432, "sh op")
        );
    }

    #[test]
    fn schemes_have_synonyms_and_default_ports() {
        assert_eq!(parsed("mariadb://root@[::1]/shop").0, "mysql://root@[::1]/shop");
        let (address, _) = Address::parse("MySQL://root@[::1]/").unwrap();
        let parts = address.net_parts().unwrap();
        assert_eq!((parts.host.as_str(), parts.port, parts.database.as_str()), ("::1", 3306, ""));
    }

    #[test]
    fn sslmode_is_kept_and_unknown_parameters_are_refused() {
        assert_eq!(
            parsed("postgres://a@b/c?sslmode=verify-full&password=x"),
            ("postgres://a@b/c?sslmode=verify-full".into(), Some("x".into()))
        );
        for text in ["postgres://a@b/c?sslmode=maybe", "postgres://a@b/c?options=-c%20x"] {
            assert_eq!(Address::parse(text).unwrap_err().code(), "bad-option", "{text}");
        }
    }

    #[test]
    fn an_error_never_echoes_a_password() {
        for text in [
            "postgres://u:hunter2#x@host/db",
            "postgres://u:hunter2/x@host/db",
            "postgres://u:hun@ter2@host:badport/db",
            "mongodb://u:hunter2@host/db",
            "postgres://u:hunter2?x@host/db",
            "mysql:u:hunter2@host",
        ] {
            let error = Address::parse(text).unwrap_err().to_string();
            assert!(!error.contains("hunter2") && !error.contains("ter2"), "{text} → {error}");
        }
    }

    #[test]
    fn a_bare_path_is_told_by_its_first_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let db = dir.path().join("shop");
        std::fs::write(&db, b"SQLite format 3\0rest of it").unwrap();
        let csv = dir.path().join("a.csv");
        std::fs::write(&csv, "a,b\n1,2\n").unwrap();

        let kind = |p: &Path| Address::parse(p.to_str().unwrap()).unwrap().0.kind;
        assert_eq!(kind(&db), SourceKind::Sqlite);
        assert_eq!(kind(&csv), SourceKind::Files);
        assert_eq!(kind(dir.path()), SourceKind::Files);
        assert_eq!(Address::parse("/no/such/file").unwrap_err().code(), "missing");
    }

    #[test]
    fn sqlite_forms_name_the_file() {
        assert_eq!(parsed("sqlite:shop.db").0, "sqlite:shop.db");
        assert_eq!(parsed("sqlite:///tmp/x.db?mode=rwc").0, "sqlite:/tmp/x.db");
        assert!(Address::parse("sqlite:").is_err());
    }

    proptest::proptest! {
        #[test]
        fn parsing_never_panics(text in ".{0,80}") {
            let _ = Address::parse(&text);
            let _ = Address::parse(&format!("postgres://{text}"));
        }
    }
}
