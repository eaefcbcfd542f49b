//! What Privet counts by itself, beside what people say: customers from consents, kinds of data from
//! the map, transfers from recipients and systems. It tells what is there; what it does not see is
//! unknown, not absent.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use law::{Law, Metric, Value};

use crate::{Regimes, Result};

/// Counting customers reads every consent; nobody needs it newer than this.
const OLD: Duration = Duration::from_mins(30);

/// Where a count comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Customers who chose something at properties of the place.
    Consents,
    /// Fields of the data map.
    Map,
    /// Recipients and systems, with their countries.
    Recipients,
    /// Purposes and records of processing.
    Purposes,
}

impl Source {
    /// Stable name, for message keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Consents => "consents",
            Self::Map => "map",
            Self::Recipients => "recipients",
            Self::Purposes => "purposes",
        }
    }
}

/// One count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// ISO 3166 code; empty for the organisation as a whole.
    pub place: String,
    /// Of what.
    pub metric: Metric,
    /// How many, or that it is so.
    pub value: Value,
    /// From where.
    pub source: Source,
    /// Used where nobody says otherwise; else only an upper bound to think about.
    pub counts: bool,
}

/// Everything counted at one moment.
#[derive(Debug, Clone, Default)]
pub struct Live {
    /// The counts.
    pub counts: Vec<Count>,
}

impl Live {
    /// The count of a metric of a place.
    pub fn of(&self, place: &str, metric: Metric) -> Option<&Count> {
        self.counts.iter().find(|one| one.place == place && one.metric == metric)
    }

    fn add(&mut self, place: &str, metric: Metric, value: Value, source: Source) {
        self.note(place, metric, value, source, true);
    }

    fn note(&mut self, place: &str, metric: Metric, value: Value, source: Source, counts: bool) {
        let known = self.counts.iter_mut().find(|one| one.place == place && one.metric == metric);
        match (known, value) {
            (Some(Count { value: Value::Number(sum), .. }), Value::Number(more)) => *sum += more,
            (Some(_), _) => {}
            (None, _) => {
                self.counts.push(Count { place: place.to_owned(), metric, value, source, counts });
            }
        }
    }
}

impl Regimes {
    /// The counts, not older than half an hour.
    pub async fn live(&self) -> Result<Arc<Live>> {
        let kept = self.inner.live.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match kept {
            Some((at, live)) if at.elapsed() < OLD => Ok(live),
            _ => self.count_again().await,
        }
    }

    /// Counts now.
    pub async fn count_again(&self) -> Result<Arc<Live>> {
        let mut live = Live::default();
        self.count_people(&mut live).await?;
        self.count_data(&mut live).await?;
        self.count_uses(&mut live).await?;
        self.count_transfers(&mut live).await?;
        let live = Arc::new(live);
        let kept = Some((Instant::now(), live.clone()));
        *self.inner.live.lock().unwrap_or_else(PoisonError::into_inner) = kept;
        Ok(live)
    }

    async fn count_people(&self, live: &mut Live) -> Result<()> {
        let catalogue = self.consent().catalogue();
        for one in self.consent().people_by_property().await? {
            let Ok(property) = catalogue.property(&one.property) else { continue };
            let place = property.body.country.as_str();
            let people = u64::try_from(one.people).unwrap_or(0);
            if people > 0 {
                live.add(place, Metric::People, Value::Number(people), Source::Consents);
            }
            if one.minors > 0 {
                live.add(place, Metric::Minors, Value::Flag(true), Source::Consents);
            }
        }
        Ok(())
    }

    async fn count_data(&self, live: &mut Live) -> Result<()> {
        let summary = self.map().summary().await?;
        let there = |group: &&datamap::map::Group| group.vanished == 0 && group.fields > 0;
        let groups = || summary.groups.iter().filter(there);
        if groups().any(|group| group.minor == 1) {
            live.add("", Metric::Minors, Value::Flag(true), Source::Map);
        }
        if groups().any(|group| group.level == 3 && group.people == "customers") {
            live.add("", Metric::Sensitive, Value::Flag(true), Source::Map);
        }
        for (metric, level) in [(Metric::People, 1), (Metric::SensitivePeople, 3)] {
            let rows = u64::try_from(self.map().rows_of_customers(level).await?).unwrap_or(0);
            if rows > 0 {
                live.note("", metric, Value::Number(rows), Source::Map, false);
            }
        }
        Ok(())
    }

    async fn count_uses(&self, live: &mut Live) -> Result<()> {
        let catalogue = self.consent().catalogue();
        let working = || catalogue.purposes().filter(|purpose| purpose.retired_at.is_none());
        let interests = consent::LegalBasis::LegitimateInterests;
        let on_interests = working().any(|purpose| {
            consent::Regime::ALL.iter().any(|regime| purpose.basis(*regime) == interests)
        });
        let activities = self.map().activities().await?;
        let in_records = activities
            .iter()
            .any(|one| one.legal_basis.values().any(|basis| basis == "legitimate_interests"));
        if on_interests || in_records {
            live.add("", Metric::LegitimateInterests, Value::Flag(true), Source::Purposes);
        }
        let markets = |key: &str| key.contains("marketing") || key.contains("newsletter");
        if working().any(|purpose| markets(&purpose.key)) {
            live.add("", Metric::Marketing, Value::Flag(true), Source::Purposes);
        }
        Ok(())
    }

    /// Data leaves a place when a recipient or a system is in a country that no law of the place covers.
    async fn count_transfers(&self, live: &mut Live) -> Result<()> {
        let recipients = self.map().recipients().await?;
        if !recipients.is_empty() {
            live.add("", Metric::Discloses, Value::Flag(true), Source::Recipients);
        }
        let systems = self.map().system_summaries().await?;
        let abroad: Vec<&str> = recipients
            .iter()
            .map(|one| one.country.as_str())
            .chain(systems.iter().map(|one| one.system.country.as_str()))
            .filter(|country| !country.is_empty())
            .collect();
        let profile = self.profile().await?;
        let told = profile.places.keys().filter(|place| !place.is_empty()).cloned();
        let counted = live.counts.iter().map(|one| one.place.clone());
        let mut places: Vec<String> = told.chain(counted).filter(|one| !one.is_empty()).collect();
        places.sort();
        places.dedup();
        let law = self.law();
        for place in places {
            if !abroad.iter().any(|country| leaves(&law, &place, country)) {
                continue;
            }
            live.add(&place, Metric::Exports, Value::Flag(true), Source::Recipients);
            let people = live.of(&place, Metric::People).map(|one| one.value);
            if let Some(most) = people {
                live.note(&place, Metric::ExportedPeople, most, Source::Recipients, false);
            }
        }
        Ok(())
    }
}

/// Whether data of a place's people leaves their law's territory for a country.
fn leaves(law: &Law, place: &str, country: &str) -> bool {
    let home = place.split('-').next().unwrap_or(place);
    let own = law.regimes().filter(|regime| regime.places.iter().any(|one| one == place));
    home != country && !own.into_iter().any(|regime| regime.places.iter().any(|one| one == country))
}
