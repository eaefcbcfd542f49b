//! Speed of detection in text, on one core: `cargo run --release -p privet-detect --example speed FILE…`
//! Each file is read whole and repeated to some megabytes, then cut into pieces at line ends.

use std::time::Instant;

use detect::{Language, Options, find_with};

/// Bytes worked on by the pattern layer and by everything.
const PATTERNS: usize = 32 << 20;
const EVERYTHING: usize = 2 << 20;
/// Bytes of a piece, as a scan gives them.
const PIECE: usize = 16 << 10;

fn main() -> std::io::Result<()> {
    for path in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&path)?;
        let patterns = Options { patterns_only: true, ..Options::default() };
        for (name, options, size) in [
            ("patterns", &patterns, PATTERNS),
            ("english", &Options { language: Language::English, ..Options::default() }, EVERYTHING),
            ("everything", &Options::default(), EVERYTHING),
        ] {
            let input = repeated(&text, size);
            let pieces = pieces(&input);
            // The first call loads tables and models.
            let start = Instant::now();
            find_with("Call +1 202-555-0190, 电话13812345678.", options);
            let load = start.elapsed();
            let start = Instant::now();
            let found: usize = pieces.iter().map(|piece| find_with(piece, options).len()).sum();
            let seconds = start.elapsed().as_secs_f64();
            println!(
                "{path:40} {name:10} {:8.2} MB/s  {:7.1} findings/MB  first call {:5.1} ms",
                input.len() as f64 / 1e6 / seconds,
                found as f64 / (input.len() as f64 / 1e6),
                load.as_secs_f64() * 1e3,
            );
        }
    }
    Ok(())
}

fn repeated(text: &str, size: usize) -> String {
    let times = (size / text.len().max(1)).max(1);
    let mut out = text.repeat(times);
    let mut end = out.len().min(size.max(PIECE));
    while !out.is_char_boundary(end) {
        end -= 1;
    }
    out.truncate(end);
    out
}

fn pieces(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = text;
    while rest.len() > PIECE {
        let mut end = PIECE;
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        let end = rest[..end].rfind('\n').map_or(end, |at| at + 1);
        out.push(&rest[..end]);
        rest = &rest[end..];
    }
    out.push(rest);
    out
}
