//! Runs a detector over a set and watches what it costs.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::{
    gold,
    score::{Gold, Piece},
};
use crate::process::memory;

/// A detector that speaks the contract of `privet detect`.
#[derive(Debug, Clone)]
pub struct Tool {
    pub name: String,
    pub program: String,
    pub arguments: Vec<String>,
}

/// One run.
pub struct Run {
    pub found: HashMap<String, Vec<Piece>>,
    /// Processor seconds, all threads.
    pub processor: f64,
    pub seconds: f64,
    pub peak_megabytes: f64,
}

impl Tool {
    /// Gives the texts, `times` over, and reads the answers.
    pub fn run(&self, gold: &[Gold], times: usize) -> Result<Run> {
        let before = children_seconds()?;
        let started = Instant::now();
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .envs([("OMP_NUM_THREADS", "1"), ("OPENBLAS_NUM_THREADS", "1")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("{} could not be started ({})", self.name, self.program))?;
        let mut stdin = child.stdin.take().context("no stdin")?;
        let stdout = child.stdout.take().context("no stdout")?;
        let input: String = gold.iter().fold(String::new(), |input, g| {
            input + &json!({"id": g.id, "text": g.text}).to_string() + "\n"
        });
        let writer = std::thread::spawn(move || {
            for _ in 0..times {
                stdin.write_all(input.as_bytes())?;
            }
            std::io::Result::Ok(())
        });
        let mut found = HashMap::new();
        let mut peak: f64 = 0.0;
        for (at, line) in BufReader::new(stdout).lines().enumerate() {
            let line = line?;
            if at % 50 == 0 {
                peak = peak.max(memory(&child, "VmHWM:").unwrap_or(0.0));
            }
            if at < gold.len() {
                let value: Value = serde_json::from_str(&line)?;
                found.insert(gold::id(&value), gold::pieces(&value).context("no spans")?);
            }
        }
        let status = child.wait()?;
        if !status.success() || found.len() < gold.len() {
            bail!(
                "{} ended with {status} after {} of {} texts",
                self.name,
                found.len(),
                gold.len()
            );
        }
        writer.join().map_err(|_| anyhow::anyhow!("the writer stopped"))??;
        Ok(Run {
            found,
            processor: children_seconds()? - before,
            seconds: started.elapsed().as_secs_f64(),
            peak_megabytes: peak,
        })
    }

    /// Megabytes of text a second of processor time, start-up not counted, and the start-up.
    pub fn speed(&self, gold: &[Gold]) -> Result<(f64, f64, f64)> {
        let start = self.run(&gold[..1], 1)?;
        let mut times = 1;
        loop {
            let run = self.run(gold, times)?;
            let worked = run.processor - start.processor;
            // The clock counts hundredths of a second: work for at least a second.
            if worked >= 1.0 || run.seconds > 30.0 {
                let bytes: usize = gold.iter().map(|g| g.text.len()).sum();
                let rate = (bytes * times) as f64 / 1e6 / worked.max(0.01);
                return Ok((rate, start.seconds, run.peak_megabytes));
            }
            times *= if worked < 0.1 { 10 } else { 3 };
        }
    }
}

/// Processor seconds of all ended children: user and system, from the kernel's own count (proc(5)).
fn children_seconds() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> =
        stat.rsplit_once(") ").context("no command in stat")?.1.split(' ').collect();
    let ticks: f64 = fields[13].parse::<f64>()? + fields[14].parse::<f64>()?;
    Ok(ticks / 100.0)
}
