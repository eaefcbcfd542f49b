//! Where data comes from, who gets it, where it goes, and what customers can choose.

use std::collections::{BTreeMap, BTreeSet};

use consent::{LegalBasis, Regime, purpose::text_in};
use datamap::records::RecipientFact;
use law::Text;

use super::{
    super::{
        Handling,
        say::{Value, category, country, inside, list},
    },
    Composer, Section, Setting, Source,
    activities::named,
    answer, block, is_empty, same,
};
use crate::facts::regime_of;

/// What one recipient gets, and for what.
#[derive(Default)]
struct Gets {
    fact: RecipientFact,
    why: Vec<Text>,
    what: BTreeSet<String>,
    from: Vec<Source>,
}

fn texts(texts: &consent::purpose::Texts) -> Text {
    Text { en: text_in(texts, "en").to_owned(), zh: text_in(texts, "zh-CN").to_owned() }
}

impl Composer<'_> {
    /// Sources of data (GDPR Art 14(2)(f), CCPA §7011(e)(1)(B)).
    pub(super) fn origin(&mut self) -> Section {
        let mut direct: Vec<(String, Source)> = Vec::new();
        let mut third: BTreeMap<String, Vec<Source>> = BTreeMap::new();
        let used: BTreeSet<String> = self.ours().flat_map(|a| a.systems.clone()).collect();
        let systems: Vec<_> = self
            .known
            .map
            .systems
            .iter()
            .filter(|(id, _)| used.contains(*id))
            .map(|(_, system)| system)
            .collect();
        for origin in systems.iter().flat_map(|system| &system.origins) {
            let source = Source::new("source", &origin.source_id, &origin.source);
            match origin.kind.as_str() {
                "direct" => direct.push((origin.touchpoint.clone(), source)),
                "third_party" => third.entry(origin.provider.clone()).or_default().push(source),
                _ => self.gap("source", &same(&origin.source), &source.href()),
            }
        }
        let mut block = block("origin", Setting::List);
        if !direct.is_empty() {
            let from: Vec<Source> = direct.iter().map(|(_, source)| source.clone()).collect();
            let places: Vec<Text> = direct
                .iter()
                .filter(|(place, _)| !place.is_empty())
                .map(|(place, source)| self.phrase(place, source))
                .collect();
            let places = list(&places);
            let sentence = self.say(
                "origin:direct",
                "policy-text-origin-direct",
                &[("places", (&places).into())],
            );
            block.sentences.push(named(sentence, &["source"], from));
        }
        if third.is_empty() {
            self.needs_no(&["from_elsewhere", "public_source"]);
        }
        for (provider, from) in third {
            let Some(first) = from.first().cloned() else { continue };
            let who = self.name(&provider, &first);
            let sentence = self.say(
                &format!("origin:{provider}"),
                "policy-text-origin-third",
                &[("who", (&who).into())],
            );
            block.sentences.push(named(sentence, &["source"], from));
        }
        self.section("origin", "origin", vec![block])
    }

    /// The purposes of the consent room: what customers are asked, and what follows from a no.
    pub(super) fn choices(&mut self) -> Section {
        let mut blocks = Vec::new();
        let regimes = self.known.property.body.regimes.clone();
        let short = |regime: &Regime| self.known.has(regime_of(regime.as_str()));
        let regimes: Vec<Regime> = regimes.into_iter().filter(short).collect();
        let purposes = self.known.purposes.clone();
        for (key, body) in &purposes {
            let bases: BTreeSet<&str> = regimes.iter().map(|r| body.basis(*r).as_str()).collect();
            let asked = regimes.iter().any(|r| body.basis(*r) == LegalBasis::Consent);
            if !regimes.iter().any(|r| body.basis(*r).heeds_choices()) {
                continue;
            }
            let from = Source::new("purpose", key, text_in(&body.name, "en"));
            let mut block = block(&format!("choice:{key}"), Setting::Paragraph);
            block.title = texts(&body.name);
            let mut push = |part: &str, text: Text, tells: &[&str]| {
                if !is_empty(&text) {
                    let mut sentence = self.say(
                        &format!("choice:{key}:{part}"),
                        "policy-text-as-is",
                        &[("text", (&text).into())],
                    );
                    sentence.text = text;
                    block.sentences.push(sentence.telling(tells, [from.clone()]));
                }
            };
            push("what", texts(&body.description), &["purposes"]);
            let wording = if asked { "consent" } else { "object" };
            let rule = super::both(
                &super::key_for(&format!("policy-text-choice-{wording}"), self.audience),
                &[],
            );
            push("rule", rule, &["withdraw", "legal_basis"]);
            if asked && (body.separate_consent || body.sensitive) {
                push(
                    "separate",
                    super::both("policy-text-choice-separate", &[]),
                    &["separate_consent"],
                );
            }
            push("refused", texts(&body.if_refused), &["obliged"]);
            if let Some(days) = body.retention_days {
                push("retention", kept_for(days), &["retention"]);
            }
            let ways = body.vendors.iter().map(|vendor| format!("recipient:{vendor}")).collect();
            self.handling.push(Handling {
                id: format!("choice:{key}"),
                name: block.title.clone(),
                purpose: texts(&body.description),
                consent: bases.contains("consent"),
                categories: body.data.clone(),
                ways,
                asked: BTreeSet::from([key.clone()]),
            });
            blocks.push(block);
        }
        if blocks.is_empty() {
            self.needs_no(&["withdraw", "separate_consent"]);
        } else {
            let url = same(&format!("{}/privacy", self.known.base_url));
            let mut how = block("choices", Setting::Paragraph);
            how.sentences.push(
                self.say("choices:how", "policy-text-choices-how", &[("url", (&url).into())])
                    .telling(
                        &["withdraw"],
                        [Source::new("property", &self.known.property.key, "")],
                    ),
            );
            blocks.insert(0, how);
        }
        self.section("choices", "choices", blocks)
    }

    fn recipients(&mut self) -> BTreeMap<String, Gets> {
        let mut all: BTreeMap<String, Gets> = BTreeMap::new();
        let activities: Vec<_> = self.ours().cloned().collect();
        for activity in &activities {
            let from = Source::new("activity", &activity.id, &activity.name);
            let why = inside(&self.known.phrases.both(&activity.name));
            let of_activity = self.known.map.categories_of(activity);
            for (id, fact) in self.known.map.recipients_of(activity) {
                let flows: BTreeSet<&String> = self
                    .known
                    .map
                    .flows
                    .iter()
                    .filter(|flow| flow.recipient == id && activity.systems.contains(&flow.system))
                    .flat_map(|flow| &flow.categories)
                    .collect();
                let gets = all.entry(id).or_default();
                gets.fact = fact;
                gets.why.push(why.clone());
                gets.from.push(from.clone());
                // What a flow says is what is passed on; without one it may be anything.
                if flows.is_empty() {
                    gets.what.extend(of_activity.keys().cloned());
                } else {
                    gets.what.extend(flows.into_iter().cloned());
                }
            }
        }
        all
    }

    /// Recipients (GDPR Art 13(1)(e), PIPL Art 23, 网数条例 Art 21 ¶2).
    pub(super) fn share(&mut self) -> Section {
        let all = self.recipients();
        let mut block = block("share", Setting::List);
        if all.is_empty() {
            block.sentences.push(
                self.say("share:none", "policy-text-share-none", &[])
                    .telling(&["recipients", "disclosed"], [Source::new("organisation", "", "")]),
            );
            self.needs_no(&["provided", "transfers"]);
        }
        for (id, gets) in &all {
            let from = Source::new("recipient", id, &gets.fact.name);
            let who = self.name(&gets.fact.name, &from);
            let what: Vec<Text> = gets.what.iter().map(|key| category(key)).collect();
            let (what, why) = (list(&what), list(&gets.why));
            let place = country(&gets.fact.country);
            let kind = gets.fact.kind.replace('_', "-");
            let key = format!("policy-text-share-{kind}");
            let args: [(&str, Value<'_>); 3] =
                [("who", (&who).into()), ("what", (&what).into()), ("why", (&why).into())];
            let mut sentence = self.say(&format!("share:{id}"), &key, &args);
            if gets.fact.country.is_empty() {
                self.gap("recipient_country", &who, &from.href());
            } else {
                let at = super::both("policy-text-share-at", &[("place", (&place).into())]);
                sentence.text.en = format!("{} {}", sentence.text.en, at.en);
                sentence.text.zh.push_str(&at.zh);
            }
            let sentence = sentence.telling(&["recipients", "disclosed", "provided"], [from]);
            block.sentences.push(sentence.also_from(gets.from.iter().cloned()));
        }
        self.section("share", "share", vec![block])
    }

    /// Transfers abroad and what protects them (GDPR Art 13(1)(f), PIPL Art 38–39).
    pub(super) fn abroad(&mut self) -> Section {
        let all = self.recipients();
        let mut block = block("abroad", Setting::List);
        for (id, gets) in &all {
            let place = gets.fact.country.as_str();
            let laws = self.laws_abroad(place);
            if place.is_empty() || laws.is_empty() {
                continue;
            }
            let from = Source::new("recipient", id, &gets.fact.name);
            let who = self.known.phrases.both(&gets.fact.name);
            let to = country(place);
            let args = [("who", (&who).into()), ("place", (&to).into())];
            if gets.fact.safeguard.is_empty() {
                let about = list(&[who.clone(), to.clone()]);
                self.gap("transfers", &about, &from.href());
                let sentence = self.say(&format!("abroad:{id}"), "policy-text-abroad", &args);
                block.sentences.push(sentence.telling(&[], [from]));
            } else {
                let key = format!("policy-text-abroad-{}", gets.fact.safeguard.replace('_', "-"));
                let sentence = self.say(&format!("abroad:{id}"), &key, &args);
                block.sentences.push(sentence.telling(&["transfers"], [from]));
            }
        }
        let systems: Vec<_> = self.known.map.systems.clone().into_iter().collect();
        let used: BTreeSet<String> = self.ours().flat_map(|a| a.systems.clone()).collect();
        for (id, system) in systems.iter().filter(|(id, _)| used.contains(id)) {
            let from = Source::new("system", id, &system.name);
            if system.country.is_empty() {
                self.gap("transfers", &same(&system.name), &from.href());
            } else if !self.laws_abroad(&system.country).is_empty() {
                let (what, place) = (self.name(&system.name, &from), country(&system.country));
                let args = [("what", (&what).into()), ("place", (&place).into())];
                let sentence = self.say(&format!("hosted:{id}"), "policy-text-hosted", &args);
                block.sentences.push(sentence.telling(&["transfers"], [from]));
            }
        }
        if block.sentences.is_empty() {
            self.needs_no(&["transfers"]);
            block.sentences.push(
                self.say("abroad:none", "policy-text-abroad-none", &[])
                    .telling(&["transfers"], [Source::new("organisation", "", "")]),
            );
        }
        self.section("abroad", "abroad", vec![block])
    }

    /// The laws that apply for which a country is abroad.
    fn laws_abroad(&self, place: &str) -> Vec<String> {
        let all = self.known.regimes.iter();
        all.filter(|regime| self.known.is_abroad(regime, place)).cloned().collect()
    }

    /// Children (PIPL Art 28, 31; GDPR Art 8): what the map knows decides whether it must be told.
    pub(super) fn children(&mut self) -> Section {
        let known: Vec<Source> = self
            .ours()
            .filter(|activity| self.knows_children(activity))
            .map(|activity| Source::new("activity", &activity.id, &activity.name))
            .collect();
        let mut block = block("children", Setting::Paragraph);
        let ages = self.ages();
        if known.is_empty() {
            self.needs_no(&["children", "under_16"]);
            let sentence = self.say("children:none", "policy-text-children-none", &[]);
            block
                .sentences
                .push(sentence.telling(&["children"], [Source::new("organisation", "", "")]));
        } else {
            let sentence = self.say("children:guardian", "policy-text-children", &[]);
            block.sentences.push(named(sentence, &["children"], known));
        }
        for (fact, age) in ages {
            let law = self.known.name_of(&fact.regime);
            let args = [
                ("age", Value::Number(age.try_into().unwrap_or(i64::MAX))),
                ("law", (&law).into()),
            ];
            let sentence =
                self.say(&format!("children:{}", fact.id), "policy-text-children-age", &args);
            block.sentences.push(sentence.telling(&["children"], [super::law_source(&fact)]));
        }
        self.section("children", "children", vec![block])
    }

    /// The age below which a guardian decides, as each law that applies says it.
    fn ages(&self) -> Vec<(law::Fact, u64)> {
        let rules = self.known.about(law::Kind::ConsentRule);
        let ages =
            rules.filter(|fact| fact.code == "child_age" && fact.unit == Some(law::Unit::Age));
        let mut all: Vec<(law::Fact, u64)> =
            ages.filter_map(|fact| Some((fact.clone(), fact.value?))).collect();
        all.sort_by(|a, b| a.0.regime.cmp(&b.0.regime));
        all.dedup_by(|a, b| a.0.regime == b.0.regime);
        all
    }

    /// Decisions by machines (GDPR Art 13(2)(f), PIPL Art 24).
    pub(super) fn automated(&mut self) -> Section {
        let mut block = block("automated", Setting::Paragraph);
        match self.answers.automated.as_str() {
            "" => self.gap("automated", &Text::default(), ""),
            "no" => block.sentences.push(
                self.say("automated:no", "policy-text-automated-no", &[])
                    .telling(&["automated"], [answer("automated")]),
            ),
            _ => {
                block.sentences.push(
                    self.say("automated:yes", "policy-text-automated-yes", &[])
                        .telling(&[], [answer("automated")]),
                );
                if is_empty(&self.answers.automated_how) {
                    self.gap("automated", &Text::default(), "");
                } else {
                    let how = self.answers.automated_how.clone();
                    let mut sentence =
                        self.say("automated:how", "policy-text-as-is", &[("text", (&how).into())]);
                    sentence.text = how;
                    block.sentences.push(sentence.telling(&["automated"], [answer("automated")]));
                }
            }
        }
        self.section("automated", "automated", vec![block])
    }
}

/// A number of days in the words of customers.
fn kept_for(days: u32) -> Text {
    let (key, n) = match days {
        days if days % 365 == 0 => ("policy-text-kept-years", days / 365),
        days if days % 30 == 0 => ("policy-text-kept-months", days / 30),
        days => ("policy-text-kept-days", days),
    };
    super::both(key, &[("n", Value::Number(i64::from(n)))])
}
