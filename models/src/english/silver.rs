//! Texts in the public domain, labelled by a teacher (`silver.zip`; `models/README.md` tells how).

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result};
use detect::english::labels::Class;
use zip::ZipArchive;

use super::corpus::Document;

/// Reads the texts: one a line, `text TAB start,end,letter start,end,letter …` with offsets in
/// bytes and P, O, L, N for person, organisation, place and group.
pub fn read(folder: &Path) -> Result<Vec<Document>> {
    let path = folder.join("silver.zip");
    if !path.exists() {
        return Ok(Vec::new());
    }
    let mut archive = ZipArchive::new(File::open(&path)?)?;
    let mut text = String::new();
    archive.by_name("silver.txt")?.read_to_string(&mut text)?;
    text.lines().map(|line| document(line).with_context(|| line.to_owned())).collect()
}

fn document(line: &str) -> Result<Document> {
    let (text, labels) = line.split_once('\t').context("no labels")?;
    let spans = labels
        .split_whitespace()
        .map(|label| {
            let mut parts = label.split(',');
            let start = parts.next().context("start")?.parse()?;
            let end = parts.next().context("end")?.parse()?;
            let class = match parts.next() {
                Some("P") => Class::Person,
                Some("O") => Class::Organization,
                Some("L") => Class::Place,
                Some("N") => Class::Group,
                other => anyhow::bail!("class {other:?}"),
            };
            Ok((start..end, class))
        })
        .collect::<Result<_>>()?;
    Ok(Document { text: text.replace("\\n", "\n"), spans })
}
