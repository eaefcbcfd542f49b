//! `privet scan`: the answer in the terminal, without a server. Stores are sampled two at a time,
//! only verdicts are kept, and what could not be read is told beside what was found.

mod csv;
mod json;
mod progress;
mod report;
mod sarif;
mod table;
mod work;

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::ValueEnum;
use sources::{Address, Limits, Options, Secret, SourceError, SourceKind, StoreFilter, TlsMode};

pub use report::{FieldReport, Problem, Report, StoreReport};
pub use work::{Settings, scan};

use crate::{Failure, config};

const EXAMPLES: &str = "\
Sources:
  sqlite:FILE                        a SQLite database
  postgres://user@host:5432/db       PostgreSQL
  mysql://user@host:3306/db          MySQL or MariaDB
  PATH                               a file or folder of .csv .tsv .jsonl .parquet

Passwords: from PRIVET_SOURCE_PASSWORD or --password-file; never shown, never stored.
Scanning only reads; an account that may SELECT is enough.

Examples:
  privet scan sqlite:shop.db
  privet scan ./exports --tables 'customers*,!*_tmp'
  PRIVET_SOURCE_PASSWORD=… privet scan postgres://reader@db.internal/shop --tls verify-full
  privet scan sqlite:shop.db mysql://reader@db/crm --format sarif --output findings.sarif

Exit codes: 0 all read, 2 wrong usage, 3 a source or a store could not be read (the rest is reported).";

/// `privet scan`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// What to scan; several are scanned one after the other.
    #[arg(required = true, value_name = "SOURCE")]
    pub sources: Vec<String>,
    /// How to answer.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Rows sampled in each table or file at most.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub rows: u32,
    /// Only these tables: comma-separated globs on `schema.name` or `name`; `!` excludes.
    #[arg(long, value_name = "GLOB", default_value = "")]
    pub tables: String,
    /// A TOML file of your own detectors; they look at every column first.
    #[arg(long, value_name = "FILE")]
    pub detectors: Option<PathBuf>,
    /// Write the answer into this file instead of the terminal.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Show up to three sampled values of each personal field, masked.
    #[arg(long)]
    pub show_masked: bool,
    /// TLS for PostgreSQL and MySQL.
    #[arg(long, value_enum, default_value_t = Tls::Prefer)]
    pub tls: Tls,
    /// PEM file of a private certificate authority.
    #[arg(long, value_name = "FILE")]
    pub tls_ca: Option<PathBuf>,
    /// File whose first line is the password of the sources that need one.
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// Configuration file; its [network] says which addresses may be dialled.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// The form of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For reading.
    Table,
    /// One object a source; several sources are an array.
    Json,
    /// One line a field.
    Csv,
    /// SARIF 2.1.0, for code-scanning tools.
    Sarif,
}

/// TLS for network databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Tls {
    /// Never.
    Disable,
    /// If the server offers it; the certificate is not checked.
    Prefer,
    /// Always; the certificate is not checked.
    Require,
    /// Always; certificate and host name are checked.
    VerifyFull,
}

impl From<Tls> for TlsMode {
    fn from(tls: Tls) -> Self {
        match tls {
            Tls::Disable => Self::Disable,
            Tls::Prefer => Self::Prefer,
            Tls::Require => Self::Require,
            Tls::VerifyFull => Self::VerifyFull,
        }
    }
}

/// Scans every source and writes one answer.
pub async fn run(args: Args) -> Result<ExitCode, Failure> {
    let settings = settings(&args)?;
    let password = password(args.password_file.as_deref())?;
    let addresses: Vec<_> = args
        .sources
        .iter()
        .map(|text| match Address::parse(text) {
            // Told in its own report, so that the other sources are scanned all the same.
            Err(SourceError::Missing(_)) => {
                Ok((Address { kind: SourceKind::Files, text: text.clone() }, None))
            }
            other => other.map_err(|error| Failure::usage(error.to_string())),
        })
        .collect::<Result<_, _>>()?;
    let mut reports = Vec::new();
    for (address, in_address) in addresses {
        let secret = in_address.or_else(|| password.clone());
        let report = scan(&address, secret.as_ref(), &settings).await;
        let interrupted = report.interrupted;
        reports.push(report);
        if interrupted {
            break;
        }
    }
    write(&args, &reports)?;
    Ok(tell_trouble(&args, &reports))
}

fn settings(args: &Args) -> Result<Settings, Failure> {
    let said = config::Said { config: args.config.clone(), ..config::Said::default() };
    let guard = config::Config::load(said)?.guard;
    Ok(Settings {
        options: Options {
            tls: args.tls.into(),
            tls_ca: args.tls_ca.clone(),
            guard,
            ..Options::default()
        },
        filter: StoreFilter { tables_glob: args.tables.clone() },
        limits: Limits { rows: args.rows, ..Limits::default() },
        masked: args.show_masked,
        detectors: args
            .detectors
            .as_deref()
            .map(crate::detect::detectors)
            .transpose()?
            .unwrap_or_default(),
    })
}

/// The password for all sources that bring none in their address.
fn password(file: Option<&Path>) -> Result<Option<Secret>, Failure> {
    let Some(path) = file else {
        return Ok(std::env::var("PRIVET_SOURCE_PASSWORD").ok().map(Secret));
    };
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::usage(format!(
            "the password file {} could not be read: {error}; check the path given with --password-file",
            path.display()
        ))
    })?;
    Ok(Some(Secret(text.lines().next().unwrap_or_default().to_owned())))
}

fn write(args: &Args, reports: &[Report]) -> Result<(), Failure> {
    let Some(path) = &args.output else {
        let style = table::Style::of_terminal(&console::Term::stdout());
        let bytes = render(args.format, reports, &style)?;
        return match std::io::stdout().write_all(&bytes) {
            // `privet scan … | head` is no failure.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            other => Ok(other?),
        };
    };
    let bytes = render(args.format, reports, &table::Style::plain())?;
    std::fs::write(path, bytes).map_err(|error| {
        Failure::unreachable(format!(
            "{} could not be written: {error}; check the path given with --output",
            path.display()
        ))
    })
}

fn render(format: Format, reports: &[Report], style: &table::Style) -> Result<Vec<u8>, Failure> {
    match format {
        Format::Table => Ok(table::render(reports, style).into_bytes()),
        Format::Json => json::render(reports),
        Format::Csv => csv::render(reports),
        Format::Sarif => sarif::render(reports),
    }
}

/// What could not be read goes to stderr too when the answer is for a machine, and decides the code.
fn tell_trouble(args: &Args, reports: &[Report]) -> ExitCode {
    let told_in_answer = args.format == Format::Table && args.output.is_none();
    for report in reports {
        for problem in report.failure.iter().chain(&report.problems) {
            if !told_in_answer {
                eprintln!("privet: {}", problem.message);
            }
        }
        if report.interrupted {
            eprintln!("privet: interrupted; what was found so far is reported");
        }
    }
    let complete = reports.len() == args.sources.len() && reports.iter().all(Report::is_complete);
    if complete { ExitCode::SUCCESS } else { Failure::incomplete() }
}
