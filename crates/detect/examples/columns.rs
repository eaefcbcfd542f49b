//! Measures the judging of columns on a folder of labelled tables, as `bench/columns/*.py` make them:
//! macro F1 with names and with names replaced by `c1…cn`, false alarms on plain columns, and how far
//! the confidence can be trusted.
//!
//! `cargo run --release -p privet-detect --example columns -- FOLDER [--errors] [--nameless] [--half fit|held|open] [--fit FILE]`
//!
//! `--fit` fits the calibration on the halves `fit` and `open` and writes it; the others then tell how it holds.
//!
//! Without `labels.jsonl` in the folder, the first column of every CSV file is judged under the name `c1`.

use std::fmt::Write as _;
use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use detect::{Column, Verdict, classify, classify_table, classify_table_uncalibrated};
use serde::Deserialize;

#[path = "../tests/tables/score.rs"]
mod score;
use score::{Judged, Scores};

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let Some(folder) = args.first().map(PathBuf::from) else {
        eprintln!("give a folder of CSV files");
        return ExitCode::from(2);
    };
    let flag = |name: &str| args.iter().any(|a| a == name);
    let value = |name: &str| args.iter().position(|a| a == name).and_then(|at| args.get(at + 1));
    if !folder.join("labels.jsonl").exists() {
        return single_columns(&folder);
    }
    let tables = match read_tables(&folder) {
        Ok(tables) => tables,
        Err(why) => {
            eprintln!("{}: {why}", folder.display());
            return ExitCode::from(3);
        }
    };
    if let Some(path) = value("--fit") {
        return write_calibration(&tables, path);
    }
    let mut apart = Vec::new();
    for half in ["fit", "held", "open", "open-held"] {
        if value("--half").is_some_and(|only| only != half) {
            continue;
        }
        for nameless in [false, true] {
            if flag("--nameless") && !nameless {
                continue;
            }
            let start = Instant::now();
            let judged: Vec<Judged> = tables
                .iter()
                .filter(|table| table.label.half == half)
                .flat_map(|table| judge(table, nameless, classify_table))
                .collect();
            if judged.is_empty() {
                continue;
            }
            let seconds = start.elapsed().as_secs_f64();
            let values: usize = judged.iter().map(|j| j.values).sum();
            let names = if nameless { "names replaced by c1…cn" } else { "with names" };
            println!(
                "\n== {half}, {names}: {} columns, {:.2} µs a value",
                judged.len(),
                seconds * 1e6 / values.max(1) as f64
            );
            if flag("--errors") {
                print_errors(&judged);
            }
            println!("{}", Scores::of(&judged));
            if half.ends_with("held") {
                apart.extend(judged);
            }
        }
    }
    println!(
        "\n== everything kept apart from the fitting, with and without names\n{}",
        Scores::of(&apart)
    );
    ExitCode::SUCCESS
}

/// One line of `labels.jsonl`.
#[derive(Deserialize)]
struct Label {
    file: String,
    store: String,
    half: String,
    columns: Vec<Labelled>,
}

#[derive(Deserialize)]
struct Labelled {
    name: String,
    category: String,
}

struct Table {
    label: Label,
    /// Values by column, empty ones left out as the scanner does.
    values: Vec<Vec<String>>,
}

fn read_tables(folder: &Path) -> Result<Vec<Table>, Box<dyn std::error::Error>> {
    let mut tables = Vec::new();
    for line in fs::read_to_string(folder.join("labels.jsonl"))?.lines() {
        let label: Label = serde_json::from_str(line)?;
        let mut values = vec![Vec::new(); label.columns.len()];
        let mut reader =
            csv::ReaderBuilder::new().flexible(true).from_path(folder.join(&label.file))?;
        for record in reader.records() {
            for (column, cell) in values.iter_mut().zip(record?.iter()) {
                if !cell.is_empty() {
                    column.push(cell.to_owned());
                }
            }
        }
        tables.push(Table { label, values });
    }
    Ok(tables)
}

fn judge(table: &Table, nameless: bool, by: fn(&[Column<'_>]) -> Vec<Verdict>) -> Vec<Judged> {
    let names: Vec<String> = table
        .label
        .columns
        .iter()
        .enumerate()
        .map(|(at, c)| if nameless { format!("c{}", at + 1) } else { c.name.clone() })
        .collect();
    let siblings: Vec<&str> = names.iter().map(String::as_str).collect();
    let values: Vec<Vec<&str>> =
        table.values.iter().map(|v| v.iter().map(String::as_str).collect()).collect();
    let columns: Vec<Column<'_>> = siblings
        .iter()
        .zip(&values)
        .map(|(name, values)| Column {
            store: if nameless { "t1" } else { &table.label.store },
            store_comment: "",
            name,
            comment: "",
            data_type: "",
            primary_key: false,
            references: None,
            siblings: &siblings,
            values,
        })
        .collect();
    let verdicts = by(&columns);
    table
        .label
        .columns
        .iter()
        .zip(verdicts)
        .zip(&values)
        .map(|((label, verdict), values)| Judged {
            place: format!("{}:{}", table.label.file, label.name),
            expected: label.category.clone(),
            got: verdict.category.as_ref().map_or(String::new(), |c| c.as_str().to_owned()),
            confidence: verdict.confidence,
            rule: verdict.evidence.rule.clone(),
            example: values.iter().take(3).copied().collect::<Vec<_>>().join(" | "),
            values: values.len(),
        })
        .collect()
}

/// Verdicts of one rule that must be there for a category to get a curve of its own.
const ENOUGH: usize = 40;

/// Fits a rising curve for each rule, and for each category that a rule decided often enough, on the
/// tables meant for it.
fn write_calibration(tables: &[Table], path: &str) -> ExitCode {
    let mut by_key: BTreeMap<String, Vec<(f64, bool)>> = BTreeMap::new();
    for table in tables.iter().filter(|t| matches!(t.label.half.as_str(), "fit" | "open")) {
        for nameless in [false, true] {
            let judged = judge(table, nameless, classify_table_uncalibrated);
            for one in judged.into_iter().filter(|j| j.expected != "?" && !j.got.is_empty()) {
                let seen = (one.confidence, one.right());
                by_key.entry(format!("{} {}", one.rule, one.got)).or_default().push(seen);
                by_key.entry(one.rule).or_default().push(seen);
            }
        }
    }
    by_key.retain(|key, seen| !key.contains(' ') || seen.len() >= ENOUGH);
    let mut out = String::from(
        "# From raw evidence to the share of verdicts that are right, by rule and category. Fitted by\n\
         # `cargo run --release -p privet-detect --example columns -- FOLDER --fit FILE`: docs/detection.md.\n",
    );
    for (key, mut seen) in by_key {
        seen.sort_by(|a, b| a.0.total_cmp(&b.0));
        let points: Vec<String> =
            score::isotonic(&seen).iter().map(|(x, y)| format!("[{x:.3}, {y:.3}]")).collect();
        let _ = write!(
            out,
            "\n# {} verdicts\n[[rule]]\nkey = \"{key}\"\npoints = [{}]\n",
            seen.len(),
            points.join(", ")
        );
    }
    if let Err(why) = fs::write(path, out) {
        eprintln!("{path}: {why}");
        return ExitCode::from(3);
    }
    ExitCode::SUCCESS
}

/// The errors, grouped by what was expected and what came out.
fn print_errors(judged: &[Judged]) {
    let mut groups: BTreeMap<(&str, &str), Vec<&Judged>> = BTreeMap::new();
    for one in judged.iter().filter(|j| j.expected != "?" && !j.right()) {
        groups.entry((&one.expected, &one.got)).or_default().push(one);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, members)| std::cmp::Reverse(members.len()));
    for ((expected, got), members) in groups {
        println!("{:4} × {expected:?} taken for {got:?}", members.len());
        for one in members.iter().take(6) {
            println!(
                "        {:.2} {:24} {}  {:.90}",
                one.confidence, one.rule, one.place, one.example
            );
        }
    }
}

fn single_columns(folder: &Path) -> ExitCode {
    let Ok(entries) = fs::read_dir(folder) else {
        eprintln!("{} could not be read", folder.display());
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
