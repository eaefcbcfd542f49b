//! Which of overlapping results of an analyzer count when a text is anonymised, after presidio-anonymizer
//! 2.2 (`MERGE_SIMILAR_OR_CONTAINED`): overlapping results of one type are one, results within another
//! go, neighbours of one type with only spaces between them are one.

use std::{cmp::Reverse, collections::HashMap};

/// A result by code points.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    pub entity: String,
    pub start: usize,
    pub end: usize,
    pub score: f64,
}

/// The results that count, in order of their start; two may still overlap in part. Where start and end
/// are the same, Presidio's order decides, which follows the order of the results given.
/// `only_spaces(from, to)` says whether that stretch of the text is spaces, at least one.
pub(super) fn merge(
    mut found: Vec<Found>,
    only_spaces: impl Fn(usize, usize) -> bool,
) -> Vec<Found> {
    found.sort_by_key(|one| (one.start, one.end));
    let mut out: Vec<Found> = Vec::with_capacity(found.len());
    for mut one in without_contained(unite(found)) {
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
    // Presidio sorts from the end of the text and leaves equals as they stand; read backwards here.
    out.reverse();
    out.sort_by_key(|one| (one.start, one.end));
    out
}

/// Overlapping results of one type become one, as sure as the surest, where the last of them stood.
fn unite(found: Vec<Found>) -> Vec<Found> {
    let mut open: HashMap<String, usize> = HashMap::new();
    let mut out: Vec<(usize, Found)> = Vec::with_capacity(found.len());
    for (position, one) in found.into_iter().enumerate() {
        match open.get(&one.entity) {
            Some(&at) if out[at].1.end > one.start && one.end > one.start => {
                let (last, whole) = &mut out[at];
                *last = position;
                whole.end = whole.end.max(one.end);
                whole.score = whole.score.max(one.score);
            }
            _ => {
                open.insert(one.entity.clone(), out.len());
                out.push((position, one));
            }
        }
    }
    out.sort_by_key(|(position, _)| *position);
    out.into_iter().map(|(_, one)| one).collect()
}

/// Results within another go; of two at the same place the surer stays, the later if they are as sure.
/// The others keep their order.
fn without_contained(found: Vec<Found>) -> Vec<Found> {
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_by(|&a, &b| {
        (found[a].start, Reverse(found[a].end))
            .cmp(&(found[b].start, Reverse(found[b].end)))
            .then(found[a].score.total_cmp(&found[b].score))
    });
    let mut kept: Vec<usize> = Vec::with_capacity(found.len());
    let mut reach = 0;
    for at in order {
        let one = &found[at];
        // All before start earlier or end later: who reaches furthest decides.
        let contained = reach >= one.end && !kept.is_empty();
        reach = reach.max(one.end);
        match kept.last_mut() {
            Some(last) if (found[*last].start, found[*last].end) == (one.start, one.end) => {
                *last = at;
            }
            _ if contained => {}
            _ => kept.push(at),
        }
    }
    kept.sort_unstable();
    let mut found: Vec<Option<Found>> = found.into_iter().map(Some).collect();
    kept.into_iter().filter_map(|at| found[at].take()).collect()
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

    #[derive(serde::Deserialize)]
    struct Vectors {
        text: String,
        cases: Vec<Case>,
    }

    #[derive(serde::Deserialize)]
    struct Case {
        results: Vec<(String, usize, usize, f64)>,
        counted: Vec<(String, usize, usize, f64)>,
    }

    #[test]
    fn ties_and_overlaps_count_as_presidio_itself_counts_them() {
        let vectors: Vectors =
            serde_json::from_str(include_str!("../../../tests/data/presidio_merge.json")).unwrap();
        let spaces = |from: usize, to: usize| {
            vectors
                .text
                .get(from..to)
                .is_some_and(|s| !s.is_empty() && s.bytes().all(|b| b == b' '))
        };
        for case in &vectors.cases {
            let list = case.results.iter().map(|(e, s, t, score)| found(e, *s, *t, *score));

            let mut counted = merge(list.collect(), spaces);
            counted.reverse();

            let counted: Vec<_> = counted
                .into_iter()
                .map(|one| (one.entity, one.start, one.end, one.score))
                .collect();
            assert_eq!(counted, case.counted, "{:?}", case.results);
        }
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
