//! Runs the real binary and watches its time and memory.

use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

/// What one run cost.
pub struct Cost {
    pub seconds: f64,
    pub peak_megabytes: f64,
}

/// The release binary that `cargo xtask bench` built.
pub fn binary() -> Result<String> {
    std::env::var("PRIVET_BIN").context("run through `cargo xtask bench`")
}

/// Runs to the end; the exit code must be 0.
pub fn measure(arguments: &[&str]) -> Result<Cost> {
    let started = Instant::now();
    let mut child = Command::new(binary()?)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("starting privet")?;
    let mut peak: f64 = 0.0;
    loop {
        if let Some(status) = child.try_wait()? {
            if !status.success() {
                bail!("privet {} ended with {status}", arguments.join(" "));
            }
            return Ok(Cost { seconds: started.elapsed().as_secs_f64(), peak_megabytes: peak });
        }
        peak = peak.max(memory(&child, "VmHWM:").unwrap_or(peak));
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A line of the process's status in megabytes: `VmRSS:` now, `VmHWM:` at its peak.
pub fn memory(child: &Child, line: &str) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let kilobytes = status.lines().find_map(|l| l.strip_prefix(line))?;
    kilobytes.trim().trim_end_matches(" kB").trim().parse::<f64>().ok().map(|kb| kb / 1024.0)
}
