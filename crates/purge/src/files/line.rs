//! The new file, piece by piece.

use std::{
    fs::File,
    io::{BufWriter, Write as _},
};

/// What is written. An element of a list that goes takes one comma along: that before it, or where
/// nothing stays before it, that behind it. All others stay.
pub(super) struct Line<'a> {
    out: Option<&'a mut BufWriter<File>>,
    /// What stands before the next element and is not written yet.
    between: Vec<Vec<u8>>,
    /// An element was written.
    begun: bool,
    /// The next comma goes.
    swallow: bool,
}

impl<'a> Line<'a> {
    pub fn new(out: Option<&'a mut BufWriter<File>>) -> Self {
        Self { out, between: Vec::new(), begun: false, swallow: false }
    }

    fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        match &mut self.out {
            Some(out) => out.write_all(bytes),
            None => Ok(()),
        }
    }

    pub fn between(&mut self, bytes: Vec<u8>) {
        if !std::mem::take(&mut self.swallow) {
            self.between.push(bytes);
        }
    }

    pub fn frame(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        for between in std::mem::take(&mut self.between) {
            self.write(&between)?;
        }
        self.write(bytes)
    }

    pub fn row(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.begun = true;
        self.frame(bytes)
    }

    pub fn gone(&mut self) {
        if self.between.pop().is_none() {
            self.swallow = !self.begun;
        }
    }
}
