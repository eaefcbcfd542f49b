//! System packages that the tests need, installed when missing.

use std::{path::Path, process::Command};

use anyhow::{Context, Result, bail};

/// Tells whether a thing is there.
pub type Present = fn() -> bool;

/// What must be there, and the Debian or Ubuntu package that brings it.
const NEEDED: &[(Present, &str)] = &[
    (|| crate::servers::postgres_bin().is_some(), "postgresql"),
    (|| on_path("mariadbd").is_some() && on_path("mariadb-install-db").is_some(), "mariadb-server"),
    (|| on_path("nats-server").is_some(), "nats-server"),
    (|| chromium().is_some(), "chromium"),
    (|| on_path("chromedriver").is_some(), "chromium-driver"),
    // A hardware module in software, for the root key.
    (|| softhsm().is_some() && on_path("softhsm2-util").is_some(), "softhsm2"),
    // Runs the banner's modules beside the Rust code in tests; npm brings the TypeScript compiler.
    (|| on_path("node").is_some(), "nodejs"),
    (|| on_path("npm").is_some(), "npm"),
    // A server whose clock is wrong.
    (|| on_path("faketime").is_some(), "faketime"),
    // Without it Chinese text in screenshots is a row of boxes.
    (has_chinese_font, "fonts-noto-cjk"),
];

/// Installs what the tests need and is missing; an error says what a person has to install by hand.
pub fn install_missing() -> Result<()> {
    install(NEEDED)
}

/// Installs what of these is missing.
pub fn install(needed: &[(Present, &str)]) -> Result<()> {
    let missing: Vec<&str> =
        needed.iter().filter(|(present, _)| !present()).map(|(_, package)| *package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("installing {}", missing.join(" "));
    if on_path("apt-get").is_none() {
        bail!(
            "missing: {}. Install them; only Debian and Ubuntu are automatic",
            missing.join(", ")
        );
    }
    apt(&["update"])?;
    let mut install = vec!["install", "-y", "--no-install-recommends"];
    install.extend(&missing);
    apt(&install)?;
    match needed.iter().find(|(present, _)| !present()) {
        None => Ok(()),
        Some((_, package)) => bail!("{package} was installed but its programs were not found"),
    }
}

fn apt(arguments: &[&str]) -> Result<()> {
    let mut command = if is_root() {
        Command::new("apt-get")
    } else {
        let mut sudo = Command::new("sudo");
        sudo.args(["--preserve-env=DEBIAN_FRONTEND", "apt-get"]);
        sudo
    };
    let status = command
        .args(["-q", "-o", "Dpkg::Use-Pty=0"])
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .status()
        .context("apt-get could not be started; run as root or install sudo")?;
    if !status.success() {
        bail!("apt-get {} failed", arguments.join(" "));
    }
    Ok(())
}

/// Whether this process is root (only root may become `postgres` and `mysql`).
pub fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|o| o.stdout.trim_ascii() == b"0")
}

/// The program's path; `/usr/sbin` is searched too because some accounts leave it out of PATH.
pub fn on_path(program: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain([Path::new("/usr/sbin").to_owned(), Path::new("/usr/local/sbin").to_owned()])
        .map(|folder| folder.join(program))
        .find(|candidate| candidate.is_file())
}

/// Debian calls it chromium, Ubuntu chromium-browser, others google-chrome.
pub fn chromium() -> Option<std::path::PathBuf> {
    ["chromium", "chromium-browser", "google-chrome"].iter().find_map(|name| on_path(name))
}

/// SoftHSM's PKCS#11 module.
pub fn softhsm() -> Option<std::path::PathBuf> {
    const PLACES: [&str; 2] = ["/usr/lib/softhsm", "/usr/lib64/pkcs11"];
    let modules = PLACES.iter().map(|folder| Path::new(folder).join("libsofthsm2.so"));
    modules.into_iter().find(|module| module.exists())
}

fn has_chinese_font() -> bool {
    Command::new("fc-list").arg(":lang=zh-cn").output().is_ok_and(|o| !o.stdout.is_empty())
}
