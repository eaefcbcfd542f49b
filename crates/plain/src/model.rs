//! What a check answers.

use std::ops::Range;

use serde::Serialize;

use crate::{
    reading::Reading,
    rules::{Rule, Source},
};

/// Language of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    English,
    /// Chinese.
    Chinese,
}

impl Language {
    /// The language of a tag such as `en`, `en-GB`, `zh-CN`; `None` for another language.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let first = tag.split(['-', '_']).next().unwrap_or_default();
        match first.to_ascii_lowercase().as_str() {
            "en" => Some(Self::English),
            "zh" => Some(Self::Chinese),
            _ => None,
        }
    }
}

/// How much a finding weighs.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A hint.
    Info,
    /// Should be mended.
    Warning,
    /// Endangers the consent.
    Serious,
}

impl Severity {
    /// `info`, `warning` or `serious`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Serious => "serious",
        }
    }
}

/// Where a finding stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// In the text.
    Text,
    /// On the button that accepts.
    Accept,
    /// On the button that refuses.
    Refuse,
    /// On the box of this number, from 0.
    Box(usize),
    /// In how the choice is built.
    Design,
}

/// Something to mend.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// Stable key of the rule, e.g. `vague-qualifier`.
    pub code: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// What the offsets count in.
    pub place: Place,
    /// First code point; 0 where the finding has no place in a text.
    pub start: usize,
    /// Code point after the last.
    pub end: usize,
    /// Friendlier wording for these words, in their language.
    pub instead: Option<&'static str>,
    /// What was measured: words or characters of a sentence, the grade of a text, clicks.
    pub measure: Option<f64>,
    /// The rule, with reasons and sources.
    #[serde(skip)]
    pub rule: &'static Rule,
}

impl Finding {
    /// Why it matters, in Chinese (`zh`) or English.
    pub fn why(&self, zh: bool) -> &'static str {
        if zh { &self.rule.why_zh } else { &self.rule.why_en }
    }

    /// What to do about it.
    pub fn advice(&self, zh: bool) -> &'static str {
        if zh { &self.rule.advice_zh } else { &self.rule.advice_en }
    }

    /// Laws, guidelines and papers behind it.
    pub fn sources(&self) -> impl Iterator<Item = &'static Source> {
        self.rule.sources()
    }

    /// A finding without a place in a text.
    pub(crate) fn of_design(rule: &'static Rule, place: Place, measure: Option<f64>) -> Self {
        let (start, end) = (0, 0);
        Self {
            code: &rule.code,
            severity: rule.severity,
            place,
            start,
            end,
            instead: None,
            measure,
            rule,
        }
    }
}

/// The answer on a text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The language it was read in.
    pub language: Language,
    /// What was measured.
    pub reading: Reading,
    /// What to mend, in order of the text.
    pub findings: Vec<Finding>,
}

impl Report {
    /// The weightiest finding; `None` if there is nothing to mend.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }

    /// How many findings weigh so much.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}

/// A finding on its way, in bytes.
#[derive(Debug)]
pub struct Spot {
    pub(crate) rule: &'static Rule,
    pub(crate) range: Range<usize>,
    pub(crate) instead: Option<&'static str>,
    pub(crate) measure: Option<f64>,
}

impl Spot {
    pub(crate) fn measured(rule: &'static Rule, range: Range<usize>, measure: f64) -> Self {
        Self { rule, range, instead: None, measure: Some(measure) }
    }
}

/// Findings in order, with code points for bytes, in one pass.
pub fn placed(text: &str, mut spots: Vec<Spot>, place: Place) -> Vec<Finding> {
    spots.sort_by_key(|spot| (spot.range.start, spot.range.end));
    let mut ends: Vec<usize> = spots.iter().map(|spot| spot.range.end).collect();
    ends.sort_unstable();
    // Points of the ends by their bytes; the starts are counted along.
    let mut counter = Counter::new(text);
    let end_points: Vec<usize> = ends.iter().map(|end| counter.at(*end)).collect();
    let mut counter = Counter::new(text);
    spots
        .into_iter()
        .map(|spot| {
            let start = counter.at(spot.range.start);
            let end = ends.partition_point(|end| *end < spot.range.end);
            Finding {
                code: &spot.rule.code,
                severity: spot.rule.severity,
                place,
                start,
                end: end_points.get(end).copied().unwrap_or(start),
                instead: spot.instead,
                measure: spot.measure,
                rule: spot.rule,
            }
        })
        .collect()
}

/// Counts code points up to rising bytes.
struct Counter<'t> {
    text: &'t str,
    byte: usize,
    points: usize,
}

impl<'t> Counter<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, byte: 0, points: 0 }
    }

    fn at(&mut self, byte: usize) -> usize {
        let passed = self.text.get(self.byte..byte).unwrap_or_default();
        self.points += passed.chars().count();
        self.byte = byte.max(self.byte);
        self.points
    }
}
