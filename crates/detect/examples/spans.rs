//! `privet detect` without the rest of Privet, for measuring: JSON lines `{"id","text"}` in, spans
//! out. `cargo run --release -p privet-detect --example spans [patterns|en|zh]`

use std::io::{self, BufRead, BufWriter, Write};

use detect::{Language, Options, find_with};
use serde_json::{Value, json};

fn main() -> io::Result<()> {
    let mut options = Options::default();
    match std::env::args().nth(1).as_deref() {
        Some("patterns") => options.patterns_only = true,
        Some("en") => options.language = Language::English,
        Some("zh") => options.language = Language::Chinese,
        _ => {}
    }
    let mut out = BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let question: Value = serde_json::from_str(&line?)?;
        let text = question["text"].as_str().unwrap_or_default();
        let mut at = (0, 0);
        let mut point = |byte: usize| {
            at = (byte, at.1 + text[at.0..byte].chars().count());
            at.1
        };
        let spans: Vec<Value> = find_with(text, &options)
            .iter()
            .map(|s| {
                json!({"start": point(s.start), "end": point(s.end), "type": s.entity(),
                       "score": s.score, "rule": s.rule})
            })
            .collect();
        writeln!(out, "{}", json!({"id": question["id"], "spans": spans}))?;
    }
    Ok(())
}
