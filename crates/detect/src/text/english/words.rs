//! What the words of a text may be to the grammars: one look-up a word, answered as a set of bits.
//! The lists stand in `data/english/*.toml`.

use std::{collections::HashMap, hash::BuildHasherDefault, sync::OnceLock};

use super::{fast::FastHasher, tokens::Token};

macro_rules! bits {
    ($($(#[$doc:meta])* $name:ident $at:literal $file:ident $path:literal,)+) => {
        $($(#[$doc])* pub const $name: u64 = 1 << $at;)+

        /// Bit, file and key of every list.
        const LISTS: &[(u64, usize, &str)] = &[$(($name, $file, $path),)+];
    };
}

const ADDRESS: usize = 0;
const TITLES: usize = 1;
const WORDS: usize = 2;
const FILES: [&str; 3] = [
    include_str!("../../../data/english/address.toml"),
    include_str!("../../../data/english/titles.toml"),
    include_str!("../../../data/english/words.toml"),
];

bits! {
    /// `Street`: a name and this word are a street.
    STREET 0 ADDRESS "street.strong",
    /// `Court`: a number, a name and this word are an address.
    STREET_WEAK 1 ADDRESS "street.weak",
    /// `Rue`: this word and a name are a street.
    STREET_PREFIX 2 ADDRESS "street.prefix",
    /// `utca`: name, this word and a number are an address.
    STREET_MIDDLE 3 ADDRESS "street.middle",
    /// `Apt`.
    UNIT 4 ADDRESS "street.unit_strong",
    /// `Floor`.
    UNIT_WEAK 5 ADDRESS "street.unit_weak",
    /// `North`, `NW`.
    DIRECTION 6 ADDRESS "street.direction",
    /// Small words inside names of streets and towns.
    PARTICLE 7 ADDRESS "street.particle",
    /// `Chapter`: the number after it is no house number.
    NUMBERED 8 ADDRESS "street.numbered",
    /// `Box`.
    BOX 9 ADDRESS "mail.box",
    /// `PO`.
    POST_OFFICE 10 ADDRESS "mail.post_office",
    /// `PSC`.
    MILITARY 11 ADDRESS "mail.military",
    /// `USNS`.
    SHIP 12 ADDRESS "mail.ships",
    /// `APO`.
    POST 13 ADDRESS "mail.post",
    /// `AE`.
    POST_REGION 14 ADDRESS "mail.region",
    /// `RR`.
    RURAL 15 ADDRESS "mail.rural",
    /// Stands before an address.
    ADDRESS_CUE 16 ADDRESS "near.cue",
    /// Stands before a postal code.
    ZIP_CUE 17 ADDRESS "near.zip",
    /// `Mrs`.
    TITLE 18 TITLES "title.before",
    /// `Mrs`, not `King`.
    TITLE_SHORT 19 TITLES "title.short",
    /// `PhD`.
    DEGREE 20 TITLES "title.after",
    /// `engineer`.
    JOB 21 TITLES "job.head",
    /// `senior`.
    JOB_MODIFIER 22 TITLES "job.modifier",
    /// `works (as)`.
    JOB_CUE 23 TITLES "job.cue",
    /// `player`: seldom a job by itself.
    JOB_LOOSE 24 TITLES "job.loose",
    /// `in`, `from`: a place may follow.
    PREPOSITION 25 WORDS "place.preposition",
    /// `moved`, `born`, `based`: a place follows the preposition.
    PLACE_CUE 26 WORDS "place.cue",
    /// A state, province or region by its abbreviation.
    STATE 27 WORDS "place.state",
    /// `Ltd`.
    LEGAL 28 WORDS "organisation.legal",
    /// `Group`: ends many names of firms.
    FIRM 29 WORDS "organisation.firm",
    /// `University`, `Hospital`.
    INSTITUTION 30 WORDS "organisation.institution",
    /// A unit of time in which ages are counted.
    AGE_UNIT 31 WORDS "age.unit",
    /// `aged`, `turned`.
    AGE_CUE 32 WORDS "age.cue",
    /// People whose age a number before them may be: `man`, `female`.
    AGE_PERSON 33 WORDS "age.person",
    /// Words that are never part of a name, though written large at the start of a sentence.
    COMMON 34 WORDS "common.words",
    /// Months and days of the week.
    CALENDAR 35 WORDS "common.calendar",
    /// Dishes and languages: what a demonym before or after them is not about people.
    NOT_PEOPLE 36 WORDS "nrp.not_people",
    /// `speaks`, `learn`: a language follows.
    SPEECH 37 WORDS "nrp.speech",
}

/// A sensitive term or the name of a place may start with this word.
pub const TERM: u64 = 1 << 62;
/// A frequent given name.
pub const GIVEN: u64 = 1 << 60;
/// A frequent family name.
pub const SURNAME: u64 = 1 << 61;

/// Bits by word, lower case.
pub struct Words {
    bits: HashMap<Box<str>, u64, BuildHasherDefault<FastHasher>>,
}

/// The embedded lists.
///
/// # Panics
/// Never in a released build: a test reads every list.
pub fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| match Words::read() {
        Ok(words) => words,
        Err(why) => panic!("an embedded list of English words is broken: {why}"),
    })
}

impl Words {
    fn read() -> Result<Self, String> {
        let mut files = Vec::new();
        for file in FILES {
            let file: toml::Table = toml::from_str(file).map_err(|e| e.to_string())?;
            files.push(file);
        }
        let mut bits: HashMap<Box<str>, u64, _> = HashMap::default();
        for (bit, file, path) in LISTS {
            let list = path
                .split_once('.')
                .and_then(|(section, key)| files[*file].get(section)?.get(key)?.as_str())
                .ok_or_else(|| format!("{path} is missing"))?;
            for word in list.split_whitespace() {
                *bits.entry(word.trim_end_matches('.').into()).or_default() |= bit;
            }
        }
        for word in super::terms::first_words() {
            *bits.entry(word.as_str().into()).or_default() |= TERM;
        }
        let names = crate::lexicon::lexicon();
        for name in &names.given {
            *bits.entry((*name).into()).or_default() |= GIVEN;
        }
        for name in &names.surnames {
            *bits.entry((*name).into()).or_default() |= SURNAME;
        }
        Ok(Self { bits })
    }

    /// What the word may be; case and a final dot do not matter.
    pub fn bits(&self, word: &str) -> u64 {
        lowered(word.trim_end_matches('.'), |lower| self.bits.get(lower).copied().unwrap_or(0))
    }
}

/// Calls `with` with the word in lower case, without a copy on the heap for short words.
pub fn lowered<T>(word: &str, with: impl FnOnce(&str) -> T) -> T {
    let mut buffer = [0u8; 40];
    if word.len() <= buffer.len() && word.is_ascii() {
        let lower = &mut buffer[..word.len()];
        lower.copy_from_slice(word.as_bytes());
        lower.make_ascii_lowercase();
        if let Ok(lower) = std::str::from_utf8(lower) {
            return with(lower);
        }
    }
    with(&word.to_lowercase())
}

/// A piece of text cut into tokens, with what each may be.
pub struct Block<'t> {
    /// The whole text, which the tokens' offsets count in.
    pub text: &'t str,
    /// The tokens of this block.
    pub tokens: &'t [Token],
    /// Their bits.
    pub bits: &'t [u64],
    /// All bits together: tells at once whether a grammar has anything to do.
    pub all: u64,
}

impl<'t> Block<'t> {
    /// A block of these tokens.
    pub fn new(text: &'t str, tokens: &'t [Token], bits: &'t [u64]) -> Self {
        let all = bits.iter().fold(0, |all, bits| all | bits);
        Self { text, tokens, bits, all }
    }

    /// Number of tokens.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// The token's text; empty past the end.
    pub fn word(&self, at: usize) -> &'t str {
        self.tokens.get(at).map_or("", |token| token.text(self.text))
    }

    /// The token has one of the bits.
    pub fn is(&self, at: usize, bits: u64) -> bool {
        self.bits.get(at).is_some_and(|have| have & bits != 0)
    }

    /// The token is this mark.
    pub fn mark(&self, at: usize, mark: &str) -> bool {
        self.word(at) == mark
    }

    /// The token is this word, whatever its case.
    pub fn says(&self, at: usize, word: &str) -> bool {
        self.word(at).eq_ignore_ascii_case(word)
    }

    /// The token starts with a capital letter.
    pub fn capital(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(Token::is_capitalised)
    }

    /// Line breaks before the token.
    pub fn lines(&self, at: usize) -> u8 {
        self.tokens.get(at).map_or(0, |token| token.lines)
    }

    /// The token follows the one before it without space.
    pub fn glued(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| !token.spaced)
    }

    /// The bytes from token `from` to token `to`, the last included.
    pub fn range(&self, from: usize, to: usize) -> std::ops::Range<usize> {
        self.tokens[from].start..self.tokens[to].end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_is_read() {
        let words = Words::read().unwrap();
        let all = words.bits.values().fold(0, |all, bits| all | bits);
        for (bit, _, path) in LISTS {
            assert!(all & bit != 0, "{path}");
        }
    }

    #[test]
    fn case_and_a_final_dot_do_not_matter() {
        let words = words();
        assert!(words.bits("STREET") & STREET != 0);
        assert!(words.bits("St.") & STREET_WEAK != 0);
        assert!(words.bits("Straße") & STREET_MIDDLE != 0);
        assert_eq!(words.bits("xyzzy"), 0);
    }
}
