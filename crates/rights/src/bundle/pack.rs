//! The bundle: a ZIP of what was collected. A page in each language that people read, a JSON document
//! for programs, and a CSV file for each table.

use std::io::{BufRead as _, BufReader, Error, Result, Write};

use serde::Serialize;
use serde_json::{Map, Value as Json};
use vault::Blob;

use super::{
    archive::Archive,
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

fn rows<'a>(
    blob: &'a Blob,
    folder: &std::path::Path,
    part: &Part,
) -> Result<impl Iterator<Item = Result<Map<String, Json>>> + 'a> {
    let row = |line: Result<String>| {
        line.and_then(|line| serde_json::from_str(&line).map_err(Error::from))
    };
    Ok(lines(blob, folder, part)?.map(row))
}

/// Adds the columns that only its rows have.
pub(super) fn widen(blob: &Blob, folder: &std::path::Path, part: &mut Part) -> Result<()> {
    let mut more: Vec<String> = Vec::new();
    for row in rows(blob, folder, part)? {
        for (column, value) in row? {
            if !value.is_null() && !part.columns.contains(&column) && !more.contains(&column) {
                more.push(column);
            }
        }
    }
    part.columns.append(&mut more);
    Ok(())
}

impl Packing<'_> {
    /// Packs into a sealed file; returns its length before sealing.
    pub fn pack(self, out: Sealing<'_>) -> Result<u64> {
        let mut zip = Archive::new(out);
        let all = self.collected()?;
        for (name, page) in &self.pages {
            zip.file(name, all, None)?;
            self.page(page, &mut zip)?;
        }
        zip.file("data.json", all, None)?;
        self.document(&mut zip)?;
        for part in self.parts.iter().filter(|part| part.rows > 0) {
            zip.file(&csv_name(part), self.length(part)?, None)?;
            self.table(part, &mut zip)?;
        }
        let (out, count) = zip.finish()?;
        out.finish()?;
        Ok(count)
    }

    /// Bytes that were collected of a table; sealing adds a little.
    fn length(&self, part: &Part) -> Result<u64> {
        Ok(std::fs::metadata(self.folder.join(file(part.node)))?.len())
    }

    fn collected(&self) -> Result<u64> {
        self.parts.iter().filter(|part| part.rows > 0).map(|part| self.length(part)).sum()
    }

    fn rows(&self, part: &Part) -> Result<impl Iterator<Item = Result<Map<String, Json>>> + '_> {
        rows(self.blob, self.folder, part)
    }

    fn page(&self, page: &Page, out: &mut impl Write) -> Result<()> {
        out.write_all(page.begin(self.parts).as_bytes())?;
        for part in self.parts.iter().filter(|part| part.rows > 0) {
            out.write_all(page::table(part).as_bytes())?;
            for row in self.rows(part)?.take(SHOWN) {
                out.write_all(page::row(part, &row?).as_bytes())?;
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
            for (n, line) in lines(self.blob, self.folder, part)?.enumerate() {
                out.write_all(if n > 0 { b",\n" } else { b"\n" })?;
                out.write_all(line?.as_bytes())?;
            }
            out.write_all(b"]}")?;
        }
        out.write_all(b"]}\n")
    }

    fn table(&self, part: &Part, out: &mut impl Write) -> Result<()> {
        let mut csv = csv::Writer::from_writer(out);
        csv.write_record(part.columns.iter().map(|one| safe(one)))?;
        for row in self.rows(part)? {
            let row = row?;
            let cell = |column: &String| match row.get(column) {
                None | Some(Json::Null) => String::new(),
                Some(Json::String(text)) => safe(text),
                Some(other) => other.to_string(),
            };
            csv.write_record(part.columns.iter().map(cell))?;
        }
        csv.flush()
    }
}

/// A text that no spreadsheet takes for a formula.
fn safe(text: &str) -> String {
    let risky = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text != REDACTED;
    if risky { format!("'{text}") } else { text.to_owned() }
}
