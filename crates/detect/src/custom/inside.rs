//! What a company's detectors find inside free text and JSON.

use std::{borrow::Cow, collections::BTreeMap};

use super::{CustomDetector, CustomDetectors};
use crate::{
    Sensitivity,
    inside::{self, Leaves},
    model::{CategoryKey, Column, InnerFinding, Verdict},
    words,
};

/// What was found inside the values of a column.
#[derive(Default)]
struct Inside {
    /// Rows that hold it, and how sensitive it is, by category.
    rows: BTreeMap<String, (u32, Sensitivity)>,
    /// Values read.
    read: u32,
    /// Values that hold something.
    holding: u32,
    /// Some of it stands in JSON.
    nested: bool,
}

impl Inside {
    fn add(&mut self, category: &str, rows: u32, sensitivity: Sensitivity) {
        let row = self.rows.entry(category.to_owned()).or_insert((0, sensitivity));
        *row = (row.0 + rows, row.1.max(sensitivity));
    }
}

impl CustomDetectors {
    /// Adds what is found inside free text or JSON to what is known of a column. A column of which
    /// nothing was known is free text with personal data as soon as enough of its values hold some.
    pub(crate) fn look_inside(&self, column: &Column<'_>, verdict: &mut Verdict) {
        let known = verdict.category.as_ref().map_or("", CategoryKey::as_str);
        let text = known.is_empty() || known == "free_text" || known.starts_with("communication.");
        if self.is_empty() || !text {
            return;
        }
        let found = self.inside(column);
        let share = f64::from(found.holding) / f64::from(found.read.max(1));
        if found.holding == 0 || known.is_empty() && found.holding < 3 && share < 0.1 {
            return;
        }
        let evidence = &mut verdict.evidence;
        let reason = if found.nested { "nested" } else { "free_text" };
        if verdict.category.is_none() {
            verdict.category = Some(CategoryKey(Cow::Borrowed("free_text")));
            verdict.confidence = 0.8 + 0.15 * share;
            verdict.sensitivity = Sensitivity::Personal;
            evidence.values_checked = evidence.values_checked.max(found.read);
            evidence.reasons.push(reason.to_owned());
        }
        evidence.values_matched = evidence.values_matched.max(found.holding);
        for (category, (rows, sensitivity)) in found.rows {
            verdict.sensitivity = verdict.sensitivity.max(sensitivity);
            match evidence.inside.iter_mut().find(|known| known.category.as_str() == category) {
                Some(known) => known.rows = known.rows.max(rows),
                None => evidence
                    .inside
                    .push(InnerFinding { category: CategoryKey(Cow::Owned(category)), rows }),
            }
        }
        evidence.inside.sort_by_key(|found| std::cmp::Reverse(found.rows));
    }

    /// Reads the values: prose by itself, JSON by its leaves.
    fn inside(&self, column: &Column<'_>) -> Inside {
        let mut found = Inside::default();
        let mut nested = Leaves::new();
        let mut trees = 0_u32;
        let values = column.values.iter().map(|value| value.trim()).filter(|v| !v.is_empty());
        for value in values.take(inside::MOST) {
            found.read += 1;
            if inside::leaves(value, &mut nested) {
                trees += 1;
                continue;
            }
            let seen: BTreeMap<String, Sensitivity> = self
                .list()
                .iter()
                .filter(|detector| detector.finds_in(inside::cut(value), 0))
                .map(|detector| (detector.category.to_string(), detector.sensitivity))
                .collect();
            found.holding += u32::from(!seen.is_empty());
            for (category, sensitivity) in seen {
                found.add(&category, 1, sensitivity);
            }
        }
        let leaves = self.in_leaves(column, &nested, trees);
        found.holding += leaves.values().map(|(rows, _)| *rows).max().unwrap_or(0);
        found.nested = !leaves.is_empty();
        for (category, (rows, sensitivity)) in leaves {
            found.add(&category, rows, sensitivity);
        }
        found
    }

    /// Each path of the JSON values is a column of its own: its name, its values, and what stands
    /// inside them. A tree counts once for a category, so that of several paths the fullest tells.
    fn in_leaves(
        &self,
        column: &Column<'_>,
        nested: &Leaves,
        trees: u32,
    ) -> BTreeMap<String, (u32, Sensitivity)> {
        let mut found: BTreeMap<String, (u32, Sensitivity)> = BTreeMap::new();
        let paths: Vec<&str> = nested.keys().map(String::as_str).collect();
        for (path, leaves) in nested {
            let values: Vec<&str> = leaves.iter().map(String::as_str).collect();
            let inner =
                Column { name: path, comment: "", siblings: &paths, values: &values, ..*column };
            for detector in self.list() {
                let rows = match detector.classify(&inner) {
                    Some(_) => values.len(),
                    None => detector.leaves_holding(path, &values),
                };
                if rows > 0 {
                    let rows = u32::try_from(rows).unwrap_or(u32::MAX).min(trees);
                    let row = found
                        .entry(detector.category.to_string())
                        .or_insert((0, detector.sensitivity));
                    *row = (row.0.max(rows), row.1.max(detector.sensitivity));
                }
            }
        }
        found
    }
}

impl CustomDetector {
    /// Whether it finds something in a text from the byte `from` on.
    fn finds_in(&self, text: &str, from: usize) -> bool {
        let mut found = Vec::new();
        self.find(text, &mut found);
        found.iter().any(|span| span.start >= from)
    }

    /// How many leaves under one path hold a finding; the words of the path are their context.
    fn leaves_holding(&self, path: &str, leaves: &[&str]) -> usize {
        let name = words::split(path).join(" ");
        let holds = |leaf: &&&str| {
            let text = format!("{name}: {}", inside::cut(leaf));
            self.finds_in(&text, name.len() + 2)
        };
        leaves.iter().filter(holds).count()
    }
}
