//! A text with what the plain-language check says of it, as pages show it.

use plain::{Finding, Language, Place, Severity, check_text};
use web::Look;

/// Characters of a quotation at most.
const QUOTED: usize = 60;

/// A piece of a text; a marked one tells how much its finding weighs.
pub(crate) struct Piece {
    pub text: String,
    /// `info`, `warn`, `danger`, or empty.
    pub kind: &'static str,
}

/// One finding in words. Findings of one rule in one text stand together.
pub(crate) struct Line {
    pub kind: &'static str,
    pub weight: String,
    /// The words it is about, each with friendlier ones.
    pub quotes: Vec<(String, String)>,
    pub measure: String,
    pub why: &'static str,
    pub advice: &'static str,
    pub sources: Vec<String>,
    code: &'static str,
}

/// A text and what was found in it.
pub(crate) struct Checked {
    /// What the text is: “Text”, “Heading”.
    pub label: String,
    /// Language tag of the text.
    pub tag: String,
    pub pieces: Vec<Piece>,
    pub lines: Vec<Line>,
    /// Sentences, length, grade, in words; empty for a short text.
    pub reading: String,
}

/// How much a finding weighs: the kind of badge.
pub(crate) fn kind(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warn",
        Severity::Serious => "danger",
    }
}

/// Checks a text of a language; `None` if it is empty or the language is not known.
pub(crate) fn text(look: &Look, label: String, tag: &str, text: &str) -> Option<Checked> {
    let language = Language::of_tag(tag).filter(|_| !text.trim().is_empty())?;
    let report = check_text(text, language);
    let chars: Vec<char> = text.chars().collect();
    let mut lines: Vec<Line> = Vec::new();
    for finding in &report.findings {
        add(look, &mut lines, finding, &chars);
    }
    lines.sort_by_key(|line| ["danger", "warn", "info"].iter().position(|kind| *kind == line.kind));
    let pieces = pieces(&chars, &report.findings);
    let reading = reading(look, language, &report.reading);
    Some(Checked { label, tag: tag.to_owned(), pieces, lines, reading })
}

/// Findings about how a choice is put, in lines.
pub(crate) fn lines(
    look: &Look,
    findings: &[Finding],
    words: impl Fn(Place) -> String,
) -> Vec<Line> {
    let mut lines = Vec::new();
    for finding in findings {
        let chars: Vec<char> = words(finding.place).chars().collect();
        add(look, &mut lines, finding, &chars);
    }
    lines
}

fn add(look: &Look, lines: &mut Vec<Line>, finding: &Finding, chars: &[char]) {
    let quote = (quoted(chars, finding), finding.instead.unwrap_or_default().to_owned());
    if let Some(known) = lines.iter_mut().find(|line| line.code == finding.code) {
        if !quote.0.is_empty() && !known.quotes.contains(&quote) {
            known.quotes.push(quote);
        }
        return;
    }
    let zh = look.zh();
    lines.push(Line {
        kind: kind(finding.severity),
        weight: look.t(&format!("plain-{}", finding.severity.as_str())),
        quotes: Some(quote).filter(|quote| !quote.0.is_empty()).into_iter().collect(),
        measure: finding.measure.filter(|_| finding.place == Place::Text).map_or_else(
            String::new,
            |n| {
                if n.fract() == 0.0 { format!("{n:.0}") } else { format!("{n:.1}") }
            },
        ),
        why: finding.why(zh),
        advice: finding.advice(zh),
        sources: finding.sources().map(|source| source.name(zh).to_owned()).collect(),
        code: finding.code,
    });
}

/// The words of a finding, cut where they are long.
fn quoted(chars: &[char], finding: &Finding) -> String {
    // The level of a text is about all of it.
    if finding.code.ends_with("hard-to-read") {
        return String::new();
    }
    let words = chars.get(finding.start..finding.end).unwrap_or_default();
    let mut quote: String = words.iter().take(QUOTED).collect();
    if words.len() > QUOTED {
        quote.push('…');
    }
    quote
}

/// The text cut at its marks. What spans whole sentences is told in the list and not marked.
fn pieces(chars: &[char], findings: &[Finding]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = 0;
    let mut push = |from: usize, to: usize, kind| {
        if from < to {
            pieces.push(Piece { text: chars[from..to].iter().collect(), kind });
        }
    };
    for finding in findings.iter().filter(|finding| finding.measure.is_none()) {
        if finding.start < at {
            continue;
        }
        push(at, finding.start, "");
        push(finding.start, finding.end, kind(finding.severity));
        at = finding.end;
    }
    push(at, chars.len(), "");
    pieces
}

fn reading(look: &Look, language: Language, reading: &plain::Reading) -> String {
    // Of a heading or a single short sentence numbers tell nothing.
    if reading.sentences < 2 && reading.words < 20 {
        return String::new();
    }
    let words = match language {
        Language::English => "plain-words",
        Language::Chinese => "plain-characters",
    };
    let mut told = vec![
        look.tn("plain-sentences", reading.sentences),
        look.tn(words, reading.words),
        look.t1("plain-mean", "n", format!("{:.0}", reading.mean)),
    ];
    if let Some((grade, ease)) = reading.grade.zip(reading.ease) {
        told.push(look.t1("plain-grade", "n", format!("{grade:.1}")));
        told.push(look.t1("plain-ease", "n", format!("{ease:.0}")));
    }
    told.join(" · ")
}
