//! Text records from all over a file of any size: small files whole, large ones in pieces at evenly
//! spread offsets. At most a few dozen megabytes are read, one piece in memory at a time.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::Path,
    time::Instant,
};

use encoding_rs::Encoding;

use super::io_error;
use crate::error::SourceError;

/// Files up to this size are read whole.
pub(super) const WHOLE: u64 = 4 << 20;
/// Pieces a larger file is read in.
const PIECES: u64 = 32;
/// First size of a piece; doubled until enough records are in it.
const PIECE: usize = 64 << 10;
/// Last size of a piece: longer records are passed over.
const LONGEST: usize = 1 << 20;

/// A file and how its bytes become text.
pub(super) struct TextFile {
    file: File,
    pub name: String,
    pub len: u64,
    /// Bytes read so far.
    pub read: u64,
}

/// A stretch of text. Unless at the start it begins in the middle of a record, and unless at the
/// end it stops in one.
pub(super) struct Piece {
    pub text: String,
    pub at_start: bool,
    pub at_end: bool,
}

impl TextFile {
    pub fn open(path: &Path, name: &str, listed: bool) -> Result<Self, SourceError> {
        let file = File::open(path).map_err(|e| io_error(&e, name, listed))?;
        let len = file.metadata().map_err(|e| io_error(&e, name, listed))?.len();
        Ok(Self { file, name: name.to_owned(), len, read: 0 })
    }

    pub fn bytes(&mut self, offset: u64, most: usize) -> Result<Vec<u8>, SourceError> {
        let mut bytes = Vec::new();
        let read = self
            .file
            .seek(SeekFrom::Start(offset))
            .and_then(|_| (&self.file).take(most as u64).read_to_end(&mut bytes));
        read.map_err(|e| io_error(&e, &self.name, true))?;
        self.read += bytes.len() as u64;
        Ok(bytes)
    }

    fn piece(
        &mut self,
        encoding: &'static Encoding,
        offset: u64,
        most: usize,
    ) -> Result<Piece, SourceError> {
        let wide = encoding == encoding_rs::UTF_16LE || encoding == encoding_rs::UTF_16BE;
        let offset = if wide { offset & !1 } else { offset };
        let bytes = self.bytes(offset, most)?;
        let at_end = offset + bytes.len() as u64 >= self.len;
        let at_start = offset == 0;
        Ok(Piece { text: decode(&bytes, encoding, at_start), at_start, at_end })
    }

    /// Hands records spread over the file to `take` until it says stop or there are `want`.
    /// `parse` gives up to so many whole records of a piece.
    pub fn spread<T>(
        &mut self,
        encoding: &'static Encoding,
        want: usize,
        deadline: Instant,
        parse: impl Fn(&Piece, usize) -> Vec<T>,
        mut take: impl FnMut(T) -> bool,
    ) -> Result<(), SourceError> {
        if self.len <= WHOLE {
            let all = parse(&self.piece(encoding, 0, WHOLE as usize)?, usize::MAX);
            let (count, want) = (all.len(), want.min(all.len()));
            for (i, record) in all.into_iter().enumerate() {
                // Of `count` records the ones where the scaled index steps up: evenly spread.
                if (i + 1) * want / count > i * want / count && !take(record) {
                    break;
                }
            }
            return Ok(());
        }
        let each = want.div_ceil(PIECES as usize);
        for i in 0..PIECES {
            let offset = (u128::from(self.len) * u128::from(i) / u128::from(PIECES)) as u64;
            let mut size = PIECE;
            let records = loop {
                let records = parse(&self.piece(encoding, offset, size)?, each);
                if records.len() >= each || size >= LONGEST {
                    break records;
                }
                size *= 2;
            };
            for record in records {
                if !take(record) {
                    return Ok(());
                }
            }
            if Instant::now() > deadline {
                return Err(SourceError::Slow(self.name.clone()));
            }
        }
        Ok(())
    }
}

/// Bytes to text, invalid sequences replaced (callers look for U+FFFD), a byte order mark dropped.
pub(super) fn decode(bytes: &[u8], encoding: &'static Encoding, at_start: bool) -> String {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    match text.strip_prefix('\u{feff}') {
        Some(rest) if at_start => rest.to_owned(),
        _ => text.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{io::Write, time::Duration};

    #[test]
    fn a_file_of_gigabytes_costs_few_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("big.txt");
        let mut file = File::create(&path).unwrap();
        let block = "a line of text\n".repeat(10_000);
        file.write_all(block.as_bytes()).unwrap();
        file.set_len(5 << 30).unwrap(); // sparse: a hole of almost 5 GB
        file.seek(SeekFrom::End(0)).unwrap();
        file.write_all(block.as_bytes()).unwrap();

        let mut text = TextFile::open(&path, "big.txt", true).unwrap();
        let mut lines = 0;
        let parse = |piece: &Piece, most: usize| -> Vec<String> {
            piece.text.lines().take(most).map(str::to_owned).collect()
        };
        let deadline = Instant::now() + Duration::from_mins(1);
        text.spread(encoding_rs::UTF_8, 1000, deadline, parse, |_| {
            lines += 1;
            true
        })
        .unwrap();

        assert!(lines > 30 && text.read < 64 << 20, "{lines} lines from {} bytes", text.read);
    }
}
