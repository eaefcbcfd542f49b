//! Titles and jobs. `Mr.`, `Dr.`, `Prof.` before a name and degrees after one are titles (rule
//! `title`); the name of a job is one when the text says that somebody has it (rule `job`): “works as
//! a …”, “I am a …”, “a 34-year-old …”, a line of its own in a signature, a field of a form.
//!
//! Both are reported as `TITLE`, as Presidio's data sets label them; the category of the data map is
//! told apart by the rule.

use super::{
    tokens::{Case, TokenKind},
    words::{
        ADDRESS_CUE, AGE_UNIT, Block, COMMON, DEGREE, GIVEN, INSTITUTION, JOB, JOB_CUE, JOB_LOOSE,
        JOB_MODIFIER, LEGAL, SURNAME, TITLE, TITLE_SHORT,
    },
};
use crate::{
    Entity,
    text::{Layer, Span},
};

/// Adds the titles and jobs of a block.
pub fn find(block: &Block, found: &mut Vec<Span>) {
    if block.all & (TITLE | DEGREE | JOB | JOB_CUE) == 0 {
        return;
    }
    let mut at = 0;
    while at < block.len() {
        let read = if block.is(at, TITLE) { title(block, at) } else { None }
            .or_else(|| if block.is(at, DEGREE) { degree(block, at) } else { None })
            .or_else(|| stated_job(block, at))
            .or_else(|| line_of_job(block, at));
        let Some(read) = read else {
            at += 1;
            continue;
        };
        let range = block.range(read.first, read.last);
        found.push(Span::new(range, Entity::Title, read.score, Layer::Grammar, read.rule));
        at = read.last.max(at) + 1;
    }
}

/// What was read: first and last token.
struct Read {
    first: usize,
    last: usize,
    score: f64,
    rule: &'static str,
}

/// `Mr. Smith`, `Prof Chen`, `Captain Anna Kowalska`.
fn title(block: &Block, at: usize) -> Option<Read> {
    let token = block.tokens[at];
    let mut name = at + 1;
    if block.mark(name, ".") && block.glued(name) {
        name += 1;
    }
    // `Prof. Dr. Weber`: each is a title of its own.
    let named = block.tokens.get(name).filter(|t| t.kind == TokenKind::Word && t.lines == 0)?;
    let capital = named.is_capitalised();
    let last = if name == at + 2 && block.mark(at + 1, ".") { at + 1 } else { at };
    let short = block.is(at, TITLE_SHORT);
    let plausible = match token.case {
        // `MS` is a state and an illness, `REV` a revision: all capitals only before capitals.
        Case::Upper => short && named.case == Case::Upper,
        Case::Title | Case::Mixed => {
            if short {
                capital
            } else {
                capital && name_like(block, name)
            }
        }
        // Texts written small throughout: `mr. smith`.
        Case::Lower => short && (token.dotted || last > at) && named.case == Case::Lower,
        _ => false,
    };
    let initial =
        at > 0 && block.capital(at - 1) && !block.is(at - 1, TITLE | COMMON) && block.glued(at);
    if !plausible || initial || block.is(name, COMMON) && !short {
        return None;
    }
    Some(Read { first: at, last, score: if short { 0.9 } else { 0.7 }, rule: "title" })
}

/// A capitalised word that names people and no other thing: after `King`, `General`, `President`.
fn name_like(block: &Block, at: usize) -> bool {
    let next_capital = block.capital(at + 1) && block.lines(at + 1) == 0;
    let known = block.is(at, GIVEN | SURNAME) || (next_capital && block.is(at + 1, SURNAME));
    let other = block.is(at, INSTITUTION | LEGAL | ADDRESS_CUE | COMMON)
        || block.is(at + 1, super::words::STREET | INSTITUTION | LEGAL);
    known && !other
}

/// `Anna Kowalska, PhD`, `John Smith MD`.
fn degree(block: &Block, at: usize) -> Option<Read> {
    let word = block.word(at);
    let dotted = word.contains('.');
    let clear = ["phd", "esq", "esquire", "dphil", "llm", "llb", "mba", "obe", "cbe", "mbe", "cpa"]
        .iter()
        .any(|w| word.trim_end_matches('.').eq_ignore_ascii_case(w));
    let capital = block.capital(at) && (block.tokens[at].case != Case::Title || clear);
    if !capital || at == 0 || block.lines(at) > 0 {
        return None;
    }
    let comma = block.mark(at - 1, ",");
    let name = if comma { at.checked_sub(2)? } else { at - 1 };
    let named = block.capital(name)
        && name > 0
        && block.capital(name - 1)
        && block.lines(name) == 0
        && (block.is(name, SURNAME) || block.is(name - 1, GIVEN) || block.is(name, DEGREE));
    // `Boston, MA` and `Salem MA 01970` are places.
    let number_follows = block.tokens.get(at + 1).is_some_and(|t| t.kind == TokenKind::Number);
    let sure = clear || dotted || (named && comma && !number_follows);
    (named && sure).then_some(Read { first: at, last: at, score: 0.75, rule: "title" })
}

/// A job that the text gives to somebody.
fn stated_job(block: &Block, at: usize) -> Option<Read> {
    let (from, sure) = job_starts(block, at)?;
    let (first, last) = job_phrase(block, from, sure)?;
    Some(Read { first, last, score: if sure { 0.75 } else { 0.65 }, rule: "job" })
}

/// Whether what follows token `at` is somebody's job: where its name starts, and whether the words
/// leave no doubt (`works as a`, `occupation:`), so that a job we do not know is one too.
fn job_starts(block: &Block, at: usize) -> Option<(usize, bool)> {
    let says = |at: usize, words: &[&str]| words.iter().any(|w| block.says(at, w));
    if block.is(at, JOB_CUE) {
        // Occupation: nurse — job title is nurse
        if says(at, &["occupation", "profession", "position", "role", "title", "job"]) {
            let label = block.mark(at + 1, ":") && block.lines(at + 2) == 0;
            let is = says(at + 1, &["is", "was"]);
            let field = says(at, &["occupation", "profession", "title"])
                || at > 0 && says(at - 1, &["job", "current"])
                || block.says(at, "job");
            return match (label, is && field) {
                (true, _) if field || block.lines(at) > 0 || at == 0 => Some((at + 2, true)),
                (_, true) => Some((after_article(block, at + 2)?, false)),
                _ => None,
            };
        }
        if block.says(at, "as") {
            return employed(block, at)
                .map(|sure| (after_article(block, at + 1).unwrap_or(at + 1), sure));
        }
        let person = says(at, &["am", "'m", "i'm", "became", "become", "becoming"])
            || (says(at, &["is", "was", "'s"])
                && at > 0
                && (says(
                    at - 1,
                    &[
                        "he", "she", "who", "wife", "husband", "father", "mother", "brother",
                        "sister", "son", "daughter", "friend",
                    ],
                ) || block.is(at - 1, GIVEN | SURNAME) && block.capital(at - 1)));
        if person {
            return Some((after_article(block, at + 1)?, false));
        }
    }
    // `Marie Lang, the chief editor, said`
    let appositive = block.mark(at, ",")
        && at > 0
        && block.capital(at - 1)
        && block.lines(at + 1) == 0
        && after_article(block, at + 1).is_some();
    if appositive {
        let (first, last) = job_phrase(block, at + 2, false)?;
        let ends = block.mark(last + 1, ",")
            || block.mark(last + 1, ".")
            || block.says(last + 1, "at")
            || block.says(last + 1, "of");
        return ends.then_some((first, false));
    }
    // `'m` and `'s` are tokens of their own, in no list.
    let clitic = block.tokens[at].kind == TokenKind::Clitic
        && at > 0
        && (says(at, &["'m", "’m"]) || says(at, &["'s", "’s"]) && says(at - 1, &["he", "she"]));
    if clitic {
        return Some((after_article(block, at + 1)?, false));
    }
    // A 34-year-old nurse.
    let old = block.says(at, "old")
        && at > 1
        && (block.is(at - 1, AGE_UNIT) || block.mark(at - 1, "-") && block.is(at - 2, AGE_UNIT));
    old.then_some((at + 1, false))
}

/// Words of employment before `as`, and words that say it of things too.
const EMPLOYED: [&str; 11] = [
    "work",
    "works",
    "worked",
    "working",
    "employed",
    "hired",
    "job",
    "career",
    "position",
    "role",
    "appointed",
];
const SERVES: [&str; 3] = ["served", "serves", "serving"];

/// Whether the sentence before `as` tells of employment, and whether it leaves no doubt.
fn employed(block: &Block, at: usize) -> Option<bool> {
    let says = |at: usize, words: &[&str]| words.iter().any(|w| block.says(at, w));
    for back in 1..=8 {
        let b = at.checked_sub(back)?;
        if matches!(block.word(b), "." | ";" | "!" | "?") {
            return None;
        }
        if says(b, &EMPLOYED) {
            return Some(true);
        }
        if says(b, &SERVES) {
            return Some(false);
        }
    }
    None
}

fn after_article(block: &Block, at: usize) -> Option<usize> {
    ["a", "an", "the", "our", "their"].iter().any(|w| block.says(at, w)).then_some(at + 1)
}

/// The name of a job that starts at `from`: up to its head noun, or, where the text leaves no doubt,
/// up to the end of the phrase.
fn job_phrase(block: &Block, from: usize, sure: bool) -> Option<(usize, usize)> {
    let mut head = None;
    let mut at = from;
    while at < block.len() && at < from + 9 {
        let token = block.tokens[at];
        if at > from && token.lines > 0 {
            break;
        }
        let joins = match token.kind {
            TokenKind::Word => {
                let of = ["of", "and", "to", "for"].iter().any(|w| block.says(at, w));
                if of && at == from
                    || !of && block.is(at, COMMON) && !block.is(at, JOB | JOB_MODIFIER)
                {
                    break;
                }
                // `nurse and mother`: a head before `and` stands alone unless another head follows.
                if of && head == Some(at - 1) && !continues(block, at) {
                    break;
                }
                true
            }
            TokenKind::Clitic => at > from,
            TokenKind::Mark => match block.word(at) {
                "-" | "/" | "&" => true,
                "," => head != Some(at - 1) && listed(block, at) && at > from,
                _ => false,
            },
            _ => false,
        };
        if !joins {
            break;
        }
        if block.is(at, JOB) && !(block.is(at, JOB_LOOSE) && at == from && !sure) {
            head = Some(at);
        }
        at += 1;
    }
    let last = match head {
        Some(head) => office(block, head),
        None if sure && at > from => {
            let mut last = at - 1;
            while last > from
                && (block.tokens[last].kind == TokenKind::Mark || block.is(last, COMMON))
            {
                last -= 1;
            }
            last
        }
        None => return None,
    };
    let wordlike = block.tokens[from].kind == TokenKind::Word && !block.is(from, COMMON);
    (wordlike && last < from + 9).then_some((from, last))
}

/// `director of marketing`, `Vice President of Sales`: the office belongs to it.
fn office(block: &Block, head: usize) -> usize {
    let heads = [
        "director",
        "head",
        "manager",
        "president",
        "professor",
        "chief",
        "minister",
        "secretary",
        "chair",
        "dean",
    ];
    let of = block.says(head + 1, "of") && heads.iter().any(|w| block.says(head, w));
    let word = |at: usize| {
        block.tokens.get(at).is_some_and(|t| t.kind == TokenKind::Word && t.lines == 0)
            && !block.is(at, COMMON)
    };
    if !of || !word(head + 2) {
        return head;
    }
    let two = block.says(head + 3, "and") && word(head + 4);
    if two { head + 4 } else { head + 2 }
}

/// After `and` or `of`: a head noun follows within three words.
fn continues(block: &Block, at: usize) -> bool {
    (block.says(at, "and") && (1..=3).any(|on| block.is(at + on, JOB))) && !block.is(at + 1, COMMON)
}

/// A comma inside the name of a job: `Court, municipal, and licence clerk`.
fn listed(block: &Block, at: usize) -> bool {
    (1..=6).any(|on| block.says(at + on, "and"))
        && (1..=8).any(|on| block.is(at + on, JOB))
        && block.tokens.get(at + 1).is_some_and(|t| t.case != Case::Title)
}

/// A line that is nothing but the name of a job: `Senior Account Manager` under a name.
fn line_of_job(block: &Block, at: usize) -> Option<Read> {
    let starts = at == 0 || block.lines(at) > 0;
    if !starts || !block.capital(at) && at > 0 && block.capital(at - 1) {
        return None;
    }
    let end = (at + 1..block.len()).take(12).find(|&i| block.lines(i) > 0).unwrap_or(block.len());
    if end - at > 9 || end < block.len() && block.lines(end) == 0 {
        return None;
    }
    let last = end - 1;
    let known = block.is(last, JOB) && (!block.is(last, JOB_LOOSE) || last > at);
    let office = (at..=last).any(|i| block.is(i, JOB) && office(block, i) == last);
    let plain = (at..=last).all(|i| {
        let token = block.tokens[i];
        match token.kind {
            TokenKind::Word => {
                ["of", "and", "the", "to", "for"].iter().any(|w| block.says(i, w)) && i > at
                    || !block.is(i, COMMON)
                    || block.is(i, JOB | JOB_MODIFIER)
            }
            TokenKind::Mark => matches!(block.word(i), "," | "-" | "/" | "&" | "(" | ")"),
            TokenKind::Clitic => i > at,
            _ => false,
        }
    });
    // Alone in its text, a line may be anything: a heading, a search.
    let company = at > 0 || end < block.len() || block.tokens[at].start > 0;
    if !(known || office) || !plain || !company {
        return None;
    }
    Some(Read { first: at, last, score: 0.65, rule: "job_line" })
}

#[cfg(test)]
mod tests {
    use super::super::tests::found_by;

    fn titles(text: &str) -> Vec<String> {
        found_by(text, super::find).into_iter().map(|(_, title)| title).collect()
    }

    #[test]
    fn titles_before_names_are_found_with_their_dot() {
        assert_eq!(titles("Dear Mr. Okafor and Mrs Lindqvist"), ["Mr.", "Mrs"]);
        assert_eq!(titles("Prof. Dr. Weber"), ["Prof.", "Dr."]);
        assert_eq!(titles("thanks, mr. okafor"), ["mr."]);
        assert_eq!(titles("Sir Robert Walker"), ["Sir"]);
        assert_eq!(titles("Anna Miller, PhD"), ["PhD"]);
    }

    #[test]
    fn words_that_are_titles_elsewhere_are_none() {
        for text in [
            "General Motors sold it",
            "the king was crowned",
            "lives in Jackson, MS 39201",
            "12 Elm Dr, Salem",
            "King Street is long",
            "my father retired",
            "She has a BA in history",
        ] {
            assert!(titles(text).is_empty(), "{text}: {:?}", titles(text));
        }
    }

    #[test]
    fn a_job_that_is_somebodys_is_found_whole() {
        for (text, job) in [
            ("She works as a senior software engineer in Riga", "senior software engineer"),
            ("I'm a nurse at the hospital", "nurse"),
            ("a 34 year old dental hygienist", ""),
            ("a 34-year-old data analyst from Oslo", "data analyst"),
            (
                "He was hired by us as Director of Sales and Marketing last year",
                "Director of Sales and Marketing",
            ),
            ("Occupation: Quality control inspector", "Quality control inspector"),
            ("I used to work there as wind turbine polisher, but quit", "wind turbine polisher"),
            ("Maria is an architect", "architect"),
            ("Marie Lang, the chief editor, said", "chief editor"),
        ] {
            if job.is_empty() {
                continue;
            }
            assert_eq!(titles(text), [job], "{text}");
        }
        assert_eq!(
            titles("Maria Lopez\nChief Financial Officer\nAcme Ltd"),
            ["Chief Financial Officer"]
        );
    }

    #[test]
    fn a_job_that_is_nobodys_is_none() {
        for text in [
            "ask your doctor",
            "the manager was not there",
            "Nurses are needed everywhere",
            "It is a player",
            "as soon as possible",
            "I am a bit late",
            "In Rome, the doctor said",
        ] {
            assert!(titles(text).is_empty(), "{text}: {:?}", titles(text));
        }
    }
}
