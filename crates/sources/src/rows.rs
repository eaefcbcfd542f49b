//! Gathering sampled values within their bounds, whatever the source.

use crate::model::{Cell, Limits, Sample};

/// Bookkeeping of one value beside its text: the pointer and length of a [`Cell`].
const CELL_COST: usize = 16;

/// Fills a [`Sample`] row by row and stops at the byte bound.
pub(crate) struct Collector {
    sample: Sample,
    limits: Limits,
    bytes: usize,
    binary: Vec<bool>,
}

impl Collector {
    pub fn new(columns: usize, limits: &Limits) -> Self {
        let columns = (0..columns).map(|_| Vec::new()).collect();
        let sample = Sample { columns, ..Sample::default() };
        let binary = vec![false; sample.columns.len()];
        Self { sample, limits: *limits, bytes: 0, binary }
    }

    /// A value as the source sent it. Invalid UTF-8 is replaced and flagged.
    pub fn bytes(&mut self, column: usize, value: Option<&[u8]>) {
        let Some(value) = value else { return self.null(column) };
        if let Ok(text) = std::str::from_utf8(value) {
            return self.text(column, text);
        }
        self.sample.invalid_text = true;
        // Only what will be kept is copied; a character is at most four bytes.
        let some = &value[..value.len().min(self.limits.value_bytes + 4)];
        self.text(column, &String::from_utf8_lossy(some));
    }

    pub fn text(&mut self, column: usize, text: &str) {
        let text = cut(text, self.limits.value_bytes);
        self.bytes += text.len() + CELL_COST;
        if let Some(values) = self.sample.columns.get_mut(column) {
            values.push(Some(Cell(text.into())));
        }
    }

    pub fn null(&mut self, column: usize) {
        self.bytes += CELL_COST;
        if let Some(values) = self.sample.columns.get_mut(column) {
            values.push(None);
        }
    }

    /// A binary value: null, and its column is remembered.
    pub fn binary(&mut self, column: usize) {
        self.mark_binary(column);
        self.null(column);
    }

    pub fn mark_binary(&mut self, column: usize) {
        if let Some(seen) = self.binary.get_mut(column) {
            *seen = true;
        }
    }

    /// Text that was decoded elsewhere had invalid sequences.
    pub fn mark_invalid_text(&mut self) {
        self.sample.invalid_text = true;
    }

    /// Ends a row (columns without a value become null). False: the bounds are reached.
    pub fn end_row(&mut self) -> bool {
        self.sample.rows += 1;
        let rows = usize::try_from(self.sample.rows).unwrap_or(usize::MAX);
        for values in &mut self.sample.columns {
            values.resize(rows, None);
        }
        if self.bytes >= self.limits.sample_bytes {
            self.sample.cut = true;
        }
        !self.sample.cut && self.sample.rows < u64::from(self.limits.rows)
    }

    pub fn rows(&self) -> u64 {
        self.sample.rows
    }

    pub fn was_cut(&self) -> bool {
        self.sample.cut
    }

    pub fn finish(mut self) -> Sample {
        self.sample.binary =
            self.binary.iter().enumerate().filter(|(_, b)| **b).map(|(i, _)| i).collect();
        self.sample
    }
}

/// At most `max` bytes, cut at a character boundary.
pub(crate) fn cut(text: &str, max: usize) -> &str {
    if text.len() <= max {
        return text;
    }
    let mut end = max;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_cut_at_a_character_boundary() {
        assert_eq!(cut("灯下茶铺", 7), "灯下");
        assert_eq!(cut("tea", 7), "tea");
    }

    #[test]
    fn invalid_text_is_replaced_and_flagged_and_bytes_are_bounded() {
        let limits = Limits { rows: 10, value_bytes: 8, sample_bytes: 60 };
        let mut rows = Collector::new(2, &limits);

        rows.bytes(0, Some(b"a\xff"));
        rows.binary(1);
        assert!(rows.end_row());
        rows.text(0, "0123456789");
        assert!(!rows.end_row());
        let sample = rows.finish();

        assert_eq!((sample.rows, sample.cut, sample.invalid_text), (2, true, true));
        assert_eq!(sample.columns[0][0].as_ref().unwrap().0.as_ref(), "a\u{fffd}");
        assert_eq!(sample.columns[0][1].as_ref().unwrap().0.as_ref(), "01234567");
        assert_eq!((sample.columns[1].len(), sample.binary), (2, vec![1]));
    }
}
