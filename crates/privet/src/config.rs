//! Settings: command line before environment (`PRIVET_…`) before configuration file before default.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use sources::NetworkGuard;

use preference::sms::{HttpGateway, HttpGatewayConfig, SmsGateway};
use web::mail::{MailConfig, MailSecret, MailSecurity};
use web::{ForwardHeader, MetricsAccess, Proxies};

use crate::Failure;

mod sections;

pub use sections::{BannerPart, Detect, Exports, Files, Limits, Mail, Network, Sms, TlsPart};

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
    /// A proxy in front sets the forwarding header, and only it can reach the server.
    pub trust_proxy: bool,
    /// The addresses (or CIDR ranges) of the proxies in front; only they may say for whom they ask.
    pub trusted_proxies: Vec<String>,
    /// The header they write: `x-forwarded-for` (default) or `forwarded`.
    pub forward_header: Option<String>,
    /// Who may read `/metrics` without a token: `loopback` (default), `token` (nobody) or `open`.
    pub metrics: Option<String>,
    /// TLS by Privet itself.
    pub tls: TlsPart,
    /// Single sign-on.
    pub sso: Option<crate::sso::Section>,
    /// Witnesses of the log.
    pub ledger: crate::witness::Section,
    /// Log level or filter, e.g. `info` or `warn,privet=debug`.
    pub log: Option<String>,
    /// Which addresses scans may dial.
    pub network: Network,
    /// Which files the server may scan.
    pub files: Files,
    /// How much clients may ask.
    pub limits: Limits,
    /// How customers reach the privacy team: an e-mail address or a page. In notices and receipts.
    pub contact: String,
    /// The detection API.
    pub detect: Detect,
    /// What every anonymised export must reach.
    pub exports: Exports,
    /// The web banner.
    pub banner: BannerPart,
    /// The mail server.
    pub mail: Option<Mail>,
    /// The gateway for text messages.
    pub sms: Option<Sms>,
    /// Where the root key is kept.
    pub keys: crate::keys::Section,
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
    /// `--tls-cert`.
    pub tls_cert: Option<PathBuf>,
    /// `--tls-key`.
    pub tls_key: Option<PathBuf>,
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
    /// The proxies in front, whose word about the visitor is believed.
    pub proxies: Proxies,
    /// Who may read `/metrics` without a token.
    pub metrics: MetricsAccess,
    /// The provider of single sign-on.
    pub sso: Option<crate::sso::Settings>,
    /// Certificate and key, where Privet speaks TLS itself.
    pub tls: Option<crate::tls::Files>,
    /// Who cosigns the log's checkpoints.
    pub witnesses: crate::witness::Settings,
    /// Log filter.
    pub log: String,
    /// Which addresses scans may dial.
    pub guard: NetworkGuard,
    /// Private addresses that webhooks may go to.
    pub webhooks: Vec<String>,
    /// Which files and folders the server may scan; empty: all it can read.
    pub folders: Vec<PathBuf>,
    /// How much clients may ask.
    pub limits: Limits,
    /// How customers reach the privacy team.
    pub contact: String,
    /// Whether the Presidio-compatible addresses answer this machine without a token.
    pub open_on_loopback: bool,
    /// The header in which the proxy tells a visitor's country.
    pub country_header: Option<String>,
    /// What every anonymised export must reach.
    pub exports: Exports,
    /// How mail leaves; `None`: it cannot.
    pub mail: Option<MailConfig>,
    /// How text messages leave; `None`: they cannot.
    pub sms: Option<HttpGatewayConfig>,
    /// Where the root key is kept.
    pub keys: store::KeySettings,
}

impl Config {
    /// The gateway for text messages, if there is one.
    pub fn sms_gateway(&self) -> Result<Option<std::sync::Arc<dyn SmsGateway>>, Failure> {
        let Some(sms) = &self.sms else { return Ok(None) };
        let gateway = HttpGateway::new(sms.clone(), self.guard.clone());
        let gateway = gateway.map_err(|_| {
            Failure::usage(
                "[sms] makes no valid request: url is an http(s) address, headers are \"Name: value\"",
            )
        })?;
        Ok(Some(std::sync::Arc::new(gateway)))
    }

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
            proxies: proxies(
                file.trust_proxy,
                &file.trusted_proxies,
                file.forward_header.as_deref(),
            )?,
            metrics: metrics(file.metrics.as_deref())?,
            sso: file.sso.map(|sso| crate::sso::settings(sso, &env)).transpose()?,
            tls: tls(said.tls_cert, said.tls_key, file.tls)?,
            witnesses: crate::witness::settings(file.ledger)?,
            log: env("PRIVET_LOG").or(file.log).unwrap_or_else(|| "warn".to_owned()),
            guard: NetworkGuard {
                allow_loopback: file.network.allow_loopback,
                allow_private: file.network.allow_private,
                only: file.network.only,
            },
            webhooks: file.network.webhooks,
            folders: file.files.only,
            limits: file.limits,
            contact: file.contact,
            open_on_loopback: file.detect.open_on_loopback,
            country_header: file.banner.country_header,
            exports: file.exports,
            mail: file.mail.map(|mail| mail_config(mail, &env)).transpose()?,
            sms: file.sms.map(|sms| sms_config(sms, &env)).transpose()?,
            keys: file.keys.settings()?,
        })
    }
}

fn proxies(everybody: bool, list: &[String], header: Option<&str>) -> Result<Proxies, Failure> {
    let header = match header {
        None | Some("x-forwarded-for") => ForwardHeader::XForwardedFor,
        Some("forwarded") => ForwardHeader::Forwarded,
        Some(other) => {
            return Err(Failure::usage(format!(
                "forward_header is x-forwarded-for or forwarded, not “{other}”"
            )));
        }
    };
    if everybody && list.is_empty() {
        return Ok(Proxies::everybody());
    }
    Proxies::parse(list, header).map_err(|wrong| {
        Failure::usage(format!(
            "trusted_proxies: “{wrong}” is no address; write them like 10.0.0.1 or 10.0.0.0/8"
        ))
    })
}

fn metrics(word: Option<&str>) -> Result<MetricsAccess, Failure> {
    let Some(word) = word else { return Ok(MetricsAccess::default()) };
    MetricsAccess::parse(word)
        .ok_or_else(|| Failure::usage(format!("metrics is loopback, token or open, not “{word}”")))
}

fn tls(
    cert: Option<PathBuf>,
    key: Option<PathBuf>,
    file: TlsPart,
) -> Result<Option<crate::tls::Files>, Failure> {
    match (cert.or(file.cert), key.or(file.key)) {
        (Some(cert), Some(key)) => {
            Ok(Some(crate::tls::Files { cert, key, client_ca: file.client_ca, tls12: file.tls12 }))
        }
        (None, None) if file.client_ca.is_none() => Ok(None),
        _ => Err(Failure::usage(
            "TLS takes a certificate and its key: give both --tls-cert and --tls-key",
        )),
    }
}

/// Checks `[mail]` at the start: a typing error should not wait for the first letter to show itself.
fn mail_config(file: Mail, env: impl Fn(&str) -> Option<String>) -> Result<MailConfig, Failure> {
    let Some(security) = MailSecurity::parse(&file.security) else {
        return Err(Failure::usage(format!(
            "[mail] security is tls, starttls or none, not “{}”",
            file.security
        )));
    };
    let password = match (env("PRIVET_MAIL_PASSWORD"), &file.password_file) {
        (Some(password), _) => Some(password),
        (None, Some(path)) => Some(password_in(path)?),
        (None, None) => None,
    };
    let config = MailConfig {
        server: file.server,
        port: file.port,
        security,
        user: file.user,
        password: password.map(MailSecret::new),
        from: file.from,
        reply_to: file.reply_to,
        ca_file: file.ca_file,
    };
    config.check().map_err(|error| Failure::usage(error.to_string()))?;
    Ok(config)
}

/// Checks `[sms]` as far as reading it goes; [`Config::sms_gateway`] tries it out.
fn sms_config(
    file: Sms,
    env: impl Fn(&str) -> Option<String>,
) -> Result<HttpGatewayConfig, Failure> {
    let header = |line: &String| {
        let pair = line.split_once(':').map(|(name, value)| (name.trim(), value.trim()));
        let pair = pair.map(|(name, value)| (name.to_owned(), value.to_owned()));
        pair.ok_or_else(|| Failure::usage("[sms] headers are written \"Name: value\""))
    };
    let secret = match (env("PRIVET_SMS_SECRET"), &file.secret_file) {
        (Some(secret), _) => secret,
        (None, Some(path)) => password_in(path)?,
        (None, None) => String::new(),
    };
    Ok(HttpGatewayConfig {
        url: file.url,
        headers: file.headers.iter().map(header).collect::<Result<_, _>>()?,
        content_type: file.content_type,
        body: file.body,
        secret,
    })
}

/// The first line of a password file: editors end it with a line break.
pub(crate) fn password_in(path: &Path) -> Result<String, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::usage(format!("the password file {} cannot be read: {error}", path.display()))
    })?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
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
    fn mail_is_checked_at_the_start_and_its_password_comes_from_a_file() {
        let password = file("four brown herons\n");
        let text = format!(
            "[mail]\nserver = \"smtp.example.com\"\nuser = \"privet\"\nfrom = \"p@example.com\"\n\
             password_file = {:?}\n",
            password.path()
        );

        let mail = with_file(&text).unwrap().mail.unwrap();
        assert_eq!((mail.port(), mail.security), (587, MailSecurity::StartTls));
        assert_eq!(mail.password.unwrap().reveal(), "four brown herons");
        let open = text.replace("user =", "security = \"none\"\nuser =");
        assert!(with_file(&open).unwrap_err().to_string().contains("on this machine"));
        let nobody = text.replace("p@example.com", "somebody");
        assert!(with_file(&nobody).unwrap_err().to_string().contains("from"));
    }

    #[test]
    fn a_database_that_is_not_postgres_is_refused_without_showing_it() {
        let error = with_file("database = \"mysql://root:hunter2@h/d\"\n").unwrap_err();

        assert!(error.to_string().contains("postgres://"), "{error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
