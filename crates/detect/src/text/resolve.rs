//! Of overlapping findings one stands.

use super::Span;

/// Keeps the surest of overlapping findings: by layer, then score, then length; in order of place.
pub fn resolve(mut found: Vec<Span>) -> Vec<Span> {
    found.retain(|span| span.end > span.start);
    found.sort_by(|a, b| {
        a.layer
            .cmp(&b.layer)
            .then(b.score.total_cmp(&a.score))
            .then((b.end - b.start).cmp(&(a.end - a.start)))
            .then(a.start.cmp(&b.start))
    });
    // Ordered by start, so that an overlap is found beside the place of insertion.
    let mut kept: std::collections::BTreeMap<usize, Span> = std::collections::BTreeMap::new();
    for span in found {
        let before = kept.range(..span.end).next_back();
        if before.is_none_or(|(_, other)| other.end <= span.start) {
            kept.insert(span.start, span);
        }
    }
    kept.into_values().collect()
}
