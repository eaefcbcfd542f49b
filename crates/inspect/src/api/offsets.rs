//! Byte offsets to Unicode code points and back: JSON clients count characters.

/// Turns byte offsets, given in rising order, into code points in one walk.
pub(crate) struct CodePoints<'t> {
    text: &'t str,
    byte: usize,
    point: usize,
}

impl<'t> CodePoints<'t> {
    pub(crate) fn of(text: &'t str) -> Self {
        Self { text, byte: 0, point: 0 }
    }

    /// The code point that starts at a byte; bytes must not go back.
    pub(crate) fn at(&mut self, byte: usize) -> usize {
        self.point += self.text[self.byte..byte].chars().count();
        self.byte = byte;
        self.point
    }
}

/// Turns code points, in any order, into byte offsets.
pub(crate) struct Bytes {
    /// Byte of every 64th code point.
    marks: Vec<usize>,
    /// Code points of the text.
    pub(crate) points: usize,
    end: usize,
}

/// Code points between marks.
const STEP: usize = 64;

impl Bytes {
    pub(crate) fn of(text: &str) -> Self {
        let marks = text.char_indices().step_by(STEP).map(|(at, _)| at).collect();
        Self { marks, points: text.chars().count(), end: text.len() }
    }

    /// The byte at which a code point starts; the text's length at its end, `None` behind it.
    pub(crate) fn at(&self, text: &str, point: usize) -> Option<usize> {
        if point >= self.points {
            return (point == self.points).then_some(self.end);
        }
        let mark = *self.marks.get(point / STEP)?;
        text[mark..].char_indices().nth(point % STEP).map(|(at, _)| mark + at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emoji_count_as_one() {
        let mut points = CodePoints::of("😀手机x");

        assert_eq!([0, 4, 10, 11].map(|byte| points.at(byte)), [0, 1, 3, 4]);
    }

    #[test]
    fn code_points_lead_back_to_their_bytes() {
        let text = "a字😀".repeat(100);
        let bytes = Bytes::of(&text);

        for (point, (byte, _)) in text.char_indices().enumerate() {
            assert_eq!(bytes.at(&text, point), Some(byte));
        }
        assert_eq!(bytes.at(&text, 300), Some(text.len()));
        assert_eq!(bytes.at(&text, 301), None);
        assert_eq!(Bytes::of("").at("", 0), Some(0));
    }
}
