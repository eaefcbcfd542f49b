//! Facts, gaps and checklists in the reader's words.

use jiff::civil::Date;
use law::{Law, Text};
use web::Look;

use crate::{
    check::{Checklist, Item, State},
    document::{Document, Gap, Sentence, Source},
};

/// A link to where a fact is kept.
pub(super) struct Link {
    pub text: String,
    pub href: String,
}

/// Where a sentence comes from.
pub(super) struct Trace {
    pub text: String,
    pub from: Vec<Link>,
}

pub(super) fn trace(p: &Look, law: &Law, day: Date, sentence: &Sentence) -> Trace {
    let from = sentence.from.iter().map(|source| link(p, law, day, source)).collect();
    Trace { text: sentence.text.get(p.zh()).to_owned(), from }
}

pub(super) fn link(p: &Look, law: &Law, day: Date, source: &Source) -> Link {
    let zh = p.zh();
    let name = match source.kind.as_str() {
        "law" => law
            .fact(&source.id, day)
            .map(|fact| fact.cite.get(zh).to_owned())
            .or_else(|| law.regime(&source.id).map(|one| one.name.get(zh).to_owned()))
            .unwrap_or_else(|| source.name.clone()),
        _ => source.name.clone(),
    };
    let kind = p.t(&format!("policy-source-{}", source.kind));
    let text =
        if name.is_empty() { kind } else { p.t2("policy-source", "kind", kind, "name", name) };
    Link { text, href: source.href() }
}

/// One line of a checklist.
pub(super) struct Line {
    pub badge: &'static str,
    pub state: String,
    pub text: String,
    pub cite: String,
    pub hint: String,
    pub gaps: Vec<Link>,
    pub blocks: Vec<Link>,
}

/// A checklist.
pub(super) struct ListView {
    pub key: String,
    pub name: String,
    pub told: usize,
    pub asked: usize,
    pub lines: Vec<Line>,
}

pub(super) fn lists(p: &Look, id: &str, document: &Document, all: &[Checklist]) -> Vec<ListView> {
    let view = |list: &Checklist| {
        let unneeded = list.count(State::NotNeeded);
        ListView {
            key: list.regime.clone(),
            name: list.name.get(p.zh()).to_owned(),
            told: list.count(State::Told),
            asked: list.items.len() - unneeded,
            lines: list.items.iter().map(|item| line(p, id, document, item)).collect(),
        }
    };
    all.iter().map(view).collect()
}

fn line(p: &Look, id: &str, document: &Document, item: &Item) -> Line {
    let (badge, state) = match item.state {
        State::Lacking => ("danger", "policy-state-lacking"),
        State::Unsure => ("warn", "policy-state-unsure"),
        State::Told => ("ok", "policy-state-told"),
        State::NotNeeded => ("none", "policy-state-not-needed"),
    };
    let block = |key: &String| {
        let (section, block) = document.block(key)?;
        let title = if block.title == Text::default() { &section.title } else { &block.title };
        Some(Link { text: title.get(p.zh()).to_owned(), href: format!("#{}", anchor(key)) })
    };
    let mut gaps: Vec<Link> = item.gaps.iter().map(|one| gap(p, id, one)).collect();
    if item.state == State::Unsure {
        let href = format!("/console/policies/{id}/blocks/new?tells={}", item.code);
        gaps.push(Link { text: p.t("policy-fill-own"), href });
    }
    let decides = item.confidence.decides();
    Line {
        badge,
        state: p.t(state),
        text: item.text.get(p.zh()).to_owned(),
        cite: item.cite.get(p.zh()).to_owned(),
        hint: if decides { String::new() } else { p.t("policy-unchecked") },
        gaps,
        blocks: item.blocks.iter().filter_map(block).collect(),
    }
}

/// A block's anchor: its key without what an address or a selector could misread.
pub(super) fn anchor(key: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    format!("block-{}", key.chars().map(plain).collect::<String>())
}

pub(super) fn gap(p: &Look, id: &str, gap: &Gap) -> Link {
    let what = p.t(&format!("policy-fill-{}", gap.element.replace('_', "-")));
    let about = gap.about.get(p.zh());
    let text =
        if about.is_empty() { what } else { p.t2("policy-source", "kind", what, "name", about) };
    let href = if gap.href.is_empty() {
        format!("/console/policies/{id}/answers")
    } else {
        gap.href.clone()
    };
    Link { text, href }
}

/// What an item of a checklist is called on the boxes of a form.
pub(super) fn element(p: &Look, element: &str) -> String {
    let key = format!("policy-element-{}", element.replace('_', "-"));
    if web::has_key(p.lang, &key) { p.t(&key) } else { element.to_owned() }
}
