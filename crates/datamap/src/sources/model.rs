//! What a source must say before it is taken.

use ::sources::{Address, Secret, SourceKind, TlsMode};

/// What is wrong with one input of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The input's name.
    pub field: &'static str,
    /// Message key.
    pub key: String,
}

/// The system a source belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SystemChoice {
    /// None yet: a gap.
    #[default]
    None,
    /// One that exists, by id.
    Existing(String),
    /// A new one with this name.
    New(String),
}

/// What a source should be. `password: None` keeps the one it has.
#[derive(Clone)]
pub struct SourceDraft {
    /// Name people see.
    pub name: String,
    /// The system it belongs to.
    pub system: SystemChoice,
    /// Address as typed; may hold a password.
    pub address: String,
    /// Password typed apart.
    pub password: Option<Secret>,
    /// `disable` | `prefer` | `require` | `verify-full`.
    pub tls: String,
    /// Path of a private CA's PEM file, or "".
    pub tls_ca: String,
    /// Rows sampled in each store, 1..=100,000.
    pub rows_per_store: i64,
    /// Which stores; "" is all.
    pub tables_glob: String,
    /// Five-field cron, or "" for by hand only.
    pub cron: String,
    /// IANA zone of the schedule.
    pub zone: String,
}

impl Default for SourceDraft {
    fn default() -> Self {
        Self {
            name: String::new(),
            system: SystemChoice::None,
            address: String::new(),
            password: None,
            tls: "prefer".into(),
            tls_ca: String::new(),
            rows_per_store: 1000,
            tables_glob: String::new(),
            cron: String::new(),
            zone: "UTC".into(),
        }
    }
}

/// A draft that holds together.
pub(crate) struct Checked {
    pub address: Address,
    pub password: Option<Secret>,
}

impl SourceDraft {
    /// Checks everything that can be checked without connecting.
    pub(crate) fn check(&self) -> Result<Checked, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut wrong = |field, key: &str| errors.push(FieldError { field, key: key.into() });
        if self.name.trim().is_empty() {
            wrong("name", "src-error-name");
        }
        if !(1..=100_000).contains(&self.rows_per_store) {
            wrong("rows_per_store", "src-error-rows");
        }
        let filter = ::sources::StoreFilter { tables_glob: self.tables_glob.clone() };
        if filter.check().is_err() {
            wrong("tables_glob", "src-error-glob");
        }
        if tls_mode(&self.tls).is_none() {
            wrong("tls", "src-error-tls");
        }
        if !self.cron.is_empty() && jiff::tz::TimeZone::get(&self.zone).is_err() {
            wrong("zone", "src-error-zone");
        }
        if matches!(&self.system, SystemChoice::New(name) if name.trim().is_empty()) {
            wrong("system_name", "src-error-system");
        }
        match Address::parse(self.address.trim()) {
            Ok((address, inline)) if errors.is_empty() => {
                let typed = self.password.clone().filter(|secret| !secret.0.is_empty());
                Ok(Checked { address, password: typed.or(inline) })
            }
            Ok(_) => Err(errors),
            Err(_) => {
                errors.push(FieldError { field: "address", key: "src-error-address".into() });
                Err(errors)
            }
        }
    }
}

/// Parses a TLS mode's stable name.
pub(crate) fn tls_mode(text: &str) -> Option<TlsMode> {
    Some(match text {
        "disable" => TlsMode::Disable,
        "prefer" => TlsMode::Prefer,
        "require" => TlsMode::Require,
        "verify-full" => TlsMode::VerifyFull,
        _ => return None,
    })
}

/// The stable name of a kind.
pub(crate) fn kind_name(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::Sqlite => "sqlite",
        SourceKind::Postgres => "postgres",
        SourceKind::Mysql => "mysql",
        SourceKind::Files => "files",
    }
}

/// Where a source's data came from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OriginDraft {
    /// From a third party; otherwise collected directly.
    pub third_party: bool,
    /// Direct: where.
    pub touchpoint: String,
    /// Third party: who.
    pub provider: String,
    /// Third party: under which contract.
    pub contract: String,
    /// Country of the provider, ISO 3166-1 alpha-2, or "".
    pub country: String,
}

impl OriginDraft {
    /// Checks that it says something.
    pub(crate) fn check(&self) -> Result<(), Vec<FieldError>> {
        let mut errors = Vec::new();
        if self.third_party && self.provider.trim().is_empty() {
            errors.push(FieldError { field: "provider", key: "src-error-provider".into() });
        }
        if !self.third_party && self.touchpoint.trim().is_empty() {
            errors.push(FieldError { field: "touchpoint", key: "src-error-touchpoint".into() });
        }
        let country = self.country.trim();
        if !(country.is_empty()
            || country.len() == 2 && country.chars().all(|c| c.is_ascii_alphabetic()))
        {
            errors.push(FieldError { field: "country", key: "src-error-country".into() });
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

/// Schedules people ask for by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// By hand only.
    Manual,
    /// Every night at three.
    Daily,
    /// Sunday night at three.
    Weekly,
    /// The first of the month at three.
    Monthly,
    /// A cron expression.
    Custom,
}

impl Preset {
    /// All, in the order of the form.
    pub const ALL: [Self; 5] =
        [Self::Manual, Self::Daily, Self::Weekly, Self::Monthly, Self::Custom];

    /// Stable name; key `src-schedule-NAME`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
            Self::Custom => "custom",
        }
    }

    /// Reads a stable name; unknown names are by hand.
    pub fn from_name(name: &str) -> Self {
        Self::ALL.into_iter().find(|preset| preset.name() == name).unwrap_or(Self::Manual)
    }

    /// The expression; `custom` is what the person typed.
    pub fn cron(self, custom: &str) -> String {
        match self {
            Self::Manual => String::new(),
            Self::Daily => "0 3 * * *".into(),
            Self::Weekly => "0 3 * * 0".into(),
            Self::Monthly => "0 3 1 * *".into(),
            Self::Custom => custom.trim().into(),
        }
    }

    /// The preset of an expression.
    pub fn of(cron: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|preset| *preset != Self::Custom && preset.cron("") == cron)
            .unwrap_or(Self::Custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_and_their_expressions_go_there_and_back() {
        for preset in [Preset::Manual, Preset::Daily, Preset::Weekly, Preset::Monthly] {
            assert_eq!(Preset::of(&preset.cron("")), preset);
            assert_eq!(Preset::from_name(preset.name()), preset);
        }
        assert_eq!(Preset::of("*/5 * * * *"), Preset::Custom);
    }

    #[test]
    fn an_origin_must_name_its_touchpoint_or_its_provider() {
        assert!(OriginDraft::default().check().is_err());
        let direct = OriginDraft { touchpoint: "app".into(), ..OriginDraft::default() };
        assert!(direct.check().is_ok());
        let bought = OriginDraft { third_party: true, country: "USA".into(), ..direct };
        let errors = bought.check().unwrap_err();
        assert_eq!(errors.iter().map(|e| e.field).collect::<Vec<_>>(), ["provider", "country"]);
    }
}
