//! Puts replacements into a text and says where they stand.

use super::{ReplaceError, Replacer};
use crate::Span;

/// A place of a text to replace; offsets are bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Target<'a> {
    /// First byte.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
    /// The entity's name, e.g. `PHONE_NUMBER`.
    pub entity: &'a str,
    /// Key of the category of the data map, or empty.
    pub category: &'a str,
}

impl<'a> From<&'a Span> for Target<'a> {
    fn from(span: &'a Span) -> Self {
        Self { start: span.start, end: span.end, entity: span.entity(), category: span.category() }
    }
}

/// A text with its findings replaced.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Anonymized {
    /// The new text.
    pub text: String,
    /// What stands where in it, in order.
    pub items: Vec<Item>,
}

/// One replacement; offsets are bytes of the new text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// First byte.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
    /// Which of the targets it was.
    pub target: usize,
}

/// Replaces the findings of a text.
pub fn anonymize(
    text: &str,
    spans: &[Span],
    replacer: &Replacer,
) -> Result<Anonymized, ReplaceError> {
    let targets: Vec<Target<'_>> = spans.iter().map(Target::from).collect();
    splice(text, &targets, |target, found| replacer.apply(target, found))
}

/// Replaces places of a text by what a function makes of them. Targets stand in order of their start;
/// what an earlier one covers, a later one does not replace again.
pub fn splice<'a, E: From<ReplaceError>>(
    text: &str,
    targets: &[Target<'a>],
    mut replace: impl FnMut(&Target<'a>, &str) -> Result<String, E>,
) -> Result<Anonymized, E> {
    let mut out = Anonymized::default();
    out.text.reserve(text.len());
    let mut at = 0;
    for (index, target) in targets.iter().enumerate() {
        let (start, end) = (target.start, target.end);
        let found = text.get(start..end).ok_or(ReplaceError::Place { start, end })?;
        if end <= at && end > start {
            continue;
        }
        out.text.push_str(text.get(at..start).unwrap_or_default());
        let from = out.text.len();
        out.text.push_str(&replace(target, found)?);
        out.items.push(Item { start: from, end: out.text.len(), target: index });
        at = at.max(end);
    }
    out.text.push_str(&text[at..]);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Operator, find_in_text};

    fn target(start: usize, end: usize) -> Target<'static> {
        Target { start, end, entity: "X", category: "" }
    }

    fn replaced(text: &str, targets: &[Target<'_>]) -> Result<Anonymized, ReplaceError> {
        splice(text, targets, |_, found| Ok(format!("[{found}]")))
    }

    #[test]
    fn the_new_text_says_where_its_replacements_stand() {
        let text = "write to li@example.cn，电话13800001234。";

        let done =
            anonymize(text, &find_in_text(text), &Replacer::new(Operator::Replace(None))).unwrap();

        assert_eq!(done.text, "write to <EMAIL_ADDRESS>，电话<PHONE_NUMBER>。");
        let parts: Vec<&str> = done.items.iter().map(|i| &done.text[i.start..i.end]).collect();
        assert_eq!(parts, ["<EMAIL_ADDRESS>", "<PHONE_NUMBER>"]);
    }

    #[test]
    fn overlapping_targets_leave_nothing_of_either() {
        let done = replaced("abcdef", &[target(1, 3), target(2, 5), target(3, 4)]).unwrap();

        assert_eq!(done.text, "a[bc][cde]f");
        assert_eq!(done.items.len(), 2);
    }

    #[test]
    fn places_outside_of_the_text_are_refused() {
        for (start, end) in [(0, 9), (2, 1), (1, 2), (7, 8)] {
            assert_eq!(
                replaced("字a", &[target(start, end)]),
                Err(ReplaceError::Place { start, end })
            );
        }
        assert_eq!(replaced("", &[]).unwrap().text, "");
    }
}
