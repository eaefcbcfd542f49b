//! What a new law changes in consents: which purposes it would ask for first, which legal bases fall
//! away, from which age children choose alone, which rules of consent are new, changed or gone – worked
//! out under both laws, today and on every later day on which the new pack changes something.

use std::collections::{BTreeMap, BTreeSet};

use consent::{Catalogue, LegalBasis, Purpose, purpose::text_in};
use jiff::civil::Date;
use law::{Fact, Kind, Law, Profile, Unit};
use web::{Lang, translate};

use crate::{Effect, Regimes, Result};

/// Later days that are looked at; a pack that changes things on more says the rest in its own list.
const DAYS: usize = 6;
/// Names in one line.
const NAMES: usize = 5;

/// The days on which what two laws say may differ: today, and each later day on which something that
/// differs begins or has ended.
pub fn days_of_change(before: &Law, after: &Law, today: Date) -> Vec<Date> {
    let mut days = BTreeSet::from([today]);
    let diff = before.diff(after);
    let facts = diff.facts.iter().flat_map(|one| [one.before, one.after]).flatten();
    let regimes = diff.regimes.iter().flat_map(|one| [one.before, one.after]).flatten();
    let spans = facts.map(|one| (one.from, one.to)).chain(regimes.map(|one| (one.from, one.to)));
    for (from, to) in spans {
        let ended = to.and_then(|day| day.tomorrow().ok());
        days.extend(from.into_iter().chain(ended).filter(|day| *day > today));
    }
    days.into_iter().take(DAYS).collect()
}

impl Regimes {
    /// What a new law changes in consents.
    pub(crate) async fn consents_affected(
        &self,
        before: &Law,
        after: &Law,
        lang: Lang,
    ) -> Result<Vec<Effect>> {
        let profile = self.known().await?;
        let catalogue = self.consent().catalogue();
        let today = crate::today();
        let mut seen = BTreeSet::new();
        let mut effects = Vec::new();
        for day in days_of_change(before, after, today) {
            let view = View { before, after, day, profile: &profile, catalogue: &catalogue, lang };
            for (key, mut effect) in view.effects() {
                if !seen.insert(key) {
                    continue;
                }
                if day > today {
                    effect.text = told(
                        lang,
                        "effect-from",
                        &[("text", &effect.text), ("day", &day.to_string())],
                    );
                }
                effects.push(effect);
            }
        }
        Ok(effects)
    }
}

fn told(lang: Lang, key: &str, args: &[(&str, &str)]) -> String {
    let args: Vec<_> = args.iter().map(|(name, value)| (*name, (*value).into())).collect();
    translate(lang, key, &args)
}

/// Both laws on one day, before the purposes in use.
struct View<'a> {
    before: &'a Law,
    after: &'a Law,
    day: Date,
    profile: &'a Profile,
    catalogue: &'a Catalogue,
    lang: Lang,
}

/// An effect, and what makes it the same on another day.
type Keyed = (String, Effect);

impl<'a> View<'a> {
    fn effects(&self) -> Vec<Keyed> {
        let applying = |law: &Law| -> BTreeSet<String> {
            law.applying(self.profile, self.day).into_iter().map(|one| one.regime).collect()
        };
        let (was, is) = (applying(self.before), applying(self.after));
        let mut all = Vec::new();
        // Purposes by key, as far as something was found about them.
        let mut touched: BTreeSet<&str> = BTreeSet::new();
        for regime in was.union(&is) {
            let found = [
                self.asking(regime, was.contains(regime), is.contains(regime)),
                self.bases(regime, was.contains(regime) && is.contains(regime)),
                self.rules(regime, was.contains(regime), is.contains(regime)),
            ];
            for (keyed, purposes) in found.into_iter().flatten() {
                touched.extend(purposes.iter().map(|one| one.key.as_str()));
                all.push(keyed);
            }
        }
        all.extend(self.notices(&touched));
        all
    }

    fn purposes(&self) -> impl Iterator<Item = &'a Purpose> {
        let used = |one: &&std::sync::Arc<Purpose>| one.retired_at.is_none();
        self.catalogue.purposes().filter(used).map(AsRef::as_ref)
    }

    fn resting_on(&self, regime: &str, bases: &[LegalBasis]) -> Vec<&'a Purpose> {
        let family = family(regime);
        self.purposes().filter(|one| bases.contains(&one.basis(family))).collect()
    }

    /// Whether consent is asked before use.
    fn asking(&self, regime: &str, was: bool, is: bool) -> Vec<(Keyed, Vec<&'a Purpose>)> {
        let rule = |law: &Law, applies: bool| {
            law.regime(regime).filter(|one| applies && one.holds(self.day)).map(|one| one.opt_in)
        };
        let (key, bases): (_, &[LegalBasis]) = match (rule(self.before, was), rule(self.after, is))
        {
            (None | Some(false), Some(true)) => ("effect-ask-first", &[LegalBasis::OptOut]),
            (Some(true), Some(false)) => ("effect-ask-later", &[LegalBasis::Consent]),
            _ => return Vec::new(),
        };
        self.about(key, regime, "", &[], self.resting_on(regime, bases))
    }

    /// What a law says of some matters on the day, by id.
    fn facts<'b>(
        &self,
        law: &'b Law,
        regime: &'b str,
        kinds: &[Kind],
    ) -> BTreeMap<&'b str, &'b Fact> {
        let all = kinds.iter().flat_map(|kind| law.about(regime, *kind, self.day));
        all.map(|fact| (fact.id.as_str(), fact)).collect()
    }

    /// Legal bases that a law no longer knows.
    fn bases(&self, regime: &str, both: bool) -> Vec<(Keyed, Vec<&'a Purpose>)> {
        if !both {
            return Vec::new();
        }
        let was = self.facts(self.before, regime, &[Kind::Basis]);
        let is = self.facts(self.after, regime, &[Kind::Basis]);
        let gone = LegalBasis::ALL.into_iter().filter(|basis| {
            let known = |all: &BTreeMap<&str, &Fact>| {
                all.values().any(|fact| codes_of(*basis).contains(&fact.code.as_str()))
            };
            known(&was) && !known(&is)
        });
        gone.flat_map(|basis| {
            let key = format!("consents-basis-{}", basis.as_str().replace('_', "-"));
            let name = translate(self.lang, &key, &[]);
            let purposes = self.resting_on(regime, &[basis]);
            self.about(
                "effect-basis-gone",
                regime,
                basis.as_str(),
                &[("basis", name.as_str())],
                purposes,
            )
        })
        .collect()
    }

    /// Rules of consent and of marketing.
    fn rules(&self, regime: &str, was: bool, is: bool) -> Vec<(Keyed, Vec<&'a Purpose>)> {
        let kinds = [Kind::ConsentRule, Kind::Marketing];
        let facts =
            |law, applies| if applies { self.facts(law, regime, &kinds) } else { BTreeMap::new() };
        let (before, after) = (facts(self.before, was), facts(self.after, is));
        let ids: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
        ids.into_iter()
            .flat_map(|id| match (before.get(id), after.get(id)) {
                (Some(was), Some(is)) if says_the_same(was, is) => Vec::new(),
                (was, Some(is)) => self.rule(regime, was.copied(), is),
                (Some(was), None) => self.ruled("effect-rule-gone", regime, was),
                (None, None) => Vec::new(),
            })
            .collect()
    }

    /// A rule that is new, or says something else.
    fn rule(&self, regime: &str, was: Option<&Fact>, is: &Fact) -> Vec<(Keyed, Vec<&'a Purpose>)> {
        let on_consent = || self.resting_on(regime, &[LegalBasis::Consent]);
        if let (true, Some(age)) = (is.code.starts_with("child_age"), is.value) {
            return self.age(regime, was.and_then(|one| one.value), age, is);
        }
        if is.code.starts_with("separate_consent") {
            let mut purposes = on_consent();
            purposes.retain(|one| !one.body.separate_consent && needs_separate(&is.code, one));
            let cite = is.cite.get(self.zh());
            return self.about("effect-separate", regime, &is.id, &[("cite", cite)], purposes);
        }
        if let Some(months) = months(is).filter(|_| ["refresh", "keep_choice"].contains(&&*is.code))
        {
            let mut purposes = on_consent();
            purposes
                .retain(|one| one.body.expires_months.is_none_or(|own| u64::from(own) > months));
            let after = months.to_string();
            let args = [("after", after.as_str())];
            return self.about("effect-expires", regime, &is.id, &args, purposes);
        }
        let key = if was.is_some() { "effect-rule-changed" } else { "effect-rule-new" };
        self.ruled(key, regime, is)
    }

    fn ruled(&self, key: &str, regime: &str, fact: &Fact) -> Vec<(Keyed, Vec<&'a Purpose>)> {
        let args = [("text", fact.text.get(self.zh())), ("cite", fact.cite.get(self.zh()))];
        self.about(key, regime, &fact.id, &args, self.concerned(regime, fact))
    }

    /// From which age children choose alone, and whether Privet's own table still says the same.
    fn age(
        &self,
        regime: &str,
        was: Option<u64>,
        is: u64,
        fact: &Fact,
    ) -> Vec<(Keyed, Vec<&'a Purpose>)> {
        let country = fact.code.split_once('.').map(|(_, country)| country).unwrap_or_default();
        let place = match country {
            "" => String::new(),
            country => told(self.lang, "effect-age-place", &[("place", country)]),
        };
        let before = was.map_or_else(|| "–".to_owned(), |age| age.to_string());
        let after = is.to_string();
        let (after, place) = (after.as_str(), place.as_str());
        let args = [("before", before.as_str()), ("after", after), ("place", place)];
        let on_consent = self.resting_on(regime, &[LegalBasis::Consent]);
        let mut all = self.about("effect-age", regime, &fact.id, &args, on_consent.clone());
        let country = if country.is_empty() { self.country(regime) } else { country.to_owned() };
        let (kept, _) = consent::record::age_of_consent(family(regime), &country);
        if was == Some(u64::from(kept)) && was != Some(is) {
            let kept = kept.to_string();
            let args = [("kept", kept.as_str()), ("after", after), ("place", place)];
            all.extend(self.about("effect-age-kept", regime, &fact.id, &args, on_consent));
        }
        all
    }

    /// The country of a law of one country.
    fn country(&self, regime: &str) -> String {
        let places = self.after.regime(regime).map(|one| one.places.as_slice()).unwrap_or_default();
        match places {
            [one] => one.split('-').next().unwrap_or_default().to_owned(),
            _ => String::new(),
        }
    }

    /// The purposes in use that a rule is about.
    fn concerned(&self, regime: &str, fact: &Fact) -> Vec<&'a Purpose> {
        let sells =
            |one: &&Purpose| one.body.signals.iter().any(|signal| signal.starts_with("gpp."));
        if ["universal_opt_out", "no_sale", "opt_in.sale"]
            .iter()
            .any(|one| fact.code.starts_with(one))
        {
            return self.purposes().filter(sells).collect();
        }
        if fact.code == "explicit" || fact.code.contains("sensitive") {
            return self.purposes().filter(|one| one.body.sensitive).collect();
        }
        let mut heeding = vec![LegalBasis::Consent];
        if matches!(fact.code.as_str(), "opt_out" | "stop" | "symmetry" | "no_reask") {
            heeding.extend([LegalBasis::OptOut, LegalBasis::LegitimateInterests]);
        }
        self.resting_on(regime, &heeding)
    }

    /// One line about purposes; none where it concerns none.
    fn about(
        &self,
        key: &str,
        regime: &str,
        what: &str,
        args: &[(&str, &str)],
        purposes: Vec<&'a Purpose>,
    ) -> Vec<(Keyed, Vec<&'a Purpose>)> {
        let Some(first) = purposes.first() else { return Vec::new() };
        let law = self.after.regime(regime).or_else(|| self.before.regime(regime));
        let law = law.map_or(regime, |one| one.name.get(self.zh()));
        let names = self.names(purposes.iter().copied());
        let mut args = args.to_vec();
        args.extend([("law", law), ("purposes", names.as_str())]);
        let href = match purposes.len() {
            1 => format!("/console/purposes/{}", first.key),
            _ => "/console/purposes".to_owned(),
        };
        let effect = Effect { text: told(self.lang, key, &args), href };
        vec![((format!("{key} {regime} {what}"), effect), purposes)]
    }

    /// Notices that ask for what is ruled otherwise.
    fn notices(&self, touched: &BTreeSet<&str>) -> Vec<Keyed> {
        let notices = self.catalogue.newest().filter_map(|notice| {
            let own = &notice.published.body.purposes;
            let asked = self.purposes().filter(|one| own.contains(&one.key));
            let asked: Vec<_> = asked.filter(|one| touched.contains(one.key.as_str())).collect();
            if asked.is_empty() {
                return None;
            }
            let title = text_in(&notice.published.body.title, self.lang.tag());
            let title = if title.is_empty() { notice.notice.as_str() } else { title };
            let names = self.names(asked.into_iter());
            let args = [("notice", title), ("purposes", names.as_str())];
            let text = told(self.lang, "effect-notice", &args);
            let href = format!("/console/notices/{}", notice.notice);
            Some((format!("notice {} {names}", notice.notice), Effect { text, href }))
        });
        notices.collect()
    }

    fn names(&self, purposes: impl Iterator<Item = &'a Purpose>) -> String {
        let name = |one: &Purpose| text_in(&one.body.name, self.lang.tag()).to_owned();
        let all: Vec<String> = purposes.map(name).collect();
        let join = if self.zh() { "、" } else { ", " };
        if all.len() <= NAMES {
            return all.join(join);
        }
        let more = (all.len() - NAMES).to_string();
        told(self.lang, "effect-and-more", &[("names", &all[..NAMES].join(join)), ("n", &more)])
    }

    fn zh(&self) -> bool {
        self.lang == Lang::ZhCn
    }
}

/// The consent room's name for the laws of a place; others are treated as the strictest, which asks.
fn family(regime: &str) -> consent::Regime {
    match regime.split('-').next() {
        Some("us") => consent::Regime::Ccpa,
        Some("cn") => consent::Regime::Pipl,
        _ => consent::Regime::Gdpr,
    }
}

/// What packs call a legal basis.
fn codes_of(basis: LegalBasis) -> &'static [&'static str] {
    match basis {
        LegalBasis::Consent => &["consent"],
        LegalBasis::Contract => &["contract", "contract_hr"],
        LegalBasis::LegalObligation => &["legal_obligation", "legal_duty"],
        LegalBasis::VitalInterests => &["vital_interests", "emergency"],
        LegalBasis::PublicTask => &["public_task"],
        LegalBasis::LegitimateInterests => &["legitimate_interests"],
        _ => &[],
    }
}

/// Whether a purpose does what separate consent (单独同意) would be asked for.
fn needs_separate(code: &str, purpose: &Purpose) -> bool {
    match code.split_once('.').map(|(_, what)| what) {
        Some("sensitive") => purpose.body.sensitive,
        Some("provide" | "transfer") => !purpose.body.vendors.is_empty(),
        // A rule for matters that purposes do not tell apart: each is to be looked at.
        _ => true,
    }
}

fn says_the_same(was: &Fact, is: &Fact) -> bool {
    let said = |fact: &Fact| {
        (fact.text.clone(), fact.value, fact.unit, fact.code.clone(), fact.when.clone())
    };
    said(was) == said(is)
}

fn months(fact: &Fact) -> Option<u64> {
    match fact.unit? {
        Unit::CalendarMonths => fact.value,
        Unit::Years => fact.value.map(|years| years * 12),
        _ => None,
    }
}
