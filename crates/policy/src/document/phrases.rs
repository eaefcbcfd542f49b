//! Phrases of the map (names, purposes, periods) as customers read them. People write the map in one
//! language or in both at once (“Web shop 网店”); customers read either.

use std::collections::BTreeMap;

use law::Text;
use serde::{Deserialize, Serialize};

use super::{Source, say::same};

/// How phrases are said, by the phrase.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Phrases(pub BTreeMap<String, Text>);

/// A phrase that a document uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phrase {
    /// As the map has it.
    pub original: String,
    /// As customers read it.
    pub text: Text,
    /// Where it stands.
    pub from: Source,
    /// It is not there in this language yet (`en`, `zh`), or "".
    pub lacks: String,
}

impl Phrases {
    /// The phrase in both languages: as somebody wrote it, or else its halves, or else as it is.
    pub fn both(&self, original: &str) -> Text {
        let original = original.trim();
        self.0.get(original).cloned().or_else(|| halves(original)).unwrap_or_else(|| same(original))
    }
}

pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// The halves of a phrase that says the same twice: Latin words, then Chinese (or the other way).
/// Anything that goes back and forth is one text in one language with foreign words.
fn halves(text: &str) -> Option<Text> {
    if text.contains('\n') {
        return None;
    }
    let first = text.find(is_han)?;
    let last =
        text.char_indices().rev().find(|(_, c)| is_han(*c)).map(|(at, c)| at + c.len_utf8())?;
    let letters = |part: &str| part.chars().filter(|c| c.is_alphabetic()).count();
    let (head, tail) = (text[..first].trim(), text[last..].trim());
    let (en, zh) = if letters(head) > 2 {
        (head, text[first..].trim())
    } else if letters(tail) > 2 {
        (tail, text[..last].trim())
    } else {
        return None;
    };
    // Chinese may hold figures and names (“App”, “3 个月”), but no words of small letters.
    let mut words = zh.split(|c: char| !c.is_ascii_lowercase());
    let one_language = words.all(|word| word.len() <= 3);
    one_language.then(|| Text { en: en.to_owned(), zh: zh.to_owned() })
}

/// Which language a text lacks: words without a Chinese letter, or Chinese in the English text.
pub(crate) fn lacks(text: &Text) -> &'static str {
    let chinese = text.zh.chars().any(is_han);
    let words = text.zh.split_whitespace().filter(|w| w.chars().any(char::is_alphabetic)).count();
    if text.en.chars().any(is_han) {
        "en"
    } else if !chinese && words > 0 {
        "zh"
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_in_both_languages_is_taken_apart() {
        let split = |text: &str| Phrases::default().both(text);
        assert_eq!(split("Web shop 网店"), Text { en: "Web shop".into(), zh: "网店".into() });
        let app = split("Tea app 茶铺 App");
        assert_eq!((app.en.as_str(), app.zh.as_str()), ("Tea app", "茶铺 App"));
        let mixed = "Office 办公室, privacy@tea.example";
        assert_eq!(split(mixed), same(mixed));
        assert_eq!(split("10 years after the order"), same("10 years after the order"));
        assert_eq!(split("订单完成后 10 年"), same("订单完成后 10 年"));
    }

    #[test]
    fn what_a_text_lacks_is_seen() {
        assert_eq!(lacks(&same("Until unsubscribed")), "zh");
        assert_eq!(lacks(&same("退订前")), "en");
        assert_eq!(lacks(&same("2025")), "");
        assert_eq!(lacks(&Text { en: "Shop".into(), zh: "商店".into() }), "");
    }
}
