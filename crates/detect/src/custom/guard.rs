//! Lets only patterns pass that cannot hurt: small, selective, and fast on texts made to slow them.

use std::time::Instant;

use regex::{Regex, RegexBuilder};
use regex_syntax::{
    ParserBuilder,
    hir::{Capture, Class, ClassUnicodeRange, Hir, HirKind, Look, Repetition},
};

use super::{
    error::Problem,
    find::{Finder, MATCH_MAX},
};

/// Characters of a pattern at most.
const PATTERN_MAX: usize = 1_000;
/// Repetitions, those inside each other multiplied.
const REPEAT_MAX: u32 = 1_000;
/// Groups inside each other.
const NEST_MAX: u32 = 40;
/// Bytes of the compiled pattern.
const COMPILED_MAX: usize = 1 << 20;
/// Share of ordinary text that may match, in percent; context words excuse more.
const SHARE_MAX: usize = 15;
const SHARE_MAX_IN_CONTEXT: usize = 50;
/// Nanoseconds a byte on hostile text.
const SLOW: u32 = 400;
/// Bytes of each hostile text, and how many of them.
const HOSTILE: usize = 4 << 10;
const HOSTILE_TEXTS: usize = 14;

/// Ordinary sentences without a number that anybody would look for.
const ORDINARY: [&str; 2] = [
    "Thank you for your message. The team met on Tuesday to talk about the new garden behind the \
     library, and most of us liked the second plan better than the first. We will plant 12 trees, two \
     long rows of herbs and a hedge; the old well stays where it is. If the weather holds, work starts \
     after Easter and should take about 3 weeks. Bring gloves, good shoes and something to drink. \
     Questions? Ask at the desk near the door, or write on the board in the hall.",
    "谢谢您的来信。大家星期二开会讨论了图书馆后面的新花园，多数人更喜欢第二个方案。我们打算种12棵树、\
     两排香草和一道树篱，老井保持原样。如果天气好，春节以后开工，大约需要3个星期。请带上手套、结实的鞋子\
     和饮用水。有问题可以到门口的服务台询问，也可以写在大厅的留言板上。",
];

/// Compiles a pattern that is safe to use. `examples` are texts it should match: what looks like them
/// is what would slow it; `timed`: try that.
pub(super) fn compile(
    pattern: &str,
    in_context: bool,
    examples: &[String],
    timed: bool,
) -> Result<Finder, Problem> {
    if pattern.chars().count() > PATTERN_MAX {
        return Err(Problem::TooLong { most: PATTERN_MAX });
    }
    let parsed = ParserBuilder::new()
        .nest_limit(NEST_MAX)
        .build()
        .parse(pattern)
        .map_err(|error| Problem::Syntax(what(&error)))?;
    let hir = with_plain_borders(parsed);
    if hir.properties().minimum_len().unwrap_or(0) == 0 {
        return Err(Problem::Empty);
    }
    if repeats(&hir, 1) > REPEAT_MAX {
        return Err(Problem::Repetition { most: REPEAT_MAX });
    }
    let finder = build(&hir)?;
    let most = if in_context { SHARE_MAX_IN_CONTEXT } else { SHARE_MAX };
    let percent = share_of_ordinary(&finder);
    if percent > most {
        return Err(Problem::Everything { percent: percent.min(100) as u8 });
    }
    if !timed {
        return Ok(finder);
    }
    let nanos = hostile(&hir, examples).iter().map(|text| nanos_a_byte(&finder, text)).max();
    match nanos {
        Some(nanos) if nanos > SLOW => Err(Problem::Slow { nanos, most: SLOW }),
        _ => Ok(finder),
    }
}

fn build(hir: &Hir) -> Result<Finder, Problem> {
    let compiled = |pattern: &str| -> Result<Regex, Problem> {
        RegexBuilder::new(pattern)
            .size_limit(COMPILED_MAX)
            .dfa_size_limit(COMPILED_MAX)
            .nest_limit(NEST_MAX + 2)
            .build()
            .map_err(|error| match error {
                regex::Error::CompiledTooBig(_) => Problem::TooLarge,
                other => Problem::Syntax(other.to_string()),
            })
    };
    let regex = compiled(&hir.to_string())?;
    let group = |name| regex.capture_names().position(|own| own == Some(name));
    let longest = hir.properties().maximum_len();
    Ok(Finder {
        whole: compiled(&format!(r"\A(?:{hir})\z"))?,
        bounded: longest.is_some_and(|longest| longest <= MATCH_MAX),
        value: group("value"),
        check: group("check"),
        regex,
    })
}

/// The parser's reason without its drawing of the pattern.
fn what(error: &regex_syntax::Error) -> String {
    match error {
        regex_syntax::Error::Parse(error) => {
            format!("{} (character {})", error.kind(), error.span().start.offset + 1)
        }
        regex_syntax::Error::Translate(error) => error.kind().to_string(),
        other => other.to_string(),
    }
}

/// `\b` becomes the border of ASCII words: a number right after a Chinese character begins there, and
/// the fast engine, which knows no other border, can be used.
fn with_plain_borders(hir: Hir) -> Hir {
    match hir.into_kind() {
        HirKind::Look(Look::WordUnicode) => Hir::look(Look::WordAscii),
        HirKind::Look(Look::WordStartUnicode) => Hir::look(Look::WordStartAscii),
        HirKind::Look(Look::WordEndUnicode) => Hir::look(Look::WordEndAscii),
        HirKind::Repetition(Repetition { sub, min, max, greedy }) => {
            let sub = Box::new(with_plain_borders(*sub));
            Hir::repetition(Repetition { sub, min, max, greedy })
        }
        HirKind::Capture(Capture { sub, index, name }) => {
            let sub = Box::new(with_plain_borders(*sub));
            Hir::capture(Capture { sub, index, name })
        }
        HirKind::Concat(parts) => Hir::concat(parts.into_iter().map(with_plain_borders).collect()),
        HirKind::Alternation(parts) => {
            Hir::alternation(parts.into_iter().map(with_plain_borders).collect())
        }
        HirKind::Literal(literal) => Hir::literal(literal.0),
        HirKind::Class(class) => Hir::class(class),
        HirKind::Look(look) => Hir::look(look),
        HirKind::Empty => Hir::empty(),
    }
}

/// The highest count of repetitions, those inside each other multiplied.
fn repeats(hir: &Hir, outer: u32) -> u32 {
    match hir.kind() {
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min).max(1);
            repeats(&repetition.sub, outer.saturating_mul(times))
        }
        HirKind::Capture(capture) => repeats(&capture.sub, outer),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().map(|part| repeats(part, outer)).max().unwrap_or(outer)
        }
        _ => outer,
    }
}

/// Percent of the bytes of ordinary text that match, in the language where it is more.
fn share_of_ordinary(finder: &Finder) -> usize {
    let share = |text: &str| {
        let mut matched = 0;
        finder.each(text, |place, _| matched += place.len());
        matched * 100 / text.len()
    };
    ORDINARY.iter().map(|text| share(text)).max().unwrap_or(0)
}

/// Texts made to slow a pattern: endless runs of the characters it is made of, and examples that
/// break off at their end, over and over.
fn hostile(hir: &Hir, examples: &[String]) -> Vec<String> {
    let mut letters = Letters::default();
    letters.collect(hir, false);
    let (all, repeated) = (sorted(letters.all), sorted(letters.repeated));
    let mut seeds: Vec<String> = Vec::new();
    for example in examples.iter().take(2) {
        let mut broken = example.clone();
        broken.pop();
        seeds.extend([format!("{example} "), example.clone(), broken]);
    }
    seeds.push(all.iter().collect());
    seeds.extend([shuffled(&all), shuffled(&repeated)]);
    seeds.extend(all.iter().map(char::to_string));
    seeds.extend(["0", "a", "字", "0a-"].map(str::to_owned));
    seeds.retain(|seed| !seed.is_empty());
    seeds.truncate(HOSTILE_TEXTS);
    seeds.iter().map(|seed| seed.repeat(HOSTILE.div_ceil(seed.len()))).collect()
}

/// The characters in no order: what drives an automaton through all of its states.
fn shuffled(chars: &[char]) -> String {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut pick = || {
        // Xorshift: the same text every time.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        chars.get(state as usize % chars.len().max(1))
    };
    std::iter::from_fn(|| pick().copied()).take(HOSTILE / 2).collect()
}

fn sorted(mut chars: Vec<char>) -> Vec<char> {
    chars.sort_unstable();
    chars.dedup();
    chars
}

/// Characters that parts of a pattern match, one or two of each.
#[derive(Default)]
struct Letters {
    all: Vec<char>,
    /// Of parts that repeat.
    repeated: Vec<char>,
}

impl Letters {
    fn collect(&mut self, hir: &Hir, repeated: bool) {
        let mut own: Vec<char> = Vec::new();
        match hir.kind() {
            HirKind::Literal(literal) => {
                let text = String::from_utf8_lossy(&literal.0);
                own.extend(text.chars().next());
                own.extend(text.chars().next_back());
            }
            HirKind::Class(Class::Unicode(class)) => {
                own.extend(class.ranges().first().map(ClassUnicodeRange::end));
                own.extend(class.ranges().last().map(ClassUnicodeRange::start));
                // `[ab]` is one range: its other end makes the difference.
                own.extend(class.ranges().first().map(ClassUnicodeRange::start));
            }
            HirKind::Class(Class::Bytes(class)) => {
                own.extend(class.ranges().first().map(|range| char::from(range.end())));
            }
            HirKind::Repetition(repetition) => self.collect(&repetition.sub, true),
            HirKind::Capture(capture) => self.collect(&capture.sub, repeated),
            HirKind::Concat(parts) | HirKind::Alternation(parts) => {
                for part in parts {
                    self.collect(part, repeated);
                }
            }
            HirKind::Empty | HirKind::Look(_) => {}
        }
        if repeated {
            self.repeated.extend(&own);
        }
        self.all.extend(own);
    }
}

/// How long the search takes, the best of some tries: other programs on the machine cost time too.
fn nanos_a_byte(finder: &Finder, text: &str) -> u32 {
    let mut best = u32::MAX;
    for _ in 0..5 {
        let started = Instant::now();
        let mut found = 0_usize;
        finder.each(text, |place, _| found += place.len());
        std::hint::black_box(found);
        let nanos = started.elapsed().as_nanos() / text.len() as u128;
        best = best.min(u32::try_from(nanos).unwrap_or(u32::MAX));
        if best <= SLOW / 4 {
            break;
        }
    }
    best
}
