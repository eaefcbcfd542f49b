//! The elements of one JSON array.

use super::{Part, Piece, Records, State, trimmed};
use crate::error::SourceError;

impl Records {
    pub(super) fn next_of_array(&mut self) -> Result<Option<Piece>, SourceError> {
        match self.state {
            State::Before => self.opening(),
            State::Inside => self.element(),
            State::Behind => self.behind(),
        }
    }

    /// Up to the first element, or to the bracket that closes an empty array.
    fn opening(&mut self) -> Result<Option<Piece>, SourceError> {
        self.feed.fill(4)?;
        let mark = if self.feed.rest().starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let bracket = self.behind_blanks(mark)?;
        let first = self.behind_blanks(bracket + 1)?;
        let closes = self.feed.rest().get(first).is_none_or(|byte| *byte == b']');
        self.state = if closes { State::Behind } else { State::Inside };
        let bytes = self.feed.take(first.min(self.feed.rest().len()));
        Ok(Some(Piece { bytes, part: Part::Frame }))
    }

    /// The next place that is no blank.
    fn behind_blanks(&mut self, from: usize) -> Result<usize, SourceError> {
        loop {
            let rest = self.feed.rest();
            let found = rest.iter().skip(from).position(|byte| !byte.is_ascii_whitespace());
            match found {
                Some(at) => return Ok(from + at),
                None if self.feed.ended() => return Ok(rest.len()),
                None => self.feed.more()?,
            }
        }
    }

    /// An element, or what stands between two.
    fn element(&mut self) -> Result<Option<Piece>, SourceError> {
        let at = self.behind_blanks(0)?;
        match self.feed.rest().get(at) {
            None => {
                self.state = State::Behind;
                return self.rest_is_broken();
            }
            Some(b']') => {
                self.state = State::Behind;
                return self.behind();
            }
            Some(b',') => {
                let next = self.behind_blanks(at + 1)?;
                let bytes = self.feed.take(next);
                return Ok(Some(Piece { bytes, part: Part::Between }));
            }
            Some(_) => {}
        }
        let end = loop {
            match end(self.feed.rest()) {
                Some(end) => break end,
                None if self.feed.ended() => {
                    self.state = State::Behind;
                    return self.rest_is_broken();
                }
                None => self.feed.more()?,
            }
        };
        let body = trimmed(&self.feed.rest()[..end]);
        let bytes = self.feed.take(body.end);
        let part = self.json_row(&bytes, body).map_or(Part::Broken, Part::Row);
        Ok(Some(Piece { bytes, part }))
    }

    /// The bracket, and what nobody expects behind it.
    fn behind(&mut self) -> Result<Option<Piece>, SourceError> {
        self.feed.fill(1)?;
        if self.feed.rest().is_empty() {
            return Ok(None);
        }
        let bytes = self.feed.take(self.feed.rest().len());
        let text = bytes.trim_ascii();
        let part = if text.is_empty() || text == b"]" { Part::Frame } else { Part::Broken };
        Ok(Some(Piece { bytes, part }))
    }

    fn rest_is_broken(&mut self) -> Result<Option<Piece>, SourceError> {
        let bytes = self.feed.take(self.feed.rest().len());
        if bytes.is_empty() {
            return Err(super::malformed(self.feed.name(), "the array is not closed"));
        }
        Ok(Some(Piece { bytes, part: Part::Broken }))
    }
}

/// Where the element that begins here ends: at the comma or bracket behind it.
fn end(text: &[u8]) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (at, byte) in text.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'[' | b'{' => depth += 1,
            b',' | b']' if depth == 0 => return Some(at),
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}
