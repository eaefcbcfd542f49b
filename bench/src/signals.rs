//! Consent strings beside the reference libraries of IAB Tech Lab, on the same strings and the same
//! machine, one core each: what a program spends to read a TC string, to write it again, to read a GPP
//! string with every field. The peers run in Node (`cargo xtask bench signals --peers` installs them).

use std::{
    hint::black_box,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use signals::{Gpp, TcString};

use crate::table::Table;

/// The reference library must take at least so many times as long: the ratio is one twentieth.
const TWENTIETH: f64 = 0.05;
/// How long each measure runs, after a tenth of it to warm up.
const RUN: Duration = Duration::from_secs(3);

/// Microseconds a string.
struct Times {
    tcf_decode: f64,
    tcf_encode: f64,
    gpp_decode: f64,
}

/// Runs; returns how many targets were missed.
pub fn run() -> Result<usize> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/signals/tests/data");
    let tcf = strings(&home.join("tcf-vectors.jsonl"), "tc")?;
    let gpp = strings(&home.join("gpp-vectors.jsonl"), "gpp")?;
    let ours = ours(&tcf, &gpp)?;
    let mut table = Table::new("signals");
    table.fact("TC strings read", rate(ours.tcf_decode));
    table.fact("TC strings written", rate(ours.tcf_encode));
    table.fact("GPP strings read", rate(ours.gpp_decode));
    let Some(peers) = std::env::var_os("PRIVET_BENCH_SIGNAL_PEERS").map(PathBuf::from) else {
        println!(
            "peers are left out: `cargo xtask bench signals --peers` installs and measures them"
        );
        return Ok(table.print());
    };
    let theirs = peers_times(&peers, &home)?;
    for (what, ours, theirs, bound) in [
        (
            "read a TC string, beside @iabtechlabtcf/core",
            ours.tcf_decode,
            theirs.tcf_decode,
            TWENTIETH,
        ),
        (
            "write a TC string, beside @iabtechlabtcf/core",
            ours.tcf_encode,
            theirs.tcf_encode,
            TWENTIETH,
        ),
        ("read a GPP string, beside @iabgpp/cmpapi", ours.gpp_decode, theirs.gpp_decode, TWENTIETH),
    ] {
        table.fact(format!("{what}: times as fast"), format!("{:.0}", theirs / ours));
        table.ratio(what, ours, theirs, "µs", bound);
    }
    Ok(table.print())
}

fn strings(path: &Path, field: &str) -> Result<Vec<String>> {
    let text = std::fs::read_to_string(path)?;
    text.lines()
        .map(|line| {
            let vector: Value = serde_json::from_str(line)?;
            Ok(vector[field].as_str().context("a vector without a string")?.to_owned())
        })
        .collect()
}

fn ours(tcf: &[String], gpp: &[String]) -> Result<Times> {
    let read = tcf.iter().map(|text| TcString::decode(text)).collect::<Result<Vec<_>, _>>()?;
    Ok(Times {
        tcf_decode: micros(tcf, |text| {
            black_box(TcString::decode(black_box(text)).is_ok());
        }),
        tcf_encode: micros(&read, |tc| {
            black_box(black_box(tc).encode().is_ok());
        }),
        gpp_decode: micros(gpp, |text| {
            black_box(Gpp::decode(black_box(text)).is_ok());
        }),
    })
}

/// Microseconds that `work` takes for one of `all`, in rounds over them.
fn micros<T>(all: &[T], work: impl Fn(&T)) -> f64 {
    let rounds = |time: Duration| {
        let started = Instant::now();
        let mut rounds = 0u32;
        while started.elapsed() < time {
            all.iter().for_each(&work);
            rounds += 1;
        }
        started.elapsed().as_secs_f64() * 1e6 / (f64::from(rounds) * all.len() as f64)
    };
    rounds(RUN / 10);
    rounds(RUN)
}

fn peers_times(peers: &Path, data: &Path) -> Result<Times> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/signals.mjs");
    // Node looks for packages beside the script, so it stands where they are installed.
    let placed = peers.join("signals.mjs");
    std::fs::copy(script, &placed)?;
    let output = Command::new("node")
        .arg(placed)
        .arg(data)
        .arg(RUN.as_millis().to_string())
        .current_dir(peers)
        .output()
        .context("node is needed for the peers: `cargo xtask setup` installs it")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answer: Value = serde_json::from_slice(&output.stdout)?;
    let time = |name: &str| answer[name].as_f64().with_context(|| format!("no {name}"));
    Ok(Times {
        tcf_decode: time("tcf_decode")?,
        tcf_encode: time("tcf_encode")?,
        gpp_decode: time("gpp_decode")?,
    })
}

fn rate(micros: f64) -> String {
    format!("{:.0} a second, {micros:.2} µs each", 1e6 / micros)
}
