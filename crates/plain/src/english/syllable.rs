//! Counts the syllables of English words: groups of vowels, corrected where spelling and sound part ways,
//! and a list of common words that follow no rule (`data/syllables.txt`, counted after the CMU Pronouncing
//! Dictionary, Carnegie Mellon University, BSD licence).

use std::{collections::HashMap, sync::OnceLock};

fn exceptions() -> &'static HashMap<&'static str, u8> {
    static LIST: OnceLock<HashMap<&'static str, u8>> = OnceLock::new();
    LIST.get_or_init(|| {
        let lines = include_str!("../../data/syllables.txt").lines();
        lines
            .filter_map(|line| line.split_once(' '))
            .filter_map(|(word, count)| Some((word, count.parse().ok()?)))
            .collect()
    })
}

/// Syllables of a word or number, at least 1. Parts joined by dashes count by themselves, figures as one
/// each up to four, capitals without a vowel (`GDPR`) as letters.
pub fn syllables(word: &str) -> usize {
    word.split(['-', '@', '.', '_']).map(part).sum::<usize>().max(1)
}

fn part(word: &str) -> usize {
    if word.is_empty() {
        return 0;
    }
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        return word.chars().filter(char::is_ascii_digit).count().min(4);
    }
    let capitals = word.len() <= 5 && word.bytes().all(|b| b.is_ascii_uppercase());
    if capitals && !word.bytes().any(|b| b"AEIOUY".contains(&b)) {
        return word.bytes().map(|b| if b == b'W' { 3 } else { 1 }).sum();
    }
    let lower: String = word.replace('’', "'").chars().flat_map(char::to_lowercase).collect();
    match lower.split_once('\'') {
        Some((base, "t")) => {
            // didn't, couldn't: the n makes a syllable of its own behind a consonant.
            let alone =
                base.len() > 2 && base.ends_with('n') && !ends_in_vowel(&base[..base.len() - 1]);
            known(base.strip_suffix('n').filter(|_| alone).unwrap_or(base))
                + usize::from(alone && !base.ends_with("rn"))
        }
        Some((base, _)) => known(base),
        None => known(&lower),
    }
}

fn known(word: &str) -> usize {
    exceptions().get(word).map_or_else(|| counted(&plain(word)), |count| usize::from(*count))
}

/// Letters without their accents; whatever else is left out.
fn plain(word: &str) -> Vec<u8> {
    word.chars()
        .filter_map(|c| {
            Some(match c {
                'a'..='z' => u8::try_from(c).ok()?,
                'à' | 'á' | 'â' | 'ä' | 'å' | 'ã' => b'a',
                // An e with an accent is spoken: café.
                'è' | 'é' | 'ê' | 'ë' | 'ì' | 'í' | 'î' | 'ï' => b'i',
                'ò' | 'ó' | 'ô' | 'ö' | 'ø' => b'o',
                'ù' | 'ú' | 'û' | 'ü' => b'u',
                'ç' => b'c',
                'ñ' => b'n',
                _ => return None,
            })
        })
        .collect()
}

fn is_vowel(byte: u8) -> bool {
    matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

fn ends_in_vowel(word: &str) -> bool {
    word.bytes().last().is_some_and(is_vowel)
}

fn counted(word: &[u8]) -> usize {
    let mut count = groups(word);
    let ends = |tail: &[u8]| word.ends_with(tail);
    // go-ing, play-ing, see-ing
    let stem = word.strip_suffix(b"s").or(word.strip_suffix(b"ly")).unwrap_or(word);
    if let Some(before) = stem.strip_suffix(b"ing") {
        count += i32::from(before.last().is_some_and(|b| matches!(b, b'e' | b'o' | b'y')));
    }
    if word.len() > 2 {
        count -= i32::from(silent_ending(word)) + i32::from(silent_inside(word));
    }
    count +=
        i32::from([&b"ism"[..], b"asm", b"ysm", b"isms", b"asms", b"ysms"].iter().any(|t| ends(t)));
    count -= i32::from(ends(b"ically") && word.len() > 7);
    count -= i32::from(compound(word));
    count += i32::from(prefixed(word));
    usize::try_from(count).unwrap_or(0).max(1)
}

/// Groups of vowels, with two for those that are spoken apart.
fn groups(word: &[u8]) -> i32 {
    let mut count = 0;
    let mut before_is_vowel = false;
    for (at, &byte) in word.iter().enumerate() {
        let next = word.get(at + 1).copied().unwrap_or(0);
        let consonant = byte == b'y' && at == 0 && matches!(next, b'a' | b'e' | b'i' | b'o' | b'u')
            || byte == b'u' && at > 0 && word[at - 1] == b'q';
        let vowel = is_vowel(byte) && !consonant;
        if vowel && (!before_is_vowel || apart(word, at)) {
            count += 1;
        }
        before_is_vowel = vowel;
    }
    count
}

/// Whether the vowels at `at - 1` and `at` are spoken apart.
fn apart(word: &[u8], at: usize) -> bool {
    let before = at.checked_sub(2).map_or(0, |at| word[at]);
    let rest = &word[at + 1..];
    match (word[at - 1], word[at]) {
        (b'i', b'a') => !matches!(before, b't' | b'c' | 0),
        (b'i', b'o') => !matches!(before, b't' | b's' | b'c' | b'g' | b'x' | 0),
        (b'i', b'u') | (b'e' | b'u', b'o') => {
            !(word == b"people" || word[at - 1] == b'u' && before == b'q')
        }
        (b'u', b'a') => !matches!(before, b'g' | b'q' | b's'),
        (b'y', b'o' | b'a') => at > 1,
        (b'i', b'e') => {
            const TAILS: [&[u8]; 10] =
                [b"t", b"ty", b"nce", b"nt", b"nts", b"nces", b"r", b"rs", b"st", b"ntly"];
            TAILS.contains(&rest) && word.len() > 5 && !matches!(before, b'c' | b't' | b's' | b'f')
        }
        (b'u', b'i') => [&b"ty"[..], b"ties", b"ng"].contains(&rest),
        (b'e', b'a') => {
            const TAILS: [&[u8]; 8] =
                [b"te", b"ted", b"tes", b"tion", b"ting", b"tive", b"tor", b"tions"];
            TAILS.contains(&rest)
        }
        (b'o', b'e') => rest.starts_with(b"t") || rest.starts_with(b"x"),
        _ => false,
    }
}

/// The e of `-e`, `-es`, `-ed` that is not spoken.
fn silent_ending(word: &[u8]) -> bool {
    let from_end = |n: usize| word.len().checked_sub(n).map_or(0, |at| word[at]);
    let consonant = |n: usize| !is_vowel(from_end(n));
    if word.ends_with(b"e") {
        return consonant(2) && !(word.ends_with(b"le") && consonant(3));
    }
    if word.len() <= 3 {
        return false;
    }
    if word.ends_with(b"es") {
        let spoken = matches!(from_end(3), b's' | b'x' | b'z' | b'c' | b'g')
            || word.ends_with(b"ches")
            || word.ends_with(b"shes")
            || word.ends_with(b"les") && consonant(4);
        return consonant(3) && !spoken;
    }
    if word.ends_with(b"ed") {
        let syllabic =
            word.ends_with(b"led") && consonant(4) && !matches!(from_end(4), b'l' | b'r');
        return consonant(3) && !matches!(from_end(3), b't' | b'd') && !syllabic;
    }
    false
}

/// The e before an ending: care-ful, base-ment, safe-ly.
fn silent_inside(word: &[u8]) -> bool {
    const ENDINGS: [&[u8]; 9] =
        [b"ly", b"ment", b"ments", b"ful", b"less", b"ness", b"fully", b"lessly", b"some"];
    let silent = ENDINGS.iter().any(|ending| {
        word.strip_suffix(*ending)
            .and_then(|stem| stem.strip_suffix(b"e"))
            .is_some_and(|stem| stem.last().is_some_and(|b| !is_vowel(*b)))
    });
    let syllabic = word.ends_with(b"lement")
        && word.len().checked_sub(7).is_some_and(|at| !is_vowel(word[at]) && word[at] != b'l');
    silent && !syllabic
}

/// Compounds whose first part ends in a silent e: some-where, home-work.
fn compound(word: &[u8]) -> bool {
    const FIRST: [&[u8]; 9] =
        [b"fore", b"some", b"home", b"time", b"life", b"wire", b"store", b"safe", b"side"];
    word.len() > 6
        && FIRST.iter().any(|first| {
            word.strip_prefix(*first)
                .is_some_and(|rest| rest.first().is_some_and(|b| !is_vowel(*b)))
        })
}

/// re-examine, re-adjust, re-open
fn prefixed(word: &[u8]) -> bool {
    match word.strip_prefix(b"re") {
        Some([b'a', b'c' | b'd' | b'f' | b'r' | b's' | b'l' | b'p', rest @ ..]) => rest.len() >= 4,
        Some([b'e' | b'o', _, ..]) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_are_those_that_are_spoken() {
        for (count, words) in [
            (1, "we you used shared clicked through strength can't don't I eye"),
            (
                2,
                "data easy going table apple purpose didn't couldn't cookie parcel trusted people being",
            ),
            (3, "privacy consider newsletter protection permission processor"),
            (4, "information legitimate advertising authority security"),
            (5, "communicated opportunity unfortunately administration"),
        ] {
            for word in words.split(' ') {
                assert_eq!(syllables(word), count, "{word}");
            }
        }
        for (word, count) in [
            ("opt-in", 2),
            ("GDPR", 4),
            ("2026", 4),
            ("café", 2),
            ("你好", 1),
            ("", 1),
            ("it’s", 1),
        ] {
            assert_eq!(syllables(word), count, "{word}");
        }
    }
}
