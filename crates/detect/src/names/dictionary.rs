//! The dictionary of names: the embedded data file, and how names are cut into words.

use std::{
    collections::{HashMap, HashSet},
    sync::OnceLock,
};

use serde::Deserialize;

use super::{Hint, Strength, is_company_number};
use crate::words;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    category: String,
    #[serde(default)]
    strong: Vec<String>,
    #[serde(default)]
    people: Vec<String>,
    #[serde(default)]
    weak: Vec<String>,
    #[serde(default)]
    zh: Vec<String>,
    #[serde(default)]
    zh_people: Vec<String>,
    #[serde(default)]
    py: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Context {
    after: Vec<String>,
    harmless: Vec<String>,
    things: Vec<String>,
    zh_things: Vec<String>,
    zh_after: Vec<String>,
    never: Vec<String>,
    zh_never: Vec<String>,
    py_never: Vec<String>,
}

/// The part of the data file about stores, for [`crate::stores`].
#[derive(Deserialize)]
pub struct StoreWords {
    /// Stores about what people did.
    pub dealings: Vec<String>,
    /// Stores about things.
    pub things: Vec<String>,
    /// Words that say nothing.
    pub neutral: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: Vec<Entry>,
    context: Context,
    abbreviations: HashMap<String, String>,
    stores: HashMap<String, Vec<String>>,
    store_words: StoreWords,
}

/// The dictionary, ready to look up.
pub struct Dictionary {
    pub(super) phrases: HashMap<String, Hint>,
    pub(super) chinese: Vec<(String, Hint)>,
    pub(super) after: HashSet<String>,
    pub(super) harmless: HashSet<String>,
    pub(super) things: HashSet<String>,
    pub(super) zh_things: Vec<String>,
    pub(super) zh_after: Vec<String>,
    pub(super) never: HashSet<String>,
    pub(super) zh_never: Vec<String>,
    /// Words that a joined word may be cut into.
    vocabulary: HashSet<String>,
    /// Shortened words and what they stand for.
    abbreviations: HashMap<String, String>,
    /// Words of the vocabulary by what is left without vowels, where that is one word's alone.
    skeletons: HashMap<String, String>,
    /// Words of stores by people category.
    pub stores: HashMap<String, Vec<String>>,
    /// Words of stores by kind.
    pub store_words: StoreWords,
}

/// The dictionary of the embedded data file.
///
/// # Panics
/// Never in a released build: a test parses the embedded file.
pub fn dictionary() -> &'static Dictionary {
    static DICTIONARY: OnceLock<Dictionary> = OnceLock::new();
    DICTIONARY.get_or_init(|| match toml::from_str::<File>(include_str!("../../data/names.toml")) {
        Ok(file) => Dictionary::build(file),
        Err(why) => panic!("the embedded names.toml is broken: {why}"),
    })
}

impl Dictionary {
    fn build(file: File) -> Self {
        let mut phrases: HashMap<String, Hint> = HashMap::new();
        let mut chinese = Vec::new();
        let mut vocabulary: HashSet<String> = HashSet::new();
        for entry in file.name {
            let Some(category) =
                crate::taxonomy::taxonomy().get(&entry.category).map(|c| c.key.as_str())
            else {
                continue;
            };
            let hint = |strength, pinyin| Hint { category, strength, pinyin };
            let lists = [
                (entry.strong, hint(Strength::Strong, false)),
                (entry.people, hint(Strength::People, false)),
                (entry.weak, hint(Strength::Weak, false)),
            ];
            for (list, hint) in lists {
                for phrase in list {
                    vocabulary
                        .extend(phrase.split(' ').filter(|w| w.len() >= 3).map(str::to_owned));
                    phrases.entry(phrase).or_insert(hint);
                }
            }
            for word in entry.py {
                // Two letters of initials are too little to decide alone.
                let strength = match () {
                    () if is_company_number(category) => Strength::Weak,
                    () if word.len() <= 3 => Strength::People,
                    () => Strength::Strong,
                };
                if word.len() >= 6 {
                    vocabulary.insert(word.clone());
                }
                phrases.entry(word).or_insert(hint(strength, true));
            }
            let zh = if is_company_number(category) { Strength::Weak } else { Strength::Strong };
            chinese.extend(entry.zh.into_iter().map(|w| (w.to_lowercase(), hint(zh, false))));
            chinese.extend(
                entry
                    .zh_people
                    .into_iter()
                    .map(|w| (w.to_lowercase(), hint(Strength::People, false))),
            );
        }
        let context = file.context;
        for list in [&context.after, &context.things, &context.never] {
            vocabulary.extend(
                list.iter().flat_map(|p| p.split(' ')).filter(|w| w.len() >= 3).map(str::to_owned),
            );
        }
        vocabulary.extend(
            [
                "customer", "cust", "client", "user", "order", "ship", "bill", "billing",
                "shipping", "contact", "kehu", "yonghu", "huiyuan", "yuangong", "emp", "supplier",
                "id", "no", "nm", "dt",
            ]
            .map(str::to_owned),
        );
        let mut skeletons: HashMap<String, Option<String>> = HashMap::new();
        for word in phrases.keys().flat_map(|p| p.split(' ')).filter(|w| w.len() >= 5) {
            let bare = skeleton(word);
            if bare.len() >= 3 && bare.len() < word.len() {
                let seen = skeletons.entry(bare).or_insert_with(|| Some(word.to_owned()));
                if seen.as_deref().is_some_and(|old| words::stem(old) != words::stem(word)) {
                    *seen = None;
                }
            }
        }
        chinese.sort_by_key(|(word, _)| std::cmp::Reverse(word.chars().count()));
        let mut never: HashSet<String> = context.never.into_iter().collect();
        never.extend(context.py_never);
        Self {
            phrases,
            chinese,
            after: context.after.into_iter().collect(),
            harmless: context.harmless.into_iter().collect(),
            things: context.things.into_iter().collect(),
            zh_things: context.zh_things,
            zh_after: context.zh_after,
            never,
            zh_never: context.zh_never,
            vocabulary,
            abbreviations: file.abbreviations,
            skeletons: skeletons
                .into_iter()
                .filter_map(|(bare, word)| Some((bare, word?)))
                .collect(),
            stores: file.stores,
            store_words: file.store_words,
        }
    }

    /// The words of a name: split at signs and case, joined words cut, plurals kept.
    pub fn tokens(&self, name: &str) -> Vec<String> {
        words::split(name).into_iter().flat_map(|word| self.cut(word)).collect()
    }

    /// Writes shortened words out: `cntry nm` → `country name`; `None` when there is none.
    pub(super) fn spelled_out(&self, tokens: &[String]) -> Option<Vec<String>> {
        let full: Vec<String> = tokens
            .iter()
            .map(|token| {
                let known = self.abbreviations.get(token);
                let bare = || {
                    let vowels = token.bytes().any(|b| b"aeiou".contains(&b));
                    let unknown = !vowels && !self.phrases.contains_key(token);
                    unknown.then(|| self.skeletons.get(&skeleton(token))).flatten()
                };
                known.or_else(bare).unwrap_or(token).clone()
            })
            .collect();
        (full != tokens).then_some(full)
    }

    /// Cuts `customername` into `customer name` when every piece is known.
    fn cut(&self, word: String) -> Vec<String> {
        let known = |w: &str| {
            self.phrases.contains_key(w)
                || self.vocabulary.contains(w)
                || self.never.contains(w)
                || self.after.contains(w)
        };
        if word.len() < 6 || !word.is_ascii() || known(&word) {
            return vec![word];
        }
        // best[i]: fewest pieces that cover the first i letters.
        let mut best: Vec<Option<(usize, usize)>> = vec![None; word.len() + 1];
        best[0] = Some((0, 0));
        for end in 2..=word.len() {
            for start in 0..end - 1 {
                let piece = &word[start..end];
                let fits = if piece.len() < 3 {
                    matches!(piece, "id" | "no" | "nm" | "ip" | "qq") && start > 0
                } else {
                    self.vocabulary.contains(piece)
                };
                if let (true, Some((count, _))) = (fits, best[start])
                    && best[end].is_none_or(|(old, _)| count + 1 < old)
                {
                    best[end] = Some((count + 1, start));
                }
            }
        }
        let mut pieces = Vec::new();
        let mut end = word.len();
        while end > 0 {
            let Some((_, start)) = best[end] else { return vec![word] };
            pieces.push(word[start..end].to_owned());
            end = start;
        }
        if pieces.len() > 4 {
            return vec![word];
        }
        pieces.reverse();
        pieces
    }
}

/// A word's first letter and its consonants, doubled ones once: `country` → `cntry`, `passport` → `psprt`.
fn skeleton(word: &str) -> String {
    let mut out = String::new();
    for (at, c) in word.chars().enumerate() {
        if (at == 0 || !"aeiou".contains(c)) && !out.ends_with(c) {
            out.push(c);
        }
    }
    out
}
