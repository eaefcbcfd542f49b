//! What applies to whom: conditions weighed against what is known of an organisation. What is not
//! known stays unknown; it is never taken for "no" (strong Kleene logic, as in SQL's NULL).

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{Condition, Fact, Law, Metric, Regime, Status, Unit};

/// A value of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Yes or no.
    Flag(bool),
    /// How many.
    Number(u64),
}

/// What is known of an organisation, by place and metric.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The places are all there are: nobody is a customer anywhere else.
    #[serde(default)]
    pub complete: bool,
    /// ISO 3166 code (`DE`, `US-CA`; empty for the organisation as a whole) → metric → value. A place
    /// that is named has customers.
    #[serde(default)]
    pub places: BTreeMap<String, BTreeMap<Metric, Value>>,
    /// Yearly revenue by currency, in thousands.
    #[serde(default)]
    pub revenue: BTreeMap<String, u64>,
}

/// An answer that may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Truth {
    /// It is not so.
    No,
    /// Something must be told first.
    Unknown,
    /// It is so.
    Yes,
}

impl Truth {
    fn of(flag: bool) -> Self {
        if flag { Self::Yes } else { Self::No }
    }
}

/// A condition with what it found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The condition.
    pub condition: Condition,
    /// What is known; `None` where nothing is.
    pub known: Option<Value>,
    /// Whether it holds.
    pub truth: Truth,
}

impl Judged {
    /// How many are missing to a threshold that is not reached.
    pub fn short_by(&self) -> Option<u64> {
        match (self.condition.at_least, self.known) {
            (Some(from), Some(Value::Number(has))) if has < from => Some(from - has),
            _ => None,
        }
    }
}

/// Whether something applies, and by which conditions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The answer.
    pub truth: Truth,
    /// The alternatives with all their conditions, those that decide first.
    pub ways: Vec<Vec<Judged>>,
}

impl Judgement {
    /// The conditions that made it apply; empty where it applies to everybody or not at all.
    pub fn because(&self) -> &[Judged] {
        if self.truth == Truth::Yes { self.ways.first().map_or(&[], Vec::as_slice) } else { &[] }
    }

    /// What would have to be known to answer.
    pub fn unknown(&self) -> Vec<Metric> {
        let open = self.ways.iter().flatten().filter(|one| one.truth == Truth::Unknown);
        let mut metrics: Vec<Metric> = open.map(|one| one.condition.metric).collect();
        metrics.sort();
        metrics.dedup();
        metrics
    }
}

/// A regime that applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applying {
    /// Key of the regime.
    pub regime: String,
    /// By which conditions, with what is known of each.
    pub because: Vec<Judged>,
}

impl Profile {
    /// What is known of a metric in a regime's places.
    pub fn known(&self, metric: Metric, regime: &Regime) -> Option<Value> {
        match metric {
            Metric::HasPeople => self.has_people(regime).map(Value::Flag),
            Metric::RevenueThousands => {
                self.revenue.get(code(regime.currency())).copied().map(Value::Number)
            }
            _ if metric.adds_up() => self.sum(metric, regime).map(Value::Number),
            _ if metric.is_number() => self.whole(metric),
            _ => self.flag(metric, regime).map(Value::Flag),
        }
    }

    /// Said of the organisation as a whole.
    fn whole(&self, metric: Metric) -> Option<Value> {
        self.places.get("").and_then(|told| told.get(&metric)).copied()
    }

    fn in_places<'a>(
        &'a self,
        regime: &'a Regime,
    ) -> impl Iterator<Item = (&'a str, &'a BTreeMap<Metric, Value>)> {
        self.places
            .iter()
            .filter(|(place, _)| covers(regime, place))
            .map(|(place, told)| (place.as_str(), told))
    }

    /// A country is named of which the regime covers a part: people there may be its people.
    fn may_be_part(&self, regime: &Regime) -> bool {
        regime.places.iter().any(|place| {
            place.split_once('-').is_some_and(|(country, _)| self.places.contains_key(country))
        })
    }

    fn has_people(&self, regime: &Regime) -> Option<bool> {
        let told = |told: &BTreeMap<Metric, Value>| match told.get(&Metric::HasPeople) {
            Some(Value::Flag(false)) => false,
            _ => told.get(&Metric::People) != Some(&Value::Number(0)),
        };
        let mut seen = false;
        for (_, place) in self.in_places(regime) {
            if told(place) {
                return Some(true);
            }
            seen = true;
        }
        if seen {
            return Some(false);
        }
        (self.complete && !self.may_be_part(regime)).then_some(false)
    }

    /// Numbers of places add up; a country that is told as a whole and in parts counts once.
    fn sum(&self, metric: Metric, regime: &Regime) -> Option<u64> {
        let mut countries: BTreeMap<&str, (Option<u64>, Option<u64>)> = BTreeMap::new();
        for (place, told) in self.in_places(regime) {
            let Some(Value::Number(n)) = told.get(&metric).copied() else { continue };
            let (country, part) = place.split_once('-').map_or((place, false), |(c, _)| (c, true));
            let (whole, parts) = countries.entry(country).or_default();
            let slot = if part { parts } else { whole };
            *slot = Some(slot.unwrap_or(0).saturating_add(n));
        }
        if countries.is_empty() {
            return match (metric, self.has_people(regime)) {
                (_, Some(false)) => Some(0),
                _ => None,
            };
        }
        // A place without a number leaves the sum a lower bound: told as it is, never as a guess.
        Some(countries.values().fold(0, |sum: u64, (whole, parts)| {
            sum.saturating_add((*whole).max(*parts).unwrap_or(0))
        }))
    }

    /// Whether every place that has customers has told this number.
    fn whole_sum(&self, metric: Metric, regime: &Regime) -> bool {
        self.complete
            && !self.may_be_part(regime)
            && self.in_places(regime).all(|(_, told)| told.contains_key(&metric))
    }

    fn flag(&self, metric: Metric, regime: &Regime) -> Option<bool> {
        let told = self.in_places(regime).filter_map(|(_, told)| match told.get(&metric) {
            Some(Value::Flag(flag)) => Some(*flag),
            _ => None,
        });
        let whole = match self.whole(metric) {
            Some(Value::Flag(flag)) => Some(flag),
            _ => None,
        };
        told.fold(None, |any: Option<bool>, flag| Some(any.unwrap_or(false) || flag)).or(whole)
    }

    /// Weighs one condition.
    pub fn weigh(&self, condition: &Condition, regime: &Regime) -> Judged {
        let known = self.known(condition.metric, regime);
        let truth = match (known, condition) {
            (None, _) => Truth::Unknown,
            (Some(Value::Flag(flag)), condition) => Truth::of(condition.is.unwrap_or(true) == flag),
            (Some(Value::Number(n)), condition) => {
                let reached = condition.at_least.is_none_or(|from| n >= from);
                let under = condition.below.is_none_or(|to| n < to);
                let metric = condition.metric;
                let bound = metric.adds_up() && !self.whole_sum(metric, regime);
                match (reached && under, bound) {
                    // More people may be where no number was told: only what more cannot change holds.
                    (true, true) if condition.below.is_some() => Truth::Unknown,
                    (false, true) if under => Truth::Unknown,
                    (holds, _) => Truth::of(holds),
                }
            }
        };
        Judged { condition: condition.clone(), known, truth }
    }

    /// Weighs alternatives of conditions: any list, all conditions of it. None at all: always.
    pub fn judge(&self, when: &[Vec<Condition>], regime: &Regime) -> Judgement {
        if when.is_empty() {
            return Judgement { truth: Truth::Yes, ways: Vec::new() };
        }
        let mut ways: Vec<(Truth, Vec<Judged>)> = when
            .iter()
            .map(|list| {
                let all: Vec<Judged> = list.iter().map(|one| self.weigh(one, regime)).collect();
                (all.iter().map(|one| one.truth).min().unwrap_or(Truth::Yes), all)
            })
            .collect();
        ways.sort_by_key(|(truth, _)| std::cmp::Reverse(*truth));
        let truth = ways.first().map_or(Truth::Yes, |(truth, _)| *truth);
        Judgement { truth, ways: ways.into_iter().map(|(_, way)| way).collect() }
    }

    /// Whether a regime covers the organisation.
    pub fn judge_regime(&self, regime: &Regime) -> Judgement {
        let there =
            Condition { metric: Metric::HasPeople, at_least: None, below: None, is: Some(true) };
        let mut when = regime.when.clone();
        if regime.places.is_empty() {
            return self.judge(&when, regime);
        }
        if when.is_empty() {
            when.push(Vec::new());
        }
        for list in &mut when {
            let placed = list.iter().any(|one| {
                matches!(
                    one.metric,
                    Metric::HasPeople
                        | Metric::People
                        | Metric::SensitivePeople
                        | Metric::Established
                )
            });
            if !placed {
                list.insert(0, there.clone());
            }
        }
        self.judge(&when, regime)
    }
}

/// Whether people of a place are people of the regime: `DE` of `DE`, `US-CA` of `US` and of `US-CA`.
fn covers(regime: &Regime, place: &str) -> bool {
    !place.is_empty()
        && regime.places.iter().any(|own| {
            own == place || place.split_once('-').is_some_and(|(country, _)| country == own)
        })
}

/// ISO 4217 code of a unit of money, in small letters as packs write it.
pub fn code(unit: Unit) -> &'static str {
    match unit {
        Unit::Gbp => "gbp",
        Unit::Usd => "usd",
        Unit::Cny => "cny",
        Unit::Jpy => "jpy",
        Unit::Krw => "krw",
        Unit::Inr => "inr",
        Unit::Brl => "brl",
        Unit::Sgd => "sgd",
        _ => "eur",
    }
}

impl Regime {
    /// Whether this is law on a day. A proposal never is.
    pub fn holds(&self, day: Date) -> bool {
        self.status == Status::InForce
            && self.from.is_none_or(|from| from <= day)
            && self.to.is_none_or(|to| day <= to)
    }
}

impl Law {
    /// Every regime in force on a day, with whether it applies and why.
    pub fn judge<'a>(&'a self, profile: &Profile, day: Date) -> Vec<(&'a Regime, Judgement)> {
        let regimes = self.regimes().filter(|regime| regime.holds(day));
        regimes.map(|regime| (regime, profile.judge_regime(regime))).collect()
    }

    /// The regimes that apply on a day.
    pub fn applying(&self, profile: &Profile, day: Date) -> Vec<Applying> {
        let judged = self.judge(profile, day).into_iter();
        judged
            .filter(|(_, judgement)| judgement.truth == Truth::Yes)
            .map(|(regime, judgement)| Applying {
                regime: regime.id.clone(),
                because: judgement.because().to_vec(),
            })
            .collect()
    }

    /// Whether a fact of a regime that applies reaches this organisation.
    pub fn judge_fact(&self, profile: &Profile, fact: &Fact) -> Option<Judgement> {
        self.regime(&fact.regime).map(|regime| profile.judge(&fact.when, regime))
    }
}
