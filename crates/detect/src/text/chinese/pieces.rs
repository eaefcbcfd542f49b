//! Cuts a text into pieces that the model reads one by one: lines that hold Chinese, long ones cut
//! between sentences. Neighbouring sentences stay together, since each helps to read the other.

use std::ops::Range;

use crate::words::is_han;

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What the model reads.
    pub range: Range<usize>,
    /// The part whose words count; what the model reads besides is context.
    pub keep: Range<usize>,
}

/// A line longer than this is cut.
const LONGEST: usize = 160;

/// From here on the end of a sentence, else a comma or space, is a place to cut at.
const LONG: usize = 80;

/// Characters that two pieces share where a sentence had to be cut in the middle.
const SHARED: usize = 16;

/// Characters of other scripts that are read before and after Chinese ones.
const CONTEXT: usize = 24;

/// The pieces of a text that hold Chinese, in order. Linear in the text's length.
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive(['\n', '\r', '\u{2028}', '\u{2029}']) {
        chinese_parts(start, line.trim_end(), &mut pieces);
        start += line.len();
    }
    pieces
}

/// The parts of a line around its Chinese characters.
fn chinese_parts(offset: usize, line: &str, pieces: &mut Vec<Piece>) {
    if line.is_ascii() {
        return;
    }
    let mut part: Vec<usize> = Vec::new();
    let mut since_han = usize::MAX;
    for (at, c) in line.char_indices() {
        if is_han(c) {
            if since_han == usize::MAX {
                let before = part.len().saturating_sub(CONTEXT);
                part.drain(..before);
            }
            since_han = 0;
        } else if since_han != usize::MAX {
            since_han += 1;
        }
        if since_han != usize::MAX && since_han > CONTEXT {
            cut(offset, &part, at, line, pieces);
            part.clear();
            since_han = usize::MAX;
        }
        part.push(at);
        if since_han == usize::MAX && part.len() > 4 * CONTEXT {
            let before = part.len() - CONTEXT;
            part.drain(..before);
        }
    }
    if since_han != usize::MAX {
        cut(offset, &part, line.len(), line, pieces);
    }
}

/// Cuts a part that is too long; `starts` are its characters.
fn cut(offset: usize, starts: &[usize], end: usize, line: &str, pieces: &mut Vec<Piece>) {
    let place = |index: usize| offset + starts.get(index).copied().unwrap_or(end);
    let (mut read_from, mut keep_from) = (0, 0);
    while starts.len() - read_from > LONGEST {
        let last = |marks: &[char]| {
            let mut places = (read_from + LONG..read_from + LONGEST).rev();
            places.find(|index| line[starts[*index]..].starts_with(marks))
        };
        let pause = last(&['。', '！', '？', '；'])
            .or_else(|| last(&['，', '、', '：', ' ', ',', '\t', '|', '　']));
        let (until, keep_until, next) = if let Some(index) = pause {
            (index + 1, index + 1, index + 1)
        } else {
            let until = read_from + LONGEST;
            (until, until - SHARED / 2, until - SHARED)
        };
        pieces.push(Piece {
            range: place(read_from)..place(until),
            keep: place(keep_from)..place(keep_until),
        });
        (read_from, keep_from) = (next, keep_until);
    }
    if read_from < starts.len() {
        pieces.push(Piece {
            range: place(read_from)..place(starts.len()),
            keep: place(keep_from)..place(starts.len()),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        pieces(text).iter().map(|p| &text[p.range.clone()]).collect()
    }

    #[test]
    fn lines_are_pieces_and_other_scripts_are_left_out() {
        let mixed = "你好。今天好吗？ok\nNo Chinese here. None.\n好\r\n";
        assert_eq!(texts(mixed), ["你好。今天好吗？ok", "好"]);
        assert!(pieces("Nothing at all; really. Ça va?").is_empty());
        let long = format!("{}名字{}", "a".repeat(500), "b".repeat(500));
        assert_eq!(texts(&long), [format!("{}名字{}", "a".repeat(CONTEXT), "b".repeat(CONTEXT))]);
    }

    #[test]
    fn what_counts_covers_every_chinese_character_once() {
        let pause = "一二三四五六七八九十，".repeat(60);
        let flat = "汉".repeat(1000);
        let mixed = format!("{flat}{}{pause}", " x".repeat(200));
        for text in [pause, flat, mixed] {
            let mut counts = vec![0; text.len()];
            for piece in pieces(&text) {
                assert!(piece.range.start <= piece.keep.start && piece.keep.end <= piece.range.end);
                assert!(text[piece.range.clone()].chars().count() <= LONGEST);
                counts[piece.keep].iter_mut().for_each(|n| *n += 1);
            }
            for (at, c) in text.char_indices() {
                assert!(counts[at] <= 1);
                assert!(!is_han(c) || counts[at] == 1, "{at}");
            }
        }
    }
}
