//! Composing: which sections there are, and the small ones.

use std::collections::{BTreeMap, BTreeSet};

use law::{Kind, Text};
use serde::{Deserialize, Serialize};

use super::{
    Audience, Block, Document, Handling, Phrase, Section, Sentence, Setting, Source,
    phrases::lacks,
    say::{Value, both, is_empty, key_for, same},
};
use crate::{draft::Answers, facts::Known};

mod activities;
mod california;
mod others;
mod rights;
mod summary;

/// Something that a sentence would need and nobody told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Which item of a checklist stays open: `retention`.
    pub element: String,
    /// Of what, in words; empty for the whole.
    pub about: Text,
    /// Where to tell it; "" means this policy's own answers.
    pub href: String,
}

/// A document and what was seen on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composed {
    /// The document.
    pub document: Document,
    /// What nobody told.
    pub gaps: Vec<Gap>,
    /// Items of checklists that this company's data does not call for.
    pub unneeded: BTreeSet<&'static str>,
    /// Phrases of the map that customers read.
    pub phrases: Vec<Phrase>,
}

/// Computes the document of a property for an audience.
pub fn compose(known: &Known, audience: Audience, answers: &Answers) -> Composed {
    let mut composer = Composer {
        known,
        audience,
        answers,
        gaps: Vec::new(),
        unneeded: BTreeSet::new(),
        phrases: BTreeMap::new(),
        handling: Vec::new(),
    };
    let controller = composer.controller_name();
    let mut sections = composer.sections();
    sections.retain(|section| section.blocks.iter().any(|block| !block.sentences.is_empty()));
    for section in &mut sections {
        section.blocks.retain(|block| !block.sentences.is_empty());
    }
    let summary = composer.summary(&sections);
    let place = known.phrases.both(name_of(&known.property));
    let title = both(&key_for("policy-text-title", audience), &[("name", (&controller).into())]);
    let document = Document {
        property: known.property.key.clone(),
        place,
        audience,
        controller,
        regimes: known.regimes.clone(),
        title,
        summary,
        sections,
        handling: composer.handling,
    };
    let (gaps, unneeded) = (composer.gaps, composer.unneeded);
    Composed { document, gaps, unneeded, phrases: composer.phrases.into_values().collect() }
}

fn name_of(property: &consent::property::Property) -> &str {
    if property.body.name.is_empty() { &property.key } else { &property.body.name }
}

pub(super) struct Composer<'a> {
    pub known: &'a Known,
    pub audience: Audience,
    pub answers: &'a Answers,
    gaps: Vec<Gap>,
    unneeded: BTreeSet<&'static str>,
    phrases: BTreeMap<String, Phrase>,
    handling: Vec<Handling>,
}

impl Composer<'_> {
    fn sections(&mut self) -> Vec<Section> {
        let mut all = vec![self.who()];
        if self.audience == Audience::California {
            all.push(self.california_collected());
        }
        all.push(self.collect());
        all.push(self.origin());
        all.push(self.choices());
        all.push(self.share());
        all.push(self.abroad());
        all.push(self.keep());
        all.push(self.protect());
        all.push(self.children());
        all.push(self.automated());
        if self.known.has("us-ca") {
            all.push(self.california_sale());
        }
        all.push(self.rights());
        all.push(self.complain());
        all.push(self.changes());
        all
    }

    /// A section with its heading; children read `KEY-children` where there is one.
    fn section(&self, key: &str, icon: &str, blocks: Vec<Block>) -> Section {
        let title = both(&key_for(&format!("policy-section-{key}"), self.audience), &[]);
        Section { key: key.to_owned(), icon: icon.to_owned(), title, blocks }
    }

    /// A sentence from the texts of the locale files.
    fn say(&self, id: &str, key: &str, args: &[(&str, Value<'_>)]) -> Sentence {
        let text = both(&key_for(key, self.audience), args);
        Sentence { id: id.to_owned(), text, tells: Vec::new(), from: Vec::new() }
    }

    fn gap(&mut self, element: &str, about: &Text, href: &str) {
        let gap = Gap { element: element.to_owned(), about: about.clone(), href: href.to_owned() };
        if !self.gaps.contains(&gap) {
            self.gaps.push(gap);
        }
    }

    fn needs_no(&mut self, elements: &[&'static str]) {
        self.unneeded.extend(elements);
    }

    /// A phrase of the map as customers read it, remembered for the list of phrases.
    fn phrase(&mut self, original: &str, from: &Source) -> Text {
        let text = self.known.phrases.both(original);
        self.note(original, &text, from, lacks(&text));
        text
    }

    /// A name: it may be the same in both languages.
    fn name(&mut self, original: &str, from: &Source) -> Text {
        let text = self.known.phrases.both(original);
        let lacks = if text.en == text.zh && lacks(&text) == "en" { "en" } else { "" };
        self.note(original, &text, from, lacks);
        text
    }

    fn note(&mut self, original: &str, text: &Text, from: &Source, lacks: &str) {
        let original = original.trim();
        if original.is_empty() {
            return;
        }
        self.phrases.entry(original.to_owned()).or_insert_with(|| Phrase {
            original: original.to_owned(),
            text: text.clone(),
            from: from.clone(),
            lacks: lacks.to_owned(),
        });
    }

    fn controller_name(&mut self) -> Text {
        let told = self.known.map.organisation.name.clone();
        let name = if told.trim().is_empty() { self.known.organisation.clone() } else { told };
        self.name(&name, &Source::new("organisation", "", ""))
    }

    /// Who is responsible: PIPL Art 17(1)(1), GDPR Art 13(1)(a)–(b), CCPA §7011(e).
    fn who(&mut self) -> Section {
        let organisation = &self.known.map.organisation;
        let source = Source::new("organisation", "", &organisation.name);
        let at = "/console/organisation";
        let mut block = block("who", Setting::Paragraph);
        let name = self.controller_name();
        let place = self.known.phrases.both(name_of(&self.known.property));
        if name.en.is_empty() {
            self.gap("identity", &Text::default(), at);
        } else {
            let args = [("name", (&name).into()), ("place", (&place).into())];
            block.sentences.push(self.say("who:name", "policy-text-who", &args).telling(
                &["identity"],
                [source.clone(), Source::new("property", &self.known.property.key, &place.en)],
            ));
        }
        let contact = lines(&organisation.contact);
        if contact.is_empty() {
            self.gap("contact", &Text::default(), at);
            self.gap("identity", &Text::default(), at);
        } else {
            let contact = self.name(&contact, &source);
            block.sentences.push(
                self.say("who:contact", "policy-text-contact", &[("contact", (&contact).into())])
                    .telling(&["contact"], [source.clone()]),
            );
        }
        let representative = lines(&organisation.representative);
        if representative.is_empty() {
            self.needs_no(&["representative"]);
        } else {
            let who = self.name(&representative, &source);
            block.sentences.push(
                self.say(
                    "who:representative",
                    "policy-text-representative",
                    &[("who", (&who).into())],
                )
                .telling(&["representative"], [source.clone()]),
            );
        }
        let officer = lines(&organisation.officer);
        if officer.is_empty() {
            self.gap("officer", &Text::default(), at);
        } else {
            let who = self.phrase(&officer, &source);
            block.sentences.push(
                self.say("who:officer", "policy-text-officer", &[("who", (&who).into())])
                    .telling(&["officer"], [source]),
            );
        }
        self.section("who", "who", vec![block])
    }

    /// What happens when the time is over (PIPL Art 19, 47; GDPR Art 5(1)(e)).
    fn keep(&mut self) -> Section {
        let mut block = block("keep", Setting::Paragraph);
        block.sentences.push(self.say("keep:rule", "policy-text-keep", &[]).telling(&[], []));
        let ends = self.answers.at_end.as_str();
        if ends.is_empty() {
            self.gap("at_end", &Text::default(), "");
        } else {
            let key = format!("policy-text-at-end-{ends}");
            block
                .sentences
                .push(self.say("keep:end", &key, &[]).telling(&["at_end"], [answer("at_end")]));
        }
        self.section("keep", "keep", vec![block])
    }

    /// Measures in general terms, as the records tell them.
    fn protect(&mut self) -> Section {
        let mut block = block("protect", Setting::List);
        let told: Vec<(String, String, String)> = self
            .ours()
            .filter(|a| !a.security.trim().is_empty())
            .map(|a| (a.id.clone(), a.name.clone(), lines(&a.security)))
            .collect();
        let mut seen = BTreeSet::new();
        for (id, name, security) in told {
            if !seen.insert(security.clone()) {
                continue;
            }
            let from = Source::new("activity", &id, &name);
            let what = self.phrase(&security, &from);
            block.sentences.push(
                self.say(
                    &format!("protect:{id}"),
                    "policy-text-protect",
                    &[("what", (&what).into())],
                )
                .telling(&["security"], [from]),
            );
        }
        self.section("protect", "protect", vec![block])
    }

    /// How changes are told (PIPL Art 17 ¶2, GDPR Art 13(3), CCPA §1798.130(a)(5)).
    fn changes(&mut self) -> Section {
        let mut block = block("changes", Setting::Paragraph);
        let from = [Source::new("property", &self.known.property.key, "")];
        block.sentences.push(
            self.say("changes:how", "policy-text-changes", &[]).telling(&["changes"], from.clone()),
        );
        let rules: Vec<Source> = self
            .known
            .about(Kind::NoticeRule)
            .filter(|fact| is_reconsent(&fact.code))
            .map(law_source)
            .collect();
        if !rules.is_empty() {
            let sentence = self.say("changes:consent", "policy-text-changes-consent", &[]);
            block.sentences.push(sentence.telling(&["changes"], []).also_from(rules));
        }
        if self.audience != Audience::Children {
            let sentence = self.say("changes:merger", "policy-text-merger", &[]);
            block.sentences.push(sentence.telling(&["merger"], from));
        }
        self.section("changes", "changes", vec![block])
    }
}

/// Facts of law that say when consent must be asked for anew.
pub(crate) fn is_reconsent(code: &str) -> bool {
    ["changes", "new_purpose"].contains(&code)
}

impl Sentence {
    fn telling<const N: usize>(mut self, tells: &[&str], from: [Source; N]) -> Self {
        self.tells.extend(tells.iter().map(|one| (*one).to_owned()));
        self.from.extend(from);
        self
    }

    fn also_from(mut self, from: impl IntoIterator<Item = Source>) -> Self {
        for one in from {
            if !self.from.contains(&one) {
                self.from.push(one);
            }
        }
        self
    }
}

fn block(key: &str, setting: Setting) -> Block {
    Block {
        key: key.to_owned(),
        title: Text::default(),
        icon: String::new(),
        setting,
        sentences: Vec::new(),
    }
}

fn answer(key: &str) -> Source {
    Source::new("answer", key, "")
}

fn law_source(fact: &law::Fact) -> Source {
    Source::new("law", &fact.id, &fact.cite.en)
}

/// Lines of an address as one line.
fn lines(text: &str) -> String {
    let all: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    all.join(", ")
}
