//! Files that hold personal data for a while: pieces sealed one by one, so that they are written and
//! read as they come, and nothing of them stands on the disk in clear.

use std::{
    fs::File,
    io::{BufReader, BufWriter, ErrorKind, Read, Result, Seek, SeekFrom, Write},
    path::Path,
};

use vault::Blob;

/// Bytes of a piece, before sealing.
const PIECE: usize = 256 * 1024;
/// Sealing adds less than this; a longer piece is not ours.
const LONGEST: usize = PIECE + 1024;

/// What is written before a piece: its length.
const HEAD: u64 = 4;

/// What a piece is bound to: the file it is of, and its place in it.
fn context(name: &str, at: u64) -> Vec<u8> {
    [name.as_bytes(), b"\x1f", &at.to_be_bytes()].concat()
}

/// Writes a sealed file. [`Sealing::finish`] ends it: a file without its end is refused, so that what
/// was cut off is not taken for all there was.
pub(crate) struct Sealing<'a> {
    blob: &'a Blob,
    name: String,
    out: BufWriter<File>,
    piece: Vec<u8>,
    at: u64,
}

impl<'a> Sealing<'a> {
    /// Begins a file anew.
    pub fn create(blob: &'a Blob, path: &Path, name: String) -> Result<Self> {
        let out = BufWriter::new(File::create(path)?);
        Ok(Self { blob, name, out, piece: Vec::with_capacity(PIECE), at: 0 })
    }

    fn put(&mut self) -> Result<()> {
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE));
        let sealed = self.blob.seal(&context(&self.name, self.at), piece);
        self.at += 1;
        let length = u32::try_from(sealed.len()).map_err(|_| ErrorKind::InvalidData)?;
        self.out.write_all(&length.to_be_bytes())?;
        self.out.write_all(&sealed)
    }

    /// Writes the end and waits until everything is on the disk.
    pub fn finish(self) -> Result<()> {
        self.end()?.sync_all()
    }

    /// Writes the end. A power failure may still lose it: who must not lose it waits for the disk.
    pub fn end(mut self) -> Result<File> {
        if !self.piece.is_empty() {
            self.put()?;
        }
        self.put()?;
        self.out.into_inner().map_err(std::io::IntoInnerError::into_error)
    }
}

impl Write for Sealing<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let room = (PIECE - self.piece.len()).min(bytes.len());
        self.piece.extend_from_slice(&bytes[..room]);
        if self.piece.len() == PIECE {
            self.put()?;
        }
        Ok(room)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Reads a sealed file.
pub(crate) struct Opening<'a> {
    blob: &'a Blob,
    name: String,
    from: BufReader<File>,
    piece: Vec<u8>,
    read: usize,
    at: u64,
    /// How far it was read, from its beginning on.
    place: u64,
    ended: bool,
}

impl<'a> Opening<'a> {
    /// Opens a file.
    pub fn open(blob: &'a Blob, path: &Path, name: String) -> Result<Self> {
        let from = BufReader::new(File::open(path)?);
        Ok(Self { blob, name, from, piece: Vec::new(), read: 0, at: 0, place: 0, ended: false })
    }

    fn next(&mut self) -> Result<()> {
        let mut length = [0; 4];
        self.from.read_exact(&mut length)?;
        let length = u32::from_be_bytes(length) as usize;
        if length > LONGEST {
            return Err(ErrorKind::InvalidData.into());
        }
        let mut sealed = vec![0; length];
        self.from.read_exact(&mut sealed)?;
        let opened = self.blob.open(&context(&self.name, self.at), sealed);
        self.piece = opened.map_err(|_| ErrorKind::InvalidData)?;
        (self.read, self.at) = (0, self.at + 1);
        self.ended = self.piece.is_empty();
        Ok(())
    }

    /// Bytes that are to be read, whole. All pieces are full but the last, and the empty one that ends the
    /// file, which must be there: what was cut off is not taken for a shorter one.
    fn length(&mut self) -> Result<u64> {
        let (whole, empty) = self.on_disk();
        let on_disk = self.from.get_ref().metadata()?.len();
        let rest = on_disk.checked_sub(empty).ok_or(ErrorKind::UnexpectedEof)?;
        let last = match rest % whole {
            0 => 0,
            last => last.checked_sub(empty).ok_or(ErrorKind::InvalidData)?,
        };
        self.from.seek(SeekFrom::Start(rest))?;
        self.at = rest.div_ceil(whole);
        self.next()?;
        if !self.ended {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok(rest / whole * PIECE as u64 + last)
    }

    /// What a full piece and an empty one take on the disk.
    fn on_disk(&self) -> (u64, u64) {
        let empty = HEAD + self.blob.seal(b"", Vec::new()).len() as u64;
        (empty + PIECE as u64, empty)
    }
}

/// For what is not read from its beginning on, as the list at the end of a ZIP. Each piece that is read
/// is still held to its place; whoever cuts the file off changes where its end is looked for.
impl Seek for Opening<'_> {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let to = match to {
            SeekFrom::Start(to) => Some(to),
            SeekFrom::End(by) => self.length()?.checked_add_signed(by),
            SeekFrom::Current(by) => self.place.checked_add_signed(by),
        };
        let to = to.ok_or(ErrorKind::InvalidInput)?;
        let at = to / PIECE as u64;
        if self.ended || self.at != at + 1 {
            self.from.seek(SeekFrom::Start(at * self.on_disk().0))?;
            self.at = at;
            self.next()?;
        }
        let within = usize::try_from(to % PIECE as u64).unwrap_or(PIECE);
        self.read = within.min(self.piece.len());
        self.place = at * PIECE as u64 + self.read as u64;
        Ok(self.place)
    }
}

impl Read for Opening<'_> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        if self.read == self.piece.len() && !self.ended {
            self.next()?;
        }
        let rest = &self.piece[self.read..];
        let count = rest.len().min(into.len());
        into[..count].copy_from_slice(&rest[..count]);
        self.read += count;
        self.place += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_and_a_cut_or_changed_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows");
        let blob = Blob::new(&[7; 32]);
        let text = "谢谢 a line\n".repeat(60_000);
        let mut out = Sealing::create(&blob, &path, "a".into()).unwrap();
        out.write_all(text.as_bytes()).unwrap();
        out.finish().unwrap();
        let read = |name: &str| {
            let mut text = String::new();
            Opening::open(&blob, &path, name.into())?.read_to_string(&mut text).map(|_| text)
        };
        assert_eq!(read("a").unwrap(), text);
        assert!(read("b").is_err(), "another file's name");
        let whole = std::fs::read(&path).unwrap();
        assert!(!whole.windows(6).any(|part| part == b"a line"));
        std::fs::write(&path, &whole[..whole.len() - 40]).unwrap();
        assert!(read("a").is_err(), "its end is missing");
    }

    #[test]
    fn any_place_can_be_read_and_a_file_that_was_cut_off_is_not_taken_for_a_shorter_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bundle");
        let blob = Blob::new(&[7; 32]);
        for length in [0, 5, PIECE, 2 * PIECE + 9, 3 * PIECE] {
            let bytes: Vec<u8> = (0..length).map(|n| (n / 7 % 251) as u8).collect();
            let mut out = Sealing::create(&blob, &path, "a".into()).unwrap();
            out.write_all(&bytes).unwrap();
            out.finish().unwrap();
            let mut from = Opening::open(&blob, &path, "a".into()).unwrap();
            assert_eq!(from.seek(SeekFrom::End(0)).unwrap(), length as u64);
            for at in [length, length / 2, 0, length.saturating_sub(4), length.min(PIECE)] {
                let mut rest = Vec::new();
                from.seek(SeekFrom::Start(at as u64)).unwrap();
                from.read_to_end(&mut rest).unwrap();
                assert!(rest == bytes[at..], "{length} from {at}");
            }
        }
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - whole.len() / 3]).unwrap();
        let mut from = Opening::open(&blob, &path, "a".into()).unwrap();
        assert!(from.seek(SeekFrom::End(-4)).is_err());
    }
}
