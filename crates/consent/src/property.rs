//! Properties: where customers are met – a site, an app, a shop – and the rules of that place.

use ::store::{Actor, Entry, now};
use serde::{Deserialize, Serialize};
use sqlx::{AnyConnection, Row as _};

use crate::{
    Consent, ConsentError, Result,
    purpose::{Regime, is_key},
};

/// The property that is there from the start.
pub const DEFAULT: &str = "default";

/// What a property says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PropertyBody {
    /// What people call it.
    pub name: String,
    /// Where phone numbers without a country code are dialled, and whose age of consent counts
    /// (ISO 3166-1 alpha-2).
    #[serde(default = "china")]
    pub country: String,
    /// The regimes its customers are under; all must allow.
    #[serde(default = "all")]
    pub regimes: Vec<Regime>,
    /// The language spoken when none is asked for.
    #[serde(default = "chinese")]
    pub language: String,
}

fn china() -> String {
    "CN".to_owned()
}

fn chinese() -> String {
    "zh-CN".to_owned()
}

fn all() -> Vec<Regime> {
    Regime::ALL.to_vec()
}

impl Default for PropertyBody {
    fn default() -> Self {
        Self { name: String::new(), country: china(), regimes: all(), language: chinese() }
    }
}

/// A property as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Property {
    /// Its key, for ever: `shop`.
    pub key: String,
    /// What it says.
    pub body: PropertyBody,
}

/// Every property, by key.
pub(crate) async fn read_all(conn: &mut AnyConnection) -> Result<Vec<Property>> {
    let rows = sqlx::query("SELECT key, body FROM property ORDER BY key").fetch_all(conn).await?;
    let read = |row: &sqlx::any::AnyRow| -> Result<Property> {
        let body: String = row.try_get(1)?;
        let body = serde_json::from_str(&body).map_err(|error| {
            ConsentError::Invalid(format!("a stored property cannot be read: {error}"))
        })?;
        Ok(Property { key: row.try_get(0)?, body })
    };
    rows.iter().map(read).collect()
}

impl Consent {
    /// Makes a property or changes it; nothing happens when it says the same already.
    pub async fn save_property(&self, actor: &Actor, key: &str, body: &PropertyBody) -> Result<()> {
        if !is_key(key) {
            return Err(ConsentError::Invalid(format!(
                "“{key}” cannot be a property's key: use up to 64 of a–z, 0–9, _, - and ."
            )));
        }
        let country =
            body.country.len() == 2 && body.country.bytes().all(|b| b.is_ascii_uppercase());
        if !country || body.regimes.is_empty() {
            return Err(ConsentError::Invalid(
                "a property needs a country of two capital letters and at least one regime".into(),
            ));
        }
        let entry = Entry::new(actor.clone(), "property.saved", "property", key);
        let mut tx = self.store().begin(entry).await?;
        let all = read_all(tx.conn()).await?;
        let before = all.iter().find(|property| property.key == key);
        if before.is_some_and(|property| property.body == *body) {
            return Ok(());
        }
        let text = serde_json::to_string(body)
            .map_err(|error| ConsentError::Invalid(error.to_string()))?;
        sqlx::query(
            "INSERT INTO property (key, body, created_at, updated_at) VALUES ($1, $2, $3, $3)
             ON CONFLICT (key) DO UPDATE SET body = $2, updated_at = $3",
        )
        .bind(key)
        .bind(&text)
        .bind(now())
        .execute(tx.conn())
        .await?;
        tx.states(before.map(|p| self.store().digest(&p.body)), Some(self.store().digest(body)));
        tx.commit().await?;
        self.refresh_catalogue().await
    }
}

/// How many customers chose something at a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PropertyPeople {
    /// The property.
    pub property: String,
    /// Customers; those that turned out to be one count once, erased ones not at all.
    pub people: i64,
    /// Those of them who are minors now.
    pub minors: i64,
}

impl Consent {
    /// Customers by property. Reads every record: for counting now and then, not on each request.
    pub async fn people_by_property(&self) -> Result<Vec<PropertyPeople>> {
        let rows = sqlx::query(
            "SELECT r.property, COUNT(DISTINCT COALESCE(s.merged_into, s.id)),
                    COUNT(DISTINCT CASE WHEN r.minor_until > $1
                        THEN COALESCE(s.merged_into, s.id) END)
             FROM consent_record r JOIN subject s ON s.id = r.subject
             WHERE s.erased_at IS NULL GROUP BY r.property ORDER BY r.property",
        )
        .bind(now())
        .fetch_all(self.store().reader())
        .await?;
        rows.iter()
            .map(|row| {
                Ok(PropertyPeople {
                    property: row.try_get(0)?,
                    people: row.try_get(1)?,
                    minors: row.try_get(2)?,
                })
            })
            .collect()
    }
}
