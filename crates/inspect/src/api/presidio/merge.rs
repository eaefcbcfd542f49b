//! Which of overlapping results of an analyzer count when a text is anonymised, after presidio-anonymizer
//! 2.2 (`MERGE_SIMILAR_OR_CONTAINED`): overlapping results of one type are one, results within another
//! go, neighbours of one type with only spaces between them are one.

/// A result by code points.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    pub entity: String,
    pub start: usize,
    pub end: usize,
    pub score: f64,
}

/// The results that count, in order of their start; two may still overlap in part.
/// `only_spaces(from, to)` says whether that stretch of the text is spaces, at least one.
pub(super) fn merge(
    mut found: Vec<Found>,
    only_spaces: impl Fn(usize, usize) -> bool,
) -> Vec<Found> {
    found.sort_by_key(|one| (one.start, one.end));
    let mut found = without_contained(unite(found));
    found.sort_by_key(|one| (one.start, one.end));
    let mut out: Vec<Found> = Vec::with_capacity(found.len());
    for mut one in found {
        if let Some(before) = out.last()
            && before.entity == one.entity
            && before.end < one.start
            && only_spaces(before.end, one.start)
        {
            one.start = before.start;
            out.pop();
        }
        out.push(one);
    }
    out
}

/// Overlapping results of one type become one, as sure as the surest.
fn unite(found: Vec<Found>) -> Vec<Found> {
    let mut open: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
    let mut out: Vec<Found> = Vec::with_capacity(found.len());
    for one in found {
        match open.get(&one.entity) {
            Some(&at) if out[at].end > one.start && one.end > one.start => {
                out[at].end = out[at].end.max(one.end);
                out[at].score = out[at].score.max(one.score);
            }
            _ => {
                open.insert(one.entity.clone(), out.len());
                out.push(one);
            }
        }
    }
    out
}

/// Results within another go; of two at the same place the surer stays, the later if they are as sure.
fn without_contained(mut found: Vec<Found>) -> Vec<Found> {
    found.sort_by(|a, b| {
        (a.start, std::cmp::Reverse(a.end))
            .cmp(&(b.start, std::cmp::Reverse(b.end)))
            .then(a.score.total_cmp(&b.score))
    });
    let mut out: Vec<Found> = Vec::with_capacity(found.len());
    let mut reach = 0;
    for one in found {
        // All before start earlier or end later: who reaches furthest decides.
        let contained = reach >= one.end && !out.is_empty();
        reach = reach.max(one.end);
        match out.last_mut() {
            Some(last) if (last.start, last.end) == (one.start, one.end) => *last = one,
            _ if contained => {}
            _ => out.push(one),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(entity: &str, start: usize, end: usize, score: f64) -> Found {
        Found { entity: entity.to_owned(), start, end, score }
    }

    fn merged(list: &[(&str, usize, usize, f64)], text: &str) -> Vec<(String, usize, usize)> {
        let list = list.iter().map(|(e, s, t, score)| found(e, *s, *t, *score)).collect();
        let spaces = |from: usize, to: usize| text[from..to].bytes().all(|b| b == b' ');
        merge(list, spaces).into_iter().map(|one| (one.entity, one.start, one.end)).collect()
    }

    fn at(entity: &str, start: usize, end: usize) -> (String, usize, usize) {
        (entity.to_owned(), start, end)
    }

    #[test]
    fn results_are_merged_as_presidio_merges_them() {
        let text = "Anna  Smith of London";
        // One type, overlapping; and neighbours with spaces between them.
        assert_eq!(merged(&[("A", 0, 3, 0.5), ("A", 2, 4, 0.6)], text), [at("A", 0, 4)]);
        assert_eq!(merged(&[("A", 0, 4, 0.5), ("A", 6, 11, 0.6)], text), [at("A", 0, 11)]);
        assert_eq!(merged(&[("A", 0, 4, 0.5), ("B", 6, 11, 0.6)], text).len(), 2);
        assert_eq!(merged(&[("A", 6, 11, 0.5), ("A", 15, 21, 0.6)], text).len(), 2);
        // Within another; at the same place.
        assert_eq!(merged(&[("A", 0, 11, 0.1), ("B", 6, 11, 0.9)], text), [at("A", 0, 11)]);
        assert_eq!(merged(&[("A", 0, 4, 0.5), ("B", 0, 4, 0.4)], text), [at("A", 0, 4)]);
        assert_eq!(merged(&[("A", 0, 4, 0.5), ("B", 0, 4, 0.5)], text), [at("B", 0, 4)]);
        // Overlapping in part, of two types: both stay.
        assert_eq!(
            merged(&[("B", 3, 9, 0.5), ("A", 0, 4, 0.5)], text),
            [at("A", 0, 4), at("B", 3, 9)]
        );
    }
}
