//! The parts of a document, and what writes them.

use std::collections::{BTreeMap, HashMap};

use web::Look;

use super::{Answer, Kind, points::Point};
use crate::{Finding, Run, Snapshot, pages::words::Names};

/// Rows of a table that are printed; the rest is counted, and its page is named.
const ROWS: usize = 200;

/// A statement, and the page that shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What is said.
    pub text: String,
    /// The page of the console, or "".
    pub href: String,
}

/// Lines of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What it lists.
    pub caption: String,
    /// Heads of the columns.
    pub head: Vec<String>,
    /// Cells, and the page of the line.
    pub rows: Vec<(Vec<String>, String)>,
    /// Rows that were left out.
    pub hidden: usize,
    /// Where all of them are.
    pub href: String,
}

/// A part of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// Something is known.
    Said(Said),
    /// Nobody told, and no program can see it; the page is where it is told.
    Unknown(Said),
    /// Somebody answers for it: what they said, who, when.
    Answered(String, String),
    /// Lines of one kind.
    Table(Table),
}

/// A section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its key, for links inside of the document.
    pub key: String,
    /// Its heading.
    pub title: String,
    /// What the law says about it, or "".
    pub cite: String,
    /// Its parts.
    pub blocks: Vec<Block>,
}

/// A document before it is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// What it is.
    pub kind: Kind,
    /// Its title.
    pub title: String,
    /// Whose it is.
    pub company: String,
    /// The moment it speaks of (µs).
    pub at: i64,
    /// Its sections.
    pub sections: Vec<Section>,
}

impl Section {
    /// Statements that wait for somebody.
    pub fn unknown(&self) -> usize {
        self.blocks.iter().filter(|one| matches!(one, Block::Unknown(_))).count()
    }
}

impl Document {
    /// Statements that wait for somebody.
    pub fn unknown(&self) -> usize {
        self.sections.iter().map(Section::unknown).sum()
    }
}

/// What is known beside the snapshot.
pub(super) struct Seen {
    /// Names of people and tokens.
    pub names: Names,
    /// Findings that stand or are accepted, the gravest first.
    pub findings: Vec<Finding>,
    /// The newest run of all checks.
    pub run: Option<Run>,
    /// The newest entry of the ledger, and the root of its tree.
    pub head: (i64, String),
    /// What people answered, by point.
    pub answers: HashMap<String, Answer>,
    /// What the company said of itself.
    pub profile: regime::Profile,
    /// Duties with their days.
    pub duties: Vec<regime::Duty>,
}

/// Writes sections.
pub(super) struct Writer<'a> {
    /// The language.
    pub p: &'a Look,
    /// The live state.
    pub s: &'a Snapshot,
    /// What is known beside it.
    pub seen: &'a Seen,
    sections: Vec<Section>,
}

impl<'a> Writer<'a> {
    pub fn new(p: &'a Look, s: &'a Snapshot, seen: &'a Seen) -> Self {
        Self { p, s, seen, sections: Vec::new() }
    }

    /// The document from what was written.
    pub fn done(self, kind: Kind) -> Document {
        Document {
            kind,
            title: self.p.t(&format!("document-{}", kind.as_str())),
            company: self.s.parts.map.facts.organisation.name.clone(),
            at: self.s.now,
            sections: self.sections,
        }
    }

    /// Begins a section: its title is the text `document-in-KEY`; `facts` are what the law says of it.
    pub fn section(&mut self, key: &str, facts: &[&str]) {
        let title = self.p.t(&format!("document-in-{key}"));
        let cite = self.cite(facts);
        self.sections.push(Section { key: key.to_owned(), title, cite, blocks: Vec::new() });
    }

    /// Gives the last section a key and a title of its own.
    pub fn rename(&mut self, key: &str, title: String) {
        if let Some(section) = self.sections.last_mut() {
            key.clone_into(&mut section.key);
            section.title = title;
        }
    }

    /// Where the law says these things, each place once.
    pub fn cite(&self, facts: &[&str]) -> String {
        let mut cites: Vec<&str> = Vec::new();
        for fact in facts.iter().filter_map(|id| self.s.law.fact(id, self.s.day)) {
            let cite = fact.cite.get(self.p.zh());
            if !cites.contains(&cite) {
                cites.push(cite);
            }
        }
        cites.join(if self.p.zh() { "；" } else { "; " })
    }

    pub fn block(&mut self, block: Block) {
        if let Some(section) = self.sections.last_mut() {
            section.blocks.push(block);
        }
    }

    pub fn say(&mut self, text: impl Into<String>, href: impl Into<String>) {
        self.block(Block::Said(Said { text: text.into(), href: href.into() }));
    }

    pub fn unknown(&mut self, text: impl Into<String>, href: impl Into<String>) {
        self.block(Block::Unknown(Said { text: text.into(), href: href.into() }));
    }

    /// Says a value after its label, or that nobody told it.
    pub fn told(&mut self, key: &str, value: &str, href: &str) {
        let label = self.p.t(key);
        if value.trim().is_empty() {
            self.unknown(self.p.t1("document-not-told", "what", label), href);
        } else {
            self.say(self.p.t2("document-told", "what", label, "value", value.trim()), href);
        }
    }

    /// A table whose head are texts; nothing where there are no rows.
    pub fn table(
        &mut self,
        caption: &str,
        head: &[&str],
        mut rows: Vec<(Vec<String>, String)>,
        href: &str,
    ) {
        if rows.is_empty() {
            return;
        }
        let hidden = rows.len().saturating_sub(ROWS);
        rows.truncate(ROWS);
        self.block(Block::Table(Table {
            caption: self.p.t(caption),
            head: head.iter().map(|key| self.p.t(key)).collect(),
            rows,
            hidden,
            href: href.to_owned(),
        }));
    }

    /// What somebody answered about a point, or that they should.
    pub fn answer(&mut self, point: &Point) {
        let href = format!("/console/findings/documents/points/{}", point.id);
        match self.seen.answers.get(&point.id) {
            Some(answer) => {
                let verdict = self.p.t(&format!("document-verdict-{}", answer.verdict.key()));
                let text = self.p.t2("document-told", "what", verdict, "value", &answer.text);
                let who = self.seen.names.actor(self.p, &answer.by);
                let by = self.p.t2("document-answered", "who", who, "day", self.p.day(answer.at));
                self.block(Block::Answered(text, by));
            }
            None => self.unknown(self.p.t("document-by-hand"), href),
        }
    }

    /// A key of the map's words, or the key itself.
    pub fn word(&self, prefix: &str, key: &str) -> String {
        let full = format!("{prefix}{}", key.replace('_', "-"));
        if web::has_key(self.p.lang, &full) { self.p.t(&full) } else { key.to_owned() }
    }

    /// A country's name; what nobody told is a dash.
    pub fn country(&self, code: &str) -> String {
        if code.is_empty() {
            return "–".into();
        }
        datamap::systems::country_name(code, self.p.zh())
    }

    /// A law's name.
    pub fn law(&self, key: &str) -> String {
        crate::pages::words::regime(self.p, &self.s.law, key)
    }

    /// A list as the language writes it; nothing is a dash.
    pub fn list(&self, items: &[String]) -> String {
        if items.is_empty() { "–".into() } else { explain::list_of(self.p.lang, items) }
    }

    /// Legal bases by law, as a line.
    pub fn bases(&self, bases: &BTreeMap<String, String>) -> String {
        let lines: Vec<String> = bases
            .iter()
            .map(|(law, basis)| {
                let basis = self.word("consents-basis-", basis);
                self.p.t2("document-told", "what", law.to_uppercase(), "value", basis)
            })
            .collect();
        self.list(&lines)
    }
}
