//! Word lists of the `data` folder, parsed once.

use std::{collections::HashSet, sync::OnceLock};

use serde::Deserialize;

/// Chinese lists as their file writes them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChineseFile {
    surnames: String,
    rare_surnames: String,
    compound: Vec<String>,
    given: String,
    not_names: Vec<String>,
    provinces: Vec<String>,
    cities: Vec<String>,
    ethnic: Vec<String>,
}

/// Every list, ready to look up.
pub struct Lexicon {
    /// Frequent given names, lower case.
    pub given: HashSet<&'static str>,
    /// Frequent family names, lower case.
    pub surnames: HashSet<&'static str>,
    /// Chinese family names of one character.
    pub cn_surnames: HashSet<char>,
    /// Rarer ones, which also begin common words.
    pub cn_rare_surnames: HashSet<char>,
    /// Chinese family names of two characters.
    pub cn_compound: HashSet<String>,
    /// Characters frequent in Chinese given names.
    pub cn_given: HashSet<char>,
    /// Words that look like Chinese names.
    pub cn_not_names: HashSet<String>,
    /// Provinces, without 省.
    pub provinces: Vec<String>,
    /// Cities, without 市.
    pub cities: HashSet<String>,
    /// Ethnic groups.
    pub ethnic: HashSet<String>,
}

/// The lists.
///
/// # Panics
/// Never in a released build: a test parses the embedded file.
pub fn lexicon() -> &'static Lexicon {
    static LISTS: OnceLock<Lexicon> = OnceLock::new();
    LISTS.get_or_init(|| {
        let file: ChineseFile = match toml::from_str(include_str!("../data/chinese.toml")) {
            Ok(file) => file,
            Err(why) => panic!("the embedded chinese.toml is broken: {why}"),
        };
        Lexicon {
            given: words(include_str!("../data/given_names.txt")),
            surnames: words(include_str!("../data/surnames.txt")),
            cn_surnames: file.surnames.chars().collect(),
            cn_rare_surnames: file.rare_surnames.chars().collect(),
            cn_compound: file.compound.into_iter().collect(),
            cn_given: file.given.chars().collect(),
            cn_not_names: file.not_names.into_iter().collect(),
            provinces: file.provinces,
            cities: file.cities.into_iter().collect(),
            ethnic: file.ethnic.into_iter().collect(),
        }
    })
}

fn words(text: &'static str) -> HashSet<&'static str> {
    text.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_lists_are_there() {
        let lists = lexicon();
        assert!(lists.given.len() > 600 && lists.surnames.len() > 600);
        assert!(lists.cn_surnames.len() > 250 && lists.provinces.len() == 34);
    }
}
