//! What is done with data and why: one block for each processing activity of the records.

use std::collections::{BTreeMap, BTreeSet};

use datamap::records::{Activity, ActivityRole, CategoryFact};
use law::{Kind, Text};

use super::{
    super::{
        Audience, Handling,
        say::{category, country, list},
    },
    Block, Composer, Section, Sentence, Setting, Source, block, is_empty, law_source, same,
};
use crate::facts::regime_of;

/// Level from which a category is sensitive, as the map counts.
const SENSITIVE: i64 = 3;

impl Composer<'_> {
    /// The activities in which we decide; for children only those that know children.
    pub(super) fn ours(&self) -> impl Iterator<Item = &Activity> {
        let map = &self.known.map;
        let ours = move || map.activities.iter().filter(|a| a.role != ActivityRole::Processor);
        let only_children =
            self.audience == Audience::Children && ours().any(|a| self.knows_children(a));
        ours().filter(move |a| !only_children || self.knows_children(a))
    }

    pub(super) fn knows_children(&self, activity: &Activity) -> bool {
        let map = &self.known.map;
        activity.people.iter().any(|one| one == "children")
            || activity
                .systems
                .iter()
                .filter_map(|id| map.systems.get(id))
                .any(|system| system.people.contains("children"))
            || map.categories_of(activity).values().any(|fact| fact.minor)
    }

    /// Purposes, ways and kinds (PIPL Art 17(1)(2), GDPR Art 13(1)(c), 网数条例 Art 21(2)).
    pub(super) fn collect(&mut self) -> Section {
        let mut blocks = Vec::new();
        let activities: Vec<Activity> = self.ours().cloned().collect();
        if activities.is_empty() {
            for element in ["purposes", "legal_basis", "categories", "retention"] {
                self.gap(element, &Text::default(), "/console/records");
            }
        }
        let interests = activities
            .iter()
            .any(|a| a.legal_basis.values().any(|basis| basis == "legitimate_interests"));
        if !interests {
            self.needs_no(&["interests"]);
        }
        for activity in &activities {
            blocks.push(self.activity(activity));
        }
        let any_sensitive =
            activities.iter().any(|a| !sensitive(&self.known.map.categories_of(a)).is_empty());
        if !any_sensitive {
            self.needs_no(&["sensitive", "necessity"]);
        }
        self.section("collect", "collect", blocks)
    }

    fn activity(&mut self, activity: &Activity) -> Block {
        let id = &activity.id;
        let from = Source::new("activity", id, &activity.name);
        let href = from.href();
        let mut block = block(&format!("activity:{id}"), Setting::List);
        block.title = self.phrase(&activity.name, &from);
        let title = block.title.clone();
        if activity.purpose.trim().is_empty() {
            self.gap("purposes", &title, &href);
        } else {
            let purpose = self.phrase(&super::lines(&activity.purpose), &from);
            block.sentences.push(
                self.say(
                    &format!("activity:{id}:purpose"),
                    "policy-text-purpose",
                    &[("purpose", (&purpose).into())],
                )
                .telling(&["purposes"], [from.clone()]),
            );
        }
        self.kinds(activity, &title, &from, &mut block);
        self.way(activity, &from, &mut block);
        self.basis(activity, &title, &from, &mut block);
        if activity.retention.trim().is_empty() {
            self.gap("retention", &title, &href);
        } else {
            let period = self.phrase(&super::lines(&activity.retention), &from);
            block.sentences.push(
                self.say(
                    &format!("activity:{id}:retention"),
                    "policy-text-retention",
                    &[("period", (&period).into())],
                )
                .telling(&["retention"], [from.clone()]),
            );
        }
        self.handle(activity, &title);
        block
    }

    /// Which data, and which of it is sensitive and why it is needed (PIPL Art 30).
    fn kinds(&mut self, activity: &Activity, title: &Text, from: &Source, block: &mut Block) {
        let (id, found) = (&activity.id, self.known.map.categories_of(activity));
        if found.is_empty() {
            self.gap("categories", title, &from.href());
            return;
        }
        let names: Vec<Text> = found.keys().map(|key| category(key)).collect();
        let what = list(&names);
        let systems = self.systems_of(activity);
        block.sentences.push(
            self.say(
                &format!("activity:{id}:categories"),
                "policy-text-categories",
                &[("what", (&what).into())],
            )
            .telling(&["categories"], [from.clone()])
            .also_from(systems),
        );
        let sensitive = sensitive(&found);
        if sensitive.is_empty() {
            return;
        }
        let names: Vec<Text> = sensitive.iter().map(|key| category(key)).collect();
        let what = list(&names);
        block.sentences.push(
            self.say(
                &format!("activity:{id}:sensitive"),
                "policy-text-sensitive",
                &[("what", (&what).into())],
            )
            .telling(&["sensitive"], [from.clone()]),
        );
        let why = self.answers.necessity.get(id).filter(|text| !is_empty(text));
        match why {
            Some(why) => block.sentences.push(
                self.say(
                    &format!("activity:{id}:necessity"),
                    "policy-text-necessity",
                    &[("why", why.into())],
                )
                .telling(&["necessity"], [super::answer("necessity"), from.clone()]),
            ),
            None => self.gap("necessity", title, ""),
        }
    }

    fn systems_of(&self, activity: &Activity) -> Vec<Source> {
        let map = &self.known.map;
        let known = activity.systems.iter().filter_map(|id| map.systems.get_key_value(id));
        known.map(|(id, system)| Source::new("system", id, &system.name)).collect()
    }

    /// How: where it is given, where it is kept, whether it goes on to others (PIPL Art 4 ¶2, 17).
    fn way(&mut self, activity: &Activity, from: &Source, block: &mut Block) {
        let (id, map) = (&activity.id, &self.known.map);
        let systems: Vec<_> =
            activity.systems.iter().filter_map(|id| map.systems.get(id)).collect();
        let mut places = Vec::new();
        for origin in systems.iter().flat_map(|system| &system.origins) {
            let source = Source::new("source", &origin.source_id, &origin.source);
            if origin.kind == "direct" && !origin.touchpoint.is_empty() {
                places.push((origin.touchpoint.clone(), source));
            }
        }
        let countries: BTreeSet<&str> =
            systems.iter().map(|s| s.country.as_str()).filter(|c| !c.is_empty()).collect();
        let countries: Vec<Text> = countries.into_iter().map(country).collect();
        let sources: Vec<Source> = places.iter().map(|(_, source)| source.clone()).collect();
        let places: Vec<Text> =
            places.iter().map(|(place, source)| self.phrase(place, source)).collect();
        let shares = !self.known.map.recipients_of(activity).is_empty();
        let key = match (places.is_empty(), countries.is_empty(), shares) {
            (false, false, true) => "policy-text-way-shared",
            (false, false, false) => "policy-text-way",
            (true, false, _) => "policy-text-way-kept",
            (false, true, _) => "policy-text-way-given",
            (true, true, _) => return self.gap("method", &block.title.clone(), &from.href()),
        };
        let (places, countries) = (list(&places), list(&countries));
        let args = [("places", (&places).into()), ("countries", (&countries).into())];
        let systems = self.systems_of(activity);
        block.sentences.push(
            self.say(&format!("activity:{id}:way"), key, &args)
                .telling(&["method"], [from.clone()])
                .also_from(systems)
                .also_from(sources),
        );
    }

    /// Why it is allowed, under each law that applies, with the article that says so.
    fn basis(&mut self, activity: &Activity, title: &Text, from: &Source, block: &mut Block) {
        let id = &activity.id;
        let mut said: BTreeMap<&'static str, Vec<law::Fact>> = BTreeMap::new();
        for (short, key) in &activity.legal_basis {
            if self.known.has(regime_of(short)) {
                let facts = said.entry(wording(key)).or_default();
                facts.extend(self.basis_fact(regime_of(short), key));
            }
        }
        for short in ["gdpr", "pipl"] {
            if self.known.has(regime_of(short)) && !activity.legal_basis.contains_key(short) {
                let law = self.known.name_of(regime_of(short));
                let about = list(&[title.clone(), law]);
                self.gap("legal_basis", &about, &from.href());
            }
        }
        for (wording, facts) in said {
            let sources: Vec<Source> = facts.iter().map(law_source).collect();
            let cites: Vec<Text> = facts.iter().map(|fact| fact.cite.clone()).collect();
            let mut sentence = self.say(
                &format!("activity:{id}:basis:{wording}"),
                &format!("policy-text-basis-{wording}"),
                &[],
            );
            sentence.text = with_cites(&sentence.text, &cites);
            sentence = sentence.telling(&["legal_basis"], [from.clone()]).also_from(sources);
            // What follows from not giving it (GDPR Art 13(2)(e)) hangs on the basis alone.
            if ["contract", "legal-obligation", "consent"].contains(&wording) {
                sentence.tells.push("obliged".to_owned());
            }
            if wording == "legitimate-interests" {
                sentence.tells.push("interests".to_owned());
            }
            block.sentences.push(sentence);
        }
    }

    fn basis_fact(&self, regime: &str, key: &str) -> Option<law::Fact> {
        let codes = basis_codes(key);
        let mut facts = self.known.law.about(regime, Kind::Basis, self.known.day);
        facts.find(|fact| codes.contains(&fact.code.as_str())).cloned()
    }

    /// What decides whether people must be asked again when it changes.
    fn handle(&mut self, activity: &Activity, name: &Text) {
        let map = &self.known.map;
        let categories: BTreeSet<String> = map.categories_of(activity).into_keys().collect();
        let mut ways = BTreeSet::new();
        for (id, recipient) in map.recipients_of(activity) {
            ways.insert(format!("recipient:{id}"));
            if !recipient.country.is_empty() {
                ways.insert(format!("country:{}", recipient.country));
            }
        }
        let systems = activity.systems.iter().filter_map(|id| map.systems.get(id));
        ways.extend(
            systems.filter(|s| !s.country.is_empty()).map(|s| format!("country:{}", s.country)),
        );
        let of = |purpose: &consent::PurposeBody| {
            !purpose.data.is_empty() && purpose.data.iter().any(|key| categories.contains(key))
        };
        let asked = self.known.purposes.iter().filter(|(_, body)| of(body));
        let asked = asked.map(|(key, _)| key.clone()).collect();
        self.handling.push(Handling {
            id: format!("activity:{}", activity.id),
            name: name.clone(),
            purpose: same(activity.purpose.trim()),
            consent: activity.legal_basis.values().any(|basis| basis == "consent"),
            categories,
            ways,
            asked,
        });
    }
}

/// Sensitive by law or by what was found.
pub(super) fn sensitive(found: &BTreeMap<String, CategoryFact>) -> Vec<String> {
    let by_law =
        |key: &str| detect::taxonomy().get(key).is_some_and(|c| c.pipl_sensitive || c.gdpr_special);
    let all = found.iter().filter(|(key, fact)| fact.level >= SENSITIVE || by_law(key));
    all.map(|(key, _)| key.clone()).collect()
}

/// The sentence with its articles in brackets before the full stop.
pub(super) fn with_cites(text: &Text, cites: &[Text]) -> Text {
    let mut cites = cites.to_vec();
    cites.dedup();
    if cites.is_empty() {
        return text.clone();
    }
    let en: Vec<&str> = cites.iter().map(|cite| cite.en.as_str()).collect();
    let zh: Vec<&str> = cites.iter().map(|cite| cite.zh.as_str()).collect();
    let into = |text: &str, stop: char, cites: String| {
        let body = text.trim_end().trim_end_matches(stop);
        format!("{body}{cites}{stop}")
    };
    Text {
        en: into(&text.en, '.', format!(" ({})", en.join("; "))),
        zh: into(&text.zh, '。', format!("（{}）", zh.join("、"))),
    }
}

/// Which of our sentences says a basis; `wording` of `policy-text-basis-WORDING`.
fn wording(basis: &str) -> &'static str {
    match basis {
        "consent" => "consent",
        "contract" => "contract",
        "human_resources" => "human-resources",
        "legal_obligation" | "legal_duty" => "legal-obligation",
        "vital_interests" | "emergency" => "vital-interests",
        "public_task" => "public-task",
        "legitimate_interests" => "legitimate-interests",
        "news" => "news",
        "public_information" => "public-information",
        "opt_out" => "opt-out",
        _ => "other-law",
    }
}

/// What law packs call a basis of the records.
fn basis_codes(key: &str) -> &[&str] {
    match key {
        "consent" => &["consent"],
        "contract" => &["contract", "contract_hr"],
        "human_resources" => &["human_resources", "contract_hr"],
        "legal_obligation" | "legal_duty" => &["legal_obligation", "legal_duty"],
        "vital_interests" | "emergency" => &["vital_interests", "emergency"],
        "public_task" => &["public_task"],
        "legitimate_interests" => &["legitimate_interests"],
        "news" => &["news"],
        "public_information" => &["public_information", "public_info"],
        _ => &["other_law"],
    }
}

/// A sentence of a list of names, used by the other sections too.
pub(super) fn named(sentence: Sentence, tells: &[&str], from: Vec<Source>) -> Sentence {
    sentence.telling(tells, []).also_from(from)
}
