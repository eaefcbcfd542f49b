//! Sentences and words, with their bytes.

use std::ops::Range;

use super::forms;

/// A sentence: where its words stand.
#[derive(Debug, Default)]
pub struct Sentence {
    /// Bytes of each word.
    pub words: Vec<Range<usize>>,
}

/// The sentences of a text. A full stop ends one unless it belongs to an abbreviation or a number; so do
/// an empty line, a line that ends without going on, and the items of a list.
pub fn sentences(text: &str) -> Vec<Sentence> {
    let mut out = Vec::new();
    let mut now = Sentence::default();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if is_letter(c) {
            let mut end = at + c.len_utf8();
            while let Some(&(next, c)) = chars.peek() {
                let rest = &text[next + c.len_utf8()..];
                let goes_on = rest.starts_with(is_letter);
                if !(is_letter(c) || (matches!(c, '\'' | '’' | '-' | '.' | '@') && goes_on)) {
                    break;
                }
                end = next + c.len_utf8();
                chars.next();
            }
            now.words.push(at..end);
            continue;
        }
        let ends = match c {
            '!' | '?' | '。' | '！' | '？' | '•' | '▪' | '●' => true,
            '.' => stops(text, at, &now),
            '\n' => breaks(&text[at + 1..]),
            _ => false,
        };
        if ends && !now.words.is_empty() {
            out.push(std::mem::take(&mut now));
        }
    }
    if !now.words.is_empty() {
        out.push(now);
    }
    out
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// A full stop that ends a sentence: not that of an abbreviation before a small letter or figure.
fn stops(text: &str, at: usize, now: &Sentence) -> bool {
    let last = now.words.last().filter(|word| word.end == at).map(|word| &text[word.clone()]);
    let Some(last) = last else { return true };
    let lower = last.to_ascii_lowercase();
    let short = forms().abbreviations.contains(lower.as_str())
        || last.len() == 1 && last.starts_with(char::is_uppercase);
    if !short {
        return true;
    }
    // “etc.” may end a sentence: then a capital follows.
    let after = text[at + 1..].trim_start_matches([' ', ')', '"', '”']);
    let capital = after.starts_with(char::is_uppercase);
    let titles = ["mr", "mrs", "ms", "dr", "prof", "st", "no", "art", "arts", "sec", "vs"];
    after.is_empty() || capital && !titles.contains(&lower.as_str()) && last.len() > 1
}

/// A line end that ends a sentence: an empty line, an item of a list or a heading comes next.
fn breaks(after: &str) -> bool {
    let next = after.trim_start_matches([' ', '\t', '\r']);
    next.is_empty()
        || next.starts_with(['\n', '-', '*', '•', '#', '>'])
        || next.starts_with(|c: char| c.is_ascii_digit())
            && next.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with(['.', ')'])
        || next.starts_with(char::is_uppercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(text: &str) -> Vec<usize> {
        sentences(text).iter().map(|sentence| sentence.words.len()).collect()
    }

    #[test]
    fn sentences_end_where_a_reader_would_end_them() {
        for (text, expected) in [
            ("We keep it. You own it!", vec![3, 3]),
            ("We use e.g. cookies. They help.", vec![4, 2]),
            ("Mr. Smith of Acme Inc. has it.", vec![7]),
            ("It costs 3.50 euros. Pay now.", vec![4, 2]),
            ("See Art. 6 of the law.", vec![6]),
            ("We collect:\n- your name\n- your e-mail", vec![2, 2, 2]),
            ("A line\nthat goes on. And\n\nanother", vec![5, 1, 1]),
            ("names, etc. We keep them.", vec![2, 3]),
            ("Don't worry… it's fine", vec![4]),
            ("", vec![]),
        ] {
            assert_eq!(lengths(text), expected, "{text}");
        }
    }
}
