//! What changed between two documents, by what their sentences tell: a sentence has the same id in
//! every version, so that a moved sentence is no change and a changed fact is one.

use std::collections::BTreeMap;

use law::Text;
use serde::{Deserialize, Serialize};

use crate::document::{Document, Sentence, Source};

/// How a sentence changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It says something else.
    Changed,
}

impl Turn {
    /// The stored name, also that of its text `policy-turn-NAME`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

/// One changed sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The sentence's id.
    pub id: String,
    /// How.
    pub turn: Turn,
    /// The heading of its block, if it has one.
    pub title: Text,
    /// Before; empty when it is new.
    pub before: Text,
    /// After; empty when it is gone.
    pub after: Text,
    /// The facts behind it now, or before if it is gone.
    pub from: Vec<Source>,
}

/// The changes of one section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionChanges {
    /// The section's anchor.
    pub key: String,
    /// Its symbol.
    pub icon: String,
    /// Its heading.
    pub title: Text,
    /// What changed in it, in its order; what is gone comes last.
    pub changes: Vec<Change>,
}

/// What leads from one document to another, section by section.
pub fn changes(before: &Document, after: &Document) -> Vec<SectionChanges> {
    let old = by_id(before);
    let new = by_id(after);
    let mut all: Vec<SectionChanges> = Vec::new();
    for (section, block, sentence) in after.sentences() {
        let change = match old.get(sentence.id.as_str()) {
            None => change(Turn::Added, &block.title, None, Some(sentence)),
            Some(was) if was.text != sentence.text => {
                change(Turn::Changed, &block.title, Some(was), Some(sentence))
            }
            Some(_) => continue,
        };
        push(&mut all, section, change);
    }
    for (section, block, sentence) in before.sentences() {
        if !new.contains_key(sentence.id.as_str()) {
            push(&mut all, section, change(Turn::Removed, &block.title, Some(sentence), None));
        }
    }
    let order = |key: &str| after.sections.iter().position(|section| section.key == key);
    all.sort_by_key(|one| order(&one.key).unwrap_or(usize::MAX));
    all
}

/// How many sentences differ.
pub fn count(changes: &[SectionChanges]) -> usize {
    changes.iter().map(|section| section.changes.len()).sum()
}

fn by_id(document: &Document) -> BTreeMap<&str, &Sentence> {
    document.sentences().map(|(_, _, sentence)| (sentence.id.as_str(), sentence)).collect()
}

fn change(turn: Turn, title: &Text, before: Option<&Sentence>, after: Option<&Sentence>) -> Change {
    let text = |one: Option<&Sentence>| one.map(|s| s.text.clone()).unwrap_or_default();
    let told = after.or(before);
    Change {
        id: told.map(|s| s.id.clone()).unwrap_or_default(),
        turn,
        title: title.clone(),
        before: text(before),
        after: text(after),
        from: told.map(|s| s.from.clone()).unwrap_or_default(),
    }
}

fn push(all: &mut Vec<SectionChanges>, section: &crate::document::Section, change: Change) {
    if let Some(known) = all.iter_mut().find(|one| one.key == section.key) {
        known.changes.push(change);
        return;
    }
    all.push(SectionChanges {
        key: section.key.clone(),
        icon: section.icon.clone(),
        title: section.title.clone(),
        changes: vec![change],
    });
}
