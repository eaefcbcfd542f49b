//! Names of people: another name in the same script, for no particular gender. The same surname
//! becomes the same surname wherever it stands, so that a text still hangs together.

use super::{
    Stream, shape,
    words::{han, lists},
};
use crate::{
    lexicon::lexicon,
    words::{has_han, is_han},
};

/// Small words of names that are nobody's own, and forms of address.
const KEPT: [&str; 34] = [
    "de", "del", "della", "di", "da", "dos", "das", "do", "la", "le", "van", "von", "der", "den",
    "ten", "ter", "zu", "zur", "af", "av", "bin", "binti", "al", "el", "y", "mr", "mrs", "ms",
    "miss", "dr", "prof", "sir", "jr", "sr",
];

/// Chinese forms of address after a name.
const ZH_TITLES: [&str; 16] = [
    "先生", "女士", "小姐", "太太", "老师", "医生", "教授", "经理", "主任", "师傅", "同学", "阿姨",
    "大爷", "总", "哥", "姐",
];

/// Another name. `stream` gives the choices for a part of the name.
pub(super) fn person(value: &str, stream: impl Fn(&str, &str) -> Stream) -> String {
    if has_han(value) { chinese(value, &stream) } else { latin(value, &stream) }
}

fn chinese(value: &str, stream: &impl Fn(&str, &str) -> Stream) -> String {
    let mut out = String::new();
    let mut run = String::new();
    for c in value.chars().chain(std::iter::once('\0')) {
        if is_han(c) {
            run.push(c);
            continue;
        }
        if !run.is_empty() {
            out.push_str(&chinese_run(&run, stream));
            run.clear();
        }
        if c != '\0' {
            out.push(shape::other(c, &mut stream("zh-other", value)));
        }
    }
    out
}

fn chinese_run(name: &str, stream: &impl Fn(&str, &str) -> Stream) -> String {
    let title = ZH_TITLES.iter().find(|title| {
        name.strip_suffix(**title).is_some_and(|rest| (1..=3).contains(&rest.chars().count()))
            // 李总 is a title, 王小姐 too; a given name of one character is not taken for one.
            && (title.chars().count() > 1 || name.chars().count() == 2)
    });
    let body = title.map_or(name, |title| &name[..name.len() - title.len()]);
    let compound = lexicon().cn_compound.iter().find(|family| body.starts_with(family.as_str()));
    let first = body.chars().next().map_or(0, char::len_utf8);
    let (family, given) = body.split_at(compound.map_or(first, String::len));
    let mut out = String::new();
    // Longer runs are names written in Chinese sounds: no surname stands first.
    let sounds = body.chars().count() > 4;
    if sounds {
        out.push_str(&han(
            &lists().zh_given,
            family.chars().count(),
            &mut stream("zh-given", family),
        ));
    } else {
        out.push(stream("zh-family", family).pick(&lists().zh_family));
    }
    // A compound surname keeps its length through a given name one longer.
    let missing = if sounds { 0 } else { family.chars().count().saturating_sub(1) };
    let count = given.chars().count() + missing;
    out.push_str(&han(&lists().zh_given, count, &mut stream("zh-given", given)));
    out + title.copied().unwrap_or_default()
}

fn latin(value: &str, stream: &impl Fn(&str, &str) -> Stream) -> String {
    let parts = parts(value);
    let own = |part: &Part| !part.kept;
    let last = parts.iter().rposition(own);
    let several = parts.iter().filter(|part| own(part)).count() > 1;
    // “SMITH, John”: what stands before the comma is the family's.
    let comma = value.find(',').filter(|at| parts.iter().any(|part| part.start > *at && own(part)));
    let mut out = String::new();
    let mut at = 0;
    for (index, part) in parts.iter().enumerate() {
        out.push_str(&value[at..part.start]);
        let word = &value[part.start..part.end];
        at = part.end;
        if part.kept {
            out.push_str(word);
            continue;
        }
        let family = match comma {
            Some(comma) => part.start < comma,
            None => several && Some(index) == last,
        };
        out.push_str(&latin_word(word, family, stream));
    }
    out + &value[at..]
}

struct Part {
    start: usize,
    end: usize,
    kept: bool,
}

/// Runs of letters (with their apostrophes), and which of them stay.
fn parts(value: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut start = None;
    for (at, c) in value.char_indices().chain(std::iter::once((value.len(), ' '))) {
        let inside =
            c.is_alphabetic() || start.is_some() && matches!(c, '\'' | '’' | '\u{300}'..='\u{36f}');
        match (inside, start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                let word = value[from..at].to_lowercase();
                let kept =
                    KEPT.contains(&word.as_str()) || matches!(word.as_str(), "ii" | "iii" | "iv");
                parts.push(Part { start: from, end: at, kept });
                start = None;
            }
            _ => {}
        }
    }
    // A name that is all small words is one: Van.
    if parts.iter().all(|part| part.kept) {
        for part in &mut parts {
            part.kept = false;
        }
    }
    parts
}

fn latin_word(word: &str, family: bool, stream: &impl Fn(&str, &str) -> Stream) -> String {
    let normal = word.to_lowercase();
    let (label, list) =
        if family { ("family", &lists().family) } else { ("given", &lists().given) };
    let mut stream = stream(label, &normal);
    if word.chars().count() == 1 || !word.chars().all(|c| is_latin(c) || !c.is_alphabetic()) {
        // An initial; or a script without a list: Cyrillic for Cyrillic.
        return shape::scramble(word, &mut stream);
    }
    shape::cased_like(word, stream.pick(list))
}

fn is_latin(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
}
