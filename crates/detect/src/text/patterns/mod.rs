//! Everything with a rule and a check, in one pass over the bytes.

mod candidate;
pub mod context;
mod ids;
mod legacy_names;

use candidate::Cutter;

use super::Span;

/// Adds what the patterns find in `text`.
pub fn find(text: &str, spans: &mut Vec<Span>) {
    let bytes = text.as_bytes();
    let mut cutter = Cutter::default();
    let mut at = 0;
    while let Some(ahead) = bytes[at..].iter().position(u8::is_ascii_digit) {
        at = cutter.offer(text, at + ahead, at, |candidate| {
            let span = ids::judge(candidate)?;
            let range = span.start..span.end;
            spans.push(span);
            Some(range)
        });
    }
    ids::labelled(text, spans);
    legacy_names::find(text, spans);
}
