//! A ZIP that is written as it comes, however large: nothing of it is held but the list of its files.

use std::io::{Error, Read, Result, Seek, Write};

use zip::{
    AesMode, ZipArchive, ZipWriter,
    write::{SimpleFileOptions, StreamWriter},
};

/// From here on the length of a file is written in 64 bits (ZIP64, APPNOTE 4.5.3). It has to be said
/// before the file: no file of ours is eight times as long as the rows it is made of, so half a gigabyte
/// of rows is the least that can become 4 GiB.
const LARGE: u64 = 512 * 1024 * 1024;

fn broken(error: zip::result::ZipError) -> Error {
    Error::other(error)
}

/// Writes a ZIP to something that cannot go back.
pub(super) struct Archive<W: Write>(ZipWriter<StreamWriter<Counted<W>>>);

impl<W: Write> Archive<W> {
    pub fn new(out: W) -> Self {
        Self(ZipWriter::new_stream(Counted { out, count: 0 }))
    }

    /// Begins a file made of so many bytes of rows; with a passphrase it is encrypted (WinZip AE-2,
    /// AES-256), so that no checksum of its content stands beside it.
    pub fn file(&mut self, name: &str, rows: u64, passphrase: Option<&str>) -> Result<()> {
        let options = options(rows).compression_level(Some(LEVEL));
        match passphrase {
            Some(words) => {
                self.0.start_file(name, options.with_aes_encryption(AesMode::Aes256, words))
            }
            None => self.0.start_file(name, options),
        }
        .map_err(broken)
    }

    /// Ends the ZIP; returns what it was written to, and its length.
    pub fn finish(self) -> Result<(W, u64)> {
        let done = self.0.finish().map_err(broken)?.into_inner();
        Ok((done.out, done.count))
    }
}

/// Rows of tables are alike: looking harder for what is alike takes more than twice the time and saves a
/// fiftieth of the length.
const LEVEL: i64 = 4;

fn options(rows: u64) -> SimpleFileOptions {
    SimpleFileOptions::default().large_file(rows >= LARGE)
}

impl<W: Write> Write for Archive<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        self.0.flush()
    }
}

/// Writes the files of a ZIP into another one, encrypted. A file at a time, a piece at a time.
pub(super) fn encrypt(from: impl Read + Seek, passphrase: &str, out: impl Write) -> Result<()> {
    let mut plain = ZipArchive::new(from).map_err(broken)?;
    let mut locked = Archive::new(out);
    for at in 0..plain.len() {
        let mut file = plain.by_index(at).map_err(broken)?;
        let name = file.name().map_err(broken)?.into_owned();
        locked.file(&name, file.size(), Some(passphrase))?;
        std::io::copy(&mut file, &mut locked)?;
    }
    let (mut out, _) = locked.finish()?;
    out.flush()
}

/// Counts what goes through.
struct Counted<W> {
    out: W,
    count: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let count = self.out.write(bytes)?;
        self.count += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Cursor, SeekFrom},
        process::Command,
    };

    use zip::CompressionMethod;

    use super::*;

    /// Python's own reader, which knows nothing of ours.
    fn python(program: &str, arguments: &[&str]) -> String {
        let python = std::env::var("PRIVET_TEST_PYTHON").expect("cargo xtask test sets it");
        let said = Command::new(python).arg("-c").arg(program).args(arguments).output().unwrap();
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        String::from_utf8(said.stdout).unwrap()
    }

    fn plain() -> Vec<u8> {
        let mut zip = Archive::new(Vec::new());
        for (name, text) in [("data.json", "{\"name\":\"李雷\"}"), ("tables/01-商店.csv", "a,b\n")]
        {
            zip.file(name, 10, None).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.file("empty", 0, None).unwrap();
        zip.finish().unwrap().0
    }

    #[test]
    fn another_program_opens_what_was_encrypted_with_its_passphrase_and_no_other() {
        const READ: &str = "
import sys, pyzipper
with pyzipper.AESZipFile(sys.argv[1]) as z:
    for one in z.infolist():
        assert one.flag_bits & 1 and one.wz_aes_version == 2 and one.wz_aes_strength == 3, one
        assert one.CRC == 0, 'a checksum of the content stands beside it'
    try:
        z.read('data.json', pwd=b'another')
        print('opened by another')
    except RuntimeError:
        pass
    z.setpassword(sys.argv[2].encode())
    print('|'.join(name + '=' + z.read(name).decode() for name in z.namelist()))";
        let mut locked = Vec::new();
        encrypt(Cursor::new(plain()), "abcd-efgh", &mut locked).unwrap();
        for hidden in ["李雷", "a,b"] {
            let shown = locked.windows(hidden.len()).any(|part| part == hidden.as_bytes());
            assert!(!shown, "{hidden} stands in clear");
        }
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &locked).unwrap();
        let said = python(READ, &[&file.path().display().to_string(), "abcd-efgh"]);
        assert_eq!(said.trim(), "data.json={\"name\":\"李雷\"}|tables/01-商店.csv=a,b\n|empty=");
    }

    #[test]
    fn whatever_is_changed_in_an_encrypted_file_is_told() {
        let mut locked = Vec::new();
        encrypt(Cursor::new(plain()), "abcd-efgh", &mut locked).unwrap();
        let read = |bytes: Vec<u8>, passphrase: &str| -> Result<String> {
            let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
            let mut file = zip.by_index_decrypt(0, passphrase.as_bytes()).map_err(broken)?;
            let mut text = String::new();
            file.read_to_string(&mut text).map(|_| text)
        };
        assert!(read(locked.clone(), "abcd-efgh").unwrap().contains("李雷"));
        assert!(read(locked.clone(), "abcd-efgj").is_err());
        // Behind the header (30 bytes, name, extra fields) stand salt, check and content.
        let begin = 30 + "data.json".len() + usize::from(locked[28]);
        for at in begin + 18..begin + 30 {
            let mut changed = locked.clone();
            changed[at] ^= 1;
            assert!(read(changed, "abcd-efgh").is_err(), "byte {at}");
        }
    }

    /// Keeps nothing but what stands at the end, as far as it is asked for, and how much there was.
    struct Tail {
        end: std::collections::VecDeque<u8>,
        most: usize,
        count: u64,
    }

    impl Write for Tail {
        fn write(&mut self, bytes: &[u8]) -> Result<usize> {
            let last = &bytes[bytes.len().saturating_sub(self.most)..];
            self.end.extend(last);
            let over = self.end.len().saturating_sub(self.most);
            self.end.drain(..over);
            self.count += bytes.len() as u64;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_file_beyond_four_gibibytes_is_written_without_holding_it() {
        const PIECE: usize = 1 << 20;
        const PIECES: u64 = 4_200;
        const READ: &str = "
import sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
end = open(sys.argv[1], 'rb'); end.seek(-4096, 2); end = end.read()
assert b'PK\\x06\\x06' in end and b'PK\\x06\\x07' in end, 'no ZIP64 end of the directory'
large, last = z.infolist()
assert last.header_offset > 0xffffffff
print(large.file_size, z.read(last).decode().strip())";
        let tail = Tail { end: std::collections::VecDeque::new(), most: 2 * PIECE, count: 0 };
        let mut zip = Archive::new(tail);
        // As it comes: squeezing it would take this test many minutes.
        let stored = options(PIECES * PIECE as u64).compression_method(CompressionMethod::Stored);
        zip.0.start_file("data.json", stored).unwrap();
        let piece = vec![b'x'; PIECE];
        for _ in 0..PIECES {
            zip.write_all(&piece).unwrap();
        }
        zip.file("tables/01-last.csv", 20, None).unwrap();
        zip.write_all("李雷,the last\n".as_bytes()).unwrap();
        let (tail, count) = zip.finish().unwrap();
        assert_eq!(tail.count, count);
        assert!(count > u64::from(u32::MAX));

        // What was not kept is a hole in a file, which takes no room on the disk.
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let end: Vec<u8> = tail.end.into();
        file.as_file_mut().seek(SeekFrom::Start(count - end.len() as u64)).unwrap();
        file.as_file_mut().write_all(&end).unwrap();
        let said = python(READ, &[&file.path().display().to_string()]);
        assert_eq!(said.trim(), format!("{} 李雷,the last", PIECES * PIECE as u64));
        let mut ours = ZipArchive::new(file.as_file_mut()).unwrap();
        let mut text = String::new();
        ours.by_index(1).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "李雷,the last\n");
    }

    #[test]
    fn more_files_than_sixteen_bits_count_are_all_found() {
        const FILES: usize = 65_600;
        let mut zip = Archive::new(Vec::new());
        let stored = options(1).compression_method(CompressionMethod::Stored);
        for n in 0..FILES {
            zip.0.start_file(format!("tables/{n}.csv"), stored).unwrap();
            zip.write_all(b"x").unwrap();
        }
        let (bytes, _) = zip.finish().unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &bytes).unwrap();
        let read = "import sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
print(len(z.infolist()), z.read('tables/65599.csv').decode())";
        assert_eq!(python(read, &[&file.path().display().to_string()]).trim(), "65600 x");
        assert_eq!(ZipArchive::new(Cursor::new(bytes)).unwrap().len(), FILES);
    }

    #[test]
    fn lengths_take_64_bits_only_where_they_may_need_them() {
        assert!(format!("{:?}", options(LARGE)).contains("large_file: true"));
        assert!(format!("{:?}", options(LARGE - 1)).contains("large_file: false"));
    }
}
