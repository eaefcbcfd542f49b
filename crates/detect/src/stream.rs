//! Long texts piece by piece, in memory that does not grow with the text.

use crate::text::{Options, Span, find_with};

/// Bytes read at a time.
const WINDOW: usize = 128 << 10;
/// Bytes before a window that it may look at: words that tell what a number is.
const BEFORE: usize = 1 << 10;
/// Bytes after a window that it may look at: the end of what begins in it. A private key of 8192 bits
/// has 6,400 bytes.
const AFTER: usize = 8 << 10;

/// Longer texts are searched piece by piece.
const LONG: usize = 1 << 20;

/// [`find_with`] for texts of any length, in memory that does not grow with the text; what differs is
/// told at [`TextStream`].
pub fn find_long(text: &str, options: &Options) -> Vec<Span> {
    if text.len() <= LONG {
        return find_with(text, options);
    }
    let mut stream = TextStream::new(options.clone());
    let mut spans = stream.feed(text);
    spans.extend(stream.finish());
    spans
}

/// Finds personal data in a text that arrives in pieces; offsets count from the beginning of the whole.
///
/// What is found is what [`find_with`] finds in the whole text, except that
/// - a finding longer than about 8,000 bytes may be cut or missed,
/// - a rule that looks further than about 1,000 bytes back, or at the text as a whole (a name told in
///   full on page one and short on page nine), sees only its window,
/// - in a line longer than 128 KiB without a full stop, language models see words in other company.
///
/// ```
/// let mut stream = detect::TextStream::new(detect::Options::default());
/// let mut spans = stream.feed("write to li.lei@exam");
/// spans.extend(stream.feed("ple.com today"));
/// spans.extend(stream.finish());
/// assert_eq!((spans[0].start, spans[0].end), (9, 27));
/// ```
#[derive(Debug)]
pub struct TextStream {
    options: Options,
    sizes: Sizes,
    /// What is still needed of the text.
    buffer: String,
    /// Where the buffer begins in the whole text.
    base: usize,
    /// Up to where the text is done with.
    done: usize,
}

#[derive(Debug, Clone, Copy)]
struct Sizes {
    window: usize,
    before: usize,
    after: usize,
}

/// A stretch of the text that is done with, and what was found in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece<'t> {
    /// Where it begins in the whole text (bytes).
    pub start: usize,
    /// Its text; pieces follow each other without a gap.
    pub text: &'t str,
    /// Findings, by offsets of the whole text; each lies within the piece.
    pub spans: Vec<Span>,
}

impl TextStream {
    /// A stream at its beginning.
    pub fn new(options: Options) -> Self {
        Self::with_sizes(options, Sizes { window: WINDOW, before: BEFORE, after: AFTER })
    }

    fn with_sizes(options: Options, sizes: Sizes) -> Self {
        Self { options, sizes, buffer: String::new(), base: 0, done: 0 }
    }

    /// Takes the next part of the text; returns what is certain by now.
    pub fn feed(&mut self, text: &str) -> Vec<Span> {
        let mut spans = Vec::new();
        self.feed_pieces(text, |piece| spans.extend(piece.spans));
        spans
    }

    /// The rest, when the text is over; the stream begins anew.
    pub fn finish(&mut self) -> Vec<Span> {
        let mut spans = Vec::new();
        self.finish_pieces(|piece| spans.extend(piece.spans));
        spans
    }

    /// [`feed`](Self::feed) with the text that the findings stand in, for replacing them.
    pub fn feed_pieces(&mut self, mut text: &str, mut each: impl FnMut(Piece<'_>)) {
        let full = self.sizes.before + self.sizes.window + self.sizes.after;
        while !text.is_empty() {
            let room = full.saturating_sub(self.buffer.len());
            let end = text.floor_char_boundary(room);
            self.buffer.push_str(&text[..end]);
            text = &text[end..];
            // What does not fit by a few bytes of one character comes next time.
            if self.buffer.len() + 4 > full {
                self.settle(false, &mut each);
            }
        }
    }

    /// [`finish`](Self::finish) with the text that the findings stand in.
    pub fn finish_pieces(&mut self, mut each: impl FnMut(Piece<'_>)) {
        self.settle(true, &mut each);
        self.buffer.clear();
        (self.base, self.done) = (0, 0);
    }

    /// Looks at the buffer, hands out what is certain and forgets what is no longer needed.
    fn settle(&mut self, last: bool, each: &mut impl FnMut(Piece<'_>)) {
        let from = self.done - self.base;
        let limit = if last {
            self.buffer.len()
        } else {
            border(&self.buffer, from, self.buffer.len() - self.sizes.after)
        };
        let mut end = limit;
        let mut spans = find_with(&self.buffer, &self.options);
        spans.retain(|span| span.start >= from && span.start < limit);
        for span in &mut spans {
            end = end.max(span.end);
            span.start += self.base;
            span.end += self.base;
        }
        if end > from {
            each(Piece { start: self.done, text: &self.buffer[from..end], spans });
        }
        self.done = self.base + end;
        let keep = border(&self.buffer, 0, end.saturating_sub(self.sizes.before));
        self.buffer.drain(..keep);
        self.base += keep;
    }
}

/// The best place to cut a text at or before `at`, after `from`: behind the end of a line, of a
/// sentence, of a word; else between two characters.
fn border(text: &str, from: usize, at: usize) -> usize {
    let at = text.floor_char_boundary(at);
    let from = text.ceil_char_boundary(from.max(at.saturating_sub((at - from.min(at)) / 2)));
    if at <= from {
        return at;
    }
    let part = &text[from..at];
    let behind = |found: Option<(usize, char)>| found.map(|(place, c)| from + place + c.len_utf8());
    let last = |is: fn(char) -> bool| part.char_indices().rev().find(|(_, c)| is(*c));
    behind(last(|c| c == '\n'))
        .or_else(|| behind(last(|c| matches!(c, '。' | '！' | '？' | '；'))))
        .or_else(|| part.rfind(". ").map(|place| from + place + 2))
        .or_else(|| behind(last(char::is_whitespace)))
        .or_else(|| behind(last(|c| matches!(c, '，' | '、' | ','))))
        .unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SMALL: Sizes = Sizes { window: 600, before: 300, after: 300 };

    fn patterns() -> Options {
        Options { patterns_only: true, ..Options::default() }
    }

    /// Feeds a text in parts of so many characters and puts the pieces together again.
    fn streamed(text: &str, part: usize, options: &Options, sizes: Sizes) -> (String, Vec<Span>) {
        let mut stream = TextStream::with_sizes(options.clone(), sizes);
        let (mut whole, mut spans) = (String::new(), Vec::new());
        let mut take = |piece: Piece<'_>| {
            assert_eq!(piece.start, whole.len(), "pieces follow each other");
            whole.push_str(piece.text);
            assert!(piece.spans.iter().all(|s| s.start >= piece.start && s.end <= whole.len()));
            spans.extend(piece.spans);
        };
        let chars: Vec<char> = text.chars().collect();
        for part in chars.chunks(part) {
            stream.feed_pieces(&part.iter().collect::<String>(), &mut take);
        }
        stream.finish_pieces(&mut take);
        (whole, spans)
    }

    const LINES: [&str; 8] = [
        "write to li.lei@example.com before noon\n",
        "我的手机是13800001234，谢谢。",
        "the card 4111 1111 1111 1111 was lost. ",
        "nothing to see here, only words and 😀 ",
        "身份证号11010519491231002X\n",
        "no full stop here and none there ",
        "IBAN DE89 3704 0044 0532 0130 00; ",
        "这里什么都没有\n",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

        #[test]
        fn a_streamed_text_has_the_findings_of_the_whole(
            lines in prop::collection::vec(0_usize..8, 1..120),
            part in 1_usize..600,
        ) {
            let text: String = lines.iter().map(|line| LINES[*line]).collect();

            let (whole, spans) = streamed(&text, part, &patterns(), SMALL);

            prop_assert_eq!(&whole, &text);
            prop_assert_eq!(spans, find_with(&text, &patterns()));
        }

        #[test]
        fn any_text_in_any_parts_comes_out_whole(text in "\\PC{0,900}", part in 1_usize..300) {
            let sizes = Sizes { window: 40, before: 10, after: 20 };
            let (whole, _) = streamed(&text, part, &patterns(), sizes);
            prop_assert_eq!(whole, text);
        }
    }

    #[test]
    fn models_see_the_same_lines_as_in_the_whole() {
        let lines = [
            "Dear Anna Smith, please call me back on Monday.\n",
            "王小明住在浙江省杭州市西湖区文三路478号。\n",
            "We shipped the parcel to 221 Baker Street, London.\n",
        ];
        let text = lines.concat().repeat(1_500);

        let (_, spans) = streamed(&text, 70_000, &Options::default(), SMALL_FOR_LINES);

        let whole = find_with(&text, &Options::default());
        assert!(whole.len() >= 3_000, "{}", whole.len());
        assert_eq!(spans.len(), whole.len());
        assert!(spans.iter().zip(&whole).all(|(a, b)| (a.start, a.end) == (b.start, b.end)));
    }

    const SMALL_FOR_LINES: Sizes = Sizes { window: 16 << 10, before: 1 << 10, after: 2 << 10 };

    #[test]
    fn memory_does_not_grow_with_the_text() {
        let mut stream = TextStream::new(patterns());
        let line = "x".repeat(1 << 20);
        let mut most = 0;
        for _ in 0..12 {
            stream.feed(&line);
            most = most.max(stream.buffer.capacity());
        }

        assert!(most <= 2 * (BEFORE + WINDOW + AFTER), "{most}");
    }

    #[test]
    fn a_stream_can_be_used_again() {
        let mut stream = TextStream::new(patterns());
        for _ in 0..2 {
            stream.feed("mail li@exam");
            stream.feed("ple.com");
            assert_eq!(stream.finish()[0].start, 5);
        }
    }
}
