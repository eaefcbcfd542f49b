//! How hard a text is to read, in numbers.

use serde::Serialize;

/// What was measured. Numbers of an empty text are 0.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Reading {
    /// Sentences.
    pub sentences: usize,
    /// English words, or Chinese characters with each foreign word and number as one.
    pub words: usize,
    /// Syllables of the English words.
    pub syllables: usize,
    /// Words or characters of the longest sentence.
    pub longest: usize,
    /// The same on average.
    pub mean: f64,
    /// Flesch's reading ease, 0 (very hard) to 100 (very easy); English of thirty words and more.
    pub ease: Option<f64>,
    /// Flesch and Kincaid's grade: years of school it takes; English of thirty words and more.
    pub grade: Option<f64>,
}

/// Words below which the formulas say nothing.
const FEWEST: usize = 30;

impl Reading {
    /// The measures of sentences; each a number of words or characters.
    pub(crate) fn of(sentences: &[usize], syllables: usize) -> Self {
        let words = sentences.iter().sum();
        let mean = words as f64 / sentences.len().max(1) as f64;
        let longest = sentences.iter().copied().max().unwrap_or(0);
        let count = sentences.len();
        Self { sentences: count, words, syllables, longest, mean, ease: None, grade: None }
    }

    /// With Flesch's reading ease (1948) and Kincaid's grade (1975).
    pub(crate) fn with_formulas(mut self) -> Self {
        if self.words >= FEWEST {
            let each = self.syllables as f64 / self.words as f64;
            self.ease = Some((206.835 - 1.015 * self.mean - 84.6 * each).clamp(0.0, 100.0));
            self.grade = Some((0.39 * self.mean + 11.8 * each - 15.59).max(0.0));
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_formulas_are_those_of_the_papers() {
        // 100 words in 5 sentences with 150 syllables: worked out by hand.
        let reading = Reading::of(&[20; 5], 150).with_formulas();

        assert!((reading.ease.unwrap() - 59.635).abs() < 1e-9);
        assert!((reading.grade.unwrap() - 9.91).abs() < 1e-9);
        assert_eq!(Reading::of(&[20], 30).with_formulas().ease, None);
    }
}
