//! What people add to a computed policy: answers that no map knows, changed and own blocks. Assembling
//! puts them into the document; a changed text is a sentence like another, written by a person.

use std::collections::BTreeMap;

use law::Text;
use serde::{Deserialize, Serialize};

use crate::document::{Block, Composed, Gap, Sentence, Setting, Source};

/// Characters of a block at most.
const LONGEST: usize = 20_000;

/// What nobody can compute.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Answers {
    /// What happens when the time is over: `delete`, `anonymise`, `either`, or "".
    pub at_end: String,
    /// Machines decide about people with significant effect: `yes`, `no`, or "".
    pub automated: String,
    /// How they decide, what it means for people, and how to have a person look.
    pub automated_how: Text,
    /// Data is sold or shared for advertising elsewhere (CCPA): `yes`, `no`, or "".
    pub sells: String,
    /// Why sensitive data is needed and what that means for people, by activity (PIPL Art 30).
    pub necessity: BTreeMap<String, Text>,
}

impl Answers {
    /// Whether every answer is one of those offered.
    pub fn is_sound(&self) -> bool {
        let yes_no = |text: &str| ["", "yes", "no"].contains(&text);
        ["", "delete", "anonymise", "either"].contains(&self.at_end.as_str())
            && yes_no(&self.automated)
            && yes_no(&self.sells)
    }
}

/// How a person's text stands to what is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// After it.
    #[default]
    Add,
    /// Instead of it.
    Replace,
}

/// A person's change of a block.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// After or instead of what is computed.
    pub mode: Mode,
    /// Paragraphs, apart by line ends.
    pub text: Text,
    /// Items of checklists that the text answers, as its author says.
    #[serde(default)]
    pub tells: Vec<String>,
}

/// A block that somebody wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Own {
    /// `own:ID`.
    pub key: String,
    /// In which section.
    pub section: String,
    /// Heading.
    pub title: Text,
    /// Paragraphs, apart by line ends.
    pub text: Text,
    /// Items of checklists that it answers, as its author says.
    #[serde(default)]
    pub tells: Vec<String>,
}

/// All that people added.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// What nobody can compute.
    pub answers: Answers,
    /// Changed blocks, by key.
    pub edits: BTreeMap<String, Edit>,
    /// Own blocks, in their order.
    pub own: Vec<Own>,
}

impl Draft {
    /// Whether every text has a length that can be taken.
    pub fn is_short(&self) -> bool {
        let fits =
            |text: &Text| text.en.chars().count() <= LONGEST && text.zh.chars().count() <= LONGEST;
        self.edits.values().all(|edit| fits(&edit.text))
            && self.own.iter().all(|own| fits(&own.text) && fits(&own.title))
            && self.answers.necessity.values().all(fits)
            && fits(&self.answers.automated_how)
    }

    /// Puts what people wrote into what was computed.
    #[must_use]
    pub fn assemble(&self, mut composed: Composed) -> Composed {
        for section in &mut composed.document.sections {
            for block in &mut section.blocks {
                if let Some(edit) = self.edits.get(&block.key) {
                    apply(block, edit, &mut composed.gaps);
                }
            }
            let own = self.own.iter().filter(|own| own.section == section.key);
            for own in own {
                section.blocks.push(written(own, &mut composed.gaps));
            }
        }
        composed
    }
}

fn apply(block: &mut Block, edit: &Edit, gaps: &mut Vec<Gap>) {
    if edit.mode == Mode::Replace {
        block.sentences.clear();
        block.setting = Setting::Paragraph;
    }
    let key = format!("edit:{}", block.key);
    block.sentences.extend(sentences(&key, &edit.text, &edit.tells));
    fill(gaps, &edit.tells);
}

fn written(own: &Own, gaps: &mut Vec<Gap>) -> Block {
    fill(gaps, &own.tells);
    Block {
        key: own.key.clone(),
        title: own.title.clone(),
        icon: String::new(),
        setting: Setting::Paragraph,
        sentences: sentences(&own.key, &own.text, &own.tells),
    }
}

/// What a person's text tells is told. A gap in one place stays: the text cannot speak for it.
fn fill(gaps: &mut Vec<Gap>, tells: &[String]) {
    let whole = |gap: &Gap| gap.about.en.is_empty() && gap.about.zh.is_empty();
    gaps.retain(|gap| !(whole(gap) && tells.contains(&gap.element)));
}

/// A paragraph of each language makes one sentence; where one language has fewer, its text is empty.
fn sentences(key: &str, text: &Text, tells: &[String]) -> Vec<Sentence> {
    let paragraphs = |text: &str| -> Vec<String> {
        text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
    };
    let (en, zh) = (paragraphs(&text.en), paragraphs(&text.zh));
    let get = |all: &[String], at: usize| all.get(at).cloned().unwrap_or_default();
    (0..en.len().max(zh.len()))
        .map(|at| Sentence {
            id: format!("{key}:{at}"),
            text: Text { en: get(&en, at), zh: get(&zh, at) },
            tells: tells.to_vec(),
            from: vec![Source::new("own", key, "")],
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(en: &str, zh: &str) -> Text {
        Text { en: en.into(), zh: zh.into() }
    }

    #[test]
    fn a_replaced_block_says_only_what_the_person_wrote() {
        let sentence = Sentence {
            id: "keep:rule".into(),
            text: text("As long as needed.", "必要的期限。"),
            tells: vec!["retention".into()],
            from: Vec::new(),
        };
        let mut block = Block {
            key: "keep".into(),
            title: Text::default(),
            icon: String::new(),
            setting: Setting::List,
            sentences: vec![sentence],
        };
        let mut gaps =
            vec![Gap { element: "at_end".into(), about: Text::default(), href: String::new() }];
        let edit = Edit {
            mode: Mode::Replace,
            text: text("One.\n\nTwo.", "一。"),
            tells: vec!["at_end".into()],
        };

        apply(&mut block, &edit, &mut gaps);

        assert_eq!(block.sentences.len(), 2);
        assert_eq!(block.sentences[1].text, text("Two.", ""));
        assert!(gaps.is_empty());
    }
}
