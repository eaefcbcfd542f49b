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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emoji_count_as_one() {
        let mut points = CodePoints::of("😀手机x");

        assert_eq!([0, 4, 10, 11].map(|byte| points.at(byte)), [0, 1, 3, 4]);
    }
}
