//! Measures detection on a folder of CSV files: the first column of each is classified under the
//! name `c1`, without any hint. `cargo run -p privet-detect --example columns FOLDER`

use std::{env, fs, process::ExitCode, time::Instant};

use detect::{Column, classify};

fn main() -> ExitCode {
    let Some(folder) = env::args().nth(1) else {
        eprintln!("give a folder of CSV files");
        return ExitCode::from(2);
    };
    let Ok(entries) = fs::read_dir(&folder) else {
        eprintln!("{folder} could not be read");
        return ExitCode::from(3);
    };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let values: Vec<&str> =
            text.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
        let column = Column {
            store: "t1",
            store_comment: "",
            name: "c1",
            comment: "",
            data_type: "TEXT",
            primary_key: false,
            references: None,
            siblings: &["c1"],
            values: &values,
        };
        classify(&column);
        let start = Instant::now();
        let verdict = classify(&column);
        let micros = start.elapsed().as_secs_f64() * 1e6 / values.len().max(1) as f64;
        println!(
            "{:28} {:28} {:.2}  {:5}/{:<5} {micros:6.2} µs a value",
            path.file_name().unwrap_or_default().to_string_lossy(),
            verdict.category.as_ref().map_or("-", |c| c.as_str()),
            verdict.confidence,
            verdict.evidence.values_matched,
            verdict.evidence.values_checked,
        );
    }
    ExitCode::SUCCESS
}
