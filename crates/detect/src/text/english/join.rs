//! Of the grammars' and the tagger's overlapping findings one stands.
//!
//! 1. An address that is sure by its form, a title, a firm with its legal form: forms beat guesses.
//! 2. The longer of two names of which one is inside the other: `Czech Republic`, not `Czech`.
//! 3. Otherwise the higher score.

use super::super::{Kind, Layer, Span};
use crate::Entity;

/// Joins the findings of one block: those from `from` on, which end up in order without overlaps.
pub fn join(text: &str, found: &mut Vec<Span>, from: usize) {
    if found.len() - from < 2 {
        return;
    }
    let mut spans: Vec<Span> = found.drain(from..).collect();
    trim_titles(text, &mut spans);
    spans.sort_by(|a, b| {
        sure_form(b)
            .cmp(&sure_form(a))
            .then(b.score.total_cmp(&a.score))
            .then((b.end - b.start).cmp(&(a.end - a.start)))
            .then(a.start.cmp(&b.start))
    });
    let mut kept: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        let mut clashes =
            kept.iter().enumerate().filter(|(_, k)| overlap(k, &span)).map(|(at, _)| at);
        match (clashes.next(), clashes.next()) {
            (None, _) => insert(&mut kept, span),
            (Some(at), None) if holds(&span, &kept[at]) => {
                kept.remove(at);
                insert(&mut kept, span);
            }
            _ => {}
        }
    }
    found.append(&mut kept);
}

fn insert(kept: &mut Vec<Span>, span: Span) {
    let at = kept.partition_point(|k| k.start < span.start);
    kept.insert(at, span);
}

fn overlap(a: &Span, b: &Span) -> bool {
    a.start < b.end && b.start < a.end
}

/// How far the form alone decides.
fn sure_form(span: &Span) -> u8 {
    match (&span.kind, span.rule) {
        // The grammar reads an address to its end, town and postcode included; the tagger only its
        // street.
        (Kind::Known(Entity::StreetAddress), _)
            if span.score >= 0.75 && span.layer != Layer::Model =>
        {
            3
        }
        (Kind::Known(Entity::TradeUnion | Entity::ZipCode), _)
        | (Kind::Known(Entity::Title), "title") => 3,
        (Kind::Known(Entity::Organization), "legal_form") | (_, "address_line") => 2,
        _ => 0,
    }
}

/// The wider name stands instead of the narrower one that it holds.
fn holds(wide: &Span, narrow: &Span) -> bool {
    let inside = wide.start <= narrow.start && narrow.end <= wide.end && sure_form(narrow) < 2;
    let name = |kind: &Kind| {
        matches!(
            kind,
            Kind::Known(
                Entity::Location | Entity::Organization | Entity::Person | Entity::StreetAddress
            )
        )
    };
    let part = matches!(
        narrow.kind,
        Kind::Known(Entity::Nrp | Entity::Location | Entity::Health | Entity::Person)
    );
    inside && name(&wide.kind) && part && wide.score + 0.35 >= narrow.score
}

/// `Mr. Okafor` as a person loses the title, which is a finding of its own.
fn trim_titles(text: &str, spans: &mut [Span]) {
    let titles: Vec<(usize, usize)> = spans
        .iter()
        .filter(|s| s.kind == Kind::Known(Entity::Title))
        .map(|s| (s.start, s.end))
        .collect();
    for span in spans
        .iter_mut()
        .filter(|s| s.kind == Kind::Known(Entity::Person) && s.layer == Layer::Model)
    {
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
