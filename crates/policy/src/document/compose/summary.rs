//! The first layer: what most people want to know, in a few lines with pictures.

use std::collections::BTreeSet;

use law::Text;

use super::{
    super::say::{Value, category, country, inside, list},
    Audience, Block, Composer, Section, Setting, Source, block,
};

/// Categories named before “and more”.
const NAMED: usize = 5;

impl Composer<'_> {
    pub(super) fn summary(&self, sections: &[Section]) -> Vec<Block> {
        let has = |key: &str| sections.iter().any(|section| section.key == key);
        let mut cards = Vec::new();
        let activities: Vec<_> = self.ours().cloned().collect();
        let all: Vec<Source> =
            activities.iter().map(|a| Source::new("activity", &a.id, &a.name)).collect();
        if !activities.is_empty() {
            let names: Vec<Text> =
                activities.iter().map(|a| inside(&self.known.phrases.both(&a.name))).collect();
            let why = list(&names);
            cards.push(self.card("why", "collect", &[("why", (&why).into())], &all));
            let keys: BTreeSet<String> = activities
                .iter()
                .flat_map(|a| self.known.map.categories_of(a).into_keys())
                .collect();
            if !keys.is_empty() {
                cards.push(self.what(&keys, &all));
            }
        }
        let recipients: BTreeSet<(String, String)> = activities
            .iter()
            .flat_map(|a| self.known.map.recipients_of(a))
            .map(|(id, fact)| (id, fact.country))
            .collect();
        let from: Vec<Source> =
            recipients.iter().map(|(id, _)| Source::new("recipient", id, "")).collect();
        if recipients.is_empty() {
            cards.push(self.card("alone", "share", &[], &all));
        } else {
            let n = i64::try_from(recipients.len()).unwrap_or(i64::MAX);
            cards.push(self.card("shared", "share", &[("n", Value::Number(n))], &from));
            let places: BTreeSet<&str> =
                recipients.iter().map(|(_, c)| c.as_str()).filter(|c| !c.is_empty()).collect();
            let places: Vec<Text> = places.into_iter().map(country).collect();
            if !places.is_empty() && has("abroad") {
                let places = list(&places);
                cards.push(self.card("abroad", "abroad", &[("places", (&places).into())], &from));
            }
        }
        cards.push(self.card("keep", "keep", &[], &all));
        if has("children") && self.audience != Audience::Children {
            let known = activities.iter().any(|a| self.knows_children(a));
            if known {
                cards.push(self.card("children", "children", &[], &all));
            }
        }
        let property = [Source::new("property", &self.known.property.key, "")];
        cards.push(self.card("rights", "rights", &[], &property));
        cards
    }

    fn what(&self, keys: &BTreeSet<String>, from: &[Source]) -> Block {
        let names: Vec<Text> = keys.iter().take(NAMED).map(|key| category(key)).collect();
        let what = list(&names);
        let more = i64::try_from(keys.len().saturating_sub(NAMED)).unwrap_or(0);
        let key = if more > 0 { "what-more" } else { "what" };
        self.card(key, "data", &[("what", (&what).into()), ("n", Value::Number(more))], from)
    }

    fn card(&self, key: &str, icon: &str, args: &[(&str, Value<'_>)], from: &[Source]) -> Block {
        let title =
            super::both(&super::key_for(&format!("policy-short-{key}-title"), self.audience), &[]);
        let sentence = self.say(&format!("short:{key}"), &format!("policy-short-{key}"), args);
        let sentence = sentence.also_from(from.iter().cloned());
        let mut card = block(&format!("short:{key}"), Setting::Paragraph);
        (card.title, card.icon) = (title, icon.to_owned());
        card.sentences.push(sentence);
        card
    }
}
