//! What a destination is and what its form must say.

use serde::{Deserialize, Serialize};
use sources::{Address, SourceKind};
use sqlx::{Row as _, any::AnyRow};

use crate::{EventKind, FieldFault};

/// The kinds of identifiers a destination may be given.
pub const IDENTIFIERS: [&str; 7] = [
    "email",
    "phone",
    "customer_id",
    "device_id",
    "wechat_unionid",
    "wechat_openid",
    "advertising_id",
];

/// What a destination is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A signed HTTPS request for each event.
    Webhook,
    /// A message in a JetStream stream for each event.
    Nats,
    /// A table in the company's PostgreSQL or MySQL that holds the present state.
    Table,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Webhook, Self::Nats, Self::Table];

    /// Stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Nats => "nats",
            Self::Table => "table",
        }
    }

    /// Reads the stable name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Whether it is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// A table whose plan nobody has approved yet.
    Draft,
    /// Served.
    Active,
    /// Stopped by a person; nothing is lost meanwhile.
    Paused,
    /// The receiver answered 410 Gone; a person may resume it.
    Gone,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Draft, Self::Active, Self::Paused, Self::Gone];

    /// Stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Gone => "gone",
        }
    }

    /// Reads the stable name; an unknown one is not served.
    pub fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|state| state.as_str() == text).unwrap_or(Self::Paused)
    }
}

/// What else a kind needs. Stored as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// NATS: the subject, with `{event}` and `{subject}`.
    pub subject: String,
    /// NATS: `none`, `token`, `password`, `nkey`, `creds`.
    pub auth: String,
    /// Path of a private CA's PEM file, or "".
    pub tls_ca: String,
    /// Webhook: `hmac` or `ed25519`.
    pub signing: String,
    /// Table: schema, or "" for the default one.
    pub schema: String,
    /// Table: name.
    pub table: String,
    /// Table: identifiers as SHA-256 of the normalised value instead of the value.
    pub hashed: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            subject: "privet.{event}".into(),
            auth: "none".into(),
            tls_ca: String::new(),
            signing: "hmac".into(),
            schema: String::new(),
            table: "privet_consent".into(),
            hashed: false,
        }
    }
}

/// A destination.
#[derive(Debug, Clone)]
pub struct Destination {
    /// Id.
    pub id: String,
    /// Name people see.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Where, without a password.
    pub address: String,
    /// Which events; empty for a table.
    pub events: Vec<EventKind>,
    /// Kinds of identifiers it is given.
    pub identifiers: Vec<String>,
    /// What else.
    pub config: Config,
    /// Whether it is served.
    pub state: State,
    /// Ledger entries up to here have been dealt with.
    pub position: i64,
    /// The first filling of a table has come to this person; `None` when complete.
    pub filled_to: Option<String>,
    /// Last success (µs), or 0.
    pub sent_at: i64,
    /// Code of the newest fault since the last success, or "".
    pub fault: String,
    /// When (µs).
    pub fault_at: i64,
    /// Faults in a row.
    pub failures: i64,
    /// The old secret still signs until then (µs), or 0.
    pub old_secret_until: i64,
    /// Made (µs).
    pub created_at: i64,
    pub(crate) secret_sealed: Option<String>,
    pub(crate) old_secret_sealed: Option<String>,
}

/// Columns in the order [`Destination::read`] expects.
pub(crate) const COLUMNS: &str = "id, name, kind, address, events, identifiers, config, state, position, filled_to, sent_at, fault, fault_at, failures, old_secret_until, created_at, secret_sealed, old_secret_sealed";

impl Destination {
    pub(crate) fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        let list = |text: String| -> Vec<String> {
            text.split(',').filter(|part| !part.is_empty()).map(str::to_owned).collect()
        };
        let kind: String = row.try_get(2)?;
        let events: Vec<String> = list(row.try_get(4)?);
        Ok(Self {
            id: row.try_get(0)?,
            name: row.try_get(1)?,
            kind: Kind::parse(&kind).ok_or_else(|| {
                sqlx::Error::Decode(format!("a destination has the unknown kind {kind}").into())
            })?,
            address: row.try_get(3)?,
            events: events.iter().filter_map(|name| EventKind::parse(name)).collect(),
            identifiers: list(row.try_get(5)?),
            config: serde_json::from_str(&row.try_get::<String, _>(6)?).unwrap_or_default(),
            state: State::parse(&row.try_get::<String, _>(7)?),
            position: row.try_get(8)?,
            filled_to: row.try_get(9)?,
            sent_at: row.try_get(10)?,
            fault: row.try_get(11)?,
            fault_at: row.try_get(12)?,
            failures: row.try_get(13)?,
            old_secret_until: row.try_get(14)?,
            created_at: row.try_get(15)?,
            secret_sealed: row.try_get(16)?,
            old_secret_sealed: row.try_get(17)?,
        })
    }

    /// Whether it wants this kind of event.
    pub fn wants(&self, kind: EventKind) -> bool {
        self.events.contains(&kind)
    }

    pub(crate) fn events_text(events: &[EventKind]) -> String {
        events.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(",")
    }
}

/// What a destination should be.
#[derive(Clone)]
pub struct Draft {
    /// Name people see.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// As typed; may hold a password.
    pub address: String,
    /// Which events.
    pub events: Vec<EventKind>,
    /// Kinds of identifiers it is given.
    pub identifiers: Vec<String>,
    /// What else.
    pub config: Config,
    /// NATS or database: typed apart; `None` keeps the one it has.
    pub secret: Option<String>,
    /// Begin with the first event there ever was instead of the next one.
    pub from_start: bool,
}

/// A draft that holds together.
pub(crate) struct Checked {
    pub address: String,
    pub secret: Option<String>,
}

impl Draft {
    /// Checks everything that can be checked without connecting.
    pub(crate) fn check(&self) -> Result<Checked, Vec<FieldFault>> {
        let mut faults = Vec::new();
        let mut wrong = |field, key| faults.push(FieldFault { field, key });
        if self.name.trim().is_empty() {
            wrong("name", "deliver-error-name");
        }
        if self.kind != Kind::Table && self.events.is_empty() {
            wrong("events", "deliver-error-events");
        }
        if self.kind == Kind::Table && self.identifiers.is_empty() {
            wrong("identifiers", "deliver-error-identifiers");
        }
        if self.identifiers.iter().any(|kind| !IDENTIFIERS.contains(&kind.as_str())) {
            wrong("identifiers", "deliver-error-identifiers");
        }
        if self.kind == Kind::Nats && !subject_is_sound(&self.config.subject) {
            wrong("subject", "deliver-error-subject");
        }
        let typed = self.secret.clone().filter(|secret| !secret.is_empty());
        if self.kind == Kind::Nats
            && self.config.auth != "none"
            && !AUTH.contains(&self.config.auth.as_str())
        {
            wrong("auth", "deliver-error-auth");
        }
        if self.kind == Kind::Table {
            for (field, name, optional) in
                [("table", &self.config.table, false), ("schema", &self.config.schema, true)]
            {
                if !(name_is_sound(name) || optional && name.is_empty()) {
                    wrong(field, "deliver-error-table");
                }
            }
        }
        let (address, inline) = match self.checked_address() {
            Ok(found) => found,
            Err(key) => {
                wrong("address", key);
                (String::new(), None)
            }
        };
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Checked { address, secret: typed.or(inline) })
    }

    /// The address to store, and a password that stood in it.
    fn checked_address(&self) -> Result<(String, Option<String>), &'static str> {
        let text = self.address.trim();
        match self.kind {
            Kind::Webhook => webhook_address(text).map(|url| (url, None)),
            Kind::Nats => nats_address(text).map(|url| (url, None)),
            Kind::Table => {
                let (address, secret) =
                    Address::parse(text).map_err(|_| "deliver-error-database")?;
                let known = matches!(address.kind, SourceKind::Postgres | SourceKind::Mysql);
                let named = address.net_parts().is_ok_and(|parts| !parts.database.is_empty());
                if !known || !named {
                    return Err("deliver-error-database");
                }
                Ok((address.text, secret.map(|secret| secret.0)))
            }
        }
    }
}

/// Ways to sign in to a NATS server.
pub(crate) const AUTH: [&str; 4] = ["token", "password", "nkey", "creds"];

/// HTTPS, or plain HTTP to this machine; no name and password, which would show in the list.
fn webhook_address(text: &str) -> Result<String, &'static str> {
    let url = url::Url::parse(text).map_err(|_| "deliver-error-url")?;
    let loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => return Err("deliver-error-url"),
    };
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err("deliver-error-url-login");
    }
    match url.scheme() {
        "https" => Ok(url.to_string()),
        "http" if loopback => Ok(url.to_string()),
        "http" => Err("deliver-error-plain"),
        _ => Err("deliver-error-url"),
    }
}

fn nats_address(text: &str) -> Result<String, &'static str> {
    let url = url::Url::parse(text).map_err(|_| "deliver-error-nats")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("deliver-error-url-login");
    }
    let known = matches!(url.scheme(), "nats" | "tls") && url.host_str().is_some();
    let bare = matches!(url.path(), "" | "/") && url.query().is_none();
    if known && bare {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err("deliver-error-nats")
    }
}

/// A subject to publish to: tokens between dots, no wildcard, no white space.
fn subject_is_sound(pattern: &str) -> bool {
    let plain = pattern.replace("{event}", "a.b").replace("{subject}", "a");
    plain.len() <= 200
        && plain.split('.').all(|token| {
            !token.is_empty()
                && token.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
        })
}

/// A name both servers take, quoted.
pub(crate) fn name_is_sound(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name.len() <= 48
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(kind: Kind, address: &str) -> Draft {
        Draft {
            name: "CRM".into(),
            kind,
            address: address.into(),
            events: EventKind::ALL.to_vec(),
            identifiers: vec!["email".into()],
            config: Config::default(),
            secret: None,
            from_start: false,
        }
    }

    fn faults(draft: &Draft) -> Vec<&'static str> {
        draft.check().err().unwrap_or_default().iter().map(|fault| fault.key).collect()
    }

    #[test]
    fn webhooks_need_tls_beyond_this_machine_and_no_login_in_the_address() {
        for good in ["https://crm.example/hooks?x=1", "http://127.0.0.1:9/a", "http://localhost/"] {
            assert!(faults(&draft(Kind::Webhook, good)).is_empty(), "{good}");
        }
        for (bad, key) in [
            ("http://crm.example/", "deliver-error-plain"),
            ("https://u:p@crm.example/", "deliver-error-url-login"),
            ("ftp://crm.example/", "deliver-error-url"),
            ("crm.example", "deliver-error-url"),
        ] {
            assert_eq!(faults(&draft(Kind::Webhook, bad)), [key], "{bad}");
        }
    }

    #[test]
    fn a_table_needs_a_server_a_database_and_an_identifier() {
        assert!(faults(&draft(Kind::Table, "postgres://w:secret@db/shop")).is_empty());
        for bad in ["sqlite:shop.db", "postgres://w@db", "https://x/"] {
            assert_eq!(faults(&draft(Kind::Table, bad)), ["deliver-error-database"], "{bad}");
        }
        let mut odd = draft(Kind::Table, "mysql://w@db/shop");
        odd.config.table = "a b".into();
        odd.identifiers.clear();
        assert_eq!(faults(&odd), ["deliver-error-identifiers", "deliver-error-table"]);
    }

    #[test]
    fn a_password_in_the_address_is_taken_out_of_it() {
        let checked = draft(Kind::Table, "postgres://w:secret@db/shop").check().ok().unwrap();

        assert!(!checked.address.contains("secret"));
        assert_eq!(checked.secret.as_deref(), Some("secret"));
    }

    #[test]
    fn nats_subjects_have_no_wildcards() {
        let mut nats = draft(Kind::Nats, "nats://queue.example:4222");
        for (subject, good) in [
            ("privet.{event}", true),
            ("crm.{event}.{subject}", true),
            ("privet.>", false),
            ("privet.*", false),
            ("a..b", false),
            ("a b", false),
        ] {
            nats.config.subject = subject.into();
            assert_eq!(faults(&nats).is_empty(), good, "{subject}");
        }
    }
}
