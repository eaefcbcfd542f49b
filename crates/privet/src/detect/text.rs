//! Plain text of any length: findings as they come, or the text with them replaced.

use std::io::{Read, Write};

use ::detect::{Piece, TextStream};
use serde::Serialize;

use super::{
    Trouble,
    look::{CodePoints, Look, SpanJson},
};

/// Bytes read at a time.
const PART: usize = 1 << 16;

#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    #[serde(flatten)]
    span: SpanJson,
}

/// Works through one text. False: some of it was not UTF-8.
pub fn work(
    name: &str,
    input: &mut dyn Read,
    output: &mut impl Write,
    look: &Look,
) -> Result<bool, Trouble> {
    let mut writer = Writer { name, output, look, points: 0, trouble: None };
    let mut stream = TextStream::new(look.options.clone());
    let mut decoder = Decoder::default();
    let mut part = vec![0; PART];
    loop {
        let read = match input.read(&mut part) {
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Trouble::Input { name: name.to_owned(), error }),
        };
        let text = decoder.decode(&part[..read], read == 0);
        stream.feed_pieces(&text, |piece| writer.piece(&piece));
        writer.trouble.take().map_or(Ok(()), Err)?;
        if read == 0 {
            break;
        }
    }
    stream.finish_pieces(|piece| writer.piece(&piece));
    writer.trouble.take().map_or(Ok(()), Err)?;
    if decoder.wrong > 0 {
        eprintln!(
            "privet: {name}: {} places are not UTF-8, the first at byte {}; each stands as � and counts as one character",
            decoder.wrong, decoder.first
        );
    }
    Ok(decoder.wrong == 0)
}

/// Bytes to text across the borders of parts; what is no UTF-8 becomes `�` (Unicode 15, §3.9,
/// substitution of maximal subparts).
#[derive(Default)]
struct Decoder {
    /// The beginning of a character whose rest is in the next part.
    rest: Vec<u8>,
    wrong: u64,
    first: u64,
    bytes: u64,
}

impl Decoder {
    fn decode(&mut self, part: &[u8], last: bool) -> String {
        let mut bytes = std::mem::take(&mut self.rest);
        bytes.extend_from_slice(part);
        let mut text = String::with_capacity(bytes.len());
        let mut left = bytes.as_slice();
        loop {
            match std::str::from_utf8(left) {
                Ok(valid) => {
                    text.push_str(valid);
                    self.bytes += valid.len() as u64;
                    return text;
                }
                Err(error) => {
                    let (valid, after) = left.split_at(error.valid_up_to());
                    text.push_str(&String::from_utf8_lossy(valid));
                    self.bytes += valid.len() as u64;
                    let broken = match error.error_len() {
                        Some(broken) => broken,
                        None if last => after.len(),
                        None => {
                            self.rest = after.to_vec();
                            return text;
                        }
                    };
                    if self.wrong == 0 {
                        self.first = self.bytes;
                    }
                    self.wrong += 1;
                    self.bytes += broken as u64;
                    text.push('\u{fffd}');
                    left = &after[broken..];
                }
            }
        }
    }
}

struct Writer<'a, W> {
    name: &'a str,
    output: &'a mut W,
    look: &'a Look,
    /// Code points of the pieces before.
    points: usize,
    trouble: Option<Trouble>,
}

impl<W: Write> Writer<'_, W> {
    fn piece(&mut self, piece: &Piece<'_>) {
        if self.trouble.is_none() {
            self.trouble = self.write(piece).err();
        }
    }

    fn write(&mut self, piece: &Piece<'_>) -> Result<(), Trouble> {
        let mut spans = piece.spans.clone();
        spans.retain(|span| self.look.wants(span));
        for span in &mut spans {
            span.start -= piece.start;
            span.end -= piece.start;
        }
        if let Some(replacer) = &self.look.replacer {
            let (text, _) = Look::replaced(replacer, piece.text, &spans)
                .map_err(|error| Trouble::Output(std::io::Error::other(error)))?;
            return Ok(self.output.write_all(text.as_bytes())?);
        }
        let mut points = CodePoints::of(piece.text);
        for span in &spans {
            let (start, end) = (points.at(span.start), points.at(span.end));
            let span = self.look.written(span, self.points + start, self.points + end);
            serde_json::to_writer(&mut *self.output, &Line { file: self.name, span })
                .map_err(|error| Trouble::Output(error.into()))?;
            self.output.write_all(b"\n")?;
        }
        self.points += points.at(piece.text.len());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_across_parts_are_whole_and_broken_ones_are_counted() {
        let bytes = "a字😀".as_bytes();
        for cut in 0..=bytes.len() {
            let mut decoder = Decoder::default();
            let mut text = decoder.decode(&bytes[..cut], false);
            text.push_str(&decoder.decode(&bytes[cut..], false));
            text.push_str(&decoder.decode(&[], true));
            assert_eq!((text.as_str(), decoder.wrong), ("a字😀", 0), "{cut}");
        }
        let mut decoder = Decoder::default();
        let mut text = decoder.decode(b"ab\xffc\xe5", false);
        text.push_str(&decoder.decode(b"\xad", false));
        text.push_str(&decoder.decode(&[], true));
        assert_eq!((text.as_str(), decoder.wrong, decoder.first), ("ab\u{fffd}c\u{fffd}", 2, 2));
    }
}
