//! Records of lines of fields, cut where the `csv` library cuts them, with the places of their bytes.

use std::{borrow::Cow, ops::Range};

use super::{Cell, Part, Piece, Records, Row, State};
use crate::error::SourceError;

/// Where a record and its fields are.
struct Cut {
    /// With the line break.
    whole: usize,
    /// Without.
    body: usize,
    fields: Vec<Range<usize>>,
    /// The file ended inside quotes.
    open: bool,
}

impl Records {
    pub(super) fn next_of_table(&mut self) -> Result<Option<Piece>, SourceError> {
        if self.state == State::Before {
            self.state = State::Inside;
            if let Some(piece) = self.head()? {
                return Ok(Some(piece));
            }
        }
        let Some(cut) = self.cut()? else { return Ok(None) };
        let bytes = self.feed.take(cut.whole);
        if cut.open {
            return Ok(Some(Piece { bytes, part: Part::Broken }));
        }
        if cut.fields.is_empty() {
            return Ok(Some(Piece { bytes, part: Part::Frame }));
        }
        let field = |(n, range): (usize, Range<usize>)| {
            let column = self.places.get(n).copied().flatten();
            let path = if column.is_some() { String::new() } else { format!("column_{}", n + 1) };
            Cell { column, range, path }
        };
        let cells = cut.fields.into_iter().enumerate().map(field).collect();
        Ok(Some(Piece { bytes, part: Part::Row(Row { body: 0..cut.body, cells }) }))
    }

    /// Byte order mark, `sep=;` and the header.
    fn head(&mut self) -> Result<Option<Piece>, SourceError> {
        let Some(dialect) = self.dialect.clone() else { return Ok(None) };
        self.feed.fill(3)?;
        let mark = if self.feed.rest().starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let skip = mark + dialect.skip;
        self.feed.fill(skip)?;
        let mut head = self.feed.take(skip.min(self.feed.rest().len()));
        if dialect.header {
            // Empty lines before it are no header.
            while let Some(cut) = self.cut()? {
                head.extend(self.feed.take(cut.whole));
                if !cut.fields.is_empty() {
                    break;
                }
            }
        }
        Ok((!head.is_empty()).then_some(Piece { bytes: head, part: Part::Frame }))
    }

    /// The next record; `None` at the end.
    fn cut(&mut self) -> Result<Option<Cut>, SourceError> {
        let (delimiter, quotes) =
            self.dialect.as_ref().map_or((b',', true), |one| (one.delimiter, one.quotes));
        loop {
            if let Some(cut) = cut(self.feed.rest(), self.feed.ended(), delimiter, quotes) {
                return Ok(Some(cut));
            }
            if self.feed.ended() {
                return Ok(None);
            }
            self.feed.more()?;
        }
    }
}

/// `None`: more bytes are needed, or there are none.
fn cut(bytes: &[u8], ended: bool, delimiter: u8, quotes: bool) -> Option<Cut> {
    let mut fields = Vec::new();
    let (mut at, mut from) = (0, 0);
    let first = *bytes.first()?;
    if first == b'\n' || first == b'\r' {
        let whole = broken(bytes, 0, ended)?;
        return Some(Cut { whole, body: 0, fields, open: false });
    }
    let (mut quoted, mut fresh) = (false, true);
    loop {
        let Some(byte) = bytes.get(at).copied() else {
            if !ended {
                return None;
            }
            fields.push(from..at);
            return Some(Cut { whole: at, body: at, fields, open: quoted });
        };
        if quoted {
            if byte == b'"' {
                match bytes.get(at + 1) {
                    Some(b'"') => at += 1,
                    Some(_) => quoted = false,
                    None if ended => quoted = false,
                    None => return None,
                }
            }
            at += 1;
            continue;
        }
        if byte == b'"' && fresh && quotes {
            (quoted, fresh) = (true, false);
        } else if byte == delimiter {
            fields.push(from..at);
            (from, fresh) = (at + 1, true);
        } else if byte == b'\n' || byte == b'\r' {
            let whole = broken(bytes, at, ended)?;
            fields.push(from..at);
            return Some(Cut { whole, body: at, fields, open: false });
        } else {
            fresh = false;
        }
        at += 1;
    }
}

/// Behind the line break that begins here.
fn broken(bytes: &[u8], at: usize, ended: bool) -> Option<usize> {
    match (bytes[at], bytes.get(at + 1)) {
        (b'\r', Some(b'\n')) => Some(at + 2),
        (b'\r', None) if !ended => None,
        _ => Some(at + 1),
    }
}

/// A field's text without its quotes.
pub(super) fn unquoted(raw: &[u8], quotes: bool) -> Cow<'_, [u8]> {
    if !quotes || raw.first() != Some(&b'"') {
        return Cow::Borrowed(raw);
    }
    let mut text = Vec::with_capacity(raw.len());
    let (mut inside, mut at) = (true, 1);
    while let Some(byte) = raw.get(at).copied() {
        if inside && byte == b'"' {
            if raw.get(at + 1) == Some(&b'"') {
                text.push(b'"');
                at += 1;
            } else {
                inside = false;
            }
        } else {
            text.push(byte);
        }
        at += 1;
    }
    Cow::Owned(text)
}
