//! Names of people and short words about them.

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
    let lower: Vec<String> = words.iter().map(|w| w.to_lowercase()).collect();
    let known = |w: &str, list: &std::collections::HashSet<&str>| {
        list.contains(w) || w.split('-').any(|part| part.len() > 2 && list.contains(part))
    };
    match lower.as_slice() {
        [one] => {
            out.given = known(one, &lists.given);
            out.surname = known(one, &lists.surnames);
        }
        [first, .., last] if out.shaped && last.chars().count() > 1 => {
            let (first_given, last_given) = (known(first, &lists.given), known(last, &lists.given));
            let (first_family, last_family) =
                (known(first, &lists.surnames), known(last, &lists.surnames));
            out.full = (first_given && (last_family || lower.len() <= 3 && !is_common_word(last)))
                || (comma == 1 && first_family && last_given)
                || (last_given && first_family);
        }
        _ => {}
    }
    out
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
