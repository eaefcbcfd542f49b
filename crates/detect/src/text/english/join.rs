//! Of the grammars' and the tagger's overlapping findings one stands.
//!
//! 1. An address that is sure by its form, a title, a firm with its legal form: forms beat guesses, and
//!    the tagger's addresses stand only where nothing else does.
//! 2. The longer of two names of which one is inside the other: `Czech Republic`, not `Czech`.
//! 3. Otherwise the higher score.

use super::super::{Kind, Span};
use crate::Entity;

/// Joins the findings of one block: those from `from` on, which end up in order without overlaps.
pub fn join(text: &str, found: &mut Vec<Span>, from: usize) {
    if found.len() - from < 2 {
        return;
    }
    let mut spans: Vec<Span> = found.drain(from..).collect();
    trim_titles(text, &mut spans);
    agree(&mut spans);
    drop_weak(text, &mut spans);
    spans.sort_by(|a, b| {
        sure_form(b)
            .cmp(&sure_form(a))
            .then(b.score.total_cmp(&a.score))
            .then((b.end - b.start).cmp(&(a.end - a.start)))
            .then(a.start.cmp(&b.start))
    });
    let mut kept: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        // In order and without overlaps, so that what clashes stands side by side.
        let first = kept.partition_point(|k| k.end <= span.start);
        let count = kept[first..].iter().take_while(|k| k.start < span.end).count();
        if kept[first..first + count].iter().all(|narrow| holds(&span, narrow)) {
            kept.splice(first..first + count, [span]);
        }
    }
    found.append(&mut kept);
}

/// Where a grammar and the tagger find the same, the grammar's rule stands with the surer score.
fn agree(spans: &mut Vec<Span>) {
    let tagged: Vec<Span> = spans.iter().filter(|s| s.rule == "tagger").cloned().collect();
    let mut agreed = Vec::new();
    for span in spans.iter_mut().filter(|s| s.rule != "tagger") {
        let same = tagged
            .iter()
            .find(|t| t.start == span.start && t.end == span.end && t.kind == span.kind);
        if let Some(same) = same {
            span.score = span.score.max(same.score);
            agreed.push((same.start, same.end));
        }
    }
    spans.retain(|s| s.rule != "tagger" || !agreed.contains(&(s.start, s.end)));
}

/// A rank that is also a word (`King`, `General`) is a title only before a person; and what the tagger
/// itself holds for unlikely is left out.
fn drop_weak(text: &str, spans: &mut Vec<Span>) {
    let people: Vec<usize> =
        spans.iter().filter(|s| s.kind == Kind::Known(Entity::Person)).map(|s| s.start).collect();
    spans.retain(|s| match s.kind {
        Kind::Known(Entity::Title) if s.rule == "title" && s.score < 0.75 => {
            let rest = &text[s.end..];
            let next = text.len() - rest.trim_start_matches([' ', '.']).len();
            people.contains(&next)
        }
        Kind::Known(Entity::Nrp) if s.rule == "tagger" => s.score >= 0.6,
        _ => s.rule != "tagger" || s.score >= 0.5,
    });
}

/// How far the form alone decides. What the tagger says of addresses only fills gaps: the grammar knows
/// where one starts and ends.
fn sure_form(span: &Span) -> u8 {
    let Kind::Known(entity) = span.kind else { return 0 };
    if span.rule == "tagger" {
        return if entity == Entity::StreetAddress { 0 } else { 2 };
    }
    match (entity, span.rule) {
        (Entity::StreetAddress, _) if span.score >= 0.75 => 5,
        (Entity::TradeUnion | Entity::ZipCode, _) | (Entity::Title, "title") => 5,
        (Entity::Organization, "legal_form")
        | (Entity::Location, "address_line")
        | (Entity::Age | Entity::Title, _) => 4,
        _ => 2,
    }
}

/// The wider name stands instead of the narrower one that it holds.
fn holds(wide: &Span, narrow: &Span) -> bool {
    let inside = wide.start <= narrow.start && narrow.end <= wide.end && sure_form(narrow) <= 2;
    let name = matches!(
        wide.kind,
        Kind::Known(
            Entity::Location | Entity::Organization | Entity::Person | Entity::StreetAddress
        )
    );
    let part = matches!(
        narrow.kind,
        Kind::Known(Entity::Nrp | Entity::Location | Entity::Health | Entity::Person)
    );
    inside && name && part && sure_form(wide) >= 2 && wide.score + 0.35 >= narrow.score
}

/// `Mr. Okafor` as a person loses the title, which is a finding of its own.
fn trim_titles(text: &str, spans: &mut [Span]) {
    let titles: Vec<(usize, usize)> = spans
        .iter()
        .filter(|s| s.kind == Kind::Known(Entity::Title))
        .map(|s| (s.start, s.end))
        .collect();
    for span in spans.iter_mut().filter(|s| s.kind == Kind::Known(Entity::Person)) {
        for (start, end) in &titles {
            if *start <= span.start && span.start < *end && *end < span.end {
                let rest = &text[*end..span.end];
                span.start = span.end - rest.trim_start().len();
            } else if span.start < *start && *start < span.end && span.end <= *end {
                let rest = &text[span.start..*start];
                span.end = span.start + rest.trim_end_matches([' ', ',']).len();
            }
        }
    }
}
