//! What people can ask for, how, how long it takes, and where to complain: from the facts of law.

use std::collections::BTreeMap;

use law::{Extension, Fact, Kind, Text, Unit};
use web::Lang;

use super::{
    super::say::{Value, both, list},
    Composer, Section, Setting, Source,
    activities::with_cites,
    block, is_empty, law_source, same,
};

/// The code of the clock that runs for an answer to a request.
const ANSWER: &str = "dsr";

impl Composer<'_> {
    /// Rights and how to use them (PIPL Art 17(1)(3), GDPR Art 13(2)(b), CCPA §7011(e)(2)).
    pub(super) fn rights(&mut self) -> Section {
        let mut rights = block("rights", Setting::List);
        let mut by_code: BTreeMap<String, Vec<Fact>> = BTreeMap::new();
        for fact in self.known.about(Kind::Right) {
            let code = if fact.code.is_empty() { &fact.id } else { &fact.code };
            by_code.entry(code.clone()).or_default().push(fact.clone());
        }
        if by_code.is_empty() {
            self.gap("rights", &Text::default(), "/console/laws");
        }
        let mut all: Vec<(&String, &Vec<Fact>)> = by_code.iter().collect();
        all.sort_by_key(|(code, _)| {
            ORDER.iter().position(|one| one == code).unwrap_or(ORDER.len())
        });
        for (code, facts) in all {
            let key = format!("policy-right-{}", code.replace('_', "-"));
            let known = web::has_key(Lang::En, &key);
            let mut sentence = self.say(&format!("rights:{code}"), &key_or(&key, known), &[]);
            if !known && let Some(first) = facts.first() {
                sentence.text = first.text.clone();
            }
            let cites: Vec<Text> = facts.iter().map(|fact| fact.cite.clone()).collect();
            sentence.text = with_cites(&sentence.text, &cites);
            let sources: Vec<Source> = facts.iter().map(law_source).collect();
            rights.sentences.push(sentence.telling(&["rights", code], []).also_from(sources));
        }
        let how = self.how();
        let clocks = self.clocks();
        self.section("rights", "rights", vec![how, rights, clocks])
    }

    fn how(&mut self) -> super::Block {
        let mut block = block("rights-how", Setting::Paragraph);
        let organisation = Source::new("organisation", "", "");
        let url = same(&format!("{}/privacy", self.known.base_url));
        let contact = super::lines(&self.known.map.organisation.contact);
        let contact = self.known.phrases.both(&contact);
        let key = if is_empty(&contact) {
            "policy-text-rights-how-page"
        } else {
            "policy-text-rights-how"
        };
        let args = [("url", (&url).into()), ("contact", (&contact).into())];
        block.sentences.push(
            self.say("rights:how", key, &args)
                .telling(&["rights_how", "methods", "verification", "channel"], [organisation]),
        );
        block
    }

    /// How long an answer takes, each law's own clock.
    fn clocks(&mut self) -> super::Block {
        let mut block = block("rights-clocks", Setting::List);
        for regime in self.known.regimes.clone() {
            let Some(fact) = self.answer_clock(&regime) else { continue };
            let law = self.known.name_of(&regime);
            let (Some(time), longer) = (
                duration(&fact).or_else(|| fact.word.clone()),
                fact.extension.as_ref().and_then(extension),
            ) else {
                continue;
            };
            let key = match (fact.value, &longer) {
                (None, _) => "policy-text-clock-word",
                (_, Some(_)) => "policy-text-clock-longer",
                (_, None) => "policy-text-clock",
            };
            let more = longer.unwrap_or_default();
            let args = [("law", (&law).into()), ("time", (&time).into()), ("more", (&more).into())];
            let sentence = self.say(&format!("clock:{regime}"), key, &args);
            let mut sentence = sentence.telling(&["rights_how"], [law_source(&fact)]);
            sentence.text = with_cites(&sentence.text, std::slice::from_ref(&fact.cite));
            block.sentences.push(sentence);
        }
        block
    }

    fn answer_clock(&self, regime: &str) -> Option<Fact> {
        let mut clocks = self.known.law.about(regime, Kind::Clock, self.known.day);
        clocks.find(|fact| fact.code == ANSWER && fact.confidence.decides()).cloned()
    }

    /// Where to complain (GDPR Art 13(2)(d), 网数条例 Art 20).
    pub(super) fn complain(&mut self) -> Section {
        let mut block = block("complain", Setting::List);
        block.sentences.push(
            self.say("complain:us", "policy-text-complain-us", &[])
                .telling(&["channel"], [Source::new("organisation", "", "")]),
        );
        let mut told = false;
        for regime in self.known.regimes.clone() {
            let Some(found) = self.known.law.regime(&regime) else { continue };
            let Some(authority) = &found.authority else { continue };
            let law = self.known.name_of(&regime);
            let args = [("law", (&law).into()), ("who", authority.into())];
            let from = Source::new("law", &regime, &found.name.en);
            let sentence = self.say(&format!("complain:{regime}"), "policy-text-complain", &args);
            block.sentences.push(sentence.telling(&["complaint"], [from]));
            told = true;
        }
        if !told {
            let laws: Vec<Text> =
                self.known.regimes.iter().map(|regime| self.known.name_of(regime)).collect();
            let (laws, from) = (list(&laws), Source::new("property", &self.known.property.key, ""));
            let args = [("laws", (&laws).into())];
            let sentence = self.say("complain:any", "policy-text-complain-any", &args);
            block.sentences.push(sentence.telling(&["complaint"], [from]));
        }
        self.section("complain", "complain", vec![block])
    }
}

/// Rights in the order people read them.
const ORDER: [&str; 19] = [
    "know_decide",
    "access",
    "portability",
    "rectification",
    "erasure",
    "restriction",
    "objection",
    "objection_marketing",
    "withdraw_consent",
    "opt_out",
    "limit",
    "automated_decision",
    "automated_decision_access",
    "explanation",
    "close_account",
    "third_parties",
    "deceased",
    "no_retaliation",
    "complaint",
];

/// A key that exists, where the first does not.
fn key_or(key: &str, known: bool) -> String {
    if known { key.to_owned() } else { "policy-text-right-other".to_owned() }
}

/// A clock's time in words.
fn duration(fact: &Fact) -> Option<Text> {
    in_words(fact.value?, fact.unit?)
}

fn extension(extension: &Extension) -> Option<Text> {
    in_words(u64::from(extension.value), extension.unit)
}

fn in_words(value: u64, unit: Unit) -> Option<Text> {
    let key = match unit {
        Unit::Hours => "policy-unit-hours",
        Unit::CalendarDays => "policy-unit-days",
        Unit::BusinessDays => "policy-unit-business-days",
        Unit::CalendarMonths => "policy-unit-months",
        Unit::Years => "policy-unit-years",
        Unit::Weeks => "policy-unit-weeks",
        _ => return None,
    };
    Some(both(key, &[("n", Value::Number(value.try_into().ok()?))]))
}
