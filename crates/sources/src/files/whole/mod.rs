//! A file from its first byte to its last, record by record: who looks for one person must see every
//! row, and who writes the file anew must give back every byte that is not theirs. The pieces that
//! [`Records::next`] hands out, put together, are the file.

mod array;
mod feed;
mod leaves;
mod parquet;
mod spelled;
mod table;

use std::{
    collections::HashMap,
    fs::File,
    io::{Read, Seek as _, SeekFrom},
    ops::Range,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use encoding_rs::Encoding;
use serde::de::IgnoredAny;

use super::{
    Files, Format, by_extension, csv, format_of, io_error, json,
    pieces::{TextFile, decode},
    sniff::{self, Dialect, HEAD},
};
use crate::{
    error::SourceError,
    model::{Address, Options},
};
use feed::{Feed, Transcoding};

/// Bytes of a record at most: more is a quote that nobody closed.
const LONGEST: usize = 16 << 20;

/// A file or folder whose files can be read whole. Cheap to clone; it holds nothing open.
#[derive(Clone)]
pub struct Folder {
    files: Files,
}

/// What a file was at a moment. Another one is another file, or the same one written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Stamp {
    /// Its device.
    pub device: u64,
    /// Its number on the device.
    pub inode: u64,
    /// Bytes.
    pub bytes: u64,
    /// When it was last written to (ns).
    pub written_ns: i128,
}

impl Stamp {
    /// Of a file.
    pub fn of(meta: &std::fs::Metadata) -> Self {
        Self {
            device: meta.dev(),
            inode: meta.ino(),
            bytes: meta.len(),
            written_ns: i128::from(meta.mtime()) * 1_000_000_000 + i128::from(meta.mtime_nsec()),
        }
    }
}

/// How the records of a file are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Lines of fields.
    Table,
    /// A JSON value each line.
    Lines,
    /// One JSON array.
    Array,
}

/// Why a file that can be read cannot be written anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fixed {
    /// Parquet.
    Parquet,
    /// Its characters are not written so that single records can be taken out.
    Encoding,
}

/// What can be done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// It has rows, and why they cannot be taken out.
    Rows(Shape, Option<Fixed>),
    /// One JSON object over several lines: it has no rows.
    Object,
}

/// A stretch of the file.
#[derive(Debug)]
pub struct Piece {
    /// Its bytes (of a file in another encoding than can be cut: in UTF-8; of Parquet: as JSON).
    pub bytes: Vec<u8>,
    /// What it is.
    pub part: Part,
}

/// What a stretch of a file is.
#[derive(Debug)]
pub enum Part {
    /// A header, an empty line, brackets.
    Frame,
    /// What stands between two elements of an array.
    Between,
    /// A record.
    Row(Row),
    /// What cannot be understood.
    Broken,
}

/// A record.
#[derive(Debug)]
pub struct Row {
    /// Its bytes without the line break behind it.
    pub body: Range<usize>,
    /// Its cells.
    pub cells: Vec<Cell>,
}

/// One value of a record.
#[derive(Debug)]
pub struct Cell {
    /// Which of the columns it is of; `None`: none that was asked for.
    pub column: Option<usize>,
    /// Its bytes in the piece, with quotes.
    pub range: Range<usize>,
    /// Its path, where it is of no column that was asked for and the file has names.
    pub path: String,
}

/// The records of one file, in order.
pub struct Records {
    feed: Feed,
    /// Rows that have no bytes of their own.
    rows: Option<parquet::Rows>,
    shape: Shape,
    encoding: &'static Encoding,
    dialect: Option<Dialect>,
    /// Column of each field of a table.
    places: Vec<Option<usize>>,
    /// Column of a path.
    paths: HashMap<String, usize>,
    state: State,
    stamp: Stamp,
    file: File,
    fixed: Option<Fixed>,
    /// How many columns were asked for.
    width: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Before,
    Inside,
    Behind,
}

impl Folder {
    /// The file or folder of an address.
    ///
    /// # Errors
    /// As [`crate::connect`].
    pub async fn open(address: &Address, options: &Options) -> Result<Self, SourceError> {
        options.files.check(address.path())?;
        Ok(Self { files: Files::connect(address, options).await? })
    }

    /// The real path of one of its files, never outside.
    ///
    /// # Errors
    /// [`SourceError::Vanished`], [`SourceError::Denied`].
    pub fn path(&self, name: &str) -> Result<PathBuf, SourceError> {
        self.files.path_named(name)
    }

    /// What a file is now.
    ///
    /// # Errors
    /// As [`Folder::path`].
    pub fn stamp(&self, name: &str) -> Result<Stamp, SourceError> {
        let meta = std::fs::metadata(self.path(name)?).map_err(|e| io_error(&e, name, true))?;
        Ok(Stamp::of(&meta))
    }

    /// Its name says that it is lines of fields.
    pub fn is_table(name: &str) -> bool {
        by_extension(Path::new(name)) == Some(Format::Csv)
    }

    /// What can be done with one of its files, by its first bytes. It blocks.
    ///
    /// # Errors
    /// What reading meets.
    pub fn look(&self, name: &str) -> Result<Look, SourceError> {
        let path = self.path(name)?;
        let records = match format_of(&path, true, name)? {
            Some(Format::Parquet) => {
                parquet::Rows::open(&path, name, &[])?;
                return Ok(Look::Rows(Shape::Lines, Some(Fixed::Parquet)));
            }
            Some(Format::Csv) => Records::table((&path, &path), name, &[])?,
            Some(Format::Json) => match Records::json(&path, name, &[])? {
                Some(records) => records,
                None => return Ok(Look::Object),
            },
            None => return Err(SourceError::NotADatabase(name.to_owned())),
        };
        Ok(Look::Rows(records.shape, records.fixed))
    }

    /// Opens one of its files; cells are numbered by these columns. It blocks.
    ///
    /// # Errors
    /// [`SourceError::Vanished`] where a table has other columns, [`SourceError::Malformed`] for
    /// layouts without records.
    pub fn records(&self, name: &str, columns: &[String]) -> Result<Records, SourceError> {
        let path = self.path(name)?;
        match format_of(&path, true, name)? {
            Some(Format::Csv) => Records::table((&path, &path), name, columns),
            Some(Format::Json) => Records::json(&path, name, columns)?.ok_or_else(|| object(name)),
            Some(Format::Parquet) => {
                let rows = parquet::Rows::open(&path, name, columns)?;
                let written = (Shape::Lines, encoding_rs::UTF_8, true);
                let mut records = Records::begin(&path, name, written, columns.len())?;
                (records.rows, records.fixed) = (Some(rows), Some(Fixed::Parquet));
                Ok(records)
            }
            None => Err(SourceError::NotADatabase(name.to_owned())),
        }
    }

    /// The records of a file that may take the place of one of its files, read as they would be there. It
    /// blocks.
    ///
    /// # Errors
    /// As [`Folder::records`].
    pub fn records_instead(
        &self,
        name: &str,
        file: &Path,
        columns: &[String],
    ) -> Result<Records, SourceError> {
        let path = self.path(name)?;
        let format = match by_extension(&path) {
            Some(format) => Some(format),
            None => format_of(file, true, name)?,
        };
        match format {
            Some(Format::Csv) => Records::table((file, &path), name, columns),
            Some(Format::Json) => Records::json(file, name, columns)?.ok_or_else(|| object(name)),
            Some(Format::Parquet) | None => Err(SourceError::NotADatabase(name.to_owned())),
        }
    }
}

impl Records {
    /// `at`: where it is; `called`: the path whose extension says how it is written.
    fn table(
        (at, called): (&Path, &Path),
        name: &str,
        columns: &[String],
    ) -> Result<Self, SourceError> {
        let mut text = TextFile::open(at, name, true)?;
        let (encoding, dialect, names) = csv::opened(&mut text, called)?;
        let place = |name: &String| columns.iter().position(|one| one == name);
        let places: Vec<Option<usize>> = names.iter().map(place).collect();
        // Names of our own come and go with the longest of the first rows.
        let lost = columns.iter().any(|one| !names.contains(one) && !one.starts_with("column_"));
        if lost {
            return Err(SourceError::Vanished(name.to_owned()));
        }
        let whole = encoding == encoding_rs::UTF_8 || encoding.is_single_byte();
        let cuttable = encoding.is_ascii_compatible() && (whole || dialect.delimiter != b'|');
        let (shape, width) = (Shape::Table, columns.len());
        let mut records = Self::begin(at, name, (shape, encoding, cuttable), width)?;
        (records.dialect, records.places) = (Some(dialect), places);
        Ok(records)
    }

    /// `None`: one object.
    fn json(path: &Path, name: &str, columns: &[String]) -> Result<Option<Self>, SourceError> {
        let mut text = TextFile::open(path, name, true)?;
        let head = text.bytes(0, HEAD)?;
        let complete = head.len() as u64 >= text.len;
        if sniff::is_binary(&head) {
            return Err(SourceError::NotADatabase(name.to_owned()));
        }
        let encoding = sniff::encoding(&head, complete);
        let head = decode(&head, encoding, true);
        let shape = match json::layout(&head, complete) {
            json::Layout::Lines => Shape::Lines,
            json::Layout::Array => Shape::Array,
            json::Layout::Object => return Ok(None),
        };
        let cuttable = encoding == encoding_rs::UTF_8 || encoding.is_single_byte();
        let mut records = Self::begin(path, name, (shape, encoding, cuttable), columns.len())?;
        let paths = columns.iter().enumerate().map(|(n, path)| (path.clone(), n));
        records.paths = paths.collect();
        Ok(Some(records))
    }

    fn begin(
        path: &Path,
        name: &str,
        (shape, encoding, cuttable): (Shape, &'static Encoding, bool),
        width: usize,
    ) -> Result<Self, SourceError> {
        let fault = |error: std::io::Error| io_error(&error, name, true);
        let mut file = File::open(path).map_err(fault)?;
        let stamp = Stamp::of(&file.metadata().map_err(fault)?);
        file.seek(SeekFrom::Start(0)).map_err(fault)?;
        let from = file.try_clone().map_err(fault)?;
        let (from, encoding): (Box<dyn Read + Send>, _) = if cuttable {
            (Box::new(from), encoding)
        } else {
            (Box::new(Transcoding::new(from, encoding)), encoding_rs::UTF_8)
        };
        Ok(Self {
            feed: Feed::new(from, name),
            rows: None,
            shape,
            encoding,
            dialect: None,
            places: Vec::new(),
            paths: HashMap::new(),
            state: State::Before,
            stamp,
            file,
            fixed: (!cuttable).then_some(Fixed::Encoding),
            width,
        })
    }

    /// How its records are written.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Another file is read in the same way: its columns are where they are here.
    pub fn is_like(&self, other: &Self) -> bool {
        let (mine, theirs) = (&self.dialect, &other.dialect);
        let same = match (mine, theirs) {
            (Some(a), Some(b)) => {
                (a.delimiter, a.quotes, a.header) == (b.delimiter, b.quotes, b.header)
            }
            (None, None) => true,
            _ => false,
        };
        same && self.shape == other.shape
            && self.encoding == other.encoding
            && self.places == other.places
    }

    /// Its characters are taken for UTF-8, by its first bytes.
    pub fn is_utf8(&self) -> bool {
        self.encoding == encoding_rs::UTF_8
    }

    /// Why it cannot be written anew.
    pub fn fixed(&self) -> Option<Fixed> {
        self.fixed
    }

    /// What the file was when it was opened.
    pub fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// The open file.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Columns that were asked for.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The next stretch; `None` behind the last. It blocks.
    ///
    /// # Errors
    /// [`SourceError::Malformed`] for a record that never ends, and what reading meets.
    #[allow(clippy::should_implement_trait)] // errors, and no iterator is wanted
    pub fn next(&mut self) -> Result<Option<Piece>, SourceError> {
        if let Some(rows) = &mut self.rows {
            return rows.next();
        }
        match self.shape {
            Shape::Table => self.next_of_table(),
            Shape::Lines => self.next_line(),
            Shape::Array => self.next_of_array(),
        }
    }

    /// The text of a cell; `None` for none.
    pub fn text(&self, bytes: &[u8], cell: &Cell) -> Option<String> {
        let raw = bytes.get(cell.range.clone())?;
        if self.shape == Shape::Table {
            let quotes = self.dialect.as_ref().is_some_and(|one| one.quotes);
            let raw = table::unquoted(raw, quotes);
            let text = self.encoding.decode_without_bom_handling(&raw).0;
            return (!text.is_empty() && text != "\\N").then(|| text.into_owned());
        }
        let text = self.encoding.decode_without_bom_handling(raw).0;
        match serde_json::from_str(&text) {
            Ok(serde_json::Value::Null) => None,
            Ok(serde_json::Value::String(text)) => Some(text),
            _ => Some(text.into_owned()),
        }
    }

    /// A JSON value's cells; `None`: it is none.
    fn json_row(&self, bytes: &[u8], body: Range<usize>) -> Option<Row> {
        let raw = bytes.get(body.clone())?;
        let text = self.encoding.decode_without_bom_handling(raw).0;
        serde_json::from_str::<IgnoredAny>(&text).ok()?;
        let mut cells = Vec::new();
        leaves::walk(raw, &mut |path, range| {
            let column = self.paths.get(path).copied();
            let range = range.start + body.start..range.end + body.start;
            let path = if column.is_some() { String::new() } else { path.to_owned() };
            cells.push(Cell { column, range, path });
        })?;
        Some(Row { body, cells })
    }

    fn next_line(&mut self) -> Result<Option<Piece>, SourceError> {
        if self.state == State::Before {
            self.state = State::Inside;
            self.feed.fill(3)?;
            if self.feed.rest().starts_with(b"\xef\xbb\xbf") {
                return Ok(Some(Piece { bytes: self.feed.take(3), part: Part::Frame }));
            }
        }
        let end = loop {
            let found = self.feed.rest().iter().position(|byte| *byte == b'\n');
            match found {
                Some(at) => break at + 1,
                None if self.feed.ended() => break self.feed.rest().len(),
                None => self.feed.more()?,
            }
        };
        if end == 0 {
            return Ok(None);
        }
        let bytes = self.feed.take(end);
        let body = trimmed(&bytes);
        let part = if body.is_empty() {
            Part::Frame
        } else {
            self.json_row(&bytes, body).map_or(Part::Broken, Part::Row)
        };
        Ok(Some(Piece { bytes, part }))
    }
}

/// The bytes without blanks before and behind.
fn trimmed(bytes: &[u8]) -> Range<usize> {
    let from = bytes.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(bytes.len());
    let to = bytes.iter().rposition(|byte| !byte.is_ascii_whitespace()).map_or(from, |at| at + 1);
    from..to
}

fn object(name: &str) -> SourceError {
    malformed(name, "one JSON object has no rows; write JSON Lines or an array of objects")
}

fn malformed(name: &str, why: &str) -> SourceError {
    SourceError::Malformed { file: name.to_owned(), why: why.to_owned() }
}

#[cfg(test)]
mod tests;
