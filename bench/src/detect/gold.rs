//! Labelled texts: JSON lines `{"id","text","spans"}`, or one text a line with marks
//! `[Jane Roe](PERSON)`.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::score::{Gold, Piece};

/// Reads a set.
pub fn read(path: &Path) -> Result<Vec<Gold>> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{} could not be read", path.display()))?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let gold = if path.extension().is_some_and(|e| e == "jsonl") {
        lines.map(json).collect::<Result<Vec<_>>>()
    } else {
        lines
            .filter(|line| !line.starts_with('#'))
            .enumerate()
            .map(|(at, line)| marked(at, line))
            .collect::<Result<Vec<_>>>()
    };
    gold.with_context(|| path.display().to_string())
}

fn json(line: &str) -> Result<Gold> {
    let value: Value = serde_json::from_str(line)?;
    let pieces = pieces(&value).context("no spans")?;
    let text = value["text"].as_str().context("no text")?.to_owned();
    Ok(Gold { id: id(&value), text, pieces })
}

/// The spans of a line, labelled or found.
pub fn pieces(value: &Value) -> Option<Vec<Piece>> {
    value["spans"]
        .as_array()?
        .iter()
        .map(|span| {
            Some(Piece {
                start: span["start"].as_u64()? as usize,
                end: span["end"].as_u64()? as usize,
                kind: span["type"].as_str()?.to_owned(),
            })
        })
        .collect()
}

/// The id as text; numbers and words are both in use.
pub fn id(value: &Value) -> String {
    value["id"].as_str().map_or_else(|| value["id"].to_string(), str::to_owned)
}

/// `Call [Jane Roe](PERSON) now`
fn marked(at: usize, line: &str) -> Result<Gold> {
    let mut text = String::new();
    let mut pieces = Vec::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('[') {
        let Some((piece, tail)) = after.split_once("](") else {
            bail!("line {at}: `[` without `](`")
        };
        let Some((kind, tail)) = tail.split_once(')') else {
            bail!("line {at}: no `)` after type")
        };
        text.push_str(before);
        let start = text.chars().count();
        text.push_str(piece);
        pieces.push(Piece { start, end: text.chars().count(), kind: kind.to_owned() });
        rest = tail;
    }
    text.push_str(rest);
    Ok(Gold { id: at.to_string(), text: text.replace("\\n", " "), pieces })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_pieces_in_code_points() {
        let gold = marked(0, "请联系[王小明](PERSON)，电话[13800001234](PHONE)。").unwrap();
        assert_eq!(gold.text, "请联系王小明，电话13800001234。");
        assert_eq!((gold.pieces[0].start, gold.pieces[0].end), (3, 6));
        assert_eq!((gold.pieces[1].start, gold.pieces[1].end), (9, 20));
        assert!(marked(0, "open [only").is_err());
    }
}
