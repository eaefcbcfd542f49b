//! `privet anonymise`: a table coarsened until nobody can be told from k others, and measured before
//! it leaves. The file is read three times (counting, writing, judging what was written) and never
//! held in memory as a whole.

mod answer;
mod log;
mod roles;
mod work;

use std::{path::PathBuf, process::ExitCode};

use crate::{
    Failure,
    config::{Config, Exports},
    state::State,
};

const EXAMPLES: &str = "\
Columns are: direct identifiers (left out), quasi-identifiers (coarsened: birth date, postcode, sex …),
sensitive ones (kept, must be diverse) and the rest (kept at your word). What you do not name is
proposed by detection; what nobody knows is asked for.

Examples:
  privet anonymise patients.csv --check
  privet anonymise patients.csv --k 10 --l 2 --keep visits --output release.csv
  privet anonymise patients.csv --output release.csv --data ./privet-data
  privet anonymise people.csv --quasi zip=code,birth=date --sensitive salary --keep team --dry-run

With --data, --database or --config the release is written into the log of that Privet: the file's hash
and a digest of its numbers, so that an export can be proved and a file without an entry is found out.

Exit codes: 0 the goal is reached, 1 it is not (nothing is written), 2 wrong usage, 3 not readable.";

/// `privet anonymise`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// A CSV file in UTF-8 with headings.
    pub(crate) file: PathBuf,
    /// Everybody looks like at least K−1 others.
    #[arg(long, value_name = "K", default_value_t = 5, value_parser = clap::value_parser!(u64).range(2..=1_000_000))]
    pub(crate) k: u64,
    /// Among those who look alike each sensitive column has at least L different values.
    #[arg(long, value_name = "L", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    pub(crate) l: u64,
    /// How many per cent of the rows may be left out because they stand out.
    #[arg(long, value_name = "PERCENT", default_value_t = 1.0)]
    pub(crate) leave_out: f64,
    /// Columns that help to tell who somebody is; `name=date|number|code|text` says how they coarsen.
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    pub(crate) quasi: Vec<String>,
    /// Columns that nobody should learn about a person.
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    pub(crate) sensitive: Vec<String>,
    /// Columns that do not leave.
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    pub(crate) drop: Vec<String>,
    /// Columns that leave as they are.
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    pub(crate) keep: Vec<String>,
    /// Where the release goes; written only if it reaches the goal.
    #[arg(long, short, value_name = "FILE", conflicts_with_all = ["check", "dry_run"])]
    pub(crate) output: Option<PathBuf>,
    /// Judge the file as it is, coarsening nothing.
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) check: bool,
    /// Say what would be coarsened; write nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// The numbers as JSON instead of sentences.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) state: State,
}

/// Does what was asked.
pub async fn run(args: Args) -> Result<ExitCode, Failure> {
    let state = args.state.clone();
    if args.output.is_some() && state.is_named() {
        allowed(&args, &Config::load(state.clone().into())?.exports)?;
    }
    // Before the work: a log that cannot be written stops the release, not the other way round.
    let log = if args.output.is_some() && state.is_named() {
        Some(log::Log::open(state).await?)
    } else {
        None
    };
    let (mut answer, draft) = tokio::task::block_in_place(|| judged(&args))?;
    if let (Some(draft), Some(output)) = (draft, &args.output) {
        if let Some(log) = log {
            answer.logged = log.write(draft.path(), &answer.report).await?;
        }
        work::place(draft, output)?;
    }
    answer.tell(args.json)?;
    Ok(if answer.reached { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Whether the company lets a release with these goals leave at all.
fn allowed(args: &Args, asked: &Exports) -> Result<(), Failure> {
    let short = |name: &str, least: u64, given: u64| {
        (given < least).then(|| format!("--{name} {least} (you asked for {given})"))
    };
    let short: Vec<String> =
        [short("k", asked.k, args.k), short("l", asked.l, args.l)].into_iter().flatten().collect();
    if short.is_empty() {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "[exports] of the configuration asks for at least {}; nothing was written",
        short.join(" and ")
    )))
}

/// What is told, and the release that is not in its place yet.
fn judged(args: &Args) -> Result<(answer::Answer, Option<tempfile::NamedTempFile>), Failure> {
    if !(0.0..=50.0).contains(&args.leave_out) {
        return Err(Failure::usage("--leave-out is between 0 and 50 per cent"));
    }
    if args.output.is_none() && !args.check && !args.dry_run {
        return Err(Failure::usage(
            "say where the release goes with --output, or --dry-run, or --check",
        ));
    }
    let input = work::Input::open(args)?;
    let frame = input.count()?;
    if args.check {
        let measured = anonymity::measure(&frame, args.k, args.l);
        return Ok((answer::Answer::as_it_is(args, &input, measured), None));
    }
    work::release(args, &input, &frame)
}
