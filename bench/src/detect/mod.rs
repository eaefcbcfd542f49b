//! Detection in running text beside the named peers: how well (F1 by type, leak) and how fast
//! (megabytes a second of one core, start-up not counted).
//!
//! The sets are ours (`bench/data/detect`, invented sentences) and those given with `--gold`. The
//! peers are measured where their environment is installed (`cargo xtask bench detect --peers`
//! installs it): Presidio with spaCy, DataFog, scrubadub; for Chinese LAC and jieba.

mod gold;
mod score;
mod tool;

use std::path::{Path, PathBuf};

use anyhow::Result;

use self::{
    score::{Gold, score},
    tool::Tool,
};
use crate::{process, table::Table};

/// Types shown one by one; the rest is in the sum.
const SHOWN: [&str; 5] = ["PERSON", "LOCATION", "ORG", "PHONE", "CREDIT_CARD"];
/// Bytes of one text in the measure of speed: what a document has, not a sentence.
const DOCUMENT: usize = 4096;

/// Runs; returns how many targets were missed.
pub fn run() -> Result<usize> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sets = vec![home.join("data/detect/en.txt"), home.join("data/detect/zh.txt")];
    if let Some(more) = std::env::var_os("PRIVET_BENCH_GOLD") {
        sets.extend(std::env::split_paths(&more));
    }
    let peers = std::env::var_os("PRIVET_BENCH_PEERS").map(PathBuf::from);
    if peers.is_none() {
        println!(
            "peers are left out: `cargo xtask bench detect --peers` installs and measures them"
        );
    }
    let mut missed = 0;
    for set in sets {
        missed += one_set(&set, peers.as_deref())?;
    }
    Ok(missed)
}

fn one_set(path: &Path, peers: Option<&Path>) -> Result<usize> {
    let gold = gold::read(path)?;
    let chinese = mostly_chinese(&gold);
    let documents = documents(&gold);
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    println!(
        "\n{name}: {} texts, {} labels, {}",
        gold.len(),
        gold.iter().map(|g| g.pieces.len()).sum::<usize>(),
        if chinese { "Chinese" } else { "English" }
    );
    let mut table = Table::new("detect");
    let ours = ours(&[])?;
    let run = ours.run(&gold, 1)?;
    let result = score(&gold, &run.found);
    for kind in result.kinds.keys() {
        let count = result.kinds[kind];
        table.fact(
            format!("{name}: {kind}"),
            format!(
                "F1 {:.3}  P {:.3}  R {:.3}  n {}",
                count.f1(),
                count.precision(),
                count.recall(),
                count.hits + count.missed
            ),
        );
    }
    let (rate, _, _) = ours.speed(&gold)?;
    let (rate_long, start, peak) = ours.speed(&documents)?;
    let (patterns, _, _) = ours_patterns()?.speed(&documents)?;
    table.least(
        format!("{name}: micro F1"),
        result.micro.f1(),
        "",
        if chinese { 0.0 } else { 0.75 },
    );
    if !chinese {
        table.bound(format!("{name}: leak"), result.leak, "", 0.15);
    }
    table.fact(format!("{name}: everything on, text by text"), format!("{rate:.2} MB/s a core"));
    let least = if chinese { 0.5 } else { 5.0 };
    table.least(format!("{name}: everything on, documents"), rate_long, "MB/s a core", least);
    table.fact(
        format!("{name}: patterns only, documents, with JSON in and out"),
        format!("{patterns:.1} MB/s a core"),
    );
    table.bound(format!("{name}: start to first answer"), start * 1000.0, "ms", 150.0);
    table.bound(format!("{name}: peak memory"), peak, "MB", 150.0);
    if let Some(peers) = peers {
        for peer in peer_tools(peers, chinese) {
            let run = peer.run(&gold, 1)?;
            let theirs = score(&gold, &run.found);
            let (speed, _, _) = peer.speed(&gold)?;
            let by_type: Vec<String> = SHOWN
                .iter()
                .filter_map(|kind| theirs.kinds.get(*kind).map(|c| format!("{kind} {:.3}", c.f1())))
                .collect();
            table.fact(
                format!("{name}: {}", peer.name),
                format!(
                    "micro F1 {:.3}  leak {:.2}  {speed:.3} MB/s  ({})",
                    theirs.micro.f1(),
                    theirs.leak,
                    by_type.join(", ")
                ),
            );
            if peer.name == "LAC" {
                table.least(
                    format!("{name}: micro F1 beside LAC"),
                    result.micro.f1(),
                    "",
                    theirs.micro.f1(),
                );
                table.least(format!("{name}: speed beside LAC"), rate / speed, "×", 5.0);
            }
        }
    }
    Ok(table.print())
}

/// `privet detect` on one thread, as the peers run.
fn ours(extra: &[&str]) -> Result<Tool> {
    let mut arguments = vec!["detect".to_owned()];
    arguments.extend(extra.iter().map(|a| (*a).to_owned()));
    Ok(Tool { name: "Privet".into(), program: process::binary()?, arguments })
}

fn ours_patterns() -> Result<Tool> {
    ours(&["--patterns-only"])
}

fn peer_tools(home: &Path, chinese: bool) -> Vec<Tool> {
    let python = home.join("bin/python").display().to_string();
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
    let tools: &[(&str, &str, &[&str])] = if chinese {
        &[("LAC", "lac.py", &[]), ("jieba nr/ns/nt", "jieba_tags.py", &[])]
    } else {
        &[
            ("Presidio, patterns only", "presidio.py", &["patterns"]),
            ("Presidio with spaCy", "presidio.py", &[]),
            ("DataFog core", "datafog.py", &[]),
            ("scrubadub", "scrubber.py", &[]),
        ]
    };
    tools
        .iter()
        .map(|(name, script, more)| Tool {
            name: (*name).to_owned(),
            program: python.clone(),
            arguments: std::iter::once(scripts.join(script).display().to_string())
                .chain(more.iter().map(|m| (*m).to_owned()))
                .collect(),
        })
        .collect()
}

fn mostly_chinese(gold: &[Gold]) -> bool {
    let all: usize = gold.iter().map(|g| g.text.len()).sum();
    let ascii: usize = gold.iter().map(|g| g.text.bytes().filter(u8::is_ascii).count()).sum();
    ascii * 2 < all
}

/// The texts of a set joined to documents, for the measure of speed.
fn documents(gold: &[Gold]) -> Vec<Gold> {
    let mut documents: Vec<Gold> = Vec::new();
    for text in gold {
        match documents.last_mut() {
            Some(last) if last.text.len() < DOCUMENT => {
                last.text.push('\n');
                last.text.push_str(&text.text);
            }
            _ => documents.push(Gold {
                id: documents.len().to_string(),
                text: text.text.clone(),
                pieces: Vec::new(),
            }),
        }
    }
    documents
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_sets_are_sound() -> Result<()> {
        let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/detect");
        for (file, least) in [("en.txt", 40), ("zh.txt", 40)] {
            let gold = gold::read(&home.join(file))?;
            assert!(gold.len() >= least, "{file}: {}", gold.len());
            for text in &gold {
                for piece in &text.pieces {
                    assert!(piece.end <= text.text.chars().count() && piece.start < piece.end);
                }
            }
        }
        Ok(())
    }
}
