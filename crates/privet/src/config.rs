//! Settings: command line before environment (`PRIVET_…`) before configuration file before default.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use sources::NetworkGuard;

use crate::Failure;

/// Where the server listens unless told otherwise.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:8440";
/// Where state lives unless told otherwise.
pub const DEFAULT_DATA: &str = "./privet-data";

/// The configuration file. Unknown keys are errors: a misspelt guard must not be silently off.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct File {
    /// Address to listen on.
    pub listen: Option<String>,
    /// The data directory.
    pub data: Option<PathBuf>,
    /// `postgres://…`.
    pub database: Option<String>,
    /// How people reach the server, e.g. `https://privacy.example.com`.
    pub public_url: Option<String>,
    /// A proxy in front sets `X-Forwarded-For`, and only it can reach the server.
    pub trust_proxy: bool,
    /// Log level or filter, e.g. `info` or `warn,privet=debug`.
    pub log: Option<String>,
    /// Which addresses scans may dial.
    pub network: Network,
    /// Which files the server may scan.
    pub files: Files,
    /// The detection API.
    pub detect: Detect,
}

/// `[detect]` of the configuration file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Detect {
    /// `/analyze`, `/anonymize` and the other Presidio-compatible addresses answer programs on this
    /// machine without a token.
    pub open_on_loopback: bool,
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
}

impl Default for Network {
    fn default() -> Self {
        let NetworkGuard { allow_loopback, allow_private, only } = NetworkGuard::default();
        Self { allow_loopback, allow_private, only }
    }
}

/// What the command line said; `None` is "not said".
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// `--config`.
    pub config: Option<PathBuf>,
    /// `--data`.
    pub data: Option<PathBuf>,
    /// `--database`.
    pub database: Option<String>,
    /// `--listen`.
    pub listen: Option<String>,
}

/// What counts.
#[derive(Debug, Clone)]
pub struct Config {
    /// Address to listen on.
    pub listen: String,
    /// The data directory.
    pub data: PathBuf,
    /// `postgres://…`; `None` is SQLite in the data directory.
    pub database: Option<String>,
    /// How people reach the server.
    pub public_url: Option<String>,
    /// Whether `X-Forwarded-For` is believed.
    pub trust_proxy: bool,
    /// Log filter.
    pub log: String,
    /// Which addresses scans may dial.
    pub guard: NetworkGuard,
    /// Which files and folders the server may scan; empty: all it can read.
    pub folders: Vec<PathBuf>,
    /// Whether the Presidio-compatible addresses answer this machine without a token.
    pub open_on_loopback: bool,
}

impl Config {
    /// Puts the sources of settings together.
    pub fn load(said: Said) -> Result<Self, Failure> {
        Self::from_parts(said, |name| std::env::var(name).ok().filter(|value| !value.is_empty()))
    }

    fn from_parts(said: Said, env: impl Fn(&str) -> Option<String>) -> Result<Self, Failure> {
        let path = said.config.or_else(|| env("PRIVET_CONFIG").map(PathBuf::from));
        let file = path.as_deref().map(read).transpose()?.unwrap_or_default();
        let database = said.database.or_else(|| env("PRIVET_DATABASE")).or(file.database);
        let public_url = env("PRIVET_PUBLIC_URL").or(file.public_url);
        if let Some(url) = &database {
            check_database(url)?;
        }
        if let Some(url) = &public_url {
            check_public_url(url)?;
        }
        Ok(Self {
            listen: said
                .listen
                .or_else(|| env("PRIVET_LISTEN"))
                .or(file.listen)
                .unwrap_or_else(|| DEFAULT_LISTEN.to_owned()),
            data: said
                .data
                .or_else(|| env("PRIVET_DATA").map(PathBuf::from))
                .or(file.data)
                .unwrap_or_else(|| PathBuf::from(DEFAULT_DATA)),
            database,
            public_url,
            trust_proxy: file.trust_proxy,
            log: env("PRIVET_LOG").or(file.log).unwrap_or_else(|| "warn".to_owned()),
            guard: NetworkGuard {
                allow_loopback: file.network.allow_loopback,
                allow_private: file.network.allow_private,
                only: file.network.only,
            },
            folders: file.files.only,
            open_on_loopback: file.detect.open_on_loopback,
        })
    }
}

fn read(path: &Path) -> Result<File, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::usage(format!(
            "the configuration file {} could not be read: {error}; check the path given with --config",
            path.display()
        ))
    })?;
    toml::from_str(&text).map_err(|error| {
        // The error's own text quotes the line, which may hold a password: say only where and what.
        let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
        Failure::usage(format!(
            "the configuration file {} is wrong at line {line}: {}; correct it and start again",
            path.display(),
            error.message()
        ))
    })
}

fn check_database(url: &str) -> Result<(), Failure> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(());
    }
    // The address may hold a password: name only its scheme.
    let scheme = url.split(':').next().unwrap_or_default();
    Err(Failure::usage(format!(
        "--database takes postgres://user:password@host/database, not “{scheme}:…”; leave it out to use the embedded SQLite in --data"
    )))
}

fn check_public_url(text: &str) -> Result<(), Failure> {
    let ok = url::Url::parse(text)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some());
    if ok {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "the public URL “{text}” is not an http(s) address; write it like https://privacy.example.com"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    fn with_file(text: &str) -> Result<Config, Failure> {
        let file = file(text);
        let said = Said { config: Some(file.path().to_owned()), ..Said::default() };
        Config::from_parts(said, |_| None)
    }

    #[test]
    fn the_command_line_wins_over_environment_over_file_over_default() {
        let file = file("listen = \"1.1.1.1:1\"\ndata = \"from-file\"\nlog = \"info\"\n");
        let said = Said {
            config: Some(file.path().to_owned()),
            listen: Some("3.3.3.3:3".to_owned()),
            ..Said::default()
        };

        let config = Config::from_parts(said, |name| match name {
            "PRIVET_LISTEN" => Some("2.2.2.2:2".to_owned()),
            "PRIVET_DATA" => Some("from-env".to_owned()),
            _ => None,
        })
        .unwrap();

        assert_eq!(config.listen, "3.3.3.3:3");
        assert_eq!(config.data, PathBuf::from("from-env"));
        assert_eq!(config.log, "info");
        assert_eq!(config.database, None);
    }

    #[test]
    fn an_unknown_key_is_an_error_that_names_it_and_its_line() {
        let error = with_file("listen = \"127.0.0.1:1\"\n\n[network]\nallow_privat = false\n");

        let message = error.unwrap_err().to_string();
        assert!(message.contains("allow_privat"), "{message}");
        assert!(message.contains("line 4"), "{message}");
    }

    #[test]
    fn a_wrong_file_never_quotes_a_password() {
        let error = with_file("database = \"postgres://p:hunter2@h/d\" oops\n").unwrap_err();

        assert!(!error.to_string().contains("hunter2"), "{error}");
    }

    #[test]
    fn the_guard_comes_from_the_file() {
        let config = with_file(
            "[network]\nonly = [\"10.0.0.0/8\"]\nallow_loopback = false\n[files]\nonly = [\"/srv\"]\n",
        );

        let config = config.unwrap();
        assert_eq!(config.folders, [PathBuf::from("/srv")]);
        let guard = config.guard;
        assert!(!guard.allow_loopback && guard.allow_private);
        assert_eq!(guard.only, ["10.0.0.0/8"]);
    }

    #[test]
    fn a_database_that_is_not_postgres_is_refused_without_showing_it() {
        let error = with_file("database = \"mysql://root:hunter2@h/d\"\n").unwrap_err();

        assert!(error.to_string().contains("postgres://"), "{error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
