//! What a detector says of a column: by its name, by its values, or both.

use std::borrow::Cow;

use super::{Checksum, CustomDetector, find};
use crate::{
    model::{CategoryKey, Column, Evidence, Verdict},
    words,
};

/// A name of columns, as the file gives it.
#[derive(Debug)]
pub(super) enum NamePattern {
    /// With `*` and `?`, against the whole name in lower case.
    Glob(Vec<char>),
    /// Words that follow each other in the name: `loyalty card` in `customer_loyalty_card_no`.
    Words(Vec<String>),
    /// Chinese characters anywhere in the name.
    Han(String),
}

impl NamePattern {
    pub(super) fn parse(text: &str) -> Self {
        let lower = text.trim().to_lowercase();
        if lower.contains(['*', '?']) {
            Self::Glob(lower.chars().collect())
        } else if words::has_han(&lower) {
            Self::Han(lower)
        } else {
            Self::Words(words::split(text.trim()).iter().map(|word| words::stem(word)).collect())
        }
    }

    fn fits(&self, name: &str) -> bool {
        match self {
            Self::Glob(glob) => {
                let name: Vec<char> = name.to_lowercase().chars().collect();
                globbed(glob, &name)
            }
            Self::Words(wanted) => {
                let own: Vec<String> =
                    words::split(name).iter().map(|word| words::stem(word)).collect();
                !wanted.is_empty() && own.windows(wanted.len()).any(|run| run == wanted)
            }
            Self::Han(part) => name.to_lowercase().contains(part),
        }
    }
}

/// `*` any characters, `?` one; linear memory, no recursion.
fn globbed(glob: &[char], name: &[char]) -> bool {
    let (mut g, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        if g < glob.len() && glob[g] == '*' {
            star = Some((g, n));
            g += 1;
        } else if g < glob.len() && (glob[g] == '?' || glob[g] == name[n]) {
            g += 1;
            n += 1;
        } else if let Some((at, taken)) = star {
            star = Some((at, taken + 1));
            g = at + 1;
            n = taken + 1;
        } else {
            return false;
        }
    }
    glob[g..].iter().all(|c| *c == '*')
}

impl CustomDetector {
    /// The verdict on a column this detector knows.
    pub(super) fn classify(&self, column: &Column<'_>) -> Option<Verdict> {
        let named = self.names.iter().any(|pattern| pattern.fits(column.name));
        let commented = !named && self.names.iter().any(|pattern| pattern.fits(column.comment));
        let (matched, checked) = self.count(column.values);
        let confidence = self.confidence(column, named, commented, matched, checked)?;
        let checksum = self.checksum != Checksum::None && matched > 0;
        let told = [
            (named, "name"),
            (commented, "comment"),
            (matched > 0, "values"),
            (checksum, "checksum"),
        ];
        let reasons = told.iter().filter(|(yes, _)| *yes).map(|(_, reason)| (*reason).to_owned());
        Some(Verdict {
            category: Some(CategoryKey(Cow::Owned(self.category.to_string()))),
            sensitivity: self.sensitivity,
            confidence,
            minor: false,
            evidence: Evidence {
                values_matched: matched,
                values_checked: checked,
                name_hint: named,
                comment_hint: commented,
                checksum,
                reasons: reasons.collect(),
                detector: Some(self.name.to_string()),
                ..Evidence::default()
            },
        })
    }

    /// Values that match, and values looked at.
    fn count(&self, values: &[&str]) -> (u32, u32) {
        let values = values.iter().map(|value| value.trim()).filter(|value| !value.is_empty());
        values.fold((0, 0), |(matched, checked), value| {
            let is = self.finder.as_ref().is_some_and(|f| f.is_value(value, self.checksum));
            (matched + u32::from(is), checked + 1)
        })
    }

    /// How sure name and values make it; `None`: the column holds something else.
    fn confidence(
        &self,
        column: &Column<'_>,
        named: bool,
        commented: bool,
        matched: u32,
        checked: u32,
    ) -> Option<f64> {
        let share = f64::from(matched) / f64::from(checked.max(1));
        let certain = self.checksum != Checksum::None;
        if named || commented {
            return match (&self.finder, checked) {
                // The name is all there is to go by.
                (None, _) | (_, 0) => Some(if named { 0.88 } else { 0.8 }),
                _ if share >= 0.5 => Some(if certain { 0.98 } else { 0.95 }),
                // Dirty data: still more than chance.
                _ if share >= 0.1 => Some(0.7),
                _ => None,
            };
        }
        if share < 0.8 || checked < 3 {
            return None;
        }
        let near = [column.name, column.comment, column.store, column.store_comment]
            .iter()
            .any(|text| find::holds(&words::split(text).join(" "), &self.context, false));
        match (near, self.context_required) {
            (false, true) => None,
            (true, _) => Some(if certain { 0.96 } else { 0.9 }),
            (false, false) => Some(if certain { 0.93 } else { self.score.min(0.85) }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_by_glob_by_words_and_in_chinese() {
        for (pattern, name, fits) in [
            ("*_lt_no", "customer_LT_no", true),
            ("*_lt_no", "customer_lt_nox", false),
            ("lt?", "LT1", true),
            ("lt?", "lt", false),
            ("loyalty card", "customerLoyaltyCardNo", true),
            ("loyalty cards", "loyalty_card", true),
            ("loyalty card", "loyalty_points_card", false),
            ("card", "cardinality", false),
            ("会员卡", "客户会员卡号", true),
            ("会员卡", "会员", false),
            ("*", "anything", true),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b*", "xxbxxaxx", false),
        ] {
            assert_eq!(NamePattern::parse(pattern).fits(name), fits, "{pattern} {name}");
        }
    }
}
