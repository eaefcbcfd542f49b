//! Bytes of a file as they come, what was not taken yet in one stretch.

use std::io::{ErrorKind, Read, Result as Io};

use encoding_rs::{CoderResult, Decoder, Encoding};

use super::{LONGEST, io_error, malformed};
use crate::error::SourceError;

/// Bytes read at once, at least.
const STEP: usize = 64 << 10;

pub(super) struct Feed {
    from: Box<dyn Read + Send>,
    name: String,
    bytes: Vec<u8>,
    at: usize,
    ended: bool,
}

impl Feed {
    pub fn new(from: Box<dyn Read + Send>, name: &str) -> Self {
        Self { from, name: name.to_owned(), bytes: Vec::new(), at: 0, ended: false }
    }

    /// What was read and not taken.
    pub fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    /// Nothing comes any more.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// Reads on. The more is there, the more is read, so that a long record is not looked through
    /// again and again.
    pub fn more(&mut self) -> Result<(), SourceError> {
        let there = self.rest().len();
        if there > LONGEST {
            return Err(malformed(
                &self.name,
                "a record of more than 16 MB; look for a quote that is not closed",
            ));
        }
        self.bytes.drain(..self.at);
        self.at = 0;
        let want = there.max(STEP);
        let mut part = self.from.by_ref().take(want as u64);
        let read = part.read_to_end(&mut self.bytes);
        let read = read.map_err(|error| io_error(&error, &self.name, true))?;
        self.ended = read < want;
        Ok(())
    }

    /// Reads until so much is there, if there is so much.
    pub fn fill(&mut self, most: usize) -> Result<(), SourceError> {
        while self.rest().len() < most && !self.ended {
            self.more()?;
        }
        Ok(())
    }

    /// Takes the next bytes.
    pub fn take(&mut self, count: usize) -> Vec<u8> {
        let taken = self.rest()[..count].to_vec();
        self.at += count;
        taken
    }

    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Another encoding on its way to UTF-8.
pub(super) struct Transcoding<R> {
    from: R,
    decoder: Decoder,
    raw: Vec<u8>,
    text: String,
    sent: usize,
    ended: bool,
}

impl<R: Read> Transcoding<R> {
    pub fn new(from: R, encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder_with_bom_removal();
        Self { from, decoder, raw: Vec::new(), text: String::new(), sent: 0, ended: false }
    }

    fn decode(&mut self) -> Io<()> {
        self.raw.clear();
        let read = self.from.by_ref().take(STEP as u64).read_to_end(&mut self.raw)?;
        self.ended = read < STEP;
        self.text.clear();
        self.sent = 0;
        let room =
            self.decoder.max_utf8_buffer_length(self.raw.len()).ok_or(ErrorKind::InvalidData)?;
        self.text.reserve(room);
        let (result, ..) = self.decoder.decode_to_string(&self.raw, &mut self.text, self.ended);
        if result == CoderResult::InputEmpty { Ok(()) } else { Err(ErrorKind::InvalidData.into()) }
    }
}

impl<R: Read> Read for Transcoding<R> {
    fn read(&mut self, into: &mut [u8]) -> Io<usize> {
        while self.sent == self.text.len() && !self.ended {
            self.decode()?;
        }
        let rest = &self.text.as_bytes()[self.sent..];
        let count = rest.len().min(into.len());
        into[..count].copy_from_slice(&rest[..count]);
        self.sent += count;
        Ok(count)
    }
}
