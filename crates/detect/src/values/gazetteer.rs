//! Names of people and places: is a word a given name, a family name, a city, a country, a region?
//! The list is `data/gazetteer.txt`; its builder, `bench/columns/gazetteer.py`, names the sources.

use std::sync::OnceLock;

/// What a word is known as; several at once are usual (Paris, Jordan, Washington).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Known(u8);

impl Known {
    const GIVEN: u8 = 1;
    const MOSTLY_GIVEN: u8 = 2;
    const FAMILY: u8 = 4;
    const MOSTLY_FAMILY: u8 = 8;
    const CITY: u8 = 16;
    const COUNTRY: u8 = 32;
    const REGION: u8 = 64;

    fn of(letters: &str) -> Self {
        Self(letters.bytes().fold(0, |all, letter| {
            all | match letter {
                b'g' => Self::GIVEN,
                b'G' => Self::MOSTLY_GIVEN,
                b's' => Self::FAMILY,
                b'S' => Self::MOSTLY_FAMILY,
                b'c' => Self::CITY,
                b'n' => Self::COUNTRY,
                b'r' => Self::REGION,
                _ => 0,
            }
        }))
    }

    /// A given name.
    pub fn given(self) -> bool {
        self.0 & Self::GIVEN != 0
    }

    /// More often a given name than a family name.
    pub fn mostly_given(self) -> bool {
        self.0 & Self::MOSTLY_GIVEN != 0
    }

    /// A family name.
    pub fn family(self) -> bool {
        self.0 & Self::FAMILY != 0
    }

    /// More often a family name than a given name.
    pub fn mostly_family(self) -> bool {
        self.0 & Self::MOSTLY_FAMILY != 0
    }

    /// A city of more than 15,000 people.
    pub fn city(self) -> bool {
        self.0 & Self::CITY != 0
    }

    /// A country, in one of 22 languages.
    pub fn country(self) -> bool {
        self.0 & Self::COUNTRY != 0
    }

    /// A state, province, county or the like.
    pub fn region(self) -> bool {
        self.0 & Self::REGION != 0
    }
}

/// Looks a folded word up.
pub fn known(folded: &str) -> Known {
    let table = table();
    let mut slot = slot_of(folded);
    while table[slot] != 0 {
        let line = line_at(table[slot] as usize);
        if let Some((word, letters)) = line.split_once('\t')
            && word == folded
        {
            return Known::of(letters);
        }
        slot = (slot + 1) % SLOTS;
    }
    Known::default()
}

const TEXT: &str = include_str!("../../data/gazetteer.txt");
/// Places of the hash table: two to three times the words, so that most are found at the first look.
const SLOTS: usize = 1 << 18;

fn line_at(start: usize) -> &'static str {
    let rest = &TEXT[start..];
    rest.split_once('\n').map_or(rest, |(line, _)| line)
}

/// Where the lines of words start in the text, by the words' hash. Zero is free: the text starts with a comment.
fn table() -> &'static [u32] {
    static TABLE: OnceLock<Vec<u32>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = vec![0u32; SLOTS];
        let mut start = 0;
        for line in TEXT.split_inclusive('\n') {
            if let Some((word, _)) = line.split_once('\t') {
                let mut slot = slot_of(word);
                while table[slot] != 0 {
                    slot = (slot + 1) % SLOTS;
                }
                table[slot] = start as u32;
            }
            start += line.len();
        }
        table
    })
}

/// FNV-1a over the bytes: short words, and nobody who could choose them to collide gains anything.
fn slot_of(word: &str) -> usize {
    let hash = word.bytes().fold(0xcbf2_9ce4_8422_2325u64, |hash, b| {
        (hash ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
    });
    (hash ^ hash >> 32) as usize % SLOTS
}

/// Lower case without accents, as the list writes words: `Bálint` → `balint`, `Åbyhøj` → `abyhoj`.
pub fn fold(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for c in word.chars().flat_map(char::to_lowercase) {
        let plain = match c {
            'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' | 'ạ' | 'ả' => 'a',
            'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => 'c',
            'ď' | 'đ' | 'ð' => 'd',
            'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => 'e',
            'ĝ' | 'ğ' | 'ġ' | 'ģ' => 'g',
            'ĥ' | 'ħ' => 'h',
            'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => 'i',
            'ĵ' => 'j',
            'ķ' => 'k',
            'ĺ' | 'ļ' | 'ľ' | 'ł' => 'l',
            'ñ' | 'ń' | 'ņ' | 'ň' => 'n',
            'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => 'o',
            'ŕ' | 'ŗ' | 'ř' => 'r',
            'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => 's',
            'ţ' | 'ť' | 'ț' => 't',
            'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => 'u',
            'ŵ' => 'w',
            'ý' | 'ÿ' | 'ŷ' => 'y',
            'ź' | 'ż' | 'ž' => 'z',
            '’' | '‘' => '\'',
            'ß' => {
                out.push_str("ss");
                continue;
            }
            'æ' => {
                out.push_str("ae");
                continue;
            }
            'œ' => {
                out.push_str("oe");
                continue;
            }
            'þ' => {
                out.push_str("th");
                continue;
            }
            // A combining mark left over from lower-casing (İ) or from decomposed text.
            '\u{300}'..='\u{36f}' => continue,
            other => other,
        };
        out.push(plain);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_list_is_found_as_what_it_is() {
        let mut words = 0;
        for (word, letters) in TEXT.lines().filter_map(|line| line.split_once('\t')) {
            assert_eq!(known(word), Known::of(letters), "{word}");
            assert_ne!(known(word), Known::default(), "{word}");
            words += 1;
        }
        assert!(words > 90_000 && words * 2 < SLOTS);
    }

    #[test]
    fn words_are_known_as_what_they_are() {
        assert!(known("james").given() && known("james").mostly_given());
        assert!(known("kowalski").mostly_family() && !known("kowalski").city());
        assert!(known(&fold("München")) == Known::default() || known(&fold("München")).city());
        assert!(known("hamburg").city() && known("deutschland").country());
        assert!(known("中国").country() && known("california").region());
        assert_eq!(known("xqzzv"), Known::default());
        assert_eq!(known(""), Known::default());
    }

    #[test]
    fn accents_do_not_matter() {
        for (word, folded) in [
            ("Bálint", "balint"),
            ("Åbyhøj", "abyhoj"),
            ("Łódź", "lodz"),
            ("İzmir", "izmir"),
            ("Groß", "gross"),
        ] {
            assert_eq!(fold(word), folded);
        }
    }
}
