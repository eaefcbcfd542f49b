//! The bundle: a ZIP of what was collected. A page in each language that people read, a JSON document
//! for programs, and a CSV file for each table.

use std::{
    borrow::Cow,
    io::{BufRead as _, BufReader, Error, Result, Write},
    sync::mpsc::{Receiver, SyncSender, sync_channel},
};

use serde::Serialize;
use vault::Blob;

use super::{
    archive::Archive,
    cells::{Cell, Cells},
    collect::{REDACTED, file},
    page::{self, Page},
    spool::{Opening, Sealing},
};

/// The pages, in English and in Chinese.
pub(super) const PAGES: [&str; 2] = ["index.html", "index.zh-CN.html"];
/// Rows of a table that the page shows; all of them are in its CSV file.
pub(super) const SHOWN: usize = 200;
/// The form of `data.json`: this, the request, the controller, when; then `tables`, each with its
/// source, its name and its rows as objects by column.
pub(super) const FORM: &str = "urn:privet:rights-bundle:1";

/// A table of the bundle.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// Its node in the plan.
    pub node: usize,
    /// The source's name.
    pub source: String,
    /// The table.
    pub table: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// Rows in it.
    pub rows: u64,
    /// It is a file: its rows may have more columns than the map knows.
    pub is_files: bool,
}

/// What `data.json` begins with.
#[derive(Debug, Serialize)]
pub(super) struct Head<'a> {
    pub form: &'a str,
    pub request: &'a str,
    pub controller: &'a str,
    pub made_at: String,
}

/// Everything a bundle is packed from.
pub(super) struct Packing<'a> {
    pub blob: &'a Blob,
    pub folder: &'a std::path::Path,
    pub parts: &'a [Part],
    pub head: Head<'a>,
    pub pages: [(&'static str, Page); 2],
}

/// A name that any system takes: letters, digits, `-`, `_` and `.`; others are `_`.
pub(super) fn plain(text: &str) -> String {
    let keep = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' };
    text.chars().map(keep).collect()
}

/// The name of a table's CSV file, different for each.
pub(super) fn csv_name(part: &Part) -> String {
    format!("tables/{:02}-{}-{}.csv", part.node + 1, plain(&part.source), plain(&part.table))
}

/// Rows of a table, each in a line as JSON.
fn lines<'a>(
    blob: &'a Blob,
    folder: &std::path::Path,
    part: &Part,
) -> Result<impl Iterator<Item = Result<String>> + 'a> {
    let name = file(part.node);
    let from = Opening::open(blob, &folder.join(&name), name)?;
    Ok(BufReader::with_capacity(256 * 1024, from).lines())
}

/// Adds the columns that only its rows have.
pub(super) fn widen(blob: &Blob, folder: &std::path::Path, part: &mut Part) -> Result<()> {
    let mut more: Vec<String> = Vec::new();
    for line in lines(blob, folder, part)? {
        let line = line?;
        for column in Cells::read(&line)?.filled() {
            let known = |names: &[String]| names.iter().any(|name| name == column);
            if !known(&part.columns) && !known(&more) {
                more.push(column.to_owned());
            }
        }
    }
    part.columns.append(&mut more);
    Ok(())
}

impl Packing<'_> {
    /// Packs into a sealed file; returns its length before sealing. What goes in is written by one thread
    /// and squeezed by another.
    pub fn pack(self, out: Sealing<'_>) -> Result<u64> {
        std::thread::scope(|scope| {
            let (send, pieces) = sync_channel(AHEAD);
            let squeezed = scope.spawn(move || squeeze(pieces, out));
            let written = self.write(Lane { out: send, bytes: Vec::new() });
            let squeezed = squeezed.join().map_err(|_| Error::other(GONE))?;
            // The first of the two says why; the other only that its end is gone.
            match (written, squeezed) {
                (Err(error), Err(other)) if error.to_string() == GONE => Err(other),
                (Err(error), _) => Err(error),
                (Ok(()), squeezed) => squeezed,
            }
        })
    }

    fn write(&self, mut out: Lane) -> Result<()> {
        let all = self.collected()?;
        for (name, page) in &self.pages {
            out.file(name, all)?;
            self.page(page, &mut out)?;
        }
        out.file("data.json", all)?;
        self.document(&mut out)?;
        for part in self.parts.iter().filter(|part| part.rows > 0) {
            out.file(&csv_name(part), self.length(part)?)?;
            self.table(part, &mut out)?;
        }
        out.flush()?;
        out.send(Piece::End)
    }

    /// Bytes that were collected of a table; sealing adds a little.
    fn length(&self, part: &Part) -> Result<u64> {
        Ok(std::fs::metadata(self.folder.join(file(part.node)))?.len())
    }

    fn collected(&self) -> Result<u64> {
        self.parts.iter().filter(|part| part.rows > 0).map(|part| self.length(part)).sum()
    }

    fn lines(&self, part: &Part) -> Result<impl Iterator<Item = Result<String>> + '_> {
        lines(self.blob, self.folder, part)
    }

    fn page(&self, page: &Page, out: &mut impl Write) -> Result<()> {
        out.write_all(page.begin(self.parts).as_bytes())?;
        for part in self.parts.iter().filter(|part| part.rows > 0) {
            out.write_all(page::table(part).as_bytes())?;
            for line in self.lines(part)?.take(SHOWN) {
                let line = line?;
                out.write_all(page::row(part, &Cells::read(&line)?)?.as_bytes())?;
            }
            out.write_all(page.end_of_table(part).as_bytes())?;
        }
        out.write_all(page::END.as_bytes())
    }

    /// One row after another: a tree of all would take many times their size.
    fn document(&self, out: &mut impl Write) -> Result<()> {
        let head = serde_json::to_string(&self.head)?;
        out.write_all(head.trim_end_matches('}').as_bytes())?;
        out.write_all(b",\"tables\":[")?;
        for (n, part) in self.parts.iter().filter(|part| part.rows > 0).enumerate() {
            out.write_all(if n > 0 { b",\n" } else { b"\n" })?;
            let names = serde_json::json!({ "source": part.source, "table": part.table });
            out.write_all(names.to_string().trim_end_matches('}').as_bytes())?;
            out.write_all(b",\"rows\":[")?;
            // Rows stand there as JSON already.
            for (n, line) in self.lines(part)?.enumerate() {
                out.write_all(if n > 0 { b",\n" } else { b"\n" })?;
                out.write_all(line?.as_bytes())?;
            }
            out.write_all(b"]}")?;
        }
        out.write_all(b"]}\n")
    }

    fn table(&self, part: &Part, out: &mut impl Write) -> Result<()> {
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(part.columns.iter().map(|one| safe(one).into_owned()))?;
        for line in self.lines(part)? {
            let line = line?;
            let cells = Cells::read(&line)?;
            for (n, column) in part.columns.iter().enumerate() {
                let shown = cells.of(n, column).map(Cell::shown).transpose()?;
                let (text, is_text) = shown.unwrap_or_default();
                csv.write_field(if is_text { safe(&text) } else { text }.as_bytes())?;
            }
            csv.write_record(None::<&[u8]>)?;
        }
        csv.flush()
    }
}

/// A text that no spreadsheet takes for a formula.
fn safe(text: &str) -> Cow<'_, str> {
    let risky = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text != REDACTED;
    if risky { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// Pieces that wait to be squeezed, at most.
const AHEAD: usize = 8;
/// Bytes of a piece at most.
const PIECE: usize = 128 * 1024;

/// Nobody takes what is written.
const GONE: &str = "the archive broke off";

/// What goes into the archive.
enum Piece {
    /// A file begins, made of so many bytes of rows.
    File(String, u64),
    Bytes(Vec<u8>),
    /// Nothing more comes. An archive without this was not written to its end.
    End,
}

/// The way into the archive.
struct Lane {
    out: SyncSender<Piece>,
    bytes: Vec<u8>,
}

impl Lane {
    fn file(&mut self, name: &str, rows: u64) -> Result<()> {
        self.flush()?;
        self.send(Piece::File(name.to_owned(), rows))
    }

    fn send(&self, piece: Piece) -> Result<()> {
        self.out.send(piece).map_err(|_| Error::other(GONE))
    }
}

impl Write for Lane {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let room = (PIECE - self.bytes.len()).min(bytes.len());
        self.bytes.extend_from_slice(&bytes[..room]);
        if self.bytes.len() == PIECE {
            self.flush()?;
        }
        Ok(room)
    }

    fn flush(&mut self) -> Result<()> {
        if self.bytes.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.bytes, Vec::with_capacity(PIECE));
        self.send(Piece::Bytes(piece))
    }
}

fn squeeze(pieces: Receiver<Piece>, out: Sealing<'_>) -> Result<u64> {
    let mut zip = Archive::new(out);
    loop {
        match pieces.recv().map_err(|_| Error::other("what goes into the archive broke off"))? {
            Piece::File(name, rows) => zip.file(&name, rows, None)?,
            Piece::Bytes(bytes) => zip.write_all(&bytes)?,
            Piece::End => break,
        }
    }
    let (out, count) = zip.finish()?;
    out.finish()?;
    Ok(count)
}
