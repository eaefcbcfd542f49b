//! Names of persons: whole, without their titles, and where only the form of a text tells them.

use std::ops::Range;

use super::{
    lists::{FAMILIAR, JOBS, NAME_INTRODUCTIONS, NAME_LABELS, ORGANISATIONS, TITLES},
    tagger::{Part, Word},
};
use crate::{
    Entity,
    lexicon::lexicon,
    text::{Layer, Span},
    words::is_han,
};

/// A name of the word at `at` and of those that a point ties to it: 阿依古丽·买买提, 汤姆-克鲁斯.
pub fn whole_name(text: &str, words: &[Word], at: usize) -> Range<usize> {
    let mut range = words[at].range.clone();
    let mut rest = &words[at + 1..];
    while let [point, next, further @ ..] = rest {
        let tied = point.range.start == range.end && next.range.start == point.range.end;
        let named = matches!(next.part, Part::Person | Part::Proper)
            || (next.part != Part::Mark && is_middle_point(&text[point.range.clone()]));
        let latin = text[range.clone()].is_ascii() && text[next.range.clone()].is_ascii();
        let dash = match &text[point.range.clone()] {
            "-" | "－" => next.part == Part::Person,
            " " => next.part == Part::Person && latin,
            _ => false,
        };
        if !tied || !(dash || named && is_middle_point(&text[point.range.clone()])) {
            break;
        }
        range.end = next.range.end;
        rest = further;
    }
    range
}

fn is_middle_point(piece: &str) -> bool {
    matches!(piece, "·" | "•" | "・" | "‧" | "．" | "･")
}

/// Adds a person's name and, apart, the title or occupation that ends it: 李女士 is 李 and 女士.
/// A bare family name stays with any other title, for only together they name somebody: 王老师, 张总.
pub fn push_person(text: &str, range: Range<usize>, rule: &'static str, found: &mut Vec<Span>) {
    let name = &text[range.clone()];
    // The model takes a number before an address for one now and then.
    if is_title(name) || !name.chars().any(char::is_alphabetic) {
        return;
    }
    let Some((title, entity)) = title_of(name) else {
        found.push(Span::new(range, Entity::Person, 0.85, Layer::Grammar, rule));
        return;
    };
    let end = range.end - title.len();
    found.push(Span::new(range.start..end, Entity::Person, 0.85, Layer::Grammar, rule));
    found.push(Span::new(end..range.end, entity, 0.85, Layer::Grammar, "title"));
}

/// Whether a piece is a title or an occupation and nothing else.
fn is_title(piece: &str) -> bool {
    [TITLES, FAMILIAR, JOBS].iter().any(|titles| titles.contains(&piece))
}

/// The title or occupation that ends a name and is no part of it.
fn title_of(name: &str) -> Option<(&'static str, Entity)> {
    let ending = |titles: &[&'static str]| {
        let fits = |title: &&&str| name.len() > title.len() && name.ends_with(**title);
        titles.iter().filter(fits).max_by_key(|title| title.len()).copied()
    };
    if let Some(title) = ending(TITLES) {
        return Some((title, Entity::Title));
    }
    if let Some(title) = ending(FAMILIAR) {
        let bare = is_surname(&name[..name.len() - title.len()]);
        return (!bare).then_some((title, Entity::Title));
    }
    // 总 is short for an office only behind a bare family name.
    let job = ending(JOBS).filter(|job| *job != "总")?;
    let bare = is_surname(&name[..name.len() - job.len()]);
    (!bare).then_some((job, Entity::JobTitle))
}

/// Family names before a title, where the model saw no name: 请联系李女士. Titles behind a name that
/// was found are added too.
pub fn titled(text: &str, words: &[Word], found: &mut Vec<Span>) {
    for (at, word) in words.iter().enumerate() {
        if word.part == Part::Person {
            continue;
        }
        let piece = &text[word.range.clone()];
        let all = TITLES.iter().chain(FAMILIAR);
        let Some(title) = all.into_iter().find(|title| piece.ends_with(**title)) else { continue };
        let middle = word.range.end - title.len();
        let before = &text[word.range.start..middle];
        let previous = at.checked_sub(1).map(|index| &words[index]);
        let previous = previous.filter(|p| p.range.end == word.range.start);
        let name = match previous {
            _ if is_surname(before) => word.range.start..middle,
            Some(p) if before.is_empty() && p.part == Part::Person => p.range.clone(),
            Some(p) if before.is_empty() && can_be_surname(p.part) => p.range.clone(),
            _ => continue,
        };
        let (bare, known) =
            (is_surname(&text[name.clone()]), text[name.clone()].chars().count() > 1);
        if bare && FAMILIAR.contains(title) {
            let whole = name.start..word.range.end;
            found.push(Span::new(whole, Entity::Person, 0.9, Layer::Grammar, "title"));
        } else if bare || known && previous.is_some_and(|p| p.part == Part::Person) {
            let title = middle..word.range.end;
            found.push(Span::new(name, Entity::Person, 0.8, Layer::Grammar, "title"));
            found.push(Span::new(title, Entity::Title, 0.8, Layer::Grammar, "title"));
        }
    }
}

/// 向老师学习 tells no Mr Xiang: the model saw a preposition, a number or a time.
fn can_be_surname(part: Part) -> bool {
    !matches!(
        part,
        Part::Particle | Part::Number | Part::Time | Part::Measure | Part::Mark | Part::Verb
    )
}

fn is_surname(piece: &str) -> bool {
    let mut chars = piece.chars();
    match (chars.next(), chars.next()) {
        (Some(only), None) => lexicon().cn_surnames.contains(&only),
        _ => lexicon().cn_compound.contains(piece),
    }
}

/// Names that a form's label announces: 收货人：王小明, 我叫李雷.
pub fn labelled(text: &str, found: &mut Vec<Span>) {
    for (at, _) in text.match_indices([':', '：']) {
        let before = text[..at].trim_end_matches([' ', '\t', '）', ')', '*']);
        if !NAME_LABELS.iter().any(|label| before.ends_with(label)) {
            continue;
        }
        let colon = text[at..].chars().next().map_or(1, char::len_utf8);
        let start = at + colon + blanks(&text[at + colon..]);
        if let Some(range) =
            lone_name(text, start).filter(|range| is_name_of_label(&text[range.clone()]))
        {
            found.push(Span::new(range, Entity::Person, 0.95, Layer::Grammar, "label"));
        }
    }
    for label in NAME_INTRODUCTIONS {
        for (at, _) in text.match_indices(label) {
            let after = at + label.len();
            let start = after + blanks(&text[after..]);
            let spoken = matches!(*label, "我叫" | "名叫" | "叫做");
            let Some(range) = lone_name(text, start) else { continue };
            if (spoken || start > after) && is_name_by_form(&text[range.clone()]) {
                found.push(Span::new(range, Entity::Person, 0.9, Layer::Grammar, "label"));
            }
        }
    }
}

/// Names beside a mobile number in a line without sentences: 王小明 13800001234.
pub fn beside_phones(text: &str, found: &mut Vec<Span>) {
    for (at, number) in numbers(text) {
        if number.len() != 11 || !number.starts_with('1') {
            continue;
        }
        let end = at + number.len();
        for range in [lone_name_before(text, at), lone_name(text, end + separators(&text[end..]))] {
            if let Some(range) = range.filter(|range| is_name_by_form(&text[range.clone()])) {
                found.push(Span::new(range, Entity::Person, 0.85, Layer::Grammar, "beside-phone"));
            }
        }
    }
}

/// Runs of digits and where they stand.
fn numbers(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split(|c: char| !c.is_ascii_digit()).filter_map(move |piece| {
        // Pieces lie behind each other, one character that is no digit between them.
        let start = at + text[at..].find(piece).unwrap_or(0);
        at = start + piece.len();
        (!piece.is_empty()).then_some((start, piece))
    })
}

fn blanks(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t', '\u{3000}']).len()
}

fn separators(text: &str) -> usize {
    text.len() - text.trim_start_matches(SEPARATORS).len()
}

const SEPARATORS: [char; 12] =
    [' ', '\t', '\u{3000}', ',', '，', '、', '|', ';', '；', '/', '(', '（'];

/// Two to four Chinese characters (or such with a middle point) that begin at `start` and after
/// which something else follows.
fn lone_name(text: &str, start: usize) -> Option<Range<usize>> {
    let rest = &text[start..];
    let length = rest.find(|c| !(is_han(c) || is_point(c))).unwrap_or(rest.len());
    is_of_name_length(&rest[..length]).then_some(start..start + length)
}

/// The same, ending before `end` or before the separators there.
fn lone_name_before(text: &str, end: usize) -> Option<Range<usize>> {
    let before = text[..end].trim_end_matches(SEPARATORS).trim_end_matches([':', '：']);
    let tail = before.trim_end_matches(|c| is_han(c) || is_point(c));
    is_of_name_length(&before[tail.len()..]).then_some(tail.len()..before.len())
}

fn is_point(c: char) -> bool {
    matches!(c, '·' | '•' | '・' | '‧')
}

fn is_of_name_length(piece: &str) -> bool {
    let length = piece.chars().count();
    let pointed =
        piece.contains(is_point) && !piece.starts_with(is_point) && !piece.ends_with(is_point);
    if pointed {
        (3..=20).contains(&length)
    } else {
        (2..=4).contains(&length) && !piece.contains(is_point)
    }
}

/// Whether the answer behind a label is a name at all.
fn is_name_of_label(piece: &str) -> bool {
    const ANSWERS: [&str; 12] = [
        "不详",
        "保密",
        "未知",
        "匿名",
        "暂无",
        "未填写",
        "同上",
        "男",
        "女",
        "先生",
        "女士",
        "本人",
    ];
    !ANSWERS.contains(&piece)
        && !is_title(piece)
        && !NAME_LABELS.contains(&piece)
        && !ORGANISATIONS.iter().any(|ending| piece.ends_with(ending))
}

/// Whether a piece looks like a name by itself: a family name first, no known other word.
fn is_name_by_form(piece: &str) -> bool {
    let lists = lexicon();
    let first = piece.chars().next();
    let compound =
        piece.char_indices().nth(2).is_some_and(|(at, _)| lists.cn_compound.contains(&piece[..at]));
    let length = piece.chars().count();
    let surname = first.is_some_and(|c| lists.cn_surnames.contains(&c));
    let fits = piece.contains(is_point) || compound || (surname && length <= 3);
    fits && is_name_of_label(piece)
        && !lists.cn_not_names.contains(piece)
        && !lists.cities.contains(piece)
}
