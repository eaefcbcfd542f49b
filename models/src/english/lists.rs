//! The word lists: names, places, words, occupations, organisations (`models/data/english/`).

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result};
use zip::ZipArchive;

/// A place and how large it is: 0 country, 1 state, 2 large town, 3 town, 4 small place.
#[derive(Debug, Clone)]
pub struct Place {
    /// Its name.
    pub name: String,
    /// Its class.
    pub class: u8,
}

/// Names used together.
#[derive(Debug, Default, Clone)]
pub struct People {
    /// Given names.
    pub given: Vec<String>,
    /// Family names.
    pub surnames: Vec<String>,
}

/// Everything that names are taken from.
#[derive(Debug)]
pub struct Lists {
    /// By language.
    pub people: Vec<(String, People)>,
    /// Of the United States: frequent and other.
    pub given: [Vec<String>; 2],
    /// Of the United States: frequent and other.
    pub surnames: [Vec<String>; 2],
    /// By class.
    pub places: [Vec<Place>; 5],
    /// English words with size class 1 (common) to 4 (rare).
    pub words: Vec<(u8, String)>,
    /// Occupations.
    pub jobs: Vec<String>,
    /// Companies.
    pub companies: Vec<String>,
    /// Our own lists by section, from `words.txt`.
    pub own: BTreeMap<String, Vec<String>>,
}

/// Reads the lists below a folder.
pub fn read(folder: &Path) -> Result<Lists> {
    let path = folder.join("lists.zip");
    let file = File::open(&path).with_context(|| format!("cannot open {}", path.display()))?;
    let mut archive = ZipArchive::new(file)?;
    let mut lines = |name: &str| -> Result<Vec<String>> {
        let mut text = String::new();
        archive.by_name(name)?.read_to_string(&mut text)?;
        Ok(text.lines().map(str::to_owned).collect())
    };
    let mut people: BTreeMap<String, People> = BTreeMap::new();
    for line in lines("people.txt")? {
        let (language, rest) = line.split_once(' ').context("people.txt")?;
        let (kind, name) = rest.split_once(' ').context("people.txt")?;
        let entry = people.entry(language.to_owned()).or_default();
        let names = if kind == "G" { &mut entry.given } else { &mut entry.surnames };
        names.push(name.to_owned());
    }
    let mut own = own_lists(folder)?;
    for (section, names) in own.iter_mut().filter(|(section, _)| section.starts_with("people.")) {
        let entry = people.entry(section.trim_start_matches("people.").to_owned()).or_default();
        for name in names.iter() {
            match name.strip_prefix('=') {
                Some(surname) => entry.surnames.push(surname.to_owned()),
                None => entry.given.push(name.clone()),
            }
        }
    }
    people.retain(|_, names| names.given.len() >= 10 && names.surnames.len() >= 10);
    let mut places: [Vec<Place>; 5] = Default::default();
    for line in lines("places.txt")? {
        let mut parts = line.splitn(3, ' ');
        let class: u8 = parts.next().context("places.txt")?.parse()?;
        let _country = parts.next().context("places.txt")?;
        let name = parts.next().context("places.txt")?.to_owned();
        places[usize::from(class)].push(Place { name, class });
    }
    let mut words = Vec::new();
    for line in lines("words.txt")? {
        let (class, word) = line.split_once(' ').context("words.txt")?;
        words.push((class.parse()?, word.to_owned()));
    }
    Ok(Lists {
        people: people.into_iter().collect(),
        given: halves(&lines("given.txt")?),
        surnames: halves(&lines("surnames.txt")?),
        places,
        words,
        jobs: lines("jobs.txt")?,
        companies: lines("companies.txt")?,
        own,
    })
}

/// Names marked `1` and names marked `2`.
fn halves(lines: &[String]) -> [Vec<String>; 2] {
    ["1 ", "2 "].map(|mark| {
        lines.iter().filter_map(|line| line.strip_prefix(mark)).map(str::to_owned).collect()
    })
}

/// Our own lists: `[section]` lines, then items separated by `|` or line breaks.
fn own_lists(folder: &Path) -> Result<BTreeMap<String, Vec<String>>> {
    let path = folder.join("own.txt");
    let text = fs::read_to_string(&path).with_context(|| format!("{}", path.display()))?;
    let mut lists: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut section = String::new();
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            name.clone_into(&mut section);
            continue;
        }
        let items = line.split('|').map(str::trim).filter(|item| !item.is_empty());
        lists.entry(section.clone()).or_default().extend(items.map(str::to_owned));
    }
    Ok(lists)
}

impl Lists {
    /// One of our own lists; empty if there is none of this name.
    pub fn own(&self, section: &str) -> &[String] {
        self.own.get(section).map_or(&[], Vec::as_slice)
    }
}
