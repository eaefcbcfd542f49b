//! The checklist beside a draft: what the laws that apply ask a policy to say, which sentences say it,
//! and what is still to be told where. The items are facts of law; what a code asks for is data.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use datamap::records::ActivityRole;
use law::{Confidence, Fact, Kind, List, Text};
use regime::Truth;
use serde::{Deserialize, Serialize};

use crate::{
    document::{Audience, Composed, Gap},
    facts::Known,
};

/// Whether an item is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Something is missing.
    Lacking,
    /// No sentence of ours is made for it: a person must say that a block tells it.
    Unsure,
    /// The document says it.
    Told,
    /// This company's data does not call for it.
    NotNeeded,
}

/// One item of a checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The fact of law.
    pub fact: String,
    /// Its regime.
    pub regime: String,
    /// What is asked for.
    pub code: String,
    /// The rule in words.
    pub text: Text,
    /// Where the law says so.
    pub cite: Text,
    /// How well that was checked.
    pub confidence: Confidence,
    /// Whether it is told.
    pub state: State,
    /// Blocks that tell it.
    pub blocks: Vec<String>,
    /// What is still to be told, where.
    pub gaps: Vec<Gap>,
}

/// What a regime asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checklist {
    /// Its key.
    pub regime: String,
    /// Its name.
    pub name: Text,
    /// Its items, open ones first.
    pub items: Vec<Item>,
}

impl Checklist {
    /// How many are in a state.
    pub fn count(&self, state: State) -> usize {
        self.items.iter().filter(|item| item.state == state).count()
    }
}

#[derive(Deserialize)]
struct File {
    codes: BTreeMap<String, Vec<String>>,
}

static CODES: LazyLock<BTreeMap<String, Vec<String>>> = LazyLock::new(|| {
    toml::from_str::<File>(include_str!("../data/elements.toml"))
        .map(|file| file.codes)
        .unwrap_or_default()
});

/// The elements that a code asks for under a law.
fn elements<'a>(regime: &str, code: &'a str) -> Vec<&'a str> {
    match CODES.get(&format!("{regime}/{code}")).or_else(|| CODES.get(code)) {
        Some(all) => all.iter().map(String::as_str).collect(),
        None => vec![code],
    }
}

/// Every element that a person's block may tell, for the boxes of its form.
pub fn all_elements(known: &Known) -> BTreeSet<String> {
    let facts = known.about(Kind::NoticeItem);
    facts.flat_map(|fact| elements(&fact.regime, &fact.code)).map(str::to_owned).collect()
}

/// What the laws that apply ask for, and whether it is told.
pub fn checklists(known: &Known, audience: Audience, composed: &Composed) -> Vec<Checklist> {
    let seen = Seen::new(composed);
    let mut all = Vec::new();
    for regime in &known.regimes {
        // Californians have their own version; the others need not repeat it.
        if regime == "us-ca" && audience != Audience::California && known.regimes.len() > 1 {
            continue;
        }
        let facts = known.law.about(regime, Kind::NoticeItem, known.day);
        let facts = facts.filter(|fact| asked(known, fact));
        let mut items: Vec<Item> = facts.map(|fact| seen.item(known, fact)).collect();
        items.sort_by_key(|item| item.state);
        if !items.is_empty() {
            let name = known.name_of(regime);
            all.push(Checklist { regime: regime.clone(), name, items });
        }
    }
    all
}

/// The list for data from elsewhere counts where some comes from there; of an item that stands in
/// both lists the first is enough.
fn asked(known: &Known, fact: &Fact) -> bool {
    match fact.list {
        Some(List::FromElsewhere) => {
            let ours = known.map.activities.iter().filter(|a| a.role != ActivityRole::Processor);
            let mut systems =
                ours.flat_map(|a| &a.systems).filter_map(|id| known.map.systems.get(id));
            systems.any(|system| system.origins.iter().any(|origin| origin.kind == "third_party"))
        }
        Some(List::Controller | List::Processor) => false,
        _ => true,
    }
}

/// The document as a checklist sees it.
struct Seen<'a> {
    tells: BTreeMap<&'a str, Vec<&'a str>>,
    composed: &'a Composed,
}

impl<'a> Seen<'a> {
    fn new(composed: &'a Composed) -> Self {
        let mut tells: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (_, block, sentence) in composed.document.sentences() {
            for element in &sentence.tells {
                let blocks = tells.entry(element).or_default();
                if !blocks.contains(&block.key.as_str()) {
                    blocks.push(&block.key);
                }
            }
        }
        Self { tells, composed }
    }

    fn item(&self, known: &Known, fact: &Fact) -> Item {
        let code = if fact.code.is_empty() { fact.id.as_str() } else { fact.code.as_str() };
        let needs = elements(&fact.regime, code);
        let told = |one: &&str| self.tells.contains_key(*one);
        let unneeded = |one: &&str| self.composed.unneeded.contains(*one);
        let gaps: Vec<Gap> = self
            .composed
            .gaps
            .iter()
            .filter(|gap| needs.contains(&gap.element.as_str()))
            .cloned()
            .collect();
        let judged = known.law.judge_fact(&known.profile, fact);
        let reaches = judged.is_none_or(|judged| judged.truth != Truth::No);
        let all_told = needs.iter().all(told);
        let state = if !reaches && !all_told {
            State::NotNeeded
        } else if !gaps.is_empty() {
            State::Lacking
        } else if needs.iter().all(|one| unneeded(one) && !told(one)) {
            State::NotNeeded
        } else if needs.iter().all(|one| told(one) || unneeded(one)) {
            State::Told
        } else {
            State::Unsure
        };
        let blocks: BTreeSet<&str> =
            needs.iter().filter_map(|one| self.tells.get(one)).flatten().copied().collect();
        Item {
            fact: fact.id.clone(),
            regime: fact.regime.clone(),
            code: code.to_owned(),
            text: fact.text.clone(),
            cite: fact.cite.clone(),
            confidence: fact.confidence,
            state,
            blocks: blocks.into_iter().map(str::to_owned).collect(),
            gaps,
        }
    }
}
