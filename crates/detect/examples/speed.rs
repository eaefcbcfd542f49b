//! Speed of detection in text, on one core: `cargo run --release -p privet-detect --example speed FILE…`
//! Each file is read whole and repeated to some megabytes, then cut into pieces at line ends.

use std::{sync::LazyLock, time::Instant};

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
            let start = seconds();
            find_with("Call +1 202-555-0190, 电话13812345678.", options);
            let load = seconds() - start;
            let start = seconds();
            let found: usize = pieces.iter().map(|piece| find_with(piece, options).len()).sum();
            let seconds = seconds() - start;
            println!(
                "{path:40} {name:10} {:8.2} MB/s  {:7.1} findings/MB  first call {:5.1} ms",
                input.len() as f64 / 1e6 / seconds,
                found as f64 / (input.len() as f64 / 1e6),
                load * 1e3,
            );
        }
    }
    Ok(())
}

/// Seconds of processor time of this thread; of the clock where the system does not tell.
fn seconds() -> f64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = spent.and_then(|line| line.split(' ').next()?.parse::<f64>().ok());
    nanos.map_or_else(|| START.elapsed().as_secs_f64(), |nanos| nanos / 1e9)
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
