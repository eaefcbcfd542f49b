//! When two spellings mean the same: `Anna@Shop.example` and `anna@shop.example`, `+86 138-0013-8000`
//! and `13800138000`, full-width and half-width. This is the side of the values; `sql::alike` says the
//! same in each database's words. SQLite calls back into this file, through a collation.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

/// How a column's spelling of an identifier is compared.
///
/// The wide ones err on the side of taking two spellings for one, and stand in what keeps rows (legal
/// holds); the narrow ones err on the side of telling them apart, and stand in what deletes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alike {
    /// Narrow: capitals and blanks make no difference.
    Address,
    /// Narrow: blanks and the usual separators make no difference, nor does `00` for `+`. A number
    /// without its country is another number.
    Phone,
    /// Wide: capitals, blanks and full-width forms make no difference; in MariaDB, nor do accents.
    WideAddress,
    /// Wide: the last [`Alike::LAST_DIGITS`] digits decide, whatever stands between or before them.
    WidePhone,
    /// Wide: letters and digits decide, without leading zeros: `C-0042`, `c 0042` and `Ｃ００４２`.
    WideCode,
}

impl Alike {
    /// Every one.
    pub const ALL: [Self; 5] =
        [Self::Address, Self::Phone, Self::WideAddress, Self::WidePhone, Self::WideCode];

    /// Digits of a telephone number that decide: the shortest national numbers have seven, so no way
    /// of writing the country or the trunk code before them makes a difference. Of ten million held
    /// numbers one more is held by chance.
    pub const LAST_DIGITS: usize = 7;

    /// The collation's name in SQLite.
    pub(crate) fn collation(self) -> &'static str {
        match self {
            Self::Address => "PRIVET_ADDRESS",
            Self::Phone => "PRIVET_PHONE",
            Self::WideAddress => "PRIVET_WIDE_ADDRESS",
            Self::WidePhone => "PRIVET_WIDE_PHONE",
            Self::WideCode => "PRIVET_WIDE_CODE",
        }
    }

    /// What is compared instead of a text.
    pub fn fold(self, text: &str) -> String {
        match self {
            Self::Address => {
                text.chars().filter(|c| !blank(*c)).flat_map(char::to_lowercase).collect()
            }
            Self::Phone => {
                let number: String =
                    text.chars().filter(|c| !blank(*c) && !separates(*c)).collect();
                match number.strip_prefix("00") {
                    Some(rest) => format!("+{rest}"),
                    None => number,
                }
            }
            Self::WideAddress => wide(text).filter(|c| !blank(*c)).collect(),
            Self::WidePhone => {
                let digits: Vec<char> = wide(text).filter(char::is_ascii_digit).collect();
                let from = digits.len().saturating_sub(Self::LAST_DIGITS);
                digits[from..].iter().collect()
            }
            Self::WideCode => {
                let all: String = wide(text)
                    .filter(|c| !blank(*c) && !c.is_ascii_punctuation() && !dash(*c))
                    .collect();
                let zeros = all.trim_start_matches('0');
                if zeros.is_empty() && !all.is_empty() { "0".to_owned() } else { zeros.to_owned() }
            }
        }
    }

    /// The order of a collation in which alike texts are equal.
    pub(crate) fn order(self, a: &str, b: &str) -> Ordering {
        self.fold(a).cmp(&self.fold(b))
    }

    /// What a folded column is looked for in. A database whose locale knows no capitals but A to Z
    /// leaves others as they are, so a value with such letters is looked for in both.
    pub(crate) fn wanted(self, values: &[String]) -> Vec<String> {
        let mut all = Vec::with_capacity(values.len());
        for value in values {
            let folded = self.fold(value);
            if folded.is_empty() {
                continue;
            }
            if !folded.is_ascii() && !matches!(self, Self::Phone | Self::WidePhone) {
                all.push(folded.to_uppercase().chars().map(|c| c.to_ascii_lowercase()).collect());
            }
            all.push(folded);
        }
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// In compatibility form, in small letters.
fn wide(text: &str) -> impl Iterator<Item = char> {
    text.nfkc().flat_map(char::to_lowercase)
}

/// Blanks and what is not seen at all.
fn blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{AD}' | '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}')
}

/// Dashes beside the one on every keyboard.
fn dash(c: char) -> bool {
    matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{B7}')
}

/// What people write between the digits of a number.
fn separates(c: char) -> bool {
    matches!(c, '-' | '.' | '/' | '(' | ')') || dash(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn same(alike: Alike, texts: &[&str]) {
        for text in texts {
            assert_eq!(alike.order(texts[0], text), Ordering::Equal, "{alike:?} {text}");
        }
    }

    #[test]
    fn spellings_of_one_identifier_are_alike() {
        same(Alike::Address, &["anna@shop.example", " Anna@Shop.EXAMPLE\t"]);
        same(
            Alike::WideAddress,
            &["anna@shop.example", "ＡＮＮＡ＠ｓｈｏｐ．example", "anna @shop.example\u{3000}"],
        );
        same(Alike::Phone, &["+8613800138000", "0086 138-0013-8000", "+86 (138) 0013.8000"]);
        same(
            Alike::WidePhone,
            &["+86 138-0013-8000", "13800138000", "１３８００１３８０００", "tel: 0138 0013 8000"],
        );
        same(Alike::WideCode, &["C-0042", "c 0042", "Ｃ００４２", "C–0042"]);
        same(Alike::WideCode, &["0042", "42"]);
        same(Alike::WideCode, &["0", "00"]);
    }

    #[test]
    fn the_narrow_ones_tell_apart_what_may_be_somebody_else() {
        let differ = |alike: Alike, a: &str, b: &str| {
            assert_ne!(alike.order(a, b), Ordering::Equal, "{alike:?} {a} {b}");
        };
        differ(Alike::Address, "anna@shop.example", "änna@shop.example");
        differ(Alike::Phone, "+8613800138000", "13800138000");
        differ(Alike::WidePhone, "13800138000", "13800138001");
        differ(Alike::WideCode, "C-42", "D-42");
    }

    #[test]
    fn a_value_that_says_nothing_is_looked_for_nowhere() {
        assert!(Alike::WidePhone.wanted(&["unknown".into()]).is_empty());
    }
}
