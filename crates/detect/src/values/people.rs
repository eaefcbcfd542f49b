//! Names of people and short words about them.

use super::gazetteer::{Known, fold, known};
use crate::{lexicon::lexicon, words::is_han};

/// A Chinese name: family name of the list, one or two given characters (three to four in all with a
/// compound family name), most of them frequent in given names; a middle dot joins foreign names.
pub fn is_chinese_name(value: &str) -> bool {
    let lists = lexicon();
    let chars: Vec<char> = value.chars().filter(|c| *c != ' ' && *c != '\u{3000}').collect();
    if chars.contains(&'·') {
        // 阿迪力·买买提: minority and foreign names.
        let parts: Vec<&[char]> = chars.split(|c| *c == '·').collect();
        return parts.len() == 2
            && parts.iter().all(|p| (1..=6).contains(&p.len()) && p.iter().all(|c| is_han(*c)));
    }
    if !(2..=4).contains(&chars.len()) || !chars.iter().all(|c| is_han(*c)) {
        return false;
    }
    let text: String = chars.iter().collect();
    if lists.cn_not_names.contains(&text) {
        return false;
    }
    let head: String = chars[..2].iter().collect();
    let family = if lists.cn_compound.contains(&head) && chars.len() > 2 {
        2
    } else if lists.cn_surnames.contains(&chars[0]) {
        1
    } else {
        return false;
    };
    let given = &chars[family..];
    if !(1..=2).contains(&given.len()) {
        return false;
    }
    let frequent = given.iter().filter(|c| lists.cn_given.contains(c)).count();
    frequent * 2 >= given.len()
}

/// What a run of Latin words is as a name.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct LatinName {
    /// One to four words of letters, each capitalised (or all in capitals).
    pub shaped: bool,
    /// A known given name and another name word, or given name and family name.
    pub full: bool,
    /// One word, a frequent given name.
    pub given: bool,
    /// One word, a frequent family name.
    pub surname: bool,
    /// One word, more often a given name than a family name.
    pub mostly_given: bool,
    /// One word, more often a family name than a given name.
    pub mostly_surname: bool,
}

/// Looks at words as a name. `Li, Wei` and `Dr. Jane M. Smith` are full names.
pub fn latin_name(value: &str) -> LatinName {
    let lists = lexicon();
    let mut out = LatinName::default();
    let comma = value.matches(',').count();
    if comma > 1 || value.chars().any(|c| !(c.is_alphabetic() || " .,'’-‘".contains(c))) {
        return out;
    }
    let words: Vec<String> = value
        .split([' ', ','])
        .map(|w| w.trim_matches(['.', '\'', '’']))
        .filter(|w| !w.is_empty() && !is_title(w))
        .map(str::to_owned)
        .collect();
    if words.is_empty() || words.len() > 5 {
        return out;
    }
    let capital = |w: &String| {
        w.chars().next().is_some_and(char::is_uppercase)
            || matches!(
                w.as_str(),
                "de" | "da"
                    | "van"
                    | "von"
                    | "del"
                    | "la"
                    | "bin"
                    | "al"
                    | "der"
                    | "di"
                    | "du"
                    | "dos"
            )
    };
    out.shaped = words.iter().all(capital) && words.iter().all(|w| w.chars().count() <= 20);
    let lower: Vec<String> = words.iter().map(|w| fold(w)).collect();
    match lower.as_slice() {
        [one] => {
            let known = known_or_part(one);
            out.given = known.given() || lists.given.contains(one.as_str());
            out.surname = known.family() || lists.surnames.contains(one.as_str());
            out.mostly_given = known.mostly_given();
            out.mostly_surname = known.mostly_family();
        }
        [first, .., last] if out.shaped && last.chars().count() > 1 => {
            let (first, end) = (known_or_part(first), known_or_part(last));
            out.full = (first.given()
                && (end.family() || lower.len() <= 3 && !is_common_word(last)))
                || (comma == 1 && first.family() && end.given())
                || (end.given() && first.family());
        }
        _ => {}
    }
    out
}

/// What a word is known as, or the first known part of a double name.
fn known_or_part(word: &str) -> Known {
    let whole = known(word);
    if whole != Known::default() || !word.contains('-') {
        return whole;
    }
    let mut parts = word.split('-').filter(|part| part.len() > 2).map(known);
    parts.find(|part| *part != Known::default()).unwrap_or_default()
}

/// Two to four Chinese characters of which the first one or two are a family name.
pub fn starts_with_surname(value: &str) -> bool {
    let lists = lexicon();
    let count = value.chars().count();
    let Some(first) = value.chars().next() else { return false };
    let head: String = value.chars().take(2).collect();
    !lists.cn_not_names.contains(value)
        && ((2..=3).contains(&count) && is_family_character(first)
            || (3..=4).contains(&count) && lists.cn_compound.contains(&head))
}

/// A Chinese family name alone.
pub fn is_chinese_surname(value: &str) -> bool {
    let mut chars = value.chars();
    match (chars.next(), chars.next()) {
        (Some(one), None) => is_family_character(one),
        _ => lexicon().cn_compound.contains(value),
    }
}

/// The list has simplified characters; these are the frequent ones that differ where traditional ones are used.
fn is_family_character(c: char) -> bool {
    lexicon().cn_surnames.contains(&c)
        || lexicon().cn_rare_surnames.contains(&c)
        || "陳張劉黃吳趙楊許鄭謝蕭羅鄧馮馬葉蘇呂蔣蔡賈韓盧閻鐘鍾譚陸範龔嚴萬錢湯賴顧孫莊簡龍賀鄒歐鄔魯穆連紀聶關齊費喬喻".contains(c)
}

/// One or two characters, at least one frequent in given names.
pub fn is_chinese_given_name(value: &str) -> bool {
    let lists = lexicon();
    (1..=2).contains(&value.chars().count())
        && value.chars().any(|c| lists.cn_given.contains(&c))
        && !lists.cn_not_names.contains(value)
}

/// Built as names of accounts are: letters first, lower case or with digits or a sign inside, no ending of a file.
pub fn is_handle(value: &str) -> bool {
    let letters = value.chars().filter(|c| c.is_alphabetic()).count();
    let digits = value.chars().filter(char::is_ascii_digit).count();
    let clean = value.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    let starts = value.chars().next().is_some_and(|c| c.is_ascii_alphabetic());
    if !clean || !starts || letters < 3 || digits > 6 || letters < digits {
        return false;
    }
    let file = value.rsplit_once('.').is_some_and(|(_, end)| {
        matches!(
            end,
            "pdf"
                | "csv"
                | "xlsx"
                | "xls"
                | "doc"
                | "docx"
                | "txt"
                | "png"
                | "jpg"
                | "jpeg"
                | "gif"
                | "zip"
                | "json"
                | "xml"
                | "html"
                | "com"
                | "net"
                | "org"
                | "mp3"
                | "mp4"
        )
    });
    let lower = value.chars().all(|c| !c.is_ascii_uppercase());
    let marked = digits > 0 || value.contains(['.', '_', '-']);
    !file
        && (marked && !value.chars().all(|c| !c.is_ascii_lowercase())
            || lower && holds_a_name(value))
}

/// A lower-case word that starts or ends with a name: `jsmith`, `annakovacs`.
fn holds_a_name(lower: &str) -> bool {
    let named = |part: &str| part.len() >= 4 && (known(part).family() || known(part).given());
    (0..=3).any(|skip| lower.get(skip..).is_some_and(named))
        || (4..lower.len()).any(|cut| {
            lower.get(..cut).is_some_and(named)
                && lower.get(cut..).is_some_and(|rest| rest.len() <= 3 || named(rest))
        })
}

/// Words that follow a given name in titles of works and products rather than in names.
fn is_common_word(word: &str) -> bool {
    matches!(
        word,
        "the"
            | "of"
            | "and"
            | "dead"
            | "drop"
            | "park"
            | "city"
            | "street"
            | "hotel"
            | "shop"
            | "tea"
            | "music"
            | "song"
            | "live"
            | "album"
            | "band"
            | "inc"
            | "ltd"
            | "llc"
            | "gmbh"
            | "corp"
            | "company"
            | "group"
            | "university"
            | "beer"
            | "sauce"
            | "ale"
            | "island"
            | "river"
            | "lake"
            | "bay"
            | "county"
            | "club"
            | "orchestra"
            | "project"
            | "game"
            | "mix"
            | "red"
            | "blue"
            | "green"
            | "black"
            | "white"
            | "day"
            | "night"
            | "love"
    )
}

/// Courtesy titles and degrees.
pub fn is_title(word: &str) -> bool {
    let lower = word.trim_end_matches('.').to_lowercase();
    matches!(
        lower.as_str(),
        "mr" | "mrs"
            | "ms"
            | "miss"
            | "dr"
            | "prof"
            | "sir"
            | "madam"
            | "jr"
            | "sr"
            | "phd"
            | "md"
            | "ii"
            | "iii"
            | "mx"
            | "herr"
            | "frau"
            | "mme"
            | "mlle"
    )
}

/// A word or letter for a gender.
pub fn is_gender(value: &str) -> bool {
    matches!(value, "男" | "女" | "男性" | "女性" | "未知" | "保密" | "先生" | "女士" | "其他")
        || matches!(
            value.to_ascii_lowercase().as_str(),
            "m" | "f"
                | "male"
                | "female"
                | "man"
                | "woman"
                | "nonbinary"
                | "non-binary"
                | "other"
                | "unknown"
                | "diverse"
                | "x"
                | "u"
                | "w"
        )
}

/// A Chinese ethnic group.
pub fn is_ethnic_group(value: &str) -> bool {
    lexicon().ethnic.contains(value)
}

/// A word for a marital status.
pub fn is_marital_status(value: &str) -> bool {
    matches!(value, "已婚" | "未婚" | "离异" | "丧偶" | "离婚" | "再婚")
        || matches!(
            value.to_ascii_lowercase().as_str(),
            "married" | "single" | "divorced" | "widowed" | "separated" | "engaged"
        )
}

/// A blood type.
pub fn is_blood_type(value: &str) -> bool {
    let upper = value.trim_end_matches('型').to_uppercase();
    let (group, rest) = match upper.strip_prefix("AB") {
        Some(rest) => ("AB", rest),
        None => upper.split_at(upper.chars().next().map_or(0, char::len_utf8)),
    };
    matches!(group, "A" | "B" | "O" | "AB")
        && matches!(rest, "" | "+" | "-" | "RH+" | "RH-" | " RH+" | " RH-" | "POS" | "NEG")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_names_need_a_family_name_and_likely_characters() {
        for good in
            ["王芳", "李小明", "欧阳娜娜", "司马光", "张伟", "赵子涵", "古丽娜·阿布都", "王 磊"]
        {
            assert!(is_chinese_name(good), "{good}");
        }
        for bad in [
            "茉莉花茶",
            "你好",
            "黄金",
            "江苏省",
            "王",
            "李小明先生您好",
            "Li Lei",
            "管理员",
            "铁观音",
        ] {
            assert!(!is_chinese_name(bad), "{bad}");
        }
    }

    #[test]
    fn latin_names_need_known_parts() {
        for good in [
            "Jane Smith",
            "Nancy Davolio",
            "MARY SMITH",
            "Dr. Jane M. Smith",
            "Smith, John",
            "Maria Anders",
            "Ana Trujillo",
            "Jean-Pierre Martin",
        ] {
            assert!(latin_name(good).full, "{good}");
        }
        for bad in [
            "Hello World",
            "AC/DC",
            "ACADEMY DINOSAUR",
            "Mishi Kobe Niku",
            "Chef Anton's Gumbo Mix",
            "Mary had a little lamb",
            "jane smith 3",
        ] {
            assert!(!latin_name(bad).full, "{bad}");
        }
        assert!(latin_name("Nancy").given && latin_name("Davolio").surname);
        assert!(!latin_name("Beverages").given && !latin_name("Seafood").surname);
    }

    #[test]
    fn short_words_about_people_are_recognised() {
        assert!(is_gender("女") && is_gender("Male") && !is_gender("Large"));
        assert!(is_marital_status("已婚") && !is_marital_status("在售"));
        assert!(
            is_blood_type("AB型")
                && is_blood_type("O+")
                && !is_blood_type("XL")
                && !is_blood_type("")
        );
        assert!(is_ethnic_group("汉族") && !is_ethnic_group("家族"));
    }
}
