//! Texts made from templates, with the entities in them.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result};
use detect::english::labels::Class;

use super::fillers;
use super::lists::Lists;
use super::people::{self, Person};
use super::random::Random;
use super::template::{self, Node};
use super::{orgs, places};

/// A text with its entities, and whether each may be hidden from the lexicon.
#[derive(Debug, Clone, Default)]
pub struct Document {
    /// The text.
    pub text: String,
    /// Its entities, in order.
    pub spans: Vec<(Range<usize>, Class)>,
}

/// A piece of a text that is being made.
struct Piece {
    text: String,
    class: Option<Class>,
}

/// Templates by domain.
pub type Domains = Vec<(String, Vec<Vec<Node>>)>;

/// Reads every template of a folder; the domain is the file's name.
pub fn read_templates(folder: &Path) -> Result<Domains> {
    let mut files: Vec<_> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    files.sort();
    let mut domains = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file)?;
        let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
        let templates: Vec<Vec<Node>> = lines
            .map(|line| template::parse(line).with_context(|| line.to_owned()))
            .collect::<Result<_>>()?;
        let domain = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        domains.push((domain, templates));
    }
    Ok(domains)
}

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    Lower,
    Upper,
    Headline,
    NamesLower,
    NamesUpper,
    Ascii,
}

fn style(chance: &mut Random) -> Style {
    match chance.below(100) {
        0..=8 => Style::Lower,
        9..=12 => Style::Upper,
        13..=15 => Style::Headline,
        16..=18 => Style::NamesLower,
        19..=21 => Style::NamesUpper,
        22..=28 => Style::Ascii,
        _ => Style::Plain,
    }
}

/// Makes a text of one to four templates of one domain.
pub fn document(lists: &Lists, domains: &Domains, chance: &mut Random) -> Document {
    let (_, templates) = chance.pick(domains);
    let mut maker =
        Maker { lists, people: BTreeMap::new(), strings: BTreeMap::new(), pieces: Vec::new() };
    let count = *chance.pick(&[1, 1, 1, 1, 1, 1, 2, 2, 3, 4]);
    for at in 0..count {
        if at > 0 {
            maker.plain(chance.pick::<&str>(&[" ", " ", " ", "\n", "\n\n"]));
        }
        if at > 0 && chance.percent(60) {
            maker.people.clear();
            maker.strings.clear();
        }
        let template = chance.pick(templates);
        maker.fill(template, chance);
    }
    write(maker.pieces, style(chance), chance)
}

struct Maker<'l> {
    lists: &'l Lists,
    people: BTreeMap<usize, Person>,
    strings: BTreeMap<(String, usize), String>,
    pieces: Vec<Piece>,
}

impl Maker<'_> {
    fn plain(&mut self, text: &str) {
        self.pieces.push(Piece { text: text.to_owned(), class: None });
    }

    fn entity(&mut self, class: Class, text: String) {
        self.pieces.push(Piece { text, class: Some(class) });
    }

    fn fill(&mut self, nodes: &[Node], chance: &mut Random) {
        for node in nodes {
            match node {
                Node::Text(text) => self.plain(text),
                Node::Choice(choices) => {
                    let choice = chance.pick(choices);
                    self.fill(choice, chance);
                }
                Node::Slot { name, index, form } => self.slot(name, *index, form, chance),
            }
        }
    }

    fn slot(&mut self, name: &str, index: usize, form: &str, chance: &mut Random) {
        match name {
            "P" => self.person(index, form, chance),
            "O" => {
                let text = self.again(name, index, |l| orgs::organisation(l, form, chance));
                self.entity(Class::Organization, text);
            }
            "L" => {
                let text = self.again(name, index, |l| places::place(l, form, chance));
                self.entity(Class::Place, text);
            }
            "N" => {
                let list = if form.is_empty() { "nationalities" } else { form };
                let text = self.again(name, index, |l| chance.pick(l.own(list)).clone());
                self.entity(Class::Group, text);
            }
            "A" => {
                let text = places::street(self.lists, chance);
                self.entity(Class::Street, text);
            }
            "J" => {
                let text = self.again(name, index, |l| fillers::job(l, chance));
                self.entity(Class::Job, text);
            }
            _ => {
                let text = self.again(name, index, |l| fillers::fill(l, name, form, chance));
                self.plain(&text);
            }
        }
    }

    /// The same again for a number, something new without one.
    fn again(&mut self, name: &str, index: usize, make: impl FnOnce(&Lists) -> String) -> String {
        if index == 0 {
            return make(self.lists);
        }
        let key = (name.to_owned(), index);
        if let Some(text) = self.strings.get(&key) {
            return text.clone();
        }
        let text = make(self.lists);
        self.strings.insert(key, text.clone());
        text
    }

    fn person(&mut self, index: usize, form: &str, chance: &mut Random) {
        let person = match self.people.get(&index).filter(|_| index > 0) {
            Some(person) => person.clone(),
            None => people::invent(self.lists, chance),
        };
        let (title, name) = person.form(form, chance);
        self.plain(&title);
        self.entity(Class::Person, name);
        if index > 0 {
            self.people.insert(index, person);
        }
    }
}

/// Joins the pieces in a style.
fn write(pieces: Vec<Piece>, style: Style, chance: &mut Random) -> Document {
    let mut document = Document::default();
    for piece in pieces {
        let named = piece.class.is_some();
        let text = match style {
            Style::Lower => piece.text.to_lowercase(),
            Style::Upper => piece.text.to_uppercase(),
            Style::Headline if !named => headline(&piece.text),
            Style::NamesLower if named => piece.text.to_lowercase(),
            Style::NamesUpper if named => piece.text.to_uppercase(),
            Style::Ascii => ascii(&piece.text),
            _ => piece.text,
        };
        // Now and then a space is missing, doubled, or a capital is lost.
        let text = if chance.percent(2) { text.replace(". ", ".  ") } else { text };
        let start = document.text.len();
        document.text += &text;
        if let Some(class) = piece.class {
            document.spans.push((start..document.text.len(), class));
        }
    }
    document
}

fn headline(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut first = true;
    for c in text.chars() {
        out.extend(first.then(|| c.to_uppercase()).into_iter().flatten());
        if !first {
            out.push(c);
        }
        first = !c.is_alphanumeric() && c != '\'';
    }
    out
}

/// Without diacritics, as people type on foreign keyboards.
fn ascii(text: &str) -> String {
    const FROM: &str = "àáâãäåāăąçćčđďèéêëēėęěğģíìîïīįıķľłĺļñńňņòóôõöøōőŕřśšșşťțţùúûüūůűųýÿžźżÀÁÂÃÄÅĀĂĄÇĆČĐĎÈÉÊËĒĖĘĚĞĢÍÌÎÏĪĮİĶĽŁĹĻÑŃŇŅÒÓÔÕÖØŌŐŔŘŚŠȘŞŤȚŢÙÚÛÜŪŮŰŲÝŸŽŹŻ";
    const TO: &str = "aaaaaaaaacccddeeeeeeeeggiiiiiiikllllnnnnoooooooorrssssttt uuuuuuuuyyzzz";
    let lower: Vec<char> = TO.chars().filter(|c| *c != ' ').collect();
    let from: Vec<char> = FROM.chars().collect();
    text.chars()
        .map(|c| match from.iter().position(|&f| f == c) {
            Some(at) if at < lower.len() => lower[at],
            Some(at) => lower[at - lower.len()].to_ascii_uppercase(),
            None => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diacritics_go_and_the_letters_stay() {
        assert_eq!(ascii("Łódź Øresund ğüş Ştefan Żółć"), "Lodz Oresund gus Stefan Zolc");
    }

    #[test]
    fn a_headline_has_capitals() {
        assert_eq!(headline("it's a new day"), "It's A New Day");
    }
}
