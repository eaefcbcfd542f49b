//! What the organisation says of itself.

use std::collections::BTreeMap;

use law::{Metric, Value};
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use store::{Actor, Entry, now};

use crate::{Live, RegimeError, Regimes, Result};

/// The text the profile is sealed under.
const CONTEXT: &str = "regime:profile";

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// What was said.
    pub value: Value,
    /// Why it is not what Privet counts; empty where it counts nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// What the organisation says of itself. What it does not say may be counted, or is unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Nobody is a customer anywhere but in these places.
    #[serde(default)]
    pub complete: bool,
    /// ISO 3166 code (`DE`, `US-CA`; empty for the organisation as a whole) → metric → answer. A place
    /// that is named has customers.
    #[serde(default)]
    pub places: BTreeMap<String, BTreeMap<Metric, Told>>,
    /// Yearly revenue by currency (`usd`), in thousands.
    #[serde(default)]
    pub revenue: BTreeMap<String, u64>,
}

impl Profile {
    /// Says something of a place, or (with an empty place) of the organisation.
    pub fn tell(&mut self, place: &str, metric: Metric, value: Value) {
        let told = Told { value, reason: String::new() };
        self.places.entry(place.to_owned()).or_default().insert(metric, told);
    }

    /// As the law weighs it.
    pub fn known(&self) -> law::Profile {
        let values = |told: &BTreeMap<Metric, Told>| {
            told.iter().map(|(metric, told)| (*metric, told.value)).collect()
        };
        law::Profile {
            complete: self.complete,
            places: self.places.iter().map(|(place, told)| (place.clone(), values(told))).collect(),
            revenue: self.revenue.clone(),
        }
    }
}

impl Profile {
    /// As the law weighs it, with counts where nothing was said.
    pub fn beside(&self, live: &Live) -> law::Profile {
        let mut known = self.known();
        for count in live.counts.iter().filter(|count| count.counts) {
            let place = known.places.entry(count.place.clone()).or_default();
            place.entry(count.metric).or_insert(count.value);
        }
        known
    }
}

impl Regimes {
    /// What was said; empty before anybody said anything.
    pub async fn profile(&self) -> Result<Profile> {
        let row = sqlx::query("SELECT body_sealed FROM regime_profile WHERE id = 1")
            .fetch_optional(self.store().reader())
            .await?;
        let Some(row) = row else { return Ok(Profile::default()) };
        let text = self.store().unseal(CONTEXT, row.try_get(0)?)?;
        serde_json::from_str(&text).map_err(|_| RegimeError::Damaged("profile"))
    }

    /// Says it anew; nothing happens when it is the same.
    pub async fn save_profile(&self, by: Actor, profile: &Profile) -> Result<()> {
        let old = self.profile().await?;
        if old == *profile {
            return Ok(());
        }
        let text = serde_json::to_string(profile).map_err(|_| RegimeError::Damaged("profile"))?;
        let entry = Entry::new(by, "regime.profile_saved", "profile", "organisation");
        let actor = entry.actor.to_text();
        let mut tx = self.store().begin(entry).await?;
        tx.states(Some(self.store().digest(&old)), Some(self.store().digest(profile)));
        sqlx::query(
            "INSERT INTO regime_profile (id, body_sealed, changed_by, changed_at)
             VALUES (1, $1, $2, $3)
             ON CONFLICT (id) DO UPDATE SET body_sealed = excluded.body_sealed,
                 changed_by = excluded.changed_by, changed_at = excluded.changed_at",
        )
        .bind(self.store().seal(CONTEXT, &text))
        .bind(actor)
        .bind(now())
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        self.count_again().await?;
        self.notice(crate::today()).await
    }

    /// What is known: what was said, and where nothing was, what Privet counts.
    pub async fn known(&self) -> Result<law::Profile> {
        Ok(self.profile().await?.beside(&*self.live().await?))
    }
}
