//! Minors: from which age a person can consent alone, and who may for them before.

use std::sync::OnceLock;

use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::{ConsentError, Regime, Result};

const DATA: &str = include_str!("../../data/ages.toml");

#[derive(Deserialize)]
struct Data {
    age: Vec<AgeRow>,
    method: Vec<MethodRow>,
}

#[derive(Deserialize)]
struct AgeRow {
    regime: Regime,
    #[serde(default)]
    countries: Vec<String>,
    age: u8,
    source: String,
}

#[derive(Deserialize)]
struct MethodRow {
    key: String,
    source: String,
}

fn data() -> &'static Data {
    static DATA_READ: OnceLock<Data> = OnceLock::new();
    DATA_READ.get_or_init(|| match toml::from_str(DATA) {
        Ok(data) => data,
        Err(error) => unreachable!("data/ages.toml is read by a test: {error}"),
    })
}

/// From which age a person can consent alone under a regime in a country, and the source that says so.
pub fn age_of_consent(regime: Regime, country: &str) -> (u8, &'static str) {
    let rows = || data().age.iter().filter(move |row| row.regime == regime);
    let own = rows().find(|row| row.countries.iter().any(|one| one == country));
    let row = own.or_else(|| rows().find(|row| row.countries.is_empty()));
    row.map_or((18, ""), |row| (row.age, row.source.as_str()))
}

/// The ways in which a guardian may be verified, with their sources.
pub fn methods() -> impl Iterator<Item = (&'static str, &'static str)> {
    data().method.iter().map(|row| (row.key.as_str(), row.source.as_str()))
}

/// Who consents for a minor. `Debug` prints no contact.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guardian {
    /// `mother`, `father`, `guardian` …
    pub relation: String,
    /// How to reach the guardian; sealed before it is kept.
    #[serde(default)]
    pub contact: String,
    /// How the guardian was verified, one of [`methods`]; empty while not.
    #[serde(default)]
    pub method: String,
    /// Whether the verification succeeded.
    #[serde(default)]
    pub verified: bool,
}

impl std::fmt::Debug for Guardian {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Guardian(verified: {})", self.verified)
    }
}

/// What a recording says of a minor.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Minor {
    /// Age in full years at the time of the choice.
    pub age: u8,
    /// Who consents for them.
    #[serde(default)]
    pub guardian: Option<Guardian>,
}

/// What is kept of a guardian beside the record; the contact sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptGuardian {
    pub relation: String,
    pub method: String,
    pub contact: String,
}

/// Whether it is a way in which a guardian may be verified.
pub(crate) fn check_method(method: &str) -> Result<()> {
    if methods().any(|(key, _)| key == method) {
        return Ok(());
    }
    let known: Vec<&str> = methods().map(|(key, _)| key).collect();
    let text = format!("a guardian is verified by one of {}", known.join(", "));
    Err(ConsentError::Invalid(text))
}

impl Minor {
    /// Until when a guardian must consent (µs): the birthday is not known, so the whole year counts.
    /// `None` when the person is old enough under all regimes.
    pub fn until(&self, regimes: &[Regime], country: &str, given_at: i64) -> Option<i64> {
        let strictest = regimes.iter().map(|regime| age_of_consent(*regime, country).0).max()?;
        let years = i64::from(strictest.checked_sub(self.age).filter(|years| *years > 0)?);
        let at = Timestamp::from_microsecond(given_at).ok()?.to_zoned_datetime(TimeZone::UTC);
        at.checked_add(years.years()).ok().map(|at| at.timestamp().as_microsecond())
    }

    /// What is wrong with it.
    pub fn check(&self) -> Result<()> {
        let wrong = |text: &str| Err(ConsentError::Invalid(text.to_owned()));
        if self.age > 120 {
            return wrong("minor.age is in full years");
        }
        let Some(guardian) = &self.guardian else { return Ok(()) };
        if guardian.verified {
            check_method(&guardian.method)?;
        }
        if guardian.relation.chars().count() > 40 || guardian.contact.chars().count() > 254 {
            return wrong(
                "minor.guardian is too long: 40 characters for relation, 254 for contact",
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_age_depends_on_law_and_country() {
        assert_eq!(age_of_consent(Regime::Pipl, "CN").0, 14);
        assert_eq!(age_of_consent(Regime::Gdpr, "DE").0, 16);
        assert_eq!(age_of_consent(Regime::Gdpr, "FR").0, 15);
        assert_eq!(age_of_consent(Regime::Gdpr, "SE").0, 13);
        assert_eq!(age_of_consent(Regime::Ccpa, "US").0, 13);
        assert!(data().age.iter().all(|row| !row.source.is_empty()));
        assert!(methods().all(|(_, source)| !source.is_empty()));
    }

    #[test]
    fn the_strictest_law_decides_how_long() {
        let day = "2026-11-29T00:00:00Z".parse::<Timestamp>().unwrap().as_microsecond();
        let minor = Minor { age: 12, guardian: None };
        let until = |regimes: &[Regime], country| {
            minor
                .until(regimes, country, day)
                .map(|at| Timestamp::from_microsecond(at).unwrap().to_string())
        };
        assert_eq!(until(&[Regime::Pipl], "CN").as_deref(), Some("2028-11-29T00:00:00Z"));
        assert_eq!(
            until(&[Regime::Pipl, Regime::Gdpr], "DE").as_deref(),
            Some("2030-11-29T00:00:00Z")
        );
        assert_eq!(Minor { age: 16, guardian: None }.until(&Regime::ALL, "DE", day), None);
    }
}
