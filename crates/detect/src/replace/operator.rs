//! What happens to a finding.

use std::{collections::HashMap, fmt, str::FromStr};

use sha2::{Digest as _, Sha256, Sha512};

use super::{
    fake::{FakeRules, Faker},
    key::Key,
    splice::Target,
};

/// What happens to a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operator {
    /// It stays as it is.
    Keep,
    /// It goes.
    Redact,
    /// A text stands in its place; without one, the entity's name: `<PERSON>`.
    Replace(Option<String>),
    /// Some characters are covered.
    Mask {
        /// What covers them.
        with: char,
        /// How many, from one end.
        chars: usize,
        /// From the end instead of the beginning.
        from_end: bool,
        /// Separators stay and do not count.
        keep_separators: bool,
    },
    /// A digest in hexadecimal.
    Hash(Digest),
    /// Another value of the same form; needs a key.
    Fake,
}

/// How a digest is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Digest {
    /// HMAC-SHA-256 under the replacer's key: nobody without it can test a guess.
    Keyed,
    /// SHA-256 of the value followed by a salt.
    Sha256(Vec<u8>),
    /// SHA-512 of the value followed by a salt.
    Sha512(Vec<u8>),
}

impl Operator {
    /// The stable name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Redact => "redact",
            Self::Replace(_) => "replace",
            Self::Mask { .. } => "mask",
            Self::Hash(_) => "hash",
            Self::Fake => "fake",
        }
    }

    /// Covers every letter and digit and lets separators stand.
    pub fn cover() -> Self {
        Self::Mask { with: '*', chars: usize::MAX, from_end: false, keep_separators: true }
    }

    fn needs_key(&self) -> bool {
        matches!(self, Self::Fake | Self::Hash(Digest::Keyed))
    }
}

impl FromStr for Operator {
    type Err = ();

    /// By name, with the usual settings: `mask` covers all letters and digits, `hash` is keyed.
    fn from_str(name: &str) -> Result<Self, ()> {
        Ok(match name {
            "keep" => Self::Keep,
            "redact" => Self::Redact,
            "replace" => Self::Replace(None),
            "mask" => Self::cover(),
            "hash" => Self::Hash(Digest::Keyed),
            "fake" => Self::Fake,
            _ => return Err(()),
        })
    }
}

/// Why a value could not be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplaceError {
    /// The operator needs a key and there is none.
    NoKey,
    /// A place lies outside of the text or within a character.
    Place {
        /// First byte.
        start: usize,
        /// Byte after the last.
        end: usize,
    },
}

impl fmt::Display for ReplaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoKey => {
                write!(f, "`fake` and keyed `hash` need a key of at least 16 bytes; give one")
            }
            Self::Place { start, end } => write!(
                f,
                "the place {start}..{end} is not in the text; send the findings of this very text"
            ),
        }
    }
}

impl std::error::Error for ReplaceError {}

/// Operators by entity, and what they need.
#[derive(Debug, Clone)]
pub struct Replacer {
    key: Option<Key>,
    rules: FakeRules,
    default: Operator,
    by_entity: HashMap<String, Operator>,
}

impl Replacer {
    /// One operator for every entity.
    pub fn new(default: Operator) -> Self {
        Self { key: None, rules: FakeRules::default(), default, by_entity: HashMap::new() }
    }

    /// Another operator for one entity.
    #[must_use]
    pub fn with(mut self, entity: &str, operator: Operator) -> Self {
        self.by_entity.insert(entity.to_owned(), operator);
        self
    }

    /// With a key, for `fake` and keyed `hash`.
    #[must_use]
    pub fn with_key(mut self, key: Key) -> Self {
        self.key = Some(key);
        self
    }

    /// With other rules for inventions.
    #[must_use]
    pub fn with_rules(mut self, rules: FakeRules) -> Self {
        self.rules = rules;
        self
    }

    /// An operator needs a key and there is none.
    pub fn lacks_key(&self) -> bool {
        self.key.is_none()
            && (self.default.needs_key() || self.by_entity.values().any(Operator::needs_key))
    }

    /// The operator for an entity.
    pub fn operator(&self, entity: &str) -> &Operator {
        self.by_entity.get(entity).unwrap_or(&self.default)
    }

    /// Replaces one finding of a text.
    pub fn apply(&self, target: &Target<'_>, text: &str) -> Result<String, ReplaceError> {
        self.run(self.operator(target.entity), target.entity, target.category, text)
    }

    /// Replaces a single value of a column of a category of the data map.
    pub fn value(&self, category: &str, value: &str) -> Result<String, ReplaceError> {
        self.run(self.operator(category), category, category, value)
    }

    fn run(
        &self,
        operator: &Operator,
        entity: &str,
        category: &str,
        text: &str,
    ) -> Result<String, ReplaceError> {
        Ok(match operator {
            Operator::Keep => text.to_owned(),
            Operator::Redact => String::new(),
            Operator::Replace(None) => format!("<{entity}>"),
            Operator::Replace(Some(with)) => with.clone(),
            Operator::Mask { with, chars, from_end, keep_separators } => {
                mask(text, *with, *chars, *from_end, *keep_separators)
            }
            Operator::Hash(Digest::Keyed) => hex(&self.key()?.mac(&[b"hash", text.as_bytes()])),
            Operator::Hash(Digest::Sha256(salt)) => {
                hex(&Sha256::new().chain_update(text).chain_update(salt).finalize())
            }
            Operator::Hash(Digest::Sha512(salt)) => {
                hex(&Sha512::new().chain_update(text).chain_update(salt).finalize())
            }
            Operator::Fake => {
                Faker { key: self.key()?, rules: self.rules }.fake(entity, category, text)
            }
        })
    }

    fn key(&self) -> Result<&Key, ReplaceError> {
        self.key.as_ref().ok_or(ReplaceError::NoKey)
    }
}

fn mask(text: &str, with: char, most: usize, from_end: bool, keep_separators: bool) -> String {
    let counts = |c: &char| !keep_separators || c.is_alphanumeric();
    let total = text.chars().filter(counts).count();
    let covered = most.min(total);
    let range = if from_end { total - covered..total } else { 0..covered };
    let mut at = 0;
    let cover = |c: char| {
        if !counts(&c) {
            return c;
        }
        at += 1;
        if range.contains(&(at - 1)) { with } else { c }
    };
    text.chars().map(cover).collect()
}

fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_count_characters_from_either_end() {
        for (text, chars, from_end, keep, masked) in [
            ("13800001234", 4, true, false, "1380000****"),
            ("13800001234", 4, false, false, "****0001234"),
            ("王小明", 2, true, false, "王**"),
            ("ab", 9, true, false, "**"),
            ("ab", 0, true, false, "ab"),
            ("138-0000-1234", usize::MAX, false, true, "***-****-****"),
            ("138-0000-1234", 5, true, true, "138-000*-****"),
            ("", 3, true, true, ""),
        ] {
            assert_eq!(mask(text, '*', chars, from_end, keep), masked, "{text}");
        }
    }

    #[test]
    fn digests_are_those_of_the_standards() {
        let of = |digest| Replacer::new(Operator::Hash(digest)).value("x", "abc").unwrap();

        // FIPS 180-4 examples.
        assert_eq!(
            of(Digest::Sha256(Vec::new())),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert!(of(Digest::Sha512(Vec::new())).starts_with("ddaf35a193617abacc417349ae204131"));
        assert_ne!(
            of(Digest::Sha256(b"0123456789abcdef".to_vec())),
            of(Digest::Sha256(Vec::new()))
        );
    }

    #[test]
    fn keyed_digests_need_a_key_and_depend_on_it() {
        let plain = Replacer::new(Operator::Hash(Digest::Keyed));
        assert!(plain.lacks_key());
        assert_eq!(plain.value("x", "abc"), Err(ReplaceError::NoKey));
        let one = plain.clone().with_key(Key::new(&[1; 16]).unwrap());
        let two = plain.with_key(Key::new(&[2; 16]).unwrap());

        let digests = [one.value("x", "abc"), one.value("x", "abc"), two.value("x", "abc")];

        assert!(digests[0] == digests[1] && digests[0] != digests[2]);
        assert_eq!(digests[0].as_ref().unwrap().len(), 64);
    }

    #[test]
    fn each_entity_has_its_operator() {
        let replacer = Replacer::new(Operator::Replace(None))
            .with("PHONE_NUMBER", Operator::Redact)
            .with("AGE", Operator::Keep)
            .with("URL", Operator::Replace(Some("[link]".into())));

        let run = |entity| replacer.value(entity, "x1").unwrap();

        assert_eq!(run("PERSON"), "<PERSON>");
        assert_eq!((run("PHONE_NUMBER"), run("AGE")), (String::new(), "x1".to_owned()));
        assert_eq!(run("URL"), "[link]");
        for name in ["keep", "redact", "replace", "mask", "hash", "fake"] {
            assert_eq!(name.parse::<Operator>().unwrap().name(), name);
        }
        assert!("encrypt".parse::<Operator>().is_err());
    }
}
